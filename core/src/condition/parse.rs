//! Tokens to the tree.

mod call;
mod javascript;
mod parser;
mod primary;
mod ruby;

pub(super) use parser::{parse, parse_at};
pub(super) use ruby::UNNAMED;
