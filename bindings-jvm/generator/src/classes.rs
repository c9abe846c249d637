//! What the generator asks of the binding: where names lead in the application's classes.
//!
//! Knows handles and descriptors, no class itself. Invariant: whatever is answered holds as long as
//! the classes behind the handles are loaded.

/// A class as the binding numbers it; equal handles are the same class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClassHandle(pub u64);

/// Where a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldAt {
    /// The class that declares it.
    pub class: ClassHandle,
    /// Its offset, as the JDK's internal `Unsafe` takes it; of a static field, in the class's mirror.
    pub offset: i64,
    /// Its declared type: a descriptor or, better, a generic signature, whose arguments are a hint.
    pub descriptor: String,
}

/// What a condition's name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotAt {
    /// The local of this index in [`Site::locals`](crate::Site::locals).
    Local(usize),
    /// Fields, one of the other, beginning at a local: `amount` for `this.amount`, `Outer.this`.
    Path(usize, Vec<FieldAt>),
    /// A static field of a class that is initialised.
    Static(FieldAt),
    /// A class, and its descriptor.
    Class(ClassHandle, String),
}

/// Answers where names lead. `None` everywhere means that the machine has to find out.
pub trait Classes {
    /// What the name behind a slot of the condition means.
    fn slot(&mut self, slot: u16) -> Option<SlotAt>;

    /// The loaded class that a descriptor means to the class `seen_from`; to the probed class, if
    /// that is none.
    fn class(&mut self, descriptor: &str, seen_from: Option<ClassHandle>) -> Option<ClassHandle>;

    /// The instance field that Java means by `name` on an expression of type `class`: of the class
    /// itself or the nearest superclass that has one of that name.
    fn field(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt>;

    /// The instance field that the method `name`, without its parentheses, returns and nothing else,
    /// when called without arguments on an object of exactly this class.
    fn getter(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt>;

    /// The static field `name` of a class that is initialised.
    fn static_field(&mut self, class: ClassHandle, name: &str) -> Option<FieldAt>;
}
