//! Who this process is, as far as only Python knows: main script, packages, versions.
//!
//! Knows no configuration. Invariant: what cannot be found out is left out; nothing here fails.

use crate::locate;
use pyo3::types::PyAnyMethods;
use pyo3::{PyResult, Python};
use std::collections::BTreeMap;
use stillframe_core::agent::Arguments;

/// Distributions that are named; beyond that a process has more than anybody reads.
const MAX_PACKAGES: usize = 500;

/// Fills in what the binding alone can know.
pub(super) fn complete(py: Python<'_>, arguments: &mut Arguments) {
    arguments.main = main_script(py).ok();
    arguments.runtime = runtime(py).unwrap_or_else(|_| "python".to_owned());
    arguments.packages = packages(py).unwrap_or_default();
}

fn runtime(py: Python<'_>) -> PyResult<String> {
    let version = py.import("platform")?.call_method0("python_version")?;
    Ok(format!("python {}", version.extract::<String>()?))
}

/// Name of the main script without its ending; of a package run by `-m`, the package; `python` for
/// a command in the arguments.
fn main_script(py: Python<'_>) -> PyResult<String> {
    let sys = py.import("sys")?;
    let words = |name: &str| -> PyResult<Vec<String>> { sys.getattr(name)?.extract() };
    let argv = words("argv")?;
    let script = argv.first().map_or("", String::as_str);
    // The interpreter writes `-m` there until it found the package.
    if script == "-m" || script.ends_with("/__main__.py") {
        let all = words("orig_argv")?;
        let module = all.iter().position(|word| word == "-m").and_then(|at| all.get(at + 1));
        if let Some(module) = module {
            return Ok(module.clone());
        }
    }
    let name = script.rsplit('/').next().unwrap_or(script);
    let is_script = !name.is_empty() && !name.starts_with('-');
    Ok(if is_script { name.strip_suffix(".py").unwrap_or(name) } else { "python" }.to_owned())
}

/// Installed distributions and their versions, from the names of their metadata folders: reading
/// the metadata itself would take a second in a large environment.
fn packages(py: Python<'_>) -> PyResult<BTreeMap<String, String>> {
    let path: Vec<String> = py.import("sys")?.getattr("path")?.extract()?;
    let mut packages = BTreeMap::new();
    for folder in path.iter().filter(|folder| folder.ends_with("-packages")) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(name) = name.strip_suffix(".dist-info") else { continue };
            if let Some((name, version)) = name.split_once('-')
                && packages.len() < MAX_PACKAGES
            {
                let name = name.to_ascii_lowercase().replace('_', "-");
                packages.entry(name).or_insert_with(|| version.to_owned());
            }
        }
    }
    Ok(packages)
}

/// Names the folders of the standard library, whose code is not the application's.
pub(super) fn note_standard_library(py: Python<'_>) {
    let folders = || -> PyResult<Vec<String>> {
        let sysconfig = py.import("sysconfig")?;
        let path = |name: &str| sysconfig.call_method1("get_path", (name,))?.extract::<String>();
        let mut folders = vec![path("stdlib")? + "/", path("platstdlib")? + "/"];
        let own = py.import("stillframe")?.getattr("__file__")?.extract::<String>()?;
        folders.extend(own.rsplit_once('/').map(|(folder, _)| format!("{folder}/")));
        Ok(folders)
    };
    locate::set_foreign(folders().unwrap_or_default());
}
