//! What a capture remembers: names by identity, objects by handle, both in fixed tables on the stack.
//!
//! Knows no bytes. Invariant: a lookup takes a bounded number of steps and nothing is allocated; when
//! a table is full, further keys are simply not remembered.

/// Keys to small numbers, open addressing. `N` is a power of two. Key 0 is never remembered.
pub(super) struct Table<const N: usize> {
    keys: [usize; N],
    numbers: [u16; N],
    used: usize,
}

/// Where a key is, or would be.
#[derive(Clone, Copy)]
pub(super) struct Slot(usize);

impl<const N: usize> Table<N> {
    pub(super) fn new() -> Self {
        Self { keys: [0; N], numbers: [0; N], used: 0 }
    }

    /// Keys remembered.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// The slot of `key`, and its number if it is there.
    #[inline]
    pub(super) fn find(&self, key: usize) -> (Slot, Option<u16>) {
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

    /// Puts `key` where [`find`](Self::find) said, unless the table is three quarters full.
    #[inline]
    pub(super) fn put(&mut self, Slot(at): Slot, key: usize, number: u16) {
        if self.keys[at] == 0 {
            if key == 0 || self.used >= N / 4 * 3 {
                return;
            }
            self.used += 1;
            self.keys[at] = key;
        }
        self.numbers[at] = number;
    }

    /// Puts `number` in place of every number that is stale after a roll-back.
    pub(super) fn replace(&mut self, number: u16, stale: impl Fn(u16) -> bool) {
        self.numbers.iter_mut().filter(|held| stale(**held)).for_each(|held| *held = number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_until_full_and_never_loops() {
        let mut table = Table::<16>::new();
        for key in 0..100_usize {
            let (slot, found) = table.find(key * 4096);
            assert_eq!(found, None);
            table.put(slot, key * 4096, u16::try_from(key).expect("below 100"));
        }
        let known = (0..100_usize).filter(|key| table.find(key * 4096).1.is_some()).count();
        assert_eq!(known, 12);
        assert_eq!(table.find(4096).1, Some(1));
    }
}
