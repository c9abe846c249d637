//! Values of a stream as nodes of a snapshot.
//!
//! Knows no records around them. Invariant: recursion is bounded by [`stream::MAX_NESTING`], a name
//! is judged once, and what the name list holds is read past and dropped.

use super::cursor::{Cursor, ReadText};
use super::redact;
use crate::capture::shared::{FIRST, SharedNames};
use crate::capture::stream;
use crate::error::Result;
use crate::redaction::Redaction;
use crate::snapshot::{ChildNode, Node, ObjectNode, Reason};
use crate::value::Kind;
use std::collections::HashMap;

/// Bytes of a name that are believed to be one: what a writer cuts at, in the longest encoding.
const MAX_NAME_BYTES: usize = 4 << 10;

pub(super) struct Values<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) redaction: &'a Redaction,
    names: Vec<(String, bool)>,
    shared: &'a SharedNames,
    /// What the redaction list said of shared names.
    judged: HashMap<usize, bool>,
    opened: u32,
}

impl<'a> Values<'a> {
    pub(super) fn new(bytes: &'a [u8], redaction: &'a Redaction, shared: &'a SharedNames) -> Self {
        let (cursor, judged) = (Cursor::new(bytes), HashMap::new());
        Self { cursor, redaction, names: Vec::new(), shared, judged, opened: 0 }
    }

    /// Objects opened so far.
    pub(super) fn opened(&self) -> u32 {
        self.opened
    }

    /// A name, and whether what is called so is redacted.
    pub(super) fn name(&mut self) -> Result<(String, bool)> {
        let number = self.cursor.count()?;
        if number >= FIRST as usize {
            return self.shared(number);
        }
        if number == self.names.len() {
            let ReadText { text, .. } = self.cursor.tagged_text()?;
            if text.len() > MAX_NAME_BYTES {
                return Err(self.cursor.fault("a name is too long"));
            }
            let redacted = self.redaction.name(&text);
            self.names.push((text, redacted));
        }
        self.names.get(number).cloned().ok_or_else(|| self.cursor.fault("a name is not defined"))
    }

    fn shared(&mut self, number: usize) -> Result<(String, bool)> {
        let text = self.shared.get(number);
        let text = text.ok_or_else(|| self.cursor.fault("a name is not shared"))?;
        let judge = || self.redaction.name(text);
        let redacted = *self.judged.entry(number).or_insert_with(judge);
        Ok((text.to_owned(), redacted))
    }

    pub(super) fn reason(&mut self) -> Result<Reason> {
        let number = self.cursor.byte()?;
        Reason::from_number(number).ok_or_else(|| self.cursor.fault("a reason is unknown"))
    }

    /// A value; `root` if it may be a HEAD.
    pub(super) fn value(&mut self, level: u32, root: bool) -> Result<Node> {
        let tag = self.cursor.byte()?;
        Ok(match tag {
            stream::NULL => Node::Null,
            stream::UNDEFINED => Node::Undefined,
            stream::FALSE => Node::Bool(false),
            stream::TRUE => Node::Bool(true),
            stream::INT8 => Node::Int(i64::from(i8::from_le_bytes(self.cursor.array()?))),
            stream::INT32 => Node::Int(i64::from(i32::from_le_bytes(self.cursor.array()?))),
            stream::INT64 => Node::Int(i64::from_le_bytes(self.cursor.array()?)),
            stream::FLOAT => Node::Float(f64::from_le_bytes(self.cursor.array()?)),
            stream::FLOAT32 => Node::Float(widened(f32::from_le_bytes(self.cursor.array()?))),
            stream::BIG_INT => self.big_int()?,
            stream::TEXT..stream::BYTES => {
                let ReadText { text, cut_from } = self.cursor.text(tag)?;
                Node::Text { text, cut_from }
            }
            stream::BYTES | stream::BYTES_CUT => self.bytes(tag)?,
            stream::REF => self.reference()?,
            stream::MISSING => Node::Missing(self.reason()?),
            stream::OPEN => {
                let mut object = self.object(level)?;
                self.children(&mut object, level + 1)?;
                Node::Object(object)
            }
            stream::HEAD if root => {
                let mut object = self.object(level)?;
                object.missing = (object.len != Some(0)).then_some(Reason::Bytes);
                Node::Object(object)
            }
            _ => return Err(self.cursor.fault("a value is expected")),
        })
    }

    fn object(&mut self, level: u32) -> Result<Box<ObjectNode>> {
        if level > stream::MAX_NESTING {
            return Err(self.cursor.fault("values nest too deep"));
        }
        let number = self.cursor.byte()?;
        let kind = Kind::from_number(number).ok_or_else(|| self.cursor.fault("unknown kind"))?;
        let (type_name, _) = self.name()?;
        let len = self.cursor.varint()?.checked_sub(1);
        let ordinal = self.opened;
        self.opened += 1;
        let children = Vec::new();
        Ok(Box::new(ObjectNode { ordinal, kind, type_name, len, children, missing: None }))
    }

    /// Children up to and with CLOSE.
    pub(super) fn children(&mut self, object: &mut ObjectNode, level: u32) -> Result<()> {
        loop {
            let child = match self.cursor.peek()? {
                stream::CLOSE => {
                    self.cursor.byte()?;
                    break;
                }
                stream::REST => {
                    self.cursor.byte()?;
                    object.missing = Some(self.reason()?);
                    if self.cursor.byte()? != stream::CLOSE {
                        return Err(self.cursor.fault("something follows the last child"));
                    }
                    break;
                }
                stream::ENTRY => {
                    self.cursor.byte()?;
                    let key = self.value(level, false)?;
                    let value = self.value(level, false)?;
                    ChildNode::Entry(key, value)
                }
                stream::FIELD => {
                    self.cursor.byte()?;
                    let (name, redacted) = self.name()?;
                    let value = self.value(level, false)?;
                    ChildNode::Field(name, if redacted { redact::REDACTED } else { value })
                }
                _ => ChildNode::Item(self.value(level, false)?),
            };
            object.children.push(child);
        }
        if object.len.is_some_and(|len| len < object.children.len() as u64) {
            object.len = None;
        }
        redact::children(object, self.redaction);
        Ok(())
    }

    fn reference(&mut self) -> Result<Node> {
        let ordinal = self.cursor.varint()?;
        match u32::try_from(ordinal) {
            Ok(ordinal) if ordinal < self.opened => Ok(Node::Ref(ordinal)),
            _ => Err(self.cursor.fault("a reference points ahead")),
        }
    }

    fn bytes(&mut self, tag: u8) -> Result<Node> {
        let taken = self.cursor.count()?;
        let cut_from = if tag == stream::BYTES_CUT { Some(self.cursor.varint()?) } else { None };
        if cut_from.is_some_and(|all| all < taken as u64) {
            return Err(self.cursor.fault("cut bytes are more than the whole"));
        }
        let bytes = self.cursor.take(taken)?.to_vec();
        Ok(Node::Bytes { bytes, cut_from })
    }

    fn big_int(&mut self) -> Result<Node> {
        let negative = self.cursor.byte()? != 0;
        let digit_bits = self.cursor.byte()?;
        if !(1..=32).contains(&digit_bits) {
            return Err(self.cursor.fault("a digit has 1 to 32 bits"));
        }
        let count = self.cursor.count()?;
        let digits: Vec<u32> =
            self.cursor.units(count)?.iter().map(|digit| u32::from_le_bytes(*digit)).collect();
        super::super::big::node(negative, digit_bits, &digits)
            .ok_or_else(|| self.cursor.fault("a digit has more bits than it may"))
    }
}

/// The number that the shortest digits of `value` say: 0.1 for `0.1f`, whose exact value is
/// 0.100000001490116…
fn widened(value: f32) -> f64 {
    format!("{value:e}").parse().unwrap_or(f64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_of_32_bits_says_its_own_digits() {
        let exact = [0.1, -2.5, 0.0, 16_777_216.0, 3.402_823_5e38, 1e-45];
        for number in exact {
            assert_eq!(widened(number as f32), number);
        }
        assert!(widened(-0.0).is_sign_negative());
        assert!(widened(f32::NAN).is_nan());
        assert_eq!(widened(f32::NEG_INFINITY), f64::NEG_INFINITY);
    }
}
