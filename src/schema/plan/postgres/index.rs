//! Indexes, in one transaction with everything else or built while others go on.

use super::{
    Scene, comment, detach, hazard,
    line::{Line, Place},
    names::ident,
    table,
};
use crate::{
    model::Dialect,
    schema::{Fact, FactId, Kind, plan::Hazard},
    sql,
};

/// `CREATE INDEX`.
pub(super) fn create(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let id = &fact.id;
    let parent = fact.parent.as_ref();
    let table = parent.and_then(|id| scene.b.facts.get(id));
    let partitioned = table.is_some_and(|table| table.get("partition key").is_some());
    let mut sql = match scene.decisions.texts.get(id) {
        Some(text) => text.clone(),
        None => scene.names.text(fact.ddl.as_deref().unwrap_or_default()),
    };
    // A dump makes it of the table alone, and attaches those of all partitions.
    if partitioned && fact.get("state").is_none() {
        sql = sql.replacen(" ON ONLY ", " ON ", 1);
    }
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
    // The old one serves until the new one is built.
    let exchanged = is_exchanged(scene, id).then(|| free_name(scene, id));
    let beside = exchanged.as_ref().and_then(|name| renamed(&sql, name));
    let mut line = Line::new(id, beside.as_deref().unwrap_or(&sql));
    let is_unique = fact
        .get("definition")
        .is_some_and(|text| text.starts_with("CREATE UNIQUE"));
    if stays && is_unique {
        line = line.with(Hazard::FailsOnData("rows that are the same".to_owned()));
    }
    if outside {
        line = line.with(Hazard::NotTransactional);
    }
    let below = match fact.get("state") {
        None => detach::named_below(scene.b, scene.a, fact),
        Some(_) => Vec::new(),
    };
    let below = below.into_iter();
    let mut lines: Vec<Line> = below
        .map(|sql| Line::new(id, scene.names.text(&sql)))
        .collect();
    lines.push(line);
    // Those of some partitions; what is on all of them came with the statement above.
    let attached = fact.lists.get("attached").into_iter().flatten();
    lines.extend(attached.map(|sql| Line::new(id, scene.names.text(sql))));
    if let Some(name) = exchanged {
        let mut path = id.path.clone();
        if let Some(last) = path.last_mut() {
            last.clone_from(&name);
        }
        let aside = FactId::new(Kind::Index, path);
        let old = scene.names.object(id);
        lines.extend([
            Line::new(id, format!("DROP INDEX CONCURRENTLY {old}")).with(Hazard::NotTransactional),
            alter(scene, &aside, &format!("RENAME TO {}", ident(id.name()))),
        ]);
    }
    if let Some(space) = fact.get("tablespace") {
        lines.push(alter(
            scene,
            id,
            &format!("SET TABLESPACE {}", ident(space)),
        ));
    }
    lines.extend(settings(scene, None, fact));
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

fn alter(scene: &Scene, id: &FactId, rest: &str) -> Line {
    Line::new(id, format!("ALTER INDEX {} {rest}", scene.names.object(id)))
}

/// What is said of an index apart from its definition.
fn settings(scene: &Scene, before: Option<&Fact>, after: &Fact) -> Vec<Line> {
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
        lines.push(alter(
            scene,
            id,
            &format!("ALTER COLUMN {at} SET STATISTICS {target}"),
        ));
    }
    for (at, _) in was
        .iter()
        .filter(|(at, _)| !now.iter().any(|(other, _)| other == at))
    {
        lines.push(alter(
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
pub(super) fn change(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    if before.get("tablespace") != after.get("tablespace") {
        let space = ident(after.get("tablespace").unwrap_or("pg_default"));
        lines.push(alter(scene, &after.id, &format!("SET TABLESPACE {space}")));
    }
    lines.extend(settings(scene, Some(before), after));
    lines
}

/// `DROP INDEX`.
pub(super) fn drop(scene: &Scene, fact: &Fact) -> Vec<Line> {
    if is_exchanged(scene, &fact.id) {
        // Behind the one that takes its place.
        return Vec::new();
    }
    let outside = scene.decisions.concurrent_indexes
        && can_end_last(scene, fact)
        && !is_name_taken(scene, &fact.id);
    let concurrently = if outside { "CONCURRENTLY " } else { "" };
    let mut users = scene.work.users(&fact.id).into_iter();
    let holds_keys = users.any(|id| {
        let user = scene.work.of_a(id).filter(|_| scene.work.drop.contains(id));
        user.is_some_and(|user| scene.work.index_above(user) == Some(&fact.id))
    });
    // The only one: there is no other way to be rid of them.
    let cascade = if holds_keys { " CASCADE" } else { "" };
    let name = scene.names.object(&fact.id);
    let mut line = Line::new(
        &fact.id,
        format!("DROP INDEX {concurrently}{name}{cascade}"),
    );
    line.statement.hazards = hazard::of_drop(scene, fact);
    if outside {
        line = line.with(Hazard::NotTransactional).at(Place::Outside);
    }
    vec![line]
}

/// Whether an index may be there until everything else is done: all that it is on stays as
/// it is.
fn can_end_last(scene: &Scene, fact: &Fact) -> bool {
    let work = scene.work;
    let Some(table) = fact.parent.as_ref().and_then(|id| work.of_a(id)) else {
        return false;
    };
    let touches = |id: &FactId| work.drop.contains(id) || work.is_retyped(id);
    table.get("partition key").is_none()
        && !work.changes(&table.id, "partition of")
        && !touches(&table.id)
        && !work.uses(&fact.id).any(touches)
        && !work.users(&fact.id).into_iter().any(touches)
}

/// Whether something that is made takes the name of an index.
fn is_name_taken(scene: &Scene, id: &FactId) -> bool {
    let mut made = scene.work.create.iter();
    made.any(|other| other.path.first() == id.path.first() && other.name() == id.name())
}

/// Whether an index that changes is built beside the old one, and takes its name then.
fn is_exchanged(scene: &Scene, id: &FactId) -> bool {
    let (Some(before), Some(after)) = (scene.a.facts.get(id), scene.b.facts.get(id)) else {
        return false;
    };
    scene.decisions.concurrent_indexes
        && before.parent == after.parent
        && scene.work.drop.contains(id)
        && scene.work.create.contains(id)
        && !is_needed(scene, id)
        && can_end_last(scene, before)
}

/// A name for an index beside the one of that name.
fn free_name(scene: &Scene, id: &FactId) -> String {
    // Names have 63 bytes.
    let mut name = id.name().to_owned();
    while name.len() > 55 {
        name.pop();
    }
    name.push_str("_new");
    let is_there = |name: &str| {
        let mut facts = scene.a.facts.keys().chain(scene.b.facts.keys());
        facts.any(|other| other.path.first() == id.path.first() && other.name() == name)
    };
    while name.len() < 63 && is_there(&name) {
        name.push('_');
    }
    name
}

/// `CREATE INDEX` with another name in the place of the one that it has.
fn renamed(sql: &str, name: &str) -> Option<String> {
    let mut tokens = sql::tokens(sql, Some(Dialect::Postgres)).filter(|token| !token.is_trivia());
    tokens.find(|token| token.is_word(sql, "INDEX"))?;
    let own = tokens.find(|token| {
        let said = ["CONCURRENTLY", "IF", "NOT", "EXISTS"];
        !said.iter().any(|word| token.is_word(sql, word))
    })?;
    let mut out = sql.to_owned();
    out.replace_range(own.span, &ident(name));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_name_in_the_statement() {
        for (sql, want) in [
            ("CREATE INDEX i ON t (a)", "CREATE INDEX i_new ON t (a)"),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I x\" ON t (a)",
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i_new ON t (a)",
            ),
            (
                "CREATE INDEX /* index */ i ON i (i)",
                "CREATE INDEX /* index */ i_new ON i (i)",
            ),
        ] {
            assert_eq!(renamed(sql, "i_new").as_deref(), Some(want));
        }
    }
}
