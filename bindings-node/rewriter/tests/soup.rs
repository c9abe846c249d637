//! Sources that nobody wrote: pieces of the language in any order.
//!
//! Knows the public calls. Invariant: whatever is put in, the answer is a refusal or a source in
//! which what was there can be found again.

use proptest::prelude::*;
use stillframe_rewriter::{Goal, Options, PREFIX, Reason, rewrite};

const PIECES: [&str; 48] = [
    "a",
    "b",
    "=>",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ",",
    "=",
    "\n",
    "\r\n",
    "\u{2028}",
    "// a\n",
    "/* a\n */",
    "`",
    "${",
    "/",
    "/a/",
    "'",
    "\"use strict\"",
    "function",
    "class",
    "extends",
    "static",
    "async",
    "await",
    "yield",
    "let",
    "var",
    "const",
    "if",
    "else",
    "for",
    "of",
    "in",
    "while",
    "do",
    "switch",
    "case",
    "default",
    ":",
    "return",
    "export",
    "import",
    "<!--",
];

proptest! {
    #[test]
    fn anything_is_answered(
        pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..30),
        goal in proptest::sample::select(&[Goal::Script, Goal::CommonJs, Goal::Module][..]),
    ) {
        let source = pieces.join(" ");
        match rewrite(&source, &Options { goal, base: 0 }) {
            Ok(done) => {
                // What was inserted, cut out again, leaves the source.
                let mut rest = done.code.clone();
                for one in done.inserted.iter().rev() {
                    rest.replace_range(one.start as usize..one.end as usize, "");
                }
                prop_assert_eq!(&rest, &source, "of {:?}", &done.code);
                let checks: usize = done.functions.iter().map(|one| one.lines.len()).sum();
                prop_assert_eq!(done.code.matches(&format!("new {PREFIX}")).count(), checks);
                // It is still JavaScript: what stands against a second time are the names.
                let again = rewrite(&done.code, &Options { goal, base: 0 });
                let is_taken = again.is_err_and(|one| matches!(one.reason, Reason::NameTaken(_)));
                prop_assert_eq!(is_taken, checks > 0, "of {:?}", &done.code);
            }
            Err(refusal) => prop_assert!(matches!(refusal.reason, Reason::Syntax(_) | Reason::Jsx)),
        }
    }
}
