//! Watches and variables: every root's own value first, then an equal share of bytes for each root's
//! children.
//!
//! Knows roots, not what is inside them. Invariant: one rich object cannot starve another variable.

use super::plan::WatchPlan;
use super::stream;
use super::walk::Walk;
use crate::condition::Scratch;
use crate::host::Walker;
use crate::limits::WATCH_STRING_BYTES;
use crate::snapshot::Reason;
use crate::value::{Kind, Object, Reading, Text, Value};

/// Roots whose children are taken; of further ones only the own value.
const MAX_ROOTS: usize = 64;
/// Bytes of a watch's text that travel with every snapshot.
const EXPRESSION_BYTES: usize = 256;

/// A root that waits for its children: an object, taken apart so that it takes 24 bytes.
#[derive(Clone, Copy)]
struct Waiting {
    raw: usize,
    /// Children in all; [`UNKNOWN`] if that is not known.
    len: u32,
    ordinal: u16,
    kind: Kind,
    exact: bool,
}

/// Length of an object that does not know it, or knows more than any capture takes.
const UNKNOWN: u32 = u32::MAX;
const NOBODY: Waiting = Waiting { raw: 0, len: 0, ordinal: 0, kind: Kind::List, exact: false };

/// Roots that wait.
struct Roots {
    waiting: [Waiting; MAX_ROOTS],
    used: usize,
    watches: usize,
}

/// Writes all watches, all variables, and their children.
pub(super) fn write<W: Walker>(walk: &mut Walk<'_, W>, watches: &[WatchPlan]) {
    let mut roots = Roots { waiting: [NOBODY; MAX_ROOTS], used: 0, watches: 0 };
    let plain_bytes = walk.string_bytes;
    let watch_bytes = plain_bytes.max(WATCH_STRING_BYTES as usize);
    walk.string_bytes = watch_bytes;
    write_watches(walk, &mut roots, watches);
    roots.watches = roots.used;
    walk.string_bytes = plain_bytes;
    write_locals(walk, &mut roots);
    share_out(walk, &roots, |at| if at < roots.watches { watch_bytes } else { plain_bytes });
}

/// Writes the children of all roots, each within an equal share of the bytes that remain.
fn share_out<W: Walker>(
    walk: &mut Walk<'_, W>,
    roots: &Roots,
    string_bytes: impl Fn(usize) -> usize,
) {
    for at in 0..roots.used {
        walk.string_bytes = string_bytes(at);
        let share = walk.end.saturating_sub(walk.writer.len()) / (roots.used - at);
        walk.writer.set_limit(walk.writer.len() + share);
        walk.take_stop();
        write_children(walk, roots.waiting[at]);
    }
}

/// Writes all watches and their children where somebody else writes the variables: half of the bytes
/// are theirs.
pub(super) fn write_watches_alone<W: Walker>(walk: &mut Walk<'_, W>, watches: &[WatchPlan]) {
    let mut roots = Roots { waiting: [NOBODY; MAX_ROOTS], used: 0, watches: 0 };
    walk.end /= 2;
    walk.string_bytes = walk.string_bytes.max(WATCH_STRING_BYTES as usize);
    write_watches(walk, &mut roots, watches);
    let string_bytes = walk.string_bytes;
    share_out(walk, &roots, |_| string_bytes);
}

fn write_watches<W: Walker>(walk: &mut Walk<'_, W>, roots: &mut Roots, watches: &[WatchPlan]) {
    // Values of watches leave room for the names of all, and for the variables.
    walk.writer.set_limit(walk.end / 2);
    for (index, watch) in watches.iter().enumerate() {
        let mark = walk.mark();
        if write_watch(walk, roots, index, watch) {
            continue;
        }
        walk.roll_back(mark);
        let reason = walk.take_stop();
        walk.writer.set_limit(walk.end);
        let expression = Text::Utf8(&watch.expression);
        let named = walk.writer.put([stream::WATCH])
            && walk.text(expression, EXPRESSION_BYTES)
            && walk.missing(reason);
        if !named {
            walk.roll_back(mark);
            walk.take_stop();
            let more = (watches.len() - index) as u8;
            walk.writer.reserved([stream::MORE_WATCHES, more, reason as u8]);
            break;
        }
        walk.writer.set_limit(walk.end / 2);
    }
    walk.writer.set_limit(walk.end);
}

#[inline(never)]
fn write_watch<W: Walker>(
    walk: &mut Walk<'_, W>,
    roots: &mut Roots,
    index: usize,
    watch: &WatchPlan,
) -> bool {
    let expression = Text::Utf8(&watch.expression);
    let scratch = Scratch::new();
    match watch.program.value(walk.walker, &scratch) {
        Ok(value) => {
            walk.writer.put([stream::WATCH])
                && walk.text(expression, EXPRESSION_BYTES)
                && write_root(walk, roots, &Ok(value))
        }
        Err(failure) => {
            walk.writer.put([stream::FAILED_CODE])
                && walk.text(expression, EXPRESSION_BYTES)
                && walk.writer.varint(index as u64)
                && walk.writer.slice(&failure.to_bytes())
        }
    }
}

fn write_locals<W: Walker>(walk: &mut Walk<'_, W>, roots: &mut Roots) {
    let mut ordinal = 0;
    loop {
        // Borrowed where it was put: moved, it would be read in other pieces than it was written in.
        let found = walk.walker.variable(ordinal);
        let Some((name, reading)) = &found else { return };
        let mark = walk.mark();
        walk.look_at_the_clock();
        let written = match walk.named(stream::LOCAL, name) {
            Some(true) => walk.missing(Reason::Redacted),
            Some(false) if walk.stop.is_some() => false,
            Some(false) => write_root(walk, roots, reading),
            None => false,
        };
        if !written {
            walk.roll_back(mark);
            let reason = walk.take_stop();
            // The name alone is small: a variable whose value does not fit is still named.
            let named = walk.named(stream::LOCAL, name).is_some() && walk.missing(reason);
            if !named {
                walk.roll_back(mark);
                walk.take_stop();
                return more_locals(walk, ordinal, reason);
            }
        }
        ordinal += 1;
    }
}

/// Says how many variables from `ordinal` on are not written at all.
fn more_locals<W: Walker>(walk: &mut Walk<'_, W>, ordinal: usize, reason: Reason) {
    const MOST: usize = 0x7f;
    let more = (ordinal..ordinal + MOST).take_while(|at| walk.walker.variable(*at).is_some());
    let more = more.count().min(MOST) as u8;
    walk.writer.reserved([stream::MORE_LOCALS, more, reason as u8]);
}

/// Writes a root's own value. False if it did not fit.
fn write_root<W: Walker>(
    walk: &mut Walk<'_, W>,
    roots: &mut Roots,
    reading: &Reading<Value<'_>>,
) -> bool {
    let Ok(Value::Object(object)) = *reading else { return walk.reading(reading, 0) };
    let slot = match walk.refer(object) {
        Ok(written) => return written,
        Err(slot) => slot,
    };
    let waits = roots.used < MAX_ROOTS;
    let tag = if waits { stream::HEAD } else { stream::OPEN };
    let Some(len) = walk.open(tag, object) else { return false };
    if !waits {
        walk.writer.reserved([stream::REST, Reason::Items as u8]);
        walk.writer.reserved([stream::CLOSE]);
    } else if len != Some(0) {
        let ordinal = walk.remember(object, slot, len);
        let len = len.and_then(|len| u32::try_from(len).ok()).unwrap_or(UNKNOWN);
        let Object { raw, kind, exact } = object;
        roots.waiting[roots.used] = Waiting { raw, len, ordinal, kind, exact };
        roots.used += 1;
    }
    true
}

fn write_children<W: Walker>(walk: &mut Walk<'_, W>, root: Waiting) {
    let mark = walk.mark();
    if !(walk.writer.put([stream::CHILDREN]) && walk.writer.varint(u64::from(root.ordinal))) {
        return walk.roll_back(mark);
    }
    let len = (root.len != UNKNOWN).then_some(u64::from(root.len));
    let object = Object { raw: root.raw, kind: root.kind, exact: root.exact };
    if walk.limits.depth == 0 {
        walk.too_deep(object, len, 0);
    } else {
        walk.children(object, len, 1);
    }
}
