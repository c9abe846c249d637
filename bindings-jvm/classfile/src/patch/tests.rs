//! Properties of patching, over made-up methods.
//!
//! Knows jumps and switches. Invariant: the model takes what was inserted out again, and never asks
//! the layout where it put anything.

use super::{Additions, Insertion, patch};
use crate::Kind;
use crate::class::Class;
use crate::code::{Code, padding};
use crate::op;
use crate::write::{Assembler, ClassWriter, Label, STATIC, WriteError};
use proptest::prelude::*;

/// A statement; labels are those of statements.
#[derive(Clone, Debug)]
enum Statement {
    Increment(u16),
    Jump(usize),
    Branch(usize),
    Switch(Vec<(i32, usize)>),
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let cases = prop::collection::vec((any::<i32>(), any::<usize>()), 1..5);
    let statement = prop_oneof![
        4 => (0..300_u16).prop_map(Statement::Increment),
        1 => any::<usize>().prop_map(Statement::Jump),
        3 => any::<usize>().prop_map(Statement::Branch),
        2 => cases.prop_map(Statement::Switch),
    ];
    prop::collection::vec(statement, 1..60)
}

fn fill(code: &mut Assembler<'_>, statements: &[Statement]) -> Result<(), WriteError> {
    let labels: Vec<Label> = statements.iter().map(|_| code.label()).collect();
    let to = |at: usize| labels[at % labels.len()];
    for (label, statement) in labels.iter().zip(statements) {
        code.bind(*label);
        match statement {
            Statement::Increment(slot) => code.increment(*slot, 1)?,
            Statement::Jump(at) => code.jump(op::GOTO, to(*at))?,
            Statement::Branch(at) => {
                code.load(Kind::Int, 0)?;
                code.jump(op::IFNE, to(*at))?;
            }
            Statement::Switch(cases) => {
                let mut cases: Vec<(i32, Label)> =
                    cases.iter().map(|(case, at)| (*case, to(*at))).collect();
                cases.sort_by_key(|(case, _)| *case);
                cases.dedup_by_key(|(case, _)| *case);
                code.load(Kind::Int, 0)?;
                code.switch(&cases, *label)?;
            }
        }
    }
    code.op(op::RETURN)
}

/// An instruction's bytes without jumps and padding, and the instructions to which it jumps.
type Shape = (Vec<u8>, Vec<usize>);

/// The instructions but for `NOP`, which only insertions hold. A jump to a run of these leads to its
/// begin, or it is none.
fn shapes(code: &Code<'_>) -> Vec<Shape> {
    let mut numbers = Vec::new();
    let mut next = 0;
    for instruction in &code.instructions {
        numbers.push(next);
        next += usize::from(instruction.op != op::NOP);
    }
    let begins = |at: usize| at == 0 || code.instructions[at - 1].op != op::NOP;
    let mut shapes = Vec::new();
    for instruction in code.instructions.iter().filter(|one| one.op != op::NOP) {
        let mut targets = Vec::new();
        code.each_target(instruction, |pc| {
            let at = code.at(pc).unwrap();
            assert!(begins(at), "a jump leads into what was inserted");
            targets.push(numbers[at]);
            Ok(())
        })
        .unwrap();
        let bytes = code.bytes_of(instruction);
        let kept = match instruction.op {
            op::LOOKUPSWITCH => {
                let operands = &bytes[1 + padding(instruction.pc)..];
                operands[8..].chunks(8).flat_map(|case| case[..4].to_vec()).collect()
            }
            _ if !targets.is_empty() => vec![instruction.op],
            _ => bytes.to_vec(),
        };
        shapes.push((kept, targets));
    }
    shapes
}

proptest! {
    #[test]
    fn what_was_there_is_still_there(
        statements in statements(),
        places in prop::collection::vec((any::<prop::sample::Index>(), 1..9_usize), 0..20),
    ) {
        let mut class = ClassWriter::new(0, "Subject", "java/lang/Object").unwrap();
        class.method(STATIC, "f", "(I)V", |code| fill(code, &statements)).unwrap();
        let bytes = class.finish().unwrap();
        let class = Class::read(&bytes).unwrap();
        let code = Code::read(&class, 0).unwrap();
        let insertion = |(place, count): &(prop::sample::Index, usize)| Insertion {
            method: 0,
            pc: place.get(&code.instructions).pc,
            code: vec![op::NOP; *count],
            extra_stack: 2,
        };
        let insertions: Vec<Insertion> = places.iter().map(insertion).collect();
        let new = patch(&class, &insertions, Additions::to(&class).unwrap()).unwrap();
        let new = Class::read(&new).unwrap();
        let patched = Code::read(&new, 0).unwrap();
        prop_assert_eq!(shapes(&patched), shapes(&code));
        let inserted = patched.instructions.iter().filter(|one| one.op == op::NOP).count();
        prop_assert_eq!(inserted, places.iter().map(|(_, count)| count).sum::<usize>());
        let extra = if places.is_empty() { 0 } else { 2 };
        prop_assert_eq!(patched.max_stack, code.max_stack + extra);
    }

    #[test]
    fn damage_is_an_answer(
        statements in statements(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut class = ClassWriter::new(0, "Subject", "java/lang/Object").unwrap();
        class.method(STATIC, "f", "(I)V", |code| fill(code, &statements)).unwrap();
        let mut bytes = class.finish().unwrap();
        for (place, byte) in damage {
            *place.get_mut(&mut bytes) = byte;
        }
        if let Ok(class) = Class::read(&bytes) {
            let code = vec![op::NOP];
            let insertion = Insertion { method: 0, pc: 0, code, extra_stack: 0 };
            let Ok(additions) = Additions::to(&class) else { return Ok(()) };
            if let Ok(new) = patch(&class, &[insertion], additions) {
                prop_assert!(Class::read(&new).is_ok());
            }
        }
    }
}
