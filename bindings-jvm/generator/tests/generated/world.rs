//! A place in the application for tests: its locals, its classes, and how names resolve there.
//!
//! Knows what the harness said of the classes. Invariant: fields of `this` are names if it is a local.

use std::collections::HashMap;
use stillframe_core::condition::{Install, JAVA, Program};
use stillframe_core::error::Error;
use stillframe_core::host::{Names, UnknownName};
use stillframe_core::redaction::Redaction;
use stillframe_jvm_generator::{ClassHandle, Classes, FieldAt, SlotAt};

/// One class as the harness described it.
struct Class {
    descriptor: String,
    parent: Option<usize>,
    /// Name, declared type, offset, whether static.
    fields: Vec<(String, String, i64, bool)>,
    /// Methods without arguments, and the field that they return if they do nothing else.
    methods: Vec<(String, String)>,
}

/// All classes.
pub(crate) struct World(Vec<Class>);

impl World {
    /// Reads what the harness said.
    pub(crate) fn read(text: &str) -> Self {
        let mut classes = Vec::new();
        for line in text.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            match parts[..] {
                ["class", _, descriptor, parent] => classes.push(Class {
                    descriptor: descriptor.to_owned(),
                    parent: parent.parse().ok(),
                    fields: Vec::new(),
                    methods: Vec::new(),
                }),
                ["method", name, field] => {
                    let method = (name.to_owned(), field.to_owned());
                    classes.last_mut().expect("a class came before").methods.push(method);
                }
                [kind, name, descriptor, offset] => {
                    let offset = offset.parse().expect("an offset is a number");
                    let field = (name.to_owned(), descriptor.to_owned(), offset, kind == "static");
                    classes.last_mut().expect("a class came before").fields.push(field);
                }
                _ => panic!("the harness said {line}"),
            }
        }
        Self(classes)
    }

    fn find(&self, class: usize, name: &str, is_static: bool) -> Option<FieldAt> {
        let found = self.0.get(class)?;
        let own = found.fields.iter().find(|field| field.0 == name && field.3 == is_static);
        if let Some((_, descriptor, offset, _)) = own {
            let (descriptor, class) = (descriptor.clone(), ClassHandle(class as u64));
            return Some(FieldAt { class, offset: *offset, descriptor });
        }
        self.find(found.parent?, name, is_static)
    }

    /// The field that a method of a class returns.
    fn getter(&self, class: usize, name: &str) -> Option<FieldAt> {
        let found = self.0.get(class)?;
        match found.methods.iter().find(|method| method.0 == name) {
            Some((_, field)) => self.find(class, field, false),
            None => self.getter(found.parent?, name),
        }
    }

    fn class_of(&self, descriptor: &str) -> Option<usize> {
        self.0.iter().position(|class| class.descriptor == descriptor)
    }
}

/// A place in the code.
pub(crate) struct Place<'w> {
    world: &'w World,
    /// Name and declared type.
    pub(crate) locals: Vec<(String, String)>,
    slots: Vec<SlotAt>,
    by_name: HashMap<String, u16>,
}

impl<'w> Place<'w> {
    /// A place with these locals: `name:descriptor`.
    pub(crate) fn new(world: &'w World, locals: &[&str]) -> Self {
        let split = |local: &&str| {
            let (name, descriptor) = local.split_once(':').expect("a local has a type");
            (name.to_owned(), descriptor.to_owned())
        };
        let locals = locals.iter().map(split).collect();
        Self { world, locals, slots: Vec::new(), by_name: HashMap::new() }
    }

    /// The condition compiled here.
    pub(crate) fn compile(&mut self, source: &str) -> Result<Program, Error> {
        let redaction = Redaction::standard();
        let mut attrs = Vec::new();
        let names = self;
        let mut install =
            Install { dialect: &JAVA, names, attrs: &mut attrs, redaction: &redaction };
        Program::compile(source, &mut install)
    }

    fn resolve(&self, name: &str) -> Option<SlotAt> {
        let local = |name: &str| self.locals.iter().position(|(local, _)| local == name);
        if let Some(index) = local(name) {
            return Some(SlotAt::Local(index));
        }
        if let Some(this) = local("this") {
            let class = self.world.class_of(&self.locals[this].1)?;
            if let Some(field) = self.world.find(class, name, false) {
                return Some(SlotAt::Path(this, vec![field]));
            }
            if let Some(field) = self.world.find(class, name, true) {
                return Some(SlotAt::Static(field));
            }
        }
        let is_called = |class: &Class| {
            let whole = class.descriptor[1..].trim_end_matches(';').replace('/', ".");
            whole == name || whole.rsplit('.').next() == Some(name)
        };
        let index = self.world.0.iter().position(is_called)?;
        let descriptor = self.world.0[index].descriptor.clone();
        Some(SlotAt::Class(ClassHandle(index as u64), descriptor))
    }
}

impl Names for Place<'_> {
    fn slot(&mut self, name: &str) -> Result<u16, UnknownName> {
        if let Some(slot) = self.by_name.get(name) {
            return Ok(*slot);
        }
        let found = self.resolve(name).ok_or_else(UnknownName::default)?;
        self.slots.push(found);
        let slot = (self.slots.len() - 1) as u16;
        self.by_name.insert(name.to_owned(), slot);
        Ok(slot)
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        match self.resolve(name) {
            Some(SlotAt::Class(_, descriptor)) => descriptor.starts_with("Ljava/lang/"),
            found => found.is_none(),
        }
    }
}

impl Classes for Place<'_> {
    fn slot(&mut self, slot: u16) -> Option<SlotAt> {
        self.slots.get(usize::from(slot)).cloned()
    }

    fn class(&mut self, descriptor: &str, _: Option<ClassHandle>) -> Option<ClassHandle> {
        self.world.class_of(descriptor).map(|index| ClassHandle(index as u64))
    }

    fn field(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        self.world.find(class.0 as usize, name, false)
    }

    fn getter(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        self.world.getter(class.0 as usize, name)
    }

    fn static_field(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt> {
        self.world.find(class.0 as usize, name, true)
    }
}
