//! Source text to tokens.

mod java;
mod javascript;
mod lexer;
mod number;
mod ruby;
mod string;

pub(super) use lexer::{Lexer, Token};
pub(super) use ruby::is_plain_symbol;
