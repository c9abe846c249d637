//! The hook: how a line of a class is made to tell us that it was reached.
//!
//! The class is retransformed with a call in it; what the call does is a class of its own, made for
//! this one site when the probe is placed, so that linking it is a look-up. Knows what goes where,
//! and nothing of values. Invariant: a class without a probe runs the code it would run without us.

mod bridge;
mod change;
mod fields;
mod hooked;
mod patches;
mod traces;

pub(crate) use bridge::{current_trace, prepare};
pub(crate) use change::{Wanted, change};
pub(crate) use hooked::{Hooked, hooked};
pub(crate) use patches::{is_patched, transform};
pub(crate) use traces::{is_storage, storage_came};

use crate::ffi::{Env, Machine};
use crate::jvmti::{Event, Mode};
use crate::locate::{ClassName, Code};
use crate::value::Local;
use jni_sys::jclass;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ptr::null_mut;
use std::rc::Rc;
use stillframe_classfile::{Class, Form, Placed, Probe, Spot, place};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::Span;

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

/// References for which there is room where many probes are looked at.
const REFERENCES: i32 = 512;

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

/// Where a probe is wanted in its code, in lines of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum At {
    /// On a line.
    Line(u32),
    /// Around what is timed.
    Around(Span),
}

impl At {
    /// That of a probe of the core's.
    pub(crate) fn of(line: u32, span: Option<Span>) -> Self {
        span.map_or(Self::Line(line), Self::Around)
    }

    /// The spot in the class of `code`.
    fn spot(self, code: &Code) -> Result<Spot> {
        let line = |line| {
            let of_class = u16::try_from(code.class_line(line));
            of_class.map_err(|_| unsupported("no class file has lines beyond 65,535".into()))
        };
        Ok(match self {
            Self::Line(at) => Spot::Line(line(at)?),
            Self::Around(Span::Function) => Spot::Whole,
            Self::Around(Span::Lines { first, last }) => {
                Spot::Lines { first: line(first)?, last: line(last)? }
            }
        })
    }
}

/// Looks where a probe at a place of `code` would go. Where it `is_bare` it is given no variables.
pub(crate) fn look(
    env: Env,
    machine: &Machine,
    code: &Code,
    (at, is_bare): (At, bool),
) -> Result<(Target, jclass)> {
    let class = code.class(env).ok_or_else(gone)?;
    let name = ClassName::of(&code.signature);
    may_be_changed(machine, class, &code.signature)?;
    let bytes = bytes_of(env, machine, class);
    let bytes = bytes.ok_or_else(|| unsupported(format!("{} gives no bytes", name.dotted())))?;
    let refused = |reason| unsupported(format!("{}: {reason}", name.dotted()));
    let file = Class::read(&bytes).map_err(refused)?;
    let method = file.method(&code.name, &code.descriptor).ok_or_else(gone)?;
    let spot = at.spot(code)?;
    let is_of_the_jdk = env.in_frame(REFERENCES, || is_of_the_jdk(env, class));
    let form = match is_of_the_jdk {
        _ if is_bare => Form::Bare,
        true => Form::Boxed,
        false => Form::Dynamic,
    };
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

thread_local! {
    /// The class whose bytes were read last, and those.
    static READ: RefCell<Option<(Local, Rc<[u8]>)>> = const { RefCell::new(None) };
}

/// Ends what this thread remembers of the class that it read last.
pub(crate) fn forget_read() {
    drop(READ.take());
}

/// The bytes of a class as the machine has them, without our patches: for all probes that one task looks
/// at in it they are read once.
pub(crate) fn bytes_of(env: Env, machine: &Machine, class: jclass) -> Option<Rc<[u8]>> {
    let is_it = |(read, _): &&(Local, Rc<[u8]>)| env.is_same(read.raw(), class);
    let held = READ.with_borrow(|read| read.as_ref().filter(is_it).map(|(_, bytes)| bytes.clone()));
    if held.is_some() {
        return held;
    }
    forget_read();
    let bytes: Rc<[u8]> = read(machine, class)?.into();
    // Answering the event counted for itself alone what the machine holds room for.
    env.has_room_for(REFERENCES);
    let class = Local::new(env, env.new_local(class)?);
    READ.set(Some((class, Rc::clone(&bytes))));
    Some(bytes)
}

fn read(machine: &Machine, class: jclass) -> Option<Vec<u8>> {
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
        let _ = change::retransform(machine, &[class]);
    }
}
