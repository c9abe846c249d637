//! Where the lines of a method are entered.
//!
//! Knows tables of lines and ways through code. Invariant: a line with any code that can be reached
//! has at least one place.

use crate::class::Class;
use crate::code::{Code, Variable};
use crate::op;
use crate::patch::is_return;
use crate::refusal::Reason;
use crate::verify::{State, Subject, loaded};
use std::collections::BTreeMap;

/// A place where a line is entered.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) pc: u16,
    pub(crate) state: State,
}

/// The lines of a method that can be reached, each with its places in their order.
pub(crate) fn entries(
    subject: &Subject<'_, '_>,
    wanted: impl Fn(u16) -> bool,
) -> Result<BTreeMap<u16, Vec<Entry>>, Reason> {
    let lines = subject.code.lines()?;
    let mut pcs: Vec<u16> =
        lines.iter().filter(|(_, line)| wanted(*line)).map(|(pc, _)| *pc).collect();
    pcs.dedup();
    let states = subject.states(&pcs)?;
    let states: BTreeMap<u16, State> =
        pcs.into_iter().zip(states).filter_map(|(pc, state)| Some((pc, state?))).collect();
    let ways = Ways::new(subject.code, &lines)?;
    let mut found: BTreeMap<u16, Vec<Entry>> = BTreeMap::new();
    for (pc, line) in &lines {
        if wanted(*line)
            && let Some(state) = states.get(pc)
        {
            let entries = found.entry(*line).or_default();
            if entries.last().is_none_or(|last| last.pc != *pc) {
                entries.push(Entry { pc: *pc, state: state.clone() });
            }
        }
    }
    for (line, entries) in &mut found {
        let all = entries.clone();
        let height = |one: &Entry| one.state.stack.len();
        // An inlined line begins with what its caller has on the stack.
        let base = all.iter().map(height).min().unwrap_or(0);
        let first = all.iter().position(|one| height(one) == base);
        let mut index = 0..;
        entries.retain(|one| {
            let at = index.next().unwrap_or(0);
            let may_go_on = at > first.unwrap_or(usize::MAX) && !ways.handlers.contains(&one.pc);
            // With more values on the stack a statement goes on that began on this line before.
            let goes_on = may_go_on && height(one) > base;
            let returns = at > 0 && returns_kept(subject, one.pc);
            !goes_on && !returns && ways.enters(one.pc, *line)
        });
        if entries.is_empty() {
            entries.extend(all.into_iter().next());
        }
    }
    Ok(found)
}

/// Whether what is returned was computed before, and kept in a slot without a name while `finally`
/// ran: the statement goes on.
fn returns_kept(subject: &Subject<'_, '_>, pc: u16) -> bool {
    let code = subject.code;
    let Some(index) = code.at(u32::from(pc)) else { return false };
    let Some([load, end]) = code.instructions.get(index..index + 2) else { return false };
    let Ok(Some((slot, _))) = loaded(subject, load) else { return false };
    if !is_return(end.op) {
        return false;
    }
    let variables = code.variables(subject.class);
    let is_here = |one: &Variable<'_>| one.places.contains(&u32::from(pc)) && one.slot == slot;
    !variables.is_empty() && !variables.iter().any(is_here)
}

/// The ways to places where lines begin.
struct Ways {
    /// Place and line from which a jump leads to a place, by that place.
    jumps: BTreeMap<u16, Vec<(u16, Option<u16>)>>,
    /// The line of the instruction that runs on into a place.
    passes: BTreeMap<u16, Option<u16>>,
    handlers: Vec<u16>,
}

impl Ways {
    fn new(code: &Code<'_>, lines: &[(u16, u16)]) -> Result<Self, Reason> {
        let begins = |pc: u16| lines.binary_search_by_key(&pc, |(pc, _)| *pc).is_ok();
        let mut ways = Self {
            jumps: BTreeMap::new(),
            passes: BTreeMap::new(),
            handlers: code.guards.iter().map(|guard| guard.handler).collect(),
        };
        let mut line = None;
        let mut lines_left = lines.iter().peekable();
        for (index, instruction) in code.instructions.iter().enumerate() {
            while let Some((_, next)) = lines_left.next_if(|(pc, _)| *pc == instruction.pc) {
                line = Some(*next);
            }
            code.each_target(instruction, |target| {
                if let Ok(target) = u16::try_from(target)
                    && begins(target)
                {
                    ways.jumps.entry(target).or_default().push((instruction.pc, line));
                }
                Ok(())
            })?;
            if let Some(next) = code.instructions.get(index + 1)
                && !op::ends_flow(instruction.op)
                && begins(next.pc)
            {
                ways.passes.insert(next.pc, line);
            }
        }
        Ok(ways)
    }

    /// Whether a way to a place comes from another line, or back to this one.
    fn enters(&self, pc: u16, line: u16) -> bool {
        let comes = |from: &(u16, Option<u16>)| from.1 != Some(line) || from.0 >= pc;
        pc == 0
            || self.handlers.contains(&pc)
            || self.passes.get(&pc).is_some_and(|from| *from != Some(line))
            || self.jumps.get(&pc).is_some_and(|all| all.iter().any(comes))
    }
}

/// A line of a method on which code can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    /// The method's index.
    pub method: usize,
    /// The line's number.
    pub line: u16,
}

/// The lines of every method, as the table of the compiler has them; methods that make no sense are
/// left out.
pub fn lines(class: &Class<'_>) -> Vec<Line> {
    let mut found = Vec::new();
    for method in 0..class.methods.len() {
        let lines = Code::read(class, method).and_then(|code| code.lines());
        let lines = lines.unwrap_or_default().into_iter();
        found.extend(lines.map(|(_, line)| Line { method, line }));
    }
    found.sort_unstable();
    found.dedup();
    found
}
