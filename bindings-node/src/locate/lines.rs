//! Lines and columns of a text, as V8 counts them.
//!
//! Invariants: a place lies at the begin of a character of its line, or at the line's end; finding one
//! takes no longer in a text of one line than in one of many.

use std::sync::Arc;

/// Bytes between two places of which the column is known.
const STRIDE: usize = 512;

/// Where lines begin, and how many 16-bit units stand before some places.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// In bytes, and in 16-bit units.
    starts: Vec<(usize, usize)>,
    marks: Vec<(usize, usize)>,
}

/// Where the lines of a text begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    table: Arc<Table>,
}

impl<'t> Lines<'t> {
    /// Lines end where ECMAScript ends them.
    pub(super) fn of(text: &'t str) -> Self {
        let mut table = Table { starts: vec![(0, 0)], marks: Vec::new() };
        let mut units = 0;
        let mut next_mark = 0;
        let mut chars = text.char_indices().peekable();
        while let Some((at, one)) = chars.next() {
            if at >= next_mark {
                table.marks.push((at, units));
                next_mark = at + STRIDE;
            }
            units += one.len_utf16();
            let is_pair = one == '\r' && matches!(chars.peek(), Some((_, '\n')));
            if matches!(one, '\n' | '\r' | '\u{2028}' | '\u{2029}') && !is_pair {
                table.starts.push((at + one.len_utf8(), units));
            }
        }
        Self { text, table: Arc::new(table) }
    }

    /// The lines of a text that were looked for before.
    pub(super) fn again(text: &'t str, table: &Arc<Table>) -> Self {
        Self { text, table: Arc::clone(table) }
    }

    /// What there is to keep of them.
    pub(super) fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table)
    }

    /// The line, from 1, of a byte.
    pub(super) fn line(&self, at: usize) -> u32 {
        let line = self.table.starts.partition_point(|(start, _)| *start <= at);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The line, from 1, and the column in 16-bit units, from 0, of a byte.
    pub(super) fn place(&self, at: usize) -> (u32, u32) {
        let line = self.line(at);
        let (_, start) = self.start(line);
        let behind = self.table.marks.partition_point(|(byte, _)| *byte <= at);
        let (byte, units) = self.mark(behind);
        let between = self.text.get(byte..at).unwrap_or_default();
        let units = units + between.encode_utf16().count();
        (line, u32::try_from(units.saturating_sub(start)).unwrap_or(u32::MAX))
    }

    /// The byte of a line, from 1, and a column in 16-bit units, from 0.
    pub(super) fn byte(&self, line: u32, column: u32) -> usize {
        let (start, units) = self.start(line);
        let wanted = units + column as usize;
        let behind = self.table.marks.partition_point(|(_, units)| *units <= wanted);
        let (from, before) = self.mark(behind).max((start, units));
        let mut left = wanted - before;
        for (at, one) in self.text[from..].char_indices() {
            if left < one.len_utf16() {
                return from + at;
            }
            left -= one.len_utf16();
        }
        self.text.len()
    }

    fn start(&self, line: u32) -> (usize, usize) {
        let index = line.saturating_sub(1) as usize;
        self.table.starts.get(index).copied().unwrap_or((self.text.len(), 0))
    }

    fn mark(&self, behind: usize) -> (usize, usize) {
        let index = behind.saturating_sub(1);
        self.table.marks.get(index).copied().unwrap_or((0, 0))
    }
}
