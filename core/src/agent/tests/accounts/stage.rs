//! One schedule: an agent on the double, threads that hit, a thread that plays the runtime.
//!
//! Knows the order of things; what happens in between is in `steps`. A mutex stands for the runtime's
//! own lock: hits, tasks and forks hold it, as they do in a real one. Invariant: each hit is counted
//! once more, by the test, under that lock.

use super::Rng;
use super::check::{self, Account};
use super::hub::{Hub, Mood};
use crate::agent::Agent;
use crate::agent::double::{AGAIN, Double, Frame};
use crate::agent::tests::help;
use crate::agent::{Arguments, Config};
use crate::condition::PYTHON;
use crate::transport::sink::SinkTarget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Sites of one schedule at most.
const MAX_SITES: usize = 4_096;
/// For everything that was captured to reach its reader, once nothing is in its way any more.
const PATIENCE: Duration = Duration::from_secs(40);

/// Who reads what is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Hub,
    Folder,
    Nowhere,
    Function,
}

pub(super) struct Stage {
    pub(super) agent: Arc<Agent<Double>>,
    pub(super) hub: Option<Hub>,
    pub(super) reader: Reader,
    pub(super) folder: PathBuf,
    /// Calls of the sink's function in this process.
    pub(super) called: Arc<AtomicU64>,
    pub(super) children: Mutex<Vec<i32>>,
    /// Hits of each site in this process, by the test's own count.
    pub(super) truth: Vec<AtomicU64>,
    lock: Mutex<()>,
    over: AtomicBool,
}

pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Plays the schedule of `seed`, and panics where an account does not add up.
pub(super) fn play(seed: u64) {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        if !text.contains("on purpose") {
            eprintln!("{text}");
        }
    }));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut rng = Rng(seed);
    let stage = Arc::new(Stage::new(&mut rng, folder.path().to_owned()));
    let watched = watch(&stage);
    stage.pump();
    for _ in 0..=rng.below(4) {
        stage.round(&mut rng, 0);
        stage.quiet();
        check::process(&stage);
    }
    stage.end();
    drop(watched);
}

/// Ends the process, and says where it stood, if the schedule hangs; until what it answers is let go.
fn watch(stage: &Arc<Stage>) -> Sender<()> {
    let (watched, ended) = channel();
    let stage = Arc::clone(stage);
    std::thread::spawn(move || {
        if ended.recv_timeout(2 * PATIENCE) == Err(RecvTimeoutError::Timeout) {
            eprintln!("the schedule hangs; its children: {:?}", held(&stage.children));
            eprintln!("{:#?}", stage.agent.status());
            crate::ffi::exit_now(3);
        }
    });
    watched
}

impl Stage {
    fn new(rng: &mut Rng, folder: PathBuf) -> Self {
        let readers = [Reader::Hub; 7].into_iter();
        let readers: Vec<Reader> =
            readers.chain([Reader::Folder, Reader::Nowhere, Reader::Function]).collect();
        let reader = *rng.pick(&readers);
        let hub = (reader == Reader::Hub).then(Hub::start);
        let called = Arc::new(AtomicU64::new(0));
        let calls = Arc::clone(&called);
        let sink = match reader {
            Reader::Hub => None,
            Reader::Folder => Some(SinkTarget::Folder(folder.join("results"))),
            Reader::Nowhere => Some(SinkTarget::Folder(PathBuf::from("/proc/nowhere"))),
            Reader::Function => Some(SinkTarget::Callback(Box::new(move |_| {
                calls.fetch_add(1, Ordering::Relaxed);
            }))),
        };
        let arguments = Arguments {
            hub: hub.as_ref().map(|hub| format!("http://{}", hub.address)),
            sink,
            ..Arguments::default()
        };
        let variables = [("STILLFRAME_LOG", "off"), ("STILLFRAME_MAX_BUDGET", "100%")];
        let config = help::config(arguments, &variables).expect("the configuration is right");
        let spool_bytes = *rng.pick(&[400, 2_000, 20_000, 8 << 20]);
        let config = Config { spool_bytes, ..config };
        let agent = Agent::start(Double::new(), &PYTHON, config).expect("it starts");
        Self {
            agent,
            hub,
            reader,
            folder,
            called,
            children: Mutex::default(),
            truth: (0..MAX_SITES).map(|_| AtomicU64::new(0)).collect(),
            lock: Mutex::default(),
            over: AtomicBool::new(false),
        }
    }

    /// The runtime's own lock.
    pub(super) fn lock(&self) -> MutexGuard<'_, ()> {
        held(&self.lock)
    }

    /// Starts the thread that runs the runtime's tasks in this process.
    pub(super) fn pump(self: &Arc<Self>) {
        let stage = Arc::clone(self);
        std::thread::spawn(move || {
            while !stage.over.load(Ordering::Acquire) {
                let seen = stage.agent.life().progress();
                let ran = {
                    let _lock = stage.lock();
                    stage.agent.runtime().run()
                };
                if ran == 0 {
                    stage.agent.life().await_progress(seen, Duration::from_millis(1));
                }
            }
        });
    }

    /// One hit of whatever is hooked, by the rules of a runtime.
    pub(super) fn hit(self: &Arc<Self>, rng: &mut Rng) {
        let _lock = self.lock();
        self.hit_locked(rng);
    }

    fn hit_locked(self: &Arc<Self>, rng: &mut Rng) {
        let sites = self.agent.runtime().sites();
        if sites.is_empty() {
            return;
        }
        let site = *rng.pick(&sites);
        let name = match rng.below(40) {
            0 => "panic",
            1 | 2 => "again",
            3..=8 => "",
            9..=15 => "bob",
            _ => "ann",
        };
        if name == "again" {
            let (stage, mut rng) = (Arc::clone(self), Rng(rng.next()));
            AGAIN.set(Some(Box::new(move || stage.hit_locked(&mut rng))));
        }
        self.truth[site as usize].fetch_add(1, Ordering::Relaxed);
        self.agent.hit(site, &Frame { x: rng.below(20).cast_signed(), name });
        // Where nobody read `x`, there was no hit inside.
        drop(AGAIN.take());
    }

    /// Threads that hit, while things happen.
    pub(super) fn round(self: &Arc<Self>, rng: &mut Rng, depth: u32) {
        let threads: Vec<_> = (0..=rng.below(8))
            .map(|_| (Arc::clone(self), Rng(rng.next()), rng.below(150)))
            .map(|(stage, mut rng, hits)| {
                std::thread::spawn(move || {
                    for _ in 0..hits {
                        stage.hit(&mut rng);
                        std::thread::yield_now();
                    }
                })
            })
            .collect();
        for _ in 0..=rng.below(8) {
            self.step(rng, depth);
        }
        threads.into_iter().for_each(|thread| thread.join().expect("hits never unwind"));
    }

    /// Lets everything that is under way between hit and reader come to rest, whatever the hub does.
    pub(super) fn quiet(&self) {
        let agent = &self.agent;
        self.until("it is quiet", || {
            agent.flush(Duration::from_millis(2));
            let life = agent.life();
            let entries = &held(&life.control).entries;
            let settled = entries.values().all(|entry| !entry.is_queued && !entry.wants_task());
            settled && agent.runtime().is_idle() && agent.is_quiet()
        });
    }

    #[track_caller]
    pub(super) fn until(&self, what: &str, done: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done() {
            assert!(Instant::now() < deadline, "{what} never came: {:#?}", self.agent.status());
            let life = self.agent.life();
            life.wake_shipper();
            life.await_progress(life.progress(), Duration::from_millis(2));
        }
    }

    /// Forks; `announced` as a runtime with hooks does it.
    pub(super) fn fork(self: &Arc<Self>, rng: &mut Rng, depth: u32, announced: bool) {
        let mut rng = Rng(rng.next());
        if announced {
            self.agent.before_fork();
        }
        let lock = self.lock();
        let pid = self.agent.runtime().holding_tasks(crate::ffi::fork);
        if pid == 0 {
            for word in &self.truth {
                word.store(0, Ordering::Relaxed);
            }
            self.called.store(0, Ordering::Relaxed);
            if announced {
                // Other hooks of the runtime come first, and may be probed themselves.
                (0..rng.below(3)).for_each(|_| self.hit_locked(&mut rng));
                self.agent.fork_in_child();
            }
            drop(lock);
            let played = catch_unwind(AssertUnwindSafe(|| self.child(&mut rng, depth + 1)));
            crate::ffi::exit_now(i32::from(played.is_err()));
        }
        drop(lock);
        if announced {
            self.agent.fork_in_parent();
        }
        held(&self.children).push(pid);
    }

    /// A child's whole life.
    fn child(self: &Arc<Self>, rng: &mut Rng, depth: u32) {
        held(&self.children).clear();
        // Noticed, if nobody said so, by this call or by a hit before it.
        self.agent.status();
        self.pump();
        for _ in 0..=rng.below(2) {
            self.round(rng, depth);
            self.quiet();
            check::process(self);
        }
        if rng.one_in(2) {
            self.stop();
        }
        self.await_delivery();
        self.join();
        Account::of(self).keep(&self.folder);
    }

    fn stop(&self) {
        self.agent.stop(PATIENCE);
        check::process(self);
    }

    /// Everything captured has an end: the hub is there, or will be.
    fn await_delivery(&self) {
        self.until("the last acknowledgement", || {
            self.agent.flush(Duration::from_millis(20)) || self.agent.life().is_stopping()
        });
        self.quiet();
    }

    fn join(&self) {
        let children = std::mem::take(&mut *held(&self.children));
        for child in children {
            assert_eq!(crate::ffi::await_child(child), 0, "child {child} failed");
        }
    }

    /// Nothing is in anybody's way any more: all accounts are settled.
    fn end(self: &Arc<Self>) {
        if let Some(hub) = &self.hub {
            let mut state = hub.state();
            (state.mood, state.breaks_after, state.renews) = (Mood::Good, None, false);
        }
        self.await_delivery();
        self.join();
        check::process(self);
        check::told(self);
        let accounts = Account::all(&self.folder, Account::of(self));
        check::readers(self, &accounts);
        self.over.store(true, Ordering::Release);
    }
}
