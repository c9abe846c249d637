//! Reads through the interpreter's public API, where the canary did not prove offsets.
//!
//! Slow and safe: only functions that run no code of the application, after an exact check of the
//! type, and that neither cache nor make anything that the application could see. Knows no offsets.
//! Invariant: what a read had to make or copy lives until its [`Asking`] ends.

mod attribute;
mod frame;
mod kept;
mod value;

pub(super) use attribute::{Listed, class_slots, member, stored, stored_attributes};
pub(super) use frame::{
    back, code, code_name, consts, current, filename, instruction, line, namespace, namespaces,
    variable,
};
pub(crate) use kept::Asking;
pub(super) use value::{
    big_int, bytes, contents, dict_find, exception_args, int, item, items, items_len, key_object,
    qualname, range_len, range_part, same_text, set_next, suspended_code, text, wrapped,
};
