//! The region of memory that YJIT compiles into: how full it is, by Ruby's own account.
//!
//! Knows what YJIT tells and how the system lists memory. Invariant: what is not told is not guessed:
//! there is no region then.

use crate::ffi::{Obj, intern};
use magnus::value::ReprValue;
use magnus::{Module, RHash, Ruby, Value};
use std::sync::OnceLock;

/// Where the system does not list memory: the smallest of the defaults of all versions.
const USUAL: u64 = 48 << 20;

/// The region now, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    /// What it takes of memory.
    pub(super) size: u64,
    /// What of it is taken, that nothing new may be written to.
    pub(super) taken: u64,
    /// It can grow so far, and then nothing is compiled any more.
    pub(super) limit: u64,
}

/// YJIT, where it runs.
pub(super) fn yjit(ruby: &Ruby) -> Option<Value> {
    let machine: Value = ruby.class_object().const_get("RubyVM").ok()?;
    let yjit = Obj::of_magnus(machine).loaded_constant(intern("YJIT"))?.to_magnus();
    yjit.funcall::<_, _, bool>("enabled?", ()).ok()?.then_some(yjit)
}

impl Region {
    /// As YJIT tells it, from Ruby 3.3 on.
    pub(super) fn now(ruby: &Ruby, yjit: Value) -> Option<Self> {
        let stats = RHash::from_value(yjit.funcall("runtime_stats", ()).ok()?)?;
        let of = |name: &str| stats.lookup::<_, u64>(ruby.to_symbol(name)).ok();
        let (size, live, freed) =
            (of("code_region_size")?, of("live_page_count")?, of("freed_page_count")?);
        let page = size / (live + freed).max(1);
        // From 3.4 on what YJIT notes of the code is within the limit.
        let is_shared = of("context_data_bytes").is_some();
        let notes = if is_shared { of("yjit_alloc_size")? } else { 0 };
        Some(Self { size, taken: live * page + notes, limit: limit(size) })
    }

    /// Of less than this it is not cleared.
    pub(super) fn worth_clearing(&self) -> u64 {
        self.limit / 8
    }
}

/// Has YJIT clear all code that nothing runs, and compile anew what runs; whether it can.
pub(super) fn clear(yjit: Value) -> bool {
    yjit.funcall::<_, _, Value>("code_gc", ()).is_ok()
}

/// How far the region can grow, whatever set it.
fn limit(size: u64) -> u64 {
    static LIMIT: OnceLock<u64> = OnceLock::new();
    *LIMIT.get_or_init(|| {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        reserved(&maps, size).unwrap_or(USUAL)
    })
}

/// Bytes from the begin of the code of `size` to the end of what is kept free behind it: YJIT reserves
/// all at its start.
fn reserved(maps: &str, size: u64) -> Option<u64> {
    let parts: Vec<Part> = maps.lines().filter_map(Part::of).collect();
    let code = parts.iter().position(|part| part.is_code && part.end - part.begin == size)?;
    let behind = parts.get(code + 1).filter(|part| part.is_kept_free);
    let behind = behind.filter(|part| part.begin == parts[code].end)?;
    Some(behind.end - parts[code].begin)
}

/// A part of memory that belongs to no file.
struct Part {
    begin: u64,
    end: u64,
    is_code: bool,
    is_kept_free: bool,
}

impl Part {
    /// `7f13-7f15 r-xp 00000000 00:00 0`
    fn of(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (begin, end) = words.next()?.split_once('-')?;
        let rights = words.next()?;
        // Offset, device and inode; then there is no path.
        if words.count() != 3 {
            return None;
        }
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        let (is_code, is_kept_free) = (rights.contains('x'), rights.starts_with("---"));
        Some(Self { begin: number(begin)?, end: number(end)?, is_code, is_kept_free })
    }
}
