//! Rewritten sources that are wrong on purpose, to see that each proof notices what it is there for.
//!
//! Knows the form of a check. Invariant: each way breaks one promise of the rewriter and no other
//! that is looked at before.

use std::collections::HashMap;
use stillframe_rewriter::{PREFIX, Rewritten};

/// The rewritten source with one promise broken.
pub(crate) fn broken(how: &str, done: &Rewritten) -> Result<String, String> {
    match how {
        "unclosed" => {
            Ok(done.code.replace(&format!("&&new {PREFIX}"), &format!("&&(new {PREFIX}")))
        }
        "shifted" => Ok(shifted(&done.code)),
        "unchecked" => Ok(unchecked(done)),
        other => Err(format!("`{other}` is no way to break a source")),
    }
}

/// Tokens of the line behind a check lie a column further.
fn shifted(code: &str) -> String {
    let check = format!("&&new {PREFIX}");
    let mut new = String::with_capacity(code.len());
    let mut is_behind = false;
    for line in code.split_inclusive('\n') {
        if is_behind {
            new.push(' ');
        }
        new.push_str(line);
        is_behind = line.contains(&check);
    }
    new
}

/// Checks pass every name of their function, initialised or not.
fn unchecked(done: &Rewritten) -> String {
    let mut all: HashMap<u32, String> = HashMap::new();
    for function in &done.functions {
        let mut names: Vec<&str> = Vec::new();
        for name in function.lines.iter().flat_map(|line| &line.names) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let names = names.iter().map(|name| format!(",{name}")).collect();
        all.insert(function.number, names);
    }
    let call = format!("&&new {PREFIX}");
    let mut pieces = done.code.split(&call);
    let mut new = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        new.push_str(&call);
        let parsed = piece.split_once('(').and_then(|(number, rest)| {
            let (arguments, rest) = rest.split_once(')')?;
            let line = arguments.split(',').next()?;
            Some((number, line, all.get(&number.parse().ok()?)?, rest))
        });
        match parsed {
            Some((number, line, names, rest)) => {
                new.push_str(&format!("{number}({line}{names}){rest}"));
            }
            None => new.push_str(piece),
        }
    }
    new
}
