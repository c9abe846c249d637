//! The code that calls the bridge.
//!
//! Knows the bridge's methods and how locals are loaded. Invariant: code here leaves the stack and
//! the locals as they were.

use super::{BRIDGE, Form};
use crate::bytes::Put as _;
use crate::descriptor::Kind;
use crate::locals::Local;
use crate::op;
use crate::patch::Additions;
use crate::refusal::Reason;
use crate::wrap::Wrap;
use crate::write::{Constants, int_bytes, local_bytes};

const OBJECT: &str = "java/lang/Object";
pub(super) const LINK: [&str; 3] = [
    BRIDGE,
    "link",
    "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;I)\
     Ljava/lang/invoke/CallSite;",
];
/// Name of the dynamic call.
pub(super) const NAME: &str = "probe";

fn load(code: &mut Vec<u8>, local: &Local) {
    code.extend(local_bytes(op::ILOAD + local.kind.family(), local.slot));
}

fn call(code: &mut Vec<u8>, constants: &mut Constants, method: [&str; 3]) -> Result<(), Reason> {
    code.push(op::INVOKESTATIC);
    code.u2(constants.method(method)?);
    Ok(())
}

/// Bytes of the code that a form of call makes.
pub(super) fn len(form: Form, site: i32, locals: &[Local]) -> usize {
    let loads = locals.iter().map(|local| match local.slot {
        0..=3 => 1,
        4..=255 => 2,
        _ => 4,
    });
    let number = |number: i32| match number {
        -1..=5 => 1,
        -128..=127 => 2,
        _ => 3,
    };
    let count = locals.len() as i32;
    let boxes = locals.iter().filter(|local| local.kind != Kind::Reference).count();
    let stores: usize = (0..count).map(|index| 2 + number(index)).sum();
    loads.sum::<usize>()
        + match form {
            Form::Dynamic => 5,
            Form::Boxed => 3 * boxes + stores + number(site) + number(count) + 6,
        }
}

/// The descriptor of a dynamic call that passes these locals.
pub(super) fn descriptor(locals: &[Local]) -> String {
    let parameters: String = locals.iter().map(Local::passed_as).collect();
    format!("({parameters})V")
}

/// The code of a dynamic call, and the stack it needs.
pub(super) fn dynamic(
    site: i32,
    locals: &[Local],
    additions: &mut Additions,
) -> Result<(Vec<u8>, u16), Reason> {
    let mut code = Vec::new();
    let mut words = 0;
    for local in locals {
        load(&mut code, local);
        words += local.kind.words();
    }
    code.push(op::INVOKEDYNAMIC);
    code.u2(additions.call_site(LINK, site, NAME, &descriptor(locals))?);
    code.u2(0);
    debug_assert_eq!(code.len(), len(Form::Dynamic, site, locals));
    Ok((code, words))
}

/// The code of a call with an array, and the stack it needs.
pub(super) fn boxed(
    site: i32,
    locals: &[Local],
    constants: &mut Constants,
) -> Result<(Vec<u8>, u16), Reason> {
    let mut code = int_bytes(site, constants)?;
    code.extend(int_bytes(locals.len() as i32, constants)?);
    code.push(op::ANEWARRAY);
    code.u2(constants.class(OBJECT)?);
    for (index, local) in (0..).zip(locals) {
        code.push(op::DUP);
        code.extend(int_bytes(index, constants)?);
        load(&mut code, local);
        if local.kind != Kind::Reference {
            let descriptor = format!("({})Ljava/lang/Object;", local.descriptor);
            call(&mut code, constants, [BRIDGE, "box", &descriptor])?;
        }
        code.push(op::AASTORE);
    }
    call(&mut code, constants, [BRIDGE, "boxed", "(I[Ljava/lang/Object;)V"])?;
    debug_assert_eq!(code.len(), len(Form::Boxed, site, locals));
    // The number, the array twice, an index and a wide value.
    Ok((code, 6))
}

/// The code around a method.
pub(super) fn around(method: usize, site: i32, constants: &mut Constants) -> Result<Wrap, Reason> {
    let number = int_bytes(site, constants)?;
    let (mut entry, mut exit) = (number.clone(), number.clone());
    call(&mut entry, constants, [BRIDGE, "enter", "(I)V"])?;
    call(&mut exit, constants, [BRIDGE, "leave", "(I)V"])?;
    let mut unwind = vec![op::DUP];
    unwind.extend(number);
    call(&mut unwind, constants, [BRIDGE, "unwind", "(Ljava/lang/Throwable;I)V"])?;
    // The exception twice and the number.
    Ok(Wrap { method, entry, exit, unwind, extra_stack: 3 })
}
