//! The npm packages: `stillframe`, and the native half for this platform, a file each.
//!
//! Knows npm's manifests. Invariant: the file of `stillframe` holds this platform's package too, so
//! that it alone installs, asking no registry; neither holds a file that its manifest does not name.

use super::{addon, find, find_npm, shop};
use crate::Result;
use crate::files::{copy, make_empty, make_folder, read, root, target, write};
use crate::process::{quiet, show};
use crate::step::Verdict;
use crate::test::passed;
use serde_json::{Value, json};
use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The native half, in its package and beside the source.
pub(crate) const ADDON: &str = "stillframe.node";
/// Versions on which the package is tried as it is installed: the addon is the same for all.
const TRIED: [u8; 2] = [20, 26];

/// The manifest of `stillframe`.
fn manifest() -> Result<Value> {
    let path = root().join("bindings-node/package.json");
    serde_json::from_str(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// Copies to `folder` the files that the manifest names, and the manifest.
pub(crate) fn sources(folder: &Path) -> Result<()> {
    let manifest = manifest()?;
    let files = manifest["files"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for name in files.chain(["package.json"]) {
        copy(&root().join("bindings-node").join(name), &folder.join(name))?;
    }
    Ok(())
}

/// What npm calls the system, the processor and the C library; the last only where there are several.
pub(crate) fn platform() -> (&'static str, &'static str, Option<&'static str>) {
    let system = if OS == "macos" { "darwin" } else { OS };
    let processor = if ARCH == "aarch64" { "arm64" } else { "x64" };
    let library = if cfg!(target_env = "musl") { "musl" } else { "glibc" };
    (system, processor, (system == "linux").then_some(library))
}

/// The name of the package with this platform's native half.
fn platform_package() -> String {
    match platform() {
        (system, processor, Some("glibc")) => format!("@stillframe/{system}-{processor}-gnu"),
        (system, processor, Some(other)) => format!("@stillframe/{system}-{processor}-{other}"),
        (system, processor, None) => format!("@stillframe/{system}-{processor}"),
    }
}

/// Builds both files: that of `stillframe` first.
pub(crate) fn pack(addon: &Path) -> Result<[PathBuf; 2]> {
    find_npm()?;
    let all = target("node/npm");
    make_empty(&all)?;
    let mut manifest = manifest()?;
    let native = all.join("native");
    let its = native_manifest(&manifest);
    lay_out(&native, &its, "platform.md")?;
    copy(addon, &native.join(ADDON))?;
    let name = platform_package();
    manifest["optionalDependencies"][&name] = manifest["version"].clone();
    manifest["bundleDependencies"] = json!([name]);
    if let Some(fields) = manifest.as_object_mut() {
        fields.remove("private");
    }
    let whole = all.join("stillframe");
    make_folder(&whole)?;
    sources(&whole)?;
    lay_out(&whole, &manifest, "README.md")?;
    copy(&native, &whole.join("node_modules").join(&name))?;
    Ok([packed(&whole, &manifest, &all)?, packed(&native, &its, &all)?])
}

fn native_manifest(of: &Value) -> Value {
    let (system, processor, library) = platform();
    let text = format!("The native part of stillframe for {system} on {processor}.");
    let mut manifest = json!({
        "name": platform_package(), "version": of["version"], "description": text,
        "license": of["license"], "main": ADDON, "files": [ADDON], "engines": of["engines"],
        "os": [system], "cpu": [processor],
    });
    if let Some(library) = library {
        manifest["libc"] = json!([library]);
    }
    manifest
}

/// Manifest, licence and the page that npm shows.
fn lay_out(folder: &Path, manifest: &Value, page: &str) -> Result<()> {
    make_folder(folder)?;
    write(&folder.join("package.json"), &format!("{manifest:#}\n"))?;
    copy(&root().join("bindings-node/npm").join(page), &folder.join("README.md"))?;
    copy(&root().join("LICENSE"), &folder.join("LICENSE"))
}

/// Has npm pack a folder; the file, which is called after the package and its version.
fn packed(folder: &Path, manifest: &Value, to: &Path) -> Result<PathBuf> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--ignore-scripts", "--pack-destination"]).arg(to);
    quiet(npm.current_dir(folder))?;
    let text = |field: &str| manifest[field].as_str().unwrap_or_default();
    let name = text("name").trim_start_matches('@').replace('/', "-");
    let file = to.join(format!("{name}-{}.tgz", text("version")));
    if file.exists() { Ok(file) } else { Err(format!("{} is missing", file.display())) }
}

/// Installs the file of `stillframe` into an empty folder and uses it, on the oldest and the newest.
pub(crate) fn tests() -> Result<Verdict> {
    if let Err(fault) = find_npm() {
        return Ok(Verdict::Skipped(fault));
    }
    let [whole, _] = pack(&addon()?)?;
    tests_of(&whole)
}

/// The same with a file that is there.
pub(crate) fn tests_of(whole: &Path) -> Result<Verdict> {
    let (mut all_passed, mut output) = (true, String::new());
    for major in TRIED {
        let node = match find(major) {
            Ok(node) => node,
            Err(fault) => return Ok(Verdict::Skipped(fault)),
        };
        let mut command = Command::new(node);
        command.args(["--test", "--test-reporter=tap"]);
        command.args(["install.test.js", "registry.test.js"]);
        command.current_dir(root().join("bindings-node/npm"));
        command.env("STILLFRAME_PACKAGE", whole);
        command.env("STILLFRAME_TYPESCRIPT", shop::compiler()?);
        let ended = show(&mut command)?;
        all_passed &= ended.status.success();
        output.push_str(&ended.output);
    }
    passed((all_passed, output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_have_the_workspaces_version() {
        let manifest = manifest().expect("the manifest is there");
        assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
        let natives = manifest["optionalDependencies"].as_object().expect("there are some");
        assert!(natives.values().all(|version| *version == manifest["version"]));
        assert!(!natives.is_empty());
    }
}
