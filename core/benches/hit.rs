//! What the core's part of a hit costs: nanoseconds on the application's thread.
//!
//! The frame is data that is already there, so reading a variable is a load; each runtime's own
//! reading comes on top. Probes get a whole core as their budget, else they would rest. A capture is
//! measured by the bench `capture`: here the process's own quota of snapshots would end it.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;
use stillframe_core::agent::{Agent, Arguments, Config};
use stillframe_core::condition::PYTHON;
use stillframe_core::error::Result;
use stillframe_core::host::{
    Attr, FrameName, LoadedFile, LoadedFunction, Name, Named, Names, Runtime, Scope, Shape,
    SourceText, Span, UnknownName, Visitor, Walker,
};
use stillframe_core::probe::ProbeState;
use stillframe_core::value::{Missing, Object, Reading, Text, Value};

/// Runs every task where it is given, and has one function with ten variables.
struct Direct;

impl Runtime for Direct {
    fn run_soon(&self, task: Box<dyn FnOnce() + Send>) -> bool {
        task();
        true
    }

    fn files(&self, _file_name: &str) -> Vec<LoadedFile> {
        vec![LoadedFile { path: "/app.py".into(), real_path: None, is_application: true }]
    }

    fn source(&self, _file: &LoadedFile) -> SourceText {
        SourceText::Known("def f():\n    pass\n".into())
    }

    fn functions(&self, _file: &LoadedFile) -> Vec<LoadedFunction> {
        vec![LoadedFunction {
            code: 1,
            name: "f".into(),
            first_line: 1,
            lines: vec![2],
            runs_once: false,
        }]
    }

    fn file_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn named(&self, _name: &str) -> Option<Named> {
        None
    }

    fn files_with(&self, _name: &str) -> Vec<LoadedFile> {
        Vec::new()
    }

    fn names(&self, _code: u64, _line: u32, _span: Option<Span>) -> Box<dyn Names + '_> {
        Box::new(Letters)
    }

    fn arm(
        &self,
        _site: u32,
        _code: u64,
        _line: u32,
        _attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        Ok(None)
    }

    fn disarm(&self, _site: u32) {}
    fn forked(&self) {}
}

struct Letters;

impl Names for Letters {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        let letter = name.bytes().next().filter(|_| name.len() == 1);
        let slot = letter.and_then(|letter| letter.checked_sub(b'a')).filter(|slot| *slot < 10);
        slot.map(u16::from).ok_or_else(UnknownName::default)
    }

    fn is_builtin(&mut self, _name: &str) -> bool {
        true
    }
}

const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

/// Ten integers.
struct Frame([i64; 10]);

impl Scope for Frame {
    #[inline]
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        self.0.get(usize::from(slot)).map(|value| Value::Int(*value)).ok_or(Missing::Absent)
    }

    fn attr(&self, _object: Object, _attr: Attr<'_>) -> Reading<Value<'_>> {
        Err(Missing::Absent)
    }

    fn item(&self, _sequence: Object, _index: usize) -> Reading<Value<'_>> {
        Err(Missing::Absent)
    }

    fn lookup(&self, _container: Object, _key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        None
    }

    fn entry(&self, _container: Object, _cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        None
    }

    fn len(&self, _object: Object) -> Reading<usize> {
        Err(Missing::Absent)
    }

    fn truth(&self, _object: Object) -> Reading<bool> {
        Err(Missing::Absent)
    }

    fn underlying(&self, _object: Object) -> Reading<Value<'_>> {
        Err(Missing::Absent)
    }

    fn compares_by_identity(&self, _object: Object) -> bool {
        false
    }

    fn is_instance(&self, _value: &Value<'_>, _class: Object) -> Reading<bool> {
        Err(Missing::Absent)
    }

    fn type_name(&self, _value: &Value<'_>) -> Text<'_> {
        Text::Utf8("int")
    }
}

fn name(text: &str) -> Name<'_> {
    Name { identity: 0, text: Text::Utf8(text) }
}

impl Walker for Frame {
    fn variable(&self, ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)> {
        Some((name(NAMES.get(ordinal)?), self.slot(ordinal as u16)))
    }

    fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        (depth < 8).then(|| FrameName { file: name("/app.py"), function: name("f"), line: 2 })
    }

    fn thread_name(&self) -> Text<'_> {
        Text::Utf8("MainThread")
    }

    fn trace_id(&self) -> Option<[u8; 16]> {
        None
    }

    fn shape(&self, _object: Object) -> Shape<'_> {
        Shape { type_name: name("object"), len: None }
    }

    fn children(&self, _object: Object, _visitor: &mut impl Visitor) {}
}

fn agent(probe: &str) -> Arc<Agent<Direct>> {
    let config = Config::resolve(Arguments::default(), &|_| None).expect("nothing is malformed");
    let agent = Agent::start(Direct, &PYTHON, config).expect("it starts");
    let probe = serde_json::from_str(probe).expect("it is a specification");
    agent.probe(probe, Some(Box::new(|_| ()))).expect("it is permitted");
    agent
}

fn bench(criterion: &mut Criterion) {
    let frame = black_box(Frame([3; 10]));
    let cases = [
        ("condition_false", r#""condition":"a > 10""#),
        ("condition_false_two_clauses", r#""condition":"a == 3 and b > 10""#),
        ("count", r#""kind":"count""#),
        ("over_quota", r#""rate_per_s":1,"limit":1000000000"#),
    ];
    for (case, part) in cases {
        let probe = format!(r#"{{"location":"app.py:2","budget_ppm":1000000,{part}}}"#);
        let agent = agent(&probe);
        criterion.bench_function(case, |bencher| {
            bencher.iter(|| agent.hit(black_box(0), &frame));
        });
        let state = agent.status().probes[0].state;
        assert_eq!(state, ProbeState::Armed, "{case} did not measure what it says");
        agent.stop(Duration::from_millis(100));
    }
}

criterion_group! {
    name = hits;
    config = Criterion::default().warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = bench
}
criterion_main!(hits);
