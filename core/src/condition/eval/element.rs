//! Elements: by index or key, and membership.
//!
//! Invariant: what stands under a redacted key is never read, and a map is asked only for keys it
//! can look up without running code.

use super::equal::element_equal;
use super::{Ctx, Outcome, no_index, open};
use crate::condition::dialect::Rules;
use crate::condition::failure::FailureKind;
use crate::condition::text;
use crate::host::Scope;
use crate::value::{Kind, Missing, Object, Text, Value};

/// The value under `key` of a map, or the key itself in a set; `None` if there is none.
pub(super) fn lookup<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    container: Object,
    key: &Value<'_>,
    depth: u32,
) -> Outcome<Option<Value<'a>>> {
    if ctx.rules == Rules::Open {
        return lookup_by(ctx, container, key, |candidate| open::eql(ctx, key, candidate, depth));
    }
    lookup_by(ctx, container, key, |candidate| element_equal(ctx, key, candidate, depth))
}

/// The same where `is_key` decides which entry it is, if the host has no way of its own.
pub(super) fn lookup_by<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    container: Object,
    key: &Value<'_>,
    is_key: impl Fn(&Value<'_>) -> Outcome<bool>,
) -> Outcome<Option<Value<'a>>> {
    match ctx.scope.lookup(container, key) {
        Some(Ok(value)) => return Ok(Some(value)),
        Some(Err(Missing::Absent)) => return Ok(None),
        Some(Err(missing)) => return Err(missing.into()),
        None => {}
    }
    let mut cursor = 0;
    while let Some((candidate, value)) = ctx.scope.entry(container, &mut cursor) {
        ctx.burn(1)?;
        if is_key(&candidate)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// An error if `key` can change, so that the host would not take it for a key.
pub(super) fn hashable(key: &Value<'_>) -> Outcome<()> {
    match key {
        Value::Object(object) if matches!(object.kind, Kind::List | Kind::Map | Kind::Set) => {
            Err(if object.exact { FailureKind::Unhashable } else { FailureKind::NeedsCode })
        }
        _ => Ok(()),
    }
}

/// Why an object that is no collection has no elements to give.
pub(super) fn not_a_collection(value: &Value<'_>) -> FailureKind {
    match value {
        Value::Null => FailureKind::OfNull,
        Value::Object(object) => match object.kind {
            Kind::Instance | Kind::Text | Kind::Bytes | Kind::Number => FailureKind::NeedsCode,
            _ => FailureKind::Types,
        },
        _ => FailureKind::Types,
    }
}

/// Where a signed index lies in `len` elements.
pub(super) fn position(index: &Value<'_>, len: usize) -> Outcome<usize> {
    let index = match index {
        Value::Int(index) => *index,
        Value::Bool(index) => i64::from(*index),
        Value::BigInt(_) => return Err(FailureKind::NoIndex),
        Value::Object(_) => return Err(super::number::not_a_number(index)),
        _ => return Err(FailureKind::Types),
    };
    let len = i64::try_from(len).map_err(|_| FailureKind::NoIndex)?;
    let at = if index < 0 { index.saturating_add(len) } else { index };
    if (0..len).contains(&at) {
        return usize::try_from(at).map_err(|_| FailureKind::NoIndex);
    }
    Err(FailureKind::NoIndex)
}

/// A bound of a slice, clipped to `len`; absent and null are `default`.
pub(super) fn bound(index: Option<&Value<'_>>, len: usize, default: usize) -> Outcome<usize> {
    let index = match index {
        None | Some(Value::Null) => return Ok(default),
        Some(Value::Int(index)) => *index,
        Some(Value::Bool(index)) => i64::from(*index),
        Some(Value::BigInt(int)) => return Ok(if int.negative { 0 } else { len }),
        Some(other) => return Err(super::number::not_a_number(other)),
    };
    let signed = i64::try_from(len).unwrap_or(i64::MAX);
    let at = if index < 0 { index.saturating_add(signed).max(0) } else { index.min(signed) };
    Ok(usize::try_from(at).unwrap_or(len))
}

/// `object[key]`; strings are the machine's business.
pub(super) fn index<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    object: &Value<'a>,
    key: &Value<'_>,
    is_constant: bool,
) -> Outcome<Value<'a>> {
    let container = match object {
        Value::Object(container) => *container,
        Value::Bytes(bytes) => {
            let at = position(key, bytes.len())?;
            let byte = bytes.get(at).copied().ok_or(FailureKind::NoIndex)?;
            return Ok(Value::Int(i64::from(byte)));
        }
        other => return Err(not_a_collection(other)),
    };
    match container.kind {
        Kind::List | Kind::Tuple | Kind::Range => {
            let len = ctx.scope.len(container).map_err(FailureKind::from)?;
            ctx.item(container, position(key, len)?)
        }
        Kind::Map => {
            if !is_constant {
                ctx.visible(key)?;
            }
            hashable(key)?;
            lookup(ctx, container, key, 0)?.ok_or(FailureKind::NoKey)
        }
        Kind::Instance => {
            if !is_constant {
                ctx.visible(key)?;
            }
            // A known library's container may be readable as data.
            match ctx.scope.lookup(container, key) {
                Some(Ok(value)) => Ok(value),
                Some(Err(Missing::Absent)) => Err(FailureKind::NoKey),
                Some(Err(missing)) => Err(missing.into()),
                None => Err(FailureKind::NeedsCode),
            }
        }
        _ => Err(not_a_collection(object)),
    }
}

/// `item in container`.
pub(super) fn contains<S: Scope>(
    ctx: &Ctx<'_, S>,
    container: &Value<'_>,
    item: &Value<'_>,
) -> Outcome<bool> {
    let object = match (container, item) {
        (Value::Object(object), _) => *object,
        (Value::Text(text), Value::Text(part)) => return contains_text(ctx, *text, *part),
        (Value::Bytes(bytes), Value::Bytes(part)) => {
            ctx.burn(bytes.len() / 16)?;
            return Ok(part.is_empty() || bytes.windows(part.len()).any(|at| at == *part));
        }
        (Value::Bytes(bytes), Value::Int(byte)) => {
            ctx.burn(bytes.len() / 16)?;
            let byte = u8::try_from(*byte).map_err(|_| FailureKind::Domain)?;
            return Ok(bytes.contains(&byte));
        }
        (Value::Text(_) | Value::Bytes(_), item) => {
            return Err(super::number::not_a_number(item));
        }
        (other, _) => return Err(not_a_collection(other)),
    };
    match object.kind {
        Kind::Map => {
            // Whether a redacted key is there is not told either.
            ctx.visible(item)?;
            if ctx.rules != Rules::Open {
                hashable(item)?;
            }
            lookup(ctx, object, item, 0).map(|found| found.is_some())
        }
        Kind::Set | Kind::FrozenSet => {
            hashable(item)?;
            lookup(ctx, object, item, 0).map(|found| found.is_some())
        }
        Kind::Range => range_contains(ctx, object, item),
        Kind::List | Kind::Tuple => {
            let len = ctx.scope.len(object).map_err(FailureKind::from)?;
            for at in 0..len {
                ctx.burn(1)?;
                let candidate = ctx.item(object, at)?;
                if element_equal(ctx, &candidate, item, 0)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Err(not_a_collection(container)),
    }
}

fn contains_text<S: Scope>(ctx: &Ctx<'_, S>, whole: Text<'_>, part: Text<'_>) -> Outcome<bool> {
    ctx.burn_text(whole)?;
    if !matches!((whole, part), (Text::Utf8(_), Text::Utf8(_))) {
        // Storages that differ are searched by the simple method.
        ctx.burn((whole.units() / 16).saturating_mul(part.units() / 16))?;
    }
    Ok(text::find(whole, part).is_some())
}

/// Membership of a range by arithmetic; what is no integer is held against its elements.
fn range_contains<S: Scope>(ctx: &Ctx<'_, S>, range: Object, item: &Value<'_>) -> Outcome<bool> {
    let len = ctx.scope.len(range).map_err(FailureKind::from)?;
    let wanted = match item {
        Value::Int(int) => Some(i128::from(*int)),
        Value::Bool(bool) => Some(i128::from(*bool)),
        _ => None,
    };
    let at = |at: usize| match ctx.scope.item(range, at) {
        Ok(Value::Int(int)) => Some(i128::from(int)),
        _ => None,
    };
    if let (Some(wanted), Some(first), Some(second)) = (wanted, at(0), at(1)) {
        let (step, offset) = (second - first, wanted - first);
        let steps = offset.checked_div(step).unwrap_or(-1);
        return Ok(offset == steps * step && steps >= 0 && steps < len as i128);
    }
    for at in 0..len {
        ctx.burn(1)?;
        let candidate = ctx.scope.item(range, at).map_err(no_index)?;
        if element_equal(ctx, &candidate, item, 0)? {
            return Ok(true);
        }
    }
    Ok(false)
}
