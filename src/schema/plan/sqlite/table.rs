//! What has to be known of a table to bring its rows to another one.

use std::collections::BTreeSet;

use crate::schema::{
    Fact, Value,
    kind::COLUMN_ORDER,
    normal::pieces,
    sqlite_table::{self, ColumnText, TableText},
};

use super::text;

/// The names by which the number of a row is read, unless a column has them.
const ROWIDS: &[&str] = &["rowid", "_rowid_", "oid"];

/// A table as its text has it.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// The fact.
    pub(super) fact: &'a Fact,
    /// `None`: the text is not understood.
    text: Option<TableText>,
}

/// How values are kept in a column (<https://www.sqlite.org/datatype3.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

impl Affinity {
    /// The type that has it, and its plain name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
            Self::Real => "REAL",
            Self::Numeric => "NUMERIC",
        }
    }
}

impl<'a> Table<'a> {
    /// Of a table's fact.
    pub(super) fn of(fact: &'a Fact) -> Self {
        let text = fact.ddl.as_deref().and_then(sqlite_table::table);
        Self {
            fact,
            text: text.filter(|_| fact.get("definition").is_none()),
        }
    }

    /// The name as it was written.
    pub(super) fn name(&self) -> &'a str {
        self.fact
            .written_name
            .as_deref()
            .unwrap_or(self.fact.id.name())
    }

    /// Whether its text is understood.
    pub(super) fn is_read(&self) -> bool {
        self.text.is_some()
    }

    /// The names of its columns where nothing else is known of them, in lower case.
    pub(super) fn only_names(&self) -> BTreeSet<&'a str> {
        self.fact
            .get(COLUMN_ORDER)
            .unwrap_or_default()
            .lines()
            .collect()
    }

    /// Its columns.
    pub(super) fn columns(&self) -> &[ColumnText] {
        self.text.as_ref().map_or(&[], |text| &text.columns)
    }

    /// A column by its name in lower case.
    pub(super) fn column(&self, name: &str) -> Option<&ColumnText> {
        let mut columns = self.columns().iter();
        columns.find(|column| column.name.eq_ignore_ascii_case(name))
    }

    fn has_option(&self, option: &str) -> bool {
        self.text
            .as_ref()
            .and_then(|text| text.options.as_ref())
            .is_some_and(|options| options.compared().split(", ").any(|own| own == option))
    }

    /// Values are held to their types.
    pub(super) fn is_strict(&self) -> bool {
        self.has_option("strict")
    }

    /// Its rows have numbers.
    pub(super) fn has_rowid(&self) -> bool {
        !self.has_option("without rowid")
    }

    /// The numbers that it gave are never given again.
    pub(super) fn counts(&self) -> bool {
        let clauses = self.columns().iter();
        clauses
            .filter_map(|column| column.get("primary key"))
            .any(|clause| {
                clause
                    .compared()
                    .split(' ')
                    .any(|word| word == "autoincrement")
            })
    }

    /// Whether a column is another name for the number of the row.
    pub(super) fn is_rowid(&self, column: &ColumnText) -> bool {
        let is_integer = column
            .get("type")
            .is_some_and(|value| value.compared() == "integer");
        if !is_integer || !self.has_rowid() {
            return false;
        }
        if let Some(clause) = column.get("primary key") {
            // A quirk of SQLite: with DESC it is a column as any other.
            return !clause.compared().split(' ').any(|word| word == "desc");
        }
        self.constraints()
            .any(|definition| single_primary_key(definition).as_deref() == Some(&*lower(column)))
    }

    /// Whether a column is the primary key, or a part of it.
    pub(super) fn is_key(&self, column: &ColumnText) -> bool {
        column.get("primary key").is_some()
            || self
                .constraints()
                .any(|definition| key_names(definition).contains(&lower(column)))
    }

    /// The constraints that stand after the columns.
    pub(super) fn constraints(&self) -> impl Iterator<Item = &Value> {
        let constraints = self.text.iter().flat_map(|text| &text.constraints);
        constraints.map(|constraint| &constraint.definition)
    }

    /// What reads the number of a row; `None` where nothing does.
    pub(super) fn rowid(&self) -> Option<&'static str> {
        let mut free = ROWIDS.iter().copied();
        free.find(|name| self.column(name).is_none())
            .filter(|_| self.is_read() && self.has_rowid())
    }

    /// Whether SQLite lets no row be without a value there.
    pub(super) fn is_filled(&self, column: &ColumnText) -> bool {
        let is_key = || column.get("primary key").is_some();
        column.get("not null").is_some() || (is_key() && (!self.has_rowid() || self.is_strict()))
    }

    /// How the values of a column are kept.
    pub(super) fn affinity(&self, column: &ColumnText) -> Affinity {
        let declared = column.get("type").map_or("", Value::compared);
        let has = |word: &str| declared.contains(word);
        if has("int") {
            Affinity::Integer
        } else if has("char") || has("clob") || has("text") {
            Affinity::Text
        } else if has("blob") || declared.is_empty() || (self.is_strict() && declared == "any") {
            Affinity::Blob
        } else if has("real") || has("floa") || has("doub") {
            Affinity::Real
        } else {
            Affinity::Numeric
        }
    }

    /// Whether another column, a constraint or the table's own words name a column.
    pub(super) fn names_elsewhere(&self, name: &str) -> bool {
        let in_columns = self
            .columns()
            .iter()
            .filter(|column| !column.name.eq_ignore_ascii_case(name))
            .flat_map(|column| ["check", "generated"].map(|key| column.get(key)))
            .flatten()
            .any(|clause| text::mentions(&clause.text, name));
        in_columns || {
            let mut constraints = self.constraints();
            constraints.any(|definition| text::mentions(&definition.text, name))
        }
    }

    /// Whether its text names the table itself in an expression (`CHECK (t.a > 0)`):
    /// such a text makes a table of this name only.
    pub(super) fn names_itself(&self) -> bool {
        let pieces = pieces(self.fact.ddl.as_deref().unwrap_or_default());
        let own = self.fact.id.name();
        pieces.windows(2).any(
            |pair| matches!(pair, [name, dot] if text::stands_for(name, own) && dot.normal == "."),
        )
    }
}

/// The name that decides.
pub(super) fn lower(column: &ColumnText) -> String {
    column.name.to_ascii_lowercase()
}

/// The columns of a PRIMARY KEY.
fn key_names(definition: &Value) -> Vec<String> {
    let all = pieces(&definition.text);
    if !matches!(all.as_slice(), [primary, key, ..] if primary.is("primary") && key.is("key")) {
        return Vec::new();
    }
    // Behind a bracket or a comma; `COLLATE` and `DESC` come later.
    let names = all.windows(2).filter_map(|pair| match pair {
        [before, name] if matches!(before.normal.as_str(), "(" | ",") => name.name(),
        _ => None,
    });
    names.map(|name| name.to_ascii_lowercase()).collect()
}

/// The only column of a PRIMARY KEY.
fn single_primary_key(definition: &Value) -> Option<String> {
    match pieces(&definition.text).as_slice() {
        [primary, key, _, column, _, ..] if primary.is("primary") && key.is("key") => {
            let is_one = !definition.compared().contains(',');
            column.name().filter(|_| is_one).map(Into::into)
        }
        _ => None,
    }
}

/// A default as an expression that may stand anywhere.
pub(super) fn default_expression(default: &Value) -> String {
    let all = pieces(&default.text);
    match all.as_slice() {
        // A lone name is a text here, and would be a column elsewhere.
        [only] => match only.name() {
            Some(word)
                if !matches!(
                    &*word,
                    "null"
                        | "true"
                        | "false"
                        | "current_time"
                        | "current_date"
                        | "current_timestamp"
                ) =>
            {
                let written = default.text.trim();
                text::literal(&crate::schema::normal::unquoted(written))
            }
            _ => default.text.clone(),
        },
        _ => default.text.clone(),
    }
}

/// Whether a default is the same for each row, so that it need not be written down.
pub(super) fn is_constant(default: &Value) -> bool {
    let compared = default.compared();
    match pieces(compared).as_slice() {
        [only] => !compared.starts_with("current_") && !only.normal.is_empty(),
        [sign, number] => {
            matches!(sign.normal.as_str(), "-" | "+")
                && number.kind == crate::sql::TokenKind::Number
        }
        _ => false,
    }
}

/// Whether a default is no value.
pub(super) fn is_null(default: Option<&Value>) -> bool {
    default.is_none_or(|default| default.compared() == "null")
}
