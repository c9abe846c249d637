//! The probed frame, as the core reads it: [`Scope`] for conditions, [`Walker`] for captures.
//!
//! Knows which variable a slot is, by the plan made when the probe was armed. Invariant: it lives for
//! one callback, during which this thread holds the VM's lock and runs nothing else.

mod plan;
mod slots;

pub(crate) use plan::{Plan, Scopes};
pub(crate) use slots::{Slot, Slots, symbol};

use crate::ffi::{Frame, Obj, Place, STRETCH, Stretch, Tag};
use crate::value::{self, class_of, class_of_object, name_of_class, reading_of, value_of};
use std::cell::{Cell, RefCell};
use stillframe_core::host::{
    Attr, Bounds, FrameName, MOST_COUNTED, MoreFrames, Name, Scope, Shape, Visitor, Walker,
};
use stillframe_core::value::{Kind, Missing, Object, Ordered, Reading, Text, Value};

/// What is shown of a block of which no object was made.
const BLOCK: Value<'static> = Value::Text(Text::Utf8("<block>"));
/// Pairs of a hash that are looked up in one go.
const PAIRS: usize = 32;

/// Pairs of a hash from one of its places on.
struct Pairs<'g> {
    hash: usize,
    first: usize,
    len: usize,
    pairs: [Option<(Obj<'g>, Obj<'g>)>; PAIRS],
}

/// The frame of one hit.
pub(crate) struct Hit<'g> {
    frame: Frame<'g>,
    plan: &'g Plan,
    line: u32,
    /// The frames that were named last, and the number of the first of them.
    stretch: RefCell<Option<(usize, Stretch)>>,
    /// The class that was named last: elements of a collection mostly have the same.
    named: Cell<Option<(Obj<'g>, Name<'g>)>>,
    pairs: RefCell<Option<Pairs<'g>>>,
}

impl<'g> Hit<'g> {
    /// The frame of the event under way, whose code was armed with `plan`, at `line`.
    #[inline(always)]
    pub(crate) fn new(frame: Frame<'g>, plan: &'g Plan, line: u32) -> Self {
        let (stretch, named, pairs) = (RefCell::new(None), Cell::new(None), RefCell::new(None));
        Self { frame, plan, line, stretch, named, pairs }
    }

    /// What `ask` answers of the stretch that frame `depth` lies in, and the frame's number there.
    fn stretch<T>(&self, depth: usize, ask: impl FnOnce(&Stretch, usize) -> T) -> T {
        let first = depth - depth % STRETCH;
        let mut kept = self.stretch.borrow_mut();
        if kept.as_ref().is_none_or(|(known, _)| *known != first) {
            *kept = None;
        }
        let (_, stretch) = kept.get_or_insert_with(|| (first, Stretch::from(first)));
        ask(stretch, depth - first)
    }

    /// The name of an object's class. What a hit keeps lies on the stack, where the collector finds it
    /// and leaves it in its place: so a class is known by where it lies.
    #[inline]
    fn class_name(&self, object: Obj<'g>) -> Name<'g> {
        let stored = object.stored_class();
        if let Some((known, name)) = self.named.get()
            && known == stored
        {
            return name;
        }
        let class = class_of_object(object);
        let name = Name { identity: class.handle(), text: name_of_class(class) };
        self.named.set(Some((stored, name)));
        name
    }
}

/// The name that a string of Ruby's is: of code that is on the stack, so it is where it is meanwhile.
fn named<'g>(text: Obj<'g>) -> Name<'g> {
    Name { identity: text.handle(), text: text.lossy_text() }
}

fn object_of<'g>(object: Object) -> Obj<'g> {
    Obj::from_handle(object.raw)
}

impl Scope for Hit<'_> {
    #[inline(always)]
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        match self.plan.slots.get(usize::from(slot)).ok_or(Missing::Unreadable)? {
            Slot::Local(place) => self.local(place),
            other => self.rare_slot(other),
        }
    }

    fn attr(&self, object: Object, attr: Attr<'_>) -> Reading<Value<'_>> {
        let name = self.plan.attrs.get(usize::from(attr.index)).ok_or(Missing::Unreadable)?;
        value::reader::read(object_of(object), *name).map(value_of)
    }

    fn item(&self, sequence: Object, index: usize) -> Reading<Value<'_>> {
        value::item(object_of(sequence), index)
    }

    fn lookup(&self, container: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        value::lookup(object_of(container), key)
    }

    fn entry(&self, container: Object, cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        let object: Obj<'_> = object_of(container);
        let hash = match object.tag() {
            Tag::Hash => object,
            Tag::Object => value::set_hash(object)?,
            _ => return None,
        };
        let pair = self.pair(hash, *cursor)?;
        *cursor += 1;
        Some((value_of(pair.0), value_of(pair.1)))
    }

    fn len(&self, object: Object) -> Reading<usize> {
        value::len_of(object_of(object), object.kind)
    }

    fn truth(&self, _object: Object) -> Reading<bool> {
        Ok(true)
    }

    fn underlying(&self, object: Object) -> Reading<Value<'_>> {
        value::underlying(object_of(object), object.kind)
    }

    fn stored_text(&self, object: Object) -> Option<Text<'_>> {
        value::stored_text(object_of(object))
    }

    fn compares_by_identity(&self, object: Object) -> bool {
        value::compares_by_identity(object_of(object))
    }

    fn element_name(&self, sequence: Object, index: usize) -> Option<Text<'_>> {
        let object: Obj<'_> = object_of(sequence);
        let is_struct = object.tag() == Tag::Struct && sequence.kind == Kind::Instance;
        let members = if is_struct { object.struct_members() } else { &[] };
        members.get(index).map(|member| member.symbol_text())
    }

    fn ordered(&self, object: Object) -> Reading<Ordered> {
        value::ordered(object_of(object))
    }

    fn bounds(&self, range: Object) -> Reading<Bounds<'_>> {
        value::bounds(object_of(range))
    }

    fn absent_value(&self, map: Object) -> Reading<Value<'_>> {
        value::absent_value(object_of(map))
    }

    fn is_overridden(&self, object: Object, method: &str) -> bool {
        value::is_overridden(object_of(object), method)
    }

    fn is_instance(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        let class: Obj<'_> = object_of(class);
        if !class.is_class() {
            return Err(Missing::NeedsCode);
        }
        let own = class_of(value).ok_or(Missing::Unreadable)?;
        Ok(own.inherits(class))
    }

    fn is_exactly(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        let own = class_of(value).ok_or(Missing::Unreadable)?;
        Ok(own == object_of(class))
    }

    fn type_name(&self, value: &Value<'_>) -> Text<'_> {
        value::type_name(value)
    }
}

impl<'g> Hit<'g> {
    /// A local as a condition reads it.
    #[inline(always)]
    fn local(&self, place: &Place) -> Reading<Value<'g>> {
        self.frame.local(place).map(value_of)
    }

    #[inline(never)]
    fn rare_slot<'s>(&'s self, slot: &'s Slot) -> Reading<Value<'s>> {
        let receiver = || self.frame.receiver();
        match slot {
            Slot::Local(place) => self.local(place),
            Slot::Receiver => Ok(value_of(receiver())),
            Slot::Variable(name) => Ok(value_of(receiver().variable(*name))),
            Slot::Reader(name) => value::reader::read(receiver(), *name).map(value_of),
            Slot::OfClass(class, name) => {
                class.get().class_variable(*name).map(value_of).ok_or(Missing::Absent)
            }
            Slot::Value(kept) => Ok(value_of(kept.get())),
            Slot::Waiting(module, name) => match module.get().constant_waits(*name) {
                true => Err(Missing::NotLoaded),
                false => {
                    module.get().loaded_constant(*name).map(value_of).ok_or(Missing::NotLoaded)
                }
            },
        }
    }

    /// Pair `at` of a hash, in its order: hashes are walked from their beginning alone, so a stretch
    /// of them is kept.
    fn pair(&self, hash: Obj<'g>, at: usize) -> Option<(Obj<'g>, Obj<'g>)> {
        let mut kept = self.pairs.borrow_mut();
        let is_kept = kept.as_ref().is_some_and(|kept| {
            kept.hash == hash.handle() && (kept.first..kept.first + kept.len).contains(&at)
        });
        if !is_kept {
            let mut fresh = Pairs { hash: hash.handle(), first: at, len: 0, pairs: [None; PAIRS] };
            let mut number = 0;
            hash.each_pair(|key, value| {
                if number >= at {
                    fresh.pairs[fresh.len] = Some((key, value));
                    fresh.len += 1;
                }
                number += 1;
                fresh.len < PAIRS
            });
            *kept = Some(fresh);
        }
        let kept = kept.as_ref()?;
        kept.pairs.get(at - kept.first).copied().flatten().filter(|_| at < kept.first + kept.len)
    }
}

impl Walker for Hit<'_> {
    #[inline]
    fn variable(&self, ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)> {
        let Some((text, place)) = self.plan.places.get(ordinal) else {
            let is_receiver = ordinal == self.plan.places.len();
            let name = Name { identity: 0, text: Text::Utf8("self") };
            return is_receiver.then(|| (name, Ok(value_of(self.frame.receiver()))));
        };
        let name = Name { identity: place.name as usize, text: Text::Utf8(text) };
        match self.frame.local(place) {
            Ok(local) => Some((name, reading_of(local))),
            Err(Missing::Unreadable) if place.is_block => Some((name, Ok(BLOCK))),
            Err(missing) => Some((name, Err(missing))),
        }
    }

    fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        if depth == 0 {
            let name = |text| Name { identity: 0, text: Text::Utf8(text) };
            let (file, function) = (name(&self.plan.file), name(&self.plan.function));
            return Some(FrameName { file, function, line: self.line });
        }
        let (file, function, line) = self.stretch(depth, Stretch::frame)?;
        Some(FrameName { file: named(file), function: named(function), line })
    }

    fn more_frames(&self, named: usize) -> MoreFrames {
        let mut count = 0;
        while count < MOST_COUNTED as usize {
            let (here, is_full) = self.stretch(named + count, |stretch, from| {
                // Below all others lies a frame that never ran a line.
                let is_shown = |at: &usize| stretch.frame(*at).is_some();
                let here = (from..stretch.len()).take_while(is_shown).count();
                (here, stretch.len() == STRETCH)
            });
            count += here;
            if here == 0 || !is_full {
                break;
            }
        }
        let count = count.min(MOST_COUNTED as usize) as u32;
        MoreFrames { count, at_least: count == MOST_COUNTED }
    }

    fn thread_name(&self) -> Text<'_> {
        crate::ffi::thread_name().unwrap_or(Text::Utf8(""))
    }

    fn trace_id(&self) -> Option<[u8; 16]> {
        None
    }

    #[inline]
    fn shape(&self, object: Object) -> Shape<'_> {
        let of: Obj<'_> = object_of(object);
        Shape { type_name: self.class_name(of), len: value::count_of(of, object.kind) }
    }

    #[inline(always)]
    fn children(&self, object: Object, visitor: &mut impl Visitor) {
        value::children(object_of(object), object.kind, visitor);
    }
}
