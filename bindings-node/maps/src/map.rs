//! A map that was read: tokens in the order of the generated code, and the sources they name.
//!
//! Invariant: a place is answered by a token of its own line, never by one before it: code that a tool
//! added is of no source.

use std::collections::HashMap;

/// Ranges of one source that are told apart.
const MOST_RANGES: usize = 64;
/// Lines and columns between ranges that are not.
const CLOSE: (u32, u32) = (20, 2_000);

fn is_close(end: (u32, u32), at: (u32, u32)) -> bool {
    match at.0 - end.0 {
        0 => at.1.saturating_sub(end.1) <= CLOSE.1,
        lines => lines <= CLOSE.0,
    }
}

/// A token of no source, or without a name.
const NONE: u32 = u32::MAX;

/// A source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its path or URL, resolved against where the map lies.
    pub path: Box<str>,
    /// Its text, if the map holds it.
    pub text: Option<Box<str>>,
}

/// Where a place of the generated code was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Original<'m> {
    /// Index among the map's sources.
    pub source: usize,
    /// From 0.
    pub line: u32,
    /// From 0, in 16-bit units.
    pub column: u32,
    /// The name that stands there, if another stands in the generated code.
    pub name: Option<&'m str>,
}

/// A token: generated place, and what it was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) at: (u32, u32),
    pub(crate) source: u32,
    pub(crate) original: (u32, u32),
    pub(crate) name: u32,
}

impl Token {
    pub(crate) fn new(
        at: (u32, u32),
        source: Option<u32>,
        original: (u32, u32),
        name: Option<u32>,
    ) -> Self {
        Self { at, source: source.unwrap_or(NONE), original, name: name.unwrap_or(NONE) }
    }
}

/// A map.
#[derive(Debug, Default)]
pub struct Map {
    pub(crate) tokens: Vec<Token>,
    pub(crate) sources: Vec<Source>,
    pub(crate) names: Vec<Box<str>>,
}

impl Map {
    /// Its sources.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// How many tokens it has, which is what it takes of memory.
    pub fn tokens(&self) -> usize {
        self.tokens.len()
    }

    /// Where a place, line and column from 0, was written. Logarithmic.
    pub fn original(&self, at: (u32, u32)) -> Option<Original<'_>> {
        let behind = self.tokens.partition_point(|token| token.at <= at);
        let mut index = behind.checked_sub(1)?;
        // Of tokens of one place the first is meant.
        while index > 0 && self.tokens[index - 1].at == self.tokens[index].at {
            index -= 1;
        }
        let token = self.tokens.get(index).filter(|token| token.at.0 == at.0)?;
        self.of(token)
    }

    /// The name that a place, exactly, was written as.
    pub fn name(&self, at: (u32, u32)) -> Option<&str> {
        let first = self.tokens.partition_point(|token| token.at < at);
        let here = self.tokens[first..].iter().take_while(|token| token.at == at);
        here.filter_map(|token| self.of(token)?.name).next()
    }

    /// All places that name a source, in their order, and what they were written as.
    pub fn places(&self) -> impl Iterator<Item = ((u32, u32), Original<'_>)> {
        self.tokens.iter().filter_map(|token| Some((token.at, self.of(token)?)))
    }

    /// What it says of one source alone: a map whose only source that is.
    pub fn part(&self, source: usize) -> Self {
        let mut part = Self {
            sources: self.sources.get(source).cloned().into_iter().collect(),
            ..Self::default()
        };
        let mut names = HashMap::new();
        for token in &self.tokens {
            let is_of_it = token.source as usize == source;
            let mut kept = Token { source: NONE, original: (0, 0), name: NONE, ..*token };
            if is_of_it {
                (kept.source, kept.original) = (0, token.original);
                if let Some(name) = self.names.get(token.name as usize) {
                    kept.name = *names.entry(token.name).or_insert_with(|| {
                        part.names.push(name.clone());
                        part.names.len() as u32 - 1
                    });
                }
            } else if part
                .tokens
                .last()
                .is_none_or(|last| last.source == NONE && last.at.0 == token.at.0)
            {
                // Where it ends is said once.
                continue;
            }
            part.tokens.push(kept);
        }
        part.tokens.shrink_to_fit();
        part
    }

    /// Between which places, line and column from 0, code of a source lies. What lies close together is
    /// told as one, and what is scattered too.
    pub fn ranges(&self) -> Vec<((u32, u32), (u32, u32))> {
        let mut ranges: Vec<((u32, u32), (u32, u32))> = Vec::new();
        let next = self.tokens.iter().skip(1).map(|token| token.at);
        let end = self.last_line().saturating_add(1);
        for (token, next) in self.tokens.iter().zip(next.chain([(end, 0)])) {
            if token.source == NONE {
                continue;
            }
            match ranges.last_mut() {
                Some((_, end)) if is_close(*end, token.at) => *end = next,
                _ => ranges.push((token.at, next)),
            }
        }
        if let ([(from, _), .., (_, to)], true) = (&ranges[..], ranges.len() > MOST_RANGES) {
            ranges = vec![(*from, *to)];
        }
        ranges
    }

    /// The last line, from 0, that has a token.
    pub fn last_line(&self) -> u32 {
        self.tokens.last().map_or(0, |token| token.at.0)
    }

    fn of(&self, token: &Token) -> Option<Original<'_>> {
        let (line, column) = token.original;
        let source = usize::try_from(token.source).ok().filter(|at| *at < self.sources.len())?;
        let name = self.names.get(token.name as usize).map(|name| &**name);
        Some(Original { source, line, column, name })
    }
}
