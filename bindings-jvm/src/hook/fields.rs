//! Where names lead in the application's classes, for the class that is made for a site.
//!
//! Asks the tool interface and what is known of classes; loads and initialises none. Invariant:
//! what is answered about a class holds as long as it is loaded; a name that could mean two things
//! is not answered.

use super::bridge;
use crate::classes::{self, Jdk, Known, Member, Reader};
use crate::ffi::{Env, Machine};
use crate::frame::{Found, Plan, Step};
use jni_sys::{jclass, jobject};
use std::collections::HashMap;
use std::sync::Arc;
use stillframe_jvm_generator::{ClassHandle, Classes, FieldAt, SlotAt};

/// Answers the generator. Its references are local ones, good for the task that made it.
pub(super) struct Fields<'a> {
    env: Env,
    machine: &'a Machine,
    jdk: &'static Jdk,
    plan: &'a Plan,
    /// The probed class.
    host: jclass,
    /// Classes by their handles.
    classes: Vec<jclass>,
    /// Classes that a loader knows, by signature.
    of_loaders: Vec<(jobject, HashMap<String, jclass>)>,
}

impl<'a> Fields<'a> {
    /// For a site in a method of `host`.
    pub(super) fn new(
        env: Env,
        machine: &'a Machine,
        jdk: &'static Jdk,
        plan: &'a Plan,
        host: jclass,
    ) -> Self {
        let (classes, of_loaders) = (Vec::new(), Vec::new());
        Self { env, machine, jdk, plan, host, classes, of_loaders }
    }

    /// The classes behind handles, in their order.
    pub(super) fn classes(&self, handles: &[ClassHandle]) -> Option<Vec<jobject>> {
        handles.iter().map(|handle| self.behind(*handle)).collect()
    }

    fn behind(&self, handle: ClassHandle) -> Option<jclass> {
        self.classes.get(usize::try_from(handle.0).ok()?).copied()
    }

    fn handle(&mut self, class: jclass) -> ClassHandle {
        let known = self.classes.iter().position(|known| self.env.is_same(*known, class));
        let index = known.unwrap_or_else(|| {
            self.classes.push(class);
            self.classes.len() - 1
        });
        ClassHandle(index as u64)
    }

    fn known(&self, class: jclass) -> Arc<Known> {
        classes::known_for_long(self.env, self.machine.jvmti, self.jdk, class)
    }

    /// The field of an object whose class is `class`.
    fn at(&mut self, class: jclass, known: &Known, member: &Member) -> Option<FieldAt> {
        let mut declaring = self.env.new_local(class)?;
        for _ in 0..member.depth {
            declaring = self.env.superclass(declaring)?;
        }
        let is_twin = |other: &&Member| other.depth == member.depth && other.name == member.name;
        // The offset is looked up by name alone.
        (known.members.iter().filter(is_twin).count() == 1).then_some(())?;
        self.declared(declaring, member)
    }

    fn declared(&mut self, declaring: jclass, member: &Member) -> Option<FieldAt> {
        let offset = bridge::offset(self.env, declaring, &member.name)?;
        let class = self.handle(declaring);
        Some(FieldAt { class, offset, descriptor: member.descriptor.to_string() })
    }

    fn step(&mut self, step: &Step) -> Option<FieldAt> {
        let class = step.class.local(self.env)?;
        self.at(class, &step.class, &step.member)
    }

    /// The class of this signature that a loader knows.
    fn of_loader(&mut self, loader: jobject, signature: &str) -> Option<jclass> {
        let env = self.env;
        let held = self.of_loaders.iter().position(|(known, _)| env.is_same(*known, loader));
        let index = held.unwrap_or_else(|| {
            let mut by_name = HashMap::new();
            if let Ok(classes) = self.machine.jvmti.classes_of(loader) {
                env.has_room_for(i32::try_from(classes.as_slice().len()).unwrap_or(i32::MAX));
                for class in classes.as_slice() {
                    if let Ok(signature) = self.machine.jvmti.signature(*class) {
                        by_name.insert(signature, *class);
                    }
                }
            }
            self.of_loaders.push((loader, by_name));
            self.of_loaders.len() - 1
        });
        self.of_loaders[index].1.get(signature).copied()
    }
}

impl Classes for Fields<'_> {
    fn slot(&mut self, slot: u16) -> Option<SlotAt> {
        let plan = self.plan;
        match plan.slot(slot)? {
            Found::Local(at) => Some(SlotAt::Local((*at)?)),
            Found::Path(base, steps) => {
                let fields = steps.iter().map(|step| self.step(step)).collect::<Option<_>>()?;
                Some(SlotAt::Path((*base)?, fields))
            }
            Found::Static { step, is_running } => {
                let class = step.class.local(self.env)?;
                let is_there = *is_running || self.machine.jvmti.is_initialized(class);
                is_there.then_some(())?;
                Some(SlotAt::Static(self.at(class, &step.class, &step.member)?))
            }
            Found::Class(known) => {
                let class = known.local(self.env)?;
                let signature = known.signature().to_owned();
                Some(SlotAt::Class(self.handle(class), signature))
            }
        }
    }

    fn class(&mut self, descriptor: &str, seen_from: Option<ClassHandle>) -> Option<ClassHandle> {
        let from = match seen_from {
            Some(handle) => self.behind(handle)?,
            None => self.host,
        };
        let loader = self.machine.jvmti.class_loader(from).ok()?;
        let class = self.of_loader(loader, descriptor)?;
        Some(self.handle(class))
    }

    fn field(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        let class = self.behind(class)?;
        let known = self.known(class);
        let member = known.named(name).find(|member| !member.is_static())?.clone();
        self.at(class, &known, &member)
    }

    fn getter(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        let class = self.behind(class)?;
        let known = self.known(class);
        let reader = known.reader(self.env, self.machine.jvmti, class, name);
        let Reader::Field(index) = reader else { return None };
        let member = known.members.get(index)?.clone();
        self.at(class, &known, &member)
    }

    fn static_field(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        let (env, jvmti) = (self.env, self.machine.jvmti);
        let class = self.behind(class)?;
        let (declaring, member) = classes::static_field(env, jvmti, self.jdk, class, name)?;
        jvmti.is_initialized(declaring).then(|| self.declared(declaring, &member)).flatten()
    }
}
