//! What the agent is told of its hub, how it gets the token, and whom it is to trust.
//!
//! Invariants: a token travels as the path of a file, never in the options; the file is one that the
//! process's own user alone can read.

use super::refusal;
use crate::args::Attach;
use crate::attach::folder::{Folder, Left};
use crate::attach::library::{is_open_to_all, random};
use crate::attach::options::Options;
use crate::attach::process::Process;
use crate::fail::{Exit, Failure, Result};
use crate::link::target::{Target, variable};
use rustix::process::geteuid;
use std::path::{Path, PathBuf};
use stillframe_core::transport::tls::CA_VARIABLE;

/// Variables of a process that give its agent somewhere to report to.
const ELSEWHERE: [&str; 3] = ["STILLFRAME_HUB", "STILLFRAME_SINK", "STILLFRAME_PROBES"];

/// The hub the agent is given, if any, and what it needs for it.
pub(super) struct Link {
    /// The hub; none where the process's own environment says where results go.
    pub(super) target: Option<Target>,
    /// Whether the agent has a token for it that we know of.
    pub(super) has_token: bool,
    token: Option<Token>,
    /// Certificates that the process does not know of by itself.
    ca_file: Option<PathBuf>,
}

enum Token {
    File(PathBuf),
    Text(String),
}

impl Link {
    /// The hub that is meant, and its token for agents.
    pub(super) fn find(hub: Option<&str>, process: &Process) -> Result<Self> {
        let target = match Target::find(hub) {
            Ok(target) => Some(target),
            Err(failure) if failure.exit == Exit::Unreachable => {
                if ELSEWHERE.iter().all(|name| process.variable(name).is_none()) {
                    return Err(failure);
                }
                None
            }
            Err(failure) => return Err(failure),
        };
        let file = variable("STILLFRAME_AGENT_TOKEN_FILE").map(PathBuf::from);
        let text = variable("STILLFRAME_AGENT_TOKEN").map(Token::Text);
        let found = || target.as_ref().and_then(Target::agent_token_file).map(Token::File);
        let token = text.or_else(|| file.map(Token::File)).or_else(found);
        let token = token.filter(|_| target.is_some());
        let own = ["STILLFRAME_AGENT_TOKEN", "STILLFRAME_AGENT_TOKEN_FILE"];
        let has_token = token.is_some() || own.iter().any(|name| process.variable(name).is_some());
        let ca_file = target.as_ref().map(|target| ca_file(target, process)).transpose()?.flatten();
        Ok(Self { target, has_token, token, ca_file })
    }

    /// The options for the agent, and the file of a token that goes when the agent has read it.
    pub(super) fn options(
        &self,
        args: &Attach,
        process: &Process,
        folder: &Folder,
    ) -> Result<(Options, Option<Left>)> {
        let mut options = Options::default();
        let mut left = None;
        if let Some(target) = &self.target {
            options.set("hub", target.url.as_str());
        }
        if let Some(file) = &self.ca_file {
            options.set("ca_file", file.to_string_lossy());
        }
        match &self.token {
            Some(Token::File(path)) if is_readable(process, path) => {
                options.set("token_file", path.to_string_lossy());
            }
            Some(token) => {
                let text = text(token)?;
                let file = leave(process, folder, &text)?;
                options.set("token_file", format!("/tmp/{}", file.name()));
                left = Some(file);
            }
            None => {}
        }
        if let Some(service) = &args.service {
            options.set("service", service.as_str());
        }
        if !args.labels.is_empty() {
            let labels = args.labels.iter().map(|(key, value)| format!("{key}={value}"));
            options.set("labels", labels.collect::<Vec<_>>().join(","));
        }
        Ok((options, left))
    }
}

/// The certificates to trust, where the process names none. Its agent reads them for each connection, so
/// they have to be where it sees them, for as long as it lives.
fn ca_file(target: &Target, process: &Process) -> Result<Option<PathBuf>> {
    let is_known = !target.url.starts_with("https:") || process.variable(CA_VARIABLE).is_some();
    let Some(file) = target.way().ca_file.filter(|_| !is_known) else { return Ok(None) };
    let unfit = |message: String| {
        Failure::new(Exit::Refused, "no_ca_file", message).next(
            "put it where that process reads it by this very path, or start that process with \
             STILLFRAME_CA_FILE",
        )
    };
    let file = std::path::absolute(&file)
        .map_err(|error| unfit(format!("the path {} leads nowhere: {error}", file.display())))?;
    let user = process.status.user;
    let may = user == 0 || user == geteuid().as_raw() || is_open_to_all(&file);
    if may && is_seen(process, &file) {
        return Ok(Some(file));
    }
    let (pid, shown) = (process.pid, file.display());
    Err(unfit(format!("process {pid} cannot read the certificates to trust, {shown}")))
}

/// Whether the process reads the very file at `path`: it is its own user's, and it sees it there.
fn is_readable(process: &Process, path: &Path) -> bool {
    process.status.user == geteuid().as_raw() && is_seen(process, path)
}

/// Whether what lies at `path` is the same file for the process.
fn is_seen(process: &Process, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let there = process.root.look(path).and_then(rustix::fs::fstat);
    let same = there
        .ok()
        .zip(path.metadata().ok())
        .is_some_and(|(there, here)| (there.st_dev, there.st_ino) == (here.dev(), here.ino()));
    same && path.is_absolute()
}

fn text(token: &Token) -> Result<String> {
    let unfit = |message: String| {
        Failure::new(Exit::Unauthorized, "unauthorized", message)
            .next("set STILLFRAME_AGENT_TOKEN_FILE to a file with an agent's token (sfa_…)")
    };
    let text = match token {
        Token::Text(text) => text.clone(),
        Token::File(path) => std::fs::read_to_string(path).map_err(|error| {
            unfit(format!("the agents' token file {} cannot be read: {error}", path.display()))
        })?,
    };
    match text.trim() {
        text if text.starts_with("sfa_") => Ok(text.to_owned()),
        text if text.starts_with("sfu_") => Err(unfit(
            "this is a person's token (sfu_…), not an agent's; it is not handed to a process"
                .into(),
        )),
        _ => Err(unfit("an agent's token begins with sfa_".into())),
    }
}

fn leave(process: &Process, folder: &Folder, text: &str) -> Result<Left> {
    let name = random().map_err(|reason| Failure::new(Exit::Failed, "failed", reason))?;
    let name = format!(".stillframe-{name}");
    let left = folder.leave(&name, text.as_bytes(), 0o600, process.owner());
    left.map_err(|error| refusal::of_system(process.pid, error))
}
