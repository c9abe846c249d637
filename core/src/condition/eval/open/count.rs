//! How many elements there are, and the outermost of them.

use super::compare::name_of;
use crate::condition::eval::sequence::no_method;
use crate::condition::eval::{Ctx, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::syntax::Function;
use crate::condition::text;
use crate::host::{Bounds, Scope};
use crate::value::{Kind, Object, Value};

/// `size`, `length`, `count`, or what `empty?` asks.
pub(super) fn size<S: Scope>(
    ctx: &Ctx<'_, S>,
    function: Function,
    value: &Value<'_>,
) -> Outcome<i64> {
    let counts_text = function != Function::Count;
    let len = match value {
        Value::Text(text) if counts_text => {
            ctx.burn_count(*text)?;
            text::length(*text)
        }
        Value::Bytes(bytes) if counts_text => bytes.len(),
        // How many of the characters that are given; how wide it is stored.
        Value::Text(_) | Value::Bytes(_) | Value::Int(_) | Value::BigInt(_) => {
            return Err(FailureKind::Unreadable);
        }
        Value::Object(object) => match object.kind {
            Kind::List | Kind::Map | Kind::Set => ctx.scope.len(*object)?,
            Kind::Range if function != Function::Length && function != Function::IsEmpty => {
                return steps(&ctx.scope.bounds(*object)?);
            }
            Kind::Text if counts_text => match name_of(ctx, value)? {
                Some(name) => text::length(name),
                None => return Err(FailureKind::NeedsCode),
            },
            Kind::Bytes => return Err(FailureKind::Unreadable),
            _ => return Err(no_method(value)),
        },
        other => return Err(no_method(other)),
    };
    i64::try_from(len).map_err(|_| FailureKind::Overflow)
}

/// Integers between two bounds.
fn steps(bounds: &Bounds<'_>) -> Outcome<i64> {
    match (&bounds.first, &bounds.last) {
        (Value::Int(first), Value::Int(last)) => {
            let behind = last.checked_add(i64::from(!bounds.excludes_last));
            let steps = behind.and_then(|behind| behind.checked_sub(*first));
            steps.map(|steps| steps.max(0)).ok_or(FailureKind::Overflow)
        }
        // It is infinite, or counted through.
        _ => Err(FailureKind::Unreadable),
    }
}

/// `first` and `last`.
pub(super) fn outermost<'a, S: Scope>(
    ctx: &Ctx<'a, S>,
    function: Function,
    object: Object,
) -> Outcome<Value<'a>> {
    let is_first = function == Function::First;
    match object.kind {
        Kind::List => {
            let len = ctx.scope.len(object)?;
            let at = if is_first { 0 } else { len.saturating_sub(1) };
            if len == 0 { Ok(Value::Null) } else { ctx.item(object, at) }
        }
        Kind::Set if is_first => {
            ctx.scope.len(object)?;
            let mut cursor = 0;
            Ok(ctx.scope.entry(object, &mut cursor).map_or(Value::Null, |(key, _)| key))
        }
        Kind::Range => {
            let bounds = ctx.scope.bounds(object)?;
            match if is_first { bounds.first } else { bounds.last } {
                Value::Null => Err(FailureKind::Domain),
                bound => Ok(bound),
            }
        }
        // A pair of a key and a value has none of its own.
        Kind::Map if is_first => Err(FailureKind::Unreadable),
        _ => Err(no_method(&Value::Object(object))),
    }
}
