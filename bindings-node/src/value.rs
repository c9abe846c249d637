//! Values, as the core may ask for them from native code: it may not.
//!
//! JavaScript reads and writes them itself (`lib/walk.js`), because crossing into native code for each
//! costs more than the value. Invariant: whatever is asked is *unreadable*, never a guess.

use stillframe_core::host::{Attr, Scope};
use stillframe_core::value::{Missing, Object, Reading, Text, Value};

/// The probed frame.
pub(crate) struct Probed;

impl Scope for Probed {
    fn slot(&self, _slot: u16) -> Reading<Value<'_>> {
        Err(Missing::Unreadable)
    }

    fn attr(&self, _object: Object, _attr: Attr<'_>) -> Reading<Value<'_>> {
        Err(Missing::Unreadable)
    }

    fn item(&self, _sequence: Object, _index: usize) -> Reading<Value<'_>> {
        Err(Missing::Unreadable)
    }

    fn lookup(&self, _container: Object, _key: &Value<'_>) -> Option<Reading<Value<'_>>> {
        None
    }

    fn entry(&self, _container: Object, _cursor: &mut usize) -> Option<(Value<'_>, Value<'_>)> {
        None
    }

    fn len(&self, _object: Object) -> Reading<usize> {
        Err(Missing::Unreadable)
    }

    fn truth(&self, _object: Object) -> Reading<bool> {
        Err(Missing::Unreadable)
    }

    fn underlying(&self, _object: Object) -> Reading<Value<'_>> {
        Err(Missing::Unreadable)
    }

    fn compares_by_identity(&self, _object: Object) -> bool {
        true
    }

    fn is_instance(&self, _value: &Value<'_>, _class: Object) -> Reading<bool> {
        Err(Missing::Unreadable)
    }

    fn type_name(&self, _value: &Value<'_>) -> Text<'_> {
        Text::Utf8("")
    }
}
