//! Source text to tokens.

mod java;
mod javascript;
mod lexer;
mod number;
mod string;

pub(super) use lexer::{Lexer, Token};
