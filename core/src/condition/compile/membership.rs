//! `in`, `isinstance` and prefixes: one value held against one candidate after the other.

use super::compiler::Compiler;
use crate::condition::op::{Op, Site, Step};
use crate::condition::syntax::{Comparison, Expr, Function, Kind, Logic, Shape, Span};
use crate::error::Result;

impl Compiler<'_, '_> {
    /// `item in container`.
    pub(super) fn membership(
        &mut self,
        item: &Expr,
        container: &Expr,
        want: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        let Kind::Collection(shape, items) = &container.kind else {
            self.value(item)?;
            let source = self.source(container, false)?;
            let site = Site { span, subject: item.span, other: container.span };
            let op = Op::BranchMember { want, source, to: 0 };
            return Ok(vec![self.emit_at(op, site, 1 + source.values(), 0)]);
        };
        let plain = *shape != Shape::Set && item.kind.is_leaf() && !items.is_empty();
        if plain && items.iter().all(|item| item.kind.is_literal()) {
            // Equality with each: for literals, membership asks nothing else.
            let equal = |candidate: &Expr| Expr {
                span,
                kind: Kind::Compare(
                    Box::new(item.clone()),
                    vec![(Comparison::Equal, candidate.clone())],
                ),
            };
            let terms = items.iter().map(equal).collect();
            return self.test(&Expr { span, kind: Kind::Logic(Logic::Or, terms) }, want);
        }
        self.value(item)?;
        if *shape == Shape::Set {
            let site = Site { span, subject: item.span, other: container.span };
            self.emit_at(Op::Hashable, site, 0, 0);
        }
        self.steps(Step::Element, item, items, want, span)
    }

    /// `isinstance(x, C)`, `s.startswith(p)`, and their forms with a tuple.
    pub(super) fn steps_of_call(&mut self, expr: &Expr, want: bool) -> Result<Vec<usize>> {
        let Kind::Call(function, args) = &expr.kind else { return self.test(expr, want) };
        let [value, candidates] = &args[..] else { return self.test(expr, want) };
        let step = match function {
            Function::StartsWith => Step::Starts,
            Function::EndsWith => Step::Ends,
            _ => Step::Instance,
        };
        self.value(value)?;
        match &candidates.kind {
            Kind::Collection(_, items) => self.steps(step, value, items, want, expr.span),
            _ => self.steps(step, value, std::slice::from_ref(candidates), want, expr.span),
        }
    }

    /// Holds the top of the stack against each candidate, and takes it off.
    pub(super) fn steps(
        &mut self,
        step: Step,
        value: &Expr,
        candidates: &[Expr],
        want: bool,
        span: Span,
    ) -> Result<Vec<usize>> {
        let mut found = Vec::new();
        for candidate in candidates {
            self.value(candidate)?;
            let site = Site { span, subject: value.span, other: candidate.span };
            found.push(self.emit_at(Op::Step { step, to: 0 }, site, 1, 0));
        }
        self.emit(Op::Pop(1), span, 1, 0);
        if !want {
            return Ok(found);
        }
        let none = self.emit(Op::Jump { to: 0 }, span, 0, 0);
        self.patch(&found);
        Ok(vec![none])
    }
}
