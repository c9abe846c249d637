//! One probe: its record, who holds it, what they said, what was stored for it.
//!
//! Knows no rule of when it ends. Invariant: its sums count each instance once, those that went too.

use super::instance::Instance;
use crate::api::types::{InstanceReport, ProbePhase, ProbeView};
use crate::store::{KeptReport, ProbeRecord, Tally};
use crate::time;
use std::collections::{BTreeMap, BTreeSet};
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::durations::Durations;
use stillframe_core::probe::{
    Counters, EXACT, ProbeKind, ProbeReport, ProbeSpec, ProbeState, SourceMatch,
};
use stillframe_core::quota;

/// A probe as the fleet knows it.
pub(super) struct Probe {
    pub record: ProbeRecord,
    /// Connected instances that were told to hold it.
    pub targets: BTreeSet<InstanceId>,
    /// Last word of each instance, of the current revision.
    pub reports: BTreeMap<InstanceId, KeptReport>,
    pub tally: Tally,
    /// What was stored from each instance.
    pub shares: BTreeMap<InstanceId, Tally>,
    /// Only finding out where it would sit.
    pub trial: bool,
    /// Open streams of its events.
    pub readers: u32,
    /// Since when there is no reader.
    pub unread_since_ns: u64,
}

impl KeptReport {
    pub(super) fn of(instance: &Instance, report: ProbeReport) -> Self {
        Self {
            instance: instance.id,
            name: instance.name(),
            service: instance.info.service.clone(),
            version: instance.info.version.clone(),
            report,
        }
    }
}

impl Probe {
    pub(super) fn new(record: ProbeRecord, now_ns: u64) -> Self {
        Self {
            record,
            targets: BTreeSet::new(),
            reports: BTreeMap::new(),
            tally: Tally::default(),
            shares: BTreeMap::new(),
            trial: false,
            readers: 0,
            unread_since_ns: now_ns,
        }
    }

    pub(super) fn live(&self) -> bool {
        self.record.phase == ProbePhase::Live
    }

    pub(super) fn limit(&self) -> Option<u64> {
        self.record.spec.limit
    }

    /// When it expires, wall time.
    pub(super) fn expires_ns(&self) -> u64 {
        self.record.created_ns.saturating_add(quota::expiry_ns(&self.record.spec))
    }

    /// The revision that instances hold now.
    pub(super) fn revision(&self) -> u32 {
        if self.trial { 0 } else { self.record.spec.revision }
    }

    /// What an instance with these capabilities is told: the trial counts only, and the time that is
    /// left is what counts.
    pub(super) fn told(&self, capabilities: &[String], now_ns: u64) -> ProbeSpec {
        let mut spec = self.record.spec.clone();
        // An older agent would refuse a word it does not know, and counts every hit anyway.
        spec.exact &= capabilities.iter().any(|one| *one == EXACT);
        spec.id = Some(self.record.id);
        spec.revision = self.revision();
        spec.expires_ms = Some(time::ms_between(now_ns, self.expires_ns()).max(1));
        // Where nobody asked for one, an application's lower ceiling is no reason to refuse it.
        spec.budget_ppm = spec.budget_ppm.filter(|ppm| *ppm != quota::PROBE_BUDGET_PPM);
        if self.trial && !spec.dry_run {
            // Where a range lies only a time probe finds out.
            if spec.kind != ProbeKind::Time {
                spec.kind = ProbeKind::Count;
            }
            (spec.condition, spec.log, spec.limit) = (None, None, None);
            spec.watches.clear();
        }
        spec
    }

    /// Keeps what an instance said; answers whether more than counters changed.
    pub(super) fn heard(&mut self, instance: &Instance, mut report: ProbeReport) -> bool {
        let before = self.reports.get(&instance.id).map(|kept| &kept.report);
        if let Some(before) = before.filter(|before| before.state == report.state)
            && matches!(report.state, ProbeState::Resting | ProbeState::Stopped)
        {
            // A probe that is off is not hit: what it cost is what it cost when it went off.
            report.why.clone_from(&before.why);
            (report.ns_per_hit, report.hits_per_s) = (before.ns_per_hit, before.hits_per_s);
            report.cost_ppm = before.cost_ppm;
        }
        let changed = before.is_none_or(|before| {
            before.state != report.state
                || before.at != report.at
                || before.why != report.why
                || before.running != report.running
        });
        self.reports.insert(instance.id, KeptReport::of(instance, report));
        changed
    }

    /// It is to be armed anew: instances count from zero, and what they said so far stays counted.
    pub(super) fn begin_anew(&mut self) {
        self.record.spec.revision += 1;
        self.record.earlier.begin(std::mem::take(&mut self.reports).into_values());
    }

    /// Sums over all instances that ever said something.
    pub(super) fn counters(&self) -> Counters {
        let mut sum = self.record.earlier.counters();
        for kept in self.reports.values() {
            sum.add(&kept.report.counters);
        }
        sum
    }

    /// What each instance says: those that hold it, and those that held it as long as they say
    /// something about it.
    pub(super) fn instance_reports(
        &self,
        instances: &BTreeMap<InstanceId, Instance>,
    ) -> Vec<InstanceReport> {
        let holding = self.targets.iter().filter_map(|id| instances.get(id));
        let mut all: Vec<InstanceReport> = holding
            .map(|instance| {
                let info = &instance.info;
                let (name, service) = (instance.name(), info.service.clone());
                let report = self.reports.get(&instance.id).map(|kept| kept.report.clone());
                let names = (name, service, info.version.clone());
                let connected = instance.connection.is_some();
                InstanceReport { connected, ..self.instance_report(instance.id, names, report) }
            })
            .collect();
        for (id, kept) in self.reports.iter().filter(|(id, _)| !self.targets.contains(id)) {
            let found = instances.get(id);
            let runs = found.is_some_and(|found| !found.gone);
            if self.live() && runs && kept.report.counters.hits == 0 {
                // It holds the probe no more, and explains nothing.
                continue;
            }
            let names = (kept.name.clone(), kept.service.clone(), kept.version.clone());
            let report = self.instance_report(*id, names, Some(kept.report.clone()));
            let connected = found.is_some_and(|found| found.connection.is_some());
            all.push(InstanceReport { connected, holds: false, ..report });
        }
        all
    }

    /// The report of an instance that holds it.
    fn instance_report(
        &self,
        id: InstanceId,
        (name, service, version): (String, String, Option<String>),
        report: Option<ProbeReport>,
    ) -> InstanceReport {
        let share = self.shares.get(&id).copied().unwrap_or_default();
        let host = name.rsplit_once('/').map_or(name.as_str(), |(host, _)| host).to_owned();
        let (stored, surplus) = (share.stored, share.surplus);
        let (connected, holds) = (true, true);
        InstanceReport {
            id,
            name,
            host,
            service,
            version,
            connected,
            holds,
            report,
            stored,
            surplus,
        }
    }

    pub(super) fn view(
        &self,
        instances: &BTreeMap<InstanceId, Instance>,
        matching: usize,
        now_ns: u64,
    ) -> ProbeView {
        let record = &self.record;
        let states = self.states();
        let count = |wanted: &[ProbeState]| {
            number(states.iter().filter(|state| state.is_some_and(|s| wanted.contains(&s))).count())
        };
        let asked = record.spec.location.line;
        let moved = |id: &InstanceId| {
            let at = self.reports.get(id).and_then(|kept| kept.report.at.as_ref());
            let elsewhere = |line: u32| asked.is_some_and(|asked| asked != line);
            at.is_some_and(|at| at.source == SourceMatch::Moved || elsewhere(at.line))
        };
        ProbeView {
            id: record.id,
            spec: record.spec.clone(),
            location: record.spec.location.to_string(),
            selector: record.selector.clone(),
            services: self.services(instances),
            by: record.by.clone(),
            created: time::text(record.created_ns),
            age_ms: time::ms_between(record.created_ns, now_ns),
            phase: record.phase,
            ended: record.ended_ns.map(time::text),
            lasted_ms: record.ended_ns.map(|ended| time::ms_between(record.created_ns, ended)),
            ends_in_ms: self.live().then(|| time::ms_between(now_ns, self.expires_ns())),
            instances: number(states.len()),
            armed: count(&[ProbeState::Armed, ProbeState::Resting]),
            moved: number(self.targets.iter().filter(|id| moved(id)).count()),
            pending: count(&[ProbeState::Pending])
                + number(states.iter().filter(|state| state.is_none()).count()),
            refused: count(&[ProbeState::Refused]),
            stopped: count(&[ProbeState::Stopped]),
            captured_on: number(self.shares.values().filter(|share| share.stored > 0).count()),
            chosen: record.chosen.as_ref().map(|_| self.names(instances)),
            matching: number(matching),
            unable: 0,
            counters: self.counters(),
            false_uncounted: self.is_at_least(),
            captured: self.captured(),
            durations: self.durations(),
            surplus: self.tally.surplus,
            lease: record.lease,
            frozen: None,
        }
    }

    /// Whether a limit is reached that only the instances' counts tell of. A passage counts when it was
    /// measured, not when it began.
    pub(super) fn is_counted_out(&self) -> bool {
        let counted = match self.record.spec.kind {
            ProbeKind::Count => self.counters().captured,
            ProbeKind::Time => {
                let all = self.all_durations();
                all.map(|one| one.ended.saturating_add(one.lost)).fold(0, u64::saturating_add)
            }
            ProbeKind::Snap | ProbeKind::Log => return false,
        };
        self.limit().is_some_and(|limit| counted >= limit)
    }

    /// Whether the line may have run more often than the counters say.
    fn is_at_least(&self) -> bool {
        let now = self.reports.values().any(|kept| kept.report.is_at_least());
        now || self.record.earlier.is_at_least()
    }

    /// What was measured, over all instances that ever said something.
    fn durations(&self) -> Option<Durations> {
        Durations::added(self.all_durations())
    }

    fn all_durations(&self) -> impl Iterator<Item = &Durations> + Clone {
        let now = self.reports.values().filter_map(|kept| kept.report.durations.as_ref());
        self.record.earlier.durations().chain(now)
    }

    /// What was captured: stored, or for a count what was counted.
    pub(super) fn captured(&self) -> u64 {
        match self.record.spec.kind {
            ProbeKind::Count | ProbeKind::Time => self.counters().captured,
            ProbeKind::Snap | ProbeKind::Log => self.tally.stored,
        }
    }

    /// The states on the instances that hold it; when it ended, on those that held it.
    fn states(&self) -> Vec<Option<ProbeState>> {
        let state = |id: &InstanceId| self.reports.get(id).map(|kept| kept.report.state);
        if self.live() {
            self.targets.iter().map(state).collect()
        } else {
            self.reports.keys().map(state).collect()
        }
    }

    fn services(&self, instances: &BTreeMap<InstanceId, Instance>) -> Vec<String> {
        let held = self.targets.iter().filter_map(|id| instances.get(id));
        let held = held.map(|instance| &instance.info.service);
        let all: BTreeSet<_> =
            held.chain(self.reports.values().map(|kept| &kept.service)).cloned().collect();
        all.into_iter().collect()
    }

    fn names(&self, instances: &BTreeMap<InstanceId, Instance>) -> Vec<String> {
        self.targets.iter().filter_map(|id| instances.get(id)).map(Instance::name).collect()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
