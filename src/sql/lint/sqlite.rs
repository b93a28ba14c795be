//! SQLite's rules: the few things that go wrong there without a word, or only where
//! there are rows.
//!
//! A few words of each statement decide. The schema is known as far as the scripts of
//! the project say it; what another program made of the database is not seen.

use super::{Hazard, add_column, advice::meant, ignore::Ignores, uses};
use crate::{
    model::{Dialect, Migration, Span},
    sql::{
        inspect::pragma,
        statements::{Statement, statements},
        table_act::{TableAct, renames_for_good},
    },
};

const KEYS_OFF: &str = "write `foreign_keys:off` after the marker of the section (`-- migrate:up foreign_keys:off`): \
     teammig switches them off before the transaction begins, and checks them before it commits";

/// What is found in the way up of a revision.
pub(super) fn hazards<'a>(
    migration: &'a Migration,
    earlier: &dyn Fn() -> Vec<&'a Migration>,
) -> Vec<Hazard> {
    let text = migration.up_text();
    let all = statements(text, Dialect::Sqlite);
    let script = Script {
        migration,
        text,
        acts: all.iter().map(|one| TableAct::of(one, text)).collect(),
        all,
    };
    let mut found = Vec::new();
    let mut keys_on = !migration.up.foreign_keys_off;
    let mut legacy = migration.up.foreign_keys_off;
    for (at, statement) in script.all.iter().enumerate() {
        if let Some((name, Some(on))) = pragma(statement.text(text)) {
            match name.as_str() {
                // Inside of a transaction it does nothing.
                "foreign_keys" if !migration.up.transaction => keys_on = on,
                "legacy_alter_table" => legacy = on,
                _ => {}
            }
        }
        found.extend(script.act(at, keys_on, legacy));
        if let TableAct::DropColumn { table, column } = &script.acts[at] {
            let span = script.span(statement);
            found.extend(uses::hazards(migration, &earlier(), span, table, column));
        }
    }
    let ignores = Ignores::of(migration, Dialect::Sqlite);
    found.extend(super::transaction::hazards(migration, Dialect::Sqlite));
    found.retain(|hazard| !ignores.cover(hazard, migration));
    found.extend(ignores.unknown(migration));
    found
}

struct Script<'a> {
    migration: &'a Migration,
    text: &'a str,
    all: Vec<Statement>,
    acts: Vec<TableAct>,
}

impl Script<'_> {
    fn act(&self, at: usize, keys_on: bool, legacy: bool) -> Vec<Hazard> {
        let span = self.span(&self.all[at]);
        let before = &self.acts[..at];
        let is_new = |table: &str| before.iter().any(|act| act.creates(table));
        match &self.acts[at] {
            TableAct::Drop(dropped) => self.drop(at, &dropped.table, keys_on, span),
            TableAct::DropColumn { table, column } if !is_new(table) => vec![
                Hazard::new(
                    "ban-drop-column",
                    span,
                    format!("the values of {table}.{column} are lost"),
                )
                .help(format!(
                    "no way down brings them back: release the program that no longer uses them first, then {}",
                    meant("ban-drop-column")
                )),
            ],
            TableAct::AddColumn {
                table,
                column,
                definition,
            } if !is_new(table) => {
                let own = self.all[at].text(self.text);
                let definition = own.get(definition.clone()).unwrap_or_default();
                add_column::hazards(table, column, definition, &span, keys_on)
            }
            TableAct::Rename { from, to } if legacy && renames_for_good(&self.acts, at) => {
                vec![
                    Hazard::new(
                        "rename-leaves-references",
                        span,
                        format!(
                            "views, triggers and foreign keys that name {from} will go on to name it: with \
                             legacy_alter_table on, as it is under `foreign_keys:off`, a rename to {to} leaves them alone"
                        ),
                    )
                    .help(
                        "write PRAGMA legacy_alter_table = OFF before the rename and ON behind it, or rename the table \
                         in a revision of its own without `foreign_keys:off`",
                    ),
                ]
            }
            _ => Vec::new(),
        }
    }

    fn drop(&self, at: usize, table: &str, keys_on: bool, span: Span) -> Vec<Hazard> {
        let (before, after) = self.acts.split_at(at);
        // Another one takes its place, or it is what was moved out of the way for one.
        let is_replaced = after.iter().any(|act| act.brings(table));
        let was_moved = before.iter().any(|act| match act {
            TableAct::Rename { from, to } => {
                to.eq_ignore_ascii_case(table) && self.acts.iter().any(|act| act.brings(from))
            }
            _ => false,
        });
        if is_replaced || was_moved {
            if !keys_on {
                return Vec::new();
            }
            return vec![
                Hazard::new(
                    "rebuild-with-foreign-keys-on",
                    span,
                    format!(
                        "a table is rebuilt with foreign keys on: DROP TABLE first deletes all rows of {table}, and ON \
                         DELETE then acts on the rows of other tables that refer to them"
                    ),
                )
                .help(KEYS_OFF),
            ];
        }
        if before.iter().any(|act| act.creates(table)) {
            return Vec::new();
        }
        let elsewhere = if keys_on {
            ", and what ON DELETE CASCADE makes of the rows that refer to them"
        } else {
            ""
        };
        vec![
            Hazard::new(
                "ban-drop-table",
                span,
                format!("all rows of {table} are lost{elsewhere}"),
            )
            .help(format!(
                "no way down brings them back: release the program that no longer uses them first, then {}",
                meant("ban-drop-table")
            )),
        ]
    }

    fn span(&self, statement: &Statement) -> Span {
        let offset = self.migration.up.span.start;
        offset + statement.span.start..offset + statement.span.end
    }
}
