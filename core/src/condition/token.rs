//! Source text to tokens.

mod lexer;
mod number;
mod string;

pub(super) use lexer::{Lexer, Token};
