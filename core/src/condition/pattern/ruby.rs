//! Ruby's regular expressions in the engine's syntax.
//!
//! `^` and `$` are the ends of lines, `\w`, `\d` and `\s` are of ASCII, classes in `[[:…:]]` of Unicode.
//! Invariant: what the engine takes for something else than Ruby is written so that it cannot, or is
//! refused by name.

use super::Span;
use crate::condition::message;
use crate::error::Result;
use std::iter::Peekable;
use std::str::Chars;

const WORD: &str = "A-Za-z0-9_";
const SPACE: &str = "\\t\\n\\x0b\\x0c\\r ";
const HEXADECIMAL: &str = "0-9A-Fa-f";

/// Classes by name: of Unicode, but for those that only ASCII has.
const NAMED: &[(&str, &str)] = &[
    ("alpha", "\\p{Alphabetic}"),
    ("digit", "\\p{Nd}"),
    ("alnum", "\\p{Alphabetic}\\p{Nd}"),
    ("upper", "\\p{Uppercase}"),
    ("lower", "\\p{Lowercase}"),
    ("space", "\\s"),
    ("blank", "\\p{Zs}\\t"),
    ("word", "\\p{L}\\p{M}\\p{Nd}\\p{Pc}"),
    ("xdigit", HEXADECIMAL),
];

/// Categories that both know.
const CATEGORIES: &[&str] = &["L", "Lu", "Ll", "N", "Nd"];

/// What matters of a pattern beside its translation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) ignores_case: bool,
    /// Whether `.` matches line ends.
    matches_lines: bool,
    /// Whether `^` stands in it, which is no place behind a last line end.
    pub(super) begins_lines: bool,
}

/// Whether a text holds a character that is several letters, or one of ASCII, where case is ignored.
pub(super) fn folds_to_ascii(text: &str) -> bool {
    let folds = |character: char| {
        matches!(
            character,
            '\u{df}' | '\u{130}' | '\u{131}' | '\u{149}' | '\u{17f}' | '\u{1f0}' | '\u{1e96}'..='\u{1e9e}'
                | '\u{212a}' | '\u{fb00}'..='\u{fb06}'
        )
    };
    !text.is_ascii() && text.chars().any(folds)
}

/// The pattern `/…/flags`, which stands at `span` of the source.
pub(super) fn translate(text: &str, span: Span) -> Result<(String, Flags)> {
    let (body, letters) = text.rsplit_once('/').unwrap_or((text, ""));
    let body = body.strip_prefix('/').unwrap_or(body);
    let mut flags = Flags::default();
    for flag in letters.chars() {
        match flag {
            'i' => flags.ignores_case = true,
            'm' => flags.matches_lines = true,
            // Once, and UTF-8, which it is anyway.
            'o' | 'u' => {}
            _ => return Err(message::pattern_flag_of_ruby(span, flag)),
        }
    }
    let rest = body.chars().peekable();
    let mut translator = Translator { rest, out: String::new(), span, flags, groups: 0 };
    while let Some(character) = translator.rest.next() {
        translator.step(character)?;
    }
    Ok((translator.out, translator.flags))
}

struct Translator<'t> {
    rest: Peekable<Chars<'t>>,
    out: String,
    span: Span,
    flags: Flags,
    /// Groups that are open.
    groups: usize,
}

/// What an escape is.
enum Escaped {
    Character(char),
    /// The inside of a class, and whether it is all others.
    Class(&'static str, bool),
    /// A category of Unicode, and whether it is all others.
    Category(String, bool),
    /// A place.
    Anchor(&'static str),
}

impl Translator<'_> {
    fn refuse<T>(&self, what: &str, instead: &str) -> Result<T> {
        Err(message::pattern_feature(self.span, what, instead))
    }

    fn step(&mut self, character: char) -> Result<()> {
        match character {
            '\\' => match self.escape()? {
                Escaped::Character(character) => self.literal(character)?,
                Escaped::Anchor(anchor) => self.out.push_str(anchor),
                Escaped::Class(inside, others) => self.class_of(inside, others),
                Escaped::Category(name, others) => self.class_of(&name, others),
            },
            '[' => return self.class(),
            '(' => return self.group(),
            ')' => {
                self.groups = self.groups.saturating_sub(1);
                self.out.push(')');
            }
            '.' if self.flags.matches_lines => self.out.push_str("(?s:.)"),
            '.' => self.class_of("\\n", true),
            '^' => {
                self.flags.begins_lines = true;
                self.out.push_str("(?m:^)");
            }
            '$' => self.out.push_str("(?m:$)"),
            '*' | '+' | '?' => return self.quantifier(character),
            '{' => return self.range_of_counts(),
            '|' => self.out.push('|'),
            _ => self.literal(character)?,
        }
        Ok(())
    }

    fn range_of_counts(&mut self) -> Result<()> {
        let mut range = String::new();
        while let Some(character) = self.rest.next_if(|c| c.is_ascii_digit() || *c == ',') {
            range.push(character);
        }
        let is_range = range.contains(|c: char| c.is_ascii_digit())
            && range.matches(',').count() <= 1
            && self.rest.next_if_eq(&'}').is_some();
        if !is_range {
            return self.refuse("`{` without a number", "write \\{ for a brace");
        }
        let least = if range.starts_with(',') { "0" } else { "" };
        self.out.push_str(&format!("{{{least}{range}"));
        self.quantifier('}')
    }

    /// How often something is repeated; `last` is the sign, or the end of a range.
    fn quantifier(&mut self, last: char) -> Result<()> {
        self.out.push(last);
        if self.rest.next_if_eq(&'?').is_some() {
            if last == '}' {
                return self.refuse("a lazy range of counts", "leave the ? out");
            }
            self.out.push('?');
        }
        match self.rest.peek() {
            Some('+') => self.refuse("a possessive quantifier", "leave its second + out"),
            Some('*' | '?' | '{') => {
                self.refuse("a quantifier behind a quantifier", "write one of them")
            }
            _ => Ok(()),
        }
    }

    fn group(&mut self) -> Result<()> {
        self.groups += 1;
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        self.out.push('?');
        match self.rest.next() {
            Some(':') => self.out.push(':'),
            Some('<') if !matches!(self.rest.peek(), Some('=' | '!')) => {
                self.out.push('<');
                for character in self.rest.by_ref() {
                    self.out.push(character);
                    if character == '>' {
                        break;
                    }
                }
            }
            Some('=' | '!' | '<') => {
                return self.refuse("a look-around", "join two .match?(…) with && or && !");
            }
            Some('>') => return self.refuse("an atomic group", "write (?:…)"),
            _ => return self.refuse("a flag inside", "write it behind the pattern, as in /…/i"),
        }
        Ok(())
    }

    fn class_of(&mut self, inside: &str, others: bool) {
        self.out.push_str(if others { "[^" } else { "[" });
        self.out.push_str(inside);
        self.out.push(']');
    }

    /// A character that means itself.
    fn literal(&mut self, character: char) -> Result<()> {
        let mut inside = String::new();
        self.character(character, &mut inside)?;
        self.class_of(&inside, false);
        Ok(())
    }

    /// Adds a character, in both its cases if they are one, to the inside of a class.
    fn character(&self, character: char, inside: &mut String) -> Result<()> {
        inside.push_str(&super::literal(character));
        if !self.flags.ignores_case {
            return Ok(());
        }
        if character.is_ascii_alphabetic() {
            inside.push_str(&super::literal((character as u8 ^ 0x20) as char));
            return Ok(());
        }
        let has_upper = character.to_uppercase().next() != Some(character);
        let has_lower = character.to_lowercase().next() != Some(character);
        match !character.is_ascii() && (has_upper || has_lower) {
            true => self.refuse("a letter beyond ASCII under the flag i", "write [éÉ], without i"),
            false => Ok(()),
        }
    }

    /// `[…]`, behind its opening bracket.
    fn class(&mut self) -> Result<()> {
        let others = self.rest.next_if_eq(&'^').is_some();
        if self.rest.peek() == Some(&']') {
            return self.refuse("a class that begins with `]`", "write \\] in it");
        }
        let mut inside = String::new();
        loop {
            let Some(first) = self.rest.next() else {
                return self.refuse("a class that is not closed", "write ] behind it");
            };
            match first {
                ']' => {
                    self.class_of(&inside, others);
                    return Ok(());
                }
                '[' if self.rest.peek() == Some(&':') => self.named(&mut inside)?,
                '[' => return self.refuse("a class within a class", "write \\[ for a bracket"),
                '&' if self.rest.peek() == Some(&'&') => {
                    return self.refuse("an intersection of classes", "write the class itself");
                }
                _ => self.class_item(first, &mut inside)?,
            }
        }
    }

    /// `[:name:]`, behind its opening bracket.
    fn named(&mut self, inside: &mut String) -> Result<()> {
        let mut name = String::new();
        self.rest.next();
        let others = self.rest.next_if_eq(&'^').is_some();
        while let Some(character) = self.rest.next_if(char::is_ascii_alphabetic) {
            name.push(character);
        }
        let is_closed =
            self.rest.next_if_eq(&':').is_some() && self.rest.next_if_eq(&']').is_some();
        let known = NAMED.iter().find(|(known, _)| *known == name && is_closed);
        match known {
            Some((_, class)) if !self.flags.ignores_case => {
                inside.push_str(if others { "[^" } else { "[" });
                inside.push_str(class);
                inside.push(']');
                Ok(())
            }
            _ => self.refuse("this class by name", "write a class such as [A-Z]"),
        }
    }

    /// A character or range of a class.
    fn class_item(&mut self, first: char, inside: &mut String) -> Result<()> {
        let Some(first) = self.class_character(first, inside)? else { return Ok(()) };
        let mut ahead = self.rest.clone();
        let is_range = ahead.next() == Some('-') && !matches!(ahead.next(), None | Some(']' | '['));
        if !is_range {
            return self.character(first, inside);
        }
        self.rest.next();
        let last = self.rest.next().unwrap_or_default();
        let Some(last) = self.class_character(last, inside)? else {
            return self.refuse("a range to a class", "write \\- for a minus");
        };
        if first > last {
            return Err(message::pattern(self.span, "a range ends before it begins"));
        }
        inside.push_str(&format!("{}-{}", super::literal(first), super::literal(last)));
        if !self.flags.ignores_case {
            return Ok(());
        }
        if !last.is_ascii() {
            return self.refuse("a range beyond ASCII under the flag i", "write it without i");
        }
        (first..=last).try_for_each(|character| self.character(character, inside))
    }

    /// The character that `first` begins in a class; `None` if it was a class of its own.
    fn class_character(&mut self, first: char, inside: &mut String) -> Result<Option<char>> {
        if first != '\\' {
            return Ok(Some(first));
        }
        if self.rest.next_if_eq(&'b').is_some() {
            return Ok(Some('\x08'));
        }
        let (class, others) = match self.escape()? {
            Escaped::Character(character) => return Ok(Some(character)),
            Escaped::Anchor(_) => return self.refuse("a place within a class", "write it outside"),
            Escaped::Class(class, others) => (class.to_owned(), others),
            Escaped::Category(name, others) => (name, others),
        };
        inside.push_str(if others { "[^" } else { "[" });
        inside.push_str(&class);
        inside.push(']');
        Ok(None)
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<Escaped> {
        let Some(escaped) = self.rest.next() else {
            return self.refuse("a backslash at the end", "write \\\\ for a backslash");
        };
        Ok(match escaped {
            'd' | 'D' => Escaped::Class("0-9", escaped == 'D'),
            's' | 'S' => Escaped::Class(SPACE, escaped == 'S'),
            'w' | 'W' => Escaped::Class(WORD, escaped == 'W'),
            'h' | 'H' => Escaped::Class(HEXADECIMAL, escaped == 'H'),
            'b' => Escaped::Anchor("\\b"),
            'B' => Escaped::Anchor("\\B"),
            'A' => Escaped::Anchor("\\A"),
            'z' => Escaped::Anchor("\\z"),
            'Z' => return self.last_line().map(Escaped::Anchor),
            't' => Escaped::Character('\t'),
            'n' => Escaped::Character('\n'),
            'v' => Escaped::Character('\x0b'),
            'f' => Escaped::Character('\x0c'),
            'r' => Escaped::Character('\r'),
            'a' => Escaped::Character('\x07'),
            'e' => Escaped::Character('\x1b'),
            'x' => Escaped::Character(self.hexadecimal(2)?),
            'u' => Escaped::Character(self.unicode()?),
            'p' | 'P' => return self.category(escaped == 'P'),
            '0'..='9' | 'k' | 'g' => {
                return self.refuse("a reference to a group", "compare the parts separately");
            }
            _ if escaped.is_ascii_alphanumeric() => {
                return self.refuse(&format!("`\\{escaped}`"), "write the character itself");
            }
            other => Escaped::Character(other),
        })
    }

    /// `\Z` also matches before a last line end, which can only be said where nothing follows.
    fn last_line(&self) -> Result<&'static str> {
        let mut after = self.rest.clone();
        while after.next_if_eq(&')').is_some() {}
        match after.next() {
            None => Ok("(?:\\n?\\z)"),
            Some(_) => self.refuse("`\\Z` with more behind it", "write \\z, or $ for a line's end"),
        }
    }

    fn hexadecimal(&mut self, most: usize) -> Result<char> {
        let mut value = 0;
        let mut count = 0;
        while count < most
            && let Some(digit) = self.rest.next_if(char::is_ascii_hexdigit)
        {
            value = value << 4 | digit.to_digit(16).unwrap_or_default();
            count += 1;
        }
        // A byte beyond ASCII is a part of a character.
        let character = char::from_u32(value).filter(|c| most != 2 || c.is_ascii());
        match (count, character) {
            (0, _) | (_, None) => {
                self.refuse("this number of a character", "write the character itself")
            }
            (_, Some(character)) => Ok(character),
        }
    }

    fn unicode(&mut self) -> Result<char> {
        if self.rest.next_if_eq(&'{').is_none() {
            return self.hexadecimal(4);
        }
        let character = self.hexadecimal(6)?;
        match self.rest.next() {
            Some('}') => Ok(character),
            _ => self.refuse("this number of a character", "write the character itself"),
        }
    }

    /// `\p{name}`, behind the p.
    fn category(&mut self, others: bool) -> Result<Escaped> {
        let mut name = String::new();
        let is_open = self.rest.next_if_eq(&'{').is_some();
        while let Some(character) = self.rest.next_if(|c| c.is_ascii_alphanumeric()) {
            name.push(character);
        }
        let is_closed = self.rest.next_if_eq(&'}').is_some();
        let is_known = is_open && is_closed && CATEGORIES.contains(&name.as_str());
        match is_known && !self.flags.ignores_case {
            true => Ok(Escaped::Category(format!("\\p{{{name}}}"), others)),
            false => {
                self.refuse("this `\\p`", "write [[:alpha:]], \\w, \\d or a class such as [A-Z]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::condition::dialect::Patterns;
    use crate::condition::pattern::Pattern;
    use crate::condition::syntax::Span;

    fn compiled(pattern: &str) -> Pattern {
        Pattern::compile(pattern, Span::default(), Patterns::RubySearch).expect("compiles")
    }

    #[test]
    fn means_what_ruby_means() {
        for (pattern, text, outcome) in [
            (r"/^b$/", "a\nb\nc", Some(true)),
            (r"/\Ab/", "a\nb", Some(false)),
            (r"/b\Z/", "ab\n", Some(true)),
            (r"/b\z/", "ab\n", Some(false)),
            (r"/a.c/", "a\nc", Some(false)),
            (r"/a.c/m", "a\nc", Some(true)),
            (r"/\w/", "é", Some(false)),
            (r"/[[:alpha:]]/", "é", Some(true)),
            (r"/^$/", "a\n", None),
            (r"/k/i", "\u{212a}", None),
            (r"/\h+/", "xyzF", Some(true)),
            (r"/a{,2}b/", "aab", Some(true)),
        ] {
            assert_eq!(compiled(pattern).is_found(text), outcome, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn where_it_begins_is_told() {
        for (pattern, text, at, begins) in [
            ("/b/", "abcb", 1, true),
            ("/b/", "abcb", 0, false),
            ("/b+$/", "abb\nab", 1, true),
            ("/c|bc/", "abc", 1, true),
            (r"/\z/", "abc", 3, true),
            ("/^b/", "a\nb", 2, true),
        ] {
            let found = compiled(pattern).begins_at(text, at).map(|(begins, _)| begins);
            assert_eq!(found, Some(begins), "{pattern} on {text:?} at {at}");
        }
    }
}
