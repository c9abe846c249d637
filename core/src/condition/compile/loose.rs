//! JavaScript's properties, elements and calls.
//!
//! Invariant: a key that is known where a condition is compiled is judged there, once.

use super::compiler::Compiler;
use super::each::is_made;
use crate::condition::op::{Op, Site};
use crate::condition::pattern::Pattern;
use crate::condition::syntax::{Expr, Function, Kind, Span};
use crate::error::Result;
use crate::host::PRESENCE;

impl Compiler<'_, '_> {
    /// `object.name`.
    pub(super) fn property(&mut self, object: &Expr, name: &str, span: Span) -> Result<()> {
        if name == "length" && is_made(object) {
            return self.count(object, None, span);
        }
        self.value(object)?;
        let attr = self.attr(name, span)?;
        let site = Site { span, subject: object.span, other: span };
        let op = match self.install.dialect.property(name) {
            Some(property) => Op::Property { function: property.function, attr },
            None => Op::Attr(attr),
        };
        self.emit_at(op, site, 1, 1);
        Ok(())
    }

    /// The test of `#name in object`; returns the branch taken when it does not come out as `want`.
    pub(super) fn has_private(
        &mut self,
        name: &str,
        named: Span,
        object: &Expr,
        want: bool,
    ) -> Result<usize> {
        self.value(object)?;
        let span = named.to(object.span);
        let attr = self.attr(&format!("{name}{PRESENCE}"), span)?;
        let site = Site { span, subject: object.span, other: span };
        self.emit_at(Op::HasPrivate(attr), site, 1, 1);
        Ok(self.emit(Op::BranchTruth { want, to: 0 }, span, 1, 0))
    }

    /// `object[key]`.
    pub(super) fn loose_index(&mut self, object: &Expr, key: &Expr, span: Span) -> Result<()> {
        match &key.kind {
            // A text never is a private name.
            Kind::Text(name) if !is_index(name) && !name.starts_with('#') => {
                return self.property(object, name, span);
            }
            Kind::Int(0) if is_made(object) => return self.first(object, None, span),
            _ => {}
        }
        self.value(object)?;
        self.value(key)?;
        let site = Site { span, subject: object.span, other: key.span };
        self.emit_at(Op::LooseIndex { is_constant: key.kind.is_literal() }, site, 2, 1);
        Ok(())
    }

    /// The first term that is neither null nor undefined.
    pub(super) fn coalesce(&mut self, terms: &[Expr]) -> Result<()> {
        let Some((last, others)) = terms.split_last() else { return Ok(()) };
        let mut kept = Vec::new();
        for term in others {
            self.value(term)?;
            kept.push(self.emit(Op::KeepPresent { to: 0 }, term.span, 1, 0));
        }
        self.value(last)?;
        self.patch(&kept);
        Ok(())
    }

    pub(super) fn loose_call(
        &mut self,
        function: Function,
        args: &[Expr],
        expr: &Expr,
    ) -> Result<()> {
        let span = expr.span;
        match (function, args) {
            _ if self.is_loop(function, args) => return self.truth(expr),
            (Function::Find, [array, arrow]) => return self.first(array, Some(arrow), span),
            (Function::Test, [pattern, value]) => {
                let Kind::Pattern(text) = &pattern.kind else { return self.value(value) };
                self.value(value)?;
                let patterns = self.install.dialect.patterns;
                self.code.patterns.push(Pattern::compile(text, pattern.span, patterns)?);
                let at = (self.code.patterns.len() - 1) as u16;
                let site = Site { span, subject: value.span, other: pattern.span };
                self.emit_at(Op::Test(at), site, 1, 1);
            }
            _ => {
                self.code.computes_text |= matches!(function, Function::Lower | Function::Upper);
                for arg in args {
                    self.value(arg)?;
                }
                let subject = args.first().map_or(span, |first| first.span);
                let other = args.get(1).map_or(span, |second| second.span);
                let site = Site { span, subject, other };
                self.emit_at(Op::LooseCall(function, args.len() as u8), site, args.len(), 1);
            }
        }
        Ok(())
    }
}

/// Whether a key in quotes may be the place of an element.
fn is_index(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_digit())
}
