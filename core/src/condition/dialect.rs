//! What differs between the languages conditions are typed in, as a table.

/// One language.
#[derive(Debug)]
pub struct Dialect {
    /// Its name, for messages.
    pub name: &'static str,
}

/// Python 3.
pub static PYTHON: Dialect = Dialect { name: "Python" };
