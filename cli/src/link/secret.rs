//! Tokens on their way in and out of the command: typed, read from a pipe or a file, shown once.
//!
//! Invariant: a token is never an argument, is not shown while it is typed, and is written to a
//! terminal or to a file of its owner alone. A terminal shows again what is typed however this ends.

use crate::fail::{Exit, Failure, Result};
use crate::output::Output;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::OpenOptions;
use std::io::{self, BufRead, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};

/// Reads a token from `file`, else from the terminal without showing it, else from stdin.
pub(crate) fn read(file: Option<&Path>) -> Result<String> {
    let failed = |error: io::Error| {
        Failure::new(Exit::Unauthorized, "unauthorized", format!("no token was read: {error}"))
            .next("type it when asked, pipe it in, or name a file with --token-file")
    };
    if let Some(path) = file {
        let text = std::fs::read_to_string(path);
        return Ok(text.map_err(failed)?.trim().to_owned());
    }
    let stdin = io::stdin();
    let hidden = match stdin.is_terminal() {
        true => Hidden::begin(),
        false => None,
    };
    if stdin.is_terminal() {
        let _ = write!(io::stderr(), "token (sfu_…), not shown: ");
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    if hidden.is_some() {
        let _ = writeln!(io::stderr());
    }
    read.map_err(failed)?;
    Ok(line.trim().to_owned())
}

/// Does something when a signal would end the process, and then ends it. `None`: it cannot be.
fn on_interrupt(then: impl FnOnce() + Send + 'static) -> Option<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().ok()?;
    let mut interrupt = {
        let _inside = runtime.enter();
        signal(SignalKind::interrupt()).ok()?
    };
    let wait = move || {
        if runtime.block_on(interrupt.recv()).is_some() {
            then();
            std::process::exit(Exit::Interrupted as i32);
        }
    };
    let thread = std::thread::Builder::new().name("stillframe-signals".to_owned());
    thread.spawn(wait).ok().map(|_| ())
}

/// A terminal that does not show what is typed, until this goes.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        let shown = before.clone();
        // Ctrl-C has to set the terminal right before it ends the command.
        on_interrupt(move || {
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &shown);
        })?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet).ok()?;
        Some(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A terminal that is gone shows nothing either.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

/// Where a new token can go.
pub(crate) enum Place<'a> {
    /// The terminal, where it is seen once.
    Terminal,
    /// A new file, 0600.
    File(&'a Path),
}

impl<'a> Place<'a> {
    /// The place for a token, before there is one: `out`, or else the terminal.
    pub(crate) fn find(out: Option<&'a Path>, output: &Output) -> Result<Self> {
        match out {
            Some(path) if path.exists() => {
                let message = format!("{} is there already", path.display());
                Err(Failure::usage(message).next("name a file that is not there yet"))
            }
            Some(path) => Ok(Self::File(path)),
            None if io::stdout().is_terminal() && !output.json => Ok(Self::Terminal),
            None => Err(Failure::usage("a token is shown on a terminal, or written to a file")
                .next("name a new file for it: --out FILE")),
        }
    }

    /// Puts it there.
    pub(crate) fn put(&self, token: &str, output: &Output) -> Result<()> {
        match self {
            Self::Terminal => output.line(&format!("token  {token}  (shown this once)")),
            Self::File(path) => {
                let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
                let written = made.and_then(|mut file| writeln!(file, "{token}"));
                written.map_err(|error| {
                    let path = path.display();
                    let message = format!("the token was made, but {path} not written: {error}");
                    Failure::new(Exit::Failed, "failed", message)
                        .next("revoke it (stillframe token ls), and make another")
                })
            }
        }
    }
}
