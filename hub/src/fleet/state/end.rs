//! How probes end, and what time does.
//!
//! Knows the reasons: limit, expiry, removal, nobody reading along. Invariant: a probe ends once, its
//! end is told once, and every instance that held it is told to let go in the same operation.

use super::{Effects, State};
use crate::api::types::{EndEvent, Event, ProbePhase};
use crate::fleet::instance::Instance;
use crate::fleet::probe::Probe;
use crate::store::KeptReport;
use crate::time;
use stillframe_core::ids::ProbeId;
use stillframe_core::probe::{ProbeReport, ProbeState};

/// Instances that went and are still remembered.
const MAX_GONE: usize = 1_000;

impl Probe {
    /// Counters that come after the end, or after the instance let go, still count; the state then
    /// stays. Whether that is news.
    pub(super) fn last_word(&mut self, instance: &Instance, report: &ProbeReport) -> bool {
        if report.counters.hits == 0 {
            return false;
        }
        if report.revision.checked_add(1) == Some(self.revision()) {
            let kept = KeptReport::of(instance, report.clone());
            return self.record.earlier.late(kept);
        }
        if report.revision != self.revision() {
            return false;
        }
        match self.reports.get_mut(&instance.id).map(|kept| &mut kept.report) {
            None => self.heard(instance, report.clone()),
            Some(kept) if kept.counters.hits <= report.counters.hits => {
                let now = (report.counters, report.delivery);
                let before = std::mem::replace(&mut kept.counters, now.0);
                (before, std::mem::replace(&mut kept.delivery, now.1)) != now
            }
            Some(_) => false,
        }
    }

    /// Whether no instance can capture for it any more.
    fn finished(&self) -> bool {
        use ProbeState::{Done, Expired, Refused, Removed, Stopped};
        self.targets.iter().all(|target| {
            self.reports.get(target).is_some_and(|kept| {
                matches!(kept.report.state, Done | Expired | Refused | Removed | Stopped)
            })
        })
    }
}

impl State {
    pub(in crate::fleet) fn remove(&mut self, id: ProbeId, now_ns: u64, effects: &mut Effects) {
        self.end(id, ProbePhase::Removed, now_ns, effects);
    }

    pub(super) fn end(
        &mut self,
        id: ProbeId,
        phase: ProbePhase,
        now_ns: u64,
        effects: &mut Effects,
    ) {
        let Some(probe) = self.probes.get_mut(&id).filter(|probe| probe.live()) else { return };
        probe.record.phase = phase;
        probe.record.ended_ns = Some(now_ns);
        effects.changed.push(id);
        let by_itself = match phase {
            ProbePhase::Live | ProbePhase::Removed => None,
            ProbePhase::Done => Some("probe done"),
            ProbePhase::Expired => Some("probe expired"),
            ProbePhase::Abandoned => Some("probe abandoned"),
        };
        effects.ended.extend(by_itself.map(|what| (id, what)));
        let nothing = probe.captured() == 0;
        let Some(view) = self.probe_view(id, now_ns) else { return };
        let why = if nothing { self.why(id, now_ns) } else { None };
        let event = EndEvent { time: time::text(now_ns), probe: view, why };
        effects.event(Event::End(Box::new(event)), [id]);
        self.retarget(id, now_ns);
    }

    /// What time does: expiries, leases, instances that did not come back, old memories.
    pub(in crate::fleet) fn tick(&mut self, now_ns: u64, effects: &mut Effects) {
        let times = self.times;
        let passed = |since_ns: u64, span_ns: u64| since_ns.saturating_add(span_ns) <= now_ns;
        let over = |probe: &Probe| {
            let expires_ns = probe.expires_ns();
            let unread = probe.record.lease && probe.readers == 0;
            if passed(expires_ns, times.last_word_ns) || (passed(expires_ns, 0) && probe.finished())
            {
                Some(ProbePhase::Expired)
            } else if unread && passed(probe.unread_since_ns, times.lease_ns) {
                Some(ProbePhase::Abandoned)
            } else {
                None
            }
        };
        let live = self.probes.values().filter(|probe| probe.live());
        let ends: Vec<_> = live.filter_map(|probe| Some((probe.record.id, over(probe)?))).collect();
        for (id, phase) in ends {
            self.end(id, phase, now_ns, effects);
        }
        let away = self.instances.values().filter(|instance| {
            !instance.gone && instance.left_ns.is_some_and(|left| passed(left, times.return_ns))
        });
        for id in away.map(|instance| instance.id).collect::<Vec<_>>() {
            self.gone(id, now_ns, effects);
        }
        self.forget_instances(now_ns);
        self.probes.retain(|_, probe| {
            probe.record.ended_ns.is_none_or(|ended| !passed(ended, times.memory_ns))
        });
    }

    /// Forgets instances that went long ago, and the oldest when there are many: a service that
    /// starts a process a request must not fill the hub.
    fn forget_instances(&mut self, now_ns: u64) {
        let mut gone: Vec<_> = self
            .instances
            .values()
            .filter(|instance| instance.gone)
            .map(|instance| (instance.seen_ns, instance.id))
            .collect();
        gone.sort_unstable();
        let beyond = gone.len().saturating_sub(MAX_GONE);
        for (index, (seen_ns, id)) in gone.into_iter().enumerate() {
            if index < beyond || seen_ns.saturating_add(self.times.gone_ns) <= now_ns {
                self.instances.remove(&id);
            }
        }
    }
}
