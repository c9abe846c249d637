//! Command lines of Ruby: which of them only start other processes.
//!
//! Knows Bundler and the servers that fork. Invariant: `bundle exec` is what it executes, for it runs a
//! script of Ruby in its own process.

/// Programs whose first process never runs the application's code.
const ALWAYS: [&str; 4] = ["foreman", "gem", "pitchfork", "unicorn"];

/// Whether the command line only starts others; nothing where it is not one of Ruby's that is known.
pub(super) fn is_launcher(words: &[String], env: &dyn Fn(&str) -> Option<String>) -> Option<bool> {
    let mut rest = words;
    if rest.first().is_some_and(|word| name(word).starts_with("ruby")) {
        rest = after_options(&rest[1..]);
    }
    let (program, arguments) = rest.split_first()?;
    match name(program) {
        "bundle" | "bundler" => match after_options(arguments).split_first() {
            Some((verb, command)) if verb == "exec" => {
                Some(is_launcher(after_options(command), env).unwrap_or(false))
            }
            _ => Some(true),
        },
        "puma" => Some(workers(arguments).or_else(|| env("WEB_CONCURRENCY")).is_some_and(forks)),
        name if ALWAYS.contains(&name) => Some(true),
        _ => None,
    }
}

/// Words from the first on that is no option.
fn after_options(words: &[String]) -> &[String] {
    let first = words.iter().position(|word| !word.starts_with('-'));
    &words[first.unwrap_or(words.len())..]
}

fn name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// What stands behind `-w` or `--workers`.
fn workers(words: &[String]) -> Option<String> {
    let joined = |word: &String| {
        let value = word.strip_prefix("--workers=").or_else(|| word.strip_prefix("-w"));
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let apart = words.iter().position(|word| word == "-w" || word == "--workers");
    let apart = apart.and_then(|at| words.get(at + 1).cloned());
    words.iter().find_map(joined).or(apart)
}

/// Whether so many workers are processes of their own.
fn forks(workers: String) -> bool {
    workers == "auto" || workers.parse::<u32>().is_ok_and(|workers| workers > 0)
}
