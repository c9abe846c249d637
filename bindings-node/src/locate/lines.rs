//! Lines and columns of a text, as V8 counts them.
//!
//! Invariant: a place lies at the begin of a character of its line, or at the line's end.

/// Where the lines of a text begin, in bytes.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Lines end where ECMAScript ends them.
    pub(super) fn of(text: &'t str) -> Self {
        let mut starts = vec![0];
        let mut chars = text.char_indices().peekable();
        while let Some((at, one)) = chars.next() {
            let is_pair = one == '\r' && matches!(chars.peek(), Some((_, '\n')));
            if matches!(one, '\n' | '\r' | '\u{2028}' | '\u{2029}') && !is_pair {
                starts.push(at + one.len_utf8());
            }
        }
        Self { text, starts }
    }

    /// The line, from 1, of a byte.
    pub(super) fn line(&self, at: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= at);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The line, from 1, and the column in 16-bit units, from 0, of a byte.
    pub(super) fn place(&self, at: usize) -> (u32, u32) {
        let line = self.line(at);
        let start = self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or(0);
        let before = self.text.get(start..at).unwrap_or_default();
        (line, u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX))
    }

    /// The byte of a line, from 1, and a column in 16-bit units, from 0.
    pub(super) fn byte(&self, line: u32, column: u32) -> usize {
        let start = self.starts.get(line.saturating_sub(1) as usize).copied();
        let start = start.unwrap_or(self.text.len());
        let mut left = column as usize;
        for (at, one) in self.text[start..].char_indices() {
            if left < one.len_utf16() {
                return start + at;
            }
            left -= one.len_utf16();
        }
        self.text.len()
    }
}
