//! A key of a hash table, found as the JDK finds it.
//!
//! For keys whose hash is known without running code: strings, numbers and other boxes, enum
//! constants and objects that are equal to themselves alone. Everything else is scanned by the
//! core. Invariant: a key is equal only if `equals` of its own class says so.

use super::{Holder, Local, Objects, hash};
use crate::classes::{Part, Tag};
use crate::ffi::{Field, FieldId};
use stillframe_core::value::{Missing, Object, Reading, Value};

/// Nodes of one bin: the JDK makes a tree of more than eight, whose nodes are chained too.
const LONGEST_BIN: u32 = 65_536;

/// A key, with its hash.
struct Sought<'v> {
    hash: i32,
    key: Key<'v>,
}

enum Key<'v> {
    Units(Vec<u16>),
    Plain(&'v Value<'v>),
    Itself(Object),
}

impl Objects {
    /// The value under `key` of a map, or the key itself in a set; `None` where the core is to scan.
    pub(crate) fn find(&self, container: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        let entry = match self.entry_of(container) {
            Ok(entry) => entry,
            Err(missing) => return Some(Err(missing)),
        };
        let holder = entry.holder();
        if entry.known.is_overridden || holder.known.is_overridden {
            return Some(Err(Missing::NeedsCode));
        }
        let fields = match holder.known.form.tag {
            Tag::HashMap | Tag::LinkedMap => self.jdk.hash_map,
            Tag::ConcurrentMap => self.jdk.concurrent,
            Tag::Hashtable => self.jdk.hashtable,
            _ => return None,
        };
        if holder.part == Part::Values {
            return None;
        }
        let sought = match self.sought(key)? {
            Ok(sought) => sought,
            Err(missing) => return Some(Err(missing)),
        };
        let spread = match holder.known.form.tag {
            Tag::Hashtable => sought.hash,
            Tag::ConcurrentMap => hash::spread(sought.hash) & 0x7fff_ffff,
            _ => hash::spread(sought.hash),
        };
        let found = self.find_node(holder, spread, &sought, fields.hash, fields.key, fields.next);
        let shown = if holder.part == Part::Keys { fields.key } else { fields.value };
        Some(found.and_then(|node| {
            let node = node.ok_or(Missing::Absent)?;
            self.of_object(self.reference(node.raw(), shown))
        }))
    }

    fn find_node(
        &self,
        holder: Holder<'_>,
        spread: i32,
        sought: &Sought<'_>,
        hash_at: FieldId,
        key_at: FieldId,
        next_at: FieldId,
    ) -> Reading<Option<Local>> {
        let Some(table) = self.form_reference(holder, 0)?.unless_null() else { return Ok(None) };
        let len = self.env.array_len(table.raw());
        let index = match holder.known.form.tag {
            Tag::Hashtable => hash::table_bin(spread, len),
            _ => hash::bin(spread, len),
        };
        if index >= len {
            return Ok(None);
        }
        let mut moved = Vec::new();
        let mut node = self.bin(holder, &table, index, &mut moved);
        for _ in 0..LONGEST_BIN {
            self.step(1)?;
            let Some(at) = node.take() else {
                let Some((table, index)) = moved.pop() else { return Ok(None) };
                node = self.bin(holder, &table, index, &mut moved);
                continue;
            };
            let has_hash = self.env.get(at.raw(), hash_at.raw(), b'I') == Field::Int(spread);
            if has_hash && self.is_key(&self.reference(at.raw(), key_at), sought)? {
                return Ok(Some(at));
            }
            node = self.reference(at.raw(), next_at).unless_null();
        }
        Err(Missing::OutOfFuel)
    }

    /// The key's hash; `None` where only its own code knows it.
    fn sought<'v>(&self, key: &'v Value<'v>) -> Option<Reading<Sought<'v>>> {
        let (hash, sought) = match key {
            Value::Text(text) => {
                let units = hash::units(*text);
                (hash::of_units(units.iter().copied()), Key::Units(units))
            }
            Value::Bool(value) => (hash::of_boolean(*value), Key::Plain(key)),
            Value::Int32(value) => (*value, Key::Plain(key)),
            Value::Char(unit) => (i32::from(*unit), Key::Plain(key)),
            Value::Int(value) => (hash::of_long(*value), Key::Plain(key)),
            Value::Float(value) => (hash::of_double(*value), Key::Plain(key)),
            Value::Float32(value) => (hash::of_float(*value), Key::Plain(key)),
            Value::Object(object) => {
                let entry = match self.entry_of(*object) {
                    Ok(entry) => entry,
                    Err(missing) => return Some(Err(missing)),
                };
                if !self.is_only_itself(*object) {
                    return None;
                }
                (self.jdk.identity_hash(self.env, entry.object()), Key::Itself(*object))
            }
            Value::Null => (0, Key::Plain(key)),
            _ => return None,
        };
        Some(Ok(Sought { hash, key: sought }))
    }

    fn is_key(&self, found: &Local, sought: &Sought<'_>) -> Reading<bool> {
        if found.is_null() {
            return Ok(matches!(sought.key, Key::Plain(Value::Null)));
        }
        match &sought.key {
            Key::Units(units) => self.has_units(found, units),
            Key::Itself(object) => {
                Ok(self.env.is_same(found.raw(), self.entry_of(*object)?.object()))
            }
            Key::Plain(value) => {
                let known = self.known_of(found);
                let (Tag::Boxed(letter), Some(held)) = (known.form.tag, known.form.field(0)) else {
                    return Ok(false);
                };
                Ok(holds(self.env.get(found.raw(), held.raw(), letter), value))
            }
        }
    }

    /// Whether an object is a string of these characters.
    fn has_units(&self, found: &Local, units: &[u16]) -> Reading<bool> {
        let is_string = self.env.is_instance(found.raw(), self.jdk.string.raw());
        if !is_string || self.env.string_len(found.raw()) != units.len() {
            return Ok(false);
        }
        self.step(u32::try_from(units.len() / 64).unwrap_or(u32::MAX))?;
        let mut own = vec![0; units.len()];
        let read = self.env.string_units(found.raw(), 0, &mut own);
        if read { Ok(own == units) } else { Err(Missing::Unreadable) }
    }

    /// Whether an object's class leaves `equals` as it is, so that it equals itself alone.
    pub(crate) fn is_only_itself(&self, object: Object) -> bool {
        let Ok(entry) = self.entry_of(object) else { return false };
        match entry.known.form.tag {
            Tag::Enum | Tag::Class | Tag::Array(_) => true,
            _ => {
                let class = self.own(self.env.class_of(entry.object()));
                entry.known.compares_by_identity(self.env, self.jvmti, class.raw())
            }
        }
    }
}

/// Whether a box holds a value of its own type. Byte and short are written as int.
fn holds(held: Field, value: &Value<'_>) -> bool {
    match (held, value) {
        (Field::Boolean(a), Value::Bool(b)) => a == *b,
        (Field::Byte(a), Value::Int32(b)) => i32::from(a) == *b,
        (Field::Short(a), Value::Int32(b)) => i32::from(a) == *b,
        (Field::Int(a), Value::Int32(b)) => a == *b,
        (Field::Char(a), Value::Char(b)) => a == *b,
        (Field::Long(a), Value::Int(b)) => a == *b,
        (Field::Float(a), Value::Float32(b)) => hash::of_float(a) == hash::of_float(*b),
        (Field::Double(a), Value::Float(b)) => hash::double_bits(a) == hash::double_bits(*b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_equals_values_of_its_own_type() {
        assert!(holds(Field::Int(5), &Value::Int32(5)));
        assert!(!holds(Field::Int(5), &Value::Int(5)));
        assert!(holds(Field::Long(5), &Value::Int(5)));
        assert!(holds(Field::Byte(-1), &Value::Int32(-1)));
        assert!(holds(Field::Double(f64::NAN), &Value::Float(-f64::NAN)));
        assert!(!holds(Field::Double(0.0), &Value::Float(-0.0)));
        assert!(!holds(Field::Char(97), &Value::Int32(97)));
    }
}
