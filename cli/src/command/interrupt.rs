//! Ctrl-C as a message instead of an end.
//!
//! Invariant: the first asks the command to end in good order; the second ends the process at once.

use super::follow::Incoming;
use crate::fail::{Exit, Failure, Result};
use std::io;
use std::sync::mpsc::Sender;
use tokio::signal::unix::{Signal, SignalKind, signal};

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
        runtime.block_on(first(signals, |times| match times {
            1 => sender.send(Incoming::Interrupt).is_ok(),
            _ => std::process::exit(Exit::Interrupted as i32),
        }));
    };
    let thread = std::thread::Builder::new().name("stillframe-signals".to_owned());
    thread.spawn(forward).map(|_| ()).map_err(failed)
}

/// Tells `each` of every signal that comes, by its number, until it has enough.
async fn first(mut signals: Vec<Signal>, mut each: impl FnMut(u32) -> bool) {
    let mut times = 0;
    loop {
        std::future::poll_fn(|context| {
            let mut polls = signals.iter_mut().map(|signal| signal.poll_recv(context));
            match polls.any(|poll| poll.is_ready()) {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            }
        })
        .await;
        times += 1;
        if !each(times) {
            return;
        }
    }
}
