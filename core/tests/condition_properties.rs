//! Properties of evaluation: random conditions over random values neither panic nor disagree.

#[path = "support/json_host.rs"]
mod json_host;
#[path = "support/json_tagged.rs"]
mod json_tagged;

use json_host::JsonHost;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use stillframe_core::condition::{
    Dialect, Install, JAVA, JAVASCRIPT, PYTHON, Program, RUBY, Scratch, Template,
};
use stillframe_core::redaction::Redaction;
use stillframe_core::value::Value;

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(|int| json!({"int": int.to_string()})),
        (-3_i64..4).prop_map(|int| json!({"int": int.to_string()})),
        Just(json!({"int": "-36893488147419103233"})),
        any::<f64>().prop_map(|float| json!({"float": format!("{float:?}")})),
        any::<String>().prop_map(|text| json!({"str": text})),
        prop::collection::vec(0xd7f0_u32..0xd820, 0..4).prop_map(|text| json!({"points": text})),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(|bytes| json!({"bytes": bytes})),
        Just(json!({"range": [5, -9, -3]})),
        Just(json!({"class": "Cart"})),
        Just(json!({"missing": "unset"})),
        Just(json!({"subclass": {"type": "Status", "of": "str", "value": {"str": "b"}}})),
        Just(json!({"object": {"type": "Cart", "fields": {"b": {"int": "1"}},
            "needs_code": ["c"], "overrides": ["__eq__", "__bool__"]}})),
    ]
}

fn value() -> impl Strategy<Value = Json> {
    let is_there = |json: &Json| json.get("missing").is_none();
    let readable = scalar().prop_filter("elements are there", is_there).boxed();
    scalar().prop_recursive(3, 12, 3, move |_| {
        let inner = readable.clone();
        let several = prop::collection::vec(inner.clone(), 0..4);
        let pairs = prop::collection::vec((inner.clone(), inner), 0..4);
        prop_oneof![
            several.clone().prop_map(|items| json!({"list": items})),
            several.clone().prop_map(|items| json!({"tuple": items})),
            several.prop_map(|items| json!({"set": items})),
            pairs.prop_map(|entries| json!({"dict": entries})),
        ]
    })
}

const LEAVES: &[&str] = &[
    "a",
    "b",
    "c",
    "1",
    "-2",
    "0",
    "1.5",
    "'b'",
    "'é❄'",
    "b'x'",
    "None",
    "True",
    "a.b",
    "b.c",
    "99999999999999999999",
];

const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">",
    ">=", "is", "is not", "in", "not in", "and", "or",
];

const PREFIXES: &[&str] = &["-", "+", "~", "not "];

const SHAPES: &[&str] = &[
    "len(_)",
    "_[0]",
    "_[-1:]",
    "_[:2]",
    "abs(_)",
    "sum(_)",
    "max(_)",
    "min(_, a)",
    "any(_)",
    "all(x == a for x in _)",
    "any(v for k, v in _.items())",
    "_.lower()",
    "_.upper()",
    "_.strip()",
    "_.split()[0]",
    "_.split('b')[-1]",
    "_.get(a)",
    "_?.b",
    "isinstance(_, (int, str))",
    "_.startswith('b')",
    "_.endswith(b)",
    "b in _.values()",
    "matches(_, r'b+$')",
    "a in (_, 1)",
    "a in {_, 'b'}",
    "1 < _ < 3",
    "math.isnan(_)",
];

fn source() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(OPERATORS), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            (prop::sample::select(PREFIXES), inner.clone()).prop_map(|(o, e)| format!("({o}{e})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(yes, test, no)| format!("({yes} if {test} else {no})")),
            (prop::sample::select(SHAPES), inner)
                .prop_map(|(shape, e)| shape.replace('_', &format!("({e})"))),
        ]
    })
}

fn java_value() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(|int| json!({"int": int.to_string()})),
        any::<i32>().prop_map(|int| json!({"int32": int.to_string()})),
        (-3_i32..4).prop_map(|int| json!({"int32": int.to_string()})),
        any::<f64>().prop_map(|float| json!({"float": format!("{float:?}")})),
        any::<f32>().prop_map(|float| json!({"float32": format!("{float:?}")})),
        any::<u16>().prop_map(|unit| json!({"char": unit})),
        any::<String>().prop_map(|text| json!({"str": text})),
        prop::collection::vec(0xd7f0_u16..0xe010, 0..4).prop_map(|text| json!({"units": text})),
        Just(json!({"object": {"type": "Cart", "fields": {"b": {"int32": "1"}},
            "needs_code": ["c()"], "overrides": ["equals"]}})),
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 0..4);
        let pairs = prop::collection::vec((inner.clone(), inner), 0..4);
        prop_oneof![
            several.clone().prop_map(|items| json!({"list": items})),
            several.clone().prop_map(|items| json!({"array": items, "of": "Object"})),
            several.prop_map(|items| json!({"set": items})),
            pairs.prop_map(|entries| json!({"dict": entries})),
        ]
    })
}

const JAVA_LEAVES: &[&str] = &[
    "a",
    "b",
    "c",
    "1",
    "-2",
    "0",
    "5L",
    "1.5",
    "2f",
    "'b'",
    "\"b\"",
    "\"é❄😀\"",
    "null",
    "true",
    "a.b",
    "Integer.MAX_VALUE",
    "Math.abs(a)",
];

const JAVA_OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "==", "!=", "<", "<=", ">", ">=",
    "&&", "||",
];

const JAVA_PREFIXES: &[&str] =
    &["-", "+", "~", "!", "(int) ", "(char) ", "(double) ", "(Integer) "];

const JAVA_SHAPES: &[&str] = &[
    "_.length()",
    "_.length",
    "_[0]",
    "_.get(0)",
    "_.get(b)",
    "_.size()",
    "_.isEmpty()",
    "_.isBlank()",
    "_.trim()",
    "_.strip()",
    "_.toLowerCase()",
    "_.toUpperCase()",
    "_.equals(b)",
    "b.equals(_)",
    "Objects.equals(_, a)",
    "_.contains(b)",
    "_.startsWith(\"b\")",
    "_.indexOf(b)",
    "_.charAt(0)",
    "_.compareTo(b)",
    "_.equalsIgnoreCase(\"B\")",
    "_.matches(\"b+\")",
    "_.getOrDefault(a, 1)",
    "_.containsValue(b)",
    "_.c()",
    "Math.max(_, a)",
    "_ instanceof String",
    "(a == b ? _ : 1L)",
    "\"\" + _",
];

fn java_source() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(JAVA_LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(JAVA_OPERATORS), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            (prop::sample::select(JAVA_PREFIXES), inner.clone())
                .prop_map(|(prefix, e)| format!("({prefix}({e}))")),
            (prop::sample::select(JAVA_SHAPES), inner)
                .prop_map(|(shape, e)| shape.replace('_', &format!("({e})"))),
        ]
    })
}

fn javascript_value() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        Just(json!({"undefined": true})),
        any::<bool>().prop_map(Json::Bool),
        any::<f64>().prop_map(|float| json!({"float": format!("{float:?}")})),
        (-3_i32..4).prop_map(|int| json!({"float": format!("{:?}", f64::from(int))})),
        any::<i64>().prop_map(|int| json!({"bigint": int.to_string()})),
        Just(json!({"bigint": "-36893488147419103233"})),
        any::<String>().prop_map(|text| json!({"str": text})),
        prop::collection::vec(0xd7f0_u16..0xe010, 0..4).prop_map(|text| json!({"units": text})),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(|bytes| json!({"bytes": bytes})),
        Just(json!({"symbol": "b"})),
        Just(json!({"class": "Cart"})),
        Just(json!({"object": {"type": "Cart", "fields": {"b": {"float": "1.0"}},
            "needs_code": ["c"]}})),
        Just(json!({"object": {"type": "Object", "fields": {}, "overrides": ["*"]}})),
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        let hole = Just(json!({"missing": "absent"}));
        let several = prop::collection::vec(inner.clone(), 0..4);
        let holed = prop::collection::vec(prop_oneof![3 => inner.clone(), 1 => hole], 0..4);
        let pairs = prop::collection::vec((inner.clone(), inner), 0..4);
        prop_oneof![
            holed.prop_map(|items| json!({"list": items})),
            several.clone().prop_map(|items| json!({"numbers": items})),
            several.prop_map(|items| json!({"set": items})),
            pairs.prop_map(|entries| json!({"dict": entries})),
        ]
    })
}

const JAVASCRIPT_LEAVES: &[&str] = &[
    "a",
    "b",
    "c",
    "1",
    "-2",
    "0",
    "1.5",
    "10n",
    "'b'",
    "'é❄😀'",
    "null",
    "undefined",
    "NaN",
    "true",
    "a.b",
    "a?.b",
    "Math.PI",
];

const JAVASCRIPT_OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", ">>>", "==", "!=", "===", "!==", "<",
    "<=", ">", ">=", "in", "&&", "||", "??",
];

const JAVASCRIPT_PREFIXES: &[&str] = &["-", "+", "~", "!", "typeof "];

const JAVASCRIPT_SHAPES: &[&str] = &[
    "_.length",
    "_.size",
    "_[0]",
    "_[b]",
    "_?.[a]",
    "_?.b.c",
    "_.includes(b)",
    "[1, a, _].includes(b)",
    "_.indexOf(b)",
    "_.startsWith('b')",
    "_.endsWith(b)",
    "_.toUpperCase()",
    "_.toLowerCase()",
    "_.trim()",
    "_.get(b)",
    "_.has(b)",
    "_.some(x => x === a)",
    "_.every(x => x != b)",
    "_.find(x => x > 1)",
    "_.filter(x => x).length",
    "_.map(x => x + 1)[0]",
    "_.filter(x => x > 0).map(x => [a, x].includes(b)).includes(true)",
    "_.map(x => x.b).some(y => y)",
    "Object.keys(_).length",
    "Object.keys(_).some(k => a[k])",
    "Array.isArray(_)",
    "Number.isNaN(_)",
    "isNaN(_)",
    "Math.max(_, a)",
    "Math.round(_)",
    "/b+$/i.test(_)",
    "/^.b/u.test(_)",
    "_ instanceof Cart",
    "(_ ? a : b)",
    "'' + _",
];

fn javascript_source() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(JAVASCRIPT_LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(JAVASCRIPT_OPERATORS), inner.clone())
                .prop_map(|(left, operator, right)| format!("(({left}) {operator} ({right}))")),
            (prop::sample::select(JAVASCRIPT_PREFIXES), inner.clone())
                .prop_map(|(prefix, e)| format!("({prefix}({e}))")),
            (prop::sample::select(JAVASCRIPT_SHAPES), inner)
                .prop_map(|(shape, e)| shape.replace('_', &format!("({e})"))),
        ]
    })
}

fn ruby_value() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<f64>().prop_map(|float| json!({"float": format!("{float:?}")})),
        (-3_i64..4).prop_map(|int| json!({"int": int.to_string()})),
        any::<i64>().prop_map(|int| json!({"int": int.to_string()})),
        Just(json!({"int": "-36893488147419103233"})),
        any::<String>().prop_map(|text| json!({"str": text})),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(|bytes| json!({"bytes": bytes})),
        prop::sample::select(vec!["b", "été"]).prop_map(|name| json!({"symbol": name})),
        Just(json!({"encoded": "UTF-16LE"})),
        Just(json!({"class": "Cart"})),
        Just(json!({"function": "proc"})),
        (any::<Option<i8>>(), any::<Option<i8>>(), any::<bool>()).prop_map(|(a, b, below)| {
            let bound =
                |bound: Option<i8>| bound.map_or(Json::Null, |i| json!({"int": i.to_string()}));
            json!({"span": [bound(a), bound(b), below]})
        }),
        Just(json!({"object": {"type": "Cart", "fields": {"b": {"int": "1"}},
            "needs_code": ["c"]}})),
        Just(json!({"object": {"type": "Ghost", "fields": {},
            "overrides": ["==", "nil?", "eql?", "method_missing"]}})),
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 0..4);
        let pairs = prop::collection::vec((inner.clone(), inner), 0..4);
        prop_oneof![
            several.clone().prop_map(|items| json!({"list": items})),
            several.prop_map(|items| json!({"set": items})),
            (pairs, any::<bool>())
                .prop_map(|(entries, code)| json!({"dict": entries, "default_proc": code})),
        ]
    })
}

const RUBY_LEAVES: &[&str] =
    &["a", "b", "c", "1", "-2", "0", "1.5", "'b'", "\"é❄😀\"", ":b", "nil", "true", "a.b", "a&.b"];

const RUBY_OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", "==", "!=", "===", "<=>", "<", "<=",
    ">", ">=", "&&", "||", "and", "or",
];

const RUBY_PREFIXES: &[&str] = &["-", "+", "~", "!", "not "];

const RUBY_SHAPES: &[&str] = &[
    "_.size",
    "_.empty?",
    "_[0]",
    "_[b]",
    "_[0..b]",
    "_[a, 2]",
    "_&.b&.c",
    "_.nil?",
    "_.include?(b)",
    "[1, a, _].include?(b)",
    "[a, _].max",
    "(a..b).include?(_)",
    "(1..5) === _",
    "_.cover?(b)",
    "_.start_with?('b', b)",
    "_.upcase",
    "_.strip",
    "_.key?(b)",
    "_.fetch(b, a)",
    "_.dig(b, 0)",
    "_.value?(b)",
    "_.any?",
    "_.any? { |x| x == a }",
    "_.all? { |x, y| y != b }",
    "_.none?(Cart)",
    "_.find { |x| x.nil? }",
    "_.select { |x| x }.size",
    "_.reject(&:nil?).map { |x| [a, x].include?(b) }.include?(true)",
    "_.map { |k, v| v }.first",
    "_.sum",
    "_.sum { |x| x + 1 }",
    "_.min",
    "_.max",
    "_.first",
    "_.last",
    "_.keys.include?(b)",
    "_.values.any? { |v| v == b }",
    "_.count { |x| x }",
    "_ =~ /b+$/",
    "_.match?(/^.b/i)",
    "_ !~ /\\w/",
    "_.is_a?(Cart)",
    "_.eql?(b)",
    "_.equal?(b)",
    "_.between?(a, b)",
    "_.even?",
    "_.zero?",
    "_.abs",
    "(_ ? a : b)",
    "'' + _",
];

fn ruby_source() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(RUBY_LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(RUBY_OPERATORS), inner.clone())
                .prop_map(|(left, operator, right)| format!("(({left}) {operator} ({right}))")),
            (prop::sample::select(RUBY_PREFIXES), inner.clone())
                .prop_map(|(prefix, e)| format!("({prefix}({e}))")),
            (prop::sample::select(RUBY_SHAPES), inner).prop_map(|(shape, e)| shape.replacen(
                '_',
                &format!("({e})"),
                1
            )),
        ]
    })
}

/// Compiles and evaluates `source`: as a condition, a watch and a log line, which must agree.
fn check(source: &str, dialect: &'static Dialect, mut host: JsonHost) -> Result<(), TestCaseError> {
    let (mut attrs, redaction) = (Vec::new(), Redaction::standard());
    let mut install =
        Install { dialect, names: &mut host, attrs: &mut attrs, redaction: &redaction };
    let Ok(program) = Program::compile(source, &mut install) else { return Ok(()) };
    let template = Template::compile(&format!("{{{source}}}"), &mut install);
    let (scratch, other) = (Scratch::new(), Scratch::new());
    let (tested, value) = (program.test(&host), program.value(&host, &scratch));
    if let (Ok(value), Ok(again)) = (&value, program.value(&host, &other)) {
        prop_assert_eq!(host.tagged(value), host.tagged(&again));
    }
    match (&tested, &value) {
        (Ok(tested), Ok(Value::Bool(value))) => prop_assert_eq!(tested, value),
        (Ok(_), Err(failure)) => prop_assert!(false, "value: {}", program.explain(failure)),
        (Err(failure), _) => prop_assert!(!program.explain(failure).is_empty()),
        _ => {}
    }
    if let Ok(template) = template {
        let mut line = Vec::with_capacity(200);
        template.render(&host, &mut line);
        prop_assert!(line.len() <= 200);
        let line = std::str::from_utf8(&line).expect("UTF-8");
        prop_assert!(!line.contains(char::is_control));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_test_says_what_the_value_is(source in source(), a in value(), b in value(), c in value()) {
        let vars = [("a", a), ("b", b), ("c", c)].map(|(name, json)| (name.to_owned(), json));
        let vars: Map<String, Json> = vars.into_iter().collect();
        let case = [("vars".to_owned(), Json::Object(vars))].into_iter().collect();
        check(&source, &PYTHON, JsonHost::new(&case))?;
    }

    #[test]
    fn a_test_says_what_the_value_is_in_java(
        source in java_source(), a in java_value(), b in java_value(), c in java_value(),
    ) {
        let of = |(name, json): (&str, Json)| (name.to_owned(), json!({"value": json}));
        let vars: Map<String, Json> = [("a", a), ("b", b), ("c", c)].map(of).into_iter().collect();
        let case = [("vars".to_owned(), Json::Object(vars))].into_iter().collect();
        check(&source, &JAVA, JsonHost::typed(&case))?;
    }

    #[test]
    fn a_test_says_what_the_value_is_in_javascript(
        source in javascript_source(),
        a in javascript_value(), b in javascript_value(), c in javascript_value(),
    ) {
        let vars = [("a", a), ("b", b), ("c", c)].map(|(name, json)| (name.to_owned(), json));
        let mut vars: Map<String, Json> = vars.into_iter().collect();
        vars.insert("Cart".to_owned(), json!({"class": "Cart"}));
        let case = [("vars".to_owned(), Json::Object(vars))].into_iter().collect();
        check(&source, &JAVASCRIPT, JsonHost::loose(&case))?;
    }

    #[test]
    fn a_test_says_what_the_value_is_in_ruby(
        source in ruby_source(), a in ruby_value(), b in ruby_value(), c in ruby_value(),
    ) {
        let vars = [("a", a), ("b", b), ("c", c)].map(|(name, json)| (name.to_owned(), json));
        let mut vars: Map<String, Json> = vars.into_iter().collect();
        vars.insert("Cart".to_owned(), json!({"class": "Cart"}));
        let case = [("vars".to_owned(), Json::Object(vars))].into_iter().collect();
        check(&source, &RUBY, JsonHost::open(&case))?;
    }
}
