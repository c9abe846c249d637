//! The conformance vectors of conditions, run against the core with a host made of JSON.
//!
//! What the cases mean is in `tests/conformance/README.md`; the Python binding runs the same file in
//! real frames. Invariant: no case is left out.

#[path = "support/json_host.rs"]
mod json_host;
#[path = "support/json_tagged.rs"]
mod json_tagged;
#[path = "support/summary.rs"]
mod summary;

use json_host::JsonHost;
use serde_json::{Map, Value as Json};
use stillframe_core::condition::{
    Dialect, Failure, Install, JAVA, JAVASCRIPT, PYTHON, PYTHON_BEFORE_3_12, Program, RUBY, Scratch,
};
use stillframe_core::error::Error;
use stillframe_core::redaction::Redaction;

const PYTHON_VECTORS: &str = include_str!("../../tests/conformance/conditions-python.json");
const JAVASCRIPT_VECTORS: &str = include_str!("../../tests/conformance/conditions-javascript.json");
const RUBY_VECTORS: &str = include_str!("../../tests/conformance/conditions-ruby.json");
const JAVA_VECTORS: &str = include_str!("../../tests/conformance/conditions-java.json");

fn compile(source: &str, dialect: &'static Dialect, host: &mut JsonHost) -> Result<Program, Error> {
    let mut attrs = Vec::new();
    let redaction = Redaction::standard();
    let mut install = Install { dialect, names: host, attrs: &mut attrs, redaction: &redaction };
    Program::compile(source, &mut install)
}

/// What a program came to, as the vectors write it.
fn outcome(program: &Program, host: &JsonHost) -> Json {
    let scratch = Scratch::new();
    let error = |failure: &Failure| serde_json::json!({"error": failure.kind().word()});
    match program.value(host, &scratch) {
        Ok(value) => serde_json::json!({"value": host.tagged(&value)}),
        Err(failure) => error(&failure),
    }
}

/// Faults of one case, whose outcome is what `said` has of it.
fn check(
    case: &Map<String, Json>,
    said: &Map<String, Json>,
    dialect: &'static Dialect,
    mut host: JsonHost,
) -> Result<(), String> {
    let text = |key: &str| case.get(key).and_then(Json::as_str).unwrap_or_default();
    let expect = said["expect"].as_object().expect("an expectation");
    let program = match (compile(text("source"), dialect, &mut host), expect.get("refused")) {
        (Ok(program), None) => program,
        (Err(error), Some(refused)) => {
            let wanted = refused.as_str().unwrap_or_default();
            let message = error.to_string();
            return match message.contains(wanted) && error.span().is_some() {
                true => Ok(()),
                false => Err(format!("refused as {message:?}, not as {wanted:?}")),
            };
        }
        (Ok(_), Some(refused)) => return Err(format!("not refused as {refused}")),
        (Err(error), None) => return Err(format!("refused: {error}")),
    };
    let echoed = compile(program.canonical(), dialect, &mut host);
    if !echoed.as_ref().is_ok_and(|echoed| echoed.canonical() == program.canonical()) {
        return Err(format!("its echo {:?} is not its own: {echoed:?}", program.canonical()));
    }
    let found = outcome(&program, &host);
    if found != Json::Object(expect.clone()) {
        return Err(format!("{found}, not {}", Json::Object(expect.clone())));
    }
    if let Some(canonical) = case.get("canonical")
        && canonical != program.canonical()
    {
        return Err(format!("echoed as {:?}, not {canonical}", program.canonical()));
    }
    let is_error = expect.contains_key("error");
    let truth = said.get("test").and_then(Json::as_bool);
    match (program.test(&host), truth) {
        (Ok(found), Some(wanted)) if found != wanted => Err(format!("tests as {found}")),
        (Err(failure), Some(_)) => Err(format!("test fails: {}", program.explain(&failure))),
        // A condition of Java is a boolean.
        (Ok(found), None) if is_error || dialect.name == JAVA.name => {
            Err(format!("tests as {found}"))
        }
        _ => Ok(()),
    }
}

/// What a case comes to on an older version of the language.
fn said_by<'c>(case: &'c Map<String, Json>, version: &str) -> &'c Map<String, Json> {
    case.get("versions").and_then(|versions| versions[version].as_object()).unwrap_or(case)
}

#[test]
fn every_case_comes_out_as_python_says() {
    let cases: Vec<Json> = serde_json::from_str(PYTHON_VECTORS).expect("the vectors are JSON");
    assert!(cases.len() >= 1_000, "only {} cases", cases.len());
    // Each dialect once: all versions that it stands for say the same.
    let dialects = [("3.11", &PYTHON_BEFORE_3_12), ("3.14", &PYTHON)];
    for versions in cases.iter().filter_map(|case| case.get("versions")) {
        let versions = versions.as_object().expect("versions of a case");
        let are_all = ["3.9", "3.10", "3.11"].iter().all(|one| versions.contains_key(*one));
        assert!(are_all && versions.len() == 3, "{versions:?}");
        let mut said = versions.values();
        let first = said.next();
        assert!(said.all(|said| Some(said) == first), "{versions:?}");
    }
    let mut faults = Vec::new();
    for (version, dialect) in dialects {
        for case in &cases {
            let case = case.as_object().expect("a case");
            if let Err(fault) = check(case, said_by(case, version), dialect, JsonHost::new(case)) {
                faults.push(format!("{version}: {} `{}`: {fault}", case["name"], case["source"]));
            }
        }
    }
    summary::tell("conditions-python.json", cases.len());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn every_case_comes_out_as_java_says() {
    let cases: Vec<Json> = serde_json::from_str(JAVA_VECTORS).expect("the vectors are JSON");
    assert!(cases.len() >= 1_500, "only {} cases", cases.len());
    let mut faults = Vec::new();
    for case in &cases {
        let case = case.as_object().expect("a case");
        if let Err(fault) = check(case, case, &JAVA, JsonHost::typed(case)) {
            faults.push(format!("{} {}: {fault}", case["name"], case["vars"]));
        }
    }
    summary::tell("conditions-java.json", cases.len());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn every_case_comes_out_as_javascript_says() {
    let cases: Vec<Json> = serde_json::from_str(JAVASCRIPT_VECTORS).expect("the vectors are JSON");
    assert!(cases.len() >= 900, "only {} cases", cases.len());
    let mut faults = Vec::new();
    for case in &cases {
        let case = case.as_object().expect("a case");
        if let Err(fault) = check(case, case, &JAVASCRIPT, JsonHost::loose(case)) {
            faults.push(format!("{} {}: {fault}", case["name"], case["vars"]));
        }
    }
    summary::tell("conditions-javascript.json", cases.len());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn every_case_comes_out_as_ruby_says() {
    let cases: Vec<Json> = serde_json::from_str(RUBY_VECTORS).expect("the vectors are JSON");
    assert!(cases.len() >= 900, "only {} cases", cases.len());
    let mut faults = Vec::new();
    for case in &cases {
        let case = case.as_object().expect("a case");
        if let Err(fault) = check(case, case, &RUBY, JsonHost::open(case)) {
            faults.push(format!("{} {}: {fault}", case["name"], case["vars"]));
        }
    }
    summary::tell("conditions-ruby.json", cases.len());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
