//! What the core asks of a runtime outside a hit, answered by the virtual machine.
//!
//! Invariant: everything but `run_soon` is called from a task, so the thread is one of the machine's.

use super::installer::Installer;
use super::names::CodeNames;
use crate::ffi::{Env, Machine};
use crate::frame::{Probed, Shown, Slots};
use crate::hook::{self, Target};
use crate::locate::{self, Code};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::{LoadedFile, LoadedFunction, Named, Names, Runtime, SourceText, Span};

/// The virtual machine, as the core sees it.
pub(crate) struct JvmRuntime {
    machine: &'static Machine,
    installer: &'static Installer,
    began: SystemTime,
    /// What is known of the places that names were resolved at, by code and line.
    places: Mutex<HashMap<(u64, u32), Place>>,
    /// The hook of each site that is armed.
    tokens: Mutex<HashMap<u32, u32>>,
}

/// A place in the code.
pub(super) struct Place {
    pub(super) target: Result<Target>,
    pub(super) slots: Slots,
}

impl fmt::Debug for JvmRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JvmRuntime")
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_attached() -> Error {
    Error::new(ErrorKind::Internal, "the thread is not the machine's")
}

/// A line of a method as it is shown.
fn probed(env: Env, machine: &Machine, code: &Code, line: u32) -> Option<Probed> {
    let class = code.class(env)?;
    let shown = Shown::of(machine.jvmti, class, &code.name);
    env.delete_local(class);
    Some(Probed { shown, line })
}

impl JvmRuntime {
    /// The runtime of an agent that begins now.
    pub(super) fn new(machine: &'static Machine) -> Self {
        Self {
            machine,
            // Its thread sleeps as long as the process lives.
            installer: Box::leak(Box::default()),
            began: SystemTime::now(),
            places: Mutex::default(),
            tokens: Mutex::default(),
        }
    }

    /// The thread that enters the machine.
    pub(super) fn installer(&self) -> &'static Installer {
        self.installer
    }

    /// The machine ends: hooks stay where they are.
    pub(super) fn leave(&self) {
        self.installer.leave();
    }

    fn with<T>(&self, work: impl FnOnce(Env) -> T) -> Option<T> {
        self.machine.env().map(work)
    }

    fn arm_at(&self, site: u32, (code, line): (u64, Option<u32>)) -> Result<Option<String>> {
        let env = self.machine.env().ok_or_else(not_attached)?;
        let gone = || Error::new(ErrorKind::Location, "the class was unloaded meanwhile");
        let found = locate::code_of(code).ok_or_else(gone)?;
        let agent = super::current();
        let agent = agent.ok_or_else(|| Error::new(ErrorKind::Internal, "the agent is going"))?;
        let places = locked(&self.places);
        let place = line.and_then(|line| places.get(&(code, line)));
        let (target, slots) = match place {
            Some(place) => (place.target.clone()?, place.slots.clone()),
            None => (hook::look(env, self.machine, &found, line)?.0, Slots::default()),
        };
        drop(places);
        let probed = line.and_then(|line| probed(env, self.machine, &found, line));
        let plan = slots.into_plan(&target.placed.locals, probed);
        let (token, note) = hook::arm(env, self.machine, &agent, (site, &found), &target, plan)?;
        locked(&self.tokens).insert(site, token);
        Ok(note)
    }
}

impl Runtime for JvmRuntime {
    const PACKAGE_PATHS: bool = true;
    const COUNTS_FALSE: bool = false;

    fn run_soon(&self, task: Box<dyn FnOnce() + Send>) -> bool {
        self.installer.run(task)
    }

    fn files(&self, file_name: &str) -> Vec<LoadedFile> {
        self.with(|env| locate::files(env, self.machine, file_name)).unwrap_or_default()
    }

    fn source(&self, file: &LoadedFile) -> SourceText {
        let text = self.with(|env| locate::source_of(env, self.machine, file, self.began));
        text.unwrap_or(SourceText::Unavailable)
    }

    fn functions(&self, file: &LoadedFile) -> Vec<LoadedFunction> {
        self.with(|env| locate::functions(env, self.machine, &file.path)).unwrap_or_default()
    }

    fn is_whole(&self, file: &LoadedFile) -> bool {
        self.with(|env| locate::is_whole(env, self.machine, &file.path)).unwrap_or(true)
    }

    fn file_names(&self) -> Vec<String> {
        self.with(|env| locate::file_names(env, self.machine)).unwrap_or_default()
    }

    fn named(&self, name: &str) -> Option<Named> {
        self.with(|env| locate::named(env, self.machine, name)).flatten()
    }

    fn files_with(&self, name: &str) -> Vec<LoadedFile> {
        self.with(|env| locate::files_with(env, self.machine, name)).unwrap_or_default()
    }

    fn names(&self, code: u64, line: u32) -> Box<dyn Names + '_> {
        Box::new(CodeNames::new(self.machine, &self.places, (code, line)))
    }

    fn arm(&self, site: u32, code: u64, line: u32, _attrs: &[Box<str>]) -> Result<Option<String>> {
        self.arm_at(site, (code, Some(line)))
    }

    fn arm_span(
        &self,
        site: u32,
        code: u64,
        span: Span,
        _attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        let lacks = |what: &str, instead: &str| {
            Error::new(ErrorKind::Unsupported, format!("{what} on the JVM yet")).with_hint(instead)
        };
        if span != Span::Function {
            return Err(lacks("a range of lines is not timed", "time the function"));
        }
        let has_condition = |site| super::current()?.site(site)?.condition.as_ref().map(|_| ());
        if has_condition(site).is_some() {
            return Err(lacks("a condition does not choose what is timed", "leave --if out"));
        }
        self.arm_at(site, (code, None))
    }

    fn disarm(&self, site: u32) {
        if self.installer.is_leaving() {
            // Nothing of the application runs long enough to gain by it.
            return;
        }
        let token = locked(&self.tokens).remove(&site);
        if let (Some(token), Some(env)) = (token, self.machine.env()) {
            hook::disarm(env, self.machine, token);
        }
    }

    fn forked(&self) {
        // The machine has no thread in a forked child, and nothing of Java's ever runs there.
    }
}
