//! The tree that every dialect parses into.
//!
//! It knows meaning in the abstract and no spelling. Invariant: a tree that the parser returned holds
//! at most [`MAX_NODES`] nodes, so walking it may recurse; two trees are equal if they mean the same,
//! wherever they stood in their sources.

/// Nodes of one expression.
pub(super) const MAX_NODES: usize = 256;
/// Brackets, prefixes and branches within each other.
pub(super) const MAX_DEPTH: usize = 64;
/// Generators within each other: each holds an iteration of the machine.
pub(super) const MAX_LOOPS: usize = 4;

/// A byte range of the source, which is at most 4 KiB long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u16,
    /// The byte behind the last.
    pub end: u16,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        let bound = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        Self { start: bound(start), end: bound(end) }
    }

    pub(super) fn to(self, end: Self) -> Self {
        Self { start: self.start, end: end.end }
    }

    pub(super) fn range(self) -> std::ops::Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }

    pub(super) fn of(self, source: &str) -> &str {
        source.get(self.range()).unwrap_or_default()
    }
}

/// Where the value of a name comes from; found when the name is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Not resolved yet; a checked tree has none.
    Free,
    /// A variable of the host, as [`Scope::slot`](crate::host::Scope::slot) numbers it.
    Slot(u16),
    /// The nth name bound by the generators around it, outermost first.
    Bound(u16),
}

/// A prefix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// The opposite truth.
    Not,
    /// `-x`.
    Minus,
    /// `+x`.
    Plus,
    /// `~x`.
    Invert,
}

/// An infix operator that computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Binary {
    /// `a + b`, of strings too.
    Add,
    /// `a - b`.
    Subtract,
    /// `a * b`.
    Multiply,
    /// True division, as floats.
    Divide,
    /// Division rounded towards minus infinity.
    FloorDivide,
    /// Remainder with the divisor's sign.
    FloorModulo,
    /// Division of the operands' own width: rounded towards zero if they are integers.
    Quotient,
    /// What [`Binary::Quotient`] leaves over, with the dividend's sign.
    Remainder,
    /// `a` to the power of `b`.
    Power,
    /// `a & b`, of booleans too.
    BitAnd,
    /// `a | b`, of booleans too.
    BitOr,
    /// `a ^ b`, of booleans too.
    BitXor,
    /// `a << b`.
    ShiftLeft,
    /// `a >> b`, which keeps the sign.
    ShiftRight,
    /// `a >>> b`, which fills with zeros.
    ShiftRightUnsigned,
}

/// What joins terms of logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logic {
    /// All terms.
    And,
    /// One term.
    Or,
    /// The first term that is neither null nor undefined, or the last.
    Coalesce,
}

/// A comparison of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Comparison {
    /// The dialect's `==`.
    Equal,
    /// The dialect's `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// The same object.
    Is,
    /// Not the same object.
    IsNot,
    /// An element.
    In,
    /// No element.
    NotIn,
}

/// What may be called, because it runs nobody's code. A method's receiver is the first argument.
///
/// Java's methods mean what they mean on the JDK's own types. One without arguments reads the
/// attribute of its name (`size()`) where the receiver is another object; others fail there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `len(x)`.
    Len,
    /// Whether the first is an instance of the second, a class (in Python, or a tuple of them).
    IsInstance,
    /// Whether one element is true.
    Any,
    /// Whether all elements are true.
    All,
    /// The least of the elements of one argument, or of several arguments.
    Min,
    /// The greatest.
    Max,
    /// The sum of the elements.
    Sum,
    /// [`Function::Sum`] where the host adds floats one by one; only in code, never in a tree.
    RoundedSum,
    /// The absolute value; in Java wrapped to its width.
    Abs,
    /// Whether it is NaN.
    IsNan,
    /// Whether a pattern, always a literal, is found in a string; in Java, matches all of it.
    Matches,
    /// Whether a string begins with another.
    StartsWith,
    /// Whether a string ends with another.
    EndsWith,
    /// A string in lower case.
    Lower,
    /// A string in upper case.
    Upper,
    /// A string without blanks at both ends.
    Strip,
    /// The parts of a string.
    Split,
    /// The value under a key of a map, or null; in Java, the element of a list too.
    Get,
    /// The keys of a map.
    Keys,
    /// The values of a map.
    Values,
    /// The keys and values of a map.
    Items,
    /// Java's `text.length()`: 16-bit units.
    Length,
    /// Java's `array.length`, and the attribute of that name of what is no array; only in code, never in
    /// a tree, where it is an attribute.
    ArrayLength,
    /// Java's `size()` of a list, map or set.
    Size,
    /// Java's `isEmpty()` of a string, list, map or set.
    IsEmpty,
    /// Java's `isBlank()`.
    IsBlank,
    /// Java's `a.equals(b)`: equality of the same type.
    Equals,
    /// Java's `Objects.equals(a, b)`: [`Function::Equals`], and null with null.
    ObjectsEqual,
    /// Java's `equalsIgnoreCase`.
    EqualsIgnoreCase,
    /// Java's `contains`: of a string a part, of a list or set an element.
    Contains,
    /// Java's `containsKey`.
    ContainsKey,
    /// Java's `containsValue`.
    ContainsValue,
    /// Java's `getOrDefault`.
    GetOrDefault,
    /// Java's `charAt`.
    CharAt,
    /// Java's `indexOf` of a string or char in a string.
    IndexOf,
    /// Java's `trim()`: without what is not above U+0020 at both ends.
    Trim,
    /// Java's `compareTo` of strings, and of boxes of the same type.
    CompareTo,
    /// Java's `(C) x`: the value, which is null or an instance of the second, a class.
    Cast,
    /// JavaScript's `typeof x`.
    TypeOf,
    /// JavaScript's `/…/.test(x)`: whether the first, always a literal, is found in the second.
    Test,
    /// JavaScript's `includes`: of a string a part, of an array an element.
    Includes,
    /// Whether a key is in a map, or an element in a set.
    Has,
    /// Whether an arrow function yields a truth for one element.
    Some,
    /// Whether it does for all elements.
    Every,
    /// The first element for which it does.
    Find,
    /// The elements for which it does; no value of its own.
    Filter,
    /// What it yields for each element; no value of its own.
    MapEach,
    /// `Object.keys(x)`; no value of its own.
    ObjectKeys,
    /// `Array.isArray(x)`.
    IsArray,
    /// `Number.isNaN(x)`, which converts nothing.
    IsNanNumber,
    /// `Math.floor(x)`.
    Floor,
    /// `Math.ceil(x)`.
    Ceil,
    /// `Math.round(x)`: halves towards plus infinity.
    Round,
    /// `Math.trunc(x)`.
    Truncate,
    /// `Math.sqrt(x)`.
    SquareRoot,
    /// Ruby's `nil?`.
    IsNil,
    /// Ruby's `instance_of?`: of this class and no other.
    IsExactly,
    /// Ruby's `equal?`: the same object.
    Same,
    /// Ruby's `===`, which the left side decides: a class, range, pattern or value.
    CaseEquals,
    /// Ruby's `=~`: where a pattern, on either side, is found in a string, or null.
    MatchAt,
    /// Ruby's `!~`.
    NotMatched,
    /// Ruby's `even?`.
    IsEven,
    /// Ruby's `odd?`.
    IsOdd,
    /// Ruby's `zero?`.
    IsZero,
    /// Ruby's `positive?`.
    IsPositive,
    /// Ruby's `negative?`.
    IsNegative,
    /// Ruby's `between?`.
    IsBetween,
    /// Ruby's `cover?`: between the bounds of a range.
    Covers,
    /// Ruby's `none?`.
    NoneOf,
    /// Ruby's `reject`; no value of its own.
    Reject,
    /// Ruby's `count`, of all elements or of those for which a block is true.
    Count,
    /// Ruby's `first`.
    First,
    /// Ruby's `last`.
    Last,
    /// Ruby's `fetch`.
    Fetch,
    /// Ruby's `dig`.
    Dig,
    /// Ruby's `a[start, length]`.
    Part,
    /// Whether the third lies between the first two, either of them null where there is no bound; only
    /// in code, never in a tree.
    Within,
    /// The same, below the second.
    WithinBelow,
}

/// A primitive type, to which a number is converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Primitive {
    /// Java's `boolean`, which converts to itself alone.
    Boolean,
    /// 8 bits.
    Byte,
    /// 16 bits.
    Short,
    /// One unit of a string.
    Char,
    /// 32 bits.
    Int,
    /// 64 bits.
    Long,
    /// A floating point number of 32 bits.
    Float,
    /// A floating point number of 64 bits.
    Double,
}

/// A collection literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `[a, b]`.
    List,
    /// `(a, b)`.
    Tuple,
    /// `{a, b}`.
    Set,
}

/// `any(element for targets in source if filter…)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    /// Whether one element suffices (`any`) or all are needed.
    pub any: bool,
    /// What is tested of each element.
    pub element: Expr,
    /// The names that an element is bound to.
    pub targets: Vec<Box<str>>,
    /// The collection.
    pub source: Expr,
    /// What an element must pass to be tested.
    pub filters: Vec<Expr>,
}

/// An expression, and where it stands.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where in the source.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Null.
    Null,
    /// JavaScript's `undefined`.
    Undefined,
    /// A boolean literal.
    Bool(bool),
    /// An integer literal; Java's `5L`.
    Int(i64),
    /// Java's `5`.
    Int32(i32),
    /// Magnitude of an integer literal beyond 64 bits, 32 bits a digit, and whether it is negative.
    BigInt(bool, Box<[u32]>),
    /// A floating point literal.
    Float(f64),
    /// Java's `1f`.
    Float32(f32),
    /// Java's `'c'`.
    Char(u16),
    /// A string literal.
    Text(Box<str>),
    /// A byte string literal.
    Bytes(Box<[u8]>),
    /// JavaScript's `/…/i`, as it is written.
    Pattern(Box<str>),
    /// JavaScript's `x => …`: its parameter, and the body. Only an argument of a call.
    Arrow(Box<str>, Box<Expr>),
    /// JavaScript's `#x`, with its `#`. Only on the left of `in`.
    Private(Box<str>),
    /// Ruby's `{ |x, y| … }`: its parameters, and the body. Only an argument of a call.
    Block(Vec<Box<str>>, Box<Expr>),
    /// Ruby's `a..b`; with true `a...b`, without its end.
    Range(Option<Box<Expr>>, Option<Box<Expr>>, bool),
    /// A name, in Java perhaps qualified (`com.acme.Status`, `Outer.this`).
    Name(Box<str>, Binding),
    /// An attribute; the name of a call without arguments ends with `()`.
    Attr(Box<Expr>, Box<str>),
    /// `object[key]`.
    Index(Box<Expr>, Box<Expr>),
    /// `object[start:end]`.
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// A prefix operator.
    Unary(Unary, Box<Expr>),
    /// An infix operator that computes.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// Two terms or more, flat.
    Logic(Logic, Vec<Expr>),
    /// `first op second op third …`: each pair must hold. Java has one pair only.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    /// Test, value if it holds, value if not.
    Ternary(Box<(Expr, Expr, Expr)>),
    /// A call; a method's receiver is the first argument.
    Call(Function, Vec<Expr>),
    /// A number converted to a primitive type.
    Convert(Primitive, Box<Expr>),
    /// A collection literal.
    Collection(Shape, Vec<Expr>),
    /// A test of a collection's elements.
    Generator(Box<Generator>),
    /// `x?`: where `x` is null, the chain around it is null.
    Guard(Box<Expr>),
    /// The extent of the guards within.
    Chain(Box<Expr>),
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        use Kind as K;
        match (self, other) {
            (K::Null, K::Null) | (K::Undefined, K::Undefined) => true,
            (K::Bool(a), K::Bool(b)) => a == b,
            (K::Int(a), K::Int(b)) => a == b,
            (K::Int32(a), K::Int32(b)) => a == b,
            (K::BigInt(a, x), K::BigInt(b, y)) => a == b && x == y,
            (K::Float(a), K::Float(b)) => a.to_bits() == b.to_bits(),
            (K::Float32(a), K::Float32(b)) => a.to_bits() == b.to_bits(),
            (K::Char(a), K::Char(b)) => a == b,
            (K::Text(a), K::Text(b))
            | (K::Pattern(a), K::Pattern(b))
            | (K::Private(a), K::Private(b)) => a == b,
            (K::Arrow(a, x), K::Arrow(b, y)) => a == b && x == y,
            (K::Block(a, x), K::Block(b, y)) => a == b && x == y,
            (K::Range(a, x, p), K::Range(b, y, q)) => a == b && x == y && p == q,
            (K::Bytes(a), K::Bytes(b)) => a == b,
            // Where a name is bound depends on the place, not on the text.
            (K::Name(a, _), K::Name(b, _)) => a == b,
            (K::Attr(a, x), K::Attr(b, y)) => a == b && x == y,
            (K::Index(a, x), K::Index(b, y)) => a == b && x == y,
            (K::Slice(a, x, p), K::Slice(b, y, q)) => a == b && x == y && p == q,
            (K::Unary(o, a), K::Unary(p, b)) => o == p && a == b,
            (K::Binary(o, a, x), K::Binary(p, b, y)) => o == p && a == b && x == y,
            (K::Logic(o, a), K::Logic(p, b)) => o == p && a == b,
            (K::Compare(a, x), K::Compare(b, y)) => a == b && x == y,
            (K::Ternary(a), K::Ternary(b)) => a == b,
            (K::Call(f, a), K::Call(g, b)) => f == g && a == b,
            (K::Convert(p, a), K::Convert(q, b)) => p == q && a == b,
            (K::Collection(s, a), K::Collection(t, b)) => s == t && a == b,
            (K::Generator(a), K::Generator(b)) => a == b,
            (K::Guard(a), K::Guard(b)) | (K::Chain(a), K::Chain(b)) => a == b,
            _ => false,
        }
    }
}

impl Kind {
    /// Whether reading it twice costs nothing and does nothing.
    pub(super) fn is_leaf(&self) -> bool {
        self.is_literal() || matches!(self, Self::Name(..))
    }

    pub(super) fn is_literal(&self) -> bool {
        self.is_number()
            || matches!(
                self,
                Self::Null | Self::Undefined | Self::Bool(_) | Self::Text(_) | Self::Bytes(_)
            )
    }

    /// Whether it is a literal that computes.
    pub(super) fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Int(_)
                | Self::Int32(_)
                | Self::BigInt(..)
                | Self::Float(_)
                | Self::Float32(_)
                | Self::Char(_)
        )
    }
}
