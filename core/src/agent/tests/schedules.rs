//! The conformance vectors of quotas: schedules of hits under a clock that the test moves.
//!
//! What the cases mean is in `tests/conformance/README.md`. Invariant: nothing here waits for time.

use super::help::*;
use crate::agent::Agent;
use crate::agent::double::Double;
use crate::clock::{self, frozen};
use crate::ids::ProbeId;
use crate::probe::Delivery;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
#[path = "../../../tests/support/summary.rs"]
mod summary;

const VECTORS: &str = include_str!("../../../../tests/conformance/quotas.json");
/// Hits between two deliveries: fewer than there are buffers.
const AT_ONCE: u64 = 32;

/// A case under way.
struct Run {
    agent: std::sync::Arc<Agent<Double>>,
    probes: BTreeMap<String, (ProbeId, u32)>,
}

impl Run {
    fn begin(case: &Map<String, Json>) -> Self {
        let agent = agent();
        // Far from the real time, which must play no part.
        frozen::Frozen::stop(clock::monotonic_ns() + 3_600_000_000_000);
        let place = |(name, spec): (&String, &Json)| {
            let mut spec = spec.as_object().expect("a specification").clone();
            spec.insert("location".to_owned(), "app.py:3".into());
            let (id, site, _) = armed(&agent, &Json::Object(spec).to_string());
            (name.clone(), (id, site))
        };
        let probes = case["probes"].as_object().expect("probes").iter().map(place).collect();
        Self { agent, probes }
    }

    /// Counters of a probe, and where it stands.
    fn seen(&self, name: &str) -> BTreeMap<&'static str, Json> {
        let (id, site) = self.probes[name];
        let counters = report(&self.agent, id).counters;
        let state = self.agent.sites.get(site).expect("it is there").probe.state.get();
        [
            ("captured", counters.captured.into()),
            ("over_quota", counters.over_quota.into()),
            ("condition_false", counters.condition_false.into()),
            ("state", format!("{state:?}").to_lowercase().into()),
        ]
        .into()
    }

    /// One step of a schedule; what it changed, as the case writes it.
    fn step(&self, step: &Map<String, Json>) -> Map<String, Json> {
        let number = |key: &str| step.get(key).and_then(Json::as_u64).unwrap_or(0);
        let name = step["probe"].as_str().expect("the name of a probe");
        let (_, site) = self.probes[name];
        let before = self.seen(name);
        self.agent.tick(self.agent.life(), true);
        let mut hits = number("hits");
        while hits > 0 {
            let now = hits.min(AT_ONCE);
            (0..now).for_each(|_| self.agent.hit(site, &HIT));
            flushed(&self.agent);
            hits -= now;
        }
        if number("cost_us") > 0 {
            let probe = &self.agent.sites.get(site).expect("it is there").probe;
            self.agent.gate.charge(probe, 1, number("cost_us") * 1_000);
        }
        self.agent.tick(self.agent.life(), true);
        let after = self.seen(name).into_iter().map(|(key, after)| {
            let change = after.as_u64().zip(before[key].as_u64());
            (key.to_owned(), change.map_or(after, |(after, before)| (after - before).into()))
        });
        after.collect()
    }
}

/// Faults of one case.
fn check(case: &Map<String, Json>) -> Result<(), String> {
    let run = Run::begin(case);
    let clock = frozen::share().expect("the clocks stand still");
    let start_ns = clock::monotonic_ns();
    for (number, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
        let step = step.as_object().expect("a step");
        clock.set(start_ns + step["at_ms"].as_u64().expect("a time") * 1_000_000);
        let found = run.step(step);
        for (key, wanted) in step["expect"].as_object().expect("an expectation") {
            if found[key] != *wanted {
                return Err(format!("step {number}: {key} is {}, not {wanted}", found[key]));
            }
        }
    }
    for (id, _) in run.probes.values() {
        let report = report(&run.agent, *id);
        // What a count counts goes nowhere.
        if report.delivery != Delivery::default() {
            accounts_add_up(&report);
        }
    }
    Ok(())
}

#[test]
fn every_schedule_comes_out_as_the_vectors_say() {
    let cases: Vec<Map<String, Json>> = serde_json::from_str(VECTORS).expect("JSON");
    assert!(cases.len() >= 20, "only {} cases", cases.len());
    let fault = |case: &Map<String, Json>| {
        frozen::adopt(None);
        let fault = check(case).err().map(|fault| format!("{}: {fault}", case["name"]));
        frozen::adopt(None);
        fault
    };
    let faults: Vec<String> = cases.iter().filter_map(fault).collect();
    summary::tell("quotas.json", cases.len());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
