//! Durations: the hooks at all places where passages of a time probe begin and end.
//!
//! Knows which place is what to a passage, and no clock (`lib/passages.js`). Invariant: a site that
//! could not be hooked at each of its places is hooked at none.

use super::{
    Hooked, context_note, disarm, hooked, index_of, leave_to_others, notes, price_ns, set,
};
use crate::agent::NodeAgent;
use crate::locate::Place;
use crate::{ffi, locate};
use std::sync::Arc;
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::Span;
use stillframe_passages::{Edge, Identity, Timing};

/// What a place means to a site that times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimedEdge {
    pub(crate) site: u32,
    pub(crate) edge: Edge,
    /// Whether frames are told apart by where the stack is.
    pub(crate) is_on_stack: bool,
    /// Bytes of the function's text.
    pub(crate) bytes: u32,
}

/// Hooks a time site; what people should know of it.
pub(crate) fn arm_span(
    agent: &Arc<NodeAgent>,
    site: u32,
    code: u64,
    span: Span,
) -> Result<Option<String>> {
    let note = context_note(code)?;
    let gone = || Error::new(ErrorKind::Location, "the script is gone");
    let probe = agent.site(site).ok_or_else(gone)?.probe.id;
    let (text, timing) = locate::timing(code, span)?;
    let (line, _) = timing.begin().ok_or_else(gone)?;
    let mut all = hooked();
    let armed = place_edges(&mut all, agent, (site, code), text, &timing);
    drop(all);
    agent.set_hit_cost(site, price_ns(code, line + 1));
    if let Err(error) = armed
        && ffi::is_alive()
    {
        disarm(site);
        return Err(error);
    }
    leave_to_others(text);
    let note = note.or_else(|| told_apart(&timing.identity));
    Ok(notes::keep(site, probe, text, note))
}

fn place_edges(
    all: &mut Vec<Hooked>,
    agent: &Arc<NodeAgent>,
    (site, code): (u32, u64),
    text: u64,
    timing: &Timing,
) -> Result<()> {
    let is_on_stack = timing.identity == Identity::Stack;
    let mut edges = timing.edges.iter().peekable();
    while let Some((at, edge)) = edges.next() {
        let index = index_of(all, agent, Place { text, at: *at, until: *at }, (code, at.0 + 1));
        let (edge, bytes) = (*edge, timing.bytes);
        all[index].edges.push(TimedEdge { site, edge, is_on_stack, bytes });
        if let Identity::Parameters(names) = &timing.identity {
            all[index].parameters.clone_from(names);
        }
        if edges.peek().is_none_or(|(next, _)| next != at) {
            set(&mut all[index])?;
        }
    }
    Ok(())
}

/// By what calls that wait are told apart.
fn told_apart(identity: &Identity) -> Option<String> {
    let Identity::Parameters(names) = identity else { return None };
    Some(match names.as_slice() {
        [] => {
            "calls that wait at the same time cannot be told apart here and are not measured".into()
        }
        names => format!(
            "calls that wait are told apart by {}; those alike at the same time are not measured",
            names.join(", ")
        ),
    })
}
