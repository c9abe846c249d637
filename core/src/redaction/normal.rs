//! The normal form in which names are compared.
//!
//! Knows no list. Invariant: two names that NFKC, lower case, resolved escapes and the stripped
//! characters make equal give the same bytes, and nothing is allocated on the way.
//!
//! Names are decomposed (NFKD) character by character instead of composed (NFKC): equality is the
//! same, but for the order of several accents on one letter, and no buffer is needed.

use crate::value::Text;
use unicode_normalization::char::decompose_compatible;

/// Whether the normal form leaves a character out: how languages and formats join words and mark
/// variables, and what cannot be seen.
pub(super) fn is_stripped(c: char) -> bool {
    matches!(
        c,
        '_' | '-' | '$' | '@' | '#' | ' ' | '.' | '\u{ad}' | '\u{200b}'
            ..='\u{200d}' | '\u{2060}' | '\u{feff}'
    )
}

/// Hands the bytes of the normal form of `text` to `emit`, as UTF-8.
pub(super) fn normalise(text: Text<'_>, emit: &mut impl FnMut(u8)) {
    let replace = char::REPLACEMENT_CHARACTER;
    match text {
        Text::Utf8(text) => resolve(text.chars(), emit),
        Text::Latin1(units) => resolve(units.iter().map(|unit| char::from(*unit)), emit),
        Text::Units16(units) => {
            let chars = char::decode_utf16(units.iter().copied());
            resolve(chars.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)), emit);
        }
        Text::Units32(units) => {
            resolve(units.iter().map(|unit| char::from_u32(*unit).unwrap_or(replace)), emit);
        }
    }
}

fn resolve(mut chars: impl Iterator<Item = char> + Clone, emit: &mut impl FnMut(u8)) {
    while let Some(c) = chars.next() {
        let mut c = c;
        if c == '\\' {
            let mut ahead = chars.clone();
            if let Some(resolved) = escape(&mut ahead) {
                c = resolved;
                chars = ahead;
            }
        }
        decompose_compatible(c, |part| {
            for lower in part.to_lowercase() {
                if !is_stripped(lower) {
                    let mut bytes = [0; 4];
                    lower.encode_utf8(&mut bytes).bytes().for_each(&mut *emit);
                }
            }
        });
    }
}

/// The character that `x61`, `u0061`, `u{61}` or `U00000061` after a backslash stands for.
fn escape(chars: &mut (impl Iterator<Item = char> + Clone)) -> Option<char> {
    let digits = match chars.next()? {
        'x' => 2,
        'U' => 8,
        'u' => {
            let mut ahead = chars.clone();
            if ahead.next() == Some('{') {
                *chars = ahead;
                return braced(chars);
            }
            4
        }
        _ => return None,
    };
    let mut code = 0;
    for _ in 0..digits {
        code = code << 4 | chars.next()?.to_digit(16)?;
    }
    char::from_u32(code)
}

fn braced(chars: &mut impl Iterator<Item = char>) -> Option<char> {
    let mut code = 0;
    for _ in 0..7 {
        match chars.next()? {
            '}' => return char::from_u32(code),
            digit => code = code << 4 | digit.to_digit(16)?,
        }
    }
    None
}
