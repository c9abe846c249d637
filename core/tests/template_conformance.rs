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
use stillframe_core::condition::{Install, PYTHON, Template};
use stillframe_core::limits::LOG_LINE_BYTES;
use stillframe_core::redaction::Redaction;

const VECTORS: &str = include_str!("../../tests/conformance/templates-python.json");

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
fn check(case: &Map<String, Json>) -> Result<(), String> {
    let source = case["template"].as_str().expect("a template");
    let expect = case["expect"].as_object().expect("an expectation");
    let (mut host, mut attrs) = (JsonHost::new(case), Vec::new());
    let redaction = Redaction::standard();
    let mut install =
        Install { dialect: &PYTHON, names: &mut host, attrs: &mut attrs, redaction: &redaction };
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

#[test]
fn every_template_makes_its_line() {
    let cases: Vec<Json> = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    assert!(cases.len() >= 100, "only {} cases", cases.len());
    let fault = |case: &Json| {
        let case = case.as_object().expect("a case");
        check(case).err().map(|fault| format!("{}: {fault}", case["name"]))
    };
    let faults: Vec<String> = cases.iter().filter_map(fault).collect();
    summary::tell("templates-python.json", cases.len());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
