//! What Ruby alone writes: messages with and without parentheses, blocks, ranges, logic in words.
//!
//! Invariant: what stands without parentheses means what Ruby takes it for, or is refused; a safe access
//! (`&.`) skips the one call behind it, as Ruby's does.

use super::parser::Parser;
use crate::condition::dialect::{Callable, Sign};
use crate::condition::message;
use crate::condition::syntax::{Binding, Comparison, Expr, Function, Kind, Logic, Shape, Span};
use crate::condition::token::Token;
use crate::error::Result;

/// The parameter of a block that names none.
pub(in crate::condition) const UNNAMED: &str = "_1";
/// The parameter of the block that `&:name` is.
const OF_SYMBOL: &str = "x";

/// Whether a method takes a block, or needs one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    MayTake,
    Needs,
}

fn takes_block(function: Function) -> Takes {
    use Function as F;
    match function {
        F::Find | F::Filter | F::Reject | F::MapEach => Takes::Needs,
        F::Some | F::Every | F::NoneOf | F::Count | F::Sum => Takes::MayTake,
        _ => Takes::Nothing,
    }
}

impl Parser<'_> {
    /// An operand with everything that hangs on it. Only where the whole statement may be one call
    /// (`min`) may its arguments stand without parentheses.
    pub(super) fn ruby_postfix(&mut self, min: u8) -> Result<Expr> {
        let operand = self.ruby_operand()?;
        self.hanging(operand, min)
    }

    /// What hangs on an operand.
    fn hanging(&mut self, operand: Expr, min: u8) -> Result<Expr> {
        let is_statement = min <= self.dialect.powers.word_not;
        let mut expr = operand;
        loop {
            expr = match self.sign() {
                Some(Sign::Dot) => self.message(expr, is_statement)?,
                Some(Sign::OptionalDot) => {
                    let span = expr.span;
                    let guard = self.node(span, Kind::Guard(Box::new(expr)))?;
                    let call = self.message(guard, is_statement)?;
                    self.node(call.span, Kind::Chain(Box::new(call)))?
                }
                Some(Sign::OpenBracket) => self.ruby_element(expr)?,
                Some(Sign::OpenParen) => return Err(message::called_expression(self.span)),
                Some(Sign::Scope) => {
                    let instead = "write a.b for a call; A::B names a constant";
                    return Err(message::refused(self.span, "`::` behind an expression", instead));
                }
                _ => return Ok(expr),
            };
        }
    }

    fn ruby_operand(&mut self) -> Result<Expr> {
        let span = self.span;
        match self.token.clone() {
            Token::Name(name) if name.ends_with('!') && !name.starts_with(':') => {
                Err(message::changes(span, &name))
            }
            Token::Words(words, are_symbols) => {
                self.advance()?;
                let mut items = Vec::new();
                for word in words {
                    let kind = match are_symbols {
                        true => Kind::Name(word, Binding::Free),
                        false => Kind::Text(word),
                    };
                    items.push(self.node(span, kind)?);
                }
                self.node(span, Kind::Collection(Shape::List, items))
            }
            _ => self.primary(),
        }
    }

    /// `.name`, with what it takes, behind `object`.
    fn message(&mut self, object: Expr, is_statement: bool) -> Result<Expr> {
        self.advance()?;
        let Token::Name(name) = self.token.clone() else {
            return Err(message::expected(self.span, "a name", &self.found()));
        };
        let (start, named) = (object.span, self.span);
        if name.ends_with('!') {
            return Err(message::changes(named, &name));
        }
        self.advance()?;
        let callable = self.dialect.callable(&name, true);
        let in_parens = self.sign() == Some(Sign::OpenParen);
        let Some(callable) = callable else {
            if in_parens {
                self.advance()?;
                if !self.eat(Sign::CloseParen)? {
                    let known = self.dialect.callable_names(true);
                    return Err(message::unknown_function(named, &format!(".{name}"), &known));
                }
            }
            return self.node(start.to(self.before), Kind::Attr(Box::new(object), name));
        };
        let mut args = vec![object];
        let (least, most) = callable.arity;
        if in_parens {
            self.arguments(callable, &mut args)?;
        } else if most > 0 && is_statement && self.begins_argument() {
            loop {
                let power = self.dialect.powers.word_not;
                args.push(self.nested(|parser| parser.expr(power))?);
                if !self.eat(Sign::Comma)? {
                    break;
                }
            }
        }
        let has_block = matches!(args.last(), Some(Expr { kind: Kind::Block(..), .. }));
        let takes = takes_block(callable.function);
        if self.sign() == Some(Sign::OpenBrace) && takes != Takes::Nothing && !has_block {
            let block = self.block(callable)?;
            args.push(block);
        }
        let span = start.to(self.before);
        let given = args.iter().skip(1).filter(|arg| !matches!(arg.kind, Kind::Block(..))).count();
        if !(least..=most).contains(&given) {
            return Err(message::arity(span, callable.name, callable.arity));
        }
        self.with_block(callable, args, takes, span)
    }

    /// `name(…)`, a call of `self`, at the opening parenthesis.
    pub(super) fn call_of_self(&mut self, name: &str, named: Span) -> Result<Expr> {
        if let Some(refused) = self.dialect.misplaced.iter().find(|w| w.spelling == name) {
            return Err(message::refused(named, refused.what, refused.instead));
        }
        if !self.is_without_arguments() {
            let known = self.dialect.callable_names(true);
            return Err(message::unknown_function(named, name, &known));
        }
        self.advance()?;
        self.expect(Sign::CloseParen)?;
        let this = self.node(named, Kind::Name("self".into(), Binding::Free))?;
        self.node(named.to(self.before), Kind::Attr(Box::new(this), name.into()))
    }

    /// A call whose arguments are known.
    fn with_block(
        &mut self,
        callable: &Callable,
        mut args: Vec<Expr>,
        takes: Takes,
        span: Span,
    ) -> Result<Expr> {
        let is_block = |arg: Option<&Expr>| matches!(arg, Some(Expr { kind: Kind::Block(..), .. }));
        if takes == Takes::Needs && !is_block(args.get(1)) {
            return Err(message::block_wanted(span, callable.name));
        }
        if is_block(args.get(2)) {
            return Err(message::arity(span, callable.name, (0, 0)));
        }
        if takes == Takes::MayTake && args.len() == 2 && !is_block(args.get(1)) {
            // `any?(pattern)` asks the pattern, element by element.
            let pattern = args.remove(1);
            let element = self.node(pattern.span, Kind::Name(UNNAMED.into(), Binding::Free))?;
            let at = pattern.span;
            let asks = Kind::Call(Function::CaseEquals, vec![pattern, element]);
            let asks = self.node(at, asks)?;
            args.push(self.node(at, Kind::Block(vec![UNNAMED.into()], Box::new(asks)))?);
        }
        self.node(span, Kind::Call(callable.function, args))
    }

    /// Whether an argument without parentheses begins here.
    fn begins_argument(&self) -> bool {
        match &self.token {
            Token::Name(word) => !self.dialect.misplaced.iter().any(|w| *w.spelling == **word),
            Token::Sign(sign) => matches!(sign, Sign::True | Sign::False | Sign::Null),
            Token::End => false,
            _ => true,
        }
    }

    /// `(…)` behind a method's name, at the opening parenthesis.
    fn arguments(&mut self, callable: &Callable, args: &mut Vec<Expr>) -> Result<()> {
        self.advance()?;
        while self.sign() != Some(Sign::CloseParen) {
            if self.sign() == Some(Sign::Ampersand) {
                let block = self.block_of_symbol(callable)?;
                args.push(block);
                break;
            }
            args.push(self.nested(|parser| parser.expr(0))?);
            if self.sign() == Some(Sign::Colon) {
                return Err(message::keyword_argument(self.span));
            }
            if !self.eat(Sign::Comma)? {
                break;
            }
        }
        self.expect(Sign::CloseParen)
    }

    /// `&:name`, at the sign.
    fn block_of_symbol(&mut self, callable: &Callable) -> Result<Expr> {
        let start = self.span;
        self.advance()?;
        let name = match self.token.clone() {
            Token::Name(name) if takes_block(callable.function) != Takes::Nothing => name,
            _ => return Err(message::block_wanted(start, callable.name)),
        };
        let Some(name) = name.strip_prefix(':') else {
            return Err(message::block_wanted(start, callable.name));
        };
        let span = start.to(self.span);
        self.advance()?;
        let element = self.node(span, Kind::Name(OF_SYMBOL.into(), Binding::Free))?;
        let kind = match self.dialect.callable(name, true) {
            Some(called) if called.arity.0 > 0 || takes_block(called.function) == Takes::Needs => {
                return Err(message::arity(span, called.name, called.arity));
            }
            Some(called) => Kind::Call(called.function, vec![element]),
            None => Kind::Attr(Box::new(element), name.into()),
        };
        let body = self.node(span, kind)?;
        self.node(span, Kind::Block(vec![OF_SYMBOL.into()], Box::new(body)))
    }

    /// `{ |x| … }`, at the opening brace.
    fn block(&mut self, callable: &Callable) -> Result<Expr> {
        let start = self.span;
        self.advance()?;
        if self.sign() == Some(Sign::Or) {
            return Err(message::block_wanted(self.span, callable.name));
        }
        let mut parameters = Vec::new();
        if self.eat(Sign::Bar)? {
            while let Token::Name(name) = self.token.clone() {
                parameters.push(name);
                self.advance()?;
                if !self.eat(Sign::Comma)? {
                    break;
                }
            }
            if parameters.is_empty() || parameters.len() > 4 || self.sign() != Some(Sign::Bar) {
                return Err(message::block_parameters(self.span));
            }
            self.advance()?;
        } else {
            parameters.push(UNNAMED.into());
        }
        if self.sign() == Some(Sign::CloseBrace) {
            return Err(message::expected(self.span, "a value", "`}`"));
        }
        let body = self.nested(|parser| parser.expr(0))?;
        self.expect(Sign::CloseBrace)?;
        self.node(start.to(self.before), Kind::Block(parameters, Box::new(body)))
    }

    /// `[key]`, `[range]` or `[start, length]` behind `object`.
    fn ruby_element(&mut self, object: Expr) -> Result<Expr> {
        self.advance()?;
        let start = object.span;
        if self.sign() == Some(Sign::CloseBracket) {
            return Err(message::expected(self.span, "an index", "`]`"));
        }
        let key = self.nested(|parser| parser.expr(0))?;
        let kind = if self.eat(Sign::Comma)? {
            let length = self.nested(|parser| parser.expr(0))?;
            Kind::Call(Function::Part, vec![object, key, length])
        } else {
            Kind::Index(Box::new(object), Box::new(key))
        };
        self.expect(Sign::CloseBracket)?;
        self.node(start.to(self.before), kind)
    }

    /// A number literal with a minus sign right before it, which is one literal unless it is raised to a
    /// power: at the sign.
    pub(super) fn negative_literal(&mut self, min: u8) -> Result<Option<Expr>> {
        let mut ahead = self.lexer.clone();
        let (number, span) = ahead.next()?;
        let negated = match number {
            Token::Int(value) => Kind::Int(-value),
            Token::Float(value) => Kind::Float(-value),
            Token::BigInt(digits) if *digits == [0, 1 << 31] => Kind::Int(i64::MIN),
            Token::BigInt(digits) => Kind::BigInt(true, digits),
            _ => return Ok(None),
        };
        let is_raised = matches!(ahead.next(), Ok((Token::Sign(Sign::Power), _)));
        if span.start != self.span.end || is_raised {
            return Ok(None);
        }
        let whole = self.span.to(span);
        self.advance()?;
        self.advance()?;
        let literal = self.node(whole, negated)?;
        self.hanging(literal, min).map(Some)
    }

    /// `..b`, at the sign: a range without a beginning.
    pub(super) fn beginless(&mut self) -> Result<Expr> {
        let start = self.span;
        let below = self.sign() == Some(Sign::RangeBelow);
        self.advance()?;
        let power = self.dialect.powers.range;
        let end = Some(Box::new(self.nested(|parser| parser.expr(power))?));
        self.node(start.to(self.before), Kind::Range(None, end, below))
    }

    /// `first..last`, at the sign.
    pub(super) fn range(&mut self, first: Expr) -> Result<Expr> {
        let start = first.span;
        let below = self.sign() == Some(Sign::RangeBelow);
        self.advance()?;
        let is_endless = match &self.token {
            Token::End => true,
            Token::Sign(sign) => matches!(sign, Sign::CloseParen | Sign::CloseBracket),
            _ => false,
        };
        let power = self.dialect.powers.range;
        let last = match is_endless {
            true => None,
            false => Some(Box::new(self.nested(|parser| parser.expr(power))?)),
        };
        if matches!(self.sign(), Some(Sign::Range | Sign::RangeBelow)) {
            return Err(message::expected(self.span, "one range", &self.found()));
        }
        self.node(start.to(self.before), Kind::Range(Some(Box::new(first)), last, below))
    }

    /// `first and second or third`: the words bind alike, from the left.
    pub(super) fn words(&mut self, first: Expr, sign: Sign) -> Result<Expr> {
        let start = first.span;
        let power = self.dialect.powers.words;
        let logic = if sign == Sign::WordAnd { Logic::And } else { Logic::Or };
        let mut terms = vec![first];
        while self.eat(sign)? {
            terms.push(self.expr(power)?);
        }
        self.node(start.to(self.before), Kind::Logic(logic, terms))
    }

    /// One comparison of two sides, by an operator or by a sign that is a method.
    pub(super) fn compared(&mut self, left: Expr, sign: Sign) -> Result<Expr> {
        let power = self.power_of(sign);
        self.advance()?;
        let right = self.expr(power)?;
        let span = left.span.to(right.span);
        if self.sign().is_some_and(|next| compares(next) && self.power_of(next) == power) {
            return Err(message::paired_comparison(span.to(self.span)));
        }
        let operator = match sign {
            Sign::Equal => Comparison::Equal,
            Sign::NotEqual => Comparison::NotEqual,
            Sign::Less => Comparison::Less,
            Sign::LessEqual => Comparison::LessEqual,
            Sign::Greater => Comparison::Greater,
            Sign::GreaterEqual => Comparison::GreaterEqual,
            _ => {
                let function = match sign {
                    Sign::CaseEqual => Function::CaseEquals,
                    Sign::MatchAt => Function::MatchAt,
                    Sign::NotMatched => Function::NotMatched,
                    _ => Function::CompareTo,
                };
                return self.node(span, Kind::Call(function, vec![left, right]));
            }
        };
        self.node(span, Kind::Compare(Box::new(left), vec![(operator, right)]))
    }
}

/// Whether a sign compares, as an operator or as a method.
pub(super) fn compares(sign: Sign) -> bool {
    matches!(
        sign,
        Sign::Equal
            | Sign::NotEqual
            | Sign::Less
            | Sign::LessEqual
            | Sign::Greater
            | Sign::GreaterEqual
            | Sign::CaseEqual
            | Sign::MatchAt
            | Sign::NotMatched
            | Sign::Order
    )
}
