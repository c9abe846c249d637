//! What differs between the languages conditions are typed in, as a table.
//!
//! It knows spellings, precedence and which of our functions the language has; the tree and the
//! machine know what they mean. Invariant: a spelling that the language itself has means what it
//! means there; one borrowed from another language stands here only where this one has no meaning
//! for it.

use crate::condition::syntax::{Binary, Function, Primitive};

/// One language.
#[derive(Debug)]
pub struct Dialect {
    /// Its name, for messages.
    pub name: &'static str,
    /// Keywords and punctuation, longer ones before their own beginnings.
    pub(in crate::condition) signs: &'static [(&'static str, Sign)],
    /// Keywords and punctuation that are refused, with the reason.
    pub(in crate::condition) refused: &'static [Refused],
    /// Words of other languages that are names here, but refused where no name can stand.
    pub(in crate::condition) misplaced: &'static [Refused],
    /// Infix operators that compute, and how tightly they bind.
    pub(in crate::condition) infix: &'static [(Sign, Binary, u8)],
    pub(in crate::condition) powers: Powers,
    /// What may be called.
    pub(in crate::condition) callables: &'static [Callable],
    /// Names that the language itself has for a value, where nothing of the application hides them.
    pub(in crate::condition) constants: &'static [(&'static str, Literal)],
    /// Other languages' words for literals, where no such name is visible.
    pub(in crate::condition) foreign: &'static [(&'static str, Literal)],
    pub(in crate::condition) spelling: Spelling,
    pub(in crate::condition) literals: Literals,
    /// Whether collections have literals and slices.
    pub(in crate::condition) has_collections: bool,
    pub(in crate::condition) comparisons: Comparisons,
    pub(in crate::condition) calls: Calls,
    /// Whether a name may be joined of several by dots (`com.acme.Status`, `Outer.this`).
    pub(in crate::condition) has_qualified_names: bool,
    pub(in crate::condition) patterns: Patterns,
    /// Names of types to which a number in front of which they stand in parentheses is converted.
    pub(in crate::condition) primitives: &'static [(&'static str, Primitive)],
    pub(in crate::condition) rules: Rules,
    pub(in crate::condition) sums: Sums,
    /// Lazy values of known libraries, with the attribute that holds what they would load.
    pub(in crate::condition) lazy: &'static [Lazy],
    /// Types of the host's library that a condition can decide in part, with what works on them.
    pub(in crate::condition) works: &'static [(&'static str, &'static str)],
}

/// How tightly things bind that are not plain infix operators; higher is tighter.
#[derive(Debug)]
pub(in crate::condition) struct Powers {
    pub(in crate::condition) ternary: u8,
    pub(in crate::condition) or: u8,
    pub(in crate::condition) and: u8,
    pub(in crate::condition) not: u8,
    /// `==` and `!=`.
    pub(in crate::condition) equality: u8,
    /// All other comparisons.
    pub(in crate::condition) comparison: u8,
    pub(in crate::condition) prefix: u8,
    /// A minus sign in front of an operand.
    pub(in crate::condition) minus: u8,
    /// Logic in words, where those bind otherwise than signs and all alike.
    pub(in crate::condition) words: u8,
    /// The word for a negation, where it binds otherwise than the sign.
    pub(in crate::condition) word_not: u8,
    pub(in crate::condition) range: u8,
}

/// A keyword or punctuation, whatever its spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Sign {
    And,
    Or,
    Not,
    /// `!`, which binds as tightly as a minus sign.
    Bang,
    In,
    Is,
    If,
    Else,
    For,
    True,
    False,
    Null,
    Plus,
    Minus,
    Star,
    Slash,
    DoubleSlash,
    Percent,
    Power,
    Ampersand,
    Bar,
    Caret,
    Tilde,
    ShiftLeft,
    ShiftRight,
    ShiftRightUnsigned,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Comma,
    Colon,
    Question,
    InstanceOf,
    /// `===` and `!==`.
    StrictEqual,
    StrictNotEqual,
    /// `??`.
    Coalesce,
    TypeOf,
    Arrow,
    Dot,
    OptionalDot,
    Assign,
    /// `and` and `or`, where they bind otherwise than `&&` and `||`.
    WordAnd,
    WordOr,
    /// `===` that asks the left side.
    CaseEqual,
    /// `=~` and `!~`.
    MatchAt,
    NotMatched,
    /// `<=>`.
    Order,
    /// `..` and `...`.
    Range,
    RangeBelow,
    /// `::`.
    Scope,
}

/// A spelling that is refused by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) struct Refused {
    pub(in crate::condition) spelling: &'static str,
    /// What it is called (`an assignment`).
    pub(in crate::condition) what: &'static str,
    /// What to write instead.
    pub(in crate::condition) instead: &'static str,
}

/// A literal that has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Literal {
    Null,
    True,
    False,
    Undefined,
    NotANumber,
    Infinity,
}

/// How a callable is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Style {
    /// A function of the host's own: `len(x)`.
    Function,
    /// A function of ours: `matches(x, r"…")`.
    Ours,
    /// A function in a module of the host's own: `math.isnan(x)`.
    Module(&'static str),
    /// A function of a class of the host's library: `Math.abs(x)`.
    Static(&'static str),
    /// A method: `x.lower()`.
    Method,
    /// A word between two operands: `x instanceof C`.
    Infix,
    /// An attribute that one of the host's own types has: `array.length`.
    Property,
    /// A type in parentheses in front of an operand: `(C) x`.
    Cast,
    /// A word in front of an operand: `typeof x`.
    Prefix,
    /// A sign between two operands that binds as equality does: `a =~ /…/`.
    Sign,
    /// Brackets with two arguments: `a[1, 2]`.
    Brackets,
}

/// How numbers and strings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Literals {
    /// Integers of any size; prefixes in front of strings, which stand in quotes of either kind.
    Python,
    /// A suffix says how wide a number is; single quotes hold one 16-bit unit.
    Java,
    /// Numbers are doubles, or integers of any size with an `n`; strings stand in quotes of three
    /// kinds, patterns between slashes.
    JavaScript,
    /// Integers of any size; strings stand in quotes of two kinds, patterns between slashes, symbols
    /// behind a colon, and a name may end with a question mark.
    Ruby,
}

/// What several comparisons in a row are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Comparisons {
    /// Each pair must hold.
    Chained,
    /// The outcome of one is compared with the next operand, which only equality can do.
    Paired,
    /// Refused.
    Alone,
}

/// What a call is that the table does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Calls {
    /// Application code.
    Refused,
    /// An attribute, if it has no arguments: the host says whether it is only read.
    Read,
}

/// What a pattern is, and how it is held against a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Patterns {
    /// Python's, found anywhere.
    PythonSearch,
    /// Java's, which all of the string must match.
    JavaWhole,
    /// JavaScript's, with its slashes and flags, found anywhere.
    JavaScriptSearch,
    /// Ruby's, with its slashes and flags, found anywhere.
    RubySearch,
}

/// What operations mean where the machine has to look at more than the instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::condition) enum Rules {
    /// Numbers are exact and compare across kinds, every value has a truth, strings are code points.
    #[default]
    Exact,
    /// Numbers have a width and are promoted, only booleans are true or false, what does not fit
    /// together is an error, strings are 16-bit units.
    Typed,
    /// Numbers are doubles beside exact integers, primitives are converted to what fits together, what
    /// is absent is undefined, strings are 16-bit units.
    Loose,
    /// Numbers are exact and compare across kinds, no boolean is one; all but null and false is true;
    /// an element that is absent is null; strings are code points.
    Open,
}

/// Something that may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) struct Callable {
    pub(in crate::condition) name: &'static str,
    pub(in crate::condition) style: Style,
    pub(in crate::condition) function: Function,
    /// Fewest and most arguments, a receiver not counted.
    pub(in crate::condition) arity: (usize, usize),
}

/// How the host's `sum` adds floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Sums {
    /// One by one, each result rounded.
    Rounded,
    /// Keeping what rounding drops (Neumaier's method).
    Compensated,
}

/// How literals are written.
#[derive(Debug)]
pub(in crate::condition) struct Spelling {
    pub(in crate::condition) null: &'static str,
    pub(in crate::condition) yes: &'static str,
    pub(in crate::condition) no: &'static str,
    pub(in crate::condition) and: &'static str,
    pub(in crate::condition) or: &'static str,
    pub(in crate::condition) not: &'static str,
    /// How a pattern is held against a string, for a hint.
    pub(in crate::condition) pattern: &'static str,
    /// What opens a comment, which is refused.
    pub(in crate::condition) comments: &'static [&'static str],
    /// What names may hold beside letters, digits and `_`.
    pub(in crate::condition) in_names: &'static [char],
}

/// A lazy value of a known library.
#[derive(Debug)]
pub(in crate::condition) struct Lazy {
    pub(in crate::condition) type_name: &'static str,
    /// The attribute under which people reach it.
    pub(in crate::condition) attr: &'static str,
    /// The attribute that holds the value once somebody loaded it.
    pub(in crate::condition) instead: &'static str,
}

impl Dialect {
    /// The callable with this name and manner of writing.
    pub(in crate::condition) fn callable(
        &self,
        name: &str,
        is_method: bool,
    ) -> Option<&'static Callable> {
        let fits = |style: Style| match style {
            Style::Method => is_method,
            Style::Function | Style::Ours => !is_method,
            _ => false,
        };
        self.callables.iter().find(|callable| callable.name == name && fits(callable.style))
    }

    /// The callable `module.name`, of a module or a class.
    pub(in crate::condition) fn in_module(
        &self,
        module: &str,
        name: &str,
    ) -> Option<&'static Callable> {
        let inside = |style: Style| match style {
            Style::Module(own) | Style::Static(own) => own == module,
            _ => false,
        };
        self.callables.iter().find(|callable| callable.name == name && inside(callable.style))
    }

    /// The attribute of this name that one of the host's own types has.
    pub(in crate::condition) fn property(&self, name: &str) -> Option<&'static Callable> {
        let fits =
            |callable: &&Callable| callable.style == Style::Property && callable.name == name;
        self.callables.iter().find(fits)
    }

    /// How `function` is written.
    pub(in crate::condition) fn spelled(&self, function: Function) -> Option<&'static Callable> {
        self.callables.iter().find(|callable| callable.function == function)
    }

    /// The word of a literal.
    pub(in crate::condition) fn literal(&self, literal: Literal) -> &'static str {
        match literal {
            Literal::Null => self.spelling.null,
            Literal::True => self.spelling.yes,
            Literal::False => self.spelling.no,
            Literal::Undefined => "undefined",
            Literal::NotANumber => "NaN",
            Literal::Infinity => "Infinity",
        }
    }

    /// Names of everything that can be called, for a hint.
    pub(in crate::condition) fn callable_names(&self, is_method: bool) -> String {
        let is_called = |style| {
            !matches!(
                style,
                Style::Infix
                    | Style::Property
                    | Style::Cast
                    | Style::Prefix
                    | Style::Sign
                    | Style::Brackets
            )
        };
        let fits = self.callables.iter().filter(|callable| {
            is_called(callable.style) && (callable.style == Style::Method) == is_method
        });
        let names: Vec<String> = fits
            .map(|callable| match callable.style {
                Style::Module(module) | Style::Static(module) => {
                    format!("{module}.{}", callable.name)
                }
                _ => callable.name.to_owned(),
            })
            .collect();
        names.join(", ")
    }
}
