//! Functions of all elements of a collection: `len`, `any`, `all`, `sum`, `min`, `max`.

use super::element::not_a_collection;
use super::equal::{compare, truth};
use super::float::Sum;
use super::number::{Number, not_a_number};
use super::sequence::{Loop, View, next, no_method, start};
use super::{Ctx, Operand, Outcome};
use crate::condition::failure::FailureKind;
use crate::condition::op::Source;
use crate::condition::syntax::{Comparison, Function};
use crate::condition::text;
use crate::host::Scope;
use crate::value::{Kind, Missing, Value};

/// `function(…)` of what `source` says of `operands`.
pub(super) fn aggregate<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    function: Function,
    source: Source,
    operands: &[Operand<'a>],
) -> Outcome<Operand<'a>> {
    if function == Function::Len {
        let len = length(ctx, view, source, operands)?;
        let len = i64::try_from(len).map_err(|_| FailureKind::Overflow)?;
        return Ok(Operand::Value(Value::Int(len)));
    }
    let elements = start(ctx, view, source, operands)?;
    match function {
        Function::Any => decided(ctx, view, elements, true),
        Function::All => decided(ctx, view, elements, false),
        Function::Sum => sum(ctx, view, elements, Sum::new),
        Function::RoundedSum => sum(ctx, view, elements, Sum::rounded),
        Function::Min => extreme(ctx, view, elements, Comparison::Less),
        _ => extreme(ctx, view, elements, Comparison::Greater),
    }
}

fn length<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    source: Source,
    operands: &[Operand<'a>],
) -> Outcome<usize> {
    let Some(first) = operands.first() else { return Ok(0) };
    let first = view.view(first);
    match (source, &first) {
        (Source::Split(_), _) => {
            let mut parts = start(ctx, view, source, operands)?;
            let mut count = 0;
            while next(ctx, view, &mut parts)?.is_some() {
                count += 1;
            }
            Ok(count)
        }
        (Source::Keys | Source::Values | Source::Items, Value::Object(object))
            if object.kind == Kind::Map =>
        {
            ctx.scope.len(*object).map_err(FailureKind::from)
        }
        (Source::Keys | Source::Values | Source::Items, _) => Err(no_method(&first)),
        (_, Value::Text(text)) => {
            ctx.burn_count(*text)?;
            Ok(text::length(*text))
        }
        (_, Value::Bytes(bytes)) => Ok(bytes.len()),
        (_, Value::Object(object)) => ctx.scope.len(*object).map_err(|missing| match missing {
            Missing::Absent => not_a_collection(&first),
            other => other.into(),
        }),
        _ => Err(FailureKind::Types),
    }
}

fn decided<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    mut elements: Loop<'a>,
    any: bool,
) -> Outcome<Operand<'a>> {
    while let Some((element, _)) = next(ctx, view, &mut elements)? {
        if truth(ctx, &view.view(&element))? == any {
            return Ok(Operand::Value(Value::Bool(any)));
        }
    }
    Ok(Operand::Value(Value::Bool(!any)))
}

/// The element that compares so with all before it; the first of equals.
fn extreme<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    mut elements: Loop<'a>,
    comparison: Comparison,
) -> Outcome<Operand<'a>> {
    let mut best: Option<Operand<'a>> = None;
    while let Some((element, _)) = next(ctx, view, &mut elements)? {
        best = Some(match best {
            Some(best) if !better(ctx, view, comparison, &element, &best)? => best,
            _ => element,
        });
    }
    best.ok_or(FailureKind::Domain)
}

/// Whether `element` displaces `best`.
pub(super) fn better<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    comparison: Comparison,
    element: &Operand<'a>,
    best: &Operand<'a>,
) -> Outcome<bool> {
    compare(ctx, comparison, &view.view(element), &view.view(best))
}

fn sum<'a, S: Scope, V: View<'a>>(
    ctx: &Ctx<'a, S>,
    view: &V,
    mut elements: Loop<'a>,
    begin: fn(f64) -> Sum,
) -> Outcome<Operand<'a>> {
    let mut whole = 0_i64;
    let mut floats: Option<Sum> = None;
    while let Some((element, _)) = next(ctx, view, &mut elements)? {
        let element = view.view(&element);
        match (Number::of(&element).ok_or_else(|| not_a_number(&element))?, &mut floats) {
            (Number::Int(value), Some(sum)) => sum.add_int(value),
            (Number::Int(value), None) => {
                whole = whole.checked_add(value).ok_or(FailureKind::Overflow)?;
            }
            (Number::Float(value), sum) => {
                sum.get_or_insert_with(|| begin(whole as f64)).add(value);
            }
            (Number::Big(_), _) => return Err(FailureKind::Overflow),
        }
    }
    Ok(Operand::Value(match floats {
        Some(sum) => Value::Float(sum.total()),
        None => Value::Int(whole),
    }))
}
