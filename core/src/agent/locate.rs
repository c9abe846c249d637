//! Which line of which loaded file a location means here: the rules of *Locations*, in one place.

mod file;
mod line;
mod place;
mod source;
mod span;
#[cfg(test)]
mod tests;

#[cfg(test)]
use place::Refused;
pub(crate) use place::{Found, Located, Site, locate, locate_span};
