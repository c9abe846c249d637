//! The JVMs of this machine and whether the agent fits each.
//!
//! Invariant: no JVM is started; what is known of one stands in the file `release` of its folder and
//! in the header of its launcher.

use super::{Check, State};
use crate::command::run::agents::jvm::{self, Jvm};
use crate::command::run::agents::on_path;
use crate::screen::text::clean;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Where the systems of most people keep their JDKs.
const FOLDER: &str = "/usr/lib/jvm";
/// Oldest version of Java that the agent is for.
const OLDEST: u32 = 17;

/// What a JVM's folder says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Release {
    version: String,
    vendor: String,
    is_hotspot: bool,
}

/// The agent, then each JVM that is found.
pub(super) fn checks() -> Vec<Check> {
    let found = jvm::find();
    let mut checks = vec![match &found {
        Ok(jvm) => {
            let message = format!("for the JVM ({}) in {}", jvm.elf.shown(), jvm.library.display());
            Check::new(State::Ok, "agents", message)
        }
        // A build may come without one.
        Err(absent) => {
            let state = if absent.is_broken { State::Bad } else { State::Note };
            Check::new(state, "agents", absent.reason.as_str())
                .next("keep stillframe-agents beside the command, or set STILLFRAME_AGENTS")
        }
    }];
    let launchers = launchers();
    if launchers.is_empty() {
        checks.push(Check::new(
            State::Note,
            "java",
            "no JVM on PATH, by JAVA_HOME or in its folder",
        ));
    }
    let agent = found.as_ref().ok();
    checks.extend(
        launchers
            .iter()
            .map(|(java, names)| verdict(java, &names.join(", "), release(java).as_ref(), agent)),
    );
    checks
}

/// Every `java` of this machine, with the names it is found by.
fn launchers() -> BTreeMap<PathBuf, Vec<String>> {
    let mut places: Vec<(String, PathBuf)> = Vec::new();
    places.extend(on_path(OsStr::new("java")).map(|path| ("java".to_owned(), path)));
    let home = std::env::var_os("JAVA_HOME").filter(|home| !home.is_empty());
    places.extend(home.map(|home| ("JAVA_HOME".to_owned(), Path::new(&home).join("bin/java"))));
    let entries = std::fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.sort();
    places.extend(folders.into_iter().map(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (name, folder.join("bin/java"))
    }));
    let mut found: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for (name, path) in places {
        // One that several names lead to is one.
        if let Ok(path) = path.canonicalize() {
            found.entry(path).or_default().push(clean(&name));
        }
    }
    found
}

fn release(java: &Path) -> Option<Release> {
    let home = java.parent()?.parent()?;
    // That of a JRE within a JDK lies one folder higher.
    let places = [Some(home), home.parent()];
    let text = places
        .into_iter()
        .flatten()
        .find_map(|folder| std::fs::read_to_string(folder.join("release")).ok());
    parse(&text?)
}

fn parse(text: &str) -> Option<Release> {
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        Some(clean(line.trim().trim_matches('"')))
    };
    let vm = value("JVM_VARIANT").unwrap_or_default();
    Some(Release {
        version: value("JAVA_VERSION")?,
        vendor: value("IMPLEMENTOR").unwrap_or_default(),
        is_hotspot: !vm.to_ascii_lowercase().contains("j9"),
    })
}

/// `17` of `17.0.15`, `8` of `1.8.0_412`.
fn major(version: &str) -> Option<u32> {
    let mut numbers = version.split(['.', '_', '-', '+']).map(str::parse);
    match numbers.next()?.ok()? {
        1 => numbers.next()?.ok(),
        major => Some(major),
    }
}

fn verdict(java: &Path, names: &str, release: Option<&Release>, agent: Option<&Jvm>) -> Check {
    let about = "java";
    let shown = java.display();
    let Some(release) = release else {
        return Check::new(
            State::Note,
            about,
            format!("{shown} ({names}) does not say its version"),
        )
        .next(format!("{shown} -version"));
    };
    let Release { version, vendor, is_hotspot } = release;
    let is = [vendor.as_str(), version, &format!("({names})")].join(" ");
    let is = is.trim_start();
    let unfit =
        |why: String, next: &str| Check::new(State::Note, about, format!("{is}: {why}")).next(next);
    let newer = "run the service on a JDK with HotSpot, 17 or later";
    if !is_hotspot {
        return unfit("OpenJ9 has no agent, it starts untouched".to_owned(), newer);
    }
    if major(version).is_none_or(|major| major < OLDEST) {
        return unfit("there is no agent for this version, it starts untouched".to_owned(), newer);
    }
    let Some(agent) = agent else {
        return unfit("it starts untouched".to_owned(), "see to the agents first");
    };
    match agent.misfits(java) {
        // Told of a library it cannot load, it would not start at all.
        Some(reason) => unfit(
            format!("{reason}; `run` offers no JVM an agent while this one is in reach"),
            "take a build of stillframe for that system, or take it off PATH and JAVA_HOME",
        ),
        None => Check::new(State::Ok, about, format!("{is} is supported")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::Elf;

    #[test]
    fn each_jvm_gets_its_verdict() {
        let java = std::env::current_exe().expect("a path");
        let elf = Elf::read(&java).expect("an ELF file");
        let fits = Jvm { library: java.clone(), elf };
        let other = Jvm { elf: Elf { machine: 40, libc: None }, ..fits.clone() };
        let check =
            |text: &str, agent: Option<&Jvm>| verdict(&java, "java", parse(text).as_ref(), agent);
        let temurin = "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"25.0.3\"\n\
            JVM_VARIANT=\"Hotspot\"\n";
        let good = check(temurin, Some(&fits));
        assert_eq!(good.state, State::Ok);
        assert_eq!(good.message, "Eclipse Adoptium 25.0.3 (java) is supported");
        assert!(check(temurin, None).message.ends_with("untouched"));
        assert!(check(temurin, Some(&other)).message.contains("for arm"));
        for text in [
            "JAVA_VERSION=\"1.8.0_412\"\n",
            "JAVA_VERSION=\"11.0.2\"\n",
            "JAVA_VERSION=\"21.0.2\"\nJVM_VARIANT=\"Openj9\"\n",
            "nothing",
        ] {
            let check = check(text, Some(&fits));
            assert_eq!((check.state, check.next.is_some()), (State::Note, true), "{text}");
        }
    }

    #[test]
    fn versions_are_counted_as_java_counts() {
        for (text, expected) in [
            ("17.0.15", Some(17)),
            ("25", Some(25)),
            ("1.8.0_412", Some(8)),
            ("26-ea", Some(26)),
            ("x", None),
        ] {
            assert_eq!(major(text), expected, "{text}");
        }
    }
}
