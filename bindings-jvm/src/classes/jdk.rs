//! Classes, fields and methods of the JDK that reading needs whatever class it reads.
//!
//! Looked up once when the agent starts. Invariant: the classes are the boot loader's, which never go,
//! and the one method that is called, `System.identityHashCode`, is native and calls nothing.

use crate::ffi::{Argument, Env, Field, FieldId, Kept, MethodId, c_string};
use crate::jvmti::Jvmti;
use jni_sys::{jclass, jobject};
use std::sync::OnceLock;

/// Where a chained node keeps its hash, its key, its value and the next node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nodes {
    pub(crate) hash: FieldId,
    pub(crate) key: FieldId,
    pub(crate) value: FieldId,
    pub(crate) next: FieldId,
}

/// Where a node of a tree keeps its entry and its neighbours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tree {
    pub(crate) key: FieldId,
    pub(crate) value: FieldId,
    pub(crate) left: FieldId,
    pub(crate) right: FieldId,
    pub(crate) parent: FieldId,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Jdk {
    system: Kept,
    identity_hash_code: MethodId,
    pub(crate) string: Kept,
    pub(crate) big_integer: Kept,
    boxes: Vec<(u8, Kept)>,
    pub(crate) hash_map: Nodes,
    pub(crate) linked_after: FieldId,
    pub(crate) hashtable: Nodes,
    pub(crate) concurrent: Nodes,
    pub(crate) tree: Tree,
    pub(crate) list_item: FieldId,
    pub(crate) list_next: FieldId,
    pub(crate) forwarding: Kept,
    pub(crate) forwarding_table: FieldId,
    pub(crate) tree_bin: Kept,
    pub(crate) tree_bin_first: FieldId,
    pub(crate) cell_value: FieldId,
    immutable: Kept,
    immutable_empty: FieldId,
    pub(crate) loader_parent: FieldId,
    pub(crate) zone_seconds: FieldId,
}

static TABLE: OnceLock<Jdk> = OnceLock::new();

/// The boxes by the letters of what they hold.
const BOXES: [(u8, &str); 8] = [
    (b'I', "java/lang/Integer"),
    (b'J', "java/lang/Long"),
    (b'Z', "java/lang/Boolean"),
    (b'D', "java/lang/Double"),
    (b'F', "java/lang/Float"),
    (b'C', "java/lang/Character"),
    (b'B', "java/lang/Byte"),
    (b'S', "java/lang/Short"),
];

impl Jdk {
    /// Looks everything up; what is not there, if something is not. Not on the hit path: it initialises
    /// classes of the JDK.
    pub(super) fn prepare(env: Env, jvmti: Jvmti) -> Result<&'static Self, String> {
        if let Some(table) = TABLE.get() {
            return Ok(table);
        }
        let mut missing = String::new();
        let table = env.in_frame(64, || Look { env, jvmti, missing: &mut missing }.table());
        match table {
            Some(table) => Ok(TABLE.get_or_init(|| table)),
            None => Err(missing),
        }
    }

    /// The table, once it was prepared.
    pub(crate) fn current() -> Option<&'static Self> {
        TABLE.get()
    }

    /// `System.identityHashCode`: the same for the same object as long as it lives. About 25 ns.
    pub(crate) fn identity_hash(&self, env: Env, object: jobject) -> i32 {
        let (class, method) = (self.system.raw(), self.identity_hash_code.raw());
        env.call_static_int(class, method, Argument::Object(object)).unwrap_or(0)
    }

    /// The box of a primitive.
    pub(crate) fn box_of(&self, letter: u8) -> Option<jclass> {
        self.boxes.iter().find(|(of, _)| *of == letter).map(|(_, class)| class.raw())
    }

    /// What stands in a list or set of one element for the second. A new local reference.
    pub(crate) fn immutable_empty(&self, env: Env) -> jobject {
        match env.get_static(self.immutable.raw(), self.immutable_empty.raw(), b'L') {
            Field::Object(object) => object,
            _ => std::ptr::null_mut(),
        }
    }
}

/// The looking up, which stops at the first thing that is not there.
struct Look<'a> {
    env: Env,
    jvmti: Jvmti,
    missing: &'a mut String,
}

impl Look<'_> {
    fn noted<T>(&mut self, found: Option<T>, what: &str) -> Option<T> {
        if found.is_none() {
            what.clone_into(self.missing);
        }
        found
    }

    fn class(&mut self, name: &str) -> Option<jclass> {
        let class = self.env.find_class(&c_string(name));
        self.noted(class, name)
    }

    fn kept(&mut self, name: &str) -> Option<Kept> {
        let class = self.class(name)?;
        let kept = self.env.new_global(class).map(Kept::new);
        self.noted(kept, name)
    }

    fn fields<const N: usize>(&mut self, class: &str, names: [&str; N]) -> Option<[FieldId; N]> {
        let loaded = self.class(class)?;
        let fields = self.jvmti.fields(loaded).ok();
        let fields = self.noted(fields, class)?;
        let find = |name: &str| {
            let named = |id: &&_| self.jvmti.field_name(loaded, **id).is_ok_and(|(n, _)| n == name);
            fields.as_slice().iter().find(named).map(|id| FieldId::new(*id))
        };
        let mut found = [None; N];
        for (place, name) in found.iter_mut().zip(names) {
            *place = find(name);
        }
        let whole =
            found.iter().all(Option::is_some).then(|| found.map(|id| id.expect("all are there")));
        self.noted(whole, class)
    }

    fn nodes(&mut self, class: &str, names: [&str; 4]) -> Option<Nodes> {
        let [hash, key, value, next] = self.fields(class, names)?;
        Some(Nodes { hash, key, value, next })
    }

    fn table(mut self) -> Option<Jdk> {
        let system = self.kept("java/lang/System")?;
        let code =
            self.env.static_method(system.raw(), c"identityHashCode", c"(Ljava/lang/Object;)I");
        let code = self.noted(code, "identityHashCode")?;
        let mut boxes = Vec::new();
        for (letter, name) in BOXES {
            boxes.push((letter, self.kept(name)?));
        }
        let concurrent = "java/util/concurrent/ConcurrentHashMap";
        let [linked_after] = self.fields("java/util/LinkedHashMap$Entry", ["after"])?;
        let [list_item, list_next] = self.fields("java/util/LinkedList$Node", ["item", "next"])?;
        let names = ["key", "value", "left", "right", "parent"];
        let [key, value, left, right, parent] = self.fields("java/util/TreeMap$Entry", names)?;
        let forwarding = format!("{concurrent}$ForwardingNode");
        let tree_bin = format!("{concurrent}$TreeBin");
        let immutable = "java/util/ImmutableCollections";
        let usual = ["hash", "key", "value", "next"];
        Some(Jdk {
            system,
            identity_hash_code: MethodId::new(code),
            string: self.kept("java/lang/String")?,
            big_integer: self.kept("java/math/BigInteger")?,
            boxes,
            hash_map: self.nodes("java/util/HashMap$Node", usual)?,
            linked_after,
            hashtable: self.nodes("java/util/Hashtable$Entry", usual)?,
            concurrent: self
                .nodes(&format!("{concurrent}$Node"), ["hash", "key", "val", "next"])?,
            tree: Tree { key, value, left, right, parent },
            list_item,
            list_next,
            forwarding: self.kept(&forwarding)?,
            forwarding_table: self.one(&forwarding, "nextTable")?,
            tree_bin: self.kept(&tree_bin)?,
            tree_bin_first: self.one(&tree_bin, "first")?,
            cell_value: self.one(&format!("{concurrent}$CounterCell"), "value")?,
            immutable: self.kept(immutable)?,
            immutable_empty: self.one(immutable, "EMPTY")?,
            loader_parent: self.one("java/lang/ClassLoader", "parent")?,
            zone_seconds: self.one("java/time/ZoneOffset", "totalSeconds")?,
        })
    }

    fn one(&mut self, class: &str, name: &str) -> Option<FieldId> {
        let [field] = self.fields(class, [name])?;
        Some(field)
    }
}
