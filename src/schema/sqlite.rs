//! SQLite's schema as facts, from what it stores: the texts of the statements.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Edge, Fact, FactId, Kind, Schema, Value,
    kind::COLUMN_ORDER,
    normal::{Piece, joined, pieces},
    sqlite_table,
};
use crate::{model::Dialect, sql::TokenKind};

/// How the complaint ends that a script makes of what it does not know.
pub const WOULD_LOSE: &str = ", which this revision would lose";

/// What SQLite says about its schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stored {
    /// The rows of `sqlite_schema` that have a text.
    pub objects: Vec<Object>,
    /// Tables in which virtual tables keep their rows.
    pub shadows: BTreeSet<String>,
    /// The columns of each table, hidden ones left out.
    pub columns: BTreeMap<String, Vec<String>>,
}

/// A row of `sqlite_schema`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The table or view that it is about.
    pub table: String,
    /// The text.
    pub sql: String,
}

/// The facts, without SQLite's own tables and the ledger.
pub fn facts(stored: &Stored, ledger: &str) -> Schema {
    let mut schema = Schema::empty(Dialect::Sqlite);
    let is_ours = |name: &str| !is_sqlites(name) && !name.eq_ignore_ascii_case(ledger);
    let relations: BTreeMap<String, FactId> = stored
        .objects
        .iter()
        .filter(|object| is_ours(&object.name) && !stored.shadows.contains(&object.name))
        .filter_map(|object| {
            let kind = match object.kind.as_str() {
                "view" => Kind::View,
                "table" if is_virtual(&object.sql) => Kind::VirtualTable,
                "table" => Kind::Table,
                _ => return None,
            };
            let id = FactId::new(kind, [lower(&object.name)]);
            Some((lower(&object.name), id))
        })
        .collect();
    for object in &stored.objects {
        // A shadow table comes and goes with its virtual table, and is nobody's to compare.
        if stored.shadows.contains(&object.name) {
            continue;
        }
        if let Some(on) = relations.get(&lower(&object.table)) {
            match on.kind {
                Kind::Table if object.kind == "table" => {
                    add_table(&mut schema, object, stored, &relations);
                }
                _ => add_other(&mut schema, object, on, &relations),
            }
        }
    }
    schema
}

fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Names that SQLite keeps for itself.
fn is_sqlites(name: &str) -> bool {
    lower(name).starts_with("sqlite_")
}

fn is_virtual(sql: &str) -> bool {
    pieces(sql).get(1).is_some_and(|piece| piece.is("virtual"))
}

fn named(kind: Kind, path: &[&str], parent: Option<&FactId>) -> Fact {
    let mut fact = Fact::new(
        FactId::new(kind, path.iter().map(|name| lower(name))),
        parent.cloned(),
    );
    if let Some(name) = path.last()
        && *name != lower(name)
    {
        fact.written_name = Some((*name).to_owned());
    }
    fact
}

fn add_table(
    schema: &mut Schema,
    object: &Object,
    stored: &Stored,
    relations: &BTreeMap<String, FactId>,
) {
    let mut table = named(Kind::Table, &[&object.name], None);
    table.ddl = Some(object.sql.clone());
    let id = table.id.clone();
    let columns = stored.columns.get(&object.name);
    let text = sqlite_table::table(&object.sql).filter(|text| {
        // Held against what SQLite itself makes of it.
        let read = text.columns.iter().map(|column| &column.name);
        columns.is_some_and(|columns| read.eq(columns))
    });
    let Some(text) = text else {
        table.set("definition", after_name(&object.sql, Kind::Table));
        // What brings rows over needs no more.
        let names: Vec<String> = columns
            .into_iter()
            .flatten()
            .map(|name| lower(name))
            .collect();
        table.set(COLUMN_ORDER, Value::new(names.join("\n")));
        schema.add(table);
        return;
    };
    if let Some(options) = text.options {
        table.set("options", options);
    }
    let order: Vec<String> = text
        .columns
        .iter()
        .map(|column| lower(&column.name))
        .collect();
    table.set(COLUMN_ORDER, Value::new(order.join("\n")));
    schema.add(table);
    let mut refers = Vec::new();
    for column in text.columns {
        let mut fact = named(Kind::Column, &[&object.name, &column.name], Some(&id));
        fact.payload.extend(column.clauses);
        refers.extend(column.refers.into_iter().map(|to| (fact.id.clone(), to)));
        schema.add(fact);
    }
    for constraint in text.constraints {
        let mut fact = match &constraint.name {
            Some(name) => named(Kind::Constraint, &[&object.name, name], Some(&id)),
            None => Fact {
                generated_name: true,
                ..Fact::new(
                    FactId::new(
                        Kind::Constraint,
                        [
                            lower(&object.name),
                            constraint.definition.compared().to_owned(),
                        ],
                    ),
                    Some(id.clone()),
                )
            },
        };
        fact.set("definition", constraint.definition);
        refers.extend(constraint.refers.map(|to| (fact.id.clone(), to)));
        schema.add(fact);
    }
    for (from, to) in refers {
        if let Some(to) = relations.get(&to) {
            let to = to.clone();
            schema.edges.insert(Edge { from, to });
        }
    }
}

fn add_other(
    schema: &mut Schema,
    object: &Object,
    on: &FactId,
    relations: &BTreeMap<String, FactId>,
) {
    let kind = match object.kind.as_str() {
        "index" => Kind::Index,
        "trigger" => Kind::Trigger,
        _ => on.kind,
    };
    let parent = matches!(kind, Kind::Index | Kind::Trigger).then_some(on);
    let mut fact = named(kind, &[&object.name], parent);
    fact.ddl = Some(object.sql.clone());
    match kind {
        Kind::Index => {
            for (key, value) in index(&object.sql) {
                fact.set(key, value);
            }
        }
        _ => fact.set("definition", after_name(&object.sql, kind)),
    }
    if matches!(kind, Kind::View | Kind::Trigger) {
        // Every word that is somebody's name: too many rather than too few.
        for piece in pieces(&object.sql) {
            if let Some(to) = relations.get(piece.normal.trim_matches('"'))
                && *to != fact.id
                && Some(to) != parent
            {
                schema.edges.insert(Edge {
                    from: fact.id.clone(),
                    to: to.clone(),
                });
            }
        }
    }
    schema.add(fact);
}

/// What stands behind the name of the object.
fn after_name(sql: &str, kind: Kind) -> Value {
    let word = match kind {
        Kind::VirtualTable | Kind::Table => "table",
        Kind::View => "view",
        _ => "trigger",
    };
    let all = pieces(sql);
    let rest = behind_name(&all, word).unwrap_or(&all);
    value(sql, rest)
}

/// SQLite stores the name right behind the word, without IF NOT EXISTS or a schema.
fn behind_name<'a>(all: &'a [Piece], word: &str) -> Option<&'a [Piece]> {
    let at = all.iter().position(|piece| piece.is(word))?;
    all.get(at + 2..)
}

fn value(sql: &str, rest: &[Piece]) -> Value {
    let text = rest
        .first()
        .zip(rest.last())
        .and_then(|(first, last)| sql.get(first.span.start..last.span.end));
    Value::normalised(text.unwrap_or_default(), joined(rest))
}

/// The parts of `CREATE [UNIQUE] INDEX name ON table (columns) [WHERE condition]`.
fn index(sql: &str) -> Vec<(&'static str, Value)> {
    let all = pieces(sql);
    let mut found = Vec::new();
    if all.get(1).is_some_and(|piece| piece.is("unique")) {
        found.push(("unique", Value::new("unique")));
    }
    // ON and the table's name, which is the parent.
    let rest = behind_name(&all, "index")
        .and_then(|rest| rest.get(2..))
        .unwrap_or(&all);
    let mut depth = 0_i32;
    let end = rest.iter().position(|piece| {
        match piece.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth -= 1,
            _ => {}
        }
        depth == 0 && piece.is("where")
    });
    let (columns, condition) = rest.split_at(end.unwrap_or(rest.len()));
    found.push(("columns", value(sql, columns)));
    if let Some((_, condition)) = condition.split_first() {
        found.push(("where", value(sql, condition)));
    }
    found
}
