//! What a generated class does with a hit: taken, handed over, lost, counted; never an exception.
//!
//! Knows the harness's bridge. Invariant: every local arrives in the type it was declared with.

use crate::cases::{WRITTEN, Way, case};
use crate::jvm::Jvm;
use crate::world::{Place, World};
use stillframe_classfile::write::{ClassWriter, PUBLIC, STATIC};
use stillframe_classfile::{Kind, op};
use stillframe_jvm_generator::{PROBE, Task};

const LOCALS: [&str; 10] = [
    "this:Lshop/Cart;",
    "z:Z",
    "b:B",
    "s:S",
    "c:C",
    "i:I",
    "l:J",
    "f:F",
    "d:D",
    "name:Ljava/lang/String;",
];
const VALUES: [&str; 10] = [
    "@cart",
    "Z1",
    "B-3",
    "S300",
    "C98",
    "I70000",
    "J1099511627776",
    "F3e800000",
    "D4023000000000000",
    "\"ann",
];

#[test]
fn hits_take_their_way() {
    let handed = Way { task: Task::Hand, ..WRITTEN };
    let counted = Way { is_counted: true, ..WRITTEN };
    let timed = Way { task: Task::Time, ..counted };
    let inside = Way { began: 5, ..timed };
    let with = |mode: &'static str, way: Way| Way { mode, ..way };
    let all: [(Option<&str>, Way, &str); 20] = [
        (None, WRITTEN, "open+finish+publish"),
        (None, handed, "hit"),
        (None, with("full", WRITTEN), "full"),
        (None, with("broken", WRITTEN), "open+abandon"),
        (None, with("broken", handed), "hit"),
        (Some("i == 70000"), WRITTEN, "open+finish+publish"),
        (Some("i == 70000"), counted, "open+finish+publish"),
        (Some("i == 70000"), handed, "hit"),
        (Some("i == 7"), handed, "false"),
        (Some("i == 7"), counted, "false counted"),
        (Some("i == 7 || nobody.id == 3"), counted, "slow"),
        (Some("name.matches(\"a\")"), WRITTEN, "slow"),
        (Some("name.matches(\"a\")"), with("broken", WRITTEN), "slow"),
        (None, timed, "begun keeps 77"),
        (Some("i == 70000"), timed, "begun keeps 77"),
        (Some("i == 7"), timed, "false counted keeps 1"),
        (Some("i == 70000"), inside, "false keeps 5"),
        (Some("name.matches(\"a\")"), timed, "slow keeps 78"),
        (Some("name.matches(\"a\")"), inside, "false keeps 5"),
        (Some("name.matches(\"a\")"), with("broken", timed), "slow keeps 1"),
    ];
    for jvm in Jvm::all("paths") {
        let world = World::read(&jvm.describe());
        let mut lines = Vec::new();
        for (token, (source, way, _)) in all.iter().enumerate() {
            let mut place = Place::new(&world, &LOCALS);
            let program = source.map(|source| place.compile(source).expect("it compiles"));
            lines.push(case(&mut place, program.as_ref(), token, &VALUES, *way).0);
        }
        let outcomes = jvm.check(&lines);
        for (token, ((source, _, expected), outcome)) in all.iter().zip(&outcomes).enumerate() {
            let is_silent = ["false", "false keeps 5"].contains(expected);
            let number = if is_silent { -1 } else { token as i32 + 100 };
            assert_eq!(*outcome, format!("{expected}\t{number}"), "{source:?}");
        }
    }
}

#[test]
fn a_place_without_locals() {
    for jvm in Jvm::all("bare") {
        let world = World::read("");
        let mut place = Place::new(&world, &[]);
        let (line, made) = case(&mut place, None, 0, &[], WRITTEN);
        assert_eq!((made.data, made.is_inline), (Vec::new(), true));
        assert_eq!(jvm.check(&[line]), ["open+finish+publish\t100"]);
    }
}

/// Without it the other tests would not show that what is generated verifies.
#[test]
fn the_verifier_is_on() {
    let mut class = ClassWriter::new(PUBLIC, PROBE, "java/lang/Object").expect("it fits");
    let wrong = class.method(PUBLIC | STATIC, "hit", "(Ljava/lang/Object;)V", |code| {
        code.load(Kind::Reference, 0)?;
        code.store(Kind::Int, 1)?;
        code.op(op::RETURN)
    });
    wrong.expect("only the verifier sees it");
    let bytes = class.finish().expect("it fits");
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for jvm in Jvm::all("verifier") {
        let outcome = jvm.check(&[format!("0\t(Ljava/lang/Object;)V\t{hex}\t\t\tN")]);
        assert!(outcome[0].starts_with("raised java.lang.VerifyError"), "{outcome:?}");
    }
}
