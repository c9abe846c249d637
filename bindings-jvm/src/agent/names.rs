//! Resolves the names of a condition at one place of one method.
//!
//! Java's order: locals, what lambdas and local classes captured, fields of `this` and of the
//! classes around it, classes. Knows names, not values. Invariants: only loaded classes count, and
//! none is loaded or initialised; a slot once given out for a name at some place stays that name's.

use super::constants;
use super::runtime::Place;
use super::visible::{Level, Visible};
use crate::classes::Jdk;
use crate::ffi::Machine;
use crate::frame::{Slots, Source};
use crate::hook::{self, At};
use crate::locate::{self, Code};
use crate::value::{CALL, qualified};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use stillframe_classfile::Local;
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::host::{Names, UnknownName};

/// Name of the object that a method runs on.
const THIS: &str = "this";
/// What the object of a class around is called by, behind that class's name.
const OF_OUTER: &str = ".this";
/// The end of a variable's name that came from an inlined function.
const INLINED: &str = "$iv";
/// How much a name must be like another to be told as the one that may be meant, from 0 to 1.
const ALIKE: f64 = 0.6;
/// Names that are told.
const MOST_NEAREST: usize = 3;

/// Resolves the names of conditions at one place.
pub(super) struct CodeNames {
    machine: &'static Machine,
    slots: Slots,
    /// None where no hook can be: then any name will do, for arming tells why.
    place: Option<Scopes>,
}

/// The scopes around a place.
struct Scopes {
    locals: Vec<Local>,
    /// The local that is `this`.
    this: Option<Box<str>>,
    /// What names of variables end with that came from another function.
    copied: String,
    visible: Visible,
}

impl CodeNames {
    /// Names at a place of the code with this handle, which is looked at.
    pub(super) fn new(
        machine: &'static Machine,
        places: &Mutex<HashMap<(u64, At), Place>>,
        at: (u64, At),
    ) -> Self {
        let (target, scopes) = look(machine, at);
        let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
        let place =
            places.entry(at).or_insert_with(|| Place { target: gone(), slots: Slots::default() });
        place.target = target;
        Self { machine, slots: place.slots.clone(), place: scopes }
    }
}

fn gone<T>() -> Result<T> {
    Err(Error::new(ErrorKind::Location, "the class was unloaded meanwhile"))
}

fn look(machine: &'static Machine, at: (u64, At)) -> (Result<hook::Target>, Option<Scopes>) {
    let (Some(env), Some(code)) = (machine.env(), locate::code_of(at.0)) else {
        return (gone(), None);
    };
    match hook::look(env, machine, &code, (at.1, false)) {
        Ok((target, class)) => {
            let locals = target.placed.locals.clone();
            let visible = Jdk::current()
                .and_then(|jdk| Visible::new(env, machine, jdk, class, code.is_static));
            env.delete_local(class);
            let scopes = visible.map(|visible| Scopes::new(locals, visible, &code));
            (Ok(target), scopes)
        }
        Err(error) => (Err(error), None),
    }
}

impl Scopes {
    fn new(locals: Vec<Local>, visible: Visible, code: &Code) -> Self {
        // The first slot of a method that has an object, whatever the class calls it.
        let this = locals.iter().find(|local| local.slot == 0 && !code.is_static);
        let this = this.map(|local| local.name.as_str().into());
        let copied = if code.is_copy() { copied(&locals) } else { String::new() };
        Self { locals, this, copied, visible }
    }

    fn is_local(&self, name: &str) -> bool {
        self.locals.iter().any(|local| local.name == name)
    }

    /// Where the value of `name` is.
    fn source(&self, name: &str) -> Option<Source> {
        if name == THIS {
            return self.this.clone().map(Source::Local);
        }
        let own = format!("{name}{}", self.copied);
        if self.is_local(&own) {
            return Some(Source::Local(own.into()));
        }
        if self.is_local(name) {
            return Some(Source::Local(name.into()));
        }
        let this = self.this.as_deref();
        if let Some(outer) = name.strip_suffix(OF_OUTER) {
            return Some(Source::Path(this?.into(), self.visible.outer_object(outer)?));
        }
        // A variable hides a class of its name (JLS 6.4.2).
        if let Some((first, _)) = name.split_once('.') {
            let is_variable =
                first == THIS || self.is_local(first) || self.visible.field(this, first).is_some();
            return if is_variable { None } else { self.visible.class(name).map(Source::Class) };
        }
        let field = self.visible.field(this, name);
        field.or_else(|| self.visible.class(name).map(Source::Class))
    }

    /// Signature of the class that a name was declared with, or that it is.
    fn declared(&self, source: &Source) -> Option<String> {
        let descriptor = match source {
            Source::Local(name) => {
                &*self.locals.iter().find(|local| *local.name == **name)?.descriptor
            }
            Source::Path(_, steps) => &*steps.last()?.member.descriptor,
            Source::Static { step, .. } => &*step.member.descriptor,
            Source::Class(class) => class.signature(),
        };
        descriptor.starts_with('L').then(|| descriptor.to_owned())
    }

    fn nearest(&self, name: &str) -> Vec<String> {
        let locals = self.locals.iter().map(|local| local.name.clone());
        let is_slot = |local: &&Local| local.name == format!("slot{}", local.slot);
        let slots: Vec<String> =
            self.locals.iter().filter(is_slot).map(|local| local.name.clone()).collect();
        if !slots.is_empty() {
            // Compiled without names: any of them may be meant.
            return slots;
        }
        nearest(name, locals.chain(self.visible.levels().iter().flat_map(Level::names)))
    }
}

/// What Kotlin's compiler puts behind the names of an inlined function, once for each function around
/// it.
fn copied(locals: &[Local]) -> String {
    let deep = |local: &Local| {
        let mut rest = local.name.as_str();
        let mut deep = 0;
        while let Some(shorter) = rest.strip_suffix(INLINED) {
            (rest, deep) = (shorter, deep + 1);
        }
        deep
    };
    INLINED.repeat(locals.iter().map(deep).max().unwrap_or(0))
}

impl Names for CodeNames {
    fn slot(&mut self, name: &str) -> std::result::Result<u16, UnknownName> {
        if let Some(slot) = self.slots.find(name) {
            return Ok(slot);
        }
        let source = match &self.place {
            Some(scopes) => scopes.source(name),
            None => Some(Source::Local(name.into())),
        };
        if let Some(scopes) = &self.place
            && let Some(env) = self.machine.env()
            && let Some(class) = source.as_ref().and_then(Source::of_class)
        {
            constants::learn(env, self.machine, &scopes.visible, class);
        }
        match source {
            Some(source) => self.slots.give(name, source).ok_or_else(UnknownName::default),
            None => {
                let nearest = self.place.as_ref().map(|scopes| scopes.nearest(name));
                Err(UnknownName { nearest: nearest.unwrap_or_default() })
            }
        }
    }

    fn declared_attr(&mut self, slot: u16, name: &str) -> Option<String> {
        let scopes = self.place.as_ref()?;
        // Which method runs is the object's own affair.
        if name.ends_with(CALL) {
            return None;
        }
        let class = scopes.declared(&self.slots.source(slot)?)?;
        Some(qualified(&class, name))
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        let Some(scopes) = &self.place else { return true };
        if scopes.is_local(name) || scopes.visible.field(scopes.this.as_deref(), name).is_some() {
            return false;
        }
        let of_jdk = |signature: &str| {
            let packages = ["java/lang", "java/util"];
            packages.iter().any(|package| signature == format!("L{package}/{name};"))
        };
        // One that nothing used may not be loaded, and is meant all the same.
        scopes.visible.class(name).is_none_or(|class| of_jdk(class.signature()))
    }
}

/// The names most like `name`.
fn nearest(name: &str, among: impl Iterator<Item = String>) -> Vec<String> {
    let likeness = |other: &str| {
        strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase())
    };
    let mut close: Vec<(f64, String)> = among
        .map(|other| (likeness(&other), other))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    close.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    close.dedup();
    close.into_iter().take(MOST_NEAREST).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_come_first() {
        let names = ["total", "totals", "tally", "amount", "total"].map(str::to_owned);
        assert_eq!(nearest("totl", names.clone().into_iter()), ["total", "totals"]);
        assert_eq!(nearest("AMOUNT", names.clone().into_iter()), ["amount"]);
        assert!(nearest("x", names.into_iter()).is_empty());
    }
}
