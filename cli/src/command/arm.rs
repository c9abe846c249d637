//! `snap`, `log`, `count`, `time`: asks the hub for a probe, says where it went, follows it if asked.
//!
//! Invariant: nothing is asked of the hub before the location and the bounds were read, and hub and
//! user are named before anything is armed.

use super::{Context, follow, interrupt};
use crate::args::{Arming, Count, Log, Snap, Time};
use crate::fail::{Exit, Failure, Result};
use crate::location;
use crate::output::Tone;
use crate::screen::armed;
use std::sync::mpsc;
use stillframe_core::limits::CaptureLimits;
use stillframe_core::probe::{ProbeKind, ProbeSpec};
use stillframe_hub::api::types::{CreateProbe, CreatedProbe};

/// `snap`.
pub(crate) fn snap(args: &Snap, context: &Context) -> Result<()> {
    let mut spec = spec(&args.arming, ProbeKind::Snap)?;
    spec.watches.clone_from(&args.watches);
    (spec.limit, spec.exact) = (args.limit, args.exact);
    let defaults = CaptureLimits::DEFAULT;
    spec.capture = CaptureLimits {
        depth: args.depth.unwrap_or(defaults.depth),
        items: args.items.unwrap_or(defaults.items),
        fields: args.fields.unwrap_or(defaults.fields),
        string_bytes: args.string.unwrap_or(defaults.string_bytes),
        frames: args.frames.unwrap_or(defaults.frames),
        ..defaults
    };
    arm(spec, &args.arming, context)
}

/// `log`.
pub(crate) fn log(args: &Log, context: &Context) -> Result<()> {
    let mut spec = spec(&args.arming, ProbeKind::Log)?;
    spec.log = Some(args.template.clone());
    (spec.limit, spec.exact) = (args.limit, args.exact);
    arm(spec, &args.arming, context)
}

/// `count`.
pub(crate) fn count(args: &Count, context: &Context) -> Result<()> {
    arm(spec(&args.arming, ProbeKind::Count)?, &args.arming, context)
}

/// `time`.
pub(crate) fn time(args: &Time, context: &Context) -> Result<()> {
    let mut spec = spec(&args.arming, ProbeKind::Time)?;
    spec.limit = args.limit;
    arm(spec, &args.arming, context)
}

fn spec(arming: &Arming, kind: ProbeKind) -> Result<ProbeSpec> {
    let folder = std::env::current_dir().map_err(|error| {
        Failure::new(Exit::Failed, "failed", format!("the current folder is unknown: {error}"))
    })?;
    let location = location::resolve(&arming.location, &folder, arming.unchecked)?;
    if location.last_line.is_some() && !kind.spans_lines() {
        return Err(Failure::usage("a range of lines is for `time` only").next("name one line"));
    }
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Ok(ProbeSpec {
        kind,
        condition: arming.condition.clone(),
        expires_ms: arming.lifetime.map(millis),
        rate_per_s: arming.rate,
        budget_ppm: arming.budget,
        unchecked: arming.unchecked,
        ..ProbeSpec::snap(location)
    })
}

fn wish(spec: ProbeSpec, arming: &Arming) -> CreateProbe {
    CreateProbe {
        service: arming.service.clone(),
        version: arming.version.clone(),
        labels: arming.labels.iter().cloned().collect(),
        all_services: arming.all_services,
        instances: arming.instances,
        wait: arming.wait,
        follow: arming.follow,
        keep: arming.keep,
        dry_run: arming.dry_run,
        ..CreateProbe::of(spec)
    }
}

fn arm(spec: ProbeSpec, arming: &Arming, context: &Context) -> Result<()> {
    let wish = wish(spec.checked()?, arming);
    let output = context.output;
    let client = context.client()?;
    let me = client.me()?;
    if !output.json {
        output.toned(&armed::hub_line(&me, client.url(), &output.canvas), Tone::Head)?;
    }
    let (sender, incoming) = mpsc::channel();
    if arming.follow {
        // From here on Ctrl-C must not leave a probe behind that nobody knows of.
        interrupt::listen(sender.clone())?;
    }
    let created: CreatedProbe = client.post("/api/v1/probes", &wish)?;
    let shown = show(&created, arming, context);
    if !arming.follow {
        return shown;
    }
    let followed =
        follow::Followed { client: &client, output, probe: &created.probe, keep: arming.keep };
    match shown {
        Ok(()) => followed.to_the_end(sender, &incoming),
        Err(failure) => followed.give_up(failure),
    }
}

fn show(created: &CreatedProbe, arming: &Arming, context: &Context) -> Result<()> {
    let output = context.output;
    if output.json {
        // A followed stream carries what was captured and nothing else, as a sink does.
        return if arming.follow { Ok(()) } else { output.data(created) };
    }
    output.lines(&armed::armed(created, &output.canvas))?;
    if arming.follow {
        output.line(&armed::while_followed(&created.probe, arming.keep))?;
        return output.line("");
    }
    if created.dry_run { Ok(()) } else { output.lines(&armed::next(&created.probe)) }
}
