//! The walk over the application's values, the byte stream it writes, and the check that turns the
//! stream into a snapshot.

mod big;
pub mod check;
mod children;
mod foreign;
mod header;
mod log;
mod names;
mod plan;
mod roots;
pub mod shared;
mod stack;
pub mod stream;
mod tables;
mod walk;
mod writer;

pub use foreign::{Begun, begin};
pub use header::{Header, set_took, site};
pub use log::log_line;
pub use plan::{Plan, WatchPlan};
pub use walk::snapshot;
