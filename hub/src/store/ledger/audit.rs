//! The audit: who did what to what, each row chained to the one before.
//!
//! Knows rows and hashes. Invariant: rows are only appended; each carries the hash of itself and of the
//! one before, and the head says which row is the last, so that a row that was changed, moved or taken
//! away shows. Who can write the file can also compute a whole new chain: against him helps a head that
//! was noted elsewhere.

use crate::store::{AuditEntry, Result, StoreError};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS audit(
  row INTEGER PRIMARY KEY, project TEXT NOT NULL, time_ns INTEGER NOT NULL, who TEXT NOT NULL,
  what TEXT NOT NULL, subject TEXT NOT NULL, origin TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
";
const HEAD: &str = "
CREATE TABLE audit_head(
  one INTEGER PRIMARY KEY CHECK (one = 1), row INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
";
/// What the first row of the audit is chained to.
const CHAIN_START: [u8; 32] = [0; 32];
/// Rows read at a time while the chain is followed.
const PAGE: usize = 1_000;

/// The last row of a chain: its number and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// 0 before the first row.
    pub row: u64,
    /// Of that row and all before it.
    pub hash: [u8; 32],
}

impl Head {
    const START: Self = Self { row: 0, hash: CHAIN_START };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.row)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || "a head is a row and its hash, as `audit --verify` prints it".to_owned();
        let (row, digits) = text.trim().split_once(':').ok_or_else(refuse)?;
        let row = row.parse().map_err(|_| refuse())?;
        let mut hash = [0; 32];
        if digits.len() != 2 * hash.len() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(refuse());
        }
        for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| refuse())?;
        }
        Ok(Self { row, hash })
    }
}

/// An audit entry as it stands in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditRow {
    pub row: u64,
    pub entry: AuditEntry,
    /// Whether its hash is that of itself and of the row before, and its number the next.
    pub holds: bool,
    pub hash: [u8; 32],
}

/// What became of a chain that was followed from its first row to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Where it ends.
    pub head: Head,
    /// What is wrong with it, the first of all faults; `None`: it holds.
    pub fault: Option<String>,
}

/// Makes the head of a chain that an earlier version began; later its absence is a fault.
pub(super) fn prepare(connection: &Connection) -> Result<()> {
    let is_there: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'audit_head')",
        [],
        |row| row.get(0),
    )?;
    if !is_there {
        let last = last(connection)?;
        connection.execute_batch(HEAD)?;
        put_head(connection, last)?;
    }
    Ok(())
}

pub(super) fn last(connection: &Connection) -> Result<Head> {
    let last = connection
        .query_row("SELECT row, hash FROM audit ORDER BY row DESC LIMIT 1", [], |row| {
            Ok(Head { row: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(1)? })
        })
        .optional()?;
    Ok(last.unwrap_or(Head::START))
}

fn put_head(connection: &Connection, head: Head) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO audit_head VALUES (1, ?1, ?2)")?
        .execute(params![head.row.cast_signed(), head.hash.as_slice()])?;
    Ok(())
}

fn head(connection: &Connection) -> Result<Option<Head>> {
    let head =
        connection.prepare_cached("SELECT row, hash FROM audit_head")?.query_row([], |row| {
            Ok(Head { row: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(1)? })
        });
    Ok(head.optional()?)
}

/// Appends a row behind the head, and moves the head.
pub(super) fn append(within: &Transaction, project: &str, entry: &AuditEntry) -> Result<()> {
    // Chained to the head and not to the last row: were that taken away, the next would close the
    // gap unseen. A head that was set back must not keep anybody from writing.
    let last = last(within)?;
    let before = head(within)?.unwrap_or(last);
    let next = Head { row: before.row.max(last.row) + 1, hash: chain(before.hash, entry) };
    within
        .prepare_cached(
            "INSERT INTO audit(row, project, time_ns, who, what, subject, origin, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            next.row.cast_signed(),
            project,
            entry.time_ns.cast_signed(),
            entry.who,
            entry.what,
            entry.subject,
            entry.from,
            next.hash.as_slice()
        ])?;
    put_head(within, next)
}

/// The rows above `after`, and whether each follows from the one before.
pub(super) fn rows(connection: &Connection, after: u64, limit: usize) -> Result<Vec<AuditRow>> {
    let before = connection
        .query_row(
            "SELECT row, hash FROM audit WHERE row <= ?1 ORDER BY row DESC LIMIT 1",
            [after.cast_signed()],
            |row| Ok(Head { row: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(1)? }),
        )
        .optional()?;
    let mut last = before.unwrap_or(Head::START);
    let mut all = connection.prepare_cached(
        "SELECT row, time_ns, who, what, subject, origin, hash FROM audit
         WHERE row > ?1 ORDER BY row LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = all.query_map(params![after.cast_signed(), limit], |row| {
        let entry = AuditEntry {
            time_ns: row.get::<_, i64>(1)?.cast_unsigned(),
            who: row.get(2)?,
            what: row.get(3)?,
            subject: row.get(4)?,
            from: row.get(5)?,
        };
        let head = Head { row: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(6)? };
        Ok((head, entry))
    })?;
    let mut audit = Vec::new();
    for row in rows {
        let (head, entry) = row?;
        let holds = head.row == last.row + 1 && head.hash == chain(last.hash, &entry);
        audit.push(AuditRow { row: head.row, entry, holds, hash: head.hash });
        last = head;
    }
    Ok(audit)
}

/// Follows the chain from its first row to its head, and holds a head that was noted earlier
/// against it.
pub(super) fn verify(connection: &Connection, noted: Option<Head>) -> Result<Verdict> {
    // One state of the file, whatever is written meanwhile.
    let within = connection.unchecked_transaction()?;
    let mut end = Head::START;
    let mut fault = None;
    let mut is_noted = noted.is_none_or(|noted| noted == Head::START);
    loop {
        let page = rows(&within, end.row, PAGE)?;
        is_noted |= page.iter().any(|row| noted == Some(Head { row: row.row, hash: row.hash }));
        if let Some(wrong) = page.iter().find(|row| !row.holds)
            && fault.is_none()
        {
            let expected =
                page.iter().take_while(|row| row.holds).last().map_or(end.row, |r| r.row);
            fault = Some(match wrong.row == expected + 1 {
                true => format!(
                    "row {} ({}) is not what was written: it was changed, moved, or the row before it was",
                    wrong.row, wrong.entry.what
                ),
                false => format!("row {} is not there: it was taken away", expected + 1),
            });
        }
        match page.last() {
            Some(last) => end = Head { row: last.row, hash: last.hash },
            None => break,
        }
    }
    let fault = match (fault, head(&within)?) {
        (None, None) => Some("the mark of its last row was taken away".to_owned()),
        (None, Some(head)) if head != end => Some(match head.row > end.row {
            true => format!("rows {} to {} were taken away from its end", end.row + 1, head.row),
            false => "rows were added behind its end, or its last one was replaced".to_owned(),
        }),
        (fault, _) => fault,
    };
    let fault = fault.or_else(|| {
        let noted = noted.filter(|_| !is_noted)?;
        Some(format!("row {} is not the one that was noted: the chain was written anew", noted.row))
    });
    Ok(Verdict { head: end, fault })
}

/// Follows the chain in a data folder, whether or not a hub uses it; changes nothing.
pub fn verify_folder(data: &Path, noted: Option<Head>) -> Result<Verdict, String> {
    let path = data.join("hub.db");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(&path, flags).map_err(StoreError::from);
    let verdict = connection.and_then(|connection| verify(&connection, noted));
    verdict.map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn chain(before: [u8; 32], entry: &AuditEntry) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(before).chain_update(entry.time_ns.to_le_bytes());
    for text in [&entry.who, &entry.what, &entry.subject, &entry.from] {
        // The length keeps two neighbours from trading characters unseen.
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::super::Ledger;
    use super::*;

    fn entry(what: &str) -> AuditEntry {
        AuditEntry {
            time_ns: 5,
            who: "lea".into(),
            what: what.into(),
            subject: "p7k2".into(),
            from: "127.0.0.1".into(),
        }
    }

    /// What is said of a chain of five rows after `sql` was done to it.
    fn after(sql: &str) -> Option<String> {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let mut ledger = Ledger::open(&temp.path().join("hub.db")).expect("opens");
        for what in ["one", "two", "three", "four", "five"] {
            ledger.audit(&entry(what)).expect("appended");
        }
        assert_eq!(verify(&ledger.0, None).expect("read").fault, None);
        ledger.tamper(sql).expect("tampered");
        // What is written afterwards hides nothing.
        ledger.audit(&entry("later")).expect("appended");
        let fault = verify(&ledger.0, None).expect("read").fault;
        drop(ledger);
        let verdict = verify_folder(temp.path(), None).expect("read");
        assert_eq!(verdict.fault, fault, "and from outside the same is seen");
        fault
    }

    #[test]
    fn what_was_changed_moved_or_taken_away_is_found() {
        assert_eq!(after(""), None);
        for (sql, words) in [
            ("UPDATE audit SET who = 'eve' WHERE row = 2", "row 2 (two)"),
            ("UPDATE audit SET time_ns = 6 WHERE row = 1", "row 1 (one)"),
            ("UPDATE audit SET subject = 'x' WHERE row = 5", "row 5 (five)"),
            ("UPDATE audit SET hash = zeroblob(32) WHERE row = 3", "row 3 (three)"),
            ("DELETE FROM audit WHERE row = 1", "row 1 is not there"),
            ("DELETE FROM audit WHERE row = 3", "row 3 is not there"),
            ("DELETE FROM audit WHERE row = 5", "row 5 is not there"),
            (
                "UPDATE audit SET row = 99 WHERE row = 2; UPDATE audit SET row = 2 WHERE row = 3;
                 UPDATE audit SET row = 3 WHERE row = 99",
                "row 2 (three)",
            ),
            (
                "DELETE FROM audit WHERE row = 3; UPDATE audit SET row = row - 1 WHERE row > 3",
                "row 3 (four)",
            ),
            (
                "UPDATE audit_head SET row = 3, hash = (SELECT hash FROM audit WHERE row = 3)",
                "row 6 (later)",
            ),
            ("DELETE FROM audit", "row 1 is not there"),
        ] {
            let fault = after(sql).unwrap_or_else(|| panic!("unseen: {sql}"));
            assert!(fault.contains(words), "{sql}: {fault}");
        }
    }

    #[test]
    fn rows_taken_from_the_end_are_missed() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let mut ledger = Ledger::open(&temp.path().join("hub.db")).expect("opens");
        for what in ["one", "two", "three"] {
            ledger.audit(&entry(what)).expect("appended");
        }
        ledger.tamper("DELETE FROM audit WHERE row > 1").expect("tampered");
        let fault = verify(&ledger.0, None).expect("read").fault.expect("a fault");
        assert!(fault.contains("rows 2 to 3"), "{fault}");
        drop(ledger);
        let ledger = Ledger::open(&temp.path().join("hub.db")).expect("opens");
        assert!(verify(&ledger.0, None).expect("read").fault.is_some(), "also after a start");
        ledger.tamper("DROP TABLE audit_head; DELETE FROM audit").expect("tampered");
        assert!(verify(&ledger.0, None).is_err());
    }

    #[test]
    fn a_chain_that_was_written_anew_is_not_the_noted_one() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let written = |name: &str, who: &str| {
            let mut ledger = Ledger::open(&temp.path().join(name)).expect("opens");
            for what in ["one", "two", "three"] {
                ledger.audit(&AuditEntry { who: who.into(), ..entry(what) }).expect("appended");
            }
            ledger
        };
        let (mut ledger, other) = (written("a", "lea"), written("b", "eve"));
        let noted = verify(&ledger.0, None).expect("read").head;
        assert_eq!(noted.to_string().parse(), Ok(noted));
        ledger.audit(&entry("four")).expect("appended");
        assert_eq!(verify(&ledger.0, Some(noted)).expect("read").fault, None);
        let fault = verify(&other.0, Some(noted)).expect("read").fault;
        assert!(fault.is_some_and(|fault| fault.contains("row 3 is not the one")));
        for wrong in ["", "3", "x:00", "3:00", &format!("3:{}", "ü".repeat(32))] {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
