//! The steps of a way, in an order that works.
//!
//! A step waits for what it needs; among those that wait for nothing the kinds
//! decide, then the names, so that the same two schemas give the same way. What
//! need not be known of (names in the bodies of functions) is waited for only as
//! long as that makes no circle.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Scene, detach,
    names::{spaces, words},
    star,
    steps::{Step, Steps},
    table::names_index,
    work::{above, is_foreign_key, uses},
};
use crate::schema::{
    Fact, FactId, Kind,
    plan::{Question, Undecided},
};

/// Who waits for whom, by number.
#[derive(Default)]
struct Waits {
    /// Before → after.
    hard: BTreeSet<(usize, usize)>,
    soft: BTreeSet<(usize, usize)>,
}

/// The steps in their order, or the circle that there is none through. Whether some
/// function has to be made before what its body names comes with it.
pub(super) fn order(scene: &Scene) -> Result<(Vec<Step>, bool), Vec<Undecided>> {
    let steps = Steps::of(scene);
    let mut waits = Waits::default();
    needs_of_b(scene, &steps, &mut waits);
    needs_of_a(scene, &steps, &mut waits);
    detached(scene, &steps, &mut waits);
    freed_names(scene, &steps, &mut waits);
    columns_stay_some(scene, &steps, &mut waits);
    bodies(scene, &steps, &mut waits);
    sorted(scene, &steps, &waits)
}

impl Waits {
    fn all(&mut self, before: &[usize], after: &[usize]) {
        for from in before {
            for to in after.iter().filter(|to| *to != from) {
                self.hard.insert((*from, *to));
            }
        }
    }
}

/// What is made or altered waits for what it uses.
fn needs_of_b(scene: &Scene, steps: &Steps, waits: &mut Waits) {
    for edge in &scene.b.edges {
        waits.all(steps.forward(&edge.to), steps.forward(&edge.from));
        // The name of an identity's sequence is free once the identity is taken off.
        if edge.from.kind == Kind::Column && edge.to.kind == Kind::Sequence {
            waits.all(steps.loosening(&edge.from), steps.forward(&edge.to));
        }
    }
    for id in scene.work.create.iter().chain(scene.work.change.keys()) {
        let Some(fact) = scene.b.facts.get(id) else {
            continue;
        };
        if id.kind == Kind::Column && fact.get("type").is_none() {
            for other in above(scene.b, fact) {
                waits.all(steps.forward(&other), steps.forward(id));
            }
        }
        for parent in scene.b.ancestors(fact) {
            let is_owned = id.kind == Kind::Sequence && parent.kind == Kind::Table;
            if scene.work.create.contains(parent) && !is_owned {
                waits.all(steps.forward(parent), steps.forward(id));
            }
        }
    }
    for id in &scene.work.create {
        indexes_of_parents(scene, steps, waits, id);
        indexes_of_some(scene, steps, waits, id);
    }
    for id in steps.with_late() {
        let Some(fact) = scene.b.facts.get(id) else {
            continue;
        };
        waits.all(steps.forward(id), steps.late(id));
        if let Some(text) = fact.get("owned by") {
            let owner = scene
                .b
                .within(fact.parent.as_ref().unwrap_or(id))
                .find(|column| {
                    column.id.kind == Kind::Column
                        && super::names::qualified(&column.id.path) == text
                });
            if let Some(owner) = owner {
                waits.all(steps.forward(&owner.id), steps.late(id));
            }
        }
        if let Some(index) = fact.get("replica identity") {
            for other in scene.b.within(id) {
                if names_index(index, other) {
                    waits.all(steps.forward(&other.id), steps.late(id));
                }
            }
        }
    }
}

/// An index of a partitioned table takes those of its partitions that are like it for
/// its own: what partitions have besides comes after.
fn indexes_of_parents(scene: &Scene, steps: &Steps, waits: &mut Waits, id: &FactId) {
    if !matches!(id.kind, Kind::Index | Kind::Constraint) {
        return;
    }
    let table = scene.b.facts.get(id).and_then(|fact| fact.parent.as_ref());
    let Some(table) = table.and_then(|id| scene.b.facts.get(id)) else {
        return;
    };
    if table.get("partition of").is_none() {
        return;
    }
    let parents = uses(scene.b, &table.id).filter(|id| id.kind == Kind::Table);
    for part in parents.flat_map(|parent| scene.work.within_b(parent)) {
        let is_key = scene.b.facts.get(&part).is_some_and(is_foreign_key);
        if matches!(part.kind, Kind::Index | Kind::Constraint) && !is_key {
            waits.all(steps.forward(&part), steps.forward(id));
        }
    }
}

/// A partition that is made gets all indexes of its parent: one that is not to be on all
/// of them comes after, and so does one that has names there which somebody gave.
fn indexes_of_some(scene: &Scene, steps: &Steps, waits: &mut Waits, id: &FactId) {
    let index = scene.b.facts.get(id);
    let is_named = |fact: &Fact| {
        id.kind == Kind::Index && !detach::named_below(scene.b, scene.a, fact).is_empty()
    };
    let some = index.filter(|fact| fact.get("state").is_some() || is_named(fact));
    let mut above: Vec<&FactId> = some
        .and_then(|fact| fact.parent.as_ref())
        .into_iter()
        .collect();
    while let Some(table) = above.pop() {
        let below = scene
            .b
            .edges
            .iter()
            .filter(|edge| edge.to == *table)
            .map(|edge| &edge.from);
        let partitions = below.filter(|id| {
            let fact = scene.b.facts.get(*id);
            fact.is_some_and(|fact| fact.get("partition of").is_some())
        });
        for partition in partitions {
            waits.all(steps.forward(partition), steps.forward(id));
            above.push(partition);
        }
    }
}

/// What a partition has of the whole can be dropped or altered once it is one no more; and
/// would go with that of the whole before. Before it is one, all of that may be renamed.
fn detached(scene: &Scene, steps: &Steps, waits: &mut Waits) {
    for own in &scene.detached {
        let fact = scene.a.facts.get(&own.id);
        let Some(table) = fact.and_then(|fact| fact.parent.as_ref()) else {
            continue;
        };
        let leaves = steps.forward(table);
        waits.all(leaves, steps.dropping(&own.id));
        if let Some(twin) = scene.work.twin(&own.id) {
            waits.all(leaves, steps.forward(twin));
        }
        if let Some(id) = &own.of_whole {
            waits.all(leaves, steps.dropping(id));
        }
    }
    for own in &scene.attached {
        let fact = scene.b.facts.get(&own.id);
        let Some(table) = fact.and_then(|fact| fact.parent.as_ref()) else {
            continue;
        };
        waits.all(steps.forward(&own.id), steps.forward(table));
    }
}

/// What ends waits until nobody uses it any more.
fn needs_of_a(scene: &Scene, steps: &Steps, waits: &mut Waits) {
    let work = scene.work;
    for edge in &scene.a.edges {
        let user = steps.backward(&edge.from);
        waits.all(user, steps.dropping(&edge.to));
        if work.aside.contains(&edge.from) {
            waits.all(steps.last_drop(&edge.from), steps.last_drop(&edge.to));
        }
        let twin = work.twin(&edge.to);
        if let Some(twin) = twin.filter(|twin| !work.create.contains(*twin)) {
            // A view goes before the type of its column changes.
            waits.all(steps.dropping(&edge.from), steps.forward(twin));
        }
        let is_aside = work.aside.contains(&edge.to);
        let stays = work
            .twin(&edge.from)
            .filter(|_| !work.drop.contains(&edge.from));
        if let Some(user) = stays
            && work.drop.contains(&edge.to)
            && (is_aside || !twin.is_some_and(|twin| work.create.contains(twin)))
        {
            let default_off = steps.loosening(&edge.from);
            if edge.to.kind == Kind::Sequence && !default_off.is_empty() {
                // An identity takes its place: two would belong to the column meanwhile,
                // and the number would be set on this one.
                waits.all(steps.last_drop(&edge.to), steps.forward(user));
            } else {
                waits.all(steps.forward(user), steps.last_drop(&edge.to));
            }
        }
    }
    for id in &work.drop {
        let Some(fact) = scene.a.facts.get(id) else {
            continue;
        };
        for parent in scene.a.ancestors(fact) {
            waits.all(steps.backward(id), steps.dropping(parent));
        }
        if let Some(twin) = work.twin(id) {
            waits.all(steps.backward(id), steps.forward(twin));
        }
    }
    for id in &work.loosen {
        let owner = scene
            .a
            .facts
            .get(id)
            .filter(|fact| fact.id.kind == Kind::Sequence);
        if let Some(table) = owner.and_then(|fact| fact.parent.as_ref()) {
            waits.all(steps.loosening(id), steps.dropping(table));
            for column in work.within_a(table) {
                waits.all(steps.loosening(id), steps.dropping(&column));
            }
        }
        waits.all(steps.loosening(id), steps.forward(id));
        waits.all(steps.loosening(id), steps.late(id));
        waits.all(steps.forward(id), steps.late(id));
    }
    for id in &work.aside {
        waits.all(steps.forward(id), steps.last_drop(id));
    }
}

/// A name is free once what had it is gone, or has another one.
fn freed_names(scene: &Scene, steps: &Steps, waits: &mut Waits) {
    let work = scene.work;
    let mut taken: BTreeMap<(usize, String), Vec<&FactId>> = BTreeMap::new();
    for id in work.create.iter().chain(work.rename.keys()) {
        for name in spaces(id) {
            taken.entry(name).or_default().push(id);
        }
    }
    let mut free = |id: &FactId, numbers: &[usize]| {
        let others = spaces(id);
        let others = others.iter().filter_map(|name| taken.get(name)).flatten();
        for other in others {
            waits.all(numbers, steps.forward(other));
        }
    };
    for id in &work.drop {
        free(id, steps.dropping(id));
    }
    for (number, step) in steps.all.iter().enumerate() {
        if let Step::Rename { from, .. } = step {
            free(from, &[number]);
        }
    }
}

/// New columns come before old ones go: a value may be made of the old ones.
fn columns_stay_some(scene: &Scene, steps: &Steps, waits: &mut Waits) {
    let work = scene.work;
    for id in work.drop.iter().filter(|id| id.kind == Kind::Column) {
        let table = work.of_a(id).and_then(|fact| fact.parent.as_ref());
        let others = work.create.iter().chain(work.change.keys());
        for other in others.filter(|other| other.kind == Kind::Column && *other != id) {
            if work.of_b(other).and_then(|fact| fact.parent.as_ref()) == table {
                for from in steps.forward(other) {
                    for to in steps.dropping(id) {
                        waits.soft.insert((*from, *to));
                    }
                }
            }
        }
    }
}

/// The bodies of functions name things without the server's knowing.
fn bodies(scene: &Scene, steps: &Steps, waits: &mut Waits) {
    let mut named: BTreeMap<String, Vec<&FactId>> = BTreeMap::new();
    let made = scene.work.create.iter().chain(scene.work.change.keys());
    for id in made.filter(|id| !matches!(id.kind, Kind::Grant | Kind::Constraint | Kind::Policy)) {
        let name = if id.kind.takes_arguments() {
            id.path.get(1).map_or("", String::as_str)
        } else {
            id.name()
        };
        named.entry(name.to_lowercase()).or_default().push(id);
    }
    let made = scene.work.create.iter().chain(scene.work.change.keys());
    for id in made.filter(|id| matches!(id.kind, Kind::Function | Kind::Procedure)) {
        let body = scene.b.facts.get(id).and_then(|fact| fact.ddl.as_deref());
        for word in words(body.unwrap_or_default()) {
            for other in named
                .get(&word)
                .into_iter()
                .flatten()
                .filter(|other| **other != id)
            {
                for from in steps.forward(other) {
                    for to in steps.forward(id) {
                        waits.soft.insert((*from, *to));
                    }
                }
            }
        }
    }
}

/// Where a step comes among those that need not wait: in what it is a part of, and there.
type Place<'s> = (u8, u8, &'s [String], usize, &'s FactId);

/// Drops from the outside in, then what is made from the inside out; the columns of a table in
/// their order.
fn place<'s>(scene: &Scene, step: &'s Step) -> Place<'s> {
    let id = step.about();
    let weight = |is_key: bool| {
        let at = Kind::ALL.iter().position(|kind| *kind == id.kind);
        let at = u8::try_from(at.unwrap_or_default()).unwrap_or(u8::MAX);
        // Foreign keys come behind the indexes that they need.
        2 * at + if is_key { 15 } else { 0 }
    };
    let is_key = |facts: &BTreeMap<FactId, Fact>| facts.get(id).is_some_and(is_foreign_key);
    let whole = id.path.as_slice();
    match step {
        Step::Rename { .. } => (0, 0, whole, 0, id),
        Step::Drop(_) | Step::Loosen(_) => {
            let weight = u8::MAX - weight(is_key(&scene.a.facts));
            (1, weight, whole, 0, id)
        }
        Step::Aside(_) => (2, 0, whole, 0, id),
        Step::DropAside(_) => (4, 0, whole, 0, id),
        _ => {
            let (within, at) = match id.path.split_last() {
                Some((_, table)) if id.kind == Kind::Column => (table, star::position(scene, id)),
                _ => (whole, 0),
            };
            (3, weight(is_key(&scene.b.facts)), within, at, id)
        }
    }
}

fn sorted(
    scene: &Scene,
    steps: &Steps,
    waits: &Waits,
) -> Result<(Vec<Step>, bool), Vec<Undecided>> {
    let count = steps.all.len();
    let mut hard = vec![0_usize; count];
    let mut soft = vec![0_usize; count];
    let mut after: Vec<Vec<(usize, bool)>> = vec![Vec::new(); count];
    for (of, is_hard) in [(&waits.hard, true), (&waits.soft, false)] {
        for (from, to) in of {
            let counter = if is_hard { &mut hard } else { &mut soft };
            if let (Some(counter), Some(list)) = (counter.get_mut(*to), after.get_mut(*from)) {
                *counter += 1;
                list.push((*to, is_hard));
            }
        }
    }
    let mut left: BTreeSet<(Place<'_>, usize)> = steps
        .all
        .iter()
        .enumerate()
        .map(|(at, step)| (place(scene, step), at))
        .collect();
    let mut out = Vec::new();
    let mut unordered = false;
    while !left.is_empty() {
        let waits_for = |at: usize, of: &[usize]| of.get(at).copied().unwrap_or_default();
        let free = |of: &[usize], at: usize| waits_for(at, of) == 0;
        let next = left
            .iter()
            .find(|(_, at)| free(&hard, *at) && free(&soft, *at))
            .or_else(|| left.iter().find(|(_, at)| free(&hard, *at)))
            .copied();
        let Some(next) = next else {
            let stuck: BTreeSet<usize> = left.iter().map(|(_, at)| *at).collect();
            return Err(vec![circle(scene, steps, waits, &stuck)]);
        };
        let at = next.1;
        left.remove(&next);
        let Some(step) = steps.all.get(at) else {
            continue;
        };
        let is_routine = matches!(step.about().kind, Kind::Function | Kind::Procedure);
        unordered |= waits_for(at, &soft) > 0 && is_routine;
        out.push(step.clone());
        for (to, is_hard) in after.get(at).into_iter().flatten() {
            let counter = if *is_hard { &mut hard } else { &mut soft };
            if let Some(counter) = counter.get_mut(*to) {
                *counter = counter.saturating_sub(1);
            }
        }
    }
    Ok((out, unordered))
}

/// One circle among the steps that wait for each other.
fn circle(scene: &Scene, steps: &Steps, waits: &Waits, stuck: &BTreeSet<usize>) -> Undecided {
    let before = |at: usize| {
        let mut all = waits.hard.iter();
        all.find(|(from, to)| *to == at && stuck.contains(from))
            .map(|(from, _)| *from)
    };
    let mut path: Vec<usize> = Vec::new();
    let mut at = stuck.first().copied();
    while let Some(here) = at.filter(|here| !path.contains(here)) {
        path.push(here);
        at = before(here);
    }
    let begin = path
        .iter()
        .position(|step| Some(*step) == at)
        .unwrap_or_default();
    let members: Vec<&FactId> = path
        .get(begin..)
        .unwrap_or_default()
        .iter()
        .filter_map(|at| steps.all.get(*at).map(Step::about))
        .collect();
    let mut named = Vec::new();
    for id in members.iter().rev() {
        let name = format!("{} {}", id.kind.name(), scene.shown(id));
        if !named.contains(&name) {
            named.push(name);
        }
    }
    let about = members.first().copied().cloned();
    let about = about.unwrap_or_else(|| FactId::new(Kind::Schema, ["public"]));
    Undecided {
        name: scene.shown(&about),
        about,
        question: Question::Circle(named),
    }
}
