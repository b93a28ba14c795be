//! What of an SQLite schema uses a column that is dropped.
//!
//! SQLite refuses the DROP then, but names only the first it meets, and only on a
//! database. The scripts of the project are read as far as names go: which index, view,
//! trigger or constraint names the column. A name can be that of another table's
//! column, so that a view or a trigger has to name the table as well.

use super::Hazard;
use crate::{
    model::{Dialect, Migration, Span, finding::Place},
    sql::{
        cursor::{Cursor, bare},
        statements::{Statement, statements},
        table_act::TableAct,
        token::TokenKind,
    },
};

const REBUILD: &str = "rebuild the table instead (new table, copy, drop, rename), with `foreign_keys:off` after the \
     marker of the section";

/// The objects that use `table.column` where the statement at `drop` is about to run.
pub(super) fn hazards<'a>(
    migration: &'a Migration,
    earlier: &[&'a Migration],
    drop: Span,
    table: &str,
    column: &str,
) -> Vec<Hazard> {
    let mut objects = Vec::new();
    for one in earlier {
        read(one, one.up.span.end, &mut objects);
    }
    read(migration, drop.start, &mut objects);
    objects
        .into_iter()
        .filter(|object| object.uses(table, column))
        .map(|object| {
            let rule = "dropping-used-column";
            let (kind, name) = (object.kind.name(), &object.name);
            let used = format!("{table}.{column}");
            let is_own = belongs(&object, table);
            let (message, help) = match object.kind {
                Kind::Constraint => (
                    format!(
                        "a constraint of {table} uses {used}, and SQLite refuses to drop the column"
                    ),
                    REBUILD.to_owned(),
                ),
                // Its statements are not looked at before it runs.
                Kind::Trigger if !is_own => (
                    format!(
                        "trigger {name} uses {used}, and may fail from then on whenever it runs"
                    ),
                    instead(kind, name),
                ),
                _ => (
                    format!(
                        "{kind} {name} uses {used}, and SQLite refuses to drop the column before it"
                    ),
                    instead(kind, name),
                ),
            };
            Hazard {
                see: Some(object.place),
                ..Hazard::new(rule, drop.clone(), message).help(help)
            }
        })
        .collect()
}

fn instead(kind: &str, name: &str) -> String {
    format!(
        "DROP {} {name} in a statement before, and create it again without the column where it is still needed",
        kind.to_uppercase()
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Index,
    Trigger,
    View,
    Constraint,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Trigger => "trigger",
            Self::View => "view",
            Self::Constraint => "constraint",
        }
    }
}

/// Something that names columns.
#[derive(Debug)]
struct Object {
    kind: Kind,
    /// Empty for a constraint.
    name: String,
    /// The table it belongs to; none for a view.
    table: Option<String>,
    /// The names in it.
    names: Vec<String>,
    place: Place,
}

impl Object {
    fn uses(&self, table: &str, column: &str) -> bool {
        let names = |name: &str| self.names.iter().any(|one| one.eq_ignore_ascii_case(name));
        let own = self.table.as_deref().is_some_and(|own| is(own, table));
        names(column) && (own || (self.kind != Kind::Index && names(table)))
    }
}

fn is(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// What a script makes of the objects, up to an offset in its file.
fn read(migration: &Migration, until: usize, objects: &mut Vec<Object>) {
    let text = migration.up_text();
    let offset = migration.up.span.start;
    for statement in statements(text, Dialect::Sqlite) {
        if offset + statement.span.start >= until {
            return;
        }
        let own = statement.text(text);
        match TableAct::of(&statement, text) {
            TableAct::Create(table) => {
                objects.retain(|object| !belongs(object, &table));
                constraints(migration, &statement, &table, objects);
            }
            TableAct::Drop(dropped) => objects.retain(|object| !belongs(object, &dropped.table)),
            TableAct::Rename { from, to } => renamed(objects, &from, &to),
            TableAct::DropColumn { .. } => {}
            TableAct::AddColumn { table, .. } => {
                column(migration, &statement, 0..own.len(), &table, objects);
            }
            TableAct::Other => other(migration, &statement, objects),
        }
    }
}

/// An index, a trigger or a constraint of a table, which goes with it.
fn belongs(object: &Object, table: &str) -> bool {
    object.table.as_deref().is_some_and(|own| is(own, table))
}

fn renamed(objects: &mut [Object], from: &str, to: &str) {
    for object in objects {
        if belongs(object, from) {
            object.table = Some(to.to_owned());
        }
        if object.names.iter().any(|name| is(name, from)) {
            object.names.push(to.to_owned());
        }
    }
}

/// `CREATE` and `DROP` of an index, a view or a trigger.
fn other(migration: &Migration, statement: &Statement, objects: &mut Vec<Object>) {
    let script = migration.up_text();
    let text = statement.text(script);
    let mut cursor = Cursor::new(text);
    let creates = cursor.word("CREATE");
    if !creates && !cursor.word("DROP") {
        return;
    }
    for word in ["TEMP", "TEMPORARY", "UNIQUE"] {
        cursor.word(word);
    }
    let kinds = [Kind::Index, Kind::Trigger, Kind::View];
    let Some(kind) = kinds.into_iter().find(|kind| cursor.word(kind.name())) else {
        return;
    };
    if cursor.word("IF") {
        cursor.word("NOT");
        cursor.word("EXISTS");
    }
    let Some(name) = cursor.name().map(|name| name.table) else {
        return;
    };
    objects.retain(|object| object.kind != kind || !is(&object.name, &name));
    if !creates {
        return;
    }
    let mut table = None;
    while kind != Kind::View && table.is_none() {
        if cursor.word("ON") {
            table = cursor.name().map(|name| name.table);
        } else if cursor.next().is_none() {
            return;
        }
    }
    objects.push(Object {
        kind,
        name,
        table,
        names: cursor
            .filter_map(|token| named(token.kind, || bare(&token, text)))
            .collect(),
        place: place(migration, statement, 0..text.len()),
    });
}

/// The constraints in a `CREATE TABLE`.
fn constraints(
    migration: &Migration,
    statement: &Statement,
    table: &str,
    objects: &mut Vec<Object>,
) {
    let text = statement.text(migration.up_text());
    let mut depth = 0usize;
    let mut start = None;
    for token in Cursor::new(text) {
        let ends = match token.kind {
            TokenKind::LeftParen => {
                depth += 1;
                if depth == 1 && start.is_none() {
                    start = Some(token.span.end);
                }
                false
            }
            TokenKind::RightParen => {
                depth = depth.saturating_sub(1);
                depth == 0
            }
            TokenKind::Comma => depth == 1,
            _ => false,
        };
        if let Some(from) = start.filter(|_| ends) {
            column(migration, statement, from..token.span.start, table, objects);
            start = (depth == 1).then_some(token.span.end);
            if start.is_none() {
                return;
            }
        }
    }
}

/// The constraints in a column's definition, or a constraint of the table.
fn column(
    migration: &Migration,
    statement: &Statement,
    part: Span,
    table: &str,
    objects: &mut Vec<Object>,
) {
    let text = statement.text(migration.up_text());
    let own = text.get(part.clone()).unwrap_or_default();
    let mut cursor = Cursor::new(own);
    let adds = cursor.word("ALTER");
    while adds && !cursor.word("ADD") {
        if cursor.next().is_none() {
            return;
        }
    }
    cursor.word("COLUMN");
    let of_table = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]
        .iter()
        .any(|word| cursor.word(word));
    let name = if of_table { None } else { cursor.name() };
    let mut names = Vec::new();
    let mut is_key = false;
    let mut foreign = false;
    let mut depth = 0usize;
    for token in cursor {
        let reads = |word: &str| token.is_word(own, word);
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        // What a foreign key refers to is another table's.
        foreign = (foreign || reads("REFERENCES")) && !reads("CHECK");
        is_key |= reads("PRIMARY") || reads("UNIQUE");
        // In a column's own definition only CHECK and AS name columns, in parentheses.
        if depth > 0 && !foreign {
            names.extend(named(token.kind, || bare(&token, own)));
        }
    }
    match name {
        // Its own CHECK goes with the column.
        Some(name) => {
            names.retain(|other| !is(other, &name.table));
            if is_key {
                names.push(name.table);
            }
        }
        None if !of_table => return,
        None => {}
    }
    if names.is_empty() {
        return;
    }
    let start = part.start + own.len() - own.trim_start().len();
    objects.push(Object {
        kind: Kind::Constraint,
        name: String::new(),
        table: Some(table.to_owned()),
        names,
        place: place(
            migration,
            statement,
            start..part.start + own.trim_end().len(),
        ),
    });
}

fn named(kind: TokenKind, name: impl FnOnce() -> String) -> Option<String> {
    matches!(kind, TokenKind::Word | TokenKind::QuotedIdent).then(name)
}

fn place(migration: &Migration, statement: &Statement, within: Span) -> Place {
    let start = migration.up.span.start + statement.span.start;
    Place {
        file: migration.file.clone(),
        span: start + within.start..start + within.end,
        label: "used here".to_owned(),
    }
}
