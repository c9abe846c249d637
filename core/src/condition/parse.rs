//! Tokens to the tree.

mod call;
mod javascript;
mod parser;
mod primary;

pub(super) use parser::{parse, parse_at};
