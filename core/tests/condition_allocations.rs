//! Evaluating allocates nothing: every case of the vectors, as condition, as watch and as log line.
//!
//! The host is made of JSON and allocates nothing either once it is built. Invariant: what is counted
//! is this thread's.

#[path = "support/json_host.rs"]
mod json_host;

use allocation_counter::measure;
use json_host::JsonHost;
use serde_json::{Map, Value as Json};
use stillframe_core::condition::{Install, PYTHON, Program, Scratch, Template};
use stillframe_core::limits::LOG_LINE_BYTES;
use stillframe_core::redaction::Redaction;

const CONDITIONS: &str = include_str!("../../tests/conformance/conditions-python.json");
const TEMPLATES: &str = include_str!("../../tests/conformance/templates-python.json");

fn cases(text: &str) -> Vec<Map<String, Json>> {
    serde_json::from_str(text).expect("the vectors are JSON")
}

/// What `work` makes of the host of a case.
fn with_host<T>(
    case: &Map<String, Json>,
    work: impl FnOnce(&mut Install<'_>) -> Option<T>,
) -> Option<(T, JsonHost)> {
    let (mut host, mut attrs) = (JsonHost::new(case), Vec::new());
    let redaction = Redaction::standard();
    let mut install =
        Install { dialect: &PYTHON, names: &mut host, attrs: &mut attrs, redaction: &redaction };
    work(&mut install).map(|made| (made, host))
}

#[test]
fn a_condition_allocates_nothing_whatever_it_is() {
    let (mut ran, mut faults) = (0, Vec::new());
    for case in cases(CONDITIONS) {
        let source = case["source"].as_str().expect("a source");
        let compiled = with_host(&case, |install| Program::compile(source, install).ok());
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
    assert!(ran > 900, "only {ran} cases ran");
    assert!(faults.is_empty(), "{} of {ran} allocate:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_log_line_allocates_nothing_whatever_it_says() {
    let (mut ran, mut faults) = (0, Vec::new());
    let mut out = Vec::with_capacity(LOG_LINE_BYTES);
    for case in cases(TEMPLATES) {
        let source = case["template"].as_str().expect("a template");
        let compiled = with_host(&case, |install| Template::compile(source, install).ok());
        let Some((template, host)) = compiled else { continue };
        ran += 1;
        out.clear();
        let render = measure(|| template.render(&host, &mut out));
        if render.count_total > 0 {
            faults.push(format!("{}: {}", case["name"], render.count_total));
        }
    }
    assert!(ran > 80, "only {ran} cases ran");
    assert!(faults.is_empty(), "{} of {ran} allocate:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn an_allocation_is_counted() {
    let counted = measure(|| drop(std::hint::black_box(vec![1_u8])));
    assert_eq!(counted.count_total, 1);
}
