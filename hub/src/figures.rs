//! What the hub counts of itself.
//!
//! Knows numbers only. Invariant: nothing here is a name, a value or an address.

use crate::api::types::Code;
use crate::store::{Outcome, StoreError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts since the hub started.
#[derive(Default)]
pub(crate) struct Figures {
    refused: Mutex<BTreeMap<&'static str, u64>>,
    store_failed: AtomicBool,
    pub stored: AtomicU64,
    pub surplus: AtomicU64,
    pub duplicates: AtomicU64,
    pub store_failures: AtomicU64,
    pub agents_let_go: AtomicU64,
}

impl Figures {
    /// A request was refused at the door.
    pub(crate) fn refused(&self, code: Code) {
        let word = match code {
            Code::Unauthorized => "unauthorized",
            Code::WrongToken => "wrong_token",
            Code::Forbidden => "forbidden",
            Code::ForeignOrigin => "foreign_origin",
            Code::Busy => "busy",
            _ => "other",
        };
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry(word).or_default() += 1;
    }

    /// Refusals by their code.
    pub(crate) fn refusals(&self) -> BTreeMap<&'static str, u64> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A batch went to the store.
    pub(crate) fn batch(&self, result: &Result<Vec<Outcome>, StoreError>) {
        let Ok(outcomes) = result else {
            self.store_failed.store(true, Ordering::Relaxed);
            count(&self.store_failures);
            return;
        };
        // Of duplicates nothing was written, which shows nothing.
        if outcomes.iter().any(|outcome| !matches!(outcome, Outcome::Duplicate)) {
            self.store_failed.store(false, Ordering::Relaxed);
        }
        for outcome in outcomes {
            count(match outcome {
                Outcome::Stored(_) => &self.stored,
                Outcome::Duplicate => &self.duplicates,
                Outcome::Surplus(_) => &self.surplus,
            });
        }
    }

    /// Whether the latest batch was stored. Agents come again with one that was not.
    pub(crate) fn store_is_well(&self) -> bool {
        !self.store_failed.load(Ordering::Relaxed)
    }
}

/// Counts one more.
pub(crate) fn count(figure: &AtomicU64) {
    figure.fetch_add(1, Ordering::Relaxed);
}
