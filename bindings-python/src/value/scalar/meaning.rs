//! What conditions make of objects of the standard library: their order, their truth, their parts.
//!
//! Invariant: an answer is Python's own; where it would need a zone's rules or arithmetic of the
//! library, there is none.

use super::{Known, slot};
use crate::ffi::{Gil, Obj, Type};
use crate::value::unsigned_128;
use stillframe_core::value::{Missing, Ordered, Reading, Value};

/// Lines of [`Ordered::Point`]: what compares with its own kind alone.
const DATE: u32 = 1;
const NAIVE: u32 = 2;
const AWARE: u32 = 3;
const TIME: u32 = 4;
const SPAN: u32 = 5;
const UUID: u32 = 6;
/// Digits of a word of a decimal's coefficient, as a factor.
const WORD: u128 = 10_u128.pow(19);

/// What an object compares as, if it is of a known type.
pub(crate) fn ordered(object: Obj, known: &Known, gil: Gil<'_>) -> Reading<Ordered> {
    let ty = object.ty();
    if ty.has_dict() {
        return Err(Missing::Absent);
    }
    let class = ty.as_object();
    let point = |line: u32, at: i128| Ok(Ordered::Point { line, at });
    if class == known.decimal {
        decimal(object, gil)
    } else if class == known.datetime {
        datetime(object, known)
    } else if class == known.date {
        point(DATE, number(&object.packed::<4>()))
    } else if class == known.time && object.time_zone().is_none() {
        point(TIME, number(&object.packed::<6>()))
    } else if class == known.timedelta {
        point(SPAN, micros(object.delta()))
    } else if class == known.uuid {
        let int = slot(object, "int", gil).ok_or(Missing::Unset)?;
        let bits = unsigned_128(&int.int(gil)).ok_or(Missing::Unreadable)?;
        // The same order among signed numbers.
        point(UUID, (bits ^ 1 << 127).cast_signed())
    } else {
        Err(Missing::Absent)
    }
}

fn decimal(object: Obj, gil: Gil<'_>) -> Reading<Ordered> {
    let decimal = object.decimal(gil);
    let negative = decimal.negative;
    match (decimal.special, decimal.words) {
        (Some("Infinity"), _) => Ok(Ordered::Infinite { negative }),
        (Some("NaN"), _) => Ok(Ordered::NotANumber),
        (Some(_), _) => Err(Missing::NeedsCode),
        (None, [low]) => {
            let coefficient = u128::from(*low);
            Ok(Ordered::Decimal { negative, coefficient, exponent: decimal.exponent })
        }
        (None, [low, high]) => {
            let coefficient = u128::from(*high) * WORD + u128::from(*low);
            Ok(Ordered::Decimal { negative, coefficient, exponent: decimal.exponent })
        }
        (None, _) => Err(Missing::Unreadable),
    }
}

/// Naive ones compare by what they say, aware ones by the instant, if the offset is stored.
fn datetime(object: Obj, known: &Known) -> Reading<Ordered> {
    let packed = object.packed::<10>();
    let Some(zone) = object.datetime_zone() else {
        return Ok(Ordered::Point { line: NAIVE, at: number(&packed) });
    };
    let offset = zone.zone_offset().filter(|_| zone.ty().as_object() == known.timezone);
    let offset = offset.filter(|offset| offset.ty().as_object() == known.timedelta);
    let offset = offset.ok_or(Missing::NeedsCode)?;
    let [high, low, month, day, hour, minute, second, micro @ ..] = packed;
    let year = i64::from(u16::from_be_bytes([high, low]));
    let days = days(year, i64::from(month), i64::from(day));
    let seconds =
        days * 86_400 + i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    let at = i128::from(seconds) * 1_000_000 + number(&micro) - micros(offset.delta());
    Ok(Ordered::Point { line: AWARE, at })
}

/// Bytes as one number, the most significant first.
fn number(bytes: &[u8]) -> i128 {
    bytes.iter().fold(0, |all, byte| all << 8 | i128::from(*byte))
}

fn micros([days, seconds, micros]: [i32; 3]) -> i128 {
    (i128::from(days) * 86_400 + i128::from(seconds)) * 1_000_000 + i128::from(micros)
}

/// Days since some day, by Howard Hinnant's `days_from_civil`: years begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
}

/// Whether an object of a known type is true, where its type decides that.
pub(crate) fn truth(object: Obj, ty: Type, known: &Known, gil: Gil<'_>) -> Option<bool> {
    if ty.has_dict() {
        return None;
    }
    let class = ty.as_object();
    if class == known.decimal {
        let decimal = object.decimal(gil);
        Some(decimal.special.is_some() || decimal.words.iter().any(|word| *word != 0))
    } else if class == known.timedelta {
        Some(object.delta() != [0; 3])
    } else {
        None
    }
}

/// A part of a known type's object that Python computes from its storage: `created.year`.
pub(crate) fn part<'g>(object: Obj, name: &str, known: &Known, gil: Gil<'g>) -> Option<Value<'g>> {
    let ty = object.ty();
    if ty.has_dict() {
        return None;
    }
    let class = ty.as_object();
    if class == known.datetime || class == known.date {
        let [high, low, month, day] = object.packed::<4>();
        match name {
            "year" => return Some(Value::Int(i64::from(u16::from_be_bytes([high, low])))),
            "month" => return Some(Value::Int(i64::from(month))),
            "day" => return Some(Value::Int(i64::from(day))),
            _ => {}
        }
    }
    if class == known.datetime {
        let [_, _, _, _, clock @ ..] = object.packed::<10>();
        return clock_part(clock, name);
    }
    if class == known.time {
        return clock_part(object.packed(), name);
    }
    if class == known.timedelta {
        let at = ["days", "seconds", "microseconds"].iter().position(|part| *part == name)?;
        return object.delta().get(at).map(|part| Value::Int(i64::from(*part)));
    }
    if class == known.fraction {
        let parts = [("numerator", "_numerator"), ("denominator", "_denominator")];
        let stored = parts.iter().find(|(part, _)| *part == name)?.1;
        let part = slot(object, stored, gil).filter(|part| part.ty().is_exact_int())?;
        return Some(part.int(gil));
    }
    if ty.is_exact_complex() {
        let (real, imaginary) = object.complex();
        return [("real", real), ("imag", imaginary)]
            .iter()
            .find(|(part, _)| *part == name)
            .map(|(_, value)| Value::Float(*value));
    }
    None
}

fn clock_part([hour, minute, second, micro @ ..]: [u8; 6], name: &str) -> Option<Value<'static>> {
    let value = match name {
        "hour" => i64::from(hour),
        "minute" => i64::from(minute),
        "second" => i64::from(second),
        "microsecond" => number(&micro) as i64,
        _ => return None,
    };
    Some(Value::Int(value))
}
