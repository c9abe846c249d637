//! Compiles the bridge's classes, which the library carries, and keeps the library loaded for good.
//!
//! Needs a `javac` of JDK 17 or later: that of `JAVA_HOME`, else the one on the path.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use stillframe_classfile::Class;

fn main() {
    println!("cargo::rerun-if-changed=java");
    println!("cargo::rerun-if-env-changed=JAVA_HOME");
    // Threads and natives of ours may outlive an unload; so there is none.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says where"));
    let classes = out.join("classes");
    // A class of a source that is gone must not stay.
    let _ = std::fs::remove_dir_all(&classes);
    compile(&classes);
    let list = list(&classes.join("java/stillframe"));
    std::fs::write(out.join("classes.rs"), list).expect("the output folder is ours");
}

/// Runs `javac`: classes of version 61 (Java 17), without `invokedynamic`, which the boot loader's own
/// classes could link only when the machine is far enough.
fn compile(into: &Path) {
    let javac = std::env::var_os("JAVA_HOME")
        .map(|home| Path::new(&home).join("bin/javac"))
        .filter(|javac| javac.is_file())
        .unwrap_or_else(|| PathBuf::from("javac"));
    let sources =
        std::fs::read_dir("java/java/stillframe").expect("the bridge's sources are there");
    let sources = sources.flatten().map(|entry| entry.path());
    let sources = sources.filter(|path| path.extension().is_some_and(|ending| ending == "java"));
    let mut command = Command::new(&javac);
    command.args(["-g", "-nowarn", "-source", "17", "-target", "17", "-Xlint:-options"]);
    command.args(["-XDstringConcat=inline", "--add-exports"]);
    command.arg("java.base/jdk.internal.misc=ALL-UNNAMED").arg("-d").arg(into).args(sources);
    // Sources in a package of `java.*` belong to that module for the compiler.
    command.args(["--patch-module", "java.base=java"]);
    let output = command.output().unwrap_or_else(|error| {
        panic!("{} does not start ({error}): install a JDK, 17 or later", javac.display())
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} failed:\n{said}", javac.display());
}

/// `&[("Bridge", include_bytes!(…)), …]`, superclasses first.
fn list(folder: &Path) -> String {
    let mut waiting: BTreeMap<String, (String, PathBuf)> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the compiler wrote it").flatten() {
        let bytes = std::fs::read(entry.path()).expect("the compiler wrote it");
        let class = Class::read(&bytes).expect("the compiler writes class files");
        let superclass = class.superclass.as_deref().unwrap_or_default().to_owned();
        waiting.insert(class.name.into_owned(), (superclass, entry.path()));
    }
    let mut list = "&[\n".to_owned();
    while !waiting.is_empty() {
        let free = waiting.iter().find(|(_, (superclass, _))| !waiting.contains_key(superclass));
        let name = free.map(|(name, _)| name.clone()).expect("no class extends itself");
        let (_, path) = waiting.remove(&name).expect("it was found above");
        let simple = name.rsplit('/').next().unwrap_or(&name).to_owned();
        writeln!(list, "    ({simple:?}, include_bytes!({path:?})),").expect("a string takes it");
    }
    list + "]"
}
