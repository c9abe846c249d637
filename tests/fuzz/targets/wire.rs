//! Frames and batches from a hostile agent.
//!
//! Checked: nothing panics, no frame claims its way to memory it cannot fill, and what decodes means
//! the same after another trip.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stillframe_core::wire::{
    MAX_BATCH_BYTES, decode_batch, decode_snapshot, encode_batch, pack, unpack,
};

fn batch(bytes: &[u8]) {
    let Ok(batch) = decode_batch(bytes) else { return };
    let again = decode_batch(&encode_batch(&batch)).expect("what we wrote is readable");
    assert_eq!(format!("{again:?}"), format!("{batch:?}"), "another trip changed a batch");
}

fuzz_target!(|bytes: &[u8]| {
    // A frame's compression hides what is inside from the fuzzer: it also gets in without.
    batch(bytes);
    let _ = decode_snapshot(bytes);
    if let Ok(inside) = unpack(bytes) {
        assert!(inside.len() <= MAX_BATCH_BYTES);
        batch(&inside);
        assert_eq!(unpack(&pack(&inside)).expect("what we packed"), inside);
    }
});
