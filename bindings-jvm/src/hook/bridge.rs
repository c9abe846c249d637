//! The bridge: its classes in the boot loader, and the class made for each site.
//!
//! Knows how classes come into the machine, not what they do. Invariant: the bridge is defined once in a
//! process, before the first probe.

use super::fields::Fields;
use super::hooked::{Hooked, hooked};
use crate::classes::Jdk;
use crate::ffi::{Argument, Env, Machine, bridge_natives, c_string};
use jni_sys::{jclass, jmethodID, jobject};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use stillframe_classfile::{Form, Local, Placed, rehearsal};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::registry::Action;
use stillframe_jvm_generator::{LocalAt, Site, Task, generate};

/// The classes of package `java.stillframe`, superclasses before others: name and bytes.
const CLASSES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/classes.rs"));

/// What is called of the bridge, as the machine's handles.
struct Bridge {
    class: usize,
    module: usize,
    place: usize,
    prepare: usize,
    rehearse: usize,
    forget: usize,
    traced: usize,
    trace: usize,
    memory: usize,
    offset: usize,
}

impl Bridge {
    fn class(&self) -> jclass {
        self.class as jclass
    }
}

static BRIDGE: OnceLock<Bridge> = OnceLock::new();
/// Whether OpenTelemetry was found.
static IS_TRACED: AtomicBool = AtomicBool::new(false);

fn failed(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the virtual machine refused {what}"))
        .with_hint("the agent does nothing in this process; the application runs on")
}

/// Brings the bridge into the machine, unless it is there.
pub(crate) fn prepare(env: Env, machine: &Machine) -> Result<()> {
    if BRIDGE.get().is_some() {
        return Ok(());
    }
    let (mut bridge, mut memory) = (None, None);
    for (name, bytes) in CLASSES {
        let class = env.define_boot_class(bytes);
        let class = class.ok_or_else(|| failed(&format!("the class java.stillframe.{name}")))?;
        match *name {
            "Bridge" => bridge = Some(class),
            "Memory" => memory = Some(class),
            _ => {}
        }
    }
    let (class, memory) = bridge.zip(memory).ok_or_else(|| failed("the bridge"))?;
    let found = || {
        let module = env.module(class)?;
        let base = env.module(env.find_class(c"java/lang/Object")?)?;
        machine.jvmti.add_exports(base, c"jdk.internal.misc", module).ok()?;
        env.register(class, &bridge_natives()).then_some(())?;
        let prepare = c"(I[B[Ljava/lang/Object;)V";
        let offset = c"(Ljava/lang/Class;Ljava/lang/String;)J";
        let ready = env.static_method(class, c"ready", c"()V")?;
        env.call_static_void(class, ready, &[]).then_some(())?;
        Some(Bridge {
            class: env.new_global(class)? as usize,
            module: env.new_global(module)? as usize,
            place: env.static_method(class, c"place", c"(II)V")? as usize,
            prepare: env.static_method(class, c"prepare", prepare)? as usize,
            rehearse: env.static_method(class, c"rehearse", c"([B)V")? as usize,
            forget: env.static_method(class, c"forget", c"(I)V")? as usize,
            traced: env.static_method(class, c"traced", c"(Ljava/lang/Class;)V")? as usize,
            trace: env.static_method(class, c"trace", c"()Ljava/lang/String;")? as usize,
            memory: env.new_global(memory)? as usize,
            offset: env.static_method(memory, c"offset", offset)? as usize,
        })
    };
    let bridge = found().ok_or_else(|| failed("what the bridge needs"))?;
    // Lost against another start at the same time, whose bridge is as good.
    let _ = BRIDGE.set(bridge);
    Ok(())
}

/// Where a field lies in the objects of the class that declares it, or a static one in its mirror.
pub(super) fn offset(env: Env, declaring: jclass, name: &str) -> Option<i64> {
    let bridge = BRIDGE.get()?;
    let name = env.new_string(name)?;
    let arguments = [declaring, name].map(Argument::Object);
    let (memory, method) = (bridge.memory as jclass, bridge.offset as jmethodID);
    env.call_static_long(memory, method, &arguments).filter(|offset| *offset >= 0)
}

/// Lets the module of `class` see the bridge.
pub(super) fn allow(env: Env, machine: &Machine, class: jclass) {
    if let (Some(bridge), Some(module)) = (BRIDGE.get(), env.module(class)) {
        // An unnamed module reads every other: the machine may refuse what is so already.
        let _ = machine.jvmti.add_reads(module, bridge.module as jobject);
    }
}

/// Lets the module of `class` see the bridge, and defines the class made for the site. Without that
/// class, which the machine or the generator may refuse, the core's machine decides each hit.
pub(super) fn define(
    env: Env,
    machine: &Machine,
    (spot, token): (u32, u32),
    class: jclass,
    placed: &Placed,
) -> Result<()> {
    let bridge = BRIDGE.get().ok_or_else(|| failed("the bridge"))?;
    allow(env, machine, class);
    let numbers = [spot, token].map(|number| Argument::Int(number.cast_signed()));
    env.call_static_void(bridge.class(), bridge.place as jmethodID, &numbers);
    let is_wanted = std::env::var("STILLFRAME_CONDITIONS").map_or(true, |how| how != "machine");
    let is_called = placed.form != Form::Bare;
    if let Some(hooked) = hooked(token).filter(|_| is_wanted && is_called) {
        let is_timed = hooked.is_timed();
        made((env, machine, bridge), spot, (token, hooked), class, &placed.locals);
        rehearse(env, bridge, &placed.locals, is_timed);
    }
    Ok(())
}

/// Classes of calls that were linked before, as far as they are remembered.
static REHEARSED: Mutex<BTreeSet<Vec<u8>>> = Mutex::new(BTreeSet::new());
/// Those that are remembered.
const MOST_REHEARSED: usize = 1_024;

/// Has the machine make on this thread what linking a call with these locals takes. Where it refuses,
/// the first hit takes longer.
fn rehearse(env: Env, bridge: &Bridge, locals: &[Local], is_timed: bool) -> Option<()> {
    // All references are passed alike, so this is the same for calls of the same type.
    let class = rehearsal(locals, is_timed).ok()?;
    let mut rehearsed = REHEARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if rehearsed.contains(&class) {
        return Some(());
    }
    if rehearsed.len() >= MOST_REHEARSED {
        rehearsed.clear();
    }
    let bytes = [Argument::Object(env.new_bytes(&class)?)];
    rehearsed.insert(class);
    drop(rehearsed);
    env.call_static_void(bridge.class(), bridge.rehearse as jmethodID, &bytes).then_some(())
}

/// Makes the class of a site and defines it; none if it did not come to that.
fn made(
    (env, machine, bridge): (Env, &Machine, &Bridge),
    spot: u32,
    (token, hooked): (u32, &Hooked),
    class: jclass,
    locals: &[Local],
) -> Option<()> {
    let site = hooked.agent.site(hooked.site)?;
    let spec = &site.probe.spec;
    let task = match site.action {
        Action::Time { .. } => Task::Time,
        Action::Snap if site.plan.watches.is_empty() => Task::Write,
        _ => Task::Hand,
    };
    let at = |local: &'_ Local| (local.name.clone(), local.descriptor.clone());
    let named: Vec<(String, String)> = locals.iter().map(at).collect();
    let named: Vec<LocalAt<'_>> =
        named.iter().map(|(name, descriptor)| LocalAt { name, descriptor }).collect();
    let number = token.cast_signed();
    let wanted = Site {
        number,
        token: number,
        condition: site.condition.as_ref().map(|condition| condition.tree()),
        locals: &named,
        task,
        is_counted: spec.counts_false(),
    };
    let mut fields = Fields::new(env, machine, Jdk::current()?, &hooked.plan, class);
    let made = generate(&wanted, &mut fields).ok()?;
    let objects = fields.classes(&made.data)?;
    let object = env.find_class(&c_string("java/lang/Object"))?;
    let (bytes, data) = (env.new_bytes(&made.bytes)?, env.new_objects(object, &objects)?);
    let spot = Argument::Int(spot.cast_signed());
    let arguments = [spot, Argument::Object(bytes), Argument::Object(data)];
    let prepare = bridge.prepare as jmethodID;
    env.call_static_void(bridge.class(), prepare, &arguments).then_some(())
}

/// Has captures ask `storage`, a class that keeps the current context of OpenTelemetry, for the trace
/// that is active.
pub(super) fn traced(env: Env, storage: jclass) {
    let Some(bridge) = BRIDGE.get() else { return };
    let argument = [Argument::Object(storage)];
    env.call_static_void(bridge.class(), bridge.traced as jmethodID, &argument);
    IS_TRACED.store(true, Ordering::Release);
}

/// The id of the trace that is active on this thread: a local reference to a text that OpenTelemetry
/// keeps. Within a hit alone, for what Java does here may be probed too. One load where OpenTelemetry is
/// not there, else one call into Java, of captures only.
pub(crate) fn current_trace(env: Env) -> Option<jobject> {
    let bridge = BRIDGE.get().filter(|_| IS_TRACED.load(Ordering::Acquire))?;
    env.call_static_object(bridge.class(), bridge.trace as jmethodID, &[])
}

/// Nothing is at a spot any more: the class made for its site may go.
pub(super) fn forget(env: Env, spot: u32) {
    let Some(bridge) = BRIDGE.get() else { return };
    let argument = [Argument::Int(spot.cast_signed())];
    env.call_static_void(bridge.class(), bridge.forget as jmethodID, &argument);
}
