//! `tail`: reads along without owning anything.
//!
//! Invariant: leaving removes nothing.

use super::follow::{Incoming, print, read};
use super::{Context, interrupt, probe_id};
use crate::fail::{Failure, Result};
use crate::screen::done;
use std::sync::mpsc;
use stillframe_hub::api::types::{Event, ProbeView};

/// Prints what a probe captured and will capture, or what any probe captures from now on.
pub(crate) fn tail(probe: Option<&str>, context: &Context) -> Result<()> {
    let id = probe.map(probe_id).transpose()?;
    let client = context.client()?;
    // A wrong token, an unknown probe or a hub that is away ends it here; from then on a stream that
    // breaks is opened again.
    match id {
        Some(id) => client.get::<ProbeView>(&format!("/api/v1/probes/{id}")).map(|_| ())?,
        None => client.me().map(|_| ())?,
    }
    if id.is_none() {
        context.output.remark("reading along with every probe; Ctrl-C ends it");
    }
    let (sender, incoming) = mpsc::channel();
    interrupt::listen(sender.clone())?;
    read(client, id, id.map(|_| "0".to_owned()), sender);
    while let Ok(received) = incoming.recv() {
        match received {
            Incoming::Event(event) => {
                print(&event, context.output)?;
                if let Event::End(end) = &*event
                    && Some(end.probe.id) == id
                {
                    return if done::captured_something(&end.probe) {
                        Ok(())
                    } else {
                        nothing(&end.probe, context)
                    };
                }
            }
            Incoming::Again => context.output.remark("the hub is away: trying again"),
            Incoming::Lost(failure) => return Err(failure),
            Incoming::Interrupt => return Err(Failure::interrupted()),
            Incoming::Closed => break,
        }
    }
    Ok(())
}

fn nothing(probe: &ProbeView, context: &Context) -> Result<()> {
    use crate::fail::Exit::NothingCaptured;
    let message = if context.output.json { done::nothing_captured(probe) } else { String::new() };
    Err(Failure::new(NothingCaptured, "nothing_captured", message)
        .next(format!("stillframe why {}", probe.id)))
}
