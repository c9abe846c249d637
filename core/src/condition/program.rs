//! A compiled condition or watch.
//!
//! Joins the steps from text to code, and runs the code: common tests right here, everything else on
//! a machine. Invariant: a `Program` reads only what its place in the code can see, and nothing that
//! is redacted.

use super::check::check as check_tree;
use super::compile::compile;
use super::dialect::{Dialect, Rules};
use super::eval::{Exit, Large, Operand, Small, compare_ints};
use super::explain;
use super::failure::{Failure, FailureKind, TypeName};
use super::op::{Code, Op};
use super::parse::parse;
use super::print::canonical;
use super::render::Place;
use super::scratch::Scratch;
use super::syntax::{Comparison, Expr};
use crate::error::Result;
use crate::host::{Attr, Names, Scope};
use crate::redaction::Redaction;
use crate::value::{Text, Value};

/// Values that the small machine holds.
const SMALL_STACK: usize = 8;

/// What compiling needs to know of the place where the probe sits.
pub struct Install<'a> {
    /// The host's language.
    pub dialect: &'static Dialect,
    /// Resolves names at the probed line.
    pub names: &'a mut dyn Names,
    /// Attribute names of all programs of the site, which [`Attr::index`](crate::host::Attr::index)
    /// points into.
    pub attrs: &'a mut Vec<Box<str>>,
    /// Names that must not be reached.
    pub redaction: &'a Redaction,
}

/// A compiled expression.
#[derive(Debug)]
pub struct Program {
    source: Box<str>,
    canonical: Box<str>,
    dialect: &'static Dialect,
    redaction: Redaction,
    tree: Expr,
    code: Code,
}

impl Program {
    /// Compiles `source` for one place in the code; the error has a span and says what to write.
    pub fn compile(source: &str, install: &mut Install<'_>) -> Result<Self> {
        let expr = parse(source, install.dialect)?;
        Self::of_tree(source, expr, install)
    }

    /// Compiles a tree that was parsed from `source`.
    pub(super) fn of_tree(source: &str, mut expr: Expr, install: &mut Install<'_>) -> Result<Self> {
        check_tree(&mut expr, install)?;
        let code = compile(&expr, install)?;
        Ok(Self {
            source: source.into(),
            canonical: canonical(&expr, install.dialect).into(),
            dialect: install.dialect,
            redaction: install.redaction.clone(),
            tree: expr,
            code,
        })
    }

    /// As typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// In the host's own spelling, for the echo.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The checked tree, its names bound, from which a binding may generate code of its own.
    pub fn tree(&self) -> &Expr {
        &self.tree
    }

    /// Whether the condition holds. About 6 ns for `x > 10`, on top of reading `x`.
    #[inline]
    pub fn test<S: Scope>(&self, scope: &S) -> Result<bool, Failure> {
        let ops = &self.code.ops[..];
        let mut at = 0;
        loop {
            let (holds, want, to) = match ops.get(at) {
                Some(Op::Return(outcome)) => return Ok(*outcome),
                Some(&Op::BranchSlotInt { comparison, want, slot, to, int }) => {
                    match scope.slot(slot) {
                        Ok(Value::Int(value)) => (holds(comparison, value, int), want, to),
                        Ok(Value::Int32(value)) => (holds(comparison, value.into(), int), want, to),
                        _ => return self.continue_test(scope, at),
                    }
                }
                Some(Op::BranchSlotText { want, slot, to, text }) => {
                    match (scope.slot(*slot), self.code.texts.get(usize::from(*text))) {
                        (Ok(Value::Text(Text::Utf8(value))), Some(text)) => {
                            (*value == **text, *want, *to)
                        }
                        _ => return self.continue_test(scope, at),
                    }
                }
                Some(Op::BranchSlotNull { want, slot, to }) => match scope.slot(*slot) {
                    Ok(value) if self.may_deny(&value) => return self.continue_test(scope, at),
                    Ok(value) => (matches!(value, Value::Null), *want, *to),
                    Err(_) => return self.continue_test(scope, at),
                },
                Some(Op::BranchSlotTruth { want, slot, to }) => match scope.slot(*slot) {
                    Ok(Value::Bool(value)) => (value, *want, *to),
                    Ok(Value::Null) => (false, *want, *to),
                    _ => return self.continue_test(scope, at),
                },
                Some(Op::BranchSlotBool { want, slot, to }) => match scope.slot(*slot) {
                    Ok(Value::Bool(value)) => (value, *want, *to),
                    _ => return self.continue_test(scope, at),
                },
                Some(Op::Jump { to }) => (true, false, *to),
                Some(Op::Slot(slot)) => match self.chain(scope, *slot, at + 1) {
                    Some(next) => {
                        at = next;
                        continue;
                    }
                    None => return self.continue_test(scope, at),
                },
                _ => return self.continue_test(scope, at),
            };
            at = if holds == want { at + 1 } else { usize::from(to) };
        }
    }

    /// Tests a variable's attributes (`cart.owner.id == 7`) without a machine: where the test goes on,
    /// or `None` where it takes a machine after all, which then begins anew.
    fn chain<S: Scope>(&self, scope: &S, slot: u16, mut at: usize) -> Option<usize> {
        let mut value = scope.slot(slot).ok()?;
        loop {
            let (holds, want, to) = match (self.code.ops.get(at)?, &value) {
                (Op::Attr(attr), Value::Object(object)) => {
                    let name = self.code.attrs.get(usize::from(*attr))?;
                    let attr = Attr { index: name.index, text: &name.text };
                    value = scope.attr(*object, attr).ok()?;
                    at += 1;
                    continue;
                }
                (&Op::BranchTopInt { comparison, want, to, int }, Value::Int(value)) => {
                    (holds(comparison, *value, int), want, to)
                }
                (&Op::BranchTopInt { comparison, want, to, int }, Value::Int32(value)) => {
                    (holds(comparison, i64::from(*value), int), want, to)
                }
                (Op::BranchTopText { want, to, text }, Value::Text(Text::Utf8(value))) => {
                    (**self.code.texts.get(usize::from(*text))? == **value, *want, *to)
                }
                (Op::BranchTopNull { want, to }, value) if !self.may_deny(value) => {
                    (matches!(value, Value::Null), *want, *to)
                }
                (
                    Op::BranchTruth { want, to } | Op::BranchBool { want, to },
                    Value::Bool(value),
                ) => (*value, *want, *to),
                _ => return None,
            };
            return Some(if holds == want { at + 1 } else { usize::from(to) });
        }
    }

    /// Whether a value that is not null may say that it is.
    #[inline(always)]
    fn may_deny(&self, value: &Value<'_>) -> bool {
        matches!(value, Value::Object(object) if !object.exact) && self.code.rules == Rules::Open
    }

    /// Goes on with a test where it needs a machine; its stack is empty there.
    #[inline(never)]
    fn continue_test<S: Scope>(&self, scope: &S, at: usize) -> Result<bool, Failure> {
        if self.fits_small() {
            match Small::new(scope, &self.redaction, &self.code).run(at) {
                Ok(exit) => return Ok(outcome(exit)),
                Err(failure) if failure.kind() != FailureKind::TooLong => return Err(failure),
                // It computes a string after all, for which the small machine has no room.
                Err(_) => {}
            }
        }
        self.test_large(scope, at)
    }

    /// Apart, so that the small machine's callers do not pay for the large one's stack.
    #[inline(never)]
    fn test_large<S: Scope>(&self, scope: &S, at: usize) -> Result<bool, Failure> {
        Large::new(scope, &self.redaction, &self.code).run(at).map(outcome)
    }

    fn fits_small(&self) -> bool {
        !self.code.has_loops && !self.code.computes_text && self.code.most_values <= SMALL_STACK
    }

    /// The value, for a watch. A computed string lives in `scratch`.
    pub fn value<'a, S: Scope>(
        &'a self,
        scope: &'a S,
        scratch: &'a Scratch,
    ) -> Result<Value<'a>, Failure> {
        let start = self.code.value_start;
        if self.fits_small() {
            match Small::new(scope, &self.redaction, &self.code).run(start) {
                Ok(Exit::Value(Operand::Value(value))) => return Ok(value),
                Ok(_) => {}
                Err(failure) if failure.kind() != FailureKind::TooLong => return Err(failure),
                Err(_) => {}
            }
        }
        self.value_large(scope, scratch)
    }

    #[inline(never)]
    fn value_large<'a, S: Scope>(
        &'a self,
        scope: &'a S,
        scratch: &'a Scratch,
    ) -> Result<Value<'a>, Failure> {
        let mut machine = Large::new(scope, &self.redaction, &self.code);
        let exit = machine.run(self.code.value_start)?;
        let full = || {
            let last = self.code.ops.len().saturating_sub(1);
            Failure::new(FailureKind::TooLong, last as u16, NO_TYPES)
        };
        let text = match exit {
            Exit::Value(Operand::Value(value)) => return Ok(value),
            Exit::Value(Operand::Long(value)) => {
                return scratch.keep_exact(value).map(Value::BigInt).ok_or_else(full);
            }
            Exit::Value(computed) => machine.computed_text(&computed),
            Exit::Test(outcome) => return Ok(Value::Bool(outcome)),
        };
        scratch.keep(text).map(|text| Value::Text(Text::Utf8(text))).ok_or_else(full)
    }

    /// Its instructions.
    #[cfg(test)]
    pub(super) fn code(&self) -> &Code {
        &self.code
    }

    /// What rendering its value must know.
    pub(super) fn place(&self) -> Place<'_> {
        Place { dialect: self.dialect, redaction: &self.redaction }
    }

    /// What happened, in words: a fragment that names types, never values.
    pub fn explain(&self, failure: &Failure) -> String {
        explain::message(&self.source, &self.code, self.dialect, failure)
    }

    /// What to write instead, where something works (`request._cached_user.id == 7`).
    pub fn hint(&self, failure: &Failure) -> Option<String> {
        explain::hint(&self.source, &self.code, self.dialect, failure)
    }
}

const NO_TYPES: [TypeName; 2] = [TypeName::NONE; 2];

/// An integer held against a constant.
#[inline(always)]
fn holds(comparison: Comparison, value: i64, int: i32) -> bool {
    compare_ints(comparison, value, i64::from(int))
}

fn outcome(exit: Exit<'_>) -> bool {
    matches!(exit, Exit::Test(true))
}

/// Parses `source` without knowing the place it is for: what a hub or the command line can refuse
/// before anything is armed.
pub fn check(source: &str, dialect: &'static Dialect) -> Result<()> {
    parse(source, dialect).map(|_| ())
}
