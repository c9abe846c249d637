//! The function around a line of Python.
//!
//! Knows indentation, not the grammar. Invariant: a line outside of every function has none.

use super::indented::{enclosing, word};

/// Qualified name of the function around the line at `index`, as Python writes it.
pub(super) fn function(lines: &[&str], index: usize) -> Option<String> {
    let names: Vec<(bool, &str)> = enclosing(lines, index, &["#"]).filter_map(definition).collect();
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

/// Whether the line defines a function (else a class), and its name.
fn definition(line: &str) -> Option<(bool, &str)> {
    let line = line.trim_start();
    let line = line.strip_prefix("async ").map_or(line, str::trim_start);
    let function = line.strip_prefix("def ");
    let rest = function.or_else(|| line.strip_prefix("class "))?.trim_start();
    let name = word(rest, &[]);
    (!name.is_empty()).then_some((function.is_some(), name))
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
