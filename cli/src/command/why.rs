//! `why`: what the hub knows of a probe that does not do what was expected.

use super::{Context, probe_id};
use crate::fail::Result;
use crate::output::Tone;
use crate::screen::why;
use stillframe_hub::api::types::WhyView;

/// Prints the reasons.
pub(crate) fn why(probe: &str, each: bool, context: &Context) -> Result<()> {
    let id = probe_id(probe)?;
    let view: WhyView = context.client()?.get(&format!("/api/v1/probes/{id}/why"))?;
    let output = context.output;
    if output.json {
        return output.data(&view);
    }
    let mut lines = why::why(&view, &output.canvas);
    if each {
        lines.extend(why::each(&view, &output.canvas));
    }
    let verdict = if view.headline.good { Tone::Plain } else { Tone::Warning };
    for (index, line) in lines.iter().enumerate() {
        let tone = match index {
            0 => Tone::Head,
            1 => verdict,
            _ => Tone::Plain,
        };
        output.toned(line, tone)?;
    }
    Ok(())
}
