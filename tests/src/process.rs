//! A program under test: its output, its end, its signals.
//!
//! Knows nothing of what it does. Invariant: it leads a process group of its own, which is killed
//! when the value is dropped.

use crate::ffi::signal_group;
use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The bound of a wait for something that is quick on an idle machine.
pub const SOON: Duration = Duration::from_secs(30);

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    name: String,
    stdout: PathBuf,
    stderr: PathBuf,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code, if it was not ended by a signal.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// All it wrote.
    pub stdout: String,
    /// All it wrote there.
    pub stderr: String,
}

impl Program {
    /// Starts it; what it writes goes to files in `folder`.
    pub fn start(command: &mut Command, folder: &Path) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (stdout, stderr) =
            (folder.join(format!("{number}.out")), folder.join(format!("{number}.err")));
        let open = |path: &Path| File::create(path).expect("the test's folder is writable");
        command.stdin(Stdio::null()).stdout(open(&stdout)).stderr(open(&stderr)).process_group(0);
        let words = [command.get_program()].into_iter().chain(command.get_args());
        let name = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let child = command.spawn().unwrap_or_else(|error| panic!("start {name}: {error}"));
        Self { child, name, stdout, stderr }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote so far.
    pub fn stdout(&self) -> String {
        fs::read_to_string(&self.stdout).unwrap_or_default()
    }

    /// What it wrote there so far.
    pub fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }

    /// Sends a signal to it and what it started.
    pub fn signal(&self, signal: i32) {
        signal_group(self.child.id(), signal);
    }

    /// Waits until `ready` answers something; fails when it ends before or takes too long.
    pub fn until<T>(&mut self, what: &str, mut ready: impl FnMut(&Self) -> Option<T>) -> T {
        let end = Instant::now() + SOON;
        loop {
            if let Some(found) = ready(self) {
                return found;
            }
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                // What it wrote last may be what is waited for.
                if let Some(found) = ready(self) {
                    return found;
                }
                panic!("{} ended before {what}: {}", self.name, self.report(status));
            }
            assert!(Instant::now() < end, "{what} did not come: {}", self.last_words());
            pause();
        }
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        let end = Instant::now() + SOON;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                let (code, signal) = (status.code(), status.signal());
                return Ended { code, signal, stdout: self.stdout(), stderr: self.stderr() };
            }
            assert!(Instant::now() < end, "it did not end: {}", self.last_words());
            pause();
        }
    }

    fn report(&self, status: ExitStatus) -> String {
        format!("{status}\n{}", self.last_words())
    }

    fn last_words(&self) -> String {
        format!("{}\nstdout: {}\nstderr: {}", self.name, self.stdout(), self.stderr())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.signal(libc::SIGKILL);
        // It is a child of ours, so waiting for it can only succeed.
        let _status = self.child.wait();
    }
}

/// Waits until `ready` answers something; fails when that takes too long.
pub fn until<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    until_said(what, || ready().ok_or_else(String::new))
}

/// The same where what is not ready yet can say why, which the failure then shows.
pub fn until_said<T>(what: &str, mut ready: impl FnMut() -> Result<T, String>) -> T {
    let end = Instant::now() + SOON;
    loop {
        match ready() {
            Ok(found) => return found,
            Err(why) => assert!(Instant::now() < end, "{what} did not come {why}"),
        }
        pause();
    }
}

/// Between two looks at a state that another process publishes: there is nothing to block on.
fn pause() {
    thread::sleep(Duration::from_millis(10));
}
