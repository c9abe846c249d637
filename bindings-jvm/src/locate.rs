//! Finds code: source files by name, their functions, what a host's own name stands for.
//!
//! Knows loaded classes by what the machine says of them, not hooks. Invariant: no class is loaded or
//! initialised by looking for it, and no loader of the application is asked.

mod code;
mod index;
mod inlined;
mod loaded;
mod name;
mod source;

pub(crate) use code::{Code, code_of};
pub(crate) use loaded::{Loaded, forget as forget_loaded};
pub(crate) use name::ClassName;
pub(crate) use source::source_of;

use crate::ffi::{Env, Machine};
use index::Index;
use jni_sys::jclass;
use loaded::LoadedClass;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stillframe_core::host::{LoadedFile, LoadedFunction, Named};

/// Classes that were prepared since the machine tells us.
static PREPARED: AtomicU64 = AtomicU64::new(0);
/// File names and simple class names that somebody looked for.
static WANTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Packages of the classes that are made while the machine runs.
const MADE: [&str; 2] = ["Ljava/stillframe/", "Ljava/lang/invoke/"];

fn wanted() -> MutexGuard<'static, BTreeSet<String>> {
    WANTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A class was prepared; whether somebody may wait for it. On the thread that loads it, before any of
/// its code runs: 1 µs.
pub(crate) fn class_came(machine: &Machine, class: jclass, signature: &str) -> bool {
    // One comes with every probe and with every lambda; they have no lines.
    if MADE.iter().any(|package| signature.starts_with(package)) {
        return false;
    }
    PREPARED.fetch_add(1, Ordering::Release);
    let name = ClassName::of(signature);
    let file = machine.jvmti.source_file(class);
    let file = file.unwrap_or_else(|| name.likely_source_file());
    let wanted = wanted();
    // It may hold lines of any file that is not Java's.
    let inlines = || inlined::may_be(&file) && wanted.iter().any(|one| inlined::may_be(one));
    wanted.contains(&file) || wanted.contains(name.simple()) || inlines()
}

fn index(env: Env, machine: &Machine) -> Arc<Index> {
    index::current(env, machine, PREPARED.load(Ordering::Acquire))
}

/// All loaded classes, for as long as the calling task runs.
pub(crate) fn loaded(env: Env, machine: &Machine) -> Rc<Loaded> {
    index::listen(machine);
    loaded::latest(env, machine, PREPARED.load(Ordering::Acquire))
}

/// Loaded files of this name.
pub(crate) fn files(env: Env, machine: &Machine, file_name: &str) -> Vec<LoadedFile> {
    wanted().insert(file_name.to_owned());
    let index = index(env, machine);
    let files = index.files.get(file_name).into_iter().flatten();
    let mut files: Vec<_> = files.map(|file| shown(env, machine, file)).collect();
    if inlined::may_be(file_name) {
        files.extend(inlined::files(env, machine, &index, file_name));
    }
    files
}

/// Names of all loaded files.
pub(crate) fn file_names(env: Env, machine: &Machine) -> Vec<String> {
    index(env, machine).files.keys().cloned().collect()
}

fn shown(env: Env, machine: &Machine, file: &index::File) -> LoadedFile {
    LoadedFile {
        path: file.path.clone(),
        real_path: source::path_of(env, machine, file),
        is_application: file.is_application,
    }
}

/// Functions of a file, those of all classes and loaders that were compiled from it, and the copies of
/// them in other classes.
pub(crate) fn functions(env: Env, machine: &Machine, path: &str) -> Vec<LoadedFunction> {
    let index = index(env, machine);
    let (file, loaded) = (index.file(path), loaded(env, machine));
    let may_hold = inlined::may_be(path);
    let is_other = |one: &&LoadedClass| {
        index.is_foreign(&one.signature) && file.is_none_or(|file| !file.has(&one.signature))
    };
    let own = file.into_iter().flat_map(|file| &file.classes);
    let own = own.flat_map(|signature| loaded.of(signature)).filter(|one| one.is_prepared);
    let others = loaded.prepared().filter(|one| may_hold && is_other(one));
    let (mut functions, mut copies) = (Vec::new(), Vec::new());
    for (one, is_own) in own.map(|one| (one, true)).chain(others.map(|one| (one, false))) {
        let map = may_hold.then(|| inlined::map_of(env, machine, one)).flatten();
        if !is_own && map.is_none() {
            continue;
        }
        let map = map.as_deref().map(|map| (map, path));
        let found = code::functions(env, machine, (one.class.raw(), &one.signature), map);
        let (plain, taken): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, plain)| *plain);
        copies.extend(taken.into_iter().map(|(one, _)| one));
        functions.extend(plain.into_iter().map(|(one, _)| one).filter(|_| is_own));
    }
    inlined::add(path, copies, &mut functions);
    functions.sort_by_key(|function| function.first_line);
    functions
}

/// Whether all classes of a file that those which are loaded know of are loaded too: each names the ones
/// within it.
pub(crate) fn is_whole(env: Env, machine: &Machine, path: &str) -> bool {
    let index = index(env, machine);
    let Some(file) = index.file(path) else { return true };
    let loaded = loaded(env, machine);
    let classes = file.classes.iter().flat_map(|signature| loaded.of(signature));
    classes.filter(|one| one.is_prepared).all(|one| {
        let outermost = one.signature.split(['$', ';']).next().unwrap_or(&one.signature);
        let within = format!("{}$", outermost.trim_start_matches('L'));
        let named = crate::classes::constants_of(machine.jvmti, one.class.raw());
        let mut inner = named.iter().filter(|name| name.starts_with(&within));
        inner.all(|name| index.has(&format!("L{name};")))
    })
}

/// What a host's own name stands for: a class, or the one method of this name.
pub(crate) fn named(env: Env, machine: &Machine, name: &str) -> Option<Named> {
    // As stack traces write it: `com.acme.Orders$Line`.
    let name = &name.replace('$', ".");
    wanted().extend(name.rsplit('.').take(2).map(str::to_owned));
    let index = index(env, machine);
    let whole = |signature: &str, path: &str| {
        let file = index.file(path)?;
        Some((signature.to_owned(), shown(env, machine, file)))
    };
    if let Some((_, path)) = index.class(name) {
        return Some(Named { file: whole("", path)?.1, code: None });
    }
    let (class, method) = name.rsplit_once('.')?;
    let (signature, path) = index.class(class)?;
    let (signature, file) = whole(signature, path)?;
    let wanted = format!("{}.{method}", ClassName::of(&signature).nested());
    let functions = functions(env, machine, path);
    let mut found = functions.iter().filter(|function| function.name == wanted);
    let (first, second) = (found.next()?, found.next());
    // The same class in two loaders has two, which is one function; overloads are several.
    let is_one = second.is_none_or(|second| second.first_line == first.first_line);
    is_one.then_some(Named { file, code: Some(first.code) })
}

/// Files with a class whose name the last part but one of `name` is.
pub(crate) fn files_with(env: Env, machine: &Machine, name: &str) -> Vec<LoadedFile> {
    let index = index(env, machine);
    let Some((class, _)) = name.rsplit_once('.') else { return Vec::new() };
    let simple = class.rsplit(['.', '$']).next().unwrap_or(class);
    let files = index.files.values().flatten();
    let has = |file: &&index::File| {
        file.classes.iter().any(|signature| ClassName::of(signature).simple() == simple)
    };
    files.filter(has).map(|file| shown(env, machine, file)).collect()
}
