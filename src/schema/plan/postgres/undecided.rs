//! What only a person can decide, or no statement does.

use super::{Scene, column, hazard};
use crate::schema::{
    Fact, Kind,
    plan::{Question, Undecided},
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
    asked.chain(changed).chain(in_use(scene)).collect()
}

/// A column that stays: what makes its new values, or fills those that are there.
fn asked_of_change(scene: &Scene, fact: &Fact) -> Option<Undecided> {
    let before = scene.work.origin(&fact.id)?;
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
        Question::Fill
    } else {
        return None;
    };
    Some(Undecided {
        about: fact.id.clone(),
        name: scene.shown(&fact.id),
        question,
    })
}

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

fn asked(scene: &Scene, fact: &Fact) -> Option<Undecided> {
    if scene.decisions.may_lose {
        return None;
    }
    let question = match fact.id.kind {
        Kind::Column if is_empty(scene, fact) => Question::Fill,
        Kind::Table => Question::NoWay(made_anew(scene, fact)?.to_owned()),
        _ => return None,
    };
    Some(Undecided {
        about: fact.id.clone(),
        name: scene.shown(&fact.id),
        question,
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
