//! Group commit: one thread writes for all agents, as much at once as has come in meanwhile.
//!
//! Knows the store by its trait and callers by a reply channel. Invariant: a reply is sent after the
//! store answered for the whole of that job, and jobs are handled in the order they came.

use super::{Incoming, Outcome, Result, Store, StoreError};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::UnboundedSender;

/// Jobs that may wait; each connection has at most a few of them.
const MAX_JOBS: usize = 1_024;
/// Snapshots of one commit: beyond this a larger group saves nothing more (measured at 1,024).
const MAX_GROUP: usize = 1_024;

/// A batch of one agent.
pub(crate) struct Job {
    pub items: Vec<Incoming>,
    /// Highest sequence of the batch.
    pub sequence: u64,
    /// Bounds how much one connection has under way; given back with the reply.
    pub permit: OwnedSemaphorePermit,
    /// Bounded by the permits.
    pub reply: UnboundedSender<Result<u64>>,
}

/// Where jobs are handed in.
#[derive(Clone)]
pub(crate) struct Queue(SyncSender<Job>);

impl Queue {
    /// Hands in a job; when the queue is full or closed, the job is answered with an error.
    pub(crate) fn submit(&self, job: Job) {
        if let Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) = self.0.try_send(job)
        {
            let error = StoreError { full: false, message: "the store is too busy".into() };
            // The agent is gone, and sends it again when it is back.
            let _ = job.reply.send(Err(error));
        }
    }
}

/// Starts the writer; it ends when every [`Queue`] is dropped and all jobs are done. `publish` is
/// called with what became of each group, in order, before the agents are told.
pub(crate) fn start(
    store: Arc<dyn Store>,
    publish: impl Fn(Result<Vec<Outcome>>) + Send + 'static,
) -> Result<(Queue, JoinHandle<()>)> {
    let (sender, jobs) = sync_channel(MAX_JOBS);
    let thread = std::thread::Builder::new()
        .name("stillframe-store".into())
        .spawn(move || run(&jobs, &*store, &publish))?;
    Ok((Queue(sender), thread))
}

fn run(jobs: &Receiver<Job>, store: &dyn Store, publish: &dyn Fn(Result<Vec<Outcome>>)) {
    while let Ok(first) = jobs.recv() {
        let (mut items, mut waiting) = (Vec::new(), Vec::new());
        let mut take = |mut job: Job, items: &mut Vec<Incoming>| {
            items.append(&mut job.items);
            waiting.push(job);
        };
        take(first, &mut items);
        while items.len() < MAX_GROUP
            && let Ok(job) = jobs.try_recv()
        {
            take(job, &mut items);
        }
        let result = store.put_batch(&items);
        let error = result.as_ref().err().cloned();
        publish(result);
        for job in waiting {
            // A connection that is gone needs no answer.
            let _ = job.reply.send(error.clone().map_or(Ok(job.sequence), Err));
            drop(job.permit);
        }
    }
}
