//! Card numbers in text: digits in groups, a known issuer's beginning, and the Luhn check digit.
//!
//! Knows nothing of other patterns. Invariant: work is linear in the text.

/// Digits of a card number: ISO/IEC 7812 allows up to 19, issuers in use give at least 13.
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Digits before a cut from which on a run counts as the beginning of a card number: the issuer's
/// six and one of the account.
const CUT_DIGITS: usize = 7;

/// Whether `text` holds a card number; with `cut`, whether one may begin at its end.
pub(super) fn holds_card(text: &[u8], cut: bool) -> bool {
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let inside_word =
            at > 0 && (text[at - 1].is_ascii_alphanumeric() || matches!(text[at - 1], b'.' | b'_'));
        if !inside_word && from_group(&text[at..], cut) {
            return true;
        }
        at = end;
    }
    false
}

/// Whether a number is a card number, written as digits.
pub(super) fn is_card(mut number: u64) -> bool {
    let mut digits = [0; 20];
    let mut at = digits.len();
    while number > 0 {
        at -= 1;
        digits[at] = u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
    is_valid(&digits[at..])
}

/// Whether a card number begins exactly where `text` does and ends where a group of digits does.
fn from_group(text: &[u8], cut: bool) -> bool {
    let mut digits = [0; *DIGITS.end()];
    let mut len = 0;
    for (index, byte) in text.iter().enumerate() {
        let following = text.get(index + 1);
        if byte.is_ascii_digit() {
            if len == digits.len() {
                return false;
            }
            digits[len] = byte - b'0';
            len += 1;
            let ends = !following.is_some_and(|next| next.is_ascii_alphanumeric());
            if ends && is_valid(&digits[..len]) {
                return true;
            }
        } else if !matches!(byte, b' ' | b'-') || !following.is_some_and(u8::is_ascii_digit) {
            return cut && following.is_none() && is_beginning(&digits[..len]);
        }
    }
    cut && is_beginning(&digits[..len])
}

fn is_beginning(digits: &[u8]) -> bool {
    digits.len() >= CUT_DIGITS && matches!(digits[0], 2..=6)
}

fn is_valid(digits: &[u8]) -> bool {
    DIGITS.contains(&digits.len()) && has_issuer(digits) && luhn(digits)
}

/// Beginnings and lengths in use: Visa, Mastercard, American Express, Diners, Discover, JCB,
/// UnionPay, Maestro.
fn has_issuer(digits: &[u8]) -> bool {
    let head = digits[..4].iter().fold(0_u32, |head, digit| head * 10 + u32::from(*digit));
    let lengths = match head {
        4000..=4999 => 13..=19,
        5100..=5599 | 2221..=2720 => 16..=16,
        3400..=3499 | 3700..=3799 => 15..=15,
        3000..=3059 | 3600..=3699 | 3800..=3999 => 14..=19,
        6011 | 6440..=6599 | 6200..=6299 | 3528..=3589 => 16..=19,
        5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 => 13..=19,
        _ => return false,
    };
    lengths.contains(&digits.len())
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match (index % 2, u32::from(*digit) * 2) {
            (0, _) => u32::from(*digit),
            (_, doubled) => doubled / 10 + doubled % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}
