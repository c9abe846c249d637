//! Running programs: to their end with their output seen and kept, or in the background.
//!
//! Knows nothing of what they do. Invariant: a background program ends with the value that stands
//! for it.

use crate::Result;
use crate::say::{Voice, voice};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on two busy cores: a program that runs on hangs.
const BOUND: Duration = Duration::from_secs(25 * 60);
/// What a program wrote last is read within this time.
const REST: Duration = Duration::from_secs(10);

/// How a program ended and what it wrote, one stream behind the other.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) output: String,
}

/// Runs to the end, saying what it writes. It is ended after [`BOUND`].
pub(crate) fn show(command: &mut Command) -> Result<Ended> {
    let name = name(command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("start {name}: {error}"))?;
    let (sender, receiver) = channel();
    let errors = sender.clone();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (ours, theirs) = (voice(), voice());
    let said = move || stdout.map(|stream| forward(stream, &ours)).unwrap_or_default();
    thread::spawn(move || sender.send(said()));
    let said = move || stderr.map(|stream| forward(stream, &theirs)).unwrap_or_default();
    thread::spawn(move || errors.send(said()));
    let mut background = Background { child, name };
    let status = background.end(BOUND)?;
    // What it started may live on and keep a stream open: that is not waited for.
    let parts = [receiver.recv_timeout(REST), receiver.recv_timeout(REST)];
    let output = parts.into_iter().map(std::result::Result::unwrap_or_default).collect();
    Ok(Ended { status, output })
}

fn forward(stream: impl Read, voice: &Voice) -> String {
    let mut kept = String::new();
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        let text = String::from_utf8_lossy(&line);
        voice.text(&text);
        kept.push_str(&text);
        line.clear();
    }
    kept
}

/// Runs to the end, showing what it writes; an error unless it ends well.
pub(crate) fn must(command: &mut Command) -> Result<String> {
    let name = name(command);
    let ended = show(command)?;
    if ended.status.success() { Ok(ended.output) } else { Err(format!("{name}: {}", ended.status)) }
}

/// Runs to the end unseen, however it ends.
pub(crate) fn captured(command: &mut Command) -> Result<Ended> {
    let name = name(command);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("start {name}: {error}"))?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(Ended { status: output.status, output: text })
}

/// Runs to the end unseen and answers its stdout; what it wrote is shown if it fails.
pub(crate) fn quiet(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("start {name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    voice().bytes(&output.stdout);
    voice().bytes(&output.stderr);
    Err(format!("{name}: {}", output.status))
}

/// A port nobody listens on. Somebody may take it before the program does: then the program says so.
pub(crate) fn free_port() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.port().to_string())
        .map_err(|error| format!("find a port: {error}"))
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut words = vec![program];
    words.extend(command.get_args().take(3).map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// A program in the background.
pub(crate) struct Background {
    child: Child,
    name: String,
}

impl Background {
    /// Starts it; what it writes goes to the file `log`.
    pub(crate) fn logged(command: &mut Command, log: &Path) -> Result<Self> {
        let open = || File::options().create(true).append(true).open(log);
        let fault = |error| format!("open {}: {error}", log.display());
        let (stdout, stderr) = (open().map_err(fault)?, open().map_err(fault)?);
        Self::start(command.stdout(stdout).stderr(stderr))
    }

    /// Starts it with the streams that `command` gives it.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = name(command);
        let child = command.stdin(Stdio::null()).spawn();
        Ok(Self { child: child.map_err(|error| format!("start {name}: {error}"))?, name })
    }

    /// Waits until `ready` answers something, as long as it runs and for at most `bound`.
    pub(crate) fn until<T>(
        &mut self,
        bound: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> Result<T> {
        let end = Instant::now() + bound;
        loop {
            if let Some(found) = ready() {
                return Ok(found);
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("{} ended early: {status}", self.name));
            }
            if Instant::now() > end {
                return Err(format!("{} was not ready within {bound:?}", self.name));
            }
            // Polls a state that another program publishes; there is nothing to block on.
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits for its end, for at most `bound`.
    pub(crate) fn end(&mut self, bound: Duration) -> Result<ExitStatus> {
        let end = Instant::now() + bound;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() > end => {
                    return Err(format!("{} did not end within {bound:?}", self.name));
                }
                Ok(None) => thread::sleep(Duration::from_millis(20)),
                Err(error) => return Err(format!("wait for {}: {error}", self.name)),
            }
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // It may have ended by itself, which is just as well.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
