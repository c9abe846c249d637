//! What is said when a JVM is not attached to, and what to do about it.
//!
//! Invariant: each way it can fail has words of its own, a next step, and a documented exit code.

use crate::attach::channel::Refusal;
use crate::attach::library::Nowhere;
use crate::attach::process::{Process, gone};
use crate::attach::protocol::Answer;
use crate::attach::runtime::Runtime;
use crate::fail::{Exit, Failure};
use crate::screen::text::clean;
use std::io;

const AT_START: &str = "start it with the agent: stillframe run -- CMD";

fn refused(code: &str, message: String) -> Failure {
    Failure::new(Exit::Refused, code, message)
}

/// The process is no JVM that can be attached to.
pub(super) fn of_runtime(pid: u32, runtime: Runtime, program: &str) -> Option<Failure> {
    let program = clean(program);
    let failure = match runtime {
        Runtime::HotSpot => return None,
        Runtime::Starting => {
            Failure::new(Exit::Failed, "starting", format!("the JVM of process {pid} still starts"))
                .next(format!("stillframe attach {pid}, in a moment"))
        }
        Runtime::OpenJ9 => refused(
            "unsupported",
            format!("process {pid} runs OpenJ9, which cannot be attached to: it is no HotSpot"),
        )
        .next("run it on a JDK with HotSpot, such as OpenJDK or Temurin"),
        Runtime::NativeImage => refused(
            "unsupported",
            format!("process {pid} is a native image of GraalVM: there is no JVM in it"),
        )
        .next("run its jar on a JVM to look into it"),
        Runtime::Other(name) => refused(
            "unsupported",
            format!(
                "process {pid} runs {name}: attaching is there for the JVM only, not yet for it"
            ),
        )
        .next(if name == "Python" {
            AT_START
        } else {
            "there is no agent for this runtime yet"
        }),
        Runtime::Unknown => {
            refused("not_a_jvm", format!("process {pid} is no JVM: it runs {program}"))
                .next("pgrep -a java lists the JVMs of this machine; take the JVM's own id")
        }
    };
    Some(failure)
}

/// The JVM was told not to be attached to.
pub(super) fn disabled(pid: u32) -> Failure {
    refused(
        "attach_disabled",
        format!("process {pid} was started with -XX:+DisableAttachMechanism"),
    )
    .next(format!("start it without, or {AT_START}"))
}

/// There is no connection.
pub(super) fn of_channel(process: &Process, refusal: &Refusal) -> Failure {
    let (pid, inside) = (process.pid, process.status.inside);
    let socket = format!("/tmp/.java_pid{inside}");
    match refusal {
        Refusal::Gone => gone(pid),
        Refusal::Stopped => {
            Failure::new(Exit::Failed, "stopped", format!("process {pid} is stopped"))
                .next(format!("kill -CONT {pid}, or let its debugger go on"))
        }
        Refusal::NoHandler => Failure::new(
            Exit::Failed,
            "starting",
            format!("process {pid} does not handle SIGQUIT, which would end it: its JVM still starts"),
        )
        .next(format!("try again in a moment; if that does not help, {AT_START}")),
        Refusal::Silent => refused(
            "attach_disabled",
            format!("process {pid} opened no socket within 5 s: attaching is disabled, or it hangs"),
        )
        .next(format!(
            "look for -XX:+DisableAttachMechanism in its options (jinfo -flags {pid}), or {AT_START}"
        )),
        Refusal::Foreign(name, user) => refused(
            "foreign_socket",
            format!("/tmp/{name} belongs to user {user}, not to process {pid}: it is left alone"),
        )
        .next("look who put it there and remove it, then attach again"),
        Refusal::NoSocket => {
            refused("foreign_socket", format!("{socket} of process {pid} is no socket"))
                .next("remove it, then attach again")
        }
        Refusal::Impostor(other) => refused(
            "foreign_socket",
            format!("{socket} is opened by process {other}, not by {pid}: it is not spoken to"),
        )
        .next("look what that process is; remove the file, then attach again"),
        Refusal::ReadOnly => refused(
            "read_only",
            format!("/tmp of process {pid} is read-only: a JVM opens its socket there alone"),
        )
        .next(format!("give its container a writable /tmp (an emptyDir), or {AT_START}")),
        Refusal::System(error) => of_system(pid, *error),
    }
}

/// The system says no to a file or signal.
pub(super) fn of_system(pid: u32, error: rustix::io::Errno) -> Failure {
    use rustix::io::Errno;
    let reason = io::Error::from(error);
    match error {
        Errno::ACCESS | Errno::PERM => Failure::new(
            Exit::Unauthorized,
            "not_permitted",
            format!("the files of process {pid} may not be used: {reason}"),
        )
        .next("run it as root, or in the process's own container"),
        Errno::NOSYS => {
            Failure::new(Exit::Failed, "failed", format!("process {pid}: {reason} (openat2)"))
                .next("attaching needs Linux 5.6 or later")
        }
        Errno::NOENT => {
            Failure::new(Exit::Failed, "failed", format!("process {pid} has no folder /tmp"))
                .next("create it: a JVM opens its socket there alone")
        }
        _ => Failure::new(Exit::Failed, "failed", format!("/tmp of process {pid}: {reason}"))
            .next("see to that first, then attach again"),
    }
}

/// There is nowhere to put the library.
pub(super) fn of_library(pid: u32, nowhere: Nowhere) -> Failure {
    let mount = "mount stillframe-agents into its container, at the path it has here";
    match nowhere {
        Nowhere::ReadOnly => refused(
            "read_only",
            format!(
                "process {pid} does not see the agent's files, and its /tmp and /var/tmp cannot be \
                 written to"
            ),
        )
        .next(mount),
        Nowhere::NoExec => refused(
            "no_exec",
            format!(
                "process {pid} does not see the agent's files, and its /tmp and /var/tmp are mounted \
                 noexec"
            ),
        )
        .next(mount),
        Nowhere::Failed(reason) => Failure::new(
            Exit::Failed,
            "failed",
            format!("the agent cannot be put where process {pid} sees it: {reason}"),
        )
        .next(mount),
    }
}

/// The JVM did not load the agent.
pub(super) fn of_answer(process: &Process, answer: Answer) -> Option<Failure> {
    let pid = process.pid;
    let failure = match answer {
        Answer::Loaded => return None,
        Answer::Nothing if !process.lives() => Failure::new(
            Exit::Failed,
            "not_attached",
            format!("process {pid} ended while it was attached to"),
        )
        .next("look at its stderr, and for a file hs_err_pid in its folder"),
        Answer::Forbidden => refused(
            "loading_forbidden",
            format!("process {pid} was started with -XX:-EnableDynamicAgentLoading"),
        )
        .next(format!("start it with -XX:+EnableDynamicAgentLoading, or {AT_START}")),
        Answer::Returned(number) => Failure::new(
            Exit::Failed,
            "not_attached",
            format!("the agent was loaded into process {pid} and did not start ({number})"),
        )
        .next("its reason is on the stderr of that process, behind `stillframe:`"),
        Answer::NotLoaded(words) => Failure::new(
            Exit::Failed,
            "not_attached",
            format!("process {pid} did not load the agent: {}", clean(&words.replace('\n', " "))),
        )
        .next(advice(&words)),
        Answer::Nothing => Failure::new(
            Exit::Unauthorized,
            "not_permitted",
            format!("process {pid} hung up without an answer, as a JVM does on another user"),
        )
        .next("run it as the very user and group of that process"),
    };
    Some(failure)
}

/// What to do about the words of a loader.
fn advice(words: &str) -> &'static str {
    if words.contains("GLIBC_") {
        return "its C library is older than the agent's: take an agent built for that system";
    }
    if words.contains("failed to map segment") {
        return "the file system is mounted noexec there: mount stillframe-agents elsewhere";
    }
    if words.contains("cannot open shared object file") {
        return "see that its user can read the agent's file and the folders above";
    }
    "stillframe doctor checks the agent"
}
