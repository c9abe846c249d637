//! Code inserted into the methods of a class, all at once.
//!
//! Knows where things lie and what refers to places, not what is inserted. Invariant: what is not
//! named by an insertion stays byte for byte; every place that something names is the same
//! instruction afterwards, with what was inserted before it. Only a `new` is meant without that.

mod annotations;
mod layout;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use layout::{Layout, is_return, outgrown};

use crate::bytes::Put as _;
use crate::class::Class;
use crate::code::Code;
use crate::refusal::{Blame, Reason, Refusal};
use crate::verify::{MAPPED, Subject};
use crate::wrap::Wrap;
use crate::write::Constants;
use std::collections::BTreeMap;

/// Bytes of code from which on HotSpot compiles a method no longer.
const HUGE: usize = 8000;
/// Bytes of code a method may have.
const MOST_CODE: usize = 0xffff;

/// Code that runs before an instruction, whatever leads there. It takes nothing from the stack and
/// leaves nothing there, stores nothing, and has neither jumps nor ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// The method's index.
    pub method: usize,
    /// Where the instruction begins.
    pub pc: u16,
    /// The code.
    pub code: Vec<u8>,
    /// How much higher than the method's own the stack may grow.
    pub extra_stack: u16,
}

/// What inserted code refers to.
#[derive(Clone, Debug)]
pub struct Additions {
    /// Constants behind those of the class.
    pub constants: Constants,
    bootstraps: Vec<Vec<u8>>,
    first_bootstrap: u16,
}

impl Additions {
    /// Nothing yet.
    ///
    /// # Errors
    ///
    /// When the class is malformed.
    pub fn to(class: &Class<'_>) -> Result<Self, Reason> {
        let constants = Constants::behind(class.pool.count());
        let first_bootstrap = class.bootstraps()?;
        Ok(Self { constants, bootstraps: Vec::new(), first_bootstrap })
    }

    /// Adds a call site that a static method links, which is given a number.
    ///
    /// # Errors
    ///
    /// When there is no room for it.
    pub fn call_site(
        &mut self,
        link: [&str; 3],
        number: i32,
        name: &str,
        descriptor: &str,
    ) -> Result<u16, Reason> {
        let index = usize::from(self.first_bootstrap) + self.bootstraps.len();
        let index = u16::try_from(index).ok().filter(|index| *index < u16::MAX);
        let index = index.ok_or(Reason::ConstantsFull)?;
        let made = self.constants.call_site((link, number), index, name, descriptor)?;
        self.bootstraps.push(made.1);
        Ok(made.0)
    }
}

/// Inserts code. Insertions at one place run in the order they are given.
///
/// # Errors
///
/// When it cannot be; without what the refusal blames the rest may do.
pub fn patch(
    class: &Class<'_>,
    insertions: &[Insertion],
    additions: Additions,
) -> Result<Vec<u8>, Refusal> {
    patch_and_wrap(class, insertions, &[], additions)
}

pub(crate) fn patch_and_wrap(
    class: &Class<'_>,
    insertions: &[Insertion],
    wraps: &[Wrap],
    mut additions: Additions,
) -> Result<Vec<u8>, Refusal> {
    let mut methods: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, insertion) in insertions.iter().enumerate() {
        methods.entry(insertion.method).or_default().push(index);
    }
    for wrap in wraps {
        methods.entry(wrap.method).or_default();
    }
    // The codes by their place in the file: methods may come in any order.
    let mut parts = BTreeMap::new();
    for (method, of_method) in &methods {
        let refuse = Refusal::of_method(*method);
        let code = Code::read(class, *method).map_err(&refuse)?;
        let subject = Subject { class, code: &code, method: *method };
        let wrap = wraps.iter().find(|wrap| wrap.method == *method);
        let layout = Layout::new(subject, insertions, of_method, wrap)?;
        let written = tables::write(&subject, &layout, wrap, &mut additions).map_err(&refuse)?;
        if parts.insert(code.place.start, (code.place.end, written)).is_some() {
            return Err(Reason::Malformed("two methods share their code").into());
        }
    }
    assemble(class, &parts, &additions).map_err(|reason| Refusal { reason, blame: Blame::Class })
}

/// The file with other codes in it.
fn assemble(
    class: &Class<'_>,
    parts: &BTreeMap<usize, (usize, Vec<u8>)>,
    additions: &Additions,
) -> Result<Vec<u8>, Reason> {
    let mut constants = additions.constants.clone();
    let mut tail = Vec::new();
    if additions.bootstraps.is_empty() {
        tail.extend_from_slice(&class.bytes[class.attributes_at..]);
    } else {
        bootstraps(class, additions, &mut constants, &mut tail)?;
    }
    let mut out = Vec::with_capacity(class.bytes.len() * 2);
    out.extend_from_slice(&class.bytes[..8]);
    out.u2(constants.count());
    out.extend_from_slice(&class.bytes[10..class.pool_end]);
    out.extend_from_slice(constants.bytes());
    let mut at = class.pool_end;
    for (start, (end, written)) in parts {
        out.extend_from_slice(&class.bytes[at..*start]);
        out.extend_from_slice(written);
        at = *end;
    }
    out.extend_from_slice(&class.bytes[at..class.attributes_at]);
    out.extend_from_slice(&tail);
    Ok(out)
}

/// The class's attributes with more bootstrap methods.
fn bootstraps(
    class: &Class<'_>,
    additions: &Additions,
    constants: &mut Constants,
    out: &mut Vec<u8>,
) -> Result<(), Reason> {
    const NAME: &str = "BootstrapMethods";
    let full = |_| Reason::ConstantsFull;
    let is_there = class.attributes.iter().any(|one| one.name == NAME.as_bytes());
    let count = class.attributes.len() + usize::from(!is_there);
    out.u2(u16::try_from(count).map_err(full)?);
    let total = usize::from(additions.first_bootstrap) + additions.bootstraps.len();
    let total = u16::try_from(total).map_err(full)?;
    let added = additions.bootstraps.concat();
    let write = |out: &mut Vec<u8>, name: u16, old: &[u8]| -> Result<(), Reason> {
        out.u2(name);
        out.u4(u32::try_from(2 + old.len() + added.len()).map_err(full)?);
        out.u2(total);
        out.extend_from_slice(old);
        out.extend_from_slice(&added);
        Ok(())
    };
    for attribute in &class.attributes {
        if attribute.name == NAME.as_bytes() {
            write(out, attribute.name_index, attribute.content.get(2..).unwrap_or_default())?;
        } else {
            out.extend_from_slice(&class.bytes[attribute.place.clone()]);
        }
    }
    if !is_there {
        let name = constants.utf8(NAME)?;
        write(out, name, &[])?;
    }
    Ok(())
}

/// Whether code of a class needs stack maps where jumps lead.
pub(crate) fn needs_maps(class: &Class<'_>) -> bool {
    class.version >= MAPPED
}
