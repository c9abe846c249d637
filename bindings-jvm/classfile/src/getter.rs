//! Methods that only return a field.
//!
//! Knows one form of code. Invariant: what is answered is all that the method does.

use crate::class::Class;
use crate::code::Code;
use crate::constants::{Member, tag};
use crate::descriptor::{Kind, Signature, kind_of};
use crate::op;

/// The field that a method returns, if it takes nothing and does nothing else.
pub fn field_read<'a>(class: &Class<'a>, method: usize) -> Option<Member<'a>> {
    let declared = class.methods.get(method)?;
    let signature = Signature::read(&declared.descriptor)?;
    let code = Code::read(class, method).ok()?;
    let [load, get, end] = code.instructions[..] else { return None };
    let is_form = load.op == op::ALOAD_0 && get.op == op::GETFIELD;
    if declared.is_static() || !signature.parameters.is_empty() || !is_form {
        return None;
    }
    let index = code.operands(&get).u2().ok()?;
    let member = class.pool.member(index).ok()?;
    let is_field = class.pool.tag(index).ok()? == tag::FIELD;
    let kind = kind_of(&member.descriptor)?;
    let returns = [op::IRETURN, op::LRETURN, op::FRETURN, op::DRETURN, op::ARETURN];
    let is_same = signature.returns.and_then(kind_of) == Some(kind);
    // A narrower result would be another value.
    let is_exact = kind != Kind::Int || signature.returns == Some(&member.descriptor);
    (is_field && is_same && is_exact && returns[usize::from(kind.family())] == end.op)
        .then_some(member)
}
