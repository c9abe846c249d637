//! Source text to tokens.
//!
//! Names, numbers, strings and the signs of a dialect's table; knows no grammar. Invariant: it moves
//! forward through the source and never splits a character, whatever the text.

use crate::condition::dialect::{Dialect, Literals, Sign};
use crate::condition::message;
use crate::condition::syntax::Span;
use crate::error::Result;
use unicode_normalization::UnicodeNormalization;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::condition) enum Token {
    Name(Box<str>),
    Int(i64),
    Int32(i32),
    /// Magnitude beyond 64 bits, 32 bits a digit, the least significant first.
    BigInt(Box<[u32]>),
    Float(f64),
    Float32(f32),
    Char(u16),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    /// JavaScript's `/…/i`, as it is written.
    Pattern(Box<str>),
    /// JavaScript's `#x` where a value begins, with its `#`.
    Private(Box<str>),
    /// Ruby's `%w[…]`; with true the words are symbols.
    Words(Box<[Box<str>]>, bool),
    Sign(Sign),
    End,
}

/// What stands before a token, as far as it decides what the token is in JavaScript and Ruby.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// An operand has ended: a slash divides.
    Value,
    /// A dot: any word is a name.
    Dot,
    /// The name of a method of Ruby, whose argument may follow without a parenthesis.
    Argument,
    Other,
}

/// Where in the source we are.
#[derive(Clone, Debug)]
pub(in crate::condition) struct Lexer<'s> {
    pub(super) source: &'s str,
    pub(super) dialect: &'static Dialect,
    pub(super) position: usize,
    /// Brackets open here, within which a new line is a blank.
    pub(super) open: usize,
    pub(super) before: Before,
}

impl<'s> Lexer<'s> {
    pub(in crate::condition) fn new(
        source: &'s str,
        dialect: &'static Dialect,
        position: usize,
    ) -> Self {
        Self { source, dialect, position, open: 0, before: Before::Other }
    }

    pub(super) fn rest(&self) -> &'s str {
        self.source.get(self.position..).unwrap_or_default()
    }

    pub(super) fn span_of(&self, len: usize) -> Span {
        Span::new(self.position, self.position + len)
    }

    /// The next token; `End` again and again at the end.
    pub(in crate::condition) fn next(&mut self) -> Result<(Token, Span)> {
        self.skip_blanks()?;
        let start = self.position;
        let token = self.token()?;
        if let Token::Sign(sign) = token {
            self.count_bracket(sign);
        }
        let is_method = self.before == Before::Dot
            || matches!(&token, Token::Name(name) if name.ends_with('?'));
        self.before = match before(&token) {
            Before::Value if is_method && self.dialect.literals == Literals::Ruby => {
                Before::Argument
            }
            before => before,
        };
        Ok((token, Span::new(start, self.position)))
    }

    pub(super) fn count_bracket(&mut self, sign: Sign) {
        match sign {
            Sign::OpenParen | Sign::OpenBracket | Sign::OpenBrace => self.open += 1,
            Sign::CloseParen | Sign::CloseBracket | Sign::CloseBrace => {
                self.open = self.open.saturating_sub(1);
            }
            _ => {}
        }
    }

    pub(super) fn skip_blanks(&mut self) -> Result<()> {
        let rest = self.rest();
        let after = rest.trim_start_matches([' ', '\t', '\r', '\n', '\x0c']);
        let blanks = rest.len() - after.len();
        let line_end = rest.get(..blanks).and_then(|blanks| blanks.find('\n'));
        if let Some(at) = line_end
            && self.open == 0
            && self.ends_at_a_line(after)
            && !after.is_empty()
            && self.position + at > 0
            && !self.source.get(..self.position).unwrap_or_default().trim().is_empty()
        {
            let at = self.position + at;
            return Err(message::newline(Span::new(at, at + 1)));
        }
        self.position += blanks;
        Ok(())
    }

    /// Whether a new line ends the expression, if `after` follows it.
    fn ends_at_a_line(&self, after: &str) -> bool {
        match self.dialect.literals {
            Literals::Python => true,
            Literals::Ruby => {
                let is_complete = matches!(self.before, Before::Value | Before::Argument);
                let goes_on =
                    after.starts_with("&.") || after.starts_with('.') && !after.starts_with("..");
                is_complete && !goes_on
            }
            Literals::Java | Literals::JavaScript => false,
        }
    }

    pub(super) fn token(&mut self) -> Result<Token> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        if self.dialect.spelling.comments.iter().any(|opening| rest.starts_with(opening)) {
            let span = self.span_of(rest.len());
            return Err(message::refused(span, "a comment", "write the expression alone"));
        }
        let quoted = match self.dialect.literals {
            Literals::Python => self.string()?,
            Literals::Java => self.java_quoted()?,
            Literals::JavaScript => self.javascript_literal()?,
            Literals::Ruby => self.ruby_literal()?,
        };
        if let Some(token) = quoted {
            return Ok(token);
        }
        let mut following = rest.bytes().skip(1);
        let is_ruby = self.dialect.literals == Literals::Ruby;
        let fraction =
            first == '.' && !is_ruby && following.next().is_some_and(|b| b.is_ascii_digit());
        if first.is_ascii_digit() || fraction {
            return match self.dialect.literals {
                Literals::Python => self.number(),
                Literals::Java => self.java_number(),
                Literals::JavaScript => self.javascript_number(),
                Literals::Ruby => self.ruby_number(),
            };
        }
        if first.is_alphabetic() || self.joins(first) {
            return self.word();
        }
        self.punctuation(first)
    }

    pub(super) fn word(&mut self) -> Result<Token> {
        let rest = self.rest();
        let len = rest
            .char_indices()
            .find(|&(_, c)| !(c.is_alphanumeric() || self.joins(c) || is_mark(c)))
            .map_or(rest.len(), |(at, _)| at);
        let word = rest.get(..len).unwrap_or_default();
        if self.dialect.literals == Literals::Ruby {
            return self.ruby_word(len);
        }
        let is_javascript = self.dialect.literals == Literals::JavaScript;
        if is_javascript && self.before == Before::Dot {
            self.position += len;
            return Ok(Token::Name(word.into()));
        }
        self.refuse(word)?;
        self.position += len;
        if let Some((_, sign)) = self.dialect.signs.iter().find(|(spelling, _)| *spelling == word) {
            return Ok(Token::Sign(*sign));
        }
        let name =
            if word.is_ascii() || is_javascript { word.to_owned() } else { word.nfkc().collect() };
        Ok(Token::Name(name.into()))
    }

    /// Whether it is part of a name beside letters and digits.
    pub(super) fn joins(&self, character: char) -> bool {
        character == '_' || self.dialect.spelling.in_names.contains(&character)
    }

    /// An error if `word` as a whole is refused by name.
    pub(super) fn refuse(&self, word: &str) -> Result<()> {
        match self.dialect.refused.iter().find(|refused| refused.spelling == word) {
            Some(refused) => {
                let span = self.span_of(word.len());
                Err(message::refused(span, refused.what, refused.instead))
            }
            None => Ok(()),
        }
    }

    pub(super) fn punctuation(&mut self, first: char) -> Result<Token> {
        let rest = self.rest();
        let sign = self
            .dialect
            .signs
            .iter()
            .filter(|(spelling, sign)| rest.starts_with(spelling) && !is_choice(rest, *sign))
            .max_by_key(|(spelling, _)| spelling.len());
        let refused = self
            .dialect
            .refused
            .iter()
            .filter(|refused| rest.starts_with(refused.spelling))
            .filter(|refused| !ends_in_fraction(rest, refused.spelling))
            .max_by_key(|refused| refused.spelling.len());
        let len = sign.map_or(0, |(spelling, _)| spelling.len());
        if let Some(refused) = refused
            && refused.spelling.len() > len
        {
            self.refuse(refused.spelling)?;
        }
        let Some((_, sign)) = sign else {
            return Err(message::unexpected_character(self.span_of(first.len_utf8()), first));
        };
        self.position += len;
        Ok(Token::Sign(*sign))
    }
}

fn before(token: &Token) -> Before {
    match token {
        Token::Sign(Sign::Dot | Sign::OptionalDot) => Before::Dot,
        Token::Sign(
            Sign::CloseParen
            | Sign::CloseBracket
            | Sign::CloseBrace
            | Sign::True
            | Sign::False
            | Sign::Null,
        ) => Before::Value,
        Token::Sign(_) | Token::End => Before::Other,
        _ => Before::Value,
    }
}

/// Whether what looks like an optional access is a choice with a fraction behind it: `a?.5:b`.
fn is_choice(rest: &str, sign: Sign) -> bool {
    sign == Sign::OptionalDot && rest.as_bytes().get(2).is_some_and(u8::is_ascii_digit)
}

/// Whether the point at the end of a spelling opens a fraction: `a &.5`.
fn ends_in_fraction(rest: &str, spelling: &str) -> bool {
    let next = rest.as_bytes().get(spelling.len());
    spelling.ends_with('.') && next.is_some_and(u8::is_ascii_digit)
}

/// Combining marks continue a name in every host; alone they are never alphabetic.
pub(super) fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}
