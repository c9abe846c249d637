//! The stack around a hit: which methods, at which lines.
//!
//! Methods are named once and kept in one table for the process, with the tables of their lines,
//! which change when a class is retransformed. Its lock is only ever tried: who finds it taken asks
//! the machine again for this one hit. Invariant: the table is bounded and holds text and numbers
//! alone.

use crate::classes::naming;
use crate::ffi::Env;
use crate::jvmti::{FrameInfo, Jvmti};
use crate::locate::ClassName;
use jni_sys::{jclass, jmethodID};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use stillframe_core::host::{FrameName, MoreFrames, Name};
use stillframe_core::value::Text;

/// Frames that are asked for first, ours and the machine's among them. More than a capture names by
/// default: each costs about 100 ns, so those behind are asked for only where they are named.
const FIRST_FRAMES: usize = 48;
/// Frames in all: more than a capture names at most.
const MOST_FRAMES: usize = 144;
/// Methods that are kept.
const MOST_METHODS: usize = 8_192;
/// How often a stack is taken.
const MOST_ATTEMPTS: usize = 3;
/// Package of the bridge.
const OURS: &str = "Ljava/stillframe/";

/// Names of a method as they are shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    file: String,
    function: String,
}

impl Shown {
    /// Asks the machine for what it lacks.
    pub(crate) fn of(jvmti: Jvmti, class: jclass, method: &str) -> Self {
        let signature = jvmti.signature(class).unwrap_or_default();
        let named = ClassName::of(naming::internal_name(&signature));
        let file = jvmti.source_file(class).unwrap_or_else(|| named.likely_source_file());
        Self { file: named.path(&file), function: format!("{}.{method}", named.nested()) }
    }

    /// A frame of it.
    pub(super) fn at(&self, line: u32) -> FrameName<'_> {
        let name = |text| Name { identity: 0, text: Text::Utf8(text) };
        FrameName { file: name(&self.file), function: name(&self.function), line }
    }
}

/// A method of a stack.
#[derive(Debug)]
struct Method {
    shown: Shown,
    /// Where lines begin, in ascending order.
    lines: Vec<(u32, u32)>,
    /// Whether it is the machine's or ours, and so not shown.
    is_hidden: bool,
    /// None if it was asked for while lines changed.
    generation: Option<u64>,
}

static METHODS: RwLock<BTreeMap<usize, Arc<Method>>> = RwLock::new(BTreeMap::new());
/// Counts changes of lines: up when one begins and when it ends.
static GENERATION: AtomicU64 = AtomicU64::new(0);
/// Changes that have begun and not ended.
static CHANGING: AtomicU64 = AtomicU64::new(0);

/// Runs `work`, which may move lines in methods: it retransforms classes.
pub(crate) fn while_lines_change<T>(work: impl FnOnce() -> T) -> T {
    CHANGING.fetch_add(1, Ordering::SeqCst);
    lines_changed();
    let outcome = work();
    lines_changed();
    CHANGING.fetch_sub(1, Ordering::SeqCst);
    outcome
}

/// Lines may begin elsewhere in methods from now on: somebody else redefines a class.
pub(crate) fn lines_changed() {
    GENERATION.fetch_add(1, Ordering::SeqCst);
}

/// The generation of lines; none while they change.
fn generation() -> Option<u64> {
    let generation = GENERATION.load(Ordering::SeqCst);
    (CHANGING.load(Ordering::SeqCst) == 0).then_some(generation)
}

impl Method {
    /// Asks the machine. Some microseconds.
    fn ask(env: Env, jvmti: Jvmti, method: jmethodID, generation: Option<u64>) -> Option<Self> {
        let (name, _) = jvmti.method_name(method).ok()?;
        let class = jvmti.declaring_class(method).ok()?;
        let shown = Shown::of(jvmti, class, &name);
        let is_hidden = is_hidden(&jvmti.signature(class).unwrap_or_default());
        env.delete_local(class);
        let number = |value: i64| u32::try_from(value).unwrap_or(0);
        let mut lines: Vec<(u32, u32)> = jvmti
            .lines(method)
            .iter()
            .map(|entry| (number(entry.start), number(entry.line.into())))
            .collect();
        lines.sort_unstable();
        Some(Self { shown, lines, is_hidden, generation })
    }

    fn line(&self, location: i64) -> u32 {
        let Ok(location) = u32::try_from(location) else { return 0 };
        let after = self.lines.partition_point(|(start, _)| *start <= location);
        let entry = after.checked_sub(1).and_then(|at| self.lines.get(at));
        entry.map_or(0, |(_, line)| *line)
    }
}

/// Whether frames of a class are left out, as the machine leaves them out of its own traces.
fn is_hidden(signature: &str) -> bool {
    signature.starts_with(OURS)
        || signature.starts_with("Ljava/lang/invoke/LambdaForm$")
        || (signature.starts_with("Ljava/lang/invoke/") && signature.ends_with("$Holder;"))
        || (naming::is_hidden(signature) && signature.contains("$$Lambda"))
}

/// What is known of a method. About 30 ns where it was met before.
fn method(env: Env, jvmti: Jvmti, id: jmethodID, generation: Option<u64>) -> Option<Arc<Method>> {
    let key = id as usize;
    if generation.is_some()
        && let Ok(methods) = METHODS.try_read()
        && let Some(method) = methods.get(&key).filter(|method| method.generation == generation)
    {
        return Some(Arc::clone(method));
    }
    let asked = Arc::new(Method::ask(env, jvmti, id, generation)?);
    if generation.is_some()
        && let Ok(mut methods) = METHODS.try_write()
    {
        if methods.len() >= MOST_METHODS {
            methods.clear();
        }
        methods.insert(key, Arc::clone(&asked));
    }
    Some(asked)
}

/// The frames of one hit. Read as far as they are asked for.
pub(super) struct Stack {
    env: Env,
    jvmti: Jvmti,
    skip: usize,
    first: Part,
    rest: OnceCell<Part>,
}

impl Stack {
    /// The calling thread's frames without the first `skip`, ours and the machine's.
    pub(super) fn new(env: Env, jvmti: Jvmti, skip: usize) -> Self {
        let mut raw = [NO_FRAME; FIRST_FRAMES];
        let first = Part::take(env, jvmti, skip, &mut raw);
        Self { env, jvmti, skip, first, rest: OnceCell::new() }
    }

    pub(super) fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        let first = &self.first;
        if depth < first.frames.len() || !first.is_full {
            return first.frame(depth);
        }
        let take = || {
            let mut raw = vec![NO_FRAME; MOST_FRAMES - FIRST_FRAMES];
            Part::take(self.env, self.jvmti, self.skip + FIRST_FRAMES, &mut raw)
        };
        self.rest.get_or_init(take).frame(depth - first.frames.len())
    }

    /// Frames behind the first `named`, of those that were taken to name them.
    pub(super) fn more(&self, named: usize) -> MoreFrames {
        let rest = self.rest.get();
        let taken = self.first.frames.len() + rest.map_or(0, |rest| rest.frames.len());
        let count = u32::try_from(taken.saturating_sub(named)).unwrap_or(u32::MAX);
        MoreFrames { count, at_least: rest.unwrap_or(&self.first).is_full }
    }
}

const NO_FRAME: FrameInfo = FrameInfo { method: std::ptr::null_mut(), location: 0 };

/// Frames that stand one behind the other.
struct Part {
    frames: Vec<(Arc<Method>, i64)>,
    /// Whether there may be more behind.
    is_full: bool,
}

impl Part {
    /// Those behind the first `skip`, as many as `raw` has room for. Taken again where lines changed
    /// meanwhile: places of the old code, and the lines of the new, do not go together.
    fn take(env: Env, jvmti: Jvmti, skip: usize, raw: &mut [FrameInfo]) -> Self {
        let mut part = Self { frames: Vec::new(), is_full: false };
        for _ in 0..MOST_ATTEMPTS {
            let began = generation();
            let count = jvmti.stack(skip, raw);
            let taken = raw.get(..count).unwrap_or_default();
            part = Self { frames: named(env, jvmti, taken, began), is_full: count == raw.len() };
            if began.is_some() && generation() == began {
                break;
            }
            let mut again = vec![NO_FRAME; raw.len()];
            let count = jvmti.stack(skip, &mut again);
            if again.get(..count).is_some_and(|again| same(taken, again)) {
                break;
            }
        }
        part
    }

    fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        let (method, location) = self.frames.get(depth)?;
        Some(method.shown.at(method.line(*location)))
    }
}

fn named(
    env: Env,
    jvmti: Jvmti,
    frames: &[FrameInfo],
    generation: Option<u64>,
) -> Vec<(Arc<Method>, i64)> {
    let mut shown = Vec::with_capacity(frames.len());
    shown.extend(frames.iter().filter_map(|frame| {
        let method = method(env, jvmti, frame.method, generation)?;
        (!method.is_hidden).then_some((method, frame.location))
    }));
    shown
}

/// Whether two stacks are one: what was put elsewhere while its code ran has another method.
fn same(one: &[FrameInfo], other: &[FrameInfo]) -> bool {
    let pair = |frame: &FrameInfo| (frame.method, frame.location);
    one.len() == other.len() && one.iter().map(pair).eq(other.iter().map(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_that_of_the_nearest_start_before() {
        let lines = vec![(0, 10), (4, 11), (9, 10)];
        let shown = Shown { file: String::new(), function: String::new() };
        let method = Method { shown, lines, is_hidden: false, generation: None };
        for (location, line) in [(0, 10), (3, 10), (4, 11), (8, 11), (9, 10), (900, 10), (-1, 0)] {
            assert_eq!(method.line(location), line);
        }
    }

    #[test]
    fn frames_of_the_machine_and_ours_are_left_out() {
        for (signature, expected) in [
            ("Ljava/stillframe/Bridge;", true),
            ("Ljava/stillframe/Site.0x00007f00;", true),
            ("Ljava/lang/invoke/LambdaForm$MH.0x00007f00;", true),
            ("Ljava/lang/invoke/Invokers$Holder;", true),
            ("Lcom/acme/Cart$$Lambda.0x00007f00;", true),
            ("Lcom/acme/Cart$$Lambda$14+0x0000000800c03000;", true),
            ("Lcom/acme/Cart;", false),
            ("Ljava/lang/Thread;", false),
        ] {
            assert_eq!(is_hidden(signature), expected, "{signature}");
        }
    }
}
