//! Setting a probe.
//!
//! Checks what was asked for, hands it out, waits for the instances' word, and takes it back where it
//! must not stay: refused everywhere, in more than one service, or in a file nobody has. Invariant: a
//! probe is in the audit before any instance hears of it, and saved before its maker does.

use super::types::{
    Code, CreateProbe, CreatedProbe, ErrorInfo, InstanceReport, LineEcho, ProbePhase, Selector,
};
use super::{Body, Caller, Refusal, freeze, json};
use crate::fleet::Fleet;
use crate::server::Hub;
use crate::store::{Earlier, ProbeRecord};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;
use stillframe_core::ids::ProbeId;
use stillframe_core::probe::{ProbeState, SourceMatch};
use tokio::time::timeout;

mod check;

/// For the instances' first word, unless the asker says otherwise.
const SETTLE: Duration = Duration::from_secs(2);
const MAX_SETTLE: Duration = Duration::from_secs(30);
/// Ids are tried until one is free: with four characters one collides after hundreds of probes.
const ID_ATTEMPTS: usize = 32;

pub(super) async fn create(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Body(wish): Body<CreateProbe>,
) -> Result<Response, Refusal> {
    freeze::thawed(&hub.fleet)?;
    let settle = wish.settle_ms.map_or(SETTLE, Duration::from_millis).min(MAX_SETTLE);
    let (wait, dry_run) = (wish.wait, wish.dry_run);
    let mut record = record(wish, &caller, hub.fleet.now_ns())?;
    let candidates = hub.fleet.candidates(&record);
    check::texts(&record.spec, &candidates)?;
    let others =
        check::Others { services: hub.fleet.services(), unable: hub.fleet.unable(&record) };
    check::candidates(&record, &candidates, wait, &others)?;
    let services = check::services(&candidates);
    let open =
        services.len() > 1 && record.selector.service.is_none() && !record.selector.all_services;
    let trial = open || dry_run;
    let subject = format!("{} {}", record.id, record.spec.location);
    let action = if dry_run { "dry run" } else { "set probe" };
    hub.audit(&caller.holder.user, action, subject, caller.from).await?;
    insert(&hub.fleet, &mut record, trial)?;
    let mut handed_out = HandedOut { fleet: Arc::clone(&hub.fleet), id: record.id, stays: false };
    settled(&hub.fleet, record.id, settle).await;
    if dry_run {
        return would(&hub.fleet, record, open, wait).map_err(Refusal::from);
    }
    if trial {
        let armed = hub.fleet.armed_services(record.id);
        if armed.len() > 1 {
            return Err(several(&record, armed).into());
        }
        hub.fleet.arm(record.id);
        settled(&hub.fleet, record.id, settle).await;
    }
    // While it settled it was taken from everyone again.
    freeze::thawed(&hub.fleet)?;
    let reports = hub.fleet.reports(record.id);
    if !wait && let Some(error) = refused(&hub.fleet, &record, &reports) {
        return Err(error.into());
    }
    let id = record.id;
    hub.blocking(move |hub| hub.fleet.save(id)).await?;
    handed_out.stays = true;
    let Some((probe, instances)) = hub.fleet.probe_with_reports(id) else {
        return Err(ErrorInfo::new(Code::Internal, "the probe was lost while it was set").into());
    };
    let line = echo(&record, &instances);
    Ok(json(&CreatedProbe { probe, instances, line, dry_run }))
}

/// What became of a dry run: refused as the probe would be, else where it would sit on each instance
/// that it would be armed on.
fn would(
    fleet: &Fleet,
    mut record: ProbeRecord,
    open: bool,
    wait: bool,
) -> Result<Response, ErrorInfo> {
    let services = fleet.armed_services(record.id);
    if open && services.len() > 1 {
        return Err(several(&record, services));
    }
    let mut instances = fleet.reports(record.id);
    if !wait && let Some(error) = refused(fleet, &record, &instances) {
        return Err(error);
    }
    if let ([only], true) = (services.as_slice(), open) {
        instances.retain(|one| one.service == *only);
    }
    let line = echo(&record, &instances);
    // What the probe itself would be for.
    record.spec.dry_run = false;
    let probe = fleet.preview(record);
    if let Some(chosen) = &probe.chosen {
        instances.retain(|one| chosen.contains(&one.name));
    }
    Ok(json(&CreatedProbe { probe, instances, line, dry_run: true }))
}

/// A probe that was handed out but not promised yet: taken back when the asker goes, or is refused.
struct HandedOut {
    fleet: Arc<Fleet>,
    id: ProbeId,
    stays: bool,
}

impl Drop for HandedOut {
    fn drop(&mut self) {
        if !self.stays {
            self.fleet.withdraw(self.id);
        }
    }
}

fn record(wish: CreateProbe, caller: &Caller, created_ns: u64) -> Result<ProbeRecord, ErrorInfo> {
    let mut spec = check::spec(wish.spec, caller)?;
    spec.dry_run = wish.dry_run;
    Ok(ProbeRecord {
        id: random_id()?,
        spec,
        selector: Selector {
            service: wish.service,
            version: wish.version,
            labels: wish.labels,
            all_services: wish.all_services,
        },
        count: wish.instances,
        chosen: None,
        bound: None,
        by: caller.holder.user.clone(),
        created_ns,
        phase: ProbePhase::Live,
        ended_ns: None,
        lease: wish.follow && !wish.keep,
        reports: Vec::new(),
        earlier: Earlier::default(),
    })
}

fn random_id() -> Result<ProbeId, ErrorInfo> {
    ProbeId::random().map_err(|error| ErrorInfo::new(Code::Internal, error.message()))
}

fn insert(fleet: &Fleet, record: &mut ProbeRecord, trial: bool) -> Result<(), ErrorInfo> {
    for _ in 0..ID_ATTEMPTS {
        record.spec.id = Some(record.id);
        if fleet.insert(record.clone(), trial) {
            return Ok(());
        }
        record.id = random_id()?;
    }
    Err(ErrorInfo::new(Code::Internal, "no free probe id was found"))
}

/// Waits until every instance has had its say, or the time is up.
async fn settled(fleet: &Fleet, id: ProbeId, most: Duration) {
    let mut changes = fleet.changes();
    let all_said = async {
        while !fleet.settled(id) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    };
    // Whoever has not answered by then is pending.
    let _ = timeout(most, all_said).await;
}

fn several(record: &ProbeRecord, services: Vec<String>) -> ErrorInfo {
    let message =
        format!("{} is in more than one service: {}", record.spec.location, services.join(", "));
    let mut error = ErrorInfo::new(Code::SeveralServices, message)
        .next(format!("choose one with --service {}, or say --all-services", services[0]));
    error.candidates = services;
    error
}

/// Why a probe that was handed out must not stay, if so.
fn refused(fleet: &Fleet, record: &ProbeRecord, reports: &[InstanceReport]) -> Option<ErrorInfo> {
    let said: Vec<_> = reports.iter().filter_map(|one| one.report.as_ref()).collect();
    let all = |wanted: ProbeState| said.iter().all(|report| report.state == wanted);
    let first = said.first().filter(|_| said.len() == reports.len())?;
    let why = first.why.as_ref();
    let unknown =
        |code: &str| said.iter().all(|r| r.why.as_ref().is_some_and(|why| why.code == code));
    if all(ProbeState::Pending) && unknown("file_not_loaded") {
        // A file that exists where it was typed may well be loaded later.
        if record.spec.location.source_sha256.is_some() {
            return None;
        }
        let place = record.spec.location.to_string();
        let hint = said.iter().find_map(|report| report.why.as_ref()?.hint.clone());
        let next = hint.unwrap_or_else(|| "check its name, or say --wait if it comes".to_owned());
        let message = format!("no instance has loaded what {place} names");
        return Some(ErrorInfo::new(Code::NoFile, message).next(next));
    }
    if !all(ProbeState::Refused) {
        return None;
    }
    let code = match why.map(|why| why.code.as_str()) {
        Some("condition") => Code::Condition,
        Some("policy" | "unsupported" | "limit") => Code::Policy,
        _ => Code::Location,
    };
    let message = why.map_or("every instance refused it", |why| why.message.as_str());
    let differs = why.is_some_and(|why| why.code == "source_differs");
    let head = if differs { "the running file differs from the one here: " } else { "" };
    let of = match reports.len() {
        1 => String::new(),
        many => format!(" (all {many} instances)"),
    };
    let mut error = ErrorInfo::new(code, format!("{head}{message}{of}"));
    error.next = why.and_then(|why| why.hint.clone());
    if code == Code::Condition {
        let spec = &record.spec;
        let mut texts = spec.condition.iter().chain(&spec.log).chain(&spec.watches);
        // Agents say where in a text the fault is, not in which one.
        if let (Some(only), None) = (texts.next(), texts.next()) {
            error.source = Some(only.clone());
            error.span = why.and_then(|why| why.span);
        }
    }
    error.why = fleet.why(record.id).map(Box::new);
    Some(error)
}

/// The line as the first instance that armed it has it, else as it was typed.
fn echo(record: &ProbeRecord, reports: &[InstanceReport]) -> Option<LineEcho> {
    let armed = reports.iter().filter_map(|one| one.report.as_ref()?.at.as_ref());
    for at in armed {
        if let Some(text) = &at.line_text {
            let verified = matches!(at.source, SourceMatch::Equal | SourceMatch::Moved);
            let source = Some(at.source);
            return Some(LineEcho { line: at.line, text: text.clone(), verified, source });
        }
    }
    let location = &record.spec.location;
    let text = location.line_text.clone()?;
    Some(LineEcho { line: location.line?, text, verified: false, source: None })
}
