//! Append-only files of compressed, checksummed frames.
//!
//! A file is eight bytes of magic, then frames: length of the payload (u32, little endian), length
//! uncompressed (u32), the first eight bytes of SHA-256 over both and the payload, then the payload:
//! zstd, level 1. Knows nothing of records. Invariant: a frame counts only after `sync`, and a reader
//! believes no length before its checksum.

use super::{Result, StoreError};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"SFSEG\x01\0\0";
const HEAD_BYTES: u64 = 16;
/// zstd's fastest ordinary level: measured to keep up with 88,000 snapshots a second.
const LEVEL: i32 = 1;
/// Most bytes of one frame, uncompressed; the writer closes a frame well below.
pub(super) const MAX_FRAME_BYTES: usize = 64 << 20;

/// The file of segment `id`.
pub(super) fn path(folder: &Path, id: u64) -> PathBuf {
    folder.join(format!("{id:010}.seg"))
}

/// The segments in a folder, oldest first.
pub(super) fn list(folder: &Path) -> Result<Vec<u64>> {
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".seg"));
        if let Some(id) = id.and_then(|id| id.parse().ok()) {
            ids.push(id);
        }
    }
    ids.sort_unstable();
    Ok(ids)
}

/// The segment that is written.
pub(super) struct Segment {
    pub id: u64,
    file: File,
    /// Where the next frame begins: everything before is whole and synced.
    pub end: u64,
    written: u64,
}

impl Segment {
    /// Starts segment `id`; its name is on disk when this returns.
    pub(super) fn create(folder: &Path, id: u64) -> Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path(folder, id))?;
        let end = MAGIC.len() as u64;
        let start = || -> std::io::Result<()> {
            file.write_all_at(MAGIC, 0)?;
            file.sync_all()?;
            File::open(folder)?.sync_all()
        };
        if let Err(error) = start() {
            // Without its magic the file is no segment; it would only be reported at every start.
            let _ = std::fs::remove_file(path(folder, id));
            return Err(error.into());
        }
        Ok(Self { id, file, end, written: end })
    }

    /// Opens segment `id` to go on after `end`; what lies behind is cut off.
    pub(super) fn resume(folder: &Path, id: u64, end: u64) -> Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path(folder, id))?;
        file.set_len(end)?;
        file.sync_all()?;
        Ok(Self { id, file, end, written: end })
    }

    /// Writes a frame behind those written before; answers where it begins.
    pub(super) fn append(&mut self, raw: &[u8]) -> Result<u64> {
        let payload = zstd::bulk::compress(raw, LEVEL)?;
        let size = |len: usize| {
            u32::try_from(len).map_err(|_| StoreError::corrupt("a frame is larger than 4 GiB"))
        };
        let mut frame = Vec::with_capacity(payload.len() + 16);
        frame.extend_from_slice(&size(payload.len())?.to_le_bytes());
        frame.extend_from_slice(&size(raw.len())?.to_le_bytes());
        frame.extend_from_slice(&checksum(&frame[..8], &payload));
        frame.extend_from_slice(&payload);
        let start = self.written;
        self.file.write_all_at(&frame, start)?;
        self.written = start + frame.len() as u64;
        Ok(start)
    }

    /// Makes everything appended safe.
    pub(super) fn sync(&mut self) -> Result<()> {
        self.file.sync_data()?;
        self.end = self.written;
        Ok(())
    }

    /// Takes back what was appended since the last sync.
    pub(super) fn undo(&mut self) {
        self.written = self.end;
        // Bytes that stay behind are overwritten by the next frame, or cut at the next start.
        let _ = self.file.set_len(self.end);
    }
}

fn checksum(head: &[u8], payload: &[u8]) -> [u8; 8] {
    let digest = Sha256::new().chain_update(head).chain_update(payload).finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    first
}

/// Reads frames of one segment.
pub(super) struct Reader {
    file: File,
    len: u64,
}

impl Reader {
    pub(super) fn open(folder: &Path, id: u64) -> Result<Self> {
        let file = File::open(path(folder, id))?;
        let len = file.metadata()?.len();
        let mut magic = [0; 8];
        if len < 8 || file.read_exact_at(&mut magic, 0).is_err() || magic != *MAGIC {
            return Err(StoreError::corrupt(format!("segment {id} has no proper beginning")));
        }
        Ok(Self { file, len })
    }

    /// Where the first frame begins.
    pub(super) const START: u64 = MAGIC.len() as u64;

    /// Bytes of the file.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The frame at `start`, uncompressed, and where the next begins; `None` if there is no whole
    /// frame with a good checksum.
    pub(super) fn frame(&self, start: u64) -> Result<Option<(Vec<u8>, u64)>> {
        let mut head = [0; HEAD_BYTES as usize];
        let Some(body) = start.checked_add(HEAD_BYTES).filter(|body| *body <= self.len) else {
            return Ok(None);
        };
        self.file.read_exact_at(&mut head, start)?;
        let number = |at: usize| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&head[at..at + 4]);
            u32::from_le_bytes(bytes)
        };
        let (len, raw_len) = (u64::from(number(0)), number(4) as usize);
        if body + len > self.len || raw_len > MAX_FRAME_BYTES {
            return Ok(None);
        }
        let mut payload = vec![0; usize::try_from(len).unwrap_or(usize::MAX)];
        self.file.read_exact_at(&mut payload, body)?;
        if checksum(&head[..8], &payload) != head[8..16] {
            return Ok(None);
        }
        match zstd::bulk::decompress(&payload, raw_len) {
            Ok(raw) if raw.len() == raw_len => Ok(Some((raw, body + len))),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_or_changed_frame_is_no_frame() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let mut segment = Segment::create(temp.path(), 1).expect("created");
        let first = segment.append(b"one frame").expect("written");
        let second = segment.append(&[7; 10_000]).expect("written");
        segment.sync().expect("synced");
        let whole = std::fs::read(path(temp.path(), 1)).expect("readable");
        let reader = Reader::open(temp.path(), 1).expect("a segment");
        let (raw, next) = reader.frame(first).expect("readable").expect("whole");
        assert_eq!((raw.as_slice(), next), (&b"one frame"[..], second));
        assert_eq!(reader.frame(whole.len() as u64).expect("readable"), None);
        for cut in second as usize..whole.len() {
            std::fs::write(path(temp.path(), 1), &whole[..cut]).expect("cut");
            let reader = Reader::open(temp.path(), 1).expect("a segment");
            assert_eq!(reader.frame(second).expect("readable"), None, "cut at {cut}");
        }
        for at in second as usize..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x40;
            std::fs::write(path(temp.path(), 1), &changed).expect("changed");
            let reader = Reader::open(temp.path(), 1).expect("a segment");
            assert_eq!(reader.frame(second).expect("readable"), None, "changed at {at}");
        }
    }
}
