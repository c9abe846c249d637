//! Waits until the agent has said hello to its hub.
//!
//! Invariant: an instance is taken for the process only if it has its id and its host's name, or is
//! one that was not there before.

use crate::attach::process::{Namespace, Process};
use crate::fail::{Exit, Failure, Result};
use crate::link::client::Client;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use stillframe_core::ids::InstanceId;
use stillframe_hub::api::types::InstanceView;

/// How long an agent may take to say hello.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the hub is asked.
const TURN: Duration = Duration::from_millis(100);

/// The instances a hub knew before the agent was loaded.
pub(super) struct Hello {
    client: Client,
    before: BTreeSet<InstanceId>,
}

impl Hello {
    /// Asks the hub who is there.
    pub(super) fn before(client: Client) -> Result<Self> {
        let before = instances(&client)?.into_iter().map(|one| one.id).collect();
        Ok(Self { client, before })
    }

    /// The instance that the process is, or why the hub does not know it.
    pub(super) fn await_it(&self, process: &Process, has_token: bool) -> Result<InstanceView> {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = process.shares(Namespace::HostName).then(|| host.trim());
        let start = Instant::now();
        loop {
            let known = instances(&self.client)?;
            let own = known.into_iter().find(|one| self.is_it(one, process, host));
            if let Some(own) = own {
                return Ok(own);
            }
            if !process.lives() {
                return Err(crate::attach::process::gone(process.pid));
            }
            if start.elapsed() > PATIENCE {
                return Err(self.silence(process, has_token));
            }
            std::thread::sleep(TURN);
        }
    }

    fn is_it(&self, one: &InstanceView, process: &Process, host: Option<&str>) -> bool {
        let is_new = !self.before.contains(&one.id);
        let fits = host.map_or(is_new, |host| one.host == host);
        one.connected && one.pid == process.status.inside && fits
    }

    fn silence(&self, process: &Process, has_token: bool) -> Failure {
        let (pid, url) = (process.pid, self.client.url());
        let message = |why: &str| {
            let message = format!("the agent is in process {pid}, and said no hello in 10 s{why}");
            Failure::new(Exit::Failed, "no_hello", message)
        };
        if !process.shares(Namespace::Network) {
            return message(&format!(": it has a network of its own, where {url} is not this hub"))
                .next("forward the hub's port into its container, or share the host's network");
        }
        if !has_token {
            return message(": it has no token for this hub")
                .next("set STILLFRAME_AGENT_TOKEN_FILE to a file with an agent's token (sfa_…)");
        }
        message("").next("its reason is on the stderr of that process, behind `stillframe:`")
    }
}

fn instances(client: &Client) -> Result<Vec<InstanceView>> {
    client.get("/api/v1/instances?all=true")
}
