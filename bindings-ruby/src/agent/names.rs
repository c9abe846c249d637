//! Names of a condition, resolved where its probe is armed.
//!
//! Invariant: a name means the local of that scope which Ruby itself would take.

use crate::ffi::code;
use crate::frame::Scopes;
use crate::locate;
use stillframe_core::host::{Names, UnknownName};

/// The names that one code sees.
pub(super) struct CodeNames {
    scopes: Scopes,
}

impl CodeNames {
    pub(super) fn new(code: usize) -> Self {
        let chain: Vec<_> = locate::scopes(code).into_iter().filter_map(code::wrapper).collect();
        Self { scopes: Scopes::of(&chain).unwrap_or_default() }
    }
}

impl Names for CodeNames {
    /// None is known until conditions are read as Ruby.
    fn slot(&mut self, _name: &str) -> Result<u16, UnknownName> {
        Err(UnknownName { nearest: self.scopes.names().take(3).map(str::to_owned).collect() })
    }

    fn is_builtin(&mut self, name: &str) -> bool {
        self.scopes.find(name).is_none()
    }
}
