//! Where each instruction lies, and how high the stack grows.
//!
//! Knows items and their effects, not what they mean. Invariant: along every way through the code a
//! place has one height of the stack.

use super::WriteError;
use super::assemble::Label;
use crate::op;

/// A part of the code.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Label(Label),
    Plain { bytes: Vec<u8>, takes: u16, puts: u16, is_end: bool },
    Jump { op: u8, to: Label, takes: u16 },
    Switch { cases: Vec<(i32, Label)>, default: Label },
}

impl Item {
    /// Bytes of it at a place.
    fn len(&self, at: usize) -> usize {
        match self {
            Self::Label(_) => 0,
            Self::Plain { bytes, .. } => bytes.len(),
            Self::Jump { .. } => 3,
            Self::Switch { cases, .. } => 1 + (3 - at % 4) + 8 + 8 * cases.len(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Handler {
    pub(super) from: Label,
    pub(super) to: Label,
    pub(super) at: Label,
    pub(super) class: u16,
}

/// Places of items and labels.
pub(super) struct Layout {
    /// By item, and one more for the end.
    starts: Vec<usize>,
    /// The item of each label.
    labels: Vec<Option<usize>>,
}

impl Layout {
    pub(super) fn new(items: &[Item], labels: usize) -> Result<Self, WriteError> {
        let mut layout = Self { starts: vec![0], labels: vec![None; labels] };
        let mut at = 0;
        for (index, item) in items.iter().enumerate() {
            if let Item::Label(label) = item
                && layout.labels[label.0].replace(index).is_some()
            {
                return Err(WriteError::Code("a label is in two places"));
            }
            at += item.len(at);
            layout.starts.push(at);
        }
        if at == 0 {
            return Err(WriteError::Code("there is no code"));
        }
        if at > 0xffff { Err(WriteError::TooLarge) } else { Ok(layout) }
    }

    fn item(&self, label: Label) -> Result<usize, WriteError> {
        let item = self.labels.get(label.0).copied().flatten();
        item.ok_or(WriteError::Code("a label is nowhere"))
    }

    fn place(&self, label: Label) -> Result<u16, WriteError> {
        u16::try_from(self.starts[self.item(label)?]).map_err(|_| WriteError::TooLarge)
    }

    fn offset(&self, from: usize, label: Label) -> Result<i64, WriteError> {
        Ok(self.starts[self.item(label)?] as i64 - from as i64)
    }

    pub(super) fn bytes(&self, items: &[Item]) -> Result<Vec<u8>, WriteError> {
        let mut out = Vec::new();
        for (item, start) in items.iter().zip(&self.starts) {
            let far = |label: Label| {
                let offset = i32::try_from(self.offset(*start, label)?);
                offset.map(i32::to_be_bytes).map_err(|_| WriteError::TooLarge)
            };
            match item {
                Item::Label(_) => {}
                Item::Plain { bytes, .. } => out.extend_from_slice(bytes),
                Item::Jump { op, to, .. } => {
                    let offset = i16::try_from(self.offset(*start, *to)?);
                    out.push(*op);
                    out.extend(offset.map_err(|_| WriteError::JumpTooFar)?.to_be_bytes());
                }
                Item::Switch { cases, default } => {
                    out.push(op::LOOKUPSWITCH);
                    out.resize(out.len().next_multiple_of(4), 0);
                    out.extend(far(*default)?);
                    let count = u32::try_from(cases.len()).map_err(|_| WriteError::TooLarge)?;
                    out.extend(count.to_be_bytes());
                    for (case, label) in cases {
                        out.extend(case.to_be_bytes());
                        out.extend(far(*label)?);
                    }
                }
            }
        }
        Ok(out)
    }

    pub(super) fn handlers(&self, handlers: &[Handler]) -> Result<Vec<u8>, WriteError> {
        let count = u16::try_from(handlers.len()).map_err(|_| WriteError::TooLarge)?;
        let mut out = count.to_be_bytes().to_vec();
        for Handler { from, to, at, class } in handlers {
            let (from, to, at) = (self.place(*from)?, self.place(*to)?, self.place(*at)?);
            if from >= to {
                return Err(WriteError::Code("a handler guards nothing"));
            }
            out.extend([from, to, at, *class].map(u16::to_be_bytes).concat());
        }
        Ok(out)
    }

    /// Follows the flow.
    pub(super) fn max_stack(
        &self,
        items: &[Item],
        handlers: &[Handler],
    ) -> Result<u16, WriteError> {
        let mut heights: Vec<Option<u16>> = vec![None; items.len()];
        let mut open = vec![(0, 0)];
        for handler in handlers {
            open.push((self.item(handler.at)?, 1));
        }
        let mut max = u16::from(!handlers.is_empty());
        while let Some((index, height)) = open.pop() {
            let Some(known) = heights.get_mut(index) else {
                return Err(WriteError::Code("the code runs over its end"));
            };
            match known {
                Some(known) if *known == height => continue,
                Some(_) => return Err(WriteError::Code("a place has two heights of the stack")),
                None => *known = Some(height),
            }
            let (takes, puts, is_end) = match &items[index] {
                Item::Label(_) => (0, 0, false),
                Item::Plain { takes, puts, is_end, .. } => (*takes, *puts, *is_end),
                Item::Jump { op, takes, .. } => (*takes, 0, op::ends_flow(*op)),
                Item::Switch { .. } => (1, 0, true),
            };
            let below = height.checked_sub(takes);
            let below = below.ok_or(WriteError::Code("the stack holds too little"))?;
            let height = below.checked_add(puts).ok_or(WriteError::TooLarge)?;
            max = max.max(height);
            match &items[index] {
                Item::Jump { to, .. } => open.push((self.item(*to)?, height)),
                Item::Switch { cases, default } => {
                    open.push((self.item(*default)?, height));
                    for (_, label) in cases {
                        open.push((self.item(*label)?, height));
                    }
                }
                Item::Label(_) | Item::Plain { .. } => {}
            }
            if !is_end {
                open.push((index + 1, height));
            }
        }
        Ok(max)
    }
}
