//! A door for the fuzzer (`tests/fuzz`) to the segment reader, which no other crate sees.
//!
//! Compiled only under `cfg(fuzzing)`. Invariant: a segment of any bytes is read to an end.

use super::record;
use super::segment::{Reader, Segment, path};
use std::path::Path;

/// Reads `bytes` as a segment's file, and as what the one good frame of another holds.
pub fn fuzz_segment(folder: &Path, bytes: &[u8]) {
    std::fs::write(path(folder, 1), bytes).expect("a file of the fuzzer");
    read(folder, 1);
    let _ = std::fs::remove_file(path(folder, 2));
    let mut segment = Segment::create(folder, 2).expect("a file of the fuzzer");
    segment.append(bytes).expect("room for a frame");
    drop(segment);
    assert_eq!(read(folder, 2), 1, "a frame that was written is not found");
}

/// Reads all frames, and all records of each; answers how many frames there were.
fn read(folder: &Path, id: u64) -> usize {
    let Ok(reader) = Reader::open(folder, id) else { return 0 };
    let (mut at, mut count) = (Reader::START, 0);
    while let Ok(Some((frame, next))) = reader.frame(at) {
        assert!(next > at && next <= reader.len(), "a frame does not lead on");
        let mut start = 0;
        while let Ok((_, end)) = record::read(&frame, start) {
            assert!(end > start && end <= frame.len(), "a record does not lead on");
            start = end;
        }
        (at, count) = (next, count + 1);
    }
    count
}
