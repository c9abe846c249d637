//! What is not patched, and that one insertion that cannot be keeps no other from it.
//!
//! Knows the crate's public calls. Invariant: each refusal names its own reason.

use stillframe_classfile::write::{Assembler, ClassWriter, PUBLIC, STATIC, WriteError};
use stillframe_classfile::{
    Additions, Blame, Class, Insertion, Kind, Reason, Refusal, field_read, op, patch,
};

type Done = Result<(), WriteError>;

/// A class with a static method `f()V` and an empty one, `g()V`.
fn class(fill: impl FnOnce(&mut Assembler<'_>) -> Done) -> Vec<u8> {
    let mut class = ClassWriter::new(PUBLIC, "Subject", "java/lang/Object").expect("it fits");
    class.method(STATIC, "f", "()V", fill).expect("the code is right");
    class.method(STATIC, "g", "()V", |code| code.op(op::RETURN)).expect("the code is right");
    class.finish().expect("it fits")
}

fn nops(count: usize) -> Vec<u8> {
    class(|code| {
        (0..count).try_for_each(|_| code.op(op::NOP))?;
        code.op(op::RETURN)
    })
}

fn insertion(method: usize, pc: u16, count: usize) -> Insertion {
    Insertion { method, pc, code: vec![op::NOP; count], extra_stack: 0 }
}

fn patched(bytes: &[u8], insertions: &[Insertion]) -> Result<Vec<u8>, Refusal> {
    let class = Class::read(bytes).expect("the class can be read");
    patch(&class, insertions, Additions::to(&class).expect("the class can be added to"))
}

fn refused(bytes: &[u8], insertions: &[Insertion]) -> (Reason, Blame) {
    let refusal = patched(bytes, insertions).expect_err("it cannot be patched");
    // Without what is blamed the others are placed.
    if let Blame::Insertion(index) = refusal.blame {
        let mut rest = insertions.to_vec();
        rest.remove(index);
        let done = patched(bytes, &rest).expect("the rest can be patched");
        assert!(Class::read(&done).is_ok());
    }
    (refusal.reason, refusal.blame)
}

#[test]
fn methods_stay_below_64_kb() {
    let bytes = nops(65_000);
    let small = insertion(1, 0, 3);
    assert!(patched(&bytes, &[insertion(0, 0, 534)]).is_ok());
    let (reason, blame) = refused(&bytes, &[small.clone(), insertion(0, 5, 535)]);
    assert_eq!((reason, blame), (Reason::TooLarge, Blame::Insertion(1)));
    let two = [insertion(0, 0, 300), insertion(0, 5, 300), small];
    assert_eq!(refused(&bytes, &two), (Reason::TooLarge, Blame::Insertion(1)));
}

#[test]
fn methods_stay_compiled() {
    let bytes = nops(7_000);
    assert!(patched(&bytes, &[insertion(0, 0, 998)]).is_ok());
    let (reason, blame) = refused(&bytes, &[insertion(0, 0, 10), insertion(0, 9, 989)]);
    assert_eq!((reason, blame), (Reason::TooLargeToCompile, Blame::Insertion(1)));
    // One that is not compiled anyway may grow.
    assert!(patched(&nops(8_000), &[insertion(0, 0, 5_000)]).is_ok());
}

#[test]
fn jumps_stay_within_32_kb() {
    let bytes = class(|code| {
        let end = code.label();
        code.jump(op::GOTO, end)?;
        (0..32_760).try_for_each(|_| code.op(op::NOP))?;
        code.bind(end);
        code.op(op::RETURN)
    });
    assert!(patched(&bytes, &[insertion(0, 3, 4)]).is_ok());
    let both = [insertion(0, 3, 5), insertion(0, 0, 9)];
    assert_eq!(refused(&bytes, &both), (Reason::JumpTooFar, Blame::Insertion(0)));
    // Behind the jump's target nothing gets longer; before it the jump moves as a whole.
    let outside = [insertion(0, 0, 90)];
    assert!(patched(&bytes, &outside).is_ok());
}

#[test]
fn a_place_inside_an_instruction_is_none() {
    let bytes = class(|code| {
        code.push_int(1000)?;
        code.store(Kind::Int, 0)?;
        code.op(op::RETURN)
    });
    let (reason, blame) = refused(&bytes, &[insertion(0, 0, 1), insertion(0, 1, 1)]);
    assert!(matches!(reason, Reason::Malformed(_)));
    assert_eq!(blame, Blame::Insertion(1));
    assert_eq!(refused(&bytes, &[insertion(7, 0, 1)]), (Reason::NoMethod, Blame::Method(7)));
}

#[test]
fn constants_run_out() {
    let mut writer = ClassWriter::new(PUBLIC, "Full", "java/lang/Object").expect("it fits");
    assert!((0..70_000).any(|number| writer.constants().int(number).is_err()));
    let bytes = writer.finish().expect("it fits");
    let class = Class::read(&bytes).expect("the class can be read");
    let mut additions = Additions::to(&class).expect("the class can be added to");
    let site = additions.call_site(["a", "b", "()V"], 7, "c", "()V");
    assert_eq!(site, Err(Reason::ConstantsFull));
}

#[test]
fn getters_are_known_by_their_code() {
    let mut writer = ClassWriter::new(PUBLIC, "Getters", "java/lang/Object").expect("it fits");
    let field = ["Getters", "kept", "J"];
    let getter = |code: &mut Assembler<'_>| {
        code.load(Kind::Reference, 0)?;
        code.get_field(field)?;
        code.op(op::LRETURN)
    };
    let other = |code: &mut Assembler<'_>| {
        code.load(Kind::Reference, 1)?;
        code.get_field(field)?;
        code.op(op::LRETURN)
    };
    let narrow = |code: &mut Assembler<'_>| {
        code.load(Kind::Reference, 0)?;
        code.get_field(["Getters", "other", "I"])?;
        code.op(op::IRETURN)
    };
    writer.method(PUBLIC, "yes", "()J", getter).expect("the code is right");
    writer.method(PUBLIC, "takes", "(I)J", getter).expect("the code is right");
    writer.method(PUBLIC | STATIC, "has", "(LGetters;LGetters;)J", other).expect("it is right");
    writer.method(PUBLIC, "narrows", "()B", narrow).expect("the code is right");
    writer.method(PUBLIC, "same", "()I", narrow).expect("the code is right");
    let bytes = writer.finish().expect("it fits");
    let class = Class::read(&bytes).expect("the class can be read");
    let read = |name: &str| {
        let method = class.methods.iter().position(|one| one.name == name);
        field_read(&class, method.expect("the method is there"))
    };
    let found = read("yes").expect("it is a getter");
    assert_eq!([&*found.class, &found.name, &found.descriptor], field);
    for name in ["takes", "has", "narrows"] {
        assert_eq!(read(name), None, "{name}");
    }
    assert!(read("same").is_some());
}
