//! What of a collection must not be reached, because of the name it goes by.
//!
//! Knows the redaction list and how collections carry names: keys of maps, pairs such as headers,
//! fields of named tuples. Invariant: a name that cannot be read is taken for a redacted one.

use crate::host::Scope;
use crate::redaction::Redaction;
use crate::value::{Kind, Object, Text, Value};

/// Whether what stands under `key` is redacted. About 1 ns a character of a key.
pub(super) fn is_hidden_key<S: Scope>(scope: &S, redaction: &Redaction, key: &Value<'_>) -> bool {
    match key {
        Value::Text(text) => redaction.name_text(*text),
        Value::Bytes(bytes) => redaction.name_text(Text::Latin1(bytes)),
        Value::Object(object) if matches!(object.kind, Kind::Text | Kind::Bytes) => {
            scope.stored_text(*object).is_none_or(|text| redaction.name_text(text))
        }
        _ => false,
    }
}

/// Whether element `at` of a sequence is redacted: the second of a pair whose first is a name, or a
/// named tuple's field.
pub(super) fn is_hidden_item<S: Scope>(
    scope: &S,
    redaction: &Redaction,
    sequence: Object,
    at: usize,
) -> bool {
    if !matches!(sequence.kind, Kind::List | Kind::Tuple) {
        return false;
    }
    let is_value = at == 1
        && scope.len(sequence) == Ok(2)
        && scope.item(sequence, 0).is_ok_and(|name| is_hidden_key(scope, redaction, &name));
    let has_name = || scope.element_name(sequence, at);
    is_value || (!sequence.exact && has_name().is_some_and(|name| redaction.name_text(name)))
}
