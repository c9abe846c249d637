//! Iteration: the elements of a collection, one after the other.
//!
//! Invariant: each step takes fuel, and the value under a redacted key is an error rather than an
//! element.

use super::element::{hashable, not_a_collection, position};
use super::open::counted;
use super::{Ctx, Operand, Outcome};
use crate::condition::dialect::Rules;
use crate::condition::failure::FailureKind;
use crate::condition::op::Source;
use crate::condition::text;
use crate::host::Scope;
use crate::value::{Kind, Missing, Object, Text, Value};

/// An iteration under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Loop<'a> {
    Done,
    Items { object: Object, at: usize, len: usize },
    Entries { object: Object, cursor: usize, view: Source },
    Characters { text: Operand<'a>, at: usize },
    Bytes { bytes: &'a [u8], at: usize },
    Integers { at: i64, last: i64 },
    Parts { text: Operand<'a>, separator: Option<Operand<'a>>, at: usize, cuts: i64 },
}

/// An element, and the value that belongs to it if it is a pair.
pub(super) type Element<'a> = (Operand<'a>, Option<Operand<'a>>);

/// Reads an operand, computed strings included.
pub(super) trait View<'a> {
    fn view(&self, operand: &Operand<'a>) -> Value<'_>;
}

/// Begins an iteration over what `source` says of `operands`.
pub(super) fn start<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    source: Source,
    operands: &[Operand<'a>],
) -> Outcome<Loop<'a>> {
    let Some(first) = operands.first() else { return Ok(Loop::Done) };
    if let Source::Split(_) = source {
        return split(view, operands);
    }
    let object = match first {
        Operand::Value(Value::Object(object)) => *object,
        _ if ctx.rules == Rules::Open => return Err(no_method(&view.view(first))),
        _ if source != Source::Elements => return Err(no_method(&view.view(first))),
        Operand::Value(Value::Bytes(bytes)) => return Ok(Loop::Bytes { bytes, at: 0 }),
        Operand::Value(Value::Text(_)) | Operand::Computed { .. } => {
            return Ok(Loop::Characters { text: *first, at: 0 });
        }
        Operand::Value(other) => return Err(not_a_collection(other)),
        Operand::Long(_) => return Err(FailureKind::Types),
    };
    // A subclass that overrides how it is read says so when asked for its length.
    let len = ctx.scope.len(object);
    let readable = |missing: Missing| match missing {
        Missing::Absent if ctx.rules == Rules::Open => no_method(&Value::Object(object)),
        Missing::Absent => not_a_collection(&Value::Object(object)),
        other => other.into(),
    };
    match (object.kind, source) {
        (Kind::Map, Source::Elements) if ctx.rules == Rules::Open => {
            len.map_err(readable)?;
            Ok(Loop::Entries { object, cursor: 0, view: Source::Items })
        }
        (Kind::Range, Source::Elements) if ctx.rules == Rules::Open => {
            counted(&ctx.scope.bounds(object)?)
        }
        (Kind::Map, _) | (Kind::Set | Kind::FrozenSet, Source::Elements) => {
            len.map_err(readable)?;
            Ok(Loop::Entries { object, cursor: 0, view: source })
        }
        (Kind::List | Kind::Tuple | Kind::Range, Source::Elements) => {
            Ok(Loop::Items { object, at: 0, len: len.map_err(readable)? })
        }
        _ if ctx.rules == Rules::Open => Err(no_method(&Value::Object(object))),
        (_, Source::Elements) => Err(not_a_collection(&Value::Object(object))),
        _ => Err(no_method(&Value::Object(object))),
    }
}

/// Why a value has none of the methods that can be called.
pub(super) fn no_method(value: &Value<'_>) -> FailureKind {
    match value {
        Value::Null => FailureKind::OfNull,
        Value::Object(object) if !object.exact || object.kind == Kind::Instance => {
            FailureKind::NeedsCode
        }
        _ => FailureKind::NoAttribute,
    }
}

fn split<'a, V: View<'a>>(view: &V, operands: &[Operand<'a>]) -> Outcome<Loop<'a>> {
    let Some(text) = operands.first() else { return Ok(Loop::Done) };
    if !matches!(view.view(text), Value::Text(_)) {
        return Err(no_method(&view.view(text)));
    }
    let separator = match operands.get(1) {
        None | Some(Operand::Value(Value::Null)) => None,
        Some(separator) => match view.view(separator) {
            Value::Text(text) if text.units() == 0 => return Err(FailureKind::Domain),
            Value::Text(_) => Some(*separator),
            _ => return Err(FailureKind::Types),
        },
    };
    let cuts = match operands.get(2) {
        None => i64::MAX,
        Some(Operand::Value(Value::Int(cuts))) if *cuts < 0 => i64::MAX,
        Some(Operand::Value(Value::Int(cuts))) => *cuts,
        Some(_) => return Err(FailureKind::Types),
    };
    Ok(Loop::Parts { text: *text, separator, at: 0, cuts })
}

/// The next element; `None` at the end.
pub(super) fn next<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    iteration: &mut Loop<'a>,
) -> Outcome<Option<Element<'a>>> {
    ctx.burn(1)?;
    let of = |value: Value<'a>| Some((Operand::Value(value), None));
    Ok(match iteration {
        Loop::Done => None,
        Loop::Integers { at, last } if *at > *last => None,
        Loop::Integers { at, last } => {
            let found = *at;
            match at.checked_add(1) {
                Some(next) => *at = next,
                None => *last = i64::MIN,
            }
            of(Value::Int(found))
        }
        Loop::Items { at, len, .. } if *at >= *len => None,
        Loop::Items { object, at, .. } => {
            *at += 1;
            of(ctx.item(*object, *at - 1)?)
        }
        Loop::Entries { object, cursor, view } => {
            let Some((key, value)) = ctx.scope.entry(*object, cursor) else { return Ok(None) };
            if matches!(view, Source::Values | Source::Items) {
                ctx.visible(&key)?;
            }
            match view {
                Source::Values => of(value),
                Source::Items => Some((Operand::Value(key), Some(Operand::Value(value)))),
                _ => of(key),
            }
        }
        Loop::Bytes { bytes, at } => {
            *at += 1;
            bytes.get(*at - 1).and_then(|byte| of(Value::Int(i64::from(*byte))))
        }
        Loop::Characters { text, at } => {
            let whole = text_of(view, text)?;
            let rest = text::units(whole, *at, whole.units());
            let taken = text::first_units(rest);
            *at += taken;
            (taken > 0).then(|| (part(text, *at - taken, *at), None))
        }
        Loop::Parts { text, separator, at, cuts } => {
            let whole = text_of(view, text)?;
            let found = match separator {
                Some(separator) => {
                    let separator = text_of(view, separator)?;
                    next_cut(ctx, whole, separator, at, cuts)?
                }
                None => next_word(ctx, whole, at, cuts)?,
            };
            found.map(|(start, end)| (part(text, start, end), None))
        }
    })
}

fn text_of<'v, 'a, V: View<'a>>(view: &'v V, operand: &Operand<'a>) -> Outcome<Text<'v>> {
    match view.view(operand) {
        Value::Text(text) => Ok(text),
        _ => Err(FailureKind::Types),
    }
}

/// The part of a text operand between two storage units.
pub(super) fn part<'a>(text: &Operand<'a>, start: usize, end: usize) -> Operand<'a> {
    match text {
        Operand::Value(Value::Text(text)) => {
            Operand::Value(Value::Text(text::units(*text, start, end)))
        }
        Operand::Value(other) => Operand::Value(*other),
        Operand::Long(value) => Operand::Long(*value),
        Operand::Computed { start: base, len } => {
            let end = end.min(usize::from(*len));
            let start = start.min(end);
            // Both lie within the machine's room, which 16 bits can count.
            Operand::Computed { start: base + start as u16, len: (end - start) as u16 }
        }
    }
}

/// The part up to the next separator, as storage units.
fn next_cut<S: Scope>(
    ctx: &Ctx<'_, S>,
    whole: Text<'_>,
    separator: Text<'_>,
    at: &mut usize,
    cuts: &mut i64,
) -> Outcome<Option<(usize, usize)>> {
    let (start, all) = (*at, whole.units());
    if start > all {
        return Ok(None);
    }
    let rest = text::units(whole, start, all);
    let found = if *cuts > 0 { text::find(rest, separator) } else { None };
    *cuts -= 1;
    let (end, next) = match found {
        Some((offset, taken)) => (start + offset, start + offset + taken),
        None => (all, all + 1),
    };
    ctx.burn((end - start) / 16)?;
    *at = next;
    Ok(Some((start, end)))
}

/// The next word between blanks, as storage units.
fn next_word<S: Scope>(
    ctx: &Ctx<'_, S>,
    whole: Text<'_>,
    at: &mut usize,
    cuts: &mut i64,
) -> Outcome<Option<(usize, usize)>> {
    let all = whole.units();
    let mut start = *at;
    let mut points = text::points(text::units(whole, start, all)).peekable();
    while let Some(point) = points.next_if(|point| text::is_blank(*point)) {
        start += text::width(whole, point);
    }
    if start >= all {
        *at = all;
        return Ok(None);
    }
    let mut end = start;
    if *cuts > 0 {
        while let Some(point) = points.next_if(|point| !text::is_blank(*point)) {
            end += text::width(whole, point);
        }
    } else {
        end = all;
    }
    *cuts -= 1;
    ctx.burn((end - *at) / 16)?;
    *at = end;
    Ok(Some((start, end)))
}

/// `text.split(…)[index]`.
pub(super) fn split_index<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    operands: &[Operand<'a>],
    index: &Value<'_>,
) -> Outcome<Operand<'a>> {
    hashable(index)?;
    let count = |mut parts: Loop<'a>| -> Outcome<usize> {
        let mut count = 0;
        while next(ctx, view, &mut parts)?.is_some() {
            count += 1;
        }
        Ok(count)
    };
    let mut parts = split(view, operands)?;
    let len = match index {
        Value::Int(at) if *at >= 0 => usize::MAX >> 1,
        _ => count(parts)?,
    };
    let wanted = position(index, len)?;
    let mut at = 0;
    while let Some((part, _)) = next(ctx, view, &mut parts)? {
        if at == wanted {
            return Ok(part);
        }
        at += 1;
    }
    Err(FailureKind::NoIndex)
}
