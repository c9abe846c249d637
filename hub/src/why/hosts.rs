//! Sums over the processes of a host: what a probe costs and brings there in all.
//!
//! Knows reports, and no verdict. Invariant: each instance counts on one host, those that went too.

use super::{group, text};
use crate::api::types::{InstanceReport, WhyHost};
use std::collections::BTreeMap;

pub(super) fn hosts(instances: &[InstanceReport]) -> Vec<WhyHost> {
    let mut hosts: BTreeMap<&str, WhyHost> = BTreeMap::new();
    for instance in instances {
        let Some(report) = &instance.report else { continue };
        let host = hosts.entry(&instance.host).or_default();
        instance.host.clone_into(&mut host.host);
        host.instances += 1;
        host.counters.add(&report.counters);
        host.false_uncounted |= report.is_at_least();
        host.delivery.add(&report.delivery);
        host.stored = host.stored.saturating_add(instance.stored);
        host.surplus = host.surplus.saturating_add(instance.surplus);
        host.cost_ppm = host.cost_ppm.saturating_add(u64::from(report.cost_ppm));
    }
    hosts.into_values().map(|host| WhyHost { text: line(&host), ..host }).collect()
}

/// `checkout-1: 4 processes · reached 1,204 · captured 8 · acknowledged 8 · …`.
fn line(host: &WhyHost) -> String {
    let processes = if host.instances == 1 { "process" } else { "processes" };
    let reached = if host.false_uncounted { text::at_least } else { text::count };
    let (hits, captured) = (reached(host.counters.hits), text::count(host.counters.captured));
    let mut line = format!(
        "{}: {} {processes} · reached {hits} · captured {captured}",
        host.host, host.instances
    );
    if host.delivery.taken() > 0 {
        line = format!("{line} · {}", group::deliveries(&host.delivery));
    }
    if host.cost_ppm > 0 {
        line = format!("{line} · {} of a core", text::percent(host.cost_ppm));
    }
    line
}
