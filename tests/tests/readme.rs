//! What the README says exists: files, lines, commands.
//!
//! Knows Markdown's links and fenced lines only. Invariant: a command of a later version is not in
//! the README, nor in `--help`.

use std::process::Command;
use stillframe_tests::stand::skip;
use stillframe_tests::tree::{root, sources};

/// Commands that are drawn but do not work yet.
const LATER: [&str; 5] = ["record", "replay", "dap", "mcp", "demo"];

/// Files of which the README names lines: their ending, how a comment begins, and the example.
const EXAMPLES: [(&str, &str, &str); 3] = [
    (".py", "#", "checkout-python"),
    (".ts", "//", "checkout-node"),
    (".rb", "#", "checkout-ruby"),
];

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md is there")
}

#[test]
fn links_lead_somewhere() {
    let mut dead = Vec::new();
    for page in sources(&[".md"]) {
        let folder = root().join(&page.path);
        let folder = folder.parent().expect("a file lies in a folder").to_path_buf();
        let targets = page.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let local = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
        let gone = local
            .filter(|target| !folder.join(target.split('#').next().unwrap_or(target)).exists());
        dead.extend(gone.map(|target| format!("{}: {target}", page.path)));
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn promises_are_held_by_tests_that_exist() {
    let page = std::fs::read_to_string(root().join("docs/safety.md")).expect("it is there");
    let held = page.lines().filter_map(|line| line.strip_prefix("- `")?.split_once("`: "));
    let mut sections = page.split("\n## ").skip(1).peekable();
    while let Some(section) = sections.next() {
        let is_last = sections.peek().is_none();
        assert!(is_last || section.contains("\n- `"), "nothing holds: {}", &section[..40]);
    }
    for (file, test) in held {
        let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
        assert!(source.contains(test), "{file} has no test `{test}`");
    }
}

#[test]
fn locations_hold_code() {
    let text = readme();
    for (ending, comment, example) in EXAMPLES {
        let words = text.split(|c: char| c.is_whitespace() || "\"'`,()".contains(c));
        let places = words.filter_map(|word| word.split_once(&format!("{ending}:")));
        let lines = places.filter_map(|(file, line)| Some((file, line.parse::<usize>().ok()?)));
        let mut checked = 0;
        for (file, line) in lines {
            let path = root().join("examples").join(example).join(format!("{file}{ending}"));
            let source = std::fs::read_to_string(&path).expect("the README names its files");
            let text = source.lines().nth(line - 1).unwrap_or_default().trim();
            let is_code = !text.is_empty() && !text.starts_with(comment);
            assert!(is_code, "{file}{ending}:{line} is `{text}`");
            checked += 1;
        }
        assert!(checked > 0, "the README names no line of a file {ending}");
    }
}

#[test]
fn commands_exist() {
    let Some(bin) = std::env::var_os("STILLFRAME_BIN") else {
        return skip("STILLFRAME_BIN is not set: run `cargo xtask test`");
    };
    let help = |words: &[&str]| {
        let output = Command::new(&bin).args(words).arg("--help").output().expect("it starts");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let text = readme();
    let typed = text.lines().filter_map(|line| line.trim_start().strip_prefix("stillframe "));
    for line in typed {
        let words: Vec<&str> = line.split(' ').collect();
        let (known, page) = help(&words[..1]);
        assert!(known, "stillframe {} is no command", words[0]);
        let own = words.iter().take_while(|word| **word != "--");
        for option in own.filter(|word| word.starts_with("--")) {
            assert!(page.contains(*option), "stillframe {} has no {option}", words[0]);
        }
    }
    let (_, page) = help(&[]);
    for later in LATER {
        let listed = page.lines().any(|line| line.trim_start().starts_with(&format!("{later} ")));
        assert!(!listed, "{later} is listed and does not work yet");
    }
}
