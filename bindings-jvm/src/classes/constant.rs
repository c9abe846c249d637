//! Static fields whose values a class file holds: known before the class is initialised.
//!
//! Pure data. Invariant: a value here is the one that the field has as long as the class is loaded.

use stillframe_classfile as classfile;
use stillframe_classfile::Class;

/// A field's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Bool(bool),
    Char(u16),
    /// Of a byte and a short too.
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Text(Box<str>),
}

/// Fields by their names.
pub(crate) type Constants = Vec<(Box<str>, Constant)>;

/// The constants of a class file behind those that are there; names that are there hide others.
pub(crate) fn add(file: &Class<'_>, constants: &mut Constants) {
    for field in &file.fields {
        let is_hidden = constants.iter().any(|(name, _)| **name == *field.name);
        if !is_hidden && let Some(value) = file.constant(field) {
            constants.push((field.name.as_ref().into(), constant(&field.descriptor, value)));
        }
    }
}

fn constant(descriptor: &str, value: classfile::Constant<'_>) -> Constant {
    match (descriptor, value) {
        ("Z", classfile::Constant::Int(value)) => Constant::Bool(value != 0),
        ("C", classfile::Constant::Int(value)) => Constant::Char(value as u16),
        (_, classfile::Constant::Int(value)) => Constant::Int(value),
        (_, classfile::Constant::Long(value)) => Constant::Long(value),
        (_, classfile::Constant::Float(value)) => Constant::Float(value),
        (_, classfile::Constant::Double(value)) => Constant::Double(value),
        (_, classfile::Constant::Text(text)) => Constant::Text(text.as_ref().into()),
    }
}
