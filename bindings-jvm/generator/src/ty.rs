//! Types of values while they lie on the operand stack.
//!
//! Knows descriptors, no class. Invariant: a reference's descriptor is what was declared, so a hint:
//! each use looks at the object first.

use crate::ClassHandle;
use stillframe_classfile::Kind;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Bool,
    Char,
    /// `int`, and `byte` and `short`, which compute as one.
    Int,
    Long,
    Float,
    Double,
    Null,
    Ref(Declared),
}

/// A reference's declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    /// Without type arguments.
    pub(crate) descriptor: String,
    /// Its last type argument: of a list or an optional what is in it, of a map a value.
    pub(crate) argument: Option<String>,
    /// The class in whose code the descriptor stands, if that is not the probed one.
    pub(crate) seen_from: Option<ClassHandle>,
}

/// A class that holds a primitive: its name, the primitive's descriptor, the method that takes it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Boxed {
    pub(crate) class: &'static str,
    pub(crate) primitive: &'static str,
    pub(crate) unbox: &'static str,
}

const fn boxed(class: &'static str, primitive: &'static str, unbox: &'static str) -> Boxed {
    Boxed { class, primitive, unbox }
}

const BOXES: [Boxed; 8] = [
    boxed("java/lang/Integer", "I", "intValue"),
    boxed("java/lang/Long", "J", "longValue"),
    boxed("java/lang/Boolean", "Z", "booleanValue"),
    boxed("java/lang/Double", "D", "doubleValue"),
    boxed("java/lang/Character", "C", "charValue"),
    boxed("java/lang/Float", "F", "floatValue"),
    boxed("java/lang/Short", "S", "shortValue"),
    boxed("java/lang/Byte", "B", "byteValue"),
];

pub(crate) const OBJECT: &str = "Ljava/lang/Object;";
pub(crate) const STRING: &str = "Ljava/lang/String;";

impl Boxed {
    /// The box of values of a primitive's descriptor.
    pub(crate) fn of_primitive(descriptor: &str) -> Option<Self> {
        BOXES.into_iter().find(|one| one.primitive == descriptor)
    }

    /// The box that a class's descriptor means.
    pub(crate) fn of_class(descriptor: &str) -> Option<Self> {
        let name = descriptor.strip_prefix('L')?.strip_suffix(';')?;
        BOXES.into_iter().find(|one| one.class == name)
    }
}

impl Declared {
    pub(crate) fn is_text(&self) -> bool {
        self.descriptor == STRING
    }

    pub(crate) fn boxed(&self) -> Option<Boxed> {
        Boxed::of_class(&self.descriptor)
    }

    /// Whether it is a type of the application, whose objects are neither strings nor boxes.
    pub(crate) fn is_of_application(&self) -> bool {
        let is_library = self.descriptor.starts_with("Ljava/");
        self.descriptor.starts_with('L') && !is_library
    }

    /// What an element has, if it is an array.
    pub(crate) fn element(&self) -> Option<Ty> {
        let element = self.descriptor.strip_prefix('[')?;
        Some(match Ty::declared(element, self.seen_from) {
            Ty::Ref(declared) => Ty::Ref(Self { argument: self.argument.clone(), ..declared }),
            primitive => primitive,
        })
    }

    /// What is in it, if its type says so.
    pub(crate) fn content(&self) -> Ty {
        self.argument.as_ref().map_or_else(Ty::object, |one| Ty::declared(one, self.seen_from))
    }
}

impl Ty {
    /// The type of values of a descriptor or generic signature.
    pub(crate) fn declared(descriptor: &str, seen_from: Option<ClassHandle>) -> Self {
        match descriptor {
            "Z" => Self::Bool,
            "C" => Self::Char,
            "B" | "S" | "I" => Self::Int,
            "J" => Self::Long,
            "F" => Self::Float,
            "D" => Self::Double,
            _ => {
                let (descriptor, argument) = (erased(descriptor), last_argument(descriptor));
                Self::Ref(Declared { descriptor, argument, seen_from })
            }
        }
    }

    pub(crate) fn text() -> Self {
        Self::declared(STRING, None)
    }

    pub(crate) fn object() -> Self {
        Self::declared(OBJECT, None)
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Bool | Self::Char | Self::Int => Kind::Int,
            Self::Long => Kind::Long,
            Self::Float => Kind::Float,
            Self::Double => Kind::Double,
            Self::Null | Self::Ref(_) => Kind::Reference,
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Char | Self::Int | Self::Long | Self::Float | Self::Double)
    }

    /// The descriptor of a primitive.
    pub(crate) fn primitive(&self) -> Option<&'static str> {
        Some(match self {
            Self::Bool => "Z",
            Self::Char => "C",
            Self::Int => "I",
            Self::Long => "J",
            Self::Float => "F",
            Self::Double => "D",
            Self::Null | Self::Ref(_) => return None,
        })
    }

    /// What it is called in a reason.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Ref(declared) => {
                declared.descriptor.trim_start_matches('L').trim_end_matches(';').replace('/', ".")
            }
            _ => match self.primitive() {
                Some("Z") => "boolean",
                Some("C") => "char",
                Some("I") => "int",
                Some("J") => "long",
                Some("F") => "float",
                _ => "double",
            }
            .to_owned(),
        }
    }
}

/// The descriptor of a generic signature.
pub(crate) fn erased(signature: &str) -> String {
    let (mut erased, mut depth) = (String::new(), 0_u32);
    for letter in signature.chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => erased.push('$'),
            letter if depth == 0 => erased.push(letter),
            _ => {}
        }
    }
    let element = erased.trim_start_matches('[');
    if element.starts_with('T') {
        // A type variable may be anything.
        return "[".repeat(erased.len() - element.len()) + OBJECT;
    }
    erased
}

/// The last type argument of a signature, if that is a type.
fn last_argument(signature: &str) -> Option<String> {
    let (from, to) = (signature.find('<')?, signature.rfind('>')?);
    let mut rest = signature.get(from + 1..to)?;
    loop {
        let (one, behind) = rest.split_at_checked(argument_length(rest)?)?;
        if behind.is_empty() {
            let bare = one.trim_start_matches(['+', '-']);
            return bare.starts_with(['L', '[']).then(|| bare.to_owned());
        }
        rest = behind;
    }
}

/// Bytes of the type argument that a text begins with.
fn argument_length(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'*' if at == 0 => return Some(1),
            b'<' => depth += 1,
            b'>' => depth = depth.checked_sub(1)?,
            b';' if depth == 0 => return Some(at + 1),
            b'+' | b'-' | b'[' | b'L' | b'T' => {}
            // An array of primitives.
            _ if depth == 0 && text[..at].ends_with('[') => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_lose_their_arguments() {
        assert_eq!(erased("Ljava/util/Map<TK;[I>.Entry<*>;"), "Ljava/util/Map$Entry;");
        assert_eq!([erased("TT;"), erased("[TT;")], [OBJECT, "[Ljava/lang/Object;"]);
        assert_eq!([erased("I"), erased("[Lshop/Tee;")], ["I", "[Lshop/Tee;"]);
    }

    #[test]
    fn the_last_argument_is_what_is_in_it() {
        let last = |signature| last_argument(signature).unwrap_or_default();
        assert_eq!(last("Ljava/util/List<Lshop/Item;>;"), "Lshop/Item;");
        assert_eq!(last("Ljava/util/Map<Ljava/lang/String;+Lshop/Item;>;"), "Lshop/Item;");
        assert_eq!(last("Ljava/util/Map<[ILjava/util/List<TT;>;>;"), "Ljava/util/List<TT;>;");
        assert_eq!(last("Ljava/util/Map<*[I>;"), "[I");
        for none in ["Ljava/util/List<*>;", "Ljava/util/List<TT;>;", "Lshop/Item;", "I", "L<", "<>"]
        {
            assert_eq!(last_argument(none), None, "{none}");
        }
    }

    #[test]
    fn bytes_and_shorts_are_ints() {
        assert_eq!([Ty::declared("B", None), Ty::declared("S", None)], [Ty::Int, Ty::Int]);
        assert_eq!(Ty::declared("Z", None).kind(), Kind::Int);
    }

    #[test]
    fn what_is_of_the_application() {
        let is = |descriptor: &str| match Ty::declared(descriptor, None) {
            Ty::Ref(declared) => declared.is_of_application(),
            _ => false,
        };
        assert!(is("Lshop/Cart;"));
        assert!(!is("Ljava/lang/Object;") && !is("[Lshop/Cart;") && !is("I"));
    }
}
