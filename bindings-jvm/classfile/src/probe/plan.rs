//! Where a probe goes and what it is given, before anything is written.
//!
//! Knows lines and readable locals. Invariant: at every place of a probe the same locals can be read.

use super::{Form, Probe, Spot};
use crate::borders::{Borders, borders};
use crate::class::Class;
use crate::code::Code;
use crate::lines;
use crate::locals::{Local, Names, keep_common};
use crate::refusal::Reason;
use crate::verify::Subject;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// Slots that a call's arguments may take: the JVM's limit, less what linking itself needs.
const MOST_WORDS: u16 = 250;
/// Of these when a passage began, which what is timed is given besides.
const BEGAN_WORDS: u16 = 2;
/// The first version with `invokedynamic`.
const DYNAMIC: u16 = 51;

/// Where a probe is and what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The places at which it is called: of a range, where that is entered; none around a whole method.
    pub pcs: Vec<u16>,
    /// The locals that it is given, in the order of arguments.
    pub locals: Vec<Local>,
    /// Locals beyond what one call can take.
    pub left_out: Vec<Local>,
    /// How it is called.
    pub form: Form,
    /// Room on the method's stack at each place.
    pub(crate) rooms: Vec<u16>,
    /// The places at which a range is left.
    pub(crate) outs: Vec<u16>,
    /// Bytes of the method's code.
    pub(crate) code_len: usize,
    /// Slots of the method's variables.
    pub(crate) slots: u16,
}

/// Where a probe would go, and which locals it would be given.
///
/// # Errors
///
/// When it cannot be placed.
pub fn place(class: &Class<'_>, probe: &Probe) -> Result<Placed, Reason> {
    all(class, std::slice::from_ref(probe)).pop().unwrap_or(Err(Reason::NoMethod))
}

/// The lines of a method on which a probe can be placed.
///
/// # Errors
///
/// When its code cannot be read.
pub fn lines_with_code(class: &Class<'_>, method: usize) -> Result<Vec<u16>, Reason> {
    let code = Code::read(class, method)?;
    let subject = Subject { class, code: &code, method };
    Ok(lines::entries(&subject, |_| true)?.into_keys().collect())
}

/// The same for many.
pub(super) fn all(class: &Class<'_>, probes: &[Probe]) -> Vec<Result<Placed, Reason>> {
    let mut methods: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, probe) in probes.iter().enumerate() {
        methods.entry(probe.method).or_default().push(index);
    }
    let mut placed = vec![Err(Reason::NoMethod); probes.len()];
    for (method, of_method) in methods {
        let found = of_one(class, method, probes, &of_method);
        match found {
            Ok(found) => {
                for (index, one) in of_method.into_iter().zip(found) {
                    placed[index] = one;
                }
            }
            Err(reason) => {
                for index in of_method {
                    placed[index] = Err(reason.clone());
                }
            }
        }
    }
    placed
}

fn of_one(
    class: &Class<'_>,
    method: usize,
    probes: &[Probe],
    of_method: &[usize],
) -> Result<Vec<Result<Placed, Reason>>, Reason> {
    let code = Code::read(class, method)?;
    let subject = Subject { class, code: &code, method };
    let line = |index: &usize| match probes[*index].spot {
        Spot::Line(line) => Some(line),
        Spot::Whole | Spot::Lines { .. } => None,
    };
    let wanted: BTreeSet<u16> = of_method.iter().filter_map(line).collect();
    let is_there: BTreeSet<u16> = code.lines()?.into_iter().map(|(_, line)| line).collect();
    let entries = lines::entries(&subject, |line| wanted.contains(&line))?;
    let names = Names::new(&subject)?;
    let one = |index: &usize| {
        let Probe { spot, form, .. } = probes[*index];
        let is_old = class.version < DYNAMIC && form == Form::Dynamic;
        let empty = empty(if is_old { Form::Boxed } else { form }, &code);
        match spot {
            Spot::Whole if form == Form::Bare => Ok(empty),
            Spot::Whole => {
                let begin = lines::Entry { pc: 0, state: subject.entry()? };
                let placed = at(&names, &[begin], &code, (true, empty));
                Ok(Placed { pcs: Vec::new(), rooms: Vec::new(), ..placed })
            }
            Spot::Line(line) => {
                let is_there = is_there.contains(&line);
                let missing = if is_there { Reason::NotReached } else { Reason::NoLine };
                Ok(at(&names, entries.get(&line).ok_or(missing)?, &code, (false, empty)))
            }
            Spot::Lines { first, last } => {
                let (begins, outs) = ends(&subject, first..=last)?;
                if begins.is_empty() {
                    let is_there = is_there.range(first..=last).next().is_some();
                    return Err(if is_there { Reason::NotReached } else { Reason::NoLine });
                }
                Ok(Placed { outs, ..at(&names, &begins, &code, (true, empty)) })
            }
        }
    };
    Ok(of_method.iter().map(one).collect())
}

/// Where a range is entered, as far as anything leads there, and where it is left.
fn ends(
    subject: &Subject<'_, '_>,
    range: RangeInclusive<u16>,
) -> Result<(Vec<lines::Entry>, Vec<u16>), Reason> {
    let Borders { ins, outs } = borders(subject, range)?;
    let ins: Vec<u16> = ins.into_iter().collect();
    let states = subject.states(&ins)?;
    let reached = ins.into_iter().zip(states);
    let begins = reached.filter_map(|(pc, state)| Some(lines::Entry { pc, state: state? }));
    Ok((begins.collect(), outs.into_iter().collect()))
}

fn empty(form: Form, code: &Code<'_>) -> Placed {
    let (pcs, locals, left_out, rooms, outs) = Default::default();
    let (code_len, slots) = (code.bytes.len(), code.max_locals);
    Placed { pcs, locals, left_out, form, rooms, outs, code_len, slots }
}

/// Called at these places, and given what can be read at all of them.
fn at(
    names: &Names<'_>,
    entries: &[lines::Entry],
    code: &Code<'_>,
    (is_timed, mut placed): (bool, Placed),
) -> Placed {
    let mut locals: Option<Vec<Local>> = None;
    for entry in entries {
        let here = names.readable(&entry.state, entry.pc);
        match &mut locals {
            Some(common) => keep_common(common, &here),
            none => *none = Some(here),
        }
        placed.pcs.push(entry.pc);
        let height = u16::try_from(entry.state.stack.len()).unwrap_or(u16::MAX);
        placed.rooms.push(code.max_stack.saturating_sub(height));
    }
    placed.locals = locals.unwrap_or_default();
    let mut words = 0_u16;
    let most = match placed.form {
        Form::Dynamic if is_timed => MOST_WORDS - BEGAN_WORDS,
        Form::Dynamic => MOST_WORDS,
        Form::Boxed => u16::MAX,
        Form::Bare => 0,
    };
    let fitting = placed.locals.iter().take_while(|local| {
        words = local.kind.words().saturating_add(words);
        words <= most
    });
    placed.left_out = placed.locals.split_off(fitting.count());
    if placed.form == Form::Bare {
        placed.left_out.clear();
    }
    placed
}
