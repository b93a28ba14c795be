//! The kinds of objects, and for each what its payload may hold.
//!
//! The table says how a difference in a key counts, in each of the databases;
//! comparison and everything after it follow the table and have no code for a
//! kind. A key that is not listed would not be compared: the tests hold every
//! fact that was ever read against it.

use Effect::{Alter, Rebuild, Remark, Replace};

use crate::model::Dialect;

/// What an object is, roughly in the order in which they are created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A schema of PostgreSQL.
    Schema,
    /// An extension; what belongs to it is not read.
    Extension,
    /// An enumerated type.
    Enum,
    /// A domain.
    Domain,
    /// A composite type that is not a table's row.
    CompositeType,
    /// A range type.
    RangeType,
    /// A sequence that is not an identity's.
    Sequence,
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// An aggregate.
    Aggregate,
    /// A table.
    Table,
    /// A virtual table of SQLite.
    VirtualTable,
    /// A column of a table.
    Column,
    /// A constraint of a table or a domain.
    Constraint,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// An index that is not a constraint's.
    Index,
    /// Extended statistics.
    Statistics,
    /// A rule that is not a view's own.
    Rule,
    /// A trigger.
    Trigger,
    /// A policy of row security.
    Policy,
    /// What a role may do with an object, where that is not the usual.
    Grant,
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

const SCHEMA: &[Rule] = &[both("owner", Remark), both("comment", Alter)];
const EXTENSION: &[Rule] = &[
    both("schema", Alter),
    both("version", Remark),
    both("comment", Remark),
];
const ENUM: &[Rule] = &[
    both("labels", Alter),
    both("owner", Remark),
    both("comment", Alter),
];
const DOMAIN: &[Rule] = &[
    both("type", Replace),
    both("collation", Replace),
    both("not null", Alter),
    both("default", Alter),
    both("owner", Remark),
    both("comment", Alter),
];
const COMPOSITE_TYPE: &[Rule] = &[
    both("attributes", Alter),
    both("owner", Remark),
    both("comment", Alter),
];
const RANGE_TYPE: &[Rule] = &[
    both("definition", Replace),
    both("owner", Remark),
    both("comment", Alter),
];
const SEQUENCE: &[Rule] = &[
    both("type", Alter),
    both("start", Alter),
    both("increment", Alter),
    both("minimum", Alter),
    both("maximum", Alter),
    both("cache", Alter),
    both("cycle", Alter),
    both("persistence", Alter),
    both("owned by", Alter),
    both("owner", Remark),
    both("comment", Alter),
];
const FUNCTION: &[Rule] = &[
    both("arguments", Replace),
    both("result", Replace),
    both("language", Alter),
    both("body", Alter),
    both("properties", Alter),
    both("owner", Remark),
    both("comment", Alter),
];
const AGGREGATE: &[Rule] = &[
    both("arguments", Replace),
    both("result", Replace),
    both("definition", Replace),
    both("properties", Replace),
    both("owner", Remark),
    both("comment", Alter),
];
const TABLE: &[Rule] = &[
    rebuilt("options", Alter),
    rebuilt("definition", Replace),
    both("persistence", Alter),
    both("of type", Alter),
    both("partition key", Replace),
    both("partition of", Alter),
    both("inherits", Alter),
    both("row security", Alter),
    both("replica identity", Alter),
    both("access method", Alter),
    both("tablespace", Alter),
    both(COLUMN_ORDER, Remark),
    both("owner", Remark),
    both("comment", Alter),
];
const VIRTUAL_TABLE: &[Rule] = &[both("definition", Replace)];
const COLUMN: &[Rule] = &[
    rebuilt("type", Alter),
    rebuilt("collation", Alter),
    rebuilt("not null", Alter),
    rebuilt("default", Alter),
    rebuilt("generated", Replace),
    both("identity", Alter),
    rebuilt("primary key", Replace),
    rebuilt("unique", Replace),
    rebuilt("check", Replace),
    rebuilt("references", Replace),
    both("storage", Alter),
    both("compression", Alter),
    both("statistics", Alter),
    both("options", Alter),
    both("constraint names", Remark),
    both("comment", Alter),
];
const CONSTRAINT: &[Rule] = &[
    rebuilt("definition", Replace),
    both("state", Replace),
    both("options", Alter),
    both("comment", Alter),
];
const VIEW: &[Rule] = &[
    both("definition", Replace),
    both("options", Alter),
    both("owner", Remark),
    both("comment", Alter),
];
const MATERIALIZED_VIEW: &[Rule] = &[
    both("definition", Replace),
    both("options", Alter),
    both("access method", Replace),
    both("tablespace", Alter),
    both("populated", Remark),
    both("owner", Remark),
    both("comment", Alter),
];
const INDEX: &[Rule] = &[
    both("unique", Replace),
    both("columns", Replace),
    both("where", Replace),
    both("definition", Replace),
    both("state", Replace),
    both("clustered", Alter),
    both("tablespace", Alter),
    both("statistics", Alter),
    both("comment", Alter),
];
const STATISTICS: &[Rule] = &[
    both("definition", Replace),
    both("target", Alter),
    both("owner", Remark),
    both("comment", Alter),
];
const RULE_RULES: &[Rule] = &[
    both("definition", Replace),
    both("enabled", Alter),
    both("comment", Alter),
];
const TRIGGER: &[Rule] = &[
    both("definition", Replace),
    both("enabled", Alter),
    both("comment", Alter),
];
const POLICY: &[Rule] = &[
    both("command", Replace),
    both("restrictive", Replace),
    both("roles", Alter),
    both("using", Alter),
    both("with check", Alter),
    both("comment", Alter),
];
const GRANT: &[Rule] = &[both("privileges", Alter)];

impl Kind {
    /// All kinds.
    pub const ALL: &[Self] = &[
        Self::Schema,
        Self::Extension,
        Self::Enum,
        Self::Domain,
        Self::CompositeType,
        Self::RangeType,
        Self::Sequence,
        Self::Function,
        Self::Procedure,
        Self::Aggregate,
        Self::Table,
        Self::VirtualTable,
        Self::Column,
        Self::Constraint,
        Self::View,
        Self::MaterializedView,
        Self::Index,
        Self::Statistics,
        Self::Rule,
        Self::Trigger,
        Self::Policy,
        Self::Grant,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Enum => "enum",
            Self::Domain => "domain",
            Self::CompositeType => "composite type",
            Self::RangeType => "range type",
            Self::Sequence => "sequence",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Table => "table",
            Self::VirtualTable => "virtual table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Index => "index",
            Self::Statistics => "statistics",
            Self::Rule => "rule",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Grant => "grant",
        }
    }

    /// The keys of its payload, in the order in which they are told.
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Self::Schema => SCHEMA,
            Self::Extension => EXTENSION,
            Self::Enum => ENUM,
            Self::Domain => DOMAIN,
            Self::CompositeType => COMPOSITE_TYPE,
            Self::RangeType => RANGE_TYPE,
            Self::Sequence => SEQUENCE,
            Self::Function | Self::Procedure => FUNCTION,
            Self::Aggregate => AGGREGATE,
            Self::Table => TABLE,
            Self::VirtualTable => VIRTUAL_TABLE,
            Self::Column => COLUMN,
            Self::Constraint => CONSTRAINT,
            Self::View => VIEW,
            Self::MaterializedView => MATERIALIZED_VIEW,
            Self::Index => INDEX,
            Self::Statistics => STATISTICS,
            Self::Rule => RULE_RULES,
            Self::Trigger => TRIGGER,
            Self::Policy => POLICY,
            Self::Grant => GRANT,
        }
    }

    /// Whether it has no name of its own, only one in its parent.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Self::Column
                | Self::Constraint
                | Self::Rule
                | Self::Trigger
                | Self::Policy
                | Self::Grant
        )
    }

    /// Whether its last name is what it takes, not what it is called.
    pub fn takes_arguments(self) -> bool {
        matches!(self, Self::Function | Self::Procedure | Self::Aggregate)
    }

    /// Whether two of the same content are the same object under two names, where
    /// the database made the names up.
    pub fn is_told_by_content(self) -> bool {
        matches!(self, Self::Constraint | Self::Index | Self::Sequence)
    }

    /// Whether an object may be called renamed for its content alone: nothing would
    /// be lost if it was not.
    pub fn holds_nothing(self) -> bool {
        matches!(self, Self::Constraint | Self::Index)
    }
}
