//! A class file taken apart.
//!
//! Knows where things lie, not what code does. Invariant: every part was found within the bytes; what
//! is inside a part is read, and may be refused, when it is asked for.

use crate::bytes::Bytes;
use crate::constants::Pool;
use crate::refusal::Reason;
use std::borrow::Cow;
use std::ops::Range;

const MAGIC: u32 = 0xcafe_babe;

/// A named part of a class, a member or code.
#[derive(Clone, Debug)]
pub(crate) struct Attribute<'a> {
    /// The constant that names it.
    pub(crate) name_index: u16,
    pub(crate) name: &'a [u8],
    /// Where it lies, head included.
    pub(crate) place: Range<usize>,
    pub(crate) content: &'a [u8],
}

/// A field or a method.
#[derive(Clone, Debug)]
pub struct Declared<'a> {
    /// Access flags.
    pub access: u16,
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its descriptor.
    pub descriptor: Cow<'a, str>,
    pub(crate) attributes: Vec<Attribute<'a>>,
}

impl Declared<'_> {
    /// Whether it has no receiver.
    pub fn is_static(&self) -> bool {
        self.access & crate::write::STATIC != 0
    }
}

/// A class file.
#[derive(Clone, Debug)]
pub struct Class<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) pool: Pool<'a>,
    /// Where the constants end.
    pub(crate) pool_end: usize,
    /// Where the attributes' count lies.
    pub(crate) attributes_at: usize,
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// The major version.
    pub version: u16,
    /// Access flags.
    pub access: u16,
    /// Its name, with slashes.
    pub name: Cow<'a, str>,
    /// Its superclass, which only `java/lang/Object` and modules lack.
    pub superclass: Option<Cow<'a, str>>,
    /// Its interfaces.
    pub interfaces: Vec<Cow<'a, str>>,
    /// Its fields.
    pub fields: Vec<Declared<'a>>,
    /// Its methods; their places here are what the rest of the crate calls a method's index.
    pub methods: Vec<Declared<'a>>,
}

impl<'a> Class<'a> {
    /// Takes a class file apart.
    ///
    /// # Errors
    ///
    /// When the bytes are none.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Reason> {
        let mut from = Bytes::new(bytes);
        if from.u4()? != MAGIC {
            return Err(Reason::Malformed("it does not begin as one"));
        }
        let (_, version) = (from.u2()?, from.u2()?);
        let pool = Pool::read(&mut from, bytes)?;
        let pool_end = from.at();
        let access = from.u2()?;
        let name = pool.class(from.u2()?)?;
        let superclass = match from.u2()? {
            0 => None,
            index => Some(pool.class(index)?),
        };
        let mut interfaces = Vec::new();
        for _ in 0..from.u2()? {
            interfaces.push(pool.class(from.u2()?)?);
        }
        let fields = members(&mut from, &pool)?;
        let methods = members(&mut from, &pool)?;
        let attributes_at = from.at();
        let attributes = attributes(&mut from, &pool)?;
        from.end()?;
        let whole = Self {
            bytes,
            pool,
            pool_end,
            attributes_at,
            attributes,
            version,
            access,
            name,
            superclass,
            interfaces,
            fields,
            methods,
        };
        Ok(whole)
    }

    /// The index of a method.
    pub fn method(&self, name: &str, descriptor: &str) -> Option<usize> {
        self.methods.iter().position(|one| one.name == name && one.descriptor == descriptor)
    }

    fn attribute(&self, name: &[u8]) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|one| one.name == name)
    }

    /// The name of the file it was compiled from.
    pub fn source_file(&self) -> Option<Cow<'a, str>> {
        let content = self.attribute(b"SourceFile")?.content;
        self.pool.text(Bytes::new(content).u2().ok()?).ok()
    }

    /// What a compiler says of lines that it took from other files, as JSR 45 writes it.
    pub fn source_map(&self) -> Option<Cow<'a, str>> {
        self.attribute(b"SourceDebugExtension").map(|one| crate::utf8::decode(one.content))
    }

    /// The class whose private members it may use; itself if no other is named.
    pub fn nest_host(&self) -> Option<Cow<'a, str>> {
        match self.attribute(b"NestHost") {
            Some(host) => self.pool.class(Bytes::new(host.content).u2().ok()?).ok(),
            None => Some(self.name.clone()),
        }
    }

    /// Bootstrap methods there are.
    pub(crate) fn bootstraps(&self) -> Result<u16, Reason> {
        self.attribute(b"BootstrapMethods").map_or(Ok(0), |one| Bytes::new(one.content).u2())
    }
}

fn members<'a>(from: &mut Bytes<'a>, pool: &Pool<'a>) -> Result<Vec<Declared<'a>>, Reason> {
    let mut members = Vec::new();
    for _ in 0..from.u2()? {
        let (access, name, descriptor) = (from.u2()?, from.u2()?, from.u2()?);
        let (name, descriptor) = (pool.text(name)?, pool.text(descriptor)?);
        members.push(Declared { access, name, descriptor, attributes: attributes(from, pool)? });
    }
    Ok(members)
}

/// Reads a count and the attributes behind it.
pub(crate) fn attributes<'a>(
    from: &mut Bytes<'a>,
    pool: &Pool<'a>,
) -> Result<Vec<Attribute<'a>>, Reason> {
    let mut attributes = Vec::new();
    for _ in 0..from.u2()? {
        let start = from.at();
        let name_index = from.u2()?;
        let (name, content) = (pool.raw(name_index)?, from.counted()?);
        attributes.push(Attribute { name_index, name, place: start..from.at(), content });
    }
    Ok(attributes)
}
