//! The same of trees that JavaScript can say.

use super::{comparison, of};
use crate::condition::JAVASCRIPT;
use crate::condition::parse::parse;
use crate::condition::print::canonical;
use crate::condition::syntax::{
    Binary, Binding, Comparison, Expr, Function, Kind, Logic, Shape, Unary,
};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(vec!["a", "b2", "_c", "été", "$x", "nil", "undefined"]).prop_map(Box::from)
}

/// What follows a dot, which may be a word of the language too.
fn attribute() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(vec!["a", "été", "in", "new", "length", "#pin"]).prop_map(Box::from)
}

/// A number as the lexer would read it: an integer where that is the same.
fn number(value: f64) -> Kind {
    let is_whole = value == value.trunc() && value.abs() <= 9_007_199_254_740_991.0;
    match is_whole && value.to_bits() != (-0.0_f64).to_bits() {
        true => Kind::Int(value as i64),
        false => Kind::Float(value),
    }
}

fn leaf() -> impl Strategy<Value = Expr> {
    let magnitude = prop::collection::vec(any::<u32>(), 0..4).prop_map(|mut digits| {
        digits.push(1);
        digits.into_boxed_slice()
    });
    prop_oneof![
        Just(Kind::Null),
        any::<bool>().prop_map(Kind::Bool),
        (-9_007_199_254_740_991..=9_007_199_254_740_991_i64).prop_map(Kind::Int),
        (-9_i64..10).prop_map(Kind::Int),
        (any::<bool>(), magnitude).prop_map(|(negative, digits)| Kind::BigInt(negative, digits)),
        Just(Kind::BigInt(false, Box::new([]))),
        any::<f64>().prop_filter("a literal", |f| f.is_finite()).prop_map(number),
        any::<String>().prop_map(|text| Kind::Text(text.into())),
        name().prop_map(|name| Kind::Name(name, Binding::Free)),
    ]
    .prop_map(of)
}

fn binary() -> impl Strategy<Value = Binary> {
    use Binary as B;
    prop::sample::select(vec![
        B::Add,
        B::Subtract,
        B::Multiply,
        B::Divide,
        B::Remainder,
        B::Power,
        B::BitAnd,
        B::BitOr,
        B::BitXor,
        B::ShiftLeft,
        B::ShiftRight,
        B::ShiftRightUnsigned,
    ])
}

/// A prefix operator, unless the parser would fold it into a literal.
fn unary(operator: Unary, operand: Expr) -> Kind {
    if operator == Unary::Minus && operand.kind.is_number() {
        return operand.kind;
    }
    Kind::Unary(operator, Box::new(operand))
}

/// JavaScript knows no `not in`.
fn said(comparison: Comparison) -> Comparison {
    if comparison == Comparison::NotIn { Comparison::In } else { comparison }
}

fn has_private(object: Expr) -> Kind {
    Kind::Compare(Box::new(of(Kind::Private("#pin".into()))), vec![(Comparison::In, object)])
}

fn called() -> impl Strategy<Value = (Function, usize)> {
    prop::sample::select(vec![
        (Function::Max, 2),
        (Function::Max, 3),
        (Function::IsNan, 1),
        (Function::TypeOf, 1),
        (Function::Includes, 2),
        (Function::Lower, 1),
        (Function::Get, 2),
        (Function::ObjectKeys, 1),
    ])
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 48, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let unaries = vec![Unary::Not, Unary::Minus, Unary::Plus, Unary::Invert];
        let guard = || boxed().prop_map(|object| Box::new(of(Kind::Guard(object))));
        let guarded = (guard(), attribute())
            .prop_map(|(guard, name)| Kind::Chain(Box::new(of(Kind::Attr(guard, name)))));
        let element = (guard(), boxed())
            .prop_map(|(guard, key)| Kind::Chain(Box::new(of(Kind::Index(guard, key)))));
        let logic = prop::sample::select(vec![Logic::And, Logic::Or, Logic::Coalesce]);
        let each = prop::sample::select(vec![Function::Some, Function::Filter, Function::Find]);
        let pattern = prop::sample::select(vec!["/a/", "/[/]\\//i", "/é+?/su"]);
        let class = prop::sample::select(vec!["Cart", "Map"]).prop_map(Box::<str>::from);
        prop_oneof![
            (boxed(), attribute()).prop_map(|(object, name)| Kind::Attr(object, name)),
            (boxed(), boxed()).prop_map(|(object, key)| Kind::Index(object, key)),
            (prop::sample::select(unaries), inner.clone()).prop_map(|(o, e)| unary(o, e)),
            (binary(), boxed(), boxed()).prop_map(|(o, a, b)| Kind::Binary(o, a, b)),
            (logic, prop::collection::vec(inner.clone(), 2..4))
                .prop_map(|(logic, terms)| Kind::Logic(logic, terms)),
            (boxed(), comparison(), inner.clone())
                .prop_map(|(first, op, other)| Kind::Compare(first, vec![(said(op), other)])),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|parts| Kind::Ternary(Box::new(parts))),
            (called(), prop::collection::vec(inner.clone(), 3)).prop_map(
                |((function, count), mut args)| {
                    args.truncate(count);
                    Kind::Call(function, args)
                }
            ),
            (each, inner.clone(), name(), boxed()).prop_map(|(function, array, name, body)| {
                Kind::Call(function, vec![array, of(Kind::Arrow(name, body))])
            }),
            (pattern, inner.clone()).prop_map(|(pattern, e)| {
                Kind::Call(Function::Test, vec![of(Kind::Pattern(pattern.into())), e])
            }),
            (inner.clone(), class).prop_map(|(e, class)| {
                let class = of(Kind::Name(class, Binding::Free));
                Kind::Call(Function::IsInstance, vec![e, class])
            }),
            inner.clone().prop_map(has_private),
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| Kind::Collection(Shape::List, items)),
            guarded,
            element,
        ]
        .prop_map(of)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_printed_parses_into_the_same_tree(tree in tree()) {
        let text = canonical(&tree, &JAVASCRIPT);
        let parsed = parse(&text, &JAVASCRIPT);
        prop_assert!(parsed.as_ref() == Ok(&tree), "{text}\n{parsed:?}\n{tree:?}");
        prop_assert_eq!(canonical(&tree, &JAVASCRIPT), text);
    }
}
