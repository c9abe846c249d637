//! Constants in the making: each is kept once.
//!
//! Knows the form of constants, not who uses them. Invariant: an index that was given out keeps its
//! meaning.

use super::WriteError;
use crate::utf8;
use std::collections::HashMap;

/// Constants that are added to none, or behind those of a class.
#[derive(Clone, Debug)]
pub struct Constants {
    next: u16,
    bytes: Vec<u8>,
    known: HashMap<Vec<u8>, u16>,
}

impl Default for Constants {
    fn default() -> Self {
        Self::behind(1)
    }
}

impl Constants {
    /// Constants behind those of a class that counts `count` of them.
    pub(crate) fn behind(count: u16) -> Self {
        Self { next: count.max(1), bytes: Vec::new(), known: HashMap::new() }
    }

    /// What the class file says of their number: one more than the last index.
    pub(crate) fn count(&self) -> u16 {
        self.next
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn add(&mut self, tag: u8, parts: &[&[u8]]) -> Result<u16, WriteError> {
        let entry = [&[tag][..], &parts.concat()].concat();
        if let Some(index) = self.known.get(&entry) {
            return Ok(*index);
        }
        // Those of eight bytes take two indices.
        let step = if matches!(tag, 5 | 6) { 2 } else { 1 };
        let index = self.next;
        self.next = index.checked_add(step).ok_or(WriteError::ConstantsFull)?;
        self.bytes.extend_from_slice(&entry);
        self.known.insert(entry, index);
        Ok(index)
    }

    fn pair(&mut self, tag: u8, one: u16, two: u16) -> Result<u16, WriteError> {
        self.add(tag, &[&one.to_be_bytes(), &two.to_be_bytes()])
    }

    fn text_bytes(&mut self, bytes: &[u8]) -> Result<u16, WriteError> {
        let len = u16::try_from(bytes.len()).map_err(|_| WriteError::TextTooLong)?;
        self.add(1, &[&len.to_be_bytes(), bytes])
    }

    /// A name or a descriptor.
    ///
    /// # Errors
    ///
    /// As every constant: when it is too long or there is no room.
    pub fn utf8(&mut self, text: &str) -> Result<u16, WriteError> {
        self.text_bytes(&utf8::encode(text))
    }

    /// An `int`.
    ///
    /// # Errors
    ///
    /// When there is no room.
    pub fn int(&mut self, value: i32) -> Result<u16, WriteError> {
        self.add(3, &[&value.to_be_bytes()])
    }

    /// A `float`.
    ///
    /// # Errors
    ///
    /// When there is no room.
    pub fn float(&mut self, value: f32) -> Result<u16, WriteError> {
        self.add(4, &[&value.to_be_bytes()])
    }

    /// A `long`.
    ///
    /// # Errors
    ///
    /// When there is no room.
    pub fn long(&mut self, value: i64) -> Result<u16, WriteError> {
        self.add(5, &[&value.to_be_bytes()])
    }

    /// A `double`.
    ///
    /// # Errors
    ///
    /// When there is no room.
    pub fn double(&mut self, value: f64) -> Result<u16, WriteError> {
        self.add(6, &[&value.to_be_bytes()])
    }

    /// A class, by its name with slashes, or an array's descriptor.
    ///
    /// # Errors
    ///
    /// As every constant: when it is too long or there is no room.
    pub fn class(&mut self, name: &str) -> Result<u16, WriteError> {
        let name = self.utf8(name)?;
        self.add(7, &[&name.to_be_bytes()])
    }

    /// A string.
    ///
    /// # Errors
    ///
    /// As every constant: when it is too long or there is no room.
    pub fn string(&mut self, text: &str) -> Result<u16, WriteError> {
        let text = self.utf8(text)?;
        self.add(8, &[&text.to_be_bytes()])
    }

    /// A string of UTF-16 units, of which halves may be alone.
    ///
    /// # Errors
    ///
    /// As every constant: when it is too long or there is no room.
    pub fn string_of_units(&mut self, units: &[u16]) -> Result<u16, WriteError> {
        let text = self.text_bytes(&utf8::encode_units(units.iter().copied()))?;
        self.add(8, &[&text.to_be_bytes()])
    }

    /// A name with its descriptor.
    ///
    /// # Errors
    ///
    /// As every constant: when it is too long or there is no room.
    pub fn name_and_type(&mut self, name: &str, descriptor: &str) -> Result<u16, WriteError> {
        let (name, descriptor) = (self.utf8(name)?, self.utf8(descriptor)?);
        self.pair(12, name, descriptor)
    }

    fn member(&mut self, tag: u8, member: [&str; 3]) -> Result<u16, WriteError> {
        let [class, name, descriptor] = member;
        let class = self.class(class)?;
        let name_and_type = self.name_and_type(name, descriptor)?;
        self.pair(tag, class, name_and_type)
    }

    /// A field: class, name and descriptor.
    ///
    /// # Errors
    ///
    /// As every constant: when it is too long or there is no room.
    pub fn field(&mut self, field: [&str; 3]) -> Result<u16, WriteError> {
        self.member(9, field)
    }

    /// A class's method: class, name and descriptor.
    ///
    /// # Errors
    ///
    /// As every constant: when it is too long or there is no room.
    pub fn method(&mut self, method: [&str; 3]) -> Result<u16, WriteError> {
        self.member(10, method)
    }

    /// An interface's method: interface, name and descriptor.
    ///
    /// # Errors
    ///
    /// As every constant: when it is too long or there is no room.
    pub fn interface_method(&mut self, method: [&str; 3]) -> Result<u16, WriteError> {
        self.member(11, method)
    }

    /// A call site that a static method links, which is given a number; and that method as entry number
    /// `bootstrap` of the class's bootstrap methods.
    pub(crate) fn call_site(
        &mut self,
        (link, number): ([&str; 3], i32),
        bootstrap: u16,
        name: &str,
        descriptor: &str,
    ) -> Result<(u16, Vec<u8>), WriteError> {
        let (handle, number) = (self.static_handle(link)?, self.int(number)?);
        let entry = [handle, 1, number].map(u16::to_be_bytes).concat();
        Ok((self.dynamic(bootstrap, name, descriptor)?, entry))
    }

    /// A handle on a class's static method.
    fn static_handle(&mut self, method: [&str; 3]) -> Result<u16, WriteError> {
        let method = self.method(method)?;
        self.add(15, &[&[6], &method.to_be_bytes()])
    }

    /// A call site that bootstrap method number `bootstrap` links.
    fn dynamic(&mut self, bootstrap: u16, name: &str, descriptor: &str) -> Result<u16, WriteError> {
        let name_and_type = self.name_and_type(name, descriptor)?;
        self.pair(18, bootstrap, name_and_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_kept_once() {
        let mut constants = Constants::default();
        let one = constants.method(["a/B", "c", "()V"]).unwrap();
        let len = constants.bytes().len();
        assert_eq!(constants.method(["a/B", "c", "()V"]), Ok(one));
        assert_eq!(constants.class("a/B"), Ok(2));
        assert_eq!((constants.bytes().len(), constants.count()), (len, 7));
    }

    #[test]
    fn wide_ones_take_two_indices() {
        let mut constants = Constants::behind(10);
        assert_eq!([constants.long(1), constants.int(1)], [Ok(10), Ok(12)]);
    }

    #[test]
    fn not_more_than_fit() {
        let mut constants = Constants::behind(0xfffe);
        assert_eq!(constants.long(1), Err(WriteError::ConstantsFull));
        assert_eq!(constants.int(1), Ok(0xfffe));
        assert_eq!(constants.int(2), Err(WriteError::ConstantsFull));
        assert_eq!(constants.utf8(&"a".repeat(0x10000)), Err(WriteError::TextTooLong));
    }
}
