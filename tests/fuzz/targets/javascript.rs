//! The rewriter of JavaScript, given any text.
//!
//! An input is a source. Checked, for whatever Node.js could take it for: nothing panics, nothing hangs,
//! no token of what was rewritten lies elsewhere, it can be parsed again, and what is told of its checks
//! is what stands in it.

#![no_main]

#[path = "../../../bindings-node/rewriter/tests/node/positions.rs"]
mod positions;

use libfuzzer_sys::fuzz_target;
use positions::moved;
use std::collections::HashSet;
use stillframe_rewriter::{Goal, Options, Reason, Rewritten, global, rewrite};

/// The first number, so that it is seen to be used.
const BASE: u32 = 7;
/// A parser recurs, and the sanitizer makes frames large.
const STACK_BYTES: usize = 256 << 20;

fn told(source: &str, done: &Rewritten) {
    let last = source.split(['\n', '\r', '\u{2028}', '\u{2029}']).count() as u32;
    let mut lines = HashSet::new();
    for (number, function) in (BASE..).zip(&done.functions) {
        assert_eq!(function.number, number, "the numbers have a gap");
        assert!(!function.lines.is_empty(), "a function without checks has a number");
        for line in &function.lines {
            assert!(line.line <= last && line.line >= function.first_line, "no such line");
            assert!(lines.insert(line.line), "line {} has two checks", line.line);
            let names = line.names.iter().map(|name| format!(",{name}")).collect::<String>();
            let call = format!("&&new {}({}{names})", global(number), line.line);
            assert_eq!(done.code.matches(&call).count(), 1, "`{call}` is not there once");
        }
    }
    assert!(done.unchecked.iter().all(|one| !lines.contains(&one.line)), "checked and not");
}

/// Brackets that may lie in each other where everything is looked at: the parser's time grows by the
/// square of them, and each look parses again.
const MOST_DEEP: usize = 100;

fn depth(source: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

fn fuzz(source: &str) {
    let is_deep = depth(source) > MOST_DEEP;
    for goal in [Goal::Script, Goal::CommonJs, Goal::Module] {
        if is_deep && goal != Goal::CommonJs {
            continue;
        }
        let Ok(done) = rewrite(source, &Options { goal, base: BASE }) else { continue };
        told(source, &done);
        if is_deep {
            continue;
        }
        assert_eq!(moved(source, &done.code), None, "of {:?}", done.code);
        let again = rewrite(&done.code, &Options { goal, base: BASE });
        let is_taken = again.is_err_and(|fault| matches!(fault.reason, Reason::NameTaken(_)));
        assert_eq!(is_taken, !done.functions.is_empty(), "of {:?}", done.code);
    }
}

fuzz_target!(|source: &str| {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let thread = thread.spawn_scoped(scope, || fuzz(source)).expect("a thread can be had");
        thread.join().expect("a panic ends the process before");
    });
});
