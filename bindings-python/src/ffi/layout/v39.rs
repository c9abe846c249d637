//! Offsets of CPython 3.9.
//!
//! Knows numbers only. Invariant: see [`super`]. Sources: `offsetof` over `Include/cpython/*.h` and
//! `Include/internal/pycore_*.h` of 3.9.18; `keys` from `Objects/dict-common.h`.

pub(crate) mod thread {
    /// `frame`.
    pub(crate) const FRAME: usize = 24;
    /// It is the current frame itself.
    pub(crate) const CURRENT: Option<usize> = None;
}

pub(crate) mod frame {
    pub(crate) const PREVIOUS: usize = 24;
    pub(crate) const CODE: usize = 32;
    pub(crate) const BUILTINS: usize = 40;
    pub(crate) const GLOBALS: usize = 48;
    pub(crate) const LOCALS: usize = 56;
    /// `f_lasti`, in bytes.
    pub(crate) const INSTRUCTION: usize = 104;
    /// Bytes that one step of it stands for.
    pub(crate) const INSTRUCTION_BYTES: usize = 1;
    /// `f_stacktop`: null unless the frame waits.
    pub(crate) const STACK_TOP: usize = 72;
    pub(crate) const LOCALSPLUS: usize = 360;
}

pub(crate) mod code {
    pub(crate) const FLAGS: usize = 36;
    pub(crate) const FIRST_LINE: usize = 40;
    /// `co_code`, a bytes object.
    pub(crate) const INSTRUCTIONS: usize = 48;
    pub(crate) const CONSTS: usize = 56;
    pub(crate) const NAMES: usize = 64;
    pub(crate) const FILENAME: usize = 104;
    pub(crate) const NAME: usize = 112;
}

pub(crate) mod dict {
    pub(crate) const USED: usize = 16;
    pub(crate) const KEYS: usize = 32;
    pub(crate) const VALUES: usize = 40;
}

pub(crate) mod keys {
    pub(crate) const SIZE: usize = 8;
    /// `dk_lookup`, the function that knows of what kind the keys are.
    pub(crate) const LOOKUP: usize = 16;
    pub(crate) const COUNT: usize = 32;
    pub(crate) const INDICES: usize = 40;
    /// `PyDictKeyEntry`: hash, key, value.
    pub(crate) const ENTRY: usize = 24;
    pub(crate) const ENTRY_KEY: usize = 8;
}

pub(crate) mod values {
    /// The pointer is to the values themselves.
    pub(crate) const FIRST: usize = 0;
}

pub(crate) mod heap_type {
    pub(crate) const CACHED_KEYS: usize = 864;
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
    pub(crate) const NAME: usize = 64;
    pub(crate) const QUALNAME: usize = 104;
}

pub(crate) mod generator {
    /// `gi_frame`; null once it has ended.
    pub(crate) const FRAME: usize = 16;
    /// `gi_running`.
    pub(crate) const RUNNING: usize = 24;
    /// `gi_code`.
    pub(crate) const CODE: usize = 32;
}
