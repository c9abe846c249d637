//! Control messages of both directions, probe specifications and locations.
//!
//! Checked: nothing panics, a message means the same when it is sent on, a location prints as it was
//! typed, and a specification that was found good is still good when it is read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{from_str, to_string};
use stillframe_core::probe::{Location, ProbeSpec};
use stillframe_core::transport::message::{AgentMessage, HubMessage};

fuzz_target!(|text: &str| {
    if let Ok(message) = AgentMessage::parse(text) {
        let again =
            AgentMessage::parse(&to_string(&message).expect("plain data")).expect("what we wrote");
        assert_eq!(again, message);
    }
    if let Ok(message) = HubMessage::parse(text) {
        let again =
            HubMessage::parse(&to_string(&message).expect("plain data")).expect("what we wrote");
        assert_eq!(again, message);
    }
    if let Ok(location) = text.parse::<Location>() {
        let printed = location.to_string();
        let again: Location = printed.parse().expect("what we printed");
        assert_eq!(again, location, "{printed:?}");
    }
    if let Ok(Ok(good)) = from_str::<ProbeSpec>(text).map(ProbeSpec::checked) {
        let again: ProbeSpec =
            from_str(&to_string(&good).expect("plain data")).expect("what we wrote");
        assert_eq!(again.clone().checked().expect("still good"), good);
        assert_eq!(again, good);
    }
});
