//! What all hits of a process share: the guard, the process's quotas, the measure of time.
//!
//! Knows no probe's insides. Invariant: everything is an atomic and nothing waits.

use crate::clock::{self, TickRate};
use crate::ffi;
use crate::quota::{self, Budget, Rate};
use crate::registry::{Probe, Word};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Hits of which one has its cost measured, where measuring each would cost more than the hit.
pub(super) const SAMPLE: u64 = 64;
/// How long the processor's ticks are first counted against the clock.
const CALIBRATION_NS: u64 = 50_000;

/// The gate.
#[derive(Debug)]
pub(super) struct Gate {
    /// Whether a hit is under way: what comes meanwhile is a hit inside it.
    pub(super) inside: Word,
    /// Not 0 in the process that this agent lives in; wiped in a forked child.
    alive: Option<&'static AtomicU32>,
    /// Snapshots of all probes.
    pub(super) snaps: Rate,
    /// Cost of all probes.
    pub(super) budget: Budget,
    /// Hits lost to a defect of ours.
    pub(super) defects: Word,
    hit_cost_ns: u64,
    /// What a hit costs outside the core beyond that, now.
    pub(super) surplus_ns: Word,
    began: (u64, u64),
    tick_rate: AtomicU64,
    /// Ticks that measuring nothing takes.
    idle_ticks: u64,
}

impl Gate {
    pub(super) fn new(hit_cost_ns: u64, budget_ppm: u32) -> Self {
        let alive = ffi::wiped_in_child();
        if let Some(alive) = alive {
            alive.store(1, Ordering::Relaxed);
        }
        let began = (clock::ticks(), clock::monotonic_ns());
        while clock::monotonic_ns() - began.1 < CALIBRATION_NS {
            std::hint::spin_loop();
        }
        let gate = Self {
            inside: Word::default(),
            alive,
            snaps: quota::process_snaps(),
            budget: Budget::new(budget_ppm),
            defects: Word::default(),
            hit_cost_ns,
            surplus_ns: Word::default(),
            began,
            tick_rate: AtomicU64::new(0),
            idle_ticks: idle_ticks(),
        };
        gate.calibrate();
        gate
    }

    /// Measures the ticks again, over the longer span there is now.
    pub(super) fn calibrate(&self) {
        let rate = TickRate::between(self.began, (clock::ticks(), clock::monotonic_ns()));
        self.tick_rate.store(rate.to_bits(), Ordering::Relaxed);
    }

    /// Nanoseconds since `ticks`.
    pub(super) fn since(&self, ticks: u64) -> u64 {
        let rate = TickRate::from_bits(self.tick_rate.load(Ordering::Relaxed));
        rate.ns(clock::ticks().wrapping_sub(ticks).saturating_sub(self.idle_ticks))
    }

    /// Whether this process is a forked child in which nobody said so yet. One load.
    #[inline]
    pub(super) fn is_foreign(&self) -> bool {
        self.alive.is_some_and(|alive| alive.load(Ordering::Relaxed) == 0)
    }

    /// Whether a child is known to be one without being told.
    pub(super) fn notices_forks(&self) -> bool {
        self.alive.is_some()
    }

    /// This child is our process now.
    pub(super) fn reset_in_child(&self) {
        if let Some(alive) = self.alive {
            alive.store(1, Ordering::Relaxed);
        }
        self.inside.set(0);
        self.snaps.reset();
        self.budget.reset();
        self.defects.set(0);
    }

    /// Nanoseconds that a hit costs outside the core.
    fn outside(&self, probe: &Probe) -> u64 {
        let own = match probe.hit_cost_ns.get() {
            0 => self.hit_cost_ns,
            own => own,
        };
        own.saturating_add(self.surplus_ns.get())
    }

    /// Charges `hits` hits that cost `cost_ns` inside the core, all of them together.
    pub(super) fn charge(&self, probe: &Probe, hits: u64, cost_ns: u64) {
        let cost_ns = cost_ns.saturating_add(hits.saturating_mul(self.outside(probe)));
        if cost_ns == 0 {
            return;
        }
        probe.spent_ns.add_shared(cost_ns);
        let now_ns = clock::coarse_ns();
        let own = probe.budget.spend(now_ns, cost_ns);
        let all = self.budget.spend(now_ns, cost_ns);
        if !(own && all) {
            probe.rest();
        }
    }
}

/// What two readings of the ticks are apart at least: not the hit's cost.
fn idle_ticks() -> u64 {
    let span = |_| {
        let ticks = clock::ticks();
        clock::ticks().wrapping_sub(ticks)
    };
    (0..32).map(span).min().unwrap_or(0)
}

/// Measures one span of a hit. A span that looks like a preemption is charged no more than the
/// suspicion; the next one is measured by processor time too, and that verdict counts.
#[derive(Debug)]
pub(super) struct Meter {
    ticks: u64,
    cpu_ns: Option<u64>,
}

impl Meter {
    #[inline]
    pub(super) fn start(probe: &Probe) -> Self {
        let cpu_ns = (probe.suspect.get() != 0).then(clock::thread_cpu_ns);
        Self { ticks: clock::ticks(), cpu_ns }
    }

    /// Nanoseconds that passed, and nanoseconds to charge for them.
    pub(super) fn stop(self, gate: &Gate, probe: &Probe) -> (u64, u64) {
        let took_ns = gate.since(self.ticks);
        let cost_ns = match self.cpu_ns {
            Some(cpu_ns) => took_ns.min(clock::thread_cpu_ns().saturating_sub(cpu_ns)),
            None => took_ns.min(quota::SUSPECT_NS),
        };
        probe.suspect.set(u64::from(took_ns > quota::SUSPECT_NS));
        (took_ns, cost_ns)
    }
}
