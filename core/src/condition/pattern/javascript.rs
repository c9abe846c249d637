//! JavaScript's regular expressions in the engine's syntax.
//!
//! Without the flag u a pattern sees 16-bit units. Halves of characters beyond them are then written as
//! characters of their own, in the pattern and in the text, at [`HALVES`]: whatever else stands there is
//! beyond 16 bits too, and so is written in halves. Invariant: what the engine takes for something else
//! than JavaScript is written so that it cannot, or is refused by name.

use super::Span;
use crate::condition::message;
use crate::error::Result;
use std::iter::Peekable;
use std::str::Chars;

/// Where the engine finds the halves of characters: at their number above this one.
const HALVES: u32 = 0x10_0000;
const WORD: &str = "A-Za-z0-9_";
/// What is a word's too where the case of all of Unicode is ignored.
const FOLDED: &str = "\\x{17f}\\x{212a}";
const SPACE: &str = "\\t\\n\\x0b\\x0c\\r \\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
/// What `.` does not match.
const LINE_ENDS: &str = "\\n\\r\\x{2028}\\x{2029}";
const NAMED: &[&str] = &["L", "Lu", "Ll", "N", "Nd", "P", "S", "Z"];

/// Flags of a pattern.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) ignores_case: bool,
    pub(super) by_lines: bool,
    pub(super) matches_lines: bool,
    pub(super) is_unicode: bool,
}

impl Flags {
    fn of(text: &str, span: Span) -> Result<Self> {
        let mut flags = Self::default();
        for flag in text.chars() {
            let place = match flag {
                'i' => &mut flags.ignores_case,
                'm' => &mut flags.by_lines,
                's' => &mut flags.matches_lines,
                'u' => &mut flags.is_unicode,
                _ => return Err(message::pattern_flag(span, flag)),
            };
            if std::mem::replace(place, true) {
                return Err(message::pattern(span, "a flag stands twice"));
            }
        }
        Ok(flags)
    }
}

/// The character as which half of a character is written.
pub(super) fn half(unit: u16) -> Option<char> {
    char::from_u32(HALVES + u32::from(unit))
}

/// The pattern `/…/flags`, which stands at `span` of the source.
pub(super) fn translate(text: &str, span: Span) -> Result<(String, Flags)> {
    let (body, flags) = text.rsplit_once('/').unwrap_or((text, ""));
    let body = body.strip_prefix('/').unwrap_or(body);
    let flags = Flags::of(flags, span)?;
    let rest = body.chars().peekable();
    let mut translator = Translator { rest, out: String::new(), span, flags };
    while let Some(character) = translator.rest.next() {
        translator.step(character)?;
    }
    Ok((translator.out, flags))
}

struct Translator<'t> {
    rest: Peekable<Chars<'t>>,
    out: String,
    span: Span,
    flags: Flags,
}

/// What an escape is.
enum Escaped {
    /// A unit or character, by its number.
    Character(u32),
    /// The inside of a class, and whether it is all others.
    Class(String, bool),
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
                Escaped::Character(point) => self.literal(point)?,
                Escaped::Anchor(anchor) => self.out.push_str(anchor),
                Escaped::Class(inside, others) => self.class_of(&inside, others),
            },
            '[' => return self.class(),
            '(' => return self.group(),
            '.' if self.flags.matches_lines => self.out.push_str("(?s:.)"),
            '.' => self.class_of(LINE_ENDS, true),
            '^' => self.out.push_str(if self.flags.by_lines { "(?m:^)" } else { "\\A" }),
            '$' => self.out.push_str(if self.flags.by_lines { "(?m:$)" } else { "\\z" }),
            '*' | '+' | '?' => return self.quantifier(character),
            '{' => return self.range_of_counts(),
            ')' | '|' => self.out.push(character),
            ']' | '}' if self.flags.is_unicode => {
                return self.refuse("a bracket that nothing opens", "write a backslash before it");
            }
            _ => self.literal(u32::from(character))?,
        }
        Ok(())
    }

    fn range_of_counts(&mut self) -> Result<()> {
        let mut range = String::new();
        while let Some(character) = self.rest.next_if(|c| c.is_ascii_digit() || *c == ',') {
            range.push(character);
        }
        let is_range = range.starts_with(|first: char| first.is_ascii_digit())
            && range.matches(',').count() <= 1
            && self.rest.next_if_eq(&'}').is_some();
        if !is_range {
            return self.refuse("`{` without a number", "write \\{ for a brace");
        }
        self.out.push_str(&format!("{{{range}"));
        self.quantifier('}')
    }

    /// How often something is repeated; `last` is the sign, or the end of a range.
    fn quantifier(&mut self, last: char) -> Result<()> {
        self.out.push(last);
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
        }
        match self.rest.peek() {
            Some('*' | '+' | '?' | '{') => {
                self.refuse("a quantifier behind a quantifier", "write one of them")
            }
            _ => Ok(()),
        }
    }

    fn group(&mut self) -> Result<()> {
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
                return self.refuse("a look-around", "join two tests with && or && !");
            }
            _ => return self.refuse("a flag inside", "write it behind the pattern, as in /…/i"),
        }
        Ok(())
    }

    fn class_of(&mut self, inside: &str, others: bool) {
        self.out.push_str(if others { "[^" } else { "[" });
        self.out.push_str(inside);
        self.out.push(']');
    }

    /// A unit or character that means itself.
    fn literal(&mut self, point: u32) -> Result<()> {
        let mut inside = String::new();
        if !self.flags.is_unicode && point > 0xffff {
            // Its halves stand one behind the other.
            for unit in halves(point) {
                self.out.push_str(&number(HALVES + u32::from(unit)));
            }
            return Ok(());
        }
        self.character(point, &mut inside)?;
        self.class_of(&inside, false);
        Ok(())
    }

    /// Adds a unit or character, in both its cases if they are one, to the inside of a class.
    fn character(&self, point: u32, inside: &mut String) -> Result<()> {
        if (0xd800..0xe000).contains(&point) {
            if self.flags.is_unicode {
                return self.refuse("half a character", "write the character itself");
            }
            inside.push_str(&number(HALVES + point));
            return Ok(());
        }
        inside.push_str(&number(point));
        let character = char::from_u32(point).unwrap_or_default();
        if !self.flags.ignores_case {
            return Ok(());
        }
        if character.is_ascii() {
            if character.is_ascii_alphabetic() {
                inside.push_str(&number(point ^ 0x20));
            }
            if self.flags.is_unicode {
                inside.push_str(match character.to_ascii_lowercase() {
                    'k' => "\\x{212a}",
                    's' => "\\x{17f}",
                    _ => "",
                });
            }
            return Ok(());
        }
        let has_upper = character.to_uppercase().next() != Some(character);
        let has_lower = character.to_lowercase().next() != Some(character);
        match has_upper || has_lower {
            true => self.refuse("a letter beyond ASCII under the flag i", "write [éÉ], without i"),
            false => Ok(()),
        }
    }

    /// `[…]`, behind its opening bracket.
    fn class(&mut self) -> Result<()> {
        let others = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            if others {
                self.out.push_str("(?s:.)");
                return Ok(());
            }
            return self.refuse("an empty class", "write \\] in it for a bracket");
        }
        let mut inside = String::new();
        loop {
            let Some(first) = self.rest.next() else {
                return self.refuse("a class that is not closed", "write ] behind it");
            };
            if first == ']' {
                self.class_of(&inside, others);
                return Ok(());
            }
            self.class_item(first, &mut inside)?;
        }
    }

    /// A character or range of a class.
    fn class_item(&mut self, first: char, inside: &mut String) -> Result<()> {
        let Some(first) = self.class_character(first, inside)? else { return Ok(()) };
        let mut ahead = self.rest.clone();
        let is_range = ahead.next() == Some('-') && !matches!(ahead.next(), None | Some(']'));
        if !is_range {
            return match !self.flags.is_unicode && first > 0xffff {
                true => {
                    for unit in halves(first) {
                        inside.push_str(&number(HALVES + u32::from(unit)));
                    }
                    Ok(())
                }
                false => self.character(first, inside),
            };
        }
        self.rest.next();
        let last = self.rest.next().unwrap_or_default();
        let Some(last) = self.class_character(last, inside)? else {
            return self.refuse("a range to a class", "write \\- for a minus");
        };
        self.range(first, last, inside)
    }

    fn range(&mut self, first: u32, last: u32, inside: &mut String) -> Result<()> {
        let holds_halves =
            first <= 0xdfff && last >= 0xd800 || !self.flags.is_unicode && last > 0xffff;
        if holds_halves {
            return self.refuse("a range over halves of characters", "write the flag u");
        }
        if first > last {
            return Err(message::pattern(self.span, "a range ends before it begins"));
        }
        inside.push_str(&format!("{}-{}", number(first), number(last)));
        if !self.flags.ignores_case {
            return Ok(());
        }
        if last > 0x7f {
            return self.refuse("a range beyond ASCII under the flag i", "write it without i");
        }
        for point in first..=last {
            self.character(point, inside)?;
        }
        Ok(())
    }

    /// The character that `first` begins in a class; `None` if it was a class of its own.
    fn class_character(&mut self, first: char, inside: &mut String) -> Result<Option<u32>> {
        if first != '\\' {
            return Ok(Some(u32::from(first)));
        }
        if self.rest.next_if_eq(&'b').is_some() {
            return Ok(Some(8));
        }
        match self.escape()? {
            Escaped::Character(point) => Ok(Some(point)),
            Escaped::Anchor(_) => self.refuse("a place within a class", "write it outside"),
            Escaped::Class(class, others) => {
                inside.push_str(if others { "[^" } else { "[" });
                inside.push_str(&class);
                inside.push(']');
                Ok(None)
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<Escaped> {
        let Some(escaped) = self.rest.next() else {
            return self.refuse("a backslash at the end", "write \\\\ for a backslash");
        };
        let folds = self.flags.ignores_case && self.flags.is_unicode;
        let class = |inside: &str, others| Ok(Escaped::Class(inside.to_owned(), others));
        match escaped {
            'd' | 'D' => class("0-9", escaped == 'D'),
            's' | 'S' => class(SPACE, escaped == 'S'),
            'w' if folds => class(&format!("{WORD}{FOLDED}"), false),
            'W' | 'b' | 'B' if folds => {
                self.refuse(&format!("`\\{escaped}` under the flags i and u"), "leave u out")
            }
            'w' | 'W' => class(WORD, escaped == 'W'),
            'b' => Ok(Escaped::Anchor("(?-u:\\b)")),
            'B' => Ok(Escaped::Anchor("(?-u:\\B)")),
            't' => Ok(Escaped::Character(9)),
            'n' => Ok(Escaped::Character(10)),
            'v' => Ok(Escaped::Character(11)),
            'f' => Ok(Escaped::Character(12)),
            'r' => Ok(Escaped::Character(13)),
            '0' if !matches!(self.rest.peek(), Some('0'..='9')) => Ok(Escaped::Character(0)),
            'x' => self.hexadecimal(2).map(Escaped::Character),
            'u' => self.unicode().map(Escaped::Character),
            'p' | 'P' if self.flags.is_unicode => self.named(escaped == 'P'),
            '1'..='9' | 'k' => {
                self.refuse("a reference to a group", "compare the parts separately")
            }
            _ if escaped.is_ascii_alphanumeric() => {
                self.refuse(&format!("`\\{escaped}`"), "write the character itself")
            }
            other => Ok(Escaped::Character(u32::from(other))),
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<u32> {
        let mut value = 0;
        for _ in 0..digits {
            match self.rest.next().and_then(|digit| digit.to_digit(16)) {
                Some(digit) => value = value << 4 | digit,
                None => {
                    return self.refuse("this number of a character", "write the character itself");
                }
            }
        }
        Ok(value)
    }

    /// `\u`'s number, or that of two halves.
    fn unicode(&mut self) -> Result<u32> {
        if self.flags.is_unicode && self.rest.next_if_eq(&'{').is_some() {
            let mut value = 0_u32;
            loop {
                match self.rest.next().map(|digit| (digit, digit.to_digit(16))) {
                    Some(('}', _)) if char::from_u32(value).is_some() => return Ok(value),
                    Some((_, Some(digit))) if value < 0x11_0000 => value = value << 4 | digit,
                    _ => {
                        return self
                            .refuse("this number of a character", "write the character itself");
                    }
                }
            }
        }
        let high = self.hexadecimal(4)?;
        let mut ahead = self.rest.clone();
        let is_pair = self.flags.is_unicode
            && (0xd800..0xdc00).contains(&high)
            && ahead.next() == Some('\\')
            && ahead.next() == Some('u');
        if !is_pair {
            return Ok(high);
        }
        self.rest = ahead;
        let low = self.hexadecimal(4)?;
        let units = [high as u16, low as u16];
        match char::decode_utf16(units).next() {
            Some(Ok(character)) => Ok(u32::from(character)),
            _ => self.refuse("half a character", "write the character itself"),
        }
    }

    /// `\p{name}`, behind the p.
    fn named(&mut self, others: bool) -> Result<Escaped> {
        let mut name = String::new();
        let is_open = self.rest.next_if_eq(&'{').is_some();
        while let Some(character) = self.rest.next_if(|c| c.is_ascii_alphanumeric()) {
            name.push(character);
        }
        let is_closed = self.rest.next_if_eq(&'}').is_some();
        let is_known = is_open && is_closed && NAMED.contains(&name.as_str());
        match is_known && !self.flags.ignores_case {
            true => Ok(Escaped::Class(format!("\\p{{{name}}}"), others)),
            false => self.refuse("this `\\p`", "write \\w, \\d, \\s or a class such as [A-Z]"),
        }
    }
}

fn halves(point: u32) -> impl Iterator<Item = u16> {
    let mut units = [0; 2];
    let len = char::from_u32(point).map_or(0, |character| character.encode_utf16(&mut units).len());
    units.into_iter().take(len)
}

/// An escaped character, by its number.
fn number(point: u32) -> String {
    format!("\\x{{{point:x}}}")
}

#[cfg(test)]
mod tests {
    use crate::condition::dialect::Patterns;
    use crate::condition::pattern::Pattern;
    use crate::condition::syntax::Span;

    fn found(pattern: &str, text: &str) -> Option<bool> {
        let pattern = Pattern::compile(pattern, Span::default(), Patterns::JavaScriptSearch);
        pattern.expect("compiles").is_found(text)
    }

    #[test]
    fn means_what_javascript_means() {
        for (pattern, text, outcome) in [
            (r"/^a\d+$/", "a12", true),
            (r"/^a\d+$/", "a12\n", false),
            (r"/^a$/m", "b\na\nc", true),
            (r"/a.c/", "a\u{2028}c", false),
            (r"/a.c/s", "a\nc", true),
            (r"/\bfoo\b/", "é foo é", true),
            (r"/\bfoo\b/", "xfoo", false),
            (r"/a\Bb/", "ab", true),
            (r"/k/i", "\u{212a}", false),
            (r"/k/iu", "\u{212a}", true),
            (r"/[a-z]+@acme\.com/i", "JOE@ACME.COM", true),
            (r"/[\d\-x]{3}/", "1-x", true),
            (r"/[^]/", "\n", true),
            (r"/[/]/", "/", true),
            (r"/a{2}/", "aa", true),
            (r"/^\w+$/", "né", false),
            (r"/\s/", "\u{feff}", true),
            (r"/^\p{L}$/u", "é", true),
            (r"/\u{1f600}/u", "😀", true),
            (r"/\ud83d\ude00/u", "😀", true),
            (r"/(?<year>\d{4})/", "2026", true),
        ] {
            assert_eq!(found(pattern, text), Some(outcome), "{pattern} on {text:?}");
        }
        assert_eq!(found(r"/^a$/m", "a\r\nb"), None);
    }
}
