//! Characters of strings, symbols, names and classes, as they are stored.
//!
//! Knows encodings. Invariant: nothing is copied or allocated, and no string is changed: whether one
//! is valid is looked up where Ruby knows it, and else found out without telling Ruby.

use super::object::{Obj, Tag};
use rb_sys::{ID, VALUE};
use std::slice;
use stillframe_core::value::Text;

/// Flags that say that a string is ASCII, or valid in its encoding.
const CODE_RANGE: VALUE = 0x30_0000;
const BROKEN: VALUE = 0x30_0000;
/// Bytes of a string that are looked through where Ruby does not know whether they are valid.
const MOST_BYTES: usize = 4 << 20;
/// Flags that hold the number of the encoding, and the number that says that it stands elsewhere.
const ENCODING_SHIFT: u32 = 22;
const ELSEWHERE: i32 = 0x7f;
/// Numbers of encodings, the same in every Ruby.
const BINARY: i32 = 0;
const UTF_8: i32 = 1;
const US_ASCII: i32 = 2;

impl<'g> Obj<'g> {
    /// Bytes of a string.
    #[inline]
    pub(crate) fn bytes(self) -> &'g [u8] {
        // SAFETY: callers looked at the tag; reads the string's head.
        let pointer = unsafe { rb_sys::RSTRING_PTR(self.raw()) };
        // SAFETY: as above.
        let len = unsafe { rb_sys::RSTRING_LEN(self.raw()) };
        let len = usize::try_from(len).unwrap_or(0);
        if pointer.is_null() {
            return &[];
        }
        // SAFETY: so many bytes lie there, and nobody changes them during the hit.
        unsafe { slice::from_raw_parts(pointer.cast::<u8>(), len) }
    }

    /// Whether a string is of bytes and not of characters.
    pub(crate) fn is_binary(self) -> bool {
        self.encoding() == BINARY
    }

    /// The number of a string's encoding.
    #[inline(always)]
    fn encoding(self) -> i32 {
        match (self.flags() >> ENCODING_SHIFT) as i32 & ELSEWHERE {
            // SAFETY: callers looked at the tag; reads the string's table.
            ELSEWHERE => unsafe { rb_sys::rb_enc_get_index(self.raw()) },
            number => number,
        }
    }

    /// Characters of a string that Ruby knows to be valid: of most. A reference alone, for it comes in
    /// registers, and a [`Text`] would be copied in pieces that the processor waits for.
    #[inline(always)]
    pub(crate) fn known_utf8(self) -> Option<&'g str> {
        let (flags, known) = (self.flags(), self.flags() & CODE_RANGE);
        let encoding = (flags >> ENCODING_SHIFT) as i32 & ELSEWHERE;
        let is_known = known != 0 && known != BROKEN && matches!(encoding, UTF_8 | US_ASCII);
        // SAFETY: Ruby looked, and forgets what it saw whenever the string changes.
        is_known.then(|| unsafe { str::from_utf8_unchecked(self.bytes()) })
    }

    /// Characters of a string, if it has any that can be read.
    pub(crate) fn string_text(self) -> Option<Text<'g>> {
        if let Some(text) = self.known_utf8() {
            return Some(Text::Utf8(text));
        }
        let (bytes, encoding) = (self.bytes(), self.encoding());
        if encoding == BINARY {
            let is_ascii = bytes.len() <= MOST_BYTES && bytes.is_ascii();
            return is_ascii.then(|| str::from_utf8(bytes).ok().map(Text::Utf8)).flatten();
        }
        if encoding == UTF_8 || encoding == US_ASCII {
            let is_short = bytes.len() <= MOST_BYTES;
            return is_short.then(|| str::from_utf8(bytes).ok().map(Text::Utf8)).flatten();
        }
        self.rare_text(bytes, encoding)
    }

    /// Of another encoding: those that hold ASCII alone.
    #[cold]
    fn rare_text(self, bytes: &'g [u8], encoding: i32) -> Option<Text<'g>> {
        // SAFETY: the number is of an encoding that a string has.
        let found = unsafe { rb_sys::rb_enc_from_index(encoding) };
        // SAFETY: encodings live for ever.
        let narrow = unsafe { found.as_ref() }.is_some_and(|found| found.min_enc_len == 1);
        let is_ascii = narrow && bytes.len() <= MOST_BYTES && bytes.is_ascii();
        is_ascii.then(|| str::from_utf8(bytes).ok().map(Text::Utf8)).flatten()
    }

    /// The name of a symbol.
    pub(crate) fn symbol_text(self) -> Text<'g> {
        // SAFETY: callers looked at the tag; a symbol keeps its string.
        let string = Obj::new(unsafe { rb_sys::rb_sym2str(self.raw()) });
        string.lossy_text()
    }

    /// Whether it is a string.
    pub(super) fn is_string(self) -> bool {
        self.tag() == Tag::String
    }

    /// Characters of a string in any case.
    #[inline]
    pub(crate) fn lossy_text(self) -> Text<'g> {
        if !self.is_string() {
            return Text::Utf8("?");
        }
        if let Some(text) = self.known_utf8() {
            return Text::Utf8(text);
        }
        self.rare_lossy_text()
    }

    #[cold]
    fn rare_lossy_text(self) -> Text<'g> {
        self.string_text().unwrap_or_else(|| Text::Latin1(self.bytes()))
    }

    /// Characters of a string that is valid UTF-8; nothing of anything else.
    pub(crate) fn utf8(self) -> Option<&'g str> {
        match self.is_string().then(|| self.string_text()) {
            Some(Some(Text::Utf8(text))) => Some(text),
            _ => None,
        }
    }

    /// The name of a class or module; nothing if it has none.
    pub(crate) fn class_name(self) -> Option<Text<'g>> {
        // SAFETY: callers hand a class or module; reads what it stores and makes nothing.
        let name = Obj::new(unsafe { rb_sys::rb_mod_name(self.raw()) });
        (!name.is_immediate()).then(|| name.lossy_text())
    }
}

/// A name of Ruby's own table. Those that come from code live as long as the process.
pub(crate) fn name_of<'g>(id: ID) -> Text<'g> {
    // SAFETY: any number may be asked for; the strings are never freed.
    let string = unsafe { rb_sys::rb_id2str(id) };
    Obj::new(string).lossy_text()
}

/// The number of a name, which is entered into Ruby's table for good.
pub(crate) fn intern(name: &str) -> ID {
    // SAFETY: Ruby has this encoding from its start.
    let utf8 = unsafe { rb_sys::rb_utf8_encoding() };
    // SAFETY: so many bytes lie there, which are valid in the encoding, so nothing is raised.
    unsafe { rb_sys::rb_intern3(name.as_ptr().cast(), name.len() as std::ffi::c_long, utf8) }
}
