//! Regular expressions in conditions, as full automata: a search allocates nothing, locks nothing
//! and takes one step a byte.
//!
//! The host's spelling is translated; what would mean something else here is refused by name.
//! Invariant: an automaton holds at most [`MAX_BYTES`].

mod java;
mod javascript;
mod ruby;
mod table;

pub use table::Table;

use super::dialect::Patterns;
use super::message;
use super::syntax::Span;
use crate::error::Result;
use crate::value::Text;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input, MatchKind};

/// Bytes of one automaton, and of the work space that building it takes. A Unicode `\w+` takes 100 KiB.
const MAX_BYTES: usize = 2 << 20;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    automaton: Box<dense::DFA<Vec<u32>>>,
    /// Whether it sees halves of characters beyond 16 bits.
    sees_halves: bool,
    /// Whether it knows lines, which end in more ways than the engine's.
    by_lines: bool,
    /// What Ruby's means where the engine's would mean something else.
    of_ruby: ruby::Flags,
}

/// What of a text is read at once: two halves of one character, or one character.
pub(super) struct Piece {
    /// None if it is half a character, which the pattern cannot see.
    pub(super) characters: [Option<char>; 2],
    /// Storage units that it takes.
    pub(super) taken: usize,
}

impl Pattern {
    /// Compiles the host's pattern `text`, which stands at `span` of the source.
    pub(super) fn compile(text: &str, span: Span, patterns: Patterns) -> Result<Self> {
        let (mut sees_halves, mut by_lines) = (false, false);
        let mut of_ruby = ruby::Flags::default();
        let translated = match patterns {
            Patterns::PythonSearch => translate(text, span)?,
            Patterns::JavaWhole => java::translate(text, span)?,
            Patterns::JavaScriptSearch => {
                let (translated, flags) = javascript::translate(text, span)?;
                (sees_halves, by_lines) = (!flags.is_unicode, flags.by_lines);
                translated
            }
            Patterns::RubySearch => {
                let (translated, flags) = ruby::translate(text, span)?;
                of_ruby = flags;
                translated
            }
        };
        let start = match patterns {
            Patterns::RubySearch => StartKind::Both,
            _ => StartKind::Unanchored,
        };
        let automaton = built(&translated, span, start)?;
        Ok(Self { automaton, sees_halves, by_lines, of_ruby })
    }

    /// Whether it reads `text` as it is.
    pub(super) fn reads(&self, text: &str) -> bool {
        !self.sees_halves || text.is_ascii() || text.chars().all(|c| c.len_utf16() == 1)
    }

    /// What it reads of `text` at storage unit `at`; `None` at the end.
    pub(super) fn piece(&self, text: Text<'_>, at: usize) -> Option<Piece> {
        let one = |character, taken| Some(Piece { characters: [character, None], taken });
        match text {
            Text::Latin1(units) => units.get(at).and_then(|unit| one(Some(char::from(*unit)), 1)),
            Text::Units16(units) => {
                let unit = *units.get(at)?;
                if self.sees_halves || !(0xd800..0xe000).contains(&unit) {
                    let plain = char::from_u32(u32::from(unit));
                    return one(plain.or_else(|| javascript::half(unit)), 1);
                }
                let pair = units.get(at..)?.iter().copied().take(2);
                let character = char::decode_utf16(pair).next().and_then(Result::ok);
                one(character, 2)
            }
            Text::Utf8(text) => {
                let character = text.get(at..)?.chars().next()?;
                let mut units = [0; 2];
                match character.encode_utf16(&mut units) {
                    [_, _] if self.sees_halves => {
                        let characters = units.map(javascript::half);
                        Some(Piece { characters, taken: character.len_utf8() })
                    }
                    _ => one(Some(character), character.len_utf8()),
                }
            }
            Text::Units32(points) => {
                points.get(at).and_then(|point| one(char::from_u32(*point), 1))
            }
        }
    }

    /// Whether it is found anywhere in `text`; `None` where it cannot tell (a word boundary beside a
    /// character beyond ASCII). Goes from state to state itself: the engine's own search allocates an
    /// error where it gives up.
    pub(super) fn is_found(&self, text: &str) -> Option<bool> {
        if self.by_lines && text.contains(['\r', '\u{2028}', '\u{2029}']) {
            return None;
        }
        if self.of_ruby.ignores_case && ruby::folds_to_ascii(text) {
            return None;
        }
        let input = Input::new(text).anchored(Anchored::No);
        let mut state = self.automaton.start_state_forward(&input).ok()?;
        for byte in text.bytes() {
            state = self.automaton.next_state(state, byte);
            if !self.automaton.is_special_state(state) {
                continue;
            }
            if self.automaton.is_quit_state(state) {
                return None;
            }
            if self.automaton.is_match_state(state) || self.automaton.is_dead_state(state) {
                return Some(self.automaton.is_match_state(state));
            }
        }
        // A match shows one step late.
        let end = self.automaton.next_eoi_state(state);
        let is_found = self.automaton.is_match_state(end);
        // Where a line begins behind the last line end is no place to Ruby.
        let is_doubtful = is_found && self.of_ruby.begins_lines && text.ends_with('\n');
        (!self.automaton.is_quit_state(end) && !is_doubtful).then_some(is_found)
    }

    /// Whether what it matches begins at byte `at` of `text`, and how many bytes were looked at.
    pub(super) fn begins_at(&self, text: &str, at: usize) -> Option<(bool, usize)> {
        let input = Input::new(text).range(at..).anchored(Anchored::Yes);
        let mut state = self.automaton.start_state_forward(&input).ok()?;
        for (n, byte) in text.bytes().skip(at).enumerate() {
            state = self.automaton.next_state(state, byte);
            if self.automaton.is_quit_state(state) {
                return None;
            }
            if self.automaton.is_match_state(state) || self.automaton.is_dead_state(state) {
                return Some((self.automaton.is_match_state(state), n));
            }
        }
        let end = self.automaton.next_eoi_state(state);
        let is_found = self.automaton.is_match_state(end);
        (!self.automaton.is_quit_state(end)).then_some((is_found, text.len() - at))
    }
}

/// The automaton of a pattern in the engine's syntax.
fn built(translated: &str, span: Span, start: StartKind) -> Result<Box<dense::DFA<Vec<u32>>>> {
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .unicode_word_boundary(true)
        .accelerate(false)
        .start_kind(start)
        .dfa_size_limit(Some(MAX_BYTES))
        .determinize_size_limit(Some(MAX_BYTES));
    let built = dense::Builder::new()
        .configure(config)
        .thompson(thompson::Config::new().nfa_size_limit(Some(MAX_BYTES)))
        .build(translated);
    match built {
        Ok(automaton) => Ok(Box::new(automaton)),
        Err(error) if error.is_size_limit_exceeded() => Err(message::pattern_too_large(span)),
        Err(error) => match reason(&error) {
            reason if reason.contains("exceeded limit") => Err(message::pattern_too_large(span)),
            reason => Err(message::pattern(span, &reason)),
        },
    }
}

/// The innermost reason of a build error, on one line.
fn reason(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}

/// The host's pattern in the engine's syntax.
fn translate(text: &str, span: Span) -> Result<String> {
    let mut translator =
        Translator { rest: text, out: String::new(), span, in_class: false, is_multi_line: false };
    translator.flags();
    while !translator.rest.is_empty() {
        translator.step()?;
    }
    Ok(translator.out)
}

struct Translator<'t> {
    rest: &'t str,
    out: String,
    span: Span,
    in_class: bool,
    is_multi_line: bool,
}

impl Translator<'_> {
    /// Flags at the very beginning; those that change an anchor are remembered.
    fn flags(&mut self) {
        let Some(flags) = self.rest.strip_prefix("(?").and_then(|rest| rest.split_once(')')) else {
            return;
        };
        self.is_multi_line =
            flags.0.chars().all(|c| c.is_ascii_lowercase()) && flags.0.contains('m');
    }

    fn refuse<T>(&self, what: &str, instead: &str) -> Result<T> {
        Err(message::pattern_feature(self.span, what, instead))
    }

    /// Moves `len` bytes on and writes `out` for them.
    fn replace(&mut self, len: usize, out: &str) {
        self.out.push_str(out);
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    fn step(&mut self) -> Result<()> {
        let Some(first) = self.rest.chars().next() else { return Ok(()) };
        match first {
            '\\' => self.escape(),
            '[' if self.in_class => self.class_bracket(),
            '[' => {
                self.in_class = true;
                let negated = self.rest.starts_with("[^");
                self.replace(1 + usize::from(negated), if negated { "[^" } else { "[" });
                if self.rest.starts_with(']') {
                    self.replace(1, "\\]");
                }
                Ok(())
            }
            ']' => {
                self.in_class = false;
                self.replace(1, "]");
                Ok(())
            }
            '&' | '~' | '-' if self.in_class && is_doubled(self.rest) => {
                // The engine would take these for operations on sets; the host takes them as they are.
                let literal = format!("\\{first}\\{first}");
                self.replace(2, &literal);
                Ok(())
            }
            '(' if !self.in_class => self.group(),
            '$' if !self.in_class => self.end_anchor(),
            _ => {
                let len = first.len_utf8();
                let text = self.rest.get(..len).unwrap_or_default().to_owned();
                self.replace(len, &text);
                Ok(())
            }
        }
    }

    fn class_bracket(&mut self) -> Result<()> {
        // A bracket within a class is itself for the host, and a nested class for the engine.
        self.replace(1, "\\[");
        Ok(())
    }

    fn group(&mut self) -> Result<()> {
        let rest = self.rest;
        if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| rest.starts_with(look)) {
            return self.refuse("a look-around", "join two matches(…) with `and` or `and not`");
        }
        if rest.starts_with("(?P=") || rest.starts_with("(?(") {
            return self.refuse("a reference to a group", "compare the parts separately");
        }
        if rest.starts_with("(?>") {
            return self.refuse("an atomic group", "write (?:…)");
        }
        if let Some(flags) = rest.strip_prefix("(?") {
            let name: String = flags.chars().take_while(char::is_ascii_alphabetic).collect();
            if name.contains(['a', 'L']) && !flags.starts_with("P<") {
                return self.refuse("the flag a or L", "write [A-Za-z0-9_] for an ASCII \\w");
            }
        }
        self.replace(1, "(");
        Ok(())
    }

    /// `$` also matches before a last line end, which can only be said where nothing follows.
    fn end_anchor(&mut self) -> Result<()> {
        if self.is_multi_line {
            self.replace(1, "$");
            return Ok(());
        }
        let after = self.rest.get(1..).unwrap_or_default();
        if !after.trim_start_matches(')').is_empty() && !after.starts_with(['|', ')']) {
            return self.refuse("`$` with more behind it", "write \\Z, or (?m) for line ends");
        }
        self.replace(1, "(?:\\n?\\z)");
        Ok(())
    }

    fn escape(&mut self) -> Result<()> {
        let Some(escaped) = self.rest.chars().nth(1) else {
            return self.refuse("a backslash at the end", "write \\\\ for a backslash");
        };
        let in_class = self.in_class;
        let replacement = match escaped {
            'Z' if !in_class => "\\z",
            'w' if in_class => "\\p{L}\\p{N}_",
            'w' => "[\\p{L}\\p{N}_]",
            'W' => "[^\\p{L}\\p{N}_]",
            's' if in_class => "\\s\\x1c-\\x1f",
            's' => "[\\s\\x1c-\\x1f]",
            'S' => "[^\\s\\x1c-\\x1f]",
            'b' if in_class => "\\x08",
            '0' => "\\x00",
            '1'..='9' => {
                return self.refuse("a reference to a group", "compare the parts separately");
            }
            'p' | 'P' | 'z' | 'G' | 'K' | 'R' | 'X' | 'h' | 'H' | 'k' | 'N' => {
                return self.refuse(
                    &format!("`\\{escaped}`"),
                    "write \\w, \\d, \\s or a class such as [A-Z]",
                );
            }
            'A' | 'B' | 'b' | 'd' | 'D' | 'a' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' | 'u' | 'U' => {
                let text = self.rest.get(..2).unwrap_or_default().to_owned();
                self.replace(2, &text);
                return Ok(());
            }
            _ if escaped.is_ascii_alphabetic() => {
                return self.refuse(&format!("`\\{escaped}`"), "write the character itself");
            }
            _ => {
                let literal = literal(escaped);
                self.replace(1 + escaped.len_utf8(), &literal);
                return Ok(());
            }
        };
        self.replace(2, replacement);
        Ok(())
    }
}

fn is_doubled(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 1 && bytes.first() == bytes.get(1)
}

/// An escaped character that means itself.
fn literal(character: char) -> String {
    format!("\\x{{{:x}}}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Option<bool> {
        let pattern = Pattern::compile(pattern, Span::default(), Patterns::PythonSearch);
        pattern.expect("compiles").is_found(text)
    }

    #[test]
    fn means_what_the_host_means() {
        assert_eq!(found(r"^a\d+$", "a12"), Some(true));
        assert_eq!(found(r"^a\d+$", "a12\n"), Some(true));
        assert_eq!(found(r"^a\d+\Z", "a12\n"), Some(false));
        assert_eq!(found(r"(foo$|bar)", "xfoo"), Some(true));
        assert_eq!(found(r"[[a]", "["), Some(true));
        assert_eq!(found(r"[]a]", "]"), Some(true));
        assert_eq!(found(r"[a&&b]", "&"), Some(true));
        assert_eq!(found(r"\bfoo\b", "a foo b"), Some(true));
        assert_eq!(found(r"\bfoo\b", "é foo b"), None);
        assert_eq!(found(r"(?i)ABC", "xabcx"), Some(true));
        assert_eq!(found(r"\w+@\w+\.com", "joe@acme.com"), Some(true));
        assert_eq!(found("", "x"), Some(true));
    }

    #[test]
    fn refuses_by_name() {
        for (pattern, what) in [
            (r"a(?=b)", "look-around"),
            (r"(?<!a)b", "look-around"),
            (r"(a)\1", "reference"),
            (r"a$b", "`$`"),
            (r"\p{L}", r"`\p`"),
            (r"(?:\w{500}){500}", "memory"),
            (r"(", "unclosed"),
        ] {
            let error = Pattern::compile(pattern, Span::default(), Patterns::PythonSearch);
            let error = error.expect_err(pattern);
            assert!(error.message().contains(what), "{pattern}: {error}");
        }
    }
}
