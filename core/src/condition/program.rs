//! A compiled condition or watch.

use super::{Dialect, Failure, Scratch};
use crate::error::{Error, ErrorKind, Result};
use crate::host::{Names, Scope};
use crate::redaction::Redaction;
use crate::value::Value;

/// What compiling needs to know of the place where the probe sits.
pub struct Install<'a> {
    /// The host's language.
    pub dialect: &'static Dialect,
    /// Resolves names at the probed line.
    pub names: &'a mut dyn Names,
    /// Attribute names of all programs of the site, which [`Attr::index`](crate::host::Attr::index)
    /// points into.
    pub attrs: &'a mut Vec<Box<str>>,
    /// Names that must not be reached.
    pub redaction: &'a Redaction,
}

/// A compiled expression.
#[derive(Debug)]
pub struct Program {
    source: Box<str>,
    canonical: Box<str>,
}

impl Program {
    /// Compiles `source` for one place in the code; the error has a span and says what to write.
    pub fn compile(source: &str, install: &mut Install<'_>) -> Result<Self> {
        check(source, install.dialect)?;
        Err(Error::new(ErrorKind::Unsupported, "conditions cannot be compiled in this build"))
    }

    /// As typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// In the host's own spelling, for the echo.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Whether the condition holds.
    #[inline]
    pub fn test<S: Scope>(&self, scope: &S) -> Result<bool, Failure> {
        let _ = scope;
        Ok(false)
    }

    /// The value, for a watch. A computed string lives in `scratch`.
    pub fn value<'a, S: Scope>(
        &'a self,
        scope: &'a S,
        scratch: &'a Scratch,
    ) -> Result<Value<'a>, Failure> {
        let _ = (scope, scratch);
        Ok(Value::Null)
    }

    /// What happened, in words: a fragment that names types, never values.
    pub fn explain(&self, failure: &Failure) -> String {
        failure.kind().word().to_owned()
    }

    /// What to write instead, where something works (`request._cached_user.id == 7`).
    pub fn hint(&self, failure: &Failure) -> Option<String> {
        let _ = failure;
        None
    }
}

/// Parses `source` without knowing the place it is for: what a hub or the command line can refuse
/// before anything is armed.
pub fn check(source: &str, dialect: &'static Dialect) -> Result<()> {
    let _ = (source, dialect);
    Ok(())
}
