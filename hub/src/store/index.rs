//! Where each snapshot lies in the segments, in SQLite.
//!
//! Everything here can be made again from the segments, so a commit does not wait for the disk
//! (`synchronous = NORMAL`): what a power cut takes from it, the next start reads back. Knows places,
//! never contents. Invariant: a row points into a frame that was synced before the row was written.

use super::{Query, Result, StoreError, Stored, Surplus, Tally, Which};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Transaction, params};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use stillframe_core::ids::{InstanceId, ProbeId};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS snapshots(
  position INTEGER PRIMARY KEY, probe INTEGER NOT NULL, number INTEGER NOT NULL,
  instance BLOB NOT NULL, sequence INTEGER NOT NULL, time_ns INTEGER NOT NULL,
  segment INTEGER NOT NULL, frame INTEGER NOT NULL, record INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS by_sequence ON snapshots(instance, sequence);
CREATE INDEX IF NOT EXISTS by_probe ON snapshots(probe, position);
CREATE INDEX IF NOT EXISTS by_time ON snapshots(probe, time_ns);
CREATE INDEX IF NOT EXISTS by_segment ON snapshots(segment, frame);
CREATE TABLE IF NOT EXISTS segments(
  id INTEGER PRIMARY KEY, ended INTEGER NOT NULL, latest_ns INTEGER NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS tallies(
  probe INTEGER PRIMARY KEY, stored INTEGER NOT NULL, surplus INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS surplus(
  instance BLOB NOT NULL, sequence INTEGER NOT NULL, probe INTEGER NOT NULL,
  received_ns INTEGER NOT NULL, PRIMARY KEY(instance, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latest(one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER) STRICT;
";

/// Of [`SCHEMA`]. An index of another version is made again from the segments.
const VERSION: i64 = 1;

/// Where a record lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub segment: u64,
    pub frame: u64,
    pub record: u64,
}

/// A segment as the index knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentRow {
    pub id: u64,
    /// Everything before this is indexed.
    pub end: u64,
    /// When its latest snapshot was received.
    pub latest_ns: u64,
    /// Its file is to be deleted.
    pub dropped: bool,
}

pub(super) struct Index(Connection);

impl Index {
    /// Opens the index for writing and makes what is missing.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let is_new: bool =
            connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?;
        if version != VERSION && !is_new {
            return Err(StoreError::corrupt(format!("index: it has version {version}")));
        }
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        let verdict: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::corrupt(format!("index: {verdict}")));
        }
        Ok(Self(connection))
    }

    /// Opens it once more, for reading beside the writer.
    pub(super) fn open_reader(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self(Connection::open_with_flags(path, flags)?))
    }

    /// Adds what a batch changed, all or nothing. `rows` lie in the segment of `segment`.
    pub(super) fn add(
        &mut self,
        rows: &[(&Stored, Place)],
        surplus: &[Surplus],
        tallies: &HashMap<ProbeId, Tally>,
        segment: SegmentRow,
    ) -> Result<()> {
        let transaction = self.0.transaction()?;
        insert(&transaction, rows)?;
        insert_surplus(&transaction, surplus, segment.latest_ns)?;
        {
            let mut put =
                transaction.prepare_cached("INSERT OR REPLACE INTO tallies VALUES (?1, ?2, ?3)")?;
            for (probe, tally) in tallies {
                put.execute(params![
                    word(probe.to_bits()),
                    word(tally.stored),
                    word(tally.surplus)
                ])?;
            }
        }
        transaction.execute(
            "INSERT OR REPLACE INTO segments VALUES (?1, ?2, ?3, ?4)",
            params![word(segment.id), word(segment.end), word(segment.latest_ns), segment.dropped],
        )?;
        if let Some((stored, _)) = rows.last() {
            transaction
                .execute("INSERT OR REPLACE INTO latest VALUES (1, ?1)", [word(stored.position)])?;
        }
        Ok(transaction.commit()?)
    }

    /// The places a query means, in its order. Each form is answered by one of the keys alone,
    /// however much is stored.
    pub(super) fn find(&self, query: &Query) -> Result<Vec<Place>> {
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        match query.which {
            Which::All { after } => self.places(
                "SELECT segment, frame, record FROM snapshots
                 WHERE position > ?1 ORDER BY position LIMIT ?2",
                params![word(after), limit],
            ),
            Which::Probe { probe, after } => self.places(
                "SELECT segment, frame, record FROM snapshots
                 WHERE probe = ?1 AND position > ?2 ORDER BY position LIMIT ?3",
                params![word(probe.to_bits()), word(after), limit],
            ),
            Which::Time { probe, after, until_ns } => self.places(
                "SELECT segment, frame, record FROM snapshots
                 WHERE probe = ?1 AND (time_ns, position) > (?2, ?3) AND time_ns < ?4
                 ORDER BY time_ns, position LIMIT ?5",
                params![
                    word(probe.to_bits()),
                    word(after.time_ns),
                    word(after.position),
                    word(until_ns),
                    limit
                ],
            ),
            Which::Number { probe, number } => match self.numbered(probe, number)? {
                Some(position) => self.places(
                    "SELECT segment, frame, record FROM snapshots WHERE position = ?1",
                    [word(position)],
                ),
                None => Ok(Vec::new()),
            },
        }
    }

    fn places(&self, statement: &str, values: impl Params) -> Result<Vec<Place>> {
        let mut find = self.0.prepare_cached(statement)?;
        let rows = find.query_map(values, |row| {
            Ok(Place {
                segment: unword(row.get(0)?),
                frame: unword(row.get(1)?),
                record: unword(row.get(2)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The position of a probe's snapshot with this number. Numbers rise with positions, so halving
    /// finds it without a key of its own.
    fn numbered(&self, probe: ProbeId, number: u64) -> Result<Option<u64>> {
        let mut next = self.0.prepare_cached(
            "SELECT position, number FROM snapshots
             WHERE probe = ?1 AND position >= ?2 ORDER BY position LIMIT 1",
        )?;
        let (mut low, mut high) = (0, self.latest()?.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            let found = next.query_row(params![word(probe.to_bits()), word(middle)], |row| {
                Ok((unword(row.get(0)?), unword(row.get(1)?)))
            });
            match found.optional()? {
                Some((position, found)) if found == number => return Ok(Some(position)),
                Some((position, found)) if found < number => low = position + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(None)
    }

    /// Whether a snapshot came already: it is there, or was counted as surplus.
    pub(super) fn holds(&self, instance: InstanceId, sequence: u64) -> Result<bool> {
        let mut find = self.0.prepare_cached(
            "SELECT 1 FROM snapshots WHERE instance = ?1 AND sequence = ?2
             UNION ALL SELECT 1 FROM surplus WHERE instance = ?1 AND sequence = ?2",
        )?;
        Ok(find.exists(params![instance.0.as_slice(), word(sequence)])?)
    }

    /// Forgets which snapshots were surplus before `before_ns`; how many stays known.
    pub(super) fn forget_surplus(&mut self, before_ns: u64) -> Result<()> {
        self.0.execute("DELETE FROM surplus WHERE received_ns < ?1", [word(before_ns)])?;
        Ok(())
    }

    /// The highest sequence of an instance; 0 if there is none.
    pub(super) fn highest(&self, instance: InstanceId) -> Result<u64> {
        let mut find = self.0.prepare_cached(
            "SELECT max(sequence) FROM (
               SELECT max(sequence) AS sequence FROM snapshots WHERE instance = ?1
               UNION ALL SELECT max(sequence) FROM surplus WHERE instance = ?1)",
        )?;
        let highest: Option<i64> = find.query_row([instance.0.as_slice()], |row| row.get(0))?;
        Ok(highest.map_or(0, unword))
    }

    /// How many snapshots of a probe are here from each instance.
    pub(super) fn shares(&self, probe: ProbeId) -> Result<BTreeMap<InstanceId, Tally>> {
        let mut find = self.0.prepare_cached(
            "SELECT instance, sum(stored), sum(surplus) FROM (
               SELECT instance, 1 AS stored, 0 AS surplus FROM snapshots WHERE probe = ?1
               UNION ALL SELECT instance, 0, 1 FROM surplus WHERE probe = ?1)
             GROUP BY instance",
        )?;
        let rows = find.query_map([word(probe.to_bits())], |row| {
            let tally = Tally { stored: unword(row.get(1)?), surplus: unword(row.get(2)?) };
            Ok((InstanceId(row.get(0)?), tally))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn tallies(&self) -> Result<HashMap<ProbeId, Tally>> {
        let mut all = self.0.prepare("SELECT probe, stored, surplus FROM tallies")?;
        let rows = all.query_map([], |row| {
            let tally = Tally { stored: unword(row.get(1)?), surplus: unword(row.get(2)?) };
            Ok((unword(row.get(0)?), tally))
        })?;
        let mut tallies = HashMap::new();
        for row in rows {
            let (bits, tally) = row?;
            if let Ok(probe) = ProbeId::from_bits(bits) {
                tallies.insert(probe, tally);
            }
        }
        Ok(tallies)
    }

    /// The position given last.
    pub(super) fn latest(&self) -> Result<u64> {
        let latest: Option<i64> =
            self.0.query_row("SELECT position FROM latest", [], |row| row.get(0)).optional()?;
        Ok(latest.map_or(0, unword))
    }

    pub(super) fn segments(&self) -> Result<Vec<SegmentRow>> {
        let mut all =
            self.0.prepare("SELECT id, ended, latest_ns, dropped FROM segments ORDER BY id")?;
        let rows = all.query_map([], |row| {
            Ok(SegmentRow {
                id: unword(row.get(0)?),
                end: unword(row.get(1)?),
                latest_ns: unword(row.get(2)?),
                dropped: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets the rows of a segment at or behind `from`; with `dropped` its file is to go.
    pub(super) fn forget(&mut self, segment: u64, from: u64, dropped: bool) -> Result<()> {
        let transaction = self.0.transaction()?;
        transaction.execute(
            "DELETE FROM snapshots WHERE segment = ?1 AND frame >= ?2",
            [word(segment), word(from)],
        )?;
        transaction.execute(
            "UPDATE segments SET ended = min(ended, ?2), dropped = ?3 WHERE id = ?1",
            params![word(segment), word(from), dropped],
        )?;
        Ok(transaction.commit()?)
    }

    /// Forgets a segment whose file is gone.
    pub(super) fn gone(&mut self, segment: u64) -> Result<()> {
        self.0.execute("DELETE FROM segments WHERE id = ?1", [word(segment)])?;
        Ok(())
    }
}

fn insert(transaction: &Transaction<'_>, rows: &[(&Stored, Place)]) -> Result<()> {
    // A row that is there already comes from reading a segment back; it says the same.
    let mut put = transaction
        .prepare_cached("INSERT OR IGNORE INTO snapshots VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)")?;
    for (stored, place) in rows {
        put.execute(params![
            word(stored.position),
            word(stored.probe.to_bits()),
            word(stored.number),
            stored.instance.0.as_slice(),
            word(stored.sequence),
            word(stored.time_ns),
            word(place.segment),
            word(place.frame),
            word(place.record),
        ])?;
    }
    Ok(())
}

fn insert_surplus(
    transaction: &Transaction<'_>,
    surplus: &[Surplus],
    received_ns: u64,
) -> Result<()> {
    let mut put =
        transaction.prepare_cached("INSERT OR IGNORE INTO surplus VALUES (?1, ?2, ?3, ?4)")?;
    for one in surplus {
        put.execute(params![
            one.instance.0.as_slice(),
            word(one.sequence),
            word(one.probe.to_bits()),
            word(received_ns),
        ])?;
    }
    Ok(())
}

/// SQLite's integers are signed; the bits are kept.
fn word(value: u64) -> i64 {
    value.cast_signed()
}

fn unword(value: i64) -> u64 {
    value.cast_unsigned()
}
