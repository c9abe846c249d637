//! The machine's instructions.
//!
//! A test compiles to compare-and-branch instructions, so that a common condition needs neither a
//! stack nor a boolean. Invariant: an instruction is at most 16 bytes.

use super::dialect::Rules;
use super::pattern::Pattern;
use super::syntax::{Binary, Comparison, Function, Primitive, Span, Unary};

/// Values the machine can hold at a time.
pub(super) const STACK: usize = 64;

/// What of a collection is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Source {
    /// The elements of what is on the stack; keys if it is a map.
    Elements,
    Keys,
    Values,
    /// Keys with their values.
    Items,
    /// The parts of a string, between blanks or a separator, at most so many cuts: one, two or three
    /// values on the stack.
    Split(u8),
}

/// How a candidate is held against the value below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Step {
    /// Equal, or the same object.
    Element,
    /// The candidate is a class of the value.
    Instance,
    Starts,
    Ends,
}

/// How a part of a string is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Part {
    /// Where it begins, and how long it is.
    Length,
    /// The first and the last place.
    Through,
    /// The first place and the one behind the last.
    Below,
}

/// Who is asked whether a pattern of Ruby is found: what is no string is an error, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Asks {
    /// `text.match?(…)`.
    Text,
    /// `text =~ …`, which null answers too.
    Operator,
    /// `/…/ =~ text` and `/…/.match?(text)`, to which null may be given.
    Pattern,
    /// `/…/ === text`, to which anything may.
    Anything,
}

/// What a hole of an array is to what goes over its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Holes {
    Skipped,
    Undefined,
    /// It would have to be kept.
    Refused,
}

/// One instruction. `to` is where it goes on when the test does not come out as `want`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op {
    Return(bool),
    ReturnTop,
    BranchSlotInt {
        comparison: Comparison,
        want: bool,
        slot: u16,
        to: u16,
        int: i32,
    },
    /// Equality with a constant string.
    BranchSlotText {
        want: bool,
        slot: u16,
        to: u16,
        text: u16,
    },
    /// Identity with null.
    BranchSlotNull {
        want: bool,
        slot: u16,
        to: u16,
    },
    BranchSlotTruth {
        want: bool,
        slot: u16,
        to: u16,
    },
    /// The truth of a host where only booleans have one.
    BranchSlotBool {
        want: bool,
        slot: u16,
        to: u16,
    },
    /// The same three tests of the top, which they pop.
    BranchTopInt {
        comparison: Comparison,
        want: bool,
        to: u16,
        int: i32,
    },
    BranchTopText {
        want: bool,
        to: u16,
        text: u16,
    },
    BranchTopNull {
        want: bool,
        to: u16,
    },
    /// Pops two.
    BranchCompare {
        comparison: Comparison,
        want: bool,
        to: u16,
    },
    /// Pops two of a host whose values have types. If one is computed and no string, null on the other
    /// side is an error.
    BranchTyped {
        comparison: Comparison,
        want: bool,
        unboxes: bool,
        to: u16,
    },
    /// Pops two; when it holds, pushes the second again.
    BranchChain {
        comparison: Comparison,
        to: u16,
    },
    BranchTruth {
        want: bool,
        to: u16,
    },
    BranchBool {
        want: bool,
        to: u16,
    },
    BranchIs {
        want: bool,
        to: u16,
    },
    BranchMember {
        want: bool,
        source: Source,
        to: u16,
    },
    /// Pops two of a host whose values are converted; `Is` is strict equality there.
    BranchLoose {
        comparison: Comparison,
        want: bool,
        to: u16,
    },
    /// Pops two: whether they are equal as elements are.
    BranchSame {
        want: bool,
        to: u16,
    },
    Jump {
        to: u16,
    },
    /// Goes to `to` with the top when its truth is `truth`, else pops it.
    KeepIf {
        truth: bool,
        to: u16,
    },
    /// Goes to `to` with the top when it is null.
    KeepNull {
        to: u16,
    },
    /// Goes to `to` with undefined in place of the top when that is null or undefined.
    KeepNullish {
        to: u16,
    },
    /// Goes to `to` with the top when it is neither null nor undefined, else pops it.
    KeepPresent {
        to: u16,
    },
    Null,
    Undefined,
    Bool(bool),
    Int(i64),
    Int32(i32),
    Float(f64),
    Float32(f32),
    Char(u16),
    BigInt(u16),
    Text(u16),
    Bytes(u16),
    Slot(u16),
    /// The value at this place of the stack.
    Bound(u16),
    Attr(u16),
    /// `is_constant`: the key was held against the redaction list when it was compiled.
    Index {
        is_constant: bool,
    },
    Slice {
        has_start: bool,
        has_end: bool,
    },
    /// One part of a split string: values as [`Source::Split`], then the index.
    SplitIndex(u8),
    Unary(Unary),
    Arithmetic(Binary),
    /// Pops so many arguments.
    Call(Function, u8),
    /// The same three on numbers that have a width and objects that have a type.
    TypedUnary(Unary),
    TypedArithmetic(Binary),
    TypedCall(Function, u8),
    /// A method without arguments: `function` of the host's own types, of others the attribute.
    Method {
        function: Function,
        attr: u16,
    },
    /// The same four where values are converted; an attribute of the host's own types is a function.
    LooseUnary(Unary),
    LooseArithmetic(Binary),
    LooseCall(Function, u8),
    Property {
        function: Function,
        attr: u16,
    },
    LooseIndex {
        is_constant: bool,
    },
    /// Whether an object has the private name that this attribute asks for.
    HasPrivate(u16),
    /// Fails if the top is a key that is redacted.
    Visible,
    /// Whether a pattern is found in what the top is as a string.
    Test(u16),
    /// Pops an element and adds it to what is gathered at this place of the stack.
    Gather(Function, u16),
    /// What was gathered, of the two values that it took.
    Gathered(Function),
    /// A part of a string: pops it and two values.
    Part(Part),
    /// Whether a pattern of Ruby is found in the top; or where, or null.
    Search {
        pattern: u16,
        asks: Asks,
        tells_place: bool,
    },
    /// Adds one to the count at this place of the stack.
    Increment(u16),
    /// Takes so many values below the top off.
    Under(u8),
    LooseStart {
        level: u8,
        source: Source,
    },
    /// Pushes the next element, or goes to `to`.
    LooseNext {
        level: u8,
        holes: Holes,
        to: u16,
    },
    /// An element of an array.
    ArrayItem,
    /// A number as another type.
    Convert(Primitive),
    /// A number as the wider of its type and this one.
    Promote(Primitive),
    /// A function of all elements of a collection.
    Aggregate(Function, Source),
    Matches(u16),
    /// Fails if the top cannot be a key.
    Hashable,
    /// Pops a candidate; when it fits the value below, pops that too and goes to `to`.
    Step {
        step: Step,
        to: u16,
    },
    Pop(u8),
    /// Fails if the slot does not hold a module.
    Module(u16),
    LoopStart {
        level: u8,
        source: Source,
    },
    /// Pushes the next element as so many values, or goes to `to`.
    LoopNext {
        level: u8,
        targets: u8,
        to: u16,
    },
}

impl Op {
    /// Sets where a branch goes.
    pub(super) fn patch(&mut self, target: u16) {
        match self {
            Self::BranchSlotInt { to, .. }
            | Self::BranchSlotText { to, .. }
            | Self::BranchSlotNull { to, .. }
            | Self::BranchSlotTruth { to, .. }
            | Self::BranchSlotBool { to, .. }
            | Self::BranchTyped { to, .. }
            | Self::BranchBool { to, .. }
            | Self::BranchTopInt { to, .. }
            | Self::BranchTopText { to, .. }
            | Self::BranchTopNull { to, .. }
            | Self::BranchCompare { to, .. }
            | Self::BranchChain { to, .. }
            | Self::BranchTruth { to, .. }
            | Self::BranchIs { to, .. }
            | Self::BranchMember { to, .. }
            | Self::BranchLoose { to, .. }
            | Self::BranchSame { to, .. }
            | Self::KeepNullish { to }
            | Self::KeepPresent { to }
            | Self::LooseNext { to, .. }
            | Self::Jump { to }
            | Self::KeepIf { to, .. }
            | Self::KeepNull { to }
            | Self::Step { to, .. }
            | Self::LoopNext { to, .. } => *to = target,
            _ => {}
        }
    }
}

/// Where an instruction came from, for messages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Site {
    /// The whole expression.
    pub(super) span: Span,
    /// What it works on: the object of an attribute, the left operand.
    pub(super) subject: Span,
    /// The other operand: a key, the right side.
    pub(super) other: Span,
}

/// An attribute's index in the site's table, and its name.
#[derive(Clone, Debug)]
pub(super) struct AttrName {
    pub(super) index: u16,
    pub(super) text: Box<str>,
}

/// Instructions with everything they point to.
#[derive(Debug, Default)]
pub(super) struct Code {
    pub(super) ops: Vec<Op>,
    /// As many as instructions.
    pub(super) sites: Vec<Site>,
    pub(super) rules: Rules,
    pub(super) texts: Vec<Box<str>>,
    pub(super) bytes: Vec<Box<[u8]>>,
    /// Whether it is negative, and its magnitude.
    pub(super) integers: Vec<(bool, Box<[u32]>)>,
    pub(super) attrs: Vec<AttrName>,
    pub(super) patterns: Vec<Pattern>,
    /// Where the value, rather than the test, begins.
    pub(super) value_start: usize,
    /// Most values held at a time.
    pub(super) most_values: usize,
    /// Whether there is a loop.
    pub(super) has_loops: bool,
    /// Whether a string is computed for certain; `+` may or may not.
    pub(super) computes_text: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_is_16_bytes() {
        assert!(size_of::<Op>() <= 16);
    }
}
