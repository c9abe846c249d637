//! The class of one site: a method that decides, one that takes the hit, and one that hands it over.
//!
//! Knows the bridge's names. Invariant: nothing is thrown out of the method that a hook calls.

use crate::classes::{ClassHandle, Classes};
use crate::code::{CLASS, Code, Done, Stop, Variable, field_name};
use crate::ty::{Boxed, OBJECT, Ty, erased};
use stillframe_classfile::write::{
    Assembler, ClassWriter, FINAL, Label, PRIVATE, PUBLIC, STATIC, SYNTHETIC, WriteError,
};
use stillframe_classfile::{Kind, kind_of, op};
use stillframe_core::condition::tree::Expr;

/// The name of every class that is generated.
pub const PROBE: &str = "java/stillframe/Probe";
const BRIDGE: &str = "java/stillframe/Bridge";
const WRITER: &str = "java/stillframe/Writer";
/// What `Bridge` has a frame keep while a passage is under way that is not measured.
const SKIPPED: i64 = 1;

/// A local that can be read at the site, in the order in which the hook passes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalAt<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its declared type, with type arguments where they are known: a hint of what a collection holds.
    /// References are passed as `Object`, all else as it is.
    pub descriptor: &'a str,
}

/// What is done when the condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// The locals are written to a frame.
    Write,
    /// The locals are handed over in boxes: there are watches, or nothing is captured.
    Hand,
    /// A passage begins, unless one is under way: `hit` takes what the frame keeps before all else, and
    /// answers with what it is to keep.
    Time,
}

/// One site.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// Its number, with which the bridge is called.
    pub number: i32,
    /// By which the class asks the bridge for its data.
    pub token: i32,
    /// The tree of its condition, if there is one.
    pub condition: Option<&'a Expr>,
    /// The locals that can be read.
    pub locals: &'a [LocalAt<'a>],
    /// What is done when the condition holds.
    pub task: Task,
    /// Whether hits of which the condition does not hold are counted.
    pub is_counted: bool,
}

/// A class that was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The class file.
    pub bytes: Vec<u8>,
    /// What `Bridge.data` answers with, in this order.
    pub data: Vec<ClassHandle>,
    /// Whether the class decides, unless it meets what it did not expect.
    pub is_inline: bool,
    /// Why it leaves all or a part of the condition to the machine.
    pub why_not: Option<String>,
}

/// Bytes of a method beyond which the JVM never compiles it (`HugeMethodLimit`).
const MOST_BYTES: usize = 8_000;
const TOO_LONG: &str = "a condition whose code the JVM would not compile";

/// Generates the class of a site. Its method `hit` takes the locals as the hook passes them.
///
/// # Errors
///
/// When the class would be larger than one can be; the boxed way is left then.
pub fn generate(site: &Site<'_>, classes: &mut impl Classes) -> Result<Generated, WriteError> {
    let plan = Plan::of(site)?;
    let mut class = new_class()?;
    let empty = class.clone().finish()?.len();
    let mut outcome = (Vec::new(), None);
    let written = class.method(PUBLIC | STATIC, "hit", &plan.descriptor, |asm| {
        outcome = plan.hit(asm, classes)?;
        Ok(())
    });
    // With its constants, which are few.
    let is_long = match written {
        Ok(()) => class.clone().finish()?.len() - empty > MOST_BYTES,
        Err(WriteError::JumpTooFar | WriteError::TooLarge) => true,
        Err(error) => return Err(error),
    };
    if is_long && site.condition.is_some() {
        class = new_class()?;
        class.method(PUBLIC | STATIC, "hit", &plan.descriptor, |asm| {
            plan.unless_under_way(asm)?;
            plan.call(asm, "slow")
        })?;
        outcome = (Vec::new(), Some(TOO_LONG.to_owned()));
    }
    let (data, why_not) = outcome;
    class.method(PRIVATE | STATIC, "take", &plan.descriptor, |asm| match site.task {
        Task::Write => plan.write(asm),
        Task::Hand => plan.hand(asm, "hit"),
        Task::Time => plan.begin(asm),
    })?;
    if site.condition.is_some() {
        let slow = if site.task == Task::Time { "slowBegun" } else { "slow" };
        class.method(PRIVATE | STATIC, "slow", &plan.descriptor, |asm| plan.hand(asm, slow))?;
    }
    initialiser(&mut class, site.token, data.len())?;
    Ok(Generated { bytes: class.finish()?, data, is_inline: why_not.is_none(), why_not })
}

fn new_class() -> Result<ClassWriter, WriteError> {
    ClassWriter::new(PUBLIC | FINAL | SYNTHETIC, PROBE, "java/lang/Object")
}

/// Fields for classes that come in as data. Static, final and of a hidden class, they are constants
/// to the compiler.
fn initialiser(class: &mut ClassWriter, token: i32, count: usize) -> Result<(), WriteError> {
    for index in 0..count {
        class.field(PRIVATE | STATIC | FINAL, &field_name(index), CLASS)?;
    }
    if count == 0 {
        return Ok(());
    }
    class.method(STATIC, "<clinit>", "()V", |asm| {
        asm.push_int(token)?;
        asm.invoke_static([BRIDGE, "data", "(I)[Ljava/lang/Object;"])?;
        asm.store(Kind::Reference, 0)?;
        for (index, at) in (0..count).zip(0..) {
            asm.load(Kind::Reference, 0)?;
            asm.push_int(at)?;
            asm.op(op::AALOAD)?;
            asm.cast("java/lang/Class")?;
            asm.put_static([PROBE, &field_name(index), CLASS])?;
        }
        asm.op(op::RETURN)
    })
}

/// The methods of a site.
struct Plan<'s> {
    site: &'s Site<'s>,
    variables: Vec<Variable>,
    /// Of each of the three methods.
    descriptor: String,
}

impl<'s> Plan<'s> {
    fn of(site: &'s Site<'s>) -> Result<Self, WriteError> {
        let is_timed = site.task == Task::Time;
        let (began, ends) = if is_timed { ("J", ")J") } else { ("", ")V") };
        let mut variables = Vec::new();
        let (mut descriptor, mut word) = (format!("({began}"), if is_timed { 2 } else { 0 });
        for local in site.locals {
            let kind = kind_of(&erased(local.descriptor));
            let kind = kind.ok_or(WriteError::Code("a local's descriptor is none"))?;
            // As the hook passes it, so that linking need not convert.
            descriptor += match kind {
                Kind::Reference => OBJECT,
                _ => local.descriptor,
            };
            variables.push(Variable { word, ty: Ty::declared(local.descriptor, None) });
            word += kind.words();
        }
        Ok(Self { site, variables, descriptor: descriptor + ends })
    }

    fn is_timed(&self) -> bool {
        self.site.task == Task::Time
    }

    /// Ends a method that has nothing more to do.
    fn end(&self, asm: &mut Assembler<'_>) -> Result<(), WriteError> {
        if self.is_timed() {
            asm.push_long(SKIPPED)?;
            return asm.op(op::LRETURN);
        }
        asm.op(op::RETURN)
    }

    /// Calls another of the methods, the last thing that one does.
    fn call(&self, asm: &mut Assembler<'_>, name: &str) -> Result<(), WriteError> {
        if self.is_timed() {
            asm.load(Kind::Long, 0)?;
        }
        self.variables.iter().try_for_each(|one| asm.load(one.ty.kind(), one.word))?;
        asm.invoke_static([PROBE, name, &self.descriptor])?;
        asm.op(if self.is_timed() { op::LRETURN } else { op::RETURN })
    }

    /// Ends the hook's method if what is timed is under way already.
    fn unless_under_way(&self, asm: &mut Assembler<'_>) -> Result<(), WriteError> {
        if !self.is_timed() {
            return Ok(());
        }
        let outside = asm.label();
        asm.load(Kind::Long, 0)?;
        asm.push_long(0)?;
        asm.op(op::LCMP)?;
        asm.jump(op::IFEQ, outside)?;
        asm.load(Kind::Long, 0)?;
        asm.op(op::LRETURN)?;
        asm.bind(outside);
        Ok(())
    }

    /// Begins a passage whose condition is true.
    fn begin(&self, asm: &mut Assembler<'_>) -> Result<(), WriteError> {
        asm.push_int(self.site.number)?;
        asm.invoke_static([BRIDGE, "begun", "(I)J"])?;
        asm.op(op::LRETURN)
    }

    /// `hit`: decides, then calls one of the other two.
    fn hit<C: Classes>(
        &self,
        asm: &mut Assembler<'_>,
        classes: &mut C,
    ) -> Result<(Vec<ClassHandle>, Option<String>), WriteError> {
        self.unless_under_way(asm)?;
        let Some(condition) = self.site.condition else {
            self.call(asm, "take")?;
            return Ok((Vec::new(), None));
        };
        let [from, is_false, slow, caught] = std::array::from_fn(|_| asm.label());
        asm.bind(from);
        let mut code = Code::new(asm, classes, &self.variables, slow);
        let outcome = match self.decide(&mut code, condition, is_false) {
            Ok(()) => (code.data, code.why_not),
            Err(Stop::Write(error)) => return Err(error),
            Err(Stop::Slow) => return Err(WriteError::Code("a way leads nowhere")),
        };
        // Nothing in the code raises, so this is for what the JVM raises by itself.
        asm.bind(caught);
        asm.op(op::POP)?;
        asm.bind(slow);
        self.call(asm, "slow")?;
        asm.handler(from, caught, caught, None)?;
        Ok(outcome)
    }

    fn decide<C: Classes>(
        &self,
        code: &mut Code<'_, '_, C>,
        condition: &Expr,
        is_false: Label,
    ) -> Done {
        match code.test(condition, false, is_false) {
            Ok(()) => {
                self.call(code.asm, "take")?;
            }
            Err(Stop::Slow) => {}
            Err(error) => return Err(error),
        }
        code.bind(is_false);
        if self.site.is_counted {
            code.asm.push_int(self.site.number)?;
            code.asm.invoke_static([BRIDGE, "countFalse", "(I)V"])?;
        }
        self.end(code.asm)?;
        code.finish()
    }

    /// Calls one of the bridge's methods with all locals in an array.
    fn hand(&self, asm: &mut Assembler<'_>, name: &str) -> Result<(), WriteError> {
        let [from, caught] = std::array::from_fn(|_| asm.label());
        asm.bind(from);
        asm.push_int(self.site.number)?;
        asm.push_int(self.variables.len() as i32)?;
        asm.new_array("java/lang/Object")?;
        for ((local, variable), index) in self.site.locals.iter().zip(&self.variables).zip(0..) {
            asm.op(op::DUP)?;
            asm.push_int(index)?;
            asm.load(variable.ty.kind(), variable.word)?;
            if let Some(boxed) = Boxed::of_primitive(local.descriptor) {
                let descriptor = format!("({})L{};", boxed.primitive, boxed.class);
                asm.invoke_static([boxed.class, "valueOf", &descriptor])?;
            }
            asm.op(op::AASTORE)?;
        }
        let (result, end) = if self.is_timed() { ("J", op::LRETURN) } else { ("V", op::RETURN) };
        asm.invoke_static([BRIDGE, name, &format!("(I[Ljava/lang/Object;){result}")])?;
        asm.op(end)?;
        asm.bind(caught);
        asm.op(op::POP)?;
        self.end(asm)?;
        asm.handler(from, caught, caught, None)
    }

    /// Writes all locals to a frame and publishes it.
    fn write(&self, asm: &mut Assembler<'_>) -> Result<(), WriteError> {
        let [open, is_open, caught, lost] = std::array::from_fn(|_| asm.label());
        let (frame, writer) = (asm.next_slot(), asm.next_slot() + 2);
        asm.bind(open);
        asm.push_int(self.site.number)?;
        asm.invoke_static([BRIDGE, "open", "(I)J"])?;
        asm.store(Kind::Long, frame)?;
        asm.load(Kind::Long, frame)?;
        asm.push_long(0)?;
        asm.op(op::LCMP)?;
        asm.jump(op::IFNE, is_open)?;
        asm.op(op::RETURN)?;
        asm.bind(is_open);
        asm.load(Kind::Long, frame)?;
        asm.invoke_static([WRITER, "of", "(J)Ljava/stillframe/Writer;"])?;
        asm.store(Kind::Reference, writer)?;
        for ((local, variable), ordinal) in self.site.locals.iter().zip(&self.variables).zip(0..) {
            asm.load(Kind::Reference, writer)?;
            asm.push_int(ordinal)?;
            asm.load(variable.ty.kind(), variable.word)?;
            let own = if variable.ty.primitive().is_some() { local.descriptor } else { OBJECT };
            asm.invoke_virtual([WRITER, "local", &format!("(I{own})V")])?;
        }
        asm.load(Kind::Reference, writer)?;
        asm.invoke_virtual([WRITER, "finish", "()V"])?;
        asm.load(Kind::Long, frame)?;
        asm.invoke_static([BRIDGE, "publish", "(J)V"])?;
        asm.op(op::RETURN)?;
        asm.bind(caught);
        asm.op(op::POP)?;
        for class in [WRITER, BRIDGE] {
            asm.load(Kind::Long, frame)?;
            asm.invoke_static([class, "abandon", "(J)V"])?;
        }
        asm.op(op::RETURN)?;
        asm.bind(lost);
        asm.op(op::POP)?;
        asm.op(op::RETURN)?;
        asm.handler(is_open, caught, caught, None)?;
        asm.handler(open, is_open, lost, None)?;
        asm.handler(caught, lost, lost, None)
    }
}
