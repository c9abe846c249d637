//! What the core asks of a runtime outside a hit, answered by V8's inspector.
//!
//! Invariant: everything but `run_soon` is called from a task, so JavaScript may be called.

use super::names::CodeNames;
use super::tasks::Tasks;
use crate::{ffi, frame, hook, locate};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::{
    LoadedFile, LoadedFunction, Mechanism, Named, Names, Runtime, SourceText, Span, Written,
};

/// Hits after which V8 takes longer for the next: some 2 µs.
const MANY_HITS: u64 = 500;

/// Node, as the core sees it.
#[derive(Default)]
pub(crate) struct NodeRuntime {
    tasks: Tasks,
    /// How many hits there were when costs were looked at last.
    hits_seen: AtomicU64,
}

impl fmt::Debug for NodeRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeRuntime")
    }
}

impl NodeRuntime {
    /// What waits for a thread of JavaScript's.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.tasks
    }
}

impl Runtime for NodeRuntime {
    fn run_soon(&self, task: Box<dyn FnOnce() + Send>) -> bool {
        self.tasks.run(task)
    }

    fn lend(&self) {
        if ffi::is_within() {
            self.tasks.run_all(false);
        }
    }

    fn files(&self, file_name: &str) -> Vec<LoadedFile> {
        locate::files(file_name)
    }

    fn source(&self, file: &LoadedFile) -> SourceText {
        locate::source(&file.path)
    }

    fn functions(&self, file: &LoadedFile) -> Vec<LoadedFunction> {
        locate::functions(&file.path)
    }

    fn is_looking(&self, path: &str) -> bool {
        locate::is_looking(path.rsplit('/').next().unwrap_or(path))
    }

    fn untold(&self, path: &str) -> Option<Error> {
        locate::untold(path)
    }

    fn awaits(&self, file: &LoadedFile) -> Option<String> {
        locate::awaits(&file.path, false)
    }

    fn awaits_span(&self, file: &LoadedFile) -> Option<String> {
        locate::awaits(&file.path, true)
    }

    fn file_names(&self) -> Vec<String> {
        locate::file_names()
    }

    fn named(&self, _name: &str) -> Option<Named> {
        // JavaScript has no names for code from elsewhere.
        None
    }

    fn files_with(&self, name: &str) -> Vec<LoadedFile> {
        locate::files_with(name)
    }

    fn names(&self, code: u64, line: u32, span: Option<Span>) -> Box<dyn Names + '_> {
        let timing = span.and_then(|span| locate::timing(code, span).ok());
        match timing.and_then(|(_, timing)| timing.begin()) {
            Some(begin) => Box::new(CodeNames::at(code, begin)),
            None => Box::new(CodeNames::new(code, line)),
        }
    }

    fn arm(&self, site: u32, code: u64, line: u32, attrs: &[Box<str>]) -> Result<Option<String>> {
        let agent = super::current();
        let agent = agent.ok_or_else(|| Error::new(ErrorKind::Internal, "the agent is going"))?;
        hook::arm(&agent, site, (code, line), attrs)
    }

    fn arm_span(
        &self,
        site: u32,
        code: u64,
        span: Span,
        _attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        let agent = super::current();
        let agent = agent.ok_or_else(|| Error::new(ErrorKind::Internal, "the agent is going"))?;
        hook::arm_span(&agent, site, code, span)
    }

    fn mechanism(&self, site: u32) -> Option<Mechanism> {
        hook::mechanism(site)
    }

    fn disarm(&self, site: u32) {
        hook::disarm(site);
    }

    fn written(&self, file: &str, line: u32, column: u32) -> Option<Written> {
        locate::written(file, line, column)
    }

    fn look_at_costs(&self) {
        let now = frame::hits();
        if now - self.hits_seen.load(Relaxed) >= MANY_HITS {
            self.hits_seen.store(now, Relaxed);
            self.tasks.run(Box::new(|| {
                if let (Ok(ns), Some(agent)) = (ffi::surplus(), super::here()) {
                    agent.set_hit_surplus(ns as u64);
                }
            }));
        }
    }

    fn forked(&self) {
        // Node forks by starting itself anew.
    }
}
