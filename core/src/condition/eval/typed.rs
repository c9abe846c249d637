//! Values of a typed host: numbers have a width, only booleans are true or false, and what does not fit
//! together is an error.

mod call;
mod compare;
mod digits;
mod element;
mod number;
mod text;

pub(in crate::condition) use digits::Digits;

pub(super) use compare::{boolean, compare};
pub(super) use element::array_item;
pub(super) use number::{arithmetic, convert, promote, unary};
