//! Objects of the JDK that stand for one value: decimals, dates and times, identifiers, atomics.
//!
//! Knows what their fields mean, as order for comparisons and as text for people. Invariant: the
//! class is exactly the JDK's; a subclass may mean something else.

use super::written::{self, Date, SECOND, Time};
use super::{Holder, Local, MOST_UNITS, Objects};
use crate::classes::{Part, Tag};
use crate::ffi::Field;
use stillframe_core::value::{BigInt, Missing, Object, Ordered, Reading, Text, Value};

/// Lines of [`Ordered::Point`]: what compares with its own kind alone.
const DATE: u32 = 1;
const TIME: u32 = 2;
const DATE_TIME: u32 = 3;
const INSTANT: u32 = 4;
const DURATION: u32 = 5;
const OLD_DATE: u32 = 6;
const UUID: u32 = 7;
const WITH_OFFSET: u32 = 8;
/// What `BigDecimal.intCompact` holds where the number does not fit it.
const INFLATED: i64 = i64::MIN;
/// Coefficients have fewer digits.
const MOST_DIGITS: u128 = 10_u128.pow(38);
/// Seconds that an offset can be.
const OFFSETS: i128 = 2 * 86_400;
const NANOS_OF_DAY: i128 = 86_400 * SECOND;

/// Whether an integer is no longer than 64 bits.
pub(super) fn fits_64(big: BigInt<'_>) -> bool {
    small(big).is_some_and(|value| i64::try_from(value).is_ok())
}

/// An integer of at most 96 bits.
fn small(big: BigInt<'_>) -> Option<i128> {
    let size = magnitude(big).filter(|_| big.digits.len() <= 3)?;
    let size = i128::try_from(size).ok()?;
    Some(if big.negative { -size } else { size })
}

fn magnitude(big: BigInt<'_>) -> Option<u128> {
    let joined = |size: u128, digit: &u32| {
        if size >> 96 == 0 { Some(size << 32 | u128::from(*digit)) } else { None }
    };
    big.digits.iter().rev().try_fold(0, joined)
}

/// Sign, coefficient and scale of a decimal number.
struct Decimal {
    negative: bool,
    coefficient: u128,
    scale: i64,
}

impl Objects {
    /// What an object of the JDK means where that decides its `equals`; a time with a zone is none such.
    pub(crate) fn ordered(&self, object: Object) -> Reading<Ordered> {
        let holder = self.entry_of(object)?.itself();
        if holder.known.base != 0 {
            return Err(Missing::Absent);
        }
        let point = |line: u32, at: i128| Ok(Ordered::Point { line, at });
        let number = |index: usize| self.form_number(holder, index).map(i128::from);
        match holder.known.form.tag {
            Tag::BigDecimal | Tag::BigInteger => {
                let Decimal { negative, coefficient, scale } = self.decimal(holder)?;
                if coefficient >= MOST_DIGITS {
                    return Err(Missing::Absent);
                }
                Ok(Ordered::Decimal { negative, coefficient, exponent: -scale })
            }
            Tag::LocalDate => point(DATE, self.date(holder)?.epoch_day().into()),
            Tag::LocalTime => point(TIME, self.time(holder)?.nanos()),
            Tag::DateTime => point(DATE_TIME, self.local_nanos(holder)?),
            Tag::Instant => point(INSTANT, number(0)? * SECOND + number(1)?),
            Tag::Duration => point(DURATION, number(0)? * SECOND + number(1)?),
            Tag::OffsetTime => point(WITH_OFFSET, self.with_offset(holder)?),
            Tag::Date if self.form_reference(holder, 1)?.is_null() => point(OLD_DATE, number(0)?),
            Tag::Uuid => {
                let low = self.form_number(holder, 1)? as u64;
                point(UUID, number(0)? << 64 | i128::from(low))
            }
            _ => Err(Missing::Absent),
        }
    }

    /// The value that an object stores: the number of an atomic, the characters of a builder, or its
    /// text, which is only shown.
    pub(crate) fn underlying(&self, object: Object) -> Reading<Value<'_>> {
        let holder = self.entry_of(object)?.itself();
        match holder.known.form.tag {
            Tag::Stored(_) => self.form_field(holder, 0).and_then(|field| self.value(field)),
            Tag::StoredFlag => Ok(Value::Bool(self.form_number(holder, 0)? != 0)),
            Tag::BigInteger if holder.known.base == 0 => {
                let big = self.big(holder)?;
                let value = small(big).and_then(|value| i64::try_from(value).ok());
                Ok(value.map_or(Value::BigInt(big), Value::Int))
            }
            Tag::Builder => self.built(holder),
            Tag::Text => Err(Missing::OutOfFuel),
            Tag::Enum => self.form_reference(holder, 0).and_then(|name| self.of_object(name)),
            Tag::Zone => self.form_reference(holder, 0).and_then(|id| self.of_object(id)),
            _ if holder.known.base == 0 => {
                self.written(holder).map(|text| Value::Text(Text::Utf8(self.keep(text))))
            }
            _ => Err(Missing::Absent),
        }
    }

    /// The text of an object that stands for one value.
    fn written(&self, holder: Holder<'_>) -> Reading<String> {
        let number = |index: usize| self.form_number(holder, index);
        let mut text = String::new();
        match holder.known.form.tag {
            Tag::BigDecimal => {
                let Decimal { negative, coefficient, scale } = self.decimal(holder)?;
                text = written::decimal(negative, coefficient, scale);
            }
            Tag::LocalDate => self.date(holder)?.write(&mut text),
            Tag::LocalTime => self.time(holder)?.write(&mut text),
            Tag::DateTime => self.write_local(holder, &mut text)?,
            Tag::Instant => text = written::instant(number(0)?, number(1)?),
            Tag::Date if self.form_reference(holder, 1)?.is_null() => {
                let millis = number(0)?;
                let nanos = millis.rem_euclid(1_000) * 1_000_000;
                text = written::instant(millis.div_euclid(1_000), nanos);
            }
            Tag::Duration => text = written::duration(number(0)?, number(1)?),
            Tag::Uuid => text = written::uuid(number(0)?, number(1)?),
            Tag::OffsetTime => {
                self.inside(holder, 0, Tag::DateTime, |local| self.write_local(local, &mut text))?;
                text.push_str(&self.zone_text(holder, 1)?);
            }
            Tag::ZonedTime => {
                self.inside(holder, 0, Tag::DateTime, |local| self.write_local(local, &mut text))?;
                let (offset, zone) = (self.zone_text(holder, 1)?, self.zone_text(holder, 2)?);
                text.push_str(&offset);
                if zone != offset {
                    text.push_str(&format!("[{zone}]"));
                }
            }
            _ => return Err(Missing::Absent),
        }
        Ok(text)
    }

    /// Runs `work` on what the nth field of the form holds, if that is of the form `tag`.
    fn inside<T>(
        &self,
        holder: Holder<'_>,
        index: usize,
        tag: Tag,
        work: impl FnOnce(Holder<'_>) -> Reading<T>,
    ) -> Reading<T> {
        let object = self.form_reference(holder, index)?.unless_null();
        let object = object.ok_or(Missing::Unreadable)?;
        let known = self.known_of(&object);
        if known.form.tag != tag || known.base != 0 {
            return Err(Missing::Unreadable);
        }
        work(Holder { object: object.raw(), known: &known, part: Part::Same })
    }

    fn date(&self, holder: Holder<'_>) -> Reading<Date> {
        let number = |index: usize| self.form_number(holder, index);
        Ok(Date { year: number(0)?, month: number(1)?, day: number(2)? })
    }

    fn time(&self, holder: Holder<'_>) -> Reading<Time> {
        let number = |index: usize| self.form_number(holder, index);
        Ok(Time { hour: number(0)?, minute: number(1)?, second: number(2)?, nano: number(3)? })
    }

    fn date_and_time(&self, holder: Holder<'_>) -> Reading<(Date, Time)> {
        let date = self.inside(holder, 0, Tag::LocalDate, |date| self.date(date))?;
        let time = self.inside(holder, 1, Tag::LocalTime, |time| self.time(time))?;
        Ok((date, time))
    }

    fn write_local(&self, holder: Holder<'_>, text: &mut String) -> Reading<()> {
        let (date, time) = self.date_and_time(holder)?;
        date.write(text);
        text.push('T');
        time.write(text);
        Ok(())
    }

    fn local_nanos(&self, holder: Holder<'_>) -> Reading<i128> {
        let (date, time) = self.date_and_time(holder)?;
        Ok(i128::from(date.epoch_day()) * NANOS_OF_DAY + time.nanos())
    }

    /// A time and its offset: two of the same moment are equal only if their offsets are.
    fn with_offset(&self, holder: Holder<'_>) -> Reading<i128> {
        let local = self.inside(holder, 0, Tag::DateTime, |local| self.local_nanos(local))?;
        let offset = self.form_reference(holder, 1)?.unless_null().ok_or(Missing::Unreadable)?;
        match self.env.get(offset.raw(), self.jdk.zone_seconds.raw(), b'I') {
            Field::Int(seconds) => Ok(local * OFFSETS + i128::from(seconds)),
            _ => Err(Missing::Unreadable),
        }
    }

    fn zone_text(&self, holder: Holder<'_>, index: usize) -> Reading<String> {
        self.inside(holder, index, Tag::Zone, |zone| {
            let id = self.form_reference(zone, 0)?.unless_null().ok_or(Missing::Unreadable)?;
            Ok(self.env.text(id.raw()))
        })
    }

    fn decimal(&self, holder: Holder<'_>) -> Reading<Decimal> {
        if holder.known.form.tag == Tag::BigInteger {
            return decimal_of(self.big(holder)?, 0);
        }
        let (compact, scale) = (self.form_number(holder, 0)?, self.form_number(holder, 1)?);
        if compact != INFLATED {
            let coefficient = u128::from(compact.unsigned_abs());
            return Ok(Decimal { negative: compact < 0, coefficient, scale });
        }
        self.inside(holder, 2, Tag::BigInteger, |big| decimal_of(self.big(big)?, scale))
    }

    /// The characters of a string builder.
    fn built(&self, holder: Holder<'_>) -> Reading<Value<'_>> {
        let bytes = self.form_reference(holder, 0)?.unless_null().ok_or(Missing::Unreadable)?;
        let (is_wide, count) = (self.form_number(holder, 1)? != 0, self.form_count(holder, 2)?);
        let width = if is_wide { 2 } else { 1 };
        if count > MOST_UNITS {
            return Err(Missing::OutOfFuel);
        }
        let room = self.env.array_len(bytes.raw());
        let bytes = self.copied(&bytes, (count * width).min(room))?;
        if !is_wide {
            return Ok(Value::Text(Text::Latin1(bytes)));
        }
        self.may_copy(bytes.len())?;
        // In the machine's own order of bytes.
        let pairs = bytes.as_chunks::<2>().0.iter();
        let units: Box<[u16]> = pairs.map(|pair| u16::from_ne_bytes(*pair)).collect();
        Ok(Value::Text(Text::Units16(self.units.push_get(units))))
    }

    fn copied(&self, array: &Local, len: usize) -> Reading<&[u8]> {
        self.may_copy(len)?;
        let mut bytes = vec![0; len].into_boxed_slice();
        if !self.env.bytes(array.raw(), 0, &mut bytes) {
            return Err(Missing::Unreadable);
        }
        Ok(self.bytes.push_get(bytes))
    }
}

fn decimal_of(big: BigInt<'_>, scale: i64) -> Reading<Decimal> {
    let coefficient = magnitude(big).ok_or(Missing::Absent)?;
    Ok(Decimal { negative: big.negative, coefficient, scale })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_that_fit_are_told_from_those_that_do_not() {
        let big = |negative, digits| BigInt { negative, digits, digit_bits: 32 };
        assert!(fits_64(big(false, &[])));
        assert!(fits_64(big(false, &[u32::MAX, 0x7fff_ffff])));
        assert!(!fits_64(big(false, &[0, 0x8000_0000])));
        assert!(fits_64(big(true, &[0, 0x8000_0000])));
        assert!(!fits_64(big(true, &[1, 0x8000_0000])));
        assert!(!fits_64(big(false, &[0, 0, 1])));
        assert!(!fits_64(big(false, &[0, 0, 0, 0, 1])));
        assert_eq!(
            magnitude(big(false, &[1, 2, 3, 4])),
            Some((4 << 96) | (3 << 64) | (2 << 32) | 1)
        );
        assert_eq!(magnitude(big(false, &[0, 0, 0, 0, 1])), None);
    }
}
