//! The hook: how a line of a class is made to tell us that it was reached.
//!
//! The class is retransformed with a call in it; what the call does is a class of its own, made for
//! this one site when the probe is placed, so that linking it is a look-up. Knows what goes where,
//! and nothing of values. Invariant: a class without a probe runs the code it would run without us.

mod bridge;
mod fields;
mod hooked;
mod patches;

pub(crate) use bridge::prepare;
pub(crate) use hooked::{Hooked, hooked};
pub(crate) use patches::{is_patched, transform};

use crate::agent::JvmAgent;
use crate::ffi::{Env, Machine};
use crate::jvmti::{Event, Mode};
use crate::locate::{ClassName, Code};
use jni_sys::jclass;
use patches::Patch;
use std::collections::BTreeSet;
use std::ptr::null_mut;
use std::sync::Arc;
use stillframe_classfile::{Class, Form, Placed, Probe, Spot, place};
use stillframe_core::error::{Error, ErrorKind, Result};

/// Classes whose code a hit itself runs: a probe there would hit while it hits. Packages end with `/`.
const OURS: [&str; 18] = [
    "java/lang/Object",
    "java/lang/Class",
    "java/lang/ClassValue",
    "java/lang/Thread",
    "java/lang/ThreadLocal",
    "java/lang/ThreadLocal$ThreadLocalMap",
    "java/lang/Integer",
    "java/lang/Long",
    "java/lang/Boolean",
    "java/lang/Character",
    "java/lang/Byte",
    "java/lang/Short",
    "java/lang/Float",
    "java/lang/Double",
    "java/lang/invoke/",
    "jdk/internal/misc/",
    "java/stillframe/",
    "java/lang/ref/",
];

/// Where a probe goes, found when its names are resolved.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Where, and what is given.
    pub(crate) placed: Placed,
    spot: Spot,
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}

/// Looks where a probe on `line` of `code` would go; `None` as the line is the method as a whole.
pub(crate) fn look(
    env: Env,
    machine: &Machine,
    code: &Code,
    line: Option<u32>,
) -> Result<(Target, jclass)> {
    let class = code.class(env).ok_or_else(gone)?;
    let name = ClassName::of(&code.signature);
    may_be_changed(machine, class, &code.signature)?;
    let bytes = bytes_of(machine, class);
    let bytes = bytes.ok_or_else(|| unsupported(format!("{} gives no bytes", name.dotted())))?;
    let refused = |reason| unsupported(format!("{}: {reason}", name.dotted()));
    let file = Class::read(&bytes).map_err(refused)?;
    let method = file.method(&code.name, &code.descriptor).ok_or_else(gone)?;
    let spot = match line.map(u16::try_from) {
        None => Spot::Whole,
        Some(Ok(line)) => Spot::Line(line),
        Some(Err(_)) => return Err(unsupported("no class file has lines beyond 65,535".into())),
    };
    let form = if is_of_the_jdk(env, class) { Form::Boxed } else { Form::Dynamic };
    let placed = place(&file, &Probe { method, spot, site: 0, form }).map_err(refused)?;
    Ok((Target { placed, spot }, class))
}

fn gone() -> Error {
    Error::new(ErrorKind::Location, "the class was unloaded meanwhile")
}

fn may_be_changed(machine: &Machine, class: jclass, signature: &str) -> Result<()> {
    let name = ClassName::of(signature).dotted();
    let inner = signature.trim_start_matches('L').trim_end_matches(';');
    let is_ours = |ours: &str| match ours.ends_with('/') {
        true => inner.starts_with(ours),
        false => inner == ours,
    };
    if OURS.into_iter().any(is_ours) {
        let message = format!("{name} is used by the probe itself");
        return Err(unsupported(message).with_hint("place it in the code that calls it"));
    }
    if machine.jvmti.is_modifiable(class) {
        return Ok(());
    }
    // A hidden class's name has a part that no source could.
    let message = match signature.contains('.') || inner.contains("/0x") {
        true => format!("{name} is a hidden class, which the machine does not let anybody change"),
        false => format!("the machine does not let {name} be changed"),
    };
    Err(unsupported(message).with_hint("place it in the code that calls it"))
}

/// Whether the class is of the JDK's innermost module, which the bridge itself stands on: there a probe
/// takes the way that links nothing.
fn is_of_the_jdk(env: Env, class: jclass) -> bool {
    let base = env.find_class(c"java/lang/Object").and_then(|object| env.module(object));
    match (env.module(class), base) {
        (Some(module), Some(base)) => env.is_same(module, base),
        _ => true,
    }
}

/// The bytes of a class as the machine has them, without our patches.
fn bytes_of(machine: &Machine, class: jclass) -> Option<Vec<u8>> {
    let jvmti = machine.jvmti;
    let was_off = patches::is_empty();
    jvmti.notify(Mode::On, Event::ClassFileLoadHook, null_mut()).ok()?;
    // It fails by design: what we answer with is no class file, so nothing is stopped or replaced.
    let bytes = patches::read(|| {
        let _ = jvmti.retransform(&[class]);
    });
    if was_off {
        let _ = jvmti.notify(Mode::Off, Event::ClassFileLoadHook, null_mut());
    }
    bytes
}

/// Puts the hook for the core's site `site` where `target` says.
pub(crate) fn arm(
    env: Env,
    machine: &Machine,
    agent: &Arc<JvmAgent>,
    (site, code): (u32, &Code),
    target: &Target,
    plan: crate::frame::Plan,
) -> Result<(u32, Option<String>)> {
    crate::classes::sweep(env);
    let class = code.class(env).ok_or_else(gone)?;
    let placed = &target.placed;
    let token = hooked::add(agent, site, plan, placed)?;
    let method = (code.name.as_str(), code.descriptor.as_str());
    let mut patch = Patch::new(token, method, target.spot, placed.form, placed.locals.clone());
    let number = patches::number(&code.signature, &mut patch);
    bridge::define(env, machine, (number, token), class, &placed.locals)?;
    if !patches::add(env, class, &code.signature, patch) {
        return Err(gone());
    }
    let done = retransform(machine, class).and_then(|()| {
        patches::outcome(env, class, token).map_err(|why| {
            unsupported(format!("{}: {why}", ClassName::of(&code.signature).dotted()))
        })
    });
    if let Err(error) = done {
        disarm(env, machine, token);
        return Err(error);
    }
    let left_out = placed.left_out.len();
    let note = format!("{left_out} local variables more than one call can take are not read");
    Ok((token, (left_out > 0).then_some(note)))
}

fn retransform(machine: &Machine, class: jclass) -> Result<()> {
    let refused = |error| unsupported(format!("the machine refused the class: {error}"));
    machine.jvmti.notify(Mode::On, Event::ClassFileLoadHook, null_mut()).map_err(refused)?;
    crate::frame::while_lines_change(|| machine.jvmti.retransform(&[class])).map_err(refused)
}

/// A class came of which another loader has one that is probed: it is probed like that one. What its own
/// class file does not allow is left out; the probe is armed all the same.
pub(crate) fn follow(env: Env, machine: &Machine, class: jclass, signature: &str) {
    let mut probes = BTreeSet::new();
    for patch in patches::of_others(env, class, signature) {
        let probe = hooked(patch.token).and_then(|hooked| hooked.agent.site(hooked.site));
        // Two loaders that had it when it was armed have a hook each.
        if probe.is_some_and(|site| probes.insert((site.probe.id, patch.name.clone()))) {
            bridge::allow(env, machine, class);
            patches::add(env, class, signature, patch);
        }
    }
    if !probes.is_empty() {
        let _ = retransform(machine, class);
    }
}

/// Takes the hook with this number off: the class gets the bytes back that it would have without it.
pub(crate) fn disarm(env: Env, machine: &Machine, token: u32) {
    let (classes, number) = patches::remove(env, token);
    for class in classes {
        // A class that cannot be changed back keeps a call that does nothing.
        let _ = retransform(machine, class);
        env.delete_local(class);
    }
    if let Some(number) = number {
        bridge::forget(env, number);
    }
    if patches::is_empty() {
        let _ = machine.jvmti.notify(Mode::Off, Event::ClassFileLoadHook, null_mut());
    }
}
