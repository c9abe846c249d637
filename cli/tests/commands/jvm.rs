//! JVMs of this machine, a program that waits in one, and an agent that says what it was told.
//!
//! What is not there is a failure in CI and a printed skip elsewhere. Invariant: a JVM that was
//! started ends with its handle.

use super::support::{Machine, PATIENCE};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

/// Oldest JDK the agent is for.
const OLDEST: u32 = 17;
/// Says that it is there, then waits for its stdin to end.
const WAITS: &str = "public class Waits {
    public static void main(String[] words) throws Exception {
        System.out.println(\"ready\");
        while (System.in.read() >= 0) { }
    }
}
";

/// A JDK of this machine.
#[derive(Debug)]
pub(crate) struct Jdk {
    pub(crate) home: PathBuf,
    pub(crate) version: u32,
}

/// A JVM in which `Waits` waits.
pub(crate) struct Waiting {
    pub(crate) child: Child,
    /// Id of the JVM, which may be a grandchild.
    pub(crate) pid: u32,
}

/// Notes a test that cannot run here; in CI that is a failure.
pub(crate) fn skip(reason: &str) {
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "missing in CI: {reason}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    eprintln!("SKIPPED: {test}: {reason}");
}

/// The JDKs of this machine, one a version, or why the tests that want one cannot run.
pub(crate) fn jdks() -> Result<Vec<Jdk>, String> {
    let folders = std::fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten();
    let mut homes: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    homes.extend(std::env::var_os("JAVA_HOME").map(PathBuf::from));
    let mut jdks: Vec<Jdk> = homes.into_iter().filter_map(jdk).collect();
    jdks.sort_by_key(|jdk| jdk.version);
    jdks.dedup_by_key(|jdk| jdk.version);
    if jdks.is_empty() {
        return Err(format!("no JDK from {OLDEST} on, by JAVA_HOME or in /usr/lib/jvm"));
    }
    Command::new("cc").arg("--version").output().map_err(|_| "no C compiler (cc)".to_owned())?;
    Ok(jdks)
}

fn jdk(home: PathBuf) -> Option<Jdk> {
    let text = std::fs::read_to_string(home.join("release")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("JAVA_VERSION=\""))?;
    let version = line.split(['.', '"']).next()?.parse().ok()?;
    let is_whole = home.join("bin/java").exists() && home.join("bin/javac").exists();
    (version >= OLDEST && is_whole).then_some(Jdk { home, version })
}

/// Runs a tool to its end.
pub(crate) fn must(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The class that waits, compiled once.
pub(crate) fn waits(machine: &Machine, jdk: &Jdk) -> PathBuf {
    static CLASS: OnceLock<Vec<u8>> = OnceLock::new();
    let class = CLASS.get_or_init(|| {
        let source = machine.write("source/Waits.java", WAITS);
        let folder = machine.path("source");
        let mut javac = Command::new(jdk.home.join("bin/javac"));
        must(javac.args(["--release", "17", "-d"]).args([&folder, &source]));
        std::fs::read(folder.join("Waits.class")).expect("compiled")
    });
    let path = machine.write("classes/Waits.class", "");
    std::fs::write(&path, class).expect("written");
    machine.path("classes")
}

/// Lays out the agent that says what it was told; answers the folder of all agents.
pub(crate) fn agents(machine: &Machine) -> PathBuf {
    static LIBRARY: OnceLock<Vec<u8>> = OnceLock::new();
    let agents = machine.agents();
    let path = machine.path("agents/jvm/libstillframe_jvm.so");
    if path.exists() {
        // A JVM may have it mapped.
        return agents;
    }
    machine.write("agents/jvm/libstillframe_jvm.so", "");
    let library = LIBRARY.get_or_init(|| {
        let source = machine.write("source/agent.c", include_str!("agent.c"));
        must(Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&path, &source]));
        std::fs::read(&path).expect("compiled")
    });
    std::fs::write(&path, library).expect("written");
    agents
}

impl Waiting {
    /// Starts a JVM with `options`, the agent's words going to the machine's file `says`.
    pub(crate) fn start(machine: &Machine, jdk: &Jdk, options: &[&str]) -> Self {
        let mut java = Command::new(jdk.home.join("bin/java"));
        java.args(options).arg("-cp").arg(waits(machine, jdk)).arg("Waits");
        java.env("SAYS", machine.path("says"));
        Self::of(&mut java)
    }

    /// Starts `command`, which becomes a JVM or has one as its only descendant.
    pub(crate) fn of(command: &mut Command) -> Self {
        for name in ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.as_mut().expect("a pipe")).lines();
        if !lines.next().is_some_and(|line| line.is_ok_and(|line| line == "ready")) {
            let mut stderr = String::new();
            let pipe = child.stderr.as_mut().expect("a pipe");
            pipe.read_to_string(&mut stderr).expect("text");
            panic!("no JVM: {stderr}");
        }
        let mut pid = child.id();
        while let Some(child) = only_child(pid) {
            pid = child;
        }
        Self { child, pid }
    }

    /// What it wrote to stderr until it ended.
    pub(crate) fn stderr(mut self) -> String {
        drop(self.child.stdin.take());
        let mut stderr = String::new();
        let mut pipe = self.child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut stderr).expect("text");
        stderr
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let id = i32::try_from(self.pid).ok().and_then(rustix::process::Pid::from_raw);
        // It may have ended already.
        let _ = id.map(|id| rustix::process::kill_process(id, rustix::process::Signal::KILL));
        let _ = self.child.kill();
        self.child.wait().expect("it ends");
    }
}

fn only_child(pid: u32) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The lines that the agent said, once there are `count`.
pub(crate) fn said(path: &Path, count: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if text.ends_with('\n') && text.lines().count() >= count {
            return text.lines().map(str::to_owned).collect();
        }
        assert!(start.elapsed() < PATIENCE, "the agent said only {text:?}");
        std::thread::yield_now();
    }
}
