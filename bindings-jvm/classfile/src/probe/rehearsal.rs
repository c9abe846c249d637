//! A class that calls as a probed line does, for a thread of ours to run first.
//!
//! Linking the first call of a type takes the machine up to 30 ms, during which it makes classes of its
//! own that it keeps for every further call of that type. Invariant: what is run does nothing else.

use super::calls::{LINK, NAME, descriptor};
use crate::descriptor::Kind;
use crate::locals::Local;
use crate::write::{ClassWriter, FINAL, PUBLIC, STATIC, SYNTHETIC, WriteError};

/// The number that `Bridge.link` is given by a rehearsal.
const NUMBER: i32 = -1;
const CLASS: &str = "java/stillframe/Rehearsal";

/// A class whose method `rehearse()V` makes once the call that a probe with these locals makes, one that
/// times or one that does not; its method `hit` takes them and is what the call is to be linked to.
///
/// # Errors
///
/// When the call would take more than one can.
pub fn rehearsal(locals: &[Local], is_timed: bool) -> Result<Vec<u8>, WriteError> {
    let descriptor = descriptor(locals, is_timed);
    let mut class = ClassWriter::new(PUBLIC | FINAL | SYNTHETIC, CLASS, "java/lang/Object")?;
    class.method(PUBLIC | STATIC, "hit", &descriptor, |asm| match is_timed {
        true => {
            asm.load(Kind::Long, 0)?;
            asm.op(crate::op::LRETURN)
        }
        false => asm.op(crate::op::RETURN),
    })?;
    let call = class.call_site(LINK, NUMBER, NAME, &descriptor)?;
    class.method(PUBLIC | STATIC, "rehearse", "()V", |asm| {
        if is_timed {
            asm.push_zero(Kind::Long)?;
        }
        locals.iter().try_for_each(|local| asm.push_zero(local.kind))?;
        asm.invoke_dynamic(call, &descriptor)?;
        if is_timed {
            asm.op(crate::op::POP2)?;
        }
        asm.op(crate::op::RETURN)
    })?;
    class.finish()
}
