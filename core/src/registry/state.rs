//! Where a probe stands, in one word that the hit path reads first.
//!
//! Knows no reasons. Invariant: every step names the states it starts from, so a removal is never
//! undone by a hit or a tick that raced with it.

use crate::probe::ProbeState;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a probe stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum State {
    /// Not on a line yet.
    Pending = 0,
    /// On its line.
    Armed = 1,
    /// On its line, but its rate leaves no room until the shipper's next tick says otherwise.
    Exhausted = 2,
    /// Over its cost budget, for now.
    Resting = 3,
    /// Over its cost budget for good.
    Stopped = 4,
    /// Its limit is reached.
    Done = 5,
    /// Its time is over.
    Expired = 6,
    /// Will not be armed here.
    Refused = 7,
    /// Taken away.
    Removed = 8,
}

impl State {
    const ALL: [Self; 9] = [
        Self::Pending,
        Self::Armed,
        Self::Exhausted,
        Self::Resting,
        Self::Stopped,
        Self::Done,
        Self::Expired,
        Self::Refused,
        Self::Removed,
    ];

    /// Whether its hooks are to be on their lines.
    pub fn is_on_line(self) -> bool {
        matches!(self, Self::Armed | Self::Exhausted)
    }

    /// Whether nothing will happen to it any more, but for its removal.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Stopped | Self::Done | Self::Expired | Self::Refused | Self::Removed)
    }

    /// As it is reported.
    pub fn reported(self) -> ProbeState {
        match self {
            Self::Pending => ProbeState::Pending,
            Self::Armed | Self::Exhausted => ProbeState::Armed,
            Self::Resting => ProbeState::Resting,
            Self::Stopped => ProbeState::Stopped,
            Self::Done => ProbeState::Done,
            Self::Expired => ProbeState::Expired,
            Self::Refused => ProbeState::Refused,
            Self::Removed => ProbeState::Removed,
        }
    }
}

/// The word.
#[derive(Debug)]
pub struct StateWord(AtomicU32);

impl StateWord {
    /// A word that says `state`.
    pub fn new(state: State) -> Self {
        Self(AtomicU32::new(state as u32))
    }

    /// Whether a hit may act. One relaxed load.
    #[inline]
    pub fn is_armed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == State::Armed as u32
    }

    /// Where it stands.
    pub fn get(&self) -> State {
        let number = self.0.load(Ordering::Acquire) as usize;
        State::ALL.get(number).copied().unwrap_or(State::Removed)
    }

    /// Goes from one of `from` to `to`; whether it did.
    pub fn step(&self, from: &[State], to: State) -> bool {
        let from = |word: u32| from.iter().any(|state| *state as u32 == word);
        let to = |word: u32| from(word).then_some(to as u32);
        self.0.fetch_update(Ordering::AcqRel, Ordering::Relaxed, to).is_ok()
    }

    /// Sets it, whatever it was; says what it was.
    pub fn set(&self, to: State) -> State {
        let before = self.0.swap(to as u32, Ordering::AcqRel) as usize;
        State::ALL.get(before).copied().unwrap_or(State::Removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions() {
        for (number, state) in State::ALL.iter().enumerate() {
            assert_eq!(*state as usize, number);
        }
    }

    #[test]
    fn a_removal_is_not_undone() {
        let word = StateWord::new(State::Armed);
        assert!(word.step(&[State::Armed], State::Exhausted));
        assert_eq!(word.set(State::Removed), State::Exhausted);
        assert!(!word.step(&[State::Exhausted], State::Armed));
        assert_eq!(word.get(), State::Removed);
        assert!(!word.is_armed());
    }
}
