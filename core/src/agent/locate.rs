//! Which line of which loaded file a location means here: the rules of *Locations*, in one place.

mod file;
mod function;
mod line;
mod name;
mod place;
mod source;
mod span;
#[cfg(test)]
mod tests;
mod verdict;

pub(crate) use place::{Found, Located, Refused, Site, locate, locate_span, nearest};
