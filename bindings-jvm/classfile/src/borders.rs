//! Where a range of lines is entered and where it is left.
//!
//! Follows every way through the code, handlers too. Invariant: whatever way leads from inside the
//! range to outside, the first instruction reached is one of those out, and the same the other way.

use crate::code::Code;
use crate::op;
use crate::refusal::Reason;
use crate::source_map::SourceMap;
use crate::verify::Subject;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The borders of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Borders {
    /// Instructions of the range to which a way leads from outside, or from inside too.
    pub(crate) ins: BTreeSet<u16>,
    /// Instructions outside the range to which a way leads from inside.
    pub(crate) outs: BTreeSet<u16>,
}

/// The borders of these lines in a method.
pub(crate) fn borders(
    subject: &Subject<'_, '_>,
    range: RangeInclusive<u16>,
) -> Result<Borders, Reason> {
    let code = subject.code;
    // Where a subroutine returns to is not written in the code.
    if code.instructions.iter().any(|one| matches!(one.op, op::JSR | op::JSR_W | op::RET)) {
        return Err(Reason::NoStackMap);
    }
    let sides = sides(subject, range)?;
    let mut borders = Borders::default();
    if sides.first() == Some(&true) {
        borders.ins.insert(0);
    }
    for (index, instruction) in code.instructions.iter().enumerate() {
        code.each_target(instruction, |target| {
            if let Some(to) = code.at(target) {
                borders.add(code, &sides, sides[index], to);
            }
            Ok(())
        })?;
        if index + 1 < sides.len() && !op::ends_flow(instruction.op) {
            borders.add(code, &sides, sides[index], index + 1);
        }
    }
    // How many instructions before each are inside.
    let mut before = vec![0; sides.len() + 1];
    for (index, is_inside) in sides.iter().enumerate() {
        before[index + 1] = before[index] + usize::from(*is_inside);
    }
    for guard in &code.guards {
        let end = code.at(guard.end).unwrap_or(sides.len());
        let ends = code.at(u32::from(guard.start)).zip(code.at(u32::from(guard.handler)));
        let Some((start, handler)) = ends else { continue };
        let inside = before[end] - before[start];
        if inside > 0 {
            borders.add(code, &sides, true, handler);
        }
        if inside < end - start {
            borders.add(code, &sides, false, handler);
        }
    }
    Ok(borders)
}

impl Borders {
    /// Notes a way from inside or outside to an instruction.
    fn add(&mut self, code: &Code<'_>, sides: &[bool], from: bool, to: usize) {
        let pc = code.instructions[to].pc;
        match (from, sides[to]) {
            (false, true) => drop(self.ins.insert(pc)),
            (true, false) => drop(self.outs.insert(pc)),
            _ => {}
        }
    }
}

/// Of each instruction whether it is inside. What a compiler took from elsewhere has lines of its own
/// and is where the instruction before it is, into whose line it was put.
fn sides(subject: &Subject<'_, '_>, range: RangeInclusive<u16>) -> Result<Vec<bool>, Reason> {
    let code = subject.code;
    let map = subject.class.source_map().and_then(|text| SourceMap::parse(&text));
    let is_taken = |line: u16| map.as_ref().is_some_and(|map| map.is_taken(u32::from(line)));
    let lines = code.lines()?;
    let mut lines = lines.iter().peekable();
    let mut is_inside = false;
    let side = |pc: u16| {
        while let Some((_, line)) = lines.next_if(|(at, _)| *at == pc) {
            if !is_taken(*line) {
                is_inside = range.contains(line);
            }
        }
        is_inside
    };
    Ok(code.instructions.iter().map(|one| one.pc).map(side).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;
    use crate::class::Class;
    use crate::write::{Assembler, ClassWriter, STATIC, WriteError};

    /// The borders of the instructions in `inside`, as if each had a line of its own.
    fn of(
        inside: RangeInclusive<u16>,
        fill: impl FnOnce(&mut Assembler<'_>) -> Result<(), WriteError>,
    ) -> (Vec<u16>, Vec<u16>) {
        let mut class = ClassWriter::new(0, "Subject", "java/lang/Object").unwrap();
        class.method(STATIC, "f", "(I)V", fill).unwrap();
        let bytes = class.finish().unwrap();
        let class = Class::read(&bytes).unwrap();
        let mut code = Code::read(&class, 0).unwrap();
        let mut table = u16::try_from(code.instructions.len()).unwrap().to_be_bytes().to_vec();
        for one in &code.instructions {
            table.extend([one.pc, one.pc].map(u16::to_be_bytes).as_flattened());
        }
        let (name, place) = (&b"LineNumberTable"[..], 0..0);
        code.attributes.push(crate::class::Attribute {
            name_index: 0,
            name,
            place,
            content: &table,
        });
        let subject = Subject { class: &class, code: &code, method: 0 };
        let Borders { ins, outs } = borders(&subject, inside).unwrap();
        (ins.into_iter().collect(), outs.into_iter().collect())
    }

    /// A loop: 0 and 1 the head, 4 the body, 10 back, 13 the end.
    fn turns(code: &mut Assembler<'_>) -> Result<(), WriteError> {
        let [head, end] = [code.label(), code.label()];
        code.bind(head);
        code.load(Kind::Int, 0)?;
        code.jump(op::IFEQ, end)?;
        code.increment(0, -1)?;
        code.jump(op::GOTO, head)?;
        code.bind(end);
        code.op(op::RETURN)
    }

    #[test]
    fn a_loop_around_and_inside() {
        // The body alone: once a turn, and out at the head.
        assert_eq!(of(4..=10, turns), (vec![4], vec![0]));
        // The loop: entered where the method is, and again where it goes back.
        assert_eq!(of(0..=10, turns), (vec![0], vec![13]));
        assert_eq!(of(0..=13, turns), (vec![0], vec![]));
        assert_eq!(of(13..=13, turns), (vec![13], vec![]));
        assert_eq!(of(20..=30, turns), (vec![], vec![]));
    }

    #[test]
    fn handlers_are_ways() {
        let guarded = |code: &mut Assembler<'_>| {
            let [start, end, handler, out] = std::array::from_fn(|_| code.label());
            code.bind(start);
            code.increment(0, 1)?; // 0
            code.increment(0, 2)?; // 6
            code.bind(end);
            code.jump(op::GOTO, out)?; // 12
            code.bind(handler);
            code.op(op::POP)?; // 15
            code.bind(out);
            code.op(op::RETURN)?; // 16
            code.handler(start, end, handler, None)
        };
        assert_eq!(of(6..=6, guarded), (vec![6], vec![12, 15]));
        assert_eq!(of(15..=15, guarded), (vec![15], vec![16]));
        assert_eq!(of(0..=15, guarded), (vec![0], vec![16]));
        assert_eq!(of(12..=15, guarded), (vec![12, 15], vec![16]));
    }
}
