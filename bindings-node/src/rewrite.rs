//! Sources that get dormant checks while they are loaded, and what is known of them afterwards.
//!
//! Knows the rewriter and texts, nothing of probes. Invariants: a source that cannot be rewritten is
//! loaded as it is, and it is known why; numbers of functions are given out once in a process,
//! whichever of its threads loads; whoever ends this learns of every number that was given out.

mod check;
mod hook;
mod wanted;

pub(crate) use check::Check;
pub(crate) use hook::{arm, catch_up, disarm, forget_all, mechanism};

use crate::locate;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_rewriter::{Goal, Options, Reason, Refusal, Rewritten, rewrite};
use wanted::Wanted;

/// Files that were left as they are and are named; of more there is only the number.
const MOST_NAMED: usize = 3;
/// Files whose refusal is remembered.
const MOST_REFUSED: usize = 10_000;

/// Where in one rewritten text insertions lie.
#[derive(Debug)]
pub(crate) struct Sheet {
    length: usize,
    /// In bytes, in order.
    inserted: Vec<Range<u32>>,
}

#[derive(Default)]
struct State {
    /// None while nothing is rewritten.
    wanted: Option<Wanted>,
    /// The number of the next function.
    next: u32,
    /// By the hash of the rewritten text.
    sheets: HashMap<u64, Arc<Sheet>>,
    /// Paths of files that have checks.
    written: HashSet<String>,
    /// Why a file was left as it is, by its path.
    refused: HashMap<String, String>,
}

static STATE: Mutex<Option<State>> = Mutex::new(None);

fn with_state<T>(work: impl FnOnce(&mut State) -> T) -> T {
    let mut state: MutexGuard<'_, Option<State>> =
        STATE.lock().unwrap_or_else(PoisonError::into_inner);
    work(state.get_or_insert_default())
}

/// From now on what `STILLFRAME_REWRITE` asks for is rewritten, but for files in our own folder;
/// whether that is anything.
pub(crate) fn begin(own_folder: &str) -> bool {
    let asked = std::env::var("STILLFRAME_REWRITE").unwrap_or_default();
    let wanted = Wanted::of(&asked, own_folder);
    let is_any = wanted.is_some();
    with_state(|state| state.wanted = wanted);
    is_any
}

/// Nothing is rewritten any more: how many numbers were given out.
pub(crate) fn end() -> u32 {
    with_state(|state| {
        state.wanted = None;
        state.next
    })
}

/// How many numbers were given out.
pub(crate) fn numbered() -> u32 {
    with_state(|state| state.next)
}

/// Whether sources are rewritten.
pub(crate) fn is_on() -> bool {
    with_state(|state| state.wanted.is_some())
}

/// The source of the file `path` with checks, if it is to have some and can; `goals` are what it may
/// be, tried in this order.
pub(crate) fn of_source(source: &str, goals: &[Goal], path: &str) -> Option<String> {
    // Held while the source is rewritten, which says how many numbers it takes.
    with_state(|state| {
        if !state.wanted.as_ref()?.takes(path) {
            return None;
        }
        match state.rewrite(source, goals) {
            Ok(done) if done.functions.is_empty() => None,
            Ok(done) => {
                state.refused.remove(path);
                state.written.insert(path.to_owned());
                let sheet = Sheet { length: done.code.len(), inserted: done.inserted };
                state.sheets.insert(hash(&done.code), Arc::new(sheet));
                Some(done.code)
            }
            Err(refusal) => {
                state.refuse(path, &refusal.to_string());
                None
            }
        }
    })
}

/// A file is left as it is for a reason that the loader knows.
pub(crate) fn leave(path: &str, why: &str) {
    with_state(|state| {
        if state.wanted.as_ref().is_some_and(|wanted| wanted.takes(path)) {
            state.refuse(path, why);
        }
    });
}

impl State {
    fn rewrite(&mut self, source: &str, goals: &[Goal]) -> Result<Rewritten, Refusal> {
        let mut first = None;
        for goal in goals {
            match rewrite(source, &Options { goal: *goal, base: self.next }) {
                Ok(done) => {
                    self.next += done.functions.len() as u32;
                    return Ok(done);
                }
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

    fn refuse(&mut self, path: &str, why: &str) {
        if self.refused.len() < MOST_REFUSED {
            self.refused.insert(path.to_owned(), why.to_owned());
        }
    }
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
        let sheet = state.sheets.get(&hash(text)).filter(|sheet| sheet.length == text.len());
        sheet.cloned()
    })
}

/// A text that V8 has, as it was before it got checks.
pub(crate) fn without_checks(text: String) -> String {
    sheet_of(&text).map_or_else(|| text.clone(), |sheet| sheet.original(&text))
}

impl Sheet {
    /// The text as it was before.
    fn original(&self, text: &str) -> String {
        let mut original = String::with_capacity(text.len());
        let mut done = 0;
        for one in &self.inserted {
            original.push_str(text.get(done..one.start as usize).unwrap_or_default());
            done = one.end as usize;
        }
        original.push_str(text.get(done..).unwrap_or_default());
        original
    }

    /// Whether a byte lies in something that was inserted.
    pub(crate) fn holds(&self, at: usize) -> bool {
        let behind = self.inserted.partition_point(|one| one.start as usize <= at);
        let before = behind.checked_sub(1).and_then(|before| self.inserted.get(before));
        before.is_some_and(|one| at < one.end as usize)
    }

    /// The checks in the text, each with a byte inside of it.
    pub(crate) fn checks<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (usize, Check)> + 's {
        self.inserted.iter().filter_map(|one| {
            let (start, end) = (one.start as usize, one.end as usize);
            Some((start + 1, Check::read(text.get(start..end)?)?))
        })
    }
}

/// Whether code is of a script without checks although its file has some: Node compiles a file once to
/// see what it is, and that never runs.
pub(crate) fn was_read_before(code: u64) -> bool {
    let path = (!locate::has_checks(code)).then(|| locate::path(code)).flatten();
    path.is_some_and(|path| with_state(|state| state.written.contains(&path)))
}

/// Why code without checks has none, where it could have had some.
fn why_without(path: &str) -> Option<String> {
    with_state(|state| {
        let wanted = state.wanted.as_ref()?;
        if let Some(why) = state.refused.get(path) {
            return Some(format!("the file was left as it is: {why}"));
        }
        if !wanted.takes(path) {
            return Some("the file is of a package: name it, as in `--rewrite=PACKAGE`".to_owned());
        }
        let is_there = state.written.contains(path);
        (!is_there).then(|| "the file was loaded in another way than by Node's loaders".to_owned())
    })
}

/// What is rewritten and what is not, for people; nothing where nobody asked.
pub(crate) fn said() -> Option<String> {
    with_state(|state| {
        state.wanted.as_ref()?;
        let files = state.sheets.len();
        let mut said = format!("{files} sources, {} functions", state.next);
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
