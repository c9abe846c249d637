//! The bytes of a snapshot inside a segment's frame.
//!
//! Knows neither files nor the wire format of the blob. Invariant: a record holds all that the index
//! says of it, so the index can be made again from segments alone.

use super::{Result, StoreError, Stored};
use stillframe_core::ids::{InstanceId, ProbeId};

/// position, probe, number, sequence, time, receive time: eight bytes each; instance; blob length.
const HEAD_BYTES: usize = 6 * 8 + 16 + 4;

/// Appends one record; answers where in `frame` it begins.
pub(super) fn append(frame: &mut Vec<u8>, stored: &Stored) -> Result<usize> {
    let start = frame.len();
    let len = u32::try_from(stored.blob.len())
        .map_err(|_| StoreError::corrupt("a snapshot is larger than 4 GiB"))?;
    for word in [
        stored.position,
        stored.probe.to_bits(),
        stored.number,
        stored.sequence,
        stored.time_ns,
        stored.received_ns,
    ] {
        frame.extend_from_slice(&word.to_le_bytes());
    }
    frame.extend_from_slice(&stored.instance.0);
    frame.extend_from_slice(&len.to_le_bytes());
    frame.extend_from_slice(&stored.blob);
    Ok(start)
}

/// Reads the record that begins at `start`; answers it and where the next begins.
pub(super) fn read(frame: &[u8], start: usize) -> Result<(Stored, usize)> {
    let torn = || StoreError::corrupt("a stored record is cut short");
    let head = frame.get(start..start + HEAD_BYTES).ok_or_else(torn)?;
    let word = |index: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&head[index * 8..index * 8 + 8]);
        u64::from_le_bytes(bytes)
    };
    let mut instance = [0; 16];
    instance.copy_from_slice(&head[48..64]);
    let mut len = [0; 4];
    len.copy_from_slice(&head[64..68]);
    let blob_start = start + HEAD_BYTES;
    let end = usize::try_from(u32::from_le_bytes(len))
        .ok()
        .and_then(|len| blob_start.checked_add(len))
        .ok_or_else(torn)?;
    let blob = frame.get(blob_start..end).ok_or_else(torn)?.to_vec();
    let probe = ProbeId::from_bits(word(1))
        .map_err(|error| StoreError::corrupt(format!("a stored record: {error}")))?;
    let stored = Stored {
        position: word(0),
        probe,
        number: word(2),
        sequence: word(3),
        time_ns: word(4),
        received_ns: word(5),
        instance: InstanceId(instance),
        blob,
    };
    Ok((stored, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_and_torn_ones_are_refused() {
        let stored = Stored {
            position: 7,
            probe: "p7k2".parse().expect("an id"),
            number: 3,
            instance: InstanceId([9; 16]),
            sequence: 11,
            time_ns: 12,
            received_ns: 13,
            blob: b"snapshot".to_vec(),
        };
        let mut frame = b"before".to_vec();
        let start = append(&mut frame, &stored).expect("fits");
        let end = frame.len();
        assert_eq!(read(&frame, start).expect("reads"), (stored, end));
        for cut in start..end {
            assert!(read(&frame[..cut], start).is_err());
        }
    }
}
