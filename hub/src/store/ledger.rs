//! Probes, instances, tokens and the audit, in SQLite: small, and synced at every change.
//!
//! Knows rows, not their meaning. Invariant: a change is on disk when it is answered, whole or not at
//! all.

use super::{AuditEntry, FreezeRecord, ProbeRecord, Result, TokenRow};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use stillframe_core::ids::InstanceId;
use stillframe_core::transport::message::InstanceInfo;

pub(super) mod audit;

pub(super) use audit::AuditRow;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS probes(
  id TEXT PRIMARY KEY, project TEXT NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS instances(
  id BLOB PRIMARY KEY, project TEXT NOT NULL, info TEXT NOT NULL, seen_ns INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tokens(
  hash BLOB PRIMARY KEY, project TEXT NOT NULL, kind TEXT NOT NULL, user TEXT NOT NULL,
  role TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS freezes(project TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
";
/// What later versions added to the tokens, with what the earlier ones had.
const TOKEN_COLUMNS: [(&str, &str); 4] = [
    ("made_by", "TEXT NOT NULL DEFAULT ''"),
    ("created_ns", "INTEGER NOT NULL DEFAULT 0"),
    ("expires_ns", "INTEGER"),
    ("revoked_ns", "INTEGER"),
];
/// The one project until there are several.
const PROJECT: &str = "default";
pub(super) struct Ledger(Connection);

impl Ledger {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        connection.execute_batch(audit::SCHEMA)?;
        audit::prepare(&connection)?;
        for (column, kind) in TOKEN_COLUMNS {
            let has = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('tokens') WHERE name = ?1)";
            if !connection.query_row(has, [column], |row| row.get::<_, bool>(0))? {
                connection
                    .execute_batch(&format!("ALTER TABLE tokens ADD COLUMN {column} {kind}"))?;
            }
        }
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

    pub(super) fn frozen(&self) -> Result<Option<FreezeRecord>> {
        let sql = "SELECT record FROM freezes WHERE project = ?1";
        let text: Option<String> = self.0.query_row(sql, [PROJECT], |row| row.get(0)).optional()?;
        text.map(|text| Ok(serde_json::from_str(&text)?)).transpose()
    }

    pub(super) fn put_frozen(&self, frozen: Option<&FreezeRecord>) -> Result<()> {
        match frozen {
            Some(frozen) => self.0.execute(
                "INSERT OR REPLACE INTO freezes VALUES (?1, ?2)",
                params![PROJECT, serde_json::to_string(frozen)?],
            )?,
            None => self.0.execute("DELETE FROM freezes WHERE project = ?1", [PROJECT])?,
        };
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
        let mut all = self.0.prepare(
            "SELECT hash, kind, user, role, made_by, created_ns, expires_ns, revoked_ns FROM tokens
             WHERE project = ?1",
        )?;
        let rows = all.query_map([PROJECT], |row| {
            let time_ns = |at: Option<i64>| at.map(i64::cast_unsigned);
            Ok(TokenRow {
                hash: row.get(0)?,
                kind: row.get(1)?,
                user: row.get(2)?,
                role: row.get(3)?,
                by: row.get(4)?,
                created_ns: row.get::<_, i64>(5)?.cast_unsigned(),
                expires_ns: time_ns(row.get(6)?),
                revoked_ns: time_ns(row.get(7)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn put_token(&self, token: &TokenRow) -> Result<()> {
        self.0.execute(
            "INSERT OR REPLACE INTO tokens
             (hash, project, kind, user, role, made_by, created_ns, expires_ns, revoked_ns)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                token.hash.as_slice(),
                PROJECT,
                token.kind,
                token.user,
                token.role,
                token.by,
                token.created_ns.cast_signed(),
                token.expires_ns.map(u64::cast_signed),
                token.revoked_ns.map(u64::cast_signed),
            ],
        )?;
        Ok(())
    }

    pub(super) fn audit(&mut self, entry: &AuditEntry) -> Result<()> {
        let change = self.0.transaction()?;
        audit::append(&change, PROJECT, entry)?;
        Ok(change.commit()?)
    }

    pub(super) fn audit_rows(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>> {
        audit::rows(&self.0, after, limit)
    }

    pub(super) fn audit_head(&self) -> Result<u64> {
        Ok(audit::last(&self.0)?.row)
    }

    /// Runs any statement: how the tests tamper.
    #[cfg(test)]
    pub(super) fn tamper(&self, sql: &str) -> Result<()> {
        Ok(self.0.execute_batch(sql)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_an_earlier_version_are_read() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let path = temp.path().join("hub.db");
        let earlier = Connection::open(&path).expect("opens");
        let made = "INSERT INTO tokens VALUES (zeroblob(32), 'default', 'user', 'lea', 'admin')";
        earlier.execute_batch(SCHEMA).and_then(|()| earlier.execute_batch(made)).expect("made");
        drop(earlier);
        for _ in 0..2 {
            let tokens = Ledger::open(&path).expect("opens").tokens().expect("read");
            assert_eq!((tokens[0].user.as_str(), tokens[0].expires_ns), ("lea", None));
        }
    }
}
