//! A machine of its own for each test, and hubs that are none.

use serde_json::Value;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Variables that would let the surroundings of a test into it.
const FOREIGN: [&str; 27] = [
    "STILLFRAME_AGENTS",
    "STILLFRAME_AGENT_TOKEN",
    "STILLFRAME_AGENT_TOKEN_FILE",
    "STILLFRAME_CA_FILE",
    "STILLFRAME_CHILDREN",
    "STILLFRAME_ENABLED",
    "STILLFRAME_HUB",
    "STILLFRAME_LABELS",
    "STILLFRAME_LOG",
    "STILLFRAME_PROBES",
    "STILLFRAME_RUN",
    "STILLFRAME_SERVICE",
    "STILLFRAME_SINK",
    "STILLFRAME_TOKEN",
    "STILLFRAME_TOKEN_FILE",
    "HTTPS_PROXY",
    "JAVA_HOME",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "NODE_OPTIONS",
    "PYTHONPATH",
    "RUBYOPT",
    "_JAVA_OPTIONS",
    "NO_COLOR",
    "NO_PROXY",
    "https_proxy",
    "no_proxy",
];

/// How long anything may take on a busy machine before it is taken for absent.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A home, a runtime folder and a working folder.
pub(crate) struct Machine {
    temp: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let code = output.status.code();
        Self { stdout: text(output.stdout), stderr: text(output.stderr), code }
    }
}

impl Ran {
    /// Checks the exit code, and that a failure says what to do next.
    pub(crate) fn failed(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stdout.is_empty(), "{self:?}");
        let next = ["next: ", "try '--help'"];
        assert!(next.iter().any(|text| self.stderr.contains(text)), "{self:?}");
        self
    }

    /// Checks the exit code, and that stderr is one error object with what to do next.
    pub(crate) fn failed_for_programs(self, code: i32) -> Self {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{self:?}");
        let answer: Value = serde_json::from_str(&self.stderr).expect("one object");
        assert!(answer["error"]["message"].is_string(), "{self:?}");
        self
    }

    /// Checks that all went well and nothing but `stdout` was written.
    pub(crate) fn done(self) -> Self {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self
    }

    /// Everything printed, as one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Machine {
    pub(crate) fn new() -> Self {
        let machine = Self { temp: tempfile::tempdir().expect("a temporary folder") };
        for folder in ["home", "runtime", "work"] {
            std::fs::create_dir(machine.path(folder)).expect("a folder");
        }
        machine
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// The command, not yet started.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stillframe"));
        FOREIGN.iter().for_each(|name| {
            command.env_remove(name);
        });
        command
            .args(args)
            .current_dir(self.path("work"))
            .env("HOME", self.path("home"))
            .env("XDG_RUNTIME_DIR", self.path("runtime"))
            .env("XDG_DATA_HOME", self.path("home/data"))
            .env("XDG_CONFIG_HOME", self.path("home/config"))
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        self.command(args).output().expect("the command starts").into()
    }

    /// Runs the command again and again until it says what is awaited.
    pub(crate) fn until(&self, args: &[&str], is_there: impl Fn(&Ran) -> bool) -> Ran {
        let start = Instant::now();
        loop {
            let ran = self.run(args).done();
            if is_there(&ran) {
                return ran;
            }
            assert!(start.elapsed() < PATIENCE, "it did not come about: {ran:?}");
        }
    }

    /// The file of the agents' token, as the discovery file names it.
    pub(crate) fn agent_token_file(&self) -> PathBuf {
        let text = std::fs::read_to_string(self.path("runtime/stillframe/hub.json"));
        let found: Value = serde_json::from_str(&text.expect("a hub runs")).expect("JSON");
        PathBuf::from(found["agent_token_file"].as_str().expect("a path"))
    }

    /// Says that a hub runs at `url`, with a token for people and one for agents.
    pub(crate) fn announce(&self, url: &str) -> (PathBuf, PathBuf) {
        let folder = self.path("runtime/stillframe");
        std::fs::create_dir_all(&folder).expect("a folder");
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&folder, mode).expect("permissions");
        let tokens = (folder.join("token"), folder.join("agent-token"));
        private(&tokens.0, "sfu_person\n");
        private(&tokens.1, "sfa_agent\n");
        let discovery = serde_json::json!({"pid": std::process::id(), "url": url,
            "token_file": tokens.0, "agent_token_file": tokens.1});
        private(&folder.join("hub.json"), &discovery.to_string());
        tokens
    }

    /// Lays out agents for Python as they are shipped, with nothing in them.
    pub(crate) fn agents(&self) -> PathBuf {
        self.write("agents/python/sitecustomize.py", "");
        for version in ["cp312", "cp313"] {
            self.write(&format!("agents/python/{version}/stillframe/__init__.py"), "");
        }
        self.path("agents")
    }
}

fn private(path: &Path, text: &str) {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    file.as_mut().expect("a file").write_all(text.as_bytes()).expect("written");
}

/// The address of something that answers every request with these bytes, and is no hub.
pub(crate) fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            // Whoever asked may be gone; that is what is tested.
            let _ = stream.read(&mut request);
            let _ = stream.write_all(bytes);
        }
    });
    format!("http://{address}")
}

/// An address at which nobody answers.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}
