//! `serve`: a hub on this machine, in the foreground.
//!
//! Knows how to start one and what to say about it. Invariant: a token is written to a terminal or
//! nowhere.

use crate::args::Serve;
use crate::fail::{Exit, Failure, Result};
use crate::output::{Output, Tone};
use crate::screen::text::clean;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use std::io::IsTerminal;
use stillframe_core::error::{Error, ErrorKind};
use stillframe_hub::{Options, Ready, TlsFiles};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// All agents and streams that a hub serves at a time, and room for its own files.
const MAX_OPEN_FILES: u64 = 8_192;

/// Serves until Ctrl-C or SIGTERM, which are its regular end.
pub(crate) fn serve(args: &Serve, output: &Output) -> Result<()> {
    let defaults = Options::default();
    let options = Options {
        bind: args.bind.unwrap_or(defaults.bind),
        tls: args
            .tls_cert
            .clone()
            .zip(args.tls_key.clone())
            .map(|(certificate, key)| TlsFiles { certificate, key }),
        tls_terminated_by_proxy: args.tls_terminated_by_proxy,
        hosts: args.hosts.clone(),
        data: args.data.clone().unwrap_or_else(|| defaults.data.clone()),
        name: args.name.clone().unwrap_or_else(|| defaults.name.clone()),
        ..defaults
    };
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, "failed", format!("the hub cannot start: {error}"))
    };
    raise_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(failed)?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        let listen = |kind: SignalKind| -> Result<Signal> { signal(kind).map_err(failed) };
        (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?)
    };
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let name = options.name.clone();
    let ready = |ready: &Ready| {
        // A hub whose stdout is closed still serves.
        let _ = announce(ready, &name, output);
    };
    runtime.block_on(stillframe_hub::serve(options, ready, stop)).map_err(not_served)
}

/// Every agent is an open file, and shells permit a thousand where the system permits far more.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    // Where it cannot be raised the hub serves as many as it can, and says when it cannot.
    let wanted = limit.maximum.map_or(MAX_OPEN_FILES, |maximum| maximum.min(MAX_OPEN_FILES));
    if limit.current.is_some_and(|current| current < wanted) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit });
    }
}

fn announce(ready: &Ready, name: &str, output: &Output) -> Result<()> {
    for note in &ready.notes {
        output.remark(&format!("stillframe: {}", clean(note)));
    }
    let (people, agents) = (&ready.user_token_file, &ready.agent_token_file);
    if output.json {
        return output.data(&json!({"type": "hub", "name": name, "url": ready.url,
            "pid": std::process::id(), "token_file": people, "agent_token_file": agents,
            "notes": ready.notes}));
    }
    output.toned(&format!("hub    {}  {}", clean(name), ready.url), Tone::Head)?;
    match std::io::stdout().is_terminal() {
        true => output.line(&format!("token  {}", ready.user_token))?,
        false => output.line(&format!("token  in {} (only you can read it)", people.display()))?,
    }
    output.line(&format!("agents their token is in {}", agents.display()))?;
    output.line("next   stillframe run -- python app.py · stillframe ls")?;
    output.line("Ctrl-C stops it; probes and snapshots are kept")
}

fn not_served(error: Error) -> Failure {
    let kind = error.kind();
    let mut failure = Failure::from(error);
    // To the one who starts it, a hub that fails is not a hub that is away.
    if kind == ErrorKind::Hub {
        (failure.exit, failure.code) = (Exit::Failed, "failed".to_owned());
    }
    failure
}
