//! The socket of a running JVM: found, or asked for.
//!
//! A JVM opens it in its `/tmp` when it gets SIGQUIT and finds the file `.attach_pidN` of its user
//! there. Knows files and sockets, not processes. Invariant: what is connected to is the process
//! that is meant, whatever lies in a folder that everybody may write to.

use super::folder::Folder;
use rustix::io::Errno;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// How often it is looked for.
const TURN: Duration = Duration::from_millis(10);

/// Where the socket of a JVM is, and whose it has to be.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    /// `/tmp`, as the process sees it.
    pub(crate) folder: &'a Folder,
    /// Id of the process, as it sees itself.
    pub(crate) inside: u32,
    /// Id of the process, as we see it.
    pub(crate) pid: u32,
    /// Its user.
    pub(crate) user: u32,
    /// Who has to own the trigger, unless that is us.
    pub(crate) owner: Option<(u32, u32)>,
    /// How long it may take to appear.
    pub(crate) patience: Duration,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The process ended.
    Gone,
    /// The process is stopped.
    Stopped,
    /// The process does not handle the signal that asks, and would die of it.
    NoHandler,
    /// It was asked, and no socket appeared.
    Silent,
    /// The socket, or the file that asks for it, belongs to this user.
    Foreign(String, u32),
    /// What lies in the socket's place is no socket.
    NoSocket,
    /// The socket is that of another process, with this id.
    Impostor(u32),
    /// The folder cannot be written to.
    ReadOnly,
    /// The system says no.
    System(Errno),
}

impl Place<'_> {
    /// Connects; `ask` makes the JVM look for the trigger, `state` says why it cannot look just now.
    /// One that is stopped may be on its way into that state or out of it, so it is waited for: a
    /// JVM that goes on without a trigger would write its threads to its stdout.
    pub(crate) fn connect(
        &self,
        ask: &dyn Fn() -> Result<(), Refusal>,
        state: &dyn Fn() -> Result<(), Refusal>,
    ) -> Result<UnixStream, Refusal> {
        if let Some(socket) = self.there(true)? {
            return Ok(socket);
        }
        let name = format!(".attach_pid{}", self.inside);
        let trigger = match self.folder.leave(&name, &[], 0o600, self.owner) {
            Ok(trigger) => Some(trigger),
            // Somebody attaches just now, or was killed while he did: it serves us too, if it is
            // one that the JVM heeds.
            Err(Errno::EXIST) => match self.folder.owner(&name) {
                Ok(user) if user != 0 && user != self.user => {
                    return Err(Refusal::Foreign(name, user));
                }
                _ => None,
            },
            Err(Errno::ROFS) => return Err(Refusal::ReadOnly),
            Err(error) => return Err(Refusal::System(error)),
        };
        ask()?;
        let start = Instant::now();
        let found = loop {
            if let Some(socket) = self.there(false)? {
                break Ok(socket);
            }
            match state() {
                Err(Refusal::Gone) => break Err(Refusal::Gone),
                state if start.elapsed() > self.patience => {
                    break Err(state.err().unwrap_or(Refusal::Silent));
                }
                _ => std::thread::sleep(TURN),
            }
        };
        drop(trigger);
        found
    }

    /// The socket, if it is there and somebody listens. `tidy` takes one away that nobody listens on,
    /// because a JVM that finds it opens no other.
    fn there(&self, tidy: bool) -> Result<Option<UnixStream>, Refusal> {
        let name = format!(".java_pid{}", self.inside);
        let (socket, stat) = match self.folder.socket(&name) {
            Ok(found) => found,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::NOTSOCK | Errno::LOOP) => return Err(Refusal::NoSocket),
            Err(error) => return Err(Refusal::System(error)),
        };
        if stat.st_uid != self.user {
            return Err(Refusal::Foreign(name, stat.st_uid));
        }
        // By its descriptor: the path may lie in another namespace, and may be too long.
        let path = format!("/proc/self/fd/{}", socket.as_raw_fd());
        let stream = match UnixStream::connect(path) {
            Ok(stream) => stream,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                if tidy {
                    self.folder.unlink(&name).map_err(Refusal::System)?;
                }
                return Ok(None);
            }
            Err(error) => return Err(system(&error)),
        };
        let peer = rustix::net::sockopt::socket_peercred(&stream).map_err(Refusal::System)?;
        match peer.pid.as_raw_nonzero().get().unsigned_abs() {
            pid if pid == self.pid => Ok(Some(stream)),
            pid => Err(Refusal::Impostor(pid)),
        }
    }
}

fn system(error: &io::Error) -> Refusal {
    Refusal::System(Errno::from_io_error(error).unwrap_or(Errno::IO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attach::protocol::{self, Answer};
    use std::cell::Cell;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;

    /// A machine's `/tmp`, in which a JVM of this process's id may live.
    struct Machine {
        temp: tempfile::TempDir,
        folder: Folder,
    }

    impl Machine {
        fn new() -> Self {
            let temp = tempfile::tempdir().expect("a temporary folder");
            let folder = Folder::open(temp.path()).expect("it is there");
            Self { temp, folder }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.temp.path().join(name)
        }

        fn place(&self) -> Place<'_> {
            Place {
                folder: &self.folder,
                inside: 7,
                pid: std::process::id(),
                user: rustix::process::geteuid().as_raw(),
                owner: None,
                patience: Duration::from_secs(60),
            }
        }

        /// A JVM that has opened its socket, and answers one request as JDK 25 does.
        fn answers(&self) {
            let listener = UnixListener::bind(self.path(".java_pid7")).expect("a socket");
            std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("somebody attaches");
                let (mut request, mut byte) = (Vec::new(), [0]);
                while request.iter().filter(|byte| **byte == 0).count() < 5 {
                    stream.read_exact(&mut byte).expect("five words");
                    request.push(byte[0]);
                }
                let good = request == b"1\0load\0/a.so\0true\0service=x\0";
                stream
                    .write_all(if good { b"0\nreturn code: 0\n" } else { b"101\n" })
                    .expect("told");
            });
        }
    }

    fn load(stream: UnixStream) -> Answer {
        protocol::load(stream, b"/a.so", "service=x").expect("an answer")
    }

    const RUNS: fn() -> Result<(), Refusal> = || Ok(());
    const NEVER: fn() -> Result<(), Refusal> = || panic!("a JVM that listens is not asked");

    #[test]
    fn an_open_socket_is_used_without_a_signal() {
        let machine = Machine::new();
        machine.answers();
        let stream = machine.place().connect(&NEVER, &RUNS).expect("connected");
        assert_eq!(load(stream), Answer::Loaded);
        assert!(!machine.path(".attach_pid7").exists());
    }

    #[test]
    fn a_jvm_that_is_asked_finds_the_trigger_which_then_goes() {
        let machine = Machine::new();
        let asked = Cell::new(0);
        let ask = || {
            assert!(machine.path(".attach_pid7").exists(), "the trigger comes first");
            asked.set(asked.get() + 1);
            machine.answers();
            Ok(())
        };
        let stream = machine.place().connect(&ask, &RUNS).expect("connected");
        assert_eq!((load(stream), asked.get()), (Answer::Loaded, 1));
        assert!(!machine.path(".attach_pid7").exists());
    }

    #[test]
    fn a_stale_socket_gives_way_and_the_jvm_is_asked() {
        let machine = Machine::new();
        drop(UnixListener::bind(machine.path(".java_pid7")).expect("a socket"));
        let ask = || {
            assert!(!machine.path(".java_pid7").exists(), "nobody listened on it");
            machine.answers();
            Ok(())
        };
        let stream = machine.place().connect(&ask, &RUNS).expect("connected");
        assert_eq!(load(stream), Answer::Loaded);
    }

    #[test]
    fn a_jvm_that_does_not_open_its_socket_is_given_up() {
        let machine = Machine::new();
        let place = Place { patience: Duration::from_millis(30), ..machine.place() };
        let refusal = |ask: Result<(), Refusal>, state: Result<(), Refusal>| {
            let refused = place.connect(&|| ask.clone(), &|| state.clone()).expect_err("refused");
            assert!(!machine.path(".attach_pid7").exists(), "{refused:?}");
            refused
        };
        assert_eq!(refusal(Ok(()), Ok(())), Refusal::Silent);
        assert_eq!(refusal(Ok(()), Err(Refusal::Gone)), Refusal::Gone);
        assert_eq!(refusal(Ok(()), Err(Refusal::Stopped)), Refusal::Stopped);
        assert_eq!(refusal(Err(Refusal::NoHandler), Ok(())), Refusal::NoHandler);
        // What another left stays his.
        std::fs::write(machine.path(".attach_pid7"), "").expect("written");
        let refused = place.connect(&|| Ok(()), &RUNS).expect_err("refused");
        assert_eq!(refused, Refusal::Silent);
        assert!(machine.path(".attach_pid7").exists());
    }

    #[test]
    fn what_lies_in_wait_is_not_spoken_to() {
        let machine = Machine::new();
        machine.answers();
        let place = Place { pid: 1, ..machine.place() };
        let own = std::process::id();
        assert_eq!(place.connect(&NEVER, &RUNS).err(), Some(Refusal::Impostor(own)));
        let user = machine.place().user;
        let place = Place { user: user + 1, ..machine.place() };
        let foreign = |name: &str| Some(Refusal::Foreign(name.to_owned(), user));
        assert_eq!(place.connect(&NEVER, &RUNS).err(), foreign(".java_pid7"));
        let machine = Machine::new();
        std::fs::write(machine.path(".java_pid7"), "").expect("written");
        assert_eq!(machine.place().connect(&NEVER, &RUNS).err(), Some(Refusal::NoSocket));
    }

    #[test]
    fn a_trigger_that_the_jvm_would_not_heed_is_not_signalled_for() {
        let machine = Machine::new();
        let trigger = machine.path(".attach_pid7");
        std::fs::write(&trigger, "").expect("written");
        let own = machine.place().user;
        // That of root is heeded, so root makes it another's.
        let (owner, user) = if own == 0 { (65_534, 0) } else { (own, own + 1) };
        std::os::unix::fs::chown(&trigger, Some(owner), None).expect("it is ours");
        let place = Place { user, ..machine.place() };
        let foreign = Refusal::Foreign(".attach_pid7".to_owned(), owner);
        assert_eq!(place.connect(&NEVER, &RUNS).err(), Some(foreign));
        assert!(trigger.exists());
    }
}
