//! The same of trees that Java can say.

use super::{comparison, of};
use crate::condition::JAVA;
use crate::condition::parse::parse;
use crate::condition::print::canonical;
use crate::condition::syntax::{
    Binary, Binding, Comparison, Expr, Function, Kind, Logic, Primitive, Unary,
};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(vec!["a", "b2", "_c", "été", "val$x", "nil"]).prop_map(Box::from)
}

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        Just(Kind::Null),
        any::<bool>().prop_map(Kind::Bool),
        any::<i64>().prop_map(Kind::Int),
        any::<i32>().prop_map(Kind::Int32),
        any::<f64>().prop_filter("a literal", |f| f.is_finite()).prop_map(Kind::Float),
        any::<f32>().prop_filter("a literal", |f| f.is_finite()).prop_map(Kind::Float32),
        any::<u16>().prop_map(Kind::Char),
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
        B::Quotient,
        B::Remainder,
        B::BitAnd,
        B::BitOr,
        B::BitXor,
        B::ShiftLeft,
        B::ShiftRight,
        B::ShiftRightUnsigned,
    ])
}

fn primitive() -> impl Strategy<Value = Primitive> {
    use Primitive as P;
    prop::sample::select(vec![P::Boolean, P::Byte, P::Short, P::Char, P::Int, P::Long, P::Double])
}

/// A prefix operator, unless the parser would fold it into a literal.
fn unary(operator: Unary, operand: Expr) -> Kind {
    let folds = operand.kind.is_number() && !matches!(operand.kind, Kind::Char(_));
    if operator == Unary::Minus && folds {
        return operand.kind;
    }
    Kind::Unary(operator, Box::new(operand))
}

/// Whether the printer would have to write a comparison of comparisons as Java cannot.
fn ordered(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Is | Comparison::In => Comparison::Equal,
        Comparison::IsNot | Comparison::NotIn => Comparison::NotEqual,
        other => other,
    }
}

fn class() -> impl Strategy<Value = Expr> {
    let part = || prop::sample::select(vec!["Cart", "Status", "shop"]).prop_map(Box::<str>::from);
    (part(), prop::option::of(part())).prop_map(|(first, inner)| {
        let first = of(Kind::Name(first, Binding::Free));
        match inner {
            Some(inner) => of(Kind::Attr(Box::new(first), inner)),
            None => first,
        }
    })
}

fn called() -> impl Strategy<Value = (Function, usize)> {
    prop::sample::select(vec![
        (Function::Max, 2),
        (Function::ObjectsEqual, 2),
        (Function::Length, 1),
        (Function::Get, 2),
        (Function::GetOrDefault, 3),
        (Function::Matches, 2),
    ])
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 48, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let unaries = vec![Unary::Not, Unary::Minus, Unary::Plus, Unary::Invert];
        let guarded = (boxed(), name()).prop_map(|(object, name)| {
            let guard = Box::new(of(Kind::Guard(object)));
            Kind::Chain(Box::new(of(Kind::Attr(guard, name))))
        });
        let logic = prop::sample::select(vec![Logic::And, Logic::Or]);
        prop_oneof![
            (boxed(), name()).prop_map(|(object, name)| Kind::Attr(object, name)),
            (boxed(), boxed()).prop_map(|(object, key)| Kind::Index(object, key)),
            (prop::sample::select(unaries), inner.clone()).prop_map(|(o, e)| unary(o, e)),
            (binary(), boxed(), boxed()).prop_map(|(o, a, b)| Kind::Binary(o, a, b)),
            (logic, prop::collection::vec(inner.clone(), 2..4))
                .prop_map(|(logic, terms)| Kind::Logic(logic, terms)),
            (boxed(), comparison(), inner.clone())
                .prop_map(|(first, op, other)| Kind::Compare(first, vec![(ordered(op), other)])),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|parts| Kind::Ternary(Box::new(parts))),
            (called(), prop::collection::vec(inner.clone(), 3)).prop_map(
                |((function, count), mut args)| {
                    args.truncate(count);
                    Kind::Call(function, args)
                }
            ),
            (primitive(), boxed()).prop_map(|(primitive, e)| Kind::Convert(primitive, e)),
            (inner.clone(), class())
                .prop_map(|(e, c)| Kind::Call(Function::IsInstance, vec![e, c])),
            (inner.clone(), class()).prop_map(|(e, c)| Kind::Call(Function::Cast, vec![e, c])),
            guarded,
        ]
        .prop_map(of)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_printed_parses_into_the_same_tree(tree in tree()) {
        let text = canonical(&tree, &JAVA);
        let parsed = parse(&text, &JAVA);
        prop_assert!(parsed.as_ref() == Ok(&tree), "{text}\n{parsed:?}\n{tree:?}");
        prop_assert_eq!(canonical(&tree, &JAVA), text);
    }
}
