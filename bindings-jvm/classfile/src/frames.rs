//! Stack maps: what a compiler tells the verifier of the places to which jumps lead.
//!
//! Knows their form and how each builds on the one before. Invariant: their places ascend and lie
//! within the code, and a list of types never holds more than the code's slots.

use crate::bytes::{Bytes, Put as _};
use crate::class::{Class, Declared};
use crate::code::Code;
use crate::descriptor::Signature;
use crate::refusal::Reason;
use crate::write::Constants;

/// The name of the attribute.
pub(crate) const NAME: &str = "StackMapTable";

/// A type as a map spells it: its tag, and what stands behind the tag of a class or a `new`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) tag: u8,
    pub(crate) value: u16,
}

impl Entry {
    fn words(self) -> usize {
        1 + usize::from(matches!(self.tag, tag::LONG | tag::DOUBLE))
    }
}

/// Types in the maps of one method that are written: far more than any compiler writes.
const MOST_ENTRIES: usize = 1 << 22;

/// Tags of types.
pub(crate) mod tag {
    pub(crate) const TOP: u8 = 0;
    pub(crate) const INT: u8 = 1;
    pub(crate) const FLOAT: u8 = 2;
    pub(crate) const DOUBLE: u8 = 3;
    pub(crate) const LONG: u8 = 4;
    pub(crate) const NULL: u8 = 5;
    pub(crate) const UNINITIALIZED_THIS: u8 = 6;
    pub(crate) const OBJECT: u8 = 7;
    pub(crate) const UNINITIALIZED: u8 = 8;
}

/// What a map says of the locals and the stack.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Same,
    One(Entry),
    Chop(u8),
    Append(Vec<Entry>),
    Full(Vec<Entry>, Vec<Entry>),
}

#[derive(Clone, Debug)]
pub(crate) struct Map {
    pub(crate) pc: u16,
    pub(crate) change: Change,
}

/// The maps of code; none where the attribute is missing.
pub(crate) fn read(code: &Code<'_>) -> Result<Option<Vec<Map>>, Reason> {
    let Some(attribute) = code.attribute(NAME.as_bytes()) else { return Ok(None) };
    let mut from = Bytes::new(attribute.content);
    let (mut maps, mut next) = (Vec::new(), 0_u32);
    for _ in 0..from.u2()? {
        let tag = from.u1()?;
        let (delta, change) = one(tag, &mut from)?;
        let pc = next + u32::from(delta);
        next = pc + 1;
        let pc = u16::try_from(pc).ok().filter(|pc| code.at(u32::from(*pc)).is_some());
        let pc = pc.ok_or(Reason::Malformed("a stack map is for no instruction"))?;
        maps.push(Map { pc, change });
    }
    from.end()?;
    Ok(Some(maps))
}

fn one(tag: u8, from: &mut Bytes<'_>) -> Result<(u16, Change), Reason> {
    Ok(match tag {
        0..=63 => (u16::from(tag), Change::Same),
        64..=127 => (u16::from(tag - 64), Change::One(entry(from)?)),
        247 => (from.u2()?, Change::One(entry(from)?)),
        248..=250 => (from.u2()?, Change::Chop(251 - tag)),
        251 => (from.u2()?, Change::Same),
        252..=254 => (from.u2()?, Change::Append(entries(u16::from(tag - 251), from)?)),
        255 => {
            let delta = from.u2()?;
            let count = from.u2()?;
            let locals = entries(count, from)?;
            let count = from.u2()?;
            (delta, Change::Full(locals, entries(count, from)?))
        }
        _ => return Err(Reason::Malformed("a stack map is of no known kind")),
    })
}

fn entries(count: u16, from: &mut Bytes<'_>) -> Result<Vec<Entry>, Reason> {
    (0..count).map(|_| entry(from)).collect()
}

fn entry(from: &mut Bytes<'_>) -> Result<Entry, Reason> {
    let tag = from.u1()?;
    let value = match tag {
        tag::OBJECT | tag::UNINITIALIZED => from.u2()?,
        tag::TOP..=tag::UNINITIALIZED_THIS => 0,
        _ => return Err(Reason::Malformed("a type in a stack map is none")),
    };
    Ok(Entry { tag, value })
}

/// The maps of code laid out anew; `place` answers a map's new place and `made` that of a `new`.
pub(crate) fn moved(
    mut maps: Vec<Map>,
    place: impl Fn(u16) -> Result<u16, Reason>,
    made: impl Fn(u16) -> Result<u16, Reason>,
) -> Result<Vec<Map>, Reason> {
    for map in &mut maps {
        map.pc = place(map.pc)?;
        let lists: [&mut [Entry]; 2] = match &mut map.change {
            Change::Same | Change::Chop(_) => [&mut [], &mut []],
            Change::One(entry) => [std::slice::from_mut(entry), &mut []],
            Change::Append(entries) => [entries, &mut []],
            Change::Full(locals, stack) => [locals, stack],
        };
        for entry in lists.into_iter().flatten().filter(|one| one.tag == tag::UNINITIALIZED) {
            entry.value = made(entry.value)?;
        }
    }
    Ok(maps)
}

/// The types that a method begins with, without the second halves of wide ones.
pub(crate) fn entry_types(
    class: &Class<'_>,
    method: &Declared<'_>,
    constants: &mut Constants,
) -> Result<Vec<Entry>, Reason> {
    let signature = Signature::read(&method.descriptor);
    let signature = signature.ok_or(Reason::Malformed("a method's descriptor is none"))?;
    let plain = |tag| Entry { tag, value: 0 };
    let mut object = |name: &str| -> Result<Entry, Reason> {
        Ok(Entry { tag: tag::OBJECT, value: constants.class(name)? })
    };
    let mut types = Vec::with_capacity(signature.parameters.len() + 1);
    if !method.is_static() {
        let is_raw = method.name == "<init>" && class.superclass.is_some();
        types.push(if is_raw { plain(tag::UNINITIALIZED_THIS) } else { object(&class.name)? });
    }
    for parameter in signature.parameters {
        types.push(match parameter.as_bytes() {
            [b'J', ..] => plain(tag::LONG),
            [b'D', ..] => plain(tag::DOUBLE),
            [b'F', ..] => plain(tag::FLOAT),
            [b'L', ..] => object(&parameter[1..parameter.len() - 1])?,
            [b'[', ..] => object(parameter)?,
            _ => plain(tag::INT),
        });
    }
    Ok(types)
}

/// A list of locals that goes on behind the method's own `slots` with `longs` of a wrap.
pub(crate) fn with_longs(locals: &[Entry], slots: u16, longs: u16) -> Vec<Entry> {
    let mut all = locals.to_vec();
    let words: usize = locals.iter().map(|one| one.words()).sum();
    let top = Entry { tag: tag::TOP, value: 0 };
    all.extend(std::iter::repeat_n(top, usize::from(slots).saturating_sub(words)));
    let long = Entry { tag: tag::LONG, value: 0 };
    all.extend(std::iter::repeat_n(long, usize::from(longs)));
    all
}

/// The maps with `longs` behind the method's own `slots`; it begins with `locals`.
pub(crate) fn widened(
    maps: Vec<Map>,
    mut locals: Vec<Entry>,
    (slots, longs): (u16, u16),
) -> Result<Vec<Map>, Reason> {
    let mut all = Vec::with_capacity(maps.len());
    let mut entries = 0;
    for Map { pc, change } in maps {
        let stack = match change {
            Change::Same => Vec::new(),
            Change::One(entry) => vec![entry],
            Change::Chop(count) => {
                let left = locals.len().checked_sub(usize::from(count));
                let left = left.ok_or(Reason::Malformed("a stack map drops too many locals"))?;
                locals.truncate(left);
                Vec::new()
            }
            Change::Append(more) => {
                locals.extend(more);
                Vec::new()
            }
            Change::Full(own, stack) => {
                locals = own;
                stack
            }
        };
        let wide = with_longs(&locals, slots, longs);
        entries += wide.len() + stack.len();
        if entries > MOST_ENTRIES {
            return Err(Reason::TooLarge);
        }
        all.push(Map { pc, change: Change::Full(wide, stack) });
    }
    Ok(all)
}

/// The attribute's contents.
pub(crate) fn write(maps: &[Map]) -> Result<Vec<u8>, Reason> {
    let mut out = Vec::new();
    out.u2(u16::try_from(maps.len()).map_err(|_| Reason::TooLarge)?);
    let mut next = 0;
    for map in maps {
        let delta = map.pc.checked_sub(next);
        let delta = delta.ok_or(Reason::Malformed("stack maps are for one instruction"))?;
        next = map.pc.saturating_add(1);
        let (short, long) = match &map.change {
            Change::Same => (Some(0), 251),
            Change::One(_) => (Some(64), 247),
            Change::Chop(count) => (None, 251 - count),
            Change::Append(entries) => (None, 251 + entries.len() as u8),
            Change::Full(..) => (None, 255),
        };
        match (short, u8::try_from(delta)) {
            (Some(base), Ok(delta)) if delta < 64 => out.push(base + delta),
            _ => {
                out.push(long);
                out.u2(delta);
            }
        }
        match &map.change {
            Change::Same | Change::Chop(_) => {}
            Change::One(entry) => put(&mut out, &[*entry]),
            Change::Append(entries) => put(&mut out, entries),
            Change::Full(locals, stack) => {
                for list in [locals, stack] {
                    out.u2(u16::try_from(list.len()).map_err(|_| Reason::TooLarge)?);
                    put(&mut out, list);
                }
            }
        }
    }
    Ok(out)
}

fn put(out: &mut Vec<u8>, entries: &[Entry]) {
    for Entry { tag, value } in entries {
        out.push(*tag);
        if matches!(*tag, tag::OBJECT | tag::UNINITIALIZED) {
            out.u2(*value);
        }
    }
}
