//! The function around a line of Python.
//!
//! Knows indentation, not the grammar. Invariant: a line outside of every function has none.

/// Qualified name of the function around the line at `index`, as Python writes it.
pub(super) fn function(lines: &[&str], index: usize) -> Option<String> {
    let mut inside = indent_of(lines.get(index)?)?;
    let mut names: Vec<(bool, &str)> = Vec::new();
    for line in lines[..index].iter().rev() {
        let Some(indent) = indent_of(line) else { continue };
        if indent < inside {
            inside = indent;
            names.extend(definition(line));
        }
        if inside == 0 {
            break;
        }
    }
    // A class alone is a body that ran once, not a function.
    if !names.first()?.0 {
        return None;
    }
    let mut qualified = String::new();
    for (is_function, name) in names.iter().rev() {
        qualified.push_str(name);
        qualified.push_str(if *is_function { ".<locals>." } else { "." });
    }
    qualified.truncate(qualified.len() - ".<locals>.".len());
    Some(qualified)
}

/// Columns before the first character; nothing for blank lines and comments.
fn indent_of(line: &str) -> Option<usize> {
    let rest = line.trim_start();
    (!rest.is_empty() && !rest.starts_with('#')).then_some(line.len() - rest.len())
}

/// Whether the line defines a function (else a class), and its name.
fn definition(line: &str) -> Option<(bool, &str)> {
    let line = line.trim_start();
    let line = line.strip_prefix("async ").map_or(line, str::trim_start);
    let function = line.strip_prefix("def ");
    let rest = function.or_else(|| line.strip_prefix("class "))?.trim_start();
    let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (len > 0).then_some((function.is_some(), &rest[..len]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
import x
class Cart(Base):
    size = 3
    # comment
    async def total(self):

        if x:
# odd comment
            return 1
        def inner(a):
            return a
        return 2
top = 1
def plain(): return 1
";

    #[test]
    fn names_are_qualified_as_python_does() {
        let lines: Vec<&str> = SOURCE.lines().collect();
        let at = |line: usize| function(&lines, line - 1);
        assert_eq!(at(9).as_deref(), Some("Cart.total"));
        assert_eq!(at(11).as_deref(), Some("Cart.total.<locals>.inner"));
        assert_eq!(at(12).as_deref(), Some("Cart.total"));
        for line in [1, 3, 5, 6, 13, 14] {
            assert_eq!(at(line), None, "{line}");
        }
        assert_eq!(function(&lines, 99), None);
    }
}
