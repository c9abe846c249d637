//! The capture stream, as a writer in another language might get it wrong.
//!
//! Checked: nothing panics, and a stream that is believed becomes a snapshot that survives the wire.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stillframe_core::capture::check::read;
use stillframe_core::capture::shared::SharedNames;
use stillframe_core::redaction::Redaction;
use stillframe_core::wire::{decode_snapshot, encode_snapshot};

fuzz_target!(|stream: &[u8]| {
    if let Ok(snapshot) = read(stream, &Redaction::standard(), &SharedNames::default()) {
        let found =
            decode_snapshot(&encode_snapshot(&snapshot)).expect("what we wrote is readable");
        // By their text: not-a-number is not equal to itself.
        assert_eq!(format!("{found:?}"), format!("{snapshot:?}"), "the wire changed a snapshot");
    }
});
