//! What stands behind a hook object: the sites at one spot of one code.
//!
//! On the hit path. Invariant: a place never changes once it is made; a change of sites or of code
//! makes a new one and puts it behind the same object.

use crate::agent::PythonRuntime;
use crate::ffi::{Frame, Gil, Obj};
use crate::frame::{Hit, Plan};
use std::sync::Arc;
use stillframe_core::agent::Agent;
use stillframe_core::host::Moment;

/// A probe at a spot.
#[derive(Debug)]
pub(crate) struct Site {
    /// The core's number for it.
    pub(crate) site: u32,
    /// Line that people see.
    pub(crate) line: u32,
    /// What is told of the frame, for a site that times; else being here is a hit.
    pub(crate) moment: Option<Moment>,
    pub(crate) plan: Arc<Plan>,
}

/// All probes at a spot.
pub(super) struct Place {
    pub(super) agent: Arc<Agent<PythonRuntime>>,
    /// Code that was made with the hook: the latest, then those before, which frames may still run.
    /// Whoever else asks the object has no frame that the plans could read.
    pub(super) codes: Vec<usize>,
    pub(super) sites: Vec<Arc<Site>>,
}

impl crate::ffi::Place for Place {
    /// A few nanoseconds before the hits themselves.
    #[inline(always)]
    fn reached(&self, gil: Gil<'_>) {
        let codes = self.codes.iter().filter_map(|code| Obj::from_handle(*code));
        let frame = codes.filter_map(|code| Frame::running(code, gil)).next();
        let Some(frame) = frame else { return };
        for site in &self.sites {
            let hit = Hit::new(gil, frame, &site.plan, site.line);
            match site.moment {
                Some(moment) => self.agent.passage(site.site, frame.identity(), moment, &hit),
                None => self.agent.hit(site.site, &hit),
            }
        }
    }
}
