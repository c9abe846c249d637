//! The method around a line of Java.
//!
//! Knows indentation and how heads of methods and classes look, not the grammar. Invariant: what may be
//! a call is no method, and a line of which is not sure has none.

use super::indented::{Head, enclosing, method, word};

/// Words that begin a statement and may stand before a name and parentheses.
const NOT_TYPES: [&str; 8] = ["return", "new", "throw", "else", "case", "assert", "yield", "await"];
const CLASSES: [&str; 4] = ["class", "interface", "enum", "record"];

/// Qualified name of the method around the line at `index`, as the agent for the JVM names it.
pub(super) fn function(lines: &[&str], index: usize) -> Option<String> {
    let names = method(enclosing(lines, index, &["//", "/*", "*", "@"]).filter_map(head))?;
    // One without a class is no method: it may be a call.
    (names.len() > 1).then(|| names.join("."))
}

/// `public static <T> List<T> all(`, `private record Line(String sku) {`.
fn head(line: &str) -> Option<Head<'_>> {
    let line = line.trim();
    let words: Vec<&str> = line.split_whitespace().collect();
    if let Some(at) = words.iter().position(|word| CLASSES.contains(word)) {
        let name = word(words.get(at + 1)?, &['$']);
        let before = words[..at].iter();
        let are_modifiers = before
            .clone()
            .all(|word| word.chars().all(|c| c.is_alphanumeric() || "-@".contains(c)));
        return (are_modifiers && !name.is_empty()).then_some(Head::Class(name));
    }
    let (before, _) = line.split_once('(')?;
    let is_of_types = |c: char| c.is_alphanumeric() || "_$<>[],.?& @".contains(c);
    let (types, name) = before.trim_end().rsplit_once([' ', '>', ']'])?;
    let first = types.split_whitespace().next().unwrap_or_default();
    let is_head = before.chars().all(is_of_types)
        && !NOT_TYPES.contains(&first)
        && !name.is_empty()
        && word(name, &['$']) == name;
    is_head.then_some(Head::Method(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
package shop;

public final class Orders {
    private final Map<String, Order> all = new HashMap<>();

    /** Places one. */
    @Override
    public Order place(User user,
                       Cart cart) throws Full {
        if (cart.isEmpty()) {
            throw new Full(cart);
        }
        for (Item item : cart.items()) {
            total += item.price();
        }
        cart.items().forEach(item -> {
            count(item);
        });
        return number(cart, () -> {
            return next();
        });
    }

    static <T> List<T> every(Class<T> type) {
        return found;
    }

    record Line(String sku) {
        int price() {
            return 1;
        }
    }

    Runnable later() {
        return new Runnable() {
            public void run() {
                done();
            }
        };
    }
}
";

    #[test]
    fn names_are_those_of_classes_and_methods() {
        let lines: Vec<&str> = SOURCE.lines().collect();
        let at = |text: &str| {
            let index = lines.iter().position(|line| line.contains(text)).expect("it stands there");
            function(&lines, index)
        };
        for text in ["if (cart", "throw new", "total +=", "count(item)", "next()"] {
            assert_eq!(at(text).as_deref(), Some("Orders.place"), "{text}");
        }
        assert_eq!(at("return found").as_deref(), Some("Orders.every"));
        assert_eq!(at("return 1").as_deref(), Some("Orders.Line.price"));
        for text in ["package", "private final", "public Order place", "done()"] {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(function(&lines, 999), None);
    }
}
