//! The code of a test in the making: an assembler that knows what lies on the stack, so that from
//! everywhere there is a way to the slow path.
//!
//! Knows instructions, no condition. Invariant: the code behind an exit is reached with an empty
//! stack.

use crate::classes::{ClassHandle, Classes};
use crate::ty::{Boxed, Ty};
use stillframe_classfile::write::{Assembler, Label, WriteError};
use stillframe_classfile::{Kind, Signature, op};

/// Why no code follows.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The slow path was taken.
    Slow,
    /// The class cannot be written.
    Write(WriteError),
}

impl From<WriteError> for Stop {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

pub(crate) type Done<T = ()> = Result<T, Stop>;

const UNSAFE: &str = "jdk/internal/misc/Unsafe";
const VALUES: &str = "java/stillframe/Values";

/// A local of the probed method, as the generated one gets it.
pub(crate) struct Variable {
    pub(crate) word: u16,
    pub(crate) ty: Ty,
}

/// What tests of one site share.
pub(crate) struct Code<'a, 'c, C> {
    pub(crate) asm: &'a mut Assembler<'c>,
    pub(crate) classes: &'a mut C,
    pub(crate) variables: &'a [Variable],
    /// Classes that come in as data, in the order of their fields.
    pub(crate) data: Vec<ClassHandle>,
    /// The first thing that no code was made for.
    pub(crate) why_not: Option<String>,
    stack: Vec<Kind>,
    exits: Vec<(Vec<Kind>, Label)>,
    slow: Label,
}

impl<'a, 'c, C: Classes> Code<'a, 'c, C> {
    pub(crate) fn new(
        asm: &'a mut Assembler<'c>,
        classes: &'a mut C,
        variables: &'a [Variable],
        slow: Label,
    ) -> Self {
        let (data, stack, exits) = (Vec::new(), Vec::new(), Vec::new());
        Self { asm, classes, variables, data, why_not: None, stack, exits, slow }
    }

    /// How much lies on the stack.
    pub(crate) fn depth(&self) -> usize {
        self.stack.len()
    }

    /// Says that only so much lies on the stack here, which other ways lead to.
    pub(crate) fn reset(&mut self, depth: usize) {
        self.stack.truncate(depth);
    }

    /// Says that a value lies on the stack here.
    pub(crate) fn holds(&mut self, kind: Kind) {
        self.stack.push(kind);
    }

    fn moves(&mut self, takes: usize, puts: Option<Kind>) {
        self.stack.truncate(self.stack.len().saturating_sub(takes));
        self.stack.extend(puts);
    }

    /// An instruction that takes so many values and puts one, or none.
    pub(crate) fn op(&mut self, op: u8, takes: usize, puts: Option<Kind>) -> Done {
        self.asm.op(op)?;
        self.moves(takes, puts);
        Ok(())
    }

    /// A jump that takes so many values.
    pub(crate) fn jump(&mut self, op: u8, takes: usize, to: Label) -> Done {
        self.moves(takes, None);
        Ok(self.asm.jump(op, to)?)
    }

    pub(crate) fn goto(&mut self, to: Label) -> Done {
        self.jump(op::GOTO, 0, to)
    }

    pub(crate) fn label(&mut self) -> Label {
        self.asm.label()
    }

    pub(crate) fn bind(&mut self, label: Label) {
        self.asm.bind(label);
    }

    /// The way to the slow path with what lies on the stack now.
    fn exit(&mut self) -> Label {
        if self.stack.is_empty() {
            return self.slow;
        }
        if let Some((_, label)) = self.exits.iter().find(|(stack, _)| *stack == self.stack) {
            return *label;
        }
        let label = self.asm.label();
        self.exits.push((self.stack.clone(), label));
        label
    }

    /// Takes the slow path if a jump that takes so many values is taken.
    pub(crate) fn slow_if(&mut self, op: u8, takes: usize) -> Done {
        self.moves(takes, None);
        let exit = self.exit();
        Ok(self.asm.jump(op, exit)?)
    }

    /// Takes the slow path, because there is no code for what the condition says here.
    pub(crate) fn uncovered<T>(&mut self, why: impl Into<String>) -> Done<T> {
        self.why_not.get_or_insert_with(|| why.into());
        let exit = self.exit();
        self.asm.jump(op::GOTO, exit)?;
        Err(Stop::Slow)
    }

    /// Writes the ways to the slow path; the code before must not run on.
    pub(crate) fn finish(&mut self) -> Done {
        for (stack, label) in std::mem::take(&mut self.exits) {
            self.asm.bind(label);
            for kind in stack.iter().rev() {
                self.asm.op(if kind.words() == 2 { op::POP2 } else { op::POP })?;
            }
            self.asm.jump(op::GOTO, self.slow)?;
        }
        Ok(())
    }

    pub(crate) fn push_int(&mut self, value: i32) -> Done {
        self.holds(Kind::Int);
        Ok(self.asm.push_int(value)?)
    }

    pub(crate) fn load(&mut self, kind: Kind, slot: u16) -> Done {
        self.holds(kind);
        Ok(self.asm.load(kind, slot)?)
    }

    /// Puts the top into a slot of its own.
    pub(crate) fn keep(&mut self, kind: Kind) -> Done<u16> {
        let slot = self.asm.next_slot();
        self.asm.store(kind, slot)?;
        self.moves(1, None);
        Ok(slot)
    }

    pub(crate) fn cast(&mut self, class: &str) -> Done {
        Ok(self.asm.cast(class)?)
    }

    /// Takes the slow path if the object in a slot is none of a class of the JDK; else pushes it.
    pub(crate) fn load_as(&mut self, slot: u16, class: &str) -> Done {
        self.load(Kind::Reference, slot)?;
        self.asm.instance_of(class)?;
        self.moves(1, Some(Kind::Int));
        self.slow_if(op::IFEQ, 1)?;
        self.load(Kind::Reference, slot)?;
        self.cast(class)
    }

    fn called(&mut self, descriptor: &str, receivers: usize) {
        if let Some(signature) = Signature::read(descriptor) {
            let puts = signature.returns.and_then(stillframe_classfile::kind_of);
            self.moves(signature.parameters.len() + receivers, puts);
        }
    }

    pub(crate) fn invoke_static(&mut self, method: [&str; 3]) -> Done {
        self.asm.invoke_static(method)?;
        self.called(method[2], 0);
        Ok(())
    }

    pub(crate) fn invoke_virtual(&mut self, method: [&str; 3]) -> Done {
        self.asm.invoke_virtual(method)?;
        self.called(method[2], 1);
        Ok(())
    }

    /// Calls one of the bridge's helpers.
    pub(crate) fn help(&mut self, name: &str, descriptor: &str) -> Done {
        self.invoke_static([VALUES, name, descriptor])
    }

    /// Takes the slow path if the helper's answer, an `int` on top, is below the least it means.
    pub(crate) fn slow_if_below(&mut self, least: i32) -> Done {
        let slot = self.keep(Kind::Int)?;
        self.load(Kind::Int, slot)?;
        if least == 0 {
            self.slow_if(op::IFLT, 1)?;
        } else {
            self.push_int(least)?;
            self.slow_if(op::IF_ICMPLT, 2)?;
        }
        self.load(Kind::Int, slot)
    }

    /// Takes the slow path if the helper's answer, an object on top, says so.
    pub(crate) fn slow_if_unknown(&mut self) -> Done {
        let slot = self.keep(Kind::Reference)?;
        self.load(Kind::Reference, slot)?;
        self.asm.get_static([VALUES, "SLOW", crate::ty::OBJECT])?;
        self.holds(Kind::Reference);
        self.slow_if(op::IF_ACMPEQ, 2)?;
        self.load(Kind::Reference, slot)
    }

    /// Pushes a class of the application.
    pub(crate) fn push_class(&mut self, class: ClassHandle) -> Done {
        let index = self.data.iter().position(|known| *known == class).unwrap_or_else(|| {
            self.data.push(class);
            self.data.len() - 1
        });
        self.holds(Kind::Reference);
        let name = field_name(index);
        Ok(self.asm.get_static([crate::PROBE, &name, CLASS])?)
    }

    /// Reads the field at an offset of the object in a slot, which was looked at.
    pub(crate) fn read(&mut self, slot: u16, offset: i64, descriptor: &str) -> Done {
        self.push_unsafe()?;
        self.load(Kind::Reference, slot)?;
        self.read_at(offset, descriptor)
    }

    pub(crate) fn push_unsafe(&mut self) -> Done {
        self.holds(Kind::Reference);
        Ok(self.asm.get_static(["java/stillframe/Memory", "U", UNSAFE_FIELD])?)
    }

    /// The same behind the JDK's `Unsafe` and the object, both on the stack.
    pub(crate) fn read_at(&mut self, offset: i64, descriptor: &str) -> Done {
        self.asm.push_long(offset)?;
        self.holds(Kind::Long);
        let (name, result) = match descriptor {
            "Z" => ("getBoolean", "Z"),
            "B" => ("getByte", "B"),
            "S" => ("getShort", "S"),
            "C" => ("getChar", "C"),
            "I" => ("getInt", "I"),
            "J" => ("getLong", "J"),
            "F" => ("getFloat", "F"),
            "D" => ("getDouble", "D"),
            _ => ("getReference", crate::ty::OBJECT),
        };
        self.invoke_virtual([UNSAFE, name, &format!("(Ljava/lang/Object;J){result}")])
    }

    /// Boxes a primitive that lies on top.
    pub(crate) fn boxed(&mut self, primitive: &str) -> Done {
        let Some(one) = Boxed::of_primitive(primitive) else { return Ok(()) };
        let descriptor = format!("({primitive})L{};", one.class);
        self.invoke_static([one.class, "valueOf", &descriptor])
    }
}

pub(crate) const CLASS: &str = "Ljava/lang/Class;";
const UNSAFE_FIELD: &str = "Ljdk/internal/misc/Unsafe;";

/// The field in which a class that came in as data is kept.
pub(crate) fn field_name(index: usize) -> String {
    format!("c{index}")
}
