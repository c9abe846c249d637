//! The constants of a class that exists.
//!
//! Knows their form. Invariant: an index that leads nowhere, or to a constant of another kind, is an
//! answer and never a panic.

use crate::bytes::Bytes;
use crate::constant::Constant;
use crate::refusal::Reason;
use crate::utf8;
use std::borrow::Cow;

const WRONG: Reason = Reason::Malformed("a constant is not there or of another kind");

/// Tags of constants.
pub(crate) mod tag {
    pub(crate) const UTF8: u8 = 1;
    pub(crate) const INTEGER: u8 = 3;
    pub(crate) const FLOAT: u8 = 4;
    pub(crate) const LONG: u8 = 5;
    pub(crate) const DOUBLE: u8 = 6;
    pub(crate) const CLASS: u8 = 7;
    pub(crate) const STRING: u8 = 8;
    pub(crate) const FIELD: u8 = 9;
    pub(crate) const METHOD: u8 = 10;
    pub(crate) const INTERFACE_METHOD: u8 = 11;
    pub(crate) const NAME_AND_TYPE: u8 = 12;
    pub(crate) const METHOD_HANDLE: u8 = 15;
    pub(crate) const METHOD_TYPE: u8 = 16;
    pub(crate) const DYNAMIC: u8 = 17;
    pub(crate) const INVOKE_DYNAMIC: u8 = 18;
    pub(crate) const MODULE: u8 = 19;
    pub(crate) const PACKAGE: u8 = 20;
}

/// A field or method that code refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its class, with slashes.
    pub class: Cow<'a, str>,
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its descriptor.
    pub descriptor: Cow<'a, str>,
}

fn long(mut bytes: Bytes<'_>) -> Result<u64, Reason> {
    Ok(u64::from(bytes.u4()?) << 32 | u64::from(bytes.u4()?))
}

/// The constants of a class, by index.
#[derive(Clone, Debug)]
pub(crate) struct Pool<'a> {
    bytes: &'a [u8],
    /// Where each tag lies; 0 where an index has no constant.
    starts: Vec<u32>,
}

impl<'a> Pool<'a> {
    /// Reads the count and the constants behind it.
    pub(crate) fn read(from: &mut Bytes<'a>, bytes: &'a [u8]) -> Result<Self, Reason> {
        let count = usize::from(from.u2()?);
        let mut starts = vec![0];
        while starts.len() < count {
            let start = u32::try_from(from.at());
            starts.push(start.map_err(|_| Reason::Malformed("it is too long"))?);
            match from.u1()? {
                tag::UTF8 => {
                    let len = usize::from(from.u2()?);
                    from.take(len)?;
                }
                tag::LONG | tag::DOUBLE => {
                    from.take(8)?;
                    starts.push(0);
                }
                tag::CLASS | tag::STRING | tag::METHOD_TYPE | tag::MODULE | tag::PACKAGE => {
                    from.take(2)?;
                }
                tag::METHOD_HANDLE => {
                    from.take(3)?;
                }
                tag::INTEGER
                | tag::FLOAT
                | tag::FIELD..=tag::NAME_AND_TYPE
                | tag::DYNAMIC
                | tag::INVOKE_DYNAMIC => {
                    from.take(4)?;
                }
                _ => return Err(Reason::Malformed("a constant is of no known kind")),
            }
        }
        if starts.len() == count.max(1) && count > 0 {
            Ok(Self { bytes, starts })
        } else {
            Err(WRONG)
        }
    }

    /// One more than the last index.
    pub(crate) fn count(&self) -> u16 {
        u16::try_from(self.starts.len()).unwrap_or(u16::MAX)
    }

    fn entry(&self, index: u16) -> Result<(u8, Bytes<'a>), Reason> {
        let start = self.starts.get(usize::from(index)).copied().filter(|start| *start != 0);
        let mut bytes = Bytes::from(self.bytes, start.ok_or(WRONG)? as usize);
        Ok((bytes.u1()?, bytes))
    }

    /// The tag of a constant.
    pub(crate) fn tag(&self, index: u16) -> Result<u8, Reason> {
        self.entry(index).map(|(tag, _)| tag)
    }

    fn of(&self, wanted: u8, index: u16) -> Result<Bytes<'a>, Reason> {
        let (tag, bytes) = self.entry(index)?;
        if tag == wanted { Ok(bytes) } else { Err(WRONG) }
    }

    /// Whether a text is among the constants.
    pub(crate) fn names(&self, text: &[u8]) -> bool {
        let count = self.count();
        (1..count).any(|index| self.raw(index).is_ok_and(|one| one == text))
    }

    pub(crate) fn raw(&self, index: u16) -> Result<&'a [u8], Reason> {
        let mut bytes = self.of(tag::UTF8, index)?;
        let len = usize::from(bytes.u2()?);
        bytes.take(len)
    }

    pub(crate) fn text(&self, index: u16) -> Result<Cow<'a, str>, Reason> {
        self.raw(index).map(utf8::decode)
    }

    pub(crate) fn class(&self, index: u16) -> Result<Cow<'a, str>, Reason> {
        let name = self.of(tag::CLASS, index)?.u2()?;
        self.text(name)
    }

    /// The value of a constant that a field can have.
    pub(crate) fn value(&self, index: u16) -> Result<Constant<'a>, Reason> {
        let (tag, mut bytes) = self.entry(index)?;
        match tag {
            tag::LONG => Ok(Constant::Long(long(bytes)? as i64)),
            tag::DOUBLE => Ok(Constant::Double(f64::from_bits(long(bytes)?))),
            tag::INTEGER => Ok(Constant::Int(bytes.u4()? as i32)),
            tag::FLOAT => Ok(Constant::Float(f32::from_bits(bytes.u4()?))),
            tag::STRING => Ok(Constant::Text(self.text(bytes.u2()?)?)),
            _ => Err(WRONG),
        }
    }

    /// The descriptor behind a field, a method, or a dynamic constant or call site.
    pub(crate) fn descriptor(&self, index: u16) -> Result<Cow<'a, str>, Reason> {
        let descriptor = self.name_and_type(index)?.1;
        self.text(descriptor)
    }

    /// The name of a field, a method, or a dynamic constant or call site.
    pub(crate) fn name(&self, index: u16) -> Result<&'a [u8], Reason> {
        let name = self.name_and_type(index)?.0;
        self.raw(name)
    }

    fn name_and_type(&self, index: u16) -> Result<(u16, u16), Reason> {
        let (tag, mut bytes) = self.entry(index)?;
        if !matches!(
            tag,
            tag::FIELD | tag::METHOD | tag::INTERFACE_METHOD | tag::DYNAMIC | tag::INVOKE_DYNAMIC
        ) {
            return Err(WRONG);
        }
        bytes.u2()?;
        let mut pair = self.of(tag::NAME_AND_TYPE, bytes.u2()?)?;
        Ok((pair.u2()?, pair.u2()?))
    }

    pub(crate) fn member(&self, index: u16) -> Result<Member<'a>, Reason> {
        let (name, descriptor) = self.name_and_type(index)?;
        let class = self.class(self.entry(index)?.1.u2()?)?;
        Ok(Member { class, name: self.text(name)?, descriptor: self.text(descriptor)? })
    }
}
