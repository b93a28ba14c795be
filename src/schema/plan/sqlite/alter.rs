//! What SQLite 3.35 can change of a table that stands (`ADD COLUMN`, `DROP COLUMN`).

use super::{
    Decisions, Statement, hazards,
    table::{Table, is_constant, is_null},
    text,
};
use crate::schema::{Difference, Fact, Kind, Value, What, sqlite_table::ColumnText};

/// A table on both sides.
pub(super) struct Alter<'a> {
    pub(super) before: &'a Table<'a>,
    pub(super) after: &'a Table<'a>,
    pub(super) decisions: &'a Decisions,
    /// Indexes that stay as they are.
    pub(super) indexes: Vec<&'a Fact>,
    /// Whether triggers may be on it meanwhile.
    pub(super) has_triggers: bool,
}

impl Alter<'_> {
    /// The statements, the new columns first; `None` where the table has to be made
    /// again. The names are those of columns that are dropped.
    pub(super) fn statements(
        &self,
        differences: &[&Difference],
        look_alikes: &hazards::LookAlikes,
    ) -> Option<(Vec<Statement>, Vec<String>)> {
        let mut added = Vec::new();
        let mut dropped = Vec::new();
        let mut names = Vec::new();
        for difference in differences {
            if difference.id.kind != Kind::Column {
                return None;
            }
            match &difference.what {
                What::Added { .. } => added.extend(self.add(difference)?),
                What::Removed { fact, .. } => {
                    let column = self.before.column(fact.id.name())?;
                    if !self.may_drop(column) {
                        return None;
                    }
                    names.push(fact.id.name().to_owned());
                    let mut told = hazards::dropped_column(self.before, column);
                    told.extend(look_alikes.hazard(&fact.id));
                    dropped.push(Statement {
                        sql: format!(
                            "ALTER TABLE {} DROP COLUMN {}",
                            text::name(self.before.name()),
                            text::name(&column.name)
                        ),
                        about: fact.id.clone(),
                        hazards: told,
                    });
                }
                _ => return None,
            }
        }
        // One that another one names goes after it, and would not be dropped alone.
        added.extend(dropped);
        Some((added, names))
    }

    fn add(&self, difference: &Difference) -> Option<Vec<Statement>> {
        let column = self.after.column(difference.id.name())?;
        let fill = self.decisions.backfill.get(&difference.id);
        if !Self::may_add(column) || (fill.is_some() && self.has_triggers) {
            return None;
        }
        let table = text::name(self.before.name());
        let mut told = hazards::refused(self.after, difference, self.decisions);
        told.extend(hazards::must_be_given(self.after, column));
        let mut statements = vec![Statement {
            sql: text::statement(&format!("ALTER TABLE {table} ADD COLUMN {}", column.text)),
            about: difference.id.clone(),
            hazards: told,
        }];
        if let Some(fill) = fill {
            statements.push(Statement {
                sql: format!("UPDATE {table} SET {} = {fill}", text::name(&column.name)),
                about: difference.id.clone(),
                hazards: Vec::new(),
            });
        }
        Some(statements)
    }

    fn may_add(column: &ColumnText) -> bool {
        if ["primary key", "unique"]
            .iter()
            .any(|key| column.get(key).is_some())
        {
            return false;
        }
        if let Some(generated) = column.get("generated") {
            return generated.compared().ends_with(" virtual");
        }
        let default = column.get("default");
        let has_value = !is_null(default);
        let refers = column.get("references").is_some();
        default.is_none_or(is_constant)
            && (has_value || column.get("not null").is_none())
            && !(has_value && refers)
    }

    fn may_drop(&self, column: &ColumnText) -> bool {
        let name = column.name.to_ascii_lowercase();
        let is_key = ["primary key", "unique"]
            .iter()
            .any(|key| column.get(key).is_some());
        let in_index = || {
            self.indexes.iter().any(|index| {
                ["columns", "where"]
                    .iter()
                    .filter_map(|key| index.payload.get(key))
                    .any(|part: &Value| text::mentions(&part.text, &name))
            })
        };
        // Also by what is dropped as well: one after the other.
        !is_key && !self.before.names_elsewhere(&name) && !in_index()
    }
}
