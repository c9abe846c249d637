//! Objects of the application as values of the core, read through JNI.
//!
//! Knows what classes are made of, not where objects come from. Runs no code of the application:
//! only fields, elements and characters are read. Objects are remembered for the hit, so that equal
//! handles are the same object; what is copied of them lies still until the hit ends. Invariants:
//! what a hit holds and how long it takes are bounded, and structures that other threads change
//! meanwhile cost at most a wrong answer, never a fault: every index is checked, every loop ends.

mod attribute;
mod child;
mod hash;
mod local;
mod lookup;
mod ordered;
mod sequence;
mod walk;
mod written;

pub(crate) use attribute::{CALL, qualified};
pub(crate) use child::{children, count};
pub(crate) use local::Local;

use crate::classes::{self, Jdk, Known, Part, Tag};
use crate::ffi::{Env, Field, FieldId};
use crate::jvmti::Jvmti;
use elsa::FrozenVec;
use jni_sys::jobject;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use stillframe_core::value::{BigInt, Kind, Missing, Object, Reading, Text, Value};
use walk::Walk;

/// Objects that one hit may hold.
const MOST_OBJECTS: usize = 16_384;
/// Characters of the longest string that is read: the core's fuel takes twice as many bytes.
pub(crate) const MOST_UNITS: usize = 80_000;
/// Characters of the beginning of a longer one, where it is only shown.
const SHOWN_UNITS: usize = 1_024;
/// Bytes that one hit may copy.
const MOST_BYTES: usize = 4 << 20;
/// Bins, nodes and elements that one hit may pass over: about 5 ms.
const MOST_STEPS: u32 = 200_000;
/// Wrappers around one collection that are looked through.
const MOST_WRAPPERS: usize = 8;
/// Local references for which the machine makes room when a hit meets an object.
const REFERENCES: i32 = MOST_OBJECTS as i32 + 256;

/// The handle of a value in place of one that could not be read while a collection was searched:
/// whatever compares it fails, so that the search does not end as if there were nothing more.
const UNREAD: usize = usize::MAX;

/// An object that was met.
pub(crate) struct Entry {
    object: Local,
    known: Arc<Known>,
    /// What it passes on to, if it is a wrapper or a view.
    inner: Option<(Local, Arc<Known>)>,
    part: Part,
    kind: Kind,
    /// The class that the variable or field was declared with through which it was met.
    declared: RefCell<Declared>,
    /// The class that it is, where a name meant it.
    named: OnceCell<Arc<Known>>,
}

/// With which classes an object was met.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Declared {
    Unknown,
    As(Box<str>),
    /// With several: which field of the same name is meant cannot be told.
    Several,
}

/// The object that holds what an entry stands for.
#[derive(Clone, Copy)]
pub(crate) struct Holder<'a> {
    object: jobject,
    known: &'a Known,
    part: Part,
}

/// The objects of one hit.
pub(crate) struct Objects {
    pub(crate) env: Env,
    pub(crate) jvmti: Jvmti,
    pub(crate) jdk: &'static Jdk,
    entries: FrozenVec<Box<Entry>>,
    by_hash: RefCell<HashMap<i32, Vec<usize>>>,
    /// The class met last: elements of a collection are mostly alike.
    last: RefCell<Option<(Local, Arc<Known>)>>,
    units: FrozenVec<Box<[u16]>>,
    bytes: FrozenVec<Box<[u8]>>,
    digits: FrozenVec<Box<[u32]>>,
    texts: FrozenVec<Box<str>>,
    copied: Cell<usize>,
    steps: Cell<u32>,
    walks: RefCell<Vec<Walk>>,
}

impl Objects {
    pub(crate) fn new(env: Env, jvmti: Jvmti, jdk: &'static Jdk) -> Self {
        Self {
            env,
            jvmti,
            jdk,
            entries: FrozenVec::new(),
            by_hash: RefCell::default(),
            last: RefCell::default(),
            units: FrozenVec::new(),
            bytes: FrozenVec::new(),
            digits: FrozenVec::new(),
            texts: FrozenVec::new(),
            copied: Cell::new(0),
            steps: Cell::new(MOST_STEPS),
            walks: RefCell::default(),
        }
    }

    /// Takes over a local reference.
    pub(crate) fn own(&self, object: jobject) -> Local {
        Local::new(self.env, object)
    }

    /// Takes steps over the application's data.
    fn step(&self, steps: u32) -> Reading<()> {
        let left = self.steps.get().checked_sub(steps).ok_or(Missing::OutOfFuel)?;
        self.steps.set(left);
        Ok(())
    }

    fn may_copy(&self, bytes: usize) -> Reading<()> {
        let copied = self.copied.get().saturating_add(bytes);
        if copied > MOST_BYTES {
            return Err(Missing::OutOfFuel);
        }
        self.copied.set(copied);
        Ok(())
    }

    /// A text that lies still until the hit ends.
    pub(crate) fn keep(&self, text: String) -> &str {
        self.texts.push_get(text.into_boxed_str())
    }

    /// What is known of the class of an object that is not null.
    fn known_of(&self, object: &Local) -> Arc<Known> {
        let class = self.own(self.env.class_of(object.raw()));
        if let Some((last, known)) = &*self.last.borrow()
            && self.env.is_same(last.raw(), class.raw())
        {
            return Arc::clone(known);
        }
        let known = classes::known(self.env, self.jvmti, self.jdk, class.raw());
        self.last.replace(Some((class, Arc::clone(&known))));
        known
    }

    /// A value that was read from a field or an element. Byte and short compute as int.
    pub(crate) fn value(&self, field: Field) -> Reading<Value<'_>> {
        Ok(match field {
            Field::Boolean(value) => Value::Bool(value),
            Field::Byte(value) => Value::Int32(value.into()),
            Field::Short(value) => Value::Int32(value.into()),
            Field::Char(unit) => Value::Char(unit),
            Field::Int(value) => Value::Int32(value),
            Field::Long(value) => Value::Int(value),
            Field::Float(value) => Value::Float32(value),
            Field::Double(value) => Value::Float(value),
            Field::Object(object) => return self.of_object(self.own(object)),
        })
    }

    /// The value that an object is: a box what it holds, a string its characters. About 150 ns.
    pub(crate) fn of_object(&self, object: Local) -> Reading<Value<'_>> {
        if object.is_null() {
            return Ok(Value::Null);
        }
        if self.env.is_instance(object.raw(), self.jdk.string.raw()) {
            return self.text(object);
        }
        let known = self.known_of(&object);
        match (known.form.tag, known.form.field(0)) {
            (Tag::Boxed(letter), Some(held)) => {
                self.value(self.env.get(object.raw(), held.raw(), letter))
            }
            (Tag::BigInteger, _) if known.base == 0 => self.big_integer(object, known),
            _ => self.met(object, known),
        }
    }

    /// The characters of a string; of one that is too long, an object.
    fn text(&self, string: Local) -> Reading<Value<'_>> {
        let len = self.env.string_len(string.raw());
        if len > MOST_UNITS {
            let known = self.known_of(&string);
            return self.met(string, known);
        }
        self.units_of(&string, len).map(|units| Value::Text(Text::Units16(units)))
    }

    /// The beginning of a string that is too long to be read whole: only to be shown.
    fn beginning(&self, entry: &Entry) -> Reading<Value<'_>> {
        let len = self.env.string_len(entry.object()).min(SHOWN_UNITS);
        let units = self.units_of(&entry.object, len)?;
        Ok(Value::Text(Text::Units16(units)))
    }

    /// Name of the type that a class object is.
    pub(crate) fn type_name_of(&self, class: jobject) -> &str {
        let signature = self.jvmti.signature(class);
        self.keep(signature.map_or_else(|_| "?".to_owned(), |s| classes::naming::type_name(&s)))
    }

    /// The first `len` characters of a string.
    fn units_of(&self, string: &Local, len: usize) -> Reading<&[u16]> {
        self.may_copy(2 * len)?;
        let mut units = vec![0; len].into_boxed_slice();
        if !self.env.string_units(string.raw(), 0, &mut units) {
            return Err(Missing::Unreadable);
        }
        Ok(self.units.push_get(units))
    }

    /// An integer beyond 64 bits is a number of the core's; one that fits stays the object it is.
    fn big_integer(&self, object: Local, known: Arc<Known>) -> Reading<Value<'_>> {
        let holder = Holder { object: object.raw(), known: &known, part: Part::Same };
        let big = self.big(holder)?;
        if ordered::fits_64(big) { self.met(object, known) } else { Ok(Value::BigInt(big)) }
    }

    /// The object's handle: the same for the same object.
    fn met(&self, object: Local, known: Arc<Known>) -> Reading<Value<'_>> {
        let hash = self.jdk.identity_hash(self.env, object.raw());
        let same = |index: &&usize| {
            let entry = self.entries.get(**index);
            entry.is_some_and(|entry| self.env.is_same(entry.object.raw(), object.raw()))
        };
        let met = self.by_hash.borrow().get(&hash).and_then(|all| all.iter().find(same).copied());
        if let Some(index) = met {
            return Ok(self.handle(index));
        }
        let index = self.entries.len();
        match index {
            0 if !self.env.has_room_for(REFERENCES) => return Err(Missing::OutOfFuel),
            MOST_OBJECTS.. => return Err(Missing::OutOfFuel),
            _ => {}
        }
        let (inner, part) = self.inner_of(&object, &known);
        let held = inner.as_ref().map_or(known.kind, |(_, inner)| inner.kind);
        let kind = match part {
            Part::Keys => Kind::Set,
            Part::Values => Kind::List,
            Part::Same => held,
        };
        let declared = RefCell::new(Declared::Unknown);
        let named = OnceCell::new();
        self.entries.push(Box::new(Entry { object, known, inner, part, kind, declared, named }));
        self.by_hash.borrow_mut().entry(hash).or_default().push(index);
        Ok(self.handle(index))
    }

    fn handle(&self, index: usize) -> Value<'_> {
        let entry = self.entries.get(index);
        let kind = entry.map_or(Kind::Instance, |entry| entry.kind);
        let is_exact = |entry: &Entry| {
            let of_inner = entry.inner.as_ref().is_none_or(|(_, known)| known.is_exact());
            entry.known.is_exact() && of_inner
        };
        Value::Object(Object { raw: index + 1, kind, exact: entry.is_some_and(is_exact) })
    }

    /// The collection behind wrappers and views, and which part of it they show.
    fn inner_of(&self, object: &Local, known: &Arc<Known>) -> (Option<(Local, Arc<Known>)>, Part) {
        let (mut at, mut part): (Option<(Local, Arc<Known>)>, _) = (None, Part::Same);
        for _ in 0..MOST_WRAPPERS {
            let (outer, form) = match &at {
                Some((outer, known)) => (outer, known.form),
                None => (object, known.form),
            };
            let (Tag::Delegate(shown), Some(field)) = (form.tag, form.field(0)) else { break };
            let Some(next) = self.reference(outer.raw(), field).unless_null() else { break };
            if part == Part::Same {
                part = shown;
            }
            let next_known = self.known_of(&next);
            at = Some((next, next_known));
        }
        (at, part)
    }

    /// The object of a handle.
    pub(crate) fn entry_of(&self, object: Object) -> Reading<&Entry> {
        let index = object.raw.wrapping_sub(1);
        self.entries.get(index).ok_or(match object.raw {
            UNREAD => Missing::OutOfFuel,
            _ => Missing::Unreadable,
        })
    }

    /// The value in place of what could not be read.
    fn unread(&self) -> Value<'_> {
        Value::Object(Object { raw: UNREAD, kind: Kind::Instance, exact: false })
    }

    /// An object's field, which is a reference.
    fn reference(&self, object: jobject, field: FieldId) -> Local {
        match self.env.get(object, field.raw(), b'L') {
            Field::Object(object) => self.own(object),
            _ => self.own(std::ptr::null_mut()),
        }
    }

    fn element(&self, array: &Local, index: usize) -> Local {
        self.own(self.env.element(array.raw(), index).unwrap_or(std::ptr::null_mut()))
    }

    /// The nth field of a holder's form, whatever it is declared as.
    fn form_field(&self, holder: Holder<'_>, index: usize) -> Reading<Field> {
        let id = holder.known.form.field(index).ok_or(Missing::Unreadable)?;
        let member = holder.known.members.iter().find(|member| member.id == id);
        let member = member.ok_or(Missing::Unreadable)?;
        if !member.is_static() {
            return Ok(self.env.get(holder.object, id.raw(), member.letter()));
        }
        let class = self.own(self.env.class_of(holder.object));
        Ok(self.env.get_static(class.raw(), id.raw(), member.letter()))
    }

    fn form_reference(&self, holder: Holder<'_>, index: usize) -> Reading<Local> {
        match self.form_field(holder, index)? {
            Field::Object(object) => Ok(self.own(object)),
            _ => Err(Missing::Unreadable),
        }
    }

    fn form_number(&self, holder: Holder<'_>, index: usize) -> Reading<i64> {
        match self.form_field(holder, index)? {
            Field::Byte(value) => Ok(value.into()),
            Field::Short(value) => Ok(value.into()),
            Field::Char(value) => Ok(value.into()),
            Field::Int(value) => Ok(value.into()),
            Field::Long(value) => Ok(value),
            Field::Boolean(value) => Ok(value.into()),
            _ => Err(Missing::Unreadable),
        }
    }

    fn form_count(&self, holder: Holder<'_>, index: usize) -> Reading<usize> {
        self.form_number(holder, index).map(|count| usize::try_from(count).unwrap_or(0))
    }

    /// The sign and magnitude of a `BigInteger`.
    fn big(&self, holder: Holder<'_>) -> Reading<BigInt<'_>> {
        let negative = self.form_number(holder, 0)? < 0;
        let words = self.form_reference(holder, 1)?.unless_null().ok_or(Missing::Unreadable)?;
        let len = self.env.array_len(words.raw());
        self.step(u32::try_from(len).unwrap_or(u32::MAX))?;
        self.may_copy(4 * len)?;
        // The most significant word comes first there and last here.
        let word = |at: usize| match self.env.primitive_element(words.raw(), at, b'I') {
            Some(Field::Int(word)) => Some(word as u32),
            _ => None,
        };
        let digits: Option<Box<[u32]>> = (0..len).rev().map(word).collect();
        let digits = self.digits.push_get(digits.ok_or(Missing::Unreadable)?);
        Ok(BigInt { negative, digits, digit_bits: 32 })
    }
}

impl Entry {
    pub(crate) fn holder(&self) -> Holder<'_> {
        match &self.inner {
            Some((object, known)) => Holder { object: object.raw(), known, part: self.part },
            None => Holder { object: self.object.raw(), known: &self.known, part: self.part },
        }
    }

    /// The object itself, whatever it passes on to.
    fn itself(&self) -> Holder<'_> {
        Holder { object: self.object.raw(), known: &self.known, part: Part::Same }
    }

    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    pub(crate) fn object(&self) -> jobject {
        self.object.raw()
    }

    /// Notes the class that a variable or field was declared with.
    pub(crate) fn was_declared(&self, descriptor: &str) {
        let mut declared = self.declared.borrow_mut();
        *declared = match std::mem::replace(&mut *declared, Declared::Several) {
            Declared::Unknown => Declared::As(descriptor.into()),
            Declared::As(before) if *before == *descriptor => Declared::As(before),
            _ => Declared::Several,
        };
    }
}
