//! Values of the JSON host as Ruby has them: symbols, ranges of anything, hashes with defaults, objects
//! whose readers are read and whose other methods are code.
//!
//! Knows the format of `tests/conformance/README.md`. Invariant: each is stored as a binding would read
//! it.

use super::{JsonHost, Stored, Thing, list, missing, text, thing};
use serde_json::{Map, Value as Json, json};
use stillframe_core::host::Bounds;
use stillframe_core::value::{Kind, Missing, Object, Reading, Value};

/// Classes and modules of the core that are visible everywhere, each with its ancestors.
const CORE: [(&str, &[&str]); 20] = [
    ("Object", &[]),
    ("BasicObject", &[]),
    ("Kernel", &[]),
    ("Comparable", &[]),
    ("Enumerable", &[]),
    ("Numeric", &["Comparable"]),
    ("Integer", &["Numeric", "Comparable"]),
    ("Float", &["Numeric", "Comparable"]),
    ("String", &["Comparable"]),
    ("Symbol", &["Comparable"]),
    ("NilClass", &[]),
    ("TrueClass", &[]),
    ("FalseClass", &[]),
    ("Array", &["Enumerable"]),
    ("Hash", &["Enumerable"]),
    ("Set", &["Enumerable"]),
    ("Range", &["Enumerable"]),
    ("Proc", &[]),
    ("Class", &["Module"]),
    ("Module", &[]),
];

impl JsonHost {
    /// A host with the variables, fields and constants of a case.
    pub(crate) fn open(case: &Map<String, Json>) -> Self {
        let mut host = Self { is_open: true, ..Self::default() };
        for (name, tagged) in case["vars"].as_object().into_iter().flatten() {
            let value = host.store(tagged);
            host.add_open_name(name, value);
        }
        host.own_names = host.names.len();
        for (name, ancestors) in CORE {
            let stored = host.store(&json!({"class": name}));
            if let Stored::Object(object) = stored {
                host.things[object.raw - 1].bases =
                    ancestors.iter().map(|name| (*name).to_owned()).collect();
            }
            if !host.names.iter().any(|known| known == name) {
                host.add_open_name(name, stored);
            }
        }
        host
    }

    fn add_open_name(&mut self, name: &str, value: Stored) {
        self.names.push(name.to_owned());
        self.values.push(value);
    }

    /// The symbol of this name, which is one object wherever it stands.
    pub(super) fn symbol(&mut self, name: &str) -> Stored {
        let is_it = |(known, _): &&(String, Stored)| known == name;
        if let Some((_, symbol)) = self.constants.iter().find(is_it) {
            return symbol.clone();
        }
        let underlying = Some(text(name.chars().map(u32::from)));
        let type_name = "Symbol".to_owned();
        let symbol = Thing { type_name, underlying, by_identity: true, ..thing() };
        let symbol = self.add(Kind::Text, true, symbol);
        self.constants.push((name.to_owned(), symbol.clone()));
        symbol
    }

    /// The slot of a name that is no variable: of a field that a reader of `self` reads.
    pub(super) fn reader_slot(&mut self, name: &str) -> Option<u16> {
        let this = self.names.iter().position(|known| known == "self").filter(|_| self.is_open)?;
        let Stored::Object(this) = self.values[this] else { return None };
        let field = self.thing(this).fields.iter().find(|(field, _)| field == name)?;
        let value = field.1.clone();
        if matches!(value, Stored::Missing(_)) {
            return None;
        }
        self.add_open_name(name, value);
        Some((self.names.len() - 1) as u16)
    }

    /// The slot of a symbol that is typed.
    pub(super) fn symbol_slot(&mut self, literal: &str) -> Option<u16> {
        let name =
            literal.strip_prefix(':').filter(|name| self.is_open && !name.starts_with(':'))?;
        if let Some(at) = self.names.iter().position(|known| known == literal) {
            return Some(at as u16);
        }
        let symbol = self.symbol(name);
        self.add_open_name(literal, symbol);
        Some((self.names.len() - 1) as u16)
    }

    pub(super) fn store_open(&mut self, tag: &str, content: &Json, tagged: &Json) -> Stored {
        let word = || content.as_str().expect("a word");
        match tag {
            "str" => Stored::Ascii(word().to_owned()),
            "symbol" => self.symbol(word()),
            "encoded" => {
                let type_name = "String".to_owned();
                self.add(Kind::Bytes, true, Thing { type_name, is_unreadable: true, ..thing() })
            }
            "span" => {
                let items: Vec<Stored> =
                    list(content).iter().map(|bound| self.store(bound)).collect();
                let type_name = "Range".to_owned();
                self.add(Kind::Range, true, Thing { type_name, items, ..thing() })
            }
            "dict" => self.hash(content, tagged),
            "object" => self.object_of_ruby(content),
            "subclass" => {
                let Stored::Object(object) = self.subclass_of_ruby(content) else {
                    panic!("a subclass of what is no object")
                };
                Stored::Object(object)
            }
            other => panic!("unknown tag {other}"),
        }
    }

    fn hash(&mut self, content: &Json, tagged: &Json) -> Stored {
        let Stored::Object(object) = self.dict(content) else { panic!("no hash") };
        let absent = match (&tagged["default"], &tagged["default_proc"]) {
            (_, Json::Bool(true)) => Stored::Missing(Missing::NeedsCode),
            (Json::Null, _) => Stored::Null,
            (default, _) => self.store(default),
        };
        let thing = &mut self.things[object.raw - 1];
        thing.type_name = "Hash".to_owned();
        thing.underlying = Some(absent);
        thing.is_unreadable = tagged["by_identity"] == true;
        Stored::Object(object)
    }

    /// An object whose fields are what its readers read; `members` of a Struct are keys too.
    fn object_of_ruby(&mut self, content: &Json) -> Stored {
        let Stored::Object(object) = self.object(content) else { panic!("no object") };
        let thing = &mut self.things[object.raw - 1];
        thing.by_identity = !thing.overrides.iter().any(|name| name == "==");
        Stored::Object(object)
    }

    fn subclass_of_ruby(&mut self, content: &Json) -> Stored {
        let stored = self.store(&content["value"]);
        let (kind, mut thing) = match &stored {
            Stored::Object(object) => (object.kind, self.thing(*object).clone()),
            _ => (Kind::Text, Thing { underlying: Some(stored), ..thing() }),
        };
        let names = |key: &str| -> Vec<String> {
            let names = content[key].as_array().into_iter().flatten();
            names.map(|name| name.as_str().expect("a name").to_owned()).collect()
        };
        thing.type_name = content["type"].as_str().expect("a type").to_owned();
        thing.bases = names("bases");
        thing.overrides = names("overrides");
        for (name, value) in content["fields"].as_object().into_iter().flatten() {
            let value = self.store(value);
            thing.fields.push((name.clone(), value));
        }
        for name in names("needs_code") {
            thing.fields.push((name, Stored::Missing(missing("needs_code"))));
        }
        self.add(kind, false, thing)
    }

    pub(super) fn open_attr(&self, object: Object, name: &str) -> Reading<Value<'_>> {
        let thing = self.thing(object);
        let absent = match thing.overrides.iter().any(|own| own == "method_missing") {
            true => Missing::NeedsCode,
            false => Missing::Absent,
        };
        if object.exact && !matches!(object.kind, Kind::Class | Kind::Module | Kind::Instance) {
            return Err(Missing::Unreadable);
        }
        let field = thing.fields.iter().find(|(field, _)| field == name).ok_or(absent)?;
        self.read(&field.1)
    }

    /// What an object of a subclass stores, whose equality is the core's.
    pub(super) fn open_underlying(&self, object: Object) -> Reading<Value<'_>> {
        let thing = self.thing(object);
        match object.kind {
            _ if thing.overrides.iter().any(|own| own == "==") => Err(Missing::NeedsCode),
            Kind::List | Kind::Map | Kind::Set | Kind::Range => Ok(Value::Object(object)),
            Kind::Text if !object.exact => {
                self.read(thing.underlying.as_ref().ok_or(Missing::Absent)?)
            }
            _ => Err(Missing::NeedsCode),
        }
    }

    pub(super) fn open_bounds(&self, range: Object) -> Reading<Bounds<'_>> {
        let [first, last, excludes] = &self.thing(range).items[..] else {
            return Err(Missing::Absent);
        };
        Ok(Bounds {
            first: self.read(first)?,
            last: self.read(last)?,
            excludes_last: matches!(excludes, Stored::Bool(true)),
        })
    }

    /// A member of a Struct by its name or place.
    pub(super) fn open_member(
        &self,
        object: Object,
        key: &Value<'_>,
    ) -> Option<Reading<Value<'_>>> {
        let thing = self.thing(object);
        if object.kind == Kind::Map && thing.is_unreadable {
            return Some(Err(Missing::Unreadable));
        }
        if object.kind != Kind::Instance || !thing.bases.iter().any(|base| base == "Struct") {
            return None;
        }
        let member = match key {
            Value::Int(at) => usize::try_from(*at).ok().and_then(|at| thing.fields.get(at)),
            Value::Object(key) => match self.stored_name(*key) {
                Some(name) => thing.fields.iter().find(|(field, _)| field == name),
                None => None,
            },
            _ => None,
        };
        Some(member.map_or(Err(Missing::Absent), |(_, value)| self.read(value)))
    }

    /// The name of a symbol of ASCII.
    fn stored_name(&self, symbol: Object) -> Option<&str> {
        match &self.thing(symbol).underlying {
            Some(Stored::Ascii(name)) => Some(name),
            _ => None,
        }
    }

    /// The name of a value's class.
    pub(super) fn open_class(&self, value: &Value<'_>) -> &str {
        match value {
            Value::Null | Value::Undefined => "NilClass",
            Value::Bool(true) => "TrueClass",
            Value::Bool(false) => "FalseClass",
            Value::Int(_) | Value::BigInt(_) => "Integer",
            Value::Float(_) => "Float",
            Value::Text(_) | Value::Bytes(_) => "String",
            Value::Object(object) => match (object.kind, &*self.thing(*object).type_name) {
                (Kind::Class, _) => "Class",
                (Kind::Module, _) => "Module",
                (Kind::Function, _) => "Proc",
                (Kind::List, "list") => "Array",
                (Kind::Set, "set") => "Set",
                (_, name) => name,
            },
            other => panic!("no value of Ruby: {other:?}"),
        }
    }

    /// Whether a value's class is `wanted` or has it among its ancestors.
    pub(super) fn open_is_a(&self, value: &Value<'_>, wanted: &str) -> bool {
        let own = self.open_class(value);
        let inherited = |bases: &[String]| bases.iter().any(|base| base == wanted);
        let of_core = CORE.iter().find(|(name, _)| *name == own);
        let declared = match value {
            Value::Object(object)
                if !matches!(object.kind, Kind::Class | Kind::Module | Kind::Function) =>
            {
                inherited(&self.thing(*object).bases)
            }
            _ => false,
        };
        let always = matches!(wanted, "Object" | "BasicObject" | "Kernel");
        own == wanted || always || declared || of_core.is_some_and(|(_, of)| of.contains(&wanted))
    }
}
