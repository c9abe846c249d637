//! Sites by their index: read on the hit path with two loads, written when a probe is installed.
//!
//! Knows nothing of what a site does. A slot is filled once and never again, so a hit that comes late
//! finds its own site, whose probe says *removed*; nothing has to know who still reads. The price is
//! that sites live as long as the process, 1-2 KiB each, and that there is a last one. Invariant: the
//! site behind an index never changes.

use crate::error::{Error, ErrorKind, Result};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

const SEGMENT: usize = 256;
const SEGMENTS: usize = 256;
/// Sites that one process can hold in its life.
pub const MAX_SITES: usize = SEGMENT * SEGMENTS;

type Segment<T> = Box<[OnceLock<T>]>;

/// The table.
#[derive(Debug)]
pub struct SiteTable<T> {
    segments: Box<[OnceLock<Segment<T>>]>,
    next: AtomicU32,
}

impl<T> Default for SiteTable<T> {
    fn default() -> Self {
        Self { segments: empty(SEGMENTS), next: AtomicU32::new(0) }
    }
}

fn empty<T>(len: usize) -> Box<[OnceLock<T>]> {
    std::iter::repeat_with(OnceLock::new).take(len).collect()
}

impl<T> SiteTable<T> {
    /// The site behind `index`. Two loads.
    #[inline]
    pub fn get(&self, index: u32) -> Option<&T> {
        let index = index as usize;
        self.segments.get(index / SEGMENT)?.get()?.get(index % SEGMENT)?.get()
    }

    /// Adds the site that `make` makes of its index.
    pub fn add(&self, make: impl FnOnce(u32) -> T) -> Result<u32> {
        let taken = |next: u32| ((next as usize) < MAX_SITES).then_some(next + 1);
        let taken = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken);
        let index = taken.map_err(|_| {
            Error::new(ErrorKind::Limit, format!("this process has placed {MAX_SITES} sites"))
                .with_hint("restart it to place more")
        })?;
        let position = index as usize;
        let segment = self.segments[position / SEGMENT].get_or_init(|| empty(SEGMENT));
        segment[position % SEGMENT].get_or_init(|| make(index));
        Ok(index)
    }

    /// All sites.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let filled = self.segments.iter().filter_map(OnceLock::get);
        filled.flat_map(|segment| segment.iter().filter_map(OnceLock::get))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_its_site_and_no_other() {
        let table = SiteTable::default();
        for expected in 0..1_000 {
            assert_eq!(table.add(|index| index * 2), Ok(expected));
        }
        assert_eq!(table.get(999), Some(&1_998));
        assert_eq!(table.get(1_000), None);
        assert_eq!(table.get(u32::MAX), None);
        assert_eq!(table.iter().count(), 1_000);
    }

    #[test]
    fn the_last_site_is_followed_by_a_refusal() {
        let table = SiteTable::default();
        for _ in 0..MAX_SITES {
            table.add(|_| ()).expect("there is room");
        }
        let error = table.add(|_| ()).expect_err("it is full");
        assert_eq!(error.kind(), ErrorKind::Limit);
    }
}
