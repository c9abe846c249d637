//! `attach`: loads the agent into a JVM that runs already.
//!
//! Brings process, library, hub and screen together. Invariant: what can be refused is refused before
//! the JVM is touched; afterwards nothing of ours lies in its files.

use super::Context;
use super::run::agents::jvm::{self, Jvm};
use crate::args::Attach;
use crate::attach::channel::Place;
use crate::attach::library::{self, STEM};
use crate::attach::process::Process;
use crate::attach::protocol::{self, MAX_WORD};
use crate::attach::runtime::{Runtime, base, machine, runtime};
use crate::elf::{self, Elf};
use crate::fail::{Exit, Failure, Result};
use crate::link::client::Client;
use crate::screen::list;
use hello::Hello;
use link::Link;
use serde_json::json;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

mod hello;
mod link;
mod refusal;

/// How long a JVM may take to open its socket.
const OPENS: Duration = Duration::from_secs(5);
/// How long it may take to load the agent: until its threads can be held for a moment.
const LOADS: Duration = Duration::from_secs(30);

/// Loads the agent and says who the process is.
pub(crate) fn attach(args: &Attach, context: &Context) -> Result<()> {
    let process = Process::find(args.pid)?;
    admit(&process)?;
    let agent = jvm::find().map_err(|absent| {
        Failure::new(Exit::Failed, "no_agent", absent.reason)
            .next("keep stillframe-agents beside the command, or set STILLFRAME_AGENTS")
    })?;
    fits(&process, &agent)?;
    let link = Link::find(context.hub, &process)?;
    let hello = match &link.target {
        Some(target) => Some(Hello::before(Client::new(target)?)?),
        None => None,
    };
    let was_there = load(args, &process, &agent, &link)?;
    let output = context.output;
    let pid = process.pid;
    if !output.json {
        output.line(&match was_there {
            true => format!("the agent runs in process {pid} already"),
            false => format!("the agent is in process {pid} now"),
        })?;
    }
    let instance = hello.map(|hello| hello.await_it(&process, link.has_token)).transpose()?;
    if output.json {
        return output.data(&json!({"type": "attached", "pid": pid, "already": was_there,
            "instance": instance}));
    }
    match instance {
        Some(one) => output.lines(&list::list(&[one], &[], true, &output.canvas)),
        None => output.line("no hub was named: it reports where its own environment says"),
    }
}

/// Whether the process is a JVM that may be attached to.
fn admit(process: &Process) -> Result<()> {
    let pid = process.pid;
    let program = process.file("exe");
    let is_native_image = || elf::has_section(&program, ".svm_heap").unwrap_or(false);
    let found = runtime(&process.mapped(), &process.program, is_native_image);
    if let Some(failure) = refusal::of_runtime(pid, found, &process.program) {
        return Err(failure);
    }
    debug_assert_eq!(found, Runtime::HotSpot);
    if is_disabled(process) {
        return Err(refusal::disabled(pid));
    }
    let enabled = process.variable("STILLFRAME_ENABLED").unwrap_or_default();
    if ["false", "0", "no", "off"].contains(&enabled.trim().to_ascii_lowercase().as_str()) {
        let message = format!("process {pid} was started with STILLFRAME_ENABLED={enabled}");
        return Err(Failure::new(Exit::Refused, "policy", message)
            .next("whoever runs it wants no agent in it; start it without that variable"));
    }
    Ok(())
}

/// Whether attaching was disabled where that can be seen. A JVM that is asked all the same writes the
/// stacks of its threads to its stdout instead.
fn is_disabled(process: &Process) -> bool {
    let of = |name: &str| process.variable(name).unwrap_or_default();
    let mut words = vec![of("JAVA_TOOL_OPTIONS"), of("JDK_JAVA_OPTIONS")];
    words.extend(process.words());
    words.push(of("_JAVA_OPTIONS"));
    let flags = words.iter().flat_map(|text| text.split_whitespace());
    // The last one counts.
    let mut named = flags.filter_map(|word| {
        let flag = word.trim_matches(['"', '\'']).strip_prefix("-XX:")?;
        let (on, name) = flag.split_at_checked(1)?;
        (name == "DisableAttachMechanism").then_some(on == "+")
    });
    named.next_back().unwrap_or(false)
}

/// Whether the agent's library is made for the JVM.
fn fits(process: &Process, agent: &Jvm) -> Result<()> {
    let pid = process.pid;
    let unreadable = |reason: String| {
        Failure::new(Exit::Unauthorized, "not_permitted", format!("its program {reason}"))
            .next("run it as root, or in the process's own container")
    };
    let program = Elf::read(&process.file("exe")).map_err(unreadable)?;
    let found = machine(&process.mapped(), &program);
    if found.takes(&agent.elf) {
        return Ok(());
    }
    let message = format!(
        "process {pid} is a JVM for {}, the agent is for {}",
        found.shown(),
        agent.elf.shown()
    );
    Err(Failure::new(Exit::Refused, "misfit", message).next(
        "take a build of stillframe for that system, and set STILLFRAME_AGENTS to its agents",
    ))
}

/// Loads the agent; whether it was there before.
fn load(args: &Attach, process: &Process, agent: &Jvm, link: &Link) -> Result<bool> {
    let pid = process.pid;
    let files = process.mapped();
    let was_there = files.iter().any(|file| base(file).starts_with(STEM));
    // Another copy of the library would be another agent; the same one answers for itself.
    let is_same = files.iter().any(|file| agent.library.as_os_str() == *file);
    if was_there && !is_same {
        return Ok(true);
    }
    let folder = process.root.below("tmp").map_err(|error| refusal::of_system(pid, error))?;
    let is_open = process.owner().is_none() || library::is_open_to_all(&agent.library);
    let placed = library::place(&process.root, &agent.library, is_open);
    let placed = placed.map_err(|nowhere| refusal::of_library(pid, nowhere))?;
    let place = Place {
        folder: &folder,
        inside: process.status.inside,
        pid,
        user: process.status.user,
        owner: process.owner(),
        patience: OPENS,
    };
    let socket = place.connect(&|| process.ask(), &|| process.state());
    let socket = socket.map_err(|refusal| refusal::of_channel(process, &refusal))?;
    let (options, token) = link.options(args, process, &folder)?;
    let options = options.text();
    if options.len() > MAX_WORD {
        let message = format!("service and labels are too long: {} bytes", options.len());
        return Err(Failure::usage(message).next(format!("a JVM takes {MAX_WORD} bytes in all")));
    }
    let answer = socket
        .set_read_timeout(Some(LOADS))
        .and_then(|()| protocol::load(&socket, placed.path.as_os_str().as_bytes(), &options));
    drop(token);
    let answer = answer.map_err(|error| {
        let message = format!("process {pid} did not answer: {error}");
        Failure::new(Exit::Failed, "not_attached", message)
            .next("the agent may be in it all the same: stillframe ls")
    })?;
    refusal::of_answer(process, answer).map_or(Ok(was_there), Err)
}
