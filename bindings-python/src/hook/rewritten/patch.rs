//! One code object, the hooks in it, and the code that was made of it with them.
//!
//! Invariant: the latest version has exactly the hooks that there are; earlier ones are kept while
//! frames may still run them, so that hooks they have too go on being asked there.

use super::place::{Place, Site};
use super::{reach, source::with_hooks};
use crate::agent::PythonRuntime;
use crate::ffi::{HookObject, Obj, Reads, is_shared};
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::sync::Arc;
use stillframe_bytecode::Spot;
use stillframe_core::agent::Agent;
#[cfg(not(Py_3_11))]
use stillframe_core::host::Moment;

/// The sites at a spot.
struct Hooked {
    spot: Spot,
    object: HookObject<Place>,
    sites: Vec<Arc<Site>>,
}

/// Code made of the original, and the spots it has hooks at.
struct Version {
    code: Py<PyAny>,
    spots: Vec<Spot>,
}

/// A code object with hooks in it.
pub(crate) struct Patch {
    original: Py<PyAny>,
    hooks: Vec<Hooked>,
    /// The latest last.
    versions: Vec<Version>,
}

/// Code that runs, and code that is to run instead.
pub(crate) struct Change<'py> {
    pub(crate) original: Bound<'py, PyAny>,
    /// Made of the original before the latest was.
    pub(crate) earlier: Vec<Bound<'py, PyAny>>,
    pub(crate) latest: Bound<'py, PyAny>,
    /// Those that are told of every frame, if any are, and whom they are told through.
    #[cfg(not(Py_3_11))]
    pub(crate) timed: Vec<Arc<Site>>,
    #[cfg(not(Py_3_11))]
    pub(crate) agent: Arc<Agent<PythonRuntime>>,
}

impl Patch {
    /// Of `code`, without hooks.
    pub(crate) fn new(code: &Bound<'_, PyAny>) -> Self {
        let original = code.clone().unbind();
        Self { original, hooks: Vec::new(), versions: Vec::new() }
    }

    pub(crate) fn original(&self) -> &Py<PyAny> {
        &self.original
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.hooks.is_empty()
    }

    pub(crate) fn has(&self, site: u32) -> bool {
        self.hooks.iter().any(|hooked| hooked.sites.iter().any(|known| known.site == site))
    }

    /// Whether `code` was made of this original.
    pub(crate) fn is_version(&self, code: Obj) -> bool {
        self.versions.iter().any(|version| Obj::of_kept(&version.code) == code)
    }

    /// Code that was made of the original.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Py<PyAny>> {
        self.versions.iter().map(|version| &version.code)
    }

    /// Adds a probe's sites, all or none. What of the running code does not reach them.
    pub(super) fn add(
        &mut self,
        py: Python<'_>,
        agent: &Arc<Agent<PythonRuntime>>,
        sites: Vec<(Spot, Site)>,
    ) -> PyResult<Option<String>> {
        let Some(number) = sites.first().map(|(_, site)| site.site) else { return Ok(None) };
        let known = self.hooks.len();
        let spots: Vec<Spot> = sites.iter().map(|(spot, _)| *spot).collect();
        for (spot, site) in sites {
            let site = Arc::new(site);
            if let Some(hooked) = self.hooks.iter_mut().find(|hooked| hooked.spot == spot) {
                hooked.sites.push(site);
            } else {
                self.hooks.push(Hooked { spot, object: HookObject::new(py)?, sites: vec![site] });
            }
        }
        if self.hooks.len() > known
            && let Err(refused) = self.rewrite(py)
        {
            self.hooks.truncate(known);
            for hooked in &mut self.hooks {
                hooked.sites.retain(|site| site.site != number);
            }
            return Err(refused);
        }
        self.publish(py, agent);
        let has = |version: &Version| spots.iter().all(|spot| version.spots.contains(spot));
        let missing = |version: &&Version| !has(version);
        let unreached = self.versions.iter().filter(missing).map(|version| &version.code);
        let unreached: Vec<Obj> = unreached.chain([&self.original]).map(Obj::of_kept).collect();
        match self.change(py, agent) {
            Some(change) => reach::set(py, &change, &unreached),
            None => Ok(None),
        }
    }

    /// Takes a site away, and where it was the last at its spot the hook too.
    pub(crate) fn remove(
        &mut self,
        py: Python<'_>,
        agent: &Arc<Agent<PythonRuntime>>,
        site: u32,
    ) -> PyResult<()> {
        for hooked in &mut self.hooks {
            hooked.sites.retain(|known| known.site != site);
        }
        let (empty, kept) = self.hooks.drain(..).partition(|hooked| hooked.sites.is_empty());
        let empty: Vec<Hooked> = empty;
        self.hooks = kept;
        for hooked in &empty {
            retire(hooked.object.put(py, None));
        }
        if self.hooks.is_empty() {
            return Ok(());
        }
        let rewritten = if empty.is_empty() { Ok(()) } else { self.rewrite(py) };
        self.publish(py, agent);
        rewritten?;
        self.change(py, agent).map_or(Ok(None), |change| reach::set(py, &change, &[])).map(drop)
    }

    /// Silences all hooks.
    pub(crate) fn clear(&mut self, py: Python<'_>) {
        for hooked in std::mem::take(&mut self.hooks) {
            retire(hooked.object.put(py, None));
        }
    }

    /// Makes the code with the hooks that there are. Earlier versions that nobody else holds go.
    fn rewrite(&mut self, py: Python<'_>) -> PyResult<()> {
        let hooks: Vec<_> =
            self.hooks.iter().map(|hooked| (hooked.spot, hooked.object.object())).collect();
        let code = with_hooks(self.original.bind(py), &hooks)?.unbind();
        let spots = self.hooks.iter().map(|hooked| hooked.spot).collect();
        self.versions.retain(|version| is_shared(&version.code, py));
        self.versions.push(Version { code, spots });
        Ok(())
    }

    /// Puts the sites as they are now behind the hook objects.
    fn publish(&self, py: Python<'_>, agent: &Arc<Agent<PythonRuntime>>) {
        let codes: Vec<usize> =
            self.versions.iter().rev().map(|made| Obj::of_kept(&made.code).handle()).collect();
        for hooked in &self.hooks {
            let codes = codes.clone();
            let place = Place { agent: Arc::clone(agent), codes, sites: hooked.sites.clone() };
            retire(hooked.object.put(py, Some(Box::new(place))));
        }
    }

    /// The sites that time.
    #[cfg(not(Py_3_11))]
    fn timed(&self) -> impl Iterator<Item = &Arc<Site>> {
        let sites = self.hooks.iter().flat_map(|hooked| &hooked.sites);
        sites.filter(|site| site.moment == Some(Moment::Begin))
    }

    /// `None` before the first version was made.
    #[cfg_attr(Py_3_11, expect(unused_variables, reason = "only an evaluator of frames tells"))]
    fn change<'py>(
        &self,
        py: Python<'py>,
        agent: &Arc<Agent<PythonRuntime>>,
    ) -> Option<Change<'py>> {
        let bound = |code: &Py<PyAny>| code.bind(py).clone();
        let mut versions: Vec<_> = self.versions().map(bound).collect();
        let latest = versions.pop()?;
        Some(Change {
            original: bound(&self.original),
            earlier: versions,
            latest,
            #[cfg(not(Py_3_11))]
            timed: self.timed().cloned().collect(),
            #[cfg(not(Py_3_11))]
            agent: Arc::clone(agent),
        })
    }
}

/// Gives back a place that nothing leads to any more.
fn retire(place: Option<Box<Place>>) {
    // A hit gives the GIL up only while it reads through the public API: only then it may still be
    // looking at its place, for nobody knows how long.
    if Reads::current() == Reads::Api {
        std::mem::forget(place);
    }
}
