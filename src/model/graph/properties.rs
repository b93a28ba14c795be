//! What must hold on every graph, however it is made.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeSet, HashMap};

use proptest::{collection::vec, prelude::*, sample::Index};

use super::{Graph, Problem, cases::is_ordered, nodes::NodeSet};
use crate::model::revision::{RevId, Revision};

/// One revision before ids are given out: parents, dependencies, a label.
type Sketch = (Vec<Index>, Vec<Index>, Option<u8>);

fn sketch() -> impl Strategy<Value = Sketch> {
    let parents = prop_oneof![
        1 => Just(0_usize..=0),
        6 => Just(1..=1),
        3 => Just(2..=3),
    ]
    .prop_flat_map(|size| vec(any::<Index>(), size));
    let dependencies = prop_oneof![
        3 => Just(0_usize..=0),
        1 => Just(1..=3),
    ]
    .prop_flat_map(|size| vec(any::<Index>(), size));
    (
        parents,
        dependencies,
        prop_oneof![3 => Just(None), 1 => any::<u8>().prop_map(Some)],
    )
}

fn id(at: usize) -> RevId {
    RevId::trusted(&format!("rev{at:02}"))
}

/// Sound revisions in any file order.
fn sound() -> impl Strategy<Value = Vec<Revision>> {
    vec(sketch(), 1..18)
        .prop_map(|sketches| {
            let build = |(at, (parents, dependencies, label)): (usize, Sketch)| {
                // Near ones are picked often, so that branches get long.
                let pick = |index: &Index| {
                    let back = index.index(at.clamp(1, 4)) + 1;
                    id(at.saturating_sub(back))
                };
                let far = |index: &Index| id(index.index(at.max(1)));
                let mut revision = Revision::new(id(at), Vec::new());
                if at > 0 {
                    revision.parents = parents.iter().map(pick).collect();
                    revision.depends_on = dependencies
                        .iter()
                        .map(|index| far(index).to_string())
                        .collect();
                }
                revision.labels = label.map(|_| format!("line{at}")).into_iter().collect();
                revision
            };
            sketches.into_iter().enumerate().map(build).collect()
        })
        .prop_flat_map(|revisions: Vec<Revision>| Just(revisions).prop_shuffle())
}

/// Anything: duplicates, cycles, missing ones, labels that are ids.
fn broken() -> impl Strategy<Value = Vec<Revision>> {
    let name = || (0_usize..10).prop_map(id);
    let label = prop_oneof![
        Just("one".to_owned()),
        Just("two-2".to_owned()),
        Just("rev03".to_owned())
    ];
    let revision = (
        name(),
        vec(name(), 0..3),
        vec(
            prop_oneof![name().prop_map(|id| id.to_string()), label.clone()],
            0..3,
        ),
        vec(label, 0..2),
    );
    vec(
        revision.prop_map(|(id, parents, depends_on, labels)| {
            let mut revision = Revision::new(id, parents);
            revision.depends_on = depends_on;
            revision.labels = labels;
            revision
        }),
        0..12,
    )
}

fn symbol() -> impl Strategy<Value = String> {
    let word = || {
        prop_oneof![
            4 => (0_usize..12).prop_map(|at| id(at).to_string()),
            1 => Just("rev".to_owned()),
            1 => Just("rev0".to_owned()),
            1 => Just("head".to_owned()),
            1 => Just("heads".to_owned()),
            1 => Just("base".to_owned()),
            1 => Just("current".to_owned()),
            1 => Just("one".to_owned()),
            1 => Just("two-2".to_owned()),
            1 => (0_usize..12).prop_map(|at| format!("line{at}")),
            1 => "[a-z@+:0-9-]{0,6}",
            1 => Just(String::new()),
        ]
    };
    let step = || {
        prop_oneof![
            3 => Just(String::new()),
            2 => (-4_i64..5).prop_map(|n| format!("{n:+}")),
            1 => Just("+99999999999999999999".to_owned()),
            1 => Just("-99999999999999999999".to_owned()),
        ]
    };
    prop_oneof![
        (word(), step()).prop_map(|(word, step)| word + &step),
        (word(), word(), step()).prop_map(|(label, word, step)| format!("{label}@{word}{step}")),
        "\\PC{0,8}",
    ]
}

fn chosen(graph: &Graph, picks: &[Index]) -> Vec<RevId> {
    let all: Vec<RevId> = graph.iter().map(|revision| revision.id.clone()).collect();
    picks
        .iter()
        .filter(|_| !all.is_empty())
        .map(|pick| pick.get(&all).clone())
        .collect()
}

/// The rule of `_topological_sort` as it is written down in Alembic, with the
/// set of all ancestors for every open branch.
fn quadratic(graph: &Graph, members: &NodeSet) -> Vec<usize> {
    let mut todo = members.clone();
    let mut open = graph.top(members);
    let mut above: Vec<NodeSet> = open.iter().map(|&n| graph.above_bases([n])).collect();
    let (mut out, mut i) = (Vec::new(), 0);
    while !open.is_empty() {
        let node = open[i];
        if let Some(other) = (0..open.len()).find(|&j| j != i && above[j].contains(node)) {
            i = other;
            continue;
        }
        if todo.contains(node) {
            out.push(node);
            todo.retain(|other| other != node);
        }
        let more: Vec<usize> = graph.edges[node]
            .iter()
            .copied()
            .filter(|&up| todo.contains(up) && !open.contains(&up))
            .collect();
        if let Some((&first, others)) = more.split_first() {
            open[i] = first;
            let plain = graph.edges[node] == graph.parents[node] && graph.parents[node].len() == 1;
            if plain {
                above[i].retain(|other| other != node);
            } else {
                above[i] = graph.above_bases([first]);
            }
            for &other in others {
                open.push(other);
                above.push(graph.above_bases([other]));
            }
        } else {
            open.remove(i);
            above.remove(i);
            i = i.saturating_sub(1);
        }
    }
    out
}

/// Whether there is a cycle, by taking away what needs nothing any more.
fn has_cycle(up: &HashMap<RevId, Vec<RevId>>) -> bool {
    let mut left: BTreeSet<&RevId> = up.keys().collect();
    loop {
        let before = left.len();
        let free: Vec<&RevId> = left
            .iter()
            .copied()
            .filter(|id| !up[*id].iter().any(|other| left.contains(other)))
            .collect();
        for id in free {
            left.remove(id);
        }
        if left.len() == before {
            return before > 0;
        }
    }
}

/// Edges as written, without those to oneself and to missing ones.
fn written(revisions: &[Revision]) -> HashMap<RevId, Vec<RevId>> {
    let mut kept: Vec<&Revision> = Vec::new();
    for revision in revisions {
        if kept.iter().all(|other| other.id != revision.id) {
            kept.push(revision);
        }
    }
    let by_id = |name: &str| kept.iter().find(|revision| revision.id.as_str() == name);
    let by_label = |name: &str| {
        kept.iter()
            .find(|revision| revision.labels.iter().any(|label| label == name))
    };
    kept.iter()
        .map(|revision| {
            let parents = revision.parents.iter().filter_map(|id| by_id(id.as_str()));
            let names = revision.depends_on.iter();
            let dependencies = names.filter_map(|name| by_id(name).or_else(|| by_label(name)));
            let up = parents.chain(dependencies).map(|up| up.id.clone());
            (
                revision.id.clone(),
                up.filter(|up| *up != revision.id).collect(),
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// What it was before revisions came to it is what would be built without them.
    #[test]
    fn a_graph_without_some_is_the_one_that_is_built(
        revisions in sound(),
        picks in vec(any::<Index>(), 0..4),
        with_users in any::<bool>(),
    ) {
        let (graph, problems) = Graph::build(revisions.clone());
        prop_assume!(problems.is_empty());
        let pick = |index: &Index| revisions[index.index(revisions.len())].id.clone();
        let mut gone: BTreeSet<RevId> = picks.iter().map(pick).collect();
        let uses = |one: &Revision, gone: &BTreeSet<RevId>| {
            let on = one.depends_on.iter().map(String::as_str);
            let mut names = one.parents.iter().map(RevId::as_str).chain(on);
            names.any(|name| gone.contains(name))
        };
        while with_users
            && let Some(user) = revisions
                .iter()
                .find(|one| !gone.contains(&one.id) && uses(one, &gone))
        {
            gone.insert(user.id.clone());
        }
        let mut rest = revisions.clone();
        rest.retain(|one| !gone.contains(&one.id));
        let (built, problems) = Graph::build(rest);
        let want = problems.is_empty().then_some(built);
        prop_assert_eq!(graph.without(&gone), want);
    }

    #[test]
    fn the_order_is_that_of_the_quadratic_rule(
        revisions in sound(),
        upper in vec(any::<Index>(), 1..4),
        lower in vec(any::<Index>(), 0..3),
    ) {
        let (graph, problems) = Graph::build(revisions);
        prop_assert_eq!(problems, []);
        let need = graph.known(&chosen(&graph, &upper));
        let have = graph.known(&chosen(&graph, &lower));
        // As for an upgrade, a downgrade and a range.
        let mut up = graph.above_bases(need.iter());
        let applied = graph.above_bases(have.iter());
        let mut down = graph.none();
        down.reach(have.iter(), &graph.dependents);
        down.retain(|node| up.contains(node));
        let mut range = graph.none();
        range.reach(have.iter(), &graph.children);
        range.retain(|node| up.contains(node));
        up.retain(|node| !applied.contains(node));
        for members in [up, down] {
            prop_assert_eq!(graph.ordered(&members), quadratic(&graph, &members));
        }
        let ours = graph.ordered(&range);
        let theirs = quadratic(&graph, &range);
        // Alembic gives up where dependencies tear a range apart.
        if theirs.len() == range.len() {
            prop_assert_eq!(&ours, &theirs);
        }
        prop_assert_eq!(ours.len(), range.len());
    }

    #[test]
    fn any_set_is_ordered_completely(revisions in sound(), picks in vec(any::<Index>(), 0..12)) {
        let (graph, _) = Graph::build(revisions);
        let set: BTreeSet<RevId> = chosen(&graph, &picks).into_iter().collect();
        let order = graph.order(&set);
        prop_assert_eq!(order.len(), set.len());
        prop_assert!(order.iter().all(|id| set.contains(id)));
        prop_assert!(is_ordered(&graph, &order, false));
    }

    #[test]
    fn broken_graphs_are_reported_and_survived(
        revisions in broken(),
        symbols in vec(symbol(), 1..6),
        picks in vec(any::<Index>(), 0..6),
    ) {
        let up = written(&revisions);
        let (graph, problems) = Graph::build(revisions);
        let cycles: Vec<&Vec<RevId>> = problems
            .iter()
            .filter_map(|problem| match problem {
                Problem::Cycle { members } => Some(members),
                _ => None,
            })
            .collect();
        prop_assert_eq!(!cycles.is_empty(), has_cycle(&up));
        for members in cycles {
            let next = members.iter().cycle().skip(1);
            prop_assert!(members.iter().zip(next).all(|(id, next)| up[id].contains(next)));
        }
        let left = graph
            .iter()
            .map(|revision| {
                let id = revision.id.as_str();
                (revision.id.clone(), [graph.parents(id), graph.dependencies(id)].concat())
            })
            .collect();
        prop_assert!(!has_cycle(&left));
        prop_assert_eq!(graph.branch_points().len(),
            graph.iter().filter(|r| graph.is_branch_point(r.id.as_str())).count());

        let mut applied: BTreeSet<RevId> = chosen(&graph, &picks).into_iter().collect();
        applied.insert(RevId::trusted("elsewhere"));
        let rows: Vec<RevId> = applied.iter().rev().cloned().collect();
        let ids: Vec<RevId> = applied.iter().cloned().collect();
        let _ = (graph.skipped(&applied), graph.all_current(&applied), graph.merge_bases(&ids));
        let _ = (graph.diverged(), graph.descendants(&ids), graph.history(None, &rows));
        for symbol in &symbols {
            let _ = (graph.resolve(symbol), graph.resolve_one(symbol));
            if let Ok(path) = graph.upgrade(&applied, symbol) {
                prop_assert!(is_ordered(&graph, &path, true));
            }
            for rows in [rows.as_slice(), &graph.maximal(&applied)] {
                if let Ok(down) = graph.downgrade(&applied, rows, symbol) {
                    prop_assert!(is_ordered(&graph, &down.path, false));
                    prop_assert!(down.path.iter().all(|id| applied.contains(id)));
                }
            }
            let range = format!("{symbol}:{}", symbols[0]);
            if let Ok(path) = graph.history(Some(&range), &rows) {
                prop_assert!(is_ordered(&graph, &path, false));
            }
            let _ = graph.history(Some(symbol), &rows);
        }
        if let Ok(change) = graph.stamp(&applied, &symbols) {
            prop_assert!(is_ordered(&graph, &change.add, true));
            prop_assert!(change.add.iter().all(|id| !applied.contains(id)));
            prop_assert!(change.remove.iter().all(|id| applied.contains(id)));
        }
    }

    #[test]
    fn every_beginning_of_an_upgrade_has_what_it_needs(
        revisions in sound(),
        picks in vec(any::<Index>(), 0..4),
        target in any::<Index>(),
    ) {
        let (graph, _) = Graph::build(revisions);
        let mut applied = graph.ancestors(&chosen(&graph, &picks));
        for target in [chosen(&graph, &[target])[0].as_str(), "heads"] {
            let path = graph.upgrade(&applied, target).unwrap();
            for id in path {
                let id = id.as_str();
                let mut needs = [graph.parents(id), graph.dependencies(id)].concat().into_iter();
                prop_assert!(needs.all(|up| applied.contains(&up)));
                prop_assert!(applied.insert(RevId::trusted(id)));
            }
        }
        prop_assert_eq!(graph.maximal(&applied), graph.real_heads());
        prop_assert_eq!(applied.len(), graph.len());
    }

    #[test]
    fn up_and_down_again_is_where_it_was(
        revisions in sound(),
        start in any::<Index>(),
        target in any::<Index>(),
    ) {
        let (graph, _) = Graph::build(revisions);
        let ends = chosen(&graph, &[start, target]);
        let old = graph.ancestors(&ends[..1]);
        let path = graph.upgrade(&old, ends[1].as_str()).unwrap();
        let applied: BTreeSet<RevId> = old.iter().chain(&path).cloned().collect();
        let rows = graph.maximal(&applied);
        let Ok(down) = graph.downgrade(&applied, &rows, ends[0].as_str()) else {
            // Applied only as somebody's dependency: Alembic refuses, too.
            prop_assert!(!rows.contains(&ends[0]));
            return Ok(());
        };
        let gone: BTreeSet<RevId> = down.path.iter().cloned().collect();
        let after: BTreeSet<RevId> = applied.difference(&gone).cloned().collect();
        prop_assert_eq!(&graph.ancestors(&graph.maximal(&after)), &after);
        prop_assert!(after.is_superset(&old));
        // What the way up pulled in beside the line stays.
        let line = graph.descendants(&graph.children(ends[0].as_str()));
        let beside: BTreeSet<RevId> = path.iter().filter(|id| !line.contains(*id)).cloned().collect();
        prop_assert_eq!(&after, &old.union(&beside).cloned().collect());
        if beside.is_empty() {
            prop_assert_eq!(graph.maximal(&after), vec![ends[0].clone()]);
        }
    }

    #[test]
    fn all_the_way_down_is_all_the_way_up_reversed(revisions in sound()) {
        let (graph, _) = Graph::build(revisions);
        let mut up = graph.upgrade(&BTreeSet::new(), "heads").unwrap();
        let applied = up.iter().cloned().collect();
        let down = graph.downgrade(&applied, &graph.maximal(&applied), "base").unwrap();
        up.reverse();
        prop_assert_eq!(down.path, up);
        prop_assert!(!down.ambiguous);
    }

    #[test]
    fn nothing_depends_on_hash_order(
        revisions in broken(),
        symbols in vec(symbol(), 1..6),
        picks in vec(any::<Index>(), 0..6),
    ) {
        // Every map is seeded anew.
        let (one, problems) = Graph::build(revisions.clone());
        let (two, again) = Graph::build(revisions);
        prop_assert_eq!(problems, again);
        let applied: BTreeSet<RevId> = chosen(&one, &picks).into_iter().collect();
        let rows = one.maximal(&applied);
        let answers = |graph: &Graph| {
            let named: Vec<String> = symbols
                .iter()
                .map(|symbol| {
                    format!(
                        "{:?} {:?} {:?}",
                        graph.resolve(symbol),
                        graph.upgrade(&applied, symbol),
                        graph.downgrade(&applied, &rows, symbol),
                    )
                })
                .collect();
            (named, graph.history(None, &rows), graph.stamp(&applied, &symbols), graph.diverged())
        };
        prop_assert_eq!(answers(&one), answers(&two));
    }

    #[test]
    fn a_stamp_makes_its_targets_current(
        revisions in sound(),
        picks in vec(any::<Index>(), 0..4),
        targets in vec(any::<Index>(), 1..4),
    ) {
        let (graph, _) = Graph::build(revisions);
        let mut applied = graph.ancestors(&chosen(&graph, &picks));
        let targets = chosen(&graph, &targets);
        let names: Vec<String> = targets.iter().map(ToString::to_string).collect();
        let change = graph.stamp(&applied, &names).unwrap();
        applied.retain(|id| !change.remove.contains(id));
        applied.extend(change.add);
        prop_assert_eq!(&graph.maximal(&applied), &change.rows);
        let wanted: BTreeSet<RevId> = targets.into_iter().collect();
        prop_assert!(graph.maximal(&wanted).iter().all(|id| change.rows.contains(id)));
    }

    #[test]
    fn labels_cover_what_they_name(revisions in sound()) {
        let (graph, _) = Graph::build(revisions);
        for label in graph.named.keys() {
            let covered = graph.labelled(label);
            for node in 0..graph.len() {
                prop_assert_eq!(covered.contains(node), graph.labels_of(node).contains(label));
            }
        }
    }
}
