//! What both engines share about the ledger: its DDL, and rows as text.

use jiff::Timestamp;

use super::{DbError, ErrorKind};
use crate::model::{
    Checksum, Direction, Entry, EntryState, Options, RevId, RunOptions,
    ledger::{LEDGER_VERSION, StoredScript},
};

/// The name of the table in the embedded DDL, replaced by the configured one.
const TABLE: &str = "teammig_ledger";

/// The up section of an embedded revision, for the table named `quoted`.
pub(super) fn ddl(revision: &str, quoted: &str) -> String {
    let up = revision
        .split_once("-- migrate:up\n")
        .map_or(revision, |(_, rest)| rest);
    let up = up.split("-- migrate:down").next().unwrap_or(up);
    up.replace(TABLE, quoted).trim().to_owned()
}

/// The words after `-- migrate:up` that say how a script wants to be run.
pub(super) fn options(script: &StoredScript) -> &'static str {
    match (script.transaction, script.foreign_keys_off) {
        (true, false) => "",
        (true, true) => "foreign_keys:off",
        (false, false) => "transaction:false",
        // No file may say so; what a row says stays.
        (false, true) => "transaction:false foreign_keys:off",
    }
}

/// A stored script from its text and its options.
pub(super) fn script(text: String, options: &str) -> StoredScript {
    let RunOptions {
        transaction,
        foreign_keys_off,
    } = run_options(options);
    StoredScript {
        text,
        transaction,
        foreign_keys_off,
    }
}

fn run_options(words: &str) -> RunOptions {
    RunOptions {
        transaction: !words.contains("transaction:false"),
        foreign_keys_off: words.contains("foreign_keys:off"),
    }
}

/// A list of ids as a JSON array.
pub(super) fn ids_to_json(ids: &[RevId]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".to_owned())
}

/// The values of a row as both engines read them.
pub(super) struct RawRow {
    pub(super) format: i64,
    pub(super) revision: String,
    pub(super) parents: String,
    pub(super) depends_on: String,
    pub(super) message: String,
    pub(super) checksum: String,
    pub(super) state: String,
    pub(super) statements_done: i64,
    pub(super) uncertain: bool,
    pub(super) applied_at: String,
    pub(super) applied_by: String,
    pub(super) git_commit: Option<String>,
    pub(super) git_branch: Option<String>,
    pub(super) duration_ms: i64,
    pub(super) tool_version: String,
    pub(super) up_options: String,
    pub(super) down_options: String,
}

impl RawRow {
    /// The row, understood; a row of a newer teammig is refused.
    pub(super) fn entry(self) -> Result<Entry, DbError> {
        check_format(self.format, &self.tool_version)?;
        let damaged = |what: &str| {
            DbError::new(
                ErrorKind::LedgerDamaged,
                format!(
                    "the ledger's row of {} has an unreadable {what}",
                    self.revision
                ),
            )
        };
        let direction = match self.state.as_str() {
            "applied" => None,
            "running" => Some(Direction::Up),
            "reverting" => Some(Direction::Down),
            _ => return Err(damaged("state")),
        };
        let state = match direction {
            None => EntryState::Applied,
            Some(direction) => EntryState::Running {
                direction,
                done: u32::try_from(self.statements_done)
                    .map_err(|_| damaged("statements_done"))?,
                uncertain: self.uncertain,
            },
        };
        Ok(Entry {
            parents: serde_json::from_str(&self.parents).map_err(|_| damaged("parents"))?,
            depends_on: serde_json::from_str(&self.depends_on)
                .map_err(|_| damaged("depends_on"))?,
            checksum: Checksum::from_hex(&self.checksum).ok_or_else(|| damaged("checksum"))?,
            options: Options {
                up: run_options(&self.up_options),
                down: run_options(&self.down_options),
            },
            applied_at: Some(
                self.applied_at
                    .parse::<Timestamp>()
                    .map_err(|_| damaged("applied_at"))?,
            ),
            duration_ms: u64::try_from(self.duration_ms).map_err(|_| damaged("duration_ms"))?,
            revision: RevId::trusted(&self.revision),
            state,
            message: self.message,
            applied_by: self.applied_by,
            git_commit: self.git_commit,
            git_branch: self.git_branch,
            tool_version: self.tool_version,
        })
    }
}

/// Refuses a row whose meaning this program does not know.
pub(super) fn check_format(format: i64, tool_version: &str) -> Result<(), DbError> {
    if format <= i64::from(LEDGER_VERSION) {
        return Ok(());
    }
    Err(DbError::new(
        ErrorKind::LedgerTooNew,
        format!(
            "the ledger has format {format} (written by teammig {tool_version}); this is teammig {}, which knows \
             formats up to {LEDGER_VERSION}",
            env!("CARGO_PKG_VERSION"),
        ),
    ))
}

/// The `state` column of a row.
pub(super) fn state_name(state: EntryState) -> &'static str {
    match state {
        EntryState::Applied => "applied",
        EntryState::Running {
            direction: Direction::Up,
            ..
        } => "running",
        EntryState::Running {
            direction: Direction::Down,
            ..
        } => "reverting",
    }
}
