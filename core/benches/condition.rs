//! What a condition costs with an opaque read of a variable: the machine alone, no runtime.
//!
//! Targets: `x > 10` within 8 ns, two clauses within 14 ns.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use stillframe_core::condition::{Install, PYTHON, Program};
use stillframe_core::host::{Attr, Names, Scope, UnknownName};
use stillframe_core::redaction::Redaction;
use stillframe_core::value::{Kind, Missing, Object, Reading, Text, Value};

/// Variables `x = 42`, `name = "abc"` and `cart` with a `total`, read where the optimiser cannot see.
struct Host;

impl Scope for Host {
    #[inline(never)]
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        match black_box(slot) {
            0 => Ok(Value::Int(42)),
            1 => Ok(Value::Text(Text::Utf8("abc"))),
            2 => Ok(Value::Object(Object { raw: 8, kind: Kind::Instance, exact: false })),
            _ => Err(Missing::Unset),
        }
    }

    #[inline(never)]
    fn attr(&self, object: Object, _: Attr<'_>) -> Reading<Value<'_>> {
        if black_box(object).raw == 8 { Ok(Value::Int(42)) } else { Err(Missing::Absent) }
    }

    fn item(&self, _: Object, _: usize) -> Reading<Value<'_>> {
        Err(Missing::Absent)
    }

    fn lookup(&self, _: Object, _: &Value<'_>) -> Option<Reading<Value<'_>>> {
        None
    }

    fn entry(&self, _: Object, _: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        None
    }

    fn len(&self, _: Object) -> Reading<usize> {
        Err(Missing::Absent)
    }

    fn truth(&self, _: Object) -> Reading<bool> {
        Err(Missing::NeedsCode)
    }

    fn underlying(&self, _: Object) -> Reading<Value<'_>> {
        Err(Missing::Absent)
    }

    fn compares_by_identity(&self, _: Object) -> bool {
        false
    }

    fn is_instance(&self, _: &Value<'_>, _: Object) -> Reading<bool> {
        Ok(false)
    }

    fn type_name(&self, _: &Value<'_>) -> Text<'_> {
        Text::Utf8("object")
    }
}

impl Names for Host {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        match name {
            "x" => Ok(0),
            "name" => Ok(1),
            "cart" => Ok(2),
            _ => Err(UnknownName::default()),
        }
    }

    fn is_builtin(&mut self, _: &str) -> bool {
        true
    }
}

fn compile(source: &str) -> Program {
    let (mut attrs, redaction) = (Vec::new(), Redaction::standard());
    let mut install =
        Install { dialect: &PYTHON, names: &mut Host, attrs: &mut attrs, redaction: &redaction };
    Program::compile(source, &mut install).expect("the condition compiles")
}

fn conditions(criterion: &mut Criterion) {
    for source in [
        "x > 10",
        "x > 10 and name == \"abc\"",
        "cart.total > 10",
        "x + 1 > 10",
        "len(name) == 3",
        "name.lower() == \"abc\"",
        "name in {\"abc\", \"def\"}",
        "any(c == \"c\" for c in name)",
        "matches(name, r\"^a.c$\")",
    ] {
        let program = compile(source);
        criterion.bench_function(source, |bencher| {
            bencher.iter(|| black_box(&program).test(black_box(&Host)));
        });
    }
    criterion.bench_function("native x > 10", |bencher| {
        bencher.iter(|| matches!(Scope::slot(black_box(&Host), 0), Ok(Value::Int(x)) if x > 10));
    });
}

criterion_group!(benches, conditions);
criterion_main!(benches);
