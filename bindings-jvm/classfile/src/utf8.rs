//! The text of class files: UTF-8 in which zero and what lies beyond 16 bits look different.
//!
//! Knows no class. Invariant: what was encoded decodes to itself; what is no text still decodes.

use std::borrow::Cow;

/// The bytes of a text.
pub(crate) fn encode(text: &str) -> Vec<u8> {
    if text.bytes().all(|byte| byte != 0 && byte < 0x80) {
        return text.as_bytes().to_vec();
    }
    encode_units(text.encode_utf16())
}

/// The bytes of a text of UTF-16 units, of which halves may be alone.
pub(crate) fn encode_units(units: impl Iterator<Item = u16>) -> Vec<u8> {
    let mut out = Vec::new();
    for unit in units {
        let low = |shift: u32| (unit >> shift & 0x3f) as u8 | 0x80;
        match unit {
            1..=0x7f => out.push(unit as u8),
            0 | 0x80..=0x7ff => out.extend([(unit >> 6) as u8 | 0xc0, low(0)]),
            _ => out.extend([(unit >> 12) as u8 | 0xe0, low(6), low(0)]),
        }
    }
    out
}

/// The text of bytes; what is none reads as U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let (mut units, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some((first, behind)) = rest.split_first() {
        let next = |at: usize| behind.get(at).filter(|byte| **byte & 0xc0 == 0x80);
        let low = |byte: &u8| u16::from(byte & 0x3f);
        let first = u16::from(*first);
        let (unit, taken) = match (first, next(0), next(1)) {
            (0..=0x7f, ..) => (first, 0),
            (0xc0..=0xdf, Some(one), _) => ((first & 0x1f) << 6 | low(one), 1),
            (0xe0..=0xef, Some(one), Some(two)) => {
                ((first & 0xf) << 12 | low(one) << 6 | low(two), 2)
            }
            _ => (0xfffd, 0),
        };
        units.push(unit);
        rest = &behind[taken..];
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_and_pairs_have_their_own_form() {
        assert_eq!(encode("a\0"), [0x61, 0xc0, 0x80]);
        assert_eq!(encode("\u{1f600}"), [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]);
        assert_eq!(encode_units([0xd83d].into_iter()), [0xed, 0xa0, 0xbd]);
        assert_eq!(decode(&[0xff, 0x41]), "\u{fffd}A");
    }

    proptest! {
        #[test]
        fn text_survives(text in any::<String>()) {
            let encoded = encode(&text);
            prop_assert_eq!(decode(&encoded), text);
        }

        #[test]
        fn anything_decodes(bytes in any::<Vec<u8>>()) {
            prop_assert!(decode(&bytes).chars().count() <= bytes.len());
        }
    }
}
