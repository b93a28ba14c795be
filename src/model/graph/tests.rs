//! What Alembic has no answer for: problems, gaps, revisions from elsewhere,
//! lines that diverged, and graphs of ten thousand revisions.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use std::{collections::BTreeSet, time::Instant};

use super::{Graph, GraphError, Problem};
use crate::model::revision::{RevId, Revision};

fn id(text: &str) -> RevId {
    RevId::trusted(text)
}

fn set(ids: &str) -> BTreeSet<RevId> {
    ids.split_whitespace().map(id).collect()
}

fn list(ids: &[RevId]) -> String {
    ids.iter().map(RevId::as_str).collect::<Vec<_>>().join(" ")
}

/// One revision a line: `id < parents > dependencies : labels`.
fn revisions(text: &str) -> Vec<Revision> {
    let words = |part: &str| {
        part.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (line, labels) = line.split_once(':').unwrap_or((line, ""));
            let (line, depends_on) = line.split_once('>').unwrap_or((line, ""));
            let (name, parents) = line.split_once('<').unwrap_or((line, ""));
            let parents = parents.split_whitespace().map(id).collect();
            let mut revision = Revision::new(id(name.trim()), parents);
            revision.depends_on = words(depends_on);
            revision.labels = words(labels);
            revision
        })
        .collect()
}

fn sound(text: &str) -> Graph {
    let (graph, problems) = Graph::build(revisions(text));
    assert_eq!(problems, []);
    graph
}

#[test]
fn every_problem_is_told_and_none_hides_another() {
    let (graph, problems) = Graph::build(revisions(
        "a
         b < a b > b nowhere
         a < b
         c < gone : b line
         d < c > c : line
         e < g > d
         f < e
         g < f",
    ));
    assert_eq!(
        problems,
        [
            Problem::DuplicateId {
                first: 0,
                second: 2
            },
            Problem::LabelIsId {
                label: "b".to_owned(),
                revision: id("c"),
            },
            Problem::DuplicateLabel {
                label: "line".to_owned(),
                first: id("c"),
                second: id("d"),
            },
            Problem::SelfParent { revision: id("b") },
            Problem::SelfDependency {
                revision: id("b"),
                name: "b".to_owned(),
            },
            Problem::MissingDependency {
                revision: id("b"),
                name: "nowhere".to_owned(),
            },
            Problem::MissingParent {
                revision: id("c"),
                parent: id("gone"),
            },
            Problem::Cycle {
                members: vec![id("e"), id("g"), id("f")],
            },
        ]
    );
    assert_eq!(list(&graph.heads()), "b d e f g");
    // Its history is not here: no base, though nothing is below it.
    assert_eq!(list(&graph.bases()), "a");
    assert_eq!(graph.get("c").unwrap().parents, [id("gone")]);
    assert_eq!(graph.parents("c"), []);
    assert_eq!(list(&graph.upgrade(&set("a"), "e").unwrap()), "c d e");
}

#[test]
fn structure() {
    let graph = sound(
        "a
         b < a
         c < a > side
         m < c b c
         side : s",
    );
    assert_eq!(list(&graph.heads()), "m side");
    assert_eq!(list(&graph.real_heads()), "m");
    assert_eq!(list(&graph.bases()), "a side");
    assert_eq!(list(&graph.branch_points()), "a");
    assert_eq!(list(&graph.parents("m")), "c b");
    assert_eq!(list(&graph.dependencies("c")), "side");
    assert_eq!(list(&graph.children("a")), "b c");
    assert_eq!(list(&graph.children("side")), "");
    assert!(graph.is_merge("m") && graph.is_head("m") && !graph.is_base("m"));
    assert!(graph.is_base("a") && graph.is_branch_point("a") && !graph.is_head("a"));
    assert!(!graph.is_head("nowhere") && graph.parents("nowhere").is_empty());
    assert_eq!(graph.ancestors(&[id("c"), id("nowhere")]), set("a c side"));
    assert_eq!(graph.descendants(&[id("side")]), set("side c m"));
    assert_eq!(list(&graph.maximal(&set("a b side nowhere"))), "b side");
    assert_eq!(list(&graph.all_current(&set("a c side"))), "c side");
    assert_eq!(list(&graph.merge_bases(&[id("b"), id("c")])), "a");
    assert_eq!(list(&graph.merge_bases(&[id("b"), id("m")])), "b");
    assert_eq!(list(&graph.merge_bases(&[])), "");
    assert_eq!(
        (graph.len(), graph.is_empty(), graph.iter().count()),
        (5, false, 5)
    );
}

#[test]
fn what_was_apart_before_is_no_new_divergence() {
    let lists = |lines: Vec<Vec<RevId>>| lines.iter().map(|line| list(line)).collect::<Vec<_>>();
    for (before, after, old, new) in [
        ("p\na < p\nb < p", "p\na < p\nb < p", &["a b"][..], &[][..]),
        // Built on one of them; by dependencies alone nothing is joined.
        ("p\na < p\nb < p", "p\na < p\nb < p\nd < a", &["b d"], &[]),
        ("p\na < p\nb < p > a", "p\na < p\nb < p > a", &["a b"], &[]),
        // One of three is joined.
        (
            "p\na < p\nb < p\nc < p",
            "p\na < p\nb < p\nc < p\nm < a b",
            &["c m"],
            &[],
        ),
        // As many as before, and not the same.
        (
            "p\na < p\nb < p",
            "p\na < p\nb < p\nm < a b\nc < p",
            &[],
            &["m c"],
        ),
        (
            "p\na < p\nb < p",
            "p\na < p\nb < p\nm < a b\nc < a",
            &[],
            &["m c"],
        ),
        (
            "p\na < p\nb < p",
            "p\na < p\nb < p\nd < a\ne < b\nf < a",
            &[],
            &["d e f"],
        ),
        ("p\na < p\nb < p", "p\na < p\nc < p", &[], &["a c"]),
        // One more.
        ("p\na < p\nb < p", "p\na < p\nb < p\nc < p", &[], &["a b c"]),
        ("p\na < p", "p\na < p\nc < p", &[], &["a c"]),
        // Another line.
        (
            "p\na < p : x\nb < a\nc < a\nd < p",
            "p\na < p : x\nb < a\nc < a\nm < b c\nd < p\ne < p",
            &[],
            &["d e"],
        ),
        (
            "p\na < p : x\nb < a\nc < a\nd < p",
            "p\na < p : x\nb < a\nc < a\nd < p\ne < p",
            &["b c"],
            &["d e"],
        ),
    ] {
        let (was, anew) = sound(after).diverged_since(&sound(before));
        assert_eq!(lists(was), old, "{before:?} {after:?}");
        assert_eq!(lists(anew), new, "{before:?} {after:?}");
    }
}

#[test]
fn heads_have_diverged_only_within_a_line() {
    let diverged = |text: &str| list(&sound(text).diverged());
    assert_eq!(diverged("a\nb < a"), "");
    assert_eq!(diverged("a\nb < a\nc < a"), "b c");
    // Two lines by name, or a named one beside the unnamed one.
    assert_eq!(diverged("a\nb < a : x\nc < a : y"), "");
    assert_eq!(diverged("a\nb < a : x\nc < a"), "");
    assert_eq!(diverged("a\nb < a : x\nc < b\nd < b\ne < a : y"), "c d");
    assert_eq!(diverged("a\nb < a : x\nc < a\nd < a"), "c d");
    // One that is only depended on is still a head of its line.
    assert_eq!(diverged("a : x\nb > a : y"), "");
    assert_eq!(diverged("a\nb > a"), "a b");
}

#[test]
fn gaps_in_what_is_applied_are_named_and_filled() {
    let graph = sound("a\nb < a\nc < b\nd < c");
    let applied = set("a c elsewhere");
    assert_eq!(list(&graph.skipped(&applied)), "b");
    assert_eq!(list(&graph.maximal(&applied)), "c");
    assert_eq!(list(&graph.upgrade(&applied, "head").unwrap()), "b d");
    assert_eq!(list(&graph.upgrade(&applied, "+1").unwrap()), "b d");
    let down = graph.downgrade(&applied, &[id("c")], "base").unwrap();
    assert_eq!(list(&down.path), "c a");
    assert_eq!(list(&graph.order(&set("a d"))), "d a");
}

#[test]
fn revisions_from_elsewhere_are_left_alone() {
    let graph = sound("a\nb < a");
    let applied = set("a elsewhere");
    assert_eq!(list(&graph.upgrade(&applied, "heads").unwrap()), "b");
    let rows = [id("elsewhere"), id("a")];
    let down = graph.downgrade(&applied, &rows, "base").unwrap();
    assert_eq!((list(&down.path), down.ambiguous), ("a".to_owned(), false));
    // One below something unknown is not one below something else.
    assert_eq!(
        graph.downgrade(&applied, &rows, "-1"),
        Err(GraphError::NotFound {
            name: "elsewhere".to_owned()
        })
    );
    let stamp = |target: &str| graph.stamp(&applied, &[target.to_owned()]).unwrap();
    let up = stamp("head");
    assert_eq!(
        (list(&up.add), list(&up.remove), list(&up.rows)),
        ("b".to_owned(), String::new(), "b".to_owned())
    );
    // Only a plain base says that nothing at all is applied.
    assert_eq!(list(&stamp("base").remove), "a elsewhere");
    assert_eq!(list(&stamp("a@base").remove), "a");
}

#[test]
fn a_step_down_from_several_rows_takes_the_first_and_says_so() {
    let graph = sound("a\nb < a\nc < a");
    let rows = [id("c"), id("b")];
    let down = graph.downgrade(&set("a b c"), &rows, "-1").unwrap();
    assert_eq!((list(&down.path), down.ambiguous), ("c".to_owned(), true));
    let down = graph.downgrade(&set("a b c"), &rows, "b-1").unwrap();
    assert_eq!(
        (list(&down.path), down.ambiguous),
        ("b c".to_owned(), false)
    );
}

#[test]
fn names_that_look_like_steps_are_names() {
    let graph = sound("abcd1\nabcd2 < abcd1 : fix-12\nabcd3 < abcd2");
    let resolved = |name: &str| list(&graph.resolve(name).unwrap());
    assert_eq!(resolved("fix-12"), "abcd2");
    assert_eq!(resolved("fix-12@head"), "abcd3");
    let path = |target: &str| list(&graph.upgrade(&BTreeSet::new(), target).unwrap());
    assert_eq!(path("fix-12"), "abcd1 abcd2");
    assert_eq!(path("fix-12-1"), "abcd1");
    assert_eq!(path("fix-12@head-2"), "abcd1");
    assert_eq!(path("abcd3@fix-12"), "abcd1 abcd2");
    assert_eq!(
        list(
            &graph
                .stamp(&BTreeSet::new(), &["-1".to_owned()])
                .unwrap()
                .rows
        ),
        "abcd2"
    );
}

#[test]
fn one_revision_that_fits_a_prefix_twice_is_not_ambiguous() {
    let graph = sound("billing01 : billing\nother0001");
    assert_eq!(list(&graph.resolve("bill").unwrap()), "billing01");
}

#[test]
fn messages_name_what_is_the_matter() {
    let graph = sound("cafe01\ncafe02 < cafe01\ncafe03 < cafe01");
    let says = |target: &str| {
        graph
            .upgrade(&BTreeSet::new(), target)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(says("xyz"), "Can't locate revision identified by 'xyz'");
    assert_eq!(says(""), "Can't locate revision identified by ''");
    assert_eq!(
        says("cafe"),
        "Can't locate revision identified by 'cafe': it is not the only one that begins so"
    );
    assert_eq!(
        says("head"),
        "Multiple head revisions are present for given argument 'head'; please specify a specific \
         target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads"
    );
    assert_eq!(says("nope@head"), "No such branch: 'nope'");
    assert_eq!(
        says("cafe02@cafe03"),
        "Revision cafe03 is not a member of branch 'cafe02'"
    );
    assert_eq!(
        says("+3"),
        "Ambiguous walk: cafe01 could lead to cafe02, cafe03"
    );
    assert_eq!(
        says("-1"),
        "Relative revision -1 didn't produce 1 migrations"
    );
    assert_eq!(
        says("cafe02-2"),
        "Destination cafe02-2 is not a valid upgrade target from current head(s)"
    );
    let current = graph
        .upgrade(&set("cafe01 cafe02 cafe03"), "+1")
        .unwrap_err();
    assert_eq!(
        current.to_string(),
        "Ambiguous upgrade from multiple current revisions: cafe02, cafe03"
    );
    let range = |text: &str| graph.history(Some(text), &[]).unwrap_err().to_string();
    assert_eq!(
        range("a"),
        "History range requires [start]:[end], [start]:, or :[end]"
    );
    assert_eq!(
        range("a:b:c"),
        "History range requires [start]:[end], [start]:, or :[end]"
    );
    assert_eq!(
        range("current:current"),
        "'current' can stand at one end of a range only"
    );
}

/// A name, and the parents of each revision by number.
type Shape<'a> = (&'a str, &'a dyn Fn(usize) -> Vec<usize>);

/// Ten thousand revisions: nothing recurses, nothing is quadratic.
///
/// Prints its times; optimised with
/// `cargo test --config 'profile.dev.package.teammig.opt-level=3' --lib ten_thousand -- --nocapture`.
#[test]
fn ten_thousand_revisions_take_no_time() {
    let name = |at: usize| id(&format!("{at:012x}"));
    let chain = |at: usize| match at {
        0 => vec![],
        _ => vec![at - 1],
    };
    let diamonds = |at: usize| match (at, at % 3) {
        (0, _) => vec![],
        (_, 1) => vec![at - 1],
        (_, 2) => vec![at - 2],
        _ => vec![at - 2, at - 1],
    };
    let branches = |at: usize| match (at, at % 20) {
        (0, _) => vec![],
        (_, 1) => vec![0],
        _ => vec![at - 1],
    };
    // A fixed scatter of merges, the worst that the order has to cope with.
    let tangle = |at: usize| match at {
        0 => vec![],
        _ => vec![
            at - 1 - (at * 7919) % at.min(40),
            at - 1 - (at * 104_729) % at.min(40),
        ],
    };
    // Two chains, of which the odd one depends on the even one at every step.
    let beside = |at: usize| match at {
        0 | 1 => vec![],
        _ => vec![at - 2],
    };
    let shapes: [Shape<'_>; 5] = [
        ("chain", &chain),
        ("3,333 diamonds", &diamonds),
        ("500 branches of 20", &branches),
        ("two chains with dependencies", &beside),
        ("tangle", &tangle),
    ];
    for (shape, parents) in shapes {
        for backwards in [false, true] {
            let mut revisions: Vec<Revision> = (0..10_000)
                .map(|at| Revision::new(name(at), parents(at).into_iter().map(name).collect()))
                .collect();
            if shape.ends_with("dependencies") {
                for at in (1..10_000).step_by(2) {
                    revisions[at].depends_on = vec![name(at - 1).to_string()];
                }
            }
            if backwards {
                revisions.reverse();
            }
            let start = Instant::now();
            let (graph, problems) = Graph::build(revisions);
            let built = start.elapsed();
            let _ = graph.heads();
            let path = graph.upgrade(&BTreeSet::new(), "heads").unwrap();
            let upgraded = start.elapsed();
            let applied = path.iter().cloned().collect();
            let rows = graph.maximal(&applied);
            let start = Instant::now();
            let down = graph.downgrade(&applied, &rows, "base").unwrap();
            let downgraded = start.elapsed();
            let start = Instant::now();
            let history = graph.history(None, &[]).unwrap();
            println!(
                "{shape} (backwards: {backwards}): build {built:?}, with heads and upgrade \
                 {upgraded:?}, downgrade {downgraded:?}, history {:?}",
                start.elapsed(),
            );
            assert_eq!(problems, []);
            assert_eq!(rows, graph.real_heads());
            assert_eq!(path.len(), 10_000);
            assert_eq!(down.path, path.iter().rev().cloned().collect::<Vec<_>>());
            assert_eq!(history, down.path);
        }
    }
    // A ring, which a recursive search would not survive.
    let ring = (0..10_000)
        .map(|at| Revision::new(name(at), vec![name((at + 1) % 10_000)]))
        .collect();
    let (graph, problems) = Graph::build(ring);
    assert!(matches!(problems.as_slice(), [Problem::Cycle { members }] if members.len() == 10_000));
    assert_eq!(graph.heads().len(), 10_000);
}
