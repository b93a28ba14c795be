//! Tables: made with their columns and constraints, and altered.

use super::{
    Scene, column, comment, constraint, hazard,
    line::Line,
    names::{ident, qualified},
};
use crate::schema::{Fact, FactId, Kind, plan::Hazard};

/// `CREATE TABLE`, with what stands in it.
pub(super) fn create(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let id = &fact.id;
    let unlogged = if fact.get("persistence").is_some() {
        "UNLOGGED "
    } else {
        ""
    };
    let mut sql = format!("CREATE {unlogged}TABLE {}", scene.names.object(id));
    let columns = columns(scene, fact);
    let inside: Vec<&Fact> = scene
        .inlined
        .iter()
        .filter(|(part, into)| *into == id && part.kind == Kind::Constraint)
        .filter_map(|(part, _)| scene.b.facts.get(part))
        .collect();
    let mut shown_with_column: Vec<&FactId> = Vec::new();
    let mut items = Vec::new();
    for column in &columns {
        let mut with = inside.iter().filter_map(|part| {
            let word = constraint::of_one_column(part, column)?;
            Some((&part.id, word))
        });
        let with = with.next();
        let is_key = with.is_some_and(|(_, word)| word == "PRIMARY KEY");
        let mut item = column::definition(scene, column, !is_key);
        if let Some((part, word)) = with {
            item.extend([format!(" {word}")]);
            shown_with_column.push(part);
        }
        items.push(item);
    }
    let apart = inside
        .iter()
        .filter(|part| !shown_with_column.contains(&&part.id));
    let mut apart: Vec<&&Fact> = apart.collect();
    apart.sort_by_key(|part| {
        let definition = part.get("definition").unwrap_or_default();
        (
            !definition.starts_with("PRIMARY"),
            !definition.starts_with("UNIQUE"),
            &part.id,
        )
    });
    items.extend(apart.iter().map(|part| constraint::inside(scene, part)));
    let parents: Vec<String> = fact
        .list("parents")
        .iter()
        .map(|name| scene.names.text(name))
        .collect();
    let body = if items.is_empty() {
        String::new()
    } else {
        format!(" (\n    {}\n)", items.join(",\n    "))
    };
    if let Some(bound) = bound(fact) {
        sql.extend([format!(" PARTITION OF {}{body} {bound}", parents.concat())]);
    } else if let Some(of) = fact.get("of type") {
        sql.extend([format!(" OF {}{body}", scene.names.text(of))]);
    } else if body.is_empty() {
        sql.push_str(" ()");
    } else {
        sql.push_str(&body);
    }
    if fact.get("inherits").is_some() {
        sql.extend([format!(" INHERITS ({})", parents.join(", "))]);
    }
    if let Some(key) = fact.get("partition key") {
        sql.extend([format!(" PARTITION BY {}", scene.names.text(key))]);
    }
    if let Some(method) = fact.get("access method") {
        sql.extend([format!(" USING {}", ident(method))]);
    }
    if let Some(options) = fact.get("options") {
        sql.extend([format!(" WITH ({})", written_options(options))]);
    }
    if let Some(space) = fact.get("tablespace") {
        sql.extend([format!(" TABLESPACE {}", ident(space))]);
    }
    let mut lines = vec![Line::new(id, sql)];
    lines.extend(row_security(scene, None, fact));
    lines.extend(identity(scene, None, fact));
    lines.extend(comment::first(scene, fact));
    for column in columns {
        lines.extend(column::after_table(scene, column));
    }
    for part in inside {
        lines.extend(comment::first(scene, part));
    }
    lines
}

/// The columns that are the table's own, in their order.
fn columns<'a>(scene: &Scene<'a>, table: &Fact) -> Vec<&'a Fact> {
    let mut path = table.id.path.clone();
    path.push(String::new());
    let order = table.get(crate::schema::COLUMN_ORDER).unwrap_or_default();
    order
        .lines()
        .filter_map(|name| {
            let mut id = FactId {
                kind: Kind::Column,
                path: path.clone(),
            };
            if let Some(last) = id.path.last_mut() {
                name.clone_into(last);
            }
            scene
                .inlined
                .get_key_value(&id)
                .and_then(|(id, _)| scene.b.facts.get(id))
        })
        .collect()
}

/// `FOR VALUES …` or `DEFAULT`, for a partition.
fn bound(fact: &Fact) -> Option<&str> {
    let parent = fact.list("parents").first()?;
    let rest = fact.get("partition of")?.strip_prefix(parent.as_str())?;
    Some(rest.trim())
}

/// `key=value, …` with values that the grammar takes.
fn written_options(options: &str) -> String {
    let options: Vec<String> = options.split(", ").map(written_option).collect();
    options.join(", ")
}

fn written_option(option: &str) -> String {
    let (key, value) = option.split_once('=').unwrap_or((option, "true"));
    let plain = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    if plain && !value.is_empty() {
        format!("{key} = {value}")
    } else {
        format!("{key} = {}", super::names::literal(value))
    }
}

/// What sets and resets storage parameters.
pub(super) fn options(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let list = |text: Option<&str>| -> Vec<String> {
        let items = text
            .unwrap_or_default()
            .split(", ")
            .filter(|item| !item.is_empty());
        items.map(str::to_owned).collect()
    };
    let (old, new) = (list(before), list(after));
    let key = |option: &str| option.split('=').next().unwrap_or_default().to_owned();
    let set: Vec<String> = new
        .iter()
        .filter(|option| !old.contains(option))
        .map(|option| written_option(option))
        .collect();
    let reset: Vec<String> = old
        .iter()
        .map(|option| key(option))
        .filter(|gone| !new.iter().any(|option| key(option) == *gone))
        .collect();
    let mut changes = Vec::new();
    if !set.is_empty() {
        changes.push(format!("SET ({})", set.join(", ")));
    }
    if !reset.is_empty() {
        changes.push(format!("RESET ({})", reset.join(", ")));
    }
    changes
}

/// `ALTER TABLE t …`
pub(super) fn alter(scene: &Scene, id: &FactId, rest: &str) -> Line {
    Line::new(id, format!("ALTER TABLE {} {rest}", scene.names.object(id)))
}

fn row_security(scene: &Scene, before: Option<&Fact>, after: &Fact) -> Vec<Line> {
    let has = |fact: Option<&Fact>, word: &str| {
        fact.and_then(|fact| fact.get("row security"))
            .is_some_and(|text| text.contains(word))
    };
    let mut lines = Vec::new();
    for (word, on, off) in [
        ("enabled", "ENABLE", "DISABLE"),
        ("forced", "FORCE", "NO FORCE"),
    ] {
        let now = has(Some(after), word);
        if now != has(before, word) {
            let word = if now { on } else { off };
            let line = alter(scene, &after.id, &format!("{word} ROW LEVEL SECURITY"));
            lines.push(line.with(Hazard::ChangesRights));
        }
    }
    lines
}

/// What rows are told apart by, where that is no index.
fn identity(scene: &Scene, before: Option<&Fact>, after: &Fact) -> Vec<Line> {
    let key = "replica identity";
    if before.and_then(|fact| fact.get(key)) == after.get(key) {
        return Vec::new();
    }
    let words = match after.get(key) {
        None => "DEFAULT".to_owned(),
        Some(text) if text.starts_with("index ") => return Vec::new(),
        Some(text) => text.to_uppercase(),
    };
    vec![alter(
        scene,
        &after.id,
        &format!("REPLICA IDENTITY {words}"),
    )]
}

/// The index that rows are told apart by, once it is there.
pub(super) fn late(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let Some(text) = fact.get("replica identity") else {
        return Vec::new();
    };
    let mut parts = scene.b.within(&fact.id);
    let index = parts.find(|part| names_index(text, part));
    let line = index.map(|index| {
        let name = ident(index.id.name());
        alter(
            scene,
            &fact.id,
            &format!("REPLICA IDENTITY USING INDEX {name}"),
        )
    });
    line.into_iter().collect()
}

/// A table that stays is altered.
pub(super) fn change(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let id = &after.id;
    let mut lines = Vec::new();
    lines.extend(parents(scene, before, after));
    let changed = |key: &str| before.get(key) != after.get(key);
    if changed("of type") {
        lines.push(match after.get("of type") {
            Some(of) => alter(scene, id, &format!("OF {}", scene.names.text(of))),
            None => alter(scene, id, "NOT OF"),
        });
    }
    if changed("persistence") {
        let word = if after.get("persistence").is_some() {
            "UNLOGGED"
        } else {
            "LOGGED"
        };
        lines.push(alter(scene, id, &format!("SET {word}")));
    }
    if changed("access method") {
        let method = ident(after.get("access method").unwrap_or("heap"));
        lines.push(alter(scene, id, &format!("SET ACCESS METHOD {method}")));
    }
    if changed("tablespace") {
        let space = ident(after.get("tablespace").unwrap_or("pg_default"));
        lines.push(alter(scene, id, &format!("SET TABLESPACE {space}")));
    }
    for change in options(before.get("options"), after.get("options")) {
        lines.push(alter(scene, id, &change));
    }
    lines.extend(row_security(scene, Some(before), after));
    lines.extend(identity(scene, Some(before), after));
    lines.extend(comment::change(scene, before, after));
    lines
}

/// Partitions come and go, and tables inherit.
fn parents(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let id = &after.id;
    let name = scene.names.object(id);
    let mut lines = Vec::new();
    if before.get("partition of") != after.get("partition of") {
        if bound(before).is_some() {
            let parent = scene.names.text(&before.list("parents").concat());
            lines.push(Line::new(
                id,
                format!("ALTER TABLE {parent} DETACH PARTITION {name}"),
            ));
        }
        if let Some(bound) = bound(after) {
            let parent = scene.names.text(&after.list("parents").concat());
            let line = Line::new(
                id,
                format!("ALTER TABLE {parent} ATTACH PARTITION {name} {bound}"),
            );
            lines.push(line.with(Hazard::FailsOnData(format!(
                "rows of {name} that are not {bound}"
            ))));
        }
    }
    if before.get("inherits") != after.get("inherits") {
        let is_partition = |fact: &Fact| fact.get("partition of").is_some();
        let of = |fact: &Fact| -> Vec<String> {
            if is_partition(fact) {
                Vec::new()
            } else {
                fact.list("parents").to_vec()
            }
        };
        let (old, new) = (of(before), of(after));
        for parent in old.iter().filter(|parent| !new.contains(parent)) {
            lines.push(alter(
                scene,
                id,
                &format!("NO INHERIT {}", scene.names.text(parent)),
            ));
        }
        for parent in new.iter().filter(|parent| !old.contains(parent)) {
            lines.push(alter(
                scene,
                id,
                &format!("INHERIT {}", scene.names.text(parent)),
            ));
        }
    }
    lines
}

/// `DROP TABLE`.
pub(super) fn drop(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    // Keys that lead to the whole hold each of its partitions.
    let mut parents = super::work::uses(scene.a, &fact.id)
        .filter(|id| id.kind == Kind::Table && !scene.work.drop.contains(*id));
    if bound(fact).is_some()
        && let Some(parent) = parents.next()
        && scene.work.is_referenced(parent)
    {
        let (parent, name) = (scene.names.object(parent), scene.names.object(&fact.id));
        let sql = format!("ALTER TABLE {parent} DETACH PARTITION {name}");
        lines.push(Line::new(&fact.id, sql));
    }
    let mut line = Line::new(
        &fact.id,
        format!("DROP TABLE {}", scene.names.object(&fact.id)),
    );
    line.statement.hazards = hazard::of_drop(scene, fact);
    lines.push(line);
    lines
}

/// Whether the text of `replica identity` means that index.
pub(super) fn names_index(text: &str, fact: &Fact) -> bool {
    let path = match (fact.id.kind, fact.id.path.as_slice()) {
        (Kind::Index, [schema, name]) | (Kind::Constraint, [schema, _, name]) => {
            vec![schema.clone(), name.clone()]
        }
        _ => return false,
    };
    text.strip_prefix("index ") == Some(qualified(&path).as_str())
}
