//! What a database object is called, so that two scripts that mean the same one say
//! the same.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// A schema.
    Schema,
    /// A table, or a relation of which nothing more is known.
    Table,
    /// A view, materialized or not.
    View,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// A column; the name `*` means all of them.
    Column,
    /// A constraint of a table or a domain.
    Constraint,
    /// A trigger.
    Trigger,
    /// A policy of row level security.
    Policy,
    /// A rewrite rule.
    Rule,
    /// An enum, a domain, a composite or any other type.
    Type,
    /// A label of an enum.
    Label,
    /// A function, a procedure or an aggregate.
    Function,
    /// An extension.
    Extension,
    /// Anything else, by PostgreSQL's word for it.
    Other(String),
}

/// Within a space a name means one object: an index cannot be called as a table is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// Tables, views, indexes, sequences.
    Relation,
    /// What has names of its own.
    Of(Kind),
}

impl Kind {
    /// The space that its names stand in.
    pub fn space(&self) -> Space {
        match self {
            Self::Table | Self::View | Self::Index | Self::Sequence => Space::Relation,
            kind => Space::Of(kind.clone()),
        }
    }

    /// The word for people.
    pub fn word(&self) -> &str {
        match self {
            Self::Schema => "schema",
            Self::Table => "table",
            Self::View => "view",
            Self::Index => "index",
            Self::Sequence => "sequence",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Type => "type",
            Self::Label => "label",
            Self::Function => "function",
            Self::Extension => "extension",
            Self::Other(word) => word,
        }
    }
}

/// An object by its full name; names are as the database stores them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// The schema; empty for what stands in none.
    pub schema: String,
    /// The table, view or type that it is a part of.
    pub of: Option<String>,
    /// Its own name.
    pub name: String,
    /// The types of a function's arguments; `None` = whichever there is of that name.
    pub arguments: Option<String>,
}

/// The name that stands for all columns.
pub(crate) const ALL_COLUMNS: &str = "*";

/// The schemas that nobody writes.
const UNSAID: [&str; 3] = ["", "public", "main"];

impl Object {
    /// Something that stands in a schema.
    pub fn new(kind: Kind, schema: &str, name: &str) -> Self {
        Self {
            kind,
            schema: schema.to_owned(),
            of: None,
            name: name.to_owned(),
            arguments: None,
        }
    }

    /// Something that is a part of a table, a view or a type.
    pub fn part(kind: Kind, schema: &str, of: &str, name: &str) -> Self {
        Self {
            of: Some(of.to_owned()),
            ..Self::new(kind, schema, name)
        }
    }

    /// A table.
    pub fn table(schema: &str, name: &str) -> Self {
        Self::new(Kind::Table, schema, name)
    }

    /// A column.
    pub fn column(schema: &str, table: &str, name: &str) -> Self {
        Self::part(Kind::Column, schema, table, name)
    }

    /// All columns of a table.
    pub fn columns(schema: &str, table: &str) -> Self {
        Self::column(schema, table, ALL_COLUMNS)
    }

    /// All columns are meant.
    pub fn is_all_columns(&self) -> bool {
        self.kind == Kind::Column && self.name == ALL_COLUMNS
    }

    /// It stands in a schema that somebody made.
    pub(super) fn is_in_own_schema(&self) -> bool {
        !UNSAID.contains(&self.schema.as_str())
    }

    /// The table, view or type that it is a part of, as an object of that name.
    pub fn owner(&self) -> Option<Self> {
        let of = self.of.as_deref()?;
        let kind = match self.kind {
            Kind::Label => Kind::Type,
            _ => Kind::Table,
        };
        Some(Self::new(kind, &self.schema, of))
    }

    /// Whether both names mean one object.
    pub fn is(&self, other: &Self) -> bool {
        let relation = self.kind.space() == Space::Relation;
        let arguments = match (&self.arguments, &other.arguments) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        self.kind.space() == other.kind.space()
            && self.schema == other.schema
            && (relation || self.of == other.of)
            && (self.name == other.name || self.is_all_columns() || other.is_all_columns())
            && arguments
    }

    /// The name as a person writes it.
    pub fn path(&self) -> String {
        let mut path = String::new();
        if self.is_in_own_schema() && self.kind != Kind::Schema {
            path.push_str(&self.schema);
            path.push('.');
        }
        if let (Some(of), false) = (&self.of, self.kind.space() == Space::Relation) {
            path.push_str(of);
            if !self.name.is_empty() {
                path.push('.');
            }
        }
        path.push_str(&self.name);
        if let Some(arguments) = &self.arguments {
            path.push('(');
            path.push_str(arguments);
            path.push(')');
        }
        path
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.word(), self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_a_person_writes_them() {
        let index = Object::part(Kind::Index, "app", "users", "users_idx");
        let trigger = Object::part(Kind::Trigger, "public", "users", "audit");
        let function = Object {
            arguments: Some("int, text".to_owned()),
            ..Object::new(Kind::Function, "public", "f")
        };
        for (object, text) in [
            (Object::table("public", "users"), "table users"),
            (Object::table("app", "users"), "table app.users"),
            (Object::column("main", "users", "a"), "column users.a"),
            (index, "index app.users_idx"),
            (trigger, "trigger users.audit"),
            (function, "function f(int, text)"),
            (Object::new(Kind::Schema, "", "app"), "schema app"),
            (
                Object::part(Kind::Other("primary key".to_owned()), "", "t", ""),
                "primary key t",
            ),
            (
                Object::new(Kind::Other("publication".to_owned()), "", "p"),
                "publication p",
            ),
        ] {
            assert_eq!(object.to_string(), text);
        }
    }

    #[test]
    fn one_object_or_two() {
        let table = Object::table("public", "a");
        let index = Object::part(Kind::Index, "public", "b", "a");
        let function = |arguments: Option<&str>| Object {
            arguments: arguments.map(str::to_owned),
            ..Object::new(Kind::Function, "public", "f")
        };
        let column = |table, name| Object::column("public", table, name);
        for (a, b, is) in [
            (&table, &table, true),
            (&table, &index, true),
            (&table, &Object::table("app", "a"), false),
            (&table, &Object::new(Kind::Type, "public", "a"), false),
            (&column("t", "a"), &column("t", "a"), true),
            (&column("t", "a"), &column("t", "b"), false),
            (&column("t", "a"), &column("u", "a"), false),
            (&column("t", "a"), &column("t", "*"), true),
            (&column("t", "a"), &column("u", "*"), false),
            (&function(Some("int")), &function(Some("text")), false),
            (&function(Some("int")), &function(None), true),
        ] {
            assert_eq!(a.is(b), is, "{a} {b}");
            assert_eq!(b.is(a), is, "{b} {a}");
        }
    }

    #[test]
    fn owners() {
        let column = Object::column("app", "t", "c");
        assert_eq!(column.owner(), Some(Object::table("app", "t")));
        let label = Object::part(Kind::Label, "app", "mood", "happy");
        assert_eq!(label.owner(), Some(Object::new(Kind::Type, "app", "mood")));
        assert_eq!(Object::table("app", "t").owner(), None);
    }
}
