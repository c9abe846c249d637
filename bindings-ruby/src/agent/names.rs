//! Names of a condition, resolved where its probe is armed.
//!
//! In Ruby's own order: a local, else what `self` answers; constants by the nesting that the file
//! shows. Invariant: nothing is loaded and no code of the application runs to resolve a name.

use crate::ffi::{Kept, Obj, Original, Tag, code, intern};
use crate::frame::{Scopes, Slot, Slots, symbol};
use crate::locate;
use crate::value::reader;
use magnus::value::ReprValue;
use magnus::{Ruby, Value};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use stillframe_core::host::{Names, UnknownName};

/// Names that are told where one is unknown.
const MOST_NEAREST: usize = 3;
/// How alike two names must be, of 1.
const ALIKE: f64 = 0.5;

/// The names that one code sees.
pub(super) struct CodeNames<'r> {
    slots: &'r Mutex<HashMap<u64, Slots>>,
    code: u64,
    scopes: Scopes,
    /// Names of the classes and modules around, the outermost first.
    nesting: Vec<String>,
    /// Whether the code is a method's, or of what is in one.
    is_method: bool,
}

impl<'r> CodeNames<'r> {
    pub(super) fn new(slots: &'r Mutex<HashMap<u64, Slots>>, code: u64) -> Self {
        let Some(address) = locate::address_of(code) else {
            return Self {
                slots,
                code,
                scopes: Scopes::default(),
                nesting: Vec::new(),
                is_method: false,
            };
        };
        let chain: Vec<_> = locate::scopes(address).into_iter().filter_map(code::wrapper).collect();
        let scopes = Scopes::of(&chain).unwrap_or_default();
        let (nesting, is_method) = (locate::nesting(address), locate::is_in_method(address));
        Self { slots, code, scopes, nesting, is_method }
    }

    fn make(&self, name: &str) -> Option<Slot> {
        if let Some(place) = self.scopes.find(name) {
            return Some(Slot::Local(place));
        }
        if let Some(name) = name.strip_prefix(':').filter(|name| !name.starts_with(':')) {
            return Some(symbol(name));
        }
        if name.starts_with("@@") {
            let class = self.class_around()?;
            return Some(Slot::OfClass(Kept::new(Obj::of_magnus(class)), intern(name)));
        }
        if name.starts_with('@') {
            return Some(Slot::Variable(intern(name)));
        }
        if name == "self" {
            return Some(Slot::Receiver);
        }
        if name.trim_start_matches(':').starts_with(char::is_uppercase) {
            return self.constant(name);
        }
        self.is_answered(name).then(|| Slot::Reader(intern(name)))
    }

    /// The class or module in whose body the code was written; Object where it is in none.
    fn class_around(&self) -> Option<Value> {
        let ruby = Ruby::get().ok()?;
        let object = ruby.class_object().as_value();
        self.nesting.iter().try_fold(object, |module, name| loaded(module, name))
    }

    /// Whether `self` answers to a name by a mere read, or may: in a block outside of all methods,
    /// and in a module, it may be anything.
    fn is_answered(&self, name: &str) -> bool {
        let class =
            self.class_around().filter(|class| magnus::RClass::from_value(*class).is_some());
        match class {
            Some(class) if self.is_method => reader::is_read(Obj::of_magnus(class), name),
            _ => true,
        }
    }

    /// A constant as the line sees it: of the modules around, the innermost first, else of what the
    /// innermost inherits, else of Object.
    fn constant(&self, path: &str) -> Option<Slot> {
        let ruby = Ruby::get().ok()?;
        let object = ruby.class_object().as_value();
        let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
        let (first, rest) = parts.split_first()?;
        let mut around = Vec::new();
        if !path.starts_with("::") {
            let mut module = object;
            for name in &self.nesting {
                module = loaded(module, name)?;
                around.insert(0, module);
            }
        }
        let has = |module: &Value, inherits: bool| {
            is_defined(Obj::of_magnus(*module), intern(first), inherits) == Some(true)
        };
        let own = around.iter().find(|module| has(module, false));
        let inherited = || around.first().filter(|module| has(module, true));
        let mut module = *own.or_else(inherited).unwrap_or(&object);
        let mut name = *first;
        for next in rest {
            if waits(module, name)? {
                return Some(waiting(module, name));
            }
            (module, name) = (loaded(module, name)?, *next);
        }
        match waits(module, name)? {
            true => Some(waiting(module, name)),
            false => Some(Slot::Value(Kept::new(Obj::of_magnus(loaded(module, name)?)))),
        }
    }
}

fn waiting(module: Value, name: &str) -> Slot {
    Slot::Waiting(Kept::new(Obj::of_magnus(module)), intern(name))
}

/// Whether a constant would have to be loaded; nothing if there is none. One whose file is not there
/// is said not to be defined, and yet waits.
fn waits(module: Value, name: &str) -> Option<bool> {
    let (module, name) = (Obj::of_magnus(module), intern(name));
    if Original::Waits.ask(module, &[Obj::symbol(name)])?.tag() != Tag::Nil {
        return Some(true);
    }
    if is_defined(module, name, true)? {
        return Some(false);
    }
    let known = Original::Constants.ask(module, &[Obj::constant(Some(false))])?;
    known.items().contains(&Obj::symbol(name)).then_some(true)
}

fn is_defined(module: Obj<'_>, name: u64, inherits: bool) -> Option<bool> {
    let arguments = [Obj::symbol(name), Obj::constant(Some(inherits))];
    Some(Original::IsDefined.ask(module, &arguments)?.tag() == Tag::True)
}

/// A constant that is loaded.
fn loaded(module: Value, name: &str) -> Option<Value> {
    let is_there = !waits(module, name)?;
    let found = || Original::Constant.ask(Obj::of_magnus(module), &[Obj::symbol(intern(name))]);
    is_there.then(found).flatten().map(Obj::to_magnus)
}

impl Names for CodeNames<'_> {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        // Not under the lock: Ruby is asked.
        let made = self.make(name);
        let mut all = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = all.entry(self.code).or_default();
        let number = slots.number(name, || made);
        drop(all);
        number.ok_or_else(|| UnknownName { nearest: self.nearest(name) })
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        self.scopes.find(name).is_none()
    }
}

impl CodeNames<'_> {
    /// The locals most like `name`.
    fn nearest(&self, name: &str) -> Vec<String> {
        let likeness = |other: &str| {
            strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase())
        };
        let locals = self.scopes.names().map(|other| (likeness(other), other.to_owned()));
        let mut close: Vec<_> = locals.filter(|(likeness, _)| *likeness >= ALIKE).collect();
        close.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
        close.into_iter().take(MOST_NEAREST).map(|(_, name)| name).collect()
    }
}
