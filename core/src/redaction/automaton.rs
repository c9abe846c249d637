//! All patterns of the name list at once: an Aho-Corasick automaton over normalised bytes.
//!
//! Knows names as bytes only. Invariant: a step is one table read and never fails; the automaton is
//! immutable once built.

/// Class of every byte that no pattern holds.
const OTHER: u8 = 0;
/// Class fed before the first byte, so that a pattern can be tied to the beginning.
const START: u8 = 1;
/// Class fed after the last byte, so that a pattern can be tied to the end.
const END: u8 = 2;
const FIRST_FREE: u8 = 3;

/// Immutable once built.
pub(super) struct Automaton {
    classes: [u8; 256],
    /// By row of a state plus class: the next row in the low bits, and in the top eight the marks of
    /// the patterns that end there.
    next: Vec<u32>,
}

/// Bits of a row. Patterns that need more rows than this cannot be given on a command line.
const ROW_BITS: u32 = 24;
const ROW: u32 = (1 << ROW_BITS) - 1;

/// A walk through the automaton.
#[derive(Clone, Copy)]
pub(super) struct Cursor {
    row: u32,
    marks: u8,
}

impl Automaton {
    /// From patterns in normal form, `*` at an end standing for anything, each with a mark (one bit).
    pub(super) fn new(patterns: &[(Vec<u8>, u8)]) -> Self {
        let mut classes = [OTHER; 256];
        let mut used = FIRST_FREE;
        for byte in patterns.iter().flat_map(|(pattern, _)| stem(pattern)) {
            let class = &mut classes[usize::from(*byte)];
            if *class == OTHER {
                *class = used;
                used += 1;
            }
        }
        let mut trie = Trie::new(usize::from(used));
        for (pattern, mark) in patterns {
            let start = (pattern.first() != Some(&b'*')).then_some(START);
            let end = (pattern.last() != Some(&b'*')).then_some(END);
            let bytes = stem(pattern).iter().map(|byte| classes[usize::from(*byte)]);
            trie.insert(start.into_iter().chain(bytes).chain(end), *mark);
        }
        trie.link();
        Self { classes, next: trie.marked() }
    }

    /// Before the first byte.
    pub(super) fn start(&self) -> Cursor {
        self.step_class(Cursor { row: 0, marks: 0 }, START)
    }

    /// Takes one byte of the normal form.
    #[inline]
    pub(super) fn step(&self, cursor: Cursor, byte: u8) -> Cursor {
        self.step_class(cursor, self.classes[usize::from(byte)])
    }

    /// After the last byte: the marks of all patterns that matched.
    pub(super) fn finish(&self, cursor: Cursor) -> u8 {
        self.step_class(cursor, END).marks
    }

    #[inline]
    fn step_class(&self, cursor: Cursor, class: u8) -> Cursor {
        let next = self.next[(cursor.row + u32::from(class)) as usize];
        Cursor { row: next & ROW, marks: cursor.marks | (next >> ROW_BITS) as u8 }
    }
}

/// A pattern without its stars.
fn stem(pattern: &[u8]) -> &[u8] {
    let pattern = pattern.strip_prefix(b"*").unwrap_or(pattern);
    pattern.strip_suffix(b"*").unwrap_or(pattern)
}

struct Trie {
    stride: usize,
    next: Vec<u32>,
    marks: Vec<u8>,
}

impl Trie {
    fn new(stride: usize) -> Self {
        Self { stride, next: vec![0; stride], marks: vec![0] }
    }

    fn insert(&mut self, classes: impl Iterator<Item = u8>, mark: u8) {
        let mut row = 0;
        for class in classes {
            let at = row + usize::from(class);
            if self.next[at] == 0 {
                let row = u32::try_from(self.next.len()).ok().filter(|row| *row <= ROW);
                // Beyond the table a pattern ends early, and so redacts more rather than less.
                let Some(row) = row else { break };
                self.next[at] = row;
                self.next.resize(self.next.len() + self.stride, 0);
                self.marks.push(0);
            }
            row = self.next[at] as usize;
        }
        // The root would mark every name: a pattern of stars alone says nothing.
        if row != 0 {
            self.marks[row / self.stride] |= mark;
        }
    }

    /// The edges, each with the marks of the row it leads to.
    fn marked(self) -> Vec<u32> {
        let mark = |row: &u32| u32::from(self.marks[*row as usize / self.stride]) << ROW_BITS;
        self.next.iter().map(|row| row | mark(row)).collect()
    }

    /// Replaces every absent edge by where the longest matching suffix goes, breadth first.
    fn link(&mut self) {
        let mut fallback = vec![0_u32; self.marks.len()];
        let mut queue: std::collections::VecDeque<u32> =
            (0..self.stride).map(|class| self.next[class]).filter(|row| *row != 0).collect();
        while let Some(row) = queue.pop_front() {
            let row = row as usize;
            let suffix = fallback[row / self.stride] as usize;
            self.marks[row / self.stride] |= self.marks[suffix / self.stride];
            for class in 0..self.stride {
                let onward = self.next[suffix + class];
                let target = self.next[row + class];
                if target == 0 {
                    self.next[row + class] = onward;
                } else {
                    fallback[target as usize / self.stride] = onward;
                    queue.push_back(target);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(pattern: &[u8], name: &[u8]) -> bool {
        let stem = stem(pattern);
        if stem.is_empty() {
            return false;
        }
        match (pattern.first() == Some(&b'*'), pattern.last() == Some(&b'*')) {
            (false, false) => name == stem,
            (true, false) => name.ends_with(stem),
            (false, true) => name.starts_with(stem),
            (true, true) => name.windows(stem.len()).any(|window| window == stem),
        }
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            patterns in proptest::collection::vec("[*]?[ab]{1,4}[*]?", 1..6),
            name in "[abc]{0,12}",
        ) {
            let marked: Vec<(Vec<u8>, u8)> = patterns
                .iter()
                .enumerate()
                .map(|(index, pattern)| (pattern.clone().into_bytes(), 1 << index))
                .collect();
            let automaton = Automaton::new(&marked);
            let mut cursor = automaton.start();
            for byte in name.bytes() {
                cursor = automaton.step(cursor, byte);
            }
            let expected = marked
                .iter()
                .filter(|(pattern, _)| naive(pattern, name.as_bytes()))
                .fold(0, |marks, (_, mark)| marks | mark);
            prop_assert_eq!(automaton.finish(cursor), expected);
        }
    }
}
