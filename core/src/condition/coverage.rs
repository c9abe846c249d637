//! The vectors leave nothing out: every spelling, function, instruction, refusal and failure of a
//! condition, and every row of the table of differences, has a case.
//!
//! Reads what there is from the tables and enums themselves, and the cases from
//! `tests/conformance/`. Invariant: what is added without a case fails here.

use super::dialect::{Callable, Dialect, Literals, Style};
use super::failure::FailureKind;
use super::program::{Install, Program};
use super::template::Template;
use super::token::{Lexer, Token};
use super::{JAVA, JAVASCRIPT, PYTHON, RUBY};
use crate::redaction::Redaction;
use json_host::JsonHost;
use rows::{JAVA_ROWS, JAVASCRIPT_ROWS, PYTHON_ROWS, RUBY_ROWS};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

#[path = "../../tests/support/json_host.rs"]
mod json_host;
mod rows;

/// A language with its vectors.
struct Language {
    dialect: &'static Dialect,
    conditions: &'static str,
    templates: &'static str,
    /// Its column of the table of differences, and the rules around it.
    rows: &'static [&'static str],
    /// Failures that it cannot come to.
    without: &'static [FailureKind],
    host: fn(&Map<String, Json>) -> JsonHost,
}

const LANGUAGES: [Language; 4] = [
    Language {
        dialect: &PYTHON,
        conditions: include_str!("../../../tests/conformance/conditions-python.json"),
        templates: include_str!("../../../tests/conformance/templates-python.json"),
        rows: PYTHON_ROWS,
        without: &[],
        host: JsonHost::new,
    },
    Language {
        dialect: &JAVA,
        conditions: include_str!("../../../tests/conformance/conditions-java.json"),
        templates: include_str!("../../../tests/conformance/templates-java.json"),
        rows: JAVA_ROWS,
        // A missing key is null, everything is a key, numbers wrap, and identity is never in doubt.
        without: &[
            FailureKind::NoKey,
            FailureKind::NotLoaded,
            FailureKind::Unreadable,
            FailureKind::Unhashable,
            FailureKind::Overflow,
            FailureKind::Identity,
        ],
        host: JsonHost::typed,
    },
    Language {
        dialect: &JAVASCRIPT,
        conditions: include_str!("../../../tests/conformance/conditions-javascript.json"),
        templates: include_str!("../../../tests/conformance/templates-javascript.json"),
        rows: JAVASCRIPT_ROWS,
        // What is absent is undefined, everything is a key, and only strict equality is asked of
        // collections.
        without: &[
            FailureKind::NoKey,
            FailureKind::NoIndex,
            FailureKind::NotLoaded,
            FailureKind::Unhashable,
            FailureKind::TooDeep,
        ],
        host: JsonHost::loose,
    },
    Language {
        dialect: &RUBY,
        conditions: include_str!("../../../tests/conformance/conditions-ruby.json"),
        templates: include_str!("../../../tests/conformance/templates-ruby.json"),
        rows: RUBY_ROWS,
        // Everything is a key.
        without: &[FailureKind::Unhashable],
        host: JsonHost::open,
    },
];

/// A case as it came out.
struct Ran {
    source: String,
    refusal: Option<String>,
    failure: Option<String>,
    canonical: String,
    ops: String,
}

fn cases(text: &str) -> Vec<Json> {
    serde_json::from_str(text).expect("the vectors are JSON")
}

fn install<T>(language: &Language, case: &Json, work: impl FnOnce(&mut Install<'_>) -> T) -> T {
    let mut host = (language.host)(case.as_object().expect("a case"));
    let (mut attrs, redaction) = (Vec::new(), Redaction::standard());
    let dialect = language.dialect;
    let mut install =
        Install { dialect, names: &mut host, attrs: &mut attrs, redaction: &redaction };
    work(&mut install)
}

/// All cases of each language, run once for all tests.
static RAN: LazyLock<[Vec<Ran>; 4]> = LazyLock::new(|| LANGUAGES.each_ref().map(ran));

fn ran(language: &Language) -> Vec<Ran> {
    let of_condition = |case: Json| {
        let source = case["source"].as_str().unwrap_or_default().to_owned();
        let compiled = install(language, &case, |install| Program::compile(&source, install));
        let ops = compiled.as_ref().map(|program| format!("{:?}", program.code().ops));
        Ran {
            refusal: compiled.as_ref().err().map(ToString::to_string),
            failure: case["expect"]["error"].as_str().map(str::to_owned),
            canonical: compiled.as_ref().map_or("", |program| program.canonical()).to_owned(),
            ops: ops.unwrap_or_default(),
            source,
        }
    };
    let of_template = |case: Json| {
        let source = case["template"].as_str().unwrap_or_default().to_owned();
        let compiled = install(language, &case, |install| Template::compile(&source, install));
        Ran {
            refusal: compiled.err().map(|error| error.to_string()),
            source,
            failure: None,
            canonical: String::new(),
            ops: String::new(),
        }
    };
    let conditions = cases(language.conditions).into_iter().map(of_condition);
    conditions.chain(cases(language.templates).into_iter().map(of_template)).collect()
}

/// Spellings of a source, as far as it can be read.
fn spellings<'s>(source: &'s str, dialect: &'static Dialect) -> Vec<(&'s str, bool)> {
    let mut lexer = Lexer::new(source, dialect, 0);
    let mut found = Vec::new();
    while let Ok((token, span)) = lexer.next() {
        match token {
            Token::End => break,
            Token::Sign(_) => found.push((span.of(source), true)),
            _ => found.push((span.of(source), false)),
        }
    }
    found
}

/// Variants of the enum `name` in the text of a file.
fn variants<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let start = text.find(&format!("enum {name} {{")).expect("the enum is there");
    let body = &text[start..];
    let body = &body[..body.find("\n}").expect("it ends")];
    let word = |line: &'t str| {
        let line = line.strip_prefix("    ")?;
        let end = line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len());
        line.starts_with(|c: char| c.is_ascii_uppercase()).then(|| &line[..end])
    };
    body.lines().filter_map(word).collect()
}

fn report(missing: Vec<String>) {
    assert!(missing.is_empty(), "no case for:\n{}", missing.join("\n"));
}

#[test]
fn every_spelling_has_a_case() {
    let both = LANGUAGES.iter().zip(&*RAN);
    report(both.flat_map(|(language, ran)| unspelled(language.dialect, ran)).collect());
}

/// What of a dialect's table no case has.
fn unspelled(dialect: &'static Dialect, ran: &[Ran]) -> Vec<String> {
    let accepted: Vec<&Ran> = ran.iter().filter(|case| case.refusal.is_none()).collect();
    let read: BTreeSet<(&str, bool)> =
        accepted.iter().flat_map(|case| spellings(&case.source, dialect)).collect();
    // These signs are read so that they can be refused.
    let signs = dialect.signs.iter().filter(|(spelling, _)| !matches!(*spelling, "=" | "::"));
    let signs = signs.filter(|(spelling, _)| !read.contains(&(*spelling, true)));
    let foreign = dialect.foreign.iter().filter(|(word, _)| {
        !accepted.iter().any(|case| {
            spellings(&case.source, dialect).contains(&(*word, false))
                && !spellings(&case.canonical, dialect).contains(&(*word, false))
        })
    });
    let constants = dialect.constants.iter().filter(|(word, _)| {
        let stands = |case: &Ran| spellings(&case.canonical, dialect).contains(&(*word, false));
        !accepted.iter().any(|case| stands(case))
    });
    let refused = dialect.refused.iter().chain(dialect.misplaced).filter(|refused| {
        !ran.iter().any(|case| {
            case.source.contains(refused.spelling)
                && case.refusal.as_ref().is_some_and(|text| text.contains(refused.what))
        })
    });
    let callables =
        dialect.callables.iter().filter(|callable| !is_called(dialect, callable, &accepted));
    let missing = signs.map(|(spelling, _)| format!("sign {spelling}"));
    let missing = missing.chain(foreign.map(|(word, _)| format!("foreign word {word}")));
    let missing = missing.chain(constants.map(|(word, _)| format!("constant {word}")));
    let missing = missing.chain(refused.map(|refused| format!("refused {}", refused.spelling)));
    let missing = missing.chain(callables.map(|callable| format!("function {}", callable.name)));
    missing.map(|missing| format!("{}: {missing}", dialect.name)).collect()
}

/// Whether a case calls it.
fn is_called(dialect: &'static Dialect, callable: &Callable, accepted: &[&Ran]) -> bool {
    let call = match callable.style {
        Style::Module(module) | Style::Static(module) => format!("{module}.{}(", callable.name),
        Style::Method => format!(".{}(", callable.name),
        Style::Function | Style::Ours => format!("{}(", callable.name),
        Style::Infix => format!(" {} ", callable.name),
        Style::Property => format!(".{}", callable.name),
        Style::Cast => "(Dog) ".to_owned(),
        Style::Prefix => format!("{} ", callable.name),
        Style::Sign => format!(" {} ", callable.name),
        Style::Brackets => "[1, 2]".to_owned(),
    };
    // Of several names that mean the same, one is echoed.
    let is_other = dialect.spelled(callable.function) != Some(callable);
    accepted.iter().any(|case| match dialect.literals {
        Literals::Ruby if callable.style == Style::Method => {
            let text = if is_other { &case.source } else { &case.canonical };
            has_message(text, callable.name)
        }
        _ => case.canonical.contains(&call),
    })
}

/// Whether a text holds `.name` and not the beginning of a longer one.
fn has_message(text: &str, name: &str) -> bool {
    let message = format!(".{name}");
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '?');
    text.match_indices(&message).any(|(at, _)| !text[at + message.len()..].starts_with(goes_on))
}

#[test]
fn every_instruction_has_a_case() {
    let all: String = RAN.iter().flatten().map(|case| case.ops.as_str()).collect();
    let words: BTreeSet<&str> = all.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let (op, syntax) = (include_str!("op.rs"), include_str!("syntax.rs"));
    let mut wanted = Vec::new();
    for (text, name) in [
        (op, "Op"),
        (op, "Source"),
        (op, "Step"),
        (op, "Part"),
        (op, "Asks"),
        (syntax, "Binary"),
        (syntax, "Comparison"),
        (syntax, "Unary"),
        (syntax, "Primitive"),
    ] {
        wanted.extend(variants(text, name).into_iter().map(|variant| (name, variant)));
    }
    assert!(wanted.len() > 60, "the enums were read: {wanted:?}");
    // Chains decide `in` and `is` by instructions of their own.
    let own = ["Is", "IsNot", "In", "NotIn", "Not"];
    let missing = wanted.into_iter().filter(|(_, variant)| !words.contains(variant));
    let missing = missing.filter(|(name, variant)| *name == "Op" || !own.contains(variant));
    report(missing.map(|(name, variant)| format!("{name}::{variant}")).collect());
}

#[test]
fn every_failure_has_a_case() {
    let mut missing = Vec::new();
    for (language, ran) in LANGUAGES.iter().zip(&*RAN) {
        let said: BTreeSet<&str> = ran.iter().filter_map(|case| case.failure.as_deref()).collect();
        for kind in FailureKind::ALL {
            let wanted = !language.without.contains(&kind);
            if said.contains(kind.word()) != wanted {
                missing.push(format!(
                    "{}: {} (wanted: {wanted})",
                    language.dialect.name,
                    kind.word()
                ));
            }
        }
    }
    report(missing);
}

/// The longest piece of a message that is the same whatever it names.
fn fixed_part(text: &str) -> &str {
    text.split(['{', '}']).step_by(2).max_by_key(|part| part.len()).unwrap_or_default()
}

#[test]
fn every_refusal_has_a_case() {
    let text = include_str!("message.rs");
    let ran: Vec<&Ran> = RAN.iter().flatten().collect();
    let mut missing = Vec::new();
    // One condition is too short to name so many: it takes the watches of a whole probe.
    let not_alone = ["too_many_names"];
    for function in text.split("\npub(super) fn ").skip(1) {
        let name = function.split('(').next().unwrap_or_default();
        let said = function.split_once("error(").map_or(function, |(_, said)| said);
        let literal = said.split('"').nth(1).expect("a message has a text");
        let part = fixed_part(literal).replace("\\\"", "\"");
        let found = ran
            .iter()
            .any(|case| case.refusal.as_ref().is_some_and(|refusal| refusal.contains(&part)));
        if !found && !not_alone.contains(&name) {
            missing.push(format!("{name}: {literal}"));
        }
    }
    report(missing);
}

#[test]
fn every_row_of_the_differences_has_a_case() {
    for language in LANGUAGES {
        let cases = cases(language.conditions);
        let rows = cases.iter().filter_map(|case| case["rows"].as_array()).flatten();
        let found: BTreeSet<&str> = rows.filter_map(Json::as_str).collect();
        let missing = language.rows.iter().filter(|row| !found.contains(**row));
        report(missing.map(|row| (*row).to_owned()).collect());
    }
}
