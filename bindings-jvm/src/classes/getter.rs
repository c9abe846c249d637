//! Methods that only return a field of their object: getters and the accessors of records.
//!
//! Knows one form of code, with hooks of ours before it. Invariant: what is answered is all that the
//! method does for the application.

use super::pool::{FieldRef, Pool};

const ALOAD_0: u8 = 0x2a;
const GETFIELD: u8 = 0xb4;
const INVOKEDYNAMIC: u8 = 0xba;
/// `ireturn` to `areturn`, as the letters of types follow each other.
const RETURNS: std::ops::RangeInclusive<u8> = 0xac..=0xb0;
/// Name of the calls that are ours.
const PROBE: &str = "probe";

/// The field that `code` returns, if it does nothing else. `descriptor` is the method's.
pub(crate) fn field_read<'a>(
    code: &[u8],
    descriptor: &str,
    pool: &Pool<'a>,
) -> Option<FieldRef<'a>> {
    let mut rest = code;
    // Where a probe sits on the getter itself: its locals, which are `this`, and the call.
    while let [ALOAD_0, INVOKEDYNAMIC, high, low, 0, 0, after @ ..] = rest {
        pool.dynamic_call(u16::from_be_bytes([*high, *low])).filter(|name| *name == PROBE)?;
        rest = after;
    }
    let [ALOAD_0, GETFIELD, high, low, end] = rest else { return None };
    let field = pool.field(u16::from_be_bytes([*high, *low]))?;
    let returned = descriptor.strip_prefix("()")?;
    let is_same = match (field.descriptor.as_bytes().first()?, returned.as_bytes().first()?) {
        // What is narrower than an int is read as one, except characters and booleans.
        (b'B' | b'S' | b'I', b'I') => true,
        (b'L' | b'[', b'L' | b'[') => true,
        (held, given) => held == given && *given != b'V',
    };
    (is_same && RETURNS.contains(end)).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::super::pool::tests::constants;
    use super::*;

    #[test]
    fn only_a_plain_return_of_a_field_is_a_getter() {
        let (count, bytes) = constants();
        let pool = Pool::read(count, &bytes).expect("the constants are well formed");
        let is_getter = |code: &[u8], descriptor| field_read(code, descriptor, &pool).is_some();
        let plain = [ALOAD_0, GETFIELD, 0, 8, 0xac];
        assert!(is_getter(&plain, "()I"));
        assert!(!is_getter(&plain, "()J"));
        assert!(!is_getter(&plain, "(I)I"));
        assert!(!is_getter(&plain, "()V"));
        assert!(!is_getter(&[ALOAD_0, GETFIELD, 0, 8, 0x74, 0xac], "()I"));
        assert!(!is_getter(&[0x2b, GETFIELD, 0, 8, 0xac], "()I"));
        let hooked = [&[ALOAD_0, INVOKEDYNAMIC, 0, 12, 0, 0][..], &plain].concat();
        assert!(is_getter(&hooked, "()I"));
        let foreign = [&[ALOAD_0, INVOKEDYNAMIC, 0, 11, 0, 0][..], &plain].concat();
        assert!(!is_getter(&foreign, "()I"));
    }
}
