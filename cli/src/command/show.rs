//! `show`: one snapshot in full, or all that a probe captured.

use super::follow::print_snapshot;
use super::{Context, probe_id};
use crate::fail::{Failure, Result};
use crate::link::client::{Client, encode};
use crate::output::Tone;
use crate::screen::snapshot::{Extent, snapshot};
use crate::screen::text::clean;
use crate::screen::{armed, duration};
use serde_json::Value;
use stillframe_core::ids::ProbeId;
use stillframe_core::probe::ProbeKind;
use stillframe_hub::api::types::{ProbeView, SnapshotPage};

/// Snapshots asked for at a time.
const PAGE: u32 = 200;

/// Shows `p7k2/1` in full, or everything of `p7k2` in short.
pub(crate) fn show(id: &str, context: &Context) -> Result<()> {
    let Some((probe, number)) = id.split_once('/') else {
        return all(probe_id(id)?, context);
    };
    let probe = probe_id(probe)?;
    let number: u64 = number.parse().map_err(|_| {
        Failure::usage(format!("`{}` is no snapshot", clean(id))).next("such as p7k2/1")
    })?;
    let data: Value = context.client()?.get(&format!("/api/v1/snapshots/{probe}/{number}"))?;
    let output = context.output;
    if output.json {
        return output.data(&data);
    }
    let lines = snapshot(&data, Extent::Whole, &output.canvas);
    let (first, rest) = lines.split_first().expect("a snapshot has a first line");
    output.toned(first, Tone::Head)?;
    output.lines(rest)
}

fn all(id: ProbeId, context: &Context) -> Result<()> {
    let client = context.client()?;
    let probe: ProbeView = client.get(&format!("/api/v1/probes/{id}"))?;
    let output = context.output;
    if probe.spec.kind == ProbeKind::Time {
        return durations(&probe, context);
    }
    if output.json {
        let mut list = Vec::new();
        pages(&client, id, |data| {
            list.push(data);
            Ok(())
        })?;
        return output.data(&list);
    }
    output.toned(&armed::title(&probe), Tone::Head)?;
    let mut shown = false;
    pages(&client, id, |data| {
        shown = true;
        print_snapshot(&data, output)
    })?;
    if shown { Ok(()) } else { output.line(&format!("nothing captured yet: stillframe why {id}")) }
}

/// What a time probe measured, on all instances together.
fn durations(probe: &ProbeView, context: &Context) -> Result<()> {
    let output = context.output;
    if output.json {
        let list: Vec<_> = super::durations_json(probe).into_iter().collect();
        return output.data(&list);
    }
    output.toned(&armed::title(probe), Tone::Head)?;
    match &probe.durations {
        Some(durations) if probe.counters.captured > 0 => {
            output.lines(&duration::table(durations, &output.canvas))
        }
        _ => output.line(&format!("nothing measured yet: stillframe why {}", probe.id)),
    }
}

fn pages(client: &Client, id: ProbeId, mut each: impl FnMut(Value) -> Result<()>) -> Result<()> {
    let mut after = String::new();
    loop {
        let path = format!("/api/v1/snapshots?probe={id}&limit={PAGE}{after}");
        let page: SnapshotPage = client.get(&path)?;
        page.snapshots.into_iter().try_for_each(&mut each)?;
        match page.next {
            Some(cursor) => after = format!("&after={}", encode(&cursor)),
            None => return Ok(()),
        }
    }
}
