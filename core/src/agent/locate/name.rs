//! A host's own name (`shop.cart.Cart.total`, `Cart#total`) to the file it is written in.
//!
//! Knows no texts. Invariant: a name that fits more than one function is refused with all of them.

use super::file::{application_first, tie};
use super::function::{called, dotted, names_like};
use super::place::{Located, explain, not_loaded, refused};
use crate::host::{LoadedFile, LoadedFunction, Named, Runtime};
use crate::probe::Location;

/// What is meant within the file.
pub(super) enum Target {
    /// The line of the location.
    Line(u32),
    /// This code.
    Code(u64),
    /// The function of this name.
    Function(String),
}

/// The file and what is meant in it, or why there is none.
pub(super) fn find<R: Runtime>(
    runtime: &R,
    location: &Location,
    name: &str,
) -> Result<(LoadedFile, Target), Box<Located>> {
    let dotted = dotted(name);
    let found = runtime.named(&dotted);
    match (location.line, found) {
        (Some(line), Some(Named { file, .. })) => Ok((file, Target::Line(line))),
        (None, Some(Named { file, code: Some(code) })) => Ok((file, Target::Code(code))),
        (None, Some(Named { file, code: None })) => {
            Err(Box::new(no_function(runtime, name, &file)))
        }
        (Some(_), None) => Err(Box::new(not_loaded(name, Vec::new()))),
        (None, None) => inside(runtime, name, &dotted)
            .or_else(|| by_its_end(runtime, name, &dotted))
            .unwrap_or_else(|| Err(Box::new(not_loaded(name, Vec::new())))),
    }
}

/// A module or a class: there is more than one line that could be meant.
fn no_function<R: Runtime>(runtime: &R, name: &str, file: &LoadedFile) -> Located {
    let functions = runtime.functions(file);
    let inside = functions.iter().find(|one| !one.runs_once && !one.name.contains('<'));
    let hint = inside.map_or_else(
        || "name a function of it".to_owned(),
        |one| format!("name a function of it, such as {}:{}", file.path, one.name),
    );
    let why = explain("location", &format!("{name} is no function"), Some(hint));
    refused(why, None, Vec::new())
}

/// A function whose module or class is loaded, though its name does not lead to it (a decorator lies
/// on it), or which is not there.
fn inside<R: Runtime>(
    runtime: &R,
    name: &str,
    dotted: &str,
) -> Option<Result<(LoadedFile, Target), Box<Located>>> {
    let (mut outer, mut inner) = dotted.rsplit_once('.')?;
    loop {
        if let Some(Named { file, .. }) = runtime.named(outer) {
            let functions = runtime.functions(&file);
            // The class may be part of what is known, or of what is looked for.
            let whole = outer.rsplit_once('.').map(|(_, class)| format!("{class}.{inner}"));
            let wanted: Vec<String> = whole.into_iter().chain([inner.to_owned()]).collect();
            let there = wanted.iter().find(|wanted| !called(&functions, wanted).is_empty());
            return Some(match there {
                Some(there) => Ok((file, Target::Function(there.clone()))),
                None => Err(Box::new(not_there(name, &wanted, &functions))),
            });
        }
        (outer, _) = outer.rsplit_once('.')?;
        inner = &dotted[outer.len() + 1..];
    }
}

/// It may be there in a moment: a module is filled while it is loaded.
fn not_there(name: &str, wanted: &[String], functions: &[LoadedFunction]) -> Located {
    let mut located = not_loaded(name, Vec::new());
    let names = || functions.iter().map(|one| one.name.as_str());
    let nearest = wanted.iter().map(|wanted| names_like(names(), wanted));
    let nearest = nearest.into_iter().find(|nearest| !nearest.is_empty()).unwrap_or_default();
    if let Located::Pending(pending) = &mut located
        && !nearest.is_empty()
    {
        pending.why.hint = Some(format!("there is {}", nearest.join(", ")));
    }
    located
}

/// A function known by the end of its name, in whatever file.
fn by_its_end<R: Runtime>(
    runtime: &R,
    name: &str,
    dotted: &str,
) -> Option<Result<(LoadedFile, Target), Box<Located>>> {
    dotted.rsplit_once('.')?;
    let files = runtime.files_with(dotted);
    let fits = |file: &&LoadedFile| !called(&runtime.functions(file), dotted).is_empty();
    let fitting: Vec<&LoadedFile> = files.iter().filter(fits).collect();
    match application_first(&fitting).as_slice() {
        [] => None,
        [one] => Some(Ok(((*one).clone(), Target::Function(dotted.to_owned())))),
        several => {
            let mut why = tie(name, several);
            why.hint = Some("write its whole name, or FILE:FUNCTION".to_owned());
            Some(Err(Box::new(refused(why, None, Vec::new()))))
        }
    }
}
