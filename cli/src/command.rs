//! The commands, one file each: they ask the hub and hand what it says to a screen.
//!
//! Know the link and the screens. Invariant: a command prints data through [`Output`] only, and ends
//! by returning; nothing but `run` replaces the process, and nothing but a second Ctrl-C leaves it.

use crate::fail::{Failure, Result};
use crate::link::client::Client;
use crate::link::target::Target;
use crate::output::Output;
use stillframe_core::ids::ProbeId;
use stillframe_hub::api::types::ProbeView;

pub(crate) mod arm;
pub(crate) mod attach;
pub(crate) mod audit;
pub(crate) mod doctor;
pub(crate) mod file;
mod follow;
pub(crate) mod freeze;
mod interrupt;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod remove;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod tail;
pub(crate) mod token;
pub(crate) mod why;

/// What every command of a hub needs.
pub(crate) struct Context<'a> {
    /// `--hub`.
    pub(crate) hub: Option<&'a str>,
    /// Where words go.
    pub(crate) output: &'a Output,
}

impl Context<'_> {
    /// A client of the hub that is meant.
    fn client(&self) -> Result<Client> {
        Client::new(&Target::find(self.hub)?)
    }
}

/// What a time probe measured, as one object of a stream.
fn durations_json(probe: &ProbeView) -> Option<serde_json::Value> {
    let durations = probe.durations.as_ref()?;
    let now = jiff::Timestamp::now().to_string();
    Some(serde_json::json!({"type": "durations", "probe": probe.id, "time": now,
        "armed": probe.armed, "durations": durations}))
}

/// Reads the id of a probe.
fn probe_id(text: &str) -> Result<ProbeId> {
    let id = text.parse::<ProbeId>();
    id.map_err(|error| {
        let text = crate::screen::text::clean(text);
        Failure::usage(format!("`{text}` is no probe: {}", error.message()))
            .next("stillframe ls lists the probes")
    })
}
