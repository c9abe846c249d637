//! Values of an open host, whose operators are methods of its classes: numbers are exact and compare
//! across kinds, few values are false, and an element that is absent is null.

mod call;
mod compare;
mod count;
mod element;
mod gather;
mod number;
mod search;
mod within;

pub(super) use compare::{eql, ordered, ranges_equal};
pub(super) use number::{arithmetic, unary};
pub(super) use within::counted;
