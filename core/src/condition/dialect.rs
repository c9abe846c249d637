//! What differs between the languages conditions are typed in.

mod python;
mod table;

pub use python::PYTHON;
pub use table::Dialect;
pub(super) use table::{Callable, Lazy, Literal, Powers, Refused, Sign, Spelling, Style};
