//! Which lines of which classes are patched, and the patching itself.
//!
//! Knows class files and the classes they belong to, not what a hit does. The machine asks for the
//! new bytes of a class while it is retransformed, on whatever thread, perhaps because of another
//! agent: the table is locked for that moment only. Invariant: the bytes of a class without a patch
//! are the ones that it would have without us.

use crate::ffi::Env;
use jni_sys::{jclass, jweak};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use stillframe_classfile::{Class, Form, Local, Placed, Probe, Reason, Spot, instrument};

/// A patch: where one probe is called.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    /// The hook that it belongs to.
    pub(super) token: u32,
    /// The number of the spot, which the class has as a constant.
    pub(super) number: u32,
    /// Name of the method.
    pub(super) name: String,
    /// Its descriptor.
    pub(super) descriptor: String,
    /// Where in it.
    pub(super) spot: Spot,
    /// How the probe is called.
    pub(super) form: Form,
    /// The locals that the probe takes: anything else is another class file than the one it was
    /// made for.
    pub(super) locals: Vec<Local>,
    /// What came of it when the class was last retransformed.
    outcome: Option<Result<(), String>>,
}

impl Patch {
    /// A patch that is not in the class yet.
    pub(super) fn new(
        token: u32,
        method: (&str, &str),
        spot: Spot,
        form: Form,
        locals: Vec<Local>,
    ) -> Self {
        let (name, descriptor) = (method.0.to_owned(), method.1.to_owned());
        Self { token, number: 0, name, descriptor, spot, form, locals, outcome: None }
    }
}

/// The patches of one class.
struct Patched {
    class: usize,
    signature: String,
    patches: Vec<Patch>,
}

static PATCHED: Mutex<Vec<Patched>> = Mutex::new(Vec::new());

thread_local! {
    /// Set while this thread asks for the bytes of a class only to read them.
    static READING: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What stands in for a class file that is only read: the machine refuses it before it stops anything.
const NO_CLASS_FILE: [u8; 4] = [0; 4];

fn patched() -> MutexGuard<'static, Vec<Patched>> {
    PATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Numbers of spots by class, method, place and how many patches are there already: kept for good,
/// so that a probe that comes and goes brings no new constant.
type Numbers = HashMap<(String, String, String, Spot, u32), u32>;

static NUMBERS: Mutex<Option<Numbers>> = Mutex::new(None);

/// Gives a patch of a class of this signature its number: the lowest of its spot that nobody has.
pub(super) fn number(signature: &str, patch: &mut Patch) -> u32 {
    let all = patched();
    let used: HashSet<u32> =
        all.iter().flat_map(|one| one.patches.iter().map(|patch| patch.number)).collect();
    let mut held = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers = held.get_or_insert_default();
    let mut ordinal = 0;
    loop {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let (name, descriptor) = (patch.name.clone(), patch.descriptor.clone());
        let key = (signature.to_owned(), name, descriptor, patch.spot, ordinal);
        let number = *numbers.entry(key).or_insert(next);
        if !used.contains(&number) {
            patch.number = number;
            return number;
        }
        ordinal += 1;
    }
}

/// Adds a patch to `class`, whose signature is this; false if no reference to it is to be had.
pub(super) fn add(env: Env, class: jclass, signature: &str, patch: Patch) -> bool {
    let mut all = patched();
    forget_unloaded(env, &mut all);
    if let Some(known) = all.iter_mut().find(|one| env.is_same(one.class as jweak, class)) {
        known.patches.push(patch);
        return true;
    }
    let Some(weak) = env.new_weak(class) else { return false };
    let (class, signature) = (weak as usize, signature.to_owned());
    all.push(Patched { class, signature, patches: vec![patch] });
    true
}

/// Whether a class of this signature is patched.
pub(crate) fn is_patched(signature: &str) -> bool {
    patched().iter().any(|one| one.signature == signature)
}

/// The patches of classes of this signature, for `class`, which another loader has and which has none
/// itself.
pub(super) fn of_others(env: Env, class: jclass, signature: &str) -> Vec<Patch> {
    let all = patched();
    let alike = || all.iter().filter(|one| one.signature == signature);
    if alike().any(|one| env.is_same(one.class as jweak, class)) {
        return Vec::new();
    }
    alike().flat_map(|one| one.patches.clone()).collect()
}

fn forget_unloaded(env: Env, all: &mut Vec<Patched>) {
    all.retain(|one| {
        let is_there = !env.is_same(one.class as jweak, std::ptr::null_mut());
        if !is_there {
            env.delete_weak(one.class as jweak);
        }
        is_there
    });
}

/// Takes the patches of hook `token` away: the classes that had one, as local references, if still
/// loaded, and the number of their spot.
pub(super) fn remove(env: Env, token: u32) -> (Vec<jclass>, Option<u32>) {
    let (mut classes, mut number) = (Vec::new(), None);
    patched().retain_mut(|one| {
        let found = one.patches.iter().find(|patch| patch.token == token);
        if let Some(patch) = found {
            number = Some(patch.number);
            classes.extend(env.new_local(one.class as jweak));
        }
        one.patches.retain(|patch| patch.token != token);
        if one.patches.is_empty() {
            env.delete_weak(one.class as jweak);
        }
        !one.patches.is_empty()
    });
    (classes, number)
}

/// Whether no class is patched.
pub(super) fn is_empty() -> bool {
    patched().is_empty()
}

/// What came of the patch `token` of `class` when that was last retransformed.
pub(super) fn outcome(env: Env, class: jclass, token: u32) -> Result<(), String> {
    let all = patched();
    let one = all.iter().find(|one| env.is_same(one.class as jweak, class));
    let patch = one.and_then(|one| one.patches.iter().find(|patch| patch.token == token));
    let outcome = patch.and_then(|patch| patch.outcome.clone());
    outcome.unwrap_or_else(|| Err("the machine did not ask for the class's new bytes".to_owned()))
}

/// Has `ask` make the machine ask for the bytes of a class, which it answers with.
pub(super) fn read(ask: impl FnOnce()) -> Option<Vec<u8>> {
    READING.set(Some(Vec::new()));
    ask();
    READING.take().filter(|bytes| !bytes.is_empty())
}

/// The new bytes of `class`, which is being retransformed; none if they stay as they are.
pub(crate) fn transform(env: Env, class: jclass, bytes: &[u8]) -> Option<Vec<u8>> {
    let is_only_read = READING.with_borrow_mut(|reading| match reading {
        Some(read) => {
            *read = bytes.to_vec();
            true
        }
        None => false,
    });
    if is_only_read {
        return Some(NO_CLASS_FILE.to_vec());
    }
    let mut all = patched();
    let one = all.iter_mut().find(|one| env.is_same(one.class as jweak, class))?;
    patch(bytes, &mut one.patches)
}

/// The class file with all patches that fit; each is told what came of it.
fn patch(bytes: &[u8], patches: &mut [Patch]) -> Option<Vec<u8>> {
    let class = match Class::read(bytes) {
        Ok(class) => class,
        Err(reason) => {
            patches.iter_mut().for_each(|one| one.outcome = Some(Err(reason.to_string())));
            return None;
        }
    };
    let mut probes = Vec::new();
    let mut placed = Vec::new();
    for (index, one) in patches.iter_mut().enumerate() {
        let probe = class.method(&one.name, &one.descriptor).map(|method| Probe {
            method,
            spot: one.spot,
            site: one.number.cast_signed(),
            form: one.form,
        });
        let checked = probe.ok_or(Reason::NoMethod).map_err(|reason| reason.to_string());
        match checked.and_then(|probe| is_as_planned(&class, &probe, &one.locals).map(|()| probe)) {
            Ok(probe) => {
                probes.push(probe);
                placed.push(index);
            }
            Err(why) => one.outcome = Some(Err(why)),
        }
    }
    if probes.is_empty() {
        return None;
    }
    match instrument(bytes, &probes) {
        Ok(instrumented) => {
            for (index, outcome) in placed.iter().zip(&instrumented.probes) {
                let outcome = outcome.as_ref().map(|_| ()).map_err(Reason::to_string);
                patches[*index].outcome = Some(outcome);
            }
            Some(instrumented.bytes)
        }
        Err(reason) => {
            placed.iter().for_each(|at| patches[*at].outcome = Some(Err(reason.to_string())));
            None
        }
    }
}

/// An error unless the probe would be given the locals that it was made for.
fn is_as_planned(class: &Class<'_>, probe: &Probe, locals: &[Local]) -> Result<(), String> {
    let placed: Placed =
        stillframe_classfile::place(class, probe).map_err(|reason| reason.to_string())?;
    if placed.locals == locals {
        return Ok(());
    }
    Err("another agent changed the class meanwhile; place the probe again".to_owned())
}
