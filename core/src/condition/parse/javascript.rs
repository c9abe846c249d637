//! What JavaScript alone writes: arrow functions, `??`, `typeof`, optional elements.
//!
//! Invariant: what JavaScript itself refuses (`-a ** b`, `a ?? b || c`) is refused too.

use super::parser::Parser;
use crate::condition::dialect::{Callable, Sign};
use crate::condition::message;
use crate::condition::syntax::{Expr, Function, Kind, Logic, Span};
use crate::condition::token::Token;
use crate::error::Result;

/// Whether the function's argument is an arrow function.
pub(super) fn takes_arrow(function: Function) -> bool {
    use Function as F;
    matches!(function, F::Some | F::Every | F::Find | F::Filter | F::MapEach)
}

impl Parser<'_> {
    /// `first ?? second`, at the sign.
    pub(super) fn coalesce(&mut self, first: Expr) -> Result<Expr> {
        let start = first.span;
        let power = self.dialect.powers.and;
        let mut terms = vec![first];
        while self.eat(Sign::Coalesce)? {
            terms.push(self.expr(power)?);
        }
        if matches!(self.sign(), Some(Sign::Or | Sign::And)) {
            return Err(message::coalesced_logic(start.to(self.span)));
        }
        self.node(start.to(self.before), Kind::Logic(Logic::Coalesce, terms))
    }

    /// `#name`, which is nothing but the left side of `in`.
    pub(super) fn private(&mut self, min: u8) -> Result<Expr> {
        let span = self.span;
        let Token::Private(name) = self.advance()? else {
            return Err(message::expected(span, "a name", &self.found()));
        };
        if self.sign() != Some(Sign::In) || self.dialect.powers.comparison <= min {
            return Err(message::private_alone(span, &name));
        }
        self.node(span, Kind::Private(name))
    }

    /// `typeof operand`, at the word.
    pub(super) fn type_of(&mut self) -> Result<Expr> {
        let (start, power) = (self.span, self.dialect.powers.prefix);
        self.advance()?;
        let operand = self.nested(|parser| parser.expr(power))?;
        let span = start.to(operand.span);
        self.signed_power(span)?;
        self.node(span, Kind::Call(Function::TypeOf, vec![operand]))
    }

    /// An error if an operand with a prefix, at `span`, is to be raised to a power.
    pub(super) fn signed_power(&self, span: Span) -> Result<()> {
        match self.sign() {
            Some(Sign::Power) => Err(message::signed_power(span.to(self.span))),
            _ => Ok(()),
        }
    }

    /// `.name`, `.name(…)` or `.[key]` behind an object that may be null, at the question mark.
    pub(super) fn optional(&mut self, guard: Expr) -> Result<Expr> {
        let next = self.lexer.clone().next();
        match next {
            Ok((Token::Sign(Sign::OpenBracket), _)) => {
                self.advance()?;
                self.element(guard)
            }
            Ok((Token::Sign(Sign::OpenParen), span)) => Err(message::called_expression(span)),
            _ => self.attr(guard),
        }
    }

    /// `object.name(x => …)`, at the opening parenthesis.
    pub(super) fn arrow(&mut self, callable: &Callable, object: Expr, start: Span) -> Result<Expr> {
        self.advance()?;
        let arrow = self.span;
        let in_parens = self.eat(Sign::OpenParen)?;
        let Token::Name(parameter) = self.token.clone() else {
            return Err(message::arrow_wanted(self.span, callable.name));
        };
        self.advance()?;
        if in_parens {
            if self.sign() == Some(Sign::Comma) {
                return Err(message::arrow_parameters(self.span));
            }
            self.expect(Sign::CloseParen)?;
        }
        if !self.eat(Sign::Arrow)? {
            return Err(message::arrow_wanted(arrow, callable.name));
        }
        if self.sign() == Some(Sign::OpenBrace) {
            return Err(message::arrow_body(self.span));
        }
        let body = self.nested(|parser| parser.expr(0))?;
        let span = arrow.to(body.span);
        let arrow = self.node(span, Kind::Arrow(parameter, Box::new(body)))?;
        self.eat(Sign::Comma)?;
        self.expect(Sign::CloseParen)?;
        let span = start.to(self.before);
        self.node(span, Kind::Call(callable.function, vec![object, arrow]))
    }
}

/// A number literal with a minus sign in front of it.
pub(super) fn negated(kind: &Kind) -> Option<Kind> {
    match kind {
        Kind::Int(0) => Some(Kind::Float(-0.0)),
        Kind::Int(value) => Some(Kind::Int(-value)),
        Kind::Float(value) if *value == 0.0 => Some(Kind::Int(0)),
        Kind::Float(value) => Some(Kind::Float(-value)),
        Kind::BigInt(negative, digits) => {
            Some(Kind::BigInt(!negative && !digits.is_empty(), digits.clone()))
        }
        _ => None,
    }
}
