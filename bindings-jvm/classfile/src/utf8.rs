//! The text of class files: UTF-8 in which zero and what lies beyond 16 bits look different.
//!
//! Knows no class. Invariant: what was encoded decodes to itself.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_pairs_have_their_own_form() {
        assert_eq!(encode("a\0"), [0x61, 0xc0, 0x80]);
        assert_eq!(encode("\u{1f600}"), [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]);
        assert_eq!(encode_units([0xd83d].into_iter()), [0xed, 0xa0, 0xbd]);
    }
}
