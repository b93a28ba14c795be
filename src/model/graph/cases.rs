//! Revision graphs with real Alembic's answers, as data.
//!
//! `tests/cases/graph/named_cases.jsonl` holds hand-made graphs with queries,
//! `named_expected.jsonl` the answers of Alembic 1.20.1. More graphs can be
//! held against Alembic by naming files of the same shape:
//!
//! ```text
//! python3 gen_dags.py --count 500 --seed 7 > /tmp/cases.jsonl        # and --broken
//! python3 alembic_oracle.py --seeds 3 /tmp/cases.jsonl > /tmp/expected.jsonl
//! TEAMMIG_GRAPH_CASES=/tmp/cases.jsonl TEAMMIG_GRAPH_EXPECTED=/tmp/expected.jsonl \
//!     cargo test --lib model::graph::cases -- --nocapture
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use self::compare::{Verdict, judge};
use super::{Graph, GraphError};
use crate::model::revision::{RevId, Revision};

mod compare;

/// A query that teammig answers otherwise than Alembic, and why.
struct Deviation {
    case: &'static str,
    op: &'static str,
    to: &'static str,
    /// Our answer or our message.
    ours: &'static str,
    why: &'static str,
}

/// All of them. A line that is not needed any more fails the test.
const DEVIATIONS: &[Deviation] = &[
    Deviation {
        case: "25",
        op: "stamp",
        to: r#"["a0001","c1001"]"#,
        ours: r#"{"rows":["c1001"]}"#,
        why: "Alembic takes a revision and its own ancestor as two rows, and then \
              refuses every upgrade from there",
    },
    Deviation {
        case: "29",
        op: "heads",
        to: "",
        ours: "cycle",
        why: "Alembic does not see a cycle that has a base above and a head below it",
    },
    Deviation {
        case: "29",
        op: "upgrade",
        to: "head",
        ours: "cycle",
        why: "the same, and runs it",
    },
    Deviation {
        case: "30",
        op: "upgrade",
        to: "heads",
        ours: r#"{"path":["a1","a2","b1","b2"],"rows":["b2"]}"#,
        why: "Alembic: KeyError after the SQL has run, where one dependency is an \
              ancestor of another",
    },
    Deviation {
        case: "31",
        op: "downgrade",
        to: "a2",
        ours: r#"{"path":["a3"],"rows":["a2","b1"]}"#,
        why: "Alembic leaves a superfluous row a1 behind",
    },
    Deviation {
        case: "31",
        op: "upgrade",
        to: "heads",
        ours: r#"{"path":["a3"],"rows":["a3","b1"]}"#,
        why: "Alembic refuses to go on from the superfluous row, which a ledger does not have",
    },
    Deviation {
        case: "32",
        op: "upgrade",
        to: "feature-12@head",
        ours: r#"{"path":["a1","a2"],"rows":["a2"]}"#,
        why: "Alembic: AssertionError, because it takes `-12` for a relative step",
    },
    Deviation {
        case: "33",
        op: "upgrade",
        to: "e0001+1",
        ours: "Relative revision e0001+1 didn't produce 1 migrations",
        why: "Alembic: AssertionError",
    },
    Deviation {
        case: "33",
        op: "upgrade",
        to: "a0001-3",
        ours: "Relative revision a0001-3 didn't produce 3 migrations",
        why: "Alembic: AssertionError",
    },
    Deviation {
        case: "33",
        op: "downgrade",
        to: "b0001@-2",
        ours: "Relative revision b0001@-2 didn't produce 2 migrations",
        why: "Alembic: AssertionError",
    },
    Deviation {
        case: "33",
        op: "history",
        to: ":head-9",
        ours: "Relative revision head-9 didn't produce 9 migrations",
        why: "Alembic: AssertionError",
    },
    Deviation {
        case: "33",
        op: "history",
        to: "b0001@base:c0001",
        ours: r#"["c0001","b0001","a0001"]"#,
        why: "Alembic: AssertionError, where the revision before the @ has no label",
    },
];

#[derive(Debug, Deserialize)]
struct Case {
    name: String,
    dag: Vec<Doc>,
    queries: Vec<Query>,
    broken: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Doc {
    id: String,
    #[serde(default)]
    down: Vec<String>,
    #[serde(default)]
    depends_on: Vec<String>,
    #[serde(default)]
    labels: Vec<String>,
}

impl Doc {
    fn names_a_parent_twice(&self) -> bool {
        self.down.iter().collect::<BTreeSet<_>>().len() < self.down.len()
    }
}

#[derive(Debug, Deserialize)]
struct Query {
    op: String,
    #[serde(default)]
    from: Vec<String>,
    #[serde(default)]
    to: Value,
}

impl Query {
    fn target(&self) -> String {
        match &self.to {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Expected {
    answers: Vec<Reply>,
}

#[derive(Debug, Clone, Deserialize)]
struct Reply {
    ok: Option<Value>,
    error: Option<Failure>,
    #[serde(default)]
    unstable: bool,
    #[serde(default)]
    variants: Vec<Reply>,
}

#[derive(Debug, Clone, Deserialize)]
struct Failure {
    class: String,
    message: String,
    cause_message: Option<String>,
}

fn ids(names: &[String]) -> Vec<RevId> {
    names.iter().map(|name| RevId::trusted(name)).collect()
}

fn names(ids: &[RevId]) -> Vec<&str> {
    ids.iter().map(RevId::as_str).collect()
}

fn sorted(ids: &[RevId]) -> Vec<&str> {
    let mut names = names(ids);
    names.sort_unstable();
    names
}

fn revisions(dag: &[Doc]) -> Vec<Revision> {
    dag.iter()
        .map(|doc| {
            let mut revision = Revision::new(RevId::trusted(&doc.id), ids(&doc.down));
            revision.depends_on.clone_from(&doc.depends_on);
            revision.labels.clone_from(&doc.labels);
            revision
        })
        .collect()
}

/// Our answer in the oracle's shape.
fn ask(graph: &Graph, query: &Query) -> Result<Value, GraphError> {
    let rows = ids(&query.from);
    let applied = graph.ancestors(&rows);
    let target = query.target();
    Ok(match query.op.as_str() {
        "heads" => json!(names(&graph.heads())),
        "real_heads" => json!(names(&graph.real_heads())),
        "bases" => json!(names(&graph.bases())),
        "branches" => json!(names(&graph.branch_points())),
        "current" => json!(sorted(&graph.all_current(&applied))),
        "resolve" => json!(names(&graph.resolve(&target)?)),
        "labels" => {
            let all: BTreeMap<&str, BTreeSet<String>> = graph
                .iter()
                .map(|revision| {
                    let id = revision.id.as_str();
                    (id, graph.labels(id).into_iter().collect())
                })
                .collect();
            json!(all)
        }
        "history" => {
            let range = (!query.to.is_null()).then_some(target.as_str());
            json!(names(&graph.history(range, &rows)?))
        }
        "upgrade" => {
            let path = graph.upgrade(&applied, &target)?;
            let after = applied.iter().chain(&path).cloned().collect();
            json!({"path": names(&path), "rows": sorted(&graph.maximal(&after))})
        }
        "downgrade" => {
            let path = graph.downgrade(&applied, &rows, &target)?.path;
            let gone: BTreeSet<RevId> = path.iter().cloned().collect();
            let after = applied.difference(&gone).cloned().collect();
            json!({"path": names(&path), "rows": sorted(&graph.maximal(&after))})
        }
        "stamp" => {
            let targets = match &query.to {
                Value::Array(items) => items
                    .iter()
                    .map(|item| item.as_str().unwrap().to_owned())
                    .collect(),
                _ => vec![target],
            };
            let change = graph.stamp(&applied, &targets)?;
            let mut after = applied;
            after.retain(|id| !change.remove.contains(id));
            after.extend(change.add);
            assert_eq!(graph.maximal(&after), change.rows, "{query:?}");
            json!({"rows": sorted(&change.rows)})
        }
        other => unreachable!("no such query: {other}"),
    })
}

/// Whether no revision comes before one that it needs (or the reverse).
pub(super) fn is_ordered(graph: &Graph, path: &[RevId], upwards: bool) -> bool {
    let mut path = path.to_vec();
    if !upwards {
        path.reverse();
    }
    let members: BTreeSet<RevId> = path.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    path.iter().all(|id| {
        seen.insert(id.clone());
        graph
            .ancestors(std::slice::from_ref(id))
            .intersection(&members)
            .all(|before| seen.contains(before))
    })
}

fn read(cases: &str, expected: &str) -> Vec<(Case, Vec<Reply>)> {
    cases
        .lines()
        .zip(expected.lines())
        .map(|(case, expected)| {
            let case: Case = serde_json::from_str(case).unwrap();
            let expected: Expected = serde_json::from_str(expected).unwrap();
            assert_eq!(case.queries.len(), expected.answers.len());
            (case, expected.answers)
        })
        .collect()
}

#[test]
fn named_graphs_agree_with_alembic() {
    let cases = read(
        include_str!("../../../tests/cases/graph/named_cases.jsonl"),
        include_str!("../../../tests/cases/graph/named_expected.jsonl"),
    );
    let mut queries = 0;
    let mut deviations = Vec::new();
    for (case, replies) in &cases {
        let number = case.name.split(' ').next().unwrap();
        let (graph, problems) = Graph::build(revisions(&case.dag));
        for (query, theirs) in case.queries.iter().zip(replies) {
            queries += 1;
            // Nothing is done with a graph that has problems; Alembic refuses
            // most of these too.
            let agreed = if problems.is_empty() {
                matches!(
                    judge(case, &graph, query, theirs),
                    Verdict::Same | Verdict::OtherOrder
                )
            } else {
                theirs.error.is_some()
            };
            if agreed {
                continue;
            }
            let ours = match ask(&graph, query) {
                _ if !problems.is_empty() => "cycle".to_owned(),
                Ok(answer) => answer.to_string(),
                Err(error) => error.to_string(),
            };
            println!("{number} {query:?}\n  ours   {ours}\n  theirs {theirs:?}");
            deviations.push((number, query.op.clone(), query.target(), ours));
        }
    }
    assert_eq!(queries, 217);
    let listed: Vec<_> = DEVIATIONS
        .iter()
        .map(|d| (d.case, d.op.to_owned(), d.to.to_owned(), d.ours.to_owned()))
        .collect();
    assert_eq!(deviations, listed);
    assert!(DEVIATIONS.iter().all(|deviation| !deviation.why.is_empty()));
}

#[test]
fn further_graphs_agree_with_alembic() {
    let (Ok(cases), Ok(expected)) = (
        std::env::var("TEAMMIG_GRAPH_CASES"),
        std::env::var("TEAMMIG_GRAPH_EXPECTED"),
    ) else {
        return;
    };
    let cases = read(
        &std::fs::read_to_string(cases).unwrap(),
        &std::fs::read_to_string(expected).unwrap(),
    );
    let mut counts: BTreeMap<(String, Verdict), usize> = BTreeMap::new();
    let mut broken: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut different = 0;
    for (case, replies) in &cases {
        let (graph, problems) = Graph::build(revisions(&case.dag));
        if problems.is_empty() {
            // What was meant to break a graph does not always do so.
            let broken = case.broken.as_deref().unwrap_or("cycle");
            assert!(
                ["cycle", "label"].contains(&broken),
                "{}: {broken}",
                case.name
            );
        } else {
            let how = case.broken.as_deref().unwrap_or("not on purpose");
            let count = broken.entry(how).or_insert([0, 0, 0]);
            count[0] += 1;
            for (query, theirs) in case.queries.iter().zip(replies) {
                // It has an end; what it says is of no use.
                let _ = ask(&graph, query);
                count[1 + usize::from(theirs.ok.is_some())] += 1;
            }
            continue;
        }
        for (query, theirs) in case.queries.iter().zip(replies) {
            let verdict = judge(case, &graph, query, theirs);
            if !matches!(verdict, Verdict::Same | Verdict::OtherOrder) {
                different += usize::from(verdict == Verdict::Different);
                println!(
                    "{verdict:?} {} {query:?}\n  ours   {:?}\n  theirs {theirs:?}\n  dag {:?}",
                    case.name,
                    ask(&graph, query).map_err(|error| error.to_string()),
                    case.dag
                );
            }
            *counts.entry((query.op.clone(), verdict)).or_default() += 1;
        }
    }
    println!("queries by operation and verdict:");
    for ((op, verdict), count) in &counts {
        println!("{count:6} {op} {verdict:?}");
    }
    println!("broken graphs: [graphs, queries that Alembic refuses, answers]: {broken:?}");
    assert_eq!(different, 0);
}
