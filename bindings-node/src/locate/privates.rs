//! Private names of classes, and what stands behind them.
//!
//! Knows the syntax of classes. Invariant: a name is that of the innermost class around a place that
//! declares it, as it is to JavaScript.

use oxc_ast::AstKind;
use oxc_ast::ast::{ClassElement, MethodDefinitionKind, PropertyKey};
use oxc_semantic::Semantic;
use oxc_span::{GetSpan, Span};

/// What stands behind a private name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Private {
    /// A field, which stores a value.
    Field,
    /// A method: the same function for all objects.
    Method,
    /// A getter, a setter or both: reading it runs code of the application.
    Accessor,
}

/// A class that declares private names.
#[derive(Debug)]
pub(super) struct Class {
    span: Span,
    /// With their `#`.
    names: Vec<(String, Private)>,
}

/// The classes of a script that declare private names, outer ones first.
pub(super) fn classes(semantic: &Semantic<'_>) -> Vec<Class> {
    let mut classes: Vec<Class> = semantic
        .nodes()
        .iter()
        .filter_map(|node| {
            let AstKind::ClassBody(body) = node.kind() else { return None };
            let names: Vec<(String, Private)> = body.body.iter().filter_map(declared).collect();
            (!names.is_empty()).then(|| Class { span: node.kind().span(), names })
        })
        .collect();
    classes.sort_by_key(|class| (class.span.start, u32::MAX - class.span.end));
    classes
}

fn declared(element: &ClassElement<'_>) -> Option<(String, Private)> {
    let (key, private) = match element {
        ClassElement::PropertyDefinition(one) => (&one.key, Private::Field),
        ClassElement::MethodDefinition(one) if one.kind == MethodDefinitionKind::Method => {
            (&one.key, Private::Method)
        }
        ClassElement::MethodDefinition(one) => (&one.key, Private::Accessor),
        ClassElement::AccessorProperty(one) => (&one.key, Private::Accessor),
        _ => return None,
    };
    let PropertyKey::PrivateIdentifier(name) = key else { return None };
    Some((format!("#{}", name.name), private))
}

/// The private names that can be written at a byte, those of the innermost class first.
pub(super) fn at(classes: &[Class], byte: u32) -> Vec<(&str, Private)> {
    let mut names: Vec<(&str, Private)> = Vec::new();
    let around = |class: &&Class| class.span.start <= byte && byte < class.span.end;
    for class in classes.iter().rev().filter(around) {
        for (name, private) in &class.names {
            if !names.iter().any(|(known, _)| known == name) {
                names.push((name, *private));
            }
        }
    }
    names
}
