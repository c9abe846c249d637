//! The conformance vectors of log templates, run against the core with a host made of JSON.
//!
//! What the cases mean is in `tests/conformance/README.md`; the Python binding runs the same file in
//! real frames. Invariant: no case is left out, and no line is longer than a line may be.

#[path = "support/json_host.rs"]
mod json_host;
#[path = "support/summary.rs"]
mod summary;

use json_host::JsonHost;
use serde_json::{Map, Value as Json};
use stillframe_core::condition::{Dialect, Install, JAVA, JAVASCRIPT, PYTHON, RUBY, Template};
use stillframe_core::limits::LOG_LINE_BYTES;
use stillframe_core::redaction::Redaction;

const PYTHON_VECTORS: &str = include_str!("../../tests/conformance/templates-python.json");
const JAVASCRIPT_VECTORS: &str = include_str!("../../tests/conformance/templates-javascript.json");
const RUBY_VECTORS: &str = include_str!("../../tests/conformance/templates-ruby.json");
const JAVA_VECTORS: &str = include_str!("../../tests/conformance/templates-java.json");

/// The line that a case expects: a text, or pieces of which some are repeated.
fn line_of(expected: &Json) -> String {
    let piece = |piece: &Json| match piece {
        Json::Array(pair) => {
            let count = pair[1].as_u64().expect("a number of times");
            pair[0].as_str().expect("a text").repeat(count as usize)
        }
        text => text.as_str().expect("a text").to_owned(),
    };
    match expected {
        Json::Array(pieces) => pieces.iter().map(piece).collect(),
        text => piece(text),
    }
}

/// Faults of one case.
fn check(
    case: &Map<String, Json>,
    dialect: &'static Dialect,
    mut host: JsonHost,
) -> Result<(), String> {
    let source = case["template"].as_str().expect("a template");
    let expect = case["expect"].as_object().expect("an expectation");
    let (mut attrs, redaction) = (Vec::new(), Redaction::standard());
    let mut install =
        Install { dialect, names: &mut host, attrs: &mut attrs, redaction: &redaction };
    let template = match (Template::compile(source, &mut install), expect.get("refused")) {
        (Ok(template), None) => template,
        (Err(error), Some(wanted)) => {
            let (message, wanted) = (error.to_string(), wanted.as_str().expect("a text"));
            return match message.contains(wanted) && error.span().is_some() {
                true => Ok(()),
                false => Err(format!("refused as {message:?}, not as {wanted:?}")),
            };
        }
        (Ok(_), Some(wanted)) => return Err(format!("not refused as {wanted}")),
        (Err(error), None) => return Err(format!("refused: {error}")),
    };
    let mut out = Vec::with_capacity(LOG_LINE_BYTES);
    template.render(&host, &mut out);
    let line = String::from_utf8(out).map_err(|_| "the line is no UTF-8".to_owned())?;
    let wanted = line_of(&expect["line"]);
    if line == wanted { Ok(()) } else { Err(format!("{line:?}, not {wanted:?}")) }
}

/// Checks the cases of `file`, at least so many.
fn check_all(
    file: &str,
    vectors: &str,
    least: usize,
    dialect: &'static Dialect,
    host: fn(&Map<String, Json>) -> JsonHost,
) {
    let cases: Vec<Json> = serde_json::from_str(vectors).expect("the vectors are JSON");
    assert!(cases.len() >= least, "only {} cases", cases.len());
    let fault = |case: &Json| {
        let case = case.as_object().expect("a case");
        check(case, dialect, host(case)).err().map(|fault| format!("{}: {fault}", case["name"]))
    };
    let faults: Vec<String> = cases.iter().filter_map(fault).collect();
    summary::tell(file, cases.len());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn every_template_of_python_makes_its_line() {
    check_all("templates-python.json", PYTHON_VECTORS, 100, &PYTHON, JsonHost::new);
}

#[test]
fn every_template_of_java_makes_its_line() {
    check_all("templates-java.json", JAVA_VECTORS, 30, &JAVA, JsonHost::typed);
}

#[test]
fn every_template_of_javascript_makes_its_line() {
    let host = JsonHost::loose;
    check_all("templates-javascript.json", JAVASCRIPT_VECTORS, 40, &JAVASCRIPT, host);
}

#[test]
fn every_template_of_ruby_makes_its_line() {
    check_all("templates-ruby.json", RUBY_VECTORS, 40, &RUBY, JsonHost::open);
}
