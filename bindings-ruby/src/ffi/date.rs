//! What a `Date` or a `DateTime` says, read out of what Ruby's library keeps of it.
//!
//! Knows what the library's numbers mean, and asks it nothing. Invariant: only [`proven`], of dates that
//! are known, says that they lie as `layout` has them; who reads others has asked it.

use super::layout::date as at;
use super::memory::load;
use super::object::{Obj, Tag};
use magnus::value::ReprValue;
use magnus::{Error, Ruby, Value};
use std::num::NonZeroI64;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Nanoseconds of a second.
const BILLION: NonZeroI64 = NonZeroI64::new(1_000_000_000).expect("it is not zero");
/// Julian day of 1970-01-01.
const EPOCH: i64 = 2_440_588;

/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Year, month and day, by the calendar that the date has.
    pub(crate) civil: [i64; 3],
    /// Seconds since midnight.
    pub(crate) second: i64,
    /// And nanoseconds.
    pub(crate) fraction: i64,
    /// Seconds east of Greenwich.
    pub(crate) offset: i64,
}

/// Whether dates lie as they should. Not on the hit path.
pub(crate) fn proven(ruby: &Ruby, date: Value, date_time: Value) -> Result<bool, Error> {
    let second = ruby.rational_new(6_000_000_007, BILLION);
    // As day alone, as year and month alone, by the older calendar, and with all that there is.
    let made: [Value; 4] = [
        date.funcall("jd", (EPOCH,))?,
        date.funcall("new", (2024, 2, 3))?,
        date.funcall("jd", (2_268_933,))?,
        date_time.funcall("new", (2024, 2, 3, 4, 5, second, "+01:30"))?,
    ];
    let read = made.map(|made| Obj::of_magnus(made).date());
    let first = Moment { civil: [1970, 1, 1], second: 0, fraction: 0, offset: 0 };
    let (day, early) = ([2024, 2, 3], [1500, 1, 1]);
    let exact = Moment { civil: day, second: 14_706, fraction: 7, offset: 90 * 60 };
    let plain = |civil| Moment { civil, ..first };
    Ok(read == [first, plain(day), plain(early), exact].map(Some))
}

/// A date as it is kept: by the number of its day, in Greenwich, or by year, month and day where it is,
/// or both.
struct Kept {
    marks: u32,
    day: i64,
    /// The first day of the newer calendar.
    reform: f32,
    year: i64,
    packed: u32,
    second: i64,
    offset: i64,
    fraction: usize,
}

impl Kept {
    /// What lies at `data`, if it is of the period in which years are small numbers.
    fn at(data: usize) -> Option<Self> {
        let zero = Obj::fixnum(0)?.handle();
        let marks: u32 = field(data, at::MARKS);
        let has_time = marks & at::HAS_TIME != 0;
        let of_time = |offset| if has_time { field::<i32>(data, offset) } else { 0 };
        let kept = Self {
            marks,
            day: field::<i32>(data, at::DAY).into(),
            reform: field(data, at::REFORM),
            year: field::<i32>(data, at::YEAR).into(),
            packed: field(data, at::PACKED),
            second: of_time(at::SECOND).into(),
            offset: of_time(at::OFFSET).into(),
            fraction: if has_time { field(data, at::FRACTION) } else { zero },
        };
        (field::<usize>(data, at::PERIOD) == zero).then_some(kept)
    }

    /// Whether it is kept by what `mark` stands for, and by `of_time` if it has a time.
    fn has(&self, mark: u32, of_time: u32) -> bool {
        let wanted = if self.marks & at::HAS_TIME == 0 { mark } else { mark | of_time };
        self.marks & wanted == wanted
    }

    fn moment(&self) -> Option<Moment> {
        let Tag::Fixnum(fraction) = Obj::from_handle(self.fraction).tag() else { return None };
        let (civil, second) = if self.has(at::HAS_DAY, at::HAS_SECOND) {
            let second = self.day * DAY + self.second + self.offset;
            let day = second.div_euclid(DAY);
            let is_old = (day as f32) < self.reform;
            let civil = if is_old { julian(day) } else { gregorian(day - EPOCH) };
            (civil, second.rem_euclid(DAY))
        } else if self.has(at::HAS_CIVIL, at::HAS_CLOCK) {
            let part = |(shift, bits): (u32, u32)| i64::from(self.packed >> shift & bits);
            let [month, day, hour, minute, second] = at::PARTS.map(part);
            let second = if self.marks & at::HAS_TIME == 0 { 0 } else { second };
            ([self.year, month, day], hour * 3_600 + minute * 60 + second)
        } else {
            return None;
        };
        Some(Moment { civil, second, fraction, offset: self.offset })
    }
}

/// A number of the date at `data`.
fn field<T: Copy>(data: usize, offset: usize) -> T {
    // SAFETY: every date has all that lies before its time, and those with a time have it all.
    unsafe { load(data, offset) }
}

impl Obj<'_> {
    /// What a date says, if that can be told in numbers that are not very large or fine.
    pub(crate) fn date(self) -> Option<Moment> {
        if self.tag() != Tag::Data {
            return None;
        }
        // SAFETY: the tag says that it holds data.
        let data = unsafe { rb_sys::RTYPEDDATA_GET_DATA(self.raw()) } as usize;
        Kept::at(data)?.moment()
    }
}

/// Year, month and day of a day counted from 1970, in the proleptic Gregorian calendar.
pub(crate) fn gregorian(days: i64) -> [i64; 3] {
    // Counted from March, leap days stand at the ends of years; 146,097 days are 400 years.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    from_march(era * 400 + year, day)
}

/// Year, month and day of a Julian day, in the Julian calendar.
fn julian(day: i64) -> [i64; 3] {
    // From the 1st of March of the year 0 on; 1,461 days are four years.
    let days = day - 1_721_118;
    let (era, day) = (days.div_euclid(1_461), days.rem_euclid(1_461));
    let year = (day - day / 1_460) / 365;
    from_march(era * 4 + year, day - 365 * year)
}

/// Of a year that begins in March, and a day in it counted from 0.
fn from_march(year: i64, day: i64) -> [i64; 3] {
    let month = (5 * day + 2) / 153;
    let first = (153 * month + 2) / 5;
    let month = if month < 10 { month + 3 } else { month - 9 };
    [year + i64::from(month <= 2), month, day - first + 1]
}
