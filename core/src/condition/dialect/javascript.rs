//! JavaScript, as one table.
//!
//! Its expression grammar, the functions of its library that are pure, and the words of other
//! languages that JavaScript has no meaning for.

use super::{
    Callable, Calls, Comparisons, Dialect, Literal, Literals, Patterns, Powers, Refused, Rules,
    Sign, Spelling, Style, Sums,
};
use crate::condition::syntax::{Binary, Function};

/// JavaScript, as of ECMAScript 2023.
///
/// What a [`Scope`](crate::host::Scope) gives it: numbers as floats, or as integers where they are
/// small; every `bigint`, however small, as [`Value::BigInt`](crate::value::Value::BigInt); strings
/// as they are stored. Arrays are [`Kind::List`](crate::value::Kind::List), typed arrays
/// [`Kind::Tuple`](crate::value::Kind::Tuple) (a `Uint8Array` is a byte string), `Map` and `Set` of
/// their kinds, exact if their methods are the language's own; classes and functions of theirs; a
/// symbol is an exact [`Kind::Text`](crate::value::Kind::Text), whose `stored_text` is its
/// description; all else is an instance, plain objects among them. A proxy of an array is a list, one
/// of a function a function, any other an instance; none is exact, and all that is read of it needs
/// code.
///
/// Attributes are data properties, inherited ones too, and `#x` a private field. Of what is no `Map`
/// or `Set`, `lookup` takes the key of a property, a string or symbol, and never asks the core to
/// scan; `entry` shows its own enumerable keys (key, key), and `len` counts them. A hole of an array
/// is `Absent`. Every object is true. Types are named as `typeof` does, objects by their class: the
/// word for undefined is what messages say of it. `is_instance` goes by the chain of prototypes, and
/// needs code where the class says otherwise.
pub static JAVASCRIPT: Dialect = Dialect {
    name: "JavaScript",
    signs: SIGNS,
    refused: REFUSED,
    misplaced: MISPLACED,
    infix: INFIX,
    powers: Powers {
        ternary: 1,
        or: 2,
        and: 3,
        not: 13,
        equality: 7,
        comparison: 8,
        prefix: 13,
        minus: 13,
        words: 0,
        word_not: 13,
        range: 0,
    },
    callables: CALLABLES,
    constants: &[
        ("undefined", Literal::Undefined),
        ("NaN", Literal::NotANumber),
        ("Infinity", Literal::Infinity),
    ],
    foreign: &[
        ("None", Literal::Null),
        ("nil", Literal::Null),
        ("True", Literal::True),
        ("False", Literal::False),
    ],
    spelling: Spelling {
        null: "null",
        yes: "true",
        no: "false",
        and: " && ",
        or: " || ",
        not: "!",
        pattern: "write /…/.test(name)",
        comments: &["//", "/*"],
        in_names: &['$'],
    },
    literals: Literals::JavaScript,
    has_collections: false,
    comparisons: Comparisons::Paired,
    calls: Calls::Refused,
    has_qualified_names: false,
    patterns: Patterns::JavaScriptSearch,
    primitives: &[],
    rules: Rules::Loose,
    sums: Sums::Rounded,
    works: &[],
    lazy: &[],
};

const SIGNS: &[(&str, Sign)] = &[
    ("instanceof", Sign::InstanceOf),
    ("typeof", Sign::TypeOf),
    ("in", Sign::In),
    ("true", Sign::True),
    ("false", Sign::False),
    ("null", Sign::Null),
    ("&&", Sign::And),
    ("||", Sign::Or),
    ("??", Sign::Coalesce),
    ("?.", Sign::OptionalDot),
    ("=>", Sign::Arrow),
    ("**", Sign::Power),
    (">>>", Sign::ShiftRightUnsigned),
    ("<<", Sign::ShiftLeft),
    (">>", Sign::ShiftRight),
    ("===", Sign::StrictEqual),
    ("!==", Sign::StrictNotEqual),
    ("==", Sign::Equal),
    ("!=", Sign::NotEqual),
    ("<=", Sign::LessEqual),
    (">=", Sign::GreaterEqual),
    ("<", Sign::Less),
    (">", Sign::Greater),
    ("!", Sign::Bang),
    ("?", Sign::Question),
    ("+", Sign::Plus),
    ("-", Sign::Minus),
    ("*", Sign::Star),
    ("/", Sign::Slash),
    ("%", Sign::Percent),
    ("&", Sign::Ampersand),
    ("|", Sign::Bar),
    ("^", Sign::Caret),
    ("~", Sign::Tilde),
    ("(", Sign::OpenParen),
    (")", Sign::CloseParen),
    ("[", Sign::OpenBracket),
    ("]", Sign::CloseBracket),
    ("{", Sign::OpenBrace),
    ("}", Sign::CloseBrace),
    (",", Sign::Comma),
    (":", Sign::Colon),
    (".", Sign::Dot),
    ("=", Sign::Assign),
];

const fn refused(spelling: &'static str, what: &'static str, instead: &'static str) -> Refused {
    Refused { spelling, what, instead }
}

const fn statement(spelling: &'static str) -> Refused {
    refused(spelling, "a statement", "write the condition alone")
}

const fn declaration(spelling: &'static str) -> Refused {
    refused(spelling, "a declaration", "write the expression itself")
}

const REFUSED: &[Refused] = &[
    refused("<>", "`<>`", "write !=="),
    refused("<=>", "`<=>`", "write a < b"),
    refused("=~", "`=~`", "write /…/.test(name)"),
    refused(":=", "an assignment (`:=`)", "write === to compare"),
    refused("+=", "an assignment (`+=`)", "write === to compare"),
    refused("-=", "an assignment (`-=`)", "write === to compare"),
    refused("*=", "an assignment (`*=`)", "write === to compare"),
    refused("/=", "an assignment (`/=`)", "write !== to compare"),
    refused("%=", "an assignment (`%=`)", "write === to compare"),
    refused("&=", "an assignment (`&=`)", "write === to compare"),
    refused("|=", "an assignment (`|=`)", "write === to compare"),
    refused("^=", "an assignment (`^=`)", "write === to compare"),
    refused("**=", "an assignment (`**=`)", "write === to compare"),
    refused("<<=", "an assignment (`<<=`)", "write <= to compare"),
    refused(">>=", "an assignment (`>>=`)", "write >= to compare"),
    refused(">>>=", "an assignment (`>>>=`)", "write >= to compare"),
    refused("&&=", "an assignment (`&&=`)", "write a && b === c"),
    refused("||=", "an assignment (`||=`)", "write a || b === c"),
    refused("??=", "an assignment (`??=`)", "write a ?? b"),
    refused("++", "`++`", "write a + 1"),
    refused("--", "`--`", "write a - 1"),
    refused("->", "`->`", "write x => … inside .some(…)"),
    refused("::", "`::`", "write a.b"),
    refused("?:", "`?:`", "write a || b, or a ?? b"),
    refused("&.", "`&.`", "write a?.b"),
    refused("...", "a spread", "name the elements, as in a[0]"),
    refused("@", "`@`", "write this.name"),
    refused("#", "`#`", "write this.#name for a private field, or #name in x"),
    refused(";", "a second statement", "join two conditions with &&"),
    refused("\\", "a backslash outside a string", "write the character itself"),
    refused("new", "`new`", "compare with a value that is there"),
    refused("super", "`super`", "write this.x"),
    refused("delete", "`delete`", "a condition changes nothing"),
    refused("void", "`void`", "write undefined"),
    refused("function", "a function", "write x => … inside .some(…)"),
    refused("class", "a class", "write x instanceof C"),
    refused("import", "an import", "name what the file itself imported"),
    refused("if", "a statement", "write a ? b : c, or the condition alone"),
    refused("else", "a statement", "write a ? b : c, or the condition alone"),
    refused("switch", "a switch", "write a ? b : c"),
    refused("while", "a loop", "write xs.some(x => …) or xs.every(x => …)"),
    refused("for", "a loop", "write xs.some(x => …) or xs.every(x => …)"),
    refused("do", "a loop", "write xs.some(x => …) or xs.every(x => …)"),
    statement("break"),
    statement("case"),
    statement("catch"),
    statement("continue"),
    statement("debugger"),
    statement("default"),
    statement("export"),
    statement("finally"),
    statement("return"),
    statement("throw"),
    statement("try"),
    statement("with"),
    declaration("const"),
    declaration("enum"),
    declaration("extends"),
    declaration("var"),
];

/// Words that may be names: of other languages, and those that JavaScript reserves in places.
const MISPLACED: &[Refused] = &[
    refused("and", "`and`", "write &&"),
    refused("or", "`or`", "write ||"),
    refused("not", "`not`", "write !"),
    refused("is", "`is`", "write ==="),
    refused("div", "`div`", "write Math.floor(a / b)"),
    refused("mod", "`mod`", "write %"),
    refused("elif", "`elif`", "write a ? b : c"),
    refused("unless", "`unless`", "write !"),
    refused("then", "`then`", "write a ? b : c"),
    refused("lambda", "a lambda", "write x => … inside .some(…)"),
    refused("len", "`len`", "write x.length"),
    refused("isinstance", "`isinstance`", "write x instanceof C"),
    refused("any", "`any`", "write xs.some(x => …)"),
    refused("all", "`all`", "write xs.every(x => …)"),
    refused("let", "a declaration", "write the expression itself"),
    refused("async", "an async function", "a condition cannot wait; read a value that is there"),
    refused("await", "`await`", "a condition cannot wait; read a value that is there"),
    refused("yield", "`yield`", "write the condition alone"),
];

const INFIX: &[(Sign, Binary, u8)] = &[
    (Sign::Bar, Binary::BitOr, 4),
    (Sign::Caret, Binary::BitXor, 5),
    (Sign::Ampersand, Binary::BitAnd, 6),
    (Sign::ShiftLeft, Binary::ShiftLeft, 9),
    (Sign::ShiftRight, Binary::ShiftRight, 9),
    (Sign::ShiftRightUnsigned, Binary::ShiftRightUnsigned, 9),
    (Sign::Plus, Binary::Add, 10),
    (Sign::Minus, Binary::Subtract, 10),
    (Sign::Star, Binary::Multiply, 11),
    (Sign::Slash, Binary::Divide, 11),
    (Sign::Percent, Binary::Remainder, 11),
    (Sign::Power, Binary::Power, 12),
];

const fn of(
    class: &'static str,
    name: &'static str,
    function: Function,
    arity: (usize, usize),
) -> Callable {
    Callable { name, style: Style::Static(class), function, arity }
}

const fn method(name: &'static str, function: Function) -> Callable {
    Callable { name, style: Style::Method, function, arity: (1, 1) }
}

const fn without(name: &'static str, function: Function) -> Callable {
    Callable { name, style: Style::Method, function, arity: (0, 0) }
}

const fn special(
    name: &'static str,
    style: Style,
    function: Function,
    arity: (usize, usize),
) -> Callable {
    Callable { name, style, function, arity }
}

const CALLABLES: &[Callable] = &[
    special("instanceof", Style::Infix, Function::IsInstance, (2, 2)),
    special("typeof", Style::Prefix, Function::TypeOf, (1, 1)),
    special("length", Style::Property, Function::Length, (1, 1)),
    special("size", Style::Property, Function::Size, (1, 1)),
    special("isNaN", Style::Function, Function::IsNan, (1, 1)),
    method("test", Function::Test),
    method("includes", Function::Includes),
    method("startsWith", Function::StartsWith),
    method("endsWith", Function::EndsWith),
    method("indexOf", Function::IndexOf),
    without("toLowerCase", Function::Lower),
    without("toUpperCase", Function::Upper),
    without("trim", Function::Trim),
    method("some", Function::Some),
    method("every", Function::Every),
    method("find", Function::Find),
    method("filter", Function::Filter),
    method("map", Function::MapEach),
    method("get", Function::Get),
    method("has", Function::Has),
    of("Number", "isNaN", Function::IsNanNumber, (1, 1)),
    of("Array", "isArray", Function::IsArray, (1, 1)),
    of("Object", "keys", Function::ObjectKeys, (1, 1)),
    of("Math", "abs", Function::Abs, (1, 1)),
    of("Math", "min", Function::Min, (0, 16)),
    of("Math", "max", Function::Max, (0, 16)),
    of("Math", "floor", Function::Floor, (1, 1)),
    of("Math", "ceil", Function::Ceil, (1, 1)),
    of("Math", "round", Function::Round, (1, 1)),
    of("Math", "trunc", Function::Truncate, (1, 1)),
    of("Math", "sqrt", Function::SquareRoot, (1, 1)),
];
