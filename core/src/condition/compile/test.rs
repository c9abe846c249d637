//! Tests: code that falls through when the truth of an expression is the one wanted.

use super::compiler::Compiler;
use super::open::has_own_test;
use crate::condition::message;
use crate::condition::op::{Op, Site};
use crate::condition::syntax::{
    Binding, Comparison, Expr, Function, Generator, Kind, Logic, Span, Unary,
};
use crate::error::Result;

impl Compiler<'_, '_> {
    /// Compiles a test of `expr`; returns the branches taken when it does not come out as `want`.
    pub(super) fn test(&mut self, expr: &Expr, want: bool) -> Result<Vec<usize>> {
        let span = expr.span;
        let branch = match &expr.kind {
            Kind::Unary(Unary::Not, operand) => return self.test(operand, !want),
            Kind::Logic(logic, terms) if *logic != Logic::Coalesce => {
                return self.logic(*logic, terms, want);
            }
            Kind::Compare(first, rest) => return self.comparison(first, rest, want, span),
            Kind::Ternary(parts) => return self.ternary_test(parts, want),
            Kind::Generator(generator) => return self.generator(generator, want, span),
            Kind::Call(function, args) if self.is_loop(*function, args) => {
                return self.loop_test(*function, args, want, span);
            }
            Kind::Call(function, args) if self.is_open() && has_own_test(*function) => {
                return self.open_test(*function, args, want, span);
            }
            Kind::Call(function, _) if self.is_step(*function) => {
                return self.steps_of_call(expr, want);
            }
            Kind::Bool(value) if *value == want => return Ok(Vec::new()),
            Kind::Bool(_) => self.emit(Op::Jump { to: 0 }, span, 0, 0),
            Kind::Name(_, Binding::Slot(slot)) if self.is_typed() => {
                self.emit(Op::BranchSlotBool { want, slot: *slot, to: 0 }, span, 0, 0)
            }
            Kind::Name(_, Binding::Slot(slot)) => {
                self.emit(Op::BranchSlotTruth { want, slot: *slot, to: 0 }, span, 0, 0)
            }
            _ => {
                self.value(expr)?;
                let op = match self.is_typed() {
                    true => Op::BranchBool { want, to: 0 },
                    false => Op::BranchTruth { want, to: 0 },
                };
                self.emit(op, span, 1, 0)
            }
        };
        Ok(vec![branch])
    }

    /// Whether a function holds a value against one candidate after the other.
    pub(super) fn is_step(&self, function: Function) -> bool {
        match function {
            _ if self.is_loose() || self.is_open() => false,
            Function::IsInstance => true,
            Function::StartsWith | Function::EndsWith => !self.is_typed(),
            _ => false,
        }
    }

    fn logic(&mut self, logic: Logic, terms: &[Expr], want: bool) -> Result<Vec<usize>> {
        let mut branches = Vec::new();
        if (logic == Logic::And) == want {
            // Each term must come out as wanted.
            for term in terms {
                branches.extend(self.test(term, want)?);
            }
            return Ok(branches);
        }
        // One term suffices: the last decides, the others leave early.
        let Some((last, others)) = terms.split_last() else { return Ok(branches) };
        for term in others {
            branches.extend(self.test(term, !want)?);
        }
        let fails = self.test(last, want)?;
        self.patch(&branches);
        Ok(fails)
    }

    fn ternary_test(&mut self, parts: &(Expr, Expr, Expr), want: bool) -> Result<Vec<usize>> {
        let (test, yes, no) = parts;
        let otherwise = self.test(test, true)?;
        let mut fails = self.test(yes, want)?;
        let end = self.emit(Op::Jump { to: 0 }, yes.span, 0, 0);
        self.patch(&otherwise);
        fails.extend(self.test(no, want)?);
        self.patch(&[end]);
        Ok(fails)
    }

    fn comparison(
        &mut self,
        first: &Expr,
        rest: &[(Comparison, Expr)],
        want: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        if let [(operator, right)] = rest {
            return self.pair(*operator, first, right, want);
        }
        let between = rest.split_last().map_or(rest, |(_, between)| between);
        if !between.iter().all(|(_, operand)| operand.kind.is_leaf()) {
            return self.chain(first, rest, want, span);
        }
        // What stands between is read twice, which costs nothing: each pair is a test of its own.
        let mut branches = Vec::new();
        let mut left = first;
        for (n, (operator, right)) in rest.iter().enumerate() {
            let is_last = n + 1 == rest.len();
            let pair = self.pair(*operator, left, right, want || !is_last)?;
            if want || !is_last {
                branches.extend(pair);
            } else {
                self.patch(&branches);
                return Ok(pair);
            }
            left = right;
        }
        Ok(branches)
    }

    /// A chain whose middle is computed once and kept.
    fn chain(
        &mut self,
        first: &Expr,
        rest: &[(Comparison, Expr)],
        want: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        self.value(first)?;
        let mut fails = Vec::new();
        let mut subject = first.span;
        for (n, (operator, operand)) in rest.iter().enumerate() {
            let comparison = *operator;
            if !is_ordering(comparison) {
                return Err(message::chained_membership(span));
            }
            self.value(operand)?;
            let site = Site { span, subject, other: operand.span };
            let is_last = n + 1 == rest.len();
            let op = if is_last {
                Op::BranchCompare { comparison, want: true, to: 0 }
            } else {
                Op::BranchChain { comparison, to: 0 }
            };
            fails.push(self.emit_at(op, site, 2, usize::from(!is_last)));
            subject = operand.span;
        }
        if want {
            return Ok(fails);
        }
        let holds = self.emit(Op::Jump { to: 0 }, span, 0, 0);
        self.patch(&fails);
        Ok(vec![holds])
    }

    /// One comparison, by the shortest instruction that can do it.
    fn pair(
        &mut self,
        operator: Comparison,
        left: &Expr,
        right: &Expr,
        want: bool,
    ) -> Result<Vec<usize>> {
        if left.kind.is_literal()
            && matches!(right.kind, Kind::Name(..))
            && let Some(mirrored) = mirrored(operator)
            && (!self.is_open() || mirrored == operator && !is_itself(&left.kind))
        {
            return self.pair(mirrored, right, left, want);
        }
        if matches!(operator, Comparison::In | Comparison::NotIn) && !self.is_loose() {
            let span = left.span.to(right.span);
            return self.membership(left, right, (operator == Comparison::In) == want, span);
        }
        if let Kind::Private(name) = &left.kind {
            let branch = self.has_private(name, left.span, right, want)?;
            return Ok(vec![branch]);
        }
        self.with_constant(operator, left, &right.kind, want, right.span)?
            .map_or_else(|| self.two_values(operator, left, right, want), |at| Ok(vec![at]))
    }

    /// A comparison with a constant that an instruction can hold, if it is one.
    fn with_constant(
        &mut self,
        comparison: Comparison,
        left: &Expr,
        right: &Kind,
        want: bool,
        other: Span,
    ) -> Result<Option<usize>> {
        let site = Site { span: left.span.to(other), subject: left.span, other };
        let slot = match left.kind {
            Kind::Name(_, Binding::Slot(slot)) => Some(slot),
            _ => None,
        };
        let to = 0;
        let op = match (comparison, right) {
            // Where values have types, nothing else equals null.
            (comparison, Kind::Null) if is_identity(comparison) || self.equates(comparison) => {
                let comparison = identity(comparison);
                let want = (comparison == Comparison::Is) == want;
                slot.map_or(Op::BranchTopNull { want, to }, |slot| Op::BranchSlotNull {
                    want,
                    slot,
                    to,
                })
            }
            (comparison, Kind::Text(text)) if self.equates_strings(comparison) => {
                let text = self.text(text);
                let want = matches!(comparison, Comparison::Equal | Comparison::Is) == want;
                slot.map_or(Op::BranchTopText { want, to, text }, |slot| Op::BranchSlotText {
                    want,
                    slot,
                    to,
                    text,
                })
            }
            (comparison, Kind::Int(_) | Kind::Int32(_))
                if is_ordering(comparison) || self.is_strict(comparison) =>
            {
                let Some(int) = small(right) else { return Ok(None) };
                slot.map_or(Op::BranchTopInt { comparison, want, to, int }, |slot| {
                    Op::BranchSlotInt { comparison, want, slot, to, int }
                })
            }
            _ => return Ok(None),
        };
        if slot.is_none() {
            self.value(left)?;
        }
        Ok(Some(self.emit_at(op, site, usize::from(slot.is_none()), 0)))
    }

    /// Whether it is an equality that converts nothing, where others do.
    fn is_strict(&self, comparison: Comparison) -> bool {
        self.is_loose() && is_identity(comparison)
    }

    /// Whether it is an equality that a string passes only with a string.
    fn equates_strings(&self, comparison: Comparison) -> bool {
        match self.is_loose() {
            true => is_identity(comparison),
            false => matches!(comparison, Comparison::Equal | Comparison::NotEqual),
        }
    }

    /// Whether it is an equality of a host whose values have types.
    fn equates(&self, comparison: Comparison) -> bool {
        self.is_typed() && matches!(comparison, Comparison::Equal | Comparison::NotEqual)
    }

    fn two_values(
        &mut self,
        comparison: Comparison,
        left: &Expr,
        right: &Expr,
        want: bool,
    ) -> Result<Vec<usize>> {
        self.value(left)?;
        self.value(right)?;
        let site = Site { span: left.span.to(right.span), subject: left.span, other: right.span };
        let op = match comparison {
            _ if self.is_loose() => Op::BranchLoose { comparison, want, to: 0 },
            Comparison::Is => Op::BranchIs { want, to: 0 },
            Comparison::IsNot => Op::BranchIs { want: !want, to: 0 },
            _ if self.is_typed() => {
                let unboxes = is_primitive(&left.kind) || is_primitive(&right.kind);
                Op::BranchTyped { comparison, want, unboxes, to: 0 }
            }
            _ => Op::BranchCompare { comparison, want, to: 0 },
        };
        Ok(vec![self.emit_at(op, site, 2, 0)])
    }

    fn generator(&mut self, generator: &Generator, want: bool, span: Span) -> Result<Vec<usize>> {
        let targets = generator.targets.len();
        let source = self.source(&generator.source, targets == 2)?;
        let level = self.enter_loop(span)?;
        let site = Site { span, subject: generator.source.span, other: span };
        self.emit_at(Op::LoopStart { level, source }, site, source.values(), 0);
        let next = self.here();
        let outside = self.height;
        let exhausted =
            self.emit_at(Op::LoopNext { level, targets: targets as u8, to: 0 }, site, 0, targets);
        let outer = self.bound.len();
        self.bound.extend((outside..outside + targets).map(|place| place as u16));
        let mut goes_on = Vec::new();
        for filter in &generator.filters {
            goes_on.extend(self.test(filter, true)?);
        }
        // Falls through when the element decides nothing.
        let decided = self.test(&generator.element, !generator.any)?;
        self.patch(&goes_on);
        self.emit(Op::Pop(targets as u8), span, 0, 0);
        self.emit(Op::Jump { to: next }, span, 0, 0);
        self.patch(&decided);
        self.emit(Op::Pop(targets as u8), span, targets, 0);
        self.bound.truncate(outer);
        self.level -= 1;
        if want == generator.any {
            return Ok(vec![exhausted]);
        }
        let leaves = self.emit(Op::Jump { to: 0 }, span, 0, 0);
        self.patch(&[exhausted]);
        Ok(vec![leaves])
    }
}

pub(super) fn is_ordering(comparison: Comparison) -> bool {
    use Comparison as C;
    !matches!(comparison, C::Is | C::IsNot | C::In | C::NotIn)
}

/// Whether an open host asks it about equality itself, which nothing can change.
fn is_itself(kind: &Kind) -> bool {
    matches!(kind, Kind::Null | Kind::Bool(_))
}

fn is_identity(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::Is | Comparison::IsNot)
}

/// Equality as identity.
fn identity(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::Is,
        Comparison::NotEqual => Comparison::IsNot,
        other => other,
    }
}

/// An integer that an instruction can hold.
fn small(kind: &Kind) -> Option<i32> {
    match kind {
        Kind::Int32(int) => Some(*int),
        Kind::Int(int) => i32::try_from(*int).ok(),
        _ => None,
    }
}

/// Whether it is surely no object of the application where values have types.
fn is_primitive(kind: &Kind) -> bool {
    match kind {
        Kind::Bool(_) | Kind::Convert(..) | Kind::Compare(..) | Kind::Logic(..) => true,
        // What is added may be a string, but no null.
        Kind::Binary(..) | Kind::Unary(..) => true,
        Kind::Call(function, _) => !matches!(
            function,
            Function::Get
                | Function::GetOrDefault
                | Function::Cast
                | Function::Lower
                | Function::Upper
                | Function::Trim
                | Function::Strip
        ),
        kind => kind.is_number(),
    }
}

/// The comparison with its sides exchanged.
fn mirrored(comparison: Comparison) -> Option<Comparison> {
    match comparison {
        Comparison::Less => Some(Comparison::Greater),
        Comparison::LessEqual => Some(Comparison::GreaterEqual),
        Comparison::Greater => Some(Comparison::Less),
        Comparison::GreaterEqual => Some(Comparison::LessEqual),
        Comparison::In | Comparison::NotIn => None,
        same => Some(same),
    }
}
