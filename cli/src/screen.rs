//! What people see: each screen of the contract is one function from data to lines.
//!
//! Knows neither the hub's link nor the command line. Invariant: a screen is a pure function of its
//! data and the width, so that every one is tested by comparing texts.

pub(crate) mod armed;
pub(crate) mod done;
pub(crate) mod duration;
pub(crate) mod event;
pub(crate) mod frozen;
pub(crate) mod list;
pub(crate) mod snapshot;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod value;
pub(crate) mod why;

#[cfg(test)]
mod tests;
