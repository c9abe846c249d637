//! What the tests of the whole product share: the source tree and the programs under test.
//!
//! Knows nothing of how a part works inside. Invariant: every wait in here has a bound, and every
//! process started here ends with the value that started it.

pub mod agent;
pub mod app;
mod ffi;
pub mod java;
pub mod process;
pub mod rust_text;
pub mod sample;
pub mod stand;
pub mod tool;
pub mod tree;
pub mod writer;

/// Makes each named function, which takes a [`stand::Stand`], a test on every supported CPython.
#[macro_export]
macro_rules! on_each_python {
    ($($name:ident),+ $(,)?) => {
        mod cp39 {
            $(#[test]
            fn $name() {
                $crate::stand::with("39", super::$name);
            })+
        }
        mod cp310 {
            $(#[test]
            fn $name() {
                $crate::stand::with("310", super::$name);
            })+
        }
        mod cp311 {
            $(#[test]
            fn $name() {
                $crate::stand::with("311", super::$name);
            })+
        }
        mod cp312 {
            $(#[test]
            fn $name() {
                $crate::stand::with("312", super::$name);
            })+
        }
        mod cp313 {
            $(#[test]
            fn $name() {
                $crate::stand::with("313", super::$name);
            })+
        }
    };
}
