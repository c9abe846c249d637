//! `run`: starts a command with the agent in it, by its environment alone.
//!
//! Knows which hooks exist and where their files lie, nothing of what the agent does. Invariant: the
//! command starts whatever is wrong on our side, as the same process, and stdout stays its own.

use crate::args::{Children, Format, Run};
use crate::fail::{Exit, Failure, Result};
use crate::link::target::{Target, variable};
use crate::output::Output;
use serde_json::json;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::process::Command;

pub(crate) mod agents;
mod variables;

use agents::Missing;
use agents::jvm::NoAgent;
use variables::{Changes, Wish};

/// Starts the command; returns only if it could not be started, or if there was nothing to start.
pub(crate) fn run(run: &Run, hub: Option<&str>, format: Format, output: &Output) -> Result<()> {
    if run.command.is_empty() && !run.print {
        return Err(Failure::usage("there is no command to start")
            .next("write it behind two dashes: stillframe run -- python app.py"));
    }
    let changes = changes(run, hub)?;
    if run.print {
        return print(&changes, format, output);
    }
    let (program, arguments) = run.command.split_first().expect("a command was given");
    let mut command = Command::new(program);
    command.args(arguments);
    for (name, value) in changes.all() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Err(not_started(program, &command.exec()))
}

fn changes(run: &Run, hub: Option<&str>) -> Result<Changes> {
    if is_off() {
        return Ok(Changes::of_a_person());
    }
    let target = target(hub)?;
    let (python, jvm) = (agents::python::find(), agents::jvm::find());
    let (node, ruby) = (agents::node::find(), agents::ruby::find());
    if let (Err(python), Err(NoAgent { reason: jvm, .. }), Err(_), Err(_)) =
        (&python, &jvm, &node, &ruby)
    {
        if run.print {
            return Err(Failure::new(Exit::Failed, "no_agent", format!("{python}, {jvm}"))
                .next("keep stillframe-agents beside the command, or set STILLFRAME_AGENTS"));
        }
        say(&format!("{python}, {jvm}: the command starts untouched"));
        return Ok(Changes::of_a_person());
    }
    // One that is not carried is missed by those alone who start a JVM.
    let is_carried = !jvm.as_ref().is_err_and(|absent| !absent.is_broken);
    let options =
        jvm.map_err(|absent| absent.reason).and_then(|jvm| jvm.value(&run.command, !run.print));
    let missing = Missing {
        python: reason(&python),
        jvm: reason(&options),
        node: reason(&node),
        ruby: reason(&ruby),
    };
    match (agents::misfit(&run.command, &missing), missing.jvm.filter(|_| is_carried)) {
        (Some(reason), _) => say(&format!("{reason}: it starts untouched")),
        (None, Some(reason)) => say(&format!("{reason}: JVMs start without an agent")),
        (None, None) => {}
    }
    say_unrewritten(run, missing.node);
    Ok(Changes::of(&Wish {
        python: python.as_ref().ok().map(|python| python.folder.as_path()),
        jvm: options.as_ref().ok().and_then(|options| options.as_deref()),
        node: node.as_ref().ok().and_then(|node| node.value()).as_deref(),
        ruby: ruby.as_ref().ok().and_then(|ruby| ruby.value()).as_deref(),
        rewrite: run.rewrite.as_deref().filter(|_| node.is_ok()),
        target: target.as_ref(),
        service: run.service.as_deref(),
        labels: &run.labels,
        children: run.children == Children::Yes,
        process: (!run.print).then(std::process::id),
    }))
}

/// The hub, if there is one; without any, whoever wants no other results is told.
fn target(hub: Option<&str>) -> Result<Option<Target>> {
    match Target::find(hub) {
        Ok(target) => {
            let given = ["STILLFRAME_AGENT_TOKEN", "STILLFRAME_AGENT_TOKEN_FILE"];
            let is_given = given.iter().any(|name| variable(name).is_some());
            if !is_given && target.agent_token_file().is_none() {
                say(&format!(
                    "no token for agents of {}: set STILLFRAME_AGENT_TOKEN_FILE; an admin gives \
                     one by `stillframe token create NAME --agent`",
                    target.url
                ));
            }
            Ok(Some(target))
        }
        Err(failure) if failure.exit == Exit::Unreachable => {
            let elsewhere = ["STILLFRAME_SINK", "STILLFRAME_PROBES"];
            if elsewhere.iter().all(|name| variable(name).is_none()) {
                say("no hub runs on this machine: start one with `stillframe serve`");
            }
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

fn say_unrewritten(run: &Run, no_agent: Option<&str>) {
    if let (Some(_), Some(reason)) = (&run.rewrite, no_agent) {
        say(&format!("{reason}: nothing is rewritten"));
    }
}

fn is_off() -> bool {
    let enabled = variable("STILLFRAME_ENABLED").map(|value| value.trim().to_ascii_lowercase());
    enabled.is_some_and(|value| ["false", "0", "no", "off"].contains(&value.as_str()))
}

fn reason<T>(found: &std::result::Result<T, String>) -> Option<&str> {
    found.as_ref().err().map(String::as_str)
}

/// A remark for whoever started the command, on its stderr.
fn say(text: &str) {
    if variable("STILLFRAME_LOG").is_none_or(|level| level.trim() != "off") {
        eprintln!("stillframe: {text}");
    }
}

fn not_started(program: &OsStr, error: &std::io::Error) -> Failure {
    let program = program.to_string_lossy();
    let (exit, code) = match error.kind() {
        std::io::ErrorKind::NotFound => (Exit::CommandNotFound, "command_not_found"),
        _ => (Exit::CommandNotExecutable, "command_not_executable"),
    };
    Failure::new(exit, code, format!("{program} cannot be started: {error}"))
        .next("check its name, that it is executable, and the interpreter in its first line")
}

fn print(changes: &Changes, format: Format, output: &Output) -> Result<()> {
    let set = changes.all().filter_map(|(name, value)| Some((name, value?.to_string_lossy())));
    match format {
        Format::Json => {
            let list: Vec<_> =
                set.map(|(name, value)| json!({"name": name, "value": value})).collect();
            output.data(&list)
        }
        Format::Yaml => {
            output.line("env:")?;
            set.map(|(name, value)| {
                // A JSON string is a YAML string.
                format!("  - name: {name}\n    value: {}", json!(value))
            })
            .try_for_each(|line| output.line(&line))
        }
        Format::Text => set
            .map(|(name, value)| format!("export {name}='{}'", value.replace('\'', "'\\''")))
            .try_for_each(|line| output.line(&line)),
    }
}

/// The variable `name` as the process has it, if it is set to something.
fn inherited(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
