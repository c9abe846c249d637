//! `freeze` and `unfreeze`: the brake for everything that this hub has armed.
//!
//! Invariant: hub and user are named before anything is done.

use super::Context;
use crate::fail::Result;
use crate::link::client::Client;
use crate::output::Tone;
use crate::screen::{armed, frozen};
use stillframe_hub::api::types::FreezeView;

/// `/api/v1/freeze`.
const PATH: &str = "/api/v1/freeze";

/// Takes every probe from every instance.
pub(crate) fn freeze(context: &Context) -> Result<()> {
    change(context, |client| client.post(PATH, &()))
}

/// Lets the hub go.
pub(crate) fn unfreeze(context: &Context) -> Result<()> {
    change(context, |client| client.delete(PATH))
}

fn change(context: &Context, ask: impl FnOnce(&Client) -> Result<FreezeView>) -> Result<()> {
    let output = context.output;
    let client = context.client()?;
    if output.json {
        return output.data(&ask(&client)?);
    }
    let me = client.me()?;
    output.toned(&armed::hub_line(&me, client.url(), &output.canvas), Tone::Head)?;
    output.lines(&frozen::done(&ask(&client)?, &output.canvas))
}
