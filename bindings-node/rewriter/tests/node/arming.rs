//! Checks that are armed and disarmed while a program is hot.
//!
//! Knows how globals are renewed. Invariant: what is armed is called at every check, however often
//! it was armed before, and what is disarmed never.

use crate::runtime::{folder, is_there, node, run, script};
use stillframe_rewriter::{Goal, Options, rewrite};

const PROGRAM: &str = "\
function step(n) {
  let x = n & 7
  return x + 1
}
exports.calls = count => { for (let n = 0; n < count; n++) step(n) }
exports.each = function* (count) {
  for (;;)
    yield count++
}
exports.counter = () => { let n = 0; return () => {
  n += 1
  return n
} }
exports.midway = arm => {
  for (let n = 0; n < 1e5; n++) step(n)
  arm()
  return step(1)
}
";

#[test]
fn every_check_calls_while_it_is_armed() {
    if !is_there() {
        return;
    }
    let done = rewrite(PROGRAM, &Options { goal: Goal::CommonJs, base: 0 }).expect("JavaScript");
    let program = folder("arming").join("program.js");
    std::fs::write(&program, done.code).expect("the program can be written");
    let said = run(node(done.functions.len(), None).arg(script("arming.js")).arg(&program));
    let numbers: Vec<u32> = said.split_whitespace().filter_map(|one| one.parse().ok()).collect();
    // Two checks a step, two in the closure; the generator stops first before its first check.
    let expected = [[200_000, 3, 0]; 5].concat();
    assert_eq!(numbers[..15], expected, "{said}");
    // The one behind `arm()`, and two in the step.
    assert_eq!(numbers[15..], [2, 3], "{said}");
}
