//! The function around a line of Ruby.
//!
//! Knows indentation, not the grammar. Invariant: a line outside of every method has none.

use super::indented::{Head, enclosing, method, word};

/// Qualified name of the method around the line at `index`. Whether it is one of the class itself is
/// left to those who run it.
pub(super) fn function(lines: &[&str], index: usize) -> Option<String> {
    let mut names = method(enclosing(lines, index, &["#"]).filter_map(head))?;
    if names.len() == 1 {
        // Outside of every class methods become those of `Object`.
        names.insert(0, "Object");
    }
    Some(names.join("."))
}

/// `def total`, `private def self.load`, `class Shop::Cart < Base`, `class << self`.
fn head(line: &str) -> Option<Head<'_>> {
    let line = line.trim_start();
    for keyword in ["class ", "module "] {
        if let Some(rest) = line.strip_prefix(keyword) {
            return Some(Head::Class(word(rest.trim_start(), &[':'])));
        }
    }
    let (before, rest) =
        line.strip_prefix("def ").map(|rest| ("", rest)).or_else(|| line.split_once(" def "))?;
    let is_modifier = |c: char| c.is_alphanumeric() || c == '_' || c == ' ';
    let rest = rest.trim_start();
    let name = word(rest.strip_prefix("self.").unwrap_or(rest), &['?', '!', '=']);
    (before.chars().all(is_modifier) && !name.is_empty()).then_some(Head::Method(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
require 'x'
module Shop
  class Cart < Base
    SIZE = 3
    # comment
    def total
      @items.each do |item|

        sum += item.price
      end
      sum
    end

    private def empty?
      true
    end

    class << self
      def load(id)
        find(id)
      end
    end

    def self.best = 1

    def self.all
      @all
    end
  end
end
def plain
  1
end
";

    #[test]
    fn names_are_those_of_classes_and_methods() {
        let lines: Vec<&str> = SOURCE.lines().collect();
        let at = |text: &str| {
            let index = lines.iter().position(|line| line.contains(text)).expect("it stands there");
            function(&lines, index)
        };
        assert_eq!(at("sum += item").as_deref(), Some("Shop.Cart.total"));
        assert_eq!(at("      sum").as_deref(), Some("Shop.Cart.total"));
        assert_eq!(at("      true").as_deref(), Some("Shop.Cart.empty?"));
        assert_eq!(at("find(id)").as_deref(), Some("Shop.Cart.load"));
        assert_eq!(at("      @all").as_deref(), Some("Shop.Cart.all"));
        let last = lines.len() - 2;
        assert_eq!(function(&lines, last).as_deref(), Some("Object.plain"));
        for text in ["require", "SIZE", "def total", "self.best"] {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(function(&lines, 999), None);
    }
}
