//! A stored snapshot as the API shows it.
//!
//! Knows that the hub numbers snapshots over all instances. Invariant: the text form is the core's
//! own, whatever door a snapshot is read through.

use crate::store::{StoreError, Stored};
use stillframe_core::snapshot::json::ServiceRef;
use stillframe_core::transport::message::InstanceInfo;
use stillframe_core::wire;

/// The object that `-o json` prints.
pub(crate) fn show(stored: &Stored, info: &InstanceInfo) -> Result<serde_json::Value, StoreError> {
    let mut snapshot = wire::decode_snapshot(&stored.blob).map_err(|error| {
        let (probe, number) = (stored.probe, stored.number);
        StoreError::corrupt(format!("snapshot {probe}/{number} does not read: {error}"))
    })?;
    snapshot.number = stored.number;
    let instance = if info.host.is_empty() {
        stored.instance.to_string()
    } else {
        format!("{}/{}", info.host, info.pid)
    };
    let service =
        ServiceRef { name: info.service.clone(), version: info.version.clone(), instance };
    Ok(snapshot.to_json(&service))
}
