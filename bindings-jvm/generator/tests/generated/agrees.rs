//! Conditions nobody thought of: what a generated class decides is what the core's machine decides.
//!
//! Knows arithmetic and logic over primitives. Invariant: each run has the same conditions, unless
//! `STILLFRAME_SEED` says otherwise.

use crate::cases::{WRITTEN, case};
use crate::expressions::{Dice, LOCALS, Primitives};
use crate::jvm::Jvm;
use crate::world::{Place, World};

/// Conditions in one run.
const COUNT: usize = 1_500;

#[test]
fn the_machine_decides_the_same() {
    let seed = std::env::var("STILLFRAME_SEED").ok().and_then(|seed| seed.parse().ok());
    let world = World::read("");
    for jvm in Jvm::all("agrees") {
        let mut dice = Dice::new(seed.unwrap_or(7));
        let (mut lines, mut expected) = (Vec::new(), Vec::new());
        while lines.len() < COUNT {
            let source = dice.boolean(4);
            let mut place = Place::new(&world, &LOCALS);
            // Some are too deep, or hold what is refused.
            let Ok(program) = place.compile(&source) else { continue };
            let values = Primitives::throw(&mut dice);
            let texts: Vec<&str> = values.texts.iter().map(String::as_str).collect();
            let (line, made) = case(&mut place, Some(&program), lines.len(), &texts, WRITTEN);
            let shown = texts.join(" ");
            expected.push((source, shown, values.test(&program, &mut place), made.is_inline));
            lines.push(line);
        }
        let outcomes = jvm.check(&lines);
        let (mut decided, mut known) = (0, 0);
        for ((source, values, verdict, is_inline), outcome) in expected.iter().zip(&outcomes) {
            let word = outcome.split('\t').next().unwrap_or_default();
            let said = format!("{source} with {values}: {outcome}, the machine: {verdict:?}");
            match word {
                "open+finish+publish" => assert_eq!(*verdict, Some(true), "{said}"),
                "false" => assert_eq!(*verdict, Some(false), "{said}"),
                "slow" => assert!(verdict.is_none() || !is_inline, "{said}"),
                _ => panic!("{said}"),
            }
            decided += usize::from(word != "slow");
            known += usize::from(verdict.is_some());
        }
        println!("{decided} of {known} conditions that have an outcome were decided in bytecode");
        assert!(decided * 10 > known * 9, "only {decided} of {known} were decided in bytecode");
    }
}
