//! Code around the whole of a method: where it begins, before it returns, and where an exception
//! leaves it.
//!
//! Knows which stretches an exception can leave. Invariant: the handler comes behind all others, and
//! guards neither itself nor the code before returns, so that each call ends once.

use crate::patch::{Layout, is_return};
use crate::refusal::Reason;
use crate::verify::Subject;

/// Code around a method. Each part takes nothing from the stack and leaves nothing there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrap {
    /// The method's index.
    pub method: usize,
    /// Variables of its own behind those of the method, all of them `long`: the entry gives each a
    /// value, and what is inserted elsewhere may read and write them.
    pub longs: u16,
    /// Runs once a call, before everything else.
    pub entry: Vec<u8>,
    /// Runs before each return, with what is returned on the stack.
    pub exit: Vec<u8>,
    /// Runs where an exception leaves the method, with it on the stack; then it is thrown on.
    pub unwind: Vec<u8>,
    /// How much higher than the method's own the stack may grow.
    pub extra_stack: u16,
}

/// Stretches of the new code that the handler guards: in a constructor what is behind the call of
/// another one, for before that a handler without `this` is not allowed.
pub(crate) fn guarded(
    subject: &Subject<'_, '_>,
    layout: &Layout,
) -> Result<Vec<(u32, u32)>, Reason> {
    let code = subject.code;
    let is_init = subject.class.methods[subject.method].name == "<init>";
    let mut is_safe = vec![true; code.instructions.len()];
    if is_init {
        let pcs: Vec<u16> = code.instructions.iter().map(|one| one.pc).collect();
        let states = subject.states(&pcs)?;
        is_safe =
            states.iter().map(|state| state.as_ref().is_some_and(|one| !one.is_raw)).collect();
    }
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    let mut exits = layout.exits.iter();
    let mut add = |start: u32, end: u32| match stretches.last_mut() {
        _ if start == end => {}
        Some(last) if last.1 == start => last.1 = end,
        _ => stretches.push((start, end)),
    };
    for (instruction, is_safe) in code.instructions.iter().zip(is_safe) {
        let pc = u32::from(instruction.pc);
        let start = layout.before(code, pc)?;
        let end = layout.before(code, pc + u32::from(instruction.len))?;
        let exit = if is_return(instruction.op) { exits.next() } else { None };
        match exit {
            _ if !is_safe => {}
            Some((from, to)) => {
                add(start, *from);
                add(*to, end);
            }
            None => add(start, end),
        }
    }
    Ok(stretches)
}
