//! Where the tokens of a source lie, and on which lines.
//!
//! Knows offsets and line terminators, not grammar. Invariant: a place that is handed out lies
//! behind the last token of its line, so that what is inserted there moves no token.

use oxc_parser::{Kind, Token};

/// The tokens of a source, and its lines.
pub(crate) struct Tokens {
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// Where lines begin, the first one included.
    lines: Vec<u32>,
    /// The first offset at which code may stand: behind a byte order mark and a hashbang.
    begin: u32,
}

impl Tokens {
    pub(crate) fn new(source: &str, tokens: &[Token], hashbang_end: u32) -> Self {
        let real = tokens.iter().filter(|token| {
            !matches!(token.kind(), Kind::Eof | Kind::HashbangComment)
                && token.end() > token.start()
        });
        let (starts, ends) = real.map(|token| (token.start(), token.end())).unzip();
        let lines = line_starts(source);
        let mark = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() as u32 } else { 0 };
        // The line behind the hashbang; without one, code that would have to stand in it.
        let behind = lines.iter().copied().find(|line| *line > hashbang_end);
        let begin = if hashbang_end == 0 { mark } else { behind.unwrap_or(u32::MAX) };
        Self { starts, ends, lines, begin }
    }

    /// The line of this offset, counted from one.
    pub(crate) fn line(&self, offset: u32) -> u32 {
        self.lines.partition_point(|start| *start <= offset) as u32
    }

    /// Where something can be put before the token that starts here, if it is the first of its
    /// line.
    pub(crate) fn before(&self, start: u32) -> Option<u32> {
        let index = self.starts.partition_point(|other| *other < start);
        let place = index.checked_sub(1).map_or(self.begin, |previous| self.ends[previous]);
        (place < start && self.line(place) < self.line(start)).then_some(place)
    }

    /// Where something can be put behind the token that ends here, if it is the last of its line.
    pub(crate) fn behind(&self, end: u32) -> Option<u32> {
        let next = self.starts.partition_point(|other| *other < end);
        let is_last = self.starts.get(next).is_none_or(|start| self.line(*start) > self.line(end));
        is_last.then_some(end)
    }
}

/// Lines end where ECMAScript says so, which is where V8 counts them.
fn line_starts(source: &str) -> Vec<u32> {
    let bytes = source.as_bytes();
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        let length = match byte {
            b'\n' => 1,
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => 1,
            0xE2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => 3,
            _ => continue,
        };
        starts.push((at + length) as u32);
    }
    starts
}
