//! Tests: jumps on what is true or false.
//!
//! Knows logic; values and comparisons are elsewhere. Invariant: what a test does not decide it
//! leaves on the way to the slow path, and only there.

use crate::classes::Classes;
use crate::code::{Code, Done, Stop};
use crate::ty::Ty;
use stillframe_classfile::write::Label;
use stillframe_classfile::{Kind, op};
use stillframe_core::condition::tree::{Expr, Kind as Node, Logic, Unary};

impl<C: Classes> Code<'_, '_, C> {
    /// Goes to `to` when the outcome is `want`, and on otherwise.
    pub(crate) fn test(&mut self, expr: &Expr, want: bool, to: Label) -> Done {
        match &expr.kind {
            Node::Bool(value) if *value == want => {
                self.goto(to)?;
                Ok(())
            }
            Node::Bool(_) => Ok(()),
            Node::Unary(Unary::Not, operand) => self.test(operand, !want, to),
            Node::Logic(logic, terms) => self.logic(*logic, terms, want, to),
            Node::Compare(left, rest) => match &rest[..] {
                [(comparison, right)] => self.comparison(*comparison, left, right, want, to),
                _ => self.uncovered("a chain of comparisons"),
            },
            Node::Ternary(parts) => {
                let (test, yes, no) = &**parts;
                self.choice(test, yes, no, want, to)
            }
            _ => {
                self.boolean(expr)?;
                self.jump(if want { op::IFNE } else { op::IFEQ }, 1, to)
            }
        }
    }

    /// Pushes a value that is a boolean.
    pub(crate) fn boolean(&mut self, expr: &Expr) -> Done {
        match self.value(expr)? {
            Ty::Bool => Ok(()),
            Ty::Ref(_) => self.unbox_from("java/lang/Boolean", "booleanValue", "Z"),
            other => self.uncovered(format!("a test of {}", other.name())),
        }
    }

    fn logic(&mut self, logic: Logic, terms: &[Expr], want: bool, to: Label) -> Done {
        // What settles it: one false term of `&&`, one true term of `||`.
        let settles = logic == Logic::Or;
        let out = self.label();
        let Some((last, first)) = terms.split_last() else { return Ok(()) };
        let depth = self.depth();
        let target = if settles == want { to } else { out };
        let mut ended = Ok(());
        for term in first {
            ended = self.test(term, settles, target);
            if ended.is_err() {
                break;
            }
        }
        if ended.is_ok() {
            ended = self.test(last, want, to);
        }
        self.bind(out);
        self.reset(depth);
        // Earlier terms lead to `out`, whatever became of a later one.
        match ended {
            Err(Stop::Slow) if settles != want && !first.is_empty() => Ok(()),
            ended => ended,
        }
    }

    fn choice(&mut self, test: &Expr, yes: &Expr, no: &Expr, want: bool, to: Label) -> Done {
        let [otherwise, out] = std::array::from_fn(|_| self.label());
        let depth = self.depth();
        let test = self.test(test, false, otherwise);
        self.both(depth, test, otherwise, out, |code, is_yes| {
            code.test(if is_yes { yes } else { no }, want, to)
        })
    }

    /// Code of two branches that meet at `out`, the first of which follows a test. What they push is not
    /// counted as pushed.
    pub(crate) fn both(
        &mut self,
        depth: usize,
        test: Done,
        otherwise: Label,
        out: Label,
        mut branch: impl FnMut(&mut Self, bool) -> Done,
    ) -> Done {
        if let Err(Stop::Write(error)) = test {
            return Err(Stop::Write(error));
        }
        let mut ends = 0;
        if test.is_ok() {
            ends += self.branch_to(out, |code| branch(code, true))?;
        }
        self.reset(depth);
        self.bind(otherwise);
        ends += self.branch_to(out, |code| branch(code, false))?;
        self.reset(depth);
        self.bind(out);
        if ends == 0 { Err(Stop::Slow) } else { Ok(()) }
    }

    /// How many ways lead out of a branch: one or none.
    fn branch_to(&mut self, out: Label, branch: impl FnOnce(&mut Self) -> Done) -> Done<u32> {
        match branch(self) {
            Ok(()) => self.goto(out).map(|()| 1),
            Err(Stop::Slow) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Pushes the outcome of a test.
    pub(crate) fn outcome(&mut self, expr: &Expr) -> Done<Ty> {
        let [is_false, out] = std::array::from_fn(|_| self.label());
        let depth = self.depth();
        let test = self.test(expr, false, is_false);
        self.both(depth, test, is_false, out, |code, is_true| code.push_int(i32::from(is_true)))?;
        self.holds(Kind::Int);
        Ok(Ty::Bool)
    }
}
