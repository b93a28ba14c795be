//! Restacking: my revisions are put on top of another head, as `git rebase`
//! does with commits.
//!
//! Decides which revisions get which parents; ids, scripts and everything else
//! of a revision stay. It does not know who owns a revision: what may not move
//! is given. Files and databases follow elsewhere.

use std::collections::BTreeSet;

use super::{
    graph::{Graph, Problem},
    revision::{RevId, Revision},
};

/// What a restack changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restack {
    /// The head that the chain is put on.
    pub onto: RevId,
    /// All revisions that come to stand above it, parents first.
    pub chain: Vec<RevId>,
    /// Those of the chain whose parents change, parents first.
    pub moved: Vec<Moved>,
}

/// A revision that gets other parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The revision.
    pub revision: RevId,
    /// Its parents now.
    pub before: Vec<RevId>,
    /// Its parents then.
    pub after: Vec<RevId>,
}

/// Why there is nothing to restack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestackError {
    /// All of it stands there already, or the other way round.
    #[error("{revision} and {onto} are on one line already: there is nothing to restack")]
    OnOneLine {
        /// The head that was to be moved.
        revision: RevId,
        /// Where to.
        onto: RevId,
    },
    /// What parts the two lines may not be moved.
    #[error("{revision} builds on {held}, which may not be moved")]
    Held {
        /// The head that was to be moved.
        revision: RevId,
        /// What it stands on.
        held: RevId,
    },
    /// The target needs a revision of the chain (by `depends_on`).
    #[error("{} would come before themselves: {onto} needs one of them", members.iter().map(RevId::as_str).collect::<Vec<_>>().join(", "))]
    Cycle {
        /// Where to.
        onto: RevId,
        /// Who would be each other's ancestors.
        members: Vec<RevId>,
    },
}

/// Puts everything that `heads` have and `onto` does not have on top of `onto`.
///
/// `held` stays where it is, with all that it stands on. A parent that `onto`
/// has becomes `onto`, and goes where another parent leads there anyway, so
/// that a merge revision that took the other side in becomes an ordinary one.
pub fn restack(
    graph: &Graph,
    heads: &[RevId],
    onto: &RevId,
    held: &BTreeSet<RevId>,
) -> Result<Restack, RestackError> {
    let below = lineage(graph, std::slice::from_ref(onto));
    let mut chain = lineage(graph, heads);
    chain.retain(|id| !below.contains(id) && !held.contains(id));
    let order: Vec<RevId> = graph.order(&chain).into_iter().rev().collect();
    let above = heads
        .iter()
        .find(|head| lineage(graph, &[(*head).clone()]).contains(onto));
    if let Some(revision) = above.or_else(|| heads.iter().find(|head| below.contains(*head))) {
        return Err(RestackError::OnOneLine {
            revision: revision.clone(),
            onto: onto.clone(),
        });
    }

    let mut rests = BTreeSet::new();
    let mut moved = Vec::new();
    for id in &order {
        let Some(revision) = graph.get(id.as_str()) else {
            continue;
        };
        let before = revision.parents.clone();
        let after = new_parents(&before, onto, &below, &rests);
        if after
            .iter()
            .any(|parent| parent == onto || rests.contains(parent))
        {
            rests.insert(id.clone());
        }
        if after != before {
            moved.push(Moved {
                revision: id.clone(),
                before,
                after,
            });
        }
    }
    if let Some(head) = heads.iter().find(|head| !rests.contains(*head)) {
        let held = lineage(graph, std::slice::from_ref(head))
            .into_iter()
            .find(|id| held.contains(id) && !below.contains(id));
        return Err(RestackError::Held {
            held: held.unwrap_or_else(|| head.clone()),
            revision: head.clone(),
        });
    }
    let restack = Restack {
        onto: onto.clone(),
        chain: order,
        moved,
    };
    match new_cycle(graph, &restack) {
        Some(members) => Err(RestackError::Cycle {
            onto: onto.clone(),
            members,
        }),
        None => Ok(restack),
    }
}

fn new_parents(
    before: &[RevId],
    onto: &RevId,
    below: &BTreeSet<RevId>,
    rests: &BTreeSet<RevId>,
) -> Vec<RevId> {
    let mut after: Vec<RevId> = Vec::new();
    for parent in before {
        let parent = if below.contains(parent) { onto } else { parent };
        if !after.contains(parent) {
            after.push(parent.clone());
        }
    }
    if before.is_empty() {
        // A second beginning of the same line.
        after.push(onto.clone());
    }
    if after.iter().any(|parent| rests.contains(parent)) {
        after.retain(|parent| parent != onto);
    }
    after
}

/// The graph's revisions as they are after the restack, in their order.
pub fn restacked(graph: &Graph, restack: &Restack) -> Vec<Revision> {
    graph
        .iter()
        .map(|revision| {
            let moved = restack
                .moved
                .iter()
                .find(|moved| moved.revision == revision.id);
            Revision {
                parents: moved
                    .map_or_else(|| revision.parents.clone(), |moved| moved.after.clone()),
                ..revision.clone()
            }
        })
        .collect()
}

fn new_cycle(graph: &Graph, restack: &Restack) -> Option<Vec<RevId>> {
    // The cycles of a graph that was built are cut already, so each one found is new.
    let (_, problems) = Graph::build(restacked(graph, restack));
    problems.into_iter().find_map(|problem| match problem {
        Problem::Cycle { members } if members.iter().any(|id| restack.chain.contains(id)) => {
            Some(members)
        }
        _ => None,
    })
}

/// The revisions and their ancestors by parents alone.
fn lineage(graph: &Graph, starts: &[RevId]) -> BTreeSet<RevId> {
    let mut found = BTreeSet::new();
    let mut todo = starts.to_vec();
    while let Some(id) = todo.pop() {
        if found.insert(id.clone()) {
            todo.extend(graph.parents(id.as_str()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> RevId {
        RevId::trusted(text)
    }

    /// `a; b a; c a b` : each revision with its parents.
    fn graph(text: &str) -> Graph {
        let revisions = text
            .split(';')
            .map(|line| {
                let mut words = line.split_whitespace().map(id);
                let own = words.next().unwrap();
                Revision::new(own, words.collect())
            })
            .collect();
        let (graph, problems) = Graph::build(revisions);
        assert_eq!(problems, [], "{text}");
        graph
    }

    fn moves(text: &str, heads: &str, onto: &str, held: &str) -> Result<String, String> {
        let ids = |text: &str| text.split_whitespace().map(id).collect::<Vec<_>>();
        let held = ids(held).into_iter().collect();
        restack(&graph(text), &ids(heads), &id(onto), &held)
            .map(|done| {
                done.moved
                    .iter()
                    .map(|moved| {
                        let after: Vec<&str> = moved.after.iter().map(RevId::as_str).collect();
                        format!("{}:{}", moved.revision, after.join("+"))
                    })
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn chains_with_branches_and_merges_inside() {
        let table = [
            // A chain: only its root moves.
            ("a; t a; m a; n m", "n", "t", "m:t"),
            // Mine parted long before, theirs is several revisions on.
            ("a; b a; t b; u t; m a; n m", "n", "u", "m:u"),
            // A branch point and a merge inside of mine.
            ("a; t a; m a; n m; o m; p n o", "p", "t", "m:t"),
            // Two roots of mine that a merge revision joins.
            ("a; t a; m a; n a; p m n", "p", "t", "n:t m:t"),
            // An earlier merge took the other side in: it is one of mine alone now.
            ("a; b a; t b; m a; p m b; n p", "n", "t", "m:t p:m"),
            // The merge itself is the first that is mine.
            ("a; b a; c a; t b c; m b c", "m", "t", "m:t"),
            // A second beginning.
            ("t; m; n m", "n", "t", "m:t"),
            // Two heads of mine at once.
            ("a; t a; m a; n a", "m n", "t", "n:t m:t"),
        ];
        for (text, heads, onto, want) in table {
            assert_eq!(moves(text, heads, onto, ""), Ok(want.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_may_not_move_stays() {
        // q is another line that mine took in.
        assert_eq!(
            moves("a; t a; q; m a; p m q", "p", "t", "a t q"),
            Ok("m:t".to_owned())
        );
        assert_eq!(
            moves("a; t a; q a; m q", "m", "t", "a t q"),
            Err("m builds on q, which may not be moved".to_owned())
        );
    }

    #[test]
    fn nothing_to_restack() {
        let said = "m and a are on one line already: there is nothing to restack";
        assert_eq!(moves("a; m a", "m", "a", ""), Err(said.to_owned()));
        let said = "a and m are on one line already: there is nothing to restack";
        assert_eq!(moves("a; m a", "a", "m", ""), Err(said.to_owned()));
    }

    #[test]
    fn a_target_that_needs_the_chain_is_refused() {
        let mut revisions = vec![
            Revision::new(id("a"), vec![]),
            Revision::new(id("t"), vec![id("a")]),
            Revision::new(id("m"), vec![id("a")]),
        ];
        revisions[1].depends_on = vec!["m".to_owned()];
        let (graph, _) = Graph::build(revisions);
        let error = restack(&graph, &[id("m")], &id("t"), &BTreeSet::new()).unwrap_err();
        assert!(matches!(error, RestackError::Cycle { .. }), "{error}");
    }

    proptest! {
        /// Each revision's parents come before it; any two heads.
        #[test]
        fn afterwards_the_target_is_below_and_nothing_is_lost(
            parents in proptest::collection::vec(proptest::collection::btree_set(0_usize..12, 0..3), 2..12),
            pick in 0_usize..100,
        ) {
            let revisions: Vec<Revision> = parents
                .iter()
                .enumerate()
                .map(|(n, up)| {
                    let up = up.iter().filter(|up| **up < n).map(|up| id(&format!("r{up:02}")));
                    Revision::new(id(&format!("r{n:02}")), up.collect())
                })
                .collect();
            let (graph, _) = Graph::build(revisions);
            let heads = graph.heads();
            prop_assume!(heads.len() > 1);
            let (mine, onto) = (&heads[pick % heads.len()], &heads[(pick + 1) % heads.len()]);
            let done = restack(&graph, std::slice::from_ref(mine), onto, &BTreeSet::new()).unwrap();
            let (after, problems) = Graph::build(restacked(&graph, &done));
            prop_assert!(problems.is_empty());
            prop_assert_eq!(after.len(), graph.len());
            let before = lineage(&graph, std::slice::from_ref(mine));
            let now = lineage(&after, std::slice::from_ref(mine));
            prop_assert!(now.contains(onto));
            // Nobody loses an ancestor, and the order among the moved ones stays.
            prop_assert!(before.is_subset(&now));
            for one in &done.chain {
                let own = lineage(&graph, std::slice::from_ref(one));
                prop_assert!(own.is_subset(&lineage(&after, std::slice::from_ref(one))));
            }
            // What is not moved is not touched.
            for revision in after.iter().filter(|revision| !done.chain.contains(&revision.id)) {
                prop_assert_eq!(&revision.parents, &graph.get(revision.id.as_str()).unwrap().parents);
            }
        }
    }
}
