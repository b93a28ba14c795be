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

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Graph, GraphError};
use crate::model::revision::{RevId, Revision};

/// Where teammig does not answer as Alembic does: case, operation, target, reason.
///
/// A line that is not needed any more fails the test.
const DEVIATIONS: &[(&str, &str, &str, &str)] = &[];

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

/// How an answer compares with Alembic's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The same answer, or the same message.
    Same,
    /// The same set in another right order, where Alembic's order is not defined.
    OtherOrder,
    /// Both refuse, in different words.
    OtherWords,
    /// Alembic ends in a traceback, and so says nothing.
    Traceback { we_answer: bool },
    /// Alembic's answer is wrong in itself.
    Nonsense(&'static str),
    /// A real difference.
    Different,
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

/// What is compared: no SQL, and of a stamp only the rows; the word `base`
/// among revisions means none.
fn comparable(query: &Query, answer: &Value) -> Value {
    match (query.op.as_str(), answer) {
        ("stamp", _) => json!({"rows": answer["rows"]}),
        ("upgrade" | "downgrade", _) => json!({"path": answer["path"], "rows": answer["rows"]}),
        ("resolve", Value::Array(items)) => items
            .iter()
            .filter(|id| **id != json!("base"))
            .cloned()
            .collect(),
        _ => answer.clone(),
    }
}

fn strings(value: &Value) -> Vec<RevId> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(RevId::trusted)
        .collect()
}

/// Whether two answers differ in nothing but a choice that is free.
fn other_order(graph: &Graph, query: &Query, ours: &Value, theirs: &Value) -> bool {
    let (our_path, their_path, upwards) = match query.op.as_str() {
        "upgrade" => (strings(&ours["path"]), strings(&theirs["path"]), true),
        "downgrade" => (strings(&ours["path"]), strings(&theirs["path"]), false),
        "history" | "branches" => (strings(ours), strings(theirs), false),
        _ => return false,
    };
    sorted(&our_path) == sorted(&their_path)
        && ours["rows"] == theirs["rows"]
        && is_ordered(graph, &our_path, upwards)
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

/// Whether our words are the ones that Alembic's users know, for the message
/// or for the cause that Alembic drops.
fn same_words(error: &GraphError, failure: &Failure) -> bool {
    let ours = error.to_string();
    let theirs = failure.message.as_str();
    if ours == theirs || Some(&ours) == failure.cause_message.as_ref() {
        return true;
    }
    let cause = failure.cause_message.as_deref().unwrap_or_default();
    match error {
        // The argument quoted may be the other end of a range.
        GraphError::MultipleHeads { .. } => {
            theirs.starts_with("Multiple head revisions are present for given argument")
                || theirs == "Multiple heads are present; please specify a single target revision"
        }
        // Theirs lists the first ones only, and is then dropped.
        GraphError::Ambiguous { name, .. } => {
            cause.starts_with(&format!("Multiple revisions start with '{name}'"))
        }
        // Ours quotes the whole text, theirs only the number or nothing.
        GraphError::RelativeOutOfRange { steps, .. } => {
            theirs == "Walked too far"
                || theirs.ends_with(&format!("didn't produce {steps} migrations"))
        }
        // Ours goes on and says where and what.
        GraphError::AmbiguousWalk { .. } | GraphError::AmbiguousCurrent { .. } => {
            ours.starts_with(theirs)
        }
        GraphError::NotADowngradeTarget { .. } => {
            theirs == "Not a valid downgrade target from current heads"
        }
        // Theirs prints the rows instead of the word `current`, and the order
        // of the others is up to a set.
        GraphError::UnrelatedRange { .. } => theirs.starts_with("Requested range"),
        GraphError::Overlaps { .. } => theirs.starts_with("Requested revision"),
        _ => false,
    }
}

fn judge(case: &Case, graph: &Graph, query: &Query, theirs: &Reply) -> Verdict {
    let ours = ask(graph, query);
    let variants = if theirs.variants.is_empty() {
        vec![theirs.clone()]
    } else {
        theirs.variants.clone()
    };
    if let Some(verdict) = nonsense(graph, query, &variants) {
        return verdict;
    }
    // Alembic keeps several dependencies of one revision in a set.
    let vague = theirs.unstable || case.dag.iter().any(|doc| doc.depends_on.len() > 1);
    variants
        .iter()
        .map(|theirs| compare(graph, query, &ours, theirs, vague))
        .min()
        .unwrap_or(Verdict::Different)
}

fn compare(
    graph: &Graph,
    query: &Query,
    ours: &Result<Value, GraphError>,
    theirs: &Reply,
    vague: bool,
) -> Verdict {
    match (ours, &theirs.ok, &theirs.error) {
        (Ok(ours), Some(theirs), _) => {
            let theirs = comparable(query, theirs);
            if *ours == theirs {
                Verdict::Same
            } else if vague && other_order(graph, query, ours, &theirs) {
                Verdict::OtherOrder
            } else {
                Verdict::Different
            }
        }
        (_, _, Some(error)) if error.class != "CommandError" => Verdict::Traceback {
            we_answer: ours.is_ok(),
        },
        (Err(ours), _, Some(theirs)) if same_words(ours, theirs) => Verdict::Same,
        (Err(_), _, Some(_)) => Verdict::OtherWords,
        _ => Verdict::Different,
    }
}

/// Answers of Alembic's that contradict themselves.
fn nonsense(graph: &Graph, query: &Query, variants: &[Reply]) -> Option<Verdict> {
    let answers: Vec<&Value> = variants
        .iter()
        .filter_map(|reply| reply.ok.as_ref())
        .collect();
    let rows: Vec<Vec<RevId>> = answers
        .iter()
        .map(|answer| strings(&answer["rows"]))
        .collect();
    let why = if rows.iter().any(|rows| {
        let set: BTreeSet<RevId> = rows.iter().cloned().collect();
        graph.maximal(&set).len() != set.len()
    }) {
        "a row that another row needs"
    } else if query.op == "stamp" && rows.iter().any(|rows| loses_target(graph, query, rows)) {
        "a stamped revision is not there afterwards"
    } else if query.op == "resolve" && answers.iter().any(|ids| ids.to_string().contains("null")) {
        "a walk past the base means nothing"
    } else if query.op == "history" && query.from.is_empty() && query.target().ends_with(":current")
    {
        "up to nothing is everything"
    } else {
        return None;
    };
    Some(Verdict::Nonsense(why))
}

fn loses_target(graph: &Graph, query: &Query, rows: &[RevId]) -> bool {
    let Value::Array(targets) = &query.to else {
        return false;
    };
    let there = graph.ancestors(rows);
    strings(&json!(targets))
        .iter()
        .any(|target| graph.get(target.as_str()).is_some() && !there.contains(target))
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
            if !agreed {
                println!(
                    "    (\"{number}\", \"{}\", \"{}\", \"\"),\n       ours {:?}\n       theirs {theirs:?}",
                    query.op,
                    query.target().replace('"', "\\\""),
                    ask(&graph, query).map_err(|error| error.to_string()),
                );
                deviations.push((number, query.op.clone(), query.target()));
            }
        }
    }
    assert_eq!(queries, 217);
    let listed: Vec<_> = DEVIATIONS
        .iter()
        .map(|&(case, op, to, _)| (case, op.to_owned(), to.to_owned()))
        .collect();
    assert_eq!(deviations, listed);
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
    let mut different = 0;
    for (case, replies) in &cases {
        let (graph, problems) = Graph::build(revisions(&case.dag));
        if let Some(how) = &case.broken {
            broken_is_survived(case, how, &graph, &problems);
            continue;
        }
        assert_eq!(problems, [], "{}", case.name);
        for (query, theirs) in case.queries.iter().zip(replies) {
            let verdict = judge(case, &graph, query, theirs);
            if matches!(verdict, Verdict::Different | Verdict::OtherWords) {
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
    println!("{counts:#?}");
    assert_eq!(different, 0);
}

/// What was broken on purpose is reported, and every question still has an end.
fn broken_is_survived(case: &Case, how: &str, graph: &Graph, problems: &[super::Problem]) {
    println!("broken {how}: {problems:?}");
    for query in &case.queries {
        let _ = ask(graph, query);
    }
}
