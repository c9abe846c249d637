//! Comparisons: numbers after promotion, strings and boxes by value, all else by identity.
//!
//! Knows the rules of `==` that the manual gives. Invariant: NaN is unequal to everything and has no
//! order.

use crate::classes::Classes;
use crate::code::{Code, Done};
use crate::ty::Ty;
use stillframe_classfile::write::Label;
use stillframe_classfile::{Kind, op};
use stillframe_core::condition::tree::{Comparison, Expr, Kind as Node};

impl<C: Classes> Code<'_, '_, C> {
    pub(crate) fn comparison(
        &mut self,
        comparison: Comparison,
        left: &Expr,
        right: &Expr,
        want: bool,
        to: Label,
    ) -> Done {
        let is_equal = match comparison {
            Comparison::Equal => Some(want),
            Comparison::NotEqual => Some(!want),
            Comparison::Less
            | Comparison::LessEqual
            | Comparison::Greater
            | Comparison::GreaterEqual => None,
            _ => return self.uncovered("a comparison that Java does not have"),
        };
        let (one, two) = self.sides(left, right, is_equal.is_none())?;
        if one.is_number() && two.is_number() {
            let ty = self.promote(&one, &two)?;
            return self.ordered(comparison, &ty, want, to);
        }
        match is_equal {
            Some(is_equal) => self.equality((left, &one), (right, &two), is_equal, to),
            None => self.order(comparison, &one, &two, want, to),
        }
    }

    /// Jumps on the order of a number and what may hold one.
    fn order(&mut self, comparison: Comparison, one: &Ty, two: &Ty, want: bool, to: Label) -> Done {
        let may_be = |ty: &Ty| match ty {
            Ty::Ref(declared) => !declared.is_text() && !declared.is_of_application(),
            other => other.is_number(),
        };
        if !may_be(one) || !may_be(two) {
            return self.uncovered(format!("an order of {} and {}", one.name(), two.name()));
        }
        self.both_boxed(one, two)?;
        if matches!(comparison, Comparison::Greater | Comparison::GreaterEqual) {
            self.op(op::SWAP, 2, None)?;
            self.holds(Kind::Reference);
            self.holds(Kind::Reference);
        }
        let is_strict = matches!(comparison, Comparison::Less | Comparison::Greater);
        self.help(if is_strict { "less" } else { "lessOrEqual" }, TWO)?;
        self.slow_if_below(0)?;
        self.jump(if want { op::IFNE } else { op::IFEQ }, 1, to)
    }

    /// Boxes those of the two values on top that are primitives.
    pub(crate) fn both_boxed(&mut self, one: &Ty, two: &Ty) -> Done {
        if let Some(primitive) = two.primitive() {
            self.boxed(primitive)?;
        }
        if let Some(primitive) = one.primitive() {
            let slot = self.keep(Kind::Reference)?;
            self.boxed(primitive)?;
            self.load(Kind::Reference, slot)?;
        }
        Ok(())
    }

    /// Pushes both sides; a box is unboxed if an order is asked for or if it meets a primitive.
    fn sides(&mut self, left: &Expr, right: &Expr, is_order: bool) -> Done<(Ty, Ty)> {
        let mut one = self.value(left)?;
        if is_order {
            one = self.unboxed(one)?;
        }
        let mut two = self.value(right)?;
        if is_order || one.primitive().is_some() {
            two = self.unboxed(two)?;
        }
        let is_boxed = matches!(&one, Ty::Ref(declared) if declared.boxed().is_some());
        if is_boxed && two.primitive().is_some() {
            one = self.unboxed_below(one, &two)?;
        }
        Ok((one, two))
    }

    /// Jumps if two values that are not both numbers are equal, or if they are not.
    fn equality(
        &mut self,
        (left, one): (&Expr, &Ty),
        (right, two): (&Expr, &Ty),
        is_equal: bool,
        to: Label,
    ) -> Done {
        let is_literal = |expr: &Expr| matches!(expr.kind, Node::Text(_));
        let null = if is_equal { op::IFNULL } else { op::IFNONNULL };
        match (one, two) {
            (Ty::Bool, Ty::Bool) => {
                self.jump(if is_equal { op::IF_ICMPEQ } else { op::IF_ICMPNE }, 2, to)
            }
            (Ty::Ref(_), Ty::Null) => {
                self.op(op::POP, 1, None)?;
                self.jump(null, 1, to)
            }
            (Ty::Null, Ty::Ref(_)) => {
                let slot = self.keep(Kind::Reference)?;
                self.op(op::POP, 1, None)?;
                self.load(Kind::Reference, slot)?;
                self.jump(null, 1, to)
            }
            (Ty::Ref(one), Ty::Ref(two)) if one.is_text() && two.is_text() => {
                self.equal_texts(is_literal(left), is_literal(right))?;
                self.jump(if is_equal { op::IFNE } else { op::IFEQ }, 1, to)
            }
            (Ty::Ref(one), Ty::Ref(two)) if is_identity(one, two) => {
                self.jump(if is_equal { op::IF_ACMPEQ } else { op::IF_ACMPNE }, 2, to)
            }
            _ => self.equal_objects(one, two, is_equal, to),
        }
    }

    /// Unboxes what lies below the primitive on top.
    fn unboxed_below(&mut self, one: Ty, two: &Ty) -> Done<Ty> {
        let slot = self.keep(two.kind())?;
        let one = self.unboxed(one)?;
        self.load(two.kind(), slot)?;
        Ok(one)
    }

    /// Jumps on the order of two numbers of one type.
    fn ordered(&mut self, comparison: Comparison, ty: &Ty, want: bool, to: Label) -> Done {
        let is_less = matches!(comparison, Comparison::Less | Comparison::LessEqual);
        match ty {
            Ty::Long => self.op(op::LCMP, 2, Some(Kind::Int))?,
            Ty::Float => {
                self.op(if is_less { op::FCMPG } else { op::FCMPL }, 2, Some(Kind::Int))?
            }
            Ty::Double => {
                self.op(if is_less { op::DCMPG } else { op::DCMPL }, 2, Some(Kind::Int))?
            }
            _ => {}
        }
        // In the order of the instructions: eq, ne, lt, ge, gt, le; each pair is its opposites.
        let at = match comparison {
            Comparison::Equal => 0,
            Comparison::Less => 2,
            Comparison::GreaterEqual => 3,
            Comparison::Greater => 4,
            Comparison::LessEqual => 5,
            _ => 1,
        };
        let at = if want { at } else { at ^ 1 };
        match ty {
            Ty::Long | Ty::Float | Ty::Double => self.jump(op::IFEQ + at, 1, to),
            _ => self.jump(op::IF_ICMPEQ + at, 2, to),
        }
    }

    /// Pushes whether two values declared as strings are equal or both null.
    fn equal_texts(&mut self, is_left: bool, is_right: bool) -> Done {
        const EQUALS: [&str; 3] = ["java/lang/String", "equals", "(Ljava/lang/Object;)Z"];
        if is_left {
            return self.invoke_virtual(EQUALS);
        }
        if is_right {
            self.op(op::SWAP, 2, None)?;
            self.holds(Kind::Reference);
            self.holds(Kind::Reference);
            return self.invoke_virtual(EQUALS);
        }
        self.help("equal", TWO)?;
        self.slow_if_below(0)
    }

    /// Jumps on the equality of two values of which one is known only when it is there.
    fn equal_objects(&mut self, one: &Ty, two: &Ty, is_equal: bool, to: Label) -> Done {
        if *one == Ty::Null || *two == Ty::Null {
            return self.uncovered(format!("{} compared with {}", one.name(), two.name()));
        }
        self.both_boxed(one, two)?;
        // Null is no number.
        let is_primitive = one.primitive().is_some() || two.primitive().is_some();
        self.help(if is_primitive { "equalUnboxed" } else { "equal" }, TWO)?;
        self.slow_if_below(0)?;
        self.jump(if is_equal { op::IFNE } else { op::IFEQ }, 1, to)
    }
}

/// A helper that takes two objects and answers 1, 0, or -1 for the slow path.
pub(crate) const TWO: &str = "(Ljava/lang/Object;Ljava/lang/Object;)I";

/// Whether objects of two declared types are equal only if they are the same.
fn is_identity(one: &crate::ty::Declared, two: &crate::ty::Declared) -> bool {
    let is_plain = |ty: &crate::ty::Declared| ty.boxed().is_none() && !ty.is_text();
    is_plain(one) && is_plain(two) && (one.is_of_application() || two.is_of_application())
}
