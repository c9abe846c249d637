//! The probed frame, as the core reads it: [`Scope`] for conditions, [`Walker`] for captures.
//!
//! Knows which variable a slot is, by the plan made when the probe was armed. Invariant: it lives
//! for one callback, during which this thread holds the GIL and runs nothing else.

mod plan;

pub(crate) use plan::{Plan, Slots};

use crate::ffi::{Asking, Found, Frame, Gil, Key, Obj, Reads, Type, code_line};
use crate::value::{self, Known, attribute, value_of};
use plan::{NAME, VARIABLE, WHERE};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use stillframe_core::host::{Attr, FrameName, Name, Scope, Shape, Visitor, Walker};
use stillframe_core::value::{Missing, Object, Ordered, Reading, Text, Value};

/// The frame of one hit.
pub(crate) struct Hit<'g> {
    gil: Gil<'g>,
    frame: Frame<'g>,
    plan: &'g Plan,
    known: &'static Known,
    line: u32,
    /// Depth and frame that were named last: the stack is named from the top down.
    named: Cell<(usize, Frame<'g>)>,
    /// Ordinal and cursor of the namespace's entry that was read last.
    entry: Cell<(usize, usize)>,
    /// Keeps what reads through the interpreter's API had to make.
    _asking: Option<Asking>,
}

impl<'g> Hit<'g> {
    /// The running frame, whose code was armed with `plan`, at `line`.
    #[inline(always)]
    pub(crate) fn new(gil: Gil<'g>, frame: Frame<'g>, plan: &'g Plan, line: u32) -> Self {
        let known = Known::current();
        let (named, entry) = (Cell::new((0, frame)), Cell::new((0, 0)));
        let asking =
            if Reads::current() == Reads::Direct { None } else { Some(Asking::enter(gil)) };
        Self { gil, frame, plan, known, line, named, entry, _asking: asking }
    }

    #[inline(always)]
    fn variable_at(&self, index: usize) -> Reading<Obj> {
        if !self.frame.is_direct() {
            let name = self.plan.variable_name(index).ok_or(Missing::Unreadable)?;
            return self.frame.variable_by_name(name);
        }
        self.frame.local(index)
    }

    /// A variable that may live in a cell, because an inner function uses it too.
    fn cell_at(&self, index: usize) -> Reading<Obj> {
        let object = self.variable_at(index)?;
        if object.ty().is_cell() && self.frame.is_direct() {
            return object.cell_contents().ok_or(Missing::Unset);
        }
        Ok(object)
    }

    /// A name that is not a variable of the frame: the class or module body's, then the globals,
    /// then the builtins.
    fn name_at(&self, index: usize) -> Reading<Obj> {
        let name = self.plan.name(index).ok_or(Missing::Unreadable)?;
        let key = Key::of_object(name, self.gil);
        let namespace = if self.plan.has_namespace { self.frame.namespace() } else { None };
        for dict in [namespace, self.frame.globals(), self.frame.builtins()].into_iter().flatten() {
            if !dict.ty().is_exact_dict() {
                return Err(Missing::NeedsCode);
            }
            match dict.dict_find(key, self.gil) {
                Found::Value(value) => return Ok(value),
                Found::Absent => {}
                Found::Mixed => {
                    if let Some(value) = dict.dict_find_text(key, self.gil) {
                        return Ok(value);
                    }
                }
            }
        }
        Err(Missing::Absent)
    }

    /// Entry `ordinal` of the namespace of a module or class body, the interpreter's own left out.
    fn namespace_entry(&self, ordinal: usize) -> Option<(Name<'g>, Reading<Value<'g>>)> {
        let dict = self.frame.namespace().filter(|dict| dict.ty().is_exact_dict())?;
        let (mut at, mut cursor) = self.entry.get();
        if at > ordinal {
            (at, cursor) = (0, 0);
        }
        while let Some((key, value)) = dict.dict_next(&mut cursor) {
            if !key.ty().is_exact_text() || is_dunder(key.text(self.gil)) {
                continue;
            }
            if at == ordinal {
                self.entry.set((at + 1, cursor));
                let name = Name { identity: key.handle(), text: key.text(self.gil) };
                return Some((name, Ok(value_of(value, self.gil))));
            }
            at += 1;
        }
        None
    }

    fn key_of<'k>(&self, attr: Attr<'k>) -> Option<Key<'k>>
    where
        'g: 'k,
    {
        match self.plan.attribute(attr.index) {
            Some(name) => Some(Key::of_object(name, self.gil)),
            None => Key::of_text(Text::Utf8(attr.text)),
        }
    }
}

fn is_dunder(text: Text<'_>) -> bool {
    matches!(text, Text::Utf8(text) if text.starts_with("__") && text.ends_with("__"))
}

fn object_of(object: Object) -> Reading<Obj> {
    Obj::from_handle(object.raw).ok_or(Missing::Unreadable)
}

impl Scope for Hit<'_> {
    #[inline(always)]
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        let index = usize::from(slot & !WHERE);
        let object = match slot & WHERE {
            VARIABLE => self.variable_at(index)?,
            NAME => self.name_at(index)?,
            _ => self.cell_at(index)?,
        };
        Ok(value_of(object, self.gil))
    }

    fn attr(&self, object: Object, attr: Attr<'_>) -> Reading<Value<'_>> {
        let key = self.key_of(attr).ok_or(Missing::Unreadable)?;
        let object = object_of(object)?;
        match attribute(object, key, self.known, self.gil) {
            Ok(found) => Ok(value_of(found, self.gil)),
            Err(missing) => value::part(object, attr.text, self.known, self.gil).ok_or(missing),
        }
    }

    fn item(&self, sequence: Object, index: usize) -> Reading<Value<'_>> {
        value::item(object_of(sequence)?, index, self.gil)
    }

    fn lookup(&self, container: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        let dict = match object_of(container) {
            Ok(dict) if dict.ty().is_dict() => dict,
            Ok(_) => return None,
            Err(missing) => return Some(Err(missing)),
        };
        let ty = dict.ty();
        if !ty.is_exact_dict() && !self.known.has_builtin_subscript(ty, self.gil) {
            return Some(Err(Missing::NeedsCode));
        }
        if !dict.dict_has_only_text() {
            return None;
        }
        let found = match key {
            Value::Text(text) => dict.dict_find_text(Key::of_text(*text)?, self.gil),
            // An object may be a string's subclass, which can equal a string.
            Value::Object(_) => return None,
            _ => None,
        };
        let absent = if self.known.fills_missing(ty, self.gil) {
            Missing::NeedsCode
        } else {
            Missing::Absent
        };
        Some(found.map(|value| value_of(value, self.gil)).ok_or(absent))
    }

    fn entry(&self, container: Object, cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        let object = Obj::from_handle(container.raw)?;
        if object.ty().is_dict() {
            let (key, value) = object.dict_next(cursor)?;
            return Some((value_of(key, self.gil), value_of(value, self.gil)));
        }
        object.ty().is_subtype_of_set()?;
        let item = value_of(object.set_next(cursor)?, self.gil);
        Some((item, item))
    }

    fn len(&self, object: Object) -> Reading<usize> {
        value::len_of(object_of(object)?, object.kind, self.gil)
    }

    fn truth(&self, object: Object) -> Reading<bool> {
        value::truth_of(object_of(object)?, object.kind, self.gil)
    }

    fn underlying(&self, object: Object) -> Reading<Value<'_>> {
        value::underlying(object_of(object)?, self.gil)
    }

    fn stored_text(&self, object: Object) -> Option<Text<'_>> {
        value::stored_text(object_of(object).ok()?, self.gil)
    }

    fn element_name(&self, sequence: Object, index: usize) -> Option<Text<'_>> {
        value::element_name(object_of(sequence).ok()?, index, self.known, self.gil)
    }

    fn ordered(&self, object: Object) -> Reading<Ordered> {
        value::ordered(object_of(object)?, self.known, self.gil)
    }

    fn compares_by_identity(&self, object: Object) -> bool {
        Obj::from_handle(object.raw).is_some_and(|object| object.ty().compares_by_identity())
    }

    fn is_instance(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        let class = Type::from_object(object_of(class)?).ok_or(Missing::NeedsCode)?;
        let ty = Type::of_value(value).ok_or(Missing::Unreadable)?;
        if ty.is_subtype(class) {
            return Ok(true);
        }
        // Another metaclass may answer otherwise than the bases do.
        let is_plain = class.as_object().is_some_and(|class| class.ty().is_exact_type());
        if is_plain { Ok(false) } else { Err(Missing::NeedsCode) }
    }

    fn type_name(&self, value: &Value<'_>) -> Text<'_> {
        Type::of_value(value).map_or(Text::Utf8("?"), |ty| ty.name(self.gil))
    }
}

impl Walker for Hit<'_> {
    fn variable(&self, ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)> {
        let Some(variable) = self.plan.variables.get(ordinal) else {
            if !self.plan.has_namespace {
                return None;
            }
            return self.namespace_entry(ordinal - self.plan.variables.len());
        };
        let index = usize::from(variable.index);
        let object = if variable.is_cell { self.cell_at(index) } else { self.variable_at(index) };
        let name = self.plan.variable_name(index)?;
        let name = Name { identity: name.handle(), text: name.text(self.gil) };
        Some((name, object.map(|object| value_of(object, self.gil))))
    }

    fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        if depth == 0 {
            let name =
                |object: Obj| Name { identity: object.handle(), text: object.text(self.gil) };
            let (file, function) = (name(self.plan.filename()), name(self.plan.qualname()));
            return Some(FrameName { file, function, line: self.line });
        }
        let (mut at, mut frame) = self.named.get();
        if at > depth {
            (at, frame) = (0, self.frame);
        }
        while at < depth {
            frame = frame.caller()?;
            at += 1;
        }
        self.named.set((at, frame));
        let code = frame.code()?;
        let name = |object: Option<Obj>| {
            let object = object.filter(|object| object.ty().is_exact_text())?;
            Some(Name { identity: object.handle(), text: object.text(self.gil) })
        };
        Some(FrameName {
            file: name(code.code_filename())?,
            function: name(code.code_qualname())?,
            line: if frame.is_direct() {
                line_of(code, frame.instruction()?)
            } else {
                frame.asked_line()
            },
        })
    }

    fn thread_name(&self) -> Text<'_> {
        let ident = crate::ffi::thread_ident();
        self.known.thread_name(ident, self.gil).unwrap_or(Text::Utf8(""))
    }

    fn trace_id(&self) -> Option<[u8; 16]> {
        self.known.trace_id(self.gil)
    }

    #[inline]
    fn shape(&self, object: Object) -> Shape<'_> {
        let Some(found) = Obj::from_handle(object.raw) else {
            let type_name = Name { identity: 0, text: Text::Utf8("?") };
            return Shape { type_name, len: None };
        };
        let ty = found.ty();
        let text = ty.name(self.gil);
        let identity = ty.as_object().map_or(0, Obj::handle);
        let len = value::count_of(found, object.kind, self.gil);
        Shape { type_name: Name { identity, text }, len }
    }

    #[inline(always)]
    fn children(&self, object: Object, visitor: &mut impl Visitor) {
        if let Some(found) = Obj::from_handle(object.raw) {
            value::children(found, object.kind, self.known, self.gil, visitor);
        }
    }
}

/// Lines found lately, by code and instruction: the same callers come again and again, and finding
/// a line means decoding the line table from its start.
static LINES: [(AtomicU64, AtomicU64); 256] =
    [const { (AtomicU64::new(0), AtomicU64::new(0)) }; 256];

/// The line of an instruction. 3 ns when it was asked for lately. All callers hold the GIL, so the
/// two words of an entry belong together.
fn line_of(code: Obj, instruction: usize) -> u32 {
    let version = u64::from(code.code_version());
    if version == 0 {
        return code_line(code, instruction);
    }
    // A version names one code object for the process's life; instructions stay below 2^32.
    let key = (version << 32) | (instruction as u64 & 0xffff_ffff);
    let index = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize;
    let (kept, line) = &LINES[index];
    if kept.load(Ordering::Relaxed) == key {
        return line.load(Ordering::Relaxed) as u32;
    }
    let found = code_line(code, instruction);
    line.store(u64::from(found), Ordering::Relaxed);
    kept.store(key, Ordering::Relaxed);
    found
}
