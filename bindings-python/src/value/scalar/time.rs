//! Dates, times and spans of them, as `str` writes them.
//!
//! A zone is written as its offset where that is stored, and as its key where finding the offset would
//! mean asking the zone's rules. Invariant: nothing is computed from a zone.

use super::{Known, Room};
use crate::ffi::{Gil, Obj};
use std::fmt::Write as _;

/// `date`.
pub(super) fn date([high, low, month, day]: [u8; 4], room: &mut Room) {
    let year = u16::from_be_bytes([high, low]);
    let _ = write!(room, "{year:04}-{month:02}-{day:02}");
}

fn clock([hour, minute, second, high, middle, low]: [u8; 6], room: &mut Room) {
    let _ = write!(room, "{hour:02}:{minute:02}:{second:02}");
    let micros = u32::from_be_bytes([0, high, middle, low]);
    if micros != 0 {
        let _ = write!(room, ".{micros:06}");
    }
}

/// `time`.
pub(super) fn time(object: Obj, known: &Known, gil: Gil<'_>, room: &mut Room) {
    clock(object.packed(), room);
    if let Some(zone) = object.time_zone() {
        suffix(zone, known, gil, room);
    }
}

/// `datetime`.
pub(super) fn datetime(object: Obj, known: &Known, gil: Gil<'_>, room: &mut Room) {
    let [a, b, c, d, clock_bytes @ ..] = object.packed::<10>();
    date([a, b, c, d], room);
    let _ = room.write_str(" ");
    clock(clock_bytes, room);
    if let Some(zone) = object.datetime_zone() {
        suffix(zone, known, gil, room);
    }
}

/// The zone behind a time. One of another type stands in a field of its own.
fn suffix(zone: Obj, known: &Known, gil: Gil<'_>, room: &mut Room) {
    let class = zone.ty().as_object();
    if class == known.timezone {
        let delta = zone.zone_offset().filter(|delta| delta.ty().as_object() == known.timedelta);
        if let Some(delta) = delta {
            offset(delta.delta(), room);
        }
    } else if class == known.zone_info
        && let Some(key) = zone.zone_key().filter(|key| key.ty().is_text())
    {
        let _ = room.write_str("[");
        room.push_text(key.text(gil));
        let _ = room.write_str("]");
    }
}

/// Whether [`suffix`] says nothing of a zone.
pub(super) fn is_foreign(zone: Obj, known: &Known) -> bool {
    let class = zone.ty().as_object();
    class != known.timezone && class != known.zone_info
}

/// `+01:00`.
fn offset([days, seconds, micros]: [i32; 3], room: &mut Room) {
    let all = (i64::from(days) * 86_400 + i64::from(seconds)) * 1_000_000 + i64::from(micros);
    let sign = if all < 0 { '-' } else { '+' };
    let (seconds, micros) = (all.unsigned_abs() / 1_000_000, all.unsigned_abs() % 1_000_000);
    let _ = write!(room, "{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60);
    if seconds % 60 != 0 || micros != 0 {
        let _ = write!(room, ":{:02}", seconds % 60);
    }
    if micros != 0 {
        let _ = write!(room, ".{micros:06}");
    }
}

/// `timezone`.
pub(super) fn zone(object: Obj, gil: Gil<'_>, room: &mut Room) {
    if let Some(name) = object.zone_name().filter(|name| name.ty().is_text()) {
        return room.push_text(name.text(gil));
    }
    let _ = room.write_str("UTC");
    let delta = object.zone_offset().map(Obj::delta).filter(|delta| *delta != [0; 3]);
    if let Some(delta) = delta {
        offset(delta, room);
    }
}

/// `timedelta`.
pub(super) fn delta([days, seconds, micros]: [i32; 3], room: &mut Room) {
    if days != 0 {
        let plural = if days.abs() == 1 { "" } else { "s" };
        let _ = write!(room, "{days} day{plural}, ");
    }
    let _ = write!(room, "{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if micros != 0 {
        let _ = write!(room, ".{micros:06}");
    }
}
