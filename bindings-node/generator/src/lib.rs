//! Conditions as JavaScript: the function that decides a hit where its values are.
//!
//! Knows the core's trees and the names of the helpers (`lib/conditions.js`), no values. Invariant:
//! what a generated function decides is what the core's machine would decide; where it cannot be sure
//! it says so, or is not made at all, and the machine is asked. All that it reads, compares and calls
//! is a helper's: the text has no operator that could run code of the application.

mod call;
mod literal;
mod pattern;
#[cfg(test)]
mod tests;
mod value;

use stillframe_core::condition::tree::{Expr, FUEL};
use stillframe_core::limits::WATCH_STRING_BYTES;
use value::Code;

/// Why no function was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncovered(pub &'static str);

/// Loops within each other, each of which the machine may go through twice, at most.
const MOST_TURNS: u32 = 16;

/// What is known of the variables of a place.
pub struct Slots<'s> {
    /// Whether a slot can be read there.
    pub is_set: &'s dyn Fn(u16) -> bool,
    /// The slot of what reads a private name, or says whether it is there.
    pub private: &'s dyn Fn(&str) -> Option<u16>,
}

/// The function of a condition, as JavaScript: it takes the values of the variables by their slots, and
/// returns what the condition comes to.
///
/// # Errors
///
/// What of the condition only the machine evaluates.
pub fn generate(condition: &Expr, slots: &Slots<'_>) -> Result<String, Uncovered> {
    let mut code = Code::new(slots);
    let text = code.value(condition)?;
    // The machine goes over an array that a call makes twice, once for what may fail on the way.
    let fuel = if code.makes_arrays { FUEL / MOST_TURNS } else { FUEL };
    let declared: String = (0..code.kept).map(|number| format!("let k{number}; ")).collect();
    let test = format!("v => {{ {declared}begin({fuel}, {WATCH_STRING_BYTES}); return {text} }}");
    if code.patterns.is_empty() {
        return Ok(test);
    }
    let names: Vec<String> = (0..code.patterns.len()).map(|number| format!("p{number}")).collect();
    Ok(format!("(({}) => {test})({})", names.join(", "), code.patterns.join(", ")))
}
