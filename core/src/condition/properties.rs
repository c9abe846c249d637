//! Properties of the parser and the printer, over random texts and random trees.

#[path = "properties/java.rs"]
mod java;
#[path = "properties/javascript.rs"]
mod javascript;
#[path = "properties/ruby.rs"]
mod ruby;

use super::parse::parse;
use super::print::canonical;
use super::syntax::{
    Binary, Binding, Comparison, Expr, Function, Generator, Kind, Logic, Shape, Span, Unary,
};
use super::template::check_template;
use super::{JAVA, JAVASCRIPT, PYTHON, RUBY};
use proptest::prelude::*;

fn of(kind: Kind) -> Expr {
    Expr { span: Span::default(), kind }
}

fn name() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(vec!["a", "b2", "_c", "été", "null", "len"]).prop_map(Box::from)
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
        (any::<bool>(), magnitude).prop_map(|(negative, digits)| Kind::BigInt(negative, digits)),
        any::<f64>().prop_filter("no literal", |f| !f.is_nan()).prop_map(Kind::Float),
        any::<String>().prop_map(|text| Kind::Text(text.into())),
        prop::collection::vec(any::<u8>(), 0..6).prop_map(|bytes| Kind::Bytes(bytes.into())),
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
    prop::sample::select(vec![
        C::Equal,
        C::NotEqual,
        C::Less,
        C::LessEqual,
        C::Greater,
        C::GreaterEqual,
        C::Is,
        C::IsNot,
        C::In,
        C::NotIn,
    ])
}

/// A prefix operator, unless the parser would fold it into a literal.
fn unary(operator: Unary, operand: Expr) -> Kind {
    let number = matches!(operand.kind, Kind::Int(_) | Kind::BigInt(..) | Kind::Float(_));
    if operator == Unary::Minus && number {
        return operand.kind;
    }
    Kind::Unary(operator, Box::new(operand))
}

fn called() -> impl Strategy<Value = (Function, usize)> {
    prop::sample::select(vec![
        (Function::Len, 1),
        (Function::Max, 2),
        (Function::IsNan, 1),
        (Function::StartsWith, 2),
        (Function::Lower, 1),
        (Function::Get, 3),
    ])
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 48, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let several = |least| prop::collection::vec(inner.clone(), least..4);
        let unaries = vec![Unary::Not, Unary::Minus, Unary::Plus, Unary::Invert];
        let shapes = vec![Shape::List, Shape::Tuple, Shape::Set];
        let guarded = (boxed(), name()).prop_map(|(object, name)| {
            let guard = Box::new(of(Kind::Guard(object)));
            Kind::Chain(Box::new(of(Kind::Attr(guard, name))))
        });
        let generator = (any::<bool>(), inner.clone(), inner.clone(), several(0)).prop_map(
            |(any, element, source, filters)| {
                let targets = vec!["x".into(), "y".into()];
                Kind::Generator(Box::new(Generator { any, element, targets, source, filters }))
            },
        );
        let logic = prop::sample::select(vec![Logic::And, Logic::Or]);
        prop_oneof![
            (boxed(), name()).prop_map(|(object, name)| Kind::Attr(object, name)),
            (boxed(), boxed()).prop_map(|(object, key)| Kind::Index(object, key)),
            (boxed(), prop::option::of(boxed()), prop::option::of(boxed()))
                .prop_map(|(object, start, end)| Kind::Slice(object, start, end)),
            (prop::sample::select(unaries), inner.clone()).prop_map(|(o, e)| unary(o, e)),
            (binary(), boxed(), boxed()).prop_map(|(o, a, b)| Kind::Binary(o, a, b)),
            (logic, several(2)).prop_map(|(logic, terms)| Kind::Logic(logic, terms)),
            (boxed(), prop::collection::vec((comparison(), inner.clone()), 1..3))
                .prop_map(|(first, rest)| Kind::Compare(first, rest)),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|parts| Kind::Ternary(Box::new(parts))),
            (called(), prop::collection::vec(inner.clone(), 3)).prop_map(
                |((function, count), mut args)| {
                    args.truncate(count);
                    Kind::Call(function, args)
                }
            ),
            (prop::sample::select(shapes), several(1))
                .prop_map(|(shape, items)| Kind::Collection(shape, items)),
            guarded,
            generator,
        ]
        .prop_map(of)
    })
}

const FRAGMENTS: &[&str] = &[
    "a",
    "1",
    "1.5e",
    "'x'",
    "\"",
    "'''",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    "?.",
    ",",
    ":",
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "for",
    "any",
    "len(",
    "==",
    "<",
    "!",
    "**",
    "-",
    "~",
    "lambda",
    "instanceof",
    "?",
    "&&",
    ">>>",
    "(int)",
    "'c'",
    "1f",
    "a()",
    "->",
    "=>",
    "??",
    "===",
    "typeof",
    "/x/i",
    "/",
    "`",
    ".some(x",
    "10n",
    ":a",
    "::",
    "..",
    "&.",
    "=~",
    "?a",
    "%w[",
    "%r{",
    "@x",
    "{ |x|",
    "(&:",
    ".any?",
    ".#a",
    "é",
    "\n",
    " ",
    "0x",
    "b'",
    "rb'",
    "f'",
    "#",
    "=",
    "$",
    "٣",
];

fn fragments() -> impl Strategy<Value = String> {
    let words = prop::sample::select(FRAGMENTS);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_parsed_or_refused(text in any::<String>()) {
        for dialect in [&PYTHON, &JAVA, &JAVASCRIPT, &RUBY] {
            let _ = parse(&text, dialect);
            let _ = check_template(&text, dialect);
        }
    }

    #[test]
    fn any_row_of_tokens_is_parsed_or_refused_with_a_place(text in fragments()) {
        let errors = [&PYTHON, &JAVA, &JAVASCRIPT, &RUBY]
            .map(|dialect| [parse(&text, dialect).err(), check_template(&text, dialect).err()]);
        for error in errors.into_iter().flatten() {
            let Some(span) = error.and_then(|error| error.span()) else { continue };
            prop_assert!(span.start <= span.end && span.end <= text.len(), "{span:?} of {text:?}");
            prop_assert!(text.get(span.clone()).is_some(), "{span:?} splits a character");
        }
    }

    #[test]
    fn what_is_printed_parses_into_the_same_tree(tree in tree()) {
        let text = canonical(&tree, &PYTHON);
        let parsed = parse(&text, &PYTHON);
        prop_assert!(parsed.as_ref() == Ok(&tree), "{text}\n{parsed:?}\n{tree:?}");
        prop_assert_eq!(canonical(&tree, &PYTHON), text);
    }
}
