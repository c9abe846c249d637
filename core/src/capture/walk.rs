//! The walk of a hit: what is visited, in which order, how deep, how long.
//!
//! Knows values through [`Walker`] only. Invariant: it runs no code of the application, allocates
//! nothing, takes no lock, ends by the deadline, and leaves a stream that reads back whatever limit it
//! met. Uses at most `limits::WALK_STACK_BYTES` of stack: recursion is as deep as the depth limit.

use super::children;
use super::header::Header;
use super::names::Names;
use super::plan::Plan;
use super::stream;
use super::tables::{Slot, Table};
use super::writer::Writer;
use crate::clock;
use crate::host::{Name, Walker};
use crate::limits::CaptureLimits;
use crate::probe::ProbeKind;
use crate::redaction::Redaction;
use crate::snapshot::Reason;
use crate::value::{Kind, Object, Reading, Text, Value};

/// Objects that a capture remembers, so that it can refer to them; beyond three quarters of it aliases
/// are written again, and cycles end at the depth limit.
const OBJECTS: usize = 512;
/// Names of frames that are remembered where no value is walked.
const FEW_NAMES: usize = 64;
/// Ordinal of an object whose bytes were rolled back: no stream is long enough to hold so many.
const FORGOTTEN: u16 = u16::MAX;
/// Values between two looks at the clock, which costs 17 ns: about 5 µs of walking.
const VALUES_PER_LOOK: u32 = 256;
/// Bytes kept free for what ends every object that is open and the stream itself: three for each
/// level of nesting.
pub(super) const RESERVED: usize = 3 * stream::MAX_NESTING as usize + 16;

/// Takes a snapshot into `out`, which is cleared and never grows past its capacity. A buffer of less
/// than [`stream::MIN_BYTES`] stays empty. About 4 ns a value, besides what reading it costs.
pub fn snapshot<W: Walker>(walker: &W, plan: &Plan, header: &Header, out: &mut Vec<u8>) {
    out.clear();
    if out.capacity() < stream::MIN_BYTES {
        return;
    }
    let mut walk = Walk::new(walker, &plan.limits, &plan.redaction, header, out);
    let trace_id = walker.trace_id().unwrap_or_default();
    walk.writer.put(header.bytes(ProbeKind::Snap, trace_id));
    walk.stack(plan.limits.frames);
    super::roots::write(&mut walk, &plan.watches);
    walk.writer.reserved([stream::END]);
}

/// Writes what stands before the variables: header, thread, stack, watches. Names defined and objects
/// opened so far.
pub(super) fn prefix<W: Walker>(
    walker: &W,
    plan: &Plan,
    header: &Header,
    out: &mut Vec<u8>,
) -> (u16, u16) {
    let trace_id = walker.trace_id().unwrap_or_default();
    if plan.watches.is_empty() {
        // No value is walked: a walk's tables would cost more than all that is written.
        let end = end_of(&plan.limits, out);
        let (mut writer, mut names) = (Writer::new(out, end), Names::<FEW_NAMES>::new());
        writer.put(header.bytes(ProbeKind::Snap, trace_id));
        let frames = plan.limits.frames as usize;
        super::stack::write(walker, (&mut writer, &mut names), end, frames);
        return (names.defined(), 0);
    }
    let mut walk = Walk::new(walker, &plan.limits, &plan.redaction, header, out);
    walk.writer.put(header.bytes(ProbeKind::Snap, trace_id));
    walk.stack(plan.limits.frames);
    super::roots::write_watches_alone(&mut walk, &plan.watches);
    (walk.names.defined(), walk.opened)
}

/// Where the bytes of a stream end, room for its own end left aside.
fn end_of(limits: &CaptureLimits, out: &Vec<u8>) -> usize {
    let most = CaptureLimits::CEILING.snapshot_bytes;
    let bytes = (limits.snapshot_bytes.min(most) as usize).max(stream::MIN_BYTES);
    bytes.min(out.capacity()) - RESERVED
}

/// What a roll-back restores.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    bytes: usize,
    names: u16,
    objects: u16,
}

/// The state of one capture.
pub(super) struct Walk<'a, W> {
    pub(super) walker: &'a W,
    pub(super) limits: &'a CaptureLimits,
    pub(super) redaction: &'a Redaction,
    pub(super) writer: Writer<'a>,
    pub(super) names: Names,
    /// Longest string taken at present.
    pub(super) string_bytes: usize,
    /// Why nothing more is written at present.
    pub(super) stop: Option<Reason>,
    /// Where the bytes of the stream end, room for its own end left aside.
    pub(super) end: usize,
    objects: Table<OBJECTS>,
    opened: u16,
    deadline_ns: u64,
    values: u32,
}

impl<'a, W: Walker> Walk<'a, W> {
    pub(super) fn new(
        walker: &'a W,
        limits: &'a CaptureLimits,
        redaction: &'a Redaction,
        header: &Header,
        out: &'a mut Vec<u8>,
    ) -> Self {
        let end = end_of(limits, out);
        Self {
            walker,
            limits,
            redaction,
            writer: Writer::new(out, end),
            names: Names::new(),
            string_bytes: limits.string_bytes as usize,
            stop: None,
            end,
            objects: Table::new(),
            opened: 0,
            deadline_ns: header.monotonic_ns.saturating_add(limits.deadline_ns),
            values: 0,
        }
    }

    pub(super) fn stack(&mut self, frames: u32) {
        let (walker, to) = (self.walker, (&mut self.writer, &mut self.names));
        super::stack::write(walker, to, self.end, frames as usize);
    }

    #[inline(always)]
    pub(super) fn mark(&self) -> Mark {
        Mark { bytes: self.writer.len(), names: self.names.defined(), objects: self.opened }
    }

    pub(super) fn roll_back(&mut self, mark: Mark) {
        self.writer.truncate(mark.bytes);
        self.names.restore(mark.names);
        if mark.objects != self.opened {
            self.objects.replace(FORGOTTEN, |ordinal| ordinal >= mark.objects);
            self.opened = mark.objects;
        }
    }

    /// Why nothing more was written; goes on, unless the deadline has passed.
    pub(super) fn take_stop(&mut self) -> Reason {
        let reason = self.stop.unwrap_or(Reason::Bytes);
        self.stop = self.stop.filter(|reason| *reason == Reason::Deadline);
        reason
    }

    /// Notes that something did not fit. Always false.
    #[cold]
    pub(super) fn full(&mut self) -> bool {
        self.stop = self.stop.or(Some(Reason::Bytes));
        false
    }

    /// Counts a value; now and then looks whether the deadline has passed.
    #[inline]
    pub(super) fn look_at_the_clock(&mut self) {
        self.values = self.values.wrapping_add(1);
        if self.values.is_multiple_of(VALUES_PER_LOOK) && clock::monotonic_ns() > self.deadline_ns {
            self.stop = Some(Reason::Deadline);
        }
    }

    /// Counts so many values at once, unless the clock is to be looked at before the last.
    #[inline]
    pub(super) fn pass(&mut self, count: u32) -> bool {
        let passes = self.values % VALUES_PER_LOOK + count < VALUES_PER_LOOK;
        if passes {
            self.values = self.values.wrapping_add(count);
        }
        passes
    }

    pub(super) fn missing(&mut self, reason: Reason) -> bool {
        self.writer.put([stream::MISSING, reason as u8]) || self.full()
    }

    pub(super) fn text(&mut self, text: Text<'_>, max_bytes: usize) -> bool {
        self.writer.text(text, max_bytes) || self.full()
    }

    /// Writes a tag and a name; `None` if they did not fit, else whether the name is redacted.
    #[inline(always)]
    pub(super) fn named(&mut self, tag: u8, name: &Name<'_>) -> Option<bool> {
        let verdict = self.names.write_judged(tag, name, self.redaction, &mut self.writer);
        if verdict.is_none() {
            self.full();
        }
        verdict
    }

    /// Writes a value whose children stand `level` levels below their variable. False if it was not
    /// written whole and the caller rolls back; true with `stop` set if only children were left out.
    #[inline(always)]
    pub(super) fn reading(&mut self, reading: &Reading<Value<'_>>, level: u32) -> bool {
        match reading {
            Ok(value) => self.value(value, level),
            Err(missing) => self.missing((*missing).into()),
        }
    }

    #[inline(always)]
    pub(super) fn value(&mut self, value: &Value<'_>, level: u32) -> bool {
        match value {
            Value::Object(object) => self.object(object, level),
            leaf => self.writer.leaf(leaf, self.string_bytes) || self.full(),
        }
    }

    /// Writes REF if the object was written before; else where it will be remembered.
    #[inline(always)]
    pub(super) fn refer(&mut self, object: Object) -> Result<bool, Slot> {
        match self.objects.find(object.raw) {
            (_, Some(ordinal)) if ordinal < self.opened => {
                let mark = self.mark();
                let written =
                    self.writer.put([stream::REF]) && self.writer.varint(u64::from(ordinal));
                if !written {
                    self.roll_back(mark);
                    self.full();
                }
                Ok(written)
            }
            (slot, _) => Err(slot),
        }
    }

    /// Writes OPEN or HEAD. `None` if it did not fit, else the children in all, if known.
    #[inline(always)]
    pub(super) fn open(&mut self, tag: u8, object: Object) -> Option<Option<u64>> {
        let shape = self.walker.shape(object);
        let len = shape.len.map_or(0, |len| len.saturating_add(1));
        let written = self.writer.put([tag, object.kind as u8])
            && self.names.write(&shape.type_name, &mut self.writer)
            && self.writer.varint(len);
        if !written {
            self.full();
            return None;
        }
        self.opened += 1;
        Some(shape.len)
    }

    /// Remembers the object opened last. What is empty is never referred to: it says as much itself, as
    /// does a symbol.
    #[inline]
    pub(super) fn remember(&mut self, object: Object, slot: Slot, len: Option<u64>) -> u16 {
        let ordinal = self.opened - 1;
        let is_symbol = object.kind == Kind::Text && object.exact;
        if len != Some(0) && !is_symbol {
            self.objects.put(slot, object.raw, ordinal);
        }
        ordinal
    }

    #[inline(never)]
    fn object(&mut self, object: &Object, level: u32) -> bool {
        let Object { raw, kind, exact } = *object;
        let object = Object { raw, kind, exact };
        let slot = match self.refer(object) {
            Ok(written) => return written,
            Err(slot) => slot,
        };
        let Some(len) = self.open(stream::OPEN, object) else { return false };
        if level < self.limits.depth {
            self.remember(object, slot, len);
            self.children(object, len, level + 1);
        } else {
            self.too_deep(object, len, level);
        }
        true
    }

    /// Writes what is shown of an object whose children are too deep, and CLOSE: a number is a number
    /// wherever it stands.
    pub(super) fn too_deep(&mut self, object: Object, len: Option<u64>, level: u32) {
        let stores_one = matches!(object.kind, Kind::Text | Kind::Bytes | Kind::Number);
        let has_more = match len {
            Some(len) if !stores_one => len > 0,
            _ => {
                stores_one && !self.underlying(object, level)
                    || children::write_value(self, object, level)
            }
        };
        if has_more {
            self.writer.reserved([stream::REST, Reason::Depth as u8]);
        }
        self.writer.reserved([stream::CLOSE]);
    }

    /// Writes the children of an object, why the rest of them is missing, and CLOSE.
    #[inline]
    pub(super) fn children(&mut self, object: Object, len: Option<u64>, level: u32) {
        let stores_one = matches!(object.kind, Kind::Text | Kind::Bytes | Kind::Number);
        if stores_one && !self.underlying(object, level) {
            self.writer.reserved([stream::REST, Reason::Bytes as u8]);
        } else if let Some(reason) = children::write(self, object, len, level) {
            self.writer.reserved([stream::REST, reason as u8]);
        }
        self.writer.reserved([stream::CLOSE]);
    }

    /// Writes the builtin value that a subclass instance stores. False if it did not fit.
    fn underlying(&mut self, object: Object, level: u32) -> bool {
        let mark = self.mark();
        let written = match self.walker.underlying(object) {
            Ok(Value::Object(_)) | Err(_) => true,
            Ok(value) => self.value(&value, level),
        };
        if !written {
            self.roll_back(mark);
        }
        written
    }
}
