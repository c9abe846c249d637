//! Generated classes in real JVMs, with the verifier on.
//!
//! Knows the harness in `tests/harness`. Invariant: a JDK that is absent is a failure in CI and a loud
//! skip elsewhere.

mod agrees;
mod cases;
mod decided;
mod expressions;
mod jvm;
mod measure;
mod paths;
mod vectors;
mod world;
