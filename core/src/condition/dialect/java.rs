//! Java, as one table.
//!
//! Its expression grammar, the methods of the JDK that are pure, and the words of other languages
//! that Java has no meaning for. One thing means more than in Java, and the manual says so: `==`
//! compares strings and boxes by value.

use super::{
    Callable, Calls, Comparisons, Dialect, Literal, Literals, Patterns, Powers, Refused, Rules,
    Sign, Spelling, Style, Sums,
};
use crate::condition::syntax::{Binary, Function, Primitive};

/// Java, as of 17 and later.
///
/// What a [`Scope`](crate::host::Scope) gives it: primitives and boxes as the number, char or boolean
/// they hold, strings as they are stored; arrays as exact objects of
/// [`Kind::Tuple`](crate::value::Kind::Tuple); the JDK's own lists, maps and sets as exact objects of
/// their kind, those of the application as not exact; classes as
/// [`Kind::Class`](crate::value::Kind::Class), whose attributes are static fields, constants and
/// nested classes; everything else as instances. An `Optional` has the attributes `isPresent()`,
/// `isEmpty()` and `get()`, the last one unset where it is empty. Identity decides `equals` of what
/// inherits `Object`'s, enums among it.
pub static JAVA: Dialect = Dialect {
    name: "Java",
    signs: SIGNS,
    refused: REFUSED,
    misplaced: MISPLACED,
    infix: INFIX,
    powers: Powers {
        ternary: 1,
        or: 2,
        and: 3,
        not: 12,
        equality: 7,
        comparison: 8,
        prefix: 12,
        minus: 12,
        words: 0,
        word_not: 12,
        range: 0,
    },
    callables: CALLABLES,
    constants: &[],
    foreign: &[
        ("None", Literal::Null),
        ("nil", Literal::Null),
        ("undefined", Literal::Null),
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
        pattern: "write name.matches(\"…\")",
        comments: &["//", "/*"],
        in_names: &['$'],
    },
    literals: Literals::Java,
    has_collections: false,
    comparisons: Comparisons::Paired,
    calls: Calls::Read,
    has_qualified_names: true,
    patterns: Patterns::JavaWhole,
    primitives: &[
        ("boolean", Primitive::Boolean),
        ("byte", Primitive::Byte),
        ("short", Primitive::Short),
        ("char", Primitive::Char),
        ("int", Primitive::Int),
        ("long", Primitive::Long),
        ("float", Primitive::Float),
        ("double", Primitive::Double),
    ],
    rules: Rules::Typed,
    sums: Sums::Rounded,
    works: &[
        ("BigDecimal", "compare its fields, as in total.scale == 2 && total.intCompact > 9950"),
        ("LocalDate", "compare its fields, as in day.year == 2026"),
        ("LocalDateTime", "compare its fields, as in created.date.year == 2026"),
        ("Instant", "compare its fields, as in at.seconds > 1700000000L"),
        ("Duration", "compare its fields, as in took.seconds > 5"),
        ("AtomicInteger", "compare what it holds, as in count.get() > 5"),
        ("AtomicLong", "compare what it holds, as in count.get() > 5"),
    ],
    lazy: &[],
};

const SIGNS: &[(&str, Sign)] = &[
    ("instanceof", Sign::InstanceOf),
    ("true", Sign::True),
    ("false", Sign::False),
    ("null", Sign::Null),
    ("&&", Sign::And),
    ("||", Sign::Or),
    ("?.", Sign::OptionalDot),
    (">>>", Sign::ShiftRightUnsigned),
    ("<<", Sign::ShiftLeft),
    (">>", Sign::ShiftRight),
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

const fn definition(spelling: &'static str) -> Refused {
    refused(spelling, "a definition", "write the expression itself")
}

const REFUSED: &[Refused] = &[
    refused("===", "`===`", "write =="),
    refused("!==", "`!==`", "write !="),
    refused("<>", "`<>`", "write !="),
    refused("<=>", "`<=>`", "write a.compareTo(b) or a < b"),
    refused("=~", "`=~`", "write name.matches(\"…\")"),
    refused(":=", "an assignment (`:=`)", "write == to compare"),
    refused("+=", "an assignment (`+=`)", "write == to compare"),
    refused("-=", "an assignment (`-=`)", "write == to compare"),
    refused("*=", "an assignment (`*=`)", "write == to compare"),
    refused("/=", "an assignment (`/=`)", "write != to compare"),
    refused("%=", "an assignment (`%=`)", "write == to compare"),
    refused("&=", "an assignment (`&=`)", "write == to compare"),
    refused("|=", "an assignment (`|=`)", "write == to compare"),
    refused("^=", "an assignment (`^=`)", "write == to compare"),
    refused("<<=", "an assignment (`<<=`)", "write <= to compare"),
    refused(">>=", "an assignment (`>>=`)", "write >= to compare"),
    refused(">>>=", "an assignment (`>>>=`)", "write >= to compare"),
    refused("++", "`++`", "write a + 1"),
    refused("--", "`--`", "write a - 1"),
    refused("**", "`**`", "write a * a"),
    refused("->", "a lambda", "write the expression itself"),
    refused("=>", "`=>`", "write >= to compare"),
    refused("::", "a method reference", "it would run application code"),
    refused("??", "`??`", "write a != null ? a : b"),
    refused("?:", "`?:`", "write a != null ? a : b"),
    refused("...", "an ellipsis", "compare with a value"),
    refused("@", "an annotation", "write the condition alone"),
    refused("#", "`#`", "write the expression alone"),
    refused(";", "a second statement", "join two conditions with &&"),
    refused("`", "a backquote", "write \" around strings"),
    refused("\\", "a backslash outside a string", "write the character itself"),
    refused("new", "`new`", "compare with a value that is there"),
    refused("super", "`super`", "write this.x, or the name alone"),
    refused("class", "a class literal", "write x instanceof C"),
    refused("switch", "a switch", "write a ? b : c"),
    refused("if", "a statement", "write a ? b : c, or the condition alone"),
    refused("while", "a loop", "test an element, as in a[0] == 1"),
    refused("for", "a loop", "test an element, as in a[0] == 1"),
    refused("do", "a loop", "test an element, as in a[0] == 1"),
    statement("assert"),
    statement("break"),
    statement("case"),
    statement("catch"),
    statement("continue"),
    statement("default"),
    statement("else"),
    statement("finally"),
    statement("goto"),
    statement("import"),
    statement("package"),
    statement("return"),
    statement("synchronized"),
    statement("throw"),
    statement("try"),
    definition("abstract"),
    definition("const"),
    definition("enum"),
    definition("extends"),
    definition("final"),
    definition("implements"),
    definition("interface"),
    definition("native"),
    definition("private"),
    definition("protected"),
    definition("public"),
    definition("static"),
    definition("strictfp"),
    definition("throws"),
    definition("transient"),
    definition("void"),
    definition("volatile"),
];

const MISPLACED: &[Refused] = &[
    refused("and", "`and`", "write &&"),
    refused("or", "`or`", "write ||"),
    refused("not", "`not`", "write !"),
    refused("is", "`is`", "write ==, or x instanceof C"),
    refused("in", "`in`", "write b.contains(a)"),
    refused("div", "`div`", "write /"),
    refused("mod", "`mod`", "write %"),
    refused("await", "`await`", "a condition cannot wait; read a value that is there"),
    refused("yield", "`yield`", "write the condition alone"),
    refused("typeof", "`typeof`", "write x instanceof C"),
    refused("lambda", "a lambda", "write the expression itself"),
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
    (Sign::Slash, Binary::Quotient, 11),
    (Sign::Percent, Binary::Remainder, 11),
];

const fn of(class: &'static str, name: &'static str, function: Function, count: usize) -> Callable {
    Callable { name, style: Style::Static(class), function, arity: (count, count) }
}

const fn method(name: &'static str, function: Function, count: usize) -> Callable {
    Callable { name, style: Style::Method, function, arity: (count, count) }
}

const fn special(name: &'static str, style: Style, function: Function) -> Callable {
    Callable { name, style, function, arity: (2, 2) }
}

const CALLABLES: &[Callable] = &[
    special("instanceof", Style::Infix, Function::IsInstance),
    special("cast", Style::Cast, Function::Cast),
    special("length", Style::Property, Function::ArrayLength),
    method("length", Function::Length, 0),
    method("size", Function::Size, 0),
    method("isEmpty", Function::IsEmpty, 0),
    method("isBlank", Function::IsBlank, 0),
    method("equals", Function::Equals, 1),
    method("equalsIgnoreCase", Function::EqualsIgnoreCase, 1),
    method("startsWith", Function::StartsWith, 1),
    method("endsWith", Function::EndsWith, 1),
    method("contains", Function::Contains, 1),
    method("containsKey", Function::ContainsKey, 1),
    method("containsValue", Function::ContainsValue, 1),
    method("charAt", Function::CharAt, 1),
    method("indexOf", Function::IndexOf, 1),
    method("matches", Function::Matches, 1),
    method("toLowerCase", Function::Lower, 0),
    method("toUpperCase", Function::Upper, 0),
    method("trim", Function::Trim, 0),
    method("strip", Function::Strip, 0),
    method("compareTo", Function::CompareTo, 1),
    method("get", Function::Get, 1),
    method("getOrDefault", Function::GetOrDefault, 2),
    of("Math", "abs", Function::Abs, 1),
    of("Math", "min", Function::Min, 2),
    of("Math", "max", Function::Max, 2),
    of("Objects", "equals", Function::ObjectsEqual, 2),
    of("Double", "isNaN", Function::IsNan, 1),
];
