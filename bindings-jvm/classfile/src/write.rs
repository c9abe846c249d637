//! Writes new classes.
//!
//! Knows no class that exists. Invariant: a class that was written can be loaded, if its code is one
//! that the verifier which infers types accepts: there are no stack maps.

mod assemble;
mod constants;
mod error;
mod layout;

pub use assemble::{Assembler, Label};
pub(crate) use assemble::{int_bytes, local_bytes};
pub use constants::Constants;
pub use error::WriteError;

/// `public`.
pub const PUBLIC: u16 = 0x0001;
/// `private`.
pub const PRIVATE: u16 = 0x0002;
/// `static`.
pub const STATIC: u16 = 0x0008;
/// `final`.
pub const FINAL: u16 = 0x0010;
/// What compilers of this age give every class.
pub const SUPER: u16 = 0x0020;
/// Not in any source.
pub const SYNTHETIC: u16 = 0x1000;

/// The last version whose code needs no stack maps.
const VERSION: u16 = 50;
/// The first version with `invokedynamic`. Its code needs no stack map only where nothing jumps.
const VERSION_OF_CALL_SITES: u16 = 51;

/// A class in the making.
#[derive(Clone, Debug)]
pub struct ClassWriter {
    constants: Constants,
    access: u16,
    name: u16,
    superclass: u16,
    fields: Vec<Vec<u8>>,
    methods: Vec<Vec<u8>>,
    bootstraps: Vec<Vec<u8>>,
}

impl ClassWriter {
    /// A class with neither fields nor methods.
    ///
    /// # Errors
    ///
    /// When a name is too long.
    pub fn new(access: u16, name: &str, superclass: &str) -> Result<Self, WriteError> {
        let mut constants = Constants::default();
        let (name, superclass) = (constants.class(name)?, constants.class(superclass)?);
        let (fields, methods, bootstraps) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { constants, access, name, superclass, fields, methods, bootstraps })
    }

    /// The constants, for those that code does not add by itself.
    pub fn constants(&mut self) -> &mut Constants {
        &mut self.constants
    }

    /// Adds a field.
    ///
    /// # Errors
    ///
    /// When there is no room for another constant.
    pub fn field(&mut self, access: u16, name: &str, descriptor: &str) -> Result<(), WriteError> {
        let head = self.head(access, name, descriptor)?;
        self.fields.push([&head[..], &[0, 0]].concat());
        Ok(())
    }

    /// Adds a method whose code `fill` writes.
    ///
    /// # Errors
    ///
    /// What `fill` answers, or what is wrong with the code.
    pub fn method(
        &mut self,
        access: u16,
        name: &str,
        descriptor: &str,
        fill: impl FnOnce(&mut Assembler<'_>) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let mut code = Assembler::new(&mut self.constants, access & STATIC != 0, descriptor)?;
        fill(&mut code)?;
        let code = code.finish()?;
        let mut method = self.head(access, name, descriptor)?;
        method.extend(1_u16.to_be_bytes());
        method.extend(self.constants.utf8("Code")?.to_be_bytes());
        method.extend(length(code.len())?.to_be_bytes());
        method.extend(code);
        self.methods.push(method);
        Ok(())
    }

    /// Adds a call site that a static method links, which is given a number. The class is of the first
    /// version that has such, so none of its code may jump.
    ///
    /// # Errors
    ///
    /// When there is no room for another constant.
    pub fn call_site(
        &mut self,
        link: [&str; 3],
        number: i32,
        name: &str,
        descriptor: &str,
    ) -> Result<u16, WriteError> {
        let index = u16::try_from(self.bootstraps.len()).map_err(|_| WriteError::TooLarge)?;
        let made = self.constants.call_site((link, number), index, name, descriptor)?;
        self.bootstraps.push(made.1);
        Ok(made.0)
    }

    /// The class's attributes: how its call sites are linked, if it has some.
    fn attributes(&mut self) -> Result<Vec<u8>, WriteError> {
        if self.bootstraps.is_empty() {
            return Ok(vec![0, 0]);
        }
        let name = self.constants.utf8("BootstrapMethods")?;
        let count = u16::try_from(self.bootstraps.len()).map_err(|_| WriteError::TooLarge)?;
        let content = [&count.to_be_bytes()[..], &self.bootstraps.concat()].concat();
        let mut out = [1, name].map(u16::to_be_bytes).concat();
        out.extend(length(content.len())?.to_be_bytes());
        out.extend(content);
        Ok(out)
    }

    fn head(&mut self, access: u16, name: &str, descriptor: &str) -> Result<Vec<u8>, WriteError> {
        let (name, descriptor) = (self.constants.utf8(name)?, self.constants.utf8(descriptor)?);
        Ok([access, name, descriptor].map(u16::to_be_bytes).concat())
    }

    /// The class file.
    ///
    /// # Errors
    ///
    /// When there are more fields or methods than one can hold.
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        let attributes = self.attributes()?;
        let version = match self.bootstraps.is_empty() {
            true => VERSION,
            false => VERSION_OF_CALL_SITES,
        };
        let mut out = vec![0xca, 0xfe, 0xba, 0xbe];
        let counts = [0, version, self.constants.count()];
        out.extend(counts.map(u16::to_be_bytes).concat());
        out.extend(self.constants.bytes());
        let head = [self.access | SUPER, self.name, self.superclass, 0];
        out.extend(head.map(u16::to_be_bytes).concat());
        for members in [self.fields, self.methods] {
            let count = u16::try_from(members.len()).map_err(|_| WriteError::TooLarge)?;
            out.extend(count.to_be_bytes());
            out.extend(members.concat());
        }
        out.extend(attributes);
        Ok(out)
    }
}

fn length(len: usize) -> Result<u32, WriteError> {
    u32::try_from(len).map_err(|_| WriteError::TooLarge)
}
