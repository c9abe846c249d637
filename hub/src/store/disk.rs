//! The store on this machine's disk: segments hold the truth, an index finds in it.
//!
//! Knows order of writes and what to mend after a crash. Invariant: a batch is answered after its
//! frames are synced and indexed; if either fails the segment is cut back to where it was.

use super::index::{Index, Place, SegmentRow};
use super::ledger::{AuditRow, Ledger, audit};
use super::segment::{self, Reader, Segment};
use super::{
    AuditEntry, FreezeRecord, Head, Incoming, Outcome, ProbeRecord, Query, Result, Retention,
    Store, StoreError, Stored, Surplus, Tally, TokenRow, Verdict, record,
};
use crate::folder;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use stillframe_core::clock;
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::transport::message::InstanceInfo;

mod recover;

pub(crate) use recover::Recovery;

/// Bytes after which a frame is closed: what a reader of one snapshot uncompresses.
const FRAME_BYTES: usize = 256 << 10;
/// Bytes after which a segment is closed, unless retention keeps little.
const SEGMENT_BYTES: u64 = 64 << 20;
/// Age after which a segment is closed, so that retention by days has something to delete.
const SEGMENT_AGE_NS: u64 = 6 * 3_600 * 1_000_000_000;

/// The store on disk.
pub(crate) struct DiskStore {
    folder: PathBuf,
    segment_bytes: u64,
    /// Closed before the writer, whose closing empties the write-ahead log.
    reader: Mutex<Index>,
    writer: Mutex<Writer>,
    ledger: Mutex<Ledger>,
    /// Held while the store is open, so that no second hub writes here.
    lock: File,
}

struct Writer {
    index: Index,
    segment: Option<Segment>,
    next_segment: u64,
    /// When the open segment was begun, monotonic.
    begun_ns: u64,
    latest: u64,
    tallies: HashMap<ProbeId, Tally>,
    /// Highest sequence handled of each instance that wrote since the start.
    highest: HashMap<InstanceId, u64>,
}

/// What a batch will change, computed before anything is written.
#[derive(Default)]
struct Plan {
    outcomes: Vec<Outcome>,
    tallies: HashMap<ProbeId, Tally>,
    highest: HashMap<InstanceId, u64>,
    latest: u64,
}

impl Plan {
    fn surplus(&self) -> impl Iterator<Item = Surplus> {
        self.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Surplus(surplus) => Some(*surplus),
            Outcome::Stored(_) | Outcome::Duplicate => None,
        })
    }
}

impl DiskStore {
    /// Opens the store in `folder`, mends what a crash left, and says what it mended.
    pub(crate) fn open(folder: &Path, retention: Retention) -> Result<(Self, Recovery)> {
        folder::private_folder(folder)?;
        let segments = folder.join("segments");
        folder::private_folder(&segments)?;
        let lock = File::create(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            return Err(StoreError::corrupt(format!(
                "another hub is using {}; stop it, or name another folder with --data",
                folder.display()
            )));
        }
        let path = folder.join("index.db");
        let (index, resume, recovery) = recover::recover(&path, &segments)?;
        let (tallies, latest) = (index.tallies()?, index.latest()?);
        let next_segment = segment::list(&segments)?.last().map_or(1, |last| last + 1);
        let writer = Writer {
            index,
            segment: resume,
            next_segment,
            begun_ns: clock::monotonic_ns(),
            latest,
            tallies,
            highest: HashMap::new(),
        };
        let store = Self {
            folder: segments,
            segment_bytes: SEGMENT_BYTES.min(retention.bytes / 8).max(4096),
            writer: Mutex::new(writer),
            reader: Mutex::new(Index::open_reader(&path)?),
            ledger: Mutex::new(Ledger::open(&folder.join("hub.db"))?),
            lock,
        };
        Ok((store, recovery))
    }
}

impl Drop for DiskStore {
    fn drop(&mut self) {
        // Said, not left to the closing: a child that is being started may hold a copy of the file.
        let _ = self.lock.unlock();
    }
}

/// A panic while the lock was held left nothing half-changed: changes are made by transactions.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer {
    fn plan(&self, batch: &[Incoming]) -> Result<Plan> {
        let received_ns = clock::wall_ns();
        let mut plan = Plan { latest: self.latest, ..Plan::default() };
        let mut seen = HashSet::new();
        for item in batch {
            let known = match plan.highest.get(&item.instance).or(self.highest.get(&item.instance))
            {
                Some(highest) => *highest,
                None => self.index.highest(item.instance)?,
            };
            plan.highest.insert(item.instance, known.max(item.sequence));
            let again = item.sequence <= known;
            if !seen.insert((item.instance, item.sequence))
                || (again && self.index.holds(item.instance, item.sequence)?)
            {
                plan.outcomes.push(Outcome::Duplicate);
                continue;
            }
            let tally = plan
                .tallies
                .entry(item.probe)
                .or_insert_with(|| self.tallies.get(&item.probe).copied().unwrap_or_default());
            if item.limit.is_some_and(|limit| tally.stored >= limit) {
                tally.surplus += 1;
                plan.outcomes.push(Outcome::Surplus(Surplus {
                    probe: item.probe,
                    instance: item.instance,
                    sequence: item.sequence,
                }));
                continue;
            }
            tally.stored += 1;
            plan.latest += 1;
            plan.outcomes.push(Outcome::Stored(Box::new(Stored {
                position: plan.latest,
                probe: item.probe,
                number: tally.stored,
                instance: item.instance,
                sequence: item.sequence,
                time_ns: item.time_ns,
                received_ns,
                blob: item.blob.clone(),
            })));
        }
        Ok(plan)
    }

    fn segment(&mut self, folder: &Path, most_bytes: u64) -> Result<&mut Segment> {
        let now_ns = clock::monotonic_ns();
        let old = now_ns.saturating_sub(self.begun_ns) > SEGMENT_AGE_NS;
        if self.segment.as_ref().is_none_or(|segment| segment.end >= most_bytes || old) {
            let segment = Segment::create(folder, self.next_segment)?;
            self.next_segment += 1;
            self.begun_ns = now_ns;
            self.segment = Some(segment);
        }
        self.segment.as_mut().ok_or_else(|| StoreError::corrupt("no segment is open"))
    }

    fn write(&mut self, folder: &Path, most_bytes: u64, plan: &Plan) -> Result<()> {
        let segment = self.segment(folder, most_bytes)?;
        let before = segment.end;
        let written = append(segment, &plan.outcomes).and_then(|rows| {
            segment.sync()?;
            Ok(rows)
        });
        let row = SegmentRow {
            id: segment.id,
            end: segment.end,
            latest_ns: clock::wall_ns(),
            dropped: false,
        };
        let surplus: Vec<Surplus> = plan.surplus().collect();
        let done = written.and_then(|rows| self.index.add(&rows, &surplus, &plan.tallies, row));
        if done.is_err()
            && let Some(segment) = self.segment.as_mut()
        {
            segment.end = before;
            segment.undo();
        }
        done
    }
}

/// Puts what is to be stored into frames of the segment; answers where.
fn append<'a>(segment: &mut Segment, outcomes: &'a [Outcome]) -> Result<Vec<(&'a Stored, Place)>> {
    let mut rows: Vec<(&Stored, Place)> = Vec::new();
    let (mut frame, mut first) = (Vec::new(), 0);
    let stored = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Stored(stored) => Some(&**stored),
        Outcome::Duplicate | Outcome::Surplus(_) => None,
    });
    for stored in stored {
        let at = record::append(&mut frame, stored)? as u64;
        rows.push((stored, Place { segment: segment.id, frame: 0, record: at }));
        if frame.len() >= FRAME_BYTES {
            let start = segment.append(&frame)?;
            rows[first..].iter_mut().for_each(|(_, place)| place.frame = start);
            (first, frame) = (rows.len(), Vec::new());
        }
    }
    if !frame.is_empty() {
        let start = segment.append(&frame)?;
        rows[first..].iter_mut().for_each(|(_, place)| place.frame = start);
    }
    Ok(rows)
}

impl Store for DiskStore {
    fn put_batch(&self, batch: &[Incoming]) -> Result<Vec<Outcome>> {
        let mut writer = held(&self.writer);
        let plan = writer.plan(batch)?;
        if plan.outcomes.iter().any(|outcome| !matches!(outcome, Outcome::Duplicate)) {
            writer.write(&self.folder, self.segment_bytes, &plan)?;
        }
        writer.latest = plan.latest;
        writer.tallies.extend(plan.tallies);
        writer.highest.extend(plan.highest);
        Ok(plan.outcomes)
    }

    fn query(&self, query: &Query) -> Result<Vec<Stored>> {
        let places = held(&self.reader).find(query)?;
        let mut found = Vec::with_capacity(places.len());
        let mut reader: Option<(u64, Reader)> = None;
        let mut frame: Option<(u64, u64, Vec<u8>)> = None;
        for place in places {
            if reader.as_ref().is_none_or(|(id, _)| *id != place.segment) {
                match Reader::open(&self.folder, place.segment) {
                    Ok(opened) => reader = Some((place.segment, opened)),
                    // Retention deleted it between the look-up and now.
                    Err(_) => continue,
                }
            }
            let Some((_, opened)) = reader.as_ref() else { continue };
            if frame.as_ref().is_none_or(|(id, at, _)| (*id, *at) != (place.segment, place.frame)) {
                let (raw, _) = opened.frame(place.frame)?.ok_or_else(|| {
                    StoreError::corrupt(format!("a frame of segment {} is damaged", place.segment))
                })?;
                frame = Some((place.segment, place.frame, raw));
            }
            if let Some((_, _, raw)) = &frame {
                let at = usize::try_from(place.record).unwrap_or(usize::MAX);
                found.push(record::read(raw, at)?.0);
            }
        }
        Ok(found)
    }

    fn held(&self, instance: InstanceId, sequences: &[u64]) -> Result<Vec<u64>> {
        let writer = held(&self.writer);
        let mut found = Vec::new();
        for sequence in sequences {
            if writer.index.holds(instance, *sequence)? {
                found.push(*sequence);
            }
        }
        Ok(found)
    }

    fn tallies(&self) -> Result<HashMap<ProbeId, Tally>> {
        Ok(held(&self.writer).tallies.clone())
    }

    fn shares(&self, probe: ProbeId) -> Result<BTreeMap<InstanceId, Tally>> {
        held(&self.reader).shares(probe)
    }

    fn latest(&self) -> Result<u64> {
        Ok(held(&self.writer).latest)
    }

    fn retain(&self, now_ns: u64, retention: Retention) -> Result<u64> {
        let mut writer = held(&self.writer);
        let open = writer.segment.as_ref().map(|segment| segment.id);
        let rows = writer.index.segments()?;
        let bytes = |id| segment::path(&self.folder, id).metadata().map_or(0, |meta| meta.len());
        let mut total: u64 = rows.iter().map(|row| bytes(row.id)).sum();
        let mut deleted = 0;
        for row in rows {
            let old = row.latest_ns.saturating_add(retention.age_ns) < now_ns;
            if !old && total <= retention.bytes {
                break;
            }
            if Some(row.id) == open {
                if !old {
                    break;
                }
                writer.segment = None;
            }
            total -= bytes(row.id);
            writer.index.forget(row.id, 0, true)?;
            std::fs::remove_file(segment::path(&self.folder, row.id))?;
            writer.index.gone(row.id)?;
            deleted += 1;
        }
        writer.index.forget_surplus(now_ns.saturating_sub(retention.age_ns))?;
        drop(writer);
        held(&self.ledger).forget_instances(now_ns.saturating_sub(retention.age_ns))?;
        Ok(deleted)
    }

    fn probes(&self) -> Result<Vec<ProbeRecord>> {
        held(&self.ledger).probes()
    }

    fn put_probe(&self, probe: &ProbeRecord) -> Result<()> {
        held(&self.ledger).put_probe(probe)
    }

    fn frozen(&self) -> Result<Option<FreezeRecord>> {
        held(&self.ledger).frozen()
    }

    fn put_frozen(&self, frozen: Option<&FreezeRecord>) -> Result<()> {
        held(&self.ledger).put_frozen(frozen)
    }

    fn instance(&self, id: InstanceId) -> Result<Option<InstanceInfo>> {
        held(&self.ledger).instance(id)
    }

    fn put_instance(&self, id: InstanceId, info: &InstanceInfo, now_ns: u64) -> Result<()> {
        held(&self.ledger).put_instance(id, info, now_ns)
    }

    fn tokens(&self) -> Result<Vec<TokenRow>> {
        held(&self.ledger).tokens()
    }

    fn put_token(&self, token: &TokenRow) -> Result<()> {
        held(&self.ledger).put_token(token)
    }

    fn audit(&self, entry: &AuditEntry) -> Result<()> {
        held(&self.ledger).audit(entry)
    }

    fn audit_rows(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>> {
        held(&self.ledger).audit_rows(after, limit)
    }

    fn audit_head(&self) -> Result<u64> {
        held(&self.ledger).audit_head()
    }

    fn verify_audit(&self, noted: Option<Head>) -> Result<Verdict> {
        // By a reader of its own: a long chain must keep nobody from writing.
        let data = self.folder.parent().unwrap_or(&self.folder);
        audit::verify_folder(data, noted).map_err(StoreError::corrupt)
    }
}

#[cfg(test)]
mod tests;
