//! Armed probes and the sites they sit on, as the hit path reads them: by index, without a lock.

mod owed;
mod probe;
mod site;
mod state;
mod stopwatch;
mod table;
mod tally;

pub use owed::{Deliveries, Owed};
pub use probe::{FailureSeen, Origin, Probe};
pub use site::{Action, Site};
pub use state::{State, StateWord};
pub(crate) use stopwatch::{Phase, Stopwatch, Stopwatches};
pub use table::{MAX_SITES, SiteTable};
pub use tally::{Tally, Word};
