//! Redaction as data: every case of `tests/conformance/redaction.json`.

#[path = "support/summary.rs"]
mod summary;

use serde_json::Value;
use stillframe_core::redaction::Redaction;
use stillframe_core::value::Text;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/redaction.json");

fn cases() -> Value {
    let cases = std::fs::read_to_string(CASES).expect("the vectors are there");
    serde_json::from_str(&cases).expect("the vectors are JSON")
}

fn list<'a>(cases: &'a Value, key: &str) -> &'a [Value] {
    cases[key].as_array().expect("a list of cases")
}

fn check(what: &str, found: &Value, expected: &Value) -> Option<String> {
    (found != expected).then(|| format!("{what}: found {found}, expected {expected}"))
}

fn report(faults: impl Iterator<Item = Option<String>>) {
    let faults: Vec<String> = faults.flatten().collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The verdict on a name in every storage that can hold it; they must agree.
fn name(redaction: &Redaction, name: &str) -> Value {
    let verdict = redaction.name(name);
    let utf16: Vec<u16> = name.encode_utf16().collect();
    let utf32: Vec<u32> = name.chars().map(u32::from).collect();
    assert_eq!(redaction.name_text(Text::Units16(&utf16)), verdict, "{name}");
    assert_eq!(redaction.name_text(Text::Units32(&utf32)), verdict, "{name}");
    if let Ok(latin1) =
        name.chars().map(|c| u8::try_from(u32::from(c))).collect::<Result<Vec<_>, _>>()
    {
        assert_eq!(redaction.name_text(Text::Latin1(&latin1)), verdict, "{name}");
    }
    verdict.into()
}

#[test]
fn the_lists_are_summed_up() {
    let cases = cases();
    let lists = ["names", "lists", "values", "numbers", "lines"].map(|key| list(&cases, key).len());
    summary::tell("redaction.json", lists.iter().sum());
}

#[test]
fn names_of_the_built_in_list() {
    let (cases, redaction) = (cases(), Redaction::standard());
    let names = list(&cases, "names");
    assert!(names.len() >= 60, "only {} names", names.len());
    report(names.iter().map(|case| {
        let text = case["name"].as_str().expect("a name");
        check(text, &name(&redaction, text), &case["redacted"])
    }));
}

#[test]
fn names_that_users_add_and_exclude() {
    let strings = |value: &Value| -> Vec<String> {
        let strings = value.as_array().expect("a list").iter();
        strings.map(|name| name.as_str().expect("a name").to_owned()).collect()
    };
    let cases = cases();
    report(list(&cases, "lists").iter().map(|case| {
        let redaction = Redaction::with(&strings(&case["include"]), &strings(&case["exclude"]));
        let text = case["name"].as_str().expect("a name");
        check(&case.to_string(), &name(&redaction, text), &case["redacted"])
    }));
}

#[test]
fn values_by_their_look() {
    let (cases, redaction) = (cases(), Redaction::standard());
    report(list(&cases, "values").iter().map(|case| {
        let value = case["value"].as_str().expect("a value");
        let cut = case.get("cut").is_some_and(|cut| cut == true);
        let found = redaction.value(value.as_bytes(), cut);
        check(value, &found.into(), &case["redacted"])
    }));
    report(list(&cases, "numbers").iter().map(|case| {
        let number = case["number"].as_u64().expect("a number");
        check(&number.to_string(), &redaction.number(number).into(), &case["redacted"])
    }));
}

#[test]
fn lines_keep_the_rest() {
    let (cases, redaction) = (cases(), Redaction::standard());
    report(list(&cases, "lines").iter().map(|case| {
        let mut line = case["line"].as_str().expect("a line").to_owned();
        redaction.scrub_line(&mut line);
        check(&case["line"].to_string(), &line.into(), &case["scrubbed"])
    }));
}
