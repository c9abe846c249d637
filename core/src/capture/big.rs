//! Integers beyond 64 bits, from digits to text.
//!
//! Knows neither streams nor hosts. Invariant: work is bounded, because long ones become hexadecimal,
//! which takes linear time.

use crate::snapshot::Node;

/// Bits up to which an integer is written in decimal (309 digits, as many as a double has).
const DECIMAL_BITS: u64 = 1_024;

/// The node of an integer; `None` if a digit holds more than `digit_bits` bits.
pub(super) fn node(negative: bool, digit_bits: u8, digits: &[u32]) -> Option<Node> {
    let fits = |digit: &u32| digit_bits == 32 || digit >> digit_bits == 0;
    if !digits.iter().all(fits) {
        return None;
    }
    let words = words(digit_bits, digits);
    if let Some(value) = small(negative, &words) {
        return Some(Node::Int(value));
    }
    let decimal = words.len() as u64 * 32 <= DECIMAL_BITS;
    let text = if decimal { decimal_text(words) } else { hexadecimal_text(&words) };
    Some(Node::BigInt(format!("{}{text}", if negative { "-" } else { "" })))
}

/// The magnitude in 32-bit words, least first, without leading zeros.
fn words(digit_bits: u8, digits: &[u32]) -> Vec<u32> {
    let mut words = Vec::with_capacity(digits.len());
    let (mut held, mut bits) = (0_u64, 0);
    for digit in digits {
        held |= u64::from(*digit) << bits;
        bits += u32::from(digit_bits);
        if bits >= 32 {
            words.push((held & 0xffff_ffff) as u32);
            held >>= 32;
            bits -= 32;
        }
    }
    words.push((held & 0xffff_ffff) as u32);
    while words.last() == Some(&0) {
        words.pop();
    }
    words
}

fn small(negative: bool, words: &[u32]) -> Option<i64> {
    let magnitude = match words {
        [] => 0,
        [low] => u64::from(*low),
        [low, high] => u64::from(*high) << 32 | u64::from(*low),
        _ => return None,
    };
    let value = i128::from(magnitude);
    i64::try_from(if negative { -value } else { value }).ok()
}

fn decimal_text(mut words: Vec<u32>) -> String {
    const CHUNK: u64 = 1_000_000_000;
    let mut chunks = Vec::new();
    while !words.is_empty() {
        let mut rest = 0_u64;
        for word in words.iter_mut().rev() {
            let value = rest << 32 | u64::from(*word);
            *word = u32::try_from(value / CHUNK).unwrap_or(u32::MAX);
            rest = value % CHUNK;
        }
        while words.last() == Some(&0) {
            words.pop();
        }
        chunks.push(rest);
    }
    let mut text = chunks.pop().map_or_else(|| "0".to_owned(), |first| first.to_string());
    chunks.iter().rev().for_each(|chunk| text.push_str(&format!("{chunk:09}")));
    text
}

fn hexadecimal_text(words: &[u32]) -> String {
    let mut words = words.iter().rev();
    let mut text = words.next().map_or_else(String::new, |first| format!("0x{first:x}"));
    words.for_each(|word| text.push_str(&format!("{word:08x}")));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_128_bits(value: i128, bits in prop::sample::select(vec![15_u8, 30, 32])) {
            let mut rest = value.unsigned_abs();
            let mut digits = Vec::new();
            while rest > 0 {
                digits.push((rest & ((1 << bits) - 1)) as u32);
                rest >>= bits;
            }
            let expected = match i64::try_from(value) {
                Ok(value) => Node::Int(value),
                Err(_) => Node::BigInt(value.to_string()),
            };
            prop_assert_eq!(node(value < 0, bits, &digits), Some(expected));
        }
    }

    #[test]
    fn very_long_ones_are_hexadecimal() {
        let digits = vec![u32::MAX; 33];
        let expected = format!("-0x{}", "f".repeat(33 * 8));
        assert_eq!(node(true, 32, &digits), Some(Node::BigInt(expected)));
        assert_eq!(node(false, 30, &[1 << 30]), None);
    }
}
