//! The ledger's table in SQL: reading it, and the statements that change it.
//!
//! Text only; nothing is sent here. All names and functions are qualified and all
//! values are constants that read the same whatever a script has set
//! (`search_path`, `standard_conforming_strings`). Works on PostgreSQL 13 to 18.

use crate::{
    db::{
        error::{DbError, ErrorKind},
        ledger_sql::{self, RawRow, state_name},
    },
    model::{
        Dialect, Entry, EntryState, Ledger, RevId,
        ledger::{LEDGER_VERSION, StoredScripts},
    },
    sql,
};

/// The table's own revision file.
const TABLE: &str = include_str!("../../../migrations/postgres/0001_ledger.sql");

/// One row of an answer: text, or NULL.
pub(super) type Row = Vec<Option<String>>;

/// Which table it is.
#[derive(Debug, Clone)]
pub(super) struct LedgerTable {
    /// Absent while no schema of the search path exists.
    pub(super) schema: Option<String>,
    name: String,
    /// Both, quoted.
    qualified: String,
}

/// How a row's `duration_ms` comes about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Took {
    /// As the entry says.
    Given,
    /// Since the transaction began, by the server's clock.
    Transaction,
}

impl LedgerTable {
    pub(super) fn new(schema: Option<&str>, name: &str) -> Result<Self, DbError> {
        let quoted = ident(name)?;
        Ok(Self {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
            qualified: match schema {
                Some(schema) => format!("{}.{quoted}", ident(schema)?),
                None => quoted,
            },
        })
    }

    /// The same table in a schema.
    pub(super) fn in_schema(&self, schema: &str) -> Result<Self, DbError> {
        Self::new(Some(schema), &self.name)
    }

    /// Quoted, with the schema.
    pub(super) fn qualified(&self) -> &str {
        &self.qualified
    }

    /// Without quotes.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Creates the table.
    pub(super) fn create(&self) -> String {
        ledger_sql::ddl(TABLE, &self.qualified)
    }

    /// The versions that rows were written for: lowest, highest, and by whom. Names
    /// no other column, so that it can be asked of any version's table.
    pub(super) fn versions(&self) -> String {
        format!(
            "SELECT pg_catalog.min(ledger_version), pg_catalog.max(ledger_version), \
             pg_catalog.max(tool_version) FROM {}",
            self.qualified
        )
    }

    /// For [`Fresh::read`]: the highest number, and the revisions begun and not finished.
    pub(super) fn numbers(&self) -> String {
        format!(
            "SELECT COALESCE(pg_catalog.max(seq), 0), \
             pg_catalog.array_to_json(pg_catalog.array_agg(revision) \
             FILTER (WHERE state OPERATOR(pg_catalog.<>) 'applied')) FROM {}",
            self.qualified
        )
    }

    /// Refuses a table that [`versions`](Self::versions) calls newer than this program.
    pub(super) fn check(versions: &[Row]) -> Result<(), DbError> {
        let column = |at: usize| versions.first()?.get(at)?.as_deref();
        let newest = column(1).and_then(|version| version.parse().ok());
        ledger_sql::check_format(newest.unwrap_or(0), column(2).unwrap_or_default())
    }

    /// All rows without their scripts, for [`read`].
    pub(super) fn select(&self) -> String {
        format!(
            "SELECT ledger_version, revision, pg_catalog.array_to_json(parents), \
             pg_catalog.array_to_json(depends_on), message, checksum, state, statements_done, \
             uncertain, pg_catalog.to_char(pg_catalog.timezone('UTC', applied_at), \
             'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), applied_by, git_commit, git_branch, duration_ms, \
             tool_version, up_options, down_options FROM {} ORDER BY seq",
            self.qualified
        )
    }

    /// The scripts of a revision, for [`read_scripts`].
    pub(super) fn select_scripts(&self, revision: &RevId) -> Result<String, DbError> {
        Ok(format!(
            "SELECT up, up_options, down, down_options FROM {} WHERE revision = {}",
            self.qualified,
            literal(revision.as_str())?
        ))
    }

    /// The scripts of all revisions, for [`read_scripts_of`].
    pub(super) fn select_all_scripts(&self) -> String {
        format!(
            "SELECT revision, up, up_options, down, down_options FROM {}",
            self.qualified
        )
    }

    /// Writes a row, replacing one of the same revision but keeping its place.
    pub(super) fn put(
        &self,
        entry: &Entry,
        scripts: &StoredScripts,
        state: EntryState,
        took: Took,
    ) -> Result<String, DbError> {
        let columns = columns(entry, scripts, state, took)?;
        let updates = list(&columns, |(name, _)| format!("{name} = excluded.{name}"));
        let table = &self.qualified;
        let seq = format!(
            "(SELECT COALESCE(pg_catalog.max(seq), 0) OPERATOR(pg_catalog.+) 1 FROM {table})"
        );
        let insert = self.insert(&seq, &columns);
        Ok(format!(
            "{insert} ON CONFLICT (revision) DO UPDATE SET {updates}"
        ))
    }

    /// Writes the row of a revision that was applied and has none yet, with its number:
    /// a third of the work for the server, which plans each statement anew.
    pub(super) fn put_new(
        &self,
        entry: &Entry,
        scripts: &StoredScripts,
        seq: i64,
    ) -> Result<String, DbError> {
        let columns = columns(entry, scripts, EntryState::Applied, Took::Transaction)?;
        Ok(self.insert(&seq.to_string(), &columns))
    }

    fn insert(&self, seq: &str, columns: &[(&'static str, String)]) -> String {
        format!(
            "INSERT INTO {} (seq, {}) VALUES ({seq}, {})",
            self.qualified,
            list(columns, |(name, _)| (*name).to_owned()),
            list(columns, |(_, value)| value.clone()),
        )
    }

    /// Removes all rows.
    pub(super) fn clear(&self) -> String {
        format!("DELETE FROM {}", self.qualified)
    }

    /// A write that changes nothing.
    pub(super) fn touch(&self) -> String {
        format!(
            "UPDATE {0} SET seq = seq WHERE seq OPERATOR(pg_catalog.=) \
             (SELECT pg_catalog.max(seq) FROM {0})",
            self.qualified
        )
    }

    /// The statements that change one row.
    pub(super) fn row(&self, revision: &RevId) -> Result<LedgerRow, DbError> {
        Ok(LedgerRow {
            table: self.qualified.clone(),
            revision: literal(revision.as_str())?,
        })
    }
}

/// The columns of a row but its number, with their values as constants.
fn columns(
    entry: &Entry,
    scripts: &StoredScripts,
    state: EntryState,
    took: Took,
) -> Result<Vec<(&'static str, String)>, DbError> {
    let down = scripts.down.as_ref();
    let (done, uncertain) = match state {
        EntryState::Applied => (0, false),
        EntryState::Running {
            done, uncertain, ..
        } => (done, uncertain),
    };
    Ok(vec![
        ("revision", literal(entry.revision.as_str())?),
        ("parents", array(&entry.parents)?),
        ("depends_on", array(&entry.depends_on)?),
        ("message", literal(&entry.message)?),
        ("checksum", literal(&entry.checksum.to_string())?),
        ("state", literal(state_name(state))?),
        ("statements_done", done.to_string()),
        ("uncertain", uncertain.to_string()),
        ("up", literal(&scripts.up.text)?),
        ("up_options", literal(ledger_sql::options(&scripts.up))?),
        ("down", optional(down.map(|script| script.text.as_str()))?),
        (
            "down_options",
            literal(down.map_or("", ledger_sql::options))?,
        ),
        (
            "applied_at",
            literal(&entry.applied_at.unwrap_or_default().to_string())?,
        ),
        ("applied_by", literal(&entry.applied_by)?),
        ("git_commit", optional(entry.git_commit.as_deref())?),
        ("git_branch", optional(entry.git_branch.as_deref())?),
        ("duration_ms", duration(entry, took)),
        ("tool_version", literal(&entry.tool_version)?),
        ("ledger_version", LEDGER_VERSION.to_string()),
    ])
}

fn list(
    columns: &[(&'static str, String)],
    part: impl Fn(&(&'static str, String)) -> String,
) -> String {
    columns.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// What is known of the rows while the lock is held, so that a new one can be
/// written without asking.
#[derive(Debug)]
pub(super) struct Fresh {
    /// The number of the next new row.
    pub(super) seq: i64,
    /// Revisions that have a row and are not applied.
    begun: Vec<RevId>,
}

impl Fresh {
    /// Of a table without rows.
    pub(super) fn empty() -> Self {
        Self {
            seq: 1,
            begun: Vec::new(),
        }
    }

    /// From the answer to [`LedgerTable::numbers`].
    pub(super) fn read(numbers: &[Row]) -> Option<Self> {
        let row = numbers.first()?;
        let begun = row.get(1)?.as_deref().unwrap_or("[]");
        Some(Self {
            seq: row
                .first()?
                .as_deref()?
                .parse::<i64>()
                .ok()?
                .checked_add(1)?,
            begun: serde_json::from_str(begun).ok()?,
        })
    }

    /// The revision has no row that a new one would run into.
    pub(super) fn is_new(&self, revision: &RevId) -> bool {
        !self.begun.contains(revision)
    }
}

/// One row of the table, to be changed.
#[derive(Debug, Clone)]
pub(super) struct LedgerRow {
    table: String,
    /// As a constant.
    revision: String,
}

impl LedgerRow {
    /// Removes it.
    pub(super) fn delete(&self) -> String {
        self.statement("DELETE FROM", "")
    }

    /// `done` statements have finished for certain, and none has been begun since.
    pub(super) fn progress(&self, done: u32) -> String {
        let set = format!("SET statements_done = {done}, uncertain = false");
        self.statement("UPDATE", &set)
    }

    /// The next statement is being sent, and nothing will be known of it for a while.
    pub(super) fn uncertain(&self) -> String {
        self.statement("UPDATE", "SET uncertain = true")
    }

    /// The statement that was sent has failed: it is known again how many finished.
    pub(super) fn certain(&self) -> String {
        self.statement("UPDATE", "SET uncertain = false")
    }

    /// The up script has run to its end.
    pub(super) fn applied(&self, duration_ms: u128) -> String {
        let set = format!(
            "SET state = 'applied', statements_done = 0, uncertain = false, \
             duration_ms = {duration_ms}"
        );
        self.statement("UPDATE", &set)
    }

    fn statement(&self, verb: &str, set: &str) -> String {
        let Self { table, revision } = self;
        format!("{verb} {table} {set} WHERE revision OPERATOR(pg_catalog.=) {revision}")
    }
}

/// Understands the rows of [`LedgerTable::select`].
pub(super) fn read(rows: Vec<Row>) -> Result<Ledger, DbError> {
    let entry = |row: Row| -> Result<Entry, DbError> {
        let mut columns = row.into_iter();
        let mut optional = || columns.next().flatten();
        let mut text = || optional().unwrap_or_default();
        // Absent numbers and texts that are none are out of range, and said to be so.
        let number = |text: String| text.parse().unwrap_or(i64::MIN);
        let format = number(text());
        let (revision, parents, depends_on, message) = (text(), text(), text(), text());
        let (checksum, state, statements_done) = (text(), text(), number(text()));
        let (uncertain, applied_at, applied_by) = (text() == "t", text(), text());
        let (git_commit, git_branch) = (optional(), optional());
        let raw = RawRow {
            format,
            revision,
            parents,
            depends_on,
            message,
            checksum,
            state,
            statements_done,
            uncertain,
            applied_at,
            applied_by,
            git_commit,
            git_branch,
            duration_ms: number(optional().unwrap_or_default()),
            tool_version: optional().unwrap_or_default(),
            up_options: optional().unwrap_or_default(),
            down_options: optional().unwrap_or_default(),
        };
        raw.entry()
    };
    Ok(Ledger {
        exists: true,
        entries: rows.into_iter().map(entry).collect::<Result<_, _>>()?,
        unplaced: Vec::new(),
        gone: Vec::new(),
        superfluous: Vec::new(),
    })
}

/// Understands the rows of [`LedgerTable::select_scripts`].
pub(super) fn read_scripts(rows: Vec<Row>) -> Option<StoredScripts> {
    scripts(rows.into_iter().next()?.into_iter())
}

/// Understands a row of [`LedgerTable::select_all_scripts`].
pub(super) fn read_scripts_of(row: Row) -> Option<(RevId, StoredScripts)> {
    let mut columns = row.into_iter();
    let revision = RevId::trusted(&columns.next()??);
    Some((revision, scripts(columns)?))
}

fn scripts(mut columns: impl Iterator<Item = Option<String>>) -> Option<StoredScripts> {
    let mut script = || {
        let (text, options) = (columns.next().flatten(), columns.next().flatten());
        Some(ledger_sql::script(text?, &options.unwrap_or_default()))
    };
    Some(StoredScripts {
        up: script()?,
        down: script(),
    })
}

fn duration(entry: &Entry, took: Took) -> String {
    match took {
        Took::Given => entry.duration_ms.to_string(),
        Took::Transaction => "pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() \
             OPERATOR(pg_catalog.-) pg_catalog.now()) OPERATOR(pg_catalog.*) \
             1000::pg_catalog.float8"
            .to_owned(),
    }
}

/// A text as a constant, whatever `standard_conforming_strings` says.
pub(super) fn literal(text: &str) -> Result<String, DbError> {
    sql::literal(text, Dialect::Postgres).map_err(not_representable)
}

/// A quoted name.
pub(super) fn ident(name: &str) -> Result<String, DbError> {
    sql::ident(name, Dialect::Postgres).map_err(not_representable)
}

fn not_representable(error: sql::NulCharacter) -> DbError {
    DbError::new(ErrorKind::Statement, error.to_string())
}

fn optional(text: Option<&str>) -> Result<String, DbError> {
    text.map_or_else(|| Ok("NULL".to_owned()), literal)
}

/// A constant of type `text[]`.
fn array(ids: &[RevId]) -> Result<String, DbError> {
    let quoted = ids.iter().map(|id| {
        let escaped = id.as_str().replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{escaped}\"")
    });
    literal(&format!("{{{}}}", quoted.collect::<Vec<_>>().join(",")))
}
