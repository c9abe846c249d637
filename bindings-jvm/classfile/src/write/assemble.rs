//! A method's code in the making: instructions, labels and handlers in their order.
//!
//! Knows what each instruction does to the stack, not where it will lie. Invariant: nothing is
//! checked before `finish`, which lays the code out and follows its flow.

use super::constants::Constants;
use super::layout::{Handler, Item, Layout};
use super::{WriteError, length};
use crate::descriptor::{Kind, Signature, kind_of};
use crate::op;

/// A place in the code to which jumps lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub(super) usize);

/// A method's code in the making.
#[derive(Debug)]
pub struct Assembler<'a> {
    constants: &'a mut Constants,
    items: Vec<Item>,
    handlers: Vec<Handler>,
    labels: usize,
    max_locals: u16,
}

type Done = Result<(), WriteError>;

impl<'a> Assembler<'a> {
    pub(super) fn new(
        constants: &'a mut Constants,
        is_static: bool,
        descriptor: &str,
    ) -> Result<Self, WriteError> {
        let signature = Signature::read(descriptor).ok_or(NO_DESCRIPTOR)?;
        let max_locals = signature.words() + u16::from(!is_static);
        Ok(Self { constants, items: Vec::new(), handlers: Vec::new(), labels: 0, max_locals })
    }

    /// The constants of the class.
    pub fn constants(&mut self) -> &mut Constants {
        self.constants
    }

    /// The first slot that neither a parameter nor any load or store so far uses.
    pub fn next_slot(&self) -> u16 {
        self.max_locals
    }

    /// A new label, which is nowhere until it is bound.
    pub fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }

    /// Puts a label here.
    pub fn bind(&mut self, label: Label) {
        self.items.push(Item::Label(label));
    }

    fn plain(&mut self, bytes: &[u8], takes: u16, puts: u16) {
        let is_end = bytes.first().is_some_and(|op| op::ends_flow(*op));
        self.items.push(Item::Plain { bytes: bytes.to_vec(), takes, puts, is_end });
    }

    fn indexed(&mut self, op: u8, index: u16, takes: u16, puts: u16) {
        let [high, low] = index.to_be_bytes();
        self.plain(&[op, high, low], takes, puts);
    }

    /// An instruction without operands.
    ///
    /// # Errors
    ///
    /// When it has some.
    pub fn op(&mut self, op: u8) -> Done {
        let words = op::effect(op).map(op::words).or_else(|| op::shuffle_words(op));
        let (takes, puts) = words.ok_or(WriteError::Code("an instruction has operands"))?;
        self.plain(&[op], takes, puts);
        Ok(())
    }

    fn local(&mut self, op: u8, kind: Kind, slot: u16) -> Result<Vec<u8>, WriteError> {
        let end = slot.checked_add(kind.words()).ok_or(WriteError::TooLarge)?;
        self.max_locals = self.max_locals.max(end);
        Ok(local_bytes(op + kind.family(), slot))
    }

    /// Loads a local variable.
    ///
    /// # Errors
    ///
    /// When the slot is none.
    pub fn load(&mut self, kind: Kind, slot: u16) -> Done {
        let bytes = self.local(op::ILOAD, kind, slot)?;
        self.plain(&bytes, 0, kind.words());
        Ok(())
    }

    /// Stores into a local variable.
    ///
    /// # Errors
    ///
    /// When the slot is none.
    pub fn store(&mut self, kind: Kind, slot: u16) -> Done {
        let bytes = self.local(op::ISTORE, kind, slot)?;
        self.plain(&bytes, kind.words(), 0);
        Ok(())
    }

    /// Adds to a local variable of kind int.
    ///
    /// # Errors
    ///
    /// When the slot is none.
    pub fn increment(&mut self, slot: u16, by: i16) -> Done {
        self.local(op::ILOAD, Kind::Int, slot)?;
        let bytes = [&[op::WIDE, op::IINC], &slot.to_be_bytes()[..], &by.to_be_bytes()].concat();
        self.plain(&bytes, 0, 0);
        Ok(())
    }

    /// Pushes an `int`.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn push_int(&mut self, value: i32) -> Done {
        let bytes = int_bytes(value, self.constants)?;
        self.plain(&bytes, 0, 1);
        Ok(())
    }

    /// Pushes a `long`.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn push_long(&mut self, value: i64) -> Done {
        match value {
            0 => self.op(op::LCONST_0),
            1 => self.op(op::LCONST_1),
            _ => {
                let index = self.constants.long(value)?;
                self.indexed(op::LDC2_W, index, 0, 2);
                Ok(())
            }
        }
    }

    /// Pushes a `float`.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn push_float(&mut self, value: f32) -> Done {
        let index = self.constants.float(value)?;
        self.indexed(op::LDC_W, index, 0, 1);
        Ok(())
    }

    /// Pushes a `double`.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn push_double(&mut self, value: f64) -> Done {
        let index = self.constants.double(value)?;
        self.indexed(op::LDC2_W, index, 0, 2);
        Ok(())
    }

    /// Pushes zero, or null, of a kind.
    ///
    /// # Errors
    ///
    /// None: as of every instruction.
    pub fn push_zero(&mut self, kind: Kind) -> Done {
        self.op(match kind {
            Kind::Int => op::ICONST_0,
            Kind::Long => op::LCONST_0,
            Kind::Float => op::FCONST_0,
            Kind::Double => op::DCONST_0,
            Kind::Reference => op::ACONST_NULL,
        })
    }

    /// Pushes a string.
    ///
    /// # Errors
    ///
    /// When it is too long or there is no room for a constant.
    pub fn push_string(&mut self, text: &str) -> Done {
        let index = self.constants.string(text)?;
        self.indexed(op::LDC_W, index, 0, 1);
        Ok(())
    }

    /// Pushes a class.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn push_class(&mut self, name: &str) -> Done {
        let index = self.constants.class(name)?;
        self.indexed(op::LDC_W, index, 0, 1);
        Ok(())
    }

    /// Pushes the constant of an index that is neither `long` nor `double`.
    pub fn push_constant(&mut self, index: u16) {
        self.indexed(op::LDC_W, index, 0, 1);
    }

    /// Jumps to a label, always or on what lies on the stack.
    ///
    /// # Errors
    ///
    /// When the instruction is no jump.
    pub fn jump(&mut self, op: u8, to: Label) -> Done {
        let effect = op::jump_effect(op).filter(|_| op != op::GOTO_W);
        let (takes, _) = op::words(effect.ok_or(WriteError::Code("an instruction is no jump"))?);
        self.items.push(Item::Jump { op, to, takes });
        Ok(())
    }

    /// Jumps on an `int`, by `lookupswitch`.
    ///
    /// # Errors
    ///
    /// When a case is there twice.
    pub fn switch(&mut self, cases: &[(i32, Label)], default: Label) -> Done {
        let mut cases = cases.to_vec();
        cases.sort_by_key(|(case, _)| *case);
        if cases.windows(2).any(|two| two[0].0 == two[1].0) {
            return Err(WriteError::Code("a case is there twice"));
        }
        self.items.push(Item::Switch { cases, default });
        Ok(())
    }

    /// Takes exceptions between two labels to a third; of one class and those below, or all.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn handler(&mut self, from: Label, to: Label, at: Label, class: Option<&str>) -> Done {
        let class = class.map(|name| self.constants.class(name)).transpose()?.unwrap_or(0);
        self.handlers.push(Handler { from, to, at, class });
        Ok(())
    }

    /// Reads a static field: class, name and descriptor.
    ///
    /// # Errors
    ///
    /// When the descriptor is none or there is no room for a constant.
    pub fn get_static(&mut self, field: [&str; 3]) -> Done {
        self.field(op::GETSTATIC, field)
    }

    /// Writes a static field.
    ///
    /// # Errors
    ///
    /// When the descriptor is none or there is no room for a constant.
    pub fn put_static(&mut self, field: [&str; 3]) -> Done {
        self.field(op::PUTSTATIC, field)
    }

    /// Reads a field of an object.
    ///
    /// # Errors
    ///
    /// When the descriptor is none or there is no room for a constant.
    pub fn get_field(&mut self, field: [&str; 3]) -> Done {
        self.field(op::GETFIELD, field)
    }

    /// Writes a field of an object.
    ///
    /// # Errors
    ///
    /// When the descriptor is none or there is no room for a constant.
    pub fn put_field(&mut self, field: [&str; 3]) -> Done {
        self.field(op::PUTFIELD, field)
    }

    fn field(&mut self, op: u8, field: [&str; 3]) -> Done {
        let words = kind_of(field[2]).ok_or(NO_DESCRIPTOR)?.words();
        let index = self.constants.field(field)?;
        let receiver = u16::from(op >= op::GETFIELD);
        match op {
            op::GETSTATIC | op::GETFIELD => self.indexed(op, index, receiver, words),
            _ => self.indexed(op, index, receiver + words, 0),
        }
        Ok(())
    }

    /// Calls a static method: class, name and descriptor.
    ///
    /// # Errors
    ///
    /// When the descriptor is none or there is no room for a constant.
    pub fn invoke_static(&mut self, method: [&str; 3]) -> Done {
        self.invoke(op::INVOKESTATIC, method)
    }

    /// Calls a method of a class.
    ///
    /// # Errors
    ///
    /// When the descriptor is none or there is no room for a constant.
    pub fn invoke_virtual(&mut self, method: [&str; 3]) -> Done {
        self.invoke(op::INVOKEVIRTUAL, method)
    }

    /// Calls a constructor, a private method or one of a superclass.
    ///
    /// # Errors
    ///
    /// When the descriptor is none or there is no room for a constant.
    pub fn invoke_special(&mut self, method: [&str; 3]) -> Done {
        self.invoke(op::INVOKESPECIAL, method)
    }

    /// Calls a method of an interface.
    ///
    /// # Errors
    ///
    /// When the descriptor is none or there is no room for a constant.
    pub fn invoke_interface(&mut self, method: [&str; 3]) -> Done {
        self.invoke(op::INVOKEINTERFACE, method)
    }

    fn invoke(&mut self, op: u8, method: [&str; 3]) -> Done {
        let signature = Signature::read(method[2]).ok_or(NO_DESCRIPTOR)?;
        let takes = signature.words() + u16::from(op != op::INVOKESTATIC);
        let puts = signature.returns.and_then(kind_of).map_or(0, Kind::words);
        if op == op::INVOKEINTERFACE {
            let [high, low] = self.constants.interface_method(method)?.to_be_bytes();
            let count = u8::try_from(takes).map_err(|_| NO_DESCRIPTOR)?;
            self.plain(&[op, high, low, count, 0], takes, puts);
        } else {
            let index = self.constants.method(method)?;
            self.indexed(op, index, takes, puts);
        }
        Ok(())
    }

    /// Calls what a call site of this descriptor is linked to.
    ///
    /// # Errors
    ///
    /// When the descriptor is none.
    pub fn invoke_dynamic(&mut self, call_site: u16, descriptor: &str) -> Done {
        let signature = Signature::read(descriptor).ok_or(NO_DESCRIPTOR)?;
        let puts = signature.returns.and_then(kind_of).map_or(0, Kind::words);
        let [high, low] = call_site.to_be_bytes();
        self.plain(&[op::INVOKEDYNAMIC, high, low, 0, 0], signature.words(), puts);
        Ok(())
    }

    /// Makes an object, which its constructor must be called on.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn new_object(&mut self, class: &str) -> Done {
        self.of_class(op::NEW, class, 0)
    }

    /// Makes an array of references.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn new_array(&mut self, class: &str) -> Done {
        self.of_class(op::ANEWARRAY, class, 1)
    }

    /// Makes an array of primitives, of a descriptor like `I`.
    ///
    /// # Errors
    ///
    /// When the descriptor is that of no primitive type.
    pub fn new_primitive_array(&mut self, element: &str) -> Done {
        let known = ["Z", "C", "F", "D", "B", "S", "I", "J"];
        let found = (4..).zip(known).find(|(_, name)| *name == element);
        let (code, _) = found.ok_or(NO_DESCRIPTOR)?;
        self.plain(&[op::NEWARRAY, code], 1, 1);
        Ok(())
    }

    /// Casts to a class.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn cast(&mut self, class: &str) -> Done {
        self.of_class(op::CHECKCAST, class, 1)
    }

    /// Tests for a class.
    ///
    /// # Errors
    ///
    /// When there is no room for a constant.
    pub fn instance_of(&mut self, class: &str) -> Done {
        self.of_class(op::INSTANCEOF, class, 1)
    }

    fn of_class(&mut self, op: u8, class: &str, takes: u16) -> Done {
        let index = self.constants.class(class)?;
        self.indexed(op, index, takes, 1);
        Ok(())
    }

    /// The contents of the `Code` attribute.
    pub(super) fn finish(self) -> Result<Vec<u8>, WriteError> {
        let layout = Layout::new(&self.items, self.labels)?;
        let code = layout.bytes(&self.items)?;
        let max_stack = layout.max_stack(&self.items, &self.handlers)?;
        let mut out = [max_stack, self.max_locals].map(u16::to_be_bytes).concat();
        out.extend(length(code.len())?.to_be_bytes());
        out.extend(code);
        out.extend(layout.handlers(&self.handlers)?);
        out.extend([0, 0]);
        Ok(out)
    }
}

const NO_DESCRIPTOR: WriteError = WriteError::Code("a descriptor is none");

/// An instruction on a local variable, in its shortest form; `op` is one of `ILOAD` to `ALOAD` or
/// `ISTORE` to `ASTORE`.
pub(crate) fn local_bytes(op: u8, slot: u16) -> Vec<u8> {
    let [high, low] = slot.to_be_bytes();
    let (first, short) = if op < op::ISTORE { (op::ILOAD, 0x1a) } else { (op::ISTORE, 0x3b) };
    match slot {
        0..=3 => vec![short + (op - first) * 4 + low],
        4..=255 => vec![op, low],
        _ => vec![op::WIDE, op, high, low],
    }
}

/// An instruction that pushes an `int`, in its shortest form.
pub(crate) fn int_bytes(value: i32, constants: &mut Constants) -> Result<Vec<u8>, WriteError> {
    if let Ok(small) = i8::try_from(value) {
        let byte = small.cast_unsigned();
        let is_short = (-1..=5).contains(&small);
        let short = op::ICONST_0.wrapping_add(byte);
        return Ok(if is_short { vec![short] } else { vec![op::BIPUSH, byte] });
    }
    if let Ok(small) = i16::try_from(value) {
        let [high, low] = small.to_be_bytes();
        return Ok(vec![op::SIPUSH, high, low]);
    }
    let [high, low] = constants.int(value)?.to_be_bytes();
    Ok(vec![op::LDC_W, high, low])
}
