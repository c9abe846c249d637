//! Probes, instances, tokens and the audit, in SQLite: small, and synced at every change.
//!
//! Knows rows, not their meaning. Invariant: audit rows are only appended, and each carries the hash
//! of itself and of the one before, so that a changed or missing row shows.

use super::{AuditEntry, ProbeRecord, Result, TokenRow};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::path::Path;
use stillframe_core::ids::InstanceId;
use stillframe_core::transport::message::InstanceInfo;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS probes(
  id TEXT PRIMARY KEY, project TEXT NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS instances(
  id BLOB PRIMARY KEY, project TEXT NOT NULL, info TEXT NOT NULL, seen_ns INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tokens(
  hash BLOB PRIMARY KEY, project TEXT NOT NULL, kind TEXT NOT NULL, user TEXT NOT NULL,
  role TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit(
  row INTEGER PRIMARY KEY, project TEXT NOT NULL, time_ns INTEGER NOT NULL, who TEXT NOT NULL,
  what TEXT NOT NULL, subject TEXT NOT NULL, origin TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
";
/// The one project until there are several.
const PROJECT: &str = "default";
/// What the first row of the audit is chained to.
const CHAIN_START: [u8; 32] = [0; 32];

/// An audit entry as it stands in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuditRow {
    pub row: u64,
    pub entry: AuditEntry,
    /// Whether its hash is that of itself and of the row before.
    pub holds: bool,
}

pub(super) struct Ledger(Connection);

impl Ledger {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(connection))
    }

    pub(super) fn probes(&self) -> Result<Vec<ProbeRecord>> {
        let mut all = self.0.prepare("SELECT record FROM probes WHERE project = ?1")?;
        let rows = all.query_map([PROJECT], |row| row.get::<_, String>(0))?;
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
    }

    pub(super) fn put_probe(&self, probe: &ProbeRecord) -> Result<()> {
        self.0.execute(
            "INSERT OR REPLACE INTO probes VALUES (?1, ?2, ?3)",
            params![probe.id.to_string(), PROJECT, serde_json::to_string(probe)?],
        )?;
        Ok(())
    }

    pub(super) fn instance(&self, id: InstanceId) -> Result<Option<InstanceInfo>> {
        let text: Option<String> = self
            .0
            .prepare_cached("SELECT info FROM instances WHERE id = ?1")?
            .query_row([id.0.as_slice()], |row| row.get(0))
            .optional()?;
        text.map(|text| Ok(serde_json::from_str(&text)?)).transpose()
    }

    pub(super) fn put_instance(
        &self,
        id: InstanceId,
        info: &InstanceInfo,
        now_ns: u64,
    ) -> Result<()> {
        self.0.execute(
            "INSERT OR REPLACE INTO instances VALUES (?1, ?2, ?3, ?4)",
            params![id.0.as_slice(), PROJECT, serde_json::to_string(info)?, now_ns.cast_signed()],
        )?;
        Ok(())
    }

    /// Forgets instances not seen since `before_ns`: their snapshots are gone by then.
    pub(super) fn forget_instances(&self, before_ns: u64) -> Result<()> {
        self.0.execute("DELETE FROM instances WHERE seen_ns < ?1", [before_ns.cast_signed()])?;
        Ok(())
    }

    pub(super) fn tokens(&self) -> Result<Vec<TokenRow>> {
        let mut all =
            self.0.prepare("SELECT hash, kind, user, role FROM tokens WHERE project = ?1")?;
        let rows = all.query_map([PROJECT], |row| {
            Ok(TokenRow {
                hash: row.get(0)?,
                kind: row.get(1)?,
                user: row.get(2)?,
                role: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn put_token(&self, token: &TokenRow) -> Result<()> {
        self.0.execute(
            "INSERT OR REPLACE INTO tokens VALUES (?1, ?2, ?3, ?4, ?5)",
            params![token.hash.as_slice(), PROJECT, token.kind, token.user, token.role],
        )?;
        Ok(())
    }

    pub(super) fn audit(&self, entry: &AuditEntry) -> Result<()> {
        let last: Option<[u8; 32]> = self
            .0
            .query_row("SELECT hash FROM audit ORDER BY row DESC LIMIT 1", [], |row| row.get(0))
            .optional()?;
        self.0.execute(
            "INSERT INTO audit(project, time_ns, who, what, subject, origin, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                PROJECT,
                entry.time_ns.cast_signed(),
                entry.who,
                entry.what,
                entry.subject,
                entry.from,
                chain(last.unwrap_or(CHAIN_START), entry).as_slice()
            ],
        )?;
        Ok(())
    }

    pub(super) fn audit_rows(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>> {
        let before: Option<(i64, [u8; 32])> = self
            .0
            .query_row(
                "SELECT row, hash FROM audit WHERE row <= ?1 ORDER BY row DESC LIMIT 1",
                [after.cast_signed()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let (mut last_row, mut last_hash) = before.unwrap_or((0, CHAIN_START));
        let mut all = self.0.prepare(
            "SELECT row, time_ns, who, what, subject, origin, hash FROM audit
             WHERE row > ?1 ORDER BY row LIMIT ?2",
        )?;
        let rows = all.query_map(params![after.cast_signed(), limit as i64], |row| {
            let entry = AuditEntry {
                time_ns: row.get::<_, i64>(1)?.cast_unsigned(),
                who: row.get(2)?,
                what: row.get(3)?,
                subject: row.get(4)?,
                from: row.get(5)?,
            };
            Ok((row.get::<_, i64>(0)?, entry, row.get::<_, [u8; 32]>(6)?))
        })?;
        let mut audit = Vec::new();
        for row in rows {
            let (row, entry, hash) = row?;
            let holds = row == last_row + 1 && hash == chain(last_hash, &entry);
            (last_row, last_hash) = (row, hash);
            audit.push(AuditRow { row: row.cast_unsigned(), entry, holds });
        }
        Ok(audit)
    }

    /// Runs any statement: how the tests tamper.
    #[cfg(test)]
    pub(super) fn tamper(&self, sql: &str) -> Result<()> {
        Ok(self.0.execute_batch(sql)?)
    }
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

    #[test]
    fn a_tampered_audit_shows() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let ledger = Ledger::open(&temp.path().join("hub.db")).expect("opens");
        for what in ["set", "read", "removed"] {
            ledger.audit(&entry(what)).expect("appended");
        }
        let holds = |after| -> Vec<bool> {
            ledger.audit_rows(after, 10).expect("rows").iter().map(|row| row.holds).collect()
        };
        assert_eq!(holds(0), [true, true, true]);
        assert_eq!(holds(1), [true, true]);
        ledger.tamper("UPDATE audit SET who = 'eve' WHERE row = 2").expect("tampered");
        assert_eq!(holds(0), [true, false, true]);
        ledger.tamper("DELETE FROM audit WHERE row = 2").expect("tampered");
        assert_eq!(holds(0), [true, false]);
    }
}
