//! Evaluating allocates nothing: every case of the vectors, as condition, as watch and as log line.
//!
//! The host is made of JSON and allocates nothing either once it is built. Invariant: what is counted
//! is this thread's.

#[path = "support/json_host.rs"]
mod json_host;

use allocation_counter::measure;
use json_host::JsonHost;
use serde_json::{Map, Value as Json};
use stillframe_core::condition::{
    Dialect, Install, JAVA, JAVASCRIPT, PYTHON, Program, RUBY, Scratch, Template,
};
use stillframe_core::limits::LOG_LINE_BYTES;
use stillframe_core::redaction::Redaction;

/// A language's cases of one kind, and the host for them.
type Vectors = (&'static str, &'static Dialect, fn(&Map<String, Json>) -> JsonHost);

const CONDITIONS: [Vectors; 4] = [
    (include_str!("../../tests/conformance/conditions-python.json"), &PYTHON, JsonHost::new),
    (include_str!("../../tests/conformance/conditions-java.json"), &JAVA, JsonHost::typed),
    (
        include_str!("../../tests/conformance/conditions-javascript.json"),
        &JAVASCRIPT,
        JsonHost::loose,
    ),
    (include_str!("../../tests/conformance/conditions-ruby.json"), &RUBY, JsonHost::open),
];
const TEMPLATES: [Vectors; 4] = [
    (include_str!("../../tests/conformance/templates-python.json"), &PYTHON, JsonHost::new),
    (include_str!("../../tests/conformance/templates-java.json"), &JAVA, JsonHost::typed),
    (
        include_str!("../../tests/conformance/templates-javascript.json"),
        &JAVASCRIPT,
        JsonHost::loose,
    ),
    (include_str!("../../tests/conformance/templates-ruby.json"), &RUBY, JsonHost::open),
];

/// The cases of all languages, with the dialect and host of each.
fn cases(
    vectors: &[Vectors],
) -> impl Iterator<Item = (Map<String, Json>, &'static Dialect, JsonHost)> {
    vectors.iter().flat_map(|(text, dialect, host)| {
        let cases: Vec<Map<String, Json>> =
            serde_json::from_str(text).expect("the vectors are JSON");
        cases.into_iter().map(move |case| {
            let host = host(&case);
            (case, *dialect, host)
        })
    })
}

/// What `work` makes of the host of a case.
fn with_host<T>(
    dialect: &'static Dialect,
    mut host: JsonHost,
    work: impl FnOnce(&mut Install<'_>) -> Option<T>,
) -> Option<(T, JsonHost)> {
    let (mut attrs, redaction) = (Vec::new(), Redaction::standard());
    let mut install =
        Install { dialect, names: &mut host, attrs: &mut attrs, redaction: &redaction };
    work(&mut install).map(|made| (made, host))
}

#[test]
fn a_condition_allocates_nothing_whatever_it_is() {
    let (mut ran, mut faults) = (0, Vec::new());
    for (case, dialect, host) in cases(&CONDITIONS) {
        let source = case["source"].as_str().expect("a source");
        let compiled = with_host(dialect, host, |install| Program::compile(source, install).ok());
        let Some((program, host)) = compiled else { continue };
        ran += 1;
        let test = measure(|| {
            let _ = std::hint::black_box(program.test(&host));
        });
        let value = measure(|| {
            let scratch = Scratch::new();
            let _ = std::hint::black_box(program.value(&host, &scratch));
        });
        if test.count_total + value.count_total > 0 {
            faults.push(format!(
                "{}: {} by test, {} by value",
                case["name"], test.count_total, value.count_total
            ));
        }
    }
    assert!(ran > 4_600, "only {ran} cases ran");
    assert!(faults.is_empty(), "{} of {ran} allocate:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_log_line_allocates_nothing_whatever_it_says() {
    let (mut ran, mut faults) = (0, Vec::new());
    let mut out = Vec::with_capacity(LOG_LINE_BYTES);
    for (case, dialect, host) in cases(&TEMPLATES) {
        let source = case["template"].as_str().expect("a template");
        let compiled = with_host(dialect, host, |install| Template::compile(source, install).ok());
        let Some((template, host)) = compiled else { continue };
        ran += 1;
        out.clear();
        let render = measure(|| template.render(&host, &mut out));
        if render.count_total > 0 {
            faults.push(format!("{}: {}", case["name"], render.count_total));
        }
    }
    assert!(ran > 170, "only {ran} cases ran");
    assert!(faults.is_empty(), "{} of {ran} allocate:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn an_allocation_is_counted() {
    let counted = measure(|| drop(std::hint::black_box(vec![1_u8])));
    assert_eq!(counted.count_total, 1);
}
