//! What a statement of SQLite does to a table as a whole, or to one of its columns.
//!
//! A few words decide, as in `inspect`: enough to know a rebuild of a table from a
//! table that goes for good.

use super::{
    cursor::Cursor,
    inspect::{Dropped, dropped_table},
    statements::Statement,
};
use crate::model::Span;

/// What a statement does; names without quotes, in the case written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableAct {
    /// `CREATE [TEMP] TABLE`.
    Create(String),
    /// `DROP TABLE`.
    Drop(Dropped),
    /// `ALTER TABLE … RENAME TO`.
    Rename {
        /// The old name.
        from: String,
        /// The new one.
        to: String,
    },
    /// `ALTER TABLE … ADD [COLUMN]`.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What follows the column's name, in the statement's text.
        definition: Span,
    },
    /// `ALTER TABLE … DROP [COLUMN]`.
    DropColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Anything else.
    Other,
}

impl TableAct {
    /// What a statement does.
    pub fn of(statement: &Statement, script: &str) -> Self {
        let text = statement.text(script);
        if let Some(dropped) = dropped_table(text) {
            return Self::Drop(dropped);
        }
        let mut cursor = Cursor::new(text);
        if cursor.word("CREATE") {
            return created(&mut cursor).map_or(Self::Other, Self::Create);
        }
        if cursor.word("ALTER") && cursor.word("TABLE") {
            return altered(&mut cursor, text).unwrap_or(Self::Other);
        }
        Self::Other
    }

    /// It creates a table of that name.
    pub fn creates(&self, name: &str) -> bool {
        matches!(self, Self::Create(created) if created.eq_ignore_ascii_case(name))
    }

    /// After it there is a table of that name, which was not there before.
    pub fn brings(&self, name: &str) -> bool {
        self.creates(name)
            || matches!(self, Self::Rename { to, .. } if to.eq_ignore_ascii_case(name))
    }
}

/// Of the acts of a script, whether the rename at `at` is one for good: the new table
/// of a rebuild takes its place, the old one is moved out of the way for another.
pub fn renames_for_good(acts: &[TableAct], at: usize) -> bool {
    let (before, after) = acts.split_at(at.min(acts.len()));
    let Some(TableAct::Rename { from, .. }) = after.first() else {
        return false;
    };
    let is_new = before.iter().any(|act| act.creates(from));
    !is_new && !after.iter().any(|act| act.brings(from))
}

fn created(cursor: &mut Cursor<'_>) -> Option<String> {
    let _ = cursor.word("TEMP") || cursor.word("TEMPORARY");
    if !cursor.word("TABLE") {
        return None;
    }
    if cursor.word("IF") {
        let _ = cursor.word("NOT") && cursor.word("EXISTS");
    }
    cursor.name().map(|dropped| dropped.table)
}

fn altered(cursor: &mut Cursor<'_>, text: &str) -> Option<TableAct> {
    let table = cursor.name()?.table;
    if cursor.word("RENAME") {
        // `RENAME [COLUMN] a TO b` is about a column.
        let to = cursor.word("TO").then(|| cursor.name()).flatten()?.table;
        return Some(TableAct::Rename { from: table, to });
    }
    let adds = cursor.word("ADD");
    if !adds && !cursor.word("DROP") {
        return None;
    }
    // Both words are reserved: no column is called that without quotes.
    if cursor.word("CONSTRAINT") || cursor.word("CHECK") {
        return None;
    }
    cursor.word("COLUMN");
    let column = cursor.name()?.table;
    Some(if adds {
        let definition = cursor.rest_from().unwrap_or(text.len())..text.len();
        TableAct::AddColumn {
            table,
            column,
            definition,
        }
    } else {
        TableAct::DropColumn { table, column }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Dialect::Sqlite, sql::statements};

    fn acts(text: &str) -> Vec<TableAct> {
        let all = statements(text, Sqlite);
        all.iter().map(|one| TableAct::of(one, text)).collect()
    }

    #[test]
    fn what_is_done() {
        let text = "create temp table if not exists main.\"A b\" (c); DROP TABLE t; ALTER TABLE [t] RENAME TO u; \
                    ALTER TABLE t RENAME a TO b; ALTER TABLE t ADD COLUMN \"c\" int; alter table m.t add d; \
                    ALTER TABLE t DROP COLUMN `e`; ALTER TABLE t DROP f; ALTER TABLE t ADD CONSTRAINT c CHECK (a); \
                    ALTER TABLE t DROP CONSTRAINT c; CREATE INDEX i ON t (a); SELECT 1";
        let add = |column: &str, definition: Span| TableAct::AddColumn {
            table: "t".to_owned(),
            column: column.to_owned(),
            definition,
        };
        let drop = |column: &str| TableAct::DropColumn {
            table: "t".to_owned(),
            column: column.to_owned(),
        };
        assert_eq!(
            acts(text),
            [
                TableAct::Create("A b".to_owned()),
                TableAct::Drop(Dropped {
                    schema: None,
                    table: "t".to_owned()
                }),
                TableAct::Rename {
                    from: "t".to_owned(),
                    to: "u".to_owned()
                },
                TableAct::Other,
                add("c", 29..32),
                add("d", 21..21),
                drop("e"),
                drop("f"),
                TableAct::Other,
                TableAct::Other,
                TableAct::Other,
                TableAct::Other,
            ]
        );
    }

    #[test]
    fn renames() {
        for (text, at, for_good) in [
            ("ALTER TABLE a RENAME TO b", 0, true),
            (
                "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE N RENAME TO t",
                2,
                false,
            ),
            (
                "ALTER TABLE t RENAME TO old; CREATE TABLE T (a); DROP TABLE old",
                0,
                false,
            ),
            ("DROP TABLE x; ALTER TABLE a RENAME TO b", 1, true),
            ("DROP TABLE x", 0, false),
            ("", 7, false),
        ] {
            assert_eq!(renames_for_good(&acts(text), at), for_good, "{text}");
        }
    }
}
