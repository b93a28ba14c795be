//! Schemas, extensions, and the types that somebody made.

use super::{
    Scene, comment, constraint, hazard,
    kept::is_subsequence,
    line::{Line, Place},
    names::{ident, literal},
};
use crate::schema::{Fact, FactId, Kind, plan::Hazard};

/// A schema or an extension begins.
pub(super) fn create_outer(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let name = ident(fact.id.name());
    let sql = match (fact.id.kind, fact.get("schema")) {
        (Kind::Extension, Some(schema)) if schema != "public" => {
            format!(
                "CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {}",
                ident(schema)
            )
        }
        (Kind::Extension, _) => format!("CREATE EXTENSION IF NOT EXISTS {name}"),
        _ => format!("CREATE SCHEMA {name}"),
    };
    let mut lines = vec![Line::new(&fact.id, sql)];
    if fact.id.kind == Kind::Schema {
        lines.extend(comment::first(scene, fact));
    }
    lines
}

/// A schema or an extension that stays is altered.
pub(super) fn change_outer(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    if after.id.kind == Kind::Extension
        && before.get("schema") != after.get("schema")
        && let Some(schema) = after.get("schema")
    {
        let name = ident(after.id.name());
        lines.push(Line::new(
            &after.id,
            format!("ALTER EXTENSION {name} SET SCHEMA {}", ident(schema)),
        ));
    }
    if after.id.kind == Kind::Schema {
        lines.extend(comment::change(scene, before, after));
    }
    lines
}

/// A type begins.
pub(super) fn create(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let name = scene.names.object(&fact.id);
    let sql = match fact.id.kind {
        Kind::Enum => {
            let labels: Vec<String> = fact
                .list("labels")
                .iter()
                .map(|label| literal(label))
                .collect();
            format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))
        }
        Kind::CompositeType => {
            let attributes: Vec<String> = attributes(fact)
                .map(|(name, of)| format!("\n    {} {}", ident(name), scene.names.text(of)))
                .collect();
            let end = if attributes.is_empty() { "" } else { "\n" };
            format!("CREATE TYPE {name} AS ({}{end})", attributes.join(","))
        }
        Kind::RangeType => {
            let definition = scene.names.text(fact.get("definition").unwrap_or_default());
            format!("CREATE TYPE {name} AS RANGE ({definition})")
        }
        _ => domain(scene, fact),
    };
    let mut lines = vec![Line::new(&fact.id, sql)];
    lines.extend(comment::first(scene, fact));
    lines.extend(inside(scene, fact).filter_map(|part| comment::first(scene, part)));
    lines
}

fn inside<'s>(scene: &'s Scene<'s>, fact: &'s Fact) -> impl Iterator<Item = &'s Fact> {
    let parts = scene.inlined.iter().filter(|(_, into)| **into == fact.id);
    parts.filter_map(|(part, _)| scene.b.facts.get(part))
}

fn domain(scene: &Scene, fact: &Fact) -> String {
    let of = scene.names.text(fact.get("type").unwrap_or_default());
    let mut sql = format!("CREATE DOMAIN {} AS {of}", scene.names.object(&fact.id));
    if let Some(collation) = fact.get("collation") {
        sql.extend([format!(" COLLATE {collation}")]);
    }
    if let Some(default) = fact.get("default") {
        sql.extend([format!(" DEFAULT {}", scene.names.text(default))]);
    }
    if fact.get("not null").is_some() {
        sql.push_str(" NOT NULL");
    }
    for part in inside(scene, fact) {
        sql.extend([format!("\n    {}", constraint::inside(scene, part))]);
    }
    sql
}

fn attributes(fact: &Fact) -> impl Iterator<Item = (&String, &String)> {
    fact.list("attributes")
        .iter()
        .zip(fact.list("attribute types"))
}

/// A type that stays is altered.
pub(super) fn change(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let mut lines = match after.id.kind {
        Kind::Enum => labels(scene, before, after),
        Kind::CompositeType => change_attributes(scene, before, after),
        Kind::Domain => change_domain(scene, before, after),
        _ => Vec::new(),
    };
    lines.extend(comment::change(scene, before, after));
    lines
}

/// Labels are only ever added.
fn labels(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let (old, new) = (before.list("labels"), after.list("labels"));
    if !is_subsequence(old, new) {
        return Vec::new();
    }
    let name = scene.names.object(&after.id);
    let mut lines = Vec::new();
    for (at, label) in new
        .iter()
        .enumerate()
        .filter(|(_, label)| !old.contains(label))
    {
        let place = match (
            at.checked_sub(1).and_then(|at| new.get(at)),
            new.get(at + 1..),
        ) {
            // Behind the last one is where a label goes by itself.
            (_, Some(rest)) if !rest.iter().any(|other| old.contains(other)) => String::new(),
            (Some(other), _) => format!(" AFTER {}", literal(other)),
            (None, _) => old
                .first()
                .map_or_else(String::new, |other| format!(" BEFORE {}", literal(other))),
        };
        let line = Line::new(
            &after.id,
            format!("ALTER TYPE {name} ADD VALUE {}{place}", literal(label)),
        );
        lines.push(line.at(Place::Label(label.clone())));
    }
    lines
}

fn change_attributes(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let name = scene.names.object(&after.id);
    let mut lines = Vec::new();
    let say = |rest: String| Line::new(&after.id, format!("ALTER TYPE {name} {rest}"));
    for (attribute, of) in attributes(after) {
        let old = attributes(before).find(|(other, _)| *other == attribute);
        let (attribute, written) = (ident(attribute), scene.names.text(of));
        match old {
            None => lines.push(say(format!("ADD ATTRIBUTE {attribute} {written}"))),
            Some((_, old)) if old != of => {
                lines.push(say(format!("ALTER ATTRIBUTE {attribute} TYPE {written}")));
            }
            Some(_) => {}
        }
    }
    for (attribute, _) in attributes(before) {
        if !after.list("attributes").contains(attribute) {
            let what = format!("attribute {} of {name}", ident(attribute));
            let line = say(format!("DROP ATTRIBUTE {}", ident(attribute)));
            lines.push(line.with(Hazard::LosesData(what)));
        }
    }
    lines
}

fn change_domain(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let name = scene.names.object(&after.id);
    let mut lines = Vec::new();
    let say = |rest: &str| Line::new(&after.id, format!("ALTER DOMAIN {name} {rest}"));
    if before.payload.get("default") != after.payload.get("default") {
        lines.push(match after.get("default") {
            Some(default) => say(&format!("SET DEFAULT {}", scene.names.text(default))),
            None => say("DROP DEFAULT"),
        });
    }
    if before.get("not null") != after.get("not null") {
        lines.push(if after.get("not null").is_some() {
            say("SET NOT NULL").with(Hazard::FailsOnData(format!(
                "columns of {name} without a value"
            )))
        } else {
            say("DROP NOT NULL")
        });
    }
    lines
}

/// A name for the old type while the new one takes its place: nobody has it, nor another
/// one that makes room.
fn aside_name(scene: &Scene, id: &FactId) -> String {
    let facts = || scene.a.facts.keys().chain(scene.b.facts.keys());
    let is_there = |name: &str| {
        let mut all = facts().filter(|other| other.path.len() == 2);
        all.any(|other| other.path.first() == id.path.first() && other.name() == name)
    };
    let mut given: Vec<String> = Vec::new();
    for other in &scene.work.aside {
        let (mut number, mut end) = (1, "_old".to_owned());
        let name = loop {
            let mut name = other.name().to_owned();
            // Names have 63 bytes.
            while name.len() + end.len() > 63 {
                name.pop();
            }
            name.push_str(&end);
            if !given.contains(&name) && !is_there(&name) {
                break name;
            }
            number += 1;
            end = format!("_old{number}");
        };
        if other == id {
            return name;
        }
        if other.path.first() == id.path.first() {
            given.push(name);
        }
    }
    format!("{}_old", id.name())
}

fn word(id: &FactId) -> &'static str {
    match id.kind {
        Kind::Domain => "DOMAIN",
        _ => "TYPE",
    }
}

/// The old type makes room.
pub(super) fn aside(scene: &Scene, id: &FactId) -> Line {
    let name = scene.names.object(id);
    let aside = ident(&aside_name(scene, id));
    Line::new(id, format!("ALTER {} {name} RENAME TO {aside}", word(id)))
}

/// The old type ends.
pub(super) fn drop_aside(scene: &Scene, id: &FactId) -> Line {
    let mut path = id.path.clone();
    if let Some(last) = path.last_mut() {
        *last = aside_name(scene, id);
    }
    let aside = ident(&aside_name(scene, id));
    let name = scene.names.object(id);
    let name = match name.strip_suffix(&ident(id.name())) {
        Some(schema) => format!("{schema}{aside}"),
        None => aside,
    };
    Line::new(id, format!("DROP {} {name}", word(id)))
}

/// A type, a schema or an extension ends.
pub(super) fn drop(scene: &Scene, fact: &Fact) -> Line {
    let name = match fact.id.kind {
        Kind::Schema | Kind::Extension => ident(fact.id.name()),
        _ => scene.names.object(&fact.id),
    };
    let word = match fact.id.kind {
        Kind::Schema => "SCHEMA",
        Kind::Extension => "EXTENSION",
        _ => word(&fact.id),
    };
    let mut line = Line::new(&fact.id, format!("DROP {word} {name}"));
    line.statement.hazards = hazard::of_drop(scene, fact);
    line
}
