//! Expressions: variables, properties, operators, logic.
//!
//! Invariant: an operator stands in the text only between what cannot be an object, by the helper that
//! made it; logic, `?:`, `!`, `typeof` and `===` ask no object anything.

use crate::literal::{is_number, is_simple, literal, quoted};
use crate::{Slots, Uncovered};
use stillframe_core::condition::tree::{Binary, Binding, Comparison, Expr, Kind, Logic, Unary};

pub(crate) type Done = Result<String, Uncovered>;

/// The text in the making.
pub(crate) struct Code<'s> {
    slots: &'s Slots<'s>,
    /// Values that are kept in variables of the function.
    pub(crate) kept: usize,
    /// Parameters of arrow functions around.
    pub(crate) bound: usize,
    /// Whether `filter` or `map` is in it.
    pub(crate) makes_arrays: bool,
    /// What makes the patterns, which are made once.
    pub(crate) patterns: Vec<String>,
    /// Of each chain around, what must be there for it to go on.
    chains: Vec<Vec<(usize, String)>>,
}

impl<'s> Code<'s> {
    pub(crate) fn new(slots: &'s Slots<'s>) -> Self {
        Self {
            slots,
            kept: 0,
            bound: 0,
            makes_arrays: false,
            patterns: Vec::new(),
            chains: Vec::new(),
        }
    }

    /// The number of one more variable.
    pub(crate) fn keep(&mut self) -> usize {
        self.kept += 1;
        self.kept - 1
    }

    /// An expression.
    pub(crate) fn value(&mut self, expr: &Expr) -> Done {
        if let Some(text) = literal(&expr.kind) {
            return Ok(text);
        }
        match &expr.kind {
            Kind::Name(_, Binding::Bound(at)) => Ok(format!("b{at}")),
            Kind::Name(_, Binding::Slot(slot)) if (self.slots.is_set)(*slot) => {
                Ok(format!("given(v[{slot}])"))
            }
            Kind::Name(..) => Err(Uncovered("a variable that is not set there")),
            Kind::Attr(object, name) => self.attribute(object, name),
            Kind::Index(object, key) => self.element(object, key),
            Kind::Unary(operator, operand) => self.unary(*operator, operand),
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right),
            Kind::Logic(logic, terms) => self.logic(*logic, terms),
            Kind::Compare(left, rest) => match &rest[..] {
                [(comparison, right)] => self.comparison(*comparison, left, right),
                _ => Err(Uncovered("comparisons in a row")),
            },
            Kind::Ternary(parts) => {
                let (test, yes, no) = &**parts;
                let (test, yes) = (self.value(test)?, self.value(yes)?);
                Ok(format!("({test} ? {yes} : {})", self.value(no)?))
            }
            Kind::Call(function, args) => self.call(*function, args),
            Kind::Guard(operand) => self.guard(operand),
            Kind::Chain(operand) => self.chain(operand),
            _ => Err(Uncovered("an expression that only the machine has")),
        }
    }

    /// Several, with commas between them.
    pub(crate) fn values<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Done {
        let all: Result<Vec<String>, Uncovered> =
            exprs.into_iter().map(|expr| self.value(expr)).collect();
        Ok(all?.join(", "))
    }

    /// `object.name`.
    pub(crate) fn attribute(&mut self, object: &Expr, name: &str) -> Done {
        if name.starts_with('#') {
            let reader = self.reader(name)?;
            return Ok(format!("hidden({reader}, {})", self.value(object)?));
        }
        if name == "length" && is_made(object) {
            return Ok(format!("{}.count", self.elements(object)?));
        }
        let object = self.value(object)?;
        Ok(match name {
            "length" => format!("length({object})"),
            "size" => format!("size({object})"),
            _ => format!("property({object}, {})", quoted(name)),
        })
    }

    /// What reads a private name, as it is passed.
    fn reader(&self, name: &str) -> Done {
        let slot = (self.slots.private)(name).ok_or(Uncovered("a private name"))?;
        Ok(format!("v[{slot}]"))
    }

    fn element(&mut self, object: &Expr, key: &Expr) -> Done {
        match &key.kind {
            Kind::Text(name) if !is_index(name) && !name.starts_with('#') => {
                self.attribute(object, name)
            }
            Kind::Int(0) if is_made(object) => Ok(format!("{}.first()", self.elements(object)?)),
            // The machine keeps these as UTF-8, of which half a character is no part.
            _ if is_computed_text(object) => Err(Uncovered("a place of a computed string")),
            // Installing has judged a constant, so it is a name that may be seen.
            kind if literal(kind).is_some() => {
                Ok(format!("element({}, true)", self.values([object, key])?))
            }
            _ => Ok(format!("element({})", self.values([object, key])?)),
        }
    }

    /// A value as a number.
    pub(crate) fn number(&mut self, expr: &Expr) -> Done {
        let text = self.value(expr)?;
        Ok(if is_number(&expr.kind) { text } else { format!("number({text})") })
    }

    fn unary(&mut self, operator: Unary, operand: &Expr) -> Done {
        Ok(match operator {
            Unary::Not => format!("(!{})", self.value(operand)?),
            Unary::Plus => self.number(operand)?,
            Unary::Minus => format!("(-{})", self.number(operand)?),
            Unary::Invert => format!("(~{})", self.number(operand)?),
        })
    }

    fn binary(&mut self, operator: Binary, left: &Expr, right: &Expr) -> Done {
        let sign = match operator {
            Binary::Add => return Ok(format!("sum({})", self.values([left, right])?)),
            Binary::Subtract => "-",
            Binary::Multiply => "*",
            Binary::Divide => "/",
            Binary::Remainder => "%",
            Binary::BitAnd => "&",
            Binary::BitOr => "|",
            Binary::BitXor => "^",
            Binary::ShiftLeft => "<<",
            Binary::ShiftRight => ">>",
            Binary::ShiftRightUnsigned => ">>>",
            // Its last digit is the machine's own.
            _ => return Err(Uncovered("a power")),
        };
        Ok(format!("({} {sign} {})", self.number(left)?, self.number(right)?))
    }

    fn logic(&mut self, logic: Logic, terms: &[Expr]) -> Done {
        let sign = match logic {
            Logic::And => " && ",
            Logic::Or => " || ",
            Logic::Coalesce => " ?? ",
        };
        let terms: Result<Vec<String>, Uncovered> =
            terms.iter().map(|term| self.value(term)).collect();
        Ok(format!("({})", terms?.join(sign)))
    }

    fn comparison(&mut self, comparison: Comparison, left: &Expr, right: &Expr) -> Done {
        if let Kind::Private(name) = &left.kind {
            let reader = self.reader(name)?;
            return Ok(format!("hasHidden({reader}, {})", self.value(right)?));
        }
        let is_none = |expr: &Expr| matches!(expr.kind, Kind::Null | Kind::Undefined);
        let is_plain = is_simple(&left.kind) || is_simple(&right.kind);
        let (one, two) = (self.value(left)?, self.value(right)?);
        Ok(match comparison {
            Comparison::Is if is_plain => format!("({one} === {two})"),
            Comparison::IsNot if is_plain => format!("({one} !== {two})"),
            Comparison::Is => format!("same({one}, {two})"),
            Comparison::IsNot => format!("(!same({one}, {two}))"),
            Comparison::Equal if is_none(right) => format!("isNone({one})"),
            Comparison::NotEqual if is_none(right) => format!("(!isNone({one}))"),
            Comparison::Equal => format!("equal({one}, {two})"),
            Comparison::NotEqual => format!("(!equal({one}, {two}))"),
            Comparison::Less => format!("less({one}, {two})"),
            Comparison::Greater => format!("less({two}, {one})"),
            Comparison::LessEqual => format!("lessOrEqual({one}, {two})"),
            Comparison::GreaterEqual => format!("lessOrEqual({two}, {one})"),
            Comparison::In => format!("isIn({one}, {two})"),
            Comparison::NotIn => return Err(Uncovered("a comparison that only the machine has")),
        })
    }

    /// `x?`: kept, for its chain asks whether it is there.
    fn guard(&mut self, operand: &Expr) -> Done {
        let text = self.value(operand)?;
        let number = self.keep();
        let chain = self.chains.last_mut().ok_or(Uncovered("a `?.` outside a chain"))?;
        chain.push((number, text));
        Ok(format!("k{number}"))
    }

    fn chain(&mut self, operand: &Expr) -> Done {
        self.chains.push(Vec::new());
        let whole = self.value(operand);
        let guards = self.chains.pop().unwrap_or_default();
        Ok(guards.into_iter().rev().fold(whole?, |rest, (number, text)| {
            format!("(isNone(k{number} = {text}) ? undefined : {rest})")
        }))
    }
}

/// Whether it is an array that a call makes.
pub(crate) fn is_made(expr: &Expr) -> bool {
    use stillframe_core::condition::tree::Function as F;
    matches!(expr.kind, Kind::Call(F::Filter | F::MapEach | F::ObjectKeys, _))
}

/// Whether it may be a string that no variable holds.
fn is_computed_text(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Name(..) | Kind::Attr(..) | Kind::Index(..) => false,
        Kind::Guard(inner) | Kind::Chain(inner) => is_computed_text(inner),
        _ => true,
    }
}

/// Whether a key could be that of an element.
fn is_index(name: &str) -> bool {
    name.bytes().all(|unit| unit.is_ascii_digit())
}
