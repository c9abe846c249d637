//! Where the source of a loaded class lies, and its text if that is the one it was compiled from.
//!
//! Looks beside the class path and below the working directory, in the folders that build tools
//! use. Invariant: a text is *known* only if it was last changed before the class file it is
//! compared with, and that before the agent began.

use super::index::File;
use super::name::ClassName;
use crate::ffi::{Env, Field, Machine};
use jni_sys::jclass;
use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use stillframe_core::agent::percent_decoded;
use stillframe_core::host::{LoadedFile, SourceText};

/// Folders that hold packages, below the root of a project.
const ROOTS: [&str; 8] = [
    "src/main/java",
    "src/test/java",
    "src/main/kotlin",
    "src/main/scala",
    "src/main/groovy",
    "src",
    "java",
    "",
];
/// Folders above a class path's entry that may be the project's root: `target/classes`,
/// `build/classes/java/main`.
const LEVELS: usize = 5;

/// The path of a file's source on this machine, if it is found.
pub(super) fn path_of(env: Env, machine: &Machine, file: &File) -> Option<String> {
    if !file.is_application {
        return None;
    }
    let origin = origin(env, machine, file);
    let found = find(&file.path, origin.as_deref())?;
    Some(found.to_string_lossy().into_owned())
}

fn find(path: &str, origin: Option<&Path>) -> Option<PathBuf> {
    let here = std::env::current_dir().ok();
    let above = origin.into_iter().flat_map(|origin| origin.ancestors().take(LEVELS));
    let bases = here.as_deref().into_iter().chain(above);
    let mut places = bases.flat_map(|base| ROOTS.map(|root| base.join(root).join(path)));
    places.find(|place| place.is_file())
}

/// The text of a loaded file whose path on this machine is known.
pub(crate) fn source_of(
    env: Env,
    machine: &Machine,
    file: &LoadedFile,
    began: SystemTime,
) -> SourceText {
    let Some(path) = &file.real_path else { return SourceText::Unavailable };
    let index = super::index(env, machine);
    let Some(entry) = index.file(&file.path) else { return SourceText::Unavailable };
    let compiled = compiled(env, machine, entry).unwrap_or(began);
    let changed = std::fs::metadata(path).and_then(|metadata| metadata.modified());
    let is_older = changed.is_ok_and(|changed| changed <= compiled);
    if !is_older || compiled > began {
        return SourceText::ChangedSince;
    }
    std::fs::read(path).map_or(SourceText::Unavailable, SourceText::Known)
}

/// When the class file, or the archive with it, was written.
fn compiled(env: Env, machine: &Machine, file: &File) -> Option<SystemTime> {
    let origin = origin(env, machine, file)?;
    let class_file = ClassName::of(file.classes.first()?).class_file();
    let place = if origin.is_dir() { origin.join(class_file) } else { origin };
    std::fs::metadata(place).ok()?.modified().ok()
}

/// The folder or archive that a file's classes came from.
fn origin(env: Env, machine: &Machine, file: &File) -> Option<PathBuf> {
    file.origin.get_or_init(|| look_for_origin(env, machine, file)).clone()
}

fn look_for_origin(env: Env, machine: &Machine, file: &File) -> Option<PathBuf> {
    let signature = file.classes.first()?;
    let loaded = super::loaded(env, machine);
    let mut classes = loaded.of(signature).iter().filter(|one| one.is_prepared);
    classes.find_map(|one| origin_of(env, one.class.raw()))
}

/// Reads what the loader noted of where it had the class from; nothing is asked of the loader.
fn origin_of(env: Env, class: jclass) -> Option<PathBuf> {
    let mirror = env.find_class(c"java/lang/Class")?;
    let domain = c"()Ljava/security/ProtectionDomain;";
    let get = env.method(mirror, c"getProtectionDomain", domain)?;
    let domain = env.call_object(class, get, &[])?;
    let holder = env.find_class(c"java/security/ProtectionDomain")?;
    let source = object_field(env, domain, holder, c"codesource", c"Ljava/security/CodeSource;")?;
    let holder = env.find_class(c"java/security/CodeSource")?;
    let url = object_field(env, source, holder, c"location", c"Ljava/net/URL;")?;
    let holder = env.find_class(c"java/net/URL")?;
    let text = |name: &CStr| {
        let text = object_field(env, url, holder, name, c"Ljava/lang/String;")?;
        Some(env.text(text))
    };
    (text(c"protocol")? == "file").then_some(())?;
    Some(PathBuf::from(percent_decoded(&text(c"path")?)))
}

fn object_field(
    env: Env,
    object: jni_sys::jobject,
    class: jclass,
    name: &CStr,
    descriptor: &CStr,
) -> Option<jni_sys::jobject> {
    let field = env.field(class, name, descriptor)?;
    match env.get(object, field, b'L') {
        Field::Object(value) if !value.is_null() => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_where_build_tools_have_them() {
        let temp = std::env::temp_dir().join(format!("stillframe-source-{}", std::process::id()));
        let source = temp.join("src/main/java/shop");
        std::fs::create_dir_all(&source).expect("folders");
        std::fs::write(source.join("Orders.java"), "class Orders {}").expect("a file");
        let classes = temp.join("target/classes");
        let found = find("shop/Orders.java", Some(&classes));
        assert_eq!(found, Some(source.join("Orders.java")));
        assert_eq!(find("shop/Other.java", Some(&classes)), None);
        std::fs::remove_dir_all(&temp).expect("it is ours");
    }
}
