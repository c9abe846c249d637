//! `rm`: removes probes.

use super::{Context, probe_id};
use crate::args::Rm;
use crate::fail::Result;
use crate::link::client::encode;
use crate::screen::done;
use stillframe_hub::api::types::ProbeView;

/// Removes the named probes, or all. Names are read before anything is removed.
pub(crate) fn remove(args: &Rm, context: &Context) -> Result<()> {
    let ids = args.probes.iter().map(|text| probe_id(text)).collect::<Result<Vec<_>>>()?;
    let client = context.client()?;
    let removed: Vec<ProbeView> = if args.all {
        let service = args.service.as_ref().map(|name| format!("?service={}", encode(name)));
        client.delete(&format!("/api/v1/probes{}", service.unwrap_or_default()))?
    } else {
        let one = |id| client.delete(&format!("/api/v1/probes/{id}"));
        ids.iter().map(one).collect::<Result<_>>()?
    };
    let output = context.output;
    if output.json {
        return output.data(&removed);
    }
    if removed.is_empty() {
        return output.line("no probe was armed");
    }
    removed.iter().try_for_each(|probe| output.line(&done::line(probe)))
}
