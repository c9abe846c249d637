//! What was inserted into one source, and where.
//!
//! Knows texts, not what they mean. Invariant: the source with the insertions is, to the byte, the text
//! that the rewriter made of it; the source itself is not kept.

use super::Check;
use std::ops::Range;
use stillframe_rewriter::Rewritten;

/// The insertions of one rewritten text.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Of the rewritten text.
    length: usize,
    /// Where they lie in it, in bytes, in order.
    inserted: Vec<Range<u32>>,
    /// What they are, one behind the other.
    texts: Box<str>,
    functions: u32,
}

impl Sheet {
    pub(super) fn of(done: &Rewritten) -> Self {
        let text = |one: &Range<u32>| done.code.get(one.start as usize..one.end as usize);
        Self {
            length: done.code.len(),
            inserted: done.inserted.clone(),
            texts: done.inserted.iter().filter_map(text).collect::<String>().into(),
            functions: done.functions.len() as u32,
        }
    }

    /// How many functions have checks.
    pub(super) fn functions(&self) -> u32 {
        self.functions
    }

    /// Whether a text may be the rewritten one.
    pub(super) fn is_of(&self, text: &str) -> bool {
        self.length == text.len()
    }

    /// The source with the insertions, as it was rewritten before.
    pub(super) fn code(&self, source: &str) -> Option<String> {
        if source.len() + self.texts.len() != self.length {
            return None;
        }
        let mut code = String::with_capacity(self.length);
        let (mut from, mut told) = (0, 0);
        for one in &self.inserted {
            let plain = (one.start as usize).checked_sub(code.len())?;
            code.push_str(source.get(from..from + plain)?);
            code.push_str(self.texts.get(told..told + one.len())?);
            (from, told) = (from + plain, told + one.len());
        }
        code.push_str(source.get(from..)?);
        Some(code)
    }

    /// The text as it was before.
    pub(super) fn original(&self, text: &str) -> String {
        let mut original = String::with_capacity(text.len());
        let mut done = 0;
        for one in &self.inserted {
            original.push_str(text.get(done..one.start as usize).unwrap_or_default());
            done = one.end as usize;
        }
        original.push_str(text.get(done..).unwrap_or_default());
        original
    }

    /// Whether a byte lies in something that was inserted.
    pub(crate) fn holds(&self, at: usize) -> bool {
        let behind = self.inserted.partition_point(|one| one.start as usize <= at);
        let before = behind.checked_sub(1).and_then(|before| self.inserted.get(before));
        before.is_some_and(|one| at < one.end as usize)
    }

    /// The checks in the text, each with a byte inside of it.
    pub(crate) fn checks<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (usize, Check)> + 's {
        self.inserted.iter().filter_map(|one| {
            let (start, end) = (one.start as usize, one.end as usize);
            Some((start + 1, Check::read(text.get(start..end)?)?))
        })
    }
}
