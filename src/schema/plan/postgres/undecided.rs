//! What only a person can decide, or no statement does.

use super::{Scene, column, hazard, work::uses};
use crate::{
    model::Dialect,
    schema::{
        Fact, FactId, Kind, Schema,
        plan::{Question, Undecided, example},
    },
};

/// All of it.
pub(super) fn of(scene: &Scene) -> Vec<Undecided> {
    let created = scene
        .work
        .create
        .iter()
        .filter_map(|id| scene.b.facts.get(id));
    let asked = created.filter_map(|fact| asked(scene, fact));
    let changed = scene.work.change.keys();
    let changed = changed.filter_map(|id| scene.b.facts.get(id));
    let changed = changed.filter_map(|fact| asked_of_change(scene, fact));
    let other = in_use(scene).chain(without_collation(scene));
    asked.chain(changed).chain(other).collect()
}

/// A column that stays: what makes its new values, or fills those that are there.
fn asked_of_change(scene: &Scene, fact: &Fact) -> Option<Undecided> {
    let before = scene.work.origin(&fact.id)?;
    if let Some(why) = cannot_be_altered(scene, before, fact) {
        return Some(Undecided {
            about: fact.id.clone(),
            name: scene.shown(&fact.id),
            question: Question::NoWay(why),
        });
    }
    if fact.id.kind != Kind::Column {
        return None;
    }
    let (from, to) = (before.get("type")?, fact.get("type")?);
    let decisions = scene.decisions;
    let question = if hazard::has_no_cast(from, to) && !decisions.using.contains_key(&fact.id) {
        Question::Using {
            from: from.to_owned(),
            to: to.to_owned(),
        }
    } else if is_emptied(scene, before, fact) {
        Question::Fill {
            example: example::of_type(Dialect::Postgres, to),
        }
    } else {
        return None;
    };
    Some(Undecided {
        about: fact.id.clone(),
        name: scene.shown(&fact.id),
        question,
    })
}

/// Why a server of this version has no statement for a change.
fn cannot_be_altered(scene: &Scene, before: &Fact, fact: &Fact) -> Option<String> {
    let major = scene.b.major;
    let is_older = fact.id.kind == Kind::Table
        && before.get("access method") != fact.get("access method")
        && major < SET_ACCESS_METHOD;
    is_older.then(|| {
        format!(
            "cannot change its access method: PostgreSQL has `SET ACCESS METHOD` since {SET_ACCESS_METHOD}, and this is {major}. Make a new table with the other one and move the rows, in a revision by hand (`teammig create --empty`)"
        )
    })
}

/// The major version since which a table can be moved to another access method.
const SET_ACCESS_METHOD: u32 = 15;

/// Whether a column must hold something from now on, and nothing says what is put into
/// rows that have nothing.
fn is_emptied(scene: &Scene, before: &Fact, fact: &Fact) -> bool {
    !scene.decisions.may_lose
        && before.get("not null").is_none()
        && fact.get("not null").is_some()
        && scene.has_own_not_null(fact)
        && !column::has_value(scene, fact)
        && !scene.decisions.backfill.contains_key(&fact.id)
}

/// Range types that hold values: they bring functions with them, whose names stay taken
/// while the old type is there.
fn in_use(scene: &Scene) -> impl Iterator<Item = Undecided> {
    let ranges = scene
        .work
        .aside
        .iter()
        .filter(|id| id.kind == Kind::RangeType);
    ranges.map(|id| {
        let users = scene.work.users(id).into_iter();
        let columns = users.filter(|user| user.kind == Kind::Column);
        Undecided {
            about: id.clone(),
            name: scene.shown(id),
            question: Question::InUse(columns.map(|user| scene.shown(user)).collect()),
        }
    })
}

/// Columns and domains with a collation that is not there: none is made.
fn without_collation(scene: &Scene) -> impl Iterator<Item = Undecided> {
    let ids = scene.work.create.iter().chain(scene.work.change.keys());
    let facts = ids.filter_map(|id| scene.b.facts.get(id));
    facts.filter_map(|fact| {
        let name = fact.get("collation")?;
        let has = |schema: &Schema| {
            let mut all = schema.unmodelled.iter();
            all.any(|one| one.what == "collation" && one.name == name)
        };
        let is_missing = has(scene.b) && !has(scene.a);
        is_missing.then(|| Undecided {
            about: fact.id.clone(),
            name: scene.shown(&fact.id),
            question: Question::NoWay(format!(
                "needs collation {name}, and collations are not made by a comparison: write its `CREATE COLLATION` by hand first, in a revision of its own"
            )),
        })
    })
}

fn asked(scene: &Scene, fact: &Fact) -> Option<Undecided> {
    if scene.decisions.may_lose {
        return keeps_partitions(scene, fact);
    }
    let question = match fact.id.kind {
        Kind::Column if is_empty(scene, fact) => Question::Fill {
            example: example::of_type(Dialect::Postgres, fact.get("type").unwrap_or_default()),
        },
        Kind::Table => Question::NoWay(made_anew(scene, fact)?.to_owned()),
        _ => return None,
    };
    Some(Undecided {
        about: fact.id.clone(),
        name: scene.shown(&fact.id),
        question,
    })
}

/// A table that is divided otherwise, or not at all, while tables that are its partitions
/// before or after stay: their keys hold it and each other.
fn keeps_partitions(scene: &Scene, fact: &Fact) -> Option<Undecided> {
    let before = scene.work.origin(&fact.id)?;
    if fact.id.kind != Kind::Table || before.get("partition key") == fact.get("partition key") {
        return None;
    }
    let part_of_it = |schema: &Schema, id: &FactId| {
        let is_part = schema.facts.get(id)?.get("partition of").is_some();
        let mut above = uses(schema, id);
        (is_part && above.any(|above| *above == fact.id)).then_some(())
    };
    let staying = scene.work.change.keys();
    let staying: Vec<String> = staying
        .filter(|id| id.kind == Kind::Table)
        .filter(|id| {
            part_of_it(scene.a, id)
                .or(part_of_it(scene.b, id))
                .is_some()
        })
        .map(|id| scene.shown(id))
        .collect();
    (!staying.is_empty()).then(|| Undecided {
        about: fact.id.clone(),
        name: scene.shown(&fact.id),
        question: Question::NoWay(format!(
            "how a table is divided into partitions cannot be changed while {} stays: move the rows in a revision by hand (`teammig create --empty`)",
            staying.join(", ")
        )),
    })
}

/// Whether a new column must hold something, and nothing says what.
fn is_empty(scene: &Scene, fact: &Fact) -> bool {
    let is_new = fact
        .parent
        .as_ref()
        .is_some_and(|table| !scene.work.create.contains(table));
    is_new
        && fact.get("type").is_some()
        && !scene.is_of_typed_table(fact)
        && fact.get("not null").is_some()
        && !column::has_value(scene, fact)
        && !scene.decisions.backfill.contains_key(&fact.id)
}

/// Why a table would have to be made again, with its rows lost.
fn made_anew(scene: &Scene, fact: &Fact) -> Option<&'static str> {
    let before = scene.work.origin(&fact.id)?;
    if before.get("partition key") != fact.get("partition key") {
        return Some("how a table is divided into partitions cannot be changed");
    }
    if before.get("inherits") != fact.get("inherits") {
        return Some("a column that is there cannot become one that is only inherited");
    }
    Some("it cannot be altered")
}

#[cfg(test)]
mod tests {
    use super::SET_ACCESS_METHOD;
    use crate::{
        model::Dialect,
        schema::{
            Fact, FactId, Kind, Schema, Value,
            plan::{Decisions, Question, plan},
        },
    };

    fn with_method(major: u32, method: Option<&str>) -> Schema {
        let mut schema = Schema::empty(Dialect::Postgres);
        schema.major = major;
        let public = FactId::new(Kind::Schema, ["public"]);
        schema.add(Fact::new(public.clone(), None));
        let mut table = Fact::new(FactId::new(Kind::Table, ["public", "t"]), Some(public));
        if let Some(method) = method {
            table.set("access method", Value::new(method));
        }
        schema.add(table);
        schema
    }

    /// PostgreSQL 13 and 14 have no statement for it.
    #[test]
    fn another_access_method_where_the_server_cannot_set_it() {
        for (major, known) in [(SET_ACCESS_METHOD - 1, false), (SET_ACCESS_METHOD, true)] {
            let (a, b) = (with_method(major, None), with_method(major, Some("heap2")));
            for (from, to) in [(&a, &b), (&b, &a)] {
                match plan(from, to, &Decisions::default()) {
                    Ok(plan) => {
                        let sql: Vec<&str> =
                            plan.statements().map(|one| one.sql.as_str()).collect();
                        assert!(
                            known && sql.len() == 1 && sql[0].contains("SET ACCESS METHOD"),
                            "{sql:?}"
                        );
                    }
                    Err(undecided) => {
                        assert!(!known, "{undecided:?}");
                        assert!(
                            matches!(&undecided[0].question, Question::NoWay(why) if why.contains("since 15, and this is 14"))
                        );
                    }
                }
            }
        }
    }
}
