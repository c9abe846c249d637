//! Conditions, watches and log templates from arbitrary text.
//!
//! Knows no expected value; those are the conformance vectors'. Checked: nothing panics, what was
//! accepted is echoed in a form that means the same, and a program's two ways to run agree.

#![no_main]

#[path = "../../../core/tests/support/json_host.rs"]
mod json_host;
#[path = "../../../core/tests/support/json_tagged.rs"]
mod json_tagged;

use json_host::JsonHost;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use stillframe_core::condition::{
    Dialect, Install, JAVA, JAVASCRIPT, PYTHON, Program, RUBY, Scratch, Template, check,
};
use stillframe_core::error::Result;
use stillframe_core::limits::LOG_LINE_BYTES;
use stillframe_core::redaction::Redaction;

/// A variable of each kind; their names are in the dictionary of the fuzzer.
static PYTHON_CASE: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let case = json!({"vars": {
        "n": null,
        "b": true,
        "i": {"int": "42"},
        "big": {"int": "123456789012345678901234567890"},
        "f": {"float": "-0.5"},
        "s": {"str": "grüße"},
        "y": {"bytes": [0, 255]},
        "l": {"list": [{"int": "1"}, {"str": "two"}, null]},
        "t": {"tuple": [{"int": "1"}, {"float": "2.5"}]},
        "e": {"set": [{"int": "1"}, {"str": "a"}]},
        "d": {"dict": [[{"str": "key"}, {"list": [{"int": "7"}]}], [{"int": "3"}, null]]},
        "password": {"str": "hunter2"},
        "m": {"missing": "needs_code"}
    }});
    case.as_object().cloned().unwrap_or_default()
});

/// The same of a JVM.
static JAVA_CASE: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let case = json!({"vars": {
        "n": {"value": null},
        "b": {"value": true},
        "i": {"value": {"int32": "42"}},
        "big": {"value": {"int": "9007199254740993"}},
        "f": {"value": {"float": "-0.5"}},
        "g": {"value": {"float32": "0.1"}},
        "c": {"value": {"char": 120}},
        "s": {"value": {"str": "grüße😀"}},
        "l": {"value": {"list": [{"int32": "1"}, {"str": "two"}, null]}},
        "t": {"value": {"array": [{"int32": "1"}, {"int32": "2"}], "of": "int"}},
        "e": {"value": {"set": [{"int32": "1"}, {"str": "a"}]}},
        "d": {"value": {"dict": [[{"str": "key"}, {"list": [{"int32": "7"}]}]]}},
        "password": {"value": {"str": "hunter2"}},
        "m": {"value": {"missing": "needs_code"}}
    }});
    case.as_object().cloned().unwrap_or_default()
});

/// The same of JavaScript.
static JAVASCRIPT_CASE: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let case = json!({"vars": {
        "n": null,
        "u": {"undefined": true},
        "b": true,
        "i": {"float": "42.0"},
        "big": {"bigint": "9223372036854775807"},
        "f": {"float": "-0.5"},
        "s": {"str": "grüße😀"},
        "y": {"bytes": [0, 255]},
        "l": {"list": [{"float": "1.0"}, {"str": "two"}, null, {"missing": "absent"}]},
        "t": {"numbers": [{"float": "1.5"}]},
        "e": {"set": [{"float": "1.0"}, {"str": "a"}]},
        "d": {"dict": [[{"str": "key"}, {"list": [{"float": "7.0"}]}]]},
        "o": {"object": {"type": "Object", "fields": {"key": {"float": "1.0"}}, "needs_code": ["g"]}},
        "password": {"str": "hunter2"},
        "m": {"missing": "needs_code"}
    }});
    case.as_object().cloned().unwrap_or_default()
});

/// The same of Ruby.
static RUBY_CASE: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let case = json!({"vars": {
        "n": null,
        "b": true,
        "i": {"int": "42"},
        "big": {"int": "123456789012345678901234567890"},
        "f": {"float": "-0.5"},
        "s": {"str": "grüße😀"},
        "y": {"bytes": [0, 255]},
        "z": {"symbol": "key"},
        "l": {"list": [{"int": "1"}, {"str": "two"}, null, {"list": [{"int": "2"}]}]},
        "e": {"set": [{"int": "1"}, {"str": "a"}]},
        "d": {"dict": [[{"symbol": "key"}, {"list": [{"int": "7"}]}]], "default": {"int": "0"}},
        "r": {"span": [{"int": "1"}, {"int": "5"}, false]},
        "o": {"object": {"type": "Cart", "fields": {"key": {"int": "1"}}, "needs_code": ["g"]}},
        "@x": {"float": "1.5"},
        "password": {"str": "hunter2"},
        "m": {"missing": "needs_code"}
    }});
    case.as_object().cloned().unwrap_or_default()
});

fn install<T>(
    dialect: &'static Dialect,
    host: &mut JsonHost,
    compile: impl FnOnce(&mut Install<'_>) -> Result<T>,
) -> Result<T> {
    let redaction = Redaction::standard();
    let mut attrs = Vec::new();
    compile(&mut Install {
        dialect,
        names: host,
        attrs: &mut attrs,
        redaction: &redaction,
    })
}

/// What the program comes to, as both ways of running it see it.
fn run(program: &Program, host: &JsonHost) -> Value {
    let scratch = Scratch::new();
    let value = match program.value(host, &scratch) {
        Ok(value) => host.tagged(&value),
        Err(failure) => json!({"error": failure.kind().word()}),
    };
    if let (Err(failure), false) = (program.test(host), value.get("error").is_some()) {
        // Only the truth of a value that exists may still be refused.
        assert!(!program.explain(&failure).is_empty());
    }
    if value.get("error").is_some() {
        assert!(program.test(host).is_err(), "`{}` tests though it has no value", program.source());
    }
    value
}

fn fuzz(source: &str, dialect: &'static Dialect, mut host: JsonHost) {
    if let Ok(program) = install(dialect, &mut host, |install| Program::compile(source, install)) {
        assert!(check(source, dialect).is_ok(), "installed but not accepted by the parser alone");
        let value = run(&program, &host);
        let echoed = program.canonical();
        let again = install(dialect, &mut host, |install| Program::compile(echoed, install));
        let again = again.unwrap_or_else(|fault| panic!("the echo {echoed:?} is refused: {fault}"));
        assert_eq!(again.canonical(), echoed, "the echo is echoed otherwise");
        assert_eq!(run(&again, &host), value, "the echo {echoed:?} means something else");
    }
    let template = install(dialect, &mut host, |install| Template::compile(source, install));
    if let Ok(template) = template {
        let mut line = Vec::with_capacity(LOG_LINE_BYTES);
        let room = line.capacity();
        template.render(&host, &mut line);
        assert!(line.len() <= LOG_LINE_BYTES && line.capacity() == room, "the line grew");
        let line = std::str::from_utf8(&line).expect("a line of text");
        let is_redacted = source.contains("hunter2") || !line.contains("hunter2");
        assert!(is_redacted, "a redacted value was rendered");
    }
}

fuzz_target!(|source: &str| {
    fuzz(source, &PYTHON, JsonHost::new(&PYTHON_CASE));
    fuzz(source, &JAVA, JsonHost::typed(&JAVA_CASE));
    fuzz(source, &JAVASCRIPT, JsonHost::loose(&JAVASCRIPT_CASE));
    fuzz(source, &RUBY, JsonHost::open(&RUBY_CASE));
});
