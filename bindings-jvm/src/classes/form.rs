//! Which classes of the JDK are read by their structure, and in which fields they keep what they hold.
//!
//! Knows the fields of JDK 17 to 25, and no object. Invariant: a row is used only for a class of
//! the boot loader, and only if all of its fields are there; else the object is shown by its
//! fields.

use crate::ffi::FieldId;
use stillframe_core::value::Kind;

/// What an object of another collection shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Same,
    /// The keys of a map.
    Keys,
    /// The values of a map.
    Values,
}

/// How a class stores what its objects are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Fields alone.
    Fields,
    /// A lambda, or another object of a hidden class.
    Function,
    Class,
    Text,
    /// A box of a primitive with this letter.
    Boxed(u8),
    Array(u8),
    Enum,
    Throwable,
    Optional,
    /// An optional primitive with this letter.
    OptionalOf(u8),
    BigInteger,
    BigDecimal,
    /// An atomic number with this letter.
    Stored(u8),
    StoredFlag,
    Builder,
    Uuid,
    Date,
    LocalDate,
    LocalTime,
    DateTime,
    Instant,
    Duration,
    OffsetTime,
    ZonedTime,
    /// A time zone, which is its name.
    Zone,
    /// An array filled from the front.
    Growing,
    /// A part of a list that grows.
    Slice,
    /// A part of a list that does not.
    FixedSlice,
    /// A full array.
    Fixed,
    OneOrTwo,
    /// An array with gaps.
    Sparse,
    Linked,
    Ring,
    One,
    Nothing,
    Copies,
    /// Enum constants by the bits of a long.
    Bits,
    /// Enum constants by the bits of an array of longs.
    ManyBits,
    HashMap,
    LinkedMap,
    TreeMap,
    ConcurrentMap,
    Hashtable,
    /// Keys and values in turn in one array with gaps.
    Pairs,
    EnumMap,
    OneEntry,
    NoEntry,
    /// Another collection, or a part of it.
    Delegate(Part),
}

/// A class's form, and where its own fields are, in the order of its row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    pub(crate) tag: Tag,
    at: [Option<FieldId>; 4],
}

impl Form {
    /// A form without fields of its own.
    pub(crate) fn of(tag: Tag) -> Self {
        Self { tag, at: [None; 4] }
    }

    /// The nth field of the form.
    pub(crate) fn field(&self, index: usize) -> Option<FieldId> {
        self.at.get(index).copied().flatten()
    }
}

type Row = (&'static str, Tag, Kind, &'static [&'static str]);

const VALUES: &[Row] = &[
    ("java/lang/String", Tag::Text, Kind::Text, &[]),
    ("java/lang/Class", Tag::Class, Kind::Class, &[]),
    ("java/lang/Integer", Tag::Boxed(b'I'), Kind::Number, &["value"]),
    ("java/lang/Long", Tag::Boxed(b'J'), Kind::Number, &["value"]),
    ("java/lang/Boolean", Tag::Boxed(b'Z'), Kind::Number, &["value"]),
    ("java/lang/Double", Tag::Boxed(b'D'), Kind::Number, &["value"]),
    ("java/lang/Character", Tag::Boxed(b'C'), Kind::Number, &["value"]),
    ("java/lang/Float", Tag::Boxed(b'F'), Kind::Number, &["value"]),
    ("java/lang/Byte", Tag::Boxed(b'B'), Kind::Number, &["value"]),
    ("java/lang/Short", Tag::Boxed(b'S'), Kind::Number, &["value"]),
    ("java/lang/Enum", Tag::Enum, Kind::Instance, &["name"]),
    ("java/lang/Throwable", Tag::Throwable, Kind::Instance, &["detailMessage", "cause"]),
    ("java/lang/AbstractStringBuilder", Tag::Builder, Kind::Text, &["value", "coder", "count"]),
    ("java/math/BigInteger", Tag::BigInteger, Kind::Number, &["signum", "mag"]),
    ("java/math/BigDecimal", Tag::BigDecimal, Kind::Number, &["intCompact", "scale", "intVal"]),
    ("java/util/concurrent/atomic/AtomicInteger", Tag::Stored(b'I'), Kind::Number, &["value"]),
    ("java/util/concurrent/atomic/AtomicLong", Tag::Stored(b'J'), Kind::Number, &["value"]),
    ("java/util/concurrent/atomic/AtomicBoolean", Tag::StoredFlag, Kind::Instance, &["value"]),
    ("java/util/Optional", Tag::Optional, Kind::Instance, &["value"]),
    ("java/util/OptionalInt", Tag::OptionalOf(b'I'), Kind::Instance, &["value", "isPresent"]),
    ("java/util/OptionalLong", Tag::OptionalOf(b'J'), Kind::Instance, &["value", "isPresent"]),
    ("java/util/OptionalDouble", Tag::OptionalOf(b'D'), Kind::Instance, &["value", "isPresent"]),
    ("java/util/UUID", Tag::Uuid, Kind::Instance, &["mostSigBits", "leastSigBits"]),
    ("java/util/Date", Tag::Date, Kind::Instance, &["fastTime", "cdate"]),
    ("java/time/LocalDate", Tag::LocalDate, Kind::Instance, &["year", "month", "day"]),
    ("java/time/LocalTime", Tag::LocalTime, Kind::Instance, &["hour", "minute", "second", "nano"]),
    ("java/time/LocalDateTime", Tag::DateTime, Kind::Instance, &["date", "time"]),
    ("java/time/Instant", Tag::Instant, Kind::Instance, &["seconds", "nanos"]),
    ("java/time/Duration", Tag::Duration, Kind::Instance, &["seconds", "nanos"]),
    ("java/time/OffsetDateTime", Tag::OffsetTime, Kind::Instance, &["dateTime", "offset"]),
    ("java/time/ZonedDateTime", Tag::ZonedTime, Kind::Instance, &["dateTime", "offset", "zone"]),
    ("java/time/ZoneOffset", Tag::Zone, Kind::Instance, &["id"]),
    ("java/time/ZoneRegion", Tag::Zone, Kind::Instance, &["id"]),
];

const SEQUENCES: &[Row] = &[
    ("java/util/ArrayList", Tag::Growing, Kind::List, &["elementData", "size"]),
    ("java/util/Vector", Tag::Growing, Kind::List, &["elementData", "elementCount"]),
    ("java/util/PriorityQueue", Tag::Growing, Kind::List, &["queue", "size"]),
    ("java/util/ArrayList$SubList", Tag::Slice, Kind::List, &["root", "offset", "size"]),
    (
        "java/util/ImmutableCollections$SubList",
        Tag::FixedSlice,
        Kind::List,
        &["root", "offset", "size"],
    ),
    ("java/util/Arrays$ArrayList", Tag::Fixed, Kind::List, &["a"]),
    ("java/util/concurrent/CopyOnWriteArrayList", Tag::Fixed, Kind::List, &["array"]),
    ("java/util/ImmutableCollections$ListN", Tag::Fixed, Kind::List, &["elements"]),
    ("java/util/ImmutableCollections$List12", Tag::OneOrTwo, Kind::List, &["e0", "e1"]),
    ("java/util/ImmutableCollections$SetN", Tag::Sparse, Kind::Set, &["elements", "size"]),
    ("java/util/ImmutableCollections$Set12", Tag::OneOrTwo, Kind::Set, &["e0", "e1"]),
    ("java/util/LinkedList", Tag::Linked, Kind::List, &["first", "size"]),
    ("java/util/ArrayDeque", Tag::Ring, Kind::List, &["elements", "head", "tail"]),
    ("java/util/RegularEnumSet", Tag::Bits, Kind::Set, &["elements", "universe"]),
    ("java/util/JumboEnumSet", Tag::ManyBits, Kind::Set, &["elements", "universe", "size"]),
    ("java/util/HashSet", Tag::Delegate(Part::Keys), Kind::Set, &["map"]),
    ("java/util/TreeSet", Tag::Delegate(Part::Keys), Kind::Set, &["m"]),
    ("java/util/concurrent/CopyOnWriteArraySet", Tag::Delegate(Part::Same), Kind::Set, &["al"]),
    ("java/util/HashMap$KeySet", Tag::Delegate(Part::Keys), Kind::Set, &["this$0"]),
    ("java/util/LinkedHashMap$LinkedKeySet", Tag::Delegate(Part::Keys), Kind::Set, &["this$0"]),
    ("java/util/HashMap$Values", Tag::Delegate(Part::Values), Kind::List, &["this$0"]),
    ("java/util/LinkedHashMap$LinkedValues", Tag::Delegate(Part::Values), Kind::List, &["this$0"]),
    ("java/util/TreeMap$KeySet", Tag::Delegate(Part::Keys), Kind::Set, &["m"]),
    ("java/util/TreeMap$Values", Tag::Delegate(Part::Values), Kind::List, &["this$0"]),
    (
        "java/util/concurrent/ConcurrentHashMap$KeySetView",
        Tag::Delegate(Part::Keys),
        Kind::Set,
        &["map"],
    ),
    (
        "java/util/concurrent/ConcurrentHashMap$ValuesView",
        Tag::Delegate(Part::Values),
        Kind::List,
        &["map"],
    ),
    ("java/util/Collections$SingletonList", Tag::One, Kind::List, &["element"]),
    ("java/util/Collections$SingletonSet", Tag::One, Kind::Set, &["element"]),
    ("java/util/Collections$EmptyList", Tag::Nothing, Kind::List, &[]),
    ("java/util/Collections$EmptySet", Tag::Nothing, Kind::Set, &[]),
    ("java/util/Collections$CopiesList", Tag::Copies, Kind::List, &["element", "n"]),
    ("java/util/Collections$SetFromMap", Tag::Delegate(Part::Keys), Kind::Set, &["m"]),
];

const MAPS: &[Row] = &[
    // A linked map is a hash map too: the table is for looking up.
    ("java/util/LinkedHashMap", Tag::LinkedMap, Kind::Map, &["table", "size", "head"]),
    ("java/util/HashMap", Tag::HashMap, Kind::Map, &["table", "size"]),
    ("java/util/TreeMap", Tag::TreeMap, Kind::Map, &["root", "size"]),
    (
        "java/util/concurrent/ConcurrentHashMap",
        Tag::ConcurrentMap,
        Kind::Map,
        &["table", "baseCount", "counterCells"],
    ),
    ("java/util/Hashtable", Tag::Hashtable, Kind::Map, &["table", "count"]),
    ("java/util/Properties", Tag::Delegate(Part::Same), Kind::Map, &["map"]),
    ("java/util/IdentityHashMap", Tag::Pairs, Kind::Map, &["table", "size", "NULL_KEY"]),
    ("java/util/ImmutableCollections$MapN", Tag::Pairs, Kind::Map, &["table", "size"]),
    ("java/util/ImmutableCollections$Map1", Tag::OneEntry, Kind::Map, &["k0", "v0"]),
    ("java/util/EnumMap", Tag::EnumMap, Kind::Map, &["keyUniverse", "vals", "size", "NULL"]),
    ("java/util/Collections$SingletonMap", Tag::OneEntry, Kind::Map, &["k", "v"]),
    ("java/util/Collections$EmptyMap", Tag::NoEntry, Kind::Map, &[]),
];

/// The form of the boot loader's class `internal`; `field` finds a field of it or of a superclass.
pub(crate) fn find(
    internal: &str,
    field: impl Fn(&str) -> Option<FieldId>,
) -> Option<(Form, Kind)> {
    let rows = VALUES.iter().chain(SEQUENCES).chain(MAPS);
    let row = rows.into_iter().find(|(name, ..)| *name == internal);
    let wrapper = row.is_none().then(|| wrapper(internal)).flatten();
    let (tag, kind, names) = row.map(|(_, tag, kind, names)| (*tag, *kind, *names)).or(wrapper)?;
    let mut at = [None; 4];
    for (place, name) in at.iter_mut().zip(names) {
        *place = Some(field(name)?);
    }
    Some((Form { tag, at }, kind))
}

/// The wrappers of `java.util.Collections`, by what their names begin and end with.
fn wrapper(internal: &str) -> Option<(Tag, Kind, &'static [&'static str])> {
    let name = internal.strip_prefix("java/util/Collections$")?;
    let wraps = ["Unmodifiable", "Synchronized", "Checked"].iter().any(|one| name.starts_with(one));
    // Their own iterators, entries and views of entries.
    if !wraps || name.contains('$') || name.ends_with("Entry") {
        return None;
    }
    let passes = Tag::Delegate(Part::Same);
    if name.ends_with("Map") {
        Some((passes, Kind::Map, &["m"]))
    } else {
        Some((passes, if name.ends_with("Set") { Kind::Set } else { Kind::List }, &["c"]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anything(_: &str) -> Option<FieldId> {
        Some(FieldId::new(std::ptr::null_mut()))
    }

    #[test]
    fn a_form_needs_all_of_its_fields() {
        assert!(find("java/util/ArrayList", anything).is_some());
        let without_size = |name: &str| anything(name).filter(|_| name != "size");
        assert!(find("java/util/ArrayList", without_size).is_none());
        assert!(find("com/acme/Cart", anything).is_none());
    }

    #[test]
    fn wrappers_are_known_by_their_names() {
        let tag = |name: &str| find(name, anything).map(|(form, kind)| (form.tag, kind));
        let passes = Tag::Delegate(Part::Same);
        for (name, kind) in [
            ("UnmodifiableMap", Kind::Map),
            ("SynchronizedSortedMap", Kind::Map),
            ("UnmodifiableRandomAccessList", Kind::List),
            ("CheckedSet", Kind::Set),
        ] {
            let internal = format!("java/util/Collections${name}");
            assert_eq!(tag(&internal), Some((passes, kind)));
        }
        assert_eq!(tag("java/util/Collections$UnmodifiableMap$UnmodifiableEntrySet"), None);
        assert_eq!(tag("java/util/Collections$ReverseComparator"), None);
    }
}
