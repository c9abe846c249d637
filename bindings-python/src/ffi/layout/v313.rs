//! Offsets of CPython 3.13.
//!
//! Knows numbers only. Invariant: see [`super`]. Sources: `Include/cpython/*.h` and
//! `Include/internal/pycore_{frame,dict,code}.h` of the version; what `_PyRuntime.debug_offsets`
//! publishes of them is compared by the canary.

/// Words of `_Py_DebugOffsets` with what they must say.
pub(crate) const PUBLISHED: &[(usize, usize)] = &[
    (23, thread::FRAME),
    (29, frame::PREVIOUS),
    (30, frame::CODE),
    (31, frame::INSTRUCTION),
    (32, frame::LOCALSPLUS),
    (33, frame::OWNER),
    (35, code::FILENAME),
    (37, code::QUALNAME),
    (39, code::FIRST_LINE),
    (43, code::INSTRUCTIONS),
    (51, tuple::ITEMS),
    (54, object::SECOND),
    (57, dict::KEYS),
    (58, dict::VALUES),
    (60, object::BODY),
    (62, object::BODY),
    (63, object::SECOND),
    (68, unicode::STATE),
    (69, unicode::LENGTH),
    (70, unicode::ASCII_DATA),
    (66, object::THIRD),
];

pub(crate) mod thread {
    /// `current_frame`.
    pub(crate) const FRAME: usize = 72;
    /// It is the current frame itself.
    pub(crate) const CURRENT: Option<usize> = None;
}

pub(crate) mod frame {
    pub(crate) const CODE: usize = 0;
    pub(crate) const PREVIOUS: usize = 8;
    pub(crate) const GLOBALS: usize = 24;
    pub(crate) const BUILTINS: usize = 32;
    pub(crate) const LOCALS: usize = 40;
    /// `instr_ptr`. Within a line event it is the line's instruction.
    pub(crate) const INSTRUCTION: usize = 56;
    pub(crate) const OWNER: usize = 70;
    pub(crate) const LOCALSPLUS: usize = 72;
    /// `FRAME_OWNED_BY_GENERATOR`.
    pub(crate) const OWNER_GENERATOR: u8 = 1;
    /// `FRAME_OWNED_BY_CSTACK`: it and what is above are markers, not Python frames.
    pub(crate) const OWNER_MARKER: u8 = 3;
}

pub(crate) mod code {
    pub(crate) const CONSTS: usize = 24;
    pub(crate) const FIRST_LINE: usize = 68;
    pub(crate) const VERSION: usize = 92;
    pub(crate) const FILENAME: usize = 112;
    pub(crate) const QUALNAME: usize = 128;
    pub(crate) const FIRST_TRACEABLE: usize = 184;
    pub(crate) const INSTRUCTIONS: usize = 200;
}

pub(crate) mod dict {
    pub(crate) const USED: usize = 16;
    pub(crate) const KEYS: usize = 32;
    pub(crate) const VALUES: usize = 40;
}

pub(crate) mod keys {
    pub(crate) const LOG2_SIZE: usize = 8;
    pub(crate) const LOG2_INDEX_BYTES: usize = 9;
    pub(crate) const KIND: usize = 10;
    pub(crate) const COUNT: usize = 24;
    pub(crate) const INDICES: usize = 32;
    /// `DICT_KEYS_GENERAL`: entries carry a hash, and keys are of any type.
    pub(crate) const KIND_GENERAL: u8 = 0;
}

pub(crate) mod values {
    /// Four bytes and padding come before the values.
    pub(crate) const FIRST: usize = 8;
    /// Whether inline values are in use.
    pub(crate) const VALID: usize = 3;
}

pub(crate) mod heap_type {
    pub(crate) const CACHED_KEYS: usize = 880;
}

pub(crate) mod tuple {
    pub(crate) const ITEMS: usize = 24;
}

pub(crate) mod set {
    pub(crate) const USED: usize = 24;
    pub(crate) const MASK: usize = 32;
    pub(crate) const TABLE: usize = 40;
    pub(crate) const ENTRY: usize = 16;
}

pub(crate) mod unicode {
    pub(crate) const LENGTH: usize = 16;
    pub(crate) const HASH: usize = 24;
    pub(crate) const STATE: usize = 32;
    /// Bits of the state: the characters lie behind the head; all are below 0x80.
    pub(crate) const COMPACT: u32 = 32;
    pub(crate) const ASCII: u32 = 64;
    pub(crate) const COMPACT_ASCII: u32 = COMPACT | ASCII;
    pub(crate) const ASCII_DATA: usize = 40;
    pub(crate) const COMPACT_DATA: usize = 56;
    /// Not compact (a subclass): a pointer to the characters.
    pub(crate) const DATA_POINTER: usize = 56;
}

pub(crate) mod object {
    /// `ob_size` of a variable-sized object, `lv_tag` of an int, the value of a float, cell, …
    pub(crate) const BODY: usize = 16;
    pub(crate) const SECOND: usize = 24;
    pub(crate) const THIRD: usize = 32;
    pub(crate) const FOURTH: usize = 40;
}

pub(crate) mod function {
    pub(crate) const QUALNAME: usize = 40;
}

pub(crate) mod generator {
    /// The code of `gi_iframe`, which stays there until the generator goes.
    pub(crate) const CODE: usize = 72 + super::frame::CODE;
}
