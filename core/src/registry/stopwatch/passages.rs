//! The passages under way, by the frame they run in: a table of fixed size.
//!
//! Open addressing with linear probing; a place that is freed is filled from behind, so nothing is
//! left in the way. Invariants: it never grows; frame 0 marks a free place and is no frame.

use crate::limits::MAX_PASSAGES;
use crate::registry::Word;

/// A power of two, so that three quarters of it are [`MAX_PASSAGES`].
const PLACES: usize = MAX_PASSAGES.next_power_of_two();
const MASK: usize = PLACES - 1;
/// Places looked at for one to be cleared when the table is full.
const LOOKED_AT: usize = 16;
/// A suspended passage that did not go on for so long may be of a generator that was dropped.
const FORSAKEN_NS: u64 = 60_000_000_000;

/// Where the passage of a frame stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Phase {
    /// The frame runs, outside the range.
    Outside = 0,
    /// Inside the range, and this passage is not measured.
    Skipped = 1,
    /// Measured, and never suspended so far.
    Straight = 2,
    /// Measured, and suspended now.
    Suspended = 3,
    /// Measured, and going on after it was suspended.
    Resumed = 4,
}

impl Phase {
    const ALL: [Self; 5] =
        [Self::Outside, Self::Skipped, Self::Straight, Self::Suspended, Self::Resumed];

    /// Whether it is measured.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Straight | Self::Suspended | Self::Resumed)
    }
}

/// One place.
#[derive(Debug, Default)]
pub(super) struct Place {
    frame: Word,
    phase: Word,
    /// When it last went on.
    pub(super) since_ns: Word,
    /// How long it ran before that.
    pub(super) ran_ns: Word,
    /// When it began.
    pub(super) began_ns: Word,
}

impl Place {
    #[inline]
    pub(super) fn phase(&self) -> Phase {
        Phase::ALL.get(self.phase.get() as usize).copied().unwrap_or(Phase::Outside)
    }

    #[inline]
    pub(super) fn set(&self, phase: Phase) {
        self.phase.set(phase as u64);
    }

    fn copy(&self, from: &Self) {
        self.frame.set(from.frame.get());
        self.phase.set(from.phase.get());
        self.since_ns.set(from.since_ns.get());
        self.ran_ns.set(from.ran_ns.get());
        self.began_ns.set(from.began_ns.get());
    }
}

/// The table.
#[derive(Debug)]
pub(super) struct Passages {
    places: Box<[Place]>,
    len: Word,
    hand: Word,
}

impl Default for Passages {
    fn default() -> Self {
        let places = std::iter::repeat_with(Place::default).take(PLACES).collect();
        Self { places, len: Word::default(), hand: Word::default() }
    }
}

impl Passages {
    #[inline]
    fn home(frame: u64) -> usize {
        // Frames are 8-byte aligned; the product's upper bits depend on all below them.
        ((frame >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize & MASK
    }

    #[inline]
    fn index(&self, frame: u64) -> usize {
        let mut at = Self::home(frame);
        // The table is never full, so a free place ends the search.
        while self.places[at].frame.get() != 0 && self.places[at].frame.get() != frame {
            at = (at + 1) & MASK;
        }
        at
    }

    /// The place of `frame`, if it has one. About 2 ns.
    #[inline]
    pub(super) fn find(&self, frame: u64) -> Option<&Place> {
        let place = &self.places[self.index(frame)];
        (frame != 0 && place.frame.get() == frame).then_some(place)
    }

    /// Whether a new frame finds room, after clearing one place if it must; the phase of what was
    /// cleared. What is only noted goes first, and what was suspended for a minute.
    pub(super) fn make_room(&self, now_ns: impl FnOnce() -> u64) -> (bool, Option<Phase>) {
        if (self.len.get() as usize) < MAX_PASSAGES {
            return (true, None);
        }
        let now_ns = now_ns();
        for _ in 0..LOOKED_AT {
            let at = self.hand.bump() as usize & MASK;
            let place = &self.places[at];
            let is_idle = match place.phase() {
                Phase::Outside | Phase::Skipped => true,
                Phase::Suspended => now_ns.saturating_sub(place.since_ns.get()) > FORSAKEN_NS,
                Phase::Straight | Phase::Resumed => false,
            };
            if place.frame.get() != 0 && is_idle {
                let phase = place.phase();
                self.clear(at);
                return (true, Some(phase));
            }
        }
        (false, None)
    }

    /// A place for `frame`, which has none; `None` if there is no room.
    #[inline]
    pub(super) fn add(&self, frame: u64) -> Option<&Place> {
        if self.len.get() as usize >= MAX_PASSAGES || frame == 0 {
            return None;
        }
        let place = &self.places[self.index(frame)];
        place.frame.set(frame);
        self.len.bump();
        Some(place)
    }

    /// Frees the place of `frame`.
    #[inline]
    pub(super) fn remove(&self, frame: u64) {
        let at = self.index(frame);
        if frame != 0 && self.places[at].frame.get() == frame {
            self.clear(at);
        }
    }

    fn clear(&self, at: usize) {
        let (mut hole, mut at) = (at, at);
        loop {
            at = (at + 1) & MASK;
            let place = &self.places[at];
            if place.frame.get() == 0 {
                break;
            }
            // It may stand in the hole if that is not before its home.
            let from_home = at.wrapping_sub(Self::home(place.frame.get())) & MASK;
            if from_home >= at.wrapping_sub(hole) & MASK {
                self.places[hole].copy(place);
                hole = at;
            }
        }
        self.places[hole].frame.set(0);
        self.len.add(u64::MAX);
    }

    /// Frees every place.
    pub(super) fn reset(&self) {
        self.places.iter().for_each(|place| place.frame.set(0));
        self.len.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_full_table_gives_way_only_where_nothing_runs() {
        let table = Passages::default();
        let fill = |from: u64| {
            (from..).map(|n| n * 16).find(|frame| match table.add(*frame) {
                Some(place) => {
                    place.set(Phase::Straight);
                    false
                }
                None => true,
            })
        };
        let refused = fill(1).expect("it ends");
        assert_eq!(refused, (MAX_PASSAGES as u64 + 1) * 16);
        assert_eq!(table.make_room(|| u64::MAX), (false, None));
        for n in 1..=MAX_PASSAGES as u64 {
            let place = table.find(n * 16).expect("it is there");
            place.set(Phase::Suspended);
            place.since_ns.set(1_000);
        }
        assert_eq!(table.make_room(|| 1_000 + FORSAKEN_NS), (false, None));
        let looks = PLACES.div_ceil(LOOKED_AT);
        let found = (0..looks).find_map(|_| table.make_room(|| 1_001 + FORSAKEN_NS).1);
        assert_eq!(found, Some(Phase::Suspended));
        assert!(table.add(refused).is_some());
    }

    proptest! {
        #[test]
        fn it_holds_what_was_added_and_not_removed(
            steps in prop::collection::vec((any::<bool>(), 1_u64..200), 1..400),
        ) {
            let (table, mut model) = (Passages::default(), BTreeMap::new());
            for (number, (adds, frame)) in steps.into_iter().enumerate() {
                // Frames with one home: every search walks.
                let frame = frame << 43;
                if adds && !model.contains_key(&frame) {
                    let place = table.add(frame).expect("there is room");
                    place.set(Phase::Straight);
                    place.since_ns.set(number as u64);
                    model.insert(frame, number as u64);
                } else {
                    table.remove(frame);
                    model.remove(&frame);
                }
                prop_assert_eq!(table.len.get(), model.len() as u64);
                for (frame, since) in &model {
                    prop_assert_eq!(table.find(*frame).map(|p| p.since_ns.get()), Some(*since));
                }
                prop_assert!(model.contains_key(&frame) || table.find(frame).is_none());
            }
            table.reset();
            prop_assert!(model.keys().all(|frame| table.find(*frame).is_none()));
        }
    }
}
