//! A hub in this process, and what is needed to ask it.
//!
//! Knows how to start, stop and ask. Invariant: it lives in a temporary folder and on a free port.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use stillframe_core::error::Error;
use stillframe_hub::api::types::{Code, CreateProbe, CreatedProbe, ErrorAnswer, ProbeView};
use stillframe_hub::{Options, Ready, serve};
use tempfile::TempDir;

/// Nothing in these tests may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stand {
    pub(crate) folder: TempDir,
    options: Options,
    running: Option<Running>,
}

struct Running {
    ready: Ready,
    stop: tokio::sync::oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Stand {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut options = Options {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: folder.path().join("data"),
            discovery: Some(folder.path().join("run")),
            name: "test".into(),
            user: "lea".into(),
            ..Options::default()
        };
        change(&mut options);
        let mut stand = Self { folder, options, running: None };
        stand.start();
        stand
    }

    pub(crate) fn discovery(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn start(&mut self) {
        self.running = Some(run(self.options.clone()).expect("the hub starts"));
        // A hub that comes back is found where it was.
        let url = self.ready().url.trim_start_matches("https://").trim_start_matches("http://");
        let address = url.parse();
        self.options.bind = address.expect("an address");
    }

    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            let _ = running.stop.send(());
            running.thread.join().expect("the hub ends well");
        }
    }

    pub(crate) fn ready(&self) -> &Ready {
        &self.running.as_ref().expect("a running hub").ready
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.options.bind
    }

    /// What `method path` answers: status and body.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let token = self.ready().user_token.clone();
        self.ask_as(&token, method, path, body)
    }

    pub(crate) fn ask_as(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        let agent = ureq::Agent::new_with_config(config);
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.ready().url))
            .header("Authorization", format!("Bearer {token}"));
        let text = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(text).expect("a request");
        let mut response = agent.run(request).expect("an answer");
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let (status, body) = self.ask("GET", path, None);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_value(body).expect("the documented answer")
    }

    pub(crate) fn create(&self, wish: &CreateProbe) -> CreatedProbe {
        self.try_create(wish).unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub(crate) fn try_create(&self, wish: &CreateProbe) -> Result<CreatedProbe, Box<ErrorAnswer>> {
        let (status, body) = self.ask("POST", "/api/v1/probes", Some(&json(wish)));
        if status == 200 {
            return Ok(serde_json::from_value(body).expect("a created probe"));
        }
        let error: Box<ErrorAnswer> = serde_json::from_value(body).expect("an error");
        assert_eq!(error.error.code.status(), status);
        Err(error)
    }

    pub(crate) fn refused(&self, wish: &CreateProbe, code: Code) -> Box<ErrorAnswer> {
        let error = self.try_create(wish).expect_err("refused");
        assert_eq!(error.error.code, code, "{error:?}");
        error
    }

    pub(crate) fn probe(&self, id: impl std::fmt::Display) -> ProbeView {
        self.get(&format!("/api/v1/probes/{id}"))
    }

    /// Waits until something is true of a probe.
    pub(crate) fn until(
        &self,
        id: impl std::fmt::Display,
        enough: impl Fn(&ProbeView) -> bool,
    ) -> ProbeView {
        until("a probe to change", || Some(self.probe(&id)).filter(&enough))
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(options: Options) -> Result<Running, Error> {
    let (told, ready) = channel();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let on_ready = |ready: &Ready| told.send(Ok(ready.clone())).expect("somebody waits");
        let stop = async {
            let _ = stopped.await;
        };
        if let Err(error) = runtime.block_on(serve(options, on_ready, stop)) {
            told.send(Err(error)).expect("somebody waits");
        }
    });
    let ready = ready.recv_timeout(PATIENCE).expect("the hub says something")?;
    Ok(Running { ready, stop, thread })
}

/// What a hub with these options says instead of starting.
pub(crate) fn not_started(change: impl FnOnce(&mut Options)) -> Error {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut options =
        Options { data: folder.path().join("data"), discovery: None, ..Options::default() };
    change(&mut options);
    run(options).err().expect("the hub does not start")
}

pub(crate) fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("JSON")
}

/// Asks again until there is an answer.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited for {what}");
        std::thread::yield_now();
    }
}
