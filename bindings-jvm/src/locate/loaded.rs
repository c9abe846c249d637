//! All loaded classes, listed once for a task of ours: a look takes several questions, and a task many
//! looks.
//!
//! About 1 µs a class, with a local reference to each until [`forget`] ends them. Invariant: what a
//! list does not have was prepared behind the moment at which it was asked for.

use crate::ffi::{Env, Machine};
use crate::value::Local;
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    /// The latest list of this thread.
    static LATEST: RefCell<Option<Rc<Loaded>>> = const { RefCell::new(None) };
}

/// A loaded class.
#[derive(Debug)]
pub(crate) struct LoadedClass {
    pub(crate) class: Local,
    pub(crate) signature: String,
    pub(crate) is_prepared: bool,
}

/// The list.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// By signature; those of one signature as the machine has them.
    classes: Vec<LoadedClass>,
    prepared: u64,
}

impl Loaded {
    fn new(env: Env, machine: &Machine, prepared: u64) -> Self {
        let mut classes = Vec::new();
        if let Ok(loaded) = machine.jvmti.loaded_classes() {
            // All of them are there at once, whatever the thread had room for.
            env.has_room_for(i32::try_from(loaded.as_slice().len()).unwrap_or(i32::MAX));
            for class in loaded.as_slice() {
                let class = Local::new(env, *class);
                if let Ok(signature) = machine.jvmti.signature(class.raw())
                    && signature.starts_with('L')
                {
                    let is_prepared = machine.jvmti.is_prepared(class.raw());
                    classes.push(LoadedClass { class, signature, is_prepared });
                }
            }
        }
        classes.sort_by(|one, other| one.signature.cmp(&other.signature));
        Self { classes, prepared }
    }

    /// Those of this signature, one for each loader that has one.
    pub(crate) fn of(&self, signature: &str) -> &[LoadedClass] {
        let first = self.classes.partition_point(|one| one.signature.as_str() < signature);
        let rest = self.classes.get(first..).unwrap_or_default();
        let count = rest.partition_point(|one| one.signature == signature);
        rest.get(..count).unwrap_or_default()
    }

    /// Those that have their methods and fields.
    pub(crate) fn prepared(&self) -> impl Iterator<Item = &LoadedClass> {
        self.classes.iter().filter(|one| one.is_prepared)
    }
}

/// The list, made anew if it is older than a class of which `prepared` says that it came.
pub(super) fn latest(env: Env, machine: &Machine, prepared: u64) -> Rc<Loaded> {
    let held = LATEST.with_borrow(|latest| latest.clone());
    if let Some(loaded) = held.filter(|loaded| loaded.prepared == prepared) {
        return loaded;
    }
    // First the old one's references end.
    forget();
    let loaded = Rc::new(Loaded::new(env, machine, prepared));
    LATEST.set(Some(Rc::clone(&loaded)));
    loaded
}

/// Ends the references of this thread's list.
pub(crate) fn forget() {
    drop(LATEST.take());
}
