//! What the rewriter must know of each operation.
//!
//! Knows numbers, not code. Invariant: the tables hold for every operation that `co_code` of the
//! version can show; the tests compare them with the `opcode` and `dis` modules.

use crate::Version;

pub(crate) const POP_TOP: u8 = 1;
pub(crate) const ROT_TWO: u8 = 2;
pub(crate) const NOP: u8 = 9;
pub(crate) const UNARY_NOT: u8 = 12;
pub(crate) const RETURN_VALUE: u8 = 83;
pub(crate) const YIELD_VALUE: u8 = 86;
pub(crate) const WITH_EXCEPT_START: u8 = 49;
pub(crate) const END_ASYNC_FOR: u8 = 54;
pub(crate) const FOR_ITER: u8 = 93;
pub(crate) const LOAD_CONST: u8 = 100;
pub(crate) const JUMP_FORWARD: u8 = 110;
pub(crate) const LOAD_FAST: u8 = 124;
pub(crate) const EXTENDED_ARG: u8 = 144;
const RAISE_VARARGS: u8 = 130;

/// Operations up to 3.10.
pub(crate) mod old {
    pub(crate) const YIELD_FROM: u8 = 72;
    pub(crate) const JUMP_ABSOLUTE: u8 = 113;
    pub(crate) const SETUP_FINALLY: u8 = 122;
    pub(crate) const SETUP_WITH: u8 = 143;
    pub(crate) const SETUP_ASYNC_WITH: u8 = 154;
    pub(crate) const POP_BLOCK: u8 = 87;
    pub(crate) const POP_EXCEPT: u8 = 89;
    /// Only 3.10.
    pub(crate) const GEN_START: u8 = 129;
}

/// Operations of 3.11.
pub(crate) mod new {
    pub(crate) const CACHE: u8 = 0;
    pub(crate) const RERAISE: u8 = 119;
    pub(crate) const SEND: u8 = 123;
    pub(crate) const GET_AWAITABLE: u8 = 131;
    pub(crate) const JUMP_BACKWARD_NO_INTERRUPT: u8 = 134;
    pub(crate) const JUMP_BACKWARD: u8 = 140;
    pub(crate) const RESUME: u8 = 151;
    pub(crate) const CALL: u8 = 171;
    pub(crate) const KW_NAMES: u8 = 172;
}

/// How an operation's argument names another instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Jump {
    /// Counted from behind the instruction.
    Forward,
    /// Counted back from behind the instruction.
    Backward,
    /// Counted from the start of the code.
    Absolute,
}

/// How `op` jumps, if it does.
pub(crate) fn jump(version: Version, op: u8) -> Option<Jump> {
    match (version, op) {
        (Version::V311, FOR_ITER | JUMP_FORWARD | 111 | 112 | 114 | 115 | 123 | 128 | 129) => {
            Some(Jump::Forward)
        }
        (Version::V311, 134 | 140 | 173..=176) => Some(Jump::Backward),
        (Version::V311, _) => None,
        (_, FOR_ITER | JUMP_FORWARD | 122 | 143 | 154) => Some(Jump::Forward),
        (_, 111..=115 | 121) => Some(Jump::Absolute),
        _ => None,
    }
}

/// Units of inline cache behind `op`.
pub(crate) fn caches(version: Version, op: u8) -> u8 {
    match (version, op) {
        (Version::V39 | Version::V310, _) => 0,
        (_, 60 | 92 | 122 | 166) => 1,
        (_, 107) => 2,
        (_, 25 | 95 | 106 | 171) => 4,
        (_, 116) => 5,
        (_, 160) => 10,
        _ => 0,
    }
}

/// Whether the next instruction can follow `op`.
pub(crate) fn falls_through(version: Version, op: u8) -> bool {
    let ends = match version {
        // RERAISE moved in 3.10.
        Version::V39 => matches!(op, old::JUMP_ABSOLUTE | 48),
        Version::V310 => matches!(op, old::JUMP_ABSOLUTE | 119),
        Version::V311 => {
            matches!(op, new::RERAISE | new::JUMP_BACKWARD | new::JUMP_BACKWARD_NO_INTERRUPT)
        }
    };
    !ends && !matches!(op, RETURN_VALUE | RAISE_VARARGS | JUMP_FORWARD)
}

/// Bytes one step of a jump's argument stands for, in units of two.
pub(crate) fn scale(version: Version) -> u32 {
    if version == Version::V39 { 2 } else { 1 }
}
