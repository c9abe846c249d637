//! The house rules, so that style needs no separate tool and no separate step.
//!
//! Knows the rules and no part's insides. Invariant: a check collects every fault and reports them
//! together as `path:line: what is wrong`; generated code is exempt.

use std::collections::BTreeSet;
use stillframe_tests::rust_text::{code_line_count, code_only, functions, has_word};
use stillframe_tests::tree::{Source, empty_folders, root, sources};

/// Lines of code a source file may hold before it must be split.
const MAX_CODE_LINES: usize = 500;
/// Columns a line of code may hold; `rustfmt.toml` says the same. A string is never broken for it.
const MAX_COLUMNS: usize = 100;
/// Columns a comment may hold, which rustfmt does not break: a last word may hang over.
const MAX_COMMENT_COLUMNS: usize = 105;
/// Lines a function may hold, its signature and closing brace included.
const MAX_FUNCTION_LINES: usize = 50;
/// The same for one that is a table: a single `match`, which is read by arm.
const MAX_TABLE_LINES: usize = 80;
/// Modules of the core from the lowest floor up; a module uses only modules of lower floors.
/// `location` is the grammar of a type of `probe`: modules joined by `+` may use each other.
const CORE_FLOORS: [&[&str]; 11] = [
    &["ffi", "error"],
    &["ids", "clock"],
    &["limits", "value"],
    &["host"],
    &["location+probe", "redaction"],
    &["snapshot", "condition"],
    &["quota", "buffer", "wire"],
    &["capture"],
    &["recording"],
    &["registry", "transport"],
    &["agent"],
];
/// Names of runtimes, which the core's code never says. A dialect of conditions is a table of
/// grammar, not a runtime, and may be called by its language.
const RUNTIMES: [&str; 7] = ["pyo3", "cpython", "CPython", "jvmti", "v8", "napi", "rb_sys"];
/// Source files every binding has, whatever its runtime. `record.rs` joins them with recording.
const BINDING_FILES: [&str; 9] = [
    "agent.rs",
    "convert.rs",
    "error.rs",
    "ffi.rs",
    "frame.rs",
    "hook.rs",
    "lib.rs",
    "locate.rs",
    "value.rs",
];

fn report(mut faults: Vec<String>) {
    faults.sort();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn rust_files() -> Vec<Source> {
    let found = sources(&[".rs"]);
    assert!(found.len() > 20, "only {} Rust files were found", found.len());
    found
}

/// Faults of every line for which `wrong` says something.
fn lines(source: &Source, text: &str, wrong: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let fault =
        |(n, line)| wrong(line).map(|fault| format!("{}:{}: {fault}", source.path, n + 1_usize));
    text.lines().enumerate().filter_map(fault).collect()
}

#[test]
fn files_open_with_a_module_comment() {
    let opens = |text: &str| text.trim_start().starts_with("//!");
    let bare = rust_files().into_iter().filter(|source| !opens(&source.text));
    report(bare.map(|source| format!("{}:1: no `//!` header", source.path)).collect());
}

#[test]
fn files_and_functions_are_short() {
    let mut faults = Vec::new();
    for source in rust_files() {
        let count = code_line_count(&source.text);
        if count > MAX_CODE_LINES {
            faults.push(format!("{}:1: {count} lines of code, over {MAX_CODE_LINES}", source.path));
        }
        for function in functions(&source.text) {
            let most = if function.is_table { MAX_TABLE_LINES } else { MAX_FUNCTION_LINES };
            let (name, lines) = (&function.name, function.lines);
            if lines > most {
                let place = format!("{}:{}", source.path, function.line);
                faults.push(format!("{place}: `{name}` has {lines} lines, over {most}"));
            }
        }
    }
    report(faults);
}

/// Columns up to the last word of code: a string and what closes behind it may hang over.
fn code_columns(code: &str) -> usize {
    code.trim_end_matches([' ', ')', ']', '}', ',', ';', '?', '.']).chars().count()
}

#[test]
fn lines_are_short() {
    let mut faults = Vec::new();
    let all = sources(&[".rs", ".py", ".pyi", ".js", ".java", ".fbs"]);
    // A case of the conformance vectors is a row of a table.
    for source in all.iter().filter(|source| !source.path.starts_with("tests/conformance/")) {
        let is_rust = source.path.ends_with(".rs");
        let code = if is_rust { code_only(&source.text) } else { source.text.clone() };
        for (number, (line, code)) in source.text.lines().zip(code.lines()).enumerate() {
            let comment = line.trim_start();
            // A row of a table in a comment cannot be broken.
            let is_comment = comment.starts_with("//") && !comment.starts_with("//! |");
            let wide = code_columns(code) > MAX_COLUMNS && !comment.starts_with("//");
            if wide || (is_comment && line.chars().count() > MAX_COMMENT_COLUMNS) {
                let columns = line.chars().count();
                faults.push(format!("{}:{}: {columns} columns", source.path, number + 1));
            }
        }
    }
    report(faults);
}

fn may_be_unsafe(path: &str) -> bool {
    let of_ffi = path.ends_with("/src/ffi.rs") || path.contains("/src/ffi/");
    of_ffi
        || path == "core/src/buffer.rs"
        || path.starts_with("core/src/buffer/")
        || path.starts_with("bindings-jvm/src/jvmti/")
}

#[test]
fn unsafe_has_its_places() {
    let wrong = |line: &str| {
        has_word(line, "unsafe").then(|| "unsafe outside ffi, buffer and jvmti".to_owned())
    };
    let elsewhere = rust_files().into_iter().filter(|source| !may_be_unsafe(&source.path));
    report(elsewhere.flat_map(|source| lines(&source, &code_only(&source.text), wrong)).collect());
}

#[test]
fn modules_have_no_mod_rs() {
    let found = rust_files().into_iter().filter(|source| source.path.ends_with("/mod.rs"));
    report(found.map(|source| format!("{}:1: say `foo.rs` beside `foo/`", source.path)).collect());
}

/// Floor and group of a module of the core.
fn floor(module: &str) -> Option<(usize, &'static str)> {
    CORE_FLOORS.iter().enumerate().find_map(|(floor, groups)| {
        let group = groups.iter().find(|group| group.split('+').any(|name| name == module))?;
        Some((floor, *group))
    })
}

#[test]
fn core_modules_look_down_only() {
    let mut faults = Vec::new();
    for source in rust_files() {
        let Some(inside) = source.path.strip_prefix("core/src/") else { continue };
        let module = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let Some((here, group)) = floor(module) else {
            faults.push(format!("{}:1: `{module}` stands on no floor", source.path));
            continue;
        };
        faults.extend(lines(&source, &code_only(&source.text), |line| {
            let used = line.split("crate::").skip(1).map(|rest| {
                rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
            });
            let above = used.filter_map(|name| floor(name).map(|found| (name, found)));
            let mut above = above.filter(|(_, (there, other))| *there >= here && *other != group);
            above.next().map(|(name, _)| format!("`{name}` is not on a lower floor"))
        }));
    }
    report(faults);
}

#[test]
fn core_names_no_runtime() {
    let wrong = |line: &str| {
        let name = RUNTIMES.iter().find(|name| has_word(line, name))?;
        Some(format!("the core names the runtime `{name}`"))
    };
    let core = rust_files().into_iter().filter(|source| source.path.starts_with("core/src/"));
    report(core.flat_map(|source| lines(&source, &code_only(&source.text), wrong)).collect());
}

#[test]
fn bindings_are_parallel() {
    let mut expected = BTreeSet::from(BINDING_FILES);
    if root().join("core/src/recording.rs").exists() {
        expected.insert("record.rs");
    }
    let mut faults = Vec::new();
    for binding in ["bindings-python", "bindings-node", "bindings-jvm", "bindings-ruby"] {
        let source = root().join(binding).join("src");
        // A binding exists once it hooks its runtime.
        let exists = source.join("hook.rs").exists();
        let missing = expected.iter().filter(|name| exists && !source.join(name).exists());
        faults.extend(missing.map(|name| format!("{binding}/src:1: missing {name}")));
    }
    report(faults);
}

/// Word that is not ours, and the one that is, from the third column of the glossary's table.
fn synonyms() -> Vec<(String, String)> {
    let glossary = std::fs::read_to_string(root().join("docs/glossary.md"));
    let glossary = glossary.expect("docs/glossary.md holds the words");
    let rows = glossary.lines().filter(|line| line.starts_with("| **"));
    let pairs = rows.flat_map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let house = cells[1].trim_matches('*').to_owned();
        let others: Vec<&str> = cells[3].split(',').map(|word| word.trim_matches(' ')).collect();
        let others = others.into_iter().filter(|word| word.starts_with('`'));
        others.map(|word| (word.trim_matches('`').to_owned(), house.clone())).collect::<Vec<_>>()
    });
    pairs.collect()
}

#[test]
fn words_are_the_house_words() {
    let synonyms = synonyms();
    assert!(synonyms.len() >= 5, "the glossary names only {} synonyms", synonyms.len());
    let wrong = |line: &str| {
        let line = line.to_lowercase().replace('_', " ");
        let (word, house) = synonyms.iter().find(|(word, _)| has_word(&line, word))?;
        Some(format!("say `{house}`, not `{word}`"))
    };
    // An editor's protocol and Ruby's functions have their own words, which stay in the one folder that
    // speaks them.
    let foreign = ["hub/src/dap", "bindings-ruby/src/ffi/"];
    let is_ours = |source: &Source| !foreign.iter().any(|path| source.path.starts_with(path));
    let ours = rust_files().into_iter().filter(is_ours);
    report(ours.flat_map(|source| lines(&source, &code_only(&source.text), wrong)).collect());
}

#[test]
fn folders_are_not_empty() {
    report(empty_folders().into_iter().map(|folder| format!("{folder}:1: empty folder")).collect());
}

#[test]
fn dependencies_have_a_reason() {
    let mut faults = Vec::new();
    for source in sources(&["Cargo.toml"]).iter().filter(|source| source.path != "Cargo.toml") {
        let mut inside = false;
        for (number, line) in source.text.lines().enumerate() {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
            }
            let is_entry = inside && line.contains('=') && !line.trim_start().starts_with('#');
            if is_entry && !line.contains(" # ") && !line.starts_with("stillframe-") {
                faults.push(format!("{}:{}: no reason behind it", source.path, number + 1));
            }
        }
    }
    report(faults);
}

#[test]
fn text_names_no_machine() {
    // Written in halves, so that this file passes its own rule.
    let foreign = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/tmp", "/sf"),
        concat!("pypi", ".org"),
        concat!("pythonhosted", ".org"),
        concat!("npmjs", ".org"),
        concat!("maven", ".org"),
        concat!("golang", ".org"),
        concat!("static.crates", ".io"),
        concat!("index.crates", ".io"),
        concat!("debian", ".org"),
    ];
    let wrong = |line: &str| {
        let found = foreign.iter().find(|text| line.contains(*text))?;
        Some(format!("`{found}` belongs to one machine or one registry"))
    };
    report(sources(&[]).iter().flat_map(|source| lines(source, &source.text, wrong)).collect());
}
