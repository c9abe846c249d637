//! What each operation of CPython 3.9 and 3.10 does to the stack.
//!
//! Knows numbers, not code. Invariant: pushes less pops is what `dis.stack_effect` says, for every
//! operation, argument and way.

use crate::Version;
use crate::decode::Instruction;
use crate::op::old;

/// Mark of a slot that belongs to a loop or a block, not to an expression.
pub(super) const MACHINERY: u32 = 0;
/// Mark of a slot that belongs to the line of its instruction.
const OPERAND: u32 = 1;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The topmost slot goes below that many.
    Rotate(usize),
    /// The topmost slots are doubled.
    Copy(usize),
    /// Slots go and come.
    Change { pops: usize, pushes: usize, mark: u32 },
}

/// The effect of an instruction, jumping if `taken`; `None` where the version has no such one.
pub(super) fn effect(version: Version, instruction: &Instruction, taken: bool) -> Option<Effect> {
    let Instruction { op, arg, .. } = *instruction;
    let count = usize::try_from(arg).ok()?;
    let is_310 = version == Version::V310;
    let machinery = |pops, pushes| Effect::Change { pops, pushes, mark: MACHINERY };
    let effect = match op {
        // ROT_TWO, ROT_THREE, ROT_FOUR, ROT_N
        2 => Effect::Rotate(2),
        3 => Effect::Rotate(3),
        6 => Effect::Rotate(4),
        99 if is_310 => Effect::Rotate(count),
        // DUP_TOP, DUP_TOP_TWO
        4 => Effect::Copy(1),
        5 => Effect::Copy(2),
        // An exception on its handler's stack is the old one and the new one, of three slots each.
        old::SETUP_FINALLY if taken => machinery(0, 6),
        old::SETUP_ASYNC_WITH if taken => machinery(1, 6),
        old::SETUP_WITH if taken => machinery(1, 7),
        // The context's exit below what it entered with, which a name may take.
        old::SETUP_WITH => machinery(1, 2),
        old::SETUP_FINALLY | old::SETUP_ASYNC_WITH => machinery(0, 0),
        // WITH_EXCEPT_START, GET_AITER, GET_ANEXT, BEFORE_ASYNC_WITH, END_ASYNC_FOR, GET_ITER
        49 => machinery(0, 1),
        50 | 68 => machinery(1, 1),
        51 => machinery(0, 1),
        52 => machinery(1, 2),
        54 => machinery(7, 0),
        // POP_BLOCK, POP_EXCEPT, RERAISE
        old::POP_BLOCK => machinery(0, 0),
        old::POP_EXCEPT => machinery(3, 0),
        48 if !is_310 => machinery(3, 0),
        119 if is_310 => machinery(3, 0),
        // FOR_ITER, JUMP_IF_FALSE_OR_POP, JUMP_IF_TRUE_OR_POP
        93 if taken => machinery(1, 0),
        111 | 112 if taken => machinery(0, 0),
        _ => {
            let only_310 = if is_310 { of_310(op) } else { None };
            let known = only_310.or_else(|| fixed(op)).or_else(|| counted(op, arg, count));
            let (pops, pushes) = known?;
            Effect::Change { pops, pushes, mark: OPERAND }
        }
    };
    Some(effect)
}

/// Pops and pushes of operations that came with 3.10.
fn of_310(op: u8) -> Option<(usize, usize)> {
    Some(match op {
        // GET_LEN, MATCH_MAPPING, MATCH_SEQUENCE, MATCH_KEYS, COPY_DICT_WITHOUT_KEYS
        30..=32 => (0, 1),
        33 => (0, 2),
        34 => (1, 1),
        old::GEN_START => (1, 0),
        // MATCH_CLASS
        152 => (3, 2),
        _ => return None,
    })
}

/// Pops and pushes of operations whose argument does not matter.
fn fixed(op: u8) -> Option<(usize, usize)> {
    Some(match op {
        // NOP, SETUP_ANNOTATIONS, the deletions of names, the jumps
        9 | 85 | 91 | 98 | 110 | 113 | 126 | 138 => (0, 0),
        // POP_TOP, PRINT_EXPR, RETURN_VALUE, IMPORT_STAR, the stores into names, DELETE_ATTR,
        // POP_JUMP_IF_*, what adds one thing to a collection
        1 | 70 | 83 | 84 | 90 | 96 | 97 | 111 | 112 | 114 | 115 | 125 | 137 | 145 | 146 => (1, 0),
        162..=165 => (1, 0),
        // DELETE_SUBSCR, STORE_ATTR, JUMP_IF_NOT_EXC_MATCH, MAP_ADD
        61 | 95 | 121 | 147 => (2, 0),
        // STORE_SUBSCR
        60 => (3, 0),
        // The loads
        71 | 74 | 100 | 101 | 116 | 124 | 135 | 136 | 148 => (0, 1),
        // FOR_ITER with another turn, IMPORT_FROM
        93 | 109 => (0, 1),
        // The operations of one operand, GET_YIELD_FROM_ITER, GET_AWAITABLE, LIST_TO_TUPLE,
        // YIELD_VALUE, LOAD_ATTR
        10..=12 | 15 | 69 | 73 | 82 | 86 | 106 => (1, 1),
        // LOAD_METHOD
        160 => (1, 2),
        // The operations of two operands, YIELD_FROM, COMPARE_OP, IMPORT_NAME, IS_OP, CONTAINS_OP
        16..=17 | 19..=20 | 22..=29 | 55..=57 | 59 | 62..=67 | 72 | 75..=79 => (2, 1),
        107 | 108 | 117 | 118 => (2, 1),
        _ => return None,
    })
}

/// Pops and pushes of operations whose argument tells them.
fn counted(op: u8, arg: u32, count: usize) -> Option<(usize, usize)> {
    let flags = (arg & 0xf).count_ones() as usize;
    Some(match op {
        // UNPACK_SEQUENCE, UNPACK_EX
        92 => (1, count),
        94 => (1, (count & 0xff) + (count >> 8) + 1),
        // BUILD_TUPLE, BUILD_LIST, BUILD_SET, BUILD_STRING, BUILD_MAP, BUILD_CONST_KEY_MAP
        102..=104 | 157 => (count, 1),
        105 => (count.checked_mul(2)?, 1),
        156 => (count.checked_add(1)?, 1),
        // RAISE_VARARGS
        130 => (count, 0),
        // CALL_FUNCTION, CALL_FUNCTION_KW and CALL_METHOD, CALL_FUNCTION_EX
        131 => (count.checked_add(1)?, 1),
        141 | 161 => (count.checked_add(2)?, 1),
        142 => (2 + (count & 1), 1),
        // MAKE_FUNCTION, BUILD_SLICE, FORMAT_VALUE
        132 => (2 + flags, 1),
        133 => (if count == 3 { 3 } else { 2 }, 1),
        155 => (if count & 4 == 4 { 2 } else { 1 }, 1),
        _ => return None,
    })
}
