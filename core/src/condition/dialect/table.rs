//! What differs between the languages conditions are typed in, as a table.
//!
//! It knows spellings, precedence and which of our functions the language has; the tree and the
//! machine know what they mean. Invariant: a spelling that the language itself has means what it
//! means there; one borrowed from another language stands here only where this one has no meaning
//! for it.

use crate::condition::syntax::{Binary, Function};

/// One language.
#[derive(Debug)]
pub struct Dialect {
    /// Its name, for messages.
    pub name: &'static str,
    /// Keywords and punctuation, longer ones before their own beginnings.
    pub(in crate::condition) signs: &'static [(&'static str, Sign)],
    /// Keywords and punctuation that are refused, with the reason.
    pub(in crate::condition) refused: &'static [Refused],
    /// Infix operators that compute, and how tightly they bind.
    pub(in crate::condition) infix: &'static [(Sign, Binary, u8)],
    pub(in crate::condition) powers: Powers,
    /// What may be called.
    pub(in crate::condition) callables: &'static [Callable],
    /// Other languages' words for literals, where no such name is visible.
    pub(in crate::condition) foreign: &'static [(&'static str, Literal)],
    pub(in crate::condition) spelling: Spelling,
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
    pub(in crate::condition) comparison: u8,
    pub(in crate::condition) prefix: u8,
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
    Dot,
    OptionalDot,
    Assign,
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
    /// A method: `x.lower()`.
    Method,
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
    /// What opens a comment, which is refused.
    pub(in crate::condition) comment: &'static str,
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
            Style::Module(_) => false,
        };
        self.callables.iter().find(|callable| callable.name == name && fits(callable.style))
    }

    /// The callable `module.name`.
    pub(in crate::condition) fn in_module(
        &self,
        module: &str,
        name: &str,
    ) -> Option<&'static Callable> {
        let inside = |style: Style| matches!(style, Style::Module(own) if own == module);
        self.callables.iter().find(|callable| callable.name == name && inside(callable.style))
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
        }
    }

    /// Names of everything that can be called, for a hint.
    pub(in crate::condition) fn callable_names(&self, is_method: bool) -> String {
        let fits = self.callables.iter().filter(|c| (c.style == Style::Method) == is_method);
        let names: Vec<String> = fits
            .map(|callable| match callable.style {
                Style::Module(module) => format!("{module}.{}", callable.name),
                _ => callable.name.to_owned(),
            })
            .collect();
        names.join(", ")
    }
}
