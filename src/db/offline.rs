//! What a run would send, as a script for `sqlite3` or `psql`.
//!
//! Writes text and connects to nothing. The script does what a run does: each
//! revision and its ledger row in one transaction.

use std::fmt::Write as _;

use super::ledger_sql::{self, state_name};
use crate::{
    model::{
        Dialect, Direction, Entry, RevId,
        ledger::{StoredScript, StoredScripts},
    },
    sql::{self, NulCharacter},
};

const SQLITE: &str = include_str!("../../migrations/sqlite/0001_ledger.sql");
const POSTGRES: &str = include_str!("../../migrations/postgres/0001_ledger.sql");

/// `PRAGMA foreign_key_check` only lists what is broken; this fails.
const CHECK_FOREIGN_KEYS: &str = "\
    -- Fails if a foreign key is violated; `PRAGMA foreign_key_check` lists where\n\
    CREATE TEMP TABLE teammig_check (violations integer, CONSTRAINT foreign_keys_hold CHECK (violations = 0));\n\
    INSERT INTO temp.teammig_check SELECT count(*) FROM pragma_foreign_key_check;\n\
    DROP TABLE temp.teammig_check;\n";

/// A value that SQL text cannot hold.
pub type NotRepresentable = NulCharacter;

/// Writes scripts for one ledger.
#[derive(Debug)]
pub struct Offline {
    dialect: Dialect,
    table: String,
}

impl Offline {
    /// For the ledger `table` in `schema` (PostgreSQL).
    pub fn new(
        dialect: Dialect,
        table: &str,
        schema: Option<&str>,
    ) -> Result<Self, NotRepresentable> {
        let quoted = sql::ident(table, dialect)?;
        let table = match (dialect, schema) {
            (Dialect::Postgres, Some(schema)) => {
                format!("{}.{quoted}", sql::ident(schema, dialect)?)
            }
            _ => quoted,
        };
        Ok(Self { dialect, table })
    }

    /// The first lines of a script: the programs go on after an error unless told otherwise.
    pub fn prologue(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => {
                ".bail on\n-- The line above is for the sqlite3 program: it stops at the first error.\n"
            }
            Dialect::Postgres => {
                "\\set ON_ERROR_STOP on\n-- The line above is for psql: it stops at the first error.\n"
            }
        }
    }

    /// The ledger's table, where it may be there already.
    pub fn create_ledger_if_missing(&self) -> String {
        self.create_ledger()
            .replacen("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1)
    }

    /// The ledger's table.
    pub fn create_ledger(&self) -> String {
        let ddl = match self.dialect {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
        };
        format!(
            "-- The ledger, which records the applied revisions\n{}\n",
            ledger_sql::ddl(ddl, &self.table)
        )
    }

    /// One script with its row.
    pub fn step(
        &self,
        direction: Direction,
        entry: &Entry,
        scripts: &StoredScripts,
    ) -> Result<String, NotRepresentable> {
        let empty = StoredScript {
            text: String::new(),
            transaction: true,
            foreign_keys_off: false,
        };
        let (script, record) = match direction {
            Direction::Up => (&scripts.up, self.record(entry, scripts)?),
            Direction::Down => (
                scripts.down.as_ref().unwrap_or(&empty),
                self.forget(&entry.revision)?,
            ),
        };
        let body = terminated(&script.text, self.dialect);
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = match (script.transaction, self.dialect, script.foreign_keys_off) {
            (false, ..) => write!(out, "{body}{record}"),
            (true, Dialect::Sqlite, true) => write!(
                out,
                "PRAGMA foreign_keys = OFF;\nPRAGMA legacy_alter_table = ON;\nBEGIN;\n{body}{CHECK_FOREIGN_KEYS}\
                 {record}COMMIT;\nPRAGMA legacy_alter_table = OFF;\nPRAGMA foreign_keys = ON;\n"
            ),
            (true, Dialect::Sqlite, false) => {
                write!(
                    out,
                    "PRAGMA foreign_keys = ON;\nBEGIN;\n{body}{record}COMMIT;\n"
                )
            }
            (true, Dialect::Postgres, _) => write!(out, "BEGIN;\n{body}{record}COMMIT;\n"),
        };
        Ok(out)
    }

    /// The row of an applied revision.
    pub fn record(
        &self,
        entry: &Entry,
        scripts: &StoredScripts,
    ) -> Result<String, NotRepresentable> {
        let down = scripts.down.as_ref();
        let next = match self.dialect {
            Dialect::Sqlite => String::new(),
            Dialect::Postgres => {
                format!("(SELECT coalesce(max(seq), 0) + 1 FROM {}), ", self.table)
            }
        };
        let columns = if next.is_empty() { "" } else { "seq, " };
        let values = [
            self.text(entry.revision.as_str())?,
            self.ids(&entry.parents)?,
            self.ids(&entry.depends_on)?,
            self.text(&entry.message)?,
            self.text(&entry.checksum.to_string())?,
            self.text(&scripts.up.text)?,
            self.text(ledger_sql::options(&scripts.up))?,
            self.optional(down.map(|script| script.text.as_str()))?,
            self.text(down.map_or("", ledger_sql::options))?,
            self.text(state_name(entry.state))?,
            "0".to_owned(),
            match self.dialect {
                Dialect::Sqlite => "0".to_owned(),
                Dialect::Postgres => "false".to_owned(),
            },
            self.text(&entry.applied_at.unwrap_or_default().to_string())?,
            self.text(&entry.applied_by)?,
            self.optional(entry.git_commit.as_deref())?,
            self.optional(entry.git_branch.as_deref())?,
            "0".to_owned(),
            self.text(&entry.tool_version)?,
        ];
        Ok(format!(
            "INSERT INTO {} ({columns}revision, parents, depends_on, message, checksum, up, up_options, down, \
             down_options, state, statements_done, uncertain, applied_at, applied_by, git_commit, git_branch, \
             duration_ms, tool_version)\nVALUES ({next}{});\n",
            self.table,
            values.join(", ")
        ))
    }

    /// A revision's row goes.
    pub fn forget(&self, revision: &RevId) -> Result<String, NotRepresentable> {
        Ok(format!(
            "DELETE FROM {} WHERE revision = {};\n",
            self.table,
            self.text(revision.as_str())?
        ))
    }

    fn text(&self, value: &str) -> Result<String, NotRepresentable> {
        sql::literal(value, self.dialect)
    }

    fn optional(&self, value: Option<&str>) -> Result<String, NotRepresentable> {
        value.map_or(Ok("NULL".to_owned()), |value| self.text(value))
    }

    fn ids(&self, ids: &[RevId]) -> Result<String, NotRepresentable> {
        match self.dialect {
            Dialect::Sqlite => self.text(&ledger_sql::ids_to_json(ids)),
            Dialect::Postgres => {
                let items = ids
                    .iter()
                    .map(|id| self.text(id.as_str()))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(format!("ARRAY[{}]::text[]", items.join(", ")))
            }
        }
    }
}

/// A script that another statement can follow: its last one ends with a semicolon
/// and a line end, also when a comment stands at the end.
fn terminated(text: &str, dialect: Dialect) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let ends = sql::statements(text, dialect)
        .last()
        .is_none_or(|last| text[last.span.end..].trim_start().starts_with(';'));
    if ends {
        format!("{text}\n")
    } else {
        format!("{text}\n;\n")
    }
}
