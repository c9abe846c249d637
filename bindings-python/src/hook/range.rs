//! The borders of a range of lines: at which lines it is entered, and which are reached from within.
//!
//! Follows jumps and exception handlers through a code object's instructions, so that no other line
//! of the function has to have events. Knows no probes. Invariant: whatever way control takes from
//! inside the range to an instruction of another line, the first line reached is among those out.

use super::lines::stretches;
use pyo3::types::{PyAnyMethods, PyBytes, PyBytesMethods};
use pyo3::{Bound, PyAny, PyResult, Python};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of an instruction.
const UNIT: usize = 2;
/// What stands where an instruction keeps its inline cache, as `co_code` shows it.
const CACHE: u8 = 0;

/// The lines at which a range is entered and left.
#[derive(Debug, Default)]
pub(super) struct Borders {
    /// Lines of the range that are reached from outside, and whether from nowhere else.
    pub(super) enter: Vec<(u32, bool)>,
    /// Lines outside the range that are reached from inside.
    pub(super) out: Vec<u32>,
    /// Whether the function's own start is in the range: there may be no line event then.
    pub(super) enters_at_start: bool,
}

/// One instruction: its line, and where control goes from it.
#[derive(Debug, Default)]
struct Step {
    line: Option<u32>,
    to: Vec<usize>,
    /// Whether it jumps back: then its line begins anew even if it is the same.
    is_back: bool,
}

/// What the instructions of this version are called.
struct Names {
    jumps: BTreeSet<u8>,
    back: BTreeSet<u8>,
    ends: BTreeSet<u8>,
    extended: u8,
    resume: u8,
}

impl Names {
    fn of(py: Python<'_>) -> PyResult<Self> {
        let opcode = py.import("opcode")?;
        // Whatever kind of mapping it is: from 3.15 on it is no dict.
        let pairs = opcode.getattr("opmap")?.call_method0("items")?;
        let numbers = pairs.try_iter()?.map(|pair| pair?.extract::<(String, u32)>());
        let numbers: BTreeMap<String, u32> = numbers.collect::<PyResult<_>>()?;
        // Those above a byte are the compiler's own and never in a code object.
        let named = |is: &dyn Fn(&str) -> bool| {
            let found = numbers.iter().filter(|(name, _)| is(name));
            found.filter_map(|(_, number)| u8::try_from(*number).ok()).collect::<BTreeSet<u8>>()
        };
        let jumps: Vec<u32> = opcode.getattr("hasjrel")?.extract()?;
        let one = |name: &str| named(&|other| other == name).first().copied().unwrap_or(u8::MAX);
        let ends = ["RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE"];
        Ok(Self {
            jumps: jumps.into_iter().filter_map(|number| u8::try_from(number).ok()).collect(),
            back: named(&|name| name.starts_with("JUMP_BACKWARD")),
            ends: named(&|name| {
                ends.contains(&name) || name == "JUMP_FORWARD" || name.starts_with("JUMP_BACKWARD")
            }),
            extended: one("EXTENDED_ARG"),
            resume: one("RESUME"),
        })
    }
}

/// The borders of the lines `first` to `last` of `code`.
pub(super) fn borders(code: &Bound<'_, PyAny>, first: u32, last: u32) -> PyResult<Borders> {
    let names = Names::of(code.py())?;
    let bytes = code.getattr("co_code")?.cast_into::<PyBytes>()?;
    let bytes = bytes.as_bytes();
    let mut steps = steps(code, &names, bytes)?;
    let handlers = code.getattr("co_exceptiontable")?.cast_into::<PyBytes>()?;
    for (range, handler) in handlers_of(handlers.as_bytes()) {
        for step in steps.range_mut(range).map(|(_, step)| step) {
            step.to.push(handler);
        }
    }
    let inside = |line: u32| (first..=last).contains(&line);
    let (mut from_outside, mut from_inside) = (BTreeSet::new(), BTreeSet::new());
    let mut out = BTreeSet::new();
    for step in steps.values() {
        let Some(line) = step.line else { continue };
        for reached in reached(&steps, step) {
            // The same line goes on without an event, unless it was jumped back to.
            let is_new = reached != line || step.is_back;
            match (inside(line), inside(reached)) {
                (true, false) => drop(out.insert(reached)),
                (false, true) => drop(from_outside.insert(reached)),
                (true, true) if is_new => drop(from_inside.insert(reached)),
                _ => {}
            }
        }
    }
    let resume = bytes.chunks_exact(UNIT).position(|unit| unit[0] == names.resume);
    let start = resume.and_then(|at| steps.get(&(at * UNIT)));
    let enters_at_start = start.and_then(|step| step.line).is_some_and(inside);
    let starts = start.map(|step| reached(&steps, step)).unwrap_or_default();
    from_outside.extend(starts.into_iter().filter(|line| inside(*line)));
    let enter = from_outside.into_iter().map(|line| (line, !from_inside.contains(&line)));
    Ok(Borders { enter: enter.collect(), out: out.into_iter().collect(), enters_at_start })
}

/// The lines that are reached next from an instruction, over those that have none.
fn reached(steps: &BTreeMap<usize, Step>, from: &Step) -> Vec<u32> {
    let (mut lines, mut seen, mut waiting) = (Vec::new(), BTreeSet::new(), from.to.clone());
    while let Some(at) = waiting.pop() {
        let Some(step) = steps.get(&at).filter(|_| seen.insert(at)) else { continue };
        match step.line {
            Some(line) => lines.push(line),
            None => waiting.extend(&step.to),
        }
    }
    lines
}

/// The instructions by their place, without exception handlers.
fn steps(code: &Bound<'_, PyAny>, names: &Names, bytes: &[u8]) -> PyResult<BTreeMap<usize, Step>> {
    let stretches = stretches(code)?;
    let line_at = |at: usize| {
        let index = stretches.partition_point(|stretch| stretch.end as usize <= at);
        stretches.get(index).and_then(|stretch| stretch.line)
    };
    let mut steps = BTreeMap::new();
    let (mut at, mut high) = (0, 0_usize);
    while let Some([opcode, low]) = bytes.get(at..at + UNIT) {
        let caches = bytes[at + UNIT..].chunks_exact(UNIT).take_while(|unit| unit[0] == CACHE);
        let next = at + UNIT + caches.count() * UNIT;
        let argument = high << 8 | usize::from(*low);
        high = if *opcode == names.extended { argument } else { 0 };
        let is_back = names.back.contains(opcode);
        let mut to = Vec::new();
        if !names.ends.contains(opcode) {
            to.push(next);
        }
        if names.jumps.contains(opcode) {
            let far = argument * UNIT;
            to.extend(if is_back { next.checked_sub(far) } else { Some(next + far) });
        }
        steps.insert(at, Step { line: line_at(at), to, is_back });
        at = next;
    }
    Ok(steps)
}

/// Stretches of instructions and where an exception in them leads, from `co_exceptiontable`: for each
/// its start, length and handler in units of instructions and a depth, as numbers of six bits a byte.
fn handlers_of(table: &[u8]) -> Vec<(std::ops::Range<usize>, usize)> {
    let mut bytes = table.iter();
    let mut number = || {
        let mut number = 0_usize;
        loop {
            let byte = bytes.next()?;
            number = number << 6 | usize::from(byte & 0x3f);
            if byte & 0x40 == 0 {
                return Some(number);
            }
        }
    };
    let mut handlers = Vec::new();
    while let (Some(start), Some(len), Some(handler), Some(_)) =
        (number(), number(), number(), number())
    {
        handlers.push((start * UNIT..(start + len) * UNIT, handler * UNIT));
    }
    handlers
}
