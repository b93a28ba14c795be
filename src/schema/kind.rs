//! The kinds of objects, and for each what its payload may hold.
//!
//! The table says how a difference in a key counts, in each of the databases;
//! comparison and everything after it follow the table and have no code for a
//! kind. A key that is not listed would not be compared: the tests hold every
//! fact that was ever read against it.

use Effect::{Alter, Rebuild, Remark, Replace};

use crate::model::Dialect;

/// What an object is. The order is one in which they can be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A schema of PostgreSQL.
    Schema,
    /// A table.
    Table,
    /// A virtual table of SQLite.
    VirtualTable,
    /// A column of a table.
    Column,
    /// A constraint of a table.
    Constraint,
    /// An index that is not a constraint's.
    Index,
    /// A view.
    View,
    /// A trigger.
    Trigger,
}

/// What a difference in one key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The object can be altered as it stands.
    Alter,
    /// The object has to be dropped and made again.
    Replace,
    /// The table around it has to be made again, with its rows (SQLite).
    Rebuild,
    /// Nothing: it is only mentioned.
    Remark,
}

/// One key of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The key, in words for people.
    pub key: &'static str,
    /// In PostgreSQL.
    pub postgres: Effect,
    /// In SQLite.
    pub sqlite: Effect,
}

impl Rule {
    /// How a difference counts in a database.
    pub fn effect(&self, dialect: Dialect) -> Effect {
        match dialect {
            Dialect::Postgres => self.postgres,
            Dialect::Sqlite => self.sqlite,
        }
    }
}

/// The key whose value is a list of names, one a line, in an order that only the
/// names that both sides have are compared in.
pub const COLUMN_ORDER: &str = "column order";

/// A key that means the same in both databases.
const fn both(key: &'static str, effect: Effect) -> Rule {
    Rule {
        key,
        postgres: effect,
        sqlite: effect,
    }
}

/// A key that PostgreSQL may alter, and SQLite only with the table.
const fn rebuilt(key: &'static str, postgres: Effect) -> Rule {
    Rule {
        key,
        postgres,
        sqlite: Rebuild,
    }
}

const SCHEMA: &[Rule] = &[both("comment", Alter)];
const TABLE: &[Rule] = &[
    rebuilt("options", Alter),
    rebuilt("definition", Replace),
    both(COLUMN_ORDER, Remark),
    both("comment", Alter),
];
const VIRTUAL_TABLE: &[Rule] = &[both("definition", Replace)];
const COLUMN: &[Rule] = &[
    rebuilt("type", Alter),
    rebuilt("collation", Alter),
    rebuilt("not null", Alter),
    rebuilt("default", Alter),
    rebuilt("generated", Replace),
    rebuilt("primary key", Replace),
    rebuilt("unique", Replace),
    rebuilt("check", Replace),
    rebuilt("references", Replace),
    both("constraint names", Remark),
    both("comment", Alter),
];
const CONSTRAINT: &[Rule] = &[rebuilt("definition", Replace), both("comment", Alter)];
const INDEX: &[Rule] = &[
    both("unique", Replace),
    both("columns", Replace),
    both("where", Replace),
    both("comment", Alter),
];
const VIEW: &[Rule] = &[both("definition", Replace), both("comment", Alter)];
const TRIGGER: &[Rule] = &[both("definition", Replace), both("comment", Alter)];

impl Kind {
    /// All kinds.
    pub const ALL: &[Self] = &[
        Self::Schema,
        Self::Table,
        Self::VirtualTable,
        Self::Column,
        Self::Constraint,
        Self::Index,
        Self::View,
        Self::Trigger,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Table => "table",
            Self::VirtualTable => "virtual table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::View => "view",
            Self::Trigger => "trigger",
        }
    }

    /// The keys of its payload, in the order in which they are told.
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Self::Schema => SCHEMA,
            Self::Table => TABLE,
            Self::VirtualTable => VIRTUAL_TABLE,
            Self::Column => COLUMN,
            Self::Constraint => CONSTRAINT,
            Self::Index => INDEX,
            Self::View => VIEW,
            Self::Trigger => TRIGGER,
        }
    }

    /// Whether it has no name of its own, only one in its parent.
    pub fn is_part(self) -> bool {
        matches!(self, Self::Column | Self::Constraint | Self::Trigger)
    }

    /// Whether a name of it says nothing, so that two of the same content are the
    /// same object under two names.
    pub fn is_told_by_content(self) -> bool {
        matches!(self, Self::Constraint | Self::Index)
    }
}
