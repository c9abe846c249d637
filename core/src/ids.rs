//! Names of things: instances and probes.
//!
//! Knows nothing of what they name. Invariant: both are `Copy`, have a fixed size and one text
//! form, so that the hit path can store them without allocating.

use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// One life of one process: 128 random bits, renewed in a forked child.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceId(pub [u8; 16]);

impl InstanceId {
    /// A fresh random id.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(
                ErrorKind::Unsupported,
                format!("no random numbers from the system: {error}"),
            )
        })?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for InstanceId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::new(ErrorKind::Wire, "an instance id is 32 hexadecimal digits");
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(bad());
        }
        u128::from_str_radix(text, 16).map(|bits| Self(bits.to_be_bytes())).map_err(|_| bad())
    }
}

/// A probe: one to eight of `a-z0-9`, packed into a word (`p7k2`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProbeId([u8; 8]);

impl ProbeId {
    /// A random id of four characters, the first a letter, as people will type it.
    pub fn random() -> Result<Self> {
        const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
        const LETTERS: usize = 23;
        let InstanceId(random) = InstanceId::random()?;
        let mut bytes = [0; 8];
        for (index, byte) in bytes.iter_mut().take(4).enumerate() {
            let among = if index == 0 { LETTERS } else { ALPHABET.len() };
            *byte = ALPHABET[usize::from(random[index]) % among];
        }
        Ok(Self(bytes))
    }

    /// The word that stands for this id on the wire.
    pub fn to_bits(self) -> u64 {
        u64::from_le_bytes(self.0)
    }

    /// The id that a word from the wire stands for; `Wire` if it stands for none.
    pub fn from_bits(bits: u64) -> Result<Self> {
        let bytes = bits.to_le_bytes();
        let len = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let (text, rest) = bytes.split_at(len);
        let is_id = len > 0
            && text.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && rest.iter().all(|byte| *byte == 0);
        if is_id { Ok(Self(bytes)) } else { Err(Error::new(ErrorKind::Wire, "not a probe id")) }
    }

    fn as_str(&self) -> &str {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        str::from_utf8(&self.0[..len]).unwrap_or_default()
    }
}

impl fmt::Display for ProbeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ProbeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProbeId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || {
            Error::new(ErrorKind::Limit, "a probe id is one to eight of a-z and 0-9, such as p7k2")
        };
        if text.len() > 8 {
            return Err(bad());
        }
        let mut bytes = [0; 8];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Self::from_bits(u64::from_le_bytes(bytes)).map_err(|_| bad())
    }
}

macro_rules! serde_as_text {
    ($id:ident, $pattern:literal) => {
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $id {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($id).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": $pattern})
            }
        }

        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

serde_as_text!(InstanceId, "^[0-9a-f]{32}$");
serde_as_text!(ProbeId, "^[a-z0-9]{1,8}$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_text_form() {
        let instance = InstanceId::random().expect("the system has random numbers");
        assert_eq!(instance.to_string().parse(), Ok(instance));
        let probe = ProbeId::random().expect("the system has random numbers");
        assert_eq!(probe.to_string().parse(), Ok(probe));
        assert_eq!(ProbeId::from_bits(probe.to_bits()), Ok(probe));
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in ["", "P7K2", "p7k2p7k2p", "p 7", "p\0k"] {
            assert!(text.parse::<ProbeId>().is_err(), "{text:?}");
        }
        for text in ["", "+0", "zz", &"f".repeat(33)] {
            assert!(text.parse::<InstanceId>().is_err(), "{text:?}");
        }
        assert!(ProbeId::from_bits(0).is_err());
        assert!(ProbeId::from_bits(u64::MAX).is_err());
    }
}
