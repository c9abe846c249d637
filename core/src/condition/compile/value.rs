//! Values: code that leaves one value on the stack.

use super::compiler::Compiler;
use crate::condition::dialect::{Rules, Style, Sums};
use crate::condition::message;
use crate::condition::op::{Op, Site};
use crate::condition::pattern::Pattern;
use crate::condition::syntax::{Binding, Expr, Function, Kind, Logic, Primitive, Span, Unary};
use crate::error::Result;

impl Compiler<'_, '_> {
    /// Compiles `expr` so that its value is on top of the stack.
    pub(super) fn value(&mut self, expr: &Expr) -> Result<()> {
        let span = expr.span;
        let op = match &expr.kind {
            Kind::Null => Op::Null,
            Kind::Undefined => Op::Undefined,
            Kind::Bool(value) => Op::Bool(*value),
            Kind::Int(value) => Op::Int(*value),
            Kind::Int32(value) => Op::Int32(*value),
            Kind::Float(value) => Op::Float(*value),
            Kind::Float32(value) => Op::Float32(*value),
            Kind::Char(unit) => Op::Char(*unit),
            Kind::BigInt(negative, digits) => {
                self.code.integers.push((*negative, digits.clone()));
                Op::BigInt((self.code.integers.len() - 1) as u16)
            }
            Kind::Text(text) => Op::Text(self.text(text)),
            Kind::Bytes(bytes) => {
                self.code.bytes.push(bytes.clone());
                Op::Bytes((self.code.bytes.len() - 1) as u16)
            }
            Kind::Name(_, Binding::Slot(slot)) => Op::Slot(*slot),
            Kind::Name(_, Binding::Bound(at)) => {
                Op::Bound(self.bound.get(usize::from(*at)).copied().unwrap_or_default())
            }
            Kind::Name(name, Binding::Free) => return Err(message::unknown_name(span, name, &[])),
            _ => return self.computed(expr),
        };
        self.emit(op, span, 0, 1);
        Ok(())
    }

    fn computed(&mut self, expr: &Expr) -> Result<()> {
        let span = expr.span;
        match &expr.kind {
            Kind::Attr(object, name) if self.is_loose() => self.property(object, name, span)?,
            Kind::Attr(object, name) => {
                self.value(object)?;
                let declared = self.declared_attr(object, name);
                let attr = self.attr(declared.as_deref().unwrap_or(name), span)?;
                let site = Site { span, subject: object.span, other: span };
                let op = match self.install.dialect.property(name) {
                    Some(property) => Op::Method { function: property.function, attr },
                    None => Op::Attr(attr),
                };
                self.emit_at(op, site, 1, 1);
            }
            Kind::Index(object, key) => self.index(object, key, span)?,
            Kind::Slice(object, start, end) => {
                self.value(object)?;
                for bound in [start, end].into_iter().flatten() {
                    self.value(bound)?;
                }
                self.slice(object.span, span, start.is_some(), end.is_some());
            }
            Kind::Unary(operator, operand) if *operator != Unary::Not => {
                self.value(operand)?;
                let site = Site { span, subject: operand.span, other: span };
                let op = match self.code.rules {
                    Rules::Exact | Rules::Open => Op::Unary(*operator),
                    Rules::Typed => Op::TypedUnary(*operator),
                    Rules::Loose => Op::LooseUnary(*operator),
                };
                self.emit_at(op, site, 1, 1);
            }
            Kind::Binary(operator, left, right) => {
                self.value(left)?;
                self.value(right)?;
                let site = Site { span, subject: left.span, other: right.span };
                let op = match self.code.rules {
                    Rules::Exact | Rules::Open => Op::Arithmetic(*operator),
                    Rules::Typed => Op::TypedArithmetic(*operator),
                    Rules::Loose => Op::LooseArithmetic(*operator),
                };
                self.emit_at(op, site, 2, 1);
            }
            Kind::Logic(Logic::Coalesce, terms) => self.coalesce(terms)?,
            Kind::Logic(logic, terms) if !self.is_typed() => self.operands(*logic, terms)?,
            Kind::Ternary(parts) => self.ternary(parts)?,
            Kind::Convert(primitive, operand) => {
                self.value(operand)?;
                let site = Site { span, subject: operand.span, other: span };
                self.emit_at(Op::Convert(*primitive), site, 1, 1);
            }
            Kind::Call(function, args) if self.is_loose() => {
                return self.loose_call(*function, args, expr);
            }
            Kind::Call(function, args) if self.is_open() => {
                return self.open_call(*function, args, expr);
            }
            Kind::Call(function, args) => return self.call(*function, args, expr),
            Kind::Guard(operand) => {
                self.value(operand)?;
                let op = match self.is_loose() {
                    true => Op::KeepNullish { to: 0 },
                    false => Op::KeepNull { to: 0 },
                };
                let guard = self.emit(op, span, 0, 0);
                if let Some(chain) = self.guards.last_mut() {
                    chain.push(guard);
                }
            }
            Kind::Chain(operand) => {
                self.guards.push(Vec::new());
                self.value(operand)?;
                let guards = self.guards.pop().unwrap_or_default();
                self.patch(&guards);
            }
            _ => return self.truth(expr),
        }
        Ok(())
    }

    /// What an attribute is called where the declared type of its object decides.
    fn declared_attr(&mut self, object: &Expr, name: &str) -> Option<String> {
        let declared = match &object.kind {
            Kind::Call(Function::Cast, args) => args.get(1)?,
            _ => object,
        };
        match declared.kind {
            Kind::Name(_, Binding::Slot(slot)) => self.install.names.declared_attr(slot, name),
            _ => None,
        }
    }

    fn slice(&mut self, subject: Span, span: Span, has_start: bool, has_end: bool) {
        let pops = 1 + usize::from(has_start) + usize::from(has_end);
        let site = Site { span, subject, other: span };
        self.emit_at(Op::Slice { has_start, has_end }, site, pops, 1);
    }

    /// The outcome of a test as a boolean.
    pub(super) fn truth(&mut self, expr: &Expr) -> Result<()> {
        let fails = self.test(expr, true)?;
        self.emit(Op::Bool(true), expr.span, 0, 1);
        let end = self.emit(Op::Jump { to: 0 }, expr.span, 1, 0);
        self.patch(&fails);
        self.emit(Op::Bool(false), expr.span, 0, 1);
        self.patch(&[end]);
        Ok(())
    }

    /// `and` and `or` yield the operand that decided.
    fn operands(&mut self, logic: Logic, terms: &[Expr]) -> Result<()> {
        let Some((last, others)) = terms.split_last() else { return Ok(()) };
        let mut kept = Vec::new();
        for term in others {
            self.value(term)?;
            let op = Op::KeepIf { truth: logic == Logic::Or, to: 0 };
            kept.push(self.emit(op, term.span, 1, 0));
        }
        self.value(last)?;
        self.patch(&kept);
        Ok(())
    }

    fn ternary(&mut self, parts: &(Expr, Expr, Expr)) -> Result<()> {
        let (test, yes, no) = parts;
        let otherwise = self.test(test, true)?;
        self.choice(yes, no)?;
        let end = self.emit(Op::Jump { to: 0 }, yes.span, 1, 0);
        self.patch(&otherwise);
        self.choice(no, yes)?;
        self.patch(&[end]);
        Ok(())
    }

    /// One of two values that are chosen between: where numbers have a width, as the wider of both, as
    /// far as the other's is written.
    fn choice(&mut self, value: &Expr, other: &Expr) -> Result<()> {
        self.value(value)?;
        let width = match &other.kind {
            Kind::Int(_) => Primitive::Long,
            Kind::Float32(_) => Primitive::Float,
            Kind::Float(_) => Primitive::Double,
            Kind::Convert(primitive, _) => *primitive,
            _ => return Ok(()),
        };
        if self.is_typed() {
            self.emit(Op::Promote(width), value.span, 1, 1);
        }
        Ok(())
    }

    fn index(&mut self, object: &Expr, key: &Expr, span: Span) -> Result<()> {
        if self.is_loose() {
            return self.loose_index(object, key, span);
        }
        if let Kind::Range(first, last, below) = &key.kind {
            return self.part(object, first.as_deref(), last.as_deref(), *below, span);
        }
        let site = Site { span, subject: object.span, other: key.span };
        if let Kind::Call(Function::Split, args) = &object.kind {
            for arg in args {
                self.value(arg)?;
            }
            self.value(key)?;
            self.emit_at(Op::SplitIndex(args.len() as u8), site, args.len() + 1, 1);
            return Ok(());
        }
        self.value(object)?;
        self.value(key)?;
        if self.is_typed() {
            self.emit_at(Op::ArrayItem, site, 2, 1);
            return Ok(());
        }
        self.emit_at(Op::Index { is_constant: key.kind.is_literal() }, site, 2, 1);
        Ok(())
    }

    fn call(&mut self, function: Function, args: &[Expr], expr: &Expr) -> Result<()> {
        let span = expr.span;
        let subject = args.first().map_or(span, |first| first.span);
        let site = Site { span, subject, other: args.get(1).map_or(span, |second| second.span) };
        match (function, args) {
            (function, _) if self.is_step(function) => return self.truth(expr),
            (Function::Matches, [value, pattern]) => {
                self.value(value)?;
                let Kind::Text(text) = &pattern.kind else {
                    let written = self.install.dialect.spelling.pattern;
                    return Err(message::pattern_literal(pattern.span, written));
                };
                let patterns = self.install.dialect.patterns;
                self.code.patterns.push(Pattern::compile(text, pattern.span, patterns)?);
                let at = (self.code.patterns.len() - 1) as u16;
                self.emit_at(Op::Matches(at), site, 1, 1);
            }
            (
                Function::Len
                | Function::Any
                | Function::All
                | Function::Sum
                | Function::Min
                | Function::Max,
                [only],
            ) => {
                let source = self.source(only, function == Function::Len)?;
                let function = match (function, self.install.dialect.sums) {
                    (Function::Sum, Sums::Rounded) => Function::RoundedSum,
                    _ => function,
                };
                self.emit_at(Op::Aggregate(function, source), site, source.values(), 1);
            }
            _ => {
                let changes_case = matches!(function, Function::Lower | Function::Upper);
                self.code.computes_text |= changes_case;
                if function == Function::IsNan {
                    self.module(function, span);
                }
                for arg in args {
                    self.value(arg)?;
                }
                if self.is_typed() {
                    return self.typed_call(function, args.len(), site);
                }
                self.emit_at(Op::Call(function, args.len() as u8), site, args.len(), 1);
            }
        }
        Ok(())
    }

    /// A call whose arguments are on the stack. A method without any may be one of the application's.
    fn typed_call(&mut self, function: Function, count: usize, site: Site) -> Result<()> {
        let callable = self.install.dialect.spelled(function);
        let op = match callable {
            Some(callable) if callable.style == Style::Method && count == 1 => {
                let attr = self.attr(&format!("{}()", callable.name), site.span)?;
                Op::Method { function, attr }
            }
            _ => Op::TypedCall(function, count as u8),
        };
        self.emit_at(op, site, count, 1);
        Ok(())
    }

    /// Where the function's module is a visible name, it must be the module.
    fn module(&mut self, function: Function, span: Span) {
        let callable = self.install.dialect.spelled(function);
        let Some(Style::Module(module)) = callable.map(|callable| callable.style) else { return };
        if let Ok(slot) = self.install.names.slot(module) {
            self.emit(Op::Module(slot), span, 0, 0);
        }
    }
}
