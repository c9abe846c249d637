//! Names of classes: from the machine's signatures to what people write.
//!
//! Knows text only. Invariant: every signature of a class has a name, however odd.

/// A class's name, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassName<'s> {
    /// Folder-like: `com/acme`, empty for the unnamed package.
    package: &'s str,
    /// `Orders$Line`.
    last: &'s str,
}

impl<'s> ClassName<'s> {
    /// The name in a signature (`Lcom/acme/Orders$Line;`).
    pub(crate) fn of(signature: &'s str) -> Self {
        let inner = signature.strip_prefix('L').unwrap_or(signature);
        let inner = inner.strip_suffix(';').unwrap_or(inner);
        let (package, last) = inner.rsplit_once('/').unwrap_or(("", inner));
        Self { package, last }
    }

    /// `Orders.Line`: as it is nested, without the package.
    pub(crate) fn nested(&self) -> String {
        self.last.replace('$', ".")
    }

    /// `Line`: the last part alone.
    pub(crate) fn simple(&self) -> &'s str {
        self.last.rsplit('$').next().unwrap_or(self.last)
    }

    /// `com.acme.Orders.Line`.
    pub(crate) fn dotted(&self) -> String {
        match self.package {
            "" => self.nested(),
            package => format!("{}.{}", package.replace('/', "."), self.nested()),
        }
    }

    /// Path of a source file of this class's package.
    pub(crate) fn path(&self, source_file: &str) -> String {
        match self.package {
            "" => source_file.to_owned(),
            package => format!("{package}/{source_file}"),
        }
    }

    /// What its source file is called where the class does not say: the outermost class's.
    pub(crate) fn likely_source_file(&self) -> String {
        format!("{}.java", self.last.split('$').next().unwrap_or(self.last))
    }

    /// Path of its class file below the root of a class path.
    pub(crate) fn class_file(&self) -> String {
        self.path(&format!("{}.class", self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_write_them() {
        let line = ClassName::of("Lcom/acme/Orders$Line;");
        assert_eq!(line.nested(), "Orders.Line");
        assert_eq!(line.simple(), "Line");
        assert_eq!(line.dotted(), "com.acme.Orders.Line");
        assert_eq!(line.path("Orders.java"), "com/acme/Orders.java");
        assert_eq!(line.likely_source_file(), "Orders.java");
        assert_eq!(line.class_file(), "com/acme/Orders$Line.class");
        let plain = ClassName::of("LMain;");
        assert_eq!(
            (plain.dotted().as_str(), plain.path("Main.java")),
            ("Main", "Main.java".into())
        );
    }
}
