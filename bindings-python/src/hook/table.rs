//! From code and line to the sites there, in a few loads.
//!
//! Knows no events. Invariant: a table never changes once it is made, and owns what it points to.

use crate::agent::PythonRuntime;
use crate::frame::Plan;
use std::sync::Arc;
use stillframe_core::agent::Agent;
use stillframe_core::host::Moment;

/// What an event at a site means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A hit of its line.
    Hit,
    /// A moment of the frame, for a site that times.
    Time(Moment),
    /// Suspending, going on and ending: the event itself says which moment.
    Frame,
}

/// A probe's place in one code object.
#[derive(Debug)]
pub(super) struct Site {
    /// Address of the code, which the plan keeps alive.
    pub(super) code: usize,
    /// Line, or the start of the function, or its frame.
    pub(super) at: i64,
    pub(super) role: Role,
    /// Line that people see.
    pub(super) line: u32,
    /// The core's number for it.
    pub(super) site: u32,
    /// Instructions where the event only says that a statement of several lines goes on.
    pub(super) refused: Vec<u32>,
    pub(super) plan: Arc<Plan>,
}

/// A place of the table: code zero where it is free.
#[derive(Clone, Debug, Default)]
struct Place {
    code: usize,
    at: i64,
    first: u32,
    count: u32,
}

/// All sites by code and line, with open addressing at a quarter full or less.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) agent: Arc<Agent<PythonRuntime>>,
    /// A site that times, if there is one: it pays for events of code that has none.
    pub(super) payer: Option<u32>,
    mask: usize,
    places: Box<[Place]>,
    sites: Box<[Arc<Site>]>,
}

impl Table {
    /// The table of `sites`.
    pub(super) fn new(agent: Arc<Agent<PythonRuntime>>, sites: &[Arc<Site>]) -> Self {
        let mut sorted: Vec<Arc<Site>> = sites.to_vec();
        sorted.sort_by_key(|site| (site.code, site.at));
        let size = (sites.len() * 4).next_power_of_two().max(4);
        let mut table = Self {
            agent,
            payer: sites.iter().find(|site| site.role == Role::Frame).map(|site| site.site),
            mask: size - 1,
            places: vec![Place::default(); size].into_boxed_slice(),
            sites: sorted.into_boxed_slice(),
        };
        for (index, site) in table.sites.iter().enumerate() {
            let mut at = Self::hash(site.code, site.at) & table.mask;
            while table.places[at].code != 0
                && (table.places[at].code, table.places[at].at) != (site.code, site.at)
            {
                at = (at + 1) & table.mask;
            }
            let place = &mut table.places[at];
            if place.code == 0 {
                *place = Place { code: site.code, at: site.at, first: index as u32, count: 0 };
            }
            place.count += 1;
        }
        table
    }

    #[inline(always)]
    fn hash(code: usize, at: i64) -> usize {
        // Code objects are 16-byte aligned; the product's upper half depends on all bits below it.
        let mixed = (code >> 4) as u64 ^ (at as u64).rotate_left(32);
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
    }

    /// The sites at `at` of `code`. About 2 ns.
    #[inline(always)]
    pub(super) fn find(&self, code: usize, at: i64) -> &[Arc<Site>] {
        let mut index = Self::hash(code, at) & self.mask;
        while let Some(place) = self.places.get(index) {
            if place.code == code && place.at == at {
                let first = place.first as usize;
                return self.sites.get(first..first + place.count as usize).unwrap_or_default();
            }
            if place.code == 0 {
                return &[];
            }
            index = (index + 1) & self.mask;
        }
        &[]
    }
}
