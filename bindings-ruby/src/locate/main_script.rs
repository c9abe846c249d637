//! The main script, whose compiling is not told: it is looked for until it is there.
//!
//! Before a script is read, Ruby gives its name to the code of the frame that everything runs in. That
//! code stands for the script and has no lines. Knows no threads: who waits asks how long. Invariants:
//! what stands for the script is never taken for it; looking takes a twentieth of the time at most.

use super::{add_all, codes_in, is_loaded, lines, locked, tree};
use crate::ffi::code;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// From one look to the next at least, and when the script lets itself be waited for.
const PAUSE: Duration = Duration::from_millis(5);
const LATE_PAUSE: Duration = Duration::from_secs(1);
/// When it does so.
const LATE: Duration = Duration::from_secs(10);
/// Which share of the time looking may take.
const SHARE: u32 = 20;

/// A script that was not there yet.
struct Awaited {
    path: String,
    since: Instant,
    next: Instant,
}

static AWAITED: Mutex<Option<Awaited>> = Mutex::new(None);

fn is_main(code: usize) -> bool {
    code::label(code).utf8() == Some("<main>")
}

/// What stands for the script, among all code.
pub(super) fn stand_in(all: &[usize]) -> Option<usize> {
    let is_empty = |code: &usize| lines(*code).is_ok_and(|lines| lines.is_empty());
    // In the index it is pinned: Ruby is asked below.
    let mains = all.iter().copied().filter(|code| is_main(*code) && is_loaded(*code));
    mains.filter(|code| code::first_line(*code) == 0).find(is_empty)
}

/// The script of which `stand_in` says the name is waited for, unless it is known.
pub(super) fn await_unless_known(stand_in: usize) {
    let Some(path) = code::path(stand_in).utf8() else { return };
    let is_there = codes_in(path).into_iter().any(|code| code != stand_in && is_main(code));
    let now = Instant::now();
    let awaited = Awaited { path: path.to_owned(), since: now, next: now + PAUSE };
    *locked(&AWAITED) = (!is_there).then_some(awaited);
}

/// How long it is until the script is to be looked for, if it is.
pub(crate) fn until_look() -> Option<Duration> {
    let awaited = locked(&AWAITED);
    awaited.as_ref().map(|awaited| awaited.next.saturating_duration_since(Instant::now()))
}

/// Nothing is waited for.
pub(super) fn forget() {
    *locked(&AWAITED) = None;
}

/// Looks for the script if it is time; whether it was found.
pub(crate) fn look() -> bool {
    let path = match &*locked(&AWAITED) {
        Some(awaited) if awaited.next <= Instant::now() => awaited.path.clone(),
        _ => return false,
    };
    let began = Instant::now();
    let is_it = |code: &usize| is_main(*code) && code::path(*code).utf8() == Some(&*path);
    let mut found: Vec<usize> = code::all().into_iter().filter(is_it).collect();
    // From here on Ruby is asked, which may collect what nobody has.
    found.iter().for_each(|code| code::pin(*code));
    found.retain(|code| {
        let runs = lines(*code).is_ok_and(|lines| !lines.is_empty());
        if !runs {
            code::unpin(*code);
        }
        runs
    });
    for code in &found {
        add_all(tree::with_children(*code));
        code::unpin(*code);
    }
    let mut guard = locked(&AWAITED);
    if !found.is_empty() {
        *guard = None;
    } else if let Some(awaited) = &mut *guard {
        let is_late = awaited.since.elapsed() > LATE;
        let pause = if is_late { LATE_PAUSE } else { PAUSE };
        awaited.next = Instant::now() + pause.max(began.elapsed() * SHARE);
    }
    !found.is_empty()
}
