//! Which instances a probe is for.
//!
//! Pure rules over names and numbers. Invariant: a launcher is never chosen, and the same probe and
//! the same instances give the same choice.

use super::instance::Instance;
use crate::api::types::{CHOSEN_INSTANCES, InstanceCount, MANY_INSTANCES};
use crate::store::ProbeRecord;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use stillframe_core::ids::InstanceId;
use stillframe_core::probe::DRY_RUN;

/// Whether the probe's selector and kind fit the instance, chosen or not.
pub(super) fn matches(record: &ProbeRecord, instance: &Instance) -> bool {
    is_meant(record, instance) && takes(record, instance)
}

/// Whether the probe's selector fits the instance.
pub(super) fn is_meant(record: &ProbeRecord, instance: &Instance) -> bool {
    let (selector, info) = (&record.selector, &instance.info);
    let service = selector.service.as_ref().or(record.bound.as_ref());
    !info.launcher
        && service.is_none_or(|service| *service == info.service)
        && selector.version.as_ref().is_none_or(|version| info.version.as_ref() == Some(version))
        && selector.labels.iter().all(|(key, value)| info.labels.get(key) == Some(value))
}

/// Whether the instance says that it takes probes of this kind: it may not know it, or its application
/// may forbid it.
pub(super) fn takes(record: &ProbeRecord, instance: &Instance) -> bool {
    let kind = record.spec.kind.word();
    (instance.capabilities.is_empty()
        || instance.capabilities.iter().any(|capability| *capability == kind))
        && (!record.spec.dry_run || instance.capabilities.iter().any(|one| *one == DRY_RUN))
}

/// How many instances a probe has that is not on all.
pub(super) fn wanted_of_many(count: Option<InstanceCount>) -> usize {
    match count {
        Some(InstanceCount::Some(count)) => usize::try_from(count).unwrap_or(usize::MAX),
        Some(InstanceCount::All) | None => CHOSEN_INSTANCES,
    }
}

/// How many instances a probe gets of `matching`; `None`: all, and all to come.
pub(super) fn wanted(count: Option<InstanceCount>, matching: usize) -> Option<usize> {
    match count {
        Some(InstanceCount::All) => None,
        Some(InstanceCount::Some(count)) => Some(usize::try_from(count).unwrap_or(usize::MAX)),
        None => (matching > MANY_INSTANCES).then_some(CHOSEN_INSTANCES),
    }
}

/// Adds instances to `chosen` until there are `wanted`: first those whose version, then those
/// whose host, has the fewest already.
pub(super) fn fill(
    chosen: &mut BTreeSet<InstanceId>,
    wanted: usize,
    record: &ProbeRecord,
    matching: &[&Instance],
) {
    let order = |instance: &Instance| {
        let digest = Sha256::new().chain_update(record.id.to_string()).chain_update(instance.id.0);
        <[u8; 32]>::from(digest.finalize())
    };
    while chosen.len() < wanted {
        let like = |is_like: &dyn Fn(&Instance) -> bool| {
            matching.iter().filter(|other| chosen.contains(&other.id) && is_like(other)).count()
        };
        let next = matching.iter().filter(|instance| !chosen.contains(&instance.id)).min_by_key(
            |instance| {
                (
                    like(&|other| other.info.version == instance.info.version),
                    like(&|other| other.info.host == instance.info.host),
                    order(instance),
                )
            },
        );
        let Some(next) = next else { break };
        chosen.insert(next.id);
    }
}
