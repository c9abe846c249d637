//! A checked tree to instructions.

mod compiler;
mod each;
mod loose;
mod membership;
mod open;
mod test;
mod value;

pub(super) use compiler::compile;
