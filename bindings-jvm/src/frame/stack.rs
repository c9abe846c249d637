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
use jni_sys::jmethodID;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use stillframe_core::host::{FrameName, Name};
use stillframe_core::value::Text;

/// Frames that are asked for: as many as a capture names and counts.
const MOST_FRAMES: usize = 384;
/// Methods that are kept.
const MOST_METHODS: usize = 8_192;
/// How often a stack is taken.
const MOST_ATTEMPTS: usize = 3;
/// Package of the bridge.
const OURS: &str = "Ljava/stillframe/";

/// A method as it is shown.
#[derive(Debug)]
struct Method {
    file: String,
    function: String,
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
        let signature = jvmti.signature(class).unwrap_or_default();
        let file = jvmti.source_file(class);
        env.delete_local(class);
        let number = |value: i64| u32::try_from(value).unwrap_or(0);
        let mut lines: Vec<(u32, u32)> = jvmti
            .lines(method)
            .iter()
            .map(|entry| (number(entry.start), number(entry.line.into())))
            .collect();
        lines.sort_unstable();
        let named = ClassName::of(naming::internal_name(&signature));
        Some(Self {
            file: named.path(&file.unwrap_or_else(|| named.likely_source_file())),
            function: format!("{}.{name}", named.nested()),
            lines,
            is_hidden: is_hidden(&signature),
            generation,
        })
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

/// The frames of one hit.
#[derive(Debug)]
pub(super) struct Stack(Vec<(Arc<Method>, i64)>);

impl Stack {
    /// The calling thread's frames without the first `skip`, ours and the machine's. Taken again where
    /// lines changed meanwhile: places of the old code, and the lines of the new, do not go together.
    pub(super) fn take(env: Env, jvmti: Jvmti, skip: i32) -> Self {
        let none = FrameInfo { method: std::ptr::null_mut(), location: 0 };
        let mut raw = vec![none; MOST_FRAMES];
        let mut again = Vec::new();
        let mut stack = Self(Vec::new());
        for _ in 0..MOST_ATTEMPTS {
            let began = generation();
            let count = jvmti.stack(skip, &mut raw);
            let taken = raw.get(..count).unwrap_or_default();
            stack = Self::named(env, jvmti, taken, began);
            if began.is_some() && generation() == began {
                break;
            }
            again.resize(MOST_FRAMES, none);
            let count = jvmti.stack(skip, &mut again);
            if again.get(..count).is_some_and(|again| same(taken, again)) {
                break;
            }
        }
        stack
    }

    fn named(env: Env, jvmti: Jvmti, frames: &[FrameInfo], generation: Option<u64>) -> Self {
        let named = frames.iter().filter_map(|frame| {
            let method = method(env, jvmti, frame.method, generation)?;
            (!method.is_hidden).then_some((method, frame.location))
        });
        Self(named.collect())
    }

    pub(super) fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        let (method, location) = self.0.get(depth)?;
        let name = |text| Name { identity: 0, text: Text::Utf8(text) };
        Some(FrameName {
            file: name(&method.file),
            function: name(&method.function),
            line: method.line(*location),
        })
    }
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
        let (file, function) = (String::new(), String::new());
        let method = Method { file, function, lines, is_hidden: false, generation: None };
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
