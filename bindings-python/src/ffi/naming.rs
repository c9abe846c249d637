//! Qualified names of code objects before CPython 3.11, whose code has none of its own.
//!
//! Read from the bytecode that makes functions and class bodies: the compiler put each name there.
//! Knows three instructions of 3.9 and 3.10 (`Lib/opcode.py`), which have the same numbers in both.
//! Invariant: a name found here is the one that the compiler gave.

use super::extra;
use super::layout::code;
use super::memory::Gil;
use super::object::Obj;
use stillframe_core::value::Text;

const STORE_NAME: u8 = 90;
const LOAD_CONST: u8 = 100;
const MAKE_FUNCTION: u8 = 132;
const EXTENDED_ARG: u8 = 144;
/// `CO_OPTIMIZED`: the body of a function, not of a class or module.
const OPTIMIZED: u32 = 1;

/// Names the code among the constants of `code`.
pub(crate) fn name_inner(code: Obj, gil: Gil<'_>) {
    let constants = code.code_consts().map(|consts| consts.items(gil)).unwrap_or_default();
    if !constants.iter().any(|constant| constant.ty().is_code()) {
        return;
    }
    let mut loaded = [None; 2];
    for (operation, argument) in instructions(code, gil) {
        match operation {
            LOAD_CONST => loaded = [loaded[1], constants.get(argument).copied()],
            MAKE_FUNCTION => {
                if let [Some(inner), Some(name)] = loaded
                    && inner.ty().is_code()
                {
                    extra::set_name(inner, own_name(inner, gil).unwrap_or(name));
                }
            }
            _ => loaded = [None; 2],
        }
    }
}

/// What the body of a class stores as its `__qualname__`: `MAKE_FUNCTION` has the short name only.
fn own_name(code: Obj, gil: Gil<'_>) -> Option<Obj> {
    if code.field::<u32>(code::FLAGS) & OPTIMIZED != 0 {
        return None;
    }
    let names = code.slot(code::NAMES)?.items(gil);
    let constants = code.code_consts()?.items(gil);
    let mut loaded = None;
    for (operation, argument) in instructions(code, gil) {
        let stored = (operation == STORE_NAME).then(|| names.get(argument)).flatten();
        if stored.is_some_and(|name| matches!(name.text(gil), Text::Utf8("__qualname__"))) {
            return loaded;
        }
        loaded = (operation == LOAD_CONST).then(|| constants.get(argument).copied()).flatten();
    }
    None
}

/// Instructions with their arguments put together.
fn instructions<'g>(code: Obj, gil: Gil<'g>) -> impl Iterator<Item = (u8, usize)> {
    let bytes: &'g [u8] = code
        .slot(code::INSTRUCTIONS)
        .filter(|bytes| bytes.ty().is_bytes())
        .map(|bytes| bytes.bytes(gil))
        .unwrap_or_default();
    let mut above = 0_usize;
    bytes.chunks_exact(2).filter_map(move |unit| {
        let argument = above << 8 | usize::from(unit[1]);
        above = if unit[0] == EXTENDED_ARG { argument } else { 0 };
        (unit[0] != EXTENDED_ARG).then_some((unit[0], argument))
    })
}
