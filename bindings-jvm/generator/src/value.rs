//! Values: what an expression pushes.
//!
//! Knows literals, names and choices; hands on the rest. Invariant: what is pushed is of the kind of
//! the type that is returned, references as `Object`.

use crate::classes::Classes;
use crate::code::{Code, Done};
use crate::ty::Ty;
use stillframe_classfile::{Kind, op};
use stillframe_core::condition::tree::{Binding, Expr, Kind as Node, Unary};

const TWO_TYPES: &str = "a choice of two types";

impl<C: Classes> Code<'_, '_, C> {
    /// Pushes the value of an expression.
    pub(crate) fn value(&mut self, expr: &Expr) -> Done<Ty> {
        match &expr.kind {
            Node::Null => self.op(op::ACONST_NULL, 0, Some(Kind::Reference)).map(|()| Ty::Null),
            Node::Bool(value) => self.push_int(i32::from(*value)).map(|()| Ty::Bool),
            Node::Char(unit) => self.push_int(i32::from(*unit)).map(|()| Ty::Char),
            Node::Int32(value) => self.push_int(*value).map(|()| Ty::Int),
            Node::Int(_) | Node::Float(_) | Node::Float32(_) | Node::Text(_) => self.literal(expr),
            Node::Name(_, Binding::Slot(slot)) => self.name(*slot),
            Node::Attr(object, name) => self.attribute(object, name),
            Node::Index(object, index) => self.element(object, index),
            Node::Unary(Unary::Not, _) | Node::Logic(..) | Node::Compare(..) => self.outcome(expr),
            Node::Unary(unary, operand) => self.unary(*unary, operand),
            Node::Binary(binary, left, right) => self.binary(*binary, left, right),
            Node::Convert(primitive, operand) => self.convert_to(*primitive, operand),
            Node::Ternary(parts) => {
                let (test, yes, no) = &**parts;
                self.chosen(test, yes, no)
            }
            Node::Call(function, args) => self.call(*function, args),
            Node::Guard(_) | Node::Chain(_) => self.uncovered("`?.`"),
            _ => self.uncovered("an expression that Java has no form for"),
        }
    }

    fn literal(&mut self, expr: &Expr) -> Done<Ty> {
        let ty = match &expr.kind {
            Node::Int(value) => {
                self.asm.push_long(*value)?;
                Ty::Long
            }
            Node::Float(value) => {
                self.asm.push_double(*value)?;
                Ty::Double
            }
            Node::Float32(value) => {
                self.asm.push_float(*value)?;
                Ty::Float
            }
            Node::Text(text) => {
                self.asm.push_string(text)?;
                Ty::text()
            }
            _ => return self.uncovered("a literal"),
        };
        self.holds(ty.kind());
        Ok(ty)
    }

    /// Pushes one of two values, if they are of one type.
    fn chosen(&mut self, test: &Expr, yes: &Expr, no: &Expr) -> Done<Ty> {
        let [otherwise, out] = std::array::from_fn(|_| self.label());
        let depth = self.depth();
        let test = self.test(test, false, otherwise);
        let mut found: Vec<Ty> = Vec::new();
        self.both(depth, test, otherwise, out, |code, is_yes| {
            let ty = code.value(if is_yes { yes } else { no })?;
            let is_other = found.first().is_some_and(|one| one.kind() != ty.kind());
            found.push(ty.clone());
            if is_other { code.uncovered(TWO_TYPES) } else { Ok(()) }
        })?;
        let ty = match &found[..] {
            [one] => one.clone(),
            [one, two] if one == two => one.clone(),
            [Ty::Null, Ty::Ref(one)] | [Ty::Ref(one), Ty::Null] => Ty::Ref(one.clone()),
            [Ty::Ref(_), Ty::Ref(_)] => Ty::object(),
            _ => {
                // Java would widen one to the other.
                found.truncate(1);
                found.iter().for_each(|one| self.holds(one.kind()));
                return self.uncovered(TWO_TYPES);
            }
        };
        self.holds(ty.kind());
        Ok(ty)
    }

    /// Turns a box on top into what it holds; the slow path for null and all else.
    pub(crate) fn unbox_from(&mut self, class: &str, method: &str, primitive: &str) -> Done {
        let slot = self.keep(Kind::Reference)?;
        self.load_as(slot, class)?;
        self.invoke_virtual([class, method, &format!("(){primitive}")])
    }

    /// Turns the value on top, if it is declared as a box, into what that holds.
    pub(crate) fn unboxed(&mut self, ty: Ty) -> Done<Ty> {
        let boxed = match &ty {
            Ty::Ref(declared) => declared.boxed(),
            _ => None,
        };
        let Some(one) = boxed else { return Ok(ty) };
        self.unbox_from(one.class, one.unbox, one.primitive)?;
        Ok(Ty::declared(one.primitive, None))
    }

    /// Pushes a value as an object: primitives in the boxes that Java gives them.
    pub(crate) fn object(&mut self, expr: &Expr) -> Done<Ty> {
        let ty = self.value(expr)?;
        if let Some(primitive) = ty.primitive() {
            self.boxed(primitive)?;
        }
        Ok(ty)
    }
}
