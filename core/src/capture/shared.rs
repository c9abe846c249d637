//! Names that all captures of the process share: a stream calls each by a number of three bytes.
//!
//! Knows texts, not what is called so. A capture never leaves the process before it is checked, so a
//! name that is here need not be spelled in it. Invariant: a name is only ever added and never
//! changes, so whoever was told its number finds it; reading takes no lock; the table is bounded.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, TryLockError};

/// The number of the first name in a stream: no stream spells so many of its own.
pub const FIRST: u32 = 1 << 15;
/// Names that the table holds. Their numbers are varints of three bytes.
const MOST: usize = 1 << 14;
/// Bytes of the longest name that is shared, as of one that is spelled.
const NAME_BYTES: usize = 1_024;

/// The table.
#[derive(Debug, Default)]
pub struct SharedNames {
    /// All slots, made for the first name.
    texts: OnceLock<Box<[OnceLock<Arc<str>>]>>,
    numbers: Mutex<HashMap<Arc<str>, u32>>,
}

impl SharedNames {
    /// The one that the process's captures use.
    pub fn of_process() -> &'static Self {
        static NAMES: LazyLock<SharedNames> = LazyLock::new(SharedNames::default);
        &NAMES
    }

    /// The number by which streams may call `name`, which is added if there is room. `None` also where
    /// another thread is adding one: the name is then spelled.
    pub fn number(&self, name: &str) -> Option<u32> {
        if name.len() > NAME_BYTES {
            return None;
        }
        let mut numbers = match self.numbers.try_lock() {
            Ok(numbers) => numbers,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        if let Some(number) = numbers.get(name) {
            return Some(*number);
        }
        let empty = || std::iter::repeat_with(OnceLock::new).take(MOST).collect();
        let slot = self.texts.get_or_init(empty).get(numbers.len())?;
        let number = FIRST + u32::try_from(numbers.len()).ok()?;
        let text = Arc::clone(slot.get_or_init(|| name.into()));
        numbers.insert(text, number);
        Some(number)
    }

    /// The name that a stream calls by `number`.
    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let index = number.checked_sub(FIRST as usize)?;
        self.texts.get()?.get(index)?.get().map(|text| &**text)
    }
}

/// A number of [`SharedNames`] as a stream has it.
pub fn varint(number: u32) -> [u8; 3] {
    [number as u8 | 0x80, (number >> 7) as u8 | 0x80, (number >> 14) as u8 & 0x7f]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let names = SharedNames::default();
        for (name, expected) in [("id", 0), ("total", 1), ("id", 0), ("größe", 2)] {
            assert_eq!(names.number(name), Some(FIRST + expected));
            assert_eq!(names.get((FIRST + expected) as usize), Some(name));
        }
        for number in [0, 2, FIRST as usize - 1, FIRST as usize + 3, usize::MAX] {
            assert_eq!(names.get(number), None);
        }
        assert_eq!(names.number(&"x".repeat(NAME_BYTES + 1)), None);
    }

    #[test]
    fn the_table_ends() {
        let names = SharedNames::default();
        let known = (0..MOST + 9).filter(|n| names.number(&n.to_string()).is_some()).count();
        assert_eq!(known, MOST);
        let last = FIRST as usize + MOST - 1;
        assert_eq!(names.get(last), Some(&*(MOST - 1).to_string()));
        assert_eq!(names.get(last + 1), None);
        assert_eq!(names.number("7"), Some(FIRST + 7));
    }

    #[test]
    fn a_number_takes_three_bytes() {
        assert_eq!(varint(FIRST), [0x80, 0x80, 2]);
        assert_eq!(varint(FIRST + MOST as u32 - 1), [0xff, 0xff, 2]);
    }
}
