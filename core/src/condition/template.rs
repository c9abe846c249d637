//! Log templates: text with expressions in braces.
//!
//! Knows how a template is written; [`render`](super::render) knows how a value is. Invariant: a line
//! has no control character, however long and whatever its values: none can forge another line.

use super::Install;
use super::dialect::{Dialect, Sign};
use super::message;
use super::parse::parse_at;
use super::program::Program;
use super::render::{Line, failure, value};
use super::scratch::Scratch;
use super::syntax::{Expr, Span};
use super::token::Token;
use crate::error::Result;
use crate::host::Scope;
use crate::limits::{LOG_LINE_BYTES, MAX_SOURCE_BYTES};

/// A compiled log template.
#[derive(Debug)]
pub struct Template {
    source: Box<str>,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(Box<str>),
    Value(Box<Program>),
}

/// A part before it is compiled: where an expression stands, or text.
enum Piece {
    Text(String),
    Expr(Box<Expr>),
}

impl Template {
    /// Compiles `source`; spans of errors are in the template.
    pub fn compile(source: &str, install: &mut Install<'_>) -> Result<Self> {
        let pieces = pieces(source, install.dialect)?;
        let compile = |piece: Piece| match piece {
            Piece::Text(text) => Ok(Part::Text(text.into())),
            Piece::Expr(expr) => {
                Program::of_tree(source, *expr, install).map(|program| Part::Value(program.into()))
            }
        };
        let parts = pieces.into_iter().map(compile).collect::<Result<_>>()?;
        Ok(Self { source: source.into(), parts })
    }

    /// As typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Appends one line to `out`, at most `limits::LOG_LINE_BYTES` and never beyond its capacity. What
    /// cannot be evaluated is said in its place, as in `{!not loaded}`.
    pub fn render<S: Scope>(&self, scope: &S, out: &mut Vec<u8>) {
        let mut line = Line::new(out, LOG_LINE_BYTES);
        for part in &self.parts {
            match part {
                Part::Text(text) => line.plain(text),
                Part::Value(program) => {
                    let scratch = Scratch::new();
                    match program.value(scope, &scratch) {
                        Ok(found) => value(scope, program.place(), &found, &mut line),
                        Err(failed) => failure(&failed, program.place(), &mut line),
                    }
                }
            }
        }
    }
}

/// Parses `source` as a template without knowing the place it is for.
pub fn check_template(source: &str, dialect: &'static Dialect) -> Result<()> {
    pieces(source, dialect).map(|_| ())
}

fn pieces(source: &str, dialect: &'static Dialect) -> Result<Vec<Piece>> {
    if source.len() > MAX_SOURCE_BYTES {
        return Err(message::too_long(source.len()));
    }
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut at = 0;
    while let Some(character) = source.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = source.get(at..).unwrap_or_default();
        if rest.starts_with("{{") || rest.starts_with("}}") {
            text.push(character);
            at += 2;
        } else if character == '{' {
            let opening = text.chars().next_back();
            if let Some(opening @ ('$' | '#')) = opening {
                return Err(message::dollar_brace(Span::new(at - 1, at + 1), opening));
            }
            let (expr, end) = braced(source, dialect, at)?;
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::Expr(Box::new(expr)));
            at = end;
        } else {
            text.push(character);
            at += character.len_utf8();
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// The expression whose brace opens at `at`, and where what follows its closing brace begins.
fn braced(source: &str, dialect: &'static Dialect, at: usize) -> Result<(Expr, usize)> {
    let inside = source.get(at + 1..).unwrap_or_default().trim_start();
    if inside.starts_with('}') {
        return Err(message::empty_braces(Span::new(at, at + 2)));
    }
    if inside.is_empty() {
        return Err(message::unclosed_brace(Span::new(at, at + 1)));
    }
    let (expr, follows, span) = parse_at(source, dialect, at + 1)?;
    match follows {
        Token::Sign(Sign::CloseBrace) => Ok((expr, usize::from(span.end))),
        Token::Sign(Sign::Colon) => Err(message::format_spec(span)),
        Token::Sign(Sign::Bang) => Err(message::conversion(span)),
        Token::Sign(Sign::Assign) => Err(message::self_documenting(span)),
        Token::End => Err(message::unclosed_brace(Span::new(at, at + 1))),
        _ => Err(message::unexpected(span, "this text", dialect.spelling.and)),
    }
}
