//! The sites of a probe: what each code that has its line will do there.
//!
//! Compiles what the probe says by the names of that place; sets no hook. Invariant: a site is never
//! changed once it is in the table.

use super::Agent;
use super::control::Spot;
use super::locate::{Found, Site as Place};
use super::place::explanation;
use crate::capture::{Plan, WatchPlan};
use crate::condition::{Install, Program, Template};
use crate::error::{Error, Result};
use crate::host::{Runtime, Span};
use crate::probe::{ArmedAt, Explanation, ProbeKind, SourceMatch};
use crate::registry::{Action, Probe, Site};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

impl<R: Runtime> Agent<R> {
    /// The sites of a probe, one for each code that has the line and knows the names; one of those that
    /// are `retired`, where that does the same. If none does, why the first does not. A dry run leaves
    /// none.
    pub(super) fn add_sites(
        &self,
        probe: &Arc<Probe>,
        found: &Found,
        retired: &mut Vec<(u32, u64)>,
    ) -> Result<Vec<Spot>, Explanation> {
        let (mut sites, mut first_error) = (Vec::new(), None);
        for place in &found.sites {
            match self.site_of(probe, found, *place, retired) {
                Ok(site) => sites.push(site.map(|site| Spot { site, code: place.code })),
                Err(error) => drop(first_error.get_or_insert(error)),
            }
        }
        match first_error {
            Some(error) if sites.is_empty() => Err(explanation(&error)),
            _ => Ok(sites.into_iter().flatten().collect()),
        }
    }

    fn site_of(
        &self,
        probe: &Arc<Probe>,
        found: &Found,
        place: Place,
        retired: &mut Vec<(u32, u64)>,
    ) -> Result<Option<u32>> {
        let spec = &probe.spec;
        let mut names = self.runtime.names(place.code, place.line, found.span);
        let mut attrs = Vec::new();
        let redaction = &self.redaction;
        let mut install =
            Install { dialect: self.dialect, names: &mut *names, attrs: &mut attrs, redaction };
        let mut compile = |text: &str, what: &str| {
            Program::compile(text, &mut install).map_err(|error| named(error, what, text))
        };
        let condition =
            spec.condition.as_deref().map(|text| compile(text, "condition")).transpose()?;
        let mut watches = Vec::with_capacity(spec.watches.len());
        for text in &spec.watches {
            let program = compile(text, "watch")?;
            watches.push(WatchPlan { expression: text.as_str().into(), program });
        }
        let span = found.span.unwrap_or(Span::Function);
        let action = match (spec.kind, &spec.log) {
            (ProbeKind::Time, _) => Action::Time { stopwatch: self.stopwatch_of(probe)?, span },
            (ProbeKind::Log, Some(log)) => Action::Log(
                Template::compile(log, &mut install).map_err(|error| named(error, "log", log))?,
            ),
            (ProbeKind::Count, _) => Action::Count,
            _ => Action::Snap,
        };
        let plan = Plan { limits: spec.capture, watches, redaction: redaction.clone() };
        if spec.dry_run {
            return Ok(None);
        }
        let site = Site {
            index: 0,
            probe: Arc::clone(probe),
            condition,
            action,
            plan,
            code: place.code,
            line: place.line,
            attrs: attrs.into_boxed_slice(),
            at: found.at.clone(),
            notes: notes(&found.at),
        };
        self.number_of(site, retired).map(Some)
    }

    /// The number of a site: of one that is retired and does the same, else a new one.
    fn number_of(&self, site: Site, retired: &mut Vec<(u32, u64)>) -> Result<u32> {
        if !retired.is_empty() {
            let print = print_of(&site);
            if let Some(at) = retired.iter().position(|(_, known)| *known == print) {
                return Ok(retired.swap_remove(at).0);
            }
        }
        self.sites.add(|index| Site { index, ..site })
    }
}

/// What a site does, but for the code it is on, in one number.
pub(super) fn print_of(site: &Site) -> u64 {
    let Site { condition, action, plan, attrs, line, at, notes, .. } = site;
    let mut hasher = DefaultHasher::new();
    format!("{:?}", (condition, action, plan, attrs, line, at, notes)).hash(&mut hasher);
    hasher.finish()
}

/// What every snapshot says of where it was taken.
fn notes(at: &ArmedAt) -> Vec<String> {
    let unverified = at.source == SourceMatch::Unverifiable && at.note.is_none();
    let unverified = unverified.then(|| "source unverified".to_owned());
    at.note.clone().into_iter().chain(unverified).collect()
}

/// The error with the text it is about, whose range it names.
fn named(error: Error, what: &str, text: &str) -> Error {
    let mut named = Error::new(error.kind(), format!("{what} `{text}`: {}", error.message()));
    if let Some(hint) = error.hint() {
        named = named.with_hint(hint);
    }
    match error.span() {
        Some(span) => named.with_span(span),
        None => named,
    }
}
