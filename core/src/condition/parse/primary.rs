//! Operands: literals, names, brackets, and what follows them (attributes, elements, slices).

use super::parser::Parser;
use crate::condition::dialect::Sign;
use crate::condition::message;
use crate::condition::syntax::{Binding, Expr, Kind, Shape};
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
                    self.attr(guard)?
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
    fn attr(&mut self, object: Expr) -> Result<Expr> {
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
    fn element(&mut self, object: Expr) -> Result<Expr> {
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

    fn primary(&mut self) -> Result<Expr> {
        let span = self.span;
        let kind = match &self.token {
            Token::Name(_) => return self.name(),
            Token::Text(_) | Token::Bytes(_) => return self.strings(),
            Token::Int(value) => Kind::Int(*value),
            Token::BigInt(digits) => Kind::BigInt(false, digits.clone()),
            Token::Float(value) => Kind::Float(*value),
            Token::Sign(Sign::True) => Kind::Bool(true),
            Token::Sign(Sign::False) => Kind::Bool(false),
            Token::Sign(Sign::Null) => Kind::Null,
            Token::Sign(Sign::OpenParen) => return self.parenthesised(),
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
                while let Token::Text(more) = &self.token {
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
        if self.eat(Sign::CloseParen)? {
            return self.node(start.to(self.before), Kind::Collection(Shape::Tuple, Vec::new()));
        }
        let first = self.nested(|parser| parser.expr(0))?;
        match self.sign() {
            Some(Sign::Comma) => self.elements(Shape::Tuple, first, Sign::CloseParen, start),
            Some(Sign::For) => Err(message::comprehension(self.span)),
            Some(Sign::Assign) => self.end().map(|()| first),
            _ => {
                self.expect(Sign::CloseParen)?;
                Ok(Expr { span: start.to(self.before), kind: first.kind })
            }
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
    fn elements(
        &mut self,
        shape: Shape,
        first: Expr,
        close: Sign,
        start: crate::condition::syntax::Span,
    ) -> Result<Expr> {
        let mut items = vec![first];
        while self.eat(Sign::Comma)? && self.sign() != Some(close) {
            items.push(self.nested(|parser| parser.expr(0))?);
        }
        self.expect(close)?;
        self.node(start.to(self.before), Kind::Collection(shape, items))
    }
}
