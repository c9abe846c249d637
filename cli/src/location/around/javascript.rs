//! The function around a line of JavaScript or TypeScript.
//!
//! Knows brackets, texts and comments, and what stands before a brace (`head`); not the grammar.
//! Invariant: whatever the text, it is gone through once, and what is kept of it is bounded.

use super::head::{Kind, Token, kind_of};

/// Tokens before a bracket that are looked at.
const MOST_TOKENS: usize = 256;

/// Name of the function around the line at `index`, as the agent for Node.js names it.
pub(super) fn function(lines: &[&str], index: usize) -> Option<String> {
    let line = lines.get(index)?;
    let mut reader = Reader { frames: vec![Frame::new(Kind::Block)], is_comment: false };
    lines[..index].iter().for_each(|line| reader.line(line));
    // What a line closes first is not around what else is on it.
    let closes = |c: char| c.is_whitespace() || ")]}".contains(c);
    reader.line(&line[..line.len() - line.trim_start_matches(closes).len()]);
    reader.frames.into_iter().rev().find_map(|frame| match frame.kind {
        Kind::Function(name) => Some(name),
        _ => None,
    })
}

/// What is open, and what stands in it before the place that is looked at.
struct Frame {
    kind: Kind,
    head: Vec<Token>,
}

impl Frame {
    fn new(kind: Kind) -> Self {
        Self { kind, head: Vec::new() }
    }
}

struct Reader {
    frames: Vec<Frame>,
    is_comment: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let mut rest = line;
        while !rest.is_empty() {
            rest = self.step(rest);
        }
    }

    /// Reads what stands at the beginning; what is left.
    fn step<'l>(&mut self, rest: &'l str) -> &'l str {
        if self.is_comment {
            let Some((_, after)) = rest.split_once("*/") else { return "" };
            self.is_comment = false;
            return after;
        }
        if matches!(self.kind(), Kind::Template) {
            return self.template(rest);
        }
        let Some(first) = rest.chars().next() else { return "" };
        let after = &rest[first.len_utf8()..];
        match first {
            '/' if after.starts_with('/') => return "",
            '/' if after.starts_with('*') => self.is_comment = true,
            '/' if !self.is_behind_value() => return self.pattern(after),
            '\'' | '"' => return self.text(first, after),
            '`' => self.frames.push(Frame::new(Kind::Template)),
            '(' => self.frames.push(Frame::new(Kind::Parens)),
            '[' => self.frames.push(Frame::new(Kind::Brackets)),
            '{' => {
                let kind = self.frames.last().map(|frame| kind_of(&frame.kind, &frame.head));
                self.frames.push(Frame::new(kind.unwrap_or(Kind::Block)));
            }
            ')' | ']' | '}' => self.close(),
            ';' => self.frames.last_mut().into_iter().for_each(|frame| frame.head.clear()),
            '=' if after.starts_with('>') => {
                self.add(Token::Arrow);
                return &after[1..];
            }
            _ if first.is_whitespace() => {}
            _ if is_word(first) || first == '#' => return self.word(rest),
            sign => self.add(Token::Sign(sign)),
        }
        after
    }

    fn kind(&self) -> &Kind {
        self.frames.last().map_or(&Kind::Block, |frame| &frame.kind)
    }

    fn add(&mut self, token: Token) {
        let Some(Frame { head, .. }) = self.frames.last_mut() else { return };
        if head.len() >= MOST_TOKENS {
            head.drain(..MOST_TOKENS / 2);
        }
        head.push(token);
    }

    /// Whether a slash here divides.
    fn is_behind_value(&self) -> bool {
        let last = self.frames.last().and_then(|frame| frame.head.last());
        last.is_some_and(Token::is_value)
    }

    fn word<'l>(&mut self, rest: &'l str) -> &'l str {
        let text = rest.strip_prefix('#').unwrap_or(rest);
        let hash = rest.len() - text.len();
        let len = text.find(|c| !is_word(c)).unwrap_or(text.len()) + hash;
        let word = &rest[..len];
        self.add(match word.starts_with(|first: char| first.is_ascii_digit()) {
            true => Token::Value,
            false => Token::Word(word.to_owned()),
        });
        &rest[len..]
    }

    /// A text in quotes, to its end or that of the line.
    fn text<'l>(&mut self, quote: char, rest: &'l str) -> &'l str {
        let end = unescaped(rest, |c| c == quote);
        let (text, after) = match end {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, ""),
        };
        self.add(Token::Text(text.to_owned()));
        after
    }

    /// A pattern behind its slash; a mere slash, if no other is on the line.
    fn pattern<'l>(&mut self, rest: &'l str) -> &'l str {
        let mut in_class = false;
        let end = unescaped(rest, |c| {
            in_class = (in_class || c == '[') && c != ']';
            c == '/' && !in_class
        });
        self.add(if end.is_some() { Token::Value } else { Token::Sign('/') });
        end.map_or(rest, |end| &rest[end + 1..])
    }

    /// The text of a template.
    fn template<'l>(&mut self, rest: &'l str) -> &'l str {
        let mut before = ' ';
        let end = unescaped(rest, |c| {
            let is_end = c == '`' || (before == '$' && c == '{');
            before = c;
            is_end
        });
        let Some(end) = end else { return "" };
        match rest[end..].starts_with('{') {
            true => self.frames.push(Frame::new(Kind::Parens)),
            false => self.close(),
        }
        &rest[end + 1..]
    }

    /// What is open ends, and is one token of what is around it.
    fn close(&mut self) {
        if self.frames.len() == 1 {
            return;
        }
        let closed = self.frames.pop();
        if matches!(self.kind(), Kind::Template) {
            return;
        }
        match closed.map(|frame| frame.kind) {
            Some(Kind::Parens) => self.add(Token::Group),
            Some(Kind::Brackets | Kind::Object | Kind::Template) => self.add(Token::Value),
            // A statement or member ends with it, as far as names go.
            _ => self.frames.last_mut().into_iter().for_each(|frame| frame.head.clear()),
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || "_$".contains(character)
}

/// Where the first character stands that `is_it`, and that no backslash escapes.
fn unescaped(text: &str, mut is_it: impl FnMut(char) -> bool) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        if !is_escaped && character != '\\' && is_it(character) {
            return Some(at);
        }
        is_escaped = !is_escaped && character == '\\';
    }
    None
}

#[cfg(test)]
mod tests;
