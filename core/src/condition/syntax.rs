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
pub(super) struct Span {
    pub(super) start: u16,
    pub(super) end: u16,
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
pub(super) enum Binding {
    /// Not resolved yet.
    Free,
    /// A variable of the host.
    Slot(u16),
    /// The nth name bound by the generators around it, outermost first.
    Bound(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Minus,
    Plus,
    Invert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    /// True division, as floats.
    Divide,
    /// Division rounded towards minus infinity.
    FloorDivide,
    /// Remainder with the divisor's sign.
    FloorModulo,
    Power,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logic {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Is,
    IsNot,
    In,
    NotIn,
}

/// What may be called, because it runs nobody's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Len,
    IsInstance,
    Any,
    All,
    Min,
    Max,
    Sum,
    /// [`Function::Sum`] where the host adds floats one by one; only in code, never in a tree.
    RoundedSum,
    Abs,
    IsNan,
    Matches,
    StartsWith,
    EndsWith,
    Lower,
    Upper,
    Strip,
    Split,
    Get,
    Keys,
    Values,
    Items,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    List,
    Tuple,
    Set,
}

/// `any(element for targets in source if filter…)`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Generator {
    /// Whether one element suffices (`any`) or all are needed.
    pub(super) any: bool,
    pub(super) element: Expr,
    pub(super) targets: Vec<Box<str>>,
    pub(super) source: Expr,
    pub(super) filters: Vec<Expr>,
}

#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) span: Span,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    /// Magnitude of an integer literal beyond 64 bits, 32 bits a digit, and whether it is negative.
    BigInt(bool, Box<[u32]>),
    Float(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    Name(Box<str>, Binding),
    Attr(Box<Expr>, Box<str>),
    Index(Box<Expr>, Box<Expr>),
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// Two terms or more, flat.
    Logic(Logic, Vec<Expr>),
    /// `first op second op third …`: each pair must hold.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    /// Test, value if it holds, value if not.
    Ternary(Box<(Expr, Expr, Expr)>),
    /// A method's receiver is the first argument.
    Call(Function, Vec<Expr>),
    Collection(Shape, Vec<Expr>),
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
            (K::Null, K::Null) => true,
            (K::Bool(a), K::Bool(b)) => a == b,
            (K::Int(a), K::Int(b)) => a == b,
            (K::BigInt(a, x), K::BigInt(b, y)) => a == b && x == y,
            (K::Float(a), K::Float(b)) => a.to_bits() == b.to_bits(),
            (K::Text(a), K::Text(b)) => a == b,
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
        matches!(
            self,
            Self::Null
                | Self::Bool(_)
                | Self::Int(_)
                | Self::BigInt(..)
                | Self::Float(_)
                | Self::Text(_)
                | Self::Bytes(_)
        )
    }
}
