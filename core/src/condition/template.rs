//! Log templates: text with expressions in braces.

use super::Install;
use crate::error::{Error, ErrorKind, Result};
use crate::host::Scope;

/// A compiled log template.
#[derive(Debug)]
pub struct Template {
    source: Box<str>,
}

impl Template {
    /// Compiles `source`; spans of errors are in the template.
    pub fn compile(source: &str, install: &mut Install<'_>) -> Result<Self> {
        let _ = (source, install);
        Err(Error::new(ErrorKind::Unsupported, "templates cannot be compiled in this build"))
    }

    /// As typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Appends one line to `out`, at most `limits::LOG_LINE_BYTES` and never beyond its capacity.
    pub fn render<S: Scope>(&self, scope: &S, out: &mut Vec<u8>) {
        let _ = (scope, out);
    }
}
