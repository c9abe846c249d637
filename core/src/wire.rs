//! Snapshots as bytes: between agents and a hub, and in a hub's store.

mod decode;
mod encode;
#[rustfmt::skip]
#[expect(
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    reason = "written by flatc; a test compares it with what flatc writes today"
)]
mod generated;
mod nodes;
mod pack;

pub use decode::{decode_batch, decode_snapshot};
pub use encode::{encode_batch, encode_snapshot, frames};
pub use pack::{MAX_BATCH_BYTES, MAX_BATCH_SNAPSHOTS, MAX_FRAME_BYTES, pack, unpack};

use crate::ids::InstanceId;
use crate::snapshot::Snapshot;

/// Version of the schema this build writes. Readers accept every version: tables only grow.
pub const SCHEMA: u16 = 1;

/// Snapshots of one instance that travel and are acknowledged together.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Whose.
    pub instance: InstanceId,
    /// In the order of their sequence.
    pub snapshots: Vec<Snapshot>,
}
