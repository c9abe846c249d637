//! What was found out about code when a probe was armed on it, so that a hit need not.
//!
//! Made through `RubyVM::InstructionSequence`, off the hit path. Invariant: a plan never changes, and
//! keeps its code pinned.

use super::slots::{Slot, Slots};
use crate::ffi::{Place, code, intern};
use magnus::value::ReprValue;
use magnus::{Error, RArray, RHash, Ruby, Symbol, Value};

/// The locals that code sees, its own first, then those of the scopes around.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    named: Vec<(String, Place)>,
}

impl Scopes {
    /// Of the `RubyVM::InstructionSequence`s from the innermost scope to the one that has no more
    /// around it.
    pub(crate) fn of(chain: &[Value]) -> Result<Self, Error> {
        let mut scopes = Self::default();
        for (depth, wrapper) in chain.iter().enumerate() {
            scopes.add(*wrapper, depth as u32)?;
        }
        Ok(scopes)
    }

    fn add(&mut self, wrapper: Value, depth: u32) -> Result<(), Error> {
        let parts: RArray = wrapper.funcall("to_a", ())?;
        let ruby = Ruby::get_with(parts);
        let numbers: RHash = parts.entry(4)?;
        let size: u32 = numbers.aref(ruby.to_symbol("local_size"))?;
        let parameters: RHash = parts.entry(11)?;
        let block: Option<usize> = parameters.lookup(ruby.to_symbol("block_start"))?;
        let names: RArray = parts.entry(10)?;
        for (index, name) in names.into_iter().enumerate() {
            let Some(name) = Symbol::from_value(name).map(|name| name.to_string()) else {
                continue;
            };
            // The compiler's own are no words.
            let is_word = name.starts_with(|c: char| c == '_' || c.is_alphabetic());
            if !is_word || self.find(&name).is_some() {
                continue;
            }
            let is_block = block == Some(index);
            let place = Place { name: intern(&name), depth, size, index: index as u32, is_block };
            self.named.push((name, place));
        }
        Ok(())
    }

    /// Where each lies.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        self.named.iter().map(|(_, place)| *place)
    }

    /// What they are called.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(name, _)| name.as_str())
    }

    /// Where a local lies.
    pub(crate) fn find(&self, name: &str) -> Option<Place> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, place)| *place)
    }
}

/// How to read one code's frames at one site.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Its code, or zero where frames do not tell theirs.
    pub(crate) code: usize,
    pub(super) file: String,
    /// What the code is called, as people see it.
    pub(crate) function: String,
    /// Locals, by name.
    pub(super) places: Vec<(String, Place)>,
    pub(super) slots: Vec<Slot>,
    /// Names of the attributes that the site's programs read.
    pub(super) attrs: Vec<u64>,
}

impl Plan {
    /// The plan for code that is in the index, with the names that conditions of its probes use.
    pub(crate) fn new(
        code: usize,
        function: &str,
        slots: Option<&Slots>,
        attrs: &[Box<str>],
    ) -> Result<Self, Error> {
        let mut chain = Vec::new();
        for scope in crate::locate::scopes(code) {
            chain.extend(code::wrapper(scope));
        }
        let scopes = Scopes::of(&chain)?;
        code::pin(code);
        let file = code::path(code).to_magnus().to_string();
        Ok(Self {
            code,
            file,
            function: function.to_owned(),
            places: scopes.named,
            slots: slots.map(Slots::copied).unwrap_or_default(),
            attrs: attrs.iter().map(|name| intern(name)).collect(),
        })
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        code::unpin(self.code);
    }
}
