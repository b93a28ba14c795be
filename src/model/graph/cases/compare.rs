//! How an answer compares with Alembic's, and when Alembic's is no measure.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Case, Doc, Failure, Query, Reply, ask, ids, is_ordered, sorted};
use crate::model::{
    graph::{Graph, GraphError},
    revision::RevId,
};

/// How an answer compares with Alembic's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
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
        // Theirs drops what it was looked for as.
        GraphError::NoSuchBranch { label } => {
            *theirs == format!("Can't locate revision identified by '{label}'")
        }
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
        // Theirs takes the second one for an id.
        GraphError::CurrentTwice => theirs == "Can't locate revision identified by 'current'",
        // Theirs prints the rows instead of the word `current`, and the order
        // of the others is up to a set.
        GraphError::UnrelatedRange { .. } => theirs.starts_with("Requested range"),
        GraphError::Overlaps { .. } => theirs.starts_with("Requested revision"),
        _ => false,
    }
}

pub(super) fn judge(case: &Case, graph: &Graph, query: &Query, theirs: &Reply) -> Verdict {
    let ours = ask(graph, query);
    let variants = if theirs.variants.is_empty() {
        std::slice::from_ref(theirs)
    } else {
        &theirs.variants
    };
    // Alembic keeps several dependencies of one revision in a set.
    let vague = theirs.unstable || case.dag.iter().any(|doc| doc.depends_on.len() > 1);
    let verdict = variants
        .iter()
        .map(|theirs| compare(graph, query, &ours, theirs, vague))
        .min()
        .unwrap_or(Verdict::Different);
    let says = |reply: &Reply, text: &str| {
        reply
            .error
            .as_ref()
            .is_some_and(|error| error.message == text)
    };
    if verdict != Verdict::Different {
        verdict
    } else if graph.maximal(&ids(&query.from).into_iter().collect()).len() < query.from.len() {
        Verdict::Nonsense("rows of which one needs another, which a ledger does not have")
    } else if says(theirs, "Ambiguous walk") && case.dag.iter().any(Doc::names_a_parent_twice) {
        Verdict::Nonsense("a parent named twice is two ways down")
    } else {
        nonsense(graph, query, ours.as_ref().ok(), variants).map_or(verdict, Verdict::Nonsense)
    }
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

/// Why Alembic's answer is wrong in itself, if it is and ours is what is left
/// of it when put right.
fn nonsense(
    graph: &Graph,
    query: &Query,
    ours: Option<&Value>,
    variants: &[Reply],
) -> Option<&'static str> {
    let theirs = comparable(query, variants.first()?.ok.as_ref()?);
    let their_rows = strings(&theirs["rows"]);
    let rows = graph.maximal(&their_rows.iter().cloned().collect());
    let to_nothing = query.from.is_empty() && query.target().ends_with(":current");
    match (query.op.as_str(), ours) {
        ("upgrade" | "downgrade", Some(ours))
            if rows.len() < their_rows.len()
                && ours["path"] == theirs["path"]
                && ours["rows"] == json!(sorted(&rows)) =>
        {
            Some("a row that another row needs")
        }
        ("stamp", Some(ours)) => {
            let mut all: BTreeSet<RevId> = their_rows.iter().cloned().collect();
            let lost = lost_targets(graph, query, &all);
            all.extend(lost.iter().cloned());
            (ours["rows"] == json!(sorted(&graph.maximal(&all)))).then_some(if lost.is_empty() {
                "a stamped row that another row needs"
            } else {
                "a stamped revision is lost again"
            })
        }
        ("resolve", None) if theirs.to_string().contains("null") => {
            Some("a walk past the base means nothing")
        }
        // `X:current` is X and above, though nothing is applied.
        ("history", None) if to_nothing => Some("up to nothing is everything"),
        ("history", Some(ours)) if to_nothing && *ours == json!([]) => {
            Some("up to nothing is everything")
        }
        _ => None,
    }
}

/// The revisions that were to be stamped and are not there.
fn lost_targets(graph: &Graph, query: &Query, rows: &BTreeSet<RevId>) -> Vec<RevId> {
    let rows: Vec<RevId> = rows.iter().cloned().collect();
    let there = graph.ancestors(&rows);
    let targets = match &query.to {
        Value::Array(_) => strings(&query.to),
        _ => graph.resolve(&query.target()).unwrap_or_default(),
    };
    targets
        .into_iter()
        .filter(|id| !there.contains(id))
        .collect()
}
