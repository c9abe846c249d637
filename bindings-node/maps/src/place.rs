//! Whether a map is of the text that it is said to be of.
//!
//! Knows words of texts, no language. Invariant: only what the two texts say decides.

use crate::map::Map;

/// Tokens that are compared.
const COMPARED: usize = 2_000;

/// How the places of a map lie in two texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Places that lie in both texts.
    pub inside: usize,
    /// Places that lie behind the end of a line or text.
    pub outside: usize,
    /// Places at which both texts have a word, and the same, or the one that the map names.
    pub same: usize,
    /// Places at which both have words that differ.
    pub different: usize,
}

/// Compares places of one source, spread over all of it, with the generated text and the source's.
pub fn words_agree(map: &Map, source: usize, generated: &str, original: &str) -> Fit {
    let lines = |text: &str| text.lines().map(|line| line.encode_utf16().collect()).collect();
    let (generated, original): (Vec<Vec<u16>>, Vec<Vec<u16>>) = (lines(generated), lines(original));
    let of_source = || map.places().filter(|(_, there)| there.source == source);
    let every = (of_source().count() / COMPARED).max(1);
    let mut fit = Fit::default();
    for (at, there) in of_source().step_by(every) {
        let here = rest(&generated, at);
        let written = rest(&original, (there.line, there.column));
        let (Some(here), Some(written)) = (here, written) else {
            fit.outside += 1;
            continue;
        };
        fit.inside += 1;
        let (here, written) = (word(here), word(written));
        if here.is_empty() || written.is_empty() {
            continue;
        }
        let is_named =
            || there.name.is_some_and(|name| written.iter().copied().eq(name.encode_utf16()));
        match here == written || is_named() {
            true => fit.same += 1,
            false => fit.different += 1,
        }
    }
    fit
}

/// What is left of a line from a column on.
fn rest(lines: &[Vec<u16>], (line, column): (u32, u32)) -> Option<&[u16]> {
    match lines.get(line as usize) {
        Some(line) => line.get(column as usize..),
        // The empty line behind the last end of line.
        None => (line as usize == lines.len() && column == 0).then_some(&[]),
    }
}

fn word(text: &[u16]) -> &[u16] {
    let is_part = |unit: &u16| {
        char::from_u32(u32::from(*unit))
            .is_some_and(|one| one.is_alphanumeric() || "_$".contains(one))
    };
    &text[..text.iter().take_while(|unit| is_part(unit)).count()]
}
