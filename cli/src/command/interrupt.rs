//! Ctrl-C as a message instead of an end.
//!
//! Invariant: the first asks the command to end in good order; one that comes later, because that
//! takes too long, ends the process at once.

use super::follow::Incoming;
use crate::fail::{Exit, Failure, Result};
use std::io;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What comes so soon after the first is the same wish, sent to the process and to its group too, as
/// `timeout` and runners of scripts do.
const SAME_WISH: Duration = Duration::from_millis(500);

/// From now on signals that end a process arrive as [`Incoming::Interrupt`].
pub(super) fn listen(sender: Sender<Incoming>) -> Result<()> {
    let failed = |error: io::Error| {
        Failure::new(Exit::Failed, "failed", format!("signals cannot be listened for: {error}"))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let runtime = runtime.map_err(failed)?;
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let signals = {
        let _inside = runtime.enter();
        kinds.map(signal).into_iter().collect::<io::Result<Vec<Signal>>>().map_err(failed)?
    };
    let forward = move || {
        let mut first: Option<Instant> = None;
        runtime.block_on(each(signals, || match first {
            None => {
                first = Some(Instant::now());
                sender.send(Incoming::Interrupt).is_ok()
            }
            Some(first) if first.elapsed() < SAME_WISH => true,
            Some(_) => std::process::exit(Exit::Interrupted as i32),
        }));
    };
    let thread = std::thread::Builder::new().name("stillframe-signals".to_owned());
    thread.spawn(forward).map(|_| ()).map_err(failed)
}

/// Tells `came` of every signal that comes, until it has enough.
async fn each(mut signals: Vec<Signal>, mut came: impl FnMut() -> bool) {
    loop {
        std::future::poll_fn(|context| {
            let mut polls = signals.iter_mut().map(|signal| signal.poll_recv(context));
            match polls.any(|poll| poll.is_ready()) {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            }
        })
        .await;
        if !came() {
            return;
        }
    }
}
