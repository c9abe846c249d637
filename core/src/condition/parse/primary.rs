//! Operands: literals, names, brackets, and what follows them (attributes, elements, slices).

use super::parser::Parser;
use crate::condition::dialect::{Literals, Sign};
use crate::condition::message;
use crate::condition::syntax::{Binding, Expr, Function, Kind, Shape, Span};
use crate::condition::token::Token;
use crate::error::Result;

impl Parser<'_> {
    /// An operand with everything that hangs on it.
    pub(super) fn postfix(&mut self) -> Result<Expr> {
        let mut expr = self.primary()?;
        let mut guarded = false;
        loop {
            expr = match self.sign() {
                Some(Sign::Dot) => self.attr(expr)?,
                Some(Sign::OptionalDot) => {
                    guarded = true;
                    let span = expr.span;
                    let guard = self.node(span, Kind::Guard(Box::new(expr)))?;
                    self.optional(guard)?
                }
                Some(Sign::OpenBracket) => self.element(expr)?,
                Some(Sign::OpenParen) => return Err(message::called_expression(self.span)),
                _ => break,
            };
        }
        if guarded {
            expr = self.node(expr.span, Kind::Chain(Box::new(expr)))?;
        }
        Ok(expr)
    }

    /// `.name` or `.name(…)` behind `object`.
    pub(super) fn attr(&mut self, object: Expr) -> Result<Expr> {
        self.advance()?;
        let Token::Name(name) = self.token.clone() else {
            return Err(message::expected(self.span, "a name", &self.found()));
        };
        let named = self.span;
        self.advance()?;
        if self.sign() == Some(Sign::OpenParen) {
            return self.method(object, &name, named);
        }
        let span = object.span.to(named);
        self.node(span, Kind::Attr(Box::new(object), name))
    }

    /// `[index]` or `[start:end]` behind `object`.
    pub(super) fn element(&mut self, object: Expr) -> Result<Expr> {
        self.advance()?;
        let start = object.span;
        let first = match self.sign() {
            Some(Sign::Colon) => None,
            Some(Sign::CloseBracket) => {
                return Err(message::expected(self.span, "an index", "`]`"));
            }
            _ => Some(Box::new(self.nested(|parser| parser.expr(0))?)),
        };
        let colon = self.span;
        if self.sign() == Some(Sign::Colon) && !self.dialect.has_collections {
            return Err(message::refused(colon, "a slice", "write a[i]"));
        }
        let kind = if self.eat(Sign::Colon)? {
            let end = match self.sign() {
                Some(Sign::CloseBracket | Sign::Colon) => None,
                _ => Some(Box::new(self.nested(|parser| parser.expr(0))?)),
            };
            if self.sign() == Some(Sign::Colon) {
                return Err(message::slice_step(colon.to(self.span)));
            }
            Kind::Slice(Box::new(object), first, end)
        } else {
            match first {
                Some(index) => Kind::Index(Box::new(object), index),
                None => return Err(message::expected(self.span, "an index", &self.found())),
            }
        };
        if self.sign() == Some(Sign::Comma) {
            let span = self.span;
            return Err(message::refused(span, "an index of several parts", "write a[i][j]"));
        }
        self.expect(Sign::CloseBracket)?;
        self.node(start.to(self.before), kind)
    }

    pub(super) fn primary(&mut self) -> Result<Expr> {
        let span = self.span;
        let kind = match &self.token {
            Token::Name(_) => return self.name(),
            Token::Text(_) | Token::Bytes(_) => return self.strings(),
            Token::Int(value) => Kind::Int(*value),
            Token::Int32(value) => Kind::Int32(*value),
            Token::Float32(value) => Kind::Float32(*value),
            Token::Char(unit) => Kind::Char(*unit),
            Token::BigInt(digits) => Kind::BigInt(false, digits.clone()),
            Token::Float(value) => Kind::Float(*value),
            Token::Pattern(pattern) => Kind::Pattern(pattern.clone()),
            Token::Sign(Sign::True) => Kind::Bool(true),
            Token::Sign(Sign::False) => Kind::Bool(false),
            Token::Sign(Sign::Null) => Kind::Null,
            Token::Sign(Sign::OpenParen) => return self.parenthesised(),
            Token::Sign(Sign::OpenBracket)
                if matches!(self.dialect.literals, Literals::JavaScript | Literals::Ruby) =>
            {
                return self.collection(Shape::List, Sign::CloseBracket);
            }
            Token::Sign(Sign::OpenBracket | Sign::OpenBrace) if !self.dialect.has_collections => {
                return Err(message::refused(span, "a collection literal", "compare elements"));
            }
            Token::Sign(Sign::OpenBracket) => {
                return self.collection(Shape::List, Sign::CloseBracket);
            }
            Token::Sign(Sign::OpenBrace) => return self.collection(Shape::Set, Sign::CloseBrace),
            Token::Sign(Sign::Star | Sign::Power) => return Err(message::unpacked(span)),
            _ => return Err(message::expected(span, "a value", &self.found())),
        };
        self.advance()?;
        self.node(span, kind)
    }

    fn name(&mut self) -> Result<Expr> {
        let span = self.span;
        let Token::Name(name) = self.advance()? else {
            return Err(message::expected(span, "a name", &self.found()));
        };
        if self.sign() == Some(Sign::OpenParen) {
            return self.function(&name, span);
        }
        self.node(span, Kind::Name(name, Binding::Free))
    }

    /// One string literal, or several in a row, which are one.
    fn strings(&mut self) -> Result<Expr> {
        let start = self.span;
        let kind = match self.advance()? {
            Token::Text(first) => {
                let mut text = String::from(first);
                let joins = matches!(self.dialect.literals, Literals::Python | Literals::Ruby);
                while let (Token::Text(more), true) = (&self.token, joins) {
                    text.push_str(more);
                    self.advance()?;
                }
                Kind::Text(text.into())
            }
            Token::Bytes(first) => {
                let mut bytes = Vec::from(first);
                while let Token::Bytes(more) = &self.token {
                    bytes.extend_from_slice(more);
                    self.advance()?;
                }
                Kind::Bytes(bytes.into())
            }
            _ => return Err(message::expected(start, "a string", &self.found())),
        };
        self.node(start.to(self.before), kind)
    }

    /// `(expr)`, or a tuple.
    fn parenthesised(&mut self) -> Result<Expr> {
        let start = self.span;
        self.advance()?;
        if self.dialect.has_collections && self.eat(Sign::CloseParen)? {
            return self.node(start.to(self.before), Kind::Collection(Shape::Tuple, Vec::new()));
        }
        let first = self.nested(|parser| parser.expr(0))?;
        match self.sign() {
            Some(Sign::Comma) if self.dialect.has_collections => {
                self.elements(Shape::Tuple, first, Sign::CloseParen, start)
            }
            Some(Sign::For) => Err(message::comprehension(self.span)),
            Some(Sign::Assign) => self.end().map(|()| first),
            _ => {
                self.expect(Sign::CloseParen)?;
                let inner = Expr { span: start.to(self.before), kind: first.kind };
                self.cast(inner, start)
            }
        }
    }

    /// What stands behind parentheses, if they hold a type to which it is cast; else the parentheses.
    fn cast(&mut self, inner: Expr, start: Span) -> Result<Expr> {
        if let Kind::Name(name, _) = &inner.kind
            && let Some((_, primitive)) =
                self.dialect.primitives.iter().find(|(n, _)| **n == **name)
        {
            let power = self.dialect.powers.prefix;
            let operand = self.nested(|parser| parser.expr(power))?;
            let span = start.to(operand.span);
            return self.node(span, Kind::Convert(*primitive, Box::new(operand)));
        }
        // A sign before the operand would be one between two operands.
        let begins = match &self.token {
            Token::Sign(sign) => matches!(
                sign,
                Sign::OpenParen | Sign::Bang | Sign::Tilde | Sign::True | Sign::False | Sign::Null
            ),
            Token::End => false,
            Token::Name(word) => !self.dialect.misplaced.iter().any(|w| *w.spelling == **word),
            _ => true,
        };
        if !begins || self.dialect.primitives.is_empty() || !is_path(&inner.kind) {
            return Ok(inner);
        }
        let power = self.dialect.powers.prefix;
        let operand = self.nested(|parser| parser.expr(power))?;
        let span = start.to(operand.span);
        self.node(span, Kind::Call(Function::Cast, vec![operand, inner]))
    }

    /// The name of a class, perhaps qualified.
    pub(super) fn class(&mut self) -> Result<Expr> {
        let start = self.span;
        let mut class = None;
        loop {
            let Token::Name(name) = self.token.clone() else {
                return Err(message::expected(self.span, "a class", &self.found()));
            };
            self.advance()?;
            let kind = match class.take() {
                None => Kind::Name(name, Binding::Free),
                Some(outer) => Kind::Attr(Box::new(outer), name),
            };
            let whole = self.node(start.to(self.before), kind)?;
            if !self.eat(Sign::Dot)? {
                return Ok(whole);
            }
            class = Some(whole);
        }
    }

    fn collection(&mut self, shape: Shape, close: Sign) -> Result<Expr> {
        let start = self.span;
        self.advance()?;
        if self.eat(close)? {
            return match shape {
                Shape::Set => Err(message::dictionary(start.to(self.before))),
                _ => self.node(start.to(self.before), Kind::Collection(shape, Vec::new())),
            };
        }
        let first = self.nested(|parser| parser.expr(0))?;
        match self.sign() {
            Some(Sign::For) => Err(message::comprehension(self.span)),
            Some(Sign::Colon) if shape == Shape::Set => Err(message::dictionary(start)),
            _ => self.elements(shape, first, close, start),
        }
    }

    /// The elements behind the first, and the closing bracket.
    fn elements(&mut self, shape: Shape, first: Expr, close: Sign, start: Span) -> Result<Expr> {
        let mut items = vec![first];
        while self.eat(Sign::Comma)? && self.sign() != Some(close) {
            items.push(self.nested(|parser| parser.expr(0))?);
        }
        self.expect(close)?;
        self.node(start.to(self.before), Kind::Collection(shape, items))
    }
}

/// Whether it is names joined by dots.
fn is_path(kind: &Kind) -> bool {
    match kind {
        Kind::Name(..) => true,
        Kind::Attr(object, name) => !name.ends_with(')') && is_path(&object.kind),
        _ => false,
    }
}
