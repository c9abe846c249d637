//! Ruby, as one table.
//!
//! Its expression grammar, the methods of its core that are pure, and the words of other languages that
//! Ruby has no meaning for. Invariant: a method of the table is one that Ruby's own classes have, and
//! means what it means on them.

use super::{
    Callable, Calls, Comparisons, Dialect, Literal, Literals, Patterns, Powers, Refused, Rules,
    Sign, Spelling, Style, Sums,
};
use crate::condition::syntax::{Binary, Function};

/// Ruby, as of 3.1 and later.
///
/// **Names.** [`Names::slot`](crate::host::Names::slot) is asked for
/// - `total`: a local variable or argument; else what `self` answers to by a mere read (an attr_reader,
///   a member of a Struct), if its class has one or cannot be known; else it is unknown,
/// - `self`, `@total`, `@@count`,
/// - `Order`, `Shop::Order`, `::Order`: a constant as the line sees it, its nesting included; an
///   `autoload` that nobody loaded is `NotLoaded` when it is read,
/// - `:paid`, `:"two words"` as `:two words`: a symbol literal, which always has a slot. Interned once,
///   so that [`Scope::slot`](crate::host::Scope::slot) yields the symbol itself.
///
/// An instance variable that is not set is null, not missing; a local one too, as Ruby has it.
///
/// **Values.** `nil`, `true`, `false`; an Integer within 64 bits as
/// [`Value::Int`](crate::value::Value::Int) whatever it is stored as, else as `BigInt`; a Float. Of
/// String itself: what is valid UTF-8, or ASCII in whatever encoding, as UTF-8 text; what is binary with
/// other bytes as [`Value::Bytes`](crate::value::Value::Bytes); any other as an exact
/// [`Kind::Bytes`](crate::value::Kind::Bytes), of which nothing but class and identity is told.
/// `stored_text` of an instance of a subclass of String is its characters, whatever it overrides.
///
/// **Objects.** A symbol is an exact [`Kind::Text`](crate::value::Kind::Text) whose `raw` is the same
/// wherever it stands, whose `stored_text` is its name, and which compares by identity. An Array is a
/// `List`, a Hash a `Map`, a Set a `Set`, a Range a `Range` with [`bounds`](crate::host::Scope::bounds);
/// instances of subclasses are of the same kind and not exact, and so is whatever has a singleton class
/// with methods. Classes are `Class`, modules `Module`, procs and methods `Function`, exact; an object
/// with an order in Ruby's library (Time, Rational, BigDecimal) an instance that is
/// [`ordered`](crate::host::Scope::ordered). All else is an `Instance`, Structs among them.
///
/// **Attributes** are calls without arguments: an attr_reader's field, a member of a Struct;
/// `NeedsCode` of every other method, and of `method_missing`; `Absent` if nothing answers, or what
/// answers is Object's or Kernel's own. Asked of instances, classes, modules, and what is not exact.
///
/// **Reading.** `lookup` takes the key of a Hash as Ruby's `eql?` has it (a symbol costs one look), or
/// none, and then `entry` is scanned; of a Struct a member's name or place, where `element_name` tells
/// the member at a place, so that a redacted one is not reached. What a key that is not there
/// yields is [`absent_value`](crate::host::Scope::absent_value): a default value, or `NeedsCode` for a
/// default proc. A Hash that compares by identity has no `lookup` but `Unreadable`.
/// `compares_by_identity` if `==` is Object's own; `underlying` of an inexact Array, Hash, Set or String
/// whose `==` is the core's is itself, or the text. `truth` is never asked.
/// [`is_overridden`](crate::host::Scope::is_overridden) is asked before a method of the core is taken
/// for what an inexact object does (`size` of a subclass of Array, `nil?` of an instance). `is_instance`
/// takes classes and modules, as `is_a?` does. Types are named by their class.
pub static RUBY: Dialect = Dialect {
    name: "Ruby",
    signs: SIGNS,
    refused: REFUSED,
    misplaced: MISPLACED,
    infix: INFIX,
    powers: Powers {
        ternary: 3,
        or: 5,
        and: 6,
        not: 16,
        equality: 7,
        comparison: 8,
        prefix: 16,
        minus: 14,
        words: 1,
        word_not: 2,
        range: 4,
    },
    callables: CALLABLES,
    constants: &[],
    foreign: &[
        ("None", Literal::Null),
        ("null", Literal::Null),
        ("undefined", Literal::Null),
        ("True", Literal::True),
        ("False", Literal::False),
    ],
    spelling: Spelling {
        null: "nil",
        yes: "true",
        no: "false",
        and: " && ",
        or: " || ",
        not: "!",
        pattern: "write name.match?(/…/)",
        comments: &["#"],
        in_names: &[],
    },
    literals: Literals::Ruby,
    has_collections: false,
    comparisons: Comparisons::Alone,
    calls: Calls::Refused,
    has_qualified_names: false,
    patterns: Patterns::RubySearch,
    primitives: &[],
    rules: Rules::Open,
    sums: Sums::Compensated,
    works: &[
        ("Time", "compare it with another time, or its parts that are stored"),
        ("Date", "compare it with another date"),
    ],
    lazy: &[],
};

const SIGNS: &[(&str, Sign)] = &[
    ("true", Sign::True),
    ("false", Sign::False),
    ("nil", Sign::Null),
    ("and", Sign::WordAnd),
    ("or", Sign::WordOr),
    ("not", Sign::Not),
    ("&&", Sign::And),
    ("||", Sign::Or),
    ("&.", Sign::OptionalDot),
    ("::", Sign::Scope),
    ("...", Sign::RangeBelow),
    ("..", Sign::Range),
    ("**", Sign::Power),
    ("<<", Sign::ShiftLeft),
    (">>", Sign::ShiftRight),
    ("===", Sign::CaseEqual),
    ("<=>", Sign::Order),
    ("=~", Sign::MatchAt),
    ("!~", Sign::NotMatched),
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

const LOOP: &str = "write xs.any? { |x| … } or xs.all? { |x| … }";

const REFUSED: &[Refused] = &[
    refused("!==", "`!==`", "write !=, or !(a === b)"),
    refused("<>", "`<>`", "write !="),
    refused("??", "`??`", "write a.nil? ? b : a"),
    refused(":=", "an assignment (`:=`)", "write == to compare"),
    refused("+=", "an assignment (`+=`)", "write == to compare"),
    refused("-=", "an assignment (`-=`)", "write == to compare"),
    refused("*=", "an assignment (`*=`)", "write == to compare"),
    refused("/=", "an assignment (`/=`)", "write != to compare"),
    refused("%=", "an assignment (`%=`)", "write == to compare"),
    refused("&=", "an assignment (`&=`)", "write == to compare"),
    refused("|=", "an assignment (`|=`)", "write == to compare"),
    refused("^=", "an assignment (`^=`)", "write == to compare"),
    refused("**=", "an assignment (`**=`)", "write == to compare"),
    refused("<<=", "an assignment (`<<=`)", "write <= to compare"),
    refused(">>=", "an assignment (`>>=`)", "write >= to compare"),
    refused("&&=", "an assignment (`&&=`)", "write a && b == c"),
    refused("||=", "an assignment (`||=`)", "write a || b == c"),
    refused(">>>", "`>>>`", "write >>"),
    refused("->", "a lambda", "write { |x| … } behind any?, all?, find and the like"),
    refused("=>", "`=>`", "write >= to compare"),
    refused(";", "a second statement", "join two conditions with &&"),
    refused("`", "a command", "write quotes around strings"),
    refused("$", "a global variable", "read what the line sees: locals, @fields, constants"),
    refused("\\", "a backslash outside a string", "write the character itself"),
    refused("in", "a pattern match (`in`)", "write [1, 2].include?(x), or C === x"),
    refused("defined?", "`defined?`", "write x.nil?"),
    refused("super", "`super`", "name a field, as in @total"),
    refused("yield", "`yield`", "write the condition alone"),
    refused("class", "a definition", "write x.is_a?(C)"),
    refused("if", "a statement", "write a ? b : c, or the condition alone"),
    refused("unless", "a statement", "write !a, or a ? b : c"),
    refused("else", "a statement", "write a ? b : c, or the condition alone"),
    refused("elsif", "a statement", "write a ? b : c, or the condition alone"),
    refused("then", "a statement", "write a ? b : c, or the condition alone"),
    refused("case", "a statement", "write C === x, or [1, 2].include?(x)"),
    refused("when", "a statement", "write C === x, or [1, 2].include?(x)"),
    refused("while", "a loop", LOOP),
    refused("until", "a loop", LOOP),
    refused("for", "a loop", LOOP),
    refused("do", "a block in words", "write { |x| … }"),
    statement("begin"),
    statement("break"),
    statement("end"),
    statement("ensure"),
    statement("next"),
    statement("redo"),
    statement("rescue"),
    statement("retry"),
    statement("return"),
    statement("alias"),
    statement("undef"),
    statement("BEGIN"),
    statement("END"),
    statement("__END__"),
    definition("def"),
    definition("module"),
    refused("__FILE__", "`__FILE__`", "the place of a probe is known"),
    refused("__LINE__", "`__LINE__`", "the place of a probe is known"),
    refused("__method__", "`__method__`", "the place of a probe is known"),
    refused("__ENCODING__", "`__ENCODING__`", "strings compare by their characters"),
];

/// Words that may be names: of other languages, and methods of the kernel.
const MISPLACED: &[Refused] = &[
    refused("is", "`is`", "write ==, or x.equal?(y)"),
    refused("instanceof", "`instanceof`", "write x.is_a?(C)"),
    refused("typeof", "`typeof`", "write x.is_a?(C)"),
    refused("isinstance", "`isinstance`", "write x.is_a?(C)"),
    refused("len", "`len`", "write x.size"),
    refused("any", "`any`", "write xs.any? { |x| … }"),
    refused("all", "`all`", "write xs.all? { |x| … }"),
    refused("elif", "`elif`", "write a ? b : c"),
    refused("div", "`div`", "write a / b"),
    refused("mod", "`mod`", "write %"),
    refused("new", "`new`", "compare with a value that is there"),
    refused("await", "`await`", "a condition cannot wait; read a value that is there"),
    refused("lambda", "a lambda", "write { |x| … } behind any?, all?, find and the like"),
    refused("proc", "a proc", "write { |x| … } behind any?, all?, find and the like"),
    refused("puts", "`puts`", "write a log template, or a watch"),
    refused("p", "`p`", "write a log template, or a watch"),
    refused("raise", "`raise`", "a condition changes nothing"),
    refused("require", "`require`", "name what the file itself required"),
];

const INFIX: &[(Sign, Binary, u8)] = &[
    (Sign::Bar, Binary::BitOr, 9),
    (Sign::Caret, Binary::BitXor, 9),
    (Sign::Ampersand, Binary::BitAnd, 10),
    (Sign::ShiftLeft, Binary::ShiftLeft, 11),
    (Sign::ShiftRight, Binary::ShiftRight, 11),
    (Sign::Plus, Binary::Add, 12),
    (Sign::Minus, Binary::Subtract, 12),
    (Sign::Star, Binary::Multiply, 13),
    (Sign::Slash, Binary::FloorDivide, 13),
    (Sign::Percent, Binary::FloorModulo, 13),
    (Sign::Power, Binary::Power, 15),
];

const fn method(name: &'static str, function: Function, arity: (usize, usize)) -> Callable {
    Callable { name, style: Style::Method, function, arity }
}

const fn without(name: &'static str, function: Function) -> Callable {
    method(name, function, (0, 0))
}

const fn with_one(name: &'static str, function: Function) -> Callable {
    method(name, function, (1, 1))
}

const fn sign(name: &'static str, function: Function) -> Callable {
    Callable { name, style: Style::Sign, function, arity: (2, 2) }
}

/// The first name of several that mean the same is the one that is echoed.
const CALLABLES: &[Callable] = &[
    sign("===", Function::CaseEquals),
    sign("=~", Function::MatchAt),
    sign("!~", Function::NotMatched),
    sign("<=>", Function::CompareTo),
    Callable { name: "slice", style: Style::Brackets, function: Function::Part, arity: (2, 2) },
    without("size", Function::Size),
    without("length", Function::Length),
    without("count", Function::Count),
    without("empty?", Function::IsEmpty),
    without("nil?", Function::IsNil),
    with_one("is_a?", Function::IsInstance),
    with_one("kind_of?", Function::IsInstance),
    with_one("instance_of?", Function::IsExactly),
    with_one("eql?", Function::Equals),
    with_one("equal?", Function::Same),
    with_one("include?", Function::Includes),
    with_one("member?", Function::Includes),
    with_one("cover?", Function::Covers),
    with_one("key?", Function::Has),
    with_one("has_key?", Function::Has),
    with_one("value?", Function::ContainsValue),
    with_one("has_value?", Function::ContainsValue),
    method("fetch", Function::Fetch, (1, 2)),
    method("dig", Function::Dig, (1, 8)),
    without("keys", Function::Keys),
    without("values", Function::Values),
    without("first", Function::First),
    without("last", Function::Last),
    without("min", Function::Min),
    without("max", Function::Max),
    without("sum", Function::Sum),
    method("any?", Function::Some, (0, 1)),
    method("all?", Function::Every, (0, 1)),
    method("none?", Function::NoneOf, (0, 1)),
    without("find", Function::Find),
    without("detect", Function::Find),
    without("select", Function::Filter),
    without("filter", Function::Filter),
    without("reject", Function::Reject),
    without("map", Function::MapEach),
    without("collect", Function::MapEach),
    method("start_with?", Function::StartsWith, (1, 8)),
    method("end_with?", Function::EndsWith, (1, 8)),
    with_one("match?", Function::Matches),
    without("upcase", Function::Upper),
    without("downcase", Function::Lower),
    without("strip", Function::Strip),
    without("abs", Function::Abs),
    without("even?", Function::IsEven),
    without("odd?", Function::IsOdd),
    without("zero?", Function::IsZero),
    without("positive?", Function::IsPositive),
    without("negative?", Function::IsNegative),
    without("nan?", Function::IsNan),
    method("between?", Function::IsBetween, (2, 2)),
];
