//! Python 3, as one table.
//!
//! Its expression grammar, the builtins that are pure, and the words of other languages that Python
//! has no meaning for.

use super::{
    Callable, Calls, Comparisons, Dialect, Lazy, Literal, Literals, Patterns, Powers, Refused,
    Rules, Sign, Spelling, Style, Sums,
};
use crate::condition::syntax::{Binary, Function};

/// Python 3.12 and later.
pub static PYTHON: Dialect = DIALECT;

/// Python before 3.12, whose `sum` rounds each step.
pub static PYTHON_BEFORE_3_12: Dialect = Dialect { sums: Sums::Rounded, ..DIALECT };

const DIALECT: Dialect = Dialect {
    name: "Python",
    signs: SIGNS,
    refused: REFUSED,
    misplaced: &[],
    infix: INFIX,
    powers: Powers {
        ternary: 1,
        or: 2,
        and: 3,
        not: 4,
        equality: 5,
        comparison: 5,
        prefix: 12,
        minus: 12,
        words: 0,
        word_not: 4,
        range: 0,
    },
    callables: CALLABLES,
    constants: &[],
    foreign: &[
        ("null", Literal::Null),
        ("nil", Literal::Null),
        ("undefined", Literal::Null),
        ("true", Literal::True),
        ("false", Literal::False),
    ],
    spelling: Spelling {
        null: "None",
        yes: "True",
        no: "False",
        and: " and ",
        or: " or ",
        not: "not ",
        pattern: "write matches(x, r\"…\")",
        comments: &["#"],
        in_names: &[],
    },
    literals: Literals::Python,
    has_collections: true,
    comparisons: Comparisons::Chained,
    calls: Calls::Refused,
    has_qualified_names: false,
    patterns: Patterns::PythonSearch,
    primitives: &[],
    rules: Rules::Exact,
    sums: Sums::Compensated,
    works: &[
        ("Decimal", "compare it, as in total > 100"),
        ("Fraction", "compare its parts, as in a.numerator > a.denominator"),
        ("date", "compare its parts, as in day.year == 2026"),
        ("datetime", "compare its parts, as in created.year == 2026"),
        ("time", "compare its parts, as in at.hour >= 12"),
        ("timedelta", "compare its parts, as in span.days > 1"),
        ("deque", "compare its elements, as in queue[0] == 1, or len(queue)"),
    ],
    lazy: &[Lazy { type_name: "SimpleLazyObject", attr: "user", instead: "_cached_user" }],
};

const SIGNS: &[(&str, Sign)] = &[
    ("and", Sign::And),
    ("or", Sign::Or),
    ("not", Sign::Not),
    ("in", Sign::In),
    ("is", Sign::Is),
    ("if", Sign::If),
    ("else", Sign::Else),
    ("for", Sign::For),
    ("True", Sign::True),
    ("False", Sign::False),
    ("None", Sign::Null),
    ("&&", Sign::And),
    ("||", Sign::Or),
    ("?.", Sign::OptionalDot),
    ("**", Sign::Power),
    ("//", Sign::DoubleSlash),
    ("<<", Sign::ShiftLeft),
    (">>", Sign::ShiftRight),
    ("==", Sign::Equal),
    ("!=", Sign::NotEqual),
    ("<=", Sign::LessEqual),
    (">=", Sign::GreaterEqual),
    ("<", Sign::Less),
    (">", Sign::Greater),
    ("!", Sign::Bang),
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

const REFUSED: &[Refused] = &[
    refused("===", "`===`", "write ==, or `is` for identity"),
    refused("!==", "`!==`", "write !=, or `is not` for identity"),
    refused("<>", "`<>`", "write !="),
    refused(":=", "an assignment (`:=`)", "write == to compare"),
    refused("**=", "an assignment (`**=`)", "write == to compare"),
    refused("//=", "an assignment (`//=`)", "write == to compare"),
    refused("<<=", "an assignment (`<<=`)", "write <= to compare"),
    refused(">>=", "an assignment (`>>=`)", "write >= to compare"),
    refused("+=", "an assignment (`+=`)", "write == to compare"),
    refused("-=", "an assignment (`-=`)", "write == to compare"),
    refused("*=", "an assignment (`*=`)", "write == to compare"),
    refused("/=", "an assignment (`/=`)", "write != to compare"),
    refused("%=", "an assignment (`%=`)", "write == to compare"),
    refused("&=", "an assignment (`&=`)", "write == to compare"),
    refused("|=", "an assignment (`|=`)", "write == to compare"),
    refused("^=", "an assignment (`^=`)", "write == to compare"),
    refused("->", "`->`", "write a.b to read an attribute"),
    refused("??", "`??`", "write `a if a is not None else b`"),
    refused("?", "`?`", "write `b if a else c`"),
    refused("...", "an ellipsis", "compare with a value"),
    refused("@", "matrix multiplication", "it would run application code"),
    refused(";", "a second statement", "join two conditions with `and`"),
    refused("`", "a backquote", "write quotes around strings"),
    refused("$", "`$`", "write the name alone"),
    refused("\\", "a backslash outside a string", "put parentheses around several lines"),
    refused("lambda", "a lambda", "write the expression itself, or any(… for x in xs)"),
    refused("await", "await", "a condition cannot wait; read a value that is there"),
    refused("yield", "yield", "a condition cannot yield; read a value that is there"),
    refused("async", "an async generator", "write any(… for x in xs) over a collection"),
    refused("import", "an import", "name what the file itself imported"),
    refused("from", "an import", "name what the file itself imported"),
    refused("del", "del", "a condition changes nothing"),
    refused("assert", "assert", "write the condition alone"),
    refused("return", "return", "write the condition alone"),
    refused("raise", "raise", "a condition changes nothing"),
    refused("pass", "pass", "write the condition alone"),
    refused("def", "a definition", "write the expression itself"),
    refused("class", "a definition", "write the expression itself"),
    refused("while", "a loop", "write any(… for x in xs) or all(…)"),
    refused("with", "a statement", "write the condition alone"),
    refused("try", "a statement", "write the condition alone"),
    refused("elif", "`elif`", "write `b if a else c if d else e`"),
    refused("global", "a statement", "write the condition alone"),
    refused("nonlocal", "a statement", "write the condition alone"),
    refused("break", "a statement", "write the condition alone"),
    refused("continue", "a statement", "write the condition alone"),
    refused("except", "a statement", "write the condition alone"),
    refused("finally", "a statement", "write the condition alone"),
    refused("as", "`as`", "write the condition alone"),
];

const INFIX: &[(Sign, Binary, u8)] = &[
    (Sign::Bar, Binary::BitOr, 6),
    (Sign::Caret, Binary::BitXor, 7),
    (Sign::Ampersand, Binary::BitAnd, 8),
    (Sign::ShiftLeft, Binary::ShiftLeft, 9),
    (Sign::ShiftRight, Binary::ShiftRight, 9),
    (Sign::Plus, Binary::Add, 10),
    (Sign::Minus, Binary::Subtract, 10),
    (Sign::Star, Binary::Multiply, 11),
    (Sign::Slash, Binary::Divide, 11),
    (Sign::DoubleSlash, Binary::FloorDivide, 11),
    (Sign::Percent, Binary::FloorModulo, 11),
    (Sign::Power, Binary::Power, 13),
];

const fn function(name: &'static str, function: Function, arity: (usize, usize)) -> Callable {
    Callable { name, style: Style::Function, function, arity }
}

const fn method(name: &'static str, function: Function, arity: (usize, usize)) -> Callable {
    Callable { name, style: Style::Method, function, arity }
}

const CALLABLES: &[Callable] = &[
    function("len", Function::Len, (1, 1)),
    function("isinstance", Function::IsInstance, (2, 2)),
    function("any", Function::Any, (1, 1)),
    function("all", Function::All, (1, 1)),
    function("min", Function::Min, (1, 16)),
    function("max", Function::Max, (1, 16)),
    function("sum", Function::Sum, (1, 1)),
    function("abs", Function::Abs, (1, 1)),
    Callable {
        name: "isnan",
        style: Style::Module("math"),
        function: Function::IsNan,
        arity: (1, 1),
    },
    Callable { name: "matches", style: Style::Ours, function: Function::Matches, arity: (2, 2) },
    method("startswith", Function::StartsWith, (1, 1)),
    method("endswith", Function::EndsWith, (1, 1)),
    method("lower", Function::Lower, (0, 0)),
    method("upper", Function::Upper, (0, 0)),
    method("strip", Function::Strip, (0, 1)),
    method("split", Function::Split, (0, 2)),
    method("get", Function::Get, (1, 2)),
    method("keys", Function::Keys, (0, 0)),
    method("values", Function::Values, (0, 0)),
    method("items", Function::Items, (0, 0)),
];
