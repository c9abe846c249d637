//! A process that is to be attached to, and whether that is permitted.
//!
//! Looks at `/proc` and holds the process by a descriptor, so that no other can take its number
//! meanwhile. Invariant: everything that can be known to fail is refused before the process or its
//! files are touched.

use super::channel::Refusal;
use super::folder::Folder;
use super::runtime;
use super::status::{Status, user_inside};
use crate::fail::{Exit, Failure, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, getegid, geteuid, pidfd_open, pidfd_send_signal};
use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// A process that lives, and that we may look into.
#[derive(Debug)]
pub(crate) struct Process {
    /// Its id, as we see it.
    pub(crate) pid: u32,
    /// What the system says of it.
    pub(crate) status: Status,
    /// Its root folder.
    pub(crate) root: Folder,
    /// The text of its mappings.
    pub(crate) maps: String,
    /// The program it runs; its folder is that of the process's own files.
    pub(crate) program: String,
    handle: OwnedFd,
}

/// Namespaces by which what is ours differs from what is the process's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// Addresses and ports.
    Network,
    /// The host's name.
    HostName,
}

impl Process {
    /// The process `pid`, or why it cannot be attached to.
    pub(crate) fn find(pid: u32) -> Result<Self> {
        let status = read_status(pid).ok_or_else(|| gone(pid))?;
        if status.process != pid {
            let process = status.process;
            return Err(Failure::new(
                Exit::NotFound,
                "no_process",
                format!("{pid} is a thread of process {process}"),
            )
            .next(format!("stillframe attach {process}")));
        }
        let id = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or_else(|| gone(pid))?;
        let handle = pidfd_open(id, PidfdFlags::empty()).map_err(|error| match error {
            Errno::SRCH => gone(pid),
            error => Failure::new(Exit::Failed, "failed", format!("process {pid}: {error}")).next(
                "attaching needs Linux 5.6 or later, and a container that permits pidfd_open",
            ),
        })?;
        permitted(pid, &status)?;
        let root = Folder::open(&folder(pid).join("root")).map_err(|error| closed(pid, error))?;
        let maps = std::fs::read_to_string(folder(pid).join("maps"));
        let maps = maps.map_err(|error| closed(pid, Errno::from_io_error(&error)))?;
        let program = std::fs::read_link(folder(pid).join("exe")).unwrap_or_default();
        let program = program.to_string_lossy().into_owned();
        // One that ended has no mappings, and is still listed until its parent has asked.
        if maps.is_empty() || status.state == 'Z' {
            return Err(gone(pid));
        }
        Ok(Self { pid, status, root, maps, program, handle })
    }

    /// A file of the process in `/proc`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        folder(self.pid).join(name)
    }

    /// Files whose code it has mapped.
    pub(crate) fn mapped(&self) -> Vec<&str> {
        runtime::mapped(&self.maps)
    }

    /// Whether it still runs.
    pub(crate) fn lives(&self) -> bool {
        let mut handles = [PollFd::new(&self.handle, PollFlags::IN)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        // Its descriptor becomes readable when it ends.
        poll(&mut handles, Some(&at_once)).is_ok_and(|ready| ready == 0)
    }

    /// Why it cannot look for the trigger just now.
    pub(crate) fn state(&self) -> Result<(), Refusal> {
        let status = read_status(self.pid).ok_or(Refusal::Gone)?;
        match status {
            _ if !self.lives() => Err(Refusal::Gone),
            Status { state: 'T' | 't', .. } => Err(Refusal::Stopped),
            Status { catches_quit: false, .. } => Err(Refusal::NoHandler),
            _ => Ok(()),
        }
    }

    /// Asks the JVM to look for the trigger, if it has a handler for the signal that asks.
    pub(crate) fn ask(&self) -> Result<(), Refusal> {
        self.state()?;
        pidfd_send_signal(&self.handle, Signal::QUIT).map_err(|error| match error {
            Errno::SRCH => Refusal::Gone,
            error => Refusal::System(error),
        })
    }

    /// Who has to own what is left for it, unless that is us.
    pub(crate) fn owner(&self) -> Option<(u32, u32)> {
        (geteuid().as_raw() != self.status.user).then_some((self.status.user, self.status.group))
    }

    /// Words of its command line.
    pub(crate) fn words(&self) -> Vec<String> {
        self.list("cmdline")
    }

    /// A variable of the environment it was started with, if it is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let all = self.list("environ");
        let found = all.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        (!found.trim().is_empty()).then(|| found.to_owned())
    }

    fn list(&self, name: &str) -> Vec<String> {
        let bytes = std::fs::read(self.file(name)).unwrap_or_default();
        let words = bytes.split(|byte| *byte == 0).filter(|word| !word.is_empty());
        words.map(|word| OsString::from_vec(word.to_vec()).to_string_lossy().into_owned()).collect()
    }

    /// Whether it shares a namespace with us; what cannot be told is taken for shared.
    pub(crate) fn shares(&self, namespace: Namespace) -> bool {
        let name = match namespace {
            Namespace::Network => "ns/net",
            Namespace::HostName => "ns/uts",
        };
        let own = std::fs::read_link(PathBuf::from("/proc/self").join(name));
        let other = std::fs::read_link(self.file(name));
        own.ok().zip(other.ok()).is_none_or(|(own, other)| own == other)
    }
}

fn folder(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

fn read_status(pid: u32) -> Option<Status> {
    Status::parse(&std::fs::read_to_string(folder(pid).join("status")).ok()?)
}

/// There is no such process.
pub(crate) fn gone(pid: u32) -> Failure {
    Failure::new(Exit::NotFound, "no_process", format!("there is no process {pid}, or no more"))
        .next("pgrep -a java lists the JVMs of this machine")
}

/// A JVM answers its own user and root alone, and tells them by numbers of its own namespace.
fn permitted(pid: u32, status: &Status) -> Result<()> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    let map = std::fs::read_to_string(folder(pid).join("uid_map")).unwrap_or_default();
    let is_root = user_inside(&map, user) == Some(0);
    if is_root || (user, group) == (status.user, status.group) {
        return Ok(());
    }
    let (theirs, groups) = (status.user, status.group);
    let message = format!(
        "process {pid} belongs to user {theirs} and group {groups}, and a JVM answers these and \
         root alone"
    );
    let next = format!("sudo -u '#{theirs}' -g '#{groups}' stillframe attach {pid}");
    Err(Failure::new(Exit::Unauthorized, "not_permitted", message).next(next))
}

fn closed(pid: u32, error: impl Into<Option<Errno>>) -> Failure {
    match error.into() {
        Some(Errno::NOENT | Errno::SRCH) => gone(pid),
        error => {
            let reason = error.map(|error| io::Error::from(error).to_string());
            let reason = reason.unwrap_or_else(|| "it cannot be read".to_owned());
            let message = format!("process {pid} may not be looked into: {reason}");
            Failure::new(Exit::Unauthorized, "not_permitted", message)
                .next("run it as root, or in the process's own container")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_process_is_found_until_it_is_gone() {
        let mut sleep = Command::new("sleep").arg("600").env("A", "b=c").spawn().expect("sleep");
        let process = Process::find(sleep.id()).expect("a process");
        assert!(process.lives());
        assert!(!process.status.catches_quit, "so it is never signalled");
        assert_eq!(process.ask(), Err(Refusal::NoHandler));
        sleep.kill().expect("killed");
        // Dead, and not yet asked for by its parent.
        while process.lives() {
            std::thread::yield_now();
        }
        assert_eq!(process.ask(), Err(Refusal::Gone));
        let failure = Process::find(sleep.id()).expect_err("it ended");
        assert_eq!(failure.exit, Exit::NotFound);
        sleep.wait().expect("ended");
        assert_eq!(Process::find(sleep.id()).expect_err("gone").exit, Exit::NotFound);
        assert_eq!(Process::find(0).expect_err("none").exit, Exit::NotFound);
        assert_eq!(Process::find(u32::MAX).expect_err("none").exit, Exit::NotFound);
    }

    #[test]
    fn its_words_and_variables_are_those_it_was_started_with() {
        let mut cat = Command::new("cat");
        let mut cat = cat.arg("-u").env("A", "b=c").env("E", " ").stdin(Stdio::piped()).spawn();
        let cat = cat.as_mut().expect("cat");
        let process = Process::find(cat.id()).expect("a process");
        // Between fork and exec it is still us.
        while !process.words().ends_with(&["-u".to_owned()]) {
            std::thread::yield_now();
        }
        assert_eq!(process.variable("A").as_deref(), Some("b=c"));
        assert_eq!((process.variable("E"), process.variable("NO")), (None, None));
        assert!(process.shares(Namespace::Network) && process.shares(Namespace::HostName));
        cat.kill().and_then(|()| cat.wait()).expect("ended");
    }

    #[test]
    fn a_thread_is_no_process() {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            sender.send(std::fs::read_link("/proc/thread-self").expect("proc")).expect("sent");
            std::thread::park();
        });
        let path = receiver.recv().expect("a path");
        let id = path.file_name().and_then(|id| id.to_str()?.parse().ok()).expect("an id");
        let failure = Process::find(id).expect_err("a thread");
        assert!(failure.message.contains("is a thread of"), "{}", failure.message);
    }
}
