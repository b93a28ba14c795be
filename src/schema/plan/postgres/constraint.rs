//! Constraints, indexes and extended statistics.

use super::{
    Scene, comment, hazard,
    kept::{ConstraintStep, constraint_step},
    line::{Line, Place},
    names::ident,
    table,
    work::is_foreign_key,
};
use crate::schema::{Fact, FactId, Kind, plan::Hazard};

/// The word for a constraint of that one column which needs no name: the server would
/// call it the same.
pub(super) fn of_one_column(fact: &Fact, column: &Fact) -> Option<&'static str> {
    let [_, table, name] = fact.id.path.as_slice() else {
        return None;
    };
    if fact.get("options").is_some() {
        return None;
    }
    let of = column.id.name();
    let definition = fact.get("definition")?;
    let words = [
        ("PRIMARY KEY", format!("{table}_pkey")),
        ("UNIQUE", format!("{table}_{of}_key")),
    ];
    words.into_iter().find_map(|(word, usual)| {
        let is_it = *name == usual && definition == format!("{word} ({})", ident(of));
        is_it.then_some(word)
    })
}

/// A constraint inside of `CREATE TABLE` or `CREATE DOMAIN`.
pub(super) fn inside(scene: &Scene, fact: &Fact) -> String {
    format!(
        "CONSTRAINT {} {}",
        ident(fact.id.name()),
        definition(scene, fact)
    )
}

/// The definition with the options of its index, which belong in the middle of it.
fn definition(scene: &Scene, fact: &Fact) -> String {
    let text = scene.names.text(fact.get("definition").unwrap_or_default());
    let Some(options) = fact.get("options") else {
        return text;
    };
    let with = format!(" WITH ({options})");
    let behind = [" WHERE (", " DEFERRABLE"];
    let at = behind.iter().filter_map(|word| text.find(word)).min();
    let (head, tail) = text.split_at(at.unwrap_or(text.len()));
    format!("{head}{with}{tail}")
}

/// `ALTER TABLE t` or `ALTER DOMAIN d`.
fn alter(scene: &Scene, fact: &Fact, rest: &str) -> Line {
    let word = match fact.parent.as_ref().map(|parent| parent.kind) {
        Some(Kind::Domain) => "DOMAIN",
        _ => "TABLE",
    };
    Line::new(
        &fact.id,
        format!("ALTER {word} {} {rest}", scene.names.object(&fact.id)),
    )
}

/// A constraint begins on what is there.
pub(super) fn create(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let name = ident(fact.id.name());
    let definition = definition(scene, fact);
    let mut line = alter(scene, fact, &format!("ADD CONSTRAINT {name} {definition}"));
    let is_new = fact
        .parent
        .as_ref()
        .is_some_and(|id| scene.work.create.contains(id));
    if !is_new && !definition.ends_with(" NOT VALID") {
        line = line.with(Hazard::FailsOnData(format!("rows that break {name}")));
    }
    let mut lines = vec![line];
    lines.extend(comment::first(scene, fact));
    lines
}

/// A constraint that stays is altered.
pub(super) fn change(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let name = ident(after.id.name());
    let mut lines = Vec::new();
    if before.payload.get("definition") != after.payload.get("definition") {
        if constraint_step(before, after) == Some(ConstraintStep::Validate) {
            let line = alter(scene, after, &format!("VALIDATE CONSTRAINT {name}"));
            lines.push(line.with(Hazard::FailsOnData(format!("rows that break {name}"))));
        } else {
            let definition = after.get("definition").unwrap_or_default();
            let when = if definition.contains(" INITIALLY DEFERRED") {
                "DEFERRABLE INITIALLY DEFERRED"
            } else if definition.contains(" DEFERRABLE") {
                "DEFERRABLE INITIALLY IMMEDIATE"
            } else {
                "NOT DEFERRABLE"
            };
            let how = format!("ALTER CONSTRAINT {name} {when}");
            lines.push(alter(scene, after, &how));
        }
    }
    let index = match after.id.path.as_slice() {
        [schema, _, name] => FactId::new(Kind::Index, [schema, name]),
        _ => after.id.clone(),
    };
    for change in table::options(before.get("options"), after.get("options")) {
        lines.push(Line::new(
            &after.id,
            format!("ALTER INDEX {} {change}", scene.names.object(&index)),
        ));
    }
    lines.extend(comment::change(scene, before, after));
    lines
}

/// Another name and the same content.
pub(super) fn rename(scene: &Scene, from: &FactId, fact: &Fact) -> Vec<Line> {
    let (old, new) = (ident(from.name()), ident(fact.id.name()));
    vec![match fact.id.kind {
        Kind::Index => Line::new(
            &fact.id,
            format!("ALTER INDEX {} RENAME TO {new}", scene.names.object(from)),
        ),
        _ => alter(scene, fact, &format!("RENAME CONSTRAINT {old} TO {new}")),
    }]
}

/// `ALTER … DROP CONSTRAINT`.
pub(super) fn drop(scene: &Scene, fact: &Fact) -> Line {
    let mut line = alter(
        scene,
        fact,
        &format!("DROP CONSTRAINT {}", ident(fact.id.name())),
    );
    let has_index = ["PRIMARY KEY", "UNIQUE", "EXCLUDE"].iter().any(|word| {
        fact.get("definition")
            .is_some_and(|text| text.starts_with(word))
    });
    if has_index && !is_foreign_key(fact) {
        line = line.with(Hazard::DropsIndex(scene.shown(&fact.id)));
    }
    line
}

/// `CREATE INDEX`.
pub(super) fn create_index(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let id = &fact.id;
    let parent = fact.parent.as_ref();
    let table = parent.and_then(|id| scene.b.facts.get(id));
    let partitioned = table.is_some_and(|table| table.get("partition key").is_some());
    let mut sql = if let Some(text) = scene.decisions.texts.get(id) {
        text.clone()
    } else {
        let mut sql = scene.names.text(fact.ddl.as_deref().unwrap_or_default());
        if partitioned {
            sql = sql.replacen(" ON ONLY ", " ON ", 1);
        }
        sql
    };
    let stays = parent.is_some_and(|id| !scene.work.create.contains(id));
    let outside =
        scene.decisions.concurrent_indexes && stays && !partitioned && !is_needed(scene, id);
    if outside {
        for word in ["CREATE INDEX ", "CREATE UNIQUE INDEX "] {
            if sql.starts_with(word) && !sql.contains(" CONCURRENTLY ") {
                sql = sql.replacen(word, &format!("{word}CONCURRENTLY "), 1);
            }
        }
    }
    let mut line = Line::new(id, sql);
    let is_unique = fact
        .get("definition")
        .is_some_and(|text| text.starts_with("CREATE UNIQUE"));
    if stays && is_unique {
        line = line.with(Hazard::FailsOnData("rows that are the same".to_owned()));
    }
    if outside {
        line = line.with(Hazard::NotTransactional);
    }
    let mut lines = vec![line];
    if let Some(space) = fact.get("tablespace") {
        lines.push(alter_index(
            scene,
            id,
            &format!("SET TABLESPACE {}", ident(space)),
        ));
    }
    lines.extend(index_settings(scene, None, fact));
    if outside {
        lines = lines
            .into_iter()
            .map(|line| line.at(Place::Outside))
            .collect();
    }
    lines
}

/// Whether something else of the way needs the index to be there.
fn is_needed(scene: &Scene, id: &FactId) -> bool {
    let key = scene
        .b
        .edges
        .iter()
        .any(|edge| edge.to == *id && scene.work.create.contains(&edge.from));
    let Some(fact) = scene.b.facts.get(id) else {
        return true;
    };
    let table = fact.parent.as_ref().and_then(|id| scene.b.facts.get(id));
    let identity = table.and_then(|table| table.get("replica identity"));
    key || identity.is_some_and(|text| table::names_index(text, fact))
}

fn alter_index(scene: &Scene, id: &FactId, rest: &str) -> Line {
    Line::new(id, format!("ALTER INDEX {} {rest}", scene.names.object(id)))
}

/// What is said of an index apart from its definition.
fn index_settings(scene: &Scene, before: Option<&Fact>, after: &Fact) -> Vec<Line> {
    let id = &after.id;
    let mut lines = Vec::new();
    let old = |key: &str| before.and_then(|fact| fact.get(key));
    let numbers = |text: Option<&str>| -> Vec<(String, String)> {
        let items = text.unwrap_or_default().split(", ");
        items
            .filter_map(|item| item.split_once(" = "))
            .map(|(at, target)| (at.to_owned(), target.to_owned()))
            .collect()
    };
    let (was, now) = (numbers(old("statistics")), numbers(after.get("statistics")));
    for (at, target) in now.iter().filter(|item| !was.contains(item)) {
        lines.push(alter_index(
            scene,
            id,
            &format!("ALTER COLUMN {at} SET STATISTICS {target}"),
        ));
    }
    for (at, _) in was
        .iter()
        .filter(|(at, _)| !now.iter().any(|(other, _)| other == at))
    {
        lines.push(alter_index(
            scene,
            id,
            &format!("ALTER COLUMN {at} SET STATISTICS -1"),
        ));
    }
    if old("clustered") != after.get("clustered")
        && let Some(table) = &after.parent
    {
        let word = match table.kind {
            Kind::MaterializedView => "MATERIALIZED VIEW",
            _ => "TABLE",
        };
        let table_name = scene.names.object(table);
        let is_now = after.get("clustered").is_some();
        let rest = if is_now {
            format!("CLUSTER ON {}", ident(id.name()))
        } else {
            "SET WITHOUT CLUSTER".to_owned()
        };
        // Another index may be it by now.
        let other = scene
            .b
            .facts
            .values()
            .any(|fact| fact.parent.as_ref() == Some(table) && fact.get("clustered").is_some());
        if is_now || !other {
            lines.push(Line::new(id, format!("ALTER {word} {table_name} {rest}")));
        }
    }
    if old("comment") != after.get("comment") {
        lines.push(comment::line(scene, after));
    }
    lines
}

/// An index that stays is altered.
pub(super) fn change_index(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    if before.get("tablespace") != after.get("tablespace") {
        let space = ident(after.get("tablespace").unwrap_or("pg_default"));
        lines.push(alter_index(
            scene,
            &after.id,
            &format!("SET TABLESPACE {space}"),
        ));
    }
    lines.extend(index_settings(scene, Some(before), after));
    lines
}

/// `DROP INDEX`.
pub(super) fn drop_index(scene: &Scene, fact: &Fact) -> Line {
    let outside = scene.decisions.concurrent_indexes && can_end_last(scene, fact);
    let concurrently = if outside { "CONCURRENTLY " } else { "" };
    let mut line = Line::new(
        &fact.id,
        format!("DROP INDEX {concurrently}{}", scene.names.object(&fact.id)),
    );
    line.statement.hazards = hazard::of_drop(scene, fact);
    if outside {
        line = line.with(Hazard::NotTransactional).at(Place::Outside);
    }
    line
}

/// Whether an index may be there until everything else is done: nothing takes its name,
/// and all that it is on stays as it is.
fn can_end_last(scene: &Scene, fact: &Fact) -> bool {
    let work = scene.work;
    let Some(table) = fact.parent.as_ref().and_then(|id| work.of_a(id)) else {
        return false;
    };
    let touches = |id: &FactId| work.drop.contains(id) || work.is_retyped(id);
    let mut made = work.create.iter();
    table.get("partition key").is_none()
        && !touches(&table.id)
        && !work.uses(&fact.id).any(touches)
        && !work.users(&fact.id).into_iter().any(touches)
        && !made.any(|id| id.path.first() == fact.id.path.first() && id.name() == fact.id.name())
}

/// `CREATE STATISTICS`.
pub(super) fn create_statistics(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let text = scene.decisions.texts.get(&fact.id).cloned();
    let sql = text.unwrap_or_else(|| scene.names.text(fact.get("definition").unwrap_or_default()));
    let mut lines = vec![Line::new(&fact.id, sql)];
    if fact.get("target").is_some() {
        lines.push(target(scene, fact));
    }
    lines.extend(comment::first(scene, fact));
    lines
}

fn target(scene: &Scene, fact: &Fact) -> Line {
    let target = fact.get("target").unwrap_or("-1");
    let name = scene.names.object(&fact.id);
    Line::new(
        &fact.id,
        format!("ALTER STATISTICS {name} SET STATISTICS {target}"),
    )
}

/// Statistics that stay are altered.
pub(super) fn change_statistics(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    if before.get("target") != after.get("target") {
        lines.push(target(scene, after));
    }
    lines.extend(comment::change(scene, before, after));
    lines
}

/// `DROP STATISTICS`.
pub(super) fn drop_statistics(scene: &Scene, fact: &Fact) -> Line {
    Line::new(
        &fact.id,
        format!("DROP STATISTICS {}", scene.names.object(&fact.id)),
    )
}
