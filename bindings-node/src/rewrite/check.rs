//! A check as it stands in a text.
//!
//! Knows the form that the rewriter writes. Invariant: what is not of that form is no check.

use stillframe_rewriter::PREFIX;

/// A check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// The number of its function.
    pub(crate) number: u32,
    /// Its line, which it passes first.
    pub(crate) line: u32,
    /// The variables that it passes behind that.
    pub(crate) names: Vec<String>,
}

impl Check {
    /// The check that an insertion is; none if it only closes something.
    pub(super) fn read(inserted: &str) -> Option<Self> {
        let call = inserted.split_once("new ")?.1.strip_prefix(PREFIX)?;
        let (number, rest) = call.split_once('(')?;
        let (arguments, _) = rest.rsplit_once(')')?;
        let mut arguments = arguments.split(',');
        let line = arguments.next()?.parse().ok()?;
        let names = arguments.map(str::to_owned).collect();
        Some(Self { number: number.parse().ok()?, line, names })
    }
}
