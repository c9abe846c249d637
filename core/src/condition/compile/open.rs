//! Ruby's calls: what the core's own methods are, and where blocks are taken apart.
//!
//! Invariant: a receiver and its arguments are computed in the order in which they stand.

use super::compiler::Compiler;
use super::each::is_made;
use crate::condition::message;
use crate::condition::op::{Asks, Op, Part, Site};
use crate::condition::pattern::Pattern;
use crate::condition::syntax::{Binding, Expr, Function, Kind, Span};
use crate::error::Result;

/// Whether the test of a call is more than the truth of its value.
pub(super) fn has_own_test(function: Function) -> bool {
    matches!(function, Function::IsNil | Function::MatchAt | Function::NotMatched)
}

impl Compiler<'_, '_> {
    pub(super) fn open_call(
        &mut self,
        function: Function,
        args: &[Expr],
        expr: &Expr,
    ) -> Result<()> {
        use Function as F;
        let span = expr.span;
        let is_asked = |list: &Expr| is_made(list);
        match (function, args) {
            _ if self.is_loop(function, args) => self.truth(expr),
            (F::IsNil | F::NotMatched, _) => self.truth(expr),
            (F::Find, [list, block]) => self.first(list, Some(block), span),
            (F::First, [list]) if is_asked(list) => self.first(list, None, span),
            (F::Count, [list, block]) => self.count(list, Some(block), span),
            (F::Count | F::Size | F::Length, [list]) if is_asked(list) => {
                self.count(list, None, span)
            }
            (F::Sum, [list, block]) => self.gathered(F::Sum, list, Some(block), span),
            (F::Min | F::Max, [list]) if matches!(list.kind, Kind::Collection(..)) => {
                let Kind::Collection(_, items) = &list.kind else { return Ok(()) };
                self.called(function, items, list.span, span)
            }
            (F::Sum | F::Min | F::Max, [list]) => self.gathered(function, list, None, span),
            (F::Part, [whole, start, length]) => {
                self.value(whole)?;
                self.value(start)?;
                self.value(length)?;
                let site = Site { span, subject: whole.span, other: start.span };
                self.emit_at(Op::Part(Part::Length), site, 3, 1);
                Ok(())
            }
            (F::Matches | F::MatchAt, [left, right]) => {
                self.matched(function, left, right, span, function == F::MatchAt)
            }
            (F::CaseEquals, [asked, value]) if matches!(asked.kind, Kind::Pattern(_)) => {
                self.matched(function, asked, value, span, false)
            }
            (F::Includes | F::Covers | F::CaseEquals, [range, value]) => match &range.kind {
                Kind::Range(first, last, below) => {
                    self.bound(first.as_deref(), range.span)?;
                    self.bound(last.as_deref(), range.span)?;
                    self.value(value)?;
                    // Through a range of strings it is counted, not compared.
                    self.emit(Op::Bool(function == F::Includes), span, 0, 1);
                    let within = if *below { F::WithinBelow } else { F::Within };
                    let site = Site { span, subject: range.span, other: value.span };
                    self.emit_at(Op::Call(within, 4), site, 4, 1);
                    Ok(())
                }
                _ => self.called(function, args, range.span, span),
            },
            _ => {
                let subject = args.first().map_or(span, |first| first.span);
                self.called(function, args, subject, span)
            }
        }
    }

    /// A function whose arguments are values. Without any, it may be an attribute of the application's.
    fn called(
        &mut self,
        function: Function,
        args: &[Expr],
        subject: Span,
        span: Span,
    ) -> Result<()> {
        self.code.computes_text |= matches!(function, Function::Lower | Function::Upper);
        for arg in args {
            self.value(arg)?;
        }
        let site = Site { span, subject, other: args.get(1).map_or(span, |second| second.span) };
        let callable = self.install.dialect.spelled(function);
        let op = match callable {
            Some(callable) if args.len() == 1 && callable.arity.0 == 0 => {
                let attr = self.attr(callable.name, span)?;
                Op::Method { function, attr }
            }
            _ => Op::Call(function, args.len() as u8),
        };
        self.emit_at(op, site, args.len(), 1);
        Ok(())
    }

    fn bound(&mut self, bound: Option<&Expr>, span: Span) -> Result<()> {
        match bound {
            Some(bound) => self.value(bound),
            None => {
                self.emit(Op::Null, span, 0, 1);
                Ok(())
            }
        }
    }

    /// `object[first..last]`.
    pub(super) fn part(
        &mut self,
        object: &Expr,
        first: Option<&Expr>,
        last: Option<&Expr>,
        below: bool,
        span: Span,
    ) -> Result<()> {
        self.value(object)?;
        self.bound(first, span)?;
        self.bound(last, span)?;
        let site = Site { span, subject: object.span, other: span };
        let part = if below { Part::Below } else { Part::Through };
        self.emit_at(Op::Part(part), site, 3, 1);
        Ok(())
    }

    /// A pattern, on either side, held against a string.
    fn matched(
        &mut self,
        function: Function,
        left: &Expr,
        right: &Expr,
        span: Span,
        tells_place: bool,
    ) -> Result<()> {
        let (pattern, value) = match left.kind {
            Kind::Pattern(_) => (left, right),
            _ => (right, left),
        };
        let Kind::Pattern(text) = &pattern.kind else {
            return Err(message::pattern_of_ruby(pattern.span));
        };
        self.value(value)?;
        let patterns = self.install.dialect.patterns;
        self.code.patterns.push(Pattern::compile(text, pattern.span, patterns)?);
        let pattern_at = (self.code.patterns.len() - 1) as u16;
        let site = Site { span, subject: value.span, other: pattern.span };
        let asks = match (function, &left.kind) {
            (Function::CaseEquals, _) => Asks::Anything,
            (_, Kind::Pattern(_)) => Asks::Pattern,
            (Function::Matches, _) => Asks::Text,
            _ => Asks::Operator,
        };
        self.emit_at(Op::Search { pattern: pattern_at, asks, tells_place }, site, 1, 1);
        Ok(())
    }

    /// The test of a call that [`has_own_test`].
    pub(super) fn open_test(
        &mut self,
        function: Function,
        args: &[Expr],
        want: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        match (function, args) {
            (Function::IsNil, [value]) => {
                let site = Site { span, subject: value.span, other: span };
                if let Kind::Name(_, Binding::Slot(slot)) = value.kind {
                    let op = Op::BranchSlotNull { want, slot, to: 0 };
                    return Ok(vec![self.emit_at(op, site, 0, 0)]);
                }
                self.value(value)?;
                Ok(vec![self.emit_at(Op::BranchTopNull { want, to: 0 }, site, 1, 0)])
            }
            (_, [left, right]) => {
                // Whether it is found is known before where.
                let want = want != (function == Function::NotMatched);
                self.matched(function, left, right, span, false)?;
                Ok(vec![self.emit(Op::BranchTruth { want, to: 0 }, span, 1, 0)])
            }
            _ => Ok(Vec::new()),
        }
    }
}
