//! What the core asks of a runtime outside a hit, answered by the virtual machine.
//!
//! Invariant: everything but `run_soon` is called from a task, so the thread is one of the machine's.

use super::installer::Installer;
use super::names::CodeNames;
use crate::ffi::{Env, Machine};
use crate::frame::{Probed, Shown, Slots};
use crate::hook::{self, At, Target, Wanted};
use crate::locate::{self, Code};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::{
    Hook, LoadedFile, LoadedFunction, Named, Names, Runtime, SourceText, Span,
};

/// The virtual machine, as the core sees it.
pub(crate) struct JvmRuntime {
    machine: &'static Machine,
    installer: &'static Installer,
    began: SystemTime,
    /// What is known of the places that names were resolved at, by code.
    places: Mutex<HashMap<(u64, At), Place>>,
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
    Some(Probed { shown, line: code.class_line(line) })
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

    /// What is to be set for a hook of the core's.
    fn wanted(&self, env: Env, hook: &Hook<'_>) -> Result<Wanted> {
        let agent = super::current();
        let agent = agent.ok_or_else(|| Error::new(ErrorKind::Internal, "the agent is going"))?;
        let gone = || Error::new(ErrorKind::Location, "the class was unloaded meanwhile");
        let code = locate::code_of(hook.code).ok_or_else(gone)?;
        if hook.span.is_some() && code.is_copy() {
            let message = "the function is inlined into others, where it is not timed";
            return Err(Error::new(ErrorKind::Unsupported, message).with_hint("time a caller"));
        }
        let at = At::of(hook.line, hook.span);
        let has_condition = agent.site(hook.site).is_some_and(|site| site.condition.is_some());
        let is_bare = hook.span.is_some() && !has_condition;
        let places = locked(&self.places);
        let (target, slots) = match places.get(&(hook.code, at)).filter(|_| !is_bare) {
            Some(place) => (place.target.clone()?, place.slots.clone()),
            None => (hook::look(env, self.machine, &code, (at, is_bare))?.0, Slots::default()),
        };
        drop(places);
        let line = hook.span.is_none().then_some(hook.line);
        let probed = line.and_then(|line| probed(env, self.machine, &code, line));
        let plan = slots.into_plan(&target.placed.locals, probed);
        Ok(Wanted { agent, site: hook.site, code, target, plan })
    }
}

impl Runtime for JvmRuntime {
    const PACKAGE_PATHS: bool = true;
    const COUNTS_FALSE: bool = false;
    // A class is replaced once, however many of its lines change, and each time every thread waits.
    const TOGETHER: usize = 64;

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

    fn names(&self, code: u64, line: u32, span: Option<Span>) -> Box<dyn Names + '_> {
        Box::new(CodeNames::new(self.machine, &self.places, (code, At::of(line, span))))
    }

    fn arm(&self, site: u32, code: u64, line: u32, attrs: &[Box<str>]) -> Result<Option<String>> {
        let hook = Hook { site, code, line, span: None, attrs };
        self.change(&[], &[hook]).pop().unwrap_or_else(|| Err(not_attached()))
    }

    fn arm_span(
        &self,
        site: u32,
        code: u64,
        span: Span,
        attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        let hook = Hook { site, code, line: 0, span: Some(span), attrs };
        self.change(&[], &[hook]).pop().unwrap_or_else(|| Err(not_attached()))
    }

    fn disarm(&self, site: u32) {
        self.change(&[site], &[]);
    }

    fn change(&self, off: &[u32], on: &[Hook<'_>]) -> Vec<Result<Option<String>>> {
        let Some(env) = self.machine.env() else {
            return on.iter().map(|_| Err(not_attached())).collect();
        };
        // While the machine ends nothing of the application runs long enough to gain by it.
        let off = if self.installer.is_leaving() { &[] } else { off };
        let tokens: Vec<u32> = {
            let mut tokens = locked(&self.tokens);
            off.iter().filter_map(|site| tokens.remove(site)).collect()
        };
        let (mut wanted, mut answers) = (Vec::new(), Vec::new());
        for hook in on {
            answers.push(self.wanted(env, hook).map(|one| wanted.push(one)));
        }
        let mut set = hook::change(env, self.machine, &tokens, wanted).into_iter();
        let mut tokens = locked(&self.tokens);
        let answer = |(hook, answer): (&Hook<'_>, Result<()>)| {
            answer?;
            let (token, note) = set.next().unwrap_or_else(|| Err(not_attached()))?;
            tokens.insert(hook.site, token);
            Ok(note)
        };
        on.iter().zip(answers).map(answer).collect()
    }

    fn forked(&self) {
        // The machine has no thread in a forked child, and nothing of Java's ever runs there.
    }
}
