//! Who this process is, as its hub and its results call it.
//!
//! Reads what the system says of the process; the rest was configured. Invariant: a command line
//! leaves the process only with what looks like a secret taken out.

use super::Agent;
use super::launcher::is_launcher;
use crate::clock;
use crate::host::Runtime;
use crate::redaction::{REDACTED, Redaction};
use crate::snapshot::json::ServiceRef;
use crate::transport::message::InstanceInfo;
use std::fs;

/// Words of a command line that travel.
const MAX_WORDS: usize = 64;
/// Characters of each.
const MAX_WORD: usize = 512;
/// Ticks a second of the times in `/proc` (USER_HZ, 100 on every Linux of today).
const USER_HZ: u64 = 100;

/// Name of this host.
pub(super) fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
}

/// Wall time of the process's start; now, where the system does not say.
fn started_ns() -> u64 {
    let age_ns = || -> Option<u64> {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // The second field may hold blanks; what follows its bracket does not. The 22nd is the start.
        let started: u64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
        let uptime = fs::read_to_string("/proc/uptime").ok()?;
        let (seconds, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
        let seconds: u64 = seconds.parse().ok()?;
        let hundredths: u64 = hundredths.parse().ok()?;
        let up_ticks = seconds.checked_mul(USER_HZ)?.checked_add(hundredths)?;
        up_ticks.checked_sub(started)?.checked_mul(1_000_000_000 / USER_HZ)
    };
    clock::wall_ns().saturating_sub(age_ns().unwrap_or(0))
}

fn command() -> Vec<String> {
    match fs::read("/proc/self/cmdline") {
        Ok(bytes) => bytes
            .split(|byte| *byte == 0)
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect(),
        Err(_) => std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
    }
}

/// Words without the values of options whose name is on the list, nor what looks like a secret.
fn redacted(words: Vec<String>, redaction: &Redaction) -> Vec<String> {
    let mut hide_next = false;
    let words = words.into_iter().filter(|word| !word.is_empty()).take(MAX_WORDS);
    words
        .map(|mut word| {
            if std::mem::take(&mut hide_next) && !word.starts_with('-') {
                return REDACTED.to_owned();
            }
            if let Some((name, _)) = word.split_once('=')
                && redaction.name(name.trim_start_matches('-'))
            {
                return format!("{name}={REDACTED}");
            }
            hide_next = word.starts_with('-') && redaction.name(word.trim_start_matches('-'));
            redaction.scrub(&mut word);
            word.chars().take(MAX_WORD).collect()
        })
        .collect()
}

impl<R: Runtime> Agent<R> {
    pub(super) fn service(&self) -> ServiceRef {
        ServiceRef {
            name: self.config.service.clone(),
            version: self.config.version.clone(),
            instance: format!("{}/{}", host(), std::process::id()),
        }
    }

    pub(super) fn info(&self) -> InstanceInfo {
        let config = &self.config;
        let command = command();
        // A forked child of a launcher is what the launcher was there for.
        let launcher = !self.is_forked()
            && (config.launcher || is_launcher(&command, &|name| std::env::var(name).ok()));
        InstanceInfo {
            service: config.service.clone(),
            unnamed: config.unnamed,
            namespace: config.namespace.clone(),
            version: config.version.clone(),
            environment: config.environment.clone(),
            commit: config.commit.clone(),
            labels: config.labels.clone(),
            host: host(),
            pid: std::process::id(),
            started_ns: started_ns(),
            command: redacted(command, &self.redaction),
            runtime: config.runtime.clone(),
            packages: config.packages.clone(),
            agent: env!("CARGO_PKG_VERSION").to_owned(),
            launcher,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_loses_its_secrets() {
        let words = ["app", "--password=hunter2", "--api-key", "abc", "--port", "80", "-v"];
        let words = words.map(str::to_owned).to_vec();
        let expected =
            ["app", "--password=(redacted)", "--api-key", "(redacted)", "--port", "80", "-v"];
        assert_eq!(redacted(words, &Redaction::standard()), expected);
    }

    #[test]
    fn a_process_knows_when_it_started() {
        let (started_ns, now_ns) = (started_ns(), clock::wall_ns());
        assert!(started_ns <= now_ns && now_ns - started_ns < 3_600_000_000_000);
        assert!(!host().is_empty());
    }
}
