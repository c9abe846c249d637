//! What flatc makes of `stillframe.fbs`: never edited, always checked in.

mod stillframe_generated;

pub(super) use stillframe_generated::stillframe::wire::*;
