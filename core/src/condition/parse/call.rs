//! Calls: only what the dialect's table lists, each with its number of arguments, and generators.

use super::parser::Parser;
use crate::condition::dialect::{Callable, Calls, Literals, Sign};
use crate::condition::message;
use crate::condition::syntax::{Binding, Expr, Function, Generator, Kind, Span};
use crate::condition::token::Token;
use crate::error::Result;

impl Parser<'_> {
    /// `name(…)`, at the opening parenthesis.
    pub(super) fn function(&mut self, name: &str, named: Span) -> Result<Expr> {
        if self.dialect.literals == Literals::Ruby {
            return self.call_of_self(name, named);
        }
        let Some(callable) = self.dialect.callable(name, false) else {
            if let Some(refused) = self.dialect.misplaced.iter().find(|w| w.spelling == name) {
                return Err(message::refused(named, refused.what, refused.instead));
            }
            if self.dialect.calls == Calls::Read && self.is_without_arguments() {
                let this = self.node(named, Kind::Name("this".into(), Binding::Free))?;
                return self.read(this, name, named);
            }
            let known = self.dialect.callable_names(false);
            return Err(message::unknown_function(named, name, &known));
        };
        self.call(callable, Vec::new(), named)
    }

    /// `object.name(…)`, at the opening parenthesis.
    pub(super) fn method(&mut self, object: Expr, name: &str, named: Span) -> Result<Expr> {
        let start = object.span;
        if let Kind::Name(module, _) = &object.kind
            && let Some(callable) = self.dialect.in_module(module, name)
        {
            return self.call(callable, Vec::new(), start);
        }
        let callable = self.dialect.callable(name, true);
        let takes_none = callable.is_some_and(|callable| callable.arity.0 == 0);
        if !takes_none && self.dialect.calls == Calls::Read && self.is_without_arguments() {
            return self.read(object, name, start);
        }
        let Some(callable) = callable else {
            let known = self.dialect.callable_names(true);
            return Err(message::unknown_function(named, &format!(".{name}"), &known));
        };
        if super::javascript::takes_arrow(callable.function) {
            return self.arrow(callable, object, start);
        }
        self.call(callable, vec![object], start)
    }

    /// Whether the parenthesis that opens here closes at once.
    pub(super) fn is_without_arguments(&self) -> bool {
        let next = self.lexer.clone().next();
        self.sign() == Some(Sign::OpenParen)
            && matches!(next, Ok((Token::Sign(Sign::CloseParen), _)))
    }

    /// `object.name()`, which the host may be able to read, at the opening parenthesis.
    fn read(&mut self, object: Expr, name: &str, start: Span) -> Result<Expr> {
        self.advance()?;
        self.expect(Sign::CloseParen)?;
        let span = start.to(self.before);
        self.node(span, Kind::Attr(Box::new(object), format!("{name}()").into()))
    }

    fn call(&mut self, callable: &Callable, mut args: Vec<Expr>, start: Span) -> Result<Expr> {
        let receivers = args.len();
        self.advance()?;
        while self.sign() != Some(Sign::CloseParen) {
            let arg = self.nested(|parser| parser.expr(0))?;
            match self.sign() {
                Some(Sign::For) => return self.generator(callable, arg, start),
                Some(Sign::Assign) => return Err(message::keyword_argument(self.span)),
                _ => args.push(arg),
            }
            if !self.eat(Sign::Comma)? {
                break;
            }
        }
        self.expect(Sign::CloseParen)?;
        let span = start.to(self.before);
        let (least, most) = callable.arity;
        if !(least..=most).contains(&(args.len() - receivers)) {
            return Err(message::arity(span, callable.name, callable.arity));
        }
        self.node(span, Kind::Call(callable.function, args))
    }

    /// The rest of `any(element for …)`, at `for`.
    fn generator(&mut self, callable: &Callable, element: Expr, start: Span) -> Result<Expr> {
        let any = match callable.function {
            Function::Any => true,
            Function::All => false,
            _ => return Err(message::comprehension(self.span)),
        };
        self.advance()?;
        let targets = self.targets()?;
        self.expect(Sign::In)?;
        let power = self.dialect.powers.ternary;
        let source = self.nested(|parser| parser.expr(power))?;
        let mut filters = Vec::new();
        while self.eat(Sign::If)? {
            filters.push(self.nested(|parser| parser.expr(power))?);
        }
        if self.sign() == Some(Sign::For) {
            return Err(message::several_loops(self.span));
        }
        self.eat(Sign::Comma)?;
        self.expect(Sign::CloseParen)?;
        let span = start.to(self.before);
        self.node(
            span,
            Kind::Generator(Box::new(Generator { any, element, targets, source, filters })),
        )
    }

    /// `x`, `k, v` or `(k, v)`.
    fn targets(&mut self) -> Result<Vec<Box<str>>> {
        let in_parens = self.eat(Sign::OpenParen)?;
        let mut targets = Vec::new();
        while let Token::Name(name) = self.token.clone() {
            targets.push(name);
            self.advance()?;
            if !self.eat(Sign::Comma)? {
                break;
            }
        }
        if in_parens {
            self.expect(Sign::CloseParen)?;
        }
        if targets.is_empty() || self.sign() != Some(Sign::In) || targets.len() > 8 {
            return Err(message::target(self.span));
        }
        Ok(targets)
    }
}
