//! `ls`: instances, then probes.

use super::Context;
use crate::args::Ls;
use crate::fail::{Exit, Failure, Result};
use crate::output::Tone;
use crate::screen::{frozen, list};
use serde::Serialize;
use serde_json::Value;
use stillframe_hub::api::types::{FreezeView, InstanceView, ProbeView};

/// Lists both; as JSON one array of objects that say their `type`. That the hub is frozen comes first,
/// or as one more object.
pub(crate) fn list(args: &Ls, context: &Context) -> Result<()> {
    let client = context.client()?;
    // Launchers come along, so that the screen can say how many it hides.
    let instances: Vec<InstanceView> = client.get("/api/v1/instances?all=true")?;
    let ended = if args.all { "?ended=true" } else { "" };
    let probes: Vec<ProbeView> = client.get(&format!("/api/v1/probes{ended}"))?;
    let freeze: FreezeView = client.get("/api/v1/freeze")?;
    let output = context.output;
    if !output.json {
        for line in frozen::notice(&freeze, &output.canvas) {
            output.toned(&line, Tone::Warning)?;
        }
        return output.lines(&list::list(&instances, &probes, args.all, &output.canvas));
    }
    let shown = instances.iter().filter(|one| args.all || (one.connected && !one.launcher));
    let instances = shown.map(|one| typed("instance", one));
    let frozen = freeze.frozen.as_ref().map(|frozen| typed("frozen", frozen));
    let probes = probes.iter().map(|probe| typed("probe", probe));
    let objects = instances.chain(probes).chain(frozen);
    output.data(&objects.collect::<Result<Vec<Value>>>()?)
}

fn typed(kind: &str, object: &impl Serialize) -> Result<Value> {
    let value = serde_json::to_value(object);
    let value = value.map_err(|error| Failure::new(Exit::Failed, "output", error.to_string()))?;
    let mut fields = serde_json::Map::from_iter([("type".to_owned(), Value::from(kind))]);
    if let Value::Object(map) = value {
        fields.extend(map);
    }
    Ok(Value::Object(fields))
}
