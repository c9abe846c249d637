//! Objects of the standard library that stand for one value: numbers, dates, times, paths.
//!
//! Knows what their storage means, and writes it as `str` of the object would. Invariant: the type is
//! one of [`Known`]'s, compared exactly; nothing is allocated and no code runs.

mod decimal;
mod meaning;
mod path;
mod time;

pub(crate) use meaning::{ordered, part, truth};

use super::known::Known;
use crate::ffi::{Gil, Obj, Type};
use std::fmt::{self, Write as _};
use stillframe_core::value::{Text, Value};

/// Bytes of the longest text: a decimal number or path beyond is cut.
const ROOM: usize = 512;
/// Said where it is cut.
const MORE: &str = "…";

/// Where a text is written.
pub(crate) struct Room {
    bytes: [u8; ROOM],
    len: usize,
    is_cut: bool,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; ROOM], len: 0, is_cut: false }
    }

    /// What was written.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.bytes.get(..self.len).unwrap_or_default()).unwrap_or_default()
    }

    fn push_text(&mut self, text: Text<'_>) {
        // A full room says so itself.
        let _ = each_char(text, |character| self.write_char(character));
    }
}

impl fmt::Write for Room {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.is_cut {
            return Err(fmt::Error);
        }
        let end = self.len + text.len();
        let fits = end + MORE.len() <= ROOM;
        let (text, end) = if fits { (text, end) } else { (MORE, self.len + MORE.len()) };
        self.is_cut = !fits;
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(text.as_bytes());
            self.len = end;
        }
        if fits { Ok(()) } else { Err(fmt::Error) }
    }
}

fn each_char(text: Text<'_>, mut each: impl FnMut(char) -> fmt::Result) -> fmt::Result {
    let of_point = |point: u32| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
    match text {
        Text::Utf8(text) => text.chars().try_for_each(each),
        Text::Latin1(units) => units.iter().try_for_each(|unit| each(char::from(*unit))),
        Text::Units16(units) => units.iter().try_for_each(|unit| each(of_point(u32::from(*unit)))),
        Text::Units32(units) => units.iter().try_for_each(|unit| each(of_point(*unit))),
    }
}

/// Writes the text of an object of a known type; false if it is of none.
pub(crate) fn write(object: Obj, ty: Type, known: &Known, gil: Gil<'_>, room: &mut Room) -> bool {
    write_known(object, ty, known, gil, room).is_some()
}

/// The zone of a time, if the time's text does not name it.
pub(crate) fn foreign_zone(object: Obj, ty: Type, known: &Known) -> Option<Obj> {
    let class = ty.as_object();
    let zone = if class == known.datetime {
        object.datetime_zone()
    } else if class == known.time {
        object.time_zone()
    } else {
        None
    };
    zone.filter(|zone| time::is_foreign(*zone, known))
}

fn write_known(object: Obj, ty: Type, known: &Known, gil: Gil<'_>, room: &mut Room) -> Option<()> {
    let class = ty.as_object();
    if class == known.decimal {
        decimal::write(object.decimal(gil), room);
    } else if class == known.datetime {
        time::datetime(object, known, gil, room);
    } else if class == known.date {
        time::date(object.packed(), room);
    } else if class == known.time {
        time::time(object, known, gil, room);
    } else if class == known.timedelta {
        time::delta(object.delta(), room);
    } else if class == known.timezone {
        time::zone(object, gil, room);
    } else if class == known.zone_info {
        room.push_text(object.zone_key().filter(|key| key.ty().is_text())?.text(gil));
    } else if class == known.uuid {
        uuid(object, gil, room)?;
    } else if class == known.fraction {
        fraction(object, gil, room)?;
    } else if class == known.path || class == known.pure_path {
        path::write(object, gil, room)?;
    } else {
        return None;
    }
    Some(())
}

/// What a class that declared `__slots__` stores under a name.
fn slot(object: Obj, name: &str, gil: Gil<'_>) -> Option<Obj> {
    let members = object.ty().layout_bases().take_while(|ty| ty.is_heap_type());
    let mut members = members.flat_map(|ty| (0..).map_while(move |at| ty.own_slot(at, gil)));
    let member = members.find(|member| member.name.to_bytes() == name.as_bytes())?;
    member.read(object).ok().flatten()
}

fn uuid(object: Obj, gil: Gil<'_>, room: &mut Room) -> Option<()> {
    let int = slot(object, "int", gil).filter(|int| int.ty().is_exact_int())?;
    let bits = super::unsigned_128(&int.int(gil))?;
    let (low, rest) = (bits & 0xffff_ffff_ffff, bits >> 48);
    let part = |shift: u32| (rest >> shift) & 0xffff;
    let (first, second, third, fourth) = (rest >> 48, part(32), part(16), part(0));
    let _ = write!(room, "{first:08x}-{second:04x}-{third:04x}-{fourth:04x}-{low:012x}");
    Some(())
}

/// A fraction whose parts fit 64 bits; others show their fields.
fn fraction(object: Obj, gil: Gil<'_>, room: &mut Room) -> Option<()> {
    let part = |name: &str| {
        let part = slot(object, name, gil).filter(|part| part.ty().is_exact_int())?;
        match part.int(gil) {
            Value::Int(part) => Some(part),
            _ => None,
        }
    };
    let (top, bottom) = (part("_numerator")?, part("_denominator")?);
    let _ = if bottom == 1 { write!(room, "{top}") } else { write!(room, "{top}/{bottom}") };
    Some(())
}
