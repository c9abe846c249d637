//! `login` and `logout`: further hubs, by a name.
//!
//! Knows the file of logins. Invariant: a login is kept only after the hub knew its token.

use super::Context;
use crate::args::{Login as Args, Logout};
use crate::fail::{Exit, Failure, Result};
use crate::link::client::{Client, host};
use crate::link::logins::{Login, Logins};
use crate::link::secret;
use crate::link::target::{LOCAL, Target, of_a_person, plain, variable};
use crate::screen::table::{Column, table};
use crate::screen::text::clean;
use serde_json::json;
use std::path::PathBuf;
use stillframe_core::transport::tls::CA_VARIABLE;

/// Logs in to a hub, chooses one, or lists them.
pub(crate) fn login(args: &Args, context: &Context) -> Result<()> {
    let mut logins = Logins::load()?;
    match args.hub.as_deref() {
        None => list(&logins, context),
        Some(url) if url.contains("://") => enter(url, args, logins, context),
        Some(name) => {
            let of_a_new_one = [
                ("--name", args.name.is_some()),
                ("--ca-file", args.ca_file.is_some()),
                ("--token-file", args.token_file.is_some()),
            ];
            if let Some((option, _)) = of_a_new_one.into_iter().find(|(_, is_given)| *is_given) {
                return Err(Failure::usage(format!("{option} belongs to a hub's URL"))
                    .next("stillframe login URL --name NAME"));
            }
            if name != LOCAL && logins.named(name).is_none() {
                return Err(unknown(name, &logins));
            }
            logins.chosen = (name != LOCAL).then(|| name.to_owned());
            logins.save()?;
            match context.output.json {
                true => context.output.data(&json!({"type": "login", "name": name})),
                false => context.output.line(&format!("hub    {}  from now on", clean(name))),
            }
        }
    }
}

/// There is no login of that name.
pub(crate) fn unknown(name: &str, logins: &Logins) -> Failure {
    let failure = Failure::usage(format!("no hub is called `{}`", clean(name)));
    let names: Vec<String> = logins.logins.iter().map(|login| clean(&login.name)).collect();
    match names.is_empty() {
        true => failure.next("log in to it: stillframe login URL --name NAME"),
        false => failure.next(format!("take one of: {}, {LOCAL}", names.join(", "))),
    }
}

fn enter(url: &str, args: &Args, mut logins: Logins, context: &Context) -> Result<()> {
    let url = plain(url)?;
    let name = args.name.clone().unwrap_or_else(|| host(&url).to_owned());
    if name == LOCAL || name.is_empty() || name.contains("://") || name.contains(char::is_control) {
        return Err(Failure::usage(format!("a hub cannot be called `{}`", clean(&name)))
            .next("choose a word such as prod: --name prod"));
    }
    let ca_file = args.ca_file.clone().or_else(|| variable(CA_VARIABLE).map(PathBuf::from));
    let ca_file = ca_file.map(std::path::absolute).transpose().map_err(|error| {
        Failure::new(Exit::Failed, "failed", format!("there is no present folder: {error}"))
    })?;
    let token = of_a_person(&secret::read(args.token_file.as_deref())?, "what was given")?;
    let login = Login { name, url, ca_file, token };
    let me = Client::of_login(&login)?.me().map_err(|failure| {
        let is_untrusted = failure.next.as_ref().is_some_and(|next| next.contains(CA_VARIABLE));
        match is_untrusted {
            true => failure.next("name a file with that authority's certificate: --ca-file FILE"),
            false => failure,
        }
    })?;
    let (name, address) = (login.name.clone(), login.url.clone());
    logins.put(login);
    let path = logins.save()?;
    let output = context.output;
    if output.json {
        return output.data(&json!({"type": "login", "name": name, "url": address,
            "user": me.user, "role": me.role, "file": path}));
    }
    let (user, role) = (clean(&me.user), clean(&me.role));
    output.line(&format!("hub    {}  {address}  as {user} ({role})", clean(&name)))?;
    output.line(&format!("kept   in {} (only you can read it)", path.display()))?;
    output.line("from now on it is asked unless --hub names another; back: stillframe login local")
}

fn list(logins: &Logins, context: &Context) -> Result<()> {
    let output = context.output;
    let chosen = |login: &Login| logins.chosen.as_ref() == Some(&login.name);
    if output.json {
        let all = logins.logins.iter().map(|login| {
            json!({"type": "login", "name": login.name, "url": login.url, "chosen": chosen(login)})
        });
        return output.data(&all.collect::<Vec<_>>());
    }
    if logins.logins.is_empty() {
        return output.line("no logins: stillframe login URL --name NAME");
    }
    let heads = [Column::text(" "), Column::name("NAME"), Column::name("URL")];
    let mark = |is_chosen: bool| if is_chosen { "*" } else { " " }.to_owned();
    let rows = logins.logins.iter();
    let mut rows: Vec<_> = rows
        .map(|login| vec![mark(chosen(login)), clean(&login.name), clean(&login.url)])
        .collect();
    rows.push(vec![
        mark(logins.chosen().is_none()),
        LOCAL.into(),
        "the hub of this machine".into(),
    ]);
    output.lines(&table(&heads, &rows, output.canvas.width))
}

/// Forgets a login.
pub(crate) fn logout(args: &Logout, context: &Context) -> Result<()> {
    let mut logins = Logins::load()?;
    if !logins.remove(&args.name) {
        return Err(unknown(&args.name, &logins));
    }
    logins.save()?;
    match context.output.json {
        true => context.output.data(&json!({"type": "logout", "name": args.name})),
        false => context.output.line(&format!(
            "{} is forgotten; its token is still good: an admin revokes it",
            clean(&args.name)
        )),
    }
}

impl Client {
    /// A client for a login that is not kept yet.
    fn of_login(login: &Login) -> Result<Self> {
        Self::with_token(&Target::of(login.clone()), login.token.clone())
    }
}
