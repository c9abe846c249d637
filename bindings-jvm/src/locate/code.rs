//! Methods by the handles that the core knows them by.
//!
//! Knows where methods are, not what is done with them. Invariants: equal handles are the same method of
//! the same class; a handle keeps no class loaded.

use super::name::ClassName;
use crate::ffi::{Env, Machine};
use jni_sys::{jclass, jweak};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use stillframe_classfile::{Range, SourceMap};
use stillframe_core::host::LoadedFunction;

/// `ACC_STATIC` (JVMS 4.6).
const STATIC: i32 = 0x0008;

/// A method of a class. The machine's handles are kept as numbers, for they go from thread to thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    class: usize,
    method: usize,
    /// Signature of its class: `Lcom/acme/Cart;`.
    pub(crate) signature: String,
    /// Its name.
    pub(crate) name: String,
    /// Its descriptor.
    pub(crate) descriptor: String,
    /// Whether it has no `this`.
    pub(crate) is_static: bool,
    /// The lines that it took from another file, if those are meant.
    range: Option<Range>,
}

impl Code {
    /// Its class, as a local reference; none once that was unloaded.
    pub(crate) fn class(&self, env: Env) -> Option<jclass> {
        env.new_local(self.class as jweak)
    }

    /// Whether it is what a method took from another function.
    pub(crate) fn is_copy(&self) -> bool {
        self.range.is_some()
    }

    /// The number that a line of its file has in its class.
    pub(crate) fn class_line(&self, line: u32) -> u32 {
        self.range.and_then(|range| range.class_line(line)).unwrap_or(line)
    }
}

#[derive(Default)]
struct Codes {
    all: Vec<Code>,
    by_method: HashMap<(usize, Option<Range>), u64>,
}

static CODES: Mutex<Option<Codes>> = Mutex::new(None);

fn codes() -> MutexGuard<'static, Option<Codes>> {
    CODES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The method behind a handle.
pub(crate) fn code_of(handle: u64) -> Option<Code> {
    let index = usize::try_from(handle).ok()?;
    codes().as_ref()?.all.get(index).cloned()
}

/// The methods of one class that have lines, and whether those are its own: of the file with the path
/// beside `map`, where there is a map, and perhaps taken from another method.
pub(super) fn functions(
    env: Env,
    machine: &Machine,
    (class, signature): (jclass, &str),
    map: Option<(&SourceMap, &str)>,
) -> Vec<(LoadedFunction, bool)> {
    let Ok(methods) = machine.jvmti.methods(class) else { return Vec::new() };
    let nested = ClassName::of(signature).nested();
    let mut functions = Vec::new();
    for method in methods.as_slice() {
        let lines = machine.jvmti.lines(*method);
        let lines = lines.iter().filter_map(|entry| u32::try_from(entry.line).ok());
        let mut lines: Vec<u32> = lines.collect();
        lines.sort_unstable();
        lines.dedup();
        if lines.is_empty() {
            continue;
        }
        let Ok((name, descriptor)) = machine.jvmti.method_name(*method) else { continue };
        let shown = format!("{nested}.{name}");
        let runs_once = name == "<clinit>";
        let code = Code {
            class: 0,
            method: *method as usize,
            signature: signature.to_owned(),
            name,
            descriptor,
            is_static: machine.jvmti.method_modifiers(*method).is_ok_and(|at| at & STATIC != 0),
            range: None,
        };
        for (range, lines) in of_file(lines, map) {
            let Some(first) = lines.first().copied() else { continue };
            let Some(code) = handle(env, class, Code { range, ..code.clone() }) else { continue };
            // The line above the first with code is the declaration's, or a brace's.
            let first_line = first.saturating_sub(1).max(1);
            let name = shown.clone();
            let function = LoadedFunction { code, name, first_line, lines, runs_once };
            functions.push((function, range.is_none()));
        }
    }
    functions
}

/// Lines of a method as the file with the path beside `map` counts them, those of each copy apart.
fn of_file(lines: Vec<u32>, map: Option<(&SourceMap, &str)>) -> Vec<(Option<Range>, Vec<u32>)> {
    let Some((map, path)) = map else { return vec![(None, lines)] };
    let of = |range: &Range| lines.iter().filter_map(|line| range.line(*line)).collect::<Vec<_>>();
    let (plain, copied): (Vec<Range>, Vec<Range>) = map.of(path).partition(Range::is_plain);
    let mut own: Vec<u32> = plain.iter().flat_map(of).collect();
    own.sort_unstable();
    let copies = copied.iter().map(|range| (Some(*range), of(range)));
    copies.chain([(None, own)]).collect()
}

/// The handle of a method, a new one if it is not known yet.
fn handle(env: Env, class: jclass, mut code: Code) -> Option<u64> {
    let mut held = codes();
    let codes = held.get_or_insert_default();
    let (all, by_method) = (&mut codes.all, &mut codes.by_method);
    let next = all.len() as u64;
    match by_method.entry((code.method, code.range)) {
        Entry::Occupied(known) => {
            let number = *known.get();
            let known = all.get(usize::try_from(number).ok()?)?;
            if env.is_same(known.class as jweak, class) {
                return Some(number);
            }
            // The number of a method whose class was unloaded, given out again.
            code.class = env.new_weak(class)? as usize;
            by_method.insert((code.method, code.range), next);
        }
        Entry::Vacant(free) => {
            code.class = env.new_weak(class)? as usize;
            free.insert(next);
        }
    }
    all.push(code);
    Some(next)
}
