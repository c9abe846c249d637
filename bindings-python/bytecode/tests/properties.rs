//! Properties of the rewriter, over made-up functions and over bytes that are none.
//!
//! Knows enough of the three versions to make functions of loops, branches and lines, and to run
//! them. Invariant: the run sees what the interpreter would, and nothing of how the rewriter works.

use proptest::prelude::*;
use std::collections::BTreeMap;
use stillframe_bytecode::{
    Code, Insert, Refusal, Rewritten, Spot, Version, executable_lines, rewrite,
};

const NOP: u8 = 9;
const POP_TOP: u8 = 1;
const RETURN_VALUE: u8 = 83;
const LOAD_CONST: u8 = 100;
const JUMP_FORWARD: u8 = 110;
const JUMP_ABSOLUTE: u8 = 113;
const POP_JUMP: u8 = 114;
const POP_JUMP_BACKWARD: u8 = 175;
const LOAD_FAST: u8 = 124;
const JUMP_BACKWARD: u8 = 140;
const EXTENDED_ARG: u8 = 144;
const RESUME: u8 = 151;
/// Constants of the function; hooks come behind them.
const CONSTANTS: u32 = 3;
/// Statements a run goes through.
const MOST_STEPS: usize = 300;

/// A statement on a line.
#[derive(Clone, Debug)]
enum Statement {
    Pass,
    Expression,
    /// Goes to a statement, perhaps.
    Branch(usize),
    /// Goes to a statement.
    Jump(usize),
}

fn statements() -> impl Strategy<Value = Vec<(Statement, u8)>> {
    let statement = prop_oneof![
        2 => Just(Statement::Pass),
        4 => Just(Statement::Expression),
        3 => any::<usize>().prop_map(Statement::Branch),
        1 => any::<usize>().prop_map(Statement::Jump),
    ];
    prop::collection::vec((statement, 1..6_u8), 1..120)
}

fn versions() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::V39), Just(Version::V310), Just(Version::V311)]
}

/// A function's bytes; the jumps of one that is not short have a prefix.
struct Function {
    version: Version,
    instructions: Vec<u8>,
    lines: Vec<u8>,
}

impl Function {
    fn make(version: Version, statements: &[(Statement, u8)]) -> Self {
        // Three units of two bytes each, at most.
        let prefixes = u32::from(statements.len() > 40);
        let mut starts = vec![if version == Version::V311 { 1 } else { 0 }];
        for (statement, _) in statements {
            let units = match statement {
                Statement::Pass => 1,
                Statement::Expression => 2,
                Statement::Jump(_) => 1 + prefixes,
                Statement::Branch(_) => 2 + prefixes,
            };
            starts.push(starts[starts.len() - 1] + units);
        }
        let mut instructions = if version == Version::V311 { vec![RESUME, 0] } else { Vec::new() };
        for (at, (statement, _)) in statements.iter().enumerate() {
            let end = starts[at + 1];
            match statement {
                Statement::Pass => instructions.extend([NOP, 0]),
                Statement::Expression => instructions.extend([LOAD_FAST, 1, POP_TOP, 0]),
                Statement::Branch(to) => {
                    instructions.extend([LOAD_FAST, 0]);
                    let to = starts[to % statements.len()];
                    let ops = [POP_JUMP, POP_JUMP, POP_JUMP_BACKWARD];
                    instructions.extend(jump(version, ops, to, end, prefixes));
                }
                Statement::Jump(to) => {
                    let to = starts[to % statements.len()];
                    let ops = [JUMP_FORWARD, JUMP_ABSOLUTE, JUMP_BACKWARD];
                    instructions.extend(jump(version, ops, to, end, prefixes));
                }
            }
        }
        instructions.extend([LOAD_CONST, 0, RETURN_VALUE, 0]);
        let mut spans: Vec<(u32, u8)> = Vec::new();
        for (at, (_, line)) in statements.iter().enumerate() {
            spans.push((starts[at + 1] - starts[at], *line));
        }
        spans.push((2, 7));
        Self { version, lines: table(version, &spans), instructions }
    }

    fn code(&self) -> Code<'_> {
        Code {
            version: self.version,
            instructions: &self.instructions,
            lines: &self.lines,
            exceptions: &[],
            first_line: 1,
            stack_size: 2,
            constants: CONSTANTS,
            flags: 0,
        }
    }
}

/// A jump; operations forward, absolute and backward.
fn jump(version: Version, ops: [u8; 3], to: u32, end: u32, prefixes: u32) -> Vec<u8> {
    let (op, arg) = match version {
        Version::V39 => (ops[1], to * 2),
        Version::V310 => (ops[1], to),
        Version::V311 if to >= end => (ops[0], to - end),
        Version::V311 => (ops[2], end - to),
    };
    let [_, _, high, low] = arg.to_be_bytes();
    let bytes = [EXTENDED_ARG, high, op, low];
    bytes[if prefixes > 0 { 0 } else { 2 }..].to_vec()
}

/// The table of lines for stretches of (units, line).
fn table(version: Version, spans: &[(u32, u8)]) -> Vec<u8> {
    let (mut out, mut before) = (Vec::new(), 1_u8);
    if version == Version::V311 {
        out.push(0xf8);
    }
    for (at, (units, line)) in spans.iter().enumerate() {
        let step = line.wrapping_sub(before);
        let bytes = |units: u32| u8::try_from(units * 2).expect("stretches are short");
        match version {
            // Steps of the address lead to the stretch.
            Version::V39 => {
                let to_it = at.checked_sub(1).map_or(0, |before| spans[before].0);
                out.extend([bytes(to_it), step]);
            }
            Version::V310 => out.extend([bytes(*units), step]),
            Version::V311 => {
                let step = i16::from(step.cast_signed());
                let sign = u8::from(step < 0);
                let step = u8::try_from(step.unsigned_abs()).expect("steps are small") << 1 | sign;
                out.extend([
                    0x80 | 13 << 3 | u8::try_from(units - 1).expect("stretches are short"),
                    step,
                ]);
            }
        }
        before = *line;
    }
    out
}

/// The instructions of a run, as (unit of the first prefix, operation, argument, unit behind).
fn decode(bytes: &[u8]) -> Vec<(u32, u8, u32, u32)> {
    let (mut found, mut start, mut arg) = (Vec::new(), 0, 0);
    for (unit, [op, low]) in (0..).zip(bytes.as_chunks::<2>().0) {
        arg = arg << 8 | u32::from(*low);
        if *op != EXTENDED_ARG {
            found.push((start, *op, arg, unit + 1));
            (start, arg) = (unit + 1, 0);
        }
    }
    found
}

/// Runs code with the given answers to its branches: the old instructions it came by, as (operation,
/// argument if it is no jump), and the hooks that were asked, each with how many of those came before.
fn run(version: Version, bytes: &[u8], answers: &[bool]) -> (Vec<u32>, Vec<(usize, u32)>) {
    let all = decode(bytes);
    let by_start: BTreeMap<u32, usize> =
        all.iter().enumerate().map(|(at, one)| (one.0, at)).collect();
    let (mut at, mut path, mut hooks) = (0, Vec::new(), Vec::new());
    let mut answers = answers.iter().cycle();
    while path.len() < MOST_STEPS {
        let (start, op, arg, end) = all[at];
        let target = match (version, op) {
            (Version::V39, JUMP_ABSOLUTE | POP_JUMP) => Some(arg / 2),
            (Version::V310, JUMP_ABSOLUTE | POP_JUMP) => Some(arg),
            (Version::V39, JUMP_FORWARD) => Some(end + arg / 2),
            (_, JUMP_FORWARD | POP_JUMP) => Some(end + arg),
            (_, JUMP_BACKWARD | POP_JUMP_BACKWARD) => Some(end - arg),
            _ => None,
        };
        if op == LOAD_CONST && arg >= CONSTANTS {
            hooks.push((path.len(), arg));
            // UNARY_NOT and POP_TOP belong to the call.
            assert_eq!((all[at + 1].1, all[at + 2].1), (12, POP_TOP));
            at += 3;
            continue;
        }
        path.push(start);
        if op == RETURN_VALUE {
            break;
        }
        let may = matches!(op, POP_JUMP | POP_JUMP_BACKWARD);
        let jumps = target.is_some() && (!may || *answers.next().expect("it goes round"));
        at = if jumps { by_start[&target.expect("it jumps")] } else { at + 1 };
    }
    (path, hooks)
}

/// Lines of the old instructions, by their first unit.
fn lines_of(function: &Function, statements: &[(Statement, u8)]) -> BTreeMap<u32, u8> {
    let mut lines = BTreeMap::new();
    let mut all = decode(&function.instructions).into_iter();
    if function.version == Version::V311 {
        lines.insert(all.next().expect("it resumes").0, 0);
    }
    for (statement, line) in statements {
        let count = match statement {
            Statement::Pass | Statement::Jump(_) => 1,
            Statement::Expression | Statement::Branch(_) => 2,
        };
        lines.extend(all.by_ref().take(count).map(|one| (one.0, *line)));
    }
    lines.extend(all.map(|one| (one.0, 7)));
    lines
}

/// How often each line is entered on a path.
fn entered(version: Version, path: &[u32], lines: &BTreeMap<u32, u8>) -> BTreeMap<u8, usize> {
    let mut count = BTreeMap::new();
    for (at, unit) in path.iter().enumerate() {
        let line = lines[unit];
        let before = at.checked_sub(1).map(|before| path[before]);
        let begins = lines.range(..unit).next_back().is_none_or(|(_, above)| *above != line);
        let is_back = before.is_some_and(|before| before >= *unit);
        let moves = before.is_none_or(|before| lines[&before] != line);
        if line != 0 && moves && (version != Version::V39 || begins || is_back) {
            *count.entry(line).or_default() += 1;
        }
    }
    count
}

fn with_all_lines(code: &Code<'_>) -> Result<(Rewritten, Vec<u32>), Refusal> {
    let lines = executable_lines(code)?;
    let insert = |(at, line): (u32, &u32)| Insert {
        spot: Spot::Line(*line),
        constant: CONSTANTS + at * 300,
    };
    let inserts: Vec<Insert> = (0..).zip(&lines).map(insert).collect();
    Ok((rewrite(code, &inserts)?, lines))
}

proptest! {
    #[test]
    fn nothing_inserted_changes_nothing(version in versions(), statements in statements()) {
        let function = Function::make(version, &statements);
        let same = rewrite(&function.code(), &[]).unwrap();
        prop_assert_eq!(same.instructions, function.instructions.clone());
        prop_assert_eq!(same.lines, function.lines.clone());
        prop_assert_eq!((same.exceptions, same.stack_size), (Vec::new(), 2));
    }

    #[test]
    fn a_line_is_hit_as_often_as_it_is_entered(
        version in versions(),
        statements in statements(),
        answers in prop::collection::vec(any::<bool>(), 1..40),
    ) {
        let function = Function::make(version, &statements);
        let (new, lines) = with_all_lines(&function.code()).unwrap();
        let (path, none) = run(version, &function.instructions, &answers);
        prop_assert!(none.is_empty());
        let hooks = run(version, &new.instructions, &answers).1;
        let mut hits: BTreeMap<u8, usize> = BTreeMap::new();
        for (_, constant) in hooks {
            let line = lines[((constant - CONSTANTS) / 300) as usize];
            *hits.entry(u8::try_from(line).unwrap()).or_default() += 1;
        }
        // A run that does not end is cut off earlier in the new code, whose jumps over calls count.
        if path.len() < MOST_STEPS / 2 {
            prop_assert_eq!(hits, entered(version, &path, &lines_of(&function, &statements)));
        }
    }

    #[test]
    fn any_bytes_are_answered(
        version in versions(),
        instructions in prop::collection::vec(any::<u8>(), 0..400),
        lines in prop::collection::vec(any::<u8>(), 0..100),
        exceptions in prop::collection::vec(any::<u8>(), 0..100),
        (first_line, stack_size, constants) in any::<(u32, u32, u32)>(),
        wanted in any::<u32>(),
    ) {
        let code = Code {
            version, instructions: &instructions, lines: &lines, exceptions: &exceptions,
            first_line, stack_size, constants, flags: 0,
        };
        let _ = with_all_lines(&code);
        let line = Spot::Line(wanted);
        for spot in [line, Spot::Start, Spot::Exit, Spot::Yield, Spot::Resume, Spot::Unwind] {
            let _ = rewrite(&code, &[Insert { spot, constant: wanted }]);
        }
    }

    #[test]
    fn a_damaged_function_is_answered(
        version in versions(),
        statements in statements(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        of_lines in any::<bool>(),
    ) {
        let mut function = Function::make(version, &statements);
        for (at, byte) in damage {
            let bytes = if of_lines { &mut function.lines } else { &mut function.instructions };
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((new, _)) = with_all_lines(&function.code()) {
            prop_assert!(new.instructions.len() >= function.instructions.len());
        }
    }
}

#[test]
fn far_jumps_gain_prefixes() {
    for version in [Version::V39, Version::V310, Version::V311] {
        let mut statements = vec![(Statement::Expression, 3); 9_000];
        let one = (Statement::Branch(0), 4);
        statements.insert(4_000, one.clone());
        statements.push(one);
        let function = Function::make(version, &statements);
        let (new, lines) = with_all_lines(&function.code()).unwrap();
        assert_eq!(lines, [3, 4, 7]);
        let (path, hooks) = run(version, &new.instructions, &[true]);
        assert_eq!(path.len(), MOST_STEPS, "{version:?}");
        assert_eq!(hooks[0].1, CONSTANTS);
    }
}
