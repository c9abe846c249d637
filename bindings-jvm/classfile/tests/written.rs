//! Classes that were written, run by a JVM with its verifier on.
//!
//! Knows the writer's public calls. Invariant: what is expected was worked out by hand.

#[path = "support/jdk.rs"]
#[expect(unreachable_pub, reason = "a support file of several test crates")]
mod jdk;

use std::process::Command;
use stillframe_classfile::write::{Assembler, ClassWriter, Label, PUBLIC, STATIC, WriteError};
use stillframe_classfile::{Kind, op};

type Done = Result<(), WriteError>;
const PRINTER: [&str; 3] = ["java/lang/System", "out", "Ljava/io/PrintStream;"];

fn print(
    code: &mut Assembler<'_>,
    descriptor: &str,
    push: impl FnOnce(&mut Assembler<'_>) -> Done,
) -> Done {
    code.get_static(PRINTER)?;
    push(code)?;
    code.invoke_virtual(["java/io/PrintStream", "println", descriptor])
}

/// `static int f(int, long)` with a switch, a loop and a handler.
fn fill(code: &mut Assembler<'_>) -> Done {
    let [one, many, other, around, out, from, to, caught]: [Label; 8] =
        std::array::from_fn(|_| code.label());
    code.load(Kind::Int, 0)?;
    code.switch(&[(1000, many), (-1, one)], other)?;
    code.bind(one);
    code.push_int(40_000)?;
    code.op(op::IRETURN)?;
    code.bind(many);
    code.push_int(0)?;
    code.store(Kind::Int, 300)?;
    code.bind(around);
    code.increment(300, 3)?;
    code.load(Kind::Int, 300)?;
    code.push_int(-129)?;
    code.op(op::IADD)?;
    code.jump(op::IFLT, around)?;
    code.load(Kind::Int, 300)?;
    code.op(op::IRETURN)?;
    code.bind(other);
    code.bind(from);
    code.load(Kind::Long, 1)?;
    code.push_long(0)?;
    code.op(op::LDIV)?;
    code.op(op::L2I)?;
    code.bind(to);
    code.jump(op::GOTO, out)?;
    code.bind(caught);
    code.op(op::POP)?;
    code.push_int(-1)?;
    code.bind(out);
    code.op(op::IRETURN)?;
    code.handler(from, to, caught, Some("java/lang/ArithmeticException"))
}

fn main_method(code: &mut Assembler<'_>) -> Done {
    for (argument, long) in [(-1, 5), (1000, 5), (7, 1)] {
        print(code, "(I)V", |code| {
            code.push_int(argument)?;
            code.push_long(long)?;
            code.invoke_static(["Written", "f", "(IJ)I"])
        })?;
    }
    print(code, "(Ljava/lang/String;)V", |code| code.push_string("a\0\u{1f600}"))?;
    print(code, "(D)V", |code| code.push_double(0.5))?;
    print(code, "(F)V", |code| code.push_float(-0.25))?;
    print(code, "(Z)V", |code| {
        code.push_class("[I")?;
        code.instance_of("java/lang/Class")
    })?;
    print(code, "(J)V", |code| {
        code.push_long(i64::MIN)?;
        code.put_static(["Written", "kept", "J"])?;
        code.get_static(["Written", "kept", "J"])
    })?;
    print(code, "(Ljava/lang/Object;)V", |code| {
        code.new_object("java/util/ArrayList")?;
        code.op(op::DUP)?;
        code.invoke_special(["java/util/ArrayList", "<init>", "()V"])?;
        code.cast("java/util/List")?;
        code.op(op::DUP)?;
        code.push_int(2)?;
        code.new_array("java/lang/Object")?;
        code.op(op::ARRAYLENGTH)?;
        code.invoke_static(["java/lang/Integer", "valueOf", "(I)Ljava/lang/Integer;"])?;
        code.invoke_interface(["java/util/List", "add", "(Ljava/lang/Object;)Z"])?;
        code.op(op::POP)
    })?;
    print(code, "(I)V", |code| {
        code.push_int(3)?;
        code.new_primitive_array("S")?;
        code.op(op::ARRAYLENGTH)
    })?;
    code.op(op::RETURN)
}

#[test]
fn what_was_written_runs() {
    let mut class = ClassWriter::new(PUBLIC, "Written", "java/lang/Object").unwrap();
    class.field(PUBLIC | STATIC, "kept", "J").unwrap();
    class.method(STATIC, "f", "(IJ)I", fill).unwrap();
    class.method(PUBLIC | STATIC, "main", "([Ljava/lang/String;)V", main_method).unwrap();
    if !jdk::is_there() {
        return;
    }
    let folder = jdk::folder("written");
    std::fs::write(folder.join("Written.class"), class.finish().unwrap()).unwrap();
    let mut java = Command::new("java");
    java.args(["-Dsun.stdout.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-cp"]);
    let text = jdk::run(java.arg(&folder).arg("Written"));
    let lines: Vec<&str> = text.lines().collect();
    let expected =
        ["40000", "129", "-1", "a\0\u{1f600}", "0.5", "-0.25", "true", "-9223372036854775808"];
    assert_eq!(lines[..expected.len()], expected);
    assert_eq!(lines[expected.len()..], ["[2]", "3"]);
}

fn fault(fill: impl FnOnce(&mut Assembler<'_>) -> Done) -> WriteError {
    let mut class = ClassWriter::new(PUBLIC, "Wrong", "java/lang/Object").expect("it fits");
    class.method(STATIC, "f", "()V", fill).expect_err("the code makes no sense")
}

#[test]
fn code_that_makes_no_sense_is_refused() {
    let none = fault(|_| Ok(()));
    assert_eq!(none, WriteError::Code("there is no code"));
    let low = fault(|code| code.op(op::POP));
    assert_eq!(low, WriteError::Code("the stack holds too little"));
    let over = fault(|code| code.push_int(1));
    assert_eq!(over, WriteError::Code("the code runs over its end"));
    let nowhere = fault(|code| {
        let label = code.label();
        code.jump(op::GOTO, label)
    });
    assert_eq!(nowhere, WriteError::Code("a label is nowhere"));
    let heights = fault(|code| {
        let label = code.label();
        code.push_int(1)?;
        code.bind(label);
        code.push_int(1)?;
        code.jump(op::IFEQ, label)?;
        code.push_int(1)?;
        code.jump(op::GOTO, label)
    });
    assert_eq!(heights, WriteError::Code("a place has two heights of the stack"));
    assert_eq!(fault(|code| code.op(op::BIPUSH)), WriteError::Code("an instruction has operands"));
}

#[test]
fn limits_are_refusals() {
    let pad = |count: usize| {
        move |code: &mut Assembler<'_>| {
            let end = code.label();
            code.jump(op::GOTO, end)?;
            for _ in 0..count {
                code.op(op::NOP)?;
            }
            code.bind(end);
            code.op(op::RETURN)
        }
    };
    assert_eq!(fault(pad(32_765)), WriteError::JumpTooFar);
    assert_eq!(fault(pad(70_000)), WriteError::TooLarge);
    let mut class = ClassWriter::new(PUBLIC, "Right", "java/lang/Object").unwrap();
    class.method(STATIC, "f", "()V", pad(32_764)).unwrap();
}
