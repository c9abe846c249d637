//! The mechanism of CPython 3.12 and later: line events of `sys.monitoring` on probed code alone.
//!
//! Knows the pitfalls of the interpreter's events, not what a hit does. Invariants: only *local*
//! events are set, but for the two of exceptions while something is timed, which have no local form;
//! an event for a line without a site is disabled and never seen again; the table that the callback
//! reads is replaced whole, with the GIL held, and never changed.

use super::lines::starts_of;
use super::range::borders;
use super::table::{Role, Site, Table};
use crate::agent::PythonRuntime;
use crate::ffi::{Decide, Frame, Gil, Obj, Verdict, leaked, new_callback};
use crate::frame::{Hit, Plan};
use pyo3::exceptions::PyRuntimeError;
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use stillframe_core::agent::Agent;
use stillframe_core::host::{Moment, Span};

/// Tool ids that `sys.monitoring` leaves to others than debuggers, coverage, profilers, optimisers.
const TOOL_IDS: [u8; 2] = [4, 3];
/// In the table, the place of a function's start instead of a line.
const START: i64 = -1;
/// In the table, the place of what happens to a function's frame.
const FRAME: i64 = -2;
/// `CO_GENERATOR`, `CO_COROUTINE` and `CO_ASYNC_GENERATOR`: code whose frames are suspended.
const SUSPENDS: i32 = 0x20 | 0x80 | 0x200;

/// Every event there is a use for, and what is called for it.
const EVENTS: [(&str, Decide); 7] = [
    ("LINE", on_line),
    ("PY_START", on_start),
    ("PY_RETURN", |gil, code, _| on_frame(gil, code, Moment::Return)),
    ("PY_YIELD", |gil, code, _| on_frame(gil, code, Moment::Suspend)),
    ("PY_RESUME", |gil, code, _| on_frame(gil, code, Moment::Resume)),
    (UNWIND, |gil, code, _| on_frame(gil, code, Moment::Raise)),
    (THROW, |gil, code, _| on_frame(gil, code, Moment::Resume)),
];
/// These two exist only for all code at once. Set while something is timed, and at no other time:
/// else the duration of what fails could not be told.
const UNWIND: &str = "PY_UNWIND";
const THROW: &str = "PY_THROW";

static TABLE: AtomicPtr<Table> = AtomicPtr::new(std::ptr::null_mut());
static HOOK: Mutex<Option<Hook>> = Mutex::new(None);

/// What is registered with the interpreter.
struct Hook {
    tool: u8,
    monitoring: Py<PyAny>,
    agent: Arc<Agent<PythonRuntime>>,
    sites: Vec<Arc<Site>>,
    /// The events that are set for all code.
    global: i32,
}

/// Takes a tool id and registers the callbacks, or says why there is none.
pub(crate) fn install(py: Python<'_>, agent: Arc<Agent<PythonRuntime>>) -> PyResult<String> {
    let monitoring = py.import("sys")?.getattr("monitoring")?;
    let tool = free_tool(&monitoring)?;
    let events = monitoring.getattr("events")?;
    let disable = monitoring.getattr("DISABLE")?;
    for (name, decide) in EVENTS {
        let callback = new_callback(py, &disable, decide)?;
        let event = events.getattr(name)?;
        monitoring.call_method1("register_callback", (tool, event, callback))?;
    }
    let hook = Hook { tool, monitoring: monitoring.unbind(), agent, sites: Vec::new(), global: 0 };
    *hook_state() = Some(hook);
    Ok(format!("sys.monitoring line events, tool id {tool}"))
}

fn free_tool(monitoring: &Bound<'_, PyAny>) -> PyResult<u8> {
    for tool in TOOL_IDS {
        if monitoring.call_method1("get_tool", (tool,))?.is_none() {
            monitoring.call_method1("use_tool_id", (tool, "stillframe"))?;
            return Ok(tool);
        }
    }
    Err(PyRuntimeError::new_err("tool ids 3 and 4 of sys.monitoring are both taken"))
}

fn hook_state() -> std::sync::MutexGuard<'static, Option<Hook>> {
    HOOK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes all events off and gives the tool id back.
pub(crate) fn uninstall(py: Python<'_>) {
    let Some(mut hook) = hook_state().take() else { return };
    let sites = std::mem::take(&mut hook.sites);
    hook.publish();
    let monitoring = hook.monitoring.bind(py);
    let _ = monitoring.call_method1("set_events", (hook.tool, 0));
    for site in &sites {
        let _ = monitoring.call_method1("set_local_events", (hook.tool, site.plan.code(), 0));
    }
    // Callbacks stay registered where the id was lost: then there is nothing to give back.
    let events = monitoring.getattr("events");
    for (name, _) in EVENTS {
        let event = events.as_ref().ok().and_then(|events| events.getattr(name).ok());
        let _ = monitoring.call_method1("register_callback", (hook.tool, event, py.None()));
    }
    let _ = monitoring.call_method1("free_tool_id", (hook.tool,));
}

/// Puts site `site` on `line` of the code that `plan` is for. Reaches all of it.
pub(crate) fn arm(py: Python<'_>, site: u32, plan: Plan, line: u32) -> PyResult<Option<String>> {
    let code = plan.code().bind(py).clone();
    let starts = starts_of(&code, line)?;
    let at = if starts.needs_start_event { START } else { i64::from(line) };
    let (address, plan) = (Obj::of(&code).handle(), Arc::new(plan));
    let refused = starts.continued;
    add(&code, vec![Site { code: address, at, role: Role::Hit, line, site, refused, plan }])
}

/// Has every moment of the frames that run `span` of the code that `plan` is for told to site `site`.
/// Reaches all of it.
pub(crate) fn arm_span(
    py: Python<'_>,
    site: u32,
    plan: Plan,
    span: Span,
) -> PyResult<Option<String>> {
    let code = plan.code().bind(py).clone();
    let (address, plan) = (Obj::of(&code).handle(), Arc::new(plan));
    let first_line: u32 = code.getattr("co_firstlineno")?.extract()?;
    let new = |at: i64, role: Role| {
        let line = u32::try_from(at).unwrap_or(first_line);
        Site { code: address, at, role, line, site, refused: Vec::new(), plan: Arc::clone(&plan) }
    };
    let mut sites = vec![new(START, Role::Time(Moment::Begin)), new(FRAME, Role::Frame)];
    if let Span::Lines { first, last } = span {
        let borders = borders(&code, first, last)?;
        if borders.enters_at_start {
            sites.push(new(START, Role::Time(Moment::Enter { afresh: true })));
        }
        let enter = |afresh| Role::Time(Moment::Enter { afresh });
        let entries = borders.enter.iter();
        sites.extend(entries.map(|(line, afresh)| new(i64::from(*line), enter(*afresh))));
        let outs = borders.out.iter();
        sites.extend(outs.map(|line| new(i64::from(*line), Role::Time(Moment::Out))));
    }
    add(&code, sites)
}

/// Adds sites of one code object and has their events set.
fn add(code: &Bound<'_, PyAny>, sites: Vec<Site>) -> PyResult<Option<String>> {
    let mut state = hook_state();
    let hook = state.as_mut().ok_or_else(|| PyRuntimeError::new_err("the hook is off"))?;
    hook.sites.extend(sites.into_iter().map(Arc::new));
    hook.publish();
    let call = hook.events_call(code.py())?;
    let wanted = hook.wanted(Obj::of(code).handle());
    let global = hook.global_events(&call)?;
    drop(state);
    // First those for all code: the instructions of this one are changed for both at once.
    call.set_global(global)?;
    call.set(code, wanted)?;
    Ok(None)
}

/// Takes site `site` off all code it sits on.
pub(crate) fn disarm(py: Python<'_>, site: u32) -> PyResult<()> {
    let mut state = hook_state();
    let Some(hook) = state.as_mut() else { return Ok(()) };
    let (gone, kept) = hook.sites.drain(..).partition(|known| known.site == site);
    let gone: Vec<Arc<Site>> = gone;
    hook.sites = kept;
    hook.publish();
    let call = hook.events_call(py)?;
    let codes: BTreeMap<usize, &Arc<Site>> = gone.iter().map(|site| (site.code, site)).collect();
    let wanted: Vec<_> = codes.keys().map(|code| hook.wanted(*code)).collect();
    let global = hook.global_events(&call)?;
    drop(state);
    for (site, wanted) in codes.values().zip(wanted) {
        call.set(site.plan.code().bind(py), wanted)?;
    }
    call.set_global(global)
}

impl Hook {
    /// Replaces the table by one of the sites as they are now.
    fn publish(&mut self) {
        let table = Table::new(self.agent.clone(), &self.sites);
        let old = TABLE.swap(Box::into_raw(Box::new(table)), Ordering::AcqRel);
        let Some(old) = crate::ffi::unleak(old) else { return };
        // No read gives the GIL up, those through the interpreter's API included, so nobody can be
        // looking at the old table now.
        drop(old);
    }

    fn wanted(&self, code: usize) -> Vec<&'static str> {
        let of =
            |at: fn(i64) -> bool| self.sites.iter().any(|site| site.code == code && at(site.at));
        let frame = of(|at| at == FRAME);
        let pairs = [
            ("LINE", of(|at| at > 0)),
            ("PY_START", of(|at| at == START)),
            ("PY_RETURN", frame),
            ("PY_YIELD", frame),
            ("PY_RESUME", frame),
        ];
        pairs.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name).collect()
    }

    /// The events to be set for all code, if those that are set are others.
    fn global_events(&mut self, call: &EventsCall<'_>) -> PyResult<Option<i32>> {
        let py = call.monitoring.py();
        let mut timed = self.sites.iter().filter(|site| site.role == Role::Frame).peekable();
        let mut names = Vec::new();
        if timed.peek().is_some() {
            names.push(UNWIND);
        }
        for site in timed {
            let flags: i32 = site.plan.code().bind(py).getattr("co_flags")?.extract()?;
            if flags & SUSPENDS != 0 {
                names.push(THROW);
                break;
            }
        }
        let mask = call.mask(names)?;
        Ok((std::mem::replace(&mut self.global, mask) != mask).then_some(mask))
    }

    fn events_call<'py>(&self, py: Python<'py>) -> PyResult<EventsCall<'py>> {
        let monitoring = self.monitoring.bind(py).clone();
        Ok(EventsCall { tool: self.tool, events: monitoring.getattr("events")?, monitoring })
    }
}

struct EventsCall<'py> {
    tool: u8,
    monitoring: Bound<'py, PyAny>,
    events: Bound<'py, PyAny>,
}

impl EventsCall<'_> {
    /// Sets the events of a code object. First none, then those wanted: else a line that was
    /// disabled before would stay so.
    fn set(&self, code: &Bound<'_, PyAny>, wanted: Vec<&'static str>) -> PyResult<()> {
        self.monitoring.call_method1("set_local_events", (self.tool, code, 0))?;
        let mask = self.mask(wanted)?;
        if mask != 0 {
            self.monitoring.call_method1("set_local_events", (self.tool, code, mask))?;
        }
        Ok(())
    }

    /// Sets the events of all code, if they are to be others.
    fn set_global(&self, mask: Option<i32>) -> PyResult<()> {
        if let Some(mask) = mask {
            self.monitoring.call_method1("set_events", (self.tool, mask))?;
        }
        Ok(())
    }

    fn mask(&self, names: Vec<&'static str>) -> PyResult<i32> {
        let number = |name| self.events.getattr(name)?.extract::<i32>();
        names.into_iter().try_fold(0, |mask, name| Ok(mask | number(name)?))
    }
}

/// A line of code with events was reached. 6 ns before the hit itself.
fn on_line(gil: Gil<'_>, code: Obj, line: i64) -> Verdict {
    on_event(gil, code, line)
}

/// A function with a start event was entered.
fn on_start(gil: Gil<'_>, code: Obj, _instruction: i64) -> Verdict {
    on_event(gil, code, START);
    // Disabled, a probe added later would never see the start again.
    Verdict::Keep
}

#[inline(always)]
fn on_event(gil: Gil<'_>, code: Obj, at: i64) -> Verdict {
    let Some(table) = leaked(TABLE.load(Ordering::Acquire)) else { return Verdict::Disable };
    let sites = table.find(code.handle(), at);
    if sites.is_empty() {
        return Verdict::Disable;
    }
    let Some(frame) = Frame::running(code, gil) else { return Verdict::Keep };
    for site in sites {
        if !site.refused.is_empty() && is_continued(frame, &site.refused) {
            continue;
        }
        let hit = Hit::new(gil, frame, &site.plan, site.line);
        match site.role {
            Role::Time(moment) => {
                table.agent.passage(site.site, frame.identity(), moment, &hit);
            }
            _ => table.agent.hit(site.site, &hit),
        }
    }
    Verdict::Keep
}

/// Something happened to a frame: of code that is timed, or, for the two events that are set for all
/// code, of any. 5 ns for any other.
fn on_frame(gil: Gil<'_>, code: Obj, moment: Moment) -> Verdict {
    let Some(table) = leaked(TABLE.load(Ordering::Acquire)) else { return Verdict::Keep };
    let sites = table.find(code.handle(), FRAME);
    if sites.is_empty() {
        table.payer.into_iter().for_each(|site| table.agent.overheard(site));
        return Verdict::Keep;
    }
    let Some(frame) = Frame::running(code, gil) else { return Verdict::Keep };
    for site in sites {
        let hit = Hit::new(gil, frame, &site.plan, site.line);
        table.agent.passage(site.site, frame.identity(), moment, &hit);
    }
    Verdict::Keep
}

/// Whether the event is for the rest of a statement whose beginning fired already.
fn is_continued(frame: Frame<'_>, refused: &[u32]) -> bool {
    let at = frame.instruction().and_then(|at| u32::try_from(at).ok());
    at.is_some_and(|at| refused.contains(&at))
}
