//! One hit, as the core reads it: [`Scope`] for conditions, [`Walker`] for captures.
//!
//! Knows which variable a slot is, by the plan made when the probe was armed. Invariants: it lives
//! for one native call of the thread that hit; all references made during it end with it; no code
//! of the application runs.

mod plan;
mod stack;

pub(crate) use plan::{Found, Plan, Probed, Slots, Source, Step};
pub(crate) use stack::{Shown, lines_changed, while_lines_change};

use crate::classes::Jdk;
use crate::ffi::{Env, Field};
use crate::jvmti::Jvmti;
use crate::value::{self, Objects};
use jni_sys::{jobject, jobjectArray, jstring};
use stack::Stack;
use std::cell::OnceCell;
use std::ptr::null_mut;
use stillframe_core::host::{Attr, FrameName, MoreFrames, Name, Scope, Shape, Visitor, Walker};
use stillframe_core::value::{Missing, Object, Ordered, Reading, Text, Value};

/// Units of a thread's name that are taken: no capture shows more bytes.
const NAME_UNITS: usize = 128;

/// Characters of a trace's id: two hexadecimal digits a byte.
const TRACE_UNITS: usize = 32;

/// The frame of one hit.
pub(crate) struct Frame<'h> {
    plan: &'h Plan,
    /// What the hook passed: the locals of the plan in their order, primitives in boxes. Null for none.
    locals: jobjectArray,
    /// Frames of ours on top of the stack.
    skip: usize,
    /// The thread's name; null if whoever called did not know it.
    named: jstring,
    objects: Objects,
    stack: OnceCell<Stack>,
    thread_name: OnceCell<ThreadName>,
}

/// Characters of a thread's name, as many as are taken.
struct ThreadName {
    units: [u16; NAME_UNITS],
    len: usize,
}

impl<'h> Frame<'h> {
    /// The hit of a site that was armed with `plan`. None before [`Jdk::prepare`] succeeded.
    pub(crate) fn new(
        env: Env,
        jvmti: Jvmti,
        plan: &'h Plan,
        (locals, named): (jobjectArray, jstring),
        skip: usize,
    ) -> Option<Self> {
        let objects = Objects::new(env, jvmti, Jdk::current()?);
        let (stack, thread_name) = (OnceCell::new(), OnceCell::new());
        Some(Self { plan, locals, skip, named, objects, stack, thread_name })
    }

    fn local(&self, index: usize) -> Reading<Value<'_>> {
        let object = self.local_object(index)?;
        let descriptor = self.plan.local(index).map_or("", |local| &local.descriptor);
        self.objects.declared_value(Field::Object(object), descriptor)
    }

    /// A local reference to what a variable holds, null for null.
    fn local_object(&self, index: usize) -> Reading<jobject> {
        let env = self.objects.env;
        if self.locals.is_null() || index >= env.array_len(self.locals) {
            return Err(Missing::Unreadable);
        }
        Ok(env.element(self.locals, index).unwrap_or(null_mut()))
    }

    /// What fields lead to from a variable: `this.amount`, `this.this$0.amount`, `this.this$0`.
    fn path(&self, base: Option<usize>, steps: &[Step]) -> Reading<Value<'_>> {
        let env = self.objects.env;
        let mut at = self.objects.own(self.local_object(base.ok_or(Missing::Unset)?)?);
        let of_local = |at| self.plan.local(at).map(|local| &*local.descriptor);
        let mut descriptor = base.and_then(of_local).unwrap_or_default();
        for (nth, step) in steps.iter().enumerate() {
            if at.is_null() {
                return Err(Missing::Unset);
            }
            let class = self.objects.own(step.class.local(env).unwrap_or(null_mut()));
            if class.is_null() || !env.is_instance(at.raw(), class.raw()) {
                return Err(Missing::Unreadable);
            }
            let member = &step.member;
            let field = env.get(at.raw(), member.id.raw(), member.letter());
            let is_last = nth + 1 == steps.len();
            match field {
                Field::Object(object) if !is_last => at = self.objects.own(object),
                field if is_last => {
                    return self.objects.declared_value(field, &member.descriptor);
                }
                _ => return Err(Missing::Unreadable),
            }
            descriptor = &member.descriptor;
        }
        self.objects.declared_value(Field::Object(at.again().into_raw()), descriptor)
    }

    fn static_value(&self, step: &Step, is_running: bool) -> Reading<Value<'_>> {
        let env = self.objects.env;
        let class = step.class.local(env).ok_or(Missing::NotLoaded)?;
        let class = self.objects.own(class);
        if !is_running && !self.objects.jvmti.is_initialized(class.raw()) {
            return self.objects.constant(&step.class, &step.member.name);
        }
        let field = env.get_static(class.raw(), step.member.id.raw(), step.member.letter());
        self.objects.declared_value(field, &step.member.descriptor)
    }

    fn stack(&self) -> &Stack {
        self.stack.get_or_init(|| Stack::new(self.objects.env, self.objects.jvmti, self.skip))
    }

    fn read_thread_name(&self) -> ThreadName {
        let env = self.objects.env;
        let (mut units, mut len) = ([0; NAME_UNITS], 0);
        if self.named.is_null() {
            let asked = self.objects.jvmti.thread_name(null_mut()).unwrap_or_default();
            for (unit, of_name) in units.iter_mut().zip(asked.encode_utf16()) {
                (*unit, len) = (of_name, len + 1);
            }
        } else {
            len = env.string_len(self.named).min(NAME_UNITS);
            env.string_units(self.named, 0, units.get_mut(..len).unwrap_or_default());
        }
        ThreadName { units, len }
    }
}

impl Scope for Frame<'_> {
    fn slot(&self, slot: u16) -> Reading<Value<'_>> {
        match self.plan.slot(slot).ok_or(Missing::Unreadable)? {
            Found::Local(Some(index)) => self.local(*index),
            Found::Local(None) => Err(Missing::Unset),
            Found::Path(base, steps) => self.path(*base, steps),
            Found::Static { step, is_running } => self.static_value(step, *is_running),
            Found::Class(class) => self.objects.class(class),
        }
    }

    fn attr(&self, object: Object, attr: Attr<'_>) -> Reading<Value<'_>> {
        self.objects.attribute(object, attr.text)
    }

    fn item(&self, sequence: Object, index: usize) -> Reading<Value<'_>> {
        self.objects.item(sequence, index)
    }

    fn lookup(&self, container: Object, key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        self.objects.find(container, key)
    }

    fn entry(&self, container: Object, cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        self.objects.next_entry(container, cursor)
    }

    fn len(&self, object: Object) -> Reading<usize> {
        self.objects.len(object)
    }

    fn truth(&self, object: Object) -> Reading<bool> {
        // Only a boolean is true or false in Java, and no object is one.
        self.objects.entry_of(object).and(Err(Missing::NeedsCode))
    }

    fn underlying(&self, object: Object) -> Reading<Value<'_>> {
        self.objects.underlying(object)
    }

    fn ordered(&self, object: Object) -> Reading<Ordered> {
        self.objects.ordered(object)
    }

    fn compares_by_identity(&self, object: Object) -> bool {
        self.objects.is_only_itself(object)
    }

    fn is_instance(&self, value: &Value<'_>, class: Object) -> Reading<bool> {
        self.objects.is_instance(value, class)
    }

    fn type_name(&self, value: &Value<'_>) -> Text<'_> {
        Text::Utf8(match value {
            Value::Null | Value::Undefined => "null",
            Value::Bool(_) => "boolean",
            Value::Int32(_) => "int",
            Value::Int(_) => "long",
            Value::Char(_) => "char",
            Value::Float32(_) => "float",
            Value::Float(_) => "double",
            Value::BigInt(_) => "java.math.BigInteger",
            Value::Text(_) => "java.lang.String",
            Value::Bytes(_) => "byte[]",
            Value::Object(object) => {
                self.objects.entry_of(*object).map_or("?", |entry| &entry.known().name)
            }
        })
    }
}

impl Walker for Frame<'_> {
    fn variable(&self, ordinal: usize) -> Option<(Name<'_>, Reading<Value<'_>>)> {
        let local = self.plan.local(ordinal)?;
        let name = Name { identity: 0, text: Text::Utf8(&local.name) };
        Some((name, self.local(ordinal)))
    }

    fn frame(&self, depth: usize) -> Option<FrameName<'_>> {
        match self.plan.probed().filter(|_| depth == 0) {
            Some(probed) => Some(probed.shown.at(probed.line)),
            None => self.stack().frame(depth),
        }
    }

    fn more_frames(&self, named: usize) -> MoreFrames {
        self.stack().more(named)
    }

    fn thread_name(&self) -> Text<'_> {
        let name = self.thread_name.get_or_init(|| self.read_thread_name());
        Text::Units16(name.units.get(..name.len).unwrap_or_default())
    }

    fn trace_id(&self) -> Option<[u8; 16]> {
        let env = self.objects.env;
        let trace = self.objects.own(crate::hook::current_trace(env)?);
        if env.string_len(trace.raw()) != TRACE_UNITS {
            return None;
        }
        let mut units = [0; TRACE_UNITS];
        env.string_units(trace.raw(), 0, &mut units);
        let id = units.into_iter().try_fold(0, |id: u128, unit| {
            let digit = char::from_u32(u32::from(unit))?.to_digit(16)?;
            Some(id << 4 | u128::from(digit))
        })?;
        // A span that belongs to no trace says 0.
        (id != 0).then(|| id.to_be_bytes())
    }

    fn shape(&self, object: Object) -> Shape<'_> {
        let text = self.type_name(&Value::Object(object));
        let type_name = Name { identity: 0, text };
        Shape { type_name, len: value::count(&self.objects, object) }
    }

    fn children(&self, object: Object, visitor: &mut impl Visitor) {
        value::children(&self.objects, object, visitor);
    }
}
