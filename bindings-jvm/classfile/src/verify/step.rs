//! What one instruction does to locals and stack.
//!
//! Knows every instruction but those of subroutines. Invariant: it trusts types as far as the JVM's
//! verifier checks them, and heights not at all.

use super::Subject;
use super::state::{State, Type};
use crate::code::Instruction;
use crate::constants::tag;
use crate::descriptor::{Kind, Signature, kind_of};
use crate::op;
use crate::refusal::Reason;

const NO_DESCRIPTOR: Reason = Reason::Malformed("a descriptor is none");
const KINDS: [Kind; 5] = [Kind::Int, Kind::Long, Kind::Float, Kind::Double, Kind::Reference];

/// The slot that an instruction stores into, with the kind.
pub(crate) fn stored(
    subject: &Subject<'_, '_>,
    instruction: &Instruction,
) -> Result<Option<(u16, Kind)>, Reason> {
    slot(subject, instruction, op::ISTORE, op::ISTORE_0)
}

/// The slot that an instruction loads, with the kind.
pub(crate) fn loaded(
    subject: &Subject<'_, '_>,
    instruction: &Instruction,
) -> Result<Option<(u16, Kind)>, Reason> {
    slot(subject, instruction, op::ILOAD, op::ILOAD_0)
}

/// The slot and kind of an instruction of one of the two families.
fn slot(
    subject: &Subject<'_, '_>,
    instruction: &Instruction,
    first: u8,
    short: u8,
) -> Result<Option<(u16, Kind)>, Reason> {
    let mut operands = subject.code.operands(instruction);
    let (op, is_wide) = match instruction.op {
        op::WIDE => (operands.u1()?, true),
        op => (op, false),
    };
    let long = usize::from(op.wrapping_sub(first));
    if let Some(kind) = KINDS.get(long) {
        let slot = if is_wide { operands.u2()? } else { u16::from(operands.u1()?) };
        return Ok(Some((slot, *kind)));
    }
    let short = op.wrapping_sub(short);
    let kind = KINDS.get(usize::from(short / 4)).filter(|_| !is_wide);
    Ok(kind.map(|kind| (u16::from(short % 4), *kind)))
}

pub(super) fn step(
    subject: &Subject<'_, '_>,
    state: &mut State,
    instruction: &Instruction,
) -> Result<(), Reason> {
    if let Some((slot, kind)) = loaded(subject, instruction)? {
        let one = state.load(slot)?;
        let one = if kind == Kind::Reference { one } else { Type::of(kind) };
        return state.push(one);
    }
    if let Some((slot, kind)) = stored(subject, instruction)? {
        let one = state.pop(kind)?;
        let one = if kind == Kind::Reference { one } else { Type::of(kind) };
        return state.store(slot, one);
    }
    let effect = op::effect(instruction.op).or_else(|| op::jump_effect(instruction.op));
    match effect {
        Some(effect) => apply(state, effect),
        None => with_operands(subject, state, instruction),
    }
}

fn with_operands(
    subject: &Subject<'_, '_>,
    state: &mut State,
    instruction: &Instruction,
) -> Result<(), Reason> {
    let pool = &subject.class.pool;
    let mut operands = subject.code.operands(instruction);
    match instruction.op {
        op::BIPUSH | op::SIPUSH => state.push(Type::Int),
        op::LDC => constant(subject, state, u16::from(operands.u1()?)),
        op::LDC_W | op::LDC2_W => constant(subject, state, operands.u2()?),
        op::POP..=op::SWAP => shuffle(state, instruction.op),
        op::IINC | op::WIDE => Ok(()),
        op::TABLESWITCH | op::LOOKUPSWITCH => apply(state, "I>"),
        op::GETSTATIC..=op::PUTFIELD => {
            let kind = kind_of(&pool.descriptor(operands.u2()?)?).ok_or(NO_DESCRIPTOR)?;
            field(state, instruction.op, kind)
        }
        op::INVOKEVIRTUAL..=op::INVOKEDYNAMIC => invoke(subject, state, instruction),
        op::NEW => {
            let made = Type::Uninitialized(instruction.pc);
            state.replace(made, Type::Top);
            state.push(made)
        }
        op::NEWARRAY | op::ANEWARRAY => apply(state, "I>A"),
        op::CHECKCAST => apply(state, "A>A"),
        op::INSTANCEOF => apply(state, "A>I"),
        op::MULTIANEWARRAY => {
            operands.u2()?;
            for _ in 0..operands.u1()? {
                state.pop(Kind::Int)?;
            }
            state.push(Type::Reference)
        }
        op::JSR | op::JSR_W | op::RET => Err(Reason::NoStackMap),
        _ => Err(Reason::Malformed("an instruction is of no known kind")),
    }
}

fn field(state: &mut State, op: u8, kind: Kind) -> Result<(), Reason> {
    if matches!(op, op::PUTSTATIC | op::PUTFIELD) {
        state.pop(kind)?;
    }
    if op >= op::GETFIELD {
        state.pop(Kind::Reference)?;
    }
    match op {
        op::GETSTATIC | op::GETFIELD => state.push(Type::of(kind)),
        _ => Ok(()),
    }
}

fn kind_of_letter(letter: u8) -> Kind {
    match letter {
        b'J' => Kind::Long,
        b'F' => Kind::Float,
        b'D' => Kind::Double,
        b'A' => Kind::Reference,
        _ => Kind::Int,
    }
}

fn apply(state: &mut State, effect: &str) -> Result<(), Reason> {
    let (takes, puts) = effect.split_once('>').unwrap_or_default();
    for letter in takes.bytes().rev() {
        state.pop(kind_of_letter(letter))?;
    }
    for letter in puts.bytes() {
        let null = effect == ">A";
        let one = if null { Type::Null } else { Type::of(kind_of_letter(letter)) };
        state.push(one)?;
    }
    Ok(())
}

fn constant(subject: &Subject<'_, '_>, state: &mut State, index: u16) -> Result<(), Reason> {
    let pool = &subject.class.pool;
    state.push(match pool.tag(index)? {
        tag::INTEGER => Type::Int,
        tag::FLOAT => Type::Float,
        tag::LONG => Type::Long,
        tag::DOUBLE => Type::Double,
        tag::CLASS | tag::STRING | tag::METHOD_HANDLE | tag::METHOD_TYPE => Type::Reference,
        tag::DYNAMIC => Type::of(kind_of(&pool.descriptor(index)?).ok_or(NO_DESCRIPTOR)?),
        _ => return Err(Reason::Malformed("code loads what is no value")),
    })
}

fn shuffle(state: &mut State, op: u8) -> Result<(), Reason> {
    match op {
        op::POP => state.pop(Kind::Int).map(|_| ()),
        op::POP2 => state.pop(Kind::Long).map(|_| ()),
        op::DUP => state.duplicate(1, 1),
        op::DUP_X1 => state.duplicate(1, 2),
        op::DUP_X2 => state.duplicate(1, 3),
        op::DUP2 => state.duplicate(2, 2),
        op::DUP2_X1 => state.duplicate(2, 3),
        op::DUP2_X2 => state.duplicate(2, 4),
        _ => {
            let (above, below) = (state.pop(Kind::Int)?, state.pop(Kind::Int)?);
            state.push(above)?;
            state.push(below)
        }
    }
}

fn invoke(
    subject: &Subject<'_, '_>,
    state: &mut State,
    instruction: &Instruction,
) -> Result<(), Reason> {
    let pool = &subject.class.pool;
    let index = subject.code.operands(instruction).u2()?;
    let descriptor = pool.descriptor(index)?;
    let signature = Signature::read(&descriptor).ok_or(NO_DESCRIPTOR)?;
    for kind in signature.kinds().collect::<Vec<_>>().into_iter().rev() {
        state.pop(kind)?;
    }
    if !matches!(instruction.op, op::INVOKESTATIC | op::INVOKEDYNAMIC) {
        let receiver = state.pop(Kind::Reference)?;
        let is_init = instruction.op == op::INVOKESPECIAL && pool.name(index)? == b"<init>";
        if is_init {
            state.is_raw &= receiver != Type::UninitializedThis;
            if matches!(receiver, Type::UninitializedThis | Type::Uninitialized(_)) {
                state.replace(receiver, Type::Reference);
            }
        }
    }
    match signature.returns {
        Some(returns) => state.push(Type::of(kind_of(returns).ok_or(NO_DESCRIPTOR)?)),
        None => Ok(()),
    }
}
