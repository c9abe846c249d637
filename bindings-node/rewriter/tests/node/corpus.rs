//! The programs of `tests/corpus`, whose comments say what their checks pass.
//!
//! Knows those comments. Invariant: each comment is compared with what really was called.

use crate::runtime::{folder, is_there, node, run};
use std::collections::BTreeMap;
use std::path::Path;
use stillframe_rewriter::{Goal, Line, Options, Rewritten, rewrite};

/// Calls by line: how many, and the values of the first.
type Calls = BTreeMap<u32, (u32, Vec<String>)>;

struct Case {
    source: String,
    done: Rewritten,
    calls: Calls,
}

/// Runs a program in its three forms, which must print the same.
fn case(name: &str, goal: Goal) -> Case {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    let source = std::fs::read_to_string(file).expect("the program can be read");
    let done = rewrite(&source, &Options { goal, base: 0 }).expect("it is JavaScript");
    let folder = folder(&format!("corpus-{name}"));
    let mut said = Vec::new();
    let calls = folder.join("calls");
    // The same path for each, so that stack traces may be the same.
    let program = folder.join("corpus").join(name);
    std::fs::create_dir_all(folder.join("corpus")).expect("the folder can be made");
    for (code, calls) in [(&source, None), (&done.code, None), (&done.code, Some(&*calls))] {
        std::fs::write(&program, code).expect("the program can be written");
        said.push(run(node(done.functions.len(), calls).arg(&program)));
    }
    assert!(!said[0].is_empty(), "{name} prints something");
    assert_eq!(said[0], said[1], "{name} with checks that sleep");
    assert_eq!(said[0], said[2], "{name} with checks that call");
    let text = std::fs::read_to_string(&calls).expect("something was called");
    Case { source, done, calls: read(&text) }
}

fn read(text: &str) -> Calls {
    let one = |line: &str| {
        let mut words = line.split('\t');
        let mut number = || words.next().and_then(|word| word.parse().ok()).expect("a number");
        let (line, count) = (number(), number());
        (line, (count, words.map(str::to_owned).collect()))
    };
    text.lines().map(one).collect()
}

impl Case {
    fn line(&self, line: u32) -> Option<&Line> {
        let mut all = self.done.functions.iter().flat_map(|function| &function.lines);
        all.find(|one| one.line == line)
    }

    /// Compares every comment; how many there are.
    fn compare(&self) -> usize {
        let mut faults = Vec::new();
        let mut count = 0;
        for (line, text) in (1..).zip(self.source.lines()) {
            let Some((_, comment)) = text.rsplit_once("// ") else { continue };
            let check = self.line(line);
            let said = match (check, self.calls.get(&line)) {
                (None, _) => "none".to_owned(),
                (Some(_), None) => "hit 0:".to_owned(),
                (Some(check), Some((count, values))) => {
                    let pairs = check.names.iter().zip(values);
                    let pairs: Vec<String> =
                        pairs.map(|(name, value)| format!("{name}={value}")).collect();
                    assert_eq!(check.names.len(), values.len(), "of line {line}");
                    format!("hit {count}: {}", pairs.join("|")).trim_end().to_owned()
                }
            };
            if !comment.starts_with("hit") && comment != "none" {
                continue;
            }
            count += 1;
            if said != comment {
                faults.push(format!("line {line}: {said}"));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        count
    }
}

#[test]
fn lines_of_every_kind() {
    if is_there() {
        assert!(case("places.js", Goal::CommonJs).compare() >= 46);
    }
}

#[test]
fn sloppy_code() {
    if is_there() {
        assert!(case("sloppy.js", Goal::CommonJs).compare() > 15);
    }
}

#[test]
fn modules() {
    if is_there() {
        assert!(case("module.mjs", Goal::Module).compare() > 8);
    }
}

#[test]
fn stack_traces() {
    if is_there() {
        let case = case("stacks.js", Goal::CommonJs);
        assert!(case.calls.len() > 30);
    }
}
