//! Values of a loose host: numbers are doubles beside exact integers, primitives are converted to what
//! fits together, and what is absent is undefined.

mod call;
mod compare;
mod datum;
mod element;
mod number;
mod numeral;
mod step;
mod text;

pub(super) use compare::{compare_values, same_value};
