//! What is checked of Ruby alone: collections that have no value of their own, blocks, ranges, patterns.
//!
//! Invariant: what a call or literal would make stands only where the compiler takes it apart.

use super::Checker;
use crate::condition::dialect::Rules;
use crate::condition::message;
use crate::condition::syntax::{Expr, Function, Kind, Span};
use crate::error::Result;

impl Checker<'_, '_> {
    pub(super) fn is_open(&self) -> bool {
        self.install.dialect.rules == Rules::Open
    }

    /// Whether an expression is checked here.
    pub(super) fn is_of_ruby(kind: &Kind) -> bool {
        matches!(
            kind,
            Kind::Index(..)
                | Kind::Collection(..)
                | Kind::Range(..)
                | Kind::Pattern(_)
                | Kind::Block(..)
        )
    }

    pub(super) fn open_value(&mut self, expr: &mut Expr) -> Result<()> {
        let span = expr.span;
        match &mut expr.kind {
            Kind::Index(object, key) => {
                self.key(key)?;
                self.value(object)?;
                match &mut key.kind {
                    Kind::Range(first, last, _) => self.bounds(first, last),
                    _ => self.value(key),
                }
            }
            Kind::Range(..) => Err(message::range_alone(span)),
            Kind::Pattern(_) => Err(message::pattern_of_ruby(span)),
            Kind::Block(..) => Err(message::block_wanted(span, "any?")),
            _ => Err(message::list_literal(span)),
        }
    }

    fn bounds(
        &mut self,
        first: &mut Option<Box<Expr>>,
        last: &mut Option<Box<Expr>>,
    ) -> Result<()> {
        let mut both = [first, last].into_iter().flatten();
        both.try_for_each(|bound| self.value(bound))
    }

    /// Checks a collection that is asked for its elements.
    fn asked(&mut self, expr: &mut Expr, takes_literals: bool) -> Result<()> {
        match &mut expr.kind {
            Kind::Call(Function::Filter | Function::Reject | Function::MapEach, args) => {
                self.with_block(args)
            }
            Kind::Call(Function::Keys | Function::Values, args) => self.values(args),
            Kind::Collection(_, items) if takes_literals => self.values(items),
            _ => self.value(expr),
        }
    }

    /// A collection, and a block that is called for its elements.
    fn with_block(&mut self, args: &mut [Expr]) -> Result<()> {
        let Some((collection, rest)) = args.split_first_mut() else { return Ok(()) };
        self.asked(collection, false)?;
        let [block] = rest else { return Ok(()) };
        let Kind::Block(parameters, body) = &mut block.kind else { return self.value(block) };
        let outer = self.bound.len();
        for parameter in parameters.iter() {
            self.visible(parameter, block.span)?;
            self.bound.push(parameter.clone());
        }
        self.value(body)?;
        self.bound.truncate(outer);
        Ok(())
    }

    pub(super) fn open_call(
        &mut self,
        function: Function,
        args: &mut [Expr],
        span: Span,
    ) -> Result<()> {
        use Function as F;
        match (function, args) {
            (F::Filter | F::Reject | F::MapEach | F::Keys | F::Values, _) => {
                let name = self.install.dialect.spelled(function).map_or("", |found| found.name);
                Err(message::list_view(span, name))
            }
            (
                F::Some
                | F::Every
                | F::NoneOf
                | F::Find
                | F::Count
                | F::Sum
                | F::Size
                | F::Length
                | F::IsEmpty
                | F::First,
                args,
            ) => self.with_block(args),
            (F::Min | F::Max, [list]) => self.asked(list, true),
            (F::Includes, [list, wanted]) => {
                if let Kind::Call(F::Keys, _) = list.kind {
                    self.key(wanted)?;
                }
                match &mut list.kind {
                    Kind::Range(first, last, _) => self.bounds(first, last)?,
                    _ => self.asked(list, true)?,
                }
                self.value(wanted)
            }
            (F::Covers, [range, wanted]) => {
                match &mut range.kind {
                    Kind::Range(first, last, _) => self.bounds(first, last)?,
                    _ => self.value(range)?,
                }
                self.value(wanted)
            }
            (F::CaseEquals, [asked, value]) => {
                match &mut asked.kind {
                    Kind::Range(first, last, _) => self.bounds(first, last)?,
                    Kind::Pattern(_) => {}
                    _ => self.value(asked)?,
                }
                self.value(value)
            }
            (F::Matches | F::MatchAt | F::NotMatched, [left, right]) => {
                match (&left.kind, &right.kind) {
                    (Kind::Pattern(_), _) => self.value(right),
                    (_, Kind::Pattern(_)) => self.value(left),
                    _ => Err(message::pattern_of_ruby(right.span)),
                }
            }
            (F::Has | F::Fetch | F::Dig, args) => {
                args.iter().skip(1).try_for_each(|key| self.key(key))?;
                self.values(args)
            }
            (_, args) => self.values(args),
        }
    }
}
