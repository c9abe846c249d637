//! The bridge: its classes in the boot loader, and the class made for each site.
//!
//! Knows how classes come into the machine, not what they do. Invariant: the bridge is defined once in a
//! process, before the first probe.

use super::hooked::hooked;
use crate::ffi::{Argument, Env, Machine, bridge_natives};
use jni_sys::{jclass, jmethodID, jobject};
use std::sync::OnceLock;
use stillframe_core::error::{Error, ErrorKind, Result};

/// The classes of package `java.stillframe`, superclasses before others: name and bytes.
const CLASSES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/classes.rs"));

/// What is called of the bridge, as the machine's handles.
struct Bridge {
    class: usize,
    module: usize,
    prepare: usize,
    forget: usize,
}

impl Bridge {
    fn class(&self) -> jclass {
        self.class as jclass
    }
}

static BRIDGE: OnceLock<Bridge> = OnceLock::new();

fn failed(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the virtual machine refused {what}"))
        .with_hint("the agent does nothing in this process; the application runs on")
}

/// Brings the bridge into the machine, unless it is there.
pub(crate) fn prepare(env: Env, machine: &Machine) -> Result<()> {
    if BRIDGE.get().is_some() {
        return Ok(());
    }
    let mut bridge = None;
    for (name, bytes) in CLASSES {
        let class = env.define_boot_class(bytes);
        let class = class.ok_or_else(|| failed(&format!("the class java.stillframe.{name}")))?;
        if *name == "Bridge" {
            bridge = Some(class);
        }
    }
    let class = bridge.ok_or_else(|| failed("the bridge"))?;
    let found = || {
        let module = env.module(class)?;
        let base = env.module(env.find_class(c"java/lang/Object")?)?;
        machine.jvmti.add_exports(base, c"jdk.internal.misc", module).ok()?;
        env.register(class, &bridge_natives()).then_some(())?;
        let prepare = c"(I[B[Ljava/lang/Object;)V";
        Some(Bridge {
            class: env.new_global(class)? as usize,
            module: env.new_global(module)? as usize,
            prepare: env.static_method(class, c"prepare", prepare)? as usize,
            forget: env.static_method(class, c"forget", c"(I)V")? as usize,
        })
    };
    let bridge = found().ok_or_else(|| failed("what the bridge needs"))?;
    // Lost against another start at the same time, whose bridge is as good.
    let _ = BRIDGE.set(bridge);
    Ok(())
}

/// Lets the module of `class` see the bridge, and defines the class made for the site.
pub(super) fn define(env: Env, machine: &Machine, token: u32, class: jclass) -> Result<()> {
    let bridge = BRIDGE.get().ok_or_else(|| failed("the bridge"))?;
    if let Some(module) = env.module(class) {
        // An unnamed module reads every other: the machine may refuse what is so already.
        let _ = machine.jvmti.add_reads(module, bridge.module as jobject);
    }
    let _ = hooked(token);
    Ok(())
}

/// Lets the class made for a site go.
pub(super) fn forget(env: Env, token: u32) {
    let Some(bridge) = BRIDGE.get() else { return };
    let argument = [Argument::Int(token.cast_signed())];
    env.call_static_void(bridge.class(), bridge.forget as jmethodID, &argument);
}
