//! How often and how dearly a probe may act: rates, limits and cost budgets, all in integers.
//!
//! Knows no probe. Nothing in here reads a clock: instants come in as nanoseconds. Defaults of rates
//! and budgets live here and nowhere else. Invariant: a quota never grants more than it says,
//! whatever the threads and clocks do; it may grant less.

mod budget;
mod defaults;
mod limit;
mod rate;

pub use budget::Budget;
pub use defaults::{
    EXPIRY_MS, LOG_RATE_PER_S, MAX_RESTS, PROBE_BUDGET_PPM, PROCESS_BUDGET_PPM,
    PROCESS_SNAPS_PER_S, REST_NS, SNAP_BURST, SNAP_LIMIT, SNAP_RATE_PER_S, SUSPECT_NS, budget_ppm,
    expiry_ns, limit, process_snaps, rate,
};
pub use limit::{Limit, Reservation};
pub use rate::Rate;
