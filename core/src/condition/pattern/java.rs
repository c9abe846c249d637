//! Java's regular expressions in the engine's syntax, to match all of a string.
//!
//! Invariant: what the engine takes for something else than Java is written so that it cannot, or is
//! refused by name.

use super::Span;
use crate::condition::message;
use crate::error::Result;
use std::str::Chars;

const WORD: &str = "A-Za-z0-9_";
const SPACE: &str = " \\t\\n\\x0b\\x0c\\r";
/// What `.` does not match.
const LINE_ENDS: &str = "\\n\\r\\x{85}\\x{2028}\\x{2029}";

/// Classes by name that mean ASCII, and those of Unicode that both know.
const NAMED: &[(&str, &str)] = &[
    ("Lower", "a-z"),
    ("Upper", "A-Z"),
    ("Alpha", "A-Za-z"),
    ("Digit", "0-9"),
    ("Alnum", "A-Za-z0-9"),
    ("XDigit", "0-9A-Fa-f"),
    ("Space", SPACE),
    ("ASCII", "\\x00-\\x7f"),
    ("L", "\\p{L}"),
    ("Lu", "\\p{Lu}"),
    ("Ll", "\\p{Ll}"),
    ("N", "\\p{N}"),
    ("Nd", "\\p{Nd}"),
];

/// The pattern `text`, which stands at `span` of the source.
pub(super) fn translate(text: &str, span: Span) -> Result<String> {
    let mut translator = Translator {
        rest: text.chars(),
        out: String::from("\\A(?:"),
        span,
        ignores_case: false,
        matches_lines: false,
    };
    translator.flags()?;
    while let Some(character) = translator.rest.next() {
        translator.step(character)?;
    }
    translator.out.push_str(")\\z");
    Ok(translator.out)
}

struct Translator<'t> {
    rest: Chars<'t>,
    out: String,
    span: Span,
    ignores_case: bool,
    /// Whether `.` matches line ends.
    matches_lines: bool,
}

/// What an escape is.
enum Escaped {
    Character(char),
    /// The inside of a class, and whether it is all others.
    Class(&'static str, bool),
    /// A place.
    Anchor(&'static str),
}

impl Translator<'_> {
    fn refuse<T>(&self, what: &str, instead: &str) -> Result<T> {
        Err(message::pattern_feature(self.span, what, instead))
    }

    /// Flags at the very beginning.
    fn flags(&mut self) -> Result<()> {
        let text = self.rest.as_str();
        let Some((flags, rest)) = text.strip_prefix("(?").and_then(|rest| rest.split_once(')'))
        else {
            return Ok(());
        };
        if flags.is_empty() || !flags.chars().all(|flag| flag.is_ascii_alphabetic()) {
            return Ok(());
        }
        for flag in flags.chars() {
            match flag {
                'i' => self.ignores_case = true,
                's' => self.matches_lines = true,
                _ => return self.refuse(&format!("the flag {flag}"), "write (?i) or (?s) only"),
            }
        }
        self.rest = rest.chars();
        Ok(())
    }

    fn step(&mut self, character: char) -> Result<()> {
        match character {
            '\\' => match self.escape()? {
                Escaped::Character(character) => self.literal(character),
                Escaped::Anchor(anchor) => self.out.push_str(anchor),
                Escaped::Class(inside, others) => self.class_of(inside, others),
            },
            '[' => return self.class(),
            '(' => return self.group(),
            '.' if self.matches_lines => self.out.push_str("(?s:.)"),
            '.' => self.class_of(LINE_ENDS, true),
            '^' => self.out.push_str("\\A"),
            '$' if self.rest.as_str().trim_start_matches(')').is_empty() => {
                self.out.push_str("\\z");
            }
            '$' => return self.refuse("`$` with more behind it", "all of the string must match"),
            '*' | '+' | '?' => return self.quantifier(character),
            '{' => {
                let (range, rest) = self.rest.as_str().split_once('}').unwrap_or_default();
                let is_range = range.starts_with(|first: char| first.is_ascii_digit());
                if !is_range {
                    return self.refuse("`{` without a number", "write \\\\{ for a brace");
                }
                self.out.push_str(&format!("{{{range}"));
                self.rest = rest.chars();
                return self.quantifier('}');
            }
            ')' | '|' => self.out.push(character),
            _ => self.literal(character),
        }
        Ok(())
    }

    /// How often something is repeated; `last` is the sign, or the end of a range.
    fn quantifier(&mut self, last: char) -> Result<()> {
        self.out.push(last);
        let mut rest = self.rest.clone();
        match rest.next() {
            Some('+') => self.refuse("a possessive quantifier", "leave its second + out"),
            Some('*') => self.refuse("a quantifier behind a quantifier", "write one of them"),
            Some('?') => {
                self.out.push('?');
                self.rest = rest;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn group(&mut self) -> Result<()> {
        let rest = self.rest.as_str();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|look| rest.starts_with(look)) {
            return self.refuse("a look-around", "join two matches(…) with && or && !");
        }
        if rest.starts_with("?>") {
            return self.refuse("an atomic group", "write (?:…)");
        }
        let is_plain = !rest.starts_with('?') || rest.starts_with("?:") || rest.starts_with("?<");
        if !is_plain {
            return self.refuse("a flag inside", "write it at the beginning, as in (?i)…");
        }
        self.out.push('(');
        if let Some(inside) = rest.strip_prefix('?') {
            let name = inside.split_inclusive([':', '>']).next().unwrap_or_default();
            self.out.push('?');
            self.out.push_str(name);
            self.rest = inside.get(name.len()..).unwrap_or_default().chars();
        }
        Ok(())
    }

    fn class_of(&mut self, inside: &str, others: bool) {
        self.out.push_str(if others { "[^" } else { "[" });
        self.out.push_str(inside);
        self.out.push(']');
    }

    /// A character that means itself.
    fn literal(&mut self, character: char) {
        if self.ignores_case && character.is_ascii_alphabetic() {
            let (lower, upper) = (character.to_ascii_lowercase(), character.to_ascii_uppercase());
            self.out.push_str(&format!("[{lower}{upper}]"));
        } else {
            self.out.push_str(&super::literal(character));
        }
    }

    /// `[…]`, behind its opening bracket.
    fn class(&mut self) -> Result<()> {
        self.out.push('[');
        if let Some(rest) = self.rest.as_str().strip_prefix('^') {
            self.out.push('^');
            self.rest = rest.chars();
        }
        if self.rest.as_str().starts_with(']') {
            return self.refuse("a class that begins with `]`", "write \\\\] in it");
        }
        loop {
            let Some(first) = self.rest.next() else {
                return self.refuse("a class that is not closed", "write ] behind it");
            };
            match first {
                ']' => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' => return self.refuse("a class within a class", "write \\\\[ for a bracket"),
                '&' if self.rest.as_str().starts_with('&') => {
                    return self.refuse("an intersection of classes", "write the class itself");
                }
                _ => self.class_item(first)?,
            }
        }
    }

    /// A character or range of a class.
    fn class_item(&mut self, first: char) -> Result<()> {
        let first = match self.class_character(first)? {
            Some(first) => first,
            None => return Ok(()),
        };
        let mut rest = self.rest.clone();
        let last = match (rest.next(), rest.next()) {
            (Some('-'), Some(last)) if last != ']' && last != '[' => {
                self.rest = rest;
                match self.class_character(last)? {
                    Some(last) => last,
                    None => return self.refuse("a range to a class", "write \\\\- for a minus"),
                }
            }
            _ => first,
        };
        self.range(first, last);
        if !self.ignores_case {
            return Ok(());
        }
        let is_lower = first.is_ascii_lowercase() && last.is_ascii_lowercase();
        let is_upper = first.is_ascii_uppercase() && last.is_ascii_uppercase();
        if is_lower {
            self.range(first.to_ascii_uppercase(), last.to_ascii_uppercase());
        } else if is_upper {
            self.range(first.to_ascii_lowercase(), last.to_ascii_lowercase());
        } else if first <= 'z' && last >= 'A' && first != last {
            return self.refuse("this range under (?i)", "write letters as a-z");
        }
        Ok(())
    }

    fn range(&mut self, first: char, last: char) {
        let (first, last) = (super::literal(first), super::literal(last));
        self.out.push_str(&format!("{first}-{last}"));
    }

    /// The character that `first` begins in a class; `None` if it was a class of its own.
    fn class_character(&mut self, first: char) -> Result<Option<char>> {
        if first != '\\' {
            return Ok(Some(first));
        }
        match self.escape()? {
            Escaped::Character(character) => Ok(Some(character)),
            Escaped::Anchor(_) => self.refuse("a place within a class", "write it outside"),
            Escaped::Class(inside, others) => {
                self.class_of(inside, others);
                Ok(None)
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<Escaped> {
        let Some(escaped) = self.rest.next() else {
            return self.refuse("a backslash at the end", "write \\\\ for a backslash");
        };
        Ok(match escaped {
            'd' => Escaped::Class("0-9", false),
            'D' => Escaped::Class("0-9", true),
            'w' => Escaped::Class(WORD, false),
            'W' => Escaped::Class(WORD, true),
            's' => Escaped::Class(SPACE, false),
            'S' => Escaped::Class(SPACE, true),
            'b' => Escaped::Anchor("\\b"),
            'B' => Escaped::Anchor("\\B"),
            'A' => Escaped::Anchor("\\A"),
            'z' => Escaped::Anchor("\\z"),
            't' => Escaped::Character('\t'),
            'n' => Escaped::Character('\n'),
            'r' => Escaped::Character('\r'),
            'f' => Escaped::Character('\x0c'),
            'a' => Escaped::Character('\x07'),
            'e' => Escaped::Character('\x1b'),
            'x' => Escaped::Character(self.number(2)?),
            'u' => Escaped::Character(self.number(4)?),
            'p' | 'P' => return self.named(escaped == 'P'),
            '1'..='9' | 'k' => {
                return self.refuse("a reference to a group", "compare the parts separately");
            }
            _ if escaped.is_ascii_alphanumeric() => {
                return self.refuse(&format!("`\\{escaped}`"), "write the character itself");
            }
            other => Escaped::Character(other),
        })
    }

    fn number(&mut self, digits: usize) -> Result<char> {
        let text = self.rest.as_str();
        let value = text.get(..digits).and_then(|text| u32::from_str_radix(text, 16).ok());
        match value.and_then(char::from_u32) {
            Some(character) => {
                self.rest = text.get(digits..).unwrap_or_default().chars();
                Ok(character)
            }
            None => self.refuse("this number of a character", "write the character itself"),
        }
    }

    /// `\p{name}`, behind the p.
    fn named(&mut self, others: bool) -> Result<Escaped> {
        let text = self.rest.as_str();
        let parts = text.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let known = parts.and_then(|(name, rest)| {
            NAMED.iter().find(|(known, _)| *known == name).map(|(_, inside)| (*inside, rest))
        });
        match known {
            Some((inside, rest)) if !self.ignores_case => {
                self.rest = rest.chars();
                Ok(Escaped::Class(inside, others))
            }
            _ => self.refuse("this `\\p`", "write \\\\w, \\\\d, \\\\s or a class such as [A-Z]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::condition::dialect::Patterns;
    use crate::condition::pattern::Pattern;
    use crate::condition::syntax::Span;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        let pattern = Pattern::compile(pattern, Span::default(), Patterns::JavaWhole);
        pattern.expect("compiles").is_found(text)
    }

    #[test]
    fn all_of_the_string_matches() {
        for (pattern, text, outcome) in [
            ("a+", "aaa", true),
            ("a+", "aab", false),
            ("a|ab", "ab", true),
            ("^a.c$", "abc", true),
            ("a$", "a\n", false),
            (".*", "a\u{85}", false),
            ("(?s).*", "a\n", true),
            (r"\w+", "né", false),
            (r"[\w.]+@[a-z]+\.com", "j.d@acme.com", true),
            ("(?i)k[a-z]", "KX", true),
            ("(?i)k", "\u{212a}", false),
            ("(?i)[^k]", "K", false),
            (r"\d{2,3}?", "123", true),
            ("(?<year>[0-9]{4})", "2026", true),
            (r"\p{Alpha}\P{Digit}", "ab", true),
            (r"[\d\-x]*", "1-x", true),
            (r"\Aa\z", "a", true),
        ] {
            assert_eq!(matches(pattern, text), Some(outcome), "{pattern} on {text:?}");
        }
    }
}
