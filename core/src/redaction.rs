//! What must not leave the process: names that are never read, values that look like secrets.

mod automaton;
mod card;
mod known;
mod list;
mod names;
mod normal;
mod patterns;

pub use list::{MAX_NAME_UNITS, REDACTED, Redaction};
