//! Rewrites whole folders of JavaScript, for tests that let Node.js parse and run them.
//!
//! Knows the crate's public calls. Invariant: a file in which a token moved is counted and named;
//! what is not rewritten is named with the reason.
//!
//! `mass FROM TO [HOW]`: the files of `FROM` with the endings `.js`, `.mjs` and `.cjs`, rewritten,
//! and all others as they are; in a way that is wrong if one is named, to see that it is noticed.
//! `TO/checks.json` says how many globals the checks call. The answer is one line of words
//! `name=number`.

#[path = "../tests/mass/broken.rs"]
mod broken;
#[path = "../tests/node/positions.rs"]
mod positions;

use broken::broken;
use positions::moved;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use stillframe_rewriter::{Goal, Options, rewrite};

type Done<T> = Result<T, Box<dyn Error>>;

#[derive(Default)]
struct Tally {
    files: usize,
    lines: usize,
    functions: usize,
    checks: usize,
    names: usize,
    moved: usize,
    unchecked: BTreeMap<String, usize>,
    refusals: BTreeMap<String, usize>,
    bytes: usize,
    added: usize,
    spent: Duration,
}

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (from, to, how) = match &arguments[..] {
        [from, to] => (Path::new(from), Path::new(to), None),
        [from, to, how] => (Path::new(from), Path::new(to), Some(how.as_str())),
        _ => return Err("usage: mass FROM TO [HOW]".into()),
    };
    let mut files = Vec::new();
    collect(from, &mut files)?;
    files.sort();
    let mut tally = Tally::default();
    for path in &files {
        let new = to.join(path.strip_prefix(from)?);
        std::fs::create_dir_all(new.parent().unwrap_or(to))?;
        match (goal(path), std::fs::read_to_string(path)) {
            (Some(goal), Ok(source)) => {
                std::fs::write(new, one(path, &source, goal, how, &mut tally)?)?;
            }
            _ => drop(std::fs::copy(path, new)?),
        }
    }
    std::fs::write(to.join("checks.json"), tally.functions.to_string())?;
    say(&tally);
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Done<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_link = path.is_symlink();
        if path.is_dir() && !is_link {
            collect(&path, files)?;
        } else if !is_link {
            files.push(path);
        }
    }
    Ok(())
}

/// What Node.js takes a file for; nothing if it is no JavaScript.
fn goal(path: &Path) -> Option<Goal> {
    match path.extension()?.to_str()? {
        "cjs" => Some(Goal::CommonJs),
        "mjs" => Some(Goal::Module),
        "js" => {
            let packages = path.ancestors().skip(1).map(|folder| folder.join("package.json"));
            let text = packages.into_iter().find_map(|file| std::fs::read_to_string(file).ok());
            let text: String =
                text.unwrap_or_default().chars().filter(|one| !one.is_whitespace()).collect();
            let is_module = text.contains(r#""type":"module""#);
            Some(if is_module { Goal::Module } else { Goal::CommonJs })
        }
        _ => None,
    }
}

fn one(
    path: &Path,
    source: &str,
    goal: Goal,
    how: Option<&str>,
    tally: &mut Tally,
) -> Done<String> {
    let start = Instant::now();
    let options = Options { goal, base: tally.functions as u32 };
    let mut done = rewrite(source, &options);
    if done.is_err() && goal == Goal::CommonJs {
        // A bundler's module, which Node.js would not load either.
        done = rewrite(source, &Options { goal: Goal::Module, ..options });
    }
    tally.spent += start.elapsed();
    tally.files += 1;
    tally.lines += source.lines().count();
    tally.bytes += source.len();
    let done = match done {
        Ok(done) => done,
        Err(refusal) => {
            eprintln!("{}: {refusal}", path.display());
            *tally.refusals.entry(refusal.reason.to_string()).or_default() += 1;
            return Ok(source.to_owned());
        }
    };
    let code = match how {
        Some(how) => broken(how, &done)?,
        None => done.code,
    };
    if let Some(token) = moved(source, &code) {
        tally.moved += 1;
        if how.is_none() {
            eprintln!("{}: moved: {token}", path.display());
        }
    }
    tally.added += code.len() - source.len();
    tally.functions += done.functions.len();
    for line in done.functions.iter().flat_map(|function| &function.lines) {
        tally.checks += 1;
        tally.names += line.names.len();
    }
    for one in &done.unchecked {
        *tally.unchecked.entry(format!("{:?}", one.why)).or_default() += 1;
    }
    Ok(code)
}

fn say(tally: &Tally) {
    let Tally { files, lines, functions, checks, names, moved, bytes, added, .. } = tally;
    let refused: usize = tally.refusals.values().sum();
    let spent = tally.spent.as_micros();
    let each = spent * 10_000 / (*lines).max(1) as u128;
    println!(
        "files={files} lines={lines} functions={functions} checks={checks} names={names} moved={moved} \
         bytes={bytes} added={added} refused={refused} us={spent} us_per_10000_lines={each}"
    );
    for (reason, count) in tally.unchecked.iter().chain(&tally.refusals) {
        eprintln!("{count} times: {reason}");
    }
}
