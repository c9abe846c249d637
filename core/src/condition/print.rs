//! The tree back to text, in the host's own spelling, with the fewest parentheses.
//!
//! Invariant: what is printed parses into an equal tree.

mod literal;
mod ruby;

use super::dialect::{Callable, Comparisons, Dialect, Literal, Literals, Refused, Sign, Style};
use super::syntax::{
    Binary, Comparison, Expr, Function, Generator, Kind, Logic, Primitive, Shape, Unary,
};
use literal::{decimal, float, java_char, java_text, quoted, quoted_bytes, ruby_text};

/// Tighter than every operator: names, literals, brackets, and what hangs on them.
const TIGHTEST: u8 = u8::MAX;

/// `expr` as the host would write it.
pub(super) fn canonical(expr: &Expr, dialect: &'static Dialect) -> String {
    let mut printer = Printer { dialect, out: String::new() };
    printer.expr(expr, 0);
    printer.out
}

struct Printer {
    dialect: &'static Dialect,
    out: String,
}

impl Printer {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// How tightly the outermost operator of `kind` binds.
    fn power(&self, kind: &Kind) -> u8 {
        let powers = &self.dialect.powers;
        match kind {
            Kind::Ternary(_) => powers.ternary,
            Kind::Logic(Logic::Or | Logic::Coalesce, _) => powers.or,
            Kind::Logic(Logic::And, _) => powers.and,
            Kind::Unary(Unary::Not, _) => powers.not,
            Kind::Compare(_, rest) => match rest.first() {
                Some((comparison, _)) if self.is_equality(*comparison) => powers.equality,
                _ => powers.comparison,
            },
            Kind::Call(function, _) => match self.dialect.spelled(*function) {
                Some(Callable { style: Style::Infix, .. }) => powers.comparison,
                Some(Callable { style: Style::Sign, .. }) => powers.equality,
                Some(Callable { style: Style::Cast | Style::Prefix, .. }) => powers.prefix,
                _ => TIGHTEST,
            },
            Kind::Binary(operator, ..) => self.infix(*operator).1,
            Kind::Unary(Unary::Minus, _) | Kind::BigInt(true, _) => powers.minus,
            Kind::Unary(..) | Kind::Convert(..) => powers.prefix,
            Kind::Int(value) if *value < 0 => powers.minus,
            Kind::Int32(value) if *value < 0 => powers.minus,
            Kind::Float(value) if value.is_sign_negative() => powers.minus,
            Kind::Float32(value) if value.is_sign_negative() => powers.minus,
            Kind::Range(..) => powers.range,
            _ => TIGHTEST,
        }
    }

    /// Whether a comparison binds as `==` does.
    fn is_equality(&self, comparison: Comparison) -> bool {
        let is_strict = self.dialect.signs.iter().any(|(_, sign)| *sign == Sign::StrictEqual);
        match comparison {
            Comparison::Equal | Comparison::NotEqual => true,
            Comparison::Is | Comparison::IsNot => is_strict,
            _ => false,
        }
    }

    fn infix(&self, operator: Binary) -> (&'static str, u8) {
        let row = self.dialect.infix.iter().find(|(_, binary, _)| *binary == operator);
        row.map_or(("", 0), |(sign, _, power)| {
            let spelled = self.dialect.signs.iter().find(|(_, other)| other == sign);
            (spelled.map_or("", |(text, _)| *text), *power)
        })
    }

    /// `expr` where only what binds more tightly than `min` stands without parentheses.
    fn expr(&mut self, expr: &Expr, min: u8) {
        let power = self.power(&expr.kind);
        let powers = &self.dialect.powers;
        let is_prefix = min == power && [powers.prefix, powers.not, powers.minus].contains(&power);
        if power > min || is_prefix {
            self.kind(&expr.kind);
        } else {
            self.push("(");
            self.kind(&expr.kind);
            self.push(")");
        }
    }

    /// `expr` where something hangs on it.
    fn object(&mut self, expr: &Expr) {
        match &expr.kind {
            Kind::Guard(inner) => {
                self.object(inner);
                self.push(if self.is_ruby() { "&" } else { "?" });
            }
            Kind::Chain(_) if !self.is_ruby() => {
                self.push("(");
                self.kind(&expr.kind);
                self.push(")");
            }
            kind if kind.is_number() => {
                self.push("(");
                self.kind(&expr.kind);
                self.push(")");
            }
            _ => self.expr(expr, TIGHTEST - 1),
        }
    }

    fn kind(&mut self, kind: &Kind) {
        let dialect = self.dialect;
        match kind {
            Kind::Null => self.push(dialect.literal(Literal::Null)),
            Kind::Undefined => self.push(dialect.literal(Literal::Undefined)),
            Kind::Bool(true) => self.push(dialect.literal(Literal::True)),
            Kind::Bool(false) => self.push(dialect.literal(Literal::False)),
            Kind::Int(value) => {
                self.push(&value.to_string());
                self.push(if dialect.literals == Literals::Java { "L" } else { "" });
            }
            Kind::Int32(value) => self.push(&value.to_string()),
            Kind::BigInt(negative, digits) => {
                let sign = if *negative { "-" } else { "" };
                self.push(sign);
                self.push(&decimal(digits));
                self.push(if dialect.literals == Literals::JavaScript { "n" } else { "" });
            }
            Kind::Float(value) if dialect.literals == Literals::JavaScript => {
                self.push(super::eval::Digits::number(*value).text());
            }
            Kind::Float(value) => self.push(&float(*value)),
            Kind::Float32(value) => self.push(&format!("{value:?}f")),
            Kind::Char(unit) => self.push(&java_char(*unit)),
            Kind::Text(text) => self.push(&match dialect.literals {
                Literals::Python | Literals::JavaScript => quoted(text.chars()),
                Literals::Java => java_text(text),
                Literals::Ruby => ruby_text(text),
            }),
            Kind::Bytes(bytes) => {
                self.push("b");
                self.push(&quoted_bytes(bytes));
            }
            Kind::Name(name, _) if self.is_ruby() => self.ruby_name(name),
            Kind::Name(name, _) | Kind::Pattern(name) | Kind::Private(name) => self.push(name),
            Kind::Block(parameters, body) => self.block(parameters, body),
            Kind::Range(first, last, below) => {
                self.range(first.as_deref(), last.as_deref(), *below);
            }
            Kind::Arrow(parameter, body) => {
                self.push(parameter);
                self.push(" => ");
                self.expr(body, 0);
            }
            Kind::Attr(object, name) => {
                self.object(object);
                self.push(".");
                self.push(name);
            }
            Kind::Index(object, index) => {
                self.object(object);
                self.push(if matches!(object.kind, Kind::Guard(_)) { "." } else { "" });
                self.bracketed("[", index, "]");
            }
            Kind::Slice(object, start, end) => self.slice(object, start, end),
            Kind::Unary(operator, operand) => self.unary(*operator, operand),
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right),
            Kind::Logic(logic, terms) => self.logic(*logic, terms),
            Kind::Compare(first, rest) => self.comparison(first, rest),
            Kind::Ternary(parts) => self.ternary(parts),
            Kind::Call(function, args) if self.is_ruby() => self.ruby_call(*function, args),
            Kind::Call(function, args) => self.call(*function, args),
            Kind::Convert(primitive, operand) => self.convert(*primitive, operand),
            Kind::Collection(shape, items) => self.collection(*shape, items),
            Kind::Generator(generator) => self.generator(generator),
            Kind::Guard(inner) | Kind::Chain(inner) => self.kind(&inner.kind),
        }
    }

    fn ternary(&mut self, (test, yes, no): &(Expr, Expr, Expr)) {
        let power = self.dialect.powers.ternary;
        let questions = self.dialect.signs.iter().any(|(_, sign)| *sign == Sign::Question);
        if questions {
            self.expr(test, power);
            self.push(" ? ");
            self.expr(yes, 0);
            self.push(" : ");
        } else {
            self.expr(yes, power);
            self.push(" if ");
            self.expr(test, power);
            self.push(" else ");
        }
        self.expr(no, power - 1);
    }

    fn convert(&mut self, primitive: Primitive, operand: &Expr) {
        let row = self.dialect.primitives.iter().find(|(_, other)| *other == primitive);
        self.push("(");
        self.push(row.map_or("", |(name, _)| name));
        self.push(") ");
        self.expr(operand, self.dialect.powers.prefix);
    }

    fn bracketed(&mut self, open: &str, expr: &Expr, close: &str) {
        self.push(open);
        self.expr(expr, 0);
        self.push(close);
    }

    fn slice(&mut self, object: &Expr, start: &Option<Box<Expr>>, end: &Option<Box<Expr>>) {
        self.object(object);
        self.push("[");
        if let Some(start) = start {
            self.expr(start, 0);
        }
        self.push(":");
        if let Some(end) = end {
            self.expr(end, 0);
        }
        self.push("]");
    }

    fn unary(&mut self, operator: Unary, operand: &Expr) {
        let powers = &self.dialect.powers;
        let (sign, power) = match operator {
            Unary::Not => (self.dialect.spelling.not, powers.not),
            Unary::Minus => ("-", powers.minus),
            Unary::Plus => ("+", powers.prefix),
            Unary::Invert => ("~", powers.prefix),
        };
        self.push(sign);
        let twice = matches!(&operand.kind, Kind::Unary(inner, _) if *inner == operator);
        let means_more = |refused: &Refused| refused.spelling == [sign, sign].concat();
        // `!~` is a sign of its own.
        let asks = operator == Unary::Not && matches!(&operand.kind, Kind::Unary(Unary::Invert, _));
        let apart = twice && self.dialect.refused.iter().any(means_more) || asks && self.is_ruby();
        self.expr(operand, if apart { TIGHTEST - 1 } else { power });
    }

    fn binary(&mut self, operator: Binary, left: &Expr, right: &Expr) {
        let (spelled, power) = self.infix(operator);
        let prefix = self.dialect.powers.minus;
        let (left_min, right_min) = if operator == Binary::Power && prefix > power {
            // Nothing with a prefix may stand on the left.
            (TIGHTEST - 1, power - 1)
        } else if operator == Binary::Power {
            (power, prefix)
        } else {
            (power - 1, power)
        };
        self.expr(left, left_min);
        self.push(" ");
        self.push(spelled);
        self.push(" ");
        self.expr(right, right_min);
    }

    fn logic(&mut self, logic: Logic, terms: &[Expr]) {
        let Dialect { spelling, powers, .. } = self.dialect;
        let (word, power) = match logic {
            Logic::And => (spelling.and, powers.and),
            Logic::Or => (spelling.or, powers.or),
            Logic::Coalesce => (" ?? ", powers.and),
        };
        for (n, term) in terms.iter().enumerate() {
            if n > 0 {
                self.push(word);
            }
            self.expr(term, power);
        }
    }

    fn comparison(&mut self, first: &Expr, rest: &[(Comparison, Expr)]) {
        let powers = &self.dialect.powers;
        let power = match rest.first() {
            Some((comparison, _)) if self.is_equality(*comparison) => powers.equality,
            _ => powers.comparison,
        };
        let is_strict = self.is_equality(Comparison::Is);
        // Where comparisons are paired, the left one of two needs no brackets.
        let paired = self.dialect.comparisons == Comparisons::Paired && power == powers.equality;
        self.expr(first, if paired { power - 1 } else { power });
        for (operator, operand) in rest {
            self.push(match operator {
                Comparison::Equal => " == ",
                Comparison::NotEqual => " != ",
                Comparison::Less => " < ",
                Comparison::LessEqual => " <= ",
                Comparison::Greater => " > ",
                Comparison::GreaterEqual => " >= ",
                Comparison::Is if is_strict => " === ",
                Comparison::IsNot if is_strict => " !== ",
                Comparison::Is => " is ",
                Comparison::IsNot => " is not ",
                Comparison::In => " in ",
                Comparison::NotIn => " not in ",
            });
            self.expr(operand, power);
        }
    }

    fn call(&mut self, function: Function, args: &[Expr]) {
        let Some(callable) = self.dialect.spelled(function) else { return };
        let mut args = args;
        match (callable.style, args) {
            (Style::Module(module) | Style::Static(module), _) => {
                self.push(module);
                self.push(".");
            }
            (Style::Infix, [left, right]) => {
                let power = self.dialect.powers.comparison;
                self.expr(left, power - 1);
                self.push(&format!(" {} ", callable.name));
                return self.expr(right, power);
            }
            (Style::Cast, [operand, class]) => {
                self.bracketed("(", class, ") ");
                // A sign behind the class would be one between two operands.
                let prefix = self.dialect.powers.prefix;
                let min = if is_signed(&operand.kind) { TIGHTEST - 1 } else { prefix };
                return self.expr(operand, min);
            }
            (Style::Prefix, [operand]) => {
                self.push(callable.name);
                self.push(" ");
                return self.expr(operand, self.dialect.powers.prefix);
            }
            (Style::Method, [receiver, others @ ..]) => {
                self.object(receiver);
                self.push(".");
                args = others;
            }
            _ => {}
        }
        self.push(callable.name);
        self.push("(");
        self.list(args);
        self.push(")");
    }

    fn list(&mut self, items: &[Expr]) {
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                self.push(", ");
            }
            self.expr(item, 0);
        }
    }

    fn collection(&mut self, shape: Shape, items: &[Expr]) {
        let (open, close) = match shape {
            Shape::List => ("[", "]"),
            Shape::Tuple if items.len() == 1 => ("(", ",)"),
            Shape::Tuple => ("(", ")"),
            Shape::Set => ("{", "}"),
        };
        self.push(open);
        self.list(items);
        self.push(close);
    }

    fn generator(&mut self, generator: &Generator) {
        let power = self.dialect.powers.ternary;
        let function = if generator.any { Function::Any } else { Function::All };
        let name = self.dialect.spelled(function).map_or("", |callable| callable.name);
        self.push(name);
        self.push("(");
        self.expr(&generator.element, 0);
        self.push(" for ");
        self.push(&generator.targets.join(", "));
        self.push(" in ");
        self.expr(&generator.source, power);
        for filter in &generator.filters {
            self.push(" if ");
            self.expr(filter, power);
        }
        self.push(")");
    }
}

/// Whether it begins with a plus or minus sign.
fn is_signed(kind: &Kind) -> bool {
    match kind {
        Kind::Unary(operator, _) => matches!(operator, Unary::Minus | Unary::Plus),
        Kind::Int(value) => *value < 0,
        Kind::Int32(value) => *value < 0,
        Kind::Float(value) => value.is_sign_negative(),
        Kind::Float32(value) => value.is_sign_negative(),
        _ => false,
    }
}
