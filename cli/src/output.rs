//! Where words go: data to stdout, everything about the command itself to stderr.
//!
//! Knows no screen. Invariant: with `-o json` stdout holds JSON only, one array or one object a line,
//! and a reader that went away ends the command without a word.

use crate::fail::{Exit, Failure, Result};
use crate::screen::snapshot::Canvas;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;
use std::io::{self, IsTerminal, Write};

/// Columns when stdout is no terminal: what the screens are drawn for.
const DEFAULT_WIDTH: usize = 80;
/// Narrower than this, the screens' columns would be nothing but ellipses.
const MIN_WIDTH: usize = 40;

/// How a command answers.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// `-o json`.
    pub(crate) json: bool,
    /// How screens are drawn.
    pub(crate) canvas: Canvas,
    color: bool,
}

/// What a line is, for its colour; without colour nothing is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it is.
    Plain,
    /// The first line of something.
    Head,
    /// Needs attention.
    Warning,
}

impl Output {
    /// The output of this process.
    pub(crate) fn new(json: bool) -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let columns = rustix::termios::tcgetwinsize(&stdout).ok().map(|size| size.ws_col);
        let columns = columns.filter(|columns| terminal && *columns > 0);
        let width = columns.map_or(DEFAULT_WIDTH, |columns| usize::from(columns).max(MIN_WIDTH));
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let canvas = Canvas { width, zone: TimeZone::system() };
        Self { json, canvas, color: terminal && !json && !no_color && !dumb }
    }

    /// A line for people.
    pub(crate) fn line(&self, text: &str) -> Result<()> {
        self.toned(text, Tone::Plain)
    }

    /// A line for people, in colour where the terminal has it.
    pub(crate) fn toned(&self, text: &str, tone: Tone) -> Result<()> {
        let code = match tone {
            Tone::Plain => None,
            Tone::Head => Some("1"),
            Tone::Warning => Some("33"),
        };
        match code.filter(|_| self.color) {
            Some(code) => write_out(&format!("\x1b[{code}m{text}\x1b[0m")),
            None => write_out(text),
        }
    }

    /// Lines for people.
    pub(crate) fn lines<T: AsRef<str>>(&self, lines: &[T]) -> Result<()> {
        lines.iter().try_for_each(|line| self.line(line.as_ref()))
    }

    /// One JSON object or array on a line of its own.
    pub(crate) fn data(&self, data: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(data);
        write_out(&text.map_err(|error| Failure::new(Exit::Failed, "output", error.to_string()))?)
    }

    /// Says on stderr how the command failed.
    pub(crate) fn failure(&self, failure: &Failure) {
        let text = if self.json {
            let Failure { code, message, next, .. } = failure;
            json!({"error": {"code": code, "message": message, "next": next}}).to_string() + "\n"
        } else {
            let details = failure.details.iter().map(|line| format!("  {line}\n"));
            let next = failure.next.iter().map(|next| format!("next: {next}\n"));
            format!("stillframe: {}\n", failure.message) + &details.chain(next).collect::<String>()
        };
        // There is nowhere left to say that stderr is closed.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// A remark about the command itself, on stderr; none with `-o json`.
    pub(crate) fn remark(&self, text: &str) {
        if !self.json {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

fn write_out(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::reader_gone(),
        _ => Failure::new(Exit::Failed, "output", format!("stdout cannot be written: {error}")),
    })
}
