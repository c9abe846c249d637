//! Starting and stopping a hub.
//!
//! Knows the order: folder, store, tokens, socket, discovery file, and back. Invariant: it listens
//! where [`Reach`] permits it, and what agents handed in before a stop is stored before the process
//! ends.

use crate::api::types::DEFAULT_PORT;
use crate::discovery::{self, Discovery};
use crate::figures::Figures;
use crate::fleet::{Fleet, Times};
use crate::guests::{Guests, PerAddress};
use crate::listen::Listening;
use crate::reach::Reach;
use crate::server::{Hub, MAX_AGENTS, MAX_CONNECTIONS, MAX_STREAMS};
use crate::store::{DiskStore, Outcome, Recovery, Retention, Store, StoreError, writer};
use crate::tls::TlsFiles;
use crate::tokens::{Local, Tokens};
use crate::{api, log};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::thread::JoinHandle;
use std::time::Duration;
use stillframe_core::error::{Error, ErrorKind, Result};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// How often expiries, leases and returns are looked at.
const TICK: Duration = Duration::from_millis(200);
/// How often old segments are looked for.
const RETAIN: Duration = Duration::from_secs(60);
/// For requests that are under way when the hub stops.
const STOP: Duration = Duration::from_secs(2);

/// How often it is looked whether the threads have ended.
const POLL: Duration = Duration::from_millis(5);

/// How a hub is to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; beyond loopback only with TLS. Port 0 takes any.
    pub bind: SocketAddr,
    /// Certificate and key; `None`: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Somebody vouches that all who come from elsewhere come by a proxy that speaks TLS.
    pub tls_terminated_by_proxy: bool,
    /// Names by which it is reached, besides those of loopback and of the certificate.
    pub hosts: Vec<String>,
    /// Folder of tokens, probes and snapshots.
    pub data: PathBuf,
    /// Folder of the discovery file; `None`: it is not announced.
    pub discovery: Option<PathBuf>,
    /// Name that people and agents see.
    pub name: String,
    /// Name of the person its first token is for.
    pub user: String,
    /// How long snapshots are kept.
    pub keep: Duration,
    /// How many bytes of snapshots are kept.
    pub keep_bytes: u64,
    /// For a TLS handshake, the head of a request, and its body; each for itself.
    pub request_time: Duration,
    /// How many connections one address may have.
    pub per_address: PerAddress,
    /// A followed probe without a reader is removed after this.
    pub lease: Duration,
}

impl Default for Options {
    fn default() -> Self {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT)),
            tls: None,
            tls_terminated_by_proxy: false,
            hosts: Vec::new(),
            data: discovery::data_folder(),
            discovery: Some(discovery::folder()),
            name: "local".to_owned(),
            user: user.unwrap_or_else(|_| "local".to_owned()),
            keep: Duration::from_secs(7 * 24 * 3_600),
            keep_bytes: 5 << 30,
            request_time: Duration::from_secs(10),
            per_address: PerAddress::default(),
            lease: Duration::from_secs(api::types::LEASE_S),
        }
    }
}

/// A hub that listens.
#[derive(Clone, Debug)]
pub struct Ready {
    /// `http://127.0.0.1:4737`.
    pub url: String,
    /// The person's token; show it to a terminal only.
    pub user_token: String,
    /// Its file, 0600.
    pub user_token_file: PathBuf,
    /// The agents' token.
    pub agent_token: String,
    /// Its file, 0600.
    pub agent_token_file: PathBuf,
    /// What should be said: crashes that were mended, another hub that is found first.
    pub notes: Vec<String>,
}

/// Serves a hub until `stop` is done. `ready` is called once it listens.
pub async fn serve(
    options: Options,
    ready: impl FnOnce(&Ready),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let reach = Reach::of(&options)?;
    let opening = options.clone();
    let opened = tokio::task::spawn_blocking(move || open(&opening)).await;
    let mut opened =
        opened.map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))??;
    let listener = listen(options.bind).await?;
    let (stopping_sender, stopping) = watch::channel(false);
    let address = listener.local_addr().map_err(|error| hub_error(&error))?;
    let readiness = announce(&options, reach.url(address), &mut opened);
    let hub = Arc::new(Hub::new(reach, &options, &opened, stopping.clone()));
    let chores = tokio::spawn(chores(Arc::clone(&hub), retention(&options)));
    ready(&readiness.0);
    let stopped = run(listener, hub, stop, stopping_sender, stopping).await;
    chores.abort();
    // Its end is of no interest: it was asked to stop.
    let _ = chores.await;
    if let (Some(found), Some(folder)) = (readiness.1, &options.discovery) {
        found.withdraw(folder);
    }
    let threads = opened.threads;
    drop((opened.fleet, opened.queue));
    // They end when the last connection has let go of the hub.
    let ended = async {
        while !threads.iter().all(JoinHandle::is_finished) {
            sleep(POLL).await;
        }
    };
    if timeout(STOP, ended).await.is_err() {
        log::warn("a connection did not end; what it handed in is stored, or sent again");
    }
    stopped
}

struct Opened {
    store: Arc<dyn Store>,
    fleet: Arc<Fleet>,
    queue: writer::Queue,
    /// Of the store's writer and of the saver.
    threads: [JoinHandle<()>; 2],
    tokens: Arc<Tokens>,
    figures: Arc<Figures>,
    local: Local,
    recovery: Recovery,
}

impl Hub {
    fn new(
        reach: Reach,
        options: &Options,
        opened: &Opened,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            reach,
            request_time: options.request_time,
            name: options.name.clone(),
            fleet: Arc::clone(&opened.fleet),
            store: Arc::clone(&opened.store),
            queue: opened.queue.clone(),
            tokens: Arc::clone(&opened.tokens),
            figures: Arc::clone(&opened.figures),
            agents: Arc::new(Semaphore::new(MAX_AGENTS)),
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
            guests: Guests::new(options.per_address, options.tls_terminated_by_proxy),
            stopping,
            connections: AtomicU64::new(1),
            open: Arc::new(AtomicUsize::new(0)),
        }
    }
}

fn retention(options: &Options) -> Retention {
    let age_ns = u64::try_from(options.keep.as_nanos()).unwrap_or(u64::MAX);
    Retention { age_ns, bytes: options.keep_bytes }
}

fn open(options: &Options) -> Result<Opened> {
    let failed = |error: StoreError| {
        let folder = options.data.display();
        Error::new(ErrorKind::Sink, format!("the data folder {folder} cannot be used: {error}"))
    };
    let (store, mut recovery) =
        DiskStore::open(&options.data, retention(options)).map_err(failed)?;
    let tokens = Arc::new(Tokens::load(&store).map_err(failed)?);
    let local = Local::open(&tokens, &store, &options.data, &options.user).map_err(failed)?;
    let store: Arc<dyn Store> = Arc::new(store);
    let fault = store.verify_audit(None).map_err(failed)?.fault;
    recovery.lines.extend(fault.map(|fault| format!("the audit does not hold: {fault}")));
    let times = Times {
        lease_ns: u64::try_from(options.lease.as_nanos()).unwrap_or(u64::MAX),
        memory_ns: retention(options).age_ns,
        ..Times::default()
    };
    let (fleet, saver) = Fleet::load(Arc::clone(&store), times).map_err(failed)?;
    let fleet = Arc::new(fleet);
    let (told, figures) = (Arc::clone(&fleet), Arc::new(Figures::default()));
    let counts = Arc::clone(&figures);
    let publish = move |result: std::result::Result<Vec<Outcome>, StoreError>| {
        counts.batch(&result);
        if let Ok(outcomes) = result {
            told.stored(outcomes);
        }
    };
    let (queue, writer) = writer::start(Arc::clone(&store), publish).map_err(failed)?;
    Ok(Opened { store, fleet, queue, threads: [writer, saver], tokens, figures, local, recovery })
}

async fn listen(bind: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(bind).await.map_err(|error| {
        let told = Error::new(ErrorKind::Hub, format!("cannot listen on {bind}: {error}"));
        match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                told.with_hint("a hub may be running already; or say --bind 127.0.0.1:0")
            }
            _ => told,
        }
    })
}

/// Writes the discovery file, unless another hub that lives is found by it.
fn announce(options: &Options, url: String, opened: &mut Opened) -> (Ready, Option<Discovery>) {
    let local = &opened.local;
    let mut notes = std::mem::take(&mut opened.recovery.lines);
    if opened.recovery.reindexed > 0 {
        notes.push(format!("{} snapshots were read back", opened.recovery.reindexed));
    }
    let ready = Ready {
        url,
        user_token: local.user.clone(),
        user_token_file: local.user_file.clone(),
        agent_token: local.agent.clone(),
        agent_token_file: local.agent_file.clone(),
        notes: Vec::new(),
    };
    let mut announced = None;
    if let Some(folder) = &options.discovery {
        let found = Discovery {
            pid: std::process::id(),
            url: ready.url.clone(),
            token_file: local.user_file.clone(),
            agent_token_file: local.agent_file.clone(),
        };
        match Discovery::find(folder).filter(|other| other.pid != found.pid) {
            Some(other) => notes.push(format!(
                "the hub at {} runs already and is found first; name this one with --hub {}",
                other.url, ready.url
            )),
            None => match found.publish(folder) {
                Ok(()) => announced = Some(found),
                Err(error) => notes.push(format!("it cannot be found by itself: {error}")),
            },
        }
    }
    (Ready { notes, ..ready }, announced)
}

/// Serves until `stop`, then lets what is under way end.
async fn run(
    listener: TcpListener,
    hub: Arc<Hub>,
    stop: impl Future<Output = ()> + Send + 'static,
    stopping_sender: watch::Sender<bool>,
    mut stopping: watch::Receiver<bool>,
) -> Result<()> {
    let listening = Listening {
        listener,
        tls: hub.reach.tls.clone(),
        request_time: hub.request_time,
        room: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        open: Arc::clone(&hub.open),
        guests: Arc::clone(&hub.guests),
        figures: Arc::clone(&hub.figures),
        stopping: stopping.clone(),
    };
    let stop = async move {
        stop.await;
        // Streams and agents watch this; it cannot fail while they do.
        let _ = stopping_sender.send(true);
        // Kept until the server is done, so that nobody takes its end for another signal.
        std::future::pending::<()>().await;
    };
    let stopper = tokio::spawn(stop);
    let mut server = tokio::spawn(listening.serve(api::router(hub)));
    let ended = tokio::select! {
        ended = &mut server => Some(ended),
        _ = stopping.wait_for(|stopping| *stopping) => timeout(STOP, &mut server).await.ok(),
    };
    stopper.abort();
    if ended.is_none() {
        server.abort();
        // Aborted on purpose.
        let _ = server.await;
    }
    Ok(())
}

fn hub_error(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Hub, format!("the hub's socket failed: {error}"))
}

/// The next time that somebody asks for the certificate to be read again.
async fn renewal(hangup: &mut Option<Signal>) {
    let asked = match hangup {
        Some(hangup) => hangup.recv().await,
        None => None,
    };
    if asked.is_none() {
        std::future::pending().await
    }
}

/// What has to be done while time passes.
async fn chores(hub: Arc<Hub>, retention: Retention) {
    let mut tick = interval(TICK);
    let mut retain = interval(RETAIN);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    retain.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Without TLS a hang-up ends the hub, as it ends any program.
    let mut hangup = hub.reach.tls.as_ref().and_then(|_| signal(SignalKind::hangup()).ok());
    loop {
        tokio::select! {
            () = renewal(&mut hangup) => {
                let reloaded = hub.reach.tls.as_ref().map(|tls| tls.reload());
                if let Some(Err(error)) = reloaded {
                    log::warn(&format!("the former certificate stays in use: {error}"));
                }
            }
            _ = tick.tick() => hub.fleet.tick(),
            _ = retain.tick() => {
                let retained =
                    hub.blocking(move |hub| hub.store.retain(hub.fleet.now_ns(), retention)).await;
                if let Err(error) = retained {
                    log::warn(&format!("old snapshots cannot be deleted: {}", error.message));
                }
            }
        }
    }
}
