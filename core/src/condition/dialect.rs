//! What differs between the languages conditions are typed in, as a table.
//!
//! It knows spellings, precedence and which of our functions the language has; the tree and the
//! machine know what they mean. Invariant: a spelling that the language itself has means what it
//! means there; one borrowed from another language stands here only where this one has no meaning
//! for it.

mod python;

pub use python::PYTHON;

use super::syntax::{Binary, Function};

/// One language.
#[derive(Debug)]
pub struct Dialect {
    /// Its name, for messages.
    pub name: &'static str,
    /// Keywords and punctuation, longer ones before their own beginnings.
    pub(super) signs: &'static [(&'static str, Sign)],
    /// Keywords and punctuation that are refused, with the reason.
    pub(super) refused: &'static [Refused],
    /// Infix operators that compute, and how tightly they bind.
    pub(super) infix: &'static [(Sign, Binary, u8)],
    pub(super) powers: Powers,
    /// What may be called.
    pub(super) callables: &'static [Callable],
    /// Other languages' words for literals, where no such name is visible.
    pub(super) foreign: &'static [(&'static str, Literal)],
    pub(super) spelling: Spelling,
    /// Lazy values of known libraries, with the attribute that holds what they would load.
    pub(super) lazy: &'static [Lazy],
}

/// How tightly things bind that are not plain infix operators; higher is tighter.
#[derive(Debug)]
pub(super) struct Powers {
    pub(super) ternary: u8,
    pub(super) or: u8,
    pub(super) and: u8,
    pub(super) not: u8,
    pub(super) comparison: u8,
    pub(super) prefix: u8,
}

/// A keyword or punctuation, whatever its spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
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
pub(super) struct Refused {
    pub(super) spelling: &'static str,
    /// What it is called (`an assignment`).
    pub(super) what: &'static str,
    /// What to write instead.
    pub(super) instead: &'static str,
}

/// A literal that has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Null,
    True,
    False,
}

/// How a callable is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
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
pub(super) struct Callable {
    pub(super) name: &'static str,
    pub(super) style: Style,
    pub(super) function: Function,
    /// Fewest and most arguments, a receiver not counted.
    pub(super) arity: (usize, usize),
}

/// How literals are written.
#[derive(Debug)]
pub(super) struct Spelling {
    pub(super) null: &'static str,
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    /// What opens a comment, which is refused.
    pub(super) comment: &'static str,
}

/// A lazy value of a known library.
#[derive(Debug)]
pub(super) struct Lazy {
    pub(super) type_name: &'static str,
    /// The attribute under which people reach it.
    pub(super) attr: &'static str,
    /// The attribute that holds the value once somebody loaded it.
    pub(super) instead: &'static str,
}

impl Dialect {
    /// The callable with this name and manner of writing.
    pub(super) fn callable(&self, name: &str, is_method: bool) -> Option<&'static Callable> {
        let fits = |style: Style| match style {
            Style::Method => is_method,
            Style::Function | Style::Ours => !is_method,
            Style::Module(_) => false,
        };
        self.callables.iter().find(|callable| callable.name == name && fits(callable.style))
    }

    /// The callable `module.name`.
    pub(super) fn in_module(&self, module: &str, name: &str) -> Option<&'static Callable> {
        let inside = |style: Style| matches!(style, Style::Module(own) if own == module);
        self.callables.iter().find(|callable| callable.name == name && inside(callable.style))
    }

    /// How `function` is written.
    pub(super) fn spelled(&self, function: Function) -> Option<&'static Callable> {
        self.callables.iter().find(|callable| callable.function == function)
    }

    /// The word of a literal.
    pub(super) fn literal(&self, literal: Literal) -> &'static str {
        match literal {
            Literal::Null => self.spelling.null,
            Literal::True => self.spelling.yes,
            Literal::False => self.spelling.no,
        }
    }

    /// Names of everything that can be called, for a hint.
    pub(super) fn callable_names(&self, is_method: bool) -> String {
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
