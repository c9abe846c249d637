//! `cargo xtask docs`: the references of every API, each by the tool that its ecosystem reads.
//!
//! Knows rustdoc, pdoc, TypeDoc, javadoc and RDoc by their command lines. Invariant: what is public and
//! not documented, and a link that leads nowhere, is a failure and not a warning.

use crate::Result;
use crate::count::Counts;
use crate::dist::cargo;
use crate::files::{copy, in_folder, make_empty, read, root, target, write};
use crate::java;
use crate::node;
use crate::process::quiet;
use crate::python::{self, Python};
use crate::ruby::{self, Ruby};
use crate::say::say;
use crate::step::{Verdict, step};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes Python's.
const PDOC: &str = "pdoc==16.0.0\n";
/// Reads what the hub says of its own API.
const VALIDATOR: &str = "openapi-spec-validator==0.8.5\n";
/// The crates whose items somebody else may use.
const CRATES: [&str; 2] = ["stillframe-core", "stillframe-hub"];
/// Languages in the order of the page that leads to them, each with the page to begin at.
const PAGES: [(&str, &str); 6] = [
    ("python", "stillframe.html"),
    ("node", "index.html"),
    ("java", "index.html"),
    ("ruby", "index.html"),
    ("rust", "stillframe_core/index.html"),
    ("hub", "openapi.json"),
];

/// Writes all of them below `target/docs`.
pub(crate) fn run() -> Result<()> {
    let (pythons, missing) = python::all();
    let python = pythons.first().ok_or_else(|| missing.join("; "))?;
    let wheel = step("build the wheel", || python::wheel(python))?;
    let (rubies, no_ruby) = ruby::all();
    let ruby = rubies.first().ok_or_else(|| no_ruby.unwrap_or_default())?;
    let index = step("write the references", || every(python, &wheel, ruby))?;
    say!("\n{}", index.display());
    Ok(())
}

/// The same as a step of the gate, of what it has built.
pub(crate) fn tests(wheels: &[(Python, PathBuf)], rubies: &[Ruby]) -> Result<Verdict> {
    let (Some((python, wheel)), Some(ruby)) = (wheels.first(), rubies.first()) else {
        return Ok(Verdict::Skipped("there is no CPython or no Ruby to document".to_owned()));
    };
    every(python, wheel, ruby)?;
    Ok(Verdict::Ran(Counts { passed: PAGES.len() as u64, ..Counts::default() }))
}

/// Each of them, and the page that leads to them.
fn every(python: &Python, wheel: &Path, ruby: &Ruby) -> Result<PathBuf> {
    of_python(python, wheel)?;
    of_node()?;
    of_java()?;
    of_ruby(ruby)?;
    of_rust()?;
    of_hub(python)?;
    for (name, page) in PAGES {
        let page = folder(name).join(page);
        if !page.exists() {
            return Err(format!("{} was not written", page.display()));
        }
    }
    let index = target("docs").join("index.html");
    write(&index, &contents())?;
    Ok(index)
}

fn folder(language: &str) -> PathBuf {
    target("docs").join(language)
}

fn contents() -> String {
    let link =
        |(name, page): &(&str, &str)| format!("<li><a href=\"{name}/{page}\">{name}</a></li>\n");
    let links: String = PAGES.iter().map(link).collect();
    format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Stillframe</title>\n<ul>\n{links}</ul>\n"
    )
}

fn of_rust() -> Result<()> {
    let mut doc = cargo("doc");
    doc.args(["--locked", "--no-deps"]).args(CRATES.iter().flat_map(|name| ["-p", name]));
    // Links to private items are for those who read the source.
    doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
    quiet(&mut doc)?;
    make_empty(&folder("rust"))?;
    copy(&target("doc"), &folder("rust"))
}

/// A test of the hub holds it against the types that are answered.
fn of_hub(python: &Python) -> Result<()> {
    let kept = root().join("docs/openapi.json");
    let program = python::environment(python, "openapi", VALIDATOR)?;
    quiet(Command::new(program).args(["-m", "openapi_spec_validator"]).arg(&kept))?;
    make_empty(&folder("hub"))?;
    copy(&kept, &folder("hub").join("openapi.json"))
}

fn of_python(python: &Python, wheel: &Path) -> Result<()> {
    let program = python::with_wheel(python, "docs", wheel, PDOC)?;
    make_empty(&folder("python"))?;
    // It looks at functions as they are when they are imported, and is told so where one has no text.
    let documented = "import stillframe, inspect; \
                      bare = [name for name in stillframe.__all__ if not inspect.getdoc(getattr(stillframe, name))]; \
                      raise SystemExit('without a docstring: ' + ', '.join(bare) if bare else 0)";
    quiet(Command::new(&program).args(["-c", documented]).env("STILLFRAME_ENABLED", "false"))?;
    let mut pdoc = Command::new(program);
    pdoc.args(["-m", "pdoc", "stillframe", "-o"]).arg(folder("python"));
    quiet(pdoc.env("STILLFRAME_ENABLED", "false")).map(|_| ())
}

fn of_node() -> Result<()> {
    let source = root().join("bindings-node/reference");
    let tools = target("node/reference");
    node::packages(&source, &tools)?;
    make_empty(&folder("node"))?;
    let mut typedoc = Command::new("node");
    typedoc.arg(tools.join("node_modules/typedoc/bin/typedoc")).current_dir(root());
    typedoc.args(["--treatWarningsAsErrors", "--validation.notDocumented", "--disableGit"]);
    typedoc.args(["--sourceLinkTemplate", "bindings-node/{path}#L{line}", "--name", "stillframe"]);
    typedoc.args(["--readme", "bindings-node/npm/README.md", "--tsconfig"]);
    typedoc.arg(source.join("tsconfig.json")).arg("--out").arg(folder("node"));
    quiet(typedoc.arg("bindings-node/index.d.ts")).map(|_| ())
}

/// Maven makes it with the jar, and refuses to where something has no text.
fn of_java() -> Result<()> {
    let ending = "-javadoc.jar";
    let made = target("java/api");
    let is_it = |path: &PathBuf| path.to_string_lossy().ends_with(ending);
    let find = || in_folder(&made, "jar").into_iter().find(is_it);
    if find().is_none() {
        java::api()?;
    }
    let jar = find().ok_or_else(|| format!("{} holds no jar …{ending}", made.display()))?;
    make_empty(&folder("java"))?;
    quiet(Command::new("jar").arg("xf").arg(jar).current_dir(folder("java"))).map(|_| ())
}

fn of_ruby(ruby: &Ruby) -> Result<()> {
    let library = root().join("bindings-ruby/lib");
    let rdoc = |words: &[&str]| {
        let mut command = Command::new(&ruby.program);
        command
            .args(["-rrdoc", "-e", "RDoc::RDoc.new.document(ARGV)", "--"])
            .args(words)
            .current_dir(root());
        command
    };
    if folder("ruby").exists() {
        std::fs::remove_dir_all(folder("ruby"))
            .map_err(|error| format!("empty the folder: {error}"))?;
    }
    let out = folder("ruby").to_string_lossy().into_owned();
    let page = root().join("bindings-ruby/gem/README.md");
    let mut all = rdoc(&["--quiet", "--title", "Stillframe", "--main", "README.md", "--op", &out]);
    quiet(all.arg("--root").arg(root().join("bindings-ruby/gem")).arg(page).arg(&library))?;
    undocumented(&read(&library.join("stillframe.rb"))?)
}

/// RDoc counts private methods and words of arguments as well: what people call is looked at here.
fn undocumented(source: &str) -> Result<()> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let public: Vec<&str> = lines.into_iter().take_while(|line| *line != "private").collect();
    let is_bare = |before: &str, line: &str| {
        let is_named = line.starts_with("def ") && !line.starts_with("def initialize");
        is_named && !before.starts_with('#') && !line.ends_with("# :nodoc:")
    };
    let pairs = public.windows(2).filter(|pair| is_bare(pair[0], pair[1]));
    let bare: Vec<&str> = pairs.map(|pair| pair[1]).collect();
    if bare.is_empty() { Ok(()) } else { Err(format!("without a comment: {}", bare.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::undocumented;

    #[test]
    fn a_public_method_of_ruby_has_a_comment() {
        let text =
            "class << self\n  # Starts.\n  def start\n  end\n\n  private\n\n  def go\n  end\n";
        assert_eq!(undocumented(text), Ok(()));
        assert!(undocumented(&text.replace("  # Starts.\n", "\n")).is_err());
    }
}
