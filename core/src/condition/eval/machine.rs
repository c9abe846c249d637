//! The machine: runs a program's instructions on a stack of its own.
//!
//! Knows instructions and not why they stand where they do. Invariant: it holds everything it needs
//! on the thread's stack; a program that would need more was refused.

use super::sequence::{Loop, View};
use super::{Ctx, Operand, Outcome};
use crate::condition::failure::{Failure, FailureKind, TypeName};
use crate::condition::op::{Code, Op, STACK};
use crate::condition::scratch::TEXT_BYTES;
use crate::condition::syntax::MAX_LOOPS;
use crate::host::Scope;
use crate::redaction::Redaction;
use crate::value::{BigInt, Missing, Text, Value};

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
    pub(super) code: &'a Code,
    pub(super) stack: [Operand<'a>; STACK],
    pub(super) height: usize,
    /// Computed strings, and how many bytes they take.
    pub(super) text: [u8; TEXT],
    pub(super) text_len: usize,
    /// Iterations under way, and where the room for strings began within them.
    pub(super) loops: [(Loop<'a>, usize); LOOPS],
}

/// What an instruction leads to.
pub(super) enum Next {
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
    #[inline]
    fn view(&self, operand: &Operand<'a>) -> Value<'_> {
        match operand {
            Operand::Value(value) => *value,
            Operand::Long(value) => Value::Int(*value),
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
            ctx: Ctx::new(scope, redaction, code.rules),
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
            Some(Operand::Long(_)) if offset < values => {
                let int = BigInt { negative: false, digits: &[], digit_bits: 32 };
                TypeName::of(self.ctx.scope.type_name(&Value::BigInt(int)))
            }
            Some(operand) if offset < values => {
                TypeName::of(self.ctx.scope.type_name(&self.view(operand)))
            }
            _ => TypeName::NONE,
        };
        let mut types = [name(0), name(1)];
        if let Op::BranchSlotInt { slot, .. }
        | Op::BranchSlotText { slot, .. }
        | Op::BranchSlotTruth { slot, .. }
        | Op::BranchSlotBool { slot, .. } = op
            && let Ok(value) = self.ctx.scope.slot(slot)
        {
            types[0] = TypeName::of(self.ctx.scope.type_name(&value));
        }
        Failure::new(kind, u16::try_from(at).unwrap_or(u16::MAX), types)
    }

    #[inline]
    pub(super) fn push(&mut self, operand: Operand<'a>) -> Outcome<()> {
        let place = self.stack.get_mut(self.height).ok_or(FailureKind::TooLong)?;
        *place = operand;
        self.height += 1;
        Ok(())
    }

    #[inline]
    pub(super) fn push_value(&mut self, value: Value<'a>) -> Outcome<()> {
        self.push(Operand::Value(value))
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Operand<'a> {
        self.height = self.height.saturating_sub(1);
        self.stack.get(self.height).copied().unwrap_or(Operand::NULL)
    }

    #[inline]
    pub(super) fn top(&self) -> Operand<'a> {
        self.stack.get(self.height.saturating_sub(1)).copied().unwrap_or(Operand::NULL)
    }

    /// The integer so many places below the top, if it is one. Read in place: copying a value that
    /// was written just now stalls the processor for longer than the comparison takes.
    #[inline]
    pub(super) fn int_at(&self, below: usize) -> Option<i64> {
        match self.stack.get(self.height.checked_sub(below + 1)?)? {
            Operand::Value(Value::Int(int)) => Some(*int),
            _ => None,
        }
    }

    /// As [`Machine::int_at`], of 32 bits.
    #[inline]
    pub(super) fn int32_at(&self, below: usize) -> Option<i32> {
        match self.stack.get(self.height.checked_sub(below + 1)?)? {
            Operand::Value(Value::Int32(int)) => Some(*int),
            _ => None,
        }
    }

    /// Takes the topmost `count` values off, the lowest first.
    #[inline]
    pub(super) fn take<const N: usize>(&mut self, count: usize) -> [Operand<'a>; N] {
        let base = self.height.saturating_sub(count);
        self.height = base;
        std::array::from_fn(|n| match self.stack.get(base + n) {
            Some(operand) if n < count => *operand,
            _ => Operand::NULL,
        })
    }
}

/// What a missing variable is.
pub(super) fn slot_missing(missing: Missing) -> FailureKind {
    match missing {
        Missing::Absent => FailureKind::Unset,
        other => other.into(),
    }
}

/// Values that an instruction works on.
fn operands(op: Op) -> usize {
    match op {
        Op::BranchCompare { .. }
        | Op::BranchTyped { .. }
        | Op::BranchLoose { .. }
        | Op::BranchSame { .. }
        | Op::LooseArithmetic(_)
        | Op::LooseIndex { .. }
        | Op::BranchChain { .. }
        | Op::BranchIs { .. }
        | Op::Index { .. }
        | Op::Arithmetic(_)
        | Op::TypedArithmetic(_)
        | Op::ArrayItem
        | Op::Step { .. } => 2,
        Op::BranchMember { source, .. } => 1 + source.values(),
        Op::BranchTruth { .. }
        | Op::BranchBool { .. }
        | Op::BranchTopInt { .. }
        | Op::BranchTopText { .. }
        | Op::KeepIf { .. }
        | Op::Attr(_)
        | Op::Unary(_)
        | Op::TypedUnary(_)
        | Op::LooseUnary(_)
        | Op::Property { .. }
        | Op::HasPrivate(_)
        | Op::Test(_)
        | Op::LooseStart { .. }
        | Op::Convert(_)
        | Op::Promote(_)
        | Op::Method { .. }
        | Op::Matches(_)
        | Op::Hashable => 1,
        Op::Gather(..) | Op::Search { .. } => 1,
        Op::Part(_) => 3,
        Op::Slice { has_start, has_end } => 1 + usize::from(has_start) + usize::from(has_end),
        Op::SplitIndex(values) => usize::from(values) + 1,
        Op::Call(_, count) | Op::TypedCall(_, count) | Op::LooseCall(_, count) => {
            usize::from(count)
        }
        Op::Aggregate(_, source) | Op::LoopStart { source, .. } => source.values(),
        _ => 0,
    }
}
