//! What JavaScript is made of some conditions, and what is left to the machine.

use super::{Slots, Uncovered, generate};
use proptest::prelude::*;
use stillframe_core::condition::{Install, JAVASCRIPT, Program};
use stillframe_core::host::{Names, UnknownName};
use stillframe_core::redaction::Redaction;

/// Every name is a variable, numbered as it comes, but for those of the language.
#[derive(Default)]
struct All(Vec<String>);

impl Names for All {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        if ["undefined", "NaN", "Infinity"].contains(&name) {
            return Err(UnknownName::default());
        }
        let at = self.0.iter().position(|known| known == name).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        });
        Ok(at as u16)
    }

    fn is_builtin(&mut self, _name: &str) -> bool {
        true
    }
}

fn compiled(source: &str) -> Option<Program> {
    let install = &mut Install {
        dialect: &JAVASCRIPT,
        names: &mut All::default(),
        attrs: &mut Vec::new(),
        redaction: &Redaction::default(),
    };
    Program::compile(source, install).ok()
}

fn made(source: &str) -> Result<String, Uncovered> {
    let program = compiled(source).unwrap_or_else(|| panic!("{source} is no condition"));
    let slots = Slots {
        is_set: &|slot| slot != 9,
        private: &|name| {
            ["#x", "#y"].iter().position(|known| *known == name).map(|at| 7 + at as u16)
        },
    };
    let text = generate(program.tree(), &slots)?;
    let (_, text) = text.split_once("return ").expect("a function returns");
    Ok(text.trim_end_matches(" }").to_owned())
}

#[test]
fn a_condition_is_helpers_and_constants() {
    for (source, text) in [
        ("x > 10", "less((10.0), given(v[0]))"),
        ("x === 'abc'", "(given(v[0]) === \"abc\")"),
        ("x === 'a text that is longer'", "same(given(v[0]), \"a text that is longer\")"),
        ("x != null", "(!isNone(given(v[0])))"),
        ("a.b.length <= -0.5", "lessOrEqual(length(property(given(v[0]), \"b\")), (-0.5))"),
        ("a && !b", "(given(v[0]) && (!given(v[1])))"),
        ("a[0] ?? 5n", "(element(given(v[0]), (0.0), true) ?? (0x00000005n))"),
        ("x * 2 + 1", "sum((number(given(v[0])) * (2.0)), (1.0))"),
        ("a.#x > 1", "less((1.0), hidden(v[7], given(v[0])))"),
        ("#y in a", "hasHidden(v[8], given(v[0]))"),
        ("a['5']", "element(given(v[0]), \"5\", true)"),
        ("a[-1]", "element(given(v[0]), (-1.0), true)"),
        ("a[b]", "element(given(v[1]), given(v[0]))"),
        ("k in o", "isIn(given(v[0]), given(v[1]))"),
        ("Object.keys(a).length > 2", "less((2.0), keys(given(v[0])).count)"),
        ("Object.keys(a)[0] === b", "same(keys(given(v[0])).first(), given(v[1]))"),
        (
            "Object.keys(a).some(k => a[k])",
            "some(keys(given(v[0])), b0 => element(given(v[0]), b0))",
        ),
        ("m.get('k')", "get(given(v[0]), \"k\", true)"),
        ("m.get(k)", "get(given(v[0]), given(v[1]))"),
        (
            "a?.b?.c",
            "(isNone(k0 = given(v[0])) ? undefined : (isNone(k1 = property(k0, \"b\")) ? undefined : \
             property(k1, \"c\")))",
        ),
        (
            "xs.filter(x => x.on).map(x => x.n).some(x => x === y)",
            "some(map(filter(elements(given(v[0])), b0 => property(b0, \"on\")), b0 => \
             property(b0, \"n\")), b0 => same(b0, given(v[1])))",
        ),
        (
            "['a', b].includes(c)",
            "(k1 = \"a\", k2 = given(v[0]), k0 = given(v[1]), isElement(k1, k0) || isElement(k2, k0))",
        ),
    ] {
        assert_eq!(made(source).as_deref(), Ok(text), "{source}");
    }
}

#[test]
fn what_only_the_machine_decides_is_left_to_it() {
    for source in [
        "/[ab]{20}c{500}[de]{500}[fg]{900}/.test(s)",
        "a ** b",
        "this.#unknown",
        "a && b && c && d && e && f && g && h && i && j",
    ] {
        assert!(made(source).is_err(), "{source}");
    }
}

#[test]
fn a_pattern_is_a_table_that_is_made_once() {
    let program = compiled("/b/.test(s) || /^$/m.test(s)").expect("a condition");
    let slots = Slots { is_set: &|_| true, private: &|_| None };
    let text = generate(program.tree(), &slots).expect("a function");
    let head = "((p0, p1) => v => { begin(10000, ";
    assert!(text.starts_with(head), "{text}");
    assert!(text.contains("return (test(p0, given(v[0])) || test(p1, given(v[0]))) })(automaton("));
    assert!(text.ends_with(", true))"), "{text}");
}

#[test]
fn texts_cannot_end_their_quotes() {
    assert_eq!(
        made(r#"x === '"\n\u2028\\'"#).as_deref(),
        Ok("(given(v[0]) === \"\\\"\\n\u{2028}\\\\\")")
    );
}

proptest! {
    #[test]
    fn whatever_is_typed_nothing_panics(source in "[a-c.\\[\\]()?:!=<>+*/&|'0-9 -]{0,40}") {
        if let Some(program) = compiled(&source) {
            let slots = Slots { is_set: &|_| true, private: &|_| None };
            let _ = generate(program.tree(), &slots);
        }
    }
}
