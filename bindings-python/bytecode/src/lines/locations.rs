//! `co_linetable` of CPython 3.11: for stretches of up to eight units a line and columns.
//!
//! Knows locations. Invariant: a unit of the old code keeps its lines and columns; an inserted one
//! has a line alone, so that no traceback can show a column that is not the application's.

use super::Span;
use crate::assemble::{Layout, Source};
use crate::decode::Body;
use crate::varint::{Reader, write_lowest_first, write_signed};
use crate::{Code, Refusal};

/// Form with both lines and both columns.
const LONG: u8 = 14;
/// Form with a line and no column.
const NO_COLUMNS: u8 = 13;
/// Form without any line.
const NO_LINE: u8 = 15;
/// First form whose step in lines is in its number.
const ONE_LINE: u8 = 10;
/// Units one entry can cover.
const MAX_UNITS: u32 = 8;

/// One entry of the table.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    form: u8,
    units: u32,
    /// Its step in lines.
    step: i64,
    /// What follows its step, as it is written.
    rest: &'a [u8],
    /// Its last line, counted from its first.
    height: u32,
}

fn entries(table: &[u8]) -> Result<Vec<Entry<'_>>, Refusal> {
    let mut reader = Reader::new(table);
    let mut entries = Vec::with_capacity(table.len() / 2);
    while !reader.is_empty() {
        entries.push(entry(&mut reader).ok_or(Refusal::Damaged("the table of lines is cut off"))?);
    }
    Ok(entries)
}

fn entry<'a>(reader: &mut Reader<'a>) -> Option<Entry<'a>> {
    let head = reader.byte().filter(|head| head & 0x80 != 0)?;
    let form = head >> 3 & 0xf;
    let step = match form {
        LONG | NO_COLUMNS => reader.signed()?,
        ONE_LINE..NO_COLUMNS => i64::from(form - ONE_LINE),
        _ => 0,
    };
    let start = reader.clone();
    let mut height = 0;
    match form {
        LONG => {
            height = u32::try_from(reader.lowest_first()?).ok()?;
            reader.lowest_first()?;
            reader.lowest_first()?;
        }
        NO_COLUMNS | NO_LINE => {}
        ONE_LINE.. => {
            reader.byte()?;
            reader.byte()?;
        }
        _ => {
            reader.byte()?;
        }
    }
    let units = u32::from(head & 7) + 1;
    Some(Entry { form, units, step, rest: reader.since(&start), height })
}

/// The span of every instruction.
pub(crate) fn read(code: &Code<'_>, body: &Body) -> Result<Vec<Span>, Refusal> {
    let mut spans = Vec::with_capacity(body.instructions.len());
    let (mut end, mut line) = (0_u32, i64::from(code.first_line));
    let mut instructions = body.instructions.iter().peekable();
    for entry in entries(code.lines)? {
        end = end.checked_add(entry.units).ok_or(Refusal::TooLarge)?;
        line += entry.step;
        let span = match entry.form {
            NO_LINE => Span::default(),
            _ => Span::new(line, line + i64::from(entry.height)),
        };
        while instructions.next_if(|one| one.start < end).is_some() {
            spans.push(span);
        }
    }
    if end != body.units {
        return Err(Refusal::Damaged("the table of lines does not fit the code"));
    }
    Ok(spans)
}

/// What the units being written show.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    /// The old entry of this index.
    Entry(usize),
    /// A line of an inserted call; 0 is none.
    Line(u32),
}

/// Writes stretches of equal location, in order.
struct Writer<'a> {
    out: Vec<u8>,
    entries: Vec<Entry<'a>>,
    /// The line of each entry.
    lines: Vec<i64>,
    /// The line the table has come to.
    line: i64,
    shown: Shown,
    units: u32,
}

impl Writer<'_> {
    fn add(&mut self, shown: Shown, units: u32) {
        if shown != self.shown {
            self.flush();
            self.shown = shown;
        }
        self.units += units;
    }

    fn flush(&mut self) {
        while self.units > 0 {
            let units = self.units.min(MAX_UNITS);
            self.units -= units;
            match self.shown {
                Shown::Line(0) => self.head(NO_LINE, units),
                Shown::Line(line) => {
                    let line = i64::from(line);
                    self.head(NO_COLUMNS, units);
                    write_signed(&mut self.out, line - self.line);
                    self.line = line;
                }
                Shown::Entry(index) => self.entry(index, units),
            }
        }
    }

    fn head(&mut self, form: u8, units: u32) {
        self.out.push(0x80 | form << 3 | (u8::try_from(units).unwrap_or(8) - 1));
    }

    /// A stretch of an old entry, in the form it had unless its step no longer fits.
    fn entry(&mut self, index: usize, units: u32) {
        let Entry { form, rest, .. } = self.entries[index];
        if form == NO_LINE {
            return self.head(form, units);
        }
        let step = self.lines[index] - self.line;
        self.line = self.lines[index];
        match (form, u8::try_from(step)) {
            (LONG | NO_COLUMNS, _) => {
                self.head(form, units);
                write_signed(&mut self.out, step);
            }
            (ONE_LINE.., Ok(step @ 0..=2)) => self.head(ONE_LINE + step, units),
            (..ONE_LINE, Ok(0)) => self.head(form, units),
            _ => return self.long(index, units, step),
        }
        self.out.extend(rest);
    }

    /// The long form of an entry that had a short one.
    fn long(&mut self, index: usize, units: u32, step: i64) {
        let Entry { form, rest, .. } = self.entries[index];
        let (first, last) = match (form, rest) {
            (ONE_LINE.., [first, last, ..]) => (u64::from(*first), u64::from(*last)),
            (_, [packed, ..]) => {
                let first = u64::from(form) << 3 | u64::from(packed >> 4);
                (first, first + u64::from(packed & 15))
            }
            _ => return self.head(NO_LINE, units),
        };
        self.head(LONG, units);
        write_signed(&mut self.out, step);
        // No further line, and columns counted from one.
        write_lowest_first(&mut self.out, 0);
        write_lowest_first(&mut self.out, first + 1);
        write_lowest_first(&mut self.out, last + 1);
    }
}

/// The table of the code as laid out.
pub(crate) fn write(code: &Code<'_>, layout: &Layout) -> Result<Vec<u8>, Refusal> {
    let entries = entries(code.lines)?;
    let mut line = i64::from(code.first_line);
    let mut lines = Vec::with_capacity(entries.len());
    let mut ends = Vec::with_capacity(entries.len());
    let mut end = 0;
    for entry in &entries {
        line += entry.step;
        end += entry.units;
        lines.push(line);
        ends.push(end);
    }
    let line = i64::from(code.first_line);
    let out = Vec::with_capacity(code.lines.len() + 16);
    let shown = Shown::Line(0);
    let mut writer = Writer { out, entries, lines, line, shown, units: 0 };
    let mut at = 0;
    for (source, units) in layout.stretches() {
        match source {
            Source::Inserted(line) => writer.add(Shown::Line(line), units),
            Source::Old { start, end } => {
                // What an instruction gained is told where it begins.
                let mut gained = units - (end - start);
                let mut unit = start;
                while unit < end {
                    at += usize::from(ends[at] <= unit);
                    let stop = ends[at].min(end);
                    writer.add(Shown::Entry(at), stop - unit + gained);
                    (unit, gained) = (stop, 0);
                }
            }
        }
    }
    writer.flush();
    Ok(writer.out)
}
