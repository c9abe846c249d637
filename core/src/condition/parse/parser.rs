//! Tokens to the tree: operators by precedence, within bounds.
//!
//! Knows a dialect's table and no place in any code: names stay names. Invariant: work and stack are
//! bounded whatever the text, by `MAX_NODES` and `MAX_DEPTH`.

use crate::condition::dialect::{Comparisons, Dialect, Literals, Sign};
use crate::condition::message;
use crate::condition::syntax::{
    Binary, Comparison, Expr, Function, Kind, Logic, MAX_DEPTH, MAX_NODES, Span, Unary,
};
use crate::condition::token::{Lexer, Token};
use crate::error::Result;
use crate::limits::MAX_SOURCE_BYTES;

/// Parses the whole of `source` as one expression.
pub(in crate::condition) fn parse(source: &str, dialect: &'static Dialect) -> Result<Expr> {
    if source.len() > MAX_SOURCE_BYTES {
        return Err(message::too_long(source.len()));
    }
    if source.trim().is_empty() {
        return Err(message::empty());
    }
    let mut parser = Parser::new(source, dialect, 0)?;
    let expr = parser.expr(0)?;
    parser.end()?;
    Ok(expr)
}

/// Parses the expression of a template at `start`, and says what token follows it.
pub(in crate::condition) fn parse_at(
    source: &str,
    dialect: &'static Dialect,
    start: usize,
) -> Result<(Expr, Token, Span)> {
    let mut parser = Parser::new(source, dialect, start)?;
    let expr = parser.expr(0)?;
    Ok((expr, parser.token, parser.span))
}

pub(super) struct Parser<'s> {
    pub(super) lexer: Lexer<'s>,
    pub(super) dialect: &'static Dialect,
    /// The token looked at, and where it stands.
    pub(super) token: Token,
    pub(super) span: Span,
    /// Where the token before it stands.
    pub(super) before: Span,
    pub(super) nodes: usize,
    pub(super) depth: usize,
}

impl<'s> Parser<'s> {
    pub(super) fn new(source: &'s str, dialect: &'static Dialect, start: usize) -> Result<Self> {
        let mut lexer = Lexer::new(source, dialect, start);
        let (token, span) = lexer.next()?;
        Ok(Self { lexer, dialect, token, span, before: span, nodes: 0, depth: 0 })
    }

    pub(super) fn advance(&mut self) -> Result<Token> {
        let (token, span) = self.lexer.next()?;
        self.before = std::mem::replace(&mut self.span, span);
        Ok(std::mem::replace(&mut self.token, token))
    }

    pub(super) fn sign(&self) -> Option<Sign> {
        match self.token {
            Token::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    /// Consumes `sign` if it stands here.
    pub(super) fn eat(&mut self, sign: Sign) -> Result<bool> {
        let is_here = self.sign() == Some(sign);
        if is_here {
            self.advance()?;
        }
        Ok(is_here)
    }

    pub(super) fn expect(&mut self, sign: Sign) -> Result<()> {
        if self.eat(sign)? {
            return Ok(());
        }
        let wanted = format!("`{}`", self.spelling(sign));
        Err(message::expected(self.span, &wanted, &self.found()))
    }

    pub(super) fn spelling(&self, sign: Sign) -> &'static str {
        self.dialect.signs.iter().find(|(_, other)| *other == sign).map_or("", |(text, _)| text)
    }

    /// The token looked at, in words.
    pub(super) fn found(&self) -> String {
        match &self.token {
            Token::Name(name) => format!("`{name}`"),
            Token::Int(_) | Token::Int32(_) | Token::BigInt(_) | Token::Float(_) => {
                "a number".to_owned()
            }
            Token::Float32(_) => "a number".to_owned(),
            Token::Char(_) => "a char".to_owned(),
            Token::Text(_) | Token::Bytes(_) => "a string".to_owned(),
            Token::Pattern(_) => "a pattern".to_owned(),
            Token::Private(name) => format!("`{name}`"),
            Token::Words(..) => "a list".to_owned(),
            Token::Sign(sign) => format!("`{}`", self.spelling(*sign)),
            Token::End => "the end".to_owned(),
        }
    }

    pub(super) fn end(&self) -> Result<()> {
        match self.sign() {
            Some(Sign::Assign) => {
                Err(message::refused(self.span, "an assignment (`=`)", "write == to compare"))
            }
            Some(Sign::For) => Err(message::comprehension(self.span)),
            Some(Sign::Arrow) => Err(message::arrow(self.span)),
            Some(Sign::Comma) if self.dialect.has_collections => {
                Err(message::literal_collection(self.span))
            }
            _ if self.token == Token::End => Ok(()),
            _ => {
                let and = self.dialect.spelling.and;
                Err(message::unexpected(self.span, &self.found(), and))
            }
        }
    }

    pub(super) fn node(&mut self, span: Span, kind: Kind) -> Result<Expr> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(message::too_many_nodes(span));
        }
        Ok(Expr { span, kind })
    }

    /// Runs `parse` one level deeper.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(message::too_deep(self.span));
        }
        let parsed = parse(self)?;
        self.depth -= 1;
        Ok(parsed)
    }

    /// An expression of operators that bind more tightly than `min`.
    pub(super) fn expr(&mut self, min: u8) -> Result<Expr> {
        let mut left = match self.token {
            Token::Private(_) => self.private(min)?,
            _ => self.prefix(min)?,
        };
        while let Some(sign) = self.sign() {
            let powers = &self.dialect.powers;
            let infix = self.dialect.infix.iter().find(|(infix, ..)| *infix == sign);
            left = if let Some(&(_, operator, power)) = infix {
                if power <= min {
                    break;
                }
                self.binary(left, operator, power)?
            } else if sign == Sign::Or && powers.or > min {
                self.logic(left, Logic::Or, Sign::Or, powers.or)?
            } else if sign == Sign::And && powers.and > min {
                self.logic(left, Logic::And, Sign::And, powers.and)?
            } else if sign == Sign::Coalesce && powers.or > min {
                self.coalesce(left)?
            } else if sign == Sign::If && powers.ternary > min {
                self.ternary(left)?
            } else if sign == Sign::Question && powers.ternary > min {
                self.choice(left)?
            } else if let Sign::WordAnd | Sign::WordOr = sign
                && powers.words > min
            {
                self.words(left, sign)?
            } else if let Sign::Range | Sign::RangeBelow = sign
                && powers.range > min
            {
                self.range(left)?
            } else if sign == Sign::InstanceOf && powers.comparison > min {
                self.instance(left)?
            } else if is_comparison(sign) && self.power_of(sign) > min {
                match self.dialect.comparisons {
                    Comparisons::Alone => self.compared(left, sign)?,
                    Comparisons::Chained => self.comparison(left)?,
                    Comparisons::Paired => self.pair(left, sign)?,
                }
            } else {
                break;
            };
        }
        self.misplaced(&left)?;
        Ok(left)
    }

    /// How tightly a comparison binds.
    pub(super) fn power_of(&self, sign: Sign) -> u8 {
        match sign {
            Sign::Equal
            | Sign::NotEqual
            | Sign::StrictEqual
            | Sign::StrictNotEqual
            | Sign::CaseEqual
            | Sign::MatchAt
            | Sign::NotMatched
            | Sign::Order => self.dialect.powers.equality,
            _ => self.dialect.powers.comparison,
        }
    }

    /// An error if a word of another language stands where a name cannot: behind `left`, or as `left`
    /// before another name.
    fn misplaced(&self, left: &Expr) -> Result<()> {
        let Token::Name(word) = &self.token else { return Ok(()) };
        let known =
            |word: &str| self.dialect.misplaced.iter().find(|refused| refused.spelling == word);
        let before = match &left.kind {
            Kind::Name(name, _) => known(name).map(|refused| (refused, left.span)),
            _ => None,
        };
        match known(word).map(|refused| (refused, self.span)).or(before) {
            Some((refused, span)) => Err(message::refused(span, refused.what, refused.instead)),
            None => Ok(()),
        }
    }

    pub(super) fn prefix(&mut self, min: u8) -> Result<Expr> {
        let is_ruby = self.dialect.literals == Literals::Ruby;
        if is_ruby
            && self.sign() == Some(Sign::Minus)
            && let Some(literal) = self.negative_literal(min)?
        {
            return Ok(literal);
        }
        let powers = &self.dialect.powers;
        let (operator, power) = match self.sign() {
            Some(Sign::Not) if min > powers.word_not => {
                return Err(message::expected(self.span, "a value", "`not`"));
            }
            Some(Sign::Not) => (Unary::Not, powers.word_not),
            Some(Sign::Bang) => (Unary::Not, powers.prefix),
            Some(Sign::Minus) => (Unary::Minus, powers.minus),
            Some(Sign::Plus) => (Unary::Plus, powers.prefix),
            Some(Sign::Tilde) => (Unary::Invert, powers.prefix),
            Some(Sign::TypeOf) => return self.type_of(),
            Some(Sign::Range | Sign::RangeBelow) if min < powers.range => return self.beginless(),
            _ if is_ruby => return self.ruby_postfix(min),
            _ => return self.postfix(),
        };
        let start = self.span;
        self.advance()?;
        let operand = self.nested(|parser| parser.expr(power))?;
        let span = start.to(operand.span);
        let negated = match self.dialect.literals {
            Literals::JavaScript => {
                self.signed_power(span)?;
                super::javascript::negated(&operand.kind)
            }
            _ => negated(&operand.kind),
        };
        match (operator, negated) {
            (Unary::Minus, Some(kind)) => Ok(Expr { span, kind }),
            _ => self.node(span, Kind::Unary(operator, Box::new(operand))),
        }
    }

    pub(super) fn binary(&mut self, left: Expr, operator: Binary, power: u8) -> Result<Expr> {
        self.advance()?;
        let right = if operator == Binary::Power {
            // To the right, and looser than a prefix on its right: `2 ** -1`.
            let power = self.dialect.powers.minus.min(power - 1);
            self.nested(|parser| parser.expr(power))?
        } else {
            self.expr(power)?
        };
        let span = left.span.to(right.span);
        self.node(span, Kind::Binary(operator, Box::new(left), Box::new(right)))
    }

    pub(super) fn logic(
        &mut self,
        first: Expr,
        logic: Logic,
        sign: Sign,
        power: u8,
    ) -> Result<Expr> {
        let start = first.span;
        let mut terms = vec![first];
        while self.eat(sign)? {
            terms.push(self.expr(power)?);
        }
        if self.sign() == Some(Sign::Coalesce) {
            return Err(message::coalesced_logic(start.to(self.span)));
        }
        self.node(start.to(self.before), Kind::Logic(logic, terms))
    }

    pub(super) fn ternary(&mut self, yes: Expr) -> Result<Expr> {
        let power = self.dialect.powers.ternary;
        self.advance()?;
        let test = self.nested(|parser| parser.expr(power))?;
        self.expect(Sign::Else)?;
        let no = self.nested(|parser| parser.expr(power - 1))?;
        let span = yes.span.to(no.span);
        self.node(span, Kind::Ternary(Box::new((test, yes, no))))
    }

    /// `test ? yes : no`, at the question mark.
    fn choice(&mut self, test: Expr) -> Result<Expr> {
        let power = self.dialect.powers.ternary;
        self.advance()?;
        let yes = self.nested(|parser| parser.expr(0))?;
        self.expect(Sign::Colon)?;
        let no = self.nested(|parser| parser.expr(power - 1))?;
        let span = test.span.to(no.span);
        self.node(span, Kind::Ternary(Box::new((test, yes, no))))
    }

    /// `value instanceof Class`, at the word.
    fn instance(&mut self, value: Expr) -> Result<Expr> {
        self.advance()?;
        let class = self.class()?;
        if let Token::Name(_) = &self.token {
            self.misplaced(&class)?;
            if !self.dialect.primitives.is_empty() {
                return Err(message::pattern_variable(self.span));
            }
        }
        let span = value.span.to(class.span);
        self.node(span, Kind::Call(Function::IsInstance, vec![value, class]))
    }

    /// One comparison of two sides.
    fn pair(&mut self, left: Expr, sign: Sign) -> Result<Expr> {
        let power = self.power_of(sign);
        self.advance()?;
        let right = self.expr(power)?;
        let span = left.span.to(right.span);
        let orders = |sign: Sign| is_comparison(sign) && self.power_of(sign) == power;
        if power != self.dialect.powers.equality && self.sign().is_some_and(orders) {
            return Err(message::paired_comparison(span.to(self.span)));
        }
        let operator = match sign {
            Sign::Equal => Comparison::Equal,
            Sign::NotEqual => Comparison::NotEqual,
            Sign::Less => Comparison::Less,
            Sign::LessEqual => Comparison::LessEqual,
            Sign::Greater => Comparison::Greater,
            Sign::StrictEqual => Comparison::Is,
            Sign::StrictNotEqual => Comparison::IsNot,
            Sign::In => Comparison::In,
            _ => Comparison::GreaterEqual,
        };
        self.node(span, Kind::Compare(Box::new(left), vec![(operator, right)]))
    }

    pub(super) fn comparison(&mut self, first: Expr) -> Result<Expr> {
        let start = first.span;
        let power = self.dialect.powers.comparison;
        let mut rest = Vec::new();
        while let Some(sign) = self.sign().filter(|sign| is_comparison(*sign)) {
            self.advance()?;
            let operator = match sign {
                Sign::Equal => Comparison::Equal,
                Sign::NotEqual => Comparison::NotEqual,
                Sign::Less => Comparison::Less,
                Sign::LessEqual => Comparison::LessEqual,
                Sign::Greater => Comparison::Greater,
                Sign::GreaterEqual => Comparison::GreaterEqual,
                Sign::In => Comparison::In,
                Sign::Is if self.eat(Sign::Not)? => Comparison::IsNot,
                Sign::Is => Comparison::Is,
                _ => {
                    self.expect(Sign::In)?;
                    Comparison::NotIn
                }
            };
            rest.push((operator, self.expr(power)?));
        }
        // Each pair is a node, so that a long chain counts.
        self.nodes += rest.len() - 1;
        self.node(start.to(self.before), Kind::Compare(Box::new(first), rest))
    }
}

/// Whether `sign` opens a comparison; `not` does as the beginning of `not in`.
fn is_comparison(sign: Sign) -> bool {
    super::ruby::compares(sign)
        || matches!(
            sign,
            Sign::StrictEqual | Sign::StrictNotEqual | Sign::In | Sign::Is | Sign::Not
        )
}

/// A number literal with a minus sign in front of it.
fn negated(kind: &Kind) -> Option<Kind> {
    match kind {
        Kind::Int(value) => Some(match value.checked_neg() {
            Some(value) => Kind::Int(value),
            None => Kind::BigInt(false, Box::new([0, 1 << 31])),
        }),
        Kind::Int32(value) => Some(Kind::Int32(value.wrapping_neg())),
        Kind::BigInt(false, digits) if **digits == [1 << 31] => Some(Kind::Int32(i32::MIN)),
        Kind::BigInt(false, digits) if **digits == [0, 1 << 31] => Some(Kind::Int(i64::MIN)),
        Kind::BigInt(negative, digits) => Some(Kind::BigInt(!negative, digits.clone())),
        Kind::Float(value) => Some(Kind::Float(-value)),
        Kind::Float32(value) => Some(Kind::Float32(-value)),
        _ => None,
    }
}
