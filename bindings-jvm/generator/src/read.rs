//! Reads: names, fields, getters, static fields and elements.
//!
//! Knows places, which the binding finds. Invariant: an object is read only where its class was
//! looked at, and an array only within its bounds.

use crate::classes::{ClassHandle, Classes, FieldAt, SlotAt};
use crate::code::{Code, Done};
use crate::ty::{Declared, Ty};
use stillframe_classfile::{Kind, op};
use stillframe_core::condition::tree::{Binding, Expr, Kind as Node};

impl<C: Classes> Code<'_, '_, C> {
    /// Pushes what a name means.
    pub(crate) fn name(&mut self, slot: u16) -> Done<Ty> {
        match self.classes.slot(slot) {
            Some(SlotAt::Local(index)) => self.local(index),
            Some(SlotAt::Path(index, fields)) => {
                let mut ty = self.local(index)?;
                for field in &fields {
                    ty = self.field(field)?;
                }
                Ok(ty)
            }
            Some(SlotAt::Static(field)) => self.static_field(&field),
            Some(SlotAt::Class(..)) => self.uncovered("a class as a value"),
            None => self.uncovered("a name that only the machine can read"),
        }
    }

    fn local(&mut self, index: usize) -> Done<Ty> {
        let variables = self.variables;
        let Some(variable) = variables.get(index) else {
            return self.uncovered("a local that is not passed");
        };
        self.load(variable.ty.kind(), variable.word)?;
        Ok(variable.ty.clone())
    }

    /// Puts the field of the object on top in its place; objects of another class, and null, take the
    /// slow path.
    fn field(&mut self, field: &FieldAt) -> Done<Ty> {
        let object = self.keep(Kind::Reference)?;
        self.push_class(field.class)?;
        self.load(Kind::Reference, object)?;
        self.invoke_virtual(["java/lang/Class", "isInstance", "(Ljava/lang/Object;)Z"])?;
        self.slow_if(op::IFEQ, 1)?;
        self.read(object, field.offset, &field.descriptor)?;
        Ok(Ty::declared(&field.descriptor, Some(field.class)))
    }

    /// The same of an object of exactly one class: a subclass could have the method do other things.
    fn getter(&mut self, class: ClassHandle, field: &FieldAt) -> Done<Ty> {
        let object = self.keep(Kind::Reference)?;
        self.load(Kind::Reference, object)?;
        self.slow_if(op::IFNULL, 1)?;
        self.push_class(class)?;
        self.load(Kind::Reference, object)?;
        self.invoke_virtual(["java/lang/Object", "getClass", "()Ljava/lang/Class;"])?;
        self.slow_if(op::IF_ACMPNE, 2)?;
        self.read(object, field.offset, &field.descriptor)?;
        Ok(Ty::declared(&field.descriptor, Some(field.class)))
    }

    fn static_field(&mut self, field: &FieldAt) -> Done<Ty> {
        self.push_unsafe()?;
        self.push_class(field.class)?;
        self.read_at(field.offset, &field.descriptor)?;
        Ok(Ty::declared(&field.descriptor, Some(field.class)))
    }

    /// The class that an expression names.
    pub(crate) fn named_class(&mut self, expr: &Expr) -> Option<SlotAt> {
        let Node::Name(_, Binding::Slot(slot)) = expr.kind else { return None };
        self.classes.slot(slot).filter(|found| matches!(found, SlotAt::Class(..)))
    }

    /// Pushes `object.name`; a name that ends with `()` is a getter's.
    pub(crate) fn attribute(&mut self, object: &Expr, name: &str) -> Done<Ty> {
        if let Some(SlotAt::Class(class, _)) = self.named_class(object) {
            return match self.classes.static_field(class, name) {
                Some(field) => self.static_field(&field),
                None => self.uncovered(format!("`{name}` of a class")),
            };
        }
        let ty = self.value(object)?;
        self.attribute_of(&ty, name)
    }

    /// Puts an attribute of the object on top in its place.
    pub(crate) fn attribute_of(&mut self, ty: &Ty, name: &str) -> Done<Ty> {
        let Ty::Ref(declared) = ty else {
            return self.uncovered(format!("`{name}` of {}", ty.name()));
        };
        let Declared { descriptor, seen_from, .. } = declared;
        if name == "length" && declared.element().is_some() {
            let slot = self.array(declared)?;
            self.load(Kind::Reference, slot)?;
            self.op(op::ARRAYLENGTH, 1, Some(Kind::Int))?;
            return Ok(Ty::Int);
        }
        match name {
            "isPresent()" if is_library(descriptor) => {
                self.help("isPresent", "(Ljava/lang/Object;)I")?;
                self.slow_if_below(0)?;
                return Ok(Ty::Bool);
            }
            "get()" if is_library(descriptor) => {
                self.help("present", "(Ljava/lang/Object;)Ljava/lang/Object;")?;
                self.slow_if_unknown()?;
                return Ok(declared.content());
            }
            _ => {}
        }
        let Some(class) = self.classes.class(descriptor, *seen_from) else {
            return self.uncovered(format!("`{name}` of {}, which is not loaded", ty.name()));
        };
        let method = name.strip_suffix("()");
        let found = match method {
            Some(method) => self.classes.getter(class, method),
            None => self.classes.field(class, name),
        };
        match found {
            Some(field) if method.is_some() => self.getter(class, &field),
            Some(field) => self.field(&field),
            None => self.uncovered(format!("`{name}` of {}", ty.name())),
        }
    }

    /// Pushes `array[index]`.
    pub(crate) fn element(&mut self, array: &Expr, index: &Expr) -> Done<Ty> {
        let ty = self.value(array)?;
        let element = match &ty {
            Ty::Ref(declared) => declared.element().map(|one| (one, declared)),
            _ => None,
        };
        let Some((element, declared)) = element else {
            return self.uncovered(format!("an element of {}", ty.name()));
        };
        if element.kind() == Kind::Reference {
            self.index(index)?;
            self.help("element", "(Ljava/lang/Object;I)Ljava/lang/Object;")?;
            self.slow_if_unknown()?;
            return Ok(element);
        }
        let array = self.array(declared)?;
        self.index(index)?;
        let at = self.keep(Kind::Int)?;
        self.load(Kind::Int, at)?;
        self.slow_if(op::IFLT, 1)?;
        self.load(Kind::Int, at)?;
        self.load(Kind::Reference, array)?;
        self.op(op::ARRAYLENGTH, 1, Some(Kind::Int))?;
        self.slow_if(op::IF_ICMPGE, 2)?;
        self.load(Kind::Reference, array)?;
        self.load(Kind::Int, at)?;
        let load = match &declared.descriptor[1..] {
            "Z" | "B" => op::BALOAD,
            "S" => op::SALOAD,
            "C" => op::CALOAD,
            "I" => op::IALOAD,
            "J" => op::LALOAD,
            "F" => op::FALOAD,
            _ => op::DALOAD,
        };
        self.op(load, 2, Some(element.kind()))?;
        Ok(element)
    }

    /// Pushes an index, which is an `int` or computes as one.
    pub(crate) fn index(&mut self, index: &Expr) -> Done {
        match self.number(index)? {
            Ty::Int | Ty::Char => Ok(()),
            other => self.uncovered(format!("an index that is {}", other.name())),
        }
    }

    /// Keeps the array on top in a slot, of the type that instructions on it take.
    pub(crate) fn array(&mut self, declared: &Declared) -> Done<u16> {
        let object = self.keep(Kind::Reference)?;
        let class = match &declared.descriptor[1..] {
            primitive if primitive.len() == 1 => &declared.descriptor[..],
            _ => "[Ljava/lang/Object;",
        };
        self.load_as(object, class)?;
        self.keep(Kind::Reference)
    }
}

fn is_library(descriptor: &str) -> bool {
    descriptor.starts_with("Ljava/")
}
