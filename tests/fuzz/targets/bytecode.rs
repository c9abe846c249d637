//! The rewriter of bytecode, given code that no compiler made.
//!
//! An input is a head of fixed size and then the code's three tables (`seeds/bytecode.py` writes them
//! from real code). Checked: nothing panics, nothing hangs, and what was rewritten can be read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stillframe_bytecode::{Code, Insert, Rewritten, Spot, Version, executable_lines, rewrite};

fn code(input: &[u8]) -> Option<Code<'_>> {
    let (head, rest) = input.split_first_chunk::<14>()?;
    let number = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
    let version = match head[0] {
        0 => Version::V39,
        1 => Version::V310,
        _ => Version::V311,
    };
    let (instructions, rest) = rest.split_at_checked(usize::from(number(10)))?;
    let (lines, exceptions) = rest.split_at_checked(usize::from(number(12)))?;
    Some(Code {
        version,
        instructions,
        lines,
        exceptions,
        first_line: u32::from(number(2)),
        stack_size: u32::from(head[1]),
        constants: u32::from(number(4)),
        flags: u32::from_le_bytes([head[6], head[7], head[8], head[9]]),
    })
}

/// Every place there is.
fn spots(lines: &[u32]) -> impl Iterator<Item = Spot> {
    let others = [Spot::Start, Spot::Exit, Spot::Yield, Spot::Resume, Spot::Unwind];
    lines.iter().copied().map(Spot::Line).chain(others)
}

fn readable(code: &Code<'_>, new: &Rewritten) {
    let new = Code {
        instructions: &new.instructions,
        lines: &new.lines,
        exceptions: &new.exceptions,
        stack_size: new.stack_size,
        constants: code.constants + 1,
        ..*code
    };
    executable_lines(&new).expect("what was written can be read");
}

fuzz_target!(|input: &[u8]| {
    let Some(code) = code(input) else { return };
    let Ok(lines) = executable_lines(&code) else { return };
    let insert = |spot| Insert { spot, constant: code.constants };
    for spot in spots(&lines).take(64) {
        if let Ok(new) = rewrite(&code, &[insert(spot)]) {
            readable(&code, &new);
        }
    }
    let all: Vec<Insert> = spots(&lines).map(insert).collect();
    if let Ok(new) = rewrite(&code, &all) {
        readable(&code, &new);
    }
});
