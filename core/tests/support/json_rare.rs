//! Values of the JSON host beside the plain ones: named tuples, members of enums, proxies, moments.
//!
//! Knows the format of `tests/conformance/README.md`. Invariant: each is stored as a runtime would
//! store it.

use super::{JsonHost, Stored, Thing, list, ordered, thing};
use serde_json::{Value as Json, json};
use stillframe_core::value::{Kind, Ordered};

impl JsonHost {
    pub(super) fn namedtuple(&mut self, content: &Json) -> Stored {
        let items: Vec<Json> =
            content["fields"].as_object().into_iter().flatten().map(|f| f.1.clone()).collect();
        let value = json!({"tuple": items});
        let stored =
            self.subclass(&json!({"type": content["type"], "of": "tuple", "value": value}));
        let names: Vec<String> =
            content["fields"].as_object().into_iter().flatten().map(|f| f.0.clone()).collect();
        if let Stored::Object(object) = stored {
            let thing = &mut self.things[object.raw - 1];
            thing.fields = names.into_iter().zip(thing.items.iter().cloned()).collect();
        }
        stored
    }

    /// A member of an enum, perhaps of one that is a number or string besides (`of`).
    pub(super) fn enum_member(&mut self, content: &Json) -> Stored {
        let member = match content.get("of") {
            Some(of) => self
                .subclass(&json!({"type": content["type"], "of": of, "value": content["value"]})),
            None => self.object(&json!({"type": content["type"], "fields": {}})),
        };
        let value = self.store(&content["value"]);
        let name = self.store(&json!({"str": content["name"]}));
        if let Stored::Object(object) = member {
            let fields =
                [("name", &name), ("value", &value), ("_name_", &name), ("_value_", &value)];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.clone()));
            self.things[object.raw - 1].fields = fields.to_vec();
        }
        member
    }

    /// A proxy of a known library, which stands for `target`, or for nothing yet.
    pub(super) fn proxy(&mut self, content: &Json) -> Stored {
        let target = content.get("target").map(|target| self.store(target));
        let type_name = content["type"].as_str().expect("a type").to_owned();
        self.add(Kind::Instance, false, Thing { type_name, target: Some(target), ..thing() })
    }

    /// A list that equals no list.
    pub(super) fn deque(&mut self, content: &Json) -> Stored {
        let items: Vec<Stored> = list(content).iter().map(|item| self.store(item)).collect();
        let truth = Some(!items.is_empty());
        let type_name = "deque".to_owned();
        self.add(Kind::List, false, Thing { type_name, items, truth, ..thing() })
    }

    /// An object of the host's library that has an order, with its parts as fields.
    pub(super) fn moment(&mut self, tag: &str, content: &Json) -> Stored {
        let (ordered, parts) = ordered::of(tag, content);
        let fields = parts.into_iter().map(|(name, part)| (name.to_owned(), Stored::Int(part)));
        let truth = match (tag, ordered) {
            ("decimal", Ok(Ordered::Decimal { coefficient, .. })) => coefficient != 0,
            ("timedelta", Ok(Ordered::Point { at, .. })) => at != 0,
            _ => true,
        };
        let thing = Thing {
            type_name: match tag {
                "decimal" => "Decimal".to_owned(),
                "uuid" => "UUID".to_owned(),
                _ => tag.to_owned(),
            },
            fields: fields.collect(),
            truth: Some(truth),
            ordered: Some(ordered),
            ..thing()
        };
        self.add(Kind::Instance, false, thing)
    }

    /// `[value, n]`: a string, byte string or list, repeated.
    pub(super) fn times(&mut self, content: &Json) -> Stored {
        let count = list(content)[1].as_u64().expect("a number") as usize;
        match self.store(&list(content)[0]) {
            Stored::Ascii(text) => Stored::Ascii(text.repeat(count)),
            Stored::Latin1(units) => Stored::Latin1(units.repeat(count)),
            Stored::Units16(units) => Stored::Units16(units.repeat(count)),
            Stored::Units32(units) => Stored::Units32(units.repeat(count)),
            Stored::Bytes(bytes) => Stored::Bytes(bytes.repeat(count)),
            Stored::Object(object) => {
                let thing = &mut self.things[object.raw - 1];
                let items = thing.items.clone();
                thing.items = std::iter::repeat_n(items, count).flatten().collect();
                Stored::Object(object)
            }
            other => panic!("{other:?} cannot be repeated"),
        }
    }
}

/// An integer of any size.
pub(super) fn integer(digits: &str) -> Stored {
    if let Ok(value) = digits.parse() {
        return Stored::Int(value);
    }
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, digits),
    };
    Stored::Big(negative, magnitude(digits))
}

/// The magnitude of an integer, in digits of 30 bits.
pub(super) fn magnitude(digits: &str) -> Vec<u32> {
    let mut magnitude: Vec<u32> = vec![0];
    for digit in digits.bytes() {
        let mut carry = u64::from(digit - b'0');
        for part in &mut magnitude {
            let wide = u64::from(*part) * 10 + carry;
            *part = (wide & ((1 << 30) - 1)) as u32;
            carry = wide >> 30;
        }
        if carry > 0 {
            magnitude.push(carry as u32);
        }
    }
    magnitude
}
