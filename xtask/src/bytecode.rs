//! The mass tests of the bytecode rewriter, by the interpreters whose code it rewrites.
//!
//! Knows the scripts in `bindings-python/bytecode/tests` and how much of each belongs to the gate.
//! Invariant: a version that is missing is a skip of all its scripts.

use crate::Result;
use crate::count::in_output;
use crate::dist::cargo;
use crate::files::{root, target};
use crate::process::{must, show};
use crate::python::Python;
use crate::step::{Chain, Verdict};
use std::process::Command;

/// Minor versions whose bytecode is rewritten.
pub(crate) const MINORS: [u8; 3] = [9, 10, 11];
/// A script, what it proves, its arguments in the gate and under `--full`.
const SCRIPTS: [(&str, &str, &[&str], &[&str]); 5] = [
    ("structure.py", "every line of the library", &["--one-in=6"], &["--each"]),
    ("counts.py", "hits are executions", &[], &[]),
    ("spots.py", "calls start and end", &[], &[]),
    ("suite.py", "the library imports", &["imports"], &["imports"]),
    ("suite.py", "the library's tests", &[], &["--full"]),
];

/// The scripts as steps, by version.
pub(crate) fn chains<'a>(full: bool) -> impl Iterator<Item = Chain<'a>> {
    MINORS.into_iter().map(move |minor| {
        let name = |what: &str| format!("bytecode cp3{minor}: {what}");
        let mut chain = Chain::after(&name("the rewriter's door"), || {
            let mut command = cargo("build");
            command.args(["--locked", "-p", "stillframe-bytecode", "--example", "door"]);
            must(&mut command).map(|_| Verdict::Fine)
        });
        for (script, what, short, long) in SCRIPTS {
            let arguments = if full { long } else { short };
            chain.step(&name(what), move || run(minor, script, arguments));
        }
        chain
    })
}

fn run(minor: u8, script: &str, arguments: &[&str]) -> Result<Verdict> {
    let python = match Python::find(minor) {
        Ok(python) => python,
        Err(fault) => return Ok(Verdict::Skipped(fault)),
    };
    let mut command = Command::new(&python.program);
    command.arg(root().join("bindings-python/bytecode/tests").join(script)).args(arguments);
    command.env("STILLFRAME_DOOR", target("debug/examples/door"));
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(root());
    let ended = show(&mut command)?;
    let counts = in_output(&ended.output);
    match (ended.status.success(), counts.passed + counts.failed) {
        (_, 0) => Err("no test ran".to_owned()),
        (false, _) if counts.failed == 0 => Err("the run broke off".to_owned()),
        _ => Ok(Verdict::Ran(counts)),
    }
}
