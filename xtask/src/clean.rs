//! Artefacts used where there is nothing else: wheels, the agent of the JVM with its jar, and the
//! command with the agents beside it. Those of npm and RubyGems have tests of their own.
//!
//! Knows how each is started. Invariant: what is started finds nothing of this repository and
//! inherits no variable but `PATH`, and has passed only when its snapshot has the values that were
//! there.

use crate::Result;
use crate::count::Counts;
use crate::dist::Product;
use crate::files::{copy, line_of, make_empty, make_folder, read, target, write};
use crate::jdk::{Jdk, MAJORS};
use crate::process::{Background, free_port, quiet};
use crate::python::{self, Python};
use crate::step::Verdict;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Within this time a program is ready, captures, or ends.
const PATIENCE: Duration = Duration::from_secs(60);
/// The programs that work, by the names of their files.
const WORK: [(&str, &str); 4] = [
    ("work.py", include_str!("clean/work.py")),
    ("Work.java", include_str!("clean/Work.java")),
    ("work.js", include_str!("clean/work.js")),
    ("work.rb", include_str!("clean/work.rb")),
];
/// The line that is probed, which stands behind this one.
const LINE: &str = "return twice";
/// Starts the agent as a script would.
const PYTHON: &str = "import stillframe, sys; stillframe.start(sink='stderr'); \
                      stillframe.probe(sys.argv[1]); import work; stillframe.flush()";

/// The wheel in a virtual environment that holds it alone.
pub(crate) fn wheel(python: &Python, wheel: &Path) -> Result<Verdict> {
    let program = python::with_wheel(python, "clean", wheel, "")?;
    let folder = Folder::new(&format!("wheel-{}", python.tag()))?;
    let location = folder.program("work.py")?;
    folder.captures(folder.run(program).args(["-c", PYTHON, &location]))?;
    Ok(passed(1))
}

/// The library of the JVM by `-agentpath:`, and the jar, which carries it, by `-javaagent:`.
pub(crate) fn jvm(library: &Path, jar: &Path) -> Result<Verdict> {
    let Some(jdk) = MAJORS.into_iter().find_map(|major| Jdk::find(major).ok()) else {
        return Ok(Verdict::Skipped("no JDK to use the jar with".to_owned()));
    };
    let folder = Folder::new("jvm")?;
    copy(library, &folder.path("agent.so"))?;
    copy(jar, &folder.path("stillframe.jar"))?;
    let location = folder.java(&jdk)?;
    write(&folder.path("probes.json"), &json!([{ "location": location }]).to_string())?;
    for agent in ["-agentpath:./agent.so", "-javaagent:stillframe.jar"] {
        let mut java = folder.run(jdk.path("java"));
        java.args([agent, "-cp", "stillframe.jar:.", "Work"]);
        java.env("STILLFRAME_PROBES", "probes.json").env("STILLFRAME_SINK", "stderr");
        folder.captures(&mut java).map_err(|fault| format!("{agent}: {fault}"))?;
    }
    Ok(passed(2))
}

/// The command with its agents in an empty folder: it serves, starts a program of each runtime, and is
/// told a snapshot of each.
pub(crate) fn command(product: &Product) -> Result<Verdict> {
    let (python, _) = product.first()?;
    let mut programs = vec![("work.py", python.program.clone()), ("work.js", "node".into())];
    if let Some((ruby, _)) = product.rubies.first() {
        programs.push(("work.rb", ruby.program.clone()));
    }
    let jdk = MAJORS.into_iter().find_map(|major| Jdk::find(major).ok());
    programs.extend(jdk.iter().map(|jdk| ("Work.java", jdk.path("java"))));
    let folder = Folder::new("command")?;
    copy(&product.bin, &folder.path("stillframe"))?;
    copy(&product.agents, &folder.path("stillframe-agents"))?;
    make_folder(&folder.path("run"))?;
    let bind = format!("127.0.0.1:{}", free_port()?);
    let mut serve = folder.command(&["serve", "--data", "hub", "--bind", &bind]);
    let mut hub = Background::logged(&mut serve, &folder.path("hub.log"))?;
    let discovery = folder.path("run/stillframe/hub.json");
    hub.until(PATIENCE, || discovery.exists().then_some(()))?;
    for (name, program) in &programs {
        folder.shown(name, program, jdk.as_ref()).map_err(|fault| format!("{name}: {fault}"))?;
    }
    Ok(passed(programs.len() as u64))
}

fn passed(count: u64) -> Verdict {
    Verdict::Ran(Counts { passed: count, ..Counts::default() })
}

/// A folder that held nothing.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Result<Self> {
        let folder = target("clean").join(name);
        make_empty(&folder)?;
        Ok(Self(folder))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Lays out the program of that name; the location of its line.
    fn program(&self, name: &str) -> Result<String> {
        let text = WORK.iter().find(|(file, _)| *file == name).map_or("", |(_, text)| text);
        write(&self.path(name), text)?;
        Ok(format!("{name}:{}", line_of(&self.path(name), LINE)?))
    }

    /// The same in Java, compiled.
    fn java(&self, jdk: &Jdk) -> Result<String> {
        let location = self.program("Work.java")?;
        quiet(jdk.program("javac").args(["-g", "Work.java"]).current_dir(&self.0))?;
        Ok(location)
    }

    /// A program started here with nothing of this process's environment but the path.
    fn run(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.0).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.0).env("XDG_RUNTIME_DIR", self.path("run"));
        command
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.run(self.path("stillframe"));
        command.args(words);
        command
    }

    /// Runs a program until its snapshot is on stderr, lets it end, and looks at both.
    fn captures(&self, command: &mut Command) -> Result<()> {
        let (log, done) = (self.path("log"), self.path("done"));
        for file in [&log, &done].into_iter().filter(|file| file.exists()) {
            std::fs::remove_file(file).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        let said = || read(&log).unwrap_or_default();
        let mut running = Background::logged(command, &log)?;
        let found = running.until(PATIENCE, || snapshot(&said()));
        write(&done, "")?;
        let snapshot = found.map_err(|fault| format!("{fault}:\n{}", said()))?;
        let status = running.end(PATIENCE)?;
        if !status.success() {
            return Err(format!("it ended by {status}:\n{}", said()));
        }
        judged(&snapshot)
    }

    /// Starts a program by the command, probes it by the command, and looks at what is told.
    fn shown(&self, name: &str, program: &Path, jdk: Option<&Jdk>) -> Result<()> {
        let location = match jdk {
            Some(jdk) if name == "Work.java" => self.java(jdk)?,
            _ => self.program(name)?,
        };
        let done = self.path("done");
        if done.exists() {
            std::fs::remove_file(&done).map_err(|error| format!("{}: {error}", done.display()))?;
        }
        let log = self.path(&format!("{name}.log"));
        let mut run = self.command(&["run", "--service", name, "--"]);
        let words: &[&str] = if name == "Work.java" { &["-cp", ".", "Work"] } else { &[name] };
        let mut running = Background::logged(run.arg(program).args(words), &log)?;
        let service = format!("\"{name}\"");
        running
            .until(PATIENCE, || {
                let listed = quiet(&mut self.command(&["ls", "-o", "json"])).ok()?;
                listed.contains(&service).then_some(())
            })
            .map_err(|fault| format!("{fault}:\n{}", read(&log).unwrap_or_default()))?;
        let words = ["snap", &location, "--limit", "1", "--follow", "-o", "json"];
        let told = self.path(&format!("{name}.json"));
        let status = Background::logged(&mut self.command(&words), &told)?.end(PATIENCE)?;
        write(&done, "")?;
        let said = read(&told)?;
        let snapshot = snapshot(&said).ok_or_else(|| format!("no snapshot ({status}):\n{said}"))?;
        judged(&snapshot)?;
        match running.end(PATIENCE)? {
            status if status.success() => Ok(()),
            status => Err(format!("it ended by {status}:\n{}", read(&log)?)),
        }
    }
}

/// The first snapshot among lines of JSON and of other things.
fn snapshot(said: &str) -> Option<Value> {
    let mut values = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    values.find(|value| value["type"] == "snapshot")
}

/// Whether it shows what was there.
fn judged(snapshot: &Value) -> Result<()> {
    let is = |name: &str, number: i64| {
        let value = &snapshot["locals"][name];
        *value == number || value["value"] == number
    };
    match is("n", 21) && is("twice", 42) {
        true => Ok(()),
        false => Err(format!("the snapshot has other values: {snapshot}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_found_among_other_lines_and_judged_by_its_values() {
        let said = "stillframe: ready\n{\"type\":\"status\"}\n{\"type\":\"snapshot\",\"locals\":{\"n\":21,\"twice\":42}}";
        let mut found = snapshot(said).expect("the third line");
        assert!(judged(&found).is_ok());
        found["locals"]["twice"] = json!(43);
        assert!(judged(&found).is_err());
        assert!(snapshot("[]\n{}").is_none());
    }
}
