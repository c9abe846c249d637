//! Frames that wait for the hub: bounded, oldest dropped first, sent again until acknowledged.
//!
//! Knows bytes and sequences, neither snapshots nor sockets. Invariant: every frame that was pushed
//! is settled exactly once, as acknowledged or as dropped, or is still in here.

use crate::error::{Error, ErrorKind, Result};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

/// Bytes that may wait.
pub const SPOOL_BYTES: usize = 8 << 20;

/// Who is told what became of a frame: dropped, unless it is acknowledged.
pub trait Receipt: Send {
    /// The hub stored it.
    fn acknowledged(self: Box<Self>);
}

struct Frame {
    last: u64,
    /// Absent once the room was needed after the frame was sent: it cannot be sent again, but the
    /// hub may have it.
    bytes: Option<Arc<[u8]>>,
    /// Whether it was ever sent, so that the hub may have it.
    tried: bool,
    receipt: Box<dyn Receipt>,
}

/// The frames.
pub struct Spool {
    /// In the order of their sequences; those sent on the present connection first.
    frames: VecDeque<Frame>,
    sent: usize,
    /// Highest sequence ever acknowledged.
    settled: u64,
    bytes: usize,
    max_bytes: usize,
    /// Whether the hub was asked which of the unsure frames it has, and has not answered yet.
    is_asking: bool,
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Spool");
        debug.field("frames", &self.frames.len()).field("sent", &self.sent);
        debug.field("bytes", &self.bytes).finish()
    }
}

impl Spool {
    /// A spool of at most `max_bytes`.
    pub fn new(max_bytes: usize) -> Self {
        let frames = VecDeque::new();
        Self { frames, sent: 0, settled: 0, bytes: 0, max_bytes, is_asking: false }
    }

    /// Adds a frame whose highest sequence is `last`; the oldest make room.
    pub fn push(&mut self, last: u64, bytes: Arc<[u8]>, receipt: Box<dyn Receipt>) {
        self.bytes += bytes.len();
        self.frames.push_back(Frame { last, bytes: Some(bytes), tried: false, receipt });
        let mut index = 0;
        while self.bytes > self.max_bytes && index < self.frames.len() {
            // The hub's answer could not be about a frame that becomes unsure only now.
            if self.is_asking && self.frames[index].tried {
                index += 1;
                continue;
            }
            self.bytes -= self.frames[index].bytes.take().map_or(0, |bytes| bytes.len());
            if self.frames[index].tried {
                index += 1;
            } else {
                drop(self.frames.remove(index));
            }
        }
    }

    /// The next frame that was not sent on this connection, which it now was.
    pub fn send(&mut self) -> Option<Arc<[u8]>> {
        let frame = self.frames.get_mut(self.sent)?;
        frame.tried = true;
        self.sent += 1;
        frame.bytes.clone()
    }

    /// The hub stored everything up to `sequence`. `Wire` if that was never sent.
    pub fn acknowledge(&mut self, sequence: u64) -> Result<()> {
        let sent = self.frames.iter().take(self.sent).next_back();
        // What was stored before may be acknowledged once more.
        if sequence > sent.map_or(self.settled, |frame| frame.last) {
            return Err(Error::new(ErrorKind::Wire, "the hub acknowledged what was never sent"));
        }
        while self.sent > 0 && self.frames.front().is_some_and(|frame| frame.last <= sequence) {
            if let Some(frame) = self.frames.pop_front() {
                self.sent -= 1;
                self.settled = frame.last;
                self.bytes -= frame.bytes.map_or(0, |bytes| bytes.len());
                frame.receipt.acknowledged();
            }
        }
        Ok(())
    }

    /// The connection is gone: everything unacknowledged is to be sent again, as far as it is there.
    /// Of the rest only the hub knows.
    pub fn disconnected(&mut self) {
        (self.sent, self.is_asking) = (0, false);
    }

    /// Frames that cannot be sent again although nobody knows whether the hub has them, by their
    /// highest sequence: what a connection that begins asks the hub.
    pub fn unsure(&mut self) -> Vec<u64> {
        self.is_asking = true;
        let unsure = self.frames.iter().filter(|frame| frame.bytes.is_none());
        unsure.map(|frame| frame.last).collect()
    }

    /// A connection begins, and of the unsure frames the hub has those in `held`.
    pub fn welcomed(&mut self, held: &[u64]) {
        self.disconnected();
        for frame in std::mem::take(&mut self.frames) {
            if frame.bytes.is_some() {
                self.frames.push_back(frame);
            } else if held.contains(&frame.last) {
                frame.receipt.acknowledged();
            }
        }
    }

    /// Writes every frame anew, for another instance id. A frame that cannot be is dropped.
    pub fn rewrite(&mut self, mut change: impl FnMut(&[u8]) -> Option<Vec<u8>>) {
        self.disconnected();
        let mut bytes = 0;
        self.frames.retain_mut(|frame| {
            let changed = frame.bytes.as_deref().and_then(&mut change);
            frame.bytes = changed.map(Arc::from);
            frame.tried = false;
            bytes += frame.bytes.as_ref().map_or(0, |bytes| bytes.len());
            frame.bytes.is_some()
        });
        self.bytes = bytes;
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.frames.clear();
        self.bytes = 0;
        self.disconnected();
    }

    /// Whether nothing waits, neither to be sent nor to be acknowledged.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Frames that wait, those on their way among them.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether something waits to be sent.
    pub fn has_unsent(&self) -> bool {
        self.sent < self.frames.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::Mutex;

    type Ledger = Arc<Mutex<(Vec<u64>, Vec<u64>)>>;

    struct Entry(u64, Option<Ledger>);

    impl Receipt for Entry {
        fn acknowledged(mut self: Box<Self>) {
            let ledger = self.1.take().expect("it is settled once");
            ledger.lock().expect("no test panics inside").0.push(self.0);
        }
    }

    impl Drop for Entry {
        fn drop(&mut self) {
            if let Some(ledger) = self.1.take() {
                ledger.lock().expect("no test panics inside").1.push(self.0);
            }
        }
    }

    fn push(spool: &mut Spool, sequence: u64, len: usize, ledger: &Ledger) {
        let receipt = Box::new(Entry(sequence, Some(Arc::clone(ledger))));
        spool.push(sequence, vec![sequence as u8; len].into(), receipt);
    }

    fn ledger(ledger: &Ledger) -> (Vec<u64>, Vec<u64>) {
        ledger.lock().expect("no test panics inside").clone()
    }

    #[test]
    fn the_oldest_make_room_and_what_is_under_way_may_still_be_acknowledged() {
        let (mut spool, seen) = (Spool::new(20), Ledger::default());
        (1..=2).for_each(|sequence| push(&mut spool, sequence, 10, &seen));
        assert!(spool.send().is_some());
        push(&mut spool, 3, 10, &seen);
        assert_eq!(ledger(&seen), (vec![], vec![]));
        push(&mut spool, 4, 10, &seen);
        assert_eq!(ledger(&seen), (vec![], vec![2]));
        assert_eq!(spool.acknowledge(1), Ok(()));
        assert_eq!(ledger(&seen), (vec![1], vec![2]));
        assert_eq!(spool.send().as_deref(), Some(&[3; 10][..]));
    }

    #[test]
    fn what_was_not_acknowledged_is_sent_again() {
        let (mut spool, seen) = (Spool::new(100), Ledger::default());
        (1..=3).for_each(|sequence| push(&mut spool, sequence, 10, &seen));
        assert_eq!(std::iter::from_fn(|| spool.send()).count(), 3);
        assert_eq!(spool.acknowledge(1), Ok(()));
        spool.disconnected();
        assert_eq!(spool.send().as_deref(), Some(&[2; 10][..]));
        assert!(spool.has_unsent() && !spool.is_empty());
    }

    #[test]
    fn an_acknowledgement_of_the_future_is_malformed() {
        let (mut spool, seen) = (Spool::new(100), Ledger::default());
        assert!(spool.acknowledge(7).is_err());
        assert_eq!(spool.acknowledge(0), Ok(()));
        (1..=2).for_each(|sequence| push(&mut spool, sequence, 10, &seen));
        spool.send();
        assert!(spool.acknowledge(2).is_err());
        assert!(spool.acknowledge(u64::MAX).is_err());
        assert_eq!(ledger(&seen), (vec![], vec![]));
    }

    #[test]
    fn what_the_hub_was_not_asked_about_stays() {
        let (mut spool, seen) = (Spool::new(20), Ledger::default());
        (1..=2).for_each(|sequence| push(&mut spool, sequence, 10, &seen));
        (0..2).for_each(|_| drop(spool.send()));
        spool.disconnected();
        assert!(spool.unsure().is_empty());
        // Room is needed before the hub has answered: it may have stored both.
        push(&mut spool, 3, 10, &seen);
        spool.welcomed(&[]);
        assert_eq!(ledger(&seen), (vec![], vec![3]));
        assert_eq!(std::iter::from_fn(|| spool.send()).count(), 2);
        assert_eq!(spool.acknowledge(2), Ok(()));
        assert_eq!(ledger(&seen), (vec![1, 2], vec![3]));
    }

    #[test]
    fn what_cannot_be_sent_again_is_what_the_hub_says() {
        let (mut spool, seen) = (Spool::new(20), Ledger::default());
        (1..=2).for_each(|sequence| push(&mut spool, sequence, 10, &seen));
        (0..2).for_each(|_| drop(spool.send()));
        // Both made room while they were on their way; then the connection broke.
        (3..=4).for_each(|sequence| push(&mut spool, sequence, 10, &seen));
        spool.disconnected();
        assert_eq!((spool.unsure(), ledger(&seen)), (vec![1, 2], (vec![], vec![])));
        push(&mut spool, 5, 10, &seen);
        assert_eq!(ledger(&seen), (vec![], vec![3]));
        spool.welcomed(&[1]);
        assert_eq!(ledger(&seen), (vec![1], vec![3, 2]));
        // It had its bytes when the connection broke, and lost them afterwards.
        (0..2).for_each(|_| drop(spool.send()));
        spool.disconnected();
        push(&mut spool, 6, 10, &seen);
        assert_eq!((spool.unsure(), ledger(&seen).1), (vec![4], vec![3, 2]));
        spool.welcomed(&[4]);
        assert_eq!(ledger(&seen).0, [1, 4]);
        assert_eq!(spool.send().as_deref(), Some(&[5; 10][..]));
    }

    #[test]
    fn a_rewritten_frame_is_sent_as_new() {
        let (mut spool, seen) = (Spool::new(100), Ledger::default());
        (1..=2).for_each(|sequence| push(&mut spool, sequence, 10, &seen));
        spool.send();
        spool.rewrite(|bytes| (bytes[0] == 2).then(|| vec![9; 3]));
        assert_eq!(ledger(&seen), (vec![], vec![1]));
        assert_eq!(spool.send().as_deref(), Some(&[9; 3][..]));
    }

    proptest! {
        #[test]
        fn every_frame_is_settled_once(
            steps in prop::collection::vec((0_u8..6, 1_usize..40), 1..200)
        ) {
            let (mut spool, seen, mut next) = (Spool::new(100), Ledger::default(), 1);
            for (step, size) in steps {
                match step {
                    0 | 1 => {
                        push(&mut spool, next, size, &seen);
                        next += 1;
                    }
                    2 => drop(spool.send()),
                    3 => drop(spool.acknowledge(size as u64)),
                    4 => spool.disconnected(),
                    _ => spool.welcomed(&[size as u64]),
                }
                prop_assert!(spool.bytes <= 100);
                let held: usize = spool.frames.iter().flat_map(|f| &f.bytes).map(|b| b.len()).sum();
                prop_assert_eq!(held, spool.bytes);
            }
            spool.clear();
            let (acknowledged, dropped) = ledger(&seen);
            let mut settled = [acknowledged, dropped].concat();
            settled.sort_unstable();
            prop_assert_eq!(settled, (1..next).collect::<Vec<_>>());
        }
    }
}
