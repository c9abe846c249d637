//! Classes that are not Ruby's own and that we know: looked up when a probe is armed, compared during
//! hits.
//!
//! Invariant: a class that is known is kept for good; nothing is loaded to find one.

use super::columns::Stored;
use crate::ffi::{Kept, Obj, dates_are_proven, intern};
use magnus::Ruby;
use magnus::value::ReprValue;
use std::sync::OnceLock;

/// What is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known;

/// A class, and names that are read of its instances.
struct Class<N> {
    found: OnceLock<(usize, N)>,
}

impl<N: Copy> Class<N> {
    const fn new() -> Self {
        Self { found: OnceLock::new() }
    }

    #[inline(always)]
    fn get(&self) -> Option<(Obj<'static>, N)> {
        self.found.get().map(|(class, names)| (Obj::from_handle(*class), *names))
    }

    /// Looks again, unless it is known.
    fn look(&self, ruby: &Ruby, path: &[&str], names: impl FnOnce() -> Option<N>) {
        if self.found.get().is_some() {
            return;
        }
        let object = Obj::of_magnus(ruby.class_object().as_value());
        let class = path.iter().try_fold(object, |module, name| loaded(module, name));
        if let Some((class, names)) = class.zip(names())
            && self.found.set((class.handle(), names)).is_ok()
        {
            std::mem::forget(Kept::new(class));
        }
    }
}

static SET: Class<u64> = Class::new();
static DECIMAL: Class<()> = Class::new();
static DATE: Class<()> = Class::new();
static DATE_TIME: Class<()> = Class::new();
static COLUMNS: Class<Stored> = Class::new();

impl Known {
    /// `Set`, where it is written in Ruby.
    #[inline(always)]
    pub(crate) fn set() -> Option<Obj<'static>> {
        SET.get().map(|(class, _)| class)
    }

    /// The name of the variable in which a `Set` keeps its hash.
    pub(crate) fn set_hash() -> Option<u64> {
        SET.get().map(|(_, name)| name)
    }

    /// `BigDecimal`.
    #[inline(always)]
    pub(crate) fn decimal() -> Option<Obj<'static>> {
        DECIMAL.get().map(|(class, ())| class)
    }

    /// Whether it is a `Date` that can be read, and whether it has a time.
    #[inline(always)]
    pub(crate) fn date(object: Obj<'_>) -> Option<bool> {
        let is =
            |class: &Class<()>| class.get().is_some_and(|(class, ())| object.is_exactly(class));
        if is(&DATE) { Some(false) } else { is(&DATE_TIME).then_some(true) }
    }

    /// ActiveModel's `AttributeSet`, and what it stores its columns in.
    #[inline(always)]
    pub(super) fn columns() -> Option<(Obj<'static>, Stored)> {
        COLUMNS.get()
    }

    /// Looks again. Not on the hit path.
    pub(crate) fn refresh(ruby: &Ruby) {
        SET.look(ruby, &["Set"], || Some(intern("@hash")));
        DECIMAL.look(ruby, &["BigDecimal"], || Some(()));
        let proven = || dates(ruby).filter(|proven| *proven).map(drop);
        DATE.look(ruby, &["Date"], proven);
        if DATE.get().is_some() {
            DATE_TIME.look(ruby, &["DateTime"], || Some(()));
        }
        COLUMNS.look(ruby, &["ActiveModel", "AttributeSet"], || Some(Stored::new()));
    }
}

/// Whether dates can be read, where their library is loaded.
fn dates(ruby: &Ruby) -> Option<bool> {
    let object = Obj::of_magnus(ruby.class_object().as_value());
    let [date, date_time] = [loaded(object, "Date")?, loaded(object, "DateTime")?];
    dates_are_proven(ruby, date.to_magnus(), date_time.to_magnus()).ok()
}

/// What a constant of a module holds, if it was loaded.
fn loaded<'g>(module: Obj<'g>, name: &str) -> Option<Obj<'g>> {
    let name = intern(name);
    if module.constant_waits(name) { None } else { module.loaded_constant(name) }
}
