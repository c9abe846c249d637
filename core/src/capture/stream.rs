//! The capture stream: its specification, byte for byte, and its numbers.
//!
//! A capture is one run of bytes in preorder. The core writes it where it walks through
//! [`Walker`](crate::host::Walker); where crossing into it for every value would cost more than the
//! value, the runtime's own language writes the same bytes. The shipper reads it with
//! [`check`](super::check), which trusts nothing in it. Knows neither walking nor reading. Invariant:
//! numbers are only ever added; a change of meaning is a new [`VERSION`].
//!
//! # Notation
//!
//! All numbers are little-endian. `u8 u16 u32 u64 i8 i32 i64 f32 f64` have their fixed size. `varint` is
//! an unsigned LEB128 number of at most 10 bytes and 64 bits: seven bits a byte, lowest first, the
//! top bit set on all but the last.
//!
//! # Stream
//!
//! ```text
//! stream   = header record* END
//! header   = u8 version (1)
//!            u8 kind: 0 snap, 1 log
//!            u16 zero
//!            u32 site
//!            u64 probe id: up to eight ASCII bytes, zero behind them
//!            u32 revision of the probe
//!            u32 zero
//!            u64 number of the capture within the probe, from 1
//!            u64 wall time, ns since 1970 UTC
//!            u64 monotonic time, ns
//!            u64 ns that the capture took, written last
//!            u64 system's id of the thread
//!            16 bytes trace id; all zero if no trace was active            (80 bytes in all)
//! record   = THREAD text
//!          | FRAME name(file) name(function) varint(line, 0 unknown)       the probed frame first
//!          | FRAME_AT name(file) name(function) varint(line) varint(column, from 1)
//!          | MORE_FRAMES varint(frames beyond those named)
//!          | AT_LEAST_FRAMES varint(frames beyond those named, of which there may be more)
//!          | WATCH text(expression) value
//!          | FAILED text(expression) text(message)
//!          | FAILED_CODE text(expression) varint(index of the watch) 99 bytes(failure)   core only
//!          | LOCAL name value
//!          | MORE_LOCALS varint(variables not written) u8(reason)
//!          | MORE_WATCHES varint(watches not written) u8(reason)
//!          | CHILDREN varint(ordinal) child* [REST u8(reason)] CLOSE
//!          | MESSAGE u32(bytes) bytes                                      UTF-8, a log's line
//! ```
//!
//! Records come in this order; readers accept any. FRAME_AT is a FRAME whose file may have been made of
//! another: the reader asks the runtime where that place was written.
//!
//! # Values
//!
//! ```text
//! value    = NULL | UNDEFINED | FALSE | TRUE
//!          | INT8 i8 | INT32 i32 | INT64 i64                 the shortest that fits, by preference
//!          | FLOAT f64 | FLOAT32 f32
//!          | BIG_INT u8(1 if negative) u8(bits used of each digit) varint(digits) u32*   least first
//!          | text
//!          | BYTES varint(taken) bytes
//!          | BYTES_CUT varint(taken) varint(bytes in all) bytes
//!          | OPEN u8(kind) name(type) varint(0, or 1 + children in all) child* [REST u8] CLOSE
//!          | HEAD u8(kind) name(type) varint(0, or 1 + children in all)
//!          | REF varint(ordinal)
//!          | MISSING u8(reason)
//! child    = value                                            element of a sequence or set
//!          | ENTRY value(key) value                           entry of a map
//!          | FIELD name value                                 field of an object
//! text     = TEXT+e varint(taken) units                       e = 0 UTF-8, 1 Latin-1,
//!          | TEXT_CUT+e varint(taken) varint(in all) units        2 UTF-16, 3 UTF-32
//! name     = varint(n) [text]                                n < 32,768
//!          | varint(n)                                       32,768 ≤ n: of the process's table
//! ```
//!
//! - Every OPEN and HEAD has an *ordinal*: they are counted through the stream from 0. REF names an
//!   object opened earlier: aliases and cycles. An object written without its children because of the
//!   depth limit is no target for REF, so that it can be written in full elsewhere.
//! - HEAD stands only where a WATCH or LOCAL has its value; its children follow later in one CHILDREN
//!   record. So every root's own value is in the stream before any root's children, and then each
//!   root gets an equal share of the bytes that remain. A HEAD with children in all unequal to 0 and
//!   no CHILDREN record lost them to the limit of bytes.
//! - A *name*: `n` counts the names defined so far, from 0. `n` below that count repeats name `n`; `n`
//!   equal to it is followed by its text and defines it. Names of types, fields, variables, files and
//!   functions share one table.
//! - `n` from 32,768 on is entry `n` − 32,768 of the names that all captures of the process share
//!   ([`shared`](super::shared)), and defines nothing. No stream is long enough to define so many.
//! - FLOAT32 is the host's number in 32 bits. Readers take it for the decimal number that its shortest
//!   digits say, so that `0.1f` is shown as 0.1.
//! - `taken` counts units as stored: bytes, 16 or 32 bits. *In all* is the host's own length. UTF-16
//!   may hold lone surrogates. A cut never splits a character of UTF-8.
//! - A text object, byte object or number that is no builtin (a subclass) is an OPEN of kind 6, 7 or 8
//!   whose first element is the builtin value it stores, if that can be read. An instance (9) whose
//!   storage means one value (a date, a decimal number) has that as its only element, as a text.
//! - REST says why further children are missing, at most once, after the last of them.
//! - Values nest at most [`MAX_NESTING`] deep.
//!
//! # Redaction
//!
//! A writer puts MISSING *redacted* in place of a value whose variable, field or text key the name
//! list holds, and never reads that value. The reader holds the names against the list again and its
//! verdict is final; so a writer that cannot judge a name (beyond ASCII) may leave it to the reader.
//! A key that is cut must have been judged whole by the writer.
//!
//! # Numbers
//!
//! Kinds: 0 list, 1 tuple, 2 map, 3 set, 4 frozen set, 5 range, 6 text, 7 bytes, 8 number, 9 instance,
//! 10 class, 11 function, 12 module. Reasons: 1 unset, 2 absent, 3 needs code, 4 not loaded, 5 redacted,
//! 6 unreadable, 7 depth, 8 items, 9 fields, 10 bytes, 11 deadline. Tags are the constants below.

/// First byte of every stream.
pub const VERSION: u8 = 1;
/// Bytes of the header.
pub const HEADER_BYTES: usize = 80;
/// Where the header holds the nanoseconds that the capture took.
pub const TOOK_AT: usize = 48;
/// Values within values that a reader follows: the ceiling of depth, and room for keys.
pub const MAX_NESTING: u32 = 16;
/// A stream whose limit is smaller could hold neither the probed frame nor a watch's beginning.
pub const MIN_BYTES: usize = 1 << 10;

/// `null`.
pub const NULL: u8 = 0x00;
/// `undefined`.
pub const UNDEFINED: u8 = 0x01;
/// `false`.
pub const FALSE: u8 = 0x02;
/// `true`.
pub const TRUE: u8 = 0x03;
/// An integer in 8 bits.
pub const INT8: u8 = 0x04;
/// An integer in 32 bits.
pub const INT32: u8 = 0x05;
/// An integer in 64 bits.
pub const INT64: u8 = 0x06;
/// A floating point number.
pub const FLOAT: u8 = 0x07;
/// An integer beyond 64 bits.
pub const BIG_INT: u8 = 0x08;
/// A floating point number in 32 bits.
pub const FLOAT32: u8 = 0x09;
/// A string, plus its encoding.
pub const TEXT: u8 = 0x10;
/// A cut string, plus its encoding.
pub const TEXT_CUT: u8 = 0x14;
/// A byte string.
pub const BYTES: u8 = 0x18;
/// A cut byte string.
pub const BYTES_CUT: u8 = 0x19;
/// An object; its children follow.
pub const OPEN: u8 = 0x20;
/// An object whose children follow in a CHILDREN record.
pub const HEAD: u8 = 0x21;
/// An entry of a map.
pub const ENTRY: u8 = 0x22;
/// A field of an object.
pub const FIELD: u8 = 0x23;
/// Further children are missing.
pub const REST: u8 = 0x24;
/// Ends the children of an object.
pub const CLOSE: u8 = 0x25;
/// An object written before.
pub const REF: u8 = 0x26;
/// Not there, or left out.
pub const MISSING: u8 = 0x27;
/// The thread's name.
pub const THREAD: u8 = 0x30;
/// A stack frame.
pub const FRAME: u8 = 0x31;
/// Frames beyond those named.
pub const MORE_FRAMES: u8 = 0x32;
/// A watch that has a value.
pub const WATCH: u8 = 0x33;
/// A watch that failed, in words.
pub const FAILED: u8 = 0x34;
/// A watch that failed, in the core's own numbers.
pub const FAILED_CODE: u8 = 0x35;
/// A variable of the probed frame.
pub const LOCAL: u8 = 0x36;
/// Variables not written.
pub const MORE_LOCALS: u8 = 0x37;
/// The children of a HEAD.
pub const CHILDREN: u8 = 0x38;
/// The line of a log probe.
pub const MESSAGE: u8 = 0x39;
/// Watches not written.
pub const MORE_WATCHES: u8 = 0x3a;
/// Frames beyond those named, not counted to the last.
pub const AT_LEAST_FRAMES: u8 = 0x3b;
/// A stack frame with its column.
pub const FRAME_AT: u8 = 0x3c;
/// Ends the stream.
pub const END: u8 = 0x3f;

/// Encodings of a text's units: what is added to [`TEXT`] and [`TEXT_CUT`].
pub mod encoding {
    /// UTF-8.
    pub const UTF8: u8 = 0;
    /// One byte a code point.
    pub const LATIN1: u8 = 1;
    /// UTF-16, perhaps with lone surrogates.
    pub const UTF16: u8 = 2;
    /// UTF-32, perhaps with surrogates.
    pub const UTF32: u8 = 3;
}
