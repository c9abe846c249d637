//! The same of trees that Ruby can say.

use super::of;
use crate::condition::RUBY;
use crate::condition::parse::parse;
use crate::condition::print::canonical;
use crate::condition::syntax::{
    Binary, Binding, Comparison, Expr, Function, Kind, Logic, Shape, Unary,
};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = Box<str>> {
    let names = vec!["a", "b2", "_c", "été", "@x", "@@y", "Cart", "Shop::Order", "::A", "null"];
    prop::sample::select(names).prop_map(Box::from)
}

fn symbol() -> impl Strategy<Value = Box<str>> {
    let plain = prop::sample::select(vec![":a", ":a?", ":b!", ":c=", ":+", ":[]", ":@x", ":été"]);
    prop_oneof![
        plain.prop_map(Box::<str>::from),
        any::<String>()
            .prop_filter("a constant", |text| !text.starts_with(':'))
            .prop_map(|text| format!(":{text}").into()),
    ]
}

/// A method that is none of those that can be called, perhaps a word of the language.
fn attribute() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(vec!["total", "été", "in", "class", "paid?", "end"]).prop_map(Box::from)
}

fn leaf() -> impl Strategy<Value = Expr> {
    let magnitude = prop::collection::vec(any::<u32>(), 2..4).prop_map(|mut digits| {
        digits.push(1);
        digits.into_boxed_slice()
    });
    prop_oneof![
        Just(Kind::Null),
        any::<bool>().prop_map(Kind::Bool),
        any::<i64>().prop_map(Kind::Int),
        (-9_i64..10).prop_map(Kind::Int),
        (any::<bool>(), magnitude).prop_map(|(negative, digits)| Kind::BigInt(negative, digits)),
        any::<f64>().prop_filter("no literal", |f| !f.is_nan()).prop_map(Kind::Float),
        any::<String>().prop_map(|text| Kind::Text(text.into())),
        prop::sample::select(vec!["#{x}", "#@a", "#$b", "\\#{", "a\"b"])
            .prop_map(|text| Kind::Text(text.into())),
        name().prop_map(|name| Kind::Name(name, Binding::Free)),
        symbol().prop_map(|name| Kind::Name(name, Binding::Free)),
    ]
    .prop_map(of)
}

fn binary() -> impl Strategy<Value = Binary> {
    use Binary as B;
    prop::sample::select(vec![
        B::Add,
        B::Subtract,
        B::Multiply,
        B::FloorDivide,
        B::FloorModulo,
        B::Power,
        B::BitAnd,
        B::BitOr,
        B::BitXor,
        B::ShiftLeft,
        B::ShiftRight,
    ])
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison as C;
    let all = vec![C::Equal, C::NotEqual, C::Less, C::LessEqual, C::Greater, C::GreaterEqual];
    prop::sample::select(all)
}

/// A prefix operator, unless the parser would fold it into a literal.
fn unary(operator: Unary, operand: Expr) -> Kind {
    if operator == Unary::Minus && operand.kind.is_number() {
        return operand.kind;
    }
    Kind::Unary(operator, Box::new(operand))
}

fn called() -> impl Strategy<Value = (Function, usize)> {
    use Function as F;
    prop::sample::select(vec![
        (F::Size, 1),
        (F::IsNil, 1),
        (F::Includes, 2),
        (F::IsInstance, 2),
        (F::StartsWith, 3),
        (F::IsBetween, 3),
        (F::Fetch, 3),
        (F::Part, 3),
        (F::CaseEquals, 2),
        (F::CompareTo, 2),
        (F::MatchAt, 2),
        (F::NotMatched, 2),
        (F::Max, 1),
        (F::Some, 1),
    ])
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 48, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let unaries = vec![Unary::Not, Unary::Minus, Unary::Plus, Unary::Invert];
        let guarded = (boxed(), attribute()).prop_map(|(object, name)| {
            let guard = Box::new(of(Kind::Guard(object)));
            Kind::Chain(Box::new(of(Kind::Attr(guard, name))))
        });
        let logic = prop::sample::select(vec![Logic::And, Logic::Or]);
        let each = prop::sample::select(vec![Function::Some, Function::Filter, Function::Sum]);
        let pattern = prop::sample::select(vec!["/a/", "/[\\/]x/i", "/é+?/m"]);
        let range = (prop::option::of(boxed()), boxed(), any::<bool>())
            .prop_map(|(first, last, below)| of(Kind::Range(first, Some(last), below)));
        let parameters = prop::sample::select(vec![vec!["_1"], vec!["x"], vec!["k", "v"]]);
        prop_oneof![
            (boxed(), attribute()).prop_map(|(object, name)| Kind::Attr(object, name)),
            (boxed(), boxed()).prop_map(|(object, key)| Kind::Index(object, key)),
            (boxed(), range.clone())
                .prop_map(|(object, range)| Kind::Index(object, Box::new(range))),
            (range, inner.clone())
                .prop_map(|(range, e)| Kind::Call(Function::Covers, vec![range, e])),
            (prop::sample::select(unaries), inner.clone()).prop_map(|(o, e)| unary(o, e)),
            (binary(), boxed(), boxed()).prop_map(|(o, a, b)| Kind::Binary(o, a, b)),
            (logic, prop::collection::vec(inner.clone(), 2..4))
                .prop_map(|(logic, terms)| Kind::Logic(logic, terms)),
            (boxed(), comparison(), inner.clone())
                .prop_map(|(first, op, other)| Kind::Compare(first, vec![(op, other)])),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|parts| Kind::Ternary(Box::new(parts))),
            (called(), prop::collection::vec(inner.clone(), 3)).prop_map(
                |((function, count), mut args)| {
                    args.truncate(count);
                    Kind::Call(function, args)
                }
            ),
            (each, inner.clone(), parameters, boxed()).prop_map(|(function, list, names, body)| {
                let parameters = names.into_iter().map(Box::from).collect();
                Kind::Call(function, vec![list, of(Kind::Block(parameters, body))])
            }),
            (pattern, inner.clone()).prop_map(|(pattern, e)| {
                Kind::Call(Function::Matches, vec![e, of(Kind::Pattern(pattern.into()))])
            }),
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| Kind::Collection(Shape::List, items)),
            guarded,
        ]
        .prop_map(of)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_printed_parses_into_the_same_tree(tree in tree()) {
        let text = canonical(&tree, &RUBY);
        let parsed = parse(&text, &RUBY);
        prop_assert!(parsed.as_ref() == Ok(&tree), "{text}\n{parsed:?}\n{tree:?}");
        prop_assert_eq!(canonical(&tree, &RUBY), text);
    }
}
