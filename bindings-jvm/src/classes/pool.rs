//! The constant pool of a loaded class, as the tool interface hands it out.
//!
//! Knows the form of constants, not their meaning. Invariant: an index that leads nowhere, or to a
//! constant of another kind, is `None`.

/// A field that code refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldRef<'a> {
    /// Its class, with slashes.
    pub(crate) class: &'a str,
    /// Its name.
    pub(crate) name: &'a str,
    /// Its descriptor.
    pub(crate) descriptor: &'a str,
}

/// The constants, by index.
pub(crate) struct Pool<'a> {
    bytes: &'a [u8],
    /// Where each tag lies.
    starts: Vec<Option<usize>>,
}

const UTF8: u8 = 1;
const CLASS: u8 = 7;
const FIELD: u8 = 9;
const NAME_AND_TYPE: u8 = 12;
const INVOKE_DYNAMIC: u8 = 18;

impl<'a> Pool<'a> {
    /// Finds the constants in `bytes`, of which there are one less than `count`.
    pub(crate) fn read(count: u16, bytes: &'a [u8]) -> Option<Self> {
        let mut starts = vec![None];
        let mut at = 0;
        while starts.len() < usize::from(count) {
            starts.push(Some(at));
            let len = match *bytes.get(at)? {
                UTF8 => 2 + usize::from(pair(bytes, at + 1)?),
                5 | 6 => {
                    // The index behind a long or double has no constant.
                    starts.push(None);
                    8
                }
                CLASS | 8 | 16 | 19 | 20 => 2,
                15 => 3,
                3 | 4 | FIELD..=NAME_AND_TYPE | 17 | INVOKE_DYNAMIC => 4,
                _ => return None,
            };
            at += 1 + len;
        }
        Some(Self { bytes, starts })
    }

    fn of(&self, tag: u8, index: u16) -> Option<usize> {
        let start = (*self.starts.get(usize::from(index))?)?;
        (self.bytes.get(start) == Some(&tag)).then_some(start + 1)
    }

    fn text(&self, index: u16) -> Option<&'a str> {
        let at = self.of(UTF8, index)?;
        let len = usize::from(pair(self.bytes, at)?);
        std::str::from_utf8(self.bytes.get(at + 2..at + 2 + len)?).ok()
    }

    fn class(&self, index: u16) -> Option<&'a str> {
        self.text(pair(self.bytes, self.of(CLASS, index)?)?)
    }

    fn name_and_type(&self, index: u16) -> Option<(&'a str, &'a str)> {
        let at = self.of(NAME_AND_TYPE, index)?;
        Some((self.text(pair(self.bytes, at)?)?, self.text(pair(self.bytes, at + 2)?)?))
    }

    /// The field at `index`.
    pub(crate) fn field(&self, index: u16) -> Option<FieldRef<'a>> {
        let at = self.of(FIELD, index)?;
        let (name, descriptor) = self.name_and_type(pair(self.bytes, at + 2)?)?;
        Some(FieldRef { class: self.class(pair(self.bytes, at)?)?, name, descriptor })
    }

    /// Name of the dynamic call at `index`.
    pub(crate) fn dynamic_call(&self, index: u16) -> Option<&'a str> {
        let at = self.of(INVOKE_DYNAMIC, index)?;
        Some(self.name_and_type(pair(self.bytes, at + 2)?)?.0)
    }

    /// Names of all classes that the code says, with slashes.
    pub(crate) fn classes(&self) -> impl Iterator<Item = &'a str> {
        (1..self.starts.len()).filter_map(|index| self.class(u16::try_from(index).ok()?))
    }
}

fn pair(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes([*pair.first()?, *pair.get(1)?]))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The constants of a class `Cart` with a field `total`, and a dynamic call `probe`.
    pub(in crate::classes) fn constants() -> (u16, Vec<u8>) {
        let mut bytes = Vec::new();
        let mut text = |text: &str| {
            bytes.push(UTF8);
            bytes.extend((text.len() as u16).to_be_bytes());
            bytes.extend(text.as_bytes());
        };
        for word in ["Cart", "total", "I", "probe", "()V"] {
            text(word);
        }
        bytes.extend([CLASS, 0, 1]); // 6
        bytes.extend([NAME_AND_TYPE, 0, 2, 0, 3]); // 7
        bytes.extend([FIELD, 0, 6, 0, 7]); // 8
        bytes.extend([5, 0, 0, 0, 0, 0, 0, 0, 9]); // 9 and 10
        bytes.extend([NAME_AND_TYPE, 0, 4, 0, 5]); // 11
        bytes.extend([INVOKE_DYNAMIC, 0, 0, 0, 11]); // 12
        (13, bytes)
    }

    #[test]
    fn constants_are_found_behind_a_long() {
        let (count, bytes) = constants();
        let pool = Pool::read(count, &bytes).expect("the constants are well formed");
        let field = FieldRef { class: "Cart", name: "total", descriptor: "I" };
        assert_eq!(pool.field(8), Some(field));
        assert_eq!(pool.field(7), None);
        assert_eq!(pool.field(99), None);
        assert_eq!(pool.dynamic_call(12), Some("probe"));
        assert_eq!(pool.classes().collect::<Vec<_>>(), ["Cart"]);
        assert!(Pool::read(count, &bytes[..bytes.len() - 6]).is_none());
        assert!(Pool::read(count + 1, &bytes).is_none());
    }
}
