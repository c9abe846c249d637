//! `libstillframe_jvm.so`: Stillframe's agent inside a Java virtual machine.
//!
//! Thin: puts hooks into the bytes of classes, answers the core's questions about values, and hands
//! the API's calls on. The other half is the bridge, classes of package `java.stillframe` that run
//! on the application's threads (`java/`). Invariant: nothing that happens inside a hit raises,
//! runs code of the application or changes what it sees.

mod agent;
mod classes;
mod convert;
mod error;
mod ffi;
mod frame;
mod hook;
mod jvmti;
mod locate;
mod value;
