//! A hit, as the core sees it: what native code writes of a capture before JavaScript writes the rest.
//!
//! Knows captures that are open, not values. Invariants: a capture that was opened is handed back by
//! `publish`, or its buffer is lost; nothing here raises.

use crate::agent::threads;
use crate::value::Values;
use crate::{agent, ffi};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use stillframe_core::agent::Open;
use stillframe_core::probe::durations::Measured;
use stillframe_core::registry::Action;

/// As many as the core has buffers.
const FRAMES: usize = 64;
/// Bytes behind the end of what JavaScript may write: for the end of all that is open.
const RESERVED: usize = 64;

/// By buffer: a capture, and the number of the thread that writes it.
static OPEN: [Mutex<Option<(u32, Open)>>; FRAMES] = [const { Mutex::new(None) }; FRAMES];

/// Hits that JavaScript told of.
static HITS: AtomicU64 = AtomicU64::new(0);

/// How many hits there were so far.
pub(crate) fn hits() -> u64 {
    HITS.load(Relaxed)
}

/// A hit of `site`: its buffer, the bytes that JavaScript may write, and how many names and objects the
/// stream has so far; none if nothing is to be captured.
pub(crate) fn open(site: u32) -> Option<Vec<u32>> {
    HITS.fetch_add(1, Relaxed);
    let agent = agent::here()?;
    let of_core = agent.site(site)?;
    // JavaScript writes no frame of either.
    let is_log = matches!(of_core.action, Action::Log(_));
    let is_stackless = of_core.plan.limits.frames == 0;
    let values = Values::at((is_log || is_stackless).then(|| of_core.at.clone()));
    let open = agent.open_in_parallel(site, &values)?;
    let room = open.begun.end.saturating_sub(open.len + RESERVED);
    let (buffer, names, objects) = (open.buffer(), open.begun.names, open.begun.objects);
    let place = OPEN.get(buffer as usize)?;
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some((threads::number(), open));
    Some(vec![buffer, room as u32, u32::from(names), u32::from(objects)])
}

/// Hands the capture in this buffer over, whose further records are the first `len` bytes of the
/// scratch memory; none of them where JavaScript failed.
pub(crate) fn publish(buffer: u32, len: u32) {
    let place = OPEN.get(buffer as usize);
    let open = place.and_then(|place| place.lock().unwrap_or_else(PoisonError::into_inner).take());
    let (Some((_, open)), Some(agent)) = (open, agent::here()) else { return };
    let len = len as usize;
    let room = open.begun.end.saturating_sub(open.len);
    let mut open = Some(open);
    ffi::with_scratch(|scratch| {
        let records = scratch.get(..len).filter(|_| len > 0 && len <= room);
        if let (Some(records), Some(open)) = (records, open.take_if(|_| records.is_some())) {
            agent.publish_in_parallel(open, |bytes| bytes.extend_from_slice(records));
        }
    });
    if let Some(open) = open {
        agent.abandon_in_parallel(open);
    }
}

/// This thread hands none of its captures over any more: it was ended within one, or is being left.
pub(crate) fn abandon_all() {
    let Some(agent) = agent::here() else { return };
    let me = threads::number();
    for place in &OPEN {
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = place.take_if(|(thread, _)| *thread == me);
        drop(place);
        if let Some((_, open)) = mine {
            agent.abandon_in_parallel(open);
        }
    }
}

/// Whether the condition of a site holds: false and failed are counted.
pub(crate) fn test(site: u32) -> bool {
    HITS.fetch_add(1, Relaxed);
    agent::here().is_some_and(|agent| agent.test_in_parallel(site, &Values::default()))
}

/// The condition of a site was false, as JavaScript decided.
pub(crate) fn was_false(site: u32) {
    HITS.fetch_add(1, Relaxed);
    if let Some(agent) = agent::here() {
        agent.false_in_parallel(site, 1);
    }
}

/// A hit that was not looked at.
pub(crate) fn missed(site: u32) {
    if let Some(agent) = agent::here() {
        agent.missed_in_parallel(site);
    }
}

/// Where the native stack is: in two conditions of one frame the same, but for what V8 puts there for
/// the two kinds of places; in those of another frame apart by that frame at least.
pub(crate) fn depth() -> f64 {
    let here = 0_u8;
    std::hint::black_box(&raw const here).addr() as f64
}

/// A passage of a time site begins; whether it is measured.
pub(crate) fn begin(site: u32) -> bool {
    agent::here().is_some_and(|agent| agent.begin_in_parallel(site))
}

/// It ends after so many nanoseconds.
pub(crate) fn end(site: u32, ns: f64, is_raised: bool, is_elapsed: bool) {
    let ns = ns as u64;
    let took = if is_elapsed { Measured::Elapsed(ns) } else { Measured::Running(ns) };
    if let Some(agent) = agent::here() {
        agent.end_in_parallel(site, took, is_raised);
    }
}

/// It is over, and nobody saw when.
pub(crate) fn lose(site: u32) {
    if let Some(agent) = agent::here() {
        agent.lose_in_parallel(site);
    }
}
