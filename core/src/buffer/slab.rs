//! The slab: preallocated buffers behind two bitmaps, `free` and `ready`.
//!
//! Knows nothing of what is written. Claiming is one compare-and-swap on `free`, publishing one
//! `fetch_or` on `ready`, draining one `swap`; in a forked child three stores reset it. Invariant:
//! a buffer's bit is set in at most one bitmap, and who cleared it there alone may touch the buffer.
#![expect(unsafe_code, reason = "a bit of the bitmaps stands for exclusive use of a buffer")]

use super::sync::{AtomicU64, Ordering, UnsafeCell, publishing};
use crossbeam_utils::CachePadded;

/// One capture on its way to the shipper.
#[derive(Debug)]
pub struct Buffer {
    /// The site that wrote it, known even if the bytes turn out to be unreadable.
    pub site: u32,
    /// The capture stream. Its capacity never changes.
    pub bytes: Vec<u8>,
}

/// Up to 64 buffers.
#[derive(Debug)]
pub struct Slab {
    free: CachePadded<AtomicU64>,
    ready: CachePadded<AtomicU64>,
    all: u64,
    buffers: Box<[UnsafeCell<Buffer>]>,
}

// SAFETY: a buffer is touched only by who took its bit out of `free` or `ready` (see `Claim::write`
// and `Slab::drain`), and the orderings there make one owner's writes visible to the next.
unsafe impl Sync for Slab {}
// SAFETY: the buffers are plain owned memory that belongs to no thread.
unsafe impl Send for Slab {}

/// Exclusive use of one buffer, given back when dropped.
#[derive(Debug)]
pub struct Claim<'a> {
    slab: &'a Slab,
    index: u32,
    is_live: bool,
}

/// A claim that outlives the call it was made in: to be taken up again with [`Slab::resume`], else its
/// buffer is lost to everybody.
#[derive(Debug)]
pub struct Parked {
    slab: *const Slab,
    index: u32,
}

// SAFETY: the pointer is only ever compared; the bit that stands for the buffer belongs to whoever
// holds this value, on whatever thread.
unsafe impl Send for Parked {}

impl Parked {
    /// Which buffer it is: below [`Slab::len`], and nobody else's meanwhile.
    pub fn index(&self) -> u32 {
        self.index
    }
}

impl Slab {
    /// A slab of `buffers` (at most 64) of `capacity` bytes each. The memory is only reserved: the
    /// system gives a page when it is first written.
    pub fn new(buffers: u32, capacity: usize) -> Self {
        let buffers = buffers.clamp(1, 64);
        let all = u64::MAX >> (64 - buffers);
        let fresh = || Buffer { site: 0, bytes: Vec::with_capacity(capacity) };
        Self {
            free: CachePadded::new(AtomicU64::new(all)),
            ready: CachePadded::new(AtomicU64::new(0)),
            all,
            buffers: (0..buffers).map(|_| UnsafeCell::new(fresh())).collect(),
        }
    }

    /// Takes a free buffer; `None` if there is none, and then the capture is dropped. 8 ns.
    #[inline]
    pub fn claim(&self) -> Option<Claim<'_>> {
        let mut free = self.free.load(Ordering::Relaxed);
        while free != 0 {
            let index = free.trailing_zeros();
            let taken = free & !(1 << index);
            // Acquire: the shipper's clearing of the buffer came before its bit came back.
            match self.free.compare_exchange_weak(free, taken, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return Some(Claim { slab: self, index, is_live: true }),
                Err(now) => free = now,
            }
        }
        None
    }

    /// Takes up a parked claim; `None` if it is another slab's.
    #[inline]
    pub fn resume(&self, parked: Parked) -> Option<Claim<'_>> {
        let is_own = std::ptr::eq(parked.slab, self);
        is_own.then_some(Claim { slab: self, index: parked.index, is_live: true })
    }

    /// Hands every published buffer to `take`, then frees it. For one shipper at a time; a second
    /// one would only find less. Returns how many there were.
    pub fn drain(&self, mut take: impl FnMut(&mut Buffer)) -> u32 {
        // Acquire: pairs with the publisher's release, so its bytes are visible here.
        let mut ready = self.ready.swap(0, Ordering::Acquire);
        let count = ready.count_ones();
        while ready != 0 {
            let index = ready.trailing_zeros();
            ready &= ready - 1;
            // A panic of `take` must not leak the buffer: the claim gives it back either way.
            let mut claim = Claim { slab: self, index, is_live: true };
            claim.write(&mut take);
        }
        count
    }

    /// Whether nothing is claimed and nothing waits.
    pub fn is_idle(&self) -> bool {
        self.free.load(Ordering::Acquire) == self.all
    }

    /// Buffers in all.
    pub fn len(&self) -> u32 {
        self.all.count_ones()
    }

    /// Whether it has no buffers: never.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Frees every buffer. Only in a forked child, whose one thread holds no claim: the threads
    /// that held the others do not exist there.
    pub fn reset_in_child(&self) {
        self.ready.store(0, Ordering::SeqCst);
        self.free.store(self.all, Ordering::SeqCst);
    }
}

impl Claim<'_> {
    /// Lets `fill` write the buffer.
    #[inline]
    pub fn write<O>(&mut self, fill: impl FnOnce(&mut Buffer) -> O) -> O {
        self.slab.buffers[self.index as usize].with_mut(|buffer| {
            // SAFETY: this claim took the buffer's bit out of a bitmap (`claim`, `drain`) and gives
            // it back only when it ends, so no other reference to this buffer exists meanwhile.
            fill(unsafe { &mut *buffer })
        })
    }

    /// Keeps the buffer claimed beyond this call.
    #[inline]
    pub fn park(mut self) -> Parked {
        self.is_live = false;
        Parked { slab: self.slab, index: self.index }
    }

    /// Hands the buffer to the shipper. Returns how many now wait for it. One `fetch_or`.
    #[inline]
    pub fn publish(mut self) -> u32 {
        self.is_live = false;
        let bit = 1 << self.index;
        (self.slab.ready.fetch_or(bit, publishing()) | bit).count_ones()
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if self.is_live {
            self.write(|buffer| buffer.bytes.clear());
            // Release: the next claimer sees the buffer empty.
            self.slab.free.fetch_or(1 << self.index, Ordering::Release);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn publish(slab: &Slab, site: u32) -> Option<u32> {
        let mut claim = slab.claim()?;
        claim.write(|buffer| {
            buffer.site = site;
            buffer.bytes.extend_from_slice(&site.to_le_bytes());
        });
        Some(claim.publish())
    }

    #[test]
    fn a_parked_claim_is_nobody_elses_and_only_its_own_slab_takes_it_up() {
        let (slab, other) = (Slab::new(2, 16), Slab::new(2, 16));
        let mut claim = slab.claim().expect("a free buffer");
        claim.write(|buffer| buffer.bytes.push(7));
        let parked = claim.park();
        assert_eq!(parked.index(), 0);
        assert!(!slab.is_idle());
        assert_eq!(publish(&slab, 8), Some(1), "the other buffer");
        assert!(slab.claim().is_none());
        let mut claim = slab.resume(parked).expect("its own slab");
        claim.write(|buffer| assert_eq!(buffer.bytes, [7]));
        drop(claim);
        assert!(slab.claim().is_some(), "free again");
        let foreign = other.claim().expect("a free buffer").park();
        assert!(slab.resume(foreign).is_none());
    }

    #[test]
    fn what_is_published_is_drained_once_and_the_buffer_is_free_again() {
        let slab = Slab::new(2, 16);
        assert_eq!(publish(&slab, 7), Some(1));
        assert_eq!(publish(&slab, 8), Some(2));
        assert_eq!(publish(&slab, 9), None);
        let mut sites = Vec::new();
        let count = slab.drain(|buffer| {
            assert_eq!(buffer.bytes, buffer.site.to_le_bytes());
            sites.push(buffer.site);
        });
        assert_eq!((count, sites), (2, vec![7, 8]));
        assert_eq!(slab.drain(|_| panic!("drained twice")), 0);
        assert!(slab.is_idle());
    }

    #[test]
    fn an_abandoned_claim_gives_its_buffer_back_empty() {
        let slab = Slab::new(1, 16);
        let mut claim = slab.claim().expect("the only buffer is free");
        claim.write(|buffer| buffer.bytes.push(1));
        drop(claim);
        let mut claim = slab.claim().expect("it came back");
        claim.write(|buffer| assert!(buffer.bytes.is_empty()));
    }

    #[test]
    fn a_child_has_every_buffer() {
        let slab = Slab::new(64, 8);
        std::mem::forget(slab.claim());
        publish(&slab, 1);
        slab.reset_in_child();
        assert!(slab.is_idle());
        assert_eq!(std::iter::from_fn(|| publish(&slab, 0)).count(), 64);
    }

    #[test]
    fn a_panicking_taker_loses_no_buffer() {
        let slab = Slab::new(1, 8);
        publish(&slab, 1);
        let drained = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            slab.drain(|_| panic!("on purpose"));
        }));
        assert!(drained.is_err() && slab.is_idle());
    }
}
