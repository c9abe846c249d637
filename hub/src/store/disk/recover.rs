//! What happens before a store is used: the index is brought in line with the segments.
//!
//! Knows what a crash can leave: frames that are not indexed, half a frame at the end, an index that
//! is damaged or gone, segments that were being deleted. Invariant: a whole frame is never thrown
//! away, and whatever is cut is said.

use super::super::index::{Index, Place, SegmentRow};
use super::super::segment::{self, Reader, Segment};
use super::super::{Result, Tally, record};
use std::collections::HashMap;
use std::path::Path;
use stillframe_core::ids::ProbeId;

/// What was mended at the start, for the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recovery {
    /// One line each.
    pub lines: Vec<String>,
    /// Snapshots read back from segments into the index.
    pub reindexed: u64,
    /// Bytes of half-written frames that were cut.
    pub cut_bytes: u64,
}

/// Brings index and segments in line; answers the segment to go on with.
pub(super) fn recover(path: &Path, segments: &Path) -> Result<(Index, Option<Segment>, Recovery)> {
    let mut recovery = Recovery::default();
    let mut index = match Index::open(path) {
        Ok(index) => index,
        Err(error) if !error.full => {
            recovery.lines.push(format!("{error}; making it again from the segments"));
            for ending in ["db", "db-wal", "db-shm"] {
                let _ = std::fs::remove_file(path.with_extension(ending));
            }
            Index::open(path)?
        }
        Err(error) => return Err(error),
    };
    let known: HashMap<u64, SegmentRow> =
        index.segments()?.into_iter().map(|row| (row.id, row)).collect();
    let files = segment::list(segments)?;
    for row in known.values().filter(|row| row.dropped || !files.contains(&row.id)) {
        // Deleting was under way, or somebody took the file.
        index.forget(row.id, 0, true)?;
        let _ = std::fs::remove_file(segment::path(segments, row.id));
        index.gone(row.id)?;
    }
    let mut resume = None;
    for id in files.iter().copied().filter(|id| known.get(id).is_none_or(|row| !row.dropped)) {
        let last = files.last() == Some(&id);
        let end = read_back(&mut index, segments, id, known.get(&id), last, &mut recovery)?;
        if let Some(end) = end.filter(|_| last) {
            resume = Some(Segment::resume(segments, id, end)?);
        }
    }
    Ok((index, resume, recovery))
}

/// Indexes what the index does not know of a segment; answers where its last whole frame ends.
fn read_back(
    index: &mut Index,
    segments: &Path,
    id: u64,
    known: Option<&SegmentRow>,
    last: bool,
    recovery: &mut Recovery,
) -> Result<Option<u64>> {
    let reader = match Reader::open(segments, id) {
        Ok(reader) => reader,
        Err(error) => {
            recovery.lines.push(format!("{error}; it is left aside"));
            let path = segment::path(segments, id);
            std::fs::rename(&path, path.with_extension("damaged"))?;
            index.forget(id, 0, true)?;
            index.gone(id)?;
            return Ok(None);
        }
    };
    let mut at = known.map_or(Reader::START, |row| row.end);
    if at > reader.len() {
        recovery.lines.push(format!("segment {id} is shorter than it was: its end is lost"));
        index.forget(id, reader.len(), false)?;
        at = reader.len();
    }
    let mut latest_ns = known.map_or(0, |row| row.latest_ns);
    while let Some((raw, next)) = reader.frame(at)? {
        latest_ns = latest_ns.max(index_frame(index, id, at, next, &raw, recovery)?);
        at = next;
    }
    let behind = reader.len() - at;
    if behind > 0 && last {
        recovery.cut_bytes += behind;
        recovery.lines.push(format!(
            "segment {id}: {behind} bytes of a half-written frame were never acknowledged and are cut"
        ));
    } else if behind > 0 {
        recovery.lines.push(format!("segment {id}: its last {behind} bytes are damaged"));
    }
    Ok(Some(at))
}

/// Indexes one frame; answers when its latest snapshot was received.
fn index_frame(
    index: &mut Index,
    id: u64,
    at: u64,
    next: u64,
    raw: &[u8],
    recovery: &mut Recovery,
) -> Result<u64> {
    let (mut records, mut start) = (Vec::new(), 0);
    while start < raw.len() {
        let (stored, end) = record::read(raw, start)?;
        records.push((stored, Place { segment: id, frame: at, record: start as u64 }));
        start = end;
    }
    let before = index.tallies()?;
    let mut tallies: HashMap<ProbeId, Tally> = HashMap::new();
    for (stored, _) in &records {
        let tally = tallies
            .entry(stored.probe)
            .or_insert_with(|| before.get(&stored.probe).copied().unwrap_or_default());
        tally.stored = tally.stored.max(stored.number);
    }
    let latest_ns = records.iter().map(|(stored, _)| stored.received_ns).max().unwrap_or(0);
    let rows: Vec<_> = records.iter().map(|(stored, place)| (stored, *place)).collect();
    recovery.reindexed += rows.len() as u64;
    index.add(&rows, &[], &tallies, SegmentRow { id, end: next, latest_ns, dropped: false })?;
    Ok(latest_ns)
}
