//! What must hold: the two equations for each probe, and that readers have what is acknowledged.
//!
//! Knows the counters' meanings. Invariant: every comparison is to the unit.

use super::hub::Key;
use super::stage::{Reader, Stage, held};
use crate::ids::{InstanceId, ProbeId};
use crate::probe::{Counters, Delivery, ProbeKind};
use crate::registry::{Origin, Probe};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Every probe this process ever hooked, with the test's own count of its hits.
fn probes(stage: &Stage) -> Vec<(Arc<Probe>, u64)> {
    let mut probes: Vec<(Arc<Probe>, u64)> = Vec::new();
    for site in stage.agent.sites.iter() {
        let hits = stage.truth[site.index as usize].load(Ordering::Relaxed);
        match probes.iter_mut().find(|(probe, _)| Arc::ptr_eq(probe, &site.probe)) {
            Some((_, sum)) => *sum += hits,
            None => probes.push((Arc::clone(&site.probe), hits)),
        }
    }
    probes
}

/// Both equations, in a process that is quiet.
pub(super) fn process(stage: &Stage) {
    let mut waiting = 0;
    let life = stage.agent.life();
    // Held over both, or an acknowledgement could come between the counters and the frames.
    let spool = held(&life.spool);
    for (probe, truth) in probes(stage) {
        let (counters, delivery) = (probe.tally.read(), probe.deliveries.read());
        let what = || format!("{} r{}: {counters:?} {delivery:?}", probe.id, probe.spec.revision);
        assert_eq!(counters.hits, truth, "hits of {}", what());
        let captured = if probe.spec.kind == ProbeKind::Count { 0 } else { counters.captured };
        assert_eq!(captured, delivery.taken(), "captures of {}", what());
        waiting += delivery.spooled;
    }
    let frames = spool.len() as u64;
    drop(spool);
    assert!(waiting >= frames, "{waiting} captures wait in {frames} frames");
    assert!(frames > 0 || waiting == 0, "{waiting} captures wait nowhere");
    let status = stage.agent.status();
    for report in status.probes {
        let (counters, delivery) = (report.counters, report.delivery);
        assert_eq!(counters.since(&Counters::default()), counters, "{report:?}");
        let counts = counters.captured > 0 && delivery.taken() == 0;
        assert!(counts || counters.captured == delivery.taken(), "{report:?}");
    }
}

/// What one process counted in the end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    instance: InstanceId,
    /// Whether it ended in good order, which a hub that is away does not hold up.
    stopped: bool,
    /// Calls of the sink's function.
    called: u64,
    probes: Vec<Row>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    probe: ProbeId,
    revision: u32,
    of_hub: bool,
    /// Whether its captures go to a function of its own.
    has_reader: bool,
    counters: Counters,
    delivery: Delivery,
    /// Under the present id of the instance alone, where the probe is still known.
    under_id: Option<(Counters, Delivery)>,
}

impl Account {
    pub(super) fn of(stage: &Stage) -> Self {
        let instance = *held(&stage.agent.life().instance);
        let control = held(&stage.agent.life().control);
        let row = |probe: &Arc<Probe>| {
            let entry = control.entries.get(&probe.id);
            let entry = entry.filter(|entry| Arc::ptr_eq(&entry.probe, probe));
            Row {
                probe: probe.id,
                revision: probe.spec.revision,
                of_hub: probe.origin == Origin::Hub,
                has_reader: probe.reader.is_some(),
                counters: probe.tally.read(),
                delivery: probe.deliveries.read(),
                under_id: entry.map(super::super::super::control::Entry::account),
            }
        };
        let probes = probes(stage).iter().map(|(probe, _)| row(probe)).collect();
        let stopped = stage.agent.life().is_stopping();
        Self { instance, stopped, called: stage.called.load(Ordering::Relaxed), probes }
    }

    /// Leaves it for the process that began the schedule.
    pub(super) fn keep(&self, folder: &Path) {
        let text = serde_json::to_vec(self).expect("it has a text");
        let path = folder.join(format!("{}.account", std::process::id()));
        std::fs::write(path, text).expect("the folder is writable");
    }

    /// All accounts of a schedule.
    pub(super) fn all(folder: &Path, own: Self) -> Vec<Self> {
        let files = std::fs::read_dir(folder).expect("the folder is there").flatten();
        let files = files.filter(|file| file.path().extension().is_some_and(|e| e == "account"));
        let read = |file: std::fs::DirEntry| {
            let text = std::fs::read(file.path()).expect("it was written");
            serde_json::from_slice(&text).expect("it is an account")
        };
        files.map(read).chain([own]).collect()
    }
}

/// The hub has heard the last word about everything it took away.
pub(super) fn told(stage: &Stage) {
    let Some(hub) = &stage.hub else { return };
    hub.state().probes.clear();
    let life = stage.agent.life();
    stage.until("the hub's last word", || {
        // Else it would hear it within the second.
        life.announce();
        let control = held(&life.control);
        let mut of_hub = control.entries.values().filter(|e| e.probe.origin == Origin::Hub);
        of_hub.all(|entry| entry.is_dormant())
    });
    let instance = *held(&life.instance);
    let account = Account::of(stage);
    stage.until("the status", || {
        life.announce();
        let state = hub.state();
        account.probes.iter().filter(|row| row.of_hub).all(|row| {
            let key = (instance, row.probe, row.revision);
            let heard = state.heard.get(&key);
            row.under_id.is_none_or(|under_id| {
                under_id.0.hits == 0 || heard.is_some_and(|heard| *heard == under_id)
            })
        })
    });
}

/// What is acknowledged is what readers have.
pub(super) fn readers(stage: &Stage, accounts: &[Account]) {
    for account in accounts.iter().filter(|account| !account.stopped) {
        for row in &account.probes {
            assert!(stage.hub.is_none() || row.delivery.spooled == 0, "{row:?}");
        }
    }
    let acknowledged = |account: &Account| -> u64 {
        let rows = account.probes.iter().filter(|row| !row.has_reader);
        rows.map(|row| row.delivery.acknowledged).sum()
    };
    let sum: u64 = accounts.iter().map(acknowledged).sum();
    match stage.reader {
        Reader::Hub => accounts.iter().for_each(|account| stored(stage, account)),
        // Captures that go to a function of the probe's own leave a copy.
        Reader::Folder => {
            let rows = accounts.iter().flat_map(|account| &account.probes);
            let rows = rows.filter(|row| row.has_reader);
            let copies = rows.map(|row| row.delivery.taken() - row.delivery.refused_by_check);
            assert_eq!(lines(&stage.folder.join("results")), sum + copies.sum::<u64>());
        }
        Reader::Nowhere => assert_eq!(sum, 0),
        Reader::Function => {
            let called: u64 = accounts.iter().map(|account| account.called).sum();
            assert!(called >= sum, "{called} calls, {sum} acknowledged");
        }
    }
    if let Some(hub) = &stage.hub {
        assert_eq!(hub.state().faults, Vec::<String>::new());
    }
}

fn stored(stage: &Stage, account: &Account) {
    let Some(hub) = &stage.hub else { return };
    let mut sums: BTreeMap<Key, Delivery> = BTreeMap::new();
    for row in account.probes.iter().filter(|row| !row.has_reader) {
        let under_id = row.under_id.map_or(row.delivery, |(_, delivery)| delivery);
        let key = (account.instance, row.probe, row.revision);
        sums.entry(key).or_default().add(&under_id);
    }
    for (key, delivery) in sums {
        let stored = hub.stored(key);
        // What a stopped process could not wait for may have come or not.
        let most = delivery.acknowledged + delivery.spooled;
        let is_exact = (delivery.acknowledged..=most).contains(&stored);
        assert!(is_exact, "stored of {key:?}: {stored}, {delivery:?}: {account:#?}");
    }
}

/// Lines of all files of results.
fn lines(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let texts = files.map(|file| std::fs::read_to_string(file.path()).expect("it is text"));
    texts.map(|text| text.lines().count() as u64).sum()
}
