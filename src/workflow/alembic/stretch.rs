//! Steps of a plan that one call of Alembic takes, and what that call is told.
//!
//! A Python start takes longer than most migrations, so steps go together where that is
//! the same as one by one: a target of Alembic's takes what it needs along. Never more than
//! the plan has. Pure.

use std::collections::BTreeSet;

use crate::model::{Direction, RevId, graph::Graph};

/// Steps in one direction, in the plan's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Up or down.
    pub(super) direction: Direction,
    /// The revisions; never empty.
    pub(super) steps: Vec<RevId>,
}

impl Stretch {
    /// One step.
    pub(super) fn of(direction: Direction, revision: RevId) -> Self {
        Self {
            direction,
            steps: vec![revision],
        }
    }

    /// Takes a further step, where one target stands for all of them.
    pub(super) fn takes(&mut self, graph: &Graph, direction: Direction, next: &RevId) -> bool {
        if direction != self.direction {
            return false;
        }
        let next = std::slice::from_ref(next);
        let taken_along = match direction {
            Direction::Up => graph.ancestors(next),
            Direction::Down => graph.descendants(next),
        };
        let all = self.steps.iter().all(|id| taken_along.contains(id));
        if all {
            self.steps.extend_from_slice(next);
        }
        all
    }

    /// What is applied afterwards, if `applied` is before.
    pub(super) fn after(&self, applied: &BTreeSet<RevId>) -> BTreeSet<RevId> {
        let mut after = applied.clone();
        for id in &self.steps {
            match self.direction {
                Direction::Up => after.insert(id.clone()),
                Direction::Down => after.remove(id),
            };
        }
        after
    }

    /// What Alembic would do besides the steps.
    pub(super) fn besides(&self, graph: &Graph, applied: &BTreeSet<RevId>) -> Vec<RevId> {
        let Some(last) = self.steps.last() else {
            return Vec::new();
        };
        let last = std::slice::from_ref(last);
        let all = match self.direction {
            Direction::Up => graph.ancestors(last),
            Direction::Down => graph.descendants(last),
        };
        let is_done = |id: &&RevId| match self.direction {
            Direction::Up => !applied.contains(*id),
            Direction::Down => applied.contains(*id),
        };
        let besides = all.iter().filter(is_done);
        besides
            .filter(|id| !self.steps.contains(id))
            .cloned()
            .collect()
    }

    /// The arguments of the call.
    pub(super) fn arguments(&self, graph: &Graph) -> Vec<String> {
        let last = self.steps.last().map_or("", RevId::as_str);
        match self.direction {
            Direction::Up => vec!["upgrade".to_owned(), last.to_owned()],
            Direction::Down => vec!["downgrade".to_owned(), below(graph, last)],
        }
    }

    /// How many of the steps are done, of those that were to be done in this order.
    pub(super) fn done(&self, now: &BTreeSet<RevId>) -> usize {
        let is_done = |id: &&RevId| now.contains(*id) == (self.direction == Direction::Up);
        self.steps.iter().take_while(is_done).count()
    }
}

/// The target of a downgrade that takes `id` away with all that needs it, and nothing
/// beside it.
///
/// `downgrade PARENT` takes all children of the parent; with `ID@` before it, only those
/// that are ancestors of `id`. Of several parents it has to be one that no other one builds
/// on, or the line between the two would go, too. (Alembic 1.20, `_collect_downgrade_revisions`;
/// `-1` in the place of the parent gives up at a merge.)
pub(super) fn below(graph: &Graph, id: &str) -> String {
    let parents = graph.parents(id);
    let is_above = |one: &RevId, other: &RevId| {
        one != other && by_parents(graph, other).contains(one.as_str())
    };
    let top = parents
        .iter()
        .find(|one| !parents.iter().any(|other| is_above(one, other)));
    format!("{id}@{}", top.map_or("base", RevId::as_str))
}

/// The revision and its ancestors by parents alone: what a branch means to Alembic.
fn by_parents(graph: &Graph, id: &RevId) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![id.clone()];
    while let Some(id) = open.pop() {
        if found.insert(id.as_str().to_owned()) {
            open.extend(graph.parents(id.as_str()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Revision;

    fn id(text: &str) -> RevId {
        RevId::trusted(text)
    }

    /// `b<a c<a,b d+b`: `<` names parents, `+` dependencies.
    fn graph(text: &str) -> Graph {
        let revisions = text.split(' ').map(|one| {
            let (one, depends) = one.split_once('+').unwrap_or((one, ""));
            let (own, parents) = one.split_once('<').unwrap_or((one, ""));
            let list = |text: &str| -> Vec<RevId> {
                let all = text.split(',').filter(|one| !one.is_empty());
                all.map(id).collect()
            };
            Revision {
                depends_on: list(depends).iter().map(ToString::to_string).collect(),
                ..Revision::new(id(own), list(parents))
            }
        });
        Graph::build(revisions.collect()).0
    }

    fn set(text: &str) -> BTreeSet<RevId> {
        text.split(' ')
            .filter(|one| !one.is_empty())
            .map(id)
            .collect()
    }

    /// The calls for steps in order, as `upgrade c`.
    fn calls(graph: &Graph, direction: Direction, steps: &str) -> Vec<String> {
        let mut all: Vec<Stretch> = Vec::new();
        for step in steps.split(' ').map(id) {
            let taken = all
                .last_mut()
                .is_some_and(|last| last.takes(graph, direction, &step));
            if !taken {
                all.push(Stretch::of(direction, step));
            }
        }
        let words = all.iter().map(|one| one.arguments(graph).join(" "));
        words.collect()
    }

    #[test]
    fn a_line_is_one_call() {
        let line = graph("a b<a c<b d<c");
        assert_eq!(calls(&line, Direction::Up, "a b c d"), ["upgrade d"]);
        assert_eq!(calls(&line, Direction::Down, "d c b"), ["downgrade b@a"]);
        assert_eq!(
            calls(&line, Direction::Down, "d c b a"),
            ["downgrade a@base"]
        );
    }

    #[test]
    fn branches_are_calls_of_their_own_until_they_meet() {
        let diamond = graph("a b<a c<a d<b,c e<d");
        assert_eq!(
            calls(&diamond, Direction::Up, "a b c d e"),
            ["upgrade b", "upgrade e"]
        );
        assert_eq!(
            calls(&diamond, Direction::Down, "e d c b a"),
            ["downgrade c@a", "downgrade a@base"]
        );
    }

    #[test]
    fn a_merge_goes_down_by_a_parent_that_no_other_one_builds_on() {
        for (text, id, want) in [
            ("a b<a c<a m<b,c", "m", "m@b"),
            // b is c's ancestor, too: `m@b` would take c along.
            ("a b<a c<b m<b,c", "m", "m@c"),
            ("a b<a c<b m<c,b", "m", "m@c"),
            ("a", "a", "a@base"),
            // A dependency is no parent.
            ("a b+a", "b", "b@base"),
        ] {
            assert_eq!(below(&graph(text), id), want, "{text}");
        }
    }

    #[test]
    fn nothing_is_run_beside_the_plan() {
        let graph = graph("a b<a c<b d+b");
        let up = Stretch::of(Direction::Up, id("c"));
        assert_eq!(up.besides(&graph, &set("a")), [id("b")]);
        assert_eq!(up.besides(&graph, &set("a b")), []);
        let down = Stretch::of(Direction::Down, id("b"));
        assert_eq!(down.besides(&graph, &set("a b c d")), [id("c"), id("d")]);
        assert_eq!(down.after(&set("a b")), set("a"));
        let all = Stretch {
            direction: Direction::Up,
            steps: vec![id("b"), id("c")],
        };
        assert_eq!(all.done(&set("a")), 0);
        assert_eq!(all.done(&set("a b")), 1);
    }
}
