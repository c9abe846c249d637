//! The tables about a method's code, for the code as it lies now.
//!
//! Knows which tables name places, not why the code moved. Invariant: a table that nobody verifies
//! cannot keep a class from being patched, unless its own length is wrong.

use super::annotations;
use super::layout::{Layout, narrow};
use super::{Additions, needs_maps};
use crate::bytes::{Bytes, Put as _};
use crate::code::Guard;
use crate::frames::{self, Change, Entry, Map, tag};
use crate::refusal::Reason;
use crate::verify::Subject;
use crate::wrap::{self, Wrap};

/// The whole attribute `Code`, head included.
pub(super) fn write(
    subject: &Subject<'_, '_>,
    layout: &Layout,
    wrap: Option<&Wrap>,
    additions: &mut Additions,
) -> Result<Vec<u8>, Reason> {
    let code = subject.code;
    let mut out = Vec::with_capacity(layout.bytes.len() * 2);
    let max_stack = code.max_stack.checked_add(layout.extra_stack);
    out.u2(max_stack.ok_or(Reason::StackTooHigh)?);
    let longs = wrap.map_or(0, |wrap| wrap.longs);
    let max_locals = longs.checked_mul(2).and_then(|words| code.max_locals.checked_add(words));
    out.u2(max_locals.ok_or(Reason::TooManyLocals)?);
    out.u4(layout.bytes.len() as u32);
    out.extend_from_slice(&layout.bytes);
    let mut guards = Vec::new();
    for Guard { start, end, handler, class } in &code.guards {
        let place = |pc: u32| narrow(layout.before(code, pc)?);
        let (start, handler) = (place(u32::from(*start))?, place(u32::from(*handler))?);
        guards.push([start, place(*end)?, handler, *class]);
    }
    if wrap.is_some() {
        let handler = narrow(layout.body_end())?;
        for (start, end) in wrap::guarded(subject, layout)? {
            guards.push([narrow(start)?, narrow(end)?, handler, 0]);
        }
    }
    out.u2(u16::try_from(guards.len()).map_err(|_| Reason::TooLarge)?);
    out.extend(guards.into_flattened().into_iter().flat_map(u16::to_be_bytes));
    attributes(subject, layout, wrap, additions, &mut out)?;
    let mut whole = Vec::with_capacity(out.len() + 6);
    whole.u2(code.name_index);
    whole.u4(u32::try_from(out.len()).map_err(|_| Reason::TooLarge)?);
    whole.extend(out);
    Ok(whole)
}

fn attributes(
    subject: &Subject<'_, '_>,
    layout: &Layout,
    wrap: Option<&Wrap>,
    additions: &mut Additions,
    out: &mut Vec<u8>,
) -> Result<(), Reason> {
    let code = subject.code;
    let has_maps = code.attribute(frames::NAME.as_bytes()).is_some();
    let adds_maps = wrap.is_some() && !has_maps && needs_maps(subject.class);
    let count = code.attributes.len() + usize::from(adds_maps);
    out.u2(u16::try_from(count).map_err(|_| Reason::TooLarge)?);
    for attribute in &code.attributes {
        let content = attribute.content;
        let rough = |pc: u32| layout.roughly(code, pc);
        let written = match attribute.name {
            b"LineNumberTable" => lines(content, rough)?,
            b"LocalVariableTable" | b"LocalVariableTypeTable" => variables(content, rough)?,
            // The older verifier never looks at them: what is wrong with them stays as it is.
            b"StackMapTable" if needs_maps(subject.class) => {
                maps(subject, layout, wrap, additions)?
            }
            b"RuntimeVisibleTypeAnnotations" | b"RuntimeInvisibleTypeAnnotations" => {
                let itself = |pc: u16| {
                    layout.itself(code, pc).map_or_else(|_| rough(u32::from(pc)), u32::from)
                };
                annotations::moved(content, rough, itself)?
            }
            _ => content.to_vec(),
        };
        put(out, attribute.name_index, &written)?;
    }
    if adds_maps {
        let written = maps(subject, layout, wrap, additions)?;
        put(out, additions.constants.utf8(frames::NAME)?, &written)?;
    }
    Ok(())
}

fn put(out: &mut Vec<u8>, name: u16, content: &[u8]) -> Result<(), Reason> {
    out.u2(name);
    out.u4(u32::try_from(content.len()).map_err(|_| Reason::TooLarge)?);
    out.extend_from_slice(content);
    Ok(())
}

fn lines(content: &[u8], place: impl Fn(u32) -> u32) -> Result<Vec<u8>, Reason> {
    let (mut from, mut out) = (Bytes::new(content), Vec::with_capacity(content.len()));
    let count = from.u2()?;
    out.u2(count);
    for _ in 0..count {
        let (pc, line) = (from.u2()?, from.u2()?);
        out.u2(narrow(place(u32::from(pc)))?);
        out.u2(line);
    }
    from.end()?;
    Ok(out)
}

fn variables(content: &[u8], place: impl Fn(u32) -> u32) -> Result<Vec<u8>, Reason> {
    let (mut from, mut out) = (Bytes::new(content), Vec::with_capacity(content.len()));
    let count = from.u2()?;
    out.u2(count);
    for _ in 0..count {
        let (start, len) = (u32::from(from.u2()?), u32::from(from.u2()?));
        let (new, end) = (place(start), place(start + len));
        out.u2(narrow(new)?);
        out.u2(narrow(end.saturating_sub(new))?);
        out.extend_from_slice(from.take(6)?);
    }
    from.end()?;
    Ok(out)
}

fn maps(
    subject: &Subject<'_, '_>,
    layout: &Layout,
    wrap: Option<&Wrap>,
    additions: &mut Additions,
) -> Result<Vec<u8>, Reason> {
    let code = subject.code;
    let maps = frames::read(code)?.unwrap_or_default();
    let place = |pc: u16| narrow(layout.before(code, u32::from(pc))?);
    let mut maps = frames::moved(maps, place, |pc| layout.itself(code, pc))?;
    if let Some(wrap) = wrap {
        let class = additions.constants.class("java/lang/Throwable")?;
        let thrown = Entry { tag: tag::OBJECT, value: class };
        let longs = (code.max_locals, wrap.longs);
        if !maps.is_empty() && wrap.longs > 0 {
            let method = &subject.class.methods[subject.method];
            let locals = frames::entry_types(subject.class, method, &mut additions.constants)?;
            maps = frames::widened(maps, locals, longs)?;
        }
        let locals = match wrap.longs {
            0 => Vec::new(),
            _ => frames::with_longs(&[], longs.0, longs.1),
        };
        let change = Change::Full(locals, vec![thrown]);
        maps.push(Map { pc: narrow(layout.body_end())?, change });
    }
    frames::write(&maps)
}
