//! The frames that the bridge's writer works on: 64, at addresses that stay, one for each buffer.
//!
//! Layout: `java/java/stillframe/Writer.java`. Knows no values. Invariant: a frame is its thread's alone
//! from when the core claimed the buffer of its number until the capture is handed back.

use crate::hook::Hooked;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use stillframe_core::agent::Open;

/// As many as the core has buffers.
const FRAMES: usize = 64;
/// Words of a frame.
const WORDS: usize = 8;
/// Bytes that the writer may use behind `end`, for the ends of what is open.
const RESERVED: usize = 80;
/// The least that is left of `snapshot_bytes` behind `end` (Writer.java).
const KEPT: usize = 64;

type Frame = [AtomicU64; WORDS];

static MEMORY: [Frame; FRAMES] = [const { [const { AtomicU64::new(0) }; WORDS] }; FRAMES];
static OPEN: [Mutex<Option<(Open, u32)>>; FRAMES] = [const { Mutex::new(None) }; FRAMES];

/// Fills the frame of a capture that was opened by the hook `token`; its address, or the capture if it
/// has no room for a variable.
pub(super) fn fill(open: Open, token: u32, hooked: &Hooked) -> Result<i64, Open> {
    let number = open.buffer() as usize;
    let (Some(frame), Some(place)) = (MEMORY.get(number), OPEN.get(number)) else {
        return Err(open);
    };
    let begun = open.begun;
    let end = begun.end.saturating_sub(RESERVED.max(KEPT));
    if open.len >= end {
        return Err(open);
    }
    let words = [
        (open.address + open.len) as u64,
        (open.address + end) as u64,
        open.address as u64,
        open.deadline_ns,
        hooked.constants() as u64,
        u64::from(begun.names) | u64::from(begun.objects) << 32,
        number as u64,
        0,
    ];
    for (word, value) in frame.iter().zip(words) {
        word.store(value, Ordering::Relaxed);
    }
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some((open, token));
    Ok(frame.as_ptr() as i64)
}

/// The capture whose frame is at `address`, how long the writer made it, and whose hook it is.
pub(super) fn take(address: i64) -> Option<(Open, usize, u32)> {
    let first = MEMORY.as_ptr() as usize;
    let offset = usize::try_from(address).ok()?.checked_sub(first)?;
    let number = offset / size_of::<Frame>();
    let (frame, place) = (MEMORY.get(number)?, OPEN.get(number)?);
    let (open, token) = place.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    let len = frame[WORDS - 1].load(Ordering::Relaxed);
    Some((open, usize::try_from(len).unwrap_or(0), token))
}
