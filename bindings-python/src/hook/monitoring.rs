//! The mechanism of CPython 3.12 and later: line events of `sys.monitoring` on probed code alone.
//!
//! Knows the pitfalls of the interpreter's events, not what a hit does. Invariants: only *local*
//! events are ever set; an event for a line without a site is disabled and never seen again; the
//! table that the callback reads is replaced whole, with the GIL held, and never changed.

use super::lines::starts_of;
use super::table::{Site, Table};
use crate::agent::PythonRuntime;
use crate::ffi::{Frame, Gil, Obj, Reads, Verdict, leaked, new_callback};
use crate::frame::{Hit, Plan};
use pyo3::exceptions::PyRuntimeError;
use pyo3::types::PyAnyMethods;
use pyo3::{Bound, Py, PyAny, PyResult, Python};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use stillframe_core::agent::Agent;

/// Tool ids that `sys.monitoring` leaves to others than debuggers, coverage, profilers, optimisers.
const TOOL_IDS: [u8; 2] = [4, 3];
/// In the table, the place of a function's start instead of a line.
const START: i64 = -1;

static TABLE: AtomicPtr<Table> = AtomicPtr::new(std::ptr::null_mut());
static HOOK: Mutex<Option<Hook>> = Mutex::new(None);

/// What is registered with the interpreter.
struct Hook {
    tool: u8,
    monitoring: Py<PyAny>,
    agent: Arc<Agent<PythonRuntime>>,
    sites: Vec<Arc<Site>>,
    /// Tables that a callback may still look at, where reads go through the public API.
    #[expect(clippy::vec_box, reason = "a callback may hold a table's address")]
    retired: Vec<Box<Table>>,
}

/// Which events a code object's sites need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Line,
    Start,
}

/// Takes a tool id and registers the callbacks, or says why there is none.
pub(crate) fn install(py: Python<'_>, agent: Arc<Agent<PythonRuntime>>) -> PyResult<String> {
    let monitoring = py.import("sys")?.getattr("monitoring")?;
    let tool = free_tool(&monitoring)?;
    let events = monitoring.getattr("events")?;
    let disable = monitoring.getattr("DISABLE")?;
    let line = new_callback(py, &disable, on_line)?;
    let start = new_callback(py, &disable, on_start)?;
    monitoring.call_method1("register_callback", (tool, events.getattr("LINE")?, line))?;
    monitoring.call_method1("register_callback", (tool, events.getattr("PY_START")?, start))?;
    let hook = Hook {
        tool,
        monitoring: monitoring.unbind(),
        agent,
        sites: Vec::new(),
        retired: Vec::new(),
    };
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
    for site in &sites {
        let _ = monitoring.call_method1("set_local_events", (hook.tool, site.plan.code(), 0));
    }
    // Callbacks stay registered where the id was lost: then there is nothing to give back.
    let events = monitoring.getattr("events");
    for name in ["LINE", "PY_START"] {
        let event = events.as_ref().ok().and_then(|events| events.getattr(name).ok());
        let _ = monitoring.call_method1("register_callback", (hook.tool, event, py.None()));
    }
    let _ = monitoring.call_method1("free_tool_id", (hook.tool,));
}

/// Puts site `site` on `line` of the code that `plan` is for. Reaches all of it.
pub(crate) fn arm(py: Python<'_>, site: u32, plan: Plan, line: u32) -> PyResult<Option<String>> {
    let code = plan.code().bind(py).clone();
    let starts = starts_of(&code, line)?;
    let event = if starts.needs_start_event { Event::Start } else { Event::Line };
    let plan = Arc::new(plan);
    let at = if event == Event::Start { START } else { i64::from(line) };
    let code_address = Obj::of(&code).handle();
    let new = Site { code: code_address, at, line, site, refused: starts.continued, plan };
    let mut state = hook_state();
    let hook = state.as_mut().ok_or_else(|| PyRuntimeError::new_err("the hook is off"))?;
    hook.sites.push(Arc::new(new));
    hook.publish();
    let (call, wanted) = (hook.events_call(py)?, hook.wanted(code_address));
    drop(state);
    call.set(&code, wanted)?;
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
    let wanted: Vec<_> = gone.iter().map(|site| hook.wanted(site.code)).collect();
    drop(state);
    for (site, wanted) in gone.iter().zip(wanted) {
        call.set(site.plan.code().bind(py), wanted)?;
    }
    Ok(())
}

impl Hook {
    /// Replaces the table by one of the sites as they are now.
    fn publish(&mut self) {
        let table = Table::new(self.agent.clone(), &self.sites);
        let old = TABLE.swap(Box::into_raw(Box::new(table)), Ordering::AcqRel);
        let Some(old) = crate::ffi::unleak(old) else { return };
        // A callback gives the GIL up only while it reads through the public API; else nobody can
        // be looking at the old table now.
        if Reads::current() == Reads::Api {
            self.retired.push(old);
        }
    }

    fn wanted(&self, code: usize) -> Vec<&'static str> {
        let of =
            |at: fn(i64) -> bool| self.sites.iter().any(|site| site.code == code && at(site.at));
        let pairs = [("LINE", of(|at| at != START)), ("PY_START", of(|at| at == START))];
        pairs.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name).collect()
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
        let mut mask = 0_i32;
        for name in wanted {
            mask |= self.events.getattr(name)?.extract::<i32>()?;
        }
        if mask != 0 {
            self.monitoring.call_method1("set_local_events", (self.tool, code, mask))?;
        }
        Ok(())
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
        table.agent.hit(site.site, &hit);
    }
    Verdict::Keep
}

/// Whether the event is for the rest of a statement whose beginning fired already.
fn is_continued(frame: Frame<'_>, refused: &[u32]) -> bool {
    let at = frame.instruction().and_then(|at| u32::try_from(at).ok());
    at.is_some_and(|at| refused.contains(&at))
}
