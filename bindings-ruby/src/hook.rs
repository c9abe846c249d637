//! Probes on lines and functions: TracePoints of their code alone.
//!
//! Knows TracePoints, not what a hit does. Invariants: every TracePoint has a target; a frame of other
//! code than the plan's, which the target may contain, is passed over.

pub(crate) mod compiled;

use crate::agent::RubyRuntime;
use crate::error;
use crate::ffi::{BEGIN, END, Frame, LINE, Listener, Reached, code};
use crate::frame::{Hit, Plan};
use magnus::value::ReprValue;
use magnus::{Error, Module, Ruby, Value, kwargs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::agent::Agent;
use stillframe_core::host::{Moment, Span};

/// What a hook does when it is reached.
#[derive(Clone, Copy, Debug)]
enum Role {
    /// It is a hit.
    Hit,
    /// Each passage is timed.
    Time(Span),
    /// A test wants it to break before the core has counted it.
    Defect,
}

/// A hook, as its TracePoint knows it.
pub(crate) struct Site {
    agent: Arc<Agent<RubyRuntime>>,
    site: u32,
    /// Line that people see; the first of the code where it times.
    line: u32,
    role: Role,
    plan: Plan,
}

impl Reached for Site {
    #[inline(always)]
    fn reached(&self, frame: Frame<'_>) {
        if frame.is_direct() && frame.code() != self.plan.code {
            return;
        }
        let hit = Hit::new(frame, &self.plan, self.line);
        match self.role {
            Role::Hit => self.agent.hit(self.site, &hit),
            Role::Time(span) => {
                let moment = moment(frame, span);
                self.agent.passage(self.site, frame.identity(), moment, &hit);
            }
            Role::Defect => panic!("on purpose"),
        }
    }

    fn missed(&self) {
        self.agent.missed_in_parallel(self.site);
    }
}

/// What an event in a frame means to who times it.
fn moment(frame: Frame<'_>, span: Span) -> Moment {
    match (frame.event(), span) {
        (LINE, Span::Lines { first, last }) => match (first..=last).contains(&frame.line()) {
            true => Moment::Enter { afresh: false },
            false => Moment::Out,
        },
        (event, _) if event & BEGIN != 0 => Moment::Begin,
        _ => Moment::Return,
    }
}

/// The hooks that are set, by the number of their site.
static HOOKS: Mutex<Vec<(u32, Listener<Site>)>> = Mutex::new(Vec::new());

fn hooks() -> MutexGuard<'static, Vec<(u32, Listener<Site>)>> {
    HOOKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts site `site` on `line` of the code that `plan` is for. Reaches all frames.
pub(crate) fn arm(
    ruby: &Ruby,
    agent: Arc<Agent<RubyRuntime>>,
    site: u32,
    plan: Plan,
    line: u32,
) -> Result<(), Error> {
    let target = plan.code;
    let role = if error::breaks(&plan.function) { Role::Defect } else { Role::Hit };
    let place = Site { agent, site, line, role, plan };
    set(ruby, site, target, LINE, place, Some(line))
}

/// Has every moment of the frames that run `span` of the code that `plan` is for told to site `site`.
pub(crate) fn arm_span(
    ruby: &Ruby,
    agent: Arc<Agent<RubyRuntime>>,
    site: u32,
    plan: Plan,
    span: Span,
) -> Result<(), Error> {
    let target = plan.code;
    let events = if span == Span::Function { BEGIN | END } else { BEGIN | END | LINE };
    let line = code::first_line(target);
    let place = Site { agent, site, line, role: Role::Time(span), plan };
    set(ruby, site, target, events, place, None)
}

fn set(
    ruby: &Ruby,
    site: u32,
    target: usize,
    events: u32,
    place: Site,
    line: Option<u32>,
) -> Result<(), Error> {
    let failed = |what: &'static str| Error::new(ruby.exception_runtime_error(), what);
    let wrapper = code::wrapper(target).ok_or_else(|| failed("the code was unloaded"))?;
    let listener =
        Listener::new(events, place).ok_or_else(|| failed("no TracePoint could be made"))?;
    let object = listener.object().to_magnus();
    let enabled = match line {
        Some(line) => {
            let target = kwargs!(ruby, "target" => wrapper, "target_line" => line);
            object.funcall::<_, _, Value>("enable", (target,))
        }
        None => object.funcall::<_, _, Value>("enable", (kwargs!(ruby, "target" => wrapper),)),
    };
    match enabled {
        Ok(_) => {
            hooks().push((site, listener));
            Ok(())
        }
        Err(refused) => {
            listener.retire(is_alone(ruby));
            Err(refused)
        }
    }
}

/// Takes site `site` off all code it sits on.
pub(crate) fn disarm(ruby: &Ruby, site: u32) {
    let gone: Vec<_> = {
        let mut hooks = hooks();
        let (gone, kept) = hooks.drain(..).partition(|(known, _)| *known == site);
        *hooks = kept;
        gone
    };
    for (_, listener) in gone {
        let off = listener.object().to_magnus().funcall::<_, _, Value>("disable", ());
        // One that could not be taken off is still called, so what it calls stays.
        listener.retire(off.is_ok() && is_alone(ruby));
    }
}

/// Whether no other Ractor runs: else a hit may be under way in spite of the lock we hold.
fn is_alone(ruby: &Ruby) -> bool {
    let ractors = ruby.class_object().const_get::<_, Value>("Ractor");
    let count = ractors.and_then(|ractors| ractors.funcall::<_, _, usize>("count", ()));
    count.is_ok_and(|count| count == 1)
}

/// In a forked child: TracePoints are as they were, and so is this.
pub(crate) fn forked() {
    // Held by a thread of the parent it would be for ever.
    if HOOKS.try_lock().is_err() {
        HOOKS.clear_poison();
    }
}
