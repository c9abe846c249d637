//! The brake: while the hub is frozen nobody holds a probe.
//!
//! Knows who may hold what, not who may brake. Invariant: probes live on while it is on, with their
//! time, and are armed as a new revision when it is let go, so that counts of before and after are kept
//! apart.

use super::{Effects, State};
use crate::api::types::{Event, FreezeEvent, FreezeView, Frozen};
use crate::store::FreezeRecord;
use crate::time;

impl State {
    /// Who froze the hub, if it is.
    pub(in crate::fleet) fn frozen(&self) -> Option<&FreezeRecord> {
        self.frozen.as_ref()
    }

    pub(in crate::fleet) fn freeze(&mut self, by: &str, now_ns: u64, effects: &mut Effects) {
        if self.frozen.is_none() {
            self.frozen = Some(FreezeRecord { by: by.to_owned(), since_ns: now_ns });
            self.change(by, now_ns, effects);
        }
    }

    pub(in crate::fleet) fn unfreeze(&mut self, by: &str, now_ns: u64, effects: &mut Effects) {
        if self.frozen.take().is_none() {
            return;
        }
        for probe in self.probes.values_mut().filter(|probe| probe.live()) {
            probe.begin_anew();
            effects.changed.push(probe.record.id);
        }
        self.change(by, now_ns, effects);
    }

    fn change(&mut self, by: &str, now_ns: u64, effects: &mut Effects) {
        let frozen = self.frozen.is_some();
        let event = FreezeEvent { time: time::text(now_ns), by: by.to_owned(), frozen };
        let live = self.probes.values().filter(|probe| probe.live());
        let live: Vec<_> = live.map(|probe| probe.record.id).collect();
        effects.event(Event::Freeze(Box::new(event)), live);
        self.retarget_all(now_ns);
    }

    pub(super) fn frozen_view(&self) -> Option<Frozen> {
        let frozen = self.frozen.as_ref()?;
        Some(Frozen { by: frozen.by.clone(), since: time::text(frozen.since_ns) })
    }

    pub(in crate::fleet) fn freeze_view(&self) -> FreezeView {
        let probes = self.probes.values().filter(|probe| probe.live() && !probe.trial);
        let connected = || {
            let all = self.instances.values();
            all.filter(|instance| instance.connection.is_some() && !instance.info.launcher)
        };
        // An application may have probes of its own as well.
        let holds = connected()
            .filter(|instance| instance.reports.keys().any(|id| self.probes.contains_key(id)));
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        FreezeView {
            frozen: self.frozen_view(),
            probes: number(probes.count()),
            instances: number(connected().count()),
            holding: number(holds.count()),
        }
    }
}
