//! Descriptors: the types of fields and methods as class files spell them.
//!
//! Knows no class. Invariant: a descriptor that was read is one the JVM accepts, as far as its form
//! goes.

/// How a value lies in a slot or on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `boolean`, `byte`, `short`, `char` and `int`.
    Int,
    /// `long`, in two slots.
    Long,
    /// `float`.
    Float,
    /// `double`, in two slots.
    Double,
    /// An object, an array or null.
    Reference,
}

impl Kind {
    /// Slots it takes.
    pub fn words(self) -> u16 {
        if matches!(self, Self::Long | Self::Double) { 2 } else { 1 }
    }

    /// Its place in the families of instructions: int, long, float, double, reference.
    pub(crate) fn family(self) -> u8 {
        self as u8
    }

    /// The descriptor of the widest type of this kind.
    pub fn widest(self) -> &'static str {
        match self {
            Self::Int => "I",
            Self::Long => "J",
            Self::Float => "F",
            Self::Double => "D",
            Self::Reference => "Ljava/lang/Object;",
        }
    }
}

/// What a method takes and returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature<'a> {
    /// The descriptors of its parameters, without the receiver.
    pub parameters: Vec<&'a str>,
    /// The descriptor of what it returns; none for `void`.
    pub returns: Option<&'a str>,
}

/// Slots that parameters may take, the receiver included.
const MOST_WORDS: usize = 255;

impl<'a> Signature<'a> {
    /// Reads a method's descriptor; none if it is none.
    pub fn read(descriptor: &'a str) -> Option<Self> {
        let mut rest = descriptor.strip_prefix('(')?;
        let mut parameters = Vec::new();
        while !rest.starts_with(')') {
            let (one, behind) = rest.split_at_checked(field_length(rest)?)?;
            parameters.push(one);
            rest = behind;
        }
        let result = &rest[1..];
        let returns = if result == "V" {
            None
        } else if field_length(result)? == result.len() {
            Some(result)
        } else {
            return None;
        };
        let signature = Self { parameters, returns };
        (signature.kinds().map(|kind| usize::from(kind.words())).sum::<usize>() <= MOST_WORDS)
            .then_some(signature)
    }

    /// The kinds of its parameters.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.parameters.iter().filter_map(|one| kind_of(one))
    }

    /// Slots of its parameters, without the receiver.
    pub fn words(&self) -> u16 {
        self.kinds().map(Kind::words).sum()
    }
}

/// The kind of values of a field's descriptor; none if it is none.
pub fn kind_of(descriptor: &str) -> Option<Kind> {
    if field_length(descriptor)? != descriptor.len() {
        return None;
    }
    Some(match descriptor.as_bytes()[0] {
        b'J' => Kind::Long,
        b'F' => Kind::Float,
        b'D' => Kind::Double,
        b'L' | b'[' => Kind::Reference,
        _ => Kind::Int,
    })
}

/// Bytes of the one descriptor that a text begins with.
fn field_length(text: &str) -> Option<usize> {
    let dimensions = text.bytes().take_while(|byte| *byte == b'[').count();
    let element = &text[dimensions..];
    let length = match element.bytes().next()? {
        b'B' | b'C' | b'D' | b'F' | b'I' | b'J' | b'S' | b'Z' => 1,
        b'L' => element.find(';').filter(|end| *end > 1)? + 1,
        _ => return None,
    };
    (dimensions <= 255).then_some(dimensions + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_takes_and_returns() {
        let signature = Signature::read("(I[[JLjava/lang/String;D)[B").unwrap();
        assert_eq!(signature.parameters, ["I", "[[J", "Ljava/lang/String;", "D"]);
        assert_eq!((signature.returns, signature.words()), (Some("[B"), 5));
        assert_eq!(Signature::read("()V").unwrap().returns, None);
    }

    #[test]
    fn what_is_no_descriptor_is_none() {
        for text in ["", "(", "()", "(I", "()II", "(V)V", "(L;)V", "(Lx)V", "([)V", "()VV"] {
            assert_eq!(Signature::read(text), None, "{text}");
        }
        for text in ["", "V", "L;", "Lx", "[", "II", "é"] {
            assert_eq!(kind_of(text), None, "{text}");
        }
        assert_eq!(Signature::read(&format!("({})V", "J".repeat(128))), None);
        assert_eq!(kind_of("[I"), Some(Kind::Reference));
        assert_eq!(kind_of("Z"), Some(Kind::Int));
    }
}
