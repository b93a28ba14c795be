//! Constraints and extended statistics.

use super::{
    Scene, comment, counted,
    kept::{ConstraintStep, constraint_step},
    line::Line,
    names::ident,
    table,
    work::is_foreign_key,
};
use crate::schema::{
    Fact, FactId, Kind,
    canary::references,
    plan::{
        Hazard,
        referred::{Mend, Written, mend},
    },
};

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
    if fact.get("state").is_some() {
        let sql = &mut line.statement.sql;
        *sql = sql.replacen("ALTER TABLE ", "ALTER TABLE ONLY ", 1);
    }
    let is_new = fact
        .parent
        .as_ref()
        .is_some_and(|id| scene.work.create.contains(id));
    if !is_new && !definition.ends_with(" NOT VALID") {
        line = line.with(Hazard::FailsOnData(format!("rows that break {name}")));
    }
    let (mut lines, holds) = mended(scene, fact);
    if holds {
        line.statement.hazards.clear();
    }
    lines.push(line);
    // Those of some partitions; what is on all of them came with the statement above.
    let attached = fact.list("attached").iter();
    lines.extend(attached.map(|sql| Line::new(&fact.id, scene.names.text(sql))));
    lines.extend(comment::first(scene, fact));
    lines
}

/// What makes rows that are there refer to something, where a way back makes the table
/// again that they refer to; whether they all do then.
fn mended(scene: &Scene, fact: &Fact) -> (Vec<Line>, bool) {
    let (work, b) = (scene.work, scene.b);
    let child = fact.parent.as_ref().filter(|id| !work.create.contains(*id));
    let Some(child) = child.filter(|_| scene.decisions.may_lose && is_foreign_key(fact)) else {
        return (Vec::new(), false);
    };
    let Some(key) = references(b, child).into_iter().find(|key| {
        let is_made = work.create.contains(&key.table) && work.origin(&key.table).is_none();
        is_made && key.of == fact.id
    }) else {
        return (Vec::new(), false);
    };
    let written = Written {
        table: &|id: &FactId| scene.names.object(id),
        column: ident,
    };
    match mend(b, child, &key, scene.decisions, &written) {
        None => (Vec::new(), false),
        Some(Mend::Rows(sql)) => {
            let mut lines = vec![Line::new(&key.table, sql)];
            let columns = b.within(&key.table).filter(|fact| {
                fact.id.kind == Kind::Column && key.referred.iter().any(|own| own == fact.id.name())
            });
            lines.extend(columns.filter_map(|fact| counted::goes_on_behind_rows(scene, fact)));
            (lines, true)
        }
        Some(Mend::Nothing(sql, columns)) => {
            let mut line = Line::new(columns.first().unwrap_or(&fact.id), sql);
            for column in &columns {
                let what = format!("the values of {}", scene.shown(column));
                line = line.with(Hazard::LosesData(what));
            }
            (vec![line], true)
        }
    }
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
        Kind::Index | Kind::Sequence => {
            let word = fact.id.kind.name().to_uppercase();
            let on = scene.names.object(from);
            Line::new(&fact.id, format!("ALTER {word} {on} RENAME TO {new}"))
        }
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
