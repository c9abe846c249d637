//! Offsets of CPython 3.11.
//!
//! Knows numbers only. Invariant: see [`super`]. Sources: `offsetof` over `Include/cpython/*.h` and
//! `Include/internal/pycore_{frame,dict,object}.h` of 3.11.7.

pub(crate) mod thread {
    /// `cframe`, in which the current frame is.
    pub(crate) const FRAME: usize = 56;
    /// `current_frame` of a `_PyCFrame`.
    pub(crate) const CURRENT: Option<usize> = Some(8);
}

pub(crate) mod frame {
    pub(crate) const GLOBALS: usize = 8;
    pub(crate) const BUILTINS: usize = 16;
    pub(crate) const LOCALS: usize = 24;
    pub(crate) const CODE: usize = 32;
    pub(crate) const PREVIOUS: usize = 48;
    /// `prev_instr`: the unit before the next instruction.
    pub(crate) const INSTRUCTION: usize = 56;
    pub(crate) const OWNER: usize = 69;
    pub(crate) const LOCALSPLUS: usize = 72;
    /// `FRAME_OWNED_BY_GENERATOR`.
    pub(crate) const OWNER_GENERATOR: u8 = 1;
    /// No frame of this version is a marker: a value above all.
    pub(crate) const OWNER_MARKER: u8 = 128;
}

pub(crate) mod code {
    pub(crate) const CONSTS: usize = 24;
    pub(crate) const FIRST_LINE: usize = 72;
    pub(crate) const FILENAME: usize = 112;
    pub(crate) const QUALNAME: usize = 128;
    pub(crate) const FIRST_TRACEABLE: usize = 168;
    pub(crate) const INSTRUCTIONS: usize = 184;
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
    /// The pointer is to the values themselves.
    pub(crate) const FIRST: usize = 0;
}

pub(crate) mod heap_type {
    pub(crate) const CACHED_KEYS: usize = 872;
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
    /// The characters are in their canonical form; else only `wstr` has them.
    pub(crate) const READY: u32 = 128;
    pub(crate) const COMPACT_ASCII: u32 = COMPACT | ASCII;
    pub(crate) const WIDE: usize = 40;
    pub(crate) const ASCII_DATA: usize = 48;
    pub(crate) const WIDE_LENGTH: usize = 64;
    pub(crate) const COMPACT_DATA: usize = 72;
    /// Not compact (a subclass): a pointer to the characters.
    pub(crate) const DATA_POINTER: usize = 72;
}

pub(crate) mod object {
    /// `ob_size` of a variable-sized object and of an int, the value of a float, cell, …
    pub(crate) const BODY: usize = 16;
    pub(crate) const SECOND: usize = 24;
    pub(crate) const THIRD: usize = 32;
    pub(crate) const FOURTH: usize = 40;
}

pub(crate) mod function {
    pub(crate) const QUALNAME: usize = 40;
}

pub(crate) mod generator {
    /// `gi_code`.
    pub(crate) const CODE: usize = 16;
    /// `gi_frame_state`, and `FRAME_EXECUTING`: what is below waits.
    pub(crate) const STATE: usize = 75;
    pub(crate) const EXECUTING: i8 = 0;
}
