//! What the hub says of itself: one line on standard error.
//!
//! Knows no levels beyond warning. Invariant: the same line is said once a minute at most.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

const AGAIN_AFTER: Duration = Duration::from_secs(60);
/// Different lines remembered; beyond it old ones are forgotten, so that memory stays bounded.
const MAX_LINES: usize = 256;

static SAID: LazyLock<Mutex<HashMap<String, Instant>>> = LazyLock::new(Mutex::default);

/// Says a line, unless it was said within the last minute.
pub(crate) fn warn(line: &str) {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    said.retain(|_, at| now.duration_since(*at) < AGAIN_AFTER);
    if said.len() >= MAX_LINES || said.insert(line.to_owned(), now).is_some() {
        return;
    }
    drop(said);
    let shown: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // A hub whose standard error is closed goes on.
    let _ = writeln!(std::io::stderr(), "stillframe hub: {shown}");
}
