//! A guess, from the text alone, at the function around a line.
//!
//! Only a hint by which an instance finds a line that moved. Invariant: it says nothing rather than
//! something about a language it does not know.

mod head;
mod indented;
mod java;
mod javascript;
mod python;
mod ruby;

/// Endings of JavaScript and of what has its functions.
const JAVASCRIPT: [&str; 8] = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];

/// Qualified name of the function around the line at `index`, as the language itself writes it.
pub(super) fn function(file: &str, lines: &[&str], index: usize) -> Option<String> {
    match file.rsplit_once('.')?.1 {
        "java" => java::function(lines, index),
        "py" => python::function(lines, index),
        "rb" => ruby::function(lines, index),
        ending if JAVASCRIPT.contains(&ending) => javascript::function(lines, index),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_of_other_languages() {
        let lines = ["def total():", "    return 1"];
        assert_eq!(function("shop/cart.py", &lines, 1).as_deref(), Some("total"));
        assert_eq!(function("shop/cart.rb", &lines, 1).as_deref(), Some("Object.total"));
        assert_eq!(function("shop/cart.lua", &lines, 1), None);
        assert_eq!(function("shop/cart", &lines, 1), None);
        assert_eq!(function("shop/cart.py", &lines, 99), None);
        assert_eq!(function("shop/cart.ts", &lines, 99), None);
    }
}
