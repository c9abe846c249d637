//! Sources that get dormant checks while they are loaded, and what is known of them afterwards.
//!
//! Knows the rewriter and texts, nothing of probes. Invariants: a source that cannot be rewritten is
//! loaded as it is, and it is known why; a source of a file has one text and the same numbers in each
//! thread that loads it; no thread that only asks waits for one that rewrites; whoever ends this
//! learns of every number that was given out.

mod check;
mod hook;
mod sheet;
mod wanted;

pub(crate) use check::Check;
pub(crate) use hook::{arm, disarm, follow, forget_all, leave, mechanism};

use crate::agent::threads;
use crate::locate;
use sheet::Sheet;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_rewriter::{Goal, Options, Reason, Refusal, Rewritten, rewrite};
use wanted::Wanted;

/// Files that were left as they are and are named; of more there is only the number.
const MOST_NAMED: usize = 3;
/// Files whose refusal is remembered.
const MOST_REFUSED: usize = 10_000;

#[derive(Default)]
struct State {
    /// None where nobody asked for checks.
    wanted: Option<Wanted>,
    /// Threads whose code is rewritten.
    threads: BTreeSet<u32>,
    /// By the hash of the rewritten text.
    sheets: HashMap<u64, Arc<Sheet>>,
    /// By the hash of a file's path, what it was taken for, and its source.
    sources: HashMap<u64, Arc<Sheet>>,
    /// Paths of files that have checks: the first number of each of their texts, and that behind it.
    written: HashMap<String, Vec<u32>>,
    /// Whether an ES module has checks.
    has_modules: bool,
    /// Why a file was left as it is, by its path.
    refused: HashMap<String, String>,
}

static STATE: Mutex<Option<State>> = Mutex::new(None);

/// The number of the next function, held by the thread that rewrites.
static NEXT: Mutex<u32> = Mutex::new(0);

fn with_state<T>(work: impl FnOnce(&mut State) -> T) -> T {
    let mut state: MutexGuard<'_, Option<State>> =
        STATE.lock().unwrap_or_else(PoisonError::into_inner);
    work(state.get_or_insert_default())
}

fn next() -> MutexGuard<'static, u32> {
    NEXT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on what `STILLFRAME_REWRITE` asks for is rewritten in this thread, but for files in our own
/// folder; whether that is anything. A worker gets what the main thread asked for.
pub(crate) fn begin(own_folder: &str) -> bool {
    let me = threads::number();
    let asked = std::env::var("STILLFRAME_REWRITE").unwrap_or_default();
    with_state(|state| {
        if me == threads::MAIN {
            state.wanted = Wanted::of(&asked, own_folder);
        }
        let is_any = state.wanted.is_some();
        if is_any {
            state.threads.insert(me);
        }
        is_any
    })
}

/// Nothing of this thread is rewritten any more: how many numbers were given out. What is being
/// rewritten for it is waited for.
pub(crate) fn end() -> u32 {
    gone();
    *next()
}

/// This thread ends.
pub(crate) fn gone() {
    with_state(|state| state.threads.remove(&threads::number()));
}

/// Whether sources are rewritten.
pub(crate) fn is_on() -> bool {
    with_state(|state| !state.threads.is_empty())
}

/// Whether an ES module was rewritten.
pub(crate) fn has_modules() -> bool {
    with_state(|state| state.has_modules)
}

/// The numbers of the functions of a file: from the first of a pair on, before the second.
pub(crate) fn numbers(path: &str) -> Vec<u32> {
    with_state(|state| state.written.get(path).cloned()).unwrap_or_default()
}

/// The source of the file `path` with checks, if a thread is to have it with some and it can; `goals`
/// are what it may be, tried in this order.
pub(crate) fn of_source(source: &str, goals: &[Goal], path: &str, thread: u32) -> Option<String> {
    let is_wanted = || with_state(|state| state.takes(path, thread));
    let known = || with_state(|state| state.known(source, goals, path));
    if !is_wanted() {
        return None;
    }
    if let Some(sheet) = known() {
        return sheet.code(source);
    }
    let mut next = next();
    // Another thread may have done it, or ended this, while it was waited for.
    if let Some(sheet) = known() {
        return sheet.code(source);
    }
    if !is_wanted() {
        return None;
    }
    let done = write(source, goals, *next);
    with_state(|state| match done {
        Ok((_, done)) if done.functions.is_empty() => None,
        Ok((goal, done)) => {
            let first = *next;
            *next += done.functions.len() as u32;
            state.refused.remove(path);
            state.written.entry(path.to_owned()).or_default().extend([first, *next]);
            state.has_modules |= goal == Goal::Module;
            let sheet = Arc::new(Sheet::of(&done));
            state.sheets.insert(hash(&done.code), Arc::clone(&sheet));
            state.sources.insert(key(source, goal, path), sheet);
            Some(done.code)
        }
        Err(refusal) => {
            state.refuse(path, &refusal.to_string());
            None
        }
    })
}

/// A file is left as it is for a reason that the loader knows.
pub(crate) fn leave_source(path: &str, why: &str) {
    with_state(|state| {
        if state.wanted.as_ref().is_some_and(|wanted| wanted.takes(path)) {
            state.refuse(path, why);
        }
    });
}

/// A source with checks, from a number on, and what it was taken for.
fn write(source: &str, goals: &[Goal], base: u32) -> Result<(Goal, Rewritten), Refusal> {
    let mut first = None;
    for goal in goals {
        match rewrite(source, &Options { goal: *goal, base }) {
            Ok(done) => return Ok((*goal, done)),
            Err(refusal) => {
                let is_syntax = matches!(refusal.reason, Reason::Syntax(_));
                first.get_or_insert(refusal);
                if !is_syntax {
                    break;
                }
            }
        }
    }
    Err(first.unwrap_or(Refusal { reason: Reason::ParserFailed, line: 0 }))
}

impl State {
    fn takes(&self, path: &str, thread: u32) -> bool {
        let is_wanted = self.wanted.as_ref().is_some_and(|wanted| wanted.takes(path));
        is_wanted && self.threads.contains(&thread)
    }

    /// What was inserted into this source before.
    fn known(&self, source: &str, goals: &[Goal], path: &str) -> Option<Arc<Sheet>> {
        let mut known = goals.iter().filter_map(|goal| self.sources.get(&key(source, *goal, path)));
        known.next().cloned()
    }

    fn refuse(&mut self, path: &str, why: &str) {
        if self.refused.len() < MOST_REFUSED {
            self.refused.insert(path.to_owned(), why.to_owned());
        }
    }
}

fn key(source: &str, goal: Goal, path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (source, path, goal as u8).hash(&mut hasher);
    hasher.finish()
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What was inserted into a text that V8 has, if it is one of those that were rewritten.
pub(crate) fn sheet_of(text: &str) -> Option<Arc<Sheet>> {
    with_state(|state| {
        if state.sheets.is_empty() {
            return None;
        }
        state.sheets.get(&hash(text)).filter(|sheet| sheet.is_of(text)).cloned()
    })
}

/// A text that V8 has, as it was before it got checks.
pub(crate) fn without_checks(text: String) -> String {
    sheet_of(&text).map_or_else(|| text.clone(), |sheet| sheet.original(&text))
}

/// Why code without checks has none, where it could have had some.
fn why_without(code: u64) -> Option<String> {
    let path = locate::path(code)?;
    if locate::was_read_before(code) {
        return None;
    }
    with_state(|state| {
        let wanted = state.wanted.as_ref()?;
        if let Some(why) = state.refused.get(&path) {
            return Some(format!("the file was left as it is: {why}"));
        }
        if !wanted.takes(&path) {
            return Some("the file is of a package: name it, as in `--rewrite=PACKAGE`".to_owned());
        }
        let which = if state.written.contains_key(&path) { ", in some thread" } else { "" };
        Some(format!("the file was loaded in another way than by Node's loaders{which}"))
    })
}

/// What is rewritten and what is not, for people; nothing where nobody asked.
pub(crate) fn said() -> Option<String> {
    with_state(|state| {
        state.wanted.as_ref()?;
        let files = state.sheets.len();
        let functions: u32 = state.sheets.values().map(|sheet| sheet.functions()).sum();
        let mut said = format!("{files} sources, {functions} functions");
        if state.refused.is_empty() {
            return Some(said);
        }
        said.push_str(&format!("; {} left as they are", state.refused.len()));
        let mut named: Vec<_> = state.refused.iter().collect();
        named.sort_unstable();
        for (path, why) in named.into_iter().take(MOST_NAMED) {
            said.push_str(&format!("; {path}: {why}"));
        }
        Some(said)
    })
}
