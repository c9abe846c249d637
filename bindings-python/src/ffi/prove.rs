//! Proves on this very interpreter that objects of the standard library lie in memory as
//! [`stored`](super::stored) says.
//!
//! Makes an object whose contents are known and compares, reading so that a wrong guess answers with
//! an error where a load would crash. Runs when a probe is armed, never on the hit path, and runs
//! code of the standard library alone. Invariant: a type that lies otherwise is not known.

use super::memory::read_word;
use super::stored::{BODY, DATETIME_ZONE, DELTA, PACKED, TIME_ZONE, decimal, deque};
use pyo3::types::{PyAnyMethods, PyList};
use pyo3::{Bound, PyAny, PyResult};

/// Whether objects of a class lie as expected.
pub(crate) type Proof = fn(&Bound<'_, PyAny>) -> PyResult<bool>;

fn word(object: &Bound<'_, PyAny>, offset: usize) -> Option<usize> {
    read_word(object.as_ptr() as usize + offset)
}

/// `BYTES` bytes, which do not begin where a word does.
fn bytes<const BYTES: usize>(object: &Bound<'_, PyAny>, offset: usize) -> Option<[u8; BYTES]> {
    let mut found = [0; BYTES];
    for (at, byte) in found.iter_mut().enumerate() {
        let place = offset + at;
        *byte = word(object, place & !7)?.to_ne_bytes()[place & 7];
    }
    Some(found)
}

fn is_at(object: &Bound<'_, PyAny>, offset: usize, expected: &Bound<'_, PyAny>) -> bool {
    word(object, offset) == Some(expected.as_ptr() as usize)
}

fn utc<'py>(class: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    class.py().import("datetime")?.getattr("timezone")?.getattr("utc")
}

/// `date`.
pub(crate) fn date(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    let date = class.call1((2026, 11, 22))?;
    Ok(bytes(&date, PACKED) == Some([7, 234, 11, 22]))
}

/// `time`.
pub(crate) fn time(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    let zone = utc(class)?;
    let time = class.call1((12, 4, 31, 207_001, &zone))?;
    Ok(bytes(&time, PACKED - 1) == Some([1, 12, 4, 31, 3, 40, 153])
        && is_at(&time, TIME_ZONE, &zone))
}

/// `datetime`.
pub(crate) fn datetime(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    let zone = utc(class)?;
    let time = class.call1((2026, 11, 22, 12, 4, 31, 207_001, &zone))?;
    Ok(bytes(&time, PACKED - 1) == Some([1, 7, 234, 11, 22, 12, 4, 31, 3, 40, 153])
        && is_at(&time, DATETIME_ZONE, &zone))
}

/// `timedelta`.
pub(crate) fn timedelta(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    let delta = class.call1((-3, 4, 5))?;
    let expected = [-3_i32, 4, 5].map(i32::to_ne_bytes).concat();
    Ok(bytes::<12>(&delta, DELTA).is_some_and(|found| found[..] == expected[..]))
}

/// `timezone`.
pub(crate) fn timezone(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    let delta = class.py().import("datetime")?.getattr("timedelta")?.call1((0, 3_600))?;
    let zone = class.call1((&delta, "CET"))?;
    let name = zone.call_method1("tzname", (class.py().None(),))?;
    Ok(is_at(&zone, BODY, &delta) && is_at(&zone, BODY + 8, &name))
}

/// `ZoneInfo`, of which any zone's rules would need the system's files; one without a key does not.
pub(crate) fn zone_info(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    // A file of version 1 with one kind of time and no transition.
    let mut file = b"TZif\0".to_vec();
    file.extend([0; 15]);
    for count in [0_u32, 0, 0, 0, 1, 4] {
        file.extend(count.to_be_bytes());
    }
    file.extend([0; 6]);
    file.extend(b"UTC\0");
    let io = class.py().import("io")?.getattr("BytesIO")?.call1((file.as_slice(),))?;
    let key = pyo3::types::PyString::new(class.py(), "Canary/Zone").into_any();
    let zone = class.call_method1("from_file", (io, &key))?;
    Ok(is_at(&zone, BODY, &key))
}

/// `Decimal`.
pub(crate) fn decimal(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    let number = class.call1(("-1234567890123456789012.5",))?;
    let wanted = [
        (decimal::EXPONENT, (-1_isize).cast_unsigned()),
        (decimal::DIGITS, 23),
        (decimal::WORDS, 2),
    ];
    let fits = wanted.iter().all(|(offset, wanted)| word(&number, *offset) == Some(*wanted))
        && bytes::<1>(&number, decimal::FLAGS).is_some_and(|flags| flags[0] & 0xf == 1);
    let data = word(&number, decimal::DATA).filter(|_| fits);
    let words = data.and_then(|data| Some([read_word(data)?, read_word(data + 8)?]));
    Ok(words == Some([5_678_901_234_567_890_125, 1_234]))
}

/// `deque`.
pub(crate) fn deque(class: &Bound<'_, PyAny>) -> PyResult<bool> {
    let (first, last) = (PyList::empty(class.py()), PyList::empty(class.py()));
    let items = PyList::new(class.py(), std::iter::repeat_n(&first, 99).chain([&last]))?;
    let made = class.call1((items, 100))?;
    let (Some(block), Some(at)) =
        (word(&made, deque::FIRST_BLOCK), word(&made, deque::FIRST_INDEX))
    else {
        return Ok(false);
    };
    let item = |block: usize, at: usize| read_word(block + deque::BLOCK_ITEMS + at * 8);
    let second = (at + 99) / deque::BLOCK_LEN;
    let mut end = Some(block);
    for _ in 0..second {
        end = end.and_then(|block| read_word(block + deque::NEXT_BLOCK));
    }
    let end = end.and_then(|block| item(block, (at + 99) % deque::BLOCK_LEN));
    Ok(word(&made, BODY) == Some(100)
        && at < deque::BLOCK_LEN
        && item(block, at) == Some(first.as_ptr() as usize)
        && end == Some(last.as_ptr() as usize))
}
