//! The fields of one class, for the bridge's writer, which finds their places by name.
//!
//! Asks the tool interface, because reflection would load the fields' types through the application's
//! loaders. Invariant: no field whose name another of the same class has too, so that a place found by
//! name is that of the field described.

use super::{STATIC, SYNTHETIC};
use crate::jvmti::Jvmti;
use jni_sys::jclass;

/// Fields that any limit of a capture allows.
const MOST: usize = 1_000;

/// Names and descriptors, in turn, of the instance fields that `class` itself declares, in the
/// order of the class file; synthetic ones left out but for what an inner class holds of its
/// surroundings. Empty where the class has no fields to tell.
pub(crate) fn describe(jvmti: Jvmti, class: jclass) -> Vec<String> {
    let Ok(fields) = jvmti.fields(class) else { return Vec::new() };
    let all = fields.as_slice().iter().filter_map(|field| {
        let (name, descriptor) = jvmti.field_name(class, *field).ok()?;
        Some((name, descriptor, jvmti.field_modifiers(class, *field).ok()?))
    });
    chosen(all.collect())
}

fn chosen(all: Vec<(String, String, i32)>) -> Vec<String> {
    let mut names: Vec<&str> = all.iter().map(|(name, ..)| name.as_str()).collect();
    names.sort_unstable();
    let is_twice = |name: &str| {
        let first = names.partition_point(|other| *other < name);
        names.get(first + 1).is_some_and(|other| *other == name)
    };
    let is_shown = |name: &str, modifiers: i32| {
        let is_of_around = name.starts_with("this$") || name.starts_with("val$");
        modifiers & STATIC == 0 && (modifiers & SYNTHETIC == 0 || is_of_around) && !is_twice(name)
    };
    let shown = all.iter().filter(|(name, _, modifiers)| is_shown(name, *modifiers));
    let shown = shown.take(MOST);
    shown.flat_map(|(name, descriptor, _)| [name.clone(), descriptor.clone()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_instance_fields_with_a_name_of_their_own() {
        let field = |name: &str, of: &str, modifiers| (name.to_owned(), of.to_owned(), modifiers);
        let all = vec![
            field("total", "I", 0x2),
            field("COUNT", "I", STATIC),
            field("a", "I", 0),
            field("a", "J", STATIC),
            field("this$0", "LCart;", SYNTHETIC),
            field("$jacoco", "[Z", SYNTHETIC),
            field("val$rate", "D", SYNTHETIC),
        ];
        assert_eq!(chosen(all), ["total", "I", "this$0", "LCart;", "val$rate", "D"]);
    }
}
