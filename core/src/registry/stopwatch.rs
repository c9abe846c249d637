//! What measures the passages of one time probe, and the few of them that a process has.
//!
//! Knows no runtime and reads no clock: instants come in. The caller holds the runtime's lock, so
//! plain words are exact. Invariants: everything is allocated before the first passage; a passage
//! that was begun is ended, open or lost, and only one that was seen from its begin to its end is in
//! the histograms.

mod counts;
mod passages;

use super::Word;
use crate::limits::MAX_TIME_PROBES;
use crate::probe::durations::{Durations, Measured};
use counts::Counts;
use passages::Passages;
pub(crate) use passages::Phase;
use std::sync::OnceLock;

/// Measures the passages of one probe.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    passages: Passages,
    running: Counts,
    elapsed: Counts,
    ended: Word,
    exceptions: Word,
    open: Word,
    lost: Word,
    /// Events that were delivered for it, its own and those of others.
    pub(crate) events: Word,
    /// What such an event costs inside the core, as last measured.
    pub(crate) event_cost_ns: Word,
}

impl Stopwatch {
    /// Where the passage of `frame` stands, if the frame is known.
    #[inline]
    pub(crate) fn phase(&self, frame: u64) -> Option<Phase> {
        self.passages.find(frame).map(passages::Place::phase)
    }

    /// Passages measured to their end.
    #[inline]
    pub(crate) fn ended(&self) -> u64 {
        self.ended.get()
    }

    /// Passages under way.
    #[inline]
    pub(crate) fn open(&self) -> u64 {
        self.open.get()
    }

    /// Whether one more can be opened in `frame`.
    #[inline]
    pub(crate) fn has_room(&self, frame: u64, now_ns: impl FnOnce() -> u64) -> bool {
        if self.passages.find(frame).is_some() {
            return true;
        }
        let (has_room, cleared) = self.passages.make_room(now_ns);
        if cleared.is_some_and(Phase::is_open) {
            self.lose();
        }
        has_room
    }

    fn lose(&self) {
        self.open.add(u64::MAX);
        self.lost.bump();
    }

    /// A frame begins: whatever is known of its address was another's.
    #[inline]
    pub(crate) fn forget(&self, frame: u64) {
        if self.phase(frame).is_some_and(Phase::is_open) {
            self.lose();
        }
        self.passages.remove(frame);
    }

    /// Notes that `frame` runs outside the range, or inside it without being measured.
    pub(crate) fn note(&self, frame: u64, phase: Phase) {
        debug_assert!(!phase.is_open());
        if let Some(place) = self.passages.find(frame).or_else(|| self.passages.add(frame)) {
            place.set(phase);
        }
    }

    /// A passage begins in `frame` at `now_ns`, given that there is room.
    #[inline]
    pub(crate) fn begin(&self, frame: u64, now_ns: u64) {
        let Some(place) = self.passages.find(frame).or_else(|| self.passages.add(frame)) else {
            self.lost.bump();
            return;
        };
        self.open.bump();
        place.set(Phase::Straight);
        place.ran_ns.set(0);
        place.began_ns.set(now_ns);
        place.since_ns.set(now_ns);
    }

    /// The frame is suspended: a `yield`, or an `await` that waits.
    #[inline]
    pub(crate) fn suspend(&self, frame: u64, now_ns: u64) {
        let Some(place) = self.passages.find(frame) else { return };
        if matches!(place.phase(), Phase::Straight | Phase::Resumed) {
            place.ran_ns.add(now_ns.saturating_sub(place.since_ns.get()));
            place.since_ns.set(now_ns);
            place.set(Phase::Suspended);
        }
    }

    /// The frame goes on.
    #[inline]
    pub(crate) fn resume(&self, frame: u64, now_ns: u64) {
        let Some(place) = self.passages.find(frame) else { return };
        if place.phase() == Phase::Suspended {
            place.since_ns.set(now_ns);
            place.set(Phase::Resumed);
        }
    }

    /// The passage of `frame` ends, if one is under way.
    #[inline]
    pub(crate) fn end(&self, frame: u64, now_ns: u64, by_exception: bool) {
        let Some(place) = self.passages.find(frame) else { return };
        let phase = place.phase();
        if !phase.is_open() {
            return;
        }
        let latest_ns = match phase {
            // Nobody saw it go on, so nobody knows since when it has run.
            Phase::Suspended => 0,
            _ => now_ns.saturating_sub(place.since_ns.get()),
        };
        self.running.record(place.ran_ns.get().wrapping_add(latest_ns));
        if phase != Phase::Straight {
            self.elapsed.record(now_ns.saturating_sub(place.began_ns.get()));
        }
        self.ended.bump();
        if by_exception {
            self.exceptions.bump();
        }
        self.open.add(u64::MAX);
        place.set(Phase::Outside);
    }

    /// A passage begins whose begin the runtime itself remembers; threads begin and end at once.
    pub(crate) fn begin_shared(&self) {
        self.open.add_shared(1);
    }

    /// Such a passage ends; what it took is elapsed time where it was suspended meanwhile.
    pub(crate) fn end_shared(&self, took: Measured, by_exception: bool) {
        match took {
            Measured::Running(ns) => self.running.record_shared(ns),
            Measured::Elapsed(ns) => self.elapsed.record_shared(ns),
        }
        self.ended.add_shared(1);
        self.exceptions.add_shared(u64::from(by_exception));
        self.open.add_shared(u64::MAX);
    }

    /// The end of such a passage was seen by nobody.
    pub(crate) fn lose_shared(&self) {
        self.open.add_shared(u64::MAX);
        self.lost.add_shared(1);
    }

    /// The frame is over.
    #[inline]
    pub(crate) fn remove(&self, frame: u64) {
        self.passages.remove(frame);
    }

    /// The hooks are off: what is under way now will never be measured.
    pub(crate) fn cut(&self) {
        self.lost.add(self.open.get());
        self.open.set(0);
        self.passages.reset();
    }

    /// Forgets everything.
    pub(crate) fn reset(&self) {
        self.passages.reset();
        self.running.reset();
        self.elapsed.reset();
        let words = [&self.ended, &self.exceptions, &self.open, &self.lost, &self.events];
        words.into_iter().for_each(|word| word.set(0));
    }

    /// What it measured.
    pub(crate) fn durations(&self) -> Durations {
        Durations {
            ended: self.ended.get(),
            exceptions: self.exceptions.get(),
            open: self.open.get(),
            lost: self.lost.get(),
            running: self.running.spread(),
            elapsed: self.elapsed.spread(),
        }
    }
}

/// All stopwatches of a process, by number. A probe has one from when it is installed until it is over
/// and another needs it, because sites live as long as the process and a stopwatch is 230 KiB.
#[derive(Debug, Default)]
pub(crate) struct Stopwatches([OnceLock<Box<Stopwatch>>; MAX_TIME_PROBES]);

impl Stopwatches {
    /// The stopwatch of that number. Two loads.
    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&Stopwatch> {
        self.0.get(number as usize)?.get().map(|stopwatch| &**stopwatch)
    }

    /// Has the stopwatch of that number count from zero, while no hit is under way; whether there is
    /// such a number.
    pub(crate) fn start(&self, number: u32) -> bool {
        let stopwatch = self.0.get(number as usize);
        stopwatch.is_some_and(|stopwatch| {
            stopwatch.get_or_init(Box::default).reset();
            true
        })
    }

    /// Every one counts from zero: a forked child measured nothing.
    pub(crate) fn reset_in_child(&self) {
        self.0.iter().filter_map(OnceLock::get).for_each(|stopwatch| stopwatch.reset());
    }
}

#[cfg(test)]
mod tests;
