//! `token`: gives, lists and revokes the tokens of a hub.
//!
//! Invariant: before a token is made, there is a place to put it.

use super::Context;
use crate::args::{Token, TokenCreate};
use crate::fail::{Failure, Result};
use crate::link::client::encode;
use crate::link::secret::Place;
use crate::screen::table::{Column, table};
use crate::screen::text::clean;
use stillframe_hub::api::types::{CreateToken, CreatedToken, TokenView};

/// What a person's token lasts unless something else is said.
const LASTS_S: u64 = 90 * 24 * 3_600;

/// Does one of the three.
pub(crate) fn token(args: &Token, context: &Context) -> Result<()> {
    match args {
        Token::Create(args) => create(args, context),
        Token::Ls { all } => list(*all, context),
        Token::Revoke { ids } => ids.iter().try_for_each(|id| revoke(id, context)),
    }
}

fn create(args: &TokenCreate, context: &Context) -> Result<()> {
    let (client, output) = (context.client()?, context.output);
    if args.agent && args.role.is_some() {
        return Err(Failure::usage("an agent's token has no role").next("leave --role away"));
    }
    let place = Place::find(args.out.as_deref(), output)?;
    let expires_s = match (&args.expires, args.agent) {
        (Some(lifetime), _) => lifetime.seconds,
        // An agent whose token expires is blind, and nobody looks there.
        (None, true) => None,
        (None, false) => Some(LASTS_S),
    };
    let role = (!args.agent).then(|| args.role.clone().unwrap_or_else(|| "viewer".to_owned()));
    let kind = if args.agent { "agent" } else { "user" }.to_owned();
    let wish = CreateToken { kind, user: args.name.clone(), role, expires_s };
    let made: CreatedToken = client.post("/api/v1/tokens", &wish)?;
    place.put(&made.secret, output)?;
    if output.json {
        return output.data(&made.token);
    }
    let token = &made.token;
    let what = match &token.role {
        Some(role) => format!("{} ({})", clean(&token.user), clean(role)),
        None => format!("agents of {}", clean(&token.user)),
    };
    let until = token
        .expires
        .as_deref()
        .map_or("until it is revoked".to_owned(), |at| format!("until {}", clean(at)));
    output.line(&format!("id     {}  {what}  {until}", clean(&token.id)))?;
    output.line(&match (args.agent, &args.out) {
        (true, Some(path)) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            format!("next   STILLFRAME_AGENT_TOKEN_FILE={}", path.display())
        }
        (true, None) => "next   put it into a file for STILLFRAME_AGENT_TOKEN_FILE".to_owned(),
        (false, _) => format!("next   stillframe login {} --name NAME", client.url()),
    })
}

fn list(all: bool, context: &Context) -> Result<()> {
    let tokens: Vec<TokenView> = context.client()?.get("/api/v1/tokens")?;
    let shown: Vec<&TokenView> = tokens.iter().filter(|token| all || !token.over).collect();
    let output = context.output;
    if output.json {
        return output.data(&shown);
    }
    let heads = [
        Column::text("ID"),
        Column::name("WHO"),
        Column::text("ROLE"),
        Column::name("BY"),
        Column::text("ENDS"),
    ];
    let day = |time: &str| clean(time.split('T').next().unwrap_or(time));
    let ends = |token: &TokenView| match (&token.revoked, &token.expires) {
        (Some(at), _) => format!("revoked {}", day(at)),
        (None, Some(at)) if token.over => format!("ended {}", day(at)),
        (None, Some(at)) => day(at),
        (None, None) => "-".to_owned(),
    };
    let rows = shown.iter().map(|token| {
        let role = token.role.as_deref().unwrap_or("agent");
        vec![clean(&token.id), clean(&token.user), clean(role), clean(&token.by), ends(token)]
    });
    output.lines(&table(&heads, &rows.collect::<Vec<_>>(), output.canvas.width))
}

fn revoke(id: &str, context: &Context) -> Result<()> {
    let path = format!("/api/v1/tokens/{}", encode(id));
    let revoked: TokenView = context.client()?.delete(&path)?;
    if context.output.json {
        return context.output.data(&revoked);
    }
    let (id, user) = (clean(&revoked.id), clean(&revoked.user));
    context.output.line(&format!("{id} of {user} is revoked; what it had opened is closed"))
}
