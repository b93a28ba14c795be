//! The ledger's rows in SQLite.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row, params, types::ValueRef};

use super::{
    Database as _, DbError, ErrorKind, Job,
    ledger_sql::{self, RawRow},
    sqlite::Sqlite,
    sqlite_error::db_error,
};
use crate::model::{Direction, Entry, EntryState, Ledger, RevId, ledger::StoredScripts};

impl Sqlite {
    /// All rows; the table is there.
    pub(super) fn read_rows(&mut self) -> Result<Ledger, DbError> {
        let sql = format!(
            "SELECT ledger_version, revision, parents, depends_on, message, checksum, state, statements_done, uncertain, \
             applied_at, applied_by, git_commit, git_branch, duration_ms, tool_version, \
             up_options, down_options FROM {} ORDER BY seq",
            self.table
        );
        let rows = self
            .writer()?
            .prepare(&sql)
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok(RawRow {
                            format: row.get(0)?,
                            revision: row.get(1)?,
                            parents: row.get(2)?,
                            depends_on: row.get(3)?,
                            message: row.get(4)?,
                            checksum: row.get(5)?,
                            state: row.get(6)?,
                            statements_done: row.get(7)?,
                            uncertain: row.get(8)?,
                            applied_at: row.get(9)?,
                            applied_by: row.get(10)?,
                            git_commit: row.get(11)?,
                            git_branch: row.get(12)?,
                            duration_ms: row.get(13)?,
                            tool_version: row.get(14)?,
                            up_options: row.get(15)?,
                            down_options: row.get(16)?,
                        })
                    })?
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(|error| db_error(&error));
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) if error.kind == ErrorKind::Statement => {
                return Err(self.not_understood(&error));
            }
            Err(error) => return Err(error),
        };
        Ok(Ledger {
            exists: true,
            entries: rows
                .into_iter()
                .map(RawRow::entry)
                .collect::<Result<_, _>>()?,
            unplaced: Vec::new(),
            gone: Vec::new(),
            superfluous: Vec::new(),
        })
    }

    /// A table without our columns, or with other values: a later version's, or
    /// somebody else's.
    fn not_understood(&mut self, error: &DbError) -> DbError {
        let newest = |tool: &str| {
            format!(
                "SELECT ledger_version, {tool} FROM {} ORDER BY 1 DESC LIMIT 1",
                self.table
            )
        };
        let (with, without) = (newest("tool_version"), newest("'?'"));
        let rows = self
            .query_text(&with)
            .or_else(|_| self.query_text(&without));
        let Ok(rows) = rows else {
            return DbError::new(
                ErrorKind::LedgerDamaged,
                format!("the table {} is not a ledger of teammig's", self.table),
            );
        };
        let mut columns = rows.into_iter().next().unwrap_or_default().into_iter();
        let mut text = || columns.next().flatten().unwrap_or_default();
        let (format, tool) = (text().parse().unwrap_or(0), text());
        match ledger_sql::check_format(format, &tool) {
            Err(newer) => newer,
            Ok(()) => DbError::new(
                ErrorKind::LedgerDamaged,
                format!(
                    "the ledger {} cannot be read: {}",
                    self.table, error.message
                ),
            ),
        }
    }

    /// The scripts of one row; the table is there.
    pub(super) fn read_scripts(
        &mut self,
        revision: &RevId,
    ) -> Result<Option<StoredScripts>, DbError> {
        let sql = format!(
            "SELECT up, up_options, down, down_options FROM {} WHERE revision = ?1",
            self.table
        );
        self.writer()?
            .query_row(&sql, [revision.as_str()], scripts)
            .optional()
            .map_err(|error| db_error(&error))
    }

    /// The scripts of all rows; the table is there.
    pub(super) fn read_all_scripts(&mut self) -> Result<Vec<(RevId, StoredScripts)>, DbError> {
        let sql = format!(
            "SELECT up, up_options, down, down_options, revision FROM {}",
            self.table
        );
        self.writer()?
            .prepare(&sql)
            .and_then(|mut statement| {
                let row = |row: &Row<'_>| {
                    let revision: String = row.get(4)?;
                    Ok((RevId::trusted(&revision), scripts(row)?))
                };
                statement.query_map([], row)?.collect()
            })
            .map_err(|error| db_error(&error))
    }

    pub(super) fn progress(
        &mut self,
        job: &Job<'_>,
        done: u32,
        uncertain: bool,
    ) -> Result<(), DbError> {
        let sql = format!(
            "UPDATE {} SET state = ?2, statements_done = ?3, uncertain = ?4 WHERE revision = ?1",
            self.table
        );
        let state = ledger_sql::state_name(running(job.direction, done, uncertain));
        self.writer()?
            .prepare(&sql)
            .and_then(|mut statement| {
                statement.execute(params![job.entry.revision.as_str(), state, done, uncertain])
            })
            .map(drop)
            .map_err(|error| db_error(&error))
    }

    /// The row of a finished script.
    pub(super) fn record(&mut self, job: &Job<'_>, duration: Duration) -> Result<(), DbError> {
        match job.direction {
            Direction::Up => self.put(
                &Entry {
                    state: EntryState::Applied,
                    ..job.entry.clone()
                },
                job.scripts,
                duration,
            ),
            Direction::Down => self.remove(&job.entry.revision),
        }
    }

    pub(super) fn put(
        &mut self,
        entry: &Entry,
        scripts: &StoredScripts,
        duration: Duration,
    ) -> Result<(), DbError> {
        let sql = format!(
            "INSERT INTO {} (ledger_version, revision, parents, depends_on, message, checksum, up, up_options, down, \
             down_options, state, statements_done, uncertain, applied_at, applied_by, git_commit, git_branch, \
             duration_ms, tool_version) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
             ?16, ?17, ?18) ON CONFLICT (revision) DO UPDATE SET parents = excluded.parents, depends_on = \
             excluded.depends_on, message = excluded.message, checksum = excluded.checksum, up = excluded.up, \
             up_options = excluded.up_options, down = excluded.down, down_options = excluded.down_options, state = \
             excluded.state, statements_done = excluded.statements_done, uncertain = excluded.uncertain, applied_at = \
             excluded.applied_at, applied_by = excluded.applied_by, git_commit = excluded.git_commit, git_branch = \
             excluded.git_branch, duration_ms = excluded.duration_ms, tool_version = excluded.tool_version",
            self.table
        );
        let (done, uncertain) = match entry.state {
            EntryState::Applied => (0, false),
            EntryState::Running {
                done, uncertain, ..
            } => (done, uncertain),
        };
        let duration_ms = if duration.is_zero() {
            i64::try_from(entry.duration_ms).unwrap_or(i64::MAX)
        } else {
            i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
        };
        self.writer()?
            .prepare(&sql)
            .and_then(|mut statement| {
                statement.execute(params![
                    entry.revision.as_str(),
                    ledger_sql::ids_to_json(&entry.parents),
                    ledger_sql::ids_to_json(&entry.depends_on),
                    entry.message,
                    entry.checksum.to_string(),
                    scripts.up.text,
                    ledger_sql::options(&scripts.up),
                    scripts.down.as_ref().map(|script| &script.text),
                    scripts.down.as_ref().map_or("", ledger_sql::options),
                    ledger_sql::state_name(entry.state),
                    done,
                    uncertain,
                    entry.applied_at.unwrap_or_default().to_string(),
                    entry.applied_by,
                    entry.git_commit,
                    entry.git_branch,
                    duration_ms,
                    entry.tool_version,
                ])
            })
            .map(drop)
            .map_err(|error| db_error(&error))
    }

    pub(super) fn remove(&mut self, revision: &RevId) -> Result<(), DbError> {
        let sql = format!("DELETE FROM {} WHERE revision = ?1", self.table);
        self.writer()?
            .execute(&sql, [revision.as_str()])
            .map(drop)
            .map_err(|error| db_error(&error))
    }
}

/// Both scripts, from the first four columns.
fn scripts(row: &Row<'_>) -> Result<StoredScripts, rusqlite::Error> {
    let up_options: String = row.get(1)?;
    let down: Option<String> = row.get(2)?;
    let down_options: String = row.get(3)?;
    Ok(StoredScripts {
        up: ledger_sql::script(row.get(0)?, &up_options),
        down: down.map(|text| ledger_sql::script(text, &down_options)),
    })
}

/// A script that was begun and not finished.
pub(super) fn running(direction: Direction, done: u32, uncertain: bool) -> EntryState {
    EntryState::Running {
        direction,
        done,
        uncertain,
    }
}

/// The rows of a query as text, as the `sqlite3` program shows them.
pub(super) fn text(
    connection: &Connection,
    sql: &str,
) -> Result<Vec<Vec<Option<String>>>, DbError> {
    let value = |value: ValueRef<'_>| match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
    };
    connection
        .prepare(sql)
        .and_then(|mut statement| {
            let columns = statement.column_count();
            statement
                .query_map([], |row| {
                    (0..columns)
                        .map(|column| row.get_ref(column).map(value))
                        .collect()
                })?
                .collect()
        })
        .map_err(|error| db_error(&error))
}
