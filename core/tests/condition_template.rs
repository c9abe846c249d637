//! Log templates, and the words for failed evaluations, against a host made of JSON.

#[path = "support/json_host.rs"]
mod json_host;
#[path = "support/json_tagged.rs"]
mod json_tagged;

use json_host::JsonHost;
use serde_json::{Value as Json, json};
use stillframe_core::condition::{
    Install, JAVA, JAVASCRIPT, PYTHON, Program, RUBY, Scratch, Template, check_template,
};
use stillframe_core::limits::{LOG_LINE_BYTES, LOG_VALUE_BYTES};
use stillframe_core::redaction::Redaction;

fn host(vars: &Json) -> JsonHost {
    let case = json!({"vars": vars});
    JsonHost::new(case.as_object().expect("a case"))
}

fn render(source: &str, vars: &Json) -> String {
    render_into(source, vars, Vec::with_capacity(LOG_LINE_BYTES))
}

fn render_into(source: &str, vars: &Json, mut out: Vec<u8>) -> String {
    let (mut host, mut attrs, redaction) = (host(vars), Vec::new(), Redaction::standard());
    let mut install =
        Install { dialect: &PYTHON, names: &mut host, attrs: &mut attrs, redaction: &redaction };
    let template = Template::compile(source, &mut install).expect("the template compiles");
    let capacity = out.capacity();
    template.render(&host, &mut out);
    assert_eq!(out.capacity(), capacity, "rendering allocates");
    String::from_utf8(out).expect("UTF-8")
}

fn refused(source: &str) -> String {
    check_template(source, &PYTHON).expect_err("refused").to_string()
}

/// The message and the hint of a condition that fails.
fn failure(source: &str, vars: &Json) -> (String, Option<String>) {
    let (mut host, mut attrs, redaction) = (host(vars), Vec::new(), Redaction::standard());
    let mut install =
        Install { dialect: &PYTHON, names: &mut host, attrs: &mut attrs, redaction: &redaction };
    let program = Program::compile(source, &mut install).expect("the condition compiles");
    let failure = program.test(&host).expect_err("fails");
    (program.explain(&failure), program.hint(&failure))
}

#[test]
fn values_stand_where_their_braces_stood() {
    let vars = json!({"total": {"float": "129.9"}, "name": {"str": "lea"}, "n": {"int": "3"}});
    assert_eq!(render("total={total} by {name}", &vars), "total=129.9 by lea");
    assert_eq!(render("{{{n}}} } {n + 1}", &vars), "{3} } 4");
    assert_eq!(render("{n in {1, 3}} {'}'}", &vars), "True }");
    assert_eq!(render("nothing", &vars), "nothing");
    assert_eq!(render("{name.upper()[0]}", &vars), "L");
}

#[test]
fn values_are_rendered_without_running_code() {
    let vars = json!({
        "items": {"list": [{"str": "a\nb"}, null, {"tuple": [{"int": "1"}]}]},
        "user": {"dict": [[{"str": "id"}, {"int": "7"}], [{"str": "password"}, {"str": "x"}]]},
        "cart": {"object": {"type": "Cart", "fields": {}, "not_loaded": ["user"]}},
        "big": {"int": "18446744073709551616"},
        "status": {"subclass": {"type": "Status", "of": "str", "value": {"str": "open"}}},
        "many": {"range": [0, 30, 1]},
        "late": {"missing": "unset"},
    });
    assert_eq!(render("{items}", &vars), "[\"a\\nb\", None, (1,)]");
    assert_eq!(render("{user}", &vars), "{\"id\": 7, \"password\": (redacted)}");
    assert_eq!(render("{cart} {big}", &vars), "<Cart> 18446744073709551616");
    assert_eq!(render("{status} {many}", &vars), "open <range>");
    assert_eq!(render("{late} {cart.user.id}", &vars), "{!not set yet} {!not loaded}");
    assert_eq!(render("{cart.nope}!", &vars), "{!no such attribute}!");
}

#[test]
fn no_value_forges_a_line_or_fills_it() {
    let vars = json!({
        "evil": {"str": "x\r\n2026 INFO all is well\u{1b}[2J\u{2028}"},
        "long": {"str": "é".repeat(5000)},
    });
    assert_eq!(render("{evil}", &vars), "x\\r\\n2026 INFO all is well\\x1b[2J\\u2028");
    let line = render("{long} end", &vars);
    assert!(line.len() <= LOG_VALUE_BYTES + 4 && line.ends_with("… end"), "{line}");
    let line = render("{long}{long}{long}{long}{long}{long}", &vars);
    assert!(line.len() <= LOG_LINE_BYTES && line.ends_with('…'), "{}", line.len());
    let line = render_into("{long} end", &vars, Vec::with_capacity(20));
    assert!(line.len() <= 20, "{line}");
}

#[test]
fn a_watch_keeps_its_computed_string() {
    let (mut host, mut attrs) = (host(&json!({"a": {"str": "é"}, "b": {"str": "x"}})), Vec::new());
    let redaction = Redaction::standard();
    let mut install =
        Install { dialect: &PYTHON, names: &mut host, attrs: &mut attrs, redaction: &redaction };
    let program = Program::compile("(a + b).upper()", &mut install).expect("compiles");
    let (scratch, used) = (Scratch::new(), Scratch::new());
    let value = program.value(&host, &scratch).expect("a value");
    assert_eq!(host.tagged(&value), json!({"str": "ÉX"}));
    assert!(program.value(&host, &used).is_ok());
    assert!(program.value(&host, &used).is_err(), "one scratch holds one string");
}

#[test]
fn other_spellings_are_refused_with_what_to_write() {
    for (source, what) in [
        ("{x:.2f}", "a format after `:`"),
        ("${x}", "`${` does not open"),
        ("#{x}", "`#{` does not open"),
        ("{x!r}", "a conversion"),
        ("{x=}", "`=` after an expression"),
        ("{}", "no expression"),
        ("{x", "not closed"),
        ("{", "not closed"),
        ("{x y}", "does not belong"),
        ("{f(x)}", "would run application code"),
    ] {
        let error = refused(source);
        assert!(error.contains(what), "{source}: {error}");
    }
}

#[test]
fn failures_name_types_and_what_works() {
    let lazy = json!({"object": {
        "type": "SimpleLazyObject", "fields": {}, "not_loaded": ["id"],
    }});
    let vars = json!({
        "request": {"object": {"type": "Request", "fields": {"user": lazy}, "needs_code": ["tax"]}},
        "n": {"int": "5"}, "s": {"str": "secret value"}, "none": null,
        "d": {"dict": []}, "xs": {"list": []},
    });
    let (message, hint) = failure("request.user.id == 7", &vars);
    let wanted = "request.user is a SimpleLazyObject, not loaded: .id would run application code";
    assert_eq!(message, wanted);
    assert_eq!(hint.as_deref(), Some("request._cached_user.id == 7"));
    let library = json!({"total": {"decimal": "1.50"}, "at": {"date": "2026-11-22"}});
    for (source, works) in [
        ("total + 1 > 100", Some("compare it, as in total > 100")),
        ("at + 1 == 5", Some("compare its parts, as in day.year == 2026")),
        ("at.weekday == 5", None),
    ] {
        assert_eq!(failure(source, &library).1.as_deref(), works, "{source}");
    }
    for (source, wanted) in [
        ("request.tax > 1", "request is a Request: .tax would run application code"),
        ("request.total > 1", "request is a Request, which has no .total"),
        ("none.total > 1", "none is None, which has no .total"),
        ("n < s", "n < s: int and str have no order (<)"),
        ("s > 5", "s > 5: str and int have no order (>)"),
        ("n + s == 1", "n + s is not possible on int and str"),
        ("d['k'] == 1", "d has no key 'k'"),
        ("xs[0] == 1", "xs has no element 0"),
        ("n / 0 > 1", "n / 0 divides by zero"),
        ("len(n) > 1", "len(n) is not possible on an int"),
    ] {
        assert_eq!(failure(source, &vars).0, wanted, "{source}");
    }
}

#[test]
fn failures_of_java_are_told_in_its_words() {
    let of = |source: &str, value: Json| -> (String, Option<String>) {
        let case = json!({"vars": {"x": {"type": "Object", "value": value}}});
        let mut host = JsonHost::typed(case.as_object().expect("a case"));
        let (mut attrs, redaction) = (Vec::new(), Redaction::standard());
        let mut install =
            Install { dialect: &JAVA, names: &mut host, attrs: &mut attrs, redaction: &redaction };
        let program = Program::compile(source, &mut install).expect("the condition compiles");
        let failure = program.test(&host).expect_err("fails");
        (program.explain(&failure), program.hint(&failure))
    };
    let text = json!({"str": "a"});
    for (source, value, message) in [
        ("x", text.clone(), "x is a String, and only a boolean is true or false"),
        ("x && true", json!(null), "x is null"),
        ("x > 1", text.clone(), "x > 1: String and int cannot be compared (>)"),
        ("x == 1.5", text.clone(), "x == 1.5: String and Double cannot be compared (==)"),
        ("x.length() > 1", json!(null), "x is null, which has no .length()"),
        ("x.get(0) == 1", json!({"list": []}), "x has no element 0"),
        ("x[0] == 1", json!({"list": []}), "x[0] is not possible on ArrayList and Integer"),
        ("x / 0 == 1", json!({"int32": "1"}), "x / 0 divides by zero"),
    ] {
        assert_eq!(of(source, value).0, message, "{source}");
    }
    let day = json!({"object": {"type": "LocalDate", "fields": {}}});
    let (_, hint) = of("x > 1", day);
    assert_eq!(hint.as_deref(), Some("compare its fields, as in day.year == 2026"));
}

#[test]
fn failures_of_javascript_are_told_in_its_words() {
    let of = |source: &str, value: Json| -> String {
        let case = json!({"vars": {"x": value, "k": {"str": "a"}}});
        let mut host = JsonHost::loose(case.as_object().expect("a case"));
        let (mut attrs, redaction) = (Vec::new(), Redaction::standard());
        let dialect = &JAVASCRIPT;
        let mut install =
            Install { dialect, names: &mut host, attrs: &mut attrs, redaction: &redaction };
        let program = Program::compile(source, &mut install).expect("the condition compiles");
        program.explain(&program.test(&host).expect_err("fails"))
    };
    let (undefined, one) = (json!({"undefined": true}), json!({"float": "1.0"}));
    let cart = json!({"object": {"type": "Cart", "fields": {}, "needs_code": ["tax", "a"]}});
    let big = json!({"bigint": "9223372036854775807"});
    for (source, value, message) in [
        ("x.total > 1", undefined.clone(), "x is undefined, which has no .total"),
        ("x.total > 1", json!(null), "x is null, which has no .total"),
        ("x[0]", undefined.clone(), "x is undefined, which has no [0]"),
        ("x.length", undefined, "x is undefined, which has no .length"),
        ("x.tax > 1", cart.clone(), "x is a Cart: .tax would run application code"),
        ("x[k]", cart.clone(), "x is a Cart: [k] would run application code"),
        ("x > 1", cart.clone(), "x is a Cart: x > 1 would run application code"),
        ("x + 1", cart, "x + 1 would run application code of Cart or number"),
        ("x.includes(1)", one.clone(), "x.includes(1): a number has no such method"),
        ("x + 1n", one.clone(), "x + 1n is not possible on number and bigint"),
        ("k in x", one, "k in x is not possible on string and number"),
        ("x + 1n", big.clone(), "x + 1n is beyond 64 bits"),
        ("(x - 1n) / 0n", big, "(x - 1n) / 0n divides by zero"),
    ] {
        assert_eq!(of(source, value), message, "{source}");
    }
}

#[test]
fn failures_of_ruby_are_told_in_its_words() {
    let of = |source: &str, value: Json| -> String {
        let case = json!({"vars": {"x": value, "k": {"symbol": "a"}}});
        let mut host = JsonHost::open(case.as_object().expect("a case"));
        let (mut attrs, redaction) = (Vec::new(), Redaction::standard());
        let mut install =
            Install { dialect: &RUBY, names: &mut host, attrs: &mut attrs, redaction: &redaction };
        let program = Program::compile(source, &mut install).expect("the condition compiles");
        program.explain(&program.test(&host).expect_err("fails"))
    };
    let (text, list) = (json!({"str": "a"}), json!({"list": []}));
    let cart = json!({"object": {"type": "Cart", "fields": {}, "needs_code": ["tax"]}});
    let proc = json!({"dict": [], "default_proc": true});
    for (source, value, message) in [
        ("x.total > 1", json!(null), "x is nil, which has no .total"),
        ("x.size > 1", json!(null), "x is nil, which has no .size"),
        ("x[0]", json!(null), "x is nil, which has no [0]"),
        ("x.tax > 1", cart.clone(), "x is a Cart: .tax would run application code"),
        ("x.total", cart.clone(), "x is a Cart, which has no .total"),
        ("x > 1", cart, "x is a Cart: x > 1 would run application code"),
        ("x > 1", text.clone(), "x > 1: String and Integer have no order (>)"),
        ("x.reverse", text, "x is a String, of which .reverse is not read here"),
        ("x[1..]", list, "x[1..]: a part is taken of a String here, not of an Array"),
        ("x[k]", proc, "x is a Hash: [k] would run application code"),
        ("x / 0 == 1", json!({"int": "1"}), "x / 0 divides by zero"),
    ] {
        assert_eq!(of(source, value), message, "{source}");
    }
}
