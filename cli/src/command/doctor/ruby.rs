//! The Rubies of this machine and whether there is an agent for each.
//!
//! Invariant: an interpreter is asked without gems, without what the user's variables have it load, so
//! that nothing of the user's runs.

use super::{Check, State};
use crate::command::run::agents::{on_path, ruby};
use crate::screen::text::clean;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Names behind which a Ruby may stand: that of every system, and Debian's with their versions.
const NAMES: [&str; 7] = ["ruby", "ruby3.0", "ruby3.1", "ruby3.2", "ruby3.3", "ruby3.4", "ruby4.0"];
const QUESTION: &str = "print RUBY_ENGINE, ' ', RUBY_VERSION";
/// The version whose compiler does not come back to code that was probed.
const FORGETFUL: (u32, u32) = (3, 1);

/// What an interpreter says of itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    engine: String,
    version: (u32, u32),
}

/// The agent, then each Ruby that is found.
pub(super) fn checks() -> Vec<Check> {
    let about = "agents";
    let (agent, versions) = match ruby::find() {
        Ok(ruby) => {
            let message = format!("for Ruby {} in {}", ruby.shown(), ruby.folder.display());
            (Check::new(State::Ok, about, message), ruby.versions)
        }
        // A build may come without one.
        Err(reason) => {
            let check = Check::new(State::Note, about, reason)
                .next("keep stillframe-agents beside the command, or set STILLFRAME_AGENTS");
            (check, Vec::new())
        }
    };
    let mut checks = vec![agent];
    let mut found: BTreeMap<Version, Vec<&str>> = BTreeMap::new();
    for name in NAMES {
        if let Some(version) = on_path(OsStr::new(name)).and_then(|path| ask(&path)) {
            found.entry(version).or_default().push(name);
        }
    }
    if found.is_empty() {
        checks.push(Check::new(State::Note, "ruby", "no Ruby on PATH"));
    }
    let verdicts = found.iter().map(|(one, names)| verdict(&names.join(", "), one, &versions));
    checks.extend(verdicts);
    checks
}

fn ask(path: &Path) -> Option<Version> {
    let output = Command::new(path)
        .args(["--disable=gems,rubyopt", "-e", QUESTION])
        .env_remove("RUBYOPT")
        .env_remove("RUBYLIB")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    parse(&String::from_utf8_lossy(&output.stdout))
}

fn parse(text: &str) -> Option<Version> {
    let (engine, version) = text.trim().split_once(' ')?;
    let mut numbers = version.split('.').map(str::parse);
    let version = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some(Version { engine: engine.to_owned(), version })
}

fn verdict(names: &str, found: &Version, versions: &[(u32, u32)]) -> Check {
    let (major, minor) = found.version;
    let is = format!("{} {major}.{minor} ({names})", clean(&found.engine));
    let is_fit = found.engine == "ruby" && versions.contains(&found.version);
    if is_fit && found.version == FORGETFUL {
        let note = "with --yjit its compiled code does not come back after a probe";
        return Check::new(State::Ok, "ruby", format!("{is} is supported; {note}"));
    }
    if is_fit {
        return Check::new(State::Ok, "ruby", format!("{is} is supported"));
    }
    let message = format!("{is}: there is no agent for it, it starts untouched");
    let here = versions.iter().map(|(major, minor)| format!("{major}.{minor}"));
    let here = here.collect::<Vec<_>>().join(", ");
    Check::new(State::Note, "ruby", message).next(match versions.is_empty() {
        true => "see to the agents first".to_owned(),
        false => format!("run the service on Ruby (MRI) {here}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_interpreter_gets_its_verdict() {
        let check = |text: &str| {
            let version = parse(text).expect("two words");
            verdict("ruby", &version, &[(3, 1), (3, 3)])
        };
        assert_eq!(check("ruby 3.3.8").message, "ruby 3.3 (ruby) is supported");
        assert!(check("ruby 3.1.2").message.contains("--yjit"));
        for text in ["ruby 2.7.6", "ruby 3.4.1", "truffleruby 3.3.5", "jruby 3.1.4"] {
            let check = check(text);
            assert_eq!((check.state, check.next.is_some()), (State::Note, true), "{text}");
        }
        assert_eq!(parse("no ruby"), None);
    }
}
