//! What is visible inside a class: its fields, those of the classes around it, and classes by name.
//!
//! Knows Java's scopes, as far as the machine still has them: which class stands around which is read
//! from names, and imports from the classes that the code says. Invariant: all references made here end
//! with it.

use crate::classes::{self, Jdk, Known, Member, PRIVATE, SYNTHETIC, naming};
use crate::ffi::{Env, Field, Kept, Machine};
use crate::frame::{Source, Step};
use crate::locate;
use crate::value::Local;
use jni_sys::jclass;
use std::cell::OnceCell;
use std::ptr::null_mut;
use std::sync::Arc;

/// Classes around each other.
const MOST_LEVELS: usize = 16;
/// Class loaders that one delegates to.
const MOST_LOADERS: usize = 32;
/// Local classes of one name in one class.
const MOST_LOCAL: u32 = 16;

/// A class whose fields are visible: the method's own, or one around it.
pub(super) struct Level {
    known: Arc<Known>,
    /// The fields that lead from `this` to its object; none where there is no object.
    path: Option<Vec<Step>>,
}

impl Level {
    /// Names of its fields and of what it captured.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let shown = self.known.members.iter().filter(|member| is_visible(member));
        shown
            .filter(|member| self.path.is_some() || member.is_static())
            .map(|member| member.name.strip_prefix("val$").unwrap_or(&member.name).to_owned())
    }
}

/// What is visible inside one class.
pub(super) struct Visible {
    env: Env,
    machine: &'static Machine,
    jdk: &'static Jdk,
    class: Kept,
    levels: Vec<Level>,
    /// The loader of the class, those that it delegates to, and the boot loader, which is null.
    loaders: OnceCell<Vec<Local>>,
    /// Classes that the code says.
    said: OnceCell<Vec<String>>,
}

impl Visible {
    pub(super) fn new(
        env: Env,
        machine: &'static Machine,
        jdk: &'static Jdk,
        class: jclass,
        is_static: bool,
    ) -> Option<Self> {
        let kept = Kept::new(env.new_global(class)?);
        let (loaders, said) = (OnceCell::new(), OnceCell::new());
        let mut visible =
            Self { env, machine, jdk, class: kept, levels: Vec::new(), loaders, said };
        visible.find_levels(is_static);
        Some(visible)
    }

    pub(super) fn levels(&self) -> &[Level] {
        &self.levels
    }

    fn find_levels(&mut self, is_static: bool) {
        let mut known = self.known(self.class.raw());
        let mut path = (!is_static).then(Vec::new);
        while self.levels.len() < MOST_LEVELS {
            let internal = naming::internal_name(known.signature()).to_owned();
            self.levels.push(Level { known: Arc::clone(&known), path: path.clone() });
            let Some(outer) = self.around(&internal) else { return };
            let signature = naming::signature(outer.0);
            // Inner classes keep the object around them in a field of the compiler's.
            let held = known.members.iter().find(|member| {
                member.depth == 0
                    && member.name.starts_with("this$")
                    && *member.descriptor == *signature
            });
            path = path.zip(held).map(|(mut path, member)| {
                path.push(Step { class: Arc::clone(&known), member: member.clone() });
                path
            });
            known = outer.1;
        }
    }

    /// The class around the one of this name.
    fn around<'n>(&self, internal: &'n str) -> Option<(&'n str, Arc<Known>)> {
        let mut name = internal;
        // A local class is named after the outermost part of what is around it.
        while let Some(outer) = naming::outer(name) {
            if let Some(known) = self.loaded(outer) {
                return Some((outer, known));
            }
            name = outer;
        }
        None
    }

    fn known(&self, class: jclass) -> Arc<Known> {
        classes::known_for_long(self.env, self.machine.jvmti, self.jdk, class)
    }

    /// The object of the class `outer` around: the fields that lead to it.
    pub(super) fn outer_object(&self, outer: &str) -> Option<Vec<Step>> {
        let is_it = |level: &&Level| {
            let internal = naming::internal_name(level.known.signature());
            naming::simple_name(internal) == outer || internal.replace(['/', '$'], ".") == outer
        };
        self.levels.iter().find(is_it)?.path.clone()
    }

    /// The field that `name` is, where `this` is the local that holds the object: of the innermost
    /// class that has one; what a class captured counts as declared around it.
    pub(super) fn field(&self, this: Option<&str>, name: &str) -> Option<Source> {
        let captured = format!("val${name}");
        self.levels.iter().enumerate().find_map(|(depth, level)| {
            let named = |name: &str| self.member(this, (level, depth), name);
            named(name).or_else(|| named(&captured))
        })
    }

    fn member(
        &self,
        this: Option<&str>,
        (level, depth): (&Level, usize),
        name: &str,
    ) -> Option<Source> {
        let is_of_object = |member: &&Member| is_visible(member) && !member.is_static();
        if let (Some(this), Some(path)) = (this, &level.path)
            && let Some(member) = level.known.named(name).find(is_of_object)
        {
            let mut path = path.clone();
            path.push(Step { class: Arc::clone(&level.known), member: member.clone() });
            return Some(Source::Path(this.into(), path));
        }
        // Of the class, of a superclass or of an interface.
        let class = Local::new(self.env, level.known.local(self.env)?);
        let found =
            classes::static_field(self.env, self.machine.jvmti, self.jdk, class.raw(), name);
        let (declaring, member) = found.filter(|(_, member)| is_visible(member))?;
        let declaring = Local::new(self.env, declaring);
        let step = Step { class: self.known(declaring.raw()), member };
        // While code of a class runs, the class and its superclasses have begun to be initialised; no
        // interface need be.
        let is_running = depth == 0 && level.known.depth_of(step.class.signature()).is_some();
        Some(Source::Static { step, is_running })
    }

    /// The class that `name` means, if it is loaded.
    pub(super) fn class(&self, name: &str) -> Option<Arc<Known>> {
        let parts: Vec<&str> = name.split('.').collect();
        let (first, rest) = parts.split_first()?;
        if rest.is_empty() {
            return self.simple(name);
        }
        if let Some(outer) = self.simple(first) {
            let outer = naming::internal_name(outer.signature());
            return self.loaded(&format!("{outer}${}", rest.join("$")));
        }
        (0..parts.len()).rev().find_map(|nested| {
            let (packages, classes) = parts.split_at(nested);
            let mut path = packages.join("/");
            if !path.is_empty() {
                path.push('/');
            }
            self.loaded(&(path + &classes.join("$")))
        })
    }

    /// In Java's order: classes around and within, imports, the package, `java.lang`; and at last
    /// `java.util`, which most code imports though not every name of it is in the class file.
    fn simple(&self, name: &str) -> Option<Arc<Known>> {
        self.levels
            .iter()
            .find_map(|level| self.nested(level, name))
            .or_else(|| self.imported(name))
            .or_else(|| {
                let own = self.levels.first()?.known.signature();
                let package = naming::package(naming::internal_name(own));
                self.loaded(&format!("{package}{name}"))
            })
            .or_else(|| self.loaded(&format!("java/lang/{name}")))
            .or_else(|| self.loaded(&format!("java/util/{name}")))
    }

    fn nested(&self, level: &Level, name: &str) -> Option<Arc<Known>> {
        let own = naming::internal_name(level.known.signature());
        if naming::simple_name(own) == name {
            return Some(Arc::clone(&level.known));
        }
        let of_chain = level.known.chain.iter().find_map(|class| {
            let around = naming::internal_name(&class.signature);
            self.loaded(&format!("{around}${name}"))
        });
        // Classes inside methods are numbered.
        of_chain
            .or_else(|| (1..=MOST_LOCAL).find_map(|at| self.loaded(&format!("{own}${at}{name}"))))
    }

    /// The one class of this simple name that the code says: what is imported is not in the class file.
    fn imported(&self, name: &str) -> Option<Arc<Known>> {
        let mut said = self.said().iter().filter(|said| naming::simple_name(said) == name);
        let one = said.next()?;
        if said.any(|other| other != one) { None } else { self.loaded(one) }
    }

    fn said(&self) -> &[String] {
        self.said.get_or_init(|| classes::constants_of(self.machine.jvmti, self.class.raw()))
    }

    /// The class of this name that the method's class would be given, if it is loaded: of its loader or
    /// the nearest that this one delegates to; of another loader only where the code says the name.
    pub(super) fn loaded(&self, internal: &str) -> Option<Arc<Known>> {
        let loaded = locate::loaded(self.env, self.machine);
        let all = loaded.of(&naming::signature(internal));
        let ranks = all.iter().map(|one| self.rank(one.class.raw()));
        let ranked = ranks.zip(all).filter_map(|(rank, one)| Some((rank?, one)));
        let ranked = ranked.min_by_key(|(rank, _)| *rank).map(|(_, one)| one);
        let is_said = || self.said().iter().any(|said| said == internal);
        let foreign = || all.first().filter(|_| all.len() == 1 && is_said());
        ranked.or_else(foreign).map(|one| self.known(one.class.raw()))
    }

    /// The place of a class's loader in the order of delegation, if it has one.
    fn rank(&self, class: jclass) -> Option<usize> {
        let loader = Local::new(self.env, self.machine.jvmti.class_loader(class).ok()?);
        let loaders = self.loaders.get_or_init(|| self.loaders());
        loaders.iter().position(|one| self.env.is_same(one.raw(), loader.raw()))
    }

    /// The loader of the method's class, those that it delegates to, and the boot loader, which is null.
    fn loaders(&self) -> Vec<Local> {
        let own = self.machine.jvmti.class_loader(self.class.raw()).unwrap_or(null_mut());
        let mut loaders = vec![Local::new(self.env, own)];
        while let Some(last) = loaders.last()
            && !last.is_null()
            && loaders.len() < MOST_LOADERS
        {
            let parent = self.env.get(last.raw(), self.jdk.loader_parent.raw(), b'L');
            let Field::Object(parent) = parent else { break };
            loaders.push(Local::new(self.env, parent));
        }
        loaders
    }
}

impl Drop for Visible {
    fn drop(&mut self) {
        self.env.delete_global(self.class.raw());
    }
}

/// Whether code of the class whose field it is, or inherits, may say its name.
fn is_visible(member: &Member) -> bool {
    let is_written = member.modifiers & SYNTHETIC == 0 || member.name.starts_with("val$");
    is_written && (member.depth == 0 || member.modifiers & PRIVATE == 0)
}
