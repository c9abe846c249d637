//! What differs between the languages conditions are typed in.

mod python;
mod table;

pub use python::{PYTHON, PYTHON_BEFORE_3_12};
pub use table::Dialect;
pub(super) use table::{Callable, Lazy, Literal, Powers, Refused, Sign, Spelling, Style, Sums};
