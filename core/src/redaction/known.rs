//! Verdicts on short names that were judged before: a program has the same ones again and again.
//!
//! Knows names as bytes, and nothing of what a verdict means. Invariants: the memory is fixed, nobody
//! waits, and a verdict is given for exactly the bytes that it was made for: an entry that two threads
//! write at the same time does not fit its own seal.

use crate::value::Text;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names that are remembered: 16 KiB.
const ROOM: usize = 512;
/// Bytes of the longest one.
const LONGEST: usize = 24;
/// Beside the length of a name whose bytes are no UTF-8.
const LATIN1: u64 = 0x80;

/// A short name, and a number that hardly another one has, and none with the same words.
#[derive(Clone, Copy)]
pub(super) struct Key {
    words: [u64; 3],
    hash: u64,
}

impl Key {
    /// Of a name that is short enough.
    #[inline]
    pub(super) fn of(name: Text<'_>) -> Option<Self> {
        let (name, mark) = match name {
            Text::Utf8(text) => (text.as_bytes(), 0),
            Text::Latin1(units) => (units, LATIN1),
            _ => return None,
        };
        let words = words(name)?;
        Some(Self { words, hash: hash(words, mark | name.len() as u64) })
    }

    /// What is beside the words of a name that was judged so.
    fn seal(self, redacted: bool) -> u64 {
        self.hash ^ (1 + u64::from(redacted))
    }
}

/// All bytes of a name, some of them twice: with its length they say which name it is. Taken out of the
/// name in whole words, for to put them together in memory takes longer than to judge the name.
#[inline]
fn words(name: &[u8]) -> Option<[u64; 3]> {
    let word = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let half = |bytes: Option<&[u8; 4]>| bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes));
    Some(match name.len() {
        0..4 => [name.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0, 0],
        4..8 => {
            let (first, last) = (half(name.first_chunk()), half(name.last_chunk()));
            [u64::from(first) | u64::from(last) << 32, 0, 0]
        }
        8..=16 => [word(name.first_chunk()), 0, word(name.last_chunk())],
        17..=LONGEST => {
            [word(name.first_chunk()), word(name[8..].first_chunk()), word(name.last_chunk())]
        }
        _ => return None,
    })
}

#[inline]
fn hash([first, second, third]: [u64; 3], len: u64) -> u64 {
    let mixed = (first ^ third.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 32 ^ second).wrapping_mul(0xd6e8_feb8_6659_fd93);
    // Above all that tells verdicts apart.
    mixed ^ mixed >> 32 ^ (len + 1) << 48
}

/// The words of a name, and the seal.
type Entry = [AtomicU64; 4];

/// The names that are remembered.
pub(super) struct Known(Box<[Entry]>);

impl Known {
    pub(super) fn new() -> Self {
        Self((0..ROOM).map(|_| Entry::default()).collect())
    }

    fn entry(&self, key: Key) -> &Entry {
        &self.0[(key.hash as usize) % ROOM]
    }

    /// Whether the name is redacted, if that is known. 5 ns.
    #[inline]
    pub(super) fn verdict(&self, key: Key) -> Option<bool> {
        let [first, second, third, seal] =
            self.entry(key).each_ref().map(|word| word.load(Ordering::Relaxed));
        // Word by word: compared as arrays, both would be put into memory and read back in other pieces.
        let [one, two, three] = key.words;
        if (one ^ first) | (two ^ second) | (three ^ third) != 0 {
            return None;
        }
        match seal {
            seal if seal == key.seal(false) => Some(false),
            seal if seal == key.seal(true) => Some(true),
            _ => None,
        }
    }

    /// Remembers it, in place of another.
    pub(super) fn put(&self, key: Key, redacted: bool) {
        let [first, second, third] = key.words;
        let fresh = [first, second, third, key.seal(redacted)];
        self.entry(key)
            .iter()
            .zip(fresh)
            .for_each(|(word, new)| word.store(new, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::of(Text::Utf8(name)).expect("a short name")
    }

    #[test]
    fn a_verdict_is_of_the_very_name() {
        let known = Known::new();
        let names: Vec<String> = (0..5_000).map(|number| format!("name {number}")).collect();
        for (number, name) in names.iter().enumerate() {
            assert_eq!(known.verdict(key(name)), None);
            known.put(key(name), number % 3 == 0);
            assert_eq!(known.verdict(key(name)), Some(number % 3 == 0));
        }
        let kept = names.iter().enumerate().filter(|(number, name)| {
            let verdict = known.verdict(key(name));
            assert!(verdict.is_none_or(|redacted| redacted == (number % 3 == 0)));
            verdict.is_some()
        });
        assert!((ROOM / 2..=ROOM).contains(&kept.count()));
    }

    #[test]
    fn names_that_differ_by_zeros_or_in_their_encoding_are_others() {
        let known = Known::new();
        assert_eq!(known.verdict(key("")), None);
        known.put(key(""), true);
        known.put(key("pin"), true);
        assert_eq!(known.verdict(key("\0")), None);
        assert_eq!(known.verdict(key("pin\0")), None);
        let latin1 = Key::of(Text::Latin1(b"pin")).expect("a short name");
        assert_eq!(known.verdict(latin1), None);
        assert!(Key::of(Text::Utf8(&"x".repeat(LONGEST + 1))).is_none());
        for len in 0..=LONGEST {
            known.put(key(&"x".repeat(len)), true);
            for other in (0..=LONGEST).filter(|other| *other != len) {
                let words = key(&"x".repeat(other)).words;
                let is_same = words == key(&"x".repeat(len)).words;
                assert!(!is_same || key(&"x".repeat(other)).hash != key(&"x".repeat(len)).hash);
            }
            for at in 0..len {
                let mut changed = "x".repeat(len);
                changed.replace_range(at..=at, "y");
                assert_eq!(known.verdict(key(&changed)), None, "{changed}");
            }
        }
    }

    #[test]
    fn what_was_written_by_two_is_not_believed() {
        let known = Known::new();
        let (one, two) = (key("customer_password"), key("customer_birthday"));
        known.put(one, true);
        // The words of another name beside the first one's seal, in the place of that name.
        for (at, word) in two.words.into_iter().enumerate() {
            known.entry(two)[at].store(word, Ordering::Relaxed);
        }
        known.entry(two)[3].store(one.seal(false), Ordering::Relaxed);
        assert_eq!(known.verdict(two), None);
    }
}
