//! Conditions, watches and log templates: what is typed at a probe means what the same text means in
//! the file it is typed into, and where finding out would run code, it is refused or fails.
//!
//! One tree, one machine, one set of bounds; a [`Dialect`] decides spelling and meaning. Nothing in
//! here knows a runtime: names come from [`host::Names`](crate::host::Names) when a probe is
//! installed, values from [`host::Scope`](crate::host::Scope) during a hit. Invariant: evaluation
//! neither allocates, locks, panics nor takes unbounded time.

mod check;
mod compile;
#[cfg(test)]
mod coverage;
mod dialect;
mod eval;
mod explain;
mod failure;
mod hidden;
mod message;
mod op;
mod parse;
mod pattern;
mod print;
mod program;
#[cfg(test)]
mod properties;
mod render;
mod scratch;
mod syntax;
mod template;
mod text;
mod token;
mod utf16;

pub use dialect::{Dialect, JAVA, JAVASCRIPT, PYTHON, PYTHON_BEFORE_3_12, RUBY};
pub(crate) use failure::FAILURE_BYTES;
pub use failure::{Failure, FailureKind};
pub use program::{Install, Program, check};
pub use scratch::Scratch;
pub use template::{Template, check_template};

/// The checked tree of a program, from which a binding may generate code of its own.
///
/// What a node means depends on the dialect it was typed in; the machine is the measure.
pub mod tree {
    pub use super::eval::FUEL;
    pub use super::pattern::Table;
    pub use super::syntax::{
        Binary, Binding, Comparison, Expr, Function, Generator, Kind, Logic, Primitive, Shape,
        Span, Unary,
    };
}
