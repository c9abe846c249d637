//! Arithmetic as Java does it: promotions, widths, and what is tested before an instruction that
//! could raise.
//!
//! Knows numbers only. Invariant: every integer division stands behind a test of its divisor.

use crate::classes::Classes;
use crate::code::{Code, Done};
use crate::ty::Ty;
use stillframe_classfile::{Kind, op};
use stillframe_core::condition::tree::{Binary, Expr, Kind as Node, Primitive, Unary};

impl<C: Classes> Code<'_, '_, C> {
    /// Pushes a value that is a number.
    pub(crate) fn number(&mut self, expr: &Expr) -> Done<Ty> {
        let ty = self.value(expr)?;
        match self.unboxed(ty)? {
            ty if ty.is_number() => Ok(ty),
            other => self.uncovered(format!("arithmetic with {}", other.name())),
        }
    }

    /// Widens the number on top.
    pub(crate) fn widen(&mut self, from: &Ty, to: &Ty) -> Done {
        let op = match (from, to) {
            (Ty::Int | Ty::Char, Ty::Long) => op::I2L,
            (Ty::Int | Ty::Char, Ty::Float) => op::I2F,
            (Ty::Int | Ty::Char, Ty::Double) => op::I2D,
            (Ty::Long, Ty::Float) => op::L2F,
            (Ty::Long, Ty::Double) => op::L2D,
            (Ty::Float, Ty::Double) => op::F2D,
            _ => return Ok(()),
        };
        self.op(op, 1, Some(to.kind()))
    }

    /// Gives the two numbers on top one type, Java's binary promotion.
    pub(crate) fn promote(&mut self, left: &Ty, right: &Ty) -> Done<Ty> {
        let either = |ty: Ty| *left == ty || *right == ty;
        let wide = [Ty::Double, Ty::Float, Ty::Long].into_iter().find(|ty| either(ty.clone()));
        let ty = wide.unwrap_or(Ty::Int);
        self.widen(right, &ty)?;
        if left.kind() != ty.kind() {
            let slot = self.keep(ty.kind())?;
            self.widen(left, &ty)?;
            self.load(ty.kind(), slot)?;
        }
        Ok(ty)
    }

    pub(crate) fn unary(&mut self, unary: Unary, operand: &Expr) -> Done<Ty> {
        let ty = match self.number(operand)? {
            Ty::Char => Ty::Int,
            other => other,
        };
        match (unary, &ty) {
            (Unary::Plus, _) => {}
            (Unary::Minus, _) => self.op(op::INEG + family(&ty), 1, Some(ty.kind()))?,
            (Unary::Invert, Ty::Int) => {
                self.push_int(-1)?;
                self.op(op::IXOR, 2, Some(Kind::Int))?;
            }
            (Unary::Invert, Ty::Long) => {
                self.asm.push_long(-1)?;
                self.holds(Kind::Long);
                self.op(op::LXOR, 2, Some(Kind::Long))?;
            }
            _ => return self.uncovered(format!("a prefix operator on {}", ty.name())),
        }
        Ok(ty)
    }

    pub(crate) fn binary(&mut self, binary: Binary, left: &Expr, right: &Expr) -> Done<Ty> {
        match binary {
            Binary::BitAnd => self.bits(op::IAND, left, right),
            Binary::BitOr => self.bits(op::IOR, left, right),
            Binary::BitXor => self.bits(op::IXOR, left, right),
            Binary::ShiftLeft => self.shift(op::ISHL, left, right),
            Binary::ShiftRight => self.shift(op::ISHR, left, right),
            Binary::ShiftRightUnsigned => self.shift(op::IUSHR, left, right),
            Binary::Add => self.sum(left, right),
            Binary::Subtract => self.arithmetic(op::ISUB, left, right),
            Binary::Multiply => self.arithmetic(op::IMUL, left, right),
            Binary::Quotient => self.arithmetic(op::IDIV, left, right),
            Binary::Remainder => self.arithmetic(op::IREM, left, right),
            Binary::Divide | Binary::FloorDivide | Binary::FloorModulo | Binary::Power => {
                self.uncovered("an operator that Java does not have")
            }
        }
    }

    /// `left + right`: a string, if one of them is declared as one.
    fn sum(&mut self, left: &Expr, right: &Expr) -> Done<Ty> {
        let is_text = |ty: &Ty| matches!(ty, Ty::Ref(declared) if declared.is_text());
        let one = self.value(left)?;
        let one = self.unboxed(one)?;
        let two = self.value(right)?;
        if is_text(&one) || is_text(&two) {
            self.both_boxed(&one, &two)?;
            self.help("join", "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;")?;
            self.slow_if_unknown()?;
            return Ok(Ty::text());
        }
        let two = self.unboxed(two)?;
        if !one.is_number() || !two.is_number() {
            return self.uncovered(format!("a sum of {} and {}", one.name(), two.name()));
        }
        let ty = self.promote(&one, &two)?;
        self.op(op::IADD + family(&ty), 2, Some(ty.kind()))?;
        Ok(ty)
    }

    fn arithmetic(&mut self, op: u8, left: &Expr, right: &Expr) -> Done<Ty> {
        let one = self.number(left)?;
        let two = self.number(right)?;
        let ty = self.promote(&one, &two)?;
        if matches!(op, op::IDIV | op::IREM) && !is_other_than_zero(right) {
            self.slow_if_zero(&ty)?;
        }
        self.op(op + family(&ty), 2, Some(ty.kind()))?;
        Ok(ty)
    }

    /// Takes the slow path if the integer on top is zero.
    fn slow_if_zero(&mut self, ty: &Ty) -> Done {
        if !matches!(ty, Ty::Int | Ty::Long) {
            return Ok(());
        }
        let slot = self.keep(ty.kind())?;
        self.load(ty.kind(), slot)?;
        if *ty == Ty::Long {
            self.op(op::LCONST_0, 0, Some(Kind::Long))?;
            self.op(op::LCMP, 2, Some(Kind::Int))?;
        }
        self.slow_if(op::IFEQ, 1)?;
        self.load(ty.kind(), slot)
    }

    fn bits(&mut self, op: u8, left: &Expr, right: &Expr) -> Done<Ty> {
        let one = self.value(left)?;
        let one = self.unboxed(one)?;
        let two = self.value(right)?;
        let two = self.unboxed(two)?;
        let ty = match (&one, &two) {
            (Ty::Bool, Ty::Bool) => Ty::Bool,
            (one, two) if one.is_number() && two.is_number() => self.promote(one, two)?,
            _ => return self.uncovered(format!("bits of {} and {}", one.name(), two.name())),
        };
        match ty {
            Ty::Bool | Ty::Int | Ty::Long => self.op(op + family(&ty), 2, Some(ty.kind()))?,
            _ => return self.uncovered(format!("bits of {}", ty.name())),
        }
        Ok(ty)
    }

    fn shift(&mut self, op: u8, left: &Expr, right: &Expr) -> Done<Ty> {
        let ty = match self.number(left)? {
            Ty::Char => Ty::Int,
            other => other,
        };
        let by = self.number(right)?;
        if by == Ty::Long {
            // Only the lowest bits are looked at.
            self.op(op::L2I, 1, Some(Kind::Int))?;
        }
        match (&ty, by) {
            (Ty::Int | Ty::Long, Ty::Int | Ty::Char | Ty::Long) => {
                self.op(op + family(&ty), 2, Some(ty.kind()))?;
            }
            _ => return self.uncovered(format!("a shift of {}", ty.name())),
        }
        Ok(ty)
    }

    pub(crate) fn convert_to(&mut self, primitive: Primitive, operand: &Expr) -> Done<Ty> {
        if primitive == Primitive::Boolean {
            self.boolean(operand)?;
            return Ok(Ty::Bool);
        }
        let from = self.number(operand)?;
        let to = match primitive {
            Primitive::Long => Ty::Long,
            Primitive::Float => Ty::Float,
            Primitive::Double => Ty::Double,
            Primitive::Char => Ty::Char,
            _ => Ty::Int,
        };
        if let Some(op) = narrowing(&from, &to) {
            self.op(op, 1, Some(to.kind()))?;
        } else {
            self.widen(&from, &to)?;
        }
        match primitive {
            Primitive::Byte => self.op(op::I2B, 1, Some(Kind::Int))?,
            Primitive::Short => self.op(op::I2S, 1, Some(Kind::Int))?,
            Primitive::Char if from != Ty::Char => self.op(op::I2C, 1, Some(Kind::Int))?,
            _ => {}
        }
        Ok(to)
    }
}

/// The distance of the instruction for a type from that for `int`.
fn family(ty: &Ty) -> u8 {
    match ty {
        Ty::Long => 1,
        Ty::Float => 2,
        Ty::Double => 3,
        _ => 0,
    }
}

fn narrowing(from: &Ty, to: &Ty) -> Option<u8> {
    Some(match (from, to) {
        (Ty::Long, Ty::Int | Ty::Char) => op::L2I,
        (Ty::Float, Ty::Int | Ty::Char) => op::F2I,
        (Ty::Float, Ty::Long) => op::F2L,
        (Ty::Double, Ty::Int | Ty::Char) => op::D2I,
        (Ty::Double, Ty::Long) => op::D2L,
        (Ty::Double, Ty::Float) => op::D2F,
        _ => return None,
    })
}

fn is_other_than_zero(expr: &Expr) -> bool {
    match expr.kind {
        Node::Int32(value) => value != 0,
        Node::Int(value) => value != 0,
        _ => false,
    }
}
