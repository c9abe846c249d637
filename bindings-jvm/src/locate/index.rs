//! Which source files the loaded classes were compiled from.
//!
//! Made in one pass over the list of all loaded classes, and used until a class is prepared that it does
//! not know. Holds names, no references: what is unloaded is merely not found later. Invariant: the pass
//! holds no lock of the machine between two classes.

use super::inlined::may_be;
use super::name::ClassName;
use crate::ffi::{Env, Machine};
use crate::jvmti::{Event, Mode};
use jni_sys::jobject;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};

/// A source file.
#[derive(Debug)]
pub(super) struct File {
    /// Package and name: `com/acme/Cart.java`.
    pub(super) path: String,
    /// Whether a loader of the application has it.
    pub(super) is_application: bool,
    /// Signatures of the classes compiled from it.
    pub(super) classes: Vec<String>,
    /// The folder or archive they came from, once somebody asked.
    pub(super) origin: OnceLock<Option<PathBuf>>,
}

impl File {
    /// Whether the class of this signature was compiled from it.
    pub(super) fn has(&self, signature: &str) -> bool {
        self.classes.iter().any(|known| known == signature)
    }
}

/// The index.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By name without folders.
    pub(super) files: HashMap<String, Vec<File>>,
    /// Signature and path of each class by its dotted name.
    classes: HashMap<String, (String, String)>,
    /// Signatures of the application's classes that were not compiled from Java.
    foreign: HashSet<String>,
    prepared: u64,
}

static INDEX: Mutex<Option<Arc<Index>>> = Mutex::new(None);

impl Index {
    /// The file with this path.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.files.get(name)?.iter().find(|file| file.path == path)
    }

    /// Signature and path of the class with this dotted name.
    pub(super) fn class(&self, dotted: &str) -> Option<(&str, &str)> {
        let (signature, path) = self.classes.get(dotted)?;
        Some((signature, path))
    }

    /// Whether a class of this signature is loaded.
    pub(super) fn has(&self, signature: &str) -> bool {
        let dotted = ClassName::of(signature).dotted();
        self.classes.get(&dotted).is_some_and(|(known, _)| known == signature)
    }

    /// Whether a class of this signature may hold lines of several files.
    pub(super) fn is_foreign(&self, signature: &str) -> bool {
        self.foreign.contains(signature)
    }

    fn add(&mut self, signature: &str, source_file: String, is_application: bool) {
        let name = ClassName::of(signature);
        let path = name.path(&source_file);
        if is_application && may_be(&source_file) {
            self.foreign.insert(signature.to_owned());
        }
        let class = (signature.to_owned(), path.clone());
        // The same class in two loaders.
        let is_known = self.classes.insert(name.dotted(), class.clone()) == Some(class);
        let files = self.files.entry(source_file).or_default();
        match files.iter_mut().find(|file| file.path == path) {
            Some(file) => {
                file.is_application |= is_application;
                if !is_known {
                    file.classes.push(signature.to_owned());
                }
            }
            None => {
                let classes = vec![signature.to_owned()];
                let origin = OnceLock::new();
                files.push(File { path, is_application, classes, origin });
            }
        }
    }
}

/// The index, made anew if more classes than `prepared` came since.
pub(super) fn current(env: Env, machine: &Machine, prepared: u64) -> Arc<Index> {
    let mut held = INDEX.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(index) = held.as_ref().filter(|index| index.prepared == prepared) {
        return Arc::clone(index);
    }
    let mut index = Index { prepared, ..Index::default() };
    let platform = platform_loader(env);
    for one in super::loaded(env, machine).prepared() {
        let (class, signature) = (one.class.raw(), &one.signature);
        let source_file = machine.jvmti.source_file(class);
        let source_file =
            source_file.unwrap_or_else(|| ClassName::of(signature).likely_source_file());
        let loader = machine.jvmti.class_loader(class).unwrap_or(null_mut());
        let is_application = !loader.is_null() && !env.is_same(loader, platform);
        env.delete_local(loader);
        index.add(signature, source_file, is_application);
    }
    env.delete_local(platform);
    let index = Arc::new(index);
    *held = Some(Arc::clone(&index));
    index
}

/// Has every class that comes counted from here on: without the event none would be noticed.
pub(super) fn listen(machine: &Machine) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = machine.jvmti.notify(Mode::On, Event::ClassPrepare, null_mut());
    });
}

/// The loader of the JDK's own modules that the boot loader does not have; null if it cannot be asked.
fn platform_loader(env: Env) -> jobject {
    let loader = || {
        let class = env.find_class(c"java/lang/ClassLoader")?;
        let get =
            env.static_method(class, c"getPlatformClassLoader", c"()Ljava/lang/ClassLoader;")?;
        env.call_static_object(class, get, &[])
    };
    loader().unwrap_or(null_mut())
}
