//! What static fields are before any code of their class runs.
//!
//! Knows the attribute that says so. Invariant: a field without one has no value here, whatever its
//! class's code would give it.

use crate::bytes::Bytes;
use crate::class::{Class, Declared};
use std::borrow::Cow;

/// The value of a static field that its class file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant<'a> {
    /// Of an `int`, and of what is narrower.
    Int(i32),
    /// Of a `long`.
    Long(i64),
    /// Of a `float`.
    Float(f32),
    /// Of a `double`.
    Double(f64),
    /// Of a `String`.
    Text(Cow<'a, str>),
}

impl<'a> Class<'a> {
    /// The value that a field has from the beginning, if the class file says one.
    pub fn constant(&self, field: &Declared<'_>) -> Option<Constant<'a>> {
        if !field.is_static() {
            return None;
        }
        let said = field.attributes.iter().find(|one| one.name == b"ConstantValue")?;
        self.pool.value(Bytes::new(said.content).u2().ok()?).ok()
    }
}
