//! Calls of what is pure: by instructions, or by the bridge's helpers.
//!
//! Knows the helpers' answers. Invariant: a helper is given objects and looks at their classes
//! itself, so that no declared type is trusted.

use crate::classes::{Classes, SlotAt};
use crate::code::{Code, Done};
use crate::compare::TWO;
use crate::ty::Ty;
use stillframe_classfile::{Kind, op};
use stillframe_core::condition::tree::{Expr, Function, Kind as Node};

const ONE: &str = "(Ljava/lang/Object;)I";
const ONE_TO_ONE: &str = "(Ljava/lang/Object;)Ljava/lang/Object;";
/// What helpers whose answers are any `int` say for the slow path.
const UNKNOWN: i32 = i32::MIN;

impl<C: Classes> Code<'_, '_, C> {
    pub(crate) fn call(&mut self, function: Function, args: &[Expr]) -> Done<Ty> {
        use Function as F;
        match (function, args) {
            (F::IsInstance, [object, class]) => self.is_instance(object, class),
            (F::Cast, [object, class]) => self.cast_to(object, class),
            (F::ArrayLength, [array]) => self.attribute(array, "length"),
            (F::Length, [object]) => self.reader(object, "length", Ty::Int),
            (F::Size, [object]) => self.reader(object, "size", Ty::Int),
            (F::IsEmpty, [object]) => self.reader(object, "isEmpty", Ty::Bool),
            (F::IsBlank, [object]) => self.reader(object, "isBlank", Ty::Bool),
            (F::Trim, [text]) => self.text(text, "trim"),
            (F::Strip, [text]) => self.text(text, "strip"),
            (F::Lower, [text]) => self.text(text, "lower"),
            (F::Upper, [text]) => self.text(text, "upper"),
            (F::Equals, [one, two]) => self.pair("equals", one, two),
            (F::ObjectsEqual, [one, two]) => self.pair("objectsEqual", one, two),
            (F::EqualsIgnoreCase, [one, two]) => self.pair("equalsIgnoreCase", one, two),
            (F::StartsWith, [one, two]) => self.pair("startsWith", one, two),
            (F::EndsWith, [one, two]) => self.pair("endsWith", one, two),
            (F::Contains, [one, two]) => self.pair("contains", one, two),
            (F::ContainsKey, [map, key]) => self.contains_key(map, key),
            (F::Get, [object, key]) => self.get(object, key),
            (F::GetOrDefault, [map, key, other]) => self.get_or(map, key, other),
            (F::CharAt, [text, index]) => self.char_at(text, index),
            (F::IndexOf, [text, part]) => self.index_of(text, part),
            (F::CompareTo, [one, two]) => self.compare_to(one, two),
            (F::Abs, [number]) => self.absolute(number),
            (F::Min | F::Max, [one, two]) => self.extreme(function, one, two),
            (F::IsNan, [number]) => self.is_nan(number),
            (F::Matches, _) => self.uncovered("a pattern"),
            _ => self.uncovered("a function that only the machine has"),
        }
    }

    fn is_instance(&mut self, object: &Expr, class: &Expr) -> Done<Ty> {
        let Some(SlotAt::Class(class, _)) = self.named_class(class) else {
            return self.uncovered("a class that is not known");
        };
        let ty = self.value(object)?;
        if !matches!(ty, Ty::Ref(_)) {
            return self.uncovered(format!("instanceof of {}", ty.name()));
        }
        self.instance_of(class)?;
        Ok(Ty::Bool)
    }

    /// Pushes whether the object on top is an instance.
    fn instance_of(&mut self, class: crate::ClassHandle) -> Done {
        let slot = self.keep(Kind::Reference)?;
        self.push_class(class)?;
        self.load(Kind::Reference, slot)?;
        self.invoke_virtual(["java/lang/Class", "isInstance", "(Ljava/lang/Object;)Z"])
    }

    fn cast_to(&mut self, object: &Expr, class: &Expr) -> Done<Ty> {
        let Some(SlotAt::Class(class, descriptor)) = self.named_class(class) else {
            return self.uncovered("a class that is not known");
        };
        let ty = self.value(object)?;
        if !matches!(ty, Ty::Ref(_)) {
            return self.uncovered(format!("a cast of {}", ty.name()));
        }
        let fits = self.label();
        let slot = self.keep(Kind::Reference)?;
        self.load(Kind::Reference, slot)?;
        self.jump(op::IFNULL, 1, fits)?;
        self.load(Kind::Reference, slot)?;
        self.instance_of(class)?;
        self.slow_if(op::IFEQ, 1)?;
        self.bind(fits);
        self.load(Kind::Reference, slot)?;
        Ok(Ty::declared(&descriptor, Some(class)))
    }

    /// A method without arguments: the JDK's own by a helper, the application's as a getter.
    fn reader(&mut self, object: &Expr, name: &str, result: Ty) -> Done<Ty> {
        match self.value(object)? {
            Ty::Ref(declared) if declared.is_of_application() => {
                self.attribute_of(&Ty::Ref(declared), &format!("{name}()"))
            }
            Ty::Ref(_) => {
                self.help(name, ONE)?;
                self.slow_if_below(0)?;
                Ok(result)
            }
            other => self.uncovered(format!("`{name}()` of {}", other.name())),
        }
    }

    /// A string made of another.
    fn text(&mut self, text: &Expr, name: &str) -> Done<Ty> {
        self.reference(text)?;
        self.help(name, ONE_TO_ONE)?;
        self.slow_if_unknown()?;
        Ok(Ty::text())
    }

    /// Pushes a value that is an object or null.
    fn reference(&mut self, expr: &Expr) -> Done<Ty> {
        match self.value(expr)? {
            ty @ Ty::Ref(_) => Ok(ty),
            other => self.uncovered(format!("a method of {}", other.name())),
        }
    }

    /// A helper that answers about two objects.
    fn pair(&mut self, name: &str, one: &Expr, two: &Expr) -> Done<Ty> {
        if name == "objectsEqual" {
            self.object(one)?
        } else {
            self.reference(one)?
        };
        self.object(two)?;
        self.help(name, TWO)?;
        self.slow_if_below(0)?;
        Ok(Ty::Bool)
    }

    /// Pushes a key. One that is no constant could name what is redacted.
    fn key(&mut self, key: &Expr) -> Done {
        let ty = self.object(key)?;
        let is_harmless = match &ty {
            Ty::Ref(declared) => declared.boxed().is_some(),
            Ty::Null => false,
            _ => true,
        };
        if is_harmless || matches!(key.kind, Node::Text(_)) {
            return Ok(());
        }
        self.help("visible", ONE_TO_ONE)?;
        self.slow_if_unknown()
    }

    fn contains_key(&mut self, map: &Expr, key: &Expr) -> Done<Ty> {
        self.reference(map)?;
        self.key(key)?;
        self.help("containsKey", TWO)?;
        self.slow_if_below(0)?;
        Ok(Ty::Bool)
    }

    fn get(&mut self, object: &Expr, key: &Expr) -> Done<Ty> {
        let ty = self.reference(object)?;
        self.key(key)?;
        self.help("get", "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;")?;
        self.slow_if_unknown()?;
        Ok(content(&ty))
    }

    fn get_or(&mut self, map: &Expr, key: &Expr, other: &Expr) -> Done<Ty> {
        const THREE: &str =
            "(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;";
        let ty = self.reference(map)?;
        self.key(key)?;
        self.object(other)?;
        self.help("getOrDefault", THREE)?;
        self.slow_if_unknown()?;
        Ok(content(&ty))
    }

    fn char_at(&mut self, text: &Expr, index: &Expr) -> Done<Ty> {
        self.reference(text)?;
        self.index(index)?;
        self.help("charAt", "(Ljava/lang/Object;I)I")?;
        self.slow_if_below(0)?;
        Ok(Ty::Char)
    }

    fn index_of(&mut self, text: &Expr, part: &Expr) -> Done<Ty> {
        self.reference(text)?;
        let part = self.value(part)?;
        match self.unboxed(part)? {
            Ty::Int | Ty::Char => self.help("indexOf", "(Ljava/lang/Object;I)I")?,
            Ty::Ref(_) => self.help("indexOf", TWO)?,
            other => return self.uncovered(format!("the index of {}", other.name())),
        }
        self.slow_if_below(-1)?;
        Ok(Ty::Int)
    }

    fn compare_to(&mut self, one: &Expr, two: &Expr) -> Done<Ty> {
        self.reference(one)?;
        self.object(two)?;
        self.help("compareTo", TWO)?;
        self.slow_if_below(UNKNOWN + 1)?;
        Ok(Ty::Int)
    }

    fn absolute(&mut self, number: &Expr) -> Done<Ty> {
        let ty = match self.number(number)? {
            Ty::Char => Ty::Int,
            other => other,
        };
        let descriptor = ty.primitive().unwrap_or("I");
        self.invoke_static(["java/lang/Math", "abs", &format!("({descriptor}){descriptor}")])?;
        Ok(ty)
    }

    fn extreme(&mut self, function: Function, one: &Expr, two: &Expr) -> Done<Ty> {
        let name = if function == Function::Min { "min" } else { "max" };
        let one = self.number(one)?;
        let two = self.number(two)?;
        let ty = self.promote(&one, &two)?;
        let d = ty.primitive().unwrap_or("I");
        self.invoke_static(["java/lang/Math", name, &format!("({d}{d}){d}")])?;
        Ok(ty)
    }

    fn is_nan(&mut self, number: &Expr) -> Done<Ty> {
        let ty = self.number(number)?;
        self.widen(&ty, &Ty::Double)?;
        self.invoke_static(["java/lang/Double", "isNaN", "(D)Z"])?;
        Ok(Ty::Bool)
    }
}

/// What a collection of a type holds.
fn content(ty: &Ty) -> Ty {
    match ty {
        Ty::Ref(declared) => declared.content(),
        _ => Ty::object(),
    }
}
