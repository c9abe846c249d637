//! What an instance says of its probes.
//!
//! Knows no connection but by its number. Invariant: what is kept of an instance's counts never goes
//! back, and counts that come after it let go are counted too.

use super::{Effects, State};
use crate::api::types::{Event, ProbePhase, ReportEvent};
use crate::fleet::instance::StatusReport;
use crate::time;
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::{ProbeReport, ProbeState};

impl State {
    /// What a connection says that is no longer the instance's is older than what was said since.
    pub(in crate::fleet) fn status(
        &mut self,
        id: InstanceId,
        connection: u64,
        status: StatusReport,
        now_ns: u64,
        effects: &mut Effects,
    ) {
        let Some(instance) = self.instances.get_mut(&id) else { return };
        if instance.connection.as_ref().is_some_and(|held| held.id != connection) {
            return;
        }
        (instance.cost_ppm, instance.notes) = (status.cost_ppm, status.notes);
        instance.seen_ns = now_ns;
        let holds = status.probes.iter().filter(|report| report.state != ProbeState::Removed);
        instance.reports = holds.map(|report| (report.probe, report.clone())).collect();
        for report in status.probes {
            self.report(id, report, now_ns, effects);
        }
    }

    fn report(&mut self, id: InstanceId, report: ProbeReport, now_ns: u64, effects: &mut Effects) {
        let (Some(instance), Some(probe)) =
            (self.instances.get(&id), self.probes.get_mut(&report.probe))
        else {
            return;
        };
        let holds = probe.live() && probe.targets.contains(&id);
        if !holds || report.state == ProbeState::Removed {
            if probe.last_word(instance, &report) {
                effects.changed.push(report.probe);
            }
            return;
        }
        if report.revision != probe.revision() {
            return;
        }
        let armed = report.state == ProbeState::Armed;
        if probe.heard(instance, report.clone()) && !probe.trial {
            let event = ReportEvent {
                time: time::text(now_ns),
                instance: id,
                name: instance.name(),
                service: instance.info.service.clone(),
                version: instance.info.version.clone(),
                is_new: instance.first_seen_ns > probe.record.created_ns,
                report,
            };
            effects.event(Event::Report(Box::new(event)), [probe.record.id]);
        }
        let selector = &probe.record.selector;
        let open = selector.service.is_none() && !selector.all_services;
        let (probe_id, service) = (probe.record.id, instance.info.service.clone());
        let counted = probe.is_counted_out();
        if armed && open && !probe.trial && probe.record.bound.is_none() {
            probe.record.bound = Some(service);
            effects.changed.push(probe_id);
            self.retarget(probe_id, now_ns);
        }
        if counted {
            self.end(probe_id, ProbePhase::Done, now_ns, effects);
        }
    }
}
