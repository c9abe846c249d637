//! What happens while threads hit.
//!
//! Knows the agent's calls. Invariant: a step never waits for another process.

use super::Rng;
use super::hub::Mood;
use super::stage::Stage;
use crate::ids::ProbeId;
use crate::probe::ProbeSpec;
use crate::snapshot::Callback;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Ids of the hub's probes: few, so that one is often taken back or placed anew.
const IDS: [&str; 5] = ["aa", "bb", "cc", "dd", "ee"];
/// Forks inside forks at most.
const MAX_DEPTH: u32 = 2;

impl Stage {
    /// One thing happens.
    pub(super) fn step(self: &Arc<Self>, rng: &mut Rng, depth: u32) {
        match rng.below(16) {
            0..=3 if self.hub.is_some() && depth == 0 => self.set_probes(rng),
            0..=3 => self.place(rng),
            4 => self.take_away(rng),
            5 | 6 if depth == 0 => self.change_mood(rng),
            7 => drop(self.agent.flush(Duration::from_millis(rng.below(10)))),
            8 => self.fill_buffers(rng),
            9 => self.spoil(rng),
            10 if depth < MAX_DEPTH => self.fork(rng, depth, true),
            11 if depth < MAX_DEPTH => self.fork(rng, depth, false),
            12 => {
                let unloaded = rng.one_in(3);
                *self.agent.runtime().loaded.lock().expect("unpoisoned") = !unloaded;
                self.agent.reload();
            }
            13 => {
                let refuses = rng.one_in(4);
                *self.agent.runtime().cannot_arm.lock().expect("unpoisoned") = refuses;
            }
            _ => (0..rng.below(80)).for_each(|_| self.hit(rng)),
        }
    }

    /// The hub's set becomes another: some go, some come, some are as before or of a new revision.
    fn set_probes(&self, rng: &mut Rng) {
        let Some(hub) = &self.hub else { return };
        let mut state = hub.state();
        for id in IDS {
            let id: ProbeId = id.parse().expect("an id");
            let known = state.probes.iter().position(|spec| spec.id == Some(id));
            match (known, rng.below(4)) {
                (Some(at), 0) => drop(state.probes.remove(at)),
                (Some(at), 1) => {
                    let revision = state.probes[at].revision + 1;
                    state.probes[at] = spec(rng, Some(id), revision);
                }
                (None, 0 | 1) => {
                    // What was taken away comes back as it was, or as the next revision.
                    let latest = state.latest.get(&id).cloned();
                    let next = latest.as_ref().map_or(0, |latest| latest.revision + 1);
                    let again = latest.filter(|_| rng.one_in(2));
                    state.probes.push(again.unwrap_or_else(|| spec(rng, Some(id), next)));
                }
                _ => {}
            }
            if let Some(spec) = state.probes.iter().find(|spec| spec.id == Some(id)).cloned() {
                state.latest.insert(id, spec);
            }
        }
    }

    /// The application places a probe of its own.
    fn place(&self, rng: &mut Rng) {
        let id = rng.one_in(3).then(|| "zz".parse().expect("an id"));
        let callback: Option<Callback> = match rng.below(3) {
            0 => None,
            1 => Some(Box::new(|_| panic!("on purpose"))),
            _ => Some(Box::new(|_| {})),
        };
        // Refused where its id is in use, or the agent was stopped.
        let _ = self.agent.probe(spec(rng, id, 0), callback);
    }

    fn take_away(&self, rng: &mut Rng) {
        let reports = self.agent.status().probes;
        if !reports.is_empty() {
            self.agent.remove(rng.pick(&reports).probe);
        }
    }

    fn change_mood(&self, rng: &mut Rng) {
        let Some(hub) = &self.hub else { return };
        let mut state = hub.state();
        match rng.below(8) {
            0 => state.mood = Mood::Away,
            1 => state.mood = Mood::Deaf,
            2 => state.breaks_after = Some(u32::try_from(rng.below(4)).expect("small")),
            3 if rng.one_in(2) => state.renews = true,
            _ => state.mood = Mood::Good,
        }
    }

    /// Hits while no buffer, or only a few, are free.
    fn fill_buffers(self: &Arc<Self>, rng: &mut Rng) {
        let most = 40 + rng.below(25) as usize;
        let claims: Vec<_> = std::iter::from_fn(|| self.agent.slab.claim()).take(most).collect();
        (0..rng.below(30)).for_each(|_| self.hit(rng));
        drop(claims);
    }

    /// A capture whose bytes the check cannot accept.
    fn spoil(&self, rng: &mut Rng) {
        let _lock = self.lock();
        let sites = self.agent.runtime().sites();
        let sites = sites.into_iter().filter_map(|site| self.agent.sites.get(site));
        let kept =
            |site: &&crate::registry::Site| site.probe.spec.kind != crate::probe::ProbeKind::Count;
        let sites: Vec<_> = sites.filter(kept).collect();
        if sites.is_empty() {
            return;
        }
        let site = rng.pick(&sites);
        let Some(mut claim) = self.agent.slab.claim() else { return };
        self.truth[site.index as usize].fetch_add(1, Ordering::Relaxed);
        claim.write(|buffer| {
            buffer.site = site.index;
            buffer.bytes.extend_from_slice(&rng.next().to_le_bytes());
        });
        site.probe.tally.captured.bump();
        claim.publish();
    }
}

fn spec(rng: &mut Rng, id: Option<ProbeId>, revision: u32) -> ProbeSpec {
    let line = 2 + rng.below(7);
    let kind = *rng.pick(&["log", "log", "log", "count", "snap"]);
    let mut json = serde_json::json!({
        "kind": kind, "location": format!("app.py:{line}"), "revision": revision,
        "budget_ppm": rng.pick(&[1_000_000, 1_000_000, 1_000_000, 5_000]),
    });
    if kind == "log" {
        json["log"] = "x={x}".into();
    }
    if !rng.one_in(3) {
        json["condition"] = (*rng.pick(&["x > 10", "name == 'ann'", "x >= 0"])).into();
    }
    if rng.one_in(3) {
        json["limit"] = (1 + rng.below(40)).into();
    }
    if !rng.one_in(4) {
        json["rate_per_s"] = 1_000_000.into();
    }
    if rng.one_in(6) {
        json["expires_ms"] = (1 + rng.below(60)).into();
    }
    let mut spec: ProbeSpec = serde_json::from_value(json).expect("it is a specification");
    spec.id = id;
    spec
}
