//! What a frozen hub says of itself.
//!
//! Invariant: while there is a [`Frozen`], no instance is told to hold a probe.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who froze the hub, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Frozen {
    /// Whose token asked for it.
    pub by: String,
    /// When.
    pub since: String,
}

/// Whether the hub is frozen, and what became of the probes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FreezeView {
    /// Absent while probes may be armed.
    pub frozen: Option<Frozen>,
    /// Probes that live: frozen, they are on no instance, and their time goes on.
    pub probes: u32,
    /// Connected instances, launchers not counted.
    pub instances: u32,
    /// Of these: those that hold a probe of this hub by their own last word.
    pub holding: u32,
}

/// The hub was frozen, or is no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FreezeEvent {
    /// When.
    pub time: String,
    /// Who did it.
    pub by: String,
    /// Whether it is frozen now.
    pub frozen: bool,
}
