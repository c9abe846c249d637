//! What the core asks of a runtime outside a hit, answered by Ruby.
//!
//! Invariant: everything but `run_soon` is called from a task, so the VM's lock is held.

use super::installer::Installer;
use super::names::CodeNames;
use crate::ffi::Turn;
use crate::frame::{Plan, Slots};
use crate::value::Known;
use crate::{hook, locate};
use magnus::{Error as RubyError, Ruby};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use stillframe_core::agent::Agent;
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::{
    Hook, LoadedFile, LoadedFunction, Named, Names, Runtime, SourceText, Span,
};

/// Ruby, as the core sees it.
pub(crate) struct RubyRuntime {
    installer: Mutex<Installer>,
    began_ns: u64,
    /// Slots given out, by the handle of their code.
    slots: Mutex<HashMap<u64, Slots>>,
}

impl fmt::Debug for RubyRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RubyRuntime")
    }
}

/// In a thread of Ruby's that found a moment: makes ours.
pub(super) fn make_thread() {
    if let (Some(agent), Ok(ruby)) = (super::current(), Ruby::get()) {
        agent.runtime().ensure_thread(&ruby);
    }
}

/// In our thread: probes may wait for the main script, of whose compiling nobody tells.
pub(super) fn look_for_main_script() {
    if locate::look_for_main_script() {
        super::code_came();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Brings the index up to date.
fn refresh() {
    if let (Some(made), Some(agent)) = (locate::refresh(), super::current()) {
        agent.note("index", &made);
    }
}

fn refused(what: &str, error: &RubyError) -> Error {
    Error::new(ErrorKind::Internal, format!("{what}: {error}"))
}

impl RubyRuntime {
    /// The runtime of an agent that began at `began_ns`, wall time.
    pub(super) fn new(began_ns: u64) -> Self {
        Self { installer: Mutex::default(), began_ns, slots: Mutex::default() }
    }

    fn installer(&self) -> Installer {
        locked(&self.installer).clone()
    }

    /// Makes our thread if there is none. With the VM's lock.
    pub(super) fn ensure_thread(&self, ruby: &Ruby) {
        self.installer().ensure_thread(ruby);
    }

    /// Whether this is our thread.
    pub(super) fn is_our_thread(&self) -> bool {
        self.installer().is_our_thread()
    }

    /// How many tasks were given so far.
    pub(super) fn given(&self) -> u64 {
        self.installer().given()
    }

    /// Waits until so many tasks were run.
    pub(super) fn wait(&self, target: u64, timeout: Duration) -> bool {
        self.installer().wait(target, timeout)
    }

    /// Ends our thread.
    pub(super) fn close(&self, timeout: Duration) {
        self.installer().close(timeout);
    }

    /// Ends our thread until [`RubyRuntime::go_on`].
    pub(super) fn pause(&self, timeout: Duration) {
        self.installer().pause(timeout);
    }

    /// Tasks run again.
    pub(super) fn go_on(&self, ruby: &Ruby) {
        self.installer().go_on(ruby);
    }

    /// Has `arm` set hooks on `code`.
    fn arm_by(
        &self,
        code: u64,
        attrs: &[Box<str>],
        arm: impl FnOnce(&Ruby, Arc<Agent<Self>>, Plan) -> std::result::Result<(), RubyError>,
    ) -> Result<Option<String>> {
        let gone = || Error::new(ErrorKind::Location, "the code was unloaded meanwhile");
        let ruby = Ruby::get().map_err(|_| gone())?;
        let agent = super::current().ok_or_else(gone)?;
        Known::refresh(&ruby);
        let slots = locked(&self.slots).remove(&code);
        let address = locate::address_of(code).ok_or_else(gone)?;
        let path = locate::file_of(address).unwrap_or_default();
        let function = locate::qualified(&locate::chain_in(&path, address));
        let plan = Plan::new(address, &function, slots.as_ref(), attrs);
        if let Some(slots) = slots {
            locked(&self.slots).insert(code, slots);
        }
        plan.and_then(|plan| arm(&ruby, agent, plan))
            .map_err(|error| refused("the hook could not be set", &error))?;
        Ok(None)
    }
}

impl Runtime for RubyRuntime {
    /// Each change of hooks throws away what YJIT has compiled.
    const TOGETHER: usize = 32;

    fn run_soon(&self, task: Box<dyn FnOnce() + Send>) -> bool {
        self.installer().run(task)
    }

    fn files(&self, file_name: &str) -> Vec<LoadedFile> {
        refresh();
        locate::files(file_name)
    }

    fn source(&self, file: &LoadedFile) -> SourceText {
        let loaded_ns = locate::loaded_ns(&file.path).unwrap_or(0);
        locate::source_of(&file.path, loaded_ns, self.began_ns)
    }

    fn functions(&self, file: &LoadedFile) -> Vec<LoadedFunction> {
        locate::functions(&file.path).unwrap_or_default()
    }

    fn edition(&self, file: &str) -> u64 {
        // What names mean in code that went is nobody's any more. In a task, which holds the VM's lock.
        locked(&self.slots).retain(|code, _| locate::address_of(*code).is_some());
        locate::edition(file)
    }

    fn file_names(&self) -> Vec<String> {
        locate::file_names()
    }

    fn named(&self, name: &str) -> Option<Named> {
        refresh();
        let code = locate::named(&Ruby::get().ok()?, name)?;
        let file = locate::file_of(code)?;
        Some(Named { file: locate::loaded_file(&file), code: Some(locate::handle_of(code)?) })
    }

    fn files_with(&self, name: &str) -> Vec<LoadedFile> {
        refresh();
        locate::files_with(name)
    }

    fn names(&self, code: u64, _line: u32, _span: Option<Span>) -> Box<dyn Names + '_> {
        Box::new(CodeNames::new(&self.slots, code))
    }

    fn arm(&self, site: u32, code: u64, line: u32, attrs: &[Box<str>]) -> Result<Option<String>> {
        self.arm_by(code, attrs, |ruby, agent, plan| hook::arm(ruby, agent, site, plan, line))
    }

    fn arm_span(
        &self,
        site: u32,
        code: u64,
        span: Span,
        attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        self.arm_by(code, attrs, |ruby, agent, plan| hook::arm_span(ruby, agent, site, plan, span))
    }

    fn change(&self, off: &[u32], on: &[Hook<'_>]) -> Vec<Result<Option<String>>> {
        let ruby = Ruby::get().ok();
        let full = ruby.as_ref().and_then(|ruby| hook::compiled::before(ruby, on.len()));
        off.iter().for_each(|site| self.disarm(*site));
        let arm = |hook: &Hook<'_>| match (&full, hook.span) {
            (Some(full), _) => Err(full.clone()),
            (None, Some(span)) => self.arm_span(hook.site, hook.code, span, hook.attrs),
            (None, None) => self.arm(hook.site, hook.code, hook.line, hook.attrs),
        };
        let answers: Vec<_> = on.iter().map(arm).collect();
        let set = answers.iter().filter(|answer| answer.is_ok()).count();
        let told = ruby.and_then(|ruby| hook::compiled::after(&ruby, set, off.len()));
        if let (Some(told), Some(agent)) = (told, super::current()) {
            agent.note("yjit", &told);
        }
        answers
    }

    fn disarm(&self, site: u32) {
        if let Ok(ruby) = Ruby::get() {
            hook::disarm(&ruby, site);
        }
    }

    fn forked(&self) {
        Turn::reset_in_child();
        hook::forked();
        // Held by a thread of the parent it would be for ever: then its queue stays as it is, and is
        // never run here.
        let Ok(mut installer) = self.installer.try_lock() else { return };
        std::mem::forget(std::mem::take(&mut *installer));
    }
}
