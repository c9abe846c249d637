//! Evaluation: what each operation means on values of the application, without running its code.

mod aggregate;
mod bigint;
mod branch;
mod call;
mod context;
mod element;
mod equal;
mod float;
mod load;
mod loose;
mod machine;
mod number;
mod open;
mod ordered;
mod parts;
mod sequence;
mod typed;

pub(super) use bigint::nibbles;
pub use context::FUEL;
pub(super) use context::Operand;
pub(super) use machine::{Exit, Large, Small};
pub(super) use number::compare_ints;
pub(super) use typed::Digits;

use context::{Ctx, Outcome, no_index};
