//! What is known of classes: their fields, how their objects store what they are, which of their methods
//! only return a field.
//!
//! Learnt through the tool interface, which runs nothing of the application and initialises no
//! class; kept in one table for the process. Readers take its lock only if it is free, and so does
//! who adds: an application's thread that meets a holder learns the class anew for this one hit
//! instead of waiting. Holders only copy a pointer, so that is rare, and it costs time alone.
//! Invariant: the table keeps no class from being unloaded.

pub(crate) mod constant;
mod describe;
mod form;
mod getter;
mod jdk;
mod learn;
pub(crate) mod naming;
mod pool;

pub(crate) use describe::describe;
pub(crate) use form::{Part, Tag};
pub(crate) use jdk::Jdk;
pub(crate) use learn::{Reader, Special, constants_of, static_field};

use crate::ffi::{Env, FieldId, Kept};
use crate::jvmti::Jvmti;
use constant::{Constant, Constants};
use form::Form;
use jni_sys::jclass;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use stillframe_core::error::{Error, ErrorKind, Result};
use stillframe_core::value::Kind;

/// Classes that are kept in mind. Beyond, a class is learnt at each hit until [`sweep`] makes room.
const MOST: usize = 4_096;
/// Access flags (JVMS 4.5 and 4.6).
pub(crate) const PRIVATE: i32 = 0x2;
pub(crate) const STATIC: i32 = 0x8;
pub(crate) const SYNTHETIC: i32 = 0x1000;

/// A field of a class or of a superclass.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: Box<str>,
    pub(crate) descriptor: Box<str>,
    pub(crate) id: FieldId,
    pub(crate) modifiers: i32,
    /// How many superclasses up it is declared.
    pub(crate) depth: usize,
}

impl Member {
    pub(crate) fn is_static(&self) -> bool {
        self.modifiers & STATIC != 0
    }

    pub(crate) fn letter(&self) -> u8 {
        self.descriptor.as_bytes().first().copied().unwrap_or(b'L')
    }
}

/// A class of a chain of superclasses.
#[derive(Debug)]
pub(crate) struct Ancestor {
    pub(crate) signature: Box<str>,
    pub(crate) is_of_boot: bool,
}

/// A class that was looked at.
#[derive(Debug)]
pub(crate) struct Known {
    /// None where it is known for one hit only.
    class: Option<Kept>,
    /// As it is shown.
    pub(crate) name: Box<str>,
    /// The class and its superclasses.
    pub(crate) chain: Vec<Ancestor>,
    /// All fields, the class's own first, each class's in the order of its class file.
    pub(crate) members: Vec<Member>,
    pub(crate) form: Form,
    pub(crate) kind: Kind,
    /// How many superclasses up the class is whose form it has.
    pub(crate) base: usize,
    /// Whether a class below that one has methods of its own for what a collection is asked.
    pub(crate) is_overridden: bool,
    by_identity: OnceLock<bool>,
    /// Static fields that its class file and those of what it inherits hold; only looked for where a
    /// name meant the class before it was initialised.
    pub(crate) constants: OnceLock<Constants>,
    readers: Mutex<HashMap<Box<str>, Reader>>,
}

impl Known {
    /// Whether what its objects are asked means what it means on the JDK's own class.
    pub(crate) fn is_exact(&self) -> bool {
        let is_collection = matches!(self.kind, Kind::List | Kind::Map | Kind::Set);
        match self.base {
            0 => self.form.tag != Tag::Fields,
            _ => is_collection && !self.is_overridden,
        }
    }

    /// Its signature.
    pub(crate) fn signature(&self) -> &str {
        self.chain.first().map_or("", |class| &class.signature)
    }

    /// A local reference to the class; none if it was unloaded, or is known for one hit only.
    pub(crate) fn local(&self, env: Env) -> Option<jclass> {
        env.new_local(self.class?.raw())
    }

    /// The fields of this name, the most derived class's first.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| *member.name == *name)
    }

    /// The value of a static field that is there though no code of the class ran.
    pub(crate) fn constant(&self, name: &str) -> Option<&Constant> {
        let mut all = self.constants.get()?.iter();
        all.find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// How many superclasses up the class of this signature is.
    pub(crate) fn depth_of(&self, signature: &str) -> Option<usize> {
        self.chain.iter().position(|class| *class.signature == *signature)
    }

    /// Whether objects of it are equal to themselves alone: no class of the chain but `Object` has an
    /// `equals`. `class` is the class.
    pub(crate) fn compares_by_identity(&self, env: Env, jvmti: Jvmti, class: jclass) -> bool {
        *self.by_identity.get_or_init(|| learn::inherits_equals(env, jvmti, class))
    }

    /// How the method `name`, which takes nothing, is read. `class` is the class.
    pub(crate) fn reader(&self, env: Env, jvmti: Jvmti, class: jclass, name: &str) -> Reader {
        if let Ok(readers) = self.readers.try_lock()
            && let Some(reader) = readers.get(name)
        {
            return *reader;
        }
        let reader = learn::reader(env, jvmti, class, self, name);
        if let Ok(mut readers) = self.readers.try_lock() {
            readers.insert(name.into(), reader);
        }
        reader
    }
}

/// Looks up what reading needs of the JDK; an error if this one lacks it. When the agent starts.
pub(crate) fn prepare(env: Env, jvmti: Jvmti) -> Result<()> {
    let lacking = |what| {
        let message = format!("this JDK has no {what} as values are read from");
        Error::new(ErrorKind::Unsupported, message).with_hint("take JDK 17 to 25")
    };
    Jdk::prepare(env, jvmti).map(drop).map_err(lacking)
}

/// By the hash of the class object.
type Table = BTreeMap<i32, Vec<Arc<Known>>>;

static ALL: RwLock<Table> = RwLock::new(BTreeMap::new());

fn find(table: &Table, env: Env, hash: i32, class: jclass) -> Option<Arc<Known>> {
    let same = |known: &&Arc<Known>| known.class.is_some_and(|one| env.is_same(one.raw(), class));
    table.get(&hash)?.iter().find(same).cloned()
}

/// What is known of `class`. About 60 ns; the first time some 100 µs.
pub(crate) fn known(env: Env, jvmti: Jvmti, jdk: &Jdk, class: jclass) -> Arc<Known> {
    let hash = jdk.identity_hash(env, class);
    if let Ok(table) = ALL.try_read()
        && let Some(known) = find(&table, env, hash, class)
    {
        return known;
    }
    let mut learnt = learn::class(env, jvmti, class);
    if is_lasting(jvmti, class, &learnt)
        && let Ok(mut table) = ALL.try_write()
        && table.values().map(Vec::len).sum::<usize>() < MOST
    {
        learnt.class = env.new_weak(class).map(Kept::new);
        let known = Arc::new(learnt);
        table.entry(hash).or_default().push(Arc::clone(&known));
        return known;
    }
    Arc::new(learnt)
}

/// The same where waiting is allowed; the class stays known as long as it is loaded and asked for.
pub(crate) fn known_for_long(env: Env, jvmti: Jvmti, jdk: &Jdk, class: jclass) -> Arc<Known> {
    let hash = jdk.identity_hash(env, class);
    let mut table = ALL.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = find(&table, env, hash, class) {
        return known;
    }
    let mut learnt = learn::class(env, jvmti, class);
    let lasts = is_lasting(jvmti, class, &learnt);
    learnt.class = env.new_weak(class).map(Kept::new);
    let known = Arc::new(learnt);
    // One that is not linked yet has more to tell later.
    if lasts {
        table.entry(hash).or_default().push(Arc::clone(&known));
    }
    known
}

/// Whether what was learnt stays true: a class has its fields once it is prepared.
fn is_lasting(jvmti: Jvmti, class: jclass, learnt: &Known) -> bool {
    learnt.signature().starts_with('[') || jvmti.is_prepared(class)
}

/// Forgets classes that were unloaded, and where the table is nearly full all that nobody uses. Off the
/// hit path, now and then.
pub(crate) fn sweep(env: Env) {
    let mut table = ALL.write().unwrap_or_else(PoisonError::into_inner);
    let is_full = table.values().map(Vec::len).sum::<usize>() >= MOST / 2;
    table.retain(|_, all| {
        all.retain(|known| {
            let Some(class) = known.class else { return false };
            let is_gone = env.is_same(class.raw(), std::ptr::null_mut());
            let is_kept = Arc::strong_count(known) > 1 || !(is_gone || is_full);
            if !is_kept {
                env.delete_weak(class.raw());
            }
            is_kept
        });
        !all.is_empty()
    });
}
