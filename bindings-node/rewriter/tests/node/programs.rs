//! Programs that are made up, with line ends wherever the grammar allows one.
//!
//! Knows the generator and the script that runs them. Invariant: every program runs as it is and
//! with checks that sleep and that call, and leaves the same log.

use crate::positions::moved;
use crate::runtime::{folder, is_there, node, run, script};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use stillframe_rewriter::{Goal, Options, rewrite};

/// Stands for a line end or a space, as chance has it.
const GAP: char = '\u{1}';

/// Pieces of programs. A `$` is replaced by a number of its own, so that logs tell places apart; a
/// real one is `\u{2}`.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("log($, a)".to_owned()),
        Just("log($, typeof b, c)".to_owned()),
        Just("a + $".to_owned()),
        Just("/[/]?x/.test('x')".to_owned()),
        Just("`t\u{2}{a}\n\u{2}{b}`".to_owned()),
        Just("(this === undefined)".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(one, two)| format!("({one}\u{1}+\u{1}{two})")),
            pair.prop_map(|(one, two)| format!("({one}\u{1}?\u{1}{two}\u{1}:\u{1}$)")),
            inner
                .clone()
                .prop_map(|one| format!("[1,\u{1}2].map(c =>\u{1}{one}\u{1})\u{1}.length")),
            inner.clone().prop_map(|one| format!("((c = {one}) => (\u{1}{one}\u{1}))(\u{1})")),
            inner.clone().prop_map(|one| format!(
                "({{\u{1}get x() {{\u{1}return {one};\u{1}}}\u{1}}})\u{1}.x"
            )),
            inner.prop_map(|one| format!(
                "new (class\u{1}{{\u{1}f =\u{1}{one};\u{1}static {{\u{1}{one};\u{1}}} }})()\u{1}.f"
            )),
        ]
    })
}

fn simple() -> impl Strategy<Value = String> {
    let value = (expression(), any::<u8>()).boxed();
    prop_oneof![
        expression().prop_map(|one| format!("void {one};")),
        value.clone().prop_map(|(one, id)| format!("let v{id} ={GAP}{one}, w{id} ={GAP}1;")),
        expression().prop_map(|one| format!("b ={GAP}{one}\n")),
        value.prop_map(|(one, id)| format!("var d{id} = {one};")),
        expression().prop_map(|one| format!("if (a > 90) return {one}\n")),
        Just("log($, typeof d1, later());".to_owned()),
        Just("null.x;".to_owned()),
        Just(";".to_owned()),
    ]
}

type Around = fn(&str, &str, &str, u8) -> String;

/// Statements around others: of a body, which may be a block or not, of a block, a value and a
/// number.
const AROUND: [Around; 12] = [
    |body, block, value, _| format!("if ({value}){GAP}{body}{GAP}else{GAP}{block}"),
    |body, _, value, _| format!("if ({value}){GAP}{body}"),
    |body, _, _, _| {
        let early = format!("try {{ log(a) }} catch (c) {{{GAP}log(c.name) }}{GAP}return 0;");
        format!("for (let a = (() => {{{GAP}{early} }})(); a < 2; a++){GAP}{body}")
    },
    |body, _, value, _| format!("for (const c of [{value},{GAP}b]){GAP}{body}"),
    |body, _, _, id| format!("l{id}:{GAP}for (const c in {{ x: 1 }}){GAP}{body}"),
    |body, _, _, id| format!("var n{id} = 0;{GAP}do{GAP}{body}{GAP}while (n{id}++ < 1){GAP};"),
    |_, block, _, id| {
        let attempt = format!("try {{{GAP}log(late{id}){GAP}}} catch (c) {block}");
        format!("{attempt} finally {{ log($){GAP}}}{GAP}let late{id} = 1;")
    },
    |_, block, value, _| format!("log($, ((b) => {block})({GAP}{value}));"),
    |_, block, _, id| {
        let early = format!("try {{ log(h{id}) }} catch (c) {{{GAP}log(c.name) }}{GAP}");
        let function = format!("function g{id}(c = a) {{{GAP}{early}{block} }}");
        format!("log(g{id}());{GAP}let h{id} = 1;{GAP}{function}{GAP}log($, g{id}());")
    },
    |_, block, value, id| {
        let first = format!("case 1:{GAP}let s{id} = 1;{GAP}default:{GAP}{block}");
        format!("switch ({value}) {{{GAP}{first}{GAP}case 2:{GAP}log($){GAP}}}")
    },
    |_, block, _, _| format!("log($, [...(function* (b) {{{GAP}yield 1;{GAP}{block} }})(2)]);"),
    |_, block, value, _| {
        let constructor = format!("constructor(b) {{{GAP}super();{GAP}this.b = {value};{GAP}}}");
        format!("log($, new (class extends Object {{ {constructor} m(){GAP}{block} }})(1).m());")
    },
];

fn statement() -> impl Strategy<Value = String> {
    simple().prop_recursive(4, 24, 4, |inner| {
        let block = proptest::collection::vec(inner.clone(), 1..4)
            .prop_map(|all| format!("{{{GAP}{}{GAP}}}", all.join(&GAP.to_string())));
        // A branch declares nothing, and is one statement.
        let single = simple().prop_filter("a declaration", |text| !text.starts_with("let"));
        let body = prop_oneof![single, block.clone()];
        let parts = (body, block, expression(), any::<u8>(), 0..AROUND.len());
        parts.prop_map(|(body, block, value, id, which)| AROUND[which](&body, &block, &value, id))
    })
}

/// A program: its text, with numbers and line ends.
fn program() -> impl Strategy<Value = String> {
    let parts = proptest::collection::vec(statement(), 1..6);
    let gaps = proptest::collection::vec(0..7_u8, 400);
    (parts, gaps).prop_map(|(parts, gaps)| {
        let text = parts.join(&GAP.to_string());
        let head = format!("'use strict';{GAP}function later() {{ return typeof a }}{GAP}");
        let mut gaps = gaps.iter().cycle();
        let mut number = 0;
        let mut code = String::new();
        for one in format!("{head}{{{GAP}{text}{GAP}}}{GAP}return b;").chars() {
            match one {
                '$' => {
                    number += 1;
                    code.push_str(&number.to_string());
                }
                '\u{2}' => code.push('$'),
                GAP => code.push_str(match gaps.next() {
                    Some(0) => " ",
                    Some(1) => " // why\n",
                    Some(2) => " /* a\n b */ ",
                    Some(3) => "\r\n",
                    Some(4) => "\u{2028}",
                    _ => "\n",
                }),
                other => code.push(other),
            }
        }
        code
    })
}

#[test]
fn programs_do_what_they_did() {
    if !is_there() {
        return;
    }
    let mut runner = TestRunner::default();
    let programs = runner.config().cases as usize;
    let mut cases = Vec::new();
    let mut plain = Vec::new();
    while cases.len() < programs {
        let source = program().new_tree(&mut runner).expect("a program is made").current();
        let Ok(done) = rewrite(&source, &Options { goal: Goal::CommonJs, base: 0 }) else {
            panic!("what is made up can be parsed: {source}")
        };
        assert_eq!(moved(&source, &done.code), None, "of {source}");
        cases.push((source.clone(), done.code, done.functions.len()));
        plain.push(source);
    }
    let folder = folder("programs");
    let file = folder.join("programs.json");
    let globals = cases.iter().map(|case| case.2).max().unwrap_or_default();
    std::fs::write(&file, json(&cases)).expect("the programs can be written");
    let said = run(node(globals, None).arg(script("programs.js")).arg(&file));
    let numbers: Vec<usize> = said.split_whitespace().filter_map(|one| one.parse().ok()).collect();
    let [ran, calls, ref different @ ..] = numbers[..] else { panic!("{said}") };
    let sources: Vec<&String> = different.iter().map(|index| &plain[*index]).collect();
    assert!(different.is_empty(), "{} differ: {}\n{said}", different.len(), sources[0]);
    assert!(ran > programs / 2, "only {ran} programs are valid");
    assert!(calls > programs, "only {calls} checks called");
}

/// The programs for the script: pairs of text, escaped as JSON has it.
fn json(cases: &[(String, String, usize)]) -> String {
    let quoted = |text: &str| {
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        format!("\"{}\"", units.collect::<String>())
    };
    let pair =
        |(old, new, _): &(String, String, usize)| format!("[{},{}]", quoted(old), quoted(new));
    format!("[{}]", cases.iter().map(pair).collect::<Vec<String>>().join(","))
}
