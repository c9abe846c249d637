//! Compression of frames, and how large one may be.
//!
//! Knows nothing of what is inside. Invariant: the size a frame claims is judged before a byte of it
//! is decompressed.

use crate::error::{Error, ErrorKind, Result};

/// Bytes of a binary frame that a reader accepts.
pub const MAX_FRAME_BYTES: usize = 4 << 20;
/// Bytes of a batch, decompressed.
pub const MAX_BATCH_BYTES: usize = 8 << 20;
/// Snapshots of a batch.
pub const MAX_BATCH_SNAPSHOTS: usize = 64;

/// First byte of a frame: an LZ4 block, its decompressed size before it in four bytes.
const LZ4_BLOCK: u8 = 1;
/// Bytes that one byte of an LZ4 block can stand for at most, by the format.
const LZ4_MOST: usize = 255;

/// Compresses a batch into a frame.
pub fn pack(batch: &[u8]) -> Vec<u8> {
    let mut frame = vec![LZ4_BLOCK];
    frame.extend(lz4_flex::block::compress_prepend_size(batch));
    frame
}

/// Decompresses a frame from outside.
pub fn unpack(frame: &[u8]) -> Result<Vec<u8>> {
    let fault = |what: &str| Error::new(ErrorKind::Wire, format!("a frame is malformed: {what}"));
    if frame.len() > MAX_FRAME_BYTES {
        return Err(fault("it is over 4 MiB"));
    }
    let block = match frame {
        [LZ4_BLOCK, block @ ..] => block,
        _ => return Err(fault("its compression is unknown")),
    };
    let (size, block) = block.split_first_chunk().ok_or_else(|| fault("it has no size"))?;
    let size = u32::from_le_bytes(*size) as usize;
    if size > MAX_BATCH_BYTES || size > block.len().saturating_mul(LZ4_MOST) {
        return Err(fault("it claims to be larger than it can be"));
    }
    let batch = lz4_flex::block::decompress(block, size);
    let batch = batch.map_err(|error| fault(&error.to_string()))?;
    if batch.len() == size { Ok(batch) } else { Err(fault("it is shorter than it claims")) }
}
