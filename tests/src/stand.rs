//! Where an end-to-end test stands: a folder, the command, a Python with applications, a hub.
//!
//! Knows how they are started. Invariant: nothing outside the folder and loopback is touched, and a
//! test without its programs is skipped by name, or fails where nothing may be missing.

use crate::agent::Door;
use crate::process::{Program, SOON, until, until_said};
use crate::tool::is_there;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use stillframe_core::probe::{ProbeReport, ProbeSpec, ProbeState};
use stillframe_hub::api::types::{
    CreateProbe, CreatedProbe, InstanceCount, InstanceReport, InstanceView, ProbeView, SnapshotPage,
};
use stillframe_hub::discovery::Discovery;

/// Variables of whoever runs the tests that must not reach the programs under test.
const FOREIGN: [&str; 9] = [
    "STILLFRAME_HUB",
    "STILLFRAME_TOKEN",
    "STILLFRAME_TOKEN_FILE",
    "STILLFRAME_AGENT_TOKEN",
    "STILLFRAME_SERVICE",
    "STILLFRAME_SINK",
    "STILLFRAME_PROBES",
    "PYTHONPATH",
    "RUBYOPT",
];

/// The programs of one test.
#[derive(Debug)]
pub struct Stand {
    folder: tempfile::TempDir,
    bin: PathBuf,
    agents: PathBuf,
    python: PathBuf,
    version: &'static str,
}

/// Runs `test` on a stand with CPython `version` (`312`), or says that it is skipped.
pub fn with(version: &'static str, test: fn(&Stand)) {
    let python = format!("STILLFRAME_PYTHON_{version}");
    let names = ["STILLFRAME_BIN", "STILLFRAME_AGENTS", python.as_str()];
    let paths = names.map(|name| std::env::var_os(name).map(PathBuf::from));
    let [Some(bin), Some(agents), Some(python)] = paths else {
        let absent = names.iter().find(|name| std::env::var_os(name).is_none());
        return skip(&format!("{} is not set: run `cargo xtask test`", absent.unwrap_or(&"")));
    };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("run")).expect("a new folder is writable");
    test(&Stand { folder, bin, agents, python, version });
}

/// Runs `test` on a stand with the shop for the JVM, or says that it is skipped.
pub fn with_shop_of_java(test: fn(&Stand)) {
    let names = ["STILLFRAME_BIN", "STILLFRAME_AGENTS", "STILLFRAME_JAVA_SHOP"];
    let paths = names.map(|name| std::env::var_os(name).map(PathBuf::from));
    let [Some(bin), Some(agents), Some(shop)] = paths else {
        let absent = names.iter().find(|name| std::env::var_os(name).is_none());
        return skip(&format!("{} is not set: run `cargo xtask test`", absent.unwrap_or(&"")));
    };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("run")).expect("a new folder is writable");
    test(&Stand { folder, bin, agents, python: shop, version: "" });
}

/// Runs `test` with the command and the agent for Node; a loud skip where one of them or Node is absent.
pub fn with_node(test: fn(&Stand)) {
    with_program("node", test);
}

/// The same with the agent for Ruby.
pub fn with_ruby(test: fn(&Stand)) {
    with_program("ruby", test);
}

fn with_program(program: &str, test: fn(&Stand)) {
    let names = ["STILLFRAME_BIN", "STILLFRAME_AGENTS"];
    let paths = names.map(|name| std::env::var_os(name).map(PathBuf::from));
    let [Some(bin), Some(agents)] = paths else {
        return skip("STILLFRAME_BIN or STILLFRAME_AGENTS is not set: run `cargo xtask test`");
    };
    if !is_there(program, "--version", "an end-to-end test") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("run")).expect("a new folder is writable");
    let python = PathBuf::new();
    test(&Stand { folder, bin, agents, python, version: "" });
}

/// The same with the command alone: applications are simulated.
pub fn with_hub(test: fn(&Stand)) {
    match std::env::var_os("STILLFRAME_BIN") {
        Some(bin) => test(&Stand::of(bin.into())),
        None => skip("STILLFRAME_BIN is not set: run `cargo xtask test`"),
    }
}

/// Notes a test that cannot run here; in CI that is a failure.
pub fn skip(reason: &str) {
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "missing in CI: {reason}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    eprintln!("SKIPPED: {test}: {reason}");
    if let Some(list) = std::env::var_os("STILLFRAME_SKIPS") {
        let file = fs::File::options().create(true).append(true).open(list);
        // The list is for the summary only; the line above said it already.
        let _noted = file.and_then(|mut file| writeln!(file, "{test}: {reason}"));
    }
}

impl Stand {
    /// One with the command `bin` and nothing else.
    pub fn of(bin: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(folder.path().join("run")).expect("a new folder is writable");
        Self { folder, bin, agents: PathBuf::new(), python: PathBuf::new(), version: "" }
    }

    /// The command.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// A folder that ends with the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file there and answers its path. One that says so already is left alone: a program
    /// that starts just now may be reading it.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            let folder = path.parent().expect("it lies in the test's folder");
            fs::create_dir_all(folder).expect("the test's folder is writable");
            fs::write(&path, text).expect("the test's folder is writable");
        }
        path
    }

    /// The folder with the package `stillframe` for this Python.
    pub fn package(&self) -> PathBuf {
        self.agents.join("python").join(format!("cp{}", self.version))
    }

    /// `stillframe WORDS`.
    pub fn stillframe(&self, words: &[&str]) -> Command {
        let mut command = self.clean(&self.bin);
        command.env("STILLFRAME_AGENTS", &self.agents);
        command.env("XDG_RUNTIME_DIR", self.runtime()).args(words);
        command
    }

    /// `stillframe run --service SERVICE -- python WORDS`.
    pub fn run(&self, service: &str, words: &[&str]) -> Command {
        let mut command = self.stillframe(&["run", "--service", service, "--"]);
        command.arg(&self.python).args(words);
        command
    }

    /// The classes of the shop for the JVM, on a stand for it.
    pub fn shop(&self) -> &Path {
        &self.python
    }

    /// `java`, as if we were absent.
    pub fn java(&self) -> Command {
        self.clean(Path::new("java"))
    }

    /// A program of the path, as if we were absent.
    pub fn program(&self, name: &str) -> Command {
        self.clean(Path::new(name))
    }

    /// The folder of the agents.
    pub fn agents(&self) -> &Path {
        &self.agents
    }

    /// `python WORDS`, as if we were absent.
    pub fn python(&self, words: &[&str]) -> Command {
        let mut command = self.clean(&self.python);
        command.args(words);
        command
    }

    fn clean(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder()).env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("XDG_DATA_HOME", self.folder()).env("NO_COLOR", "1");
        // Whoever runs the tests may be logged in to a hub.
        command.env("XDG_CONFIG_HOME", self.folder());
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
    }

    fn runtime(&self) -> PathBuf {
        self.folder().join("run")
    }

    /// Starts a program.
    pub fn start(&self, command: &mut Command) -> Program {
        Program::start(command, self.folder())
    }

    /// Starts a hub, on any port or on the one it had before.
    pub fn hub(&self, port: u16) -> Hub {
        self.hub_in(port, &[])
    }

    /// The same with variables of its own.
    pub fn hub_in(&self, port: u16, variables: &[(&str, &str)]) -> Hub {
        let data = self.folder().join("hub").to_string_lossy().into_owned();
        let bind = format!("127.0.0.1:{port}");
        let mut command = self.stillframe(&["serve", "--bind", &bind, "--data", &data]);
        let mut program = self.start(command.envs(variables.iter().copied()));
        let runtime = self.runtime().join("stillframe");
        let pid = program.pid();
        let found = program
            .until("hub.json", |_| Discovery::find(&runtime).filter(|found| found.pid == pid));
        let token = |path: &Path| {
            let text = fs::read_to_string(path).expect("the hub wrote its tokens");
            text.trim().to_owned()
        };
        let (token, agents) = (token(&found.token_file), token(&found.agent_token_file));
        let hub = Hub { program, url: found.url, token, agents };
        until("the hub's answer", || hub.try_get::<serde_json::Value>("/healthz"));
        hub
    }
}

/// A port nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// A running hub and its API.
#[derive(Debug)]
pub struct Hub {
    /// The process.
    pub program: Program,
    url: String,
    token: String,
    /// Token of its agents.
    agents: String,
}

impl Hub {
    /// Where agents come in.
    pub fn door(&self) -> Door {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/').parse();
        Door { address: address.expect("it listens on an address"), token: self.agents.clone() }
    }

    /// What it answers to a probe that is wished for.
    pub fn create(&self, wish: &CreateProbe) -> CreatedProbe {
        let request = ureq::post(format!("{}/api/v1/probes", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let answer = request.send_json(wish).and_then(|mut answer| answer.body_mut().read_json());
        answer.unwrap_or_else(|error| panic!("create {}: {error}", wish.spec.location))
    }

    /// What `GET path` answers, if it answers.
    pub fn try_get<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        let request = ureq::get(format!("{}{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        request.call().ok()?.body_mut().read_json().ok()
    }

    /// What `GET path` answers.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        self.try_get(path).unwrap_or_else(|| panic!("GET {path} failed"))
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        let port = self.url.rsplit(':').next().and_then(|port| port.trim_matches('/').parse().ok());
        port.expect("a hub's address ends with its port")
    }

    /// Waits for `count` connected instances of `service`.
    pub fn instances(&self, service: &str, count: usize) -> Vec<InstanceView> {
        until(&format!("{count} instances of {service}"), || {
            let mut all: Vec<InstanceView> = self.try_get("/api/v1/instances")?;
            all.retain(|instance| {
                instance.service == service && instance.connected && !instance.launcher
            });
            (all.len() == count).then_some(all)
        })
    }

    /// Waits until `count` instances of `service` are connected and have loaded what is at
    /// `location`: they connect before they run anything, and their first answer takes the longest.
    pub fn loaded(&self, service: &str, count: usize, location: &str) {
        self.instances(service, count);
        let location = location.parse().expect("a location");
        let mut wish = CreateProbe::of(ProbeSpec::snap(location));
        (wish.service, wish.instances) = (Some(service.to_owned()), Some(InstanceCount::All));
        (wish.wait, wish.dry_run) = (true, true);
        wish.settle_ms = Some(SOON.as_millis() as u64);
        until_said(&format!("{} loaded by {count}", wish.spec.location), || {
            let request = ureq::post(format!("{}/api/v1/probes", self.url));
            let request = request.header("Authorization", format!("Bearer {}", self.token));
            let mut answer = request.send_json(&wish).map_err(|error| error.to_string())?;
            let created = answer.body_mut().read_json::<CreatedProbe>();
            let instances = created.map_err(|error| error.to_string())?.instances;
            let is_done = |one: &&InstanceReport| {
                one.report.as_ref().is_some_and(|report| report.state == ProbeState::Done)
            };
            let done = instances.iter().filter(is_done).count();
            if done == count { Ok(()) } else { Err(format!("{instances:?}")) }
        });
    }

    /// Waits until the newest live probe is armed on `count` instances.
    pub fn armed(&self, count: u32) -> ProbeView {
        until(&format!("a probe armed on {count}"), || {
            let probes: Vec<ProbeView> = self.try_get("/api/v1/probes")?;
            probes.into_iter().find(|probe| probe.armed == count)
        })
    }

    /// A probe now, ended or not.
    pub fn probe(&self, id: &str) -> ProbeView {
        self.get(&format!("/api/v1/probes/{id}"))
    }

    /// Waits until `enough` is true of a probe.
    pub fn probe_until(&self, id: &str, enough: impl Fn(&ProbeView) -> bool) -> ProbeView {
        until(&format!("the awaited state of {id}"), || {
            let probe = self.try_get(&format!("/api/v1/probes/{id}"))?;
            enough(&probe).then_some(probe)
        })
    }

    /// The report of each connected instance about a probe, by process id.
    pub fn reports(&self, id: &str) -> Vec<(u32, ProbeReport)> {
        let all: Vec<InstanceView> = self.get("/api/v1/instances");
        let reports = all.into_iter().flat_map(|instance| {
            let pid = instance.pid;
            instance.probes.into_iter().map(move |report| (pid, report))
        });
        reports.filter(|(_, report)| report.probe.to_string() == id).collect()
    }

    /// Waits for `count` snapshots of a probe.
    pub fn snapshots(&self, id: &str, count: usize) -> Vec<serde_json::Value> {
        until(&format!("{count} snapshots of {id}"), || {
            let page: SnapshotPage = self.try_get(&format!("/api/v1/snapshots?probe={id}"))?;
            (page.snapshots.len() >= count).then_some(page.snapshots)
        })
    }
}
