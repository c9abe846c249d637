//! A path of `pathlib`, as `str` writes it.
//!
//! Python keeps the text once it was asked for, and until then the parts. Invariant: a path is never
//! touched, so its text is not kept for it.

use super::{Room, each_char, slot};
use crate::ffi::{Gil, Obj};
use std::fmt::Write as _;

/// Writes the path; `None` if it is stored in an unknown way.
pub(super) fn write(object: Obj, gil: Gil<'_>, room: &mut Room) -> Option<()> {
    if let Some(text) = slot(object, "_str", gil).filter(|text| text.ty().is_exact_text()) {
        room.push_text(text.text(gil));
        return Some(());
    }
    // 3.12 and later keep what the path was made of, and earlier ones its parts.
    let parts = slot(object, "_raw_paths", gil).or_else(|| slot(object, "_parts", gil))?;
    let parts = parts.items(gil);
    if !parts.iter().all(|part| part.ty().is_exact_text()) {
        return None;
    }
    let is_absolute = |part: &Obj| starts_with_slash(*part, gil);
    let from = parts.iter().rposition(is_absolute).unwrap_or(0);
    joined(parts.get(from..)?, gil, room);
    if room.text().is_empty() {
        let _ = room.write_str(".");
    }
    Some(())
}

fn starts_with_slash(part: Obj, gil: Gil<'_>) -> bool {
    let mut first = None;
    let _ = each_char(part.text(gil), |character| {
        first = Some(character);
        Err(std::fmt::Error)
    });
    first == Some('/')
}

/// Joins the parts with slashes, leaving out what is empty and single dots.
fn joined(parts: &[Obj], gil: Gil<'_>, room: &mut Room) {
    let mut slashes = 0;
    if let Some(first) = parts.first() {
        let _ = each_char(first.text(gil), |character| {
            slashes += u32::from(character == '/');
            if character == '/' { Ok(()) } else { Err(std::fmt::Error) }
        });
    }
    // Two slashes at the very beginning mean something else to the system, three do not.
    let root = match slashes {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let _ = room.write_str(root);
    let mut name = Name { room, dots: 0, is_first: true, is_open: false };
    for part in parts {
        let _ = each_char(part.text(gil), |character| name.push(character));
        name.close();
    }
}

/// The name under construction: a dot is held back until it is known not to stand alone.
struct Name<'r> {
    room: &'r mut Room,
    dots: u32,
    is_first: bool,
    is_open: bool,
}

impl Name<'_> {
    fn push(&mut self, character: char) -> std::fmt::Result {
        if character == '/' {
            self.close();
            return Ok(());
        }
        if character == '.' && !self.is_open && self.dots == 0 {
            self.dots = 1;
            return Ok(());
        }
        self.open()?;
        self.room.write_char(character)
    }

    /// Begins the name: its separator, and the dot that was held back.
    fn open(&mut self) -> std::fmt::Result {
        if self.is_open {
            return Ok(());
        }
        if !self.is_first {
            self.room.write_str("/")?;
        }
        (self.is_first, self.is_open) = (false, true);
        if self.dots == 1 { self.room.write_str(".") } else { Ok(()) }
    }

    fn close(&mut self) {
        (self.is_open, self.dots) = (false, 0);
    }
}
