//! Inserts calls to hook objects into the bytecode of CPython 3.9, 3.10 and 3.11.
//!
//! Works on the bytes of a code object and knows neither objects nor an interpreter; does no I/O.
//! Invariant: apart from the inserted calls the new code does what the old one did, with the same
//! lines, columns, handlers and generator states; where that cannot be, it refuses.
//!
//! A call is `LOAD_CONST hook; UNARY_NOT; POP_TOP`: the truth of the hook object is the hit. It
//! needs one slot of stack and no call protocol.

mod assemble;
mod decode;
mod exceptions;
mod flow;
mod lines;
mod op;
mod place;
mod refusal;
mod stack;
mod varint;

use assemble::Layout;
use flow::Flow;
use place::Plan;
pub use refusal::Refusal;
use std::fmt;

/// CPython versions whose bytecode is rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// CPython 3.9.
    V39,
    /// CPython 3.10.
    V310,
    /// CPython 3.11.
    V311,
}

/// What of a code object the rewriter reads.
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// The interpreter's version.
    pub version: Version,
    /// `co_code`; its inline caches are zero, as `co_code` shows them.
    pub instructions: &'a [u8],
    /// `co_lnotab` on 3.9, `co_linetable` from 3.10 on.
    pub lines: &'a [u8],
    /// `co_exceptiontable` on 3.11, else empty.
    pub exceptions: &'a [u8],
    /// `co_firstlineno`.
    pub first_line: u32,
    /// `co_stacksize`.
    pub stack_size: u32,
    /// `len(co_consts)`.
    pub constants: u32,
    /// `co_flags`.
    pub flags: u32,
}

/// Where a hook is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    /// Each time the line is entered from another one, as a line event fires, but not when a
    /// statement that spans lines comes back to its first.
    Line(u32),
    /// Once a call, behind the setting up of the frame; in a generator with its first `next`.
    Start,
    /// Before each return.
    Exit,
    /// Before each value a generator yields; what it delegates to another goes on by itself.
    Yield,
    /// Behind each of those yields, when the generator goes on with a value.
    Resume,
    /// When the function is left by an exception (3.11; before, whoever evaluates the frame sees it).
    Unwind,
}

impl fmt::Display for Spot {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(to, "line {line}"),
            Self::Start => to.write_str("the function's start"),
            Self::Exit => to.write_str("the function's return"),
            Self::Yield => to.write_str("the function's yield"),
            Self::Resume => to.write_str("the function's going on"),
            Self::Unwind => to.write_str("leaving the function by an exception"),
        }
    }
}

/// A hook and its place. Several at one place are called in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insert {
    /// The place.
    pub spot: Spot,
    /// Index of the hook object in the new `co_consts`, behind those of the code.
    pub constant: u32,
}

/// The parts of the code object that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// `co_code`.
    pub instructions: Vec<u8>,
    /// `co_lnotab` on 3.9, `co_linetable` from 3.10 on.
    pub lines: Vec<u8>,
    /// `co_exceptiontable` on 3.11, else empty.
    pub exceptions: Vec<u8>,
    /// `co_stacksize`; on 3.9 and 3.10 as before.
    pub stack_size: u32,
}

/// Slots of stack that the handler of exceptions which leave the function needs: the place of the
/// exception, the exception and the hook.
const UNWIND_SLOTS: u32 = 3;

/// Inserts the calls.
///
/// # Errors
///
/// When the bytes are not those of a compiler, or one of the spots has no place for a call: then
/// nothing is inserted at all.
pub fn rewrite(code: &Code<'_>, inserts: &[Insert]) -> Result<Rewritten, Refusal> {
    let flow = Flow::read(code)?;
    let plan = Plan::new(&flow, inserts)?;
    let layout = Layout::new(&flow, &plan)?;
    let lines = match code.version {
        Version::V39 => lines::lnotab::write(code, &layout),
        Version::V310 => lines::pairs::write(code, &layout),
        Version::V311 => lines::locations::write(code, &layout)?,
    };
    let exceptions = exceptions::write(&layout.guards(&flow));
    let grows = code.version == Version::V311 && !plan.sites.is_empty();
    let mut stack_size = code.stack_size.saturating_add(u32::from(grows));
    if !plan.unwind.is_empty() {
        stack_size = stack_size.max(UNWIND_SLOTS);
    }
    Ok(Rewritten { instructions: layout.instructions(), lines, exceptions, stack_size })
}

/// Lines at which a hook can be called, ascending.
///
/// # Errors
///
/// When the bytes are not those of a compiler.
pub fn executable_lines(code: &Code<'_>) -> Result<Vec<u32>, Refusal> {
    let flow = Flow::read(code)?;
    let mut lines: Vec<u32> = place::by_line(&flow, &flow.ways()).into_keys().collect();
    lines.sort_unstable();
    Ok(lines)
}

/// Slots on the stack before each instruction of CPython 3.9 and 3.10; none where nothing leads.
/// On 3.11, where the stack can grow, nothing is told.
///
/// # Errors
///
/// When the bytes are not those of a compiler.
pub fn depths(code: &Code<'_>) -> Result<Vec<Option<u32>>, Refusal> {
    Ok(Flow::read(code)?.stack.map_or_else(Vec::new, |stack| stack.depth))
}
