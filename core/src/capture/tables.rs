//! What a capture remembers: names by identity, objects by handle, both in fixed tables on the stack.
//!
//! Knows no bytes. Invariant: a lookup takes a bounded number of steps and nothing is allocated; when
//! a table is full, further keys are simply not remembered.

/// Places of a table that begins small: what most captures remember takes no more.
const FEW: usize = 64;

/// Keys to small numbers, in a few places at first and, once these are used up, in `N`: to clear all of
/// them would take longer than many a capture.
pub(super) struct Table<const N: usize> {
    few: Places<FEW>,
    many: Option<Places<N>>,
}

/// Open addressing. `N` is a power of two. Key 0 is never remembered.
struct Places<const N: usize> {
    keys: [usize; N],
    numbers: [u16; N],
    used: usize,
}

/// Where a key is, or would be.
#[derive(Clone, Copy)]
pub(super) struct Slot(usize);

impl<const N: usize> Table<N> {
    pub(super) fn new() -> Self {
        Self { few: Places::new(), many: None }
    }

    /// Keys remembered.
    pub(super) fn used(&self) -> usize {
        self.many.as_ref().map_or(self.few.used, |many| many.used)
    }

    /// The slot of `key`, and its number if it is there.
    #[inline]
    pub(super) fn find(&self, key: usize) -> (Slot, Option<u16>) {
        match &self.many {
            None => self.few.find(key),
            Some(many) => many.find(key),
        }
    }

    /// Puts `key` where [`find`](Self::find) said, unless the table is three quarters full.
    #[inline]
    pub(super) fn put(&mut self, slot: Slot, key: usize, number: u16) {
        match &mut self.many {
            None if self.few.is_full() && N > FEW => self.grow(key, number),
            None => self.few.put(slot, key, number),
            Some(many) => many.put(slot, key, number),
        }
    }

    /// Goes on with many places, and puts `key` there.
    #[cold]
    fn grow(&mut self, key: usize, number: u16) {
        let many = self.many.insert(Places::new());
        let known = self.few.keys.iter().zip(self.few.numbers).map(|(key, number)| (*key, number));
        for (key, number) in known.filter(|(key, _)| *key != 0).chain([(key, number)]) {
            let (slot, _) = many.find(key);
            many.put(slot, key, number);
        }
    }

    /// Puts `number` in place of every number that is stale after a roll-back.
    pub(super) fn replace(&mut self, number: u16, stale: impl Fn(u16) -> bool) {
        match &mut self.many {
            None => self.few.replace(number, stale),
            Some(many) => many.replace(number, stale),
        }
    }
}

impl<const N: usize> Places<N> {
    fn new() -> Self {
        Self { keys: [0; N], numbers: [0; N], used: 0 }
    }

    fn is_full(&self) -> bool {
        self.used >= N / 4 * 3
    }

    /// The slot of `key`, and its number if it is there.
    #[inline]
    fn find(&self, key: usize) -> (Slot, Option<u16>) {
        // Fibonacci hashing: the high bits of the product depend on all bits of an address.
        let hash = (key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        let mut at = hash as usize & (N - 1);
        loop {
            let found = self.keys[at];
            if found == key {
                return (Slot(at), (key != 0).then_some(self.numbers[at]));
            }
            if found == 0 {
                return (Slot(at), None);
            }
            at = (at + 1) & (N - 1);
        }
    }

    /// Puts `key` where [`find`](Self::find) said, unless three quarters are used.
    #[inline]
    fn put(&mut self, Slot(at): Slot, key: usize, number: u16) {
        if self.keys[at] == 0 {
            if key == 0 || self.is_full() {
                return;
            }
            self.used += 1;
            self.keys[at] = key;
        }
        self.numbers[at] = number;
    }

    /// Puts `number` in place of every number that is stale after a roll-back.
    fn replace(&mut self, number: u16, stale: impl Fn(u16) -> bool) {
        self.numbers.iter_mut().filter(|held| stale(**held)).for_each(|held| *held = number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_until_full_and_never_loops() {
        let mut table = Table::<256>::new();
        for key in 0..1_000_usize {
            let (slot, found) = table.find(key * 4096);
            assert_eq!(found, None);
            table.put(slot, key * 4096, u16::try_from(key).expect("below 1,000"));
            let known = (1..=key).filter(|key| table.find(key * 4096).1.is_some()).count();
            assert_eq!((known, table.used()), (key.min(192), key.min(192)));
        }
        assert_eq!(table.find(4096).1, Some(1));
        assert_eq!(table.find(47 * 4096).1, Some(47));
        assert_eq!(table.find(49 * 4096).1, Some(49));
    }

    #[test]
    fn what_is_put_anew_has_its_new_number_before_and_after_it_grows() {
        let mut table = Table::<256>::new();
        for key in 1..=100 {
            let (slot, _) = table.find(key);
            table.put(slot, key, 1);
            let (slot, _) = table.find(key);
            table.put(slot, key, 2);
        }
        table.replace(3, |number| number == 2);
        assert!((1..=100).all(|key| table.find(key).1 == Some(3)));
        assert_eq!(table.used(), 100);
    }
}
