//! A value of the application, as a condition or a capture sees it: borrowed, never copied.
//!
//! Knows no runtime. Invariant: a `Value` is meaningful only during the hit it was read in, and
//! holding one never keeps an object of the application alive.

/// A value read from the application.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Python's `None`, Java's and JavaScript's `null`, Ruby's `nil`.
    Null,
    /// JavaScript's `undefined`.
    Undefined,
    /// A boolean.
    Bool(bool),
    /// An integer that fits; Java's `long`.
    Int(i64),
    /// An integer of 32 bits: Java's `int`, and its `byte` and `short`, which compute as one.
    Int32(i32),
    /// One 16-bit unit of a string: Java's `char`.
    Char(u16),
    /// An integer beyond 64 bits.
    BigInt(BigInt<'a>),
    /// A floating point number.
    Float(f64),
    /// A floating point number of 32 bits: Java's `float`.
    Float32(f32),
    /// A string of exactly the host's string type.
    Text(Text<'a>),
    /// A byte string of exactly the host's type.
    Bytes(&'a [u8]),
    /// Everything else: ask the [`Scope`](crate::host::Scope).
    Object(Object),
}

/// An integer beyond 64 bits: sign and magnitude, least significant digit first.
#[derive(Clone, Copy, Debug)]
pub struct BigInt<'a> {
    /// Whether it is below zero.
    pub negative: bool,
    /// Magnitude, `digit_bits` bits in each, no leading zero digit.
    pub digits: &'a [u32],
    /// Bits used of each digit: 30 in CPython, 32 in V8, HotSpot and the core's own literals.
    pub digit_bits: u8,
}

/// Characters as the host stores them, so that reading a string copies nothing.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// UTF-8, which ASCII is.
    Utf8(&'a str),
    /// One byte a code point, U+0000 to U+00FF.
    Latin1(&'a [u8]),
    /// 16-bit units: whole code points in CPython, UTF-16 (perhaps with lone surrogates) on the JVM
    /// and V8.
    Units16(&'a [u16]),
    /// 32-bit code points, perhaps lone surrogates.
    Units32(&'a [u32]),
}

/// An object of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// The binding's handle, an address in most runtimes. Equal handles are the same object.
    pub raw: usize,
    /// What it is stored as.
    pub kind: Kind,
    /// Whether its type is exactly the host's builtin type of that kind, so that no application
    /// code can have changed what its operations mean.
    pub exact: bool,
}

/// What an object of the host's library means, where that has an order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// A decimal number: `coefficient * 10^exponent`, at most 38 digits.
    Decimal {
        /// Whether it is below zero.
        negative: bool,
        /// Its digits as an integer.
        coefficient: u128,
        /// The power of ten.
        exponent: i64,
    },
    /// A decimal number beyond all others.
    Infinite {
        /// Whether it is below them.
        negative: bool,
    },
    /// A decimal that is no number.
    NotANumber,
    /// A point on a line: dates with dates, spans with spans. Points of different lines are unequal and
    /// have no order, nor has a point with a number.
    Point {
        /// Which line, as the binding numbers them.
        line: u32,
        /// Where.
        at: i128,
    },
}

/// How an object is stored, in words every runtime shares.
///
/// Four bytes, though one would do: compilers read a smaller one together with what lies beside it,
/// and such a read waits until both were really written. 3 ns an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Kind {
    /// Growable sequence.
    List,
    /// Fixed sequence.
    Tuple,
    /// Keys to values.
    Map,
    /// Unordered distinct elements.
    Set,
    /// Unordered distinct elements that cannot change.
    FrozenSet,
    /// Start, stop and step.
    Range,
    /// A subclass of the host's string type.
    Text,
    /// A subclass of the host's byte string type, or a mutable one.
    Bytes,
    /// A subclass of a number type, or a number type the core has no form for (complex, decimal).
    Number,
    /// An object with fields.
    Instance,
    /// A class or type.
    Class,
    /// A function, method or lambda.
    Function,
    /// A module or namespace.
    Module,
}

impl Kind {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 13] = [
        Self::List,
        Self::Tuple,
        Self::Map,
        Self::Set,
        Self::FrozenSet,
        Self::Range,
        Self::Text,
        Self::Bytes,
        Self::Number,
        Self::Instance,
        Self::Class,
        Self::Function,
        Self::Module,
    ];

    /// The kind a number of the stream or wire stands for.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// Why a value is not there. Never a value of its own: an absent name is an error, not null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Missing {
    /// A local variable or cell that is not set yet (unbound, TDZ, unset ivar where that is an
    /// error).
    Unset,
    /// There is no such attribute, key or element.
    Absent,
    /// Reading it would run application code (property, getter, proxy, `__getattr__`, default
    /// proc).
    NeedsCode,
    /// A lazy value of a known library that nobody loaded yet; loading it is not ours to do.
    NotLoaded,
    /// The redaction list names it.
    Redacted,
    /// The binding has no way to read it on this runtime.
    Unreadable,
    /// Reading it took more steps than a condition may.
    OutOfFuel,
}

/// The three outcomes of reading without running user code: there, or [`Missing`] with the reason.
pub type Reading<T> = Result<T, Missing>;

impl Text<'_> {
    /// Storage units: bytes, or 16- or 32-bit units. The host's own length for all but UTF-8.
    pub fn units(self) -> usize {
        match self {
            Self::Utf8(text) => text.len(),
            Self::Latin1(units) => units.len(),
            Self::Units16(units) => units.len(),
            Self::Units32(units) => units.len(),
        }
    }
}
