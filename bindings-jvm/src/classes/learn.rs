//! Looking at one class: its superclasses, fields and methods.
//!
//! Knows nothing of the table that keeps the outcome. Invariant: nothing of the class is run or
//! initialised, and every local reference made here is ended.

use super::form::{self, Form, Tag};
use super::getter;
use super::naming;
use super::pool::Pool;
use super::{Ancestor, Jdk, Known, Member, STATIC};
use crate::ffi::{Env, FieldId};
use crate::jvmti::Jvmti;
use jni_sys::{jclass, jmethodID};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};
use stillframe_core::value::Kind;

/// Superclasses that are followed.
const DEEPEST: usize = 256;
/// Fields that are looked at: any limit of a capture allows fewer.
const MOST_FIELDS: usize = 4_096;
const ABSTRACT: i32 = 0x400;
const BRIDGE: i32 = 0x40;

/// How a method that takes nothing is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// It returns the field at this index of [`Known::members`].
    Field(usize),
    /// It is a method of the JDK that is read as said.
    Special(Special),
    /// It runs code.
    Code,
    /// There is no such method.
    Absent,
}

/// Methods of the JDK that are more than a plain return of a field and still only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    /// `Object.getClass()`.
    Class,
    /// `Throwable.getCause()`.
    Cause,
    /// Whether an optional holds a value.
    IsPresent,
    /// Whether it holds none.
    IsEmpty,
    /// The value it holds.
    Held,
    /// The truth of an atomic boolean.
    Flag,
    /// `Class.getName()`.
    Name,
    /// `Class.getSimpleName()`.
    SimpleName,
}

const SPECIALS: &[(&str, &str, Special)] = &[
    ("Ljava/lang/Object;", "getClass", Special::Class),
    ("Ljava/lang/Throwable;", "getCause", Special::Cause),
    ("Ljava/util/Optional;", "isPresent", Special::IsPresent),
    ("Ljava/util/Optional;", "isEmpty", Special::IsEmpty),
    ("Ljava/util/Optional;", "get", Special::Held),
    ("Ljava/util/Optional;", "orElseThrow", Special::Held),
    ("Ljava/util/OptionalInt;", "isPresent", Special::IsPresent),
    ("Ljava/util/OptionalInt;", "isEmpty", Special::IsEmpty),
    ("Ljava/util/OptionalInt;", "getAsInt", Special::Held),
    ("Ljava/util/OptionalInt;", "orElseThrow", Special::Held),
    ("Ljava/util/OptionalLong;", "isPresent", Special::IsPresent),
    ("Ljava/util/OptionalLong;", "isEmpty", Special::IsEmpty),
    ("Ljava/util/OptionalLong;", "getAsLong", Special::Held),
    ("Ljava/util/OptionalLong;", "orElseThrow", Special::Held),
    ("Ljava/util/OptionalDouble;", "isPresent", Special::IsPresent),
    ("Ljava/util/OptionalDouble;", "isEmpty", Special::IsEmpty),
    ("Ljava/util/OptionalDouble;", "getAsDouble", Special::Held),
    ("Ljava/util/OptionalDouble;", "orElseThrow", Special::Held),
    ("Ljava/util/concurrent/atomic/AtomicBoolean;", "get", Special::Flag),
    ("Ljava/lang/Class;", "getName", Special::Name),
    ("Ljava/lang/Class;", "getSimpleName", Special::SimpleName),
];

/// Methods by which a collection is asked for what is in it.
const ASKED: &[&str] = &[
    "size",
    "isEmpty",
    "get",
    "contains",
    "containsKey",
    "containsValue",
    "iterator",
    "entrySet",
    "keySet",
    "values",
    "toArray",
    "getOrDefault",
    "indexOf",
    "equals",
    "length",
    "charAt",
];

/// Shows `each` the class and its superclasses until it wants no more.
fn up(env: Env, class: jclass, mut each: impl FnMut(usize, jclass) -> bool) {
    let mut at = class;
    for depth in 0..DEEPEST {
        let goes_on = each(depth, at);
        let next = if goes_on { env.superclass(at) } else { None };
        if depth > 0 {
            env.delete_local(at);
        }
        let Some(next) = next else { return };
        at = next;
    }
    env.delete_local(at);
}

/// Looks at a class.
pub(super) fn class(env: Env, jvmti: Jvmti, class: jclass) -> Known {
    let (mut chain, mut members) = (Vec::new(), Vec::new());
    up(env, class, |depth, at| {
        let signature = jvmti.signature(at).unwrap_or_default();
        let loader = jvmti.class_loader(at);
        let is_of_boot = matches!(loader, Ok(loader) if loader.is_null());
        if let Ok(loader) = loader {
            env.delete_local(loader);
        }
        add_members(jvmti, at, depth, &mut members);
        chain.push(Ancestor { signature: signature.into(), is_of_boot });
        true
    });
    let (form, kind, base) = form_of(&chain, &members);
    let is_overridden = base > 0 && overrides(env, jvmti, class, &chain, base);
    Known {
        class: None,
        name: shown_name(&chain, form.tag).into(),
        chain,
        members,
        form,
        kind,
        base,
        is_overridden,
        by_identity: OnceLock::new(),
        constants: OnceLock::new(),
        readers: Mutex::new(HashMap::new()),
    }
}

fn add_members(jvmti: Jvmti, class: jclass, depth: usize, members: &mut Vec<Member>) {
    let Ok(fields) = jvmti.fields(class) else { return };
    let room = MOST_FIELDS.saturating_sub(members.len());
    for field in fields.as_slice().iter().take(room) {
        let named = jvmti.field_name(class, *field);
        let (Ok((name, descriptor)), Ok(modifiers)) = (named, jvmti.field_modifiers(class, *field))
        else {
            continue;
        };
        let (name, descriptor, id) = (name.into(), descriptor.into(), FieldId::new(*field));
        members.push(Member { name, descriptor, id, modifiers, depth });
    }
}

/// The form, the kind, and how many superclasses up the class is that decides them.
fn form_of(chain: &[Ancestor], members: &[Member]) -> (Form, Kind, usize) {
    let signature = chain.first().map_or("", |class| &*class.signature);
    if let Some(element) = signature.strip_prefix('[') {
        let letter = element.as_bytes().first().copied().unwrap_or(b'L');
        return (Form::of(Tag::Array(letter)), Kind::Tuple, 0);
    }
    if naming::is_hidden(signature) && signature.contains("$$Lambda") {
        return (Form::of(Tag::Function), Kind::Function, 0);
    }
    for (depth, class) in chain.iter().enumerate().filter(|(_, class)| class.is_of_boot) {
        let field = |name: &str| {
            let named = |member: &&Member| member.depth >= depth && *member.name == *name;
            members.iter().find(named).map(|member| member.id)
        };
        if let Some((form, kind)) = form::find(naming::internal_name(&class.signature), field) {
            return (form, kind, depth);
        }
    }
    (Form::of(Tag::Fields), Kind::Instance, 0)
}

fn shown_name(chain: &[Ancestor], tag: Tag) -> String {
    let signature = |depth: usize| chain.get(depth).map(|class| &*class.signature);
    let own = signature(0).unwrap_or("?");
    // A constant with a body of its own is of a class of its own, which its author gave no name.
    match signature(1) {
        Some(above) if tag == Tag::Enum && above != "Ljava/lang/Enum;" => naming::type_name(above),
        _ => naming::type_name(own),
    }
}

/// Whether a class of the application below the one `base` superclasses up has a method that
/// decides what is in a collection.
fn overrides(env: Env, jvmti: Jvmti, class: jclass, chain: &[Ancestor], base: usize) -> bool {
    let mut found = false;
    up(env, class, |depth, at| {
        if depth >= base {
            return false;
        }
        if chain.get(depth).is_some_and(|class| class.is_of_boot) {
            return true;
        }
        let Ok(methods) = jvmti.methods(at) else { return true };
        let is_asked = |method: &jmethodID| {
            let name = jvmti.method_name(*method);
            name.is_ok_and(|(name, _)| ASKED.contains(&name.as_str()))
        };
        found = methods.as_slice().iter().any(is_asked);
        !found
    });
    found
}

/// Whether no class of the chain but `Object` has an `equals(Object)`.
pub(super) fn inherits_equals(env: Env, jvmti: Jvmti, class: jclass) -> bool {
    let mut inherits = false;
    up(env, class, |_, at| {
        if jvmti.signature(at).is_ok_and(|signature| signature == "Ljava/lang/Object;") {
            inherits = true;
            return false;
        }
        let Ok(methods) = jvmti.methods(at) else { return false };
        let is_equals = |method: &jmethodID| {
            let name = jvmti.method_name(*method);
            name.is_ok_and(|(name, of)| name == "equals" && of == "(Ljava/lang/Object;)Z")
        };
        !methods.as_slice().iter().any(is_equals)
    });
    inherits
}

/// How the method `name` without arguments is read, where it is called on an object of `class`.
pub(super) fn reader(env: Env, jvmti: Jvmti, class: jclass, known: &Known, name: &str) -> Reader {
    let mut reader = None;
    up(env, class, |depth, at| {
        let Some((method, descriptor)) = method_named(jvmti, at, name) else { return true };
        let declaring = known.chain.get(depth);
        let special = declaring.filter(|class| class.is_of_boot).and_then(|class| {
            let is = |row: &&(&str, &str, Special)| row.0 == &*class.signature && row.1 == name;
            SPECIALS.iter().find(is).map(|row| Reader::Special(row.2))
        });
        let of_code = || field_of(jvmti, at, method, &descriptor, known);
        reader = special.or_else(of_code).or(Some(Reader::Code));
        false
    });
    reader.unwrap_or_else(|| match has_default(env, jvmti, class, name) {
        true => Reader::Code,
        false => Reader::Absent,
    })
}

/// The method of `class` itself that `name()` calls, and its descriptor. Where a compiler added a bridge
/// to it, the one that it leads to.
fn method_named(jvmti: Jvmti, class: jclass, name: &str) -> Option<(jmethodID, String)> {
    let methods = jvmti.methods(class).ok()?;
    let mut found = None;
    for method in methods.as_slice() {
        let Ok((own, descriptor)) = jvmti.method_name(*method) else { continue };
        if own != name || !descriptor.starts_with("()") {
            continue;
        }
        let modifiers = jvmti.method_modifiers(*method).unwrap_or(ABSTRACT);
        if modifiers & ABSTRACT != 0 {
            continue;
        }
        // A static one has no object to read, so it counts as code.
        let is_better = modifiers & (BRIDGE | STATIC) == 0;
        if is_better || found.is_none() {
            found = Some((*method, descriptor));
        }
    }
    found
}

/// The field that a method returns, if it does nothing else.
fn field_of(
    jvmti: Jvmti,
    class: jclass,
    method: jmethodID,
    descriptor: &str,
    known: &Known,
) -> Option<Reader> {
    if jvmti.method_modifiers(method).ok()? & STATIC != 0 {
        return None;
    }
    let code = jvmti.bytecodes(method).ok()?;
    // Most methods are told apart without looking at the constants.
    if code.len() < 5 || code.len() > 64 {
        return None;
    }
    let (count, bytes) = jvmti.constant_pool(class).ok()?;
    let pool = Pool::read(count, &bytes)?;
    let field = getter::field_read(&code, descriptor, &pool)?;
    let depth = known.depth_of(&naming::signature(field.class))?;
    let is_it = |member: &Member| {
        member.depth >= depth
            && *member.name == *field.name
            && *member.descriptor == *field.descriptor
            && !member.is_static()
    };
    known.members.iter().position(is_it).map(Reader::Field)
}

/// Whether an interface of the class or of a superclass has a method of this name.
fn has_default(env: Env, jvmti: Jvmti, class: jclass, name: &str) -> bool {
    let mut found = false;
    up(env, class, |_, at| {
        found = interfaces_have(env, jvmti, at, name, 0);
        !found
    });
    found
}

fn interfaces_have(env: Env, jvmti: Jvmti, class: jclass, name: &str, level: usize) -> bool {
    let Ok(interfaces) = jvmti.interfaces(class) else { return false };
    let mut found = false;
    for interface in interfaces.as_slice() {
        found = found
            || method_named(jvmti, *interface, name).is_some()
            || (level < 16 && interfaces_have(env, jvmti, *interface, name, level + 1));
        env.delete_local(*interface);
    }
    found
}

/// Names of all classes that the code of `class` says, with slashes.
pub(crate) fn constants_of(jvmti: Jvmti, class: jclass) -> Vec<String> {
    let Ok((count, bytes)) = jvmti.constant_pool(class) else { return Vec::new() };
    let pool = Pool::read(count, &bytes);
    pool.map(|pool| pool.classes().map(str::to_owned).collect()).unwrap_or_default()
}

/// The static field `name` of `class`, of a superclass or of an interface, and the class that
/// declares it, as a local reference.
pub(crate) fn static_field(
    env: Env,
    jvmti: Jvmti,
    jdk: &Jdk,
    class: jclass,
    name: &str,
) -> Option<(jclass, Member)> {
    let known = super::known(env, jvmti, jdk, class);
    if let Some(member) = known.named(name).find(|member| member.is_static()) {
        let mut declaring = None;
        up(env, class, |depth, at| {
            if depth == member.depth {
                declaring = env.new_local(at);
            }
            depth < member.depth
        });
        return Some((declaring?, member.clone()));
    }
    let mut found = None;
    up(env, class, |_, at| {
        found = interface_field(env, jvmti, at, name, 0);
        found.is_none()
    });
    found
}

fn interface_field(
    env: Env,
    jvmti: Jvmti,
    class: jclass,
    name: &str,
    level: usize,
) -> Option<(jclass, Member)> {
    let interfaces = jvmti.interfaces(class).ok()?;
    let mut found = None;
    for interface in interfaces.as_slice() {
        if found.is_none() {
            let mut members = Vec::new();
            add_members(jvmti, *interface, 0, &mut members);
            let member = members.into_iter().find(|member| *member.name == *name);
            found = match member {
                Some(member) => env.new_local(*interface).map(|class| (class, member)),
                None if level < 16 => interface_field(env, jvmti, *interface, name, level + 1),
                None => None,
            };
        }
        env.delete_local(*interface);
    }
    found
}
