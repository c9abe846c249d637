//! Hashes as the JDK computes them, so that a key is found where the JDK put it.
//!
//! Pure numbers. Invariant: what `hashCode` of the JDK's own types answers is fixed by their
//! specification, and no other type is hashed here.

use stillframe_core::value::Text;

/// `String.hashCode`.
pub(crate) fn of_units(units: impl Iterator<Item = u16>) -> i32 {
    units.fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// The UTF-16 units of a text, however it is stored.
pub(crate) fn units(text: Text<'_>) -> Vec<u16> {
    match text {
        Text::Utf8(text) => text.encode_utf16().collect(),
        Text::Latin1(units) => units.iter().map(|unit| u16::from(*unit)).collect(),
        Text::Units16(units) => units.to_vec(),
        Text::Units32(points) => {
            let mut units = Vec::with_capacity(points.len());
            for point in points {
                match char::from_u32(*point) {
                    Some(character) => units.extend(character.encode_utf16(&mut [0; 2]).iter()),
                    // A lone surrogate is a unit as it is.
                    None => units.push(*point as u16),
                }
            }
            units
        }
    }
}

/// `Long.hashCode`.
pub(crate) fn of_long(value: i64) -> i32 {
    (value ^ ((value as u64) >> 32) as i64) as i32
}

/// `Boolean.hashCode`.
pub(crate) fn of_boolean(value: bool) -> i32 {
    if value { 1231 } else { 1237 }
}

/// `Double.hashCode`.
pub(crate) fn of_double(value: f64) -> i32 {
    of_long(double_bits(value) as i64)
}

/// `Double.doubleToLongBits`, by which `Double.equals` compares: all NaNs are one.
pub(crate) fn double_bits(value: f64) -> u64 {
    if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() }
}

/// `Float.hashCode`, which is `Float.floatToIntBits`.
pub(crate) fn of_float(value: f32) -> i32 {
    (if value.is_nan() { 0x7fc0_0000 } else { value.to_bits() }) as i32
}

/// What `HashMap` makes of a hash, and `ConcurrentHashMap` but for the sign.
pub(crate) fn spread(hash: i32) -> i32 {
    hash ^ ((hash as u32) >> 16) as i32
}

/// The bin of a spread hash in a table whose length is a power of two.
pub(crate) fn bin(spread: i32, len: usize) -> usize {
    spread as u32 as usize & len.wrapping_sub(1)
}

/// The bin of a hash in a `Hashtable`.
pub(crate) fn table_bin(hash: i32, len: usize) -> usize {
    (hash & 0x7fff_ffff) as usize % len.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_jdk() {
        let of = |text: &str| of_units(units(Text::Utf8(text)).into_iter());
        assert_eq!(of(""), 0);
        assert_eq!(of("hello"), 99_162_322);
        assert_eq!(of("total.price"), -1_798_506_977);
        assert_eq!(of("gr\u{fc}n \u{1f600}"), 425_129_798);
        assert_eq!(of_long(-1), 0);
        assert_eq!(of_long(0x1_0000_0001), 0);
        assert_eq!(of_long(5_000_000_000), 705_032_705);
        assert_eq!(of_double(1.5), 1_073_217_536);
        assert_eq!(of_double(-0.0), i32::MIN);
        assert_eq!(of_float(1.5), 1_069_547_520);
        assert_eq!(spread(99_162_322), 99_163_451);
        assert_eq!(bin(-1, 16), 15);
        assert_eq!(table_bin(-1, 11), 1);
    }

    #[test]
    fn units_are_the_same_however_a_text_is_stored() {
        let text = "a\u{e9}\u{1f600}";
        let expected: Vec<u16> = text.encode_utf16().collect();
        let points: Vec<u32> = text.chars().map(u32::from).collect();
        assert_eq!(units(Text::Utf8(text)), expected);
        assert_eq!(units(Text::Units32(&points)), expected);
        assert_eq!(units(Text::Units16(&expected)), expected);
        assert_eq!(units(Text::Latin1(b"a\xe9")), expected[..2]);
        assert_eq!(units(Text::Units32(&[0xd800])), [0xd800]);
    }
}
