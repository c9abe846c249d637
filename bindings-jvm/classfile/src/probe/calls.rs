//! The code that calls the bridge.
//!
//! Knows the bridge's methods and how locals are loaded. Invariant: code here leaves the stack and
//! the locals as they were.

use super::{BRIDGE, Form, Placed};
use crate::bytes::Put as _;
use crate::descriptor::Kind;
use crate::locals::Local;
use crate::op;
use crate::patch::Additions;
use crate::refusal::Reason;
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
            Form::Bare => 0,
            Form::Boxed => 3 * boxes + stores + number(site) + number(count) + 6,
        }
}

/// The descriptor of a dynamic call that passes these locals.
pub(super) fn descriptor(locals: &[Local], is_timed: bool) -> String {
    let parameters: String = locals.iter().map(Local::passed_as).collect();
    if is_timed { format!("(J{parameters})J") } else { format!("({parameters})V") }
}

/// Loads locals; the stack they take.
fn loads(code: &mut Vec<u8>, locals: &[Local]) -> u16 {
    locals.iter().for_each(|local| load(code, local));
    locals.iter().map(|local| local.kind.words()).sum()
}

/// The code of a dynamic call, and the stack it needs.
pub(super) fn dynamic(
    site: i32,
    locals: &[Local],
    additions: &mut Additions,
) -> Result<(Vec<u8>, u16), Reason> {
    let mut code = Vec::new();
    let words = loads(&mut code, locals);
    code.push(op::INVOKEDYNAMIC);
    code.u2(additions.call_site(LINK, site, NAME, &descriptor(locals, false))?);
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
    let mut code = Vec::new();
    let words = array(&mut code, site, locals, constants)?;
    call(&mut code, constants, [BRIDGE, "boxed", "(I[Ljava/lang/Object;)V"])?;
    debug_assert_eq!(code.len(), len(Form::Boxed, site, locals));
    Ok((code, words))
}

/// Pushes the number of a site and its locals in an array; the stack it needs.
fn array(
    code: &mut Vec<u8>,
    site: i32,
    locals: &[Local],
    constants: &mut Constants,
) -> Result<u16, Reason> {
    code.extend(int_bytes(site, constants)?);
    code.extend(int_bytes(locals.len() as i32, constants)?);
    code.push(op::ANEWARRAY);
    code.u2(constants.class(OBJECT)?);
    for (index, local) in (0..).zip(locals) {
        code.push(op::DUP);
        code.extend(int_bytes(index, constants)?);
        load(code, local);
        if local.kind != Kind::Reference {
            let descriptor = format!("({})Ljava/lang/Object;", local.descriptor);
            call(code, constants, [BRIDGE, "box", &descriptor])?;
        }
        code.push(op::AASTORE);
    }
    // The number, the array twice, an index and a wide value.
    Ok(6)
}

/// The code that times something. Each part takes nothing from the stack and leaves nothing there.
pub(super) struct Timed {
    /// Says that no passage is under way.
    pub(super) outside: Vec<u8>,
    /// A passage begins, unless one is under way.
    pub(super) enter: Vec<u8>,
    /// It ends, if one is under way.
    pub(super) leave: Vec<u8>,
    /// An exception ends it, if one is under way.
    pub(super) unwind: Vec<u8>,
    /// The stack that each needs, with a thrown exception on it.
    pub(super) words: u16,
}

/// The code that times what `plan` says, with when a passage began in the variable `slot`.
pub(super) fn timed(
    site: i32,
    plan: &Placed,
    slot: u16,
    additions: &mut Additions,
) -> Result<Timed, Reason> {
    let (load, store) = (local_bytes(op::LLOAD, slot), local_bytes(op::LSTORE, slot));
    let number = int_bytes(site, &mut additions.constants)?;
    let (mut enter, mut words) = (load.clone(), 2);
    match plan.form {
        Form::Bare => {
            enter.extend(&number);
            call(&mut enter, &mut additions.constants, [BRIDGE, "enter", "(JI)J"])?;
            words += 1;
        }
        Form::Dynamic => {
            words += loads(&mut enter, &plan.locals);
            let descriptor = descriptor(&plan.locals, true);
            enter.push(op::INVOKEDYNAMIC);
            enter.u2(additions.call_site(LINK, site, NAME, &descriptor)?);
            enter.u2(0);
        }
        Form::Boxed => {
            words += array(&mut enter, site, &plan.locals, &mut additions.constants)?;
            let method = [BRIDGE, "enter", "(JI[Ljava/lang/Object;)J"];
            call(&mut enter, &mut additions.constants, method)?;
        }
    }
    enter.extend(&store);
    let (mut leave, mut unwind) = ([&load[..], &number].concat(), [&load[..], &number].concat());
    call(&mut leave, &mut additions.constants, [BRIDGE, "leave", "(JI)J"])?;
    leave.extend(&store);
    call(&mut unwind, &mut additions.constants, [BRIDGE, "unwind", "(JI)V"])?;
    let outside = [&[op::LCONST_0], &store[..]].concat();
    Ok(Timed { outside, enter, leave, unwind, words: words.max(3) + 1 })
}
