//! The quick way beside the slow one, over random graphs.

use proptest::prelude::*;

use super::{tests::files, *};
use crate::model::merge::{Changed, merge};

/// Words of a random line of revisions `{prefix}0…` whose parents are among `on` and
/// the ones before; now and then with a label.
fn revisions(
    prefix: &'static str,
    on: Vec<String>,
    most: usize,
) -> impl Strategy<Value = Vec<String>> {
    let pick = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let one = (pick, 0..8u8, 0..12u8);
    prop::collection::vec(one, 0..=most).prop_map(move |picks| {
        let mut ids = on.clone();
        let mut words = Vec::new();
        for (n, ((first, second), shape, label)) in picks.into_iter().enumerate() {
            let id = format!("{prefix}{n}");
            let mut word = id.clone();
            if !ids.is_empty() && shape > 0 {
                let mut parents = vec![ids[first.index(ids.len())].clone()];
                let other = ids[second.index(ids.len())].clone();
                if shape > 5 && !parents.contains(&other) {
                    parents.push(other);
                }
                word = format!("{word}<{}", parents.join(","));
            }
            if label == 0 {
                word = format!("{word}@{id}l");
            }
            words.push(word);
            ids.push(id);
        }
        words
    })
}

fn ids(words: &[String]) -> Vec<String> {
    words
        .iter()
        .map(|word| word.split(['<', '@']).next().unwrap().to_owned())
        .collect()
}

fn world() -> impl Strategy<Value = (Vec<String>, Vec<String>, Vec<String>)> {
    revisions("a", Vec::new(), 8).prop_flat_map(|base| {
        let on = ids(&base);
        (
            Just(base),
            revisions("b", on.clone(), 4),
            revisions("c", on, 4),
        )
    })
}

fn all(words: &[&[String]]) -> Files {
    files(&words.concat().join(" "))
}

fn added(base: &Files, to: &Files) -> Vec<Changed> {
    base.changes(to)
}

proptest! {
    #[test]
    fn additions_are_judged_as_the_whole_graph_is((base, mine, theirs) in world()) {
        let start = all(&[&base]);
        let standing = Standing::new(all(&[&base, &mine]));
        let merge = merge(standing.files(), &added(&start, &all(&[&base, &theirs])));
        let quick = standing.judge(&merge);
        let slow = standing.judge_all(&merge);
        let sets = |judgement: &Judgement| -> BTreeSet<(Kind, BTreeSet<RevId>)> {
            judgement
                .collisions
                .iter()
                .map(|one| (one.kind, one.revisions.iter().cloned().collect()))
                .collect()
        };
        prop_assert_eq!(sets(&quick), sets(&slow));
        let parts = |judgement: &Judgement| -> BTreeSet<Vec<RevId>> {
            judgement.collisions.iter().map(|one| one.parts_at.clone()).collect()
        };
        prop_assert_eq!(parts(&quick), parts(&slow));
        prop_assert_eq!(&quick.effect.added, &slow.effect.added);
        let heads = |judgement: &Judgement| -> BTreeMap<RevId, BTreeSet<String>> {
            judgement.effect.heads.iter().cloned().collect()
        };
        prop_assert_eq!(heads(&quick), heads(&slow));
        // The graph's own answer.
        let merged = standing.files().merged(&merge);
        let (graph, _) = build(&merged);
        let too_many = |graph: &Graph| -> usize {
            graph.diverged_lines().iter().map(|line| line.len() - 1).sum()
        };
        let diverges = too_many(&graph) > too_many(standing.graph());
        prop_assert_eq!(
            quick.collisions.iter().any(|one| one.kind == Kind::Diverges),
            diverges
        );
    }

    /// Two branches meet where both of them still have a head of their own in the
    /// graph of everything, and these two would be one line by themselves: what joins
    /// them only over a head of the base diverges from that head, with either branch alone.
    #[test]
    fn branches_meet_where_both_keep_a_head((base, one, other) in world()) {
        let start = all(&[&base]);
        let standing = Standing::new(start.clone());
        let effect = |words: &[String]| {
            standing.judge(&merge(&start, &added(&start, &all(&[&base, words])))).effect
        };
        let met = !meet(&effect(&one), &effect(&other)).is_empty();
        let (graph, _) = build(&all(&[&base, &one, &other]));
        let (left, right) = (ids(&one), ids(&other));
        let heads = |side: &[String]| -> Vec<BTreeSet<String>> {
            let all = graph.heads().into_iter();
            let own = all.filter(|id| side.contains(&id.to_string()));
            own.map(|id| graph.labels(id.as_str()).into_iter().collect()).collect()
        };
        let (left, right) = (heads(&left), heads(&right));
        let expected = left.iter().any(|mine| right.iter().any(|theirs| {
            !mine.is_disjoint(theirs) || (mine.is_empty() && theirs.is_empty())
        }));
        prop_assert_eq!(met, expected);
    }
}
