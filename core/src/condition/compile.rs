//! A checked tree to instructions.

mod compiler;
mod loose;
mod membership;
mod test;
mod value;

pub(super) use compiler::compile;
