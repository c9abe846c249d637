//! What an object answers to a call without arguments by a mere read: the variable of an
//! `attr_reader`, a member of a Struct.
//!
//! Asks Ruby what method there is, by Ruby's own reflection, whatever the application made of that
//! since, and at most once a second for each class and name; what was found is kept in a bounded
//! table. Invariant: the method itself is never called.

use crate::ffi::{Kept, Obj, Original, Tag, classes, intern, name_of};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use stillframe_core::clock;
use stillframe_core::value::{Missing, Reading, Text};

/// Answers that are kept.
const ROOM: usize = 512;
/// How long one is believed.
const BELIEVED_NS: u64 = 1_000_000_000;

/// What stands behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Variable(u64),
    Member(usize),
    /// Nothing, or what every object has.
    Nothing,
    Code,
}

impl Access {
    fn number(self) -> u64 {
        match self {
            Self::Variable(name) => name << 2,
            Self::Member(index) => (index as u64) << 2 | 1,
            Self::Nothing => 2,
            Self::Code => 3,
        }
    }

    fn of_number(number: u64) -> Self {
        match number & 3 {
            0 => Self::Variable(number >> 2),
            1 => Self::Member((number >> 2) as usize),
            2 => Self::Nothing,
            _ => Self::Code,
        }
    }
}

/// Class, name, when it was looked for, and what was found. Atomics, because Ractors run at the same
/// time; but only the hit whose turn it is comes here, so the four belong together.
type Known = [AtomicU64; 4];

static TABLE: [Known; ROOM] = [const { [const { AtomicU64::new(0) }; 4] }; ROOM];
static SEQUENCES: OnceLock<usize> = OnceLock::new();

/// Has `RubyVM::InstructionSequence` at hand, which tells methods written in Ruby from others.
pub(crate) fn prepare(sequences: Obj<'_>) {
    if SEQUENCES.set(sequences.handle()).is_ok() {
        std::mem::forget(Kept::new(sequences));
    }
}

/// What `object` answers to `name`.
pub(crate) fn read<'g>(object: Obj<'g>, name: u64) -> Reading<Obj<'g>> {
    match access(object, name) {
        Access::Variable(variable) => Ok(object.variable(variable)),
        Access::Member(index) => object.struct_value(index).ok_or(Missing::Absent),
        Access::Nothing => Err(Missing::Absent),
        Access::Code => Err(Missing::NeedsCode),
    }
}

fn access(object: Obj<'_>, name: u64) -> Access {
    let class = object.stored_class();
    let now_ns = clock::coarse_ns();
    let mixed = (class.handle() >> 3) ^ (name as usize).wrapping_mul(0x9e37_79b9);
    let place = &TABLE[mixed % ROOM];
    let [known_class, known_name, at_ns, number] =
        [0, 1, 2, 3].map(|index| place[index].load(Ordering::Relaxed));
    let is_known = known_class == class.handle() as u64 && known_name == name;
    if is_known && now_ns.saturating_sub(at_ns) < BELIEVED_NS {
        return Access::of_number(number);
    }
    let access = look(object, class, name);
    let fresh = [class.handle() as u64, name, now_ns, access.number()];
    place.iter().zip(fresh).for_each(|(word, fresh)| word.store(fresh, Ordering::Relaxed));
    access
}

/// The method of instances of `class` that is called so, as Ruby has it.
fn method_of<'g>(class: Obj<'_>, name: u64) -> Option<Obj<'g>> {
    Original::InstanceMethod.ask(class, &[Obj::symbol(name)])
}

/// The code of a method: nil where it has none of Ruby's.
fn code_of<'g>(method: Obj<'_>) -> Option<Obj<'g>> {
    let sequences = Obj::from_handle(*SEQUENCES.get()?);
    Original::CodeOf.ask(sequences, &[method])
}

/// Who has a method.
fn owner_of<'g>(method: Obj<'_>) -> Option<Obj<'g>> {
    Original::Owner.ask(method, &[])
}

/// Where it was written: nil where that is nowhere in Ruby.
fn place_of(method: Obj<'_>) -> Option<Tag> {
    Original::SourceLocation.ask(method, &[]).map(Obj::tag)
}

fn arity_of(method: Obj<'_>) -> Option<Tag> {
    Original::Arity.ask(method, &[]).map(Obj::tag)
}

fn look(object: Obj<'_>, class: Obj<'_>, name: u64) -> Access {
    let Some(method) = method_of(class, name) else {
        let missing = class.has_basic_method(intern("method_missing"));
        return if missing { Access::Nothing } else { Access::Code };
    };
    let of_all = [classes::object(), classes::kernel(), classes::basic_object()];
    if owner_of(method)
        .is_some_and(|owner| of_all.into_iter().any(|one| one.handle() == owner.handle()))
    {
        return Access::Nothing;
    }
    let is_ruby = code_of(method).is_none_or(|code| code.tag() != Tag::Nil);
    if is_ruby || arity_of(method) != Some(Tag::Fixnum(0)) {
        return Access::Code;
    }
    match place_of(method) {
        // Written in Ruby and yet no code of Ruby's: an attr_reader.
        Some(Tag::Array) => variable_of(method),
        Some(Tag::Nil) if object.tag() == Tag::Struct => member_of(object, name),
        _ => Access::Code,
    }
}

/// The variable that an attr_reader, whatever it is called now, was made for.
fn variable_of(method: Obj<'_>) -> Access {
    let original = Original::FirstName.ask(method, &[]);
    match original.filter(|name| name.tag() == Tag::Symbol).map(Obj::symbol_text) {
        Some(Text::Utf8(name)) => Access::Variable(intern(&format!("@{name}"))),
        _ => Access::Code,
    }
}

fn member_of(object: Obj<'_>, name: u64) -> Access {
    let Text::Utf8(name) = name_of(name) else { return Access::Code };
    let is_named =
        |member: &Obj<'_>| matches!(member.symbol_text(), Text::Utf8(text) if text == name);
    let found = object.struct_members().iter().position(is_named);
    found.map_or(Access::Code, Access::Member)
}

/// Whether instances of a class answer a name by a mere read. Off the hit path.
pub(crate) fn is_read(class: Obj<'_>, name: &str) -> bool {
    let Some(method) = method_of(class, intern(name)) else { return false };
    let is_reader = place_of(method) == Some(Tag::Array);
    let is_member = class.inherits(classes::structure());
    let is_native = code_of(method).is_some_and(|code| code.tag() == Tag::Nil);
    is_native && arity_of(method) == Some(Tag::Fixnum(0)) && (is_reader || is_member)
}

/// Whether Ruby's own code in `owner` answers `method` of instances of `class`.
pub(crate) fn is_answered_by(class: Obj<'_>, method: &str, owner: Obj<'_>) -> bool {
    let found = method_of(class, intern(method)).and_then(owner_of);
    found.is_some_and(|found| found.handle() == owner.handle())
}

/// Whether a method that `class` itself has is as its library wrote it, in C: the application may write
/// it anew in the same place.
pub(crate) fn is_native(class: Obj<'_>, method: &str) -> bool {
    let is_own = |method: Obj<'_>| {
        owner_of(method).is_some_and(|owner| owner == class) && place_of(method) == Some(Tag::Nil)
    };
    method_of(class, intern(method)).is_some_and(is_own)
}
