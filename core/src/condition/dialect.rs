//! What differs between the languages conditions are typed in.

mod java;
mod javascript;
mod python;
mod ruby;
mod table;

pub use java::JAVA;
pub use javascript::JAVASCRIPT;
pub use python::{PYTHON, PYTHON_BEFORE_3_12};
pub use ruby::RUBY;
pub use table::Dialect;
pub(super) use table::{
    Callable, Calls, Comparisons, Lazy, Literal, Literals, Patterns, Powers, Refused, Rules, Sign,
    Spelling, Style, Sums,
};
