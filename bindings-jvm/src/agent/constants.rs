//! Looks for the static fields that a class has before it is initialised.
//!
//! Reads class files when a name is resolved, never during a hit. Invariant: no class is initialised.

use super::visible::Visible;
use crate::classes::{Known, constant};
use crate::ffi::{Env, Machine};
use crate::hook;
use crate::value::Local;
use std::collections::VecDeque;
use std::sync::Arc;
use stillframe_classfile::Class;

/// Class files that are read for one name: the class, what it inherits and implements.
const MOST: usize = 32;

/// Notes what the class files of `class` and of what it inherits say of static fields, if its
/// initialiser has not run. About 100 µs each.
pub(super) fn learn(env: Env, machine: &Machine, visible: &Visible, class: &Arc<Known>) {
    let is_initialized = |known: &Known| {
        let class = known.local(env).map(|class| Local::new(env, class));
        class.is_none_or(|class| machine.jvmti.is_initialized(class.raw()))
    };
    if class.constants.get().is_some() || is_initialized(class) {
        return;
    }
    let mut constants = Vec::new();
    let mut queue = VecDeque::from([Arc::clone(class)]);
    for _ in 0..MOST {
        let Some(next) = queue.pop_front() else { break };
        let Some(local) = next.local(env).map(|class| Local::new(env, class)) else { continue };
        let Some(bytes) = hook::bytes_of(env, machine, local.raw()) else { continue };
        let Ok(file) = Class::read(&bytes) else { continue };
        constant::add(&file, &mut constants);
        let above = file.superclass.iter().filter(|name| **name != "java/lang/Object");
        queue.extend(above.chain(&file.interfaces).filter_map(|name| visible.loaded(name)));
    }
    // Another name may have meant the class meanwhile, and found the same.
    let _ = class.constants.set(constants);
}
