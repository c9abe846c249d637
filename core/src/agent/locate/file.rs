//! Chooses the file: by content first, then by path components from the right.
//!
//! Knows nothing of lines. Invariant: a tie is never broken by a guess.

use super::source::Texts;
use crate::host::{LoadedFile, Runtime};
use crate::probe::{Explanation, Location};

/// Other files named in a report.
const MAX_NAMED: usize = 5;

/// What the path of a location means here.
pub(super) enum Choice {
    /// This file; and others of that name that were not chosen.
    One(LoadedFile, Vec<String>),
    /// Nothing of that name with the typed folders is loaded; others of that name.
    NotLoaded(Vec<String>),
    /// More than one fits equally well.
    Tie(Explanation),
}

/// Chooses among the loaded files of the name that `path` ends with.
pub(super) fn choose<R: Runtime>(
    texts: &mut Texts<'_, R>,
    location: &Location,
    path: &str,
    root: Option<&Root>,
) -> Choice {
    let wanted = components(path);
    let Some(name) = wanted.last() else { return Choice::NotLoaded(Vec::new()) };
    let files = texts.runtime().files(name);
    let equal: Vec<&LoadedFile> = match &location.source_sha256 {
        Some(sha256) => files.iter().filter(|file| texts.sha256(file) == Some(sha256)).collect(),
        None => Vec::new(),
    };
    let typed = location.typed_components.map_or(wanted.len(), |count| count as usize);
    let typed = typed.clamp(1, wanted.len());
    let fitting: Vec<&LoadedFile> = if equal.is_empty() {
        let is_whole = |file: &LoadedFile| R::PACKAGE_PATHS && is_end_of(&wanted, file);
        let fits = |file: &&LoadedFile| tail(file, &wanted, root) >= typed || is_whole(file);
        files.iter().filter(fits).collect()
    } else {
        equal
    };
    let best: Vec<&LoadedFile> = best_of(&fitting, |file| tail(file, &wanted, root));
    let best = application_first(&best);
    match best.as_slice() {
        [] => Choice::NotLoaded(paths(files.iter())),
        [one] => {
            let others = files.iter().filter(|file| file.path != one.path);
            Choice::One((*one).clone(), paths(others))
        }
        several => Choice::Tie(tie(path, several)),
    }
}

/// Why none of several files was chosen.
pub(super) fn tie(what: &str, files: &[&LoadedFile]) -> Explanation {
    let (count, paths) = (files.len(), paths(files.iter().copied()).join(", "));
    let more = if count > MAX_NAMED { ", …" } else { "" };
    Explanation {
        code: "ambiguous".to_owned(),
        message: format!("{what} fits {count} loaded files: {paths}{more}"),
        hint: Some("type more folders of the one that is meant".to_owned()),
        span: None,
    }
}

/// Those of the application if there are any, else all.
pub(super) fn application_first<'f>(files: &[&'f LoadedFile]) -> Vec<&'f LoadedFile> {
    best_of(files, |file| usize::from(file.is_application))
}

fn best_of<'f>(
    files: &[&'f LoadedFile],
    rank: impl Fn(&LoadedFile) -> usize,
) -> Vec<&'f LoadedFile> {
    let best = files.iter().map(|file| rank(file)).max().unwrap_or(0);
    files.iter().copied().filter(|file| rank(file) == best).collect()
}

fn paths<'f>(files: impl Iterator<Item = &'f LoadedFile>) -> Vec<String> {
    files.take(MAX_NAMED).map(|file| file.path.clone()).collect()
}

/// The names in a path; a drive letter names no folder.
fn components(path: &str) -> Vec<&str> {
    let is_drive = |part: &str| part.len() == 2 && part.ends_with(':');
    let parts = path.split(['/', '\\']).enumerate();
    let parts = parts.filter(|(index, part)| *index > 0 || !is_drive(part)).map(|(_, part)| part);
    parts.filter(|part| !part.is_empty() && *part != ".").collect()
}

/// A path prefix here, and the folder that it stands for where locations are typed.
pub(crate) type Root = (String, String);

/// Whether `wanted` ends with the whole path of the file: what stands before it is a source root.
fn is_end_of(wanted: &[&str], file: &LoadedFile) -> bool {
    wanted.ends_with(&components(&file.path))
}

/// How many components from the right the file shares with `wanted`, by any of its paths.
fn tail(file: &LoadedFile, wanted: &[&str], root: Option<&Root>) -> usize {
    let shared = |path: &str| {
        let have = components(path);
        have.iter().rev().zip(wanted.iter().rev()).take_while(|(a, b)| a == b).count()
    };
    let mapped = root.and_then(|(here, there)| {
        let rest = file.path.strip_prefix(here.as_str()).filter(|rest| rest.starts_with('/'))?;
        Some(shared(&format!("{there}{rest}")))
    });
    let real = file.real_path.as_deref().map_or(0, shared);
    shared(&file.path).max(real).max(mapped.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above_a_package_may_be_typed() {
        let path = "shop/Orders.java".to_owned();
        let file = LoadedFile { path, real_path: None, is_application: true };
        let is_end = |typed: &str| is_end_of(&components(typed), &file);
        assert!(is_end("examples/checkout/src/main/java/shop/Orders.java"));
        assert!(is_end("shop/Orders.java"));
        assert!(!is_end("Orders.java"));
        assert!(!is_end("other/Orders.java"));
    }
}
