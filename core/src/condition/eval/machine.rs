//! The machine: runs a program's instructions on a stack of its own.
//!
//! Knows instructions and not why they stand where they do. Invariant: it holds everything it needs
//! on the thread's stack; a program that would need more was refused.

use super::aggregate::aggregate;
use super::element::{bound, contains, hashable, index, position};
use super::equal::{compare, same, truth};
use super::number::{arithmetic, not_a_number, unary};
use super::sequence::{Element, Loop, View, next, part, split_index, start};
use super::{Ctx, Operand, Outcome, no_index};
use crate::condition::failure::{Failure, FailureKind, TypeName};
use crate::condition::op::{Code, Op, STACK, Source, Step};
use crate::condition::scratch::TEXT_BYTES;
use crate::condition::syntax::{Binary, MAX_LOOPS};
use crate::condition::text;
use crate::host::{Attr, Scope};
use crate::redaction::Redaction;
use crate::value::{BigInt, Kind, Missing, Text, Value};

/// A machine for the many programs that hold few values, loop nowhere and compute no string: making
/// it costs next to nothing.
pub(in crate::condition) type Small<'a, S> = Machine<'a, S, 8, 0, 0>;
/// A machine for every program.
pub(in crate::condition) type Large<'a, S> = Machine<'a, S, STACK, TEXT_BYTES, MAX_LOOPS>;

pub(in crate::condition) struct Machine<
    'a,
    S,
    const STACK: usize,
    const TEXT: usize,
    const LOOPS: usize,
> {
    pub(super) ctx: Ctx<'a, S>,
    code: &'a Code,
    stack: [Operand<'a>; STACK],
    height: usize,
    /// Computed strings, and how many bytes they take.
    pub(super) text: [u8; TEXT],
    pub(super) text_len: usize,
    /// Iterations under way, and where the room for strings began within them.
    loops: [(Loop<'a>, usize); LOOPS],
}

/// What an instruction leads to.
enum Next {
    Go,
    Jump(u16),
    Test(bool),
    Value,
}

/// How a program ends.
pub(in crate::condition) enum Exit<'a> {
    Test(bool),
    Value(Operand<'a>),
}

impl<'a, S, const STACK: usize, const TEXT: usize, const LOOPS: usize> View<'a>
    for Machine<'a, S, STACK, TEXT, LOOPS>
{
    fn view(&self, operand: &Operand<'a>) -> Value<'_> {
        match operand {
            Operand::Value(value) => *value,
            Operand::Computed { start, len } => {
                let (start, len) = (usize::from(*start), usize::from(*len));
                let bytes = self.text.get(start..start + len).unwrap_or_default();
                Value::Text(Text::Utf8(std::str::from_utf8(bytes).unwrap_or_default()))
            }
        }
    }
}

impl<'a, S: Scope, const STACK: usize, const TEXT: usize, const LOOPS: usize>
    Machine<'a, S, STACK, TEXT, LOOPS>
{
    #[inline]
    pub(in crate::condition) fn new(
        scope: &'a S,
        redaction: &'a Redaction,
        code: &'a Code,
    ) -> Self {
        Self {
            ctx: Ctx::new(scope, redaction),
            code,
            stack: [Operand::NULL; STACK],
            height: 0,
            text: [0; TEXT],
            text_len: 0,
            loops: [(Loop::Done, 0); LOOPS],
        }
    }

    /// The text of a computed string.
    pub(in crate::condition) fn computed_text(&self, operand: &Operand<'a>) -> &str {
        match self.view(operand) {
            Value::Text(Text::Utf8(text)) => text,
            _ => "",
        }
    }

    /// Runs from instruction `at` to the end.
    pub(in crate::condition) fn run(&mut self, mut at: usize) -> Result<Exit<'a>, Failure> {
        loop {
            let Some(op) = self.code.ops.get(at) else {
                return Err(self.failure(FailureKind::Types, at, 0, Op::Null));
            };
            let height = self.height;
            match self.step(*op) {
                Ok(Next::Go) => at += 1,
                Ok(Next::Jump(to)) => at = usize::from(to),
                Ok(Next::Test(outcome)) => return Ok(Exit::Test(outcome)),
                Ok(Next::Value) => return Ok(Exit::Value(self.top())),
                Err(kind) => return Err(self.failure(kind, at, height, *op)),
            }
            if self.height == 0 {
                // Nothing is left that could point into the room for strings.
                self.text_len = 0;
            }
        }
    }

    /// The failure of `op` at `at`, with the types of what it worked on.
    #[cold]
    fn failure(&self, kind: FailureKind, at: usize, height: usize, op: Op) -> Failure {
        let values = operands(op);
        let base = height.saturating_sub(values);
        let name = |offset: usize| match self.stack.get(base + offset) {
            Some(operand) if offset < values => {
                TypeName::of(self.ctx.scope.type_name(&self.view(operand)))
            }
            _ => TypeName::NONE,
        };
        let mut types = [name(0), name(1)];
        if let Op::BranchSlotInt { slot, .. }
        | Op::BranchSlotText { slot, .. }
        | Op::BranchSlotTruth { slot, .. } = op
            && let Ok(value) = self.ctx.scope.slot(slot)
        {
            types[0] = TypeName::of(self.ctx.scope.type_name(&value));
        }
        Failure::new(kind, u16::try_from(at).unwrap_or(u16::MAX), types)
    }

    fn push(&mut self, operand: Operand<'a>) -> Outcome<()> {
        let place = self.stack.get_mut(self.height).ok_or(FailureKind::TooLong)?;
        *place = operand;
        self.height += 1;
        Ok(())
    }

    fn push_value(&mut self, value: Value<'a>) -> Outcome<()> {
        self.push(Operand::Value(value))
    }

    fn pop(&mut self) -> Operand<'a> {
        self.height = self.height.saturating_sub(1);
        self.stack.get(self.height).copied().unwrap_or(Operand::NULL)
    }

    fn top(&self) -> Operand<'a> {
        self.stack.get(self.height.saturating_sub(1)).copied().unwrap_or(Operand::NULL)
    }

    /// Takes the topmost `count` values off, the lowest first.
    fn take<const N: usize>(&mut self, count: usize) -> [Operand<'a>; N] {
        let base = self.height.saturating_sub(count);
        let mut taken = [Operand::NULL; N];
        for (place, operand) in taken.iter_mut().zip(self.stack.iter().skip(base)).take(count) {
            *place = *operand;
        }
        self.height = base;
        taken
    }

    fn slot(&self, slot: u16) -> Outcome<Value<'a>> {
        self.ctx.scope.slot(slot).map_err(slot_missing)
    }

    fn step(&mut self, op: Op) -> Outcome<Next> {
        let branch = |holds: bool, want: bool, to: u16| {
            Ok(if holds == want { Next::Go } else { Next::Jump(to) })
        };
        match op {
            Op::Return(outcome) => Ok(Next::Test(outcome)),
            Op::ReturnTop => Ok(Next::Value),
            Op::Jump { to } => Ok(Next::Jump(to)),
            Op::BranchSlotInt { comparison, want, slot, to, int } => {
                let value = self.slot(slot)?;
                let int = Value::Int(i64::from(int));
                branch(compare(&self.ctx, comparison, &value, &int)?, want, to)
            }
            Op::BranchSlotText { want, slot, to, text } => {
                let value = self.slot(slot)?;
                let text = self.constant(text);
                let equal = crate::condition::syntax::Comparison::Equal;
                branch(compare(&self.ctx, equal, &value, &text)?, want, to)
            }
            Op::BranchSlotNull { want, slot, to } => {
                branch(matches!(self.slot(slot)?, Value::Null), want, to)
            }
            Op::BranchSlotTruth { want, slot, to } => {
                let value = self.slot(slot)?;
                branch(truth(&self.ctx, &value)?, want, to)
            }
            Op::BranchCompare { comparison, want, to } => {
                let [left, right] = self.take(2);
                let (left, right) = (self.view(&left), self.view(&right));
                branch(compare(&self.ctx, comparison, &left, &right)?, want, to)
            }
            Op::BranchChain { comparison, to } => {
                let [left, middle] = self.take(2);
                let (left, right) = (self.view(&left), self.view(&middle));
                if !compare(&self.ctx, comparison, &left, &right)? {
                    return Ok(Next::Jump(to));
                }
                self.push(middle)?;
                Ok(Next::Go)
            }
            Op::BranchTruth { want, to } => {
                let top = self.pop();
                branch(truth(&self.ctx, &self.view(&top))?, want, to)
            }
            Op::BranchIs { want, to } => {
                let [left, right] = self.take(2);
                branch(same(&self.view(&left), &self.view(&right))?, want, to)
            }
            Op::BranchMember { want, source, to } => branch(self.member(source)?, want, to),
            Op::KeepIf { truth: wanted, to } => {
                let top = self.top();
                if truth(&self.ctx, &self.view(&top))? == wanted {
                    return Ok(Next::Jump(to));
                }
                self.pop();
                Ok(Next::Go)
            }
            Op::KeepNull { to } => match self.top() {
                Operand::Value(Value::Null) => Ok(Next::Jump(to)),
                _ => Ok(Next::Go),
            },
            Op::Step { step, to } => {
                let candidate = self.pop();
                if !self.fits(step, &candidate)? {
                    return Ok(Next::Go);
                }
                self.pop();
                Ok(Next::Jump(to))
            }
            Op::LoopNext { level, targets, to } => self.loop_next(level, targets, to),
            _ => self.load(op).map(|()| Next::Go),
        }
    }

    fn constant(&self, text: u16) -> Value<'a> {
        let text = self.code.texts.get(usize::from(text));
        Value::Text(Text::Utf8(text.map_or("", |text| text)))
    }

    /// Instructions that push a constant or a variable, or move the stack.
    fn load(&mut self, op: Op) -> Outcome<()> {
        match op {
            Op::Null => self.push_value(Value::Null),
            Op::Bool(value) => self.push_value(Value::Bool(value)),
            Op::Int(value) => self.push_value(Value::Int(value)),
            Op::Float(value) => self.push_value(Value::Float(value)),
            Op::BigInt(at) => {
                let Some((negative, digits)) = self.code.integers.get(usize::from(at)) else {
                    return Err(FailureKind::Types);
                };
                let int = BigInt { negative: *negative, digits, digit_bits: 32 };
                self.push_value(Value::BigInt(int))
            }
            Op::Text(at) => self.push_value(self.constant(at)),
            Op::Bytes(at) => {
                let bytes = self.code.bytes.get(usize::from(at));
                self.push_value(Value::Bytes(bytes.map_or(&[], |bytes| bytes)))
            }
            Op::Slot(slot) => {
                let value = self.slot(slot)?;
                self.push_value(value)
            }
            Op::Bound(place) => {
                let bound = self.stack.get(usize::from(place)).copied();
                self.push(bound.unwrap_or(Operand::NULL))
            }
            Op::Pop(count) => {
                self.height = self.height.saturating_sub(usize::from(count));
                Ok(())
            }
            Op::Hashable => hashable(&self.view(&self.top())),
            Op::Module(slot) => match self.slot(slot)? {
                Value::Object(object) if object.kind == Kind::Module => Ok(()),
                _ => Err(FailureKind::NeedsCode),
            },
            _ => {
                let result = self.compute(op)?;
                match result {
                    Some(result) => self.push(result),
                    None => Ok(()),
                }
            }
        }
    }

    /// Instructions that take values and compute one.
    fn compute(&mut self, op: Op) -> Outcome<Option<Operand<'a>>> {
        let of = |value: Value<'a>| Some(Operand::Value(value));
        Ok(match op {
            Op::Attr(attr) => {
                let object = self.pop();
                of(self.attr(attr, &object)?)
            }
            Op::Index { is_constant } => {
                let [object, key] = self.take(2);
                Some(self.index(&object, &key, is_constant)?)
            }
            Op::Slice { has_start, has_end } => Some(self.slice(has_start, has_end)?),
            Op::SplitIndex(values) => {
                let values = usize::from(values);
                let operands: [Operand<'a>; 4] = self.take(values + 1);
                let index = operands.get(values).map_or(Value::Null, |index| self.view(index));
                let of_split = operands.get(..values).unwrap_or_default();
                Some(split_index(&self.ctx, self, of_split, &index)?)
            }
            Op::Unary(operator) => match self.pop() {
                Operand::Value(value) => of(unary(operator, &value)?),
                Operand::Computed { .. } => return Err(FailureKind::Types),
            },
            Op::Arithmetic(operator) => {
                let [left, right] = self.take(2);
                let texts = matches!(self.view(&left), Value::Text(_))
                    && matches!(self.view(&right), Value::Text(_));
                if operator == Binary::Add && texts {
                    Some(self.concatenate(&left, &right)?)
                } else {
                    let (left, right) = (self.view(&left), self.view(&right));
                    of(arithmetic(operator, &left, &right)?)
                }
            }
            Op::Call(function, count) => {
                let args: [Operand<'a>; 16] = self.take(usize::from(count));
                Some(self.call(function, args.get(..usize::from(count)).unwrap_or_default())?)
            }
            Op::Aggregate(function, source) => {
                let operands: [Operand<'a>; 3] = self.take(source.values());
                let operands = operands.get(..source.values()).unwrap_or_default();
                Some(aggregate(&self.ctx, self, function, source, operands)?)
            }
            Op::Matches(at) => {
                let operand = self.pop();
                let code = self.code;
                let pattern = code.patterns.get(usize::from(at)).ok_or(FailureKind::Pattern)?;
                of(Value::Bool(self.matches(&operand, pattern)?))
            }
            Op::LoopStart { level, source } => {
                let operands: [Operand<'a>; 3] = self.take(source.values());
                let operands = operands.get(..source.values()).unwrap_or_default();
                let iteration = start(&self.ctx, self, source, operands)?;
                let mark = self.text_len;
                let place = self.loops.get_mut(usize::from(level));
                *place.ok_or(FailureKind::TooLong)? = (iteration, mark);
                None
            }
            _ => return Err(FailureKind::Types),
        })
    }

    fn attr(&self, attr: u16, object: &Operand<'a>) -> Outcome<Value<'a>> {
        let Operand::Value(Value::Object(object)) = object else {
            return Err(match object {
                Operand::Value(Value::Null) => FailureKind::OfNull,
                _ => FailureKind::NoAttribute,
            });
        };
        let name = self.code.attrs.get(usize::from(attr)).ok_or(FailureKind::NoAttribute)?;
        let attr = Attr { index: name.index, text: &name.text };
        self.ctx.scope.attr(*object, attr).map_err(FailureKind::from)
    }

    fn index(
        &self,
        object: &Operand<'a>,
        key: &Operand<'a>,
        is_constant: bool,
    ) -> Outcome<Operand<'a>> {
        let key = self.view(key);
        if let Value::Text(whole) = self.view(object) {
            self.ctx.burn_text(whole)?;
            let at = position(&key, text::length(whole))?;
            let (start, end) = text::slice(whole, at, at + 1);
            return Ok(part(object, start, end));
        }
        match object {
            Operand::Value(object) => {
                index(&self.ctx, object, &key, is_constant).map(Operand::Value)
            }
            Operand::Computed { .. } => Err(FailureKind::Types),
        }
    }

    fn slice(&mut self, has_start: bool, has_end: bool) -> Outcome<Operand<'a>> {
        let count = 1 + usize::from(has_start) + usize::from(has_end);
        let operands: [Operand<'a>; 3] = self.take(count);
        let [object, ..] = operands;
        let first = has_start.then(|| self.view(&operands[1]));
        let last = has_end.then(|| self.view(&operands[count - 1]));
        let ends = |len: usize| -> Outcome<(usize, usize)> {
            let start = bound(first.as_ref(), len, 0)?;
            Ok((start, bound(last.as_ref(), len, len)?.max(start)))
        };
        match self.view(&object) {
            Value::Text(whole) => {
                self.ctx.burn_text(whole)?;
                let (start, end) = ends(text::length(whole))?;
                let (start, end) = text::slice(whole, start, end);
                Ok(part(&object, start, end))
            }
            Value::Null => Err(FailureKind::OfNull),
            other => match object {
                Operand::Value(Value::Bytes(bytes)) => {
                    let (start, end) = ends(bytes.len())?;
                    Ok(Operand::Value(Value::Bytes(bytes.get(start..end).unwrap_or_default())))
                }
                _ => Err(not_a_number(&other)),
            },
        }
    }

    fn member(&mut self, source: Source) -> Outcome<bool> {
        let operands: [Operand<'a>; 4] = self.take(1 + source.values());
        let [item, container, ..] = operands;
        if source == Source::Elements {
            return contains(&self.ctx, &self.view(&container), &self.view(&item));
        }
        let of_source = operands.get(1..=source.values()).unwrap_or_default();
        let mut elements = start(&self.ctx, self, source, of_source)?;
        if source == Source::Keys {
            return contains(&self.ctx, &self.view(&container), &self.view(&item));
        }
        while let Some((element, _)) = next(&self.ctx, self, &mut elements)? {
            if super::equal::element_equal(&self.ctx, &self.view(&element), &self.view(&item), 0)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the candidate fits the value on top.
    fn fits(&self, step: Step, candidate: &Operand<'a>) -> Outcome<bool> {
        let top = self.top();
        let (value, candidate) = (self.view(&top), self.view(candidate));
        match (step, &value, &candidate) {
            (Step::Element, ..) => super::equal::element_equal(&self.ctx, &value, &candidate, 0),
            (Step::Instance, _, Value::Object(class)) if class.kind == Kind::Class => {
                self.ctx.scope.is_instance(&value, *class).map_err(|missing| match missing {
                    Missing::Absent => FailureKind::NeedsCode,
                    other => other.into(),
                })
            }
            (Step::Starts, Value::Text(text), Value::Text(affix)) => {
                self.ctx.burn_text(*affix)?;
                Ok(text::prefix(*text, *affix).is_some())
            }
            (Step::Ends, Value::Text(text), Value::Text(affix)) => {
                self.ctx.burn_text(*text)?;
                Ok(text::ends_with(*text, *affix))
            }
            (Step::Starts, Value::Bytes(bytes), Value::Bytes(affix)) => {
                Ok(bytes.starts_with(affix))
            }
            (Step::Ends, Value::Bytes(bytes), Value::Bytes(affix)) => Ok(bytes.ends_with(affix)),
            (Step::Instance, ..) | (_, Value::Text(_) | Value::Bytes(_), _) => {
                Err(not_a_number(&candidate))
            }
            _ => Err(super::sequence::no_method(&value)),
        }
    }

    fn loop_next(&mut self, level: u8, targets: u8, to: u16) -> Outcome<Next> {
        let level = usize::from(level);
        let (mut iteration, mark) = self.loops.get(level).copied().ok_or(FailureKind::TooLong)?;
        self.text_len = mark;
        let element = next(&self.ctx, self, &mut iteration)?;
        if let Some(place) = self.loops.get_mut(level) {
            place.0 = iteration;
        }
        let Some(element) = element else { return Ok(Next::Jump(to)) };
        self.unpack(element, usize::from(targets))?;
        Ok(Next::Go)
    }

    /// Pushes an element as `targets` values.
    fn unpack(&mut self, element: Element<'a>, targets: usize) -> Outcome<()> {
        let whole = match element {
            (key, Some(value)) => {
                self.push(key)?;
                return self.push(value);
            }
            (element, None) if targets == 1 => return self.push(element),
            (Operand::Value(Value::Object(object)), None) => object,
            (other, None) => {
                return Err(super::element::not_a_collection(&self.view(&other)));
            }
        };
        if !matches!(whole.kind, Kind::Tuple | Kind::List) {
            return Err(super::element::not_a_collection(&Value::Object(whole)));
        }
        if self.ctx.scope.len(whole).map_err(FailureKind::from)? != targets {
            return Err(FailureKind::Domain);
        }
        for at in 0..targets {
            let item = self.ctx.scope.item(whole, at).map_err(no_index)?;
            self.push_value(item)?;
        }
        Ok(())
    }
}

/// What a missing variable is.
pub(in crate::condition) fn slot_missing(missing: Missing) -> FailureKind {
    match missing {
        Missing::Absent => FailureKind::Unset,
        other => other.into(),
    }
}

/// Values that an instruction works on.
fn operands(op: Op) -> usize {
    match op {
        Op::BranchCompare { .. }
        | Op::BranchChain { .. }
        | Op::BranchIs { .. }
        | Op::Index { .. }
        | Op::Arithmetic(_)
        | Op::Step { .. } => 2,
        Op::BranchMember { source, .. } => 1 + source.values(),
        Op::BranchTruth { .. }
        | Op::KeepIf { .. }
        | Op::Attr(_)
        | Op::Unary(_)
        | Op::Matches(_)
        | Op::Hashable => 1,
        Op::Slice { has_start, has_end } => 1 + usize::from(has_start) + usize::from(has_end),
        Op::SplitIndex(values) => usize::from(values) + 1,
        Op::Call(_, count) => usize::from(count),
        Op::Aggregate(_, source) | Op::LoopStart { source, .. } => source.values(),
        _ => 0,
    }
}
