//! Makes a result fit into one line of a stream: names and scalars stay, the rest is marked.
//!
//! Knows the JSON of a snapshot. Invariant: the result is no longer than asked, is marked as cut, and
//! keeps what identifies it.

use serde_json::{Value, json};

/// Characters that a string keeps.
const STRING_CHARS: usize = 128;
/// Variables that keep their names when even the scalars are too many.
const NAMES: usize = 100;

/// `value`, made to fit into `max_bytes`.
pub(super) fn cut(mut value: Value, max_bytes: usize) -> Value {
    let steps: [fn(&mut Value); 4] = [scalars, names, without_stack, without_values];
    for step in steps {
        step(&mut value);
        mark(&mut value);
        if value.to_string().len() <= max_bytes {
            break;
        }
    }
    value
}

fn mark(value: &mut Value) {
    if let Some(object) = value.as_object_mut() {
        object.insert("cut".to_owned(), json!(true));
    }
}

fn each_variable(value: &mut Value, change: impl Fn(&mut Value)) {
    for part in ["locals", "watches"] {
        let variables = value.get_mut(part).and_then(Value::as_object_mut);
        variables.into_iter().flat_map(|map| map.values_mut()).for_each(&change);
    }
    if let Some(message) = value.get_mut("message") {
        change(message);
    }
}

/// Scalars stay, long strings are shortened, structures are marked.
fn scalars(value: &mut Value) {
    each_variable(value, |variable| match variable {
        Value::Object(_) | Value::Array(_) => *variable = json!({"$missing": "bytes"}),
        Value::String(text) if text.chars().count() > STRING_CHARS => {
            let kept: String = text.chars().take(STRING_CHARS).collect();
            *variable = json!({"$text": kept, "$length": text.chars().count()});
        }
        _ => {}
    });
}

/// Only names, and not all of them.
fn names(value: &mut Value) {
    for part in ["locals", "watches"] {
        let Some(map) = value.get_mut(part).and_then(Value::as_object_mut) else { continue };
        let surplus: Vec<String> = map.keys().skip(NAMES).cloned().collect();
        surplus.iter().for_each(|key| drop(map.remove(key)));
    }
    each_variable(value, |variable| *variable = json!({"$missing": "bytes"}));
}

fn without_stack(value: &mut Value) {
    for part in ["stack", "missing", "notes"] {
        if let Some(list) = value.get_mut(part) {
            *list = json!([]);
        }
    }
}

fn without_values(value: &mut Value) {
    for part in ["locals", "watches", "message", "thread", "at"] {
        if let Some(object) = value.as_object_mut() {
            object.remove(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(locals: Value, frames: usize) -> Value {
        let frame = json!({"file": "/app/a.py", "line": 1, "function": "f"});
        json!({"type": "snapshot", "id": "p7k2/1", "locals": locals, "stack": vec![frame; frames]})
    }

    #[test]
    fn scalars_survive_and_structures_are_marked() {
        let long: String = "x".repeat(20_000);
        let value = cut(result(json!({"n": 1, "s": long, "l": [1, 2]}), 1), 16_383);
        assert_eq!(value["locals"]["n"], 1);
        assert_eq!(value["locals"]["s"]["$length"], 20_000);
        assert_eq!(value["locals"]["l"], json!({"$missing": "bytes"}));
        assert_eq!(value["cut"], true);
        assert_eq!(value["id"], "p7k2/1");
    }

    #[test]
    fn whatever_it_is_it_fits() {
        let many: serde_json::Map<String, Value> = (0..5_000)
            .map(|n| (format!("a_rather_long_name_of_a_variable_{n}"), json!(n)))
            .collect();
        for (locals, frames) in [(json!({}), 9_000), (Value::Object(many), 9_000)] {
            let value = cut(result(locals, frames), 16_383);
            assert!(value.to_string().len() <= 16_383);
            assert_eq!(value["cut"], true);
        }
    }
}
