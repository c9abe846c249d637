//! Conditions as Java bytecode: the class that a hook calls.
//!
//! Knows the core's trees, the class file writer and the names of the bridge; no JVM, and of the
//! application's classes what [`Classes`] tells. Invariant: what a generated class decides is what
//! the core's machine would decide; where it cannot be sure it hands the whole condition over to the
//! machine, and it neither raises nor runs code of the application.

mod call;
mod classes;
mod code;
mod compare;
mod generate;
mod number;
mod read;
mod test;
mod ty;
mod value;

pub use classes::{ClassHandle, Classes, FieldAt, SlotAt};
pub use generate::{Generated, LocalAt, PROBE, Site, Task, generate};
