//! What a hook whose condition is false adds to a hot loop, in nanoseconds.
//!
//! Knows no target but the one in the manual. Invariant: each condition has a process of its own.

use crate::cases::{WRITTEN, case};
use crate::jvm::Jvm;
use crate::world::{Place, World};

const CONDITIONS: [&str; 8] = [
    "x == 1234567890",
    "x > 5 && x % 1024 == 77 && x == 1234567890",
    "amount == 13",
    "this.amount > 100 && x == 1234567890",
    "user.id == 8",
    "name == \"bob\"",
    "status == Status.CLOSED",
    "tags.get(\"k\") == 9",
];

#[test]
#[ignore = "measures: run it alone, with --ignored --nocapture"]
fn a_false_condition() {
    for jvm in Jvm::all("measure") {
        let world = World::read(&jvm.describe());
        println!("{}", jvm.name());
        for source in CONDITIONS {
            let mut place = Place::new(&world, &["this:Lshop/Cart;", "x:I"]);
            let program = place.compile(source).expect("it compiles");
            let (line, made) = case(&mut place, Some(&program), 0, &[], WRITTEN);
            assert!(made.is_inline, "{source}");
            let said = jvm.measure(&line);
            let (base, added) = said.trim().split_once(' ').expect("two numbers");
            println!("{added:>6} ns added to {base} by {source}");
        }
    }
}
