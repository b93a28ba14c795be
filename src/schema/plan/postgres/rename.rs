//! Renames, which a person has decided, before everything else.
//!
//! The statements, and the schema as it is after them: identities, parents and
//! edges are moved, and the server's texts say the new names where they say the old
//! ones. Where such a text is not quite what the server would print then, something
//! is made again that need not be.

use std::collections::BTreeMap;

use super::{
    line::{Line, Place},
    names::{Names, ident, is_type, literal, qualified, unquoted},
    work::uses,
};
use crate::{
    model::Dialect,
    schema::{
        Edge, Fact, FactId, Kind, Schema, Value,
        plan::{Decisions, Hazard},
    },
    sql::{Token, TokenKind, tokens},
};

/// The statements of the renames that say something, and the schema after them.
pub(super) fn apply(
    a: &Schema,
    b: &Schema,
    decisions: &Decisions,
    names: &Names,
) -> (Vec<Line>, Schema) {
    let mut schema = a.clone();
    let mut lines = Vec::new();
    let mut renames: Vec<&(FactId, FactId)> = decisions.renames.iter().collect();
    // From the outside in: what is inside goes along.
    renames.sort_by_key(|(from, _)| (from.path.len(), from.kind));
    let mut moves: Vec<(FactId, FactId)> = Vec::new();
    for (from, to) in renames {
        let from = moves
            .iter()
            .fold(from.clone(), |id, (from, to)| moved(&schema, &id, from, to));
        let says = from.kind == to.kind
            && from != *to
            && schema.facts.contains_key(&from)
            && b.facts.contains_key(to)
            && !schema.facts.contains_key(to)
            && from.path.len() == to.path.len();
        let same_parent = !from.kind.is_part()
            || from.path.split_last().map(|(_, rest)| rest)
                == to.path.split_last().map(|(_, rest)| rest);
        if !says || !same_parent {
            continue;
        }
        let mut next = vec![(from, to.clone(), true)];
        while let Some((from, to, is_said)) = next.pop() {
            if is_said {
                if let Some((line, made)) = made_before(&schema, b, decisions, &to) {
                    lines.push(line);
                    schema.add(made);
                }
                let statements = statements(&schema, &from, &to, names).into_iter();
                lines.extend(statements.map(|line| line.at(Place::Rename)));
            }
            let below = inherited(&schema, &from, &to);
            schema = rename(&schema, &from, &to);
            let views = shown_in_views(&schema, b, &from, &to);
            moves.push((from, to));
            next.extend(views.into_iter().map(|(from, to)| (from, to, true)));
            next.extend(below.into_iter().map(|(from, to)| (from, to, false)));
            next.retain(|(from, to, _)| !moves.iter().any(|(was, is)| was == from && is == to));
        }
    }
    (lines, schema)
}

/// The schema that something moves into, where the way makes it.
fn made_before(
    schema: &Schema,
    b: &Schema,
    decisions: &Decisions,
    to: &FactId,
) -> Option<(Line, Fact)> {
    let id = FactId::new(Kind::Schema, to.path.first().cloned());
    let is_new = !schema.facts.contains_key(&id) && b.facts.contains_key(&id);
    if !is_new || to.kind == Kind::Schema {
        return None;
    }
    let text = decisions.texts.get(&id).cloned();
    let sql = text.unwrap_or_else(|| format!("CREATE SCHEMA {}", ident(id.name())));
    let line = Line::new(&id, sql).at(Place::Rename);
    Some((line, Fact::new(id, None)))
}

/// The same column in the tables that inherit it, by its old and its new name: the server
/// renames it there, too.
fn inherited(schema: &Schema, from: &FactId, to: &FactId) -> Vec<(FactId, FactId)> {
    let Some(table) = from.path.get(..2).filter(|_| from.kind == Kind::Column) else {
        return Vec::new();
    };
    let table = FactId::new(Kind::Table, table.iter().cloned());
    let below = schema.edges.iter().filter(|edge| edge.to == table);
    let below = below.filter(|edge| {
        let fact = schema.facts.get(&edge.from);
        let inherits = |fact: &Fact| fact.get("partition of").or(fact.get("inherits")).is_some();
        edge.from.kind == Kind::Table && fact.is_some_and(inherits)
    });
    let column = |table: &FactId, name: &str| {
        let path = table.path.iter().cloned().chain([name.to_owned()]);
        FactId::new(Kind::Column, path)
    };
    below
        .map(|edge| {
            let of = |id: &FactId| column(&edge.from, id.name());
            (of(from), of(to))
        })
        .collect()
}

/// The columns of views, by their old and their new name, that show a renamed column
/// under its own name on both sides. The server keeps the old name: it is said as an
/// alias from then on.
fn shown_in_views(
    schema: &Schema,
    b: &Schema,
    from: &FactId,
    to: &FactId,
) -> Vec<(FactId, FactId)> {
    if from.kind != Kind::Column {
        return Vec::new();
    }
    let view_of = view_of(schema, to);
    let reads = |view: &Fact| {
        let mut used = uses(schema, &view.id);
        used.any(|id| id == to || view_of.is_some_and(|view| view.id == *id))
    };
    let views = schema.facts.values().filter(|fact| is_view(fact));
    let shown = views.filter(|view| reads(view)).filter_map(|view| {
        let (before, after) = (view.list("columns"), b.facts.get(&view.id)?.list("columns"));
        let at = before.iter().position(|item| is_column(item, from))?;
        let column = |name: &str| {
            let mut path = view.id.path.clone();
            path.push(name.to_owned());
            let kind = Kind::Column;
            FactId { kind, path }
        };
        let is_new = is_column(after.get(at)?, to);
        is_new.then(|| (column(from.name()), column(to.name())))
    });
    shown.collect()
}

fn is_view(fact: &Fact) -> bool {
    matches!(fact.id.kind, Kind::View | Kind::MaterializedView)
}

/// The view that a column is of.
fn view_of<'s>(schema: &'s Schema, column: &FactId) -> Option<&'s Fact> {
    [Kind::View, Kind::MaterializedView]
        .into_iter()
        .find_map(|kind| {
            let path = column.path.get(..2)?.to_vec();
            schema.facts.get(&FactId { kind, path })
        })
}

/// Whether an item of a view's list (its name, its type) is about a column of that name.
fn is_column(item: &str, column: &FactId) -> bool {
    let rest = item.strip_prefix(&ident(column.name()));
    rest.is_some_and(|rest| rest.starts_with(' '))
}

/// An identity after a rename.
fn moved(schema: &Schema, id: &FactId, from: &FactId, to: &FactId) -> FactId {
    let mut path = id.path.clone();
    if id == from {
        return to.clone();
    }
    let is_inside = match from.kind {
        Kind::Schema => {
            path.first() == from.path.first()
                && id.kind != Kind::Schema
                && id.kind != Kind::Extension
        }
        _ => id.kind.is_part() && path.starts_with(&from.path) && path.len() > from.path.len(),
    };
    if is_inside {
        for (name, new) in path.iter_mut().zip(&to.path) {
            new.clone_into(name);
        }
    } else if from.path.first() != to.path.first()
        && matches!(id.kind, Kind::Index | Kind::Sequence)
        && schema
            .facts
            .get(id)
            .is_some_and(|fact| fact.parent.as_ref() == Some(from))
        && let (Some(first), Some(new)) = (path.first_mut(), to.path.first())
    {
        new.clone_into(first);
    }
    // A routine is known by the types that it takes, and so is what is granted on it.
    if matches!(from.kind, Kind::Schema | Kind::Table) || is_type(from) {
        let parent = schema.facts.get(id).and_then(|fact| fact.parent.as_ref());
        let routine = std::iter::once(id).chain(parent);
        let mut routine = routine.filter(|id| id.kind.takes_arguments());
        let at = routine.next().and_then(|id| id.path.len().checked_sub(1));
        if let Some(arguments) = at.and_then(|at| path.get_mut(at)) {
            *arguments = said(arguments, from, to);
        }
    }
    FactId {
        kind: id.kind,
        path,
    }
}

fn statements(schema: &Schema, from: &FactId, to: &FactId, names: &Names) -> Vec<Line> {
    let kind = from.kind;
    let (old, new) = (ident(from.name()), ident(to.name()));
    let on = names.object(to);
    let routine = schema.facts.get(from).filter(|_| kind.takes_arguments());
    let called = routine.map_or_else(|| qualified(&from.path), |fact| schema.shown(fact));
    let breaks = |line: Line| line.with(Hazard::BreaksOldCode(format!("{} {called}", kind.name())));
    let one = |sql: String| vec![breaks(Line::new(to, sql))];
    match kind {
        Kind::Schema => return one(format!("ALTER SCHEMA {old} RENAME TO {new}")),
        Kind::Column => {
            let view = view_of(schema, from).map(|view| view.id.kind.name().to_uppercase());
            let word = view.as_deref().unwrap_or("TABLE");
            return one(format!("ALTER {word} {on} RENAME COLUMN {old} TO {new}"));
        }
        Kind::Constraint => {
            return vec![Line::new(
                to,
                format!("ALTER TABLE {on} RENAME CONSTRAINT {old} TO {new}"),
            )];
        }
        Kind::Rule | Kind::Trigger | Kind::Policy => {
            let word = kind.name().to_uppercase();
            return vec![Line::new(
                to,
                format!("ALTER {word} {old} ON {on} RENAME TO {new}"),
            )];
        }
        Kind::Extension | Kind::Grant | Kind::VirtualTable => return Vec::new(),
        _ => {}
    }
    let word = match kind {
        Kind::Domain => "DOMAIN".to_owned(),
        _ if is_type(from) => "TYPE".to_owned(),
        _ => kind.name().to_uppercase(),
    };
    let arguments = if kind.takes_arguments() {
        format!("({})", from.name())
    } else {
        String::new()
    };
    let path = |id: &FactId| id.path.get(..2).unwrap_or_default().to_vec();
    let (mut at, to_path) = (path(from), path(to));
    let mut lines = Vec::new();
    let written = |path: &[String]| {
        names.object(&FactId {
            kind,
            path: path.to_vec(),
        })
    };
    if at.first() != to_path.first() && kind != Kind::Index {
        let schema_name = to_path.first().map_or("", String::as_str);
        lines.push(breaks(Line::new(
            to,
            format!(
                "ALTER {word} {}{arguments} SET SCHEMA {}",
                written(&at),
                ident(schema_name)
            ),
        )));
        if let (Some(first), Some(new)) = (at.first_mut(), to_path.first()) {
            new.clone_into(first);
        }
    }
    if let Some(new) = to_path.get(1).filter(|new| at.get(1) != Some(*new)) {
        lines.push(breaks(Line::new(
            to,
            format!(
                "ALTER {word} {}{arguments} RENAME TO {}",
                written(&at),
                ident(new)
            ),
        )));
    }
    lines
}

/// The schema after a rename.
fn rename(schema: &Schema, from: &FactId, to: &FactId) -> Schema {
    let map = |id: &FactId| moved(schema, id, from, to);
    let mut out = Schema::empty(schema.dialect);
    out.major = schema.major;
    out.unmodelled.clone_from(&schema.unmodelled);
    for fact in schema.facts.values() {
        let mut new = Fact {
            id: map(&fact.id),
            parent: fact.parent.as_ref().map(map),
            payload: BTreeMap::new(),
            ..fact.clone()
        };
        let concerns = concerns(schema, fact, from);
        let own_column =
            from.kind == Kind::Column && from.path.get(..2) == Some(fact.id.path.as_slice());
        let say = |text: &str| {
            if concerns {
                said(text, from, to)
            } else {
                text.to_owned()
            }
        };
        for (key, value) in &fact.payload {
            let value = if *key == crate::schema::COLUMN_ORDER {
                Value::new(column_order(fact, &value.text, from, to))
            } else if matches!(*key, "comment" | "body") || (own_column && *key != "partition key")
            {
                value.clone()
            } else {
                let (text, compared) = (say(&value.text), say(value.compared()));
                if text == compared {
                    Value::new(text)
                } else {
                    Value::normalised(text, compared)
                }
            };
            new.payload.insert(key, value);
        }
        // A view goes on to call its columns what it called them.
        let keeps_columns = from.kind == Kind::Column && is_view(fact);
        for (key, list) in &mut new.lists {
            for text in list.iter_mut() {
                if !(keeps_columns && *key == "columns") {
                    *text = say(text);
                } else if from.path.starts_with(&fact.id.path) && is_column(text, from) {
                    *text = text.replacen(&ident(from.name()), &ident(to.name()), 1);
                }
            }
        }
        new.ddl = fact.ddl.as_deref().map(say);
        out.add(new);
    }
    out.edges = schema
        .edges
        .iter()
        .map(|edge| Edge {
            from: map(&edge.from),
            to: map(&edge.to),
        })
        .collect();
    out
}

/// Whether the texts of an object may say the name.
fn concerns(schema: &Schema, fact: &Fact, renamed: &FactId) -> bool {
    match renamed.kind {
        // Their names stand in no text but with their table's.
        Kind::Column => {
            let table = renamed.path.get(..2).unwrap_or_default();
            let view = view_of(schema, renamed).map(|view| &view.id);
            // What uses an inherited column uses its table.
            let is_inherited = !schema.facts.contains_key(renamed);
            let uses_it = uses(schema, &fact.id)
                .any(|id| id == renamed || view == Some(id) || (is_inherited && id.path == table));
            uses_it
                || fact.id.path == table
                || (view.is_some() && fact.parent.as_ref() == view)
                || (fact.id.kind == Kind::Sequence
                    && fact
                        .get("owned by")
                        .is_some_and(|text| text.starts_with(&qualified(table))))
        }
        Kind::Constraint | Kind::Rule | Kind::Trigger | Kind::Policy => fact.id == *renamed,
        _ => true,
    }
}

fn column_order(fact: &Fact, text: &str, from: &FactId, to: &FactId) -> String {
    if from.kind != Kind::Column || !from.path.starts_with(&fact.id.path) {
        return text.to_owned();
    }
    let names = text
        .lines()
        .map(|name| if name == from.name() { to.name() } else { name });
    names.collect::<Vec<_>>().join("\n")
}

/// Whether a word that is the name of a part can mean it: it may also be that of a table, a
/// function or a type, or a keyword.
fn may_be_part(text: &str, all: &[Token], at: usize, part: &FactId) -> bool {
    let is = |at: Option<usize>, kind: TokenKind| {
        at.and_then(|at| all.get(at))
            .is_some_and(|token| token.kind == kind)
    };
    let behind = all.get(at + 1..).unwrap_or_default();
    let called = behind.iter().find(|token| !token.is_trivia());
    let called = called.is_some_and(|token| token.kind == TokenKind::LeftParen);
    if called || is(Some(at + 1), TokenKind::Dot) {
        return false;
    }
    let before = all.get(..at).unwrap_or_default();
    let before = before.iter().rev().find(|token| !token.is_trivia());
    if before.is_some_and(|token| token.text(text) == "::") {
        return false;
    }
    let is_keyword = is(Some(at), TokenKind::Word) && ident(part.name()).starts_with('"');
    // Behind its schema it is no part, but a table or a type. (An alias is called like that
    // where the table is.)
    let [schema, table, ..] = part.path.as_slice() else {
        return !is_keyword;
    };
    let within = at
        .checked_sub(2)
        .filter(|_| is(at.checked_sub(1), TokenKind::Dot));
    let in_schema = within.is_some_and(|outer| {
        let name = all.get(outer).map(|token| unquoted(token.text(text)));
        name.as_ref() == Some(schema) && !is(outer.checked_sub(1), TokenKind::Dot)
    });
    !is_keyword && (!in_schema || schema == table)
}

/// A text with the new name for the old one.
fn said(text: &str, from: &FactId, to: &FactId) -> String {
    let all: Vec<_> = tokens(text, Some(Dialect::Postgres)).collect();
    let mut out = String::new();
    let mut at = 0;
    let name = |at: usize| -> Option<String> {
        let token = all.get(at)?;
        matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent)
            .then(|| unquoted(token.text(text)))
    };
    let is_dot = |at: usize| {
        all.get(at)
            .is_some_and(|token| token.kind == TokenKind::Dot)
    };
    let (old_path, new_path) = (from.path.get(..2), to.path.get(..2));
    while let Some(token) = all.get(at) {
        let written = token.text(text);
        let here = name(at);
        let alone = !(at > 0 && is_dot(at - 1));
        match from.kind {
            Kind::Schema if alone && is_dot(at + 1) && here.as_deref() == Some(from.name()) => {
                out.push_str(&ident(to.name()));
            }
            Kind::Schema => out.push_str(written),
            _ if from.kind.is_part() => {
                if here.as_deref() == Some(from.name()) && may_be_part(text, &all, at, from) {
                    out.push_str(&ident(to.name()));
                } else {
                    out.push_str(written);
                }
            }
            _ => {
                let (Some([schema, old]), Some(new)) = (old_path, new_path) else {
                    out.push_str(written);
                    at += 1;
                    continue;
                };
                let is_it = alone
                    && here.as_ref() == Some(schema)
                    && is_dot(at + 1)
                    && name(at + 2).as_ref() == Some(old);
                if is_it {
                    out.push_str(&qualified(new));
                    at += 3;
                    continue;
                }
                let is_alias = alone && here.as_ref() == Some(old) && is_dot(at + 1);
                if is_alias {
                    out.push_str(&ident(new.get(1).map_or("", String::as_str)));
                } else if token.kind == TokenKind::String
                    && written == literal(&qualified(&[schema.clone(), old.clone()]))
                {
                    out.push_str(&literal(&qualified(new)));
                } else {
                    out.push_str(written);
                }
            }
        }
        at += 1;
    }
    out
}
