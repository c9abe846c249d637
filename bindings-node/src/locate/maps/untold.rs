//! Why a source that is nowhere may run all the same: its script has no map, or one that says nothing.
//!
//! Knows what compilers and bundlers leave behind. Invariant: nothing is said before all maps were read,
//! and each reason names the script that gives it.

use super::{Known, all_read, of};
use crate::locate::scripts::{self, Script};
use crate::locate::text_of;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use stillframe_core::error::{Error, ErrorKind};

/// Endings of sources that V8 does not run as they are written.
const COMPILED: [&str; 8] = ["ts", "tsx", "mts", "cts", "jsx", "vue", "svelte", "coffee"];
/// Endings of what becomes of them.
const RUN: [&str; 4] = ["js", "cjs", "mjs", "jsx"];
/// Folders whose name changes when what is in them is compiled: `src/cart.ts` becomes `dist/cart.js`.
const SOURCE_FOLDERS: [&str; 6] = ["src", "source", "app", "lib", "server", "ts"];
/// What bundlers write.
const OF_BUNDLERS: [&str; 5] =
    ["__webpack_require__", "__toCommonJS(", "__commonJS(", "__turbopack_", "\n// src/"];
/// Characters of a line, on average, that nobody types.
const MINIFIED_LINE: usize = 200;
/// Names of sources that are told.
const MOST_TOLD: usize = 3;

const BUILD: &str = "build with source maps (tsc --sourceMap, esbuild --sourcemap, webpack devtool: \
                     'source-map') and deploy them beside the scripts";

/// Why a source of this path is nowhere, if a script that may be made of it is loaded.
pub(crate) fn untold(path: &str) -> Option<Error> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, ending) = name.rsplit_once('.')?;
    if !COMPILED.contains(&ending) {
        return None;
    }
    let known = all_read(name)?;
    let of_script = |script: &Script| known.iter().find(|one| one.script.number == script.number);
    if let Some((script, why)) = unfitting(name) {
        return Some(of_map(path, &script, &format!("its source map {why}")));
    }
    let scripts = scripts::all(|script| is_application(&script.path));
    // Of one that names a file of that name, in other folders, nothing is hidden.
    let is_other = |script: &Script| of_script(script).is_some_and(|known| known.names(name));
    let mut made = scripts.iter().filter(|script| is_made_of(script, path, stem));
    if let Some(made) = made.find(|script| !is_other(script)) {
        return Some(match of_script(made) {
            Some(known) => of_map(path, made, &reason(known)),
            None => of_map(path, made, "that names no source map"),
        });
    }
    let mut unread = known.iter().filter(|known| known.fault().is_some());
    if let Some(known) = unread.find(|known| looks_bundled(&known.script)) {
        return Some(of_map(path, &known.script, &reason(known)));
    }
    let is_told =
        known.iter().any(has_compiled) || scripts.iter().any(|script| is_compiled(&script.path));
    let mut bundles = scripts.iter().filter(|script| of_script(script).is_none());
    let bundle = bundles.find(|script| !is_told && looks_bundled(script))?;
    Some(of_map(path, bundle, "that looks like a bundle and names no source map"))
}

fn of_map(path: &str, script: &Script, why: &str) -> Error {
    let Script { path: script, .. } = script;
    Error::new(ErrorKind::Location, format!("{path} may be in {script}, but {why}"))
        .with_hint(format!("{BUILD}, or name a line of {script}"))
}

/// What is wrong with the map of a script that ought to name the source.
fn reason(known: &Known) -> String {
    let place = known.place();
    let names = match (known.fault(), known.index_if_read()) {
        (Some(fault), _) => return format!("its source map {place} {fault}"),
        (None, Some(Ok(paths))) => {
            let names = paths.iter().map(|path| path.rsplit('/').next().unwrap_or(path));
            names.take(MOST_TOLD).collect::<Vec<_>>().join(", ")
        }
        (None, _) => String::new(),
    };
    format!("its source map {place} names other sources: {names}")
}

/// A script whose map names the source but is not of it.
fn unfitting(name: &str) -> Option<(Script, String)> {
    of(|original| original.file_name() == name).into_iter().find_map(|original| {
        let why = original.misfit()?;
        Some((scripts::by_number(original.script)?, why))
    })
}

fn is_application(path: &str) -> bool {
    !path.split('/').any(|part| part == "node_modules")
}

fn is_compiled(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| COMPILED.contains(&ending))
}

/// Whether its map names sources of the kind that was asked for, of the application.
fn has_compiled(known: &Arc<Known>) -> bool {
    let paths = known.index_if_read().and_then(|index| index.as_ref().ok());
    paths.is_some_and(|paths| paths.iter().any(|path| is_compiled(path) && is_application(path)))
}

/// Whether a script is, by its name and folder, what the source at `path` was compiled to.
fn is_made_of(script: &Script, path: &str, stem: &str) -> bool {
    let is_called = script.file_name().rsplit_once('.');
    if !is_called.is_some_and(|(name, ending)| name == stem && RUN.contains(&ending)) {
        return false;
    }
    let folder = |path: &str| path.rsplit('/').nth(1).unwrap_or_default().to_owned();
    let (wanted, there) = (folder(path), folder(&script.path));
    wanted.is_empty() || wanted == there || SOURCE_FOLDERS.contains(&wanted.as_str())
}

/// Whether the text of a script was written by a bundler; it is looked at once.
fn looks_bundled(script: &Script) -> bool {
    static KNOWN: Mutex<Option<HashMap<u64, bool>>> = Mutex::new(None);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(is) = known().get_or_insert_default().get(&script.number) {
        return *is;
    }
    let Some(text) = text_of(script) else { return false };
    let lines = text.lines().filter(|line| !line.starts_with("//#")).count().max(1);
    let is =
        OF_BUNDLERS.iter().any(|word| text.contains(word)) || text.len() / lines > MINIFIED_LINE;
    known().get_or_insert_default().insert(script.number, is);
    is
}
