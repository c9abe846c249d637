//! Source text to tokens.

mod java;
mod lexer;
mod number;
mod string;

pub(super) use lexer::{Lexer, Token};
