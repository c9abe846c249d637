//! `doctor`: what stands between this machine and a snapshot, and what to do about it.
//!
//! Looks and asks, changes nothing. Invariant: whatever is not in order comes with its next step.

use super::Context;
use crate::fail::{Exit, Failure, Result};
use crate::link::client::Client;
use crate::link::target::{Target, variable};
use crate::output::Tone;
use crate::screen::text::{clean, left, plural, wrap};
use serde::Serialize;
use std::path::Path;
use stillframe_hub::api::types::{FreezeView, InstanceView};
use stillframe_hub::discovery;

mod jvm;
mod private;
mod python;
mod ruby;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// In order.
    Ok,
    /// In order, and worth knowing.
    Note,
    /// Must be mended.
    Bad,
}

/// One line of the doctor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Check {
    state: State,
    about: &'static str,
    message: String,
    next: Option<String>,
}

impl Check {
    fn new(state: State, about: &'static str, message: impl Into<String>) -> Self {
        Self { state, about, message: message.into(), next: None }
    }

    fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    fn bad(about: &'static str, failure: Failure) -> Self {
        Self { state: State::Bad, about, message: failure.message, next: failure.next }
    }
}

/// Runs every check and prints each; exits with 1 if one must be mended.
pub(crate) fn doctor(context: &Context) -> Result<()> {
    let mut checks = vec![discovery_file()];
    checks.extend(hub(context));
    checks.extend(python::checks());
    checks.extend(jvm::checks());
    checks.extend(ruby::checks());
    checks.extend(environment());
    let output = context.output;
    if output.json {
        output.data(&checks)?;
    } else {
        for check in &checks {
            let (word, tone) = match check.state {
                State::Ok => ("ok", Tone::Plain),
                State::Note => ("note", Tone::Plain),
                State::Bad => ("bad", Tone::Warning),
            };
            let line = format!("{}{}{}", left(word, 6), left(check.about, 11), check.message);
            let indent = " ".repeat(17);
            let lines = wrap(&line, output.canvas.width, &indent);
            lines.iter().try_for_each(|line| output.toned(line, tone))?;
            if let Some(next) = &check.next {
                let room = output.canvas.width.saturating_sub(indent.len());
                for line in wrap(&format!("next: {next}"), room, "") {
                    output.line(&format!("{indent}{line}"))?;
                }
            }
        }
    }
    match checks.iter().filter(|check| check.state == State::Bad).count() {
        0 => Ok(()),
        bad => Err(Failure::new(
            Exit::Failed,
            "unwell",
            plural(bad as u64, "thing is", "things are") + " to be mended",
        )),
    }
}

fn discovery_file() -> Check {
    let folder = discovery::folder();
    let file = folder.join("hub.json");
    let about = "discovery";
    if !file.exists() {
        return Check::new(
            State::Note,
            about,
            format!("no hub of this machine: no {}", file.display()),
        )
        .next("stillframe serve");
    }
    for (path, mode) in [(&folder, 0o700), (&file, 0o600)] {
        if let Err(reason) = private::check(path, mode) {
            return Check::new(State::Bad, about, reason)
                .next("remove it and start the hub again: stillframe serve");
        }
    }
    match discovery::Discovery::find(&folder) {
        Some(found) => {
            let message = format!("{} names process {}", file.display(), found.pid);
            Check::new(State::Ok, about, message)
        }
        None => {
            Check::new(State::Note, about, format!("{} is of a hub that is gone", file.display()))
                .next("stillframe serve")
        }
    }
}

fn hub(context: &Context) -> Vec<Check> {
    let target = match Target::find(context.hub) {
        Ok(target) => target,
        Err(failure) => return vec![Check::bad("hub", failure)],
    };
    let mut checks = Vec::new();
    checks.extend(token_files(&target));
    let me = Client::new(&target).and_then(|client| Ok((client.me()?, client)));
    let (me, client) = match me {
        Ok(me) => me,
        Err(failure) => {
            let about = if failure.exit == Exit::Unauthorized { "token" } else { "hub" };
            checks.push(Check::bad(about, failure));
            return checks;
        }
    };
    let (name, version) = (clean(&me.hub), clean(&me.version));
    checks.push(Check::new(
        State::Ok,
        "hub",
        format!("{name} at {} answers ({version})", client.url()),
    ));
    if me.version != env!("CARGO_PKG_VERSION") {
        let own = env!("CARGO_PKG_VERSION");
        let message = format!("the hub is {version}, this command is {own}");
        checks.push(Check::new(State::Note, "version", message).next("use one version for both"));
    }
    let who = format!("the hub knows you as {} ({})", clean(&me.user), clean(&me.role));
    checks.push(Check::new(State::Ok, "token", who));
    checks.extend(frozen(&client));
    checks.push(match client.get::<Vec<InstanceView>>("/api/v1/instances") {
        Err(failure) => Check::bad("instances", failure),
        Ok(list) if list.is_empty() => Check::new(State::Note, "instances", "none is connected")
            .next(
                "stillframe run -- CMD, or stillframe attach PID for a JVM; a Python started with -I, \
             -E or -S ignores the hook, as does a version without an agent",
            ),
        Ok(list) => {
            let number = plural(list.len() as u64, "instance is", "instances are");
            Check::new(State::Ok, "instances", format!("{number} connected"))
        }
    });
    checks
}

/// A frozen hub is well, and arms nothing.
fn frozen(client: &Client) -> Option<Check> {
    match client.get::<FreezeView>("/api/v1/freeze") {
        Err(failure) => Some(Check::bad("hub", failure)),
        Ok(view) => view.frozen.map(|frozen| {
            let (by, since) = (clean(&frozen.by), clean(&frozen.since));
            let message = format!("frozen by {by} since {since}: nothing is armed");
            Check::new(State::Note, "hub", message).next("stillframe unfreeze")
        }),
    }
}

fn token_files(target: &Target) -> Vec<Check> {
    let Some(found) = &target.discovery else { return Vec::new() };
    let one = |path: &Path, prefix: &str, what: &str| {
        let again = "stop the hub and start it again: stillframe serve";
        if let Err(reason) = private::check(path, 0o600) {
            return Check::new(State::Bad, "tokens", reason).next(again);
        }
        match std::fs::read_to_string(path) {
            Ok(text) if text.trim().starts_with(prefix) => {
                Check::new(State::Ok, "tokens", format!("{what} in {}", path.display()))
            }
            Ok(_) => {
                let message = format!("{} holds no token {prefix}…", path.display());
                Check::new(State::Bad, "tokens", message).next(again)
            }
            Err(error) => {
                let message = format!("{} cannot be read: {error}", path.display());
                Check::new(State::Bad, "tokens", message).next(again)
            }
        }
    };
    vec![
        one(&found.token_file, "sfu_", "a person's"),
        one(&found.agent_token_file, "sfa_", "the agents'"),
    ]
}

fn environment() -> Vec<Check> {
    let mut checks = Vec::new();
    if variable("STILLFRAME_ENABLED").is_some_and(|value| value.eq_ignore_ascii_case("false")) {
        checks.push(
            Check::new(State::Note, "variables", "STILLFRAME_ENABLED=false: agents do nothing")
                .next("unset STILLFRAME_ENABLED"),
        );
    }
    for (name, prefix, kind) in [
        ("STILLFRAME_TOKEN", "sfu_", "a person's token (sfu_…)"),
        ("STILLFRAME_AGENT_TOKEN", "sfa_", "an agent's token (sfa_…)"),
    ] {
        if variable(name).is_some_and(|value| !value.trim().starts_with(prefix)) {
            checks.push(
                Check::new(State::Bad, "variables", format!("{name} is not {kind}"))
                    .next(format!("set {name} to {kind}, or unset it")),
            );
        }
    }
    checks
}
