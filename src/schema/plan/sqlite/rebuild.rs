//! A table made again: a new one, its rows, and the old one's name
//! (<https://www.sqlite.org/lang_altertable.html>, section 7).
//!
//! The new table is what the second schema's own text says, under a name that is free.
//! It is filled before anything else knows of it, so that no trigger works on its rows.

use super::{
    Decisions, Hazard, Question, Statement, Undecided, hazards,
    table::{self, Affinity, Table, lower},
    text,
};
use crate::{
    model::Dialect,
    schema::{
        Difference, FactId, Kind, Schema, Value, What, normal::pieces, plan::example,
        sqlite_table::ColumnText,
    },
};

/// A table on both sides.
pub(super) struct Rebuild<'a> {
    pub(super) before: &'a Table<'a>,
    pub(super) after: &'a Table<'a>,
    pub(super) decisions: &'a Decisions,
    /// The first schema, for names that are free.
    pub(super) names: &'a Schema,
}

/// What goes where.
#[derive(Default)]
struct Copy {
    into: Vec<String>,
    from: Vec<String>,
    hazards: Vec<Hazard>,
    undecided: Vec<Undecided>,
}

impl Copy {
    fn put(&mut self, column: &str, expression: String) {
        self.into.push(text::name(column));
        self.from.push(expression);
    }
}

impl Rebuild<'_> {
    /// The statements; `differences` are those of the table.
    pub(super) fn statements(
        &self,
        differences: &[&Difference],
    ) -> Result<Vec<Statement>, Vec<Undecided>> {
        let mut copy = if self.before.is_read() && self.after.is_read() {
            self.copy()
        } else {
            self.copy_of_names()?
        };
        if !copy.undecided.is_empty() {
            return Err(copy.undecided);
        }
        let mut told = vec![Hazard::Rewrites];
        told.append(&mut copy.hazards);
        for difference in differences {
            if let What::Removed { fact, .. } = &difference.what
                && fact.id.kind == Kind::Column
                && let Some(column) = self.before.column(fact.id.name())
            {
                told.extend(hazards::dropped_column(self.before, column));
            }
            told.extend(hazards::refused(self.after, difference, self.decisions));
        }
        told.extend(hazards::counts_no_more(self.before, self.after));
        if self.after.names_itself() {
            return self.around(&copy, told);
        }
        self.beside(&copy, told)
    }

    /// By a new table that gets the old one's name.
    fn beside(&self, copy: &Copy, told: Vec<Hazard>) -> Result<Vec<Statement>, Vec<Undecided>> {
        let (old, new) = (self.before.name(), self.free_name("_teammig_new_"));
        let written = self.after.fact.ddl.as_deref().unwrap_or_default();
        let all = pieces(written);
        let Some(place) = text::table_name(&all).map(|piece| piece.span.clone()) else {
            return Err(vec![self.no_way()]);
        };
        let mut statements = vec![
            self.statement(text::statement(&text::replaced(
                written,
                &[place],
                &text::name(&new),
            ))),
            self.insert(&new, old, copy, told),
        ];
        if self.counts_on() {
            let (old, new) = (text::literal(old), text::literal(&new));
            statements
                .push(self.statement(format!("DELETE FROM sqlite_sequence WHERE name = {new}")));
            statements.push(self.statement(format!(
                "INSERT INTO sqlite_sequence (name, seq) SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
            )));
        }
        statements.push(self.statement(format!("DROP TABLE {}", text::name(old))));
        statements.push(self.statement(format!(
            "ALTER TABLE {} RENAME TO {}",
            text::name(&new),
            text::name(self.after.name())
        )));
        Ok(statements)
    }

    /// By a table that holds the rows meanwhile, where the text works under its own
    /// name only.
    fn around(&self, copy: &Copy, told: Vec<Hazard>) -> Result<Vec<Statement>, Vec<Undecided>> {
        let (old, held) = (self.before.name(), self.free_name("_teammig_rows_"));
        let (table, rows) = (text::name(old), text::name(&held));
        let places: Vec<String> = (1..=copy.into.len()).map(|at| format!("c{at}")).collect();
        let columns: Vec<String> = copy
            .from
            .iter()
            .zip(&places)
            .map(|(from, place)| format!("{from} AS {place}"))
            .collect();
        if columns.is_empty() {
            return Err(vec![self.no_way()]);
        }
        let mut statements = vec![self.statement(format!(
            "CREATE TABLE {rows} AS SELECT {} FROM {table}",
            columns.join(", ")
        ))];
        let counter = |from: &str, to: &str| {
            format!(
                "UPDATE sqlite_sequence SET name = {} WHERE name = {}",
                text::literal(to),
                text::literal(from)
            )
        };
        if self.counts_on() {
            statements.push(self.statement(counter(old, &held)));
        }
        statements.push(self.statement(format!("DROP TABLE {table}")));
        let written = self.after.fact.ddl.as_deref().unwrap_or_default();
        statements.push(self.statement(text::statement(written)));
        let back = Copy {
            into: copy.into.clone(),
            from: places,
            ..Copy::default()
        };
        let new = self.after.name();
        statements.push(self.insert(new, &held, &back, told));
        if self.counts_on() {
            statements.push(self.statement(format!(
                "DELETE FROM sqlite_sequence WHERE name = {}",
                text::literal(new)
            )));
            statements.push(self.statement(counter(&held, new)));
        }
        statements.push(self.statement(format!("DROP TABLE {rows}")));
        Ok(statements)
    }

    fn insert(&self, into: &str, from: &str, copy: &Copy, hazards: Vec<Hazard>) -> Statement {
        let (into, from) = (text::name(into), text::name(from));
        let (columns, values) = (copy.into.join(", "), copy.from.join(", "));
        // `ON CONFLICT REPLACE` or `IGNORE` in the table would drop rows without a word; what the
        // statement says counts more (lang_conflict.html).
        let gives_way = pieces(self.after.fact.ddl.as_deref().unwrap_or_default());
        let gives_way = gives_way.iter().any(|piece| piece.is("conflict"));
        let or_abort = if gives_way { " OR ABORT" } else { "" };
        let sql = format!("INSERT{or_abort} INTO {into} ({columns})\nSELECT {values}\nFROM {from}");
        Statement {
            hazards,
            ..self.statement(sql)
        }
    }

    fn statement(&self, sql: String) -> Statement {
        Statement {
            sql,
            about: self.after.fact.id.clone(),
            hazards: Vec::new(),
        }
    }

    /// Whether the counter of the old table goes on.
    fn counts_on(&self) -> bool {
        self.before.counts() && self.after.counts()
    }

    fn free_name(&self, prefix: &str) -> String {
        let mut name = format!("{prefix}{}", self.after.name());
        let taken = |name: &str| {
            [Kind::Table, Kind::View, Kind::VirtualTable, Kind::Index]
                .iter()
                .any(|kind| {
                    let id = FactId::new(*kind, [name.to_ascii_lowercase()]);
                    self.names.facts.contains_key(&id)
                })
        };
        while taken(&name) {
            name.push('_');
        }
        name
    }

    fn no_way(&self) -> Undecided {
        Undecided {
            about: self.after.fact.id.clone(),
            name: text::name(self.after.name()),
            question: Question::NoWay(
                "its CREATE TABLE is not understood, so its rows cannot be brought over".to_owned(),
            ),
        }
    }

    /// Columns of both sides, where only their names are known.
    fn copy_of_names(&self) -> Result<Copy, Vec<Undecided>> {
        let generates = |table: &Table<'_>| {
            let all = pieces(table.fact.ddl.as_deref().unwrap_or_default());
            all.windows(2)
                .any(|pair| pair[0].is("as") && pair[1].normal == "(")
        };
        let names = |table: &Table<'_>| -> Vec<String> {
            if table.is_read() {
                return table.columns().iter().map(lower).collect();
            }
            table.only_names().into_iter().map(str::to_owned).collect()
        };
        let before = names(self.before);
        let mut copy = Copy::default();
        for name in names(self.after) {
            if before.contains(&name) {
                copy.put(&name, text::name(&name));
            }
        }
        // A column that is generated takes no value.
        if copy.into.is_empty() || generates(self.before) || generates(self.after) {
            return Err(vec![self.no_way()]);
        }
        for name in &before {
            if !copy.into.contains(&text::name(name)) {
                let name = hazards::column(self.before, name);
                copy.hazards
                    .push(Hazard::LosesData(format!("column {name}")));
            }
        }
        Ok(copy)
    }

    fn copy(&self) -> Copy {
        let mut copy = Copy::default();
        let has_key = self
            .after
            .columns()
            .iter()
            .any(|column| self.after.is_rowid(column));
        if !has_key && let Some((to, from)) = self.after.rowid().zip(self.before.rowid()) {
            copy.put(to, from.to_owned());
        }
        for column in self.after.columns() {
            if column.get("generated").is_some() {
                if let Some(old) = self.before.column(&column.name)
                    && old.get("generated").is_none()
                {
                    let name = hazards::column(self.before, &old.name);
                    copy.hazards.extend([
                        Hazard::LosesData(format!("the values of {name}")),
                        hazards::converts(self.before, old),
                    ]);
                }
                continue;
            }
            match self.before.column(&column.name) {
                Some(old) => self.kept(&mut copy, old, column),
                None => self.added(&mut copy, column),
            }
        }
        if copy.into.is_empty() {
            self.nothing_kept(&mut copy);
        }
        copy
    }

    /// No column brings anything over, and rows have no numbers.
    fn nothing_kept(&self, copy: &mut Copy) {
        let mut columns = self.after.columns().iter();
        if let Some(column) = columns.find(|column| column.get("generated").is_none()) {
            let default = column.get("default").map(table::default_expression);
            copy.put(&column.name, default.unwrap_or_else(|| "NULL".to_owned()));
        }
    }

    fn id(&self, column: &ColumnText) -> FactId {
        FactId::new(
            Kind::Column,
            [self.after.fact.id.name().to_owned(), lower(column)],
        )
    }

    /// A column that is new.
    fn added(&self, copy: &mut Copy, column: &ColumnText) {
        copy.hazards
            .extend(hazards::must_be_given(self.after, column));
        if let Some(fill) = self.decisions.backfill.get(&self.id(column)) {
            copy.put(&column.name, fill.clone());
        } else if self.after.is_rowid(column) {
            // Where the rows had numbers they keep them.
            if let Some(number) = self.before.rowid() {
                copy.put(&column.name, number.to_owned());
            }
        } else if column.get("default").is_none() && self.after.is_filled(column) {
            self.unfilled(copy, column);
        }
    }

    /// A column that was there.
    fn kept(&self, copy: &mut Copy, old: &ColumnText, column: &ColumnText) {
        let name = text::name(&old.name);
        // What a key implies (WITHOUT ROWID, STRICT) has no value to fall back on.
        let fills = column.get("not null").is_some()
            && !self.after.is_rowid(column)
            && !self.before.is_filled(old)
            && !self.before.is_rowid(old);
        // A remark stays in the models for longer than the change that it is about.
        let using = self.decisions.using.get(&self.id(column));
        let using = using.filter(|_| old.get("type") != column.get("type"));
        let mut value = match using {
            Some(using) => {
                copy.hazards.push(hazards::converts(self.before, old));
                using.clone()
            }
            None => self.cast(copy, &name, old, column),
        };
        if fills {
            let decided = self.decisions.backfill.get(&self.id(column)).cloned();
            let default = || {
                let default = column.get("default");
                let default = default.filter(|default| !table::is_null(Some(default)));
                default.map(table::default_expression)
            };
            match decided.or_else(default) {
                Some(fill) => value = format!("coalesce({value}, {fill})"),
                None => self.unfilled(copy, column),
            }
            copy.hazards
                .extend(hazards::must_be_given(self.after, column));
        } else if self.becomes_key(old, column)
            && let Some(fill) = self.decisions.backfill.get(&self.id(column))
        {
            // Nothing has to be there by SQLite's rules; somebody says what is.
            value = format!("coalesce({value}, {fill})");
        }
        copy.put(&column.name, value);
    }

    /// Whether a column that may have held nothing becomes a part of the primary key.
    fn becomes_key(&self, old: &ColumnText, column: &ColumnText) -> bool {
        self.after.is_key(column)
            && !self.before.is_filled(old)
            && !self.before.is_rowid(old)
            && (!self.before.is_key(old) || self.before.has_rowid() && !self.after.has_rowid())
    }

    /// Nothing says what to put into rows that have nothing.
    fn unfilled(&self, copy: &mut Copy, column: &ColumnText) {
        let name = hazards::column(self.after, &column.name);
        if self.decisions.may_lose {
            copy.hazards
                .push(Hazard::FailsOnData(format!("rows without a {name}")));
            return;
        }
        copy.undecided.push(Undecided {
            about: self.id(column),
            name,
            question: Question::Fill {
                example: example::of_type(
                    Dialect::Sqlite,
                    column.get("type").map_or("", Value::compared),
                ),
            },
        });
    }

    /// SQLite converts what it can when it stores a value; a cast is for what it would
    /// leave as it is.
    fn cast(&self, copy: &mut Copy, name: &str, old: &ColumnText, column: &ColumnText) -> String {
        let (from, to) = (self.before.affinity(old), self.after.affinity(column));
        let keeps = match to {
            // `2020-01-01` as a number would be 2020.
            Affinity::Numeric => true,
            // Anything fits, unless the table is STRICT and says BLOB.
            Affinity::Blob => {
                let declared = column.get("type").map(Value::compared);
                !(self.after.is_strict() && declared == Some("blob"))
            }
            _ => false,
        };
        if from == to || keeps {
            return name.to_owned();
        }
        let of = hazards::column(self.before, &old.name);
        if let Some(lossy) = hazards::lossy(&of, from, to) {
            copy.hazards
                .extend([lossy, hazards::converts(self.before, old)]);
        }
        format!("CAST({name} AS {})", to.name())
    }
}
