//! Names within one capture: each is written once, and judged once.
//!
//! Knows a name's identity and text, not what is called so. Invariant: what this says is defined is
//! defined in the bytes that were kept, whatever was rolled back meanwhile.

use super::tables::{Slot, Table};
use super::writer::Writer;
use crate::host::Name;
use crate::redaction::Redaction;
use crate::value::Text;

/// Names that a capture remembers; beyond three quarters of it they are written again.
const REMEMBERED: usize = 256;
/// Bytes of a name that are written. Qualified names and paths longer than this are rare.
const NAME_BYTES: usize = 1_024;
/// The upper bits of a remembered number: what the redaction list said of the name.
const READABLE: u16 = 0x4000;
const REDACTED: u16 = 0x8000;
/// The lower bits: the number; all of them set when the name was forgotten.
const NUMBER: u16 = 0x3fff;

/// Names that at most three quarters of `N` are remembered of.
pub(super) struct Names<const N: usize = REMEMBERED> {
    table: Table<N>,
    defined: u16,
}

impl<const N: usize> Names<N> {
    pub(super) fn new() -> Self {
        Self { table: Table::new(), defined: 0 }
    }

    /// How many names the bytes define: what a roll-back restores.
    pub(super) fn defined(&self) -> u16 {
        self.defined
    }

    /// Forgets what was defined since there were `defined`.
    pub(super) fn restore(&mut self, defined: u16) {
        if defined != self.defined {
            self.table.replace(NUMBER, |number| number & NUMBER >= defined);
            self.defined = defined;
        }
    }

    /// Writes a name that is never judged: of a type, a file, a function.
    #[inline(always)]
    pub(super) fn write(&mut self, name: &Name<'_>, writer: &mut Writer<'_>) -> bool {
        let (slot, number) = self.table.find(name.identity);
        match number.map(|number| number & NUMBER).filter(|number| *number < self.defined) {
            Some(number) => writer.varint(u64::from(number)),
            None => {
                let number = self.defined;
                let written = self.define(name, writer);
                if written {
                    self.table.put(slot, name.identity, number);
                }
                written
            }
        }
    }

    /// Writes a tag and a name; `None` if they did not fit, else whether the redaction list holds it.
    #[inline(always)]
    pub(super) fn write_judged(
        &mut self,
        tag: u8,
        name: &Name<'_>,
        redaction: &Redaction,
        writer: &mut Writer<'_>,
    ) -> Option<bool> {
        let (slot, held) = self.table.find(name.identity);
        if let Some(held) = held
            && held & NUMBER < self.defined
            && held & !NUMBER != 0
        {
            return writer.short(tag, held & NUMBER).then_some(held & REDACTED != 0);
        }
        self.judge(tag, name, slot, redaction, writer)
    }

    /// Whether a key is redacted. The rows of a table share their keys: each is judged once, known by
    /// where its characters are, which cannot change while a capture holds the runtime still.
    pub(super) fn is_redacted_key(&mut self, text: Text<'_>, redaction: &Redaction) -> bool {
        let Some(identity) = place(text) else { return redaction.name_text(text) };
        let (slot, held) = self.table.find(identity);
        match held.map(|held| held & !NUMBER).filter(|verdict| *verdict != 0) {
            Some(verdict) => verdict == REDACTED,
            None => {
                let redacted = redaction.name_text(text);
                // Names of fields need the table more: keys of one large map must not fill it.
                if self.table.used() < N / 2 {
                    let verdict = if redacted { REDACTED } else { READABLE };
                    self.table.put(slot, identity, verdict | NUMBER);
                }
                redacted
            }
        }
    }

    #[cold]
    fn judge(
        &mut self,
        tag: u8,
        name: &Name<'_>,
        slot: Slot,
        redaction: &Redaction,
        writer: &mut Writer<'_>,
    ) -> Option<bool> {
        let number = self.table.find(name.identity).1.map(|held| held & NUMBER);
        let number = number.filter(|number| *number < self.defined).unwrap_or(self.defined);
        let written = writer.put([tag])
            && if number < self.defined {
                writer.varint(u64::from(number))
            } else {
                self.define(name, writer)
            };
        if !written {
            return None;
        }
        let redacted = redaction.name_text(name.text);
        let verdict = if redacted { REDACTED } else { READABLE };
        self.table.put(slot, name.identity, number | verdict);
        Some(redacted)
    }

    #[inline(never)]
    fn define(&mut self, name: &Name<'_>, writer: &mut Writer<'_>) -> bool {
        let written = self.defined < NUMBER
            && writer.varint(u64::from(self.defined))
            && writer.text(name.text, NAME_BYTES);
        self.defined += u16::from(written);
        written
    }
}

/// A number that only this text has within a capture: its address and, above all addresses, its
/// length. `None` for a text too long for that.
#[inline(always)]
fn place(text: Text<'_>) -> Option<usize> {
    const ADDRESS_BITS: u32 = 48;
    let address = match text {
        Text::Utf8(text) => text.as_ptr() as usize,
        Text::Latin1(units) => units.as_ptr() as usize,
        Text::Units16(units) => units.as_ptr() as usize,
        Text::Units32(units) => units.as_ptr() as usize,
    };
    let len = u16::try_from(text.units()).ok().filter(|len| *len > 0)?;
    let fits = address as u64 >> ADDRESS_BITS == 0;
    fits.then_some(address | (u64::from(len) << ADDRESS_BITS) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_place_and_length() {
        let (redaction, mut names) = (Redaction::standard(), Names::<REMEMBERED>::new());
        let keys = b"passwordless";
        for _ in 0..2 {
            assert!(names.is_redacted_key(Text::Latin1(&keys[..8]), &redaction));
            assert!(!names.is_redacted_key(Text::Latin1(&keys[..7]), &redaction));
            assert!(!names.is_redacted_key(Text::Latin1(&keys[8..]), &redaction));
            assert!(!names.is_redacted_key(Text::Latin1(b""), &redaction));
        }
        assert_eq!(names.table.used(), 3);
    }

    #[test]
    fn many_keys_leave_room_for_names() {
        let (redaction, mut names) = (Redaction::standard(), Names::<REMEMBERED>::new());
        let keys: Vec<String> = (0..1_000).map(|n| format!("key{n}")).collect();
        for key in &keys {
            assert!(!names.is_redacted_key(Text::Utf8(key), &redaction));
        }
        assert_eq!(names.table.used(), REMEMBERED / 2);
    }
}
