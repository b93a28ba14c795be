//! The shapes of the JSON contract that several commands share (DESIGN 12).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    model::{Finding, NoWayBack, Plan, Project, RevId, finding::Place},
    workflow::{Done, Prepared},
};

/// A revision.
pub(super) fn revision(project: &Project, id: &RevId) -> Value {
    let graph = &project.graph;
    let key = id.as_str();
    let Some(revision) = graph.get(key) else {
        return json!({ "revision": id });
    };
    json!({
        "revision": id,
        "parents": revision.parents,
        "depends_on": revision.depends_on,
        "labels": revision.labels,
        "message": revision.message,
        "created": revision.created.map(|at| at.to_string()),
        "path": project.migration(key).map(|migration| &*migration.file.path),
        "is_head": graph.is_head(key),
        "is_base": graph.is_base(key),
        "is_merge": graph.is_merge(key),
        "is_branch_point": graph.is_branch_point(key),
    })
}

/// Revisions.
pub(super) fn revisions(project: &Project, ids: &[RevId]) -> Value {
    ids.iter().map(|id| revision(project, id)).collect()
}

/// Revisions that may be in files that cannot be read.
pub(super) fn unread(hidden: &[(RevId, Arc<str>)]) -> Value {
    let one = |(id, path): &(RevId, Arc<str>)| json!({ "revision": id, "path": **path });
    hidden.iter().map(one).collect()
}

/// A plan.
pub(super) fn plan(plan: &Plan, steps: &[Prepared]) -> Value {
    json!({
        "schema": "teammig.plan/1",
        "from": plan.from,
        "to": plan.to,
        "steps": steps.iter().map(|step| json!({
            "direction": step.step.direction.name(),
            "revision": step.step.revision,
            "message": step.message,
            "transaction": step.script().transaction,
            "resumes_after": (step.skip > 0).then_some(step.skip),
            "no_way_back": step.no_way_back.map(NoWayBack::name),
        })).collect::<Vec<_>>(),
    })
}

/// Steps that were done.
pub(super) fn done(steps: &[Done]) -> Value {
    steps
        .iter()
        .map(|step| {
            json!({
                "direction": step.direction.name(),
                "revision": step.revision,
                "message": step.message,
                // Of several that were one call, nobody knows how long each took.
                "duration_ms": (!step.duration.is_zero())
                    .then(|| u64::try_from(step.duration.as_millis()).unwrap_or(u64::MAX)),
            })
        })
        .collect()
}

/// What is wrong with the files of a snapshot.
pub(super) fn findings(project: &Project) -> Value {
    project.findings.iter().map(finding).collect()
}

/// A finding.
pub(super) fn finding(finding: &Finding) -> Value {
    let place = finding.place.as_ref();
    let position = place.map(position);
    json!({
        "rule": finding.rule.name(),
        "severity": match finding.severity {
            crate::model::Severity::Error => "error",
            crate::model::Severity::Warning => "warning",
        },
        "revision": finding.revision,
        "path": place.map(|place| &*place.file.path),
        "line": position.map(|at| at.0),
        "column": position.map(|at| at.1),
        "message": finding.message,
        "help": finding.help,
    })
}

/// Line and column of a place.
pub(super) fn position(place: &Place) -> (usize, usize) {
    let at = place.file.position(place.span.start);
    (at.line, at.column)
}
