//! What is checked of JavaScript alone: arrays that have no value of their own, arrow functions,
//! patterns.
//!
//! Invariant: an array that a call would make stands only where the compiler takes it apart.

use super::Checker;
use crate::condition::dialect::Rules;
use crate::condition::message;
use crate::condition::syntax::{Expr, Function, Kind, Shape, Span};
use crate::error::Result;

impl Checker<'_, '_> {
    pub(super) fn is_loose(&self) -> bool {
        self.install.dialect.rules == Rules::Loose
    }

    /// `object.name`, whose name is visible.
    pub(super) fn loose_attr(&mut self, expr: &mut Expr) -> Result<()> {
        match &mut expr.kind {
            Kind::Attr(object, name) if **name == *"length" => self.array(object),
            Kind::Attr(object, _) => self.value(object),
            _ => Ok(()),
        }
    }

    /// `object[key]`, whose key is checked.
    pub(super) fn loose_element(&mut self, object: &mut Expr, key: &Expr) -> Result<()> {
        match key.kind {
            Kind::Int(0) => self.array(object),
            _ => self.value(object),
        }
    }

    /// Checks an expression whose elements are used.
    fn array(&mut self, expr: &mut Expr) -> Result<()> {
        match &mut expr.kind {
            Kind::Call(Function::Filter | Function::MapEach, args) => self.each(args),
            Kind::Call(Function::ObjectKeys, args) => {
                self.callable(Function::ObjectKeys, expr.span)?;
                args.iter_mut().try_for_each(|arg| self.value(arg))
            }
            _ => self.value(expr),
        }
    }

    /// A collection, and an arrow function that is called for its elements.
    fn each(&mut self, args: &mut [Expr]) -> Result<()> {
        let [collection, arrow] = args else { return Ok(()) };
        self.array(collection)?;
        let Kind::Arrow(parameter, body) = &mut arrow.kind else { return Ok(()) };
        self.visible(parameter, arrow.span)?;
        self.bound.push(parameter.clone());
        self.value(body)?;
        self.bound.pop();
        Ok(())
    }

    pub(super) fn loose_call(
        &mut self,
        function: Function,
        args: &mut [Expr],
        span: Span,
    ) -> Result<()> {
        match (function, args) {
            (Function::Filter | Function::MapEach | Function::ObjectKeys, _) => {
                let name = self.install.dialect.spelled(function).map_or("", |found| found.name);
                Err(message::array_view(span, name))
            }
            (Function::Some | Function::Every | Function::Find, args) => self.each(args),
            (Function::Includes, [array, wanted]) => {
                if matches!(array.kind, Kind::Call(Function::ObjectKeys, _)) {
                    self.key(wanted)?;
                }
                match &mut array.kind {
                    Kind::Collection(Shape::List, items) => self.values(items)?,
                    _ => self.array(array)?,
                }
                self.value(wanted)
            }
            (Function::Test, [pattern, value]) => match pattern.kind {
                Kind::Pattern(_) => self.value(value),
                _ => Err(message::pattern_unknown(pattern.span)),
            },
            (Function::Get | Function::Has, args) => {
                args.get(1).map_or(Ok(()), |key| self.key(key))?;
                self.values(args)
            }
            (_, args) => self.values(args),
        }
    }
}
