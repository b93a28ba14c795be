//! Migrations of other tools, read once in order to become teammig's own.
//!
//! Pure: a listing of a folder goes in, revisions in the tool's own order come
//! out, or findings that name the file and the line. Each tool has a file of
//! its own that says which of its rules are kept and where they stand in the
//! tool's source; what is the same for all (a script's own transaction, foreign
//! keys, ids) stands in `adapt` and `identity`.
//!
//! It must not guess what a script means: what cannot be kept as it was is
//! either a finding or a [`Note`] that is shown to the user.

mod adapt;
pub mod alembic;
mod aside;
mod chain;
mod checksum;
mod dbmate;
mod detect;
mod diesel;
mod draft;
mod evidence;
mod flyway;
mod golang_migrate;
mod goose;
mod identity;
mod listing;
mod note;
mod pairs;
mod rebuild;
mod sqlx;
mod wrap;

pub use aside::Aside;
pub use chain::{Imported, chain, text};
pub use detect::{Detection, detect};
pub use evidence::{Evidence, evidence, evidence_in};
pub use listing::Listing;
pub use note::{Note, NoteKind};

use std::sync::Arc;

use jiff::Timestamp;

use self::draft::Draft;
use crate::model::{Dialect, Finding};

/// A tool whose migrations can be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// diesel's CLI and `diesel_migrations`.
    Diesel,
    /// sqlx's CLI and `sqlx::migrate!`.
    Sqlx,
    /// golang-migrate.
    GolangMigrate,
    /// dbmate.
    Dbmate,
    /// goose (pressly).
    Goose,
    /// Flyway.
    Flyway,
    /// Alembic, whose modules its own program writes down as SQL ([`alembic`]).
    Alembic,
}

impl Tool {
    /// Those whose files can be read as they are, in the order in which they are named to users.
    pub const ALL: [Self; 6] = [
        Self::Diesel,
        Self::Sqlx,
        Self::GolangMigrate,
        Self::Dbmate,
        Self::Goose,
        Self::Flyway,
    ];

    /// Its name on the command line, in messages and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Diesel => "diesel",
            Self::Sqlx => "sqlx",
            Self::GolangMigrate => "golang-migrate",
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
            Self::Flyway => "flyway",
            Self::Alembic => "alembic",
        }
    }

    /// The table in which it keeps what it applied, unless told otherwise.
    pub fn ledger_table(self) -> &'static str {
        match self {
            Self::Diesel => "__diesel_schema_migrations",
            Self::Sqlx => "_sqlx_migrations",
            Self::GolangMigrate | Self::Dbmate => "schema_migrations",
            Self::Goose => "goose_db_version",
            Self::Flyway => "flyway_schema_history",
            Self::Alembic => "alembic_version",
        }
    }

    /// A version as the tool compares it with its ledger's: `0001` and `1` are
    /// one number for most, two texts for diesel and dbmate.
    pub fn canonical_version(self, text: &str) -> String {
        match self {
            Self::Diesel | Self::Dbmate | Self::Alembic => text.to_owned(),
            Self::Sqlx | Self::GolangMigrate | Self::Goose => {
                identity::canonical_number(text).to_owned()
            }
            Self::Flyway => flyway::canonical_version(text),
        }
    }

    /// Whether a version (in its canonical form) is not above another one.
    pub fn is_up_to(self, version: &str, top: &str) -> bool {
        match self {
            Self::Diesel | Self::Dbmate | Self::Alembic => version <= top,
            Self::Sqlx | Self::GolangMigrate | Self::Goose => {
                (version.len(), version) <= (top.len(), top)
            }
            Self::Flyway => flyway::version(version) <= flyway::version(top),
        }
    }
}

/// One migration of another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRevision {
    /// The version as the tool's ledger has it (see [`Tool::canonical_version`]).
    pub version: String,
    /// The version as the file's name has it, where that is recognisable.
    pub label: String,
    /// What the file's name says besides.
    pub name: String,
    /// Of several revisions with one version: which one, from 1.
    pub part: Option<usize>,
    /// When it was written, if the version is a point in time.
    pub created: Option<Timestamp>,
    /// The way up.
    pub up: ForeignScript,
    /// The way down; `None` = there is none, or it does nothing.
    pub down: Option<ForeignScript>,
    /// What the user should know.
    pub notes: Vec<Note>,
}

/// One script, ready to stand in a file of teammig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignScript {
    /// The file it came from, as the user would write it.
    pub path: Arc<str>,
    /// The SQL.
    pub sql: String,
    /// It has to run outside a transaction.
    pub no_transaction: bool,
    /// SQLite: foreign keys have to be off around it.
    pub foreign_keys_off: bool,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The tool that it belongs to.
    pub tool: Tool,
    /// The migrations, in the tool's order.
    pub revisions: Vec<ForeignRevision>,
    /// What could not be taken over and does not keep the rest from it.
    pub aside: Vec<Aside>,
}

/// What a tool's reader makes of a listing, before the scripts are looked at.
#[derive(Debug, Default)]
struct Raw {
    revisions: Vec<RawRevision>,
    aside: Vec<Aside>,
    findings: Vec<Finding>,
}

/// A migration as its tool sees it.
#[derive(Debug)]
struct RawRevision {
    version: String,
    label: String,
    name: String,
    part: Option<usize>,
    up: Draft,
    down: Option<Draft>,
}

/// Reads a folder as a tool would, in the tool's order.
pub fn read(listing: &Listing, tool: Tool, dialect: Dialect) -> Result<Source, Vec<Finding>> {
    let mut raw = match tool {
        Tool::Diesel => diesel::read(listing),
        Tool::Sqlx => sqlx::read(listing),
        Tool::GolangMigrate => golang_migrate::read(listing),
        Tool::Dbmate => dbmate::read(listing),
        Tool::Goose => goose::read(listing),
        Tool::Flyway => flyway::read(listing),
        // A folder says nothing of what its modules do.
        Tool::Alembic => Raw::default(),
    };
    let mut revisions = Vec::with_capacity(raw.revisions.len());
    for revision in raw.revisions {
        match adapt::adapt(revision, tool, dialect) {
            Ok(revision) => revisions.push(revision),
            Err(findings) => raw.findings.extend(findings),
        }
    }
    if raw.findings.is_empty() {
        Ok(Source {
            tool,
            revisions,
            aside: raw.aside,
        })
    } else {
        Err(raw.findings)
    }
}

#[cfg(test)]
mod testing;
