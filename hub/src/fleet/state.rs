//! The rules: who holds which probe, when a probe ends, what is told about it.
//!
//! Pure state; instants come in, and what is to be told and saved goes out as [`Effects`]. Invariant:
//! after each operation every connected instance has been told exactly the set of its targets.

use super::choose;
use super::instance::{Connection, Hello, Instance};
use super::probe::Probe;
use super::{ProbeSet, Told};
use crate::api::types::{
    Event, InstanceEvent, InstanceReport, InstanceView, LEASE_S, ProbePhase, ProbeView, WhyView,
};
use crate::store::{FreezeRecord, Outcome, ProbeRecord, Tally};
use crate::{time, why};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::{ProbeReport, ProbeState};
use stillframe_core::transport::message::InstanceInfo;

mod end;
mod freeze;
mod report;

/// How long things are waited for, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// Without a reader a followed probe is removed after this.
    pub lease_ns: u64,
    /// An instance whose connection broke may be back within this.
    pub return_ns: u64,
    /// After its expiry a probe waits this long for the instances' last word.
    pub last_word_ns: u64,
    /// Probes that ended are remembered this long.
    pub memory_ns: u64,
    /// Instances that went are remembered this long.
    pub gone_ns: u64,
}

impl Default for Times {
    fn default() -> Self {
        const SECOND_NS: u64 = 1_000_000_000;
        Self {
            lease_ns: LEASE_S * SECOND_NS,
            return_ns: 3 * SECOND_NS,
            last_word_ns: 3 * SECOND_NS / 2,
            memory_ns: 7 * 24 * 3_600 * SECOND_NS,
            gone_ns: 3_600 * SECOND_NS,
        }
    }
}

/// What follows from an operation.
#[derive(Default)]
pub(super) struct Effects {
    pub told: Vec<Told>,
    /// Probes whose record changed.
    pub changed: Vec<ProbeId>,
    /// Probes that nobody took away and that ended, with what the audit calls that.
    pub ended: Vec<(ProbeId, &'static str)>,
}

impl Effects {
    fn event(&mut self, event: Event, probes: impl IntoIterator<Item = ProbeId>) {
        let probes = probes.into_iter().collect();
        self.told.push(Told::Event { event: Arc::new(event), probes });
    }
}

/// An instance that a wish fits.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub service: String,
    /// `HOST/PID`.
    pub name: String,
    /// `python 3.12.1`.
    pub runtime: String,
    /// Probes it holds already.
    pub holds: usize,
}

pub(super) struct State {
    times: Times,
    instances: BTreeMap<InstanceId, Instance>,
    probes: BTreeMap<ProbeId, Probe>,
    frozen: Option<FreezeRecord>,
}

impl State {
    pub(super) fn new(times: Times, frozen: Option<FreezeRecord>) -> Self {
        Self { times, instances: BTreeMap::new(), probes: BTreeMap::new(), frozen }
    }

    /// Takes over a probe from the store.
    pub(super) fn load(
        &mut self,
        mut record: ProbeRecord,
        tally: Tally,
        shares: BTreeMap<InstanceId, Tally>,
        now_ns: u64,
    ) {
        let kept = std::mem::take(&mut record.reports);
        let mut probe = Probe::new(record, now_ns);
        probe.reports = kept.into_iter().map(|kept| (kept.instance, kept)).collect();
        (probe.tally, probe.shares) = (tally, shares);
        self.probes.insert(probe.record.id, probe);
    }

    // Instances.

    pub(super) fn info_of(&self, id: InstanceId) -> Option<InstanceInfo> {
        self.instances.get(&id).map(|instance| instance.info.clone())
    }

    pub(super) fn connection(&self, id: InstanceId) -> Option<Connection> {
        self.instances.get(&id)?.connection.clone()
    }

    pub(super) fn hello(
        &mut self,
        hello: Hello,
        connection: Connection,
        now_ns: u64,
        effects: &mut Effects,
    ) {
        let id = hello.id;
        let came = match self.instances.get_mut(&id) {
            None => {
                self.instances.insert(id, Instance::new(hello, connection, now_ns));
                true
            }
            Some(known) => {
                let came = known.gone;
                (known.info, known.capabilities) = (hello.info, hello.capabilities);
                known.connection = Some(connection);
                known.holds.clear();
                (known.connected_ns, known.seen_ns) = (now_ns, now_ns);
                (known.left_ns, known.gone) = (None, false);
                came
            }
        };
        self.retarget_all(now_ns);
        // Its connection is new: it is told its set even where the set is as before.
        self.push(id, now_ns);
        if came {
            self.tell_instance(id, true, now_ns, effects);
        }
    }

    pub(super) fn info(
        &mut self,
        id: InstanceId,
        info: InstanceInfo,
        now_ns: u64,
        _effects: &mut Effects,
    ) {
        let Some(instance) = self.instances.get_mut(&id) else { return };
        (instance.info, instance.seen_ns) = (info, now_ns);
        self.retarget_all(now_ns);
    }

    pub(super) fn left(
        &mut self,
        id: InstanceId,
        connection: u64,
        goodbye: bool,
        now_ns: u64,
        effects: &mut Effects,
    ) {
        let Some(instance) = self.instances.get_mut(&id) else { return };
        if instance.connection.as_ref().is_none_or(|held| held.id != connection) {
            return;
        }
        instance.connection = None;
        instance.left_ns = Some(now_ns);
        // What it said is its last word, should the hub be restarted before it is back.
        let heard = self.probes.values().filter(|probe| probe.reports.contains_key(&id));
        effects.changed.extend(heard.map(|probe| probe.record.id));
        if goodbye {
            self.gone(id, now_ns, effects);
        }
    }

    fn gone(&mut self, id: InstanceId, now_ns: u64, effects: &mut Effects) {
        let Some(instance) = self.instances.get_mut(&id) else { return };
        instance.gone = true;
        self.tell_instance(id, false, now_ns, effects);
        self.retarget_all(now_ns);
    }

    fn tell_instance(&self, id: InstanceId, came: bool, now_ns: u64, effects: &mut Effects) {
        let Some(instance) = self.instances.get(&id) else { return };
        let event =
            InstanceEvent { time: time::text(now_ns), came, instance: instance.view(now_ns) };
        let holding = self.probes.values().filter(|probe| probe.targets.contains(&id));
        effects.event(Event::Instance(Box::new(event)), holding.map(|probe| probe.record.id));
    }

    // Probes.

    pub(super) fn candidates(&self, record: &ProbeRecord) -> Vec<Candidate> {
        self.matching(record)
            .into_iter()
            .map(|instance| Candidate {
                service: instance.info.service.clone(),
                name: instance.name(),
                runtime: instance.info.runtime.clone(),
                holds: instance.holds.len(),
            })
            .collect()
    }

    /// Names of the instances that are meant and take no probe of this kind.
    pub(super) fn unable(&self, record: &ProbeRecord) -> Vec<String> {
        let present = self.instances.values().filter(|instance| !instance.gone);
        let meant = present.filter(|instance| choose::is_meant(record, instance));
        meant.filter(|instance| !choose::takes(record, instance)).map(Instance::name).collect()
    }

    pub(super) fn services(&self) -> Vec<String> {
        let present = self.instances.values().filter(|i| !i.gone && !i.info.launcher);
        let all: BTreeSet<_> = present.map(|instance| instance.info.service.clone()).collect();
        all.into_iter().collect()
    }

    pub(super) fn insert(
        &mut self,
        record: ProbeRecord,
        trial: bool,
        now_ns: u64,
        _effects: &mut Effects,
    ) -> bool {
        let id = record.id;
        if self.probes.contains_key(&id) {
            return false;
        }
        let mut probe = Probe::new(record, now_ns);
        probe.trial = trial;
        self.probes.insert(id, probe);
        if !trial {
            self.choose(id);
        }
        self.retarget(id, now_ns);
        true
    }

    pub(super) fn armed_services(&self, id: ProbeId) -> Vec<String> {
        let Some(probe) = self.probes.get(&id) else { return Vec::new() };
        let wanted = if probe.record.spec.dry_run { ProbeState::Done } else { ProbeState::Armed };
        let armed = probe.reports.values().filter(|kept| kept.report.state == wanted);
        let all: BTreeSet<_> = armed.map(|kept| kept.service.clone()).collect();
        all.into_iter().collect()
    }

    pub(super) fn arm(&mut self, id: ProbeId, now_ns: u64, _effects: &mut Effects) {
        let services = self.armed_services(id);
        let Some(probe) = self.probes.get_mut(&id) else { return };
        probe.trial = false;
        if let [only] = services.as_slice() {
            probe.record.bound = Some(only.clone());
        }
        // What was said so far was said about the trial.
        probe.reports.clear();
        let held = probe.targets.clone();
        self.choose(id);
        self.retarget(id, now_ns);
        // Those that held the trial and go on are told that it is earnest now.
        held.into_iter().for_each(|instance| self.push(instance, now_ns));
    }

    pub(super) fn withdraw(&mut self, id: ProbeId, now_ns: u64, _effects: &mut Effects) {
        let Some(probe) = self.probes.remove(&id) else { return };
        for target in probe.targets {
            self.push(target, now_ns);
        }
    }

    pub(super) fn settled(&self, id: ProbeId) -> bool {
        let Some(probe) = self.probes.get(&id) else { return true };
        let waiting = |report: &ProbeReport| {
            report.state == ProbeState::Pending
                && report.why.as_ref().is_none_or(|why| why.code == "waiting_for_runtime")
        };
        !probe.live()
            || probe
                .targets
                .iter()
                .all(|target| probe.reports.get(target).is_some_and(|kept| !waiting(&kept.report)))
    }

    pub(super) fn limit(&self, id: ProbeId) -> Option<u64> {
        self.probes.get(&id)?.limit()
    }

    pub(super) fn record(&self, id: ProbeId) -> Option<ProbeRecord> {
        let probe = self.probes.get(&id)?;
        let mut record = probe.record.clone();
        record.reports = probe.reports.values().cloned().collect();
        Some(record)
    }

    pub(super) fn stored(&mut self, outcomes: Vec<Outcome>, now_ns: u64, effects: &mut Effects) {
        for outcome in outcomes {
            match outcome {
                Outcome::Duplicate => {}
                Outcome::Surplus(surplus) => {
                    if let Some(probe) = self.probes.get_mut(&surplus.probe) {
                        probe.tally.surplus += 1;
                        probe.shares.entry(surplus.instance).or_default().surplus += 1;
                    }
                }
                Outcome::Stored(stored) => {
                    let (id, number) = (stored.probe, stored.number);
                    let instance = stored.instance;
                    effects.told.push(Told::Snapshot(Arc::new(*stored)));
                    let Some(probe) = self.probes.get_mut(&id) else { continue };
                    probe.tally.stored = number;
                    probe.shares.entry(instance).or_default().stored += 1;
                    if probe.limit().is_some_and(|limit| number >= limit) {
                        self.end(id, ProbePhase::Done, now_ns, effects);
                    }
                }
            }
        }
    }

    pub(super) fn reader(&mut self, id: ProbeId, change: i32, now_ns: u64) {
        let Some(probe) = self.probes.get_mut(&id) else { return };
        probe.readers = probe.readers.saturating_add_signed(change);
        probe.unread_since_ns = now_ns;
    }

    // Sets.

    fn matching(&self, record: &ProbeRecord) -> Vec<&Instance> {
        let present = self.instances.values().filter(|instance| !instance.gone);
        present.filter(|instance| choose::matches(record, instance)).collect()
    }

    fn retarget_all(&mut self, now_ns: u64) {
        let live: Vec<_> = self
            .probes
            .values()
            .filter(|probe| probe.live())
            .map(|probe| probe.record.id)
            .collect();
        for id in live {
            self.retarget(id, now_ns);
        }
    }

    /// Finds out anew who holds a probe, and tells those for whom something changed.
    fn retarget(&mut self, id: ProbeId, now_ns: u64) {
        let Some(probe) = self.probes.get(&id) else { return };
        let mut targets = BTreeSet::new();
        let mut chosen = probe.record.chosen.clone();
        if probe.live() && self.frozen.is_none() {
            let matching = self.matching(&probe.record);
            targets = matching.iter().map(|instance| instance.id).collect();
            if let Some(chosen) = &mut chosen {
                // Those that went are replaced.
                chosen.retain(|instance| targets.contains(instance));
                let wanted = choose::wanted_of_many(probe.record.count);
                choose::fill(chosen, wanted, &probe.record, &matching);
                targets.clone_from(chosen);
            }
        }
        let Some(probe) = self.probes.get_mut(&id) else { return };
        probe.record.chosen = chosen;
        let before = std::mem::replace(&mut probe.targets, targets.clone());
        if probe.live() {
            // One that runs on without the probe, a launcher or another service, explains nothing.
            for id in before.difference(&targets) {
                let runs = self.instances.get(id).is_some_and(|instance| !instance.gone);
                if runs && probe.reports.get(id).is_some_and(|k| k.report.counters.hits == 0) {
                    probe.reports.remove(id);
                }
            }
        }
        for instance in before.symmetric_difference(&targets) {
            self.push(*instance, now_ns);
        }
    }

    /// Decides whether the probe is for some of its instances only.
    fn choose(&mut self, id: ProbeId) {
        let Some(probe) = self.probes.get(&id) else { return };
        let matching = self.matching(&probe.record).len();
        let some = choose::wanted(probe.record.count, matching).is_some();
        if let Some(probe) = self.probes.get_mut(&id) {
            probe.record.chosen = some.then(BTreeSet::new);
        }
    }

    /// Tells an instance its set, if it is another one than it was told last.
    fn push(&mut self, id: InstanceId, now_ns: u64) {
        let Some(instance) = self.instances.get_mut(&id) else { return };
        let Some(connection) = &instance.connection else { return };
        let before: ProbeSet = Arc::clone(&connection.probes.borrow());
        let held = self.probes.values().filter(|probe| probe.targets.contains(&id));
        let set: Vec<_> = held
            .map(|probe| {
                // As it was told before, so that the time that is left is not told anew.
                let same = before.iter().find(|spec| {
                    spec.id == Some(probe.record.id) && spec.revision == probe.revision()
                });
                same.cloned().unwrap_or_else(|| probe.told(&instance.capabilities, now_ns))
            })
            .collect();
        instance.holds = set.iter().filter_map(|spec| spec.id).collect();
        if *before != set {
            connection.probes.send_replace(Arc::new(set));
        }
    }

    // Views.

    pub(super) fn instance_views(&self, all: bool, now_ns: u64) -> Vec<InstanceView> {
        let shown = |instance: &&Instance| all || (!instance.gone && !instance.info.launcher);
        self.instances.values().filter(shown).map(|instance| instance.view(now_ns)).collect()
    }

    pub(super) fn probe_views(&self, ended: bool, now_ns: u64) -> Vec<ProbeView> {
        let shown = |probe: &&Probe| !probe.trial && (ended || probe.live());
        let mut shown: Vec<_> = self.probes.values().filter(shown).collect();
        shown.sort_by_key(|probe| (probe.record.created_ns, probe.record.id));
        shown.into_iter().map(|probe| self.view(probe, now_ns)).collect()
    }

    fn view(&self, probe: &Probe, now_ns: u64) -> ProbeView {
        let frozen = self.frozen_view().filter(|_| probe.live());
        let matching = self.matching(&probe.record).len();
        let unable = u32::try_from(self.unable(&probe.record).len()).unwrap_or(u32::MAX);
        ProbeView { frozen, unable, ..probe.view(&self.instances, matching, now_ns) }
    }

    pub(super) fn probe_view(&self, id: ProbeId, now_ns: u64) -> Option<ProbeView> {
        self.probes.get(&id).map(|probe| self.view(probe, now_ns))
    }

    pub(super) fn preview(&self, record: ProbeRecord, now_ns: u64) -> ProbeView {
        let mut probe = Probe::new(record, now_ns);
        let matching = self.matching(&probe.record);
        probe.targets = matching.iter().map(|instance| instance.id).collect();
        if let Some(wanted) = choose::wanted(probe.record.count, matching.len()) {
            let mut chosen = BTreeSet::new();
            choose::fill(&mut chosen, wanted, &probe.record, &matching);
            probe.targets = chosen.clone();
            probe.record.chosen = Some(chosen);
        }
        probe.view(&self.instances, matching.len(), now_ns)
    }

    pub(super) fn reports(&self, id: ProbeId) -> Vec<InstanceReport> {
        let Some(probe) = self.probes.get(&id) else { return Vec::new() };
        probe.instance_reports(&self.instances)
    }

    pub(super) fn why(&self, id: ProbeId, now_ns: u64) -> Option<WhyView> {
        let view = self.probe_view(id, now_ns)?;
        Some(why::explain(view, self.reports(id), &self.services()))
    }
}
