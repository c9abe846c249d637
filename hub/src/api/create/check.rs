//! What can be refused before any instance hears of a probe.
//!
//! Knows bounds, the grammar of conditions and who is connected. Invariant: a refusal names what is
//! to blame and what to do.

use super::super::Caller;
use super::super::types::{Code, ErrorInfo};
use crate::fleet::Candidate;
use crate::store::ProbeRecord;
use crate::tokens::Role;
use std::collections::BTreeSet;
use stillframe_core::condition::{self, Dialect, JAVA, JAVASCRIPT, PYTHON, RUBY};
use stillframe_core::error::{Error, ErrorKind};
use stillframe_core::limits::MAX_PROBES;
use stillframe_core::probe::{ProbeKind, ProbeSpec};
use stillframe_core::quota;

/// A probe is a question of the day, not a monitor: it lives for a week at most.
const MAX_EXPIRY_MS: u64 = 7 * 24 * 3_600 * 1_000;
/// Names offered when none matches.
const MAX_NEAREST: usize = 3;

/// The specification with its defaults filled in, if it is within its bounds.
pub(super) fn spec(spec: ProbeSpec, caller: &Caller) -> Result<ProbeSpec, ErrorInfo> {
    let mut spec = spec.checked().map_err(|error| from_core(&error, None))?;
    if spec.expires_ms.is_some_and(|ms| ms > MAX_EXPIRY_MS) {
        return Err(ErrorInfo::new(Code::BadRequest, "a probe lives for seven days at most"));
    }
    if spec.budget_ppm.is_some_and(|ppm| ppm > quota::PROBE_BUDGET_PPM) {
        caller.at_least(Role::Admin)?;
    }
    spec.revision = 1;
    spec.expires_ms.get_or_insert(quota::EXPIRY_MS);
    spec.budget_ppm.get_or_insert(quota::PROBE_BUDGET_PPM);
    if spec.kind == ProbeKind::Snap {
        spec.limit.get_or_insert(quota::SNAP_LIMIT);
    }
    Ok(spec)
}

/// Parses condition and watches in the instances' language, so that a slip gets its caret at once.
pub(super) fn texts(spec: &ProbeSpec, candidates: &[Candidate]) -> Result<(), ErrorInfo> {
    // Without an instance nobody knows the language; then the instances say.
    let mut dialects = candidates.iter().map(|one| dialect(&one.runtime));
    let Some(Some(dialect)) = dialects.next() else { return Ok(()) };
    if !dialects.all(|other| other.is_some_and(|other| other.name == dialect.name)) {
        return Ok(());
    }
    for text in spec.condition.iter().chain(&spec.watches) {
        condition::check(text, dialect).map_err(|error| from_core(&error, Some(text)))?;
    }
    if let Some(text) = &spec.log {
        condition::check_template(text, dialect).map_err(|error| from_core(&error, Some(text)))?;
    }
    Ok(())
}

/// The language of conditions in a runtime, as an instance calls it (`jvm 17.0.15`).
fn dialect(runtime: &str) -> Option<&'static Dialect> {
    match runtime.split(' ').next()? {
        "python" => Some(&PYTHON),
        "jvm" => Some(&JAVA),
        "node" => Some(&JAVASCRIPT),
        "ruby" => Some(&RUBY),
        _ => None,
    }
}

fn from_core(error: &Error, source: Option<&str>) -> ErrorInfo {
    let code = match error.kind() {
        ErrorKind::Condition => Code::Condition,
        ErrorKind::Location => Code::Location,
        ErrorKind::Policy | ErrorKind::Unsupported => Code::Policy,
        _ => Code::BadRequest,
    };
    let mut info = ErrorInfo::new(code, error.message());
    info.next = error.hint().map(str::to_owned);
    info.source = source.map(str::to_owned);
    info.span = error.span().map(|span| (span.start, span.end));
    info
}

/// What there is where nobody matches.
pub(super) struct Others {
    /// Services that have instances.
    pub(super) services: Vec<String>,
    /// Instances that are meant and take no probe of this kind.
    pub(super) unable: Vec<String>,
}

/// Refuses when nobody matches, or somebody holds as many probes as it may.
pub(super) fn candidates(
    record: &ProbeRecord,
    candidates: &[Candidate],
    wait: bool,
    others: &Others,
) -> Result<(), ErrorInfo> {
    if let Some(full) = candidates.iter().find(|one| one.holds >= MAX_PROBES) {
        let message = format!("{} already holds {MAX_PROBES} probes", full.name);
        return Err(
            ErrorInfo::new(Code::Policy, message).next("remove some: stillframe rm, stillframe ls")
        );
    }
    if !candidates.is_empty() || wait {
        return Ok(());
    }
    match others.unable.as_slice() {
        [] => Err(nobody(record, &others.services)),
        unable => Err(nobody_able(record, unable)),
    }
}

fn nobody_able(record: &ProbeRecord, unable: &[String]) -> ErrorInfo {
    let kind = record.spec.kind.word();
    let mut names = unable.to_vec();
    names.truncate(MAX_NEAREST);
    let more = unable.len() - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let take = if unable.len() == 1 { "takes" } else { "take" };
    let message = format!("{}{more} {take} no {kind} probe", names.join(", "));
    let next =
        "STILLFRAME_ALLOW of the application says which it takes; an older agent knows fewer";
    ErrorInfo::new(Code::Policy, message).next(next)
}

fn nobody(record: &ProbeRecord, services: &[String]) -> ErrorInfo {
    if services.is_empty() {
        return ErrorInfo::new(Code::NoInstance, "no application is connected to this hub")
            .next("start one with `stillframe run -- CMD`, or say --wait to arm it when it comes");
    }
    let selector = &record.selector;
    let mut error = match &selector.service {
        Some(service) if !services.contains(service) => {
            let mut nearest: Vec<_> = services.to_vec();
            nearest.sort_by_key(|name| distance(name, service));
            nearest.truncate(MAX_NEAREST);
            let names = nearest.join(", ");
            let message = format!("no instance of a service {service} is connected");
            let mut error = ErrorInfo::new(Code::NoInstance, message)
                .next(format!("connected are {names}; or say --wait"));
            error.candidates = nearest;
            error
        }
        _ => ErrorInfo::new(Code::NoInstance, "no instance has that version and those labels")
            .next("see what is connected: stillframe ls; or say --wait"),
    };
    if error.candidates.is_empty() {
        error.candidates = services.to_vec();
    }
    error
}

/// The services of the candidates.
pub(super) fn services(candidates: &[Candidate]) -> BTreeSet<&str> {
    candidates.iter().map(|one| one.service.as_str()).collect()
}

/// Edits between two names (Levenshtein), on at most 64 characters of each.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<_>, Vec<_>) =
        (left.chars().take(64).collect(), right.chars().take(64).collect());
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let changed = diagonal + usize::from(!a.eq_ignore_ascii_case(b));
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        assert_eq!(distance("checkout", "checkout"), 0);
        assert_eq!(distance("checkout", "chekout"), 1);
        assert_eq!(distance("orders", "checkout"), 8);
        assert_eq!(distance("", "abc"), 3);
    }
}
