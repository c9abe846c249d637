//! The lines that a line is within, by indentation, and the method that their heads name.
//!
//! Knows no language but what begins its comments. Invariant: each line that is answered is indented
//! less than the one before it.

/// What is written around a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head<'l> {
    Method(&'l str),
    /// With no name where it is of none.
    Class(&'l str),
}

/// The classes around a method, the outermost first, and the method. A line of a class alone has none,
/// and what is within two methods has no name of which one could be sure.
pub(super) fn method<'l>(mut heads: impl Iterator<Item = Head<'l>>) -> Option<Vec<&'l str>> {
    let Head::Method(method) = heads.next()? else { return None };
    let mut names = vec![method];
    for head in heads {
        match head {
            Head::Class("") => {}
            Head::Class(name) => names.push(name),
            Head::Method(_) => return None,
        }
    }
    names.reverse();
    Some(names)
}

/// The lines around the one at `index`, the innermost first; nothing for a line without text.
pub(super) fn enclosing<'l>(
    lines: &[&'l str],
    index: usize,
    comments: &'static [&'static str],
) -> impl Iterator<Item = &'l str> {
    let mut inside = lines.get(index).and_then(|line| indent_of(line, comments)).unwrap_or(0);
    let before = lines[..index.min(lines.len())].iter().rev();
    before.filter_map(move |line| {
        let indent = indent_of(line, comments).filter(|indent| *indent < inside)?;
        inside = indent;
        Some(*line)
    })
}

/// Columns before the first character; nothing for blank lines and comments.
fn indent_of(line: &str, comments: &[&str]) -> Option<usize> {
    let rest = line.trim_start();
    let is_text = !rest.is_empty() && !comments.iter().any(|start| rest.starts_with(start));
    is_text.then_some(line.len() - rest.len())
}

/// The word that `text` begins with, of letters, digits and `also`.
pub(super) fn word<'t>(text: &'t str, also: &[char]) -> &'t str {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || also.contains(&c);
    &text[..text.find(|c| !is_part(c)).unwrap_or(text.len())]
}
