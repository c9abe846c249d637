//! The mechanism of CPython 3.9 to 3.11: code is rewritten so that it asks a hook object of ours for
//! its truth where a probe sits.
//!
//! Knows which code has which hooks; how the new code gets to run instead of the old is the version's
//! own affair (`inject`, `frame_eval`). Invariants: new code is always made from the original; the
//! state is never locked while anything of the interpreter is called, because that may give up the
//! GIL; tasks change it one at a time.

mod patch;
mod place;
mod source;
mod timed;
mod unreached;

pub(super) use patch::{Change, Patch};
#[cfg(not(Py_3_11))]
pub(super) use place::Site;
pub(crate) use source::executable_lines;
pub(super) use unreached::unreached;

#[cfg(not(Py_3_11))]
use super::frame_eval as reach;
#[cfg(Py_3_11)]
use super::inject as reach;
use crate::agent::PythonRuntime;
use crate::ffi::{Obj, is_hook};
use crate::frame::Plan;
#[cfg(Py_3_11)]
use place::Site;
#[cfg(Py_3_11)]
use pyo3::Py;
use pyo3::exceptions::PyRuntimeError;
use pyo3::types::{PyAnyMethods, PyTuple, PyTupleMethods};
use pyo3::{Bound, PyAny, PyResult, Python};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_bytecode::Spot;
use stillframe_core::agent::Agent;
use stillframe_core::host::Span;

static HOOK: Mutex<Option<Hook>> = Mutex::new(None);

struct Hook {
    agent: Arc<Agent<PythonRuntime>>,
    /// By the address of the original code, which the patch keeps alive.
    patches: HashMap<usize, Patch>,
}

fn hook_state() -> MutexGuard<'static, Option<Hook>> {
    HOOK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes ready. What the mechanism is called.
pub(crate) fn install(_py: Python<'_>, agent: Arc<Agent<PythonRuntime>>) -> PyResult<String> {
    *hook_state() = Some(Hook { agent, patches: HashMap::new() });
    Ok(reach::NAME.to_owned())
}

/// Has all original code run again.
pub(crate) fn uninstall(py: Python<'_>) {
    let Some(hook) = hook_state().take() else { return };
    let mut patches: Vec<Patch> = hook.patches.into_values().collect();
    for patch in &mut patches {
        patch.clear(py);
    }
    reach::restore(py, &patches);
}

/// Puts site `site` on `line` of the code that `plan` is for. Which running code it does not reach.
pub(crate) fn arm(py: Python<'_>, site: u32, plan: Plan, line: u32) -> PyResult<Option<String>> {
    let (mut patch, agent) = take(plan.code().bind(py))?;
    let new = Site { site, line, moment: None, plan: Arc::new(plan) };
    let put = patch.add(py, &agent, vec![(Spot::Line(line), new)]);
    give_back(py, patch);
    put
}

/// Has every moment of the frames that run `span` of the code that `plan` is for told to site `site`.
/// Which running code it does not reach.
pub(crate) fn arm_span(
    py: Python<'_>,
    site: u32,
    plan: Plan,
    span: Span,
) -> PyResult<Option<String>> {
    let code = plan.code().bind(py).clone();
    let spots = timed::spots(&code, span)?;
    let (mut patch, agent) = take(&code)?;
    let plan = Arc::new(plan);
    let new = |(spot, moment)| {
        let line = if let Spot::Line(line) = spot { line } else { 0 };
        (spot, Site { site, line, moment: Some(moment), plan: Arc::clone(&plan) })
    };
    let put = patch.add(py, &agent, spots.into_iter().map(new).collect());
    give_back(py, patch);
    let notes: Vec<String> = put?.into_iter().chain(timed::unseen(&code)?).collect();
    Ok((!notes.is_empty()).then(|| notes.join("; ")))
}

/// Takes site `site` off all code it sits on.
pub(crate) fn disarm(py: Python<'_>, site: u32) -> PyResult<()> {
    let (patches, agent) = {
        let mut state = hook_state();
        let Some(hook) = state.as_mut() else { return Ok(()) };
        let with = hook.patches.iter().filter(|(_, patch)| patch.has(site));
        let with: Vec<usize> = with.map(|(code, _)| *code).collect();
        let taken = with.iter().filter_map(|code| hook.patches.remove(code));
        (taken.collect::<Vec<Patch>>(), Arc::clone(&hook.agent))
    };
    let mut outcome = Ok(());
    for mut patch in patches {
        outcome = outcome.and(patch.remove(py, &agent, site));
        give_back(py, patch);
    }
    outcome
}

/// The code that `code` was made from, if it is ours; else itself. `None` of code that was made of
/// other code and whose hooks went: frames that go on in it are all that is left of it.
pub(crate) fn original_of<'py>(
    py: Python<'py>,
    code: &Bound<'py, PyAny>,
) -> Option<Bound<'py, PyAny>> {
    let wanted = Obj::of(code);
    let state = hook_state();
    let patches = state.iter().flat_map(|hook| hook.patches.values());
    let original = patches.filter(|patch| patch.is_version(wanted)).map(Patch::original).next();
    if let Some(original) = original {
        return Some(original.bind(py).clone());
    }
    drop(state);
    let constants = code.getattr("co_consts").ok()?.cast_into::<PyTuple>().ok()?;
    let is_made = constants.iter().last().is_some_and(|last| is_hook(Obj::of(&last)));
    (!is_made).then(|| code.clone())
}

/// All code made of others that runs now, but for that of a patch that was taken out.
#[cfg(Py_3_11)]
pub(super) fn versions_in_force(py: Python<'_>) -> Vec<Py<PyAny>> {
    let state = hook_state();
    let patches = state.iter().flat_map(|hook| hook.patches.values());
    patches.flat_map(Patch::versions).map(|code| code.clone_ref(py)).collect()
}

/// Takes the patch of `code` out of the state, or a new one. Nobody else changes it meanwhile.
fn take(code: &Bound<'_, PyAny>) -> PyResult<(Patch, Arc<Agent<PythonRuntime>>)> {
    let fresh = Patch::new(code);
    let mut state = hook_state();
    let hook = state.as_mut().ok_or_else(|| PyRuntimeError::new_err("the hook is off"))?;
    let known = hook.patches.remove(&Obj::of(code).handle());
    Ok((known.unwrap_or(fresh), Arc::clone(&hook.agent)))
}

/// Puts a patch back. Where the agent was stopped meanwhile, or where it holds no site any more, its
/// code is as it was before.
fn give_back(py: Python<'_>, mut patch: Patch) {
    if !patch.is_empty() {
        let address = Obj::of_kept(patch.original()).handle();
        let mut state = hook_state();
        if let Some(hook) = state.as_mut() {
            hook.patches.insert(address, patch);
            return;
        }
    }
    patch.clear(py);
    reach::restore(py, std::slice::from_ref(&patch));
}
