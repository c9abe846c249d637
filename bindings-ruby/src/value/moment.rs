//! Moments and dates, as texts.
//!
//! Knows how they are written and not where they lie. Invariant: nothing is allocated, and the numbers
//! are those that are stored: no zone is asked for.

use crate::ffi::{Obj, gregorian};
use std::fmt::{Error, Result, Write};

/// A `Time`, in UTC: what its own zone is may be for the application's code to say.
pub(super) fn of_time(object: Obj<'_>) -> Room {
    let (seconds, nanoseconds) = object.time();
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    Room::with(|room| {
        write_day(room, gregorian(days))?;
        room.write_char(' ')?;
        write_clock(room, second, nanoseconds)?;
        room.write_str(" UTC")
    })
}

/// A `Date`, or a `DateTime` with its time and offset. Nothing where it is not kept in plain numbers.
pub(super) fn of_date(object: Obj<'_>, has_time: bool) -> Option<Room> {
    let date = object.date()?;
    Some(Room::with(|room| {
        write_day(room, date.civil)?;
        if !has_time {
            return Ok(());
        }
        room.write_char('T')?;
        write_clock(room, date.second, date.fraction)?;
        let (sign, minutes) = (if date.offset < 0 { '-' } else { '+' }, date.offset.abs() / 60);
        write!(room, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }))
}

fn write_day(room: &mut Room, [year, month, day]: [i64; 3]) -> Result {
    let sign = if year < 0 { "-" } else { "" };
    write!(room, "{sign}{:04}-{month:02}-{day:02}", year.abs())
}

fn write_clock(room: &mut Room, second: i64, nanoseconds: i64) -> Result {
    write!(room, "{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)?;
    if nanoseconds == 0 { Ok(()) } else { write!(room, ".{nanoseconds:09}") }
}

/// Where a text is written.
pub(super) struct Room {
    bytes: [u8; 64],
    len: usize,
}

impl Room {
    fn with(write: impl FnOnce(&mut Self) -> Result) -> Self {
        let mut room = Self { bytes: [0; 64], len: 0 };
        // A text that does not fit is cut.
        let _ = write(&mut room);
        room
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(self.bytes.get(..self.len).unwrap_or_default()).unwrap_or_default()
    }
}

impl Write for Room {
    fn write_str(&mut self, text: &str) -> Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}
