//! `teammig.verify/1`

use serde_json::{Value, json};

use super::words;
use crate::{
    cli::{beside, json::position},
    model::{NoWayBack, RevId},
    workflow::{
        FailedStep,
        proof::{Found, Note, Proof, Proved},
        verify::{Comparison, How, Loss, Verified},
    },
};

pub(super) fn document(verified: &Verified) -> Value {
    let proof = verified.proof.as_ref();
    let revisions = proof.map_or(&[][..], |proof| &proof.revisions);
    json!({
        "schema": "teammig.verify/1",
        "environment": verified.environment,
        "base": verified.base,
        "replayed": proof.map_or(0, |proof| proof.replayed),
        "verified": proof.is_none_or(Proof::holds),
        "revisions": revisions.iter().map(|one| revision(verified, one)).collect::<Vec<_>>(),
        "not_tried": proof.map_or(&[][..], |proof| &proof.not_tried),
        "not_run": beside::not_run_json(proof.map_or(&[][..], |proof| &proof.left_out)),
    })
}

fn revision(verified: &Verified, one: &Proved) -> Value {
    json!({
        "revision": one.revision,
        "message": one.message,
        "path": path(verified, &one.revision),
        "verified": one.findings.is_empty(),
        "no_way_back": one.no_way_back.map(NoWayBack::name),
        "tables": one.with_rows.1,
        "tables_with_rows": one.tables_with_rows(),
        "findings": one.findings.iter().map(found).collect::<Vec<_>>(),
        "notes": one.notes.iter().map(note).collect::<Vec<_>>(),
        "observed": one.observed.iter().map(|seen| json!({
            "direction": seen.direction.name(),
            "statement": seen.statement + 1,
            "locks": seen.locks.iter().map(|(mode, table)| json!({ "mode": mode, "table": table })).collect::<Vec<_>>(),
            "rewrites": seen.rewrites,
        })).collect::<Vec<_>>(),
    })
}

fn path<'a>(verified: &'a Verified, id: &RevId) -> Option<&'a str> {
    let migration = verified.project.migration(id.as_str())?;
    Some(&migration.file.path)
}

fn found(found: &Found) -> Value {
    let message = words::found(found).line;
    let message = message.trim_end_matches(':');
    match found {
        Found::Fails(step) => failed("fails", step, message),
        Found::FailsOnRows(step) => failed("fails-on-rows", step, message),
        Found::FailsAgain(step) => failed("fails-again", step, message),
        Found::NotBack(comparison) => differs("does-not-return", comparison, message),
        Found::NotTheSame(comparison) => differs("differs-again", comparison, message),
        Found::Lost(loss) => lost(loss, message),
    }
}

fn note(note: &Note) -> Value {
    let message = words::note(note);
    let message = message.as_str();
    match note {
        Note::Open(loss) | Note::AsSaid(loss) => lost(loss, message),
        Note::NoRows { table, .. } => {
            json!({ "kind": "no-rows", "object": table, "message": message })
        }
        Note::DoubtfulOnRows(step) => failed("fails-on-made-up-rows", step, message),
        Note::NoRowMet { direction, place } => json!({
            "kind": "no-row-met",
            "direction": direction.name(),
            "message": message,
            "path": &*place.file.path,
            "line": position(place).0,
            "column": position(place).1,
        }),
        Note::Stricter(what) => {
            json!({ "kind": "depends-on-your-rows", "object": what, "message": message })
        }
        Note::NothingLike(name) => {
            json!({ "kind": "nothing-like", "object": name, "message": message })
        }
    }
}

fn failed(kind: &str, step: &FailedStep, message: &str) -> Value {
    let place = step.place.as_ref();
    let at = place.map(position);
    json!({
        "kind": kind,
        "direction": step.direction.name(),
        "message": message,
        "code": step.error.error.code,
        "path": place.map(|place| &*place.file.path),
        "line": at.map(|at| at.0),
        "column": at.map(|at| at.1),
    })
}

fn differs(kind: &str, comparison: &Comparison, message: &str) -> Value {
    json!({
        "kind": kind,
        "message": message,
        "differences": comparison.differences.iter().map(|one| json!({
            "kind": one.id.kind.name(),
            "object": one.name,
            "change": one.words(),
        })).collect::<Vec<_>>(),
    })
}

fn lost(loss: &Loss, message: &str) -> Value {
    json!({
        "kind": match loss.how {
            How::Rows => "rows-lost",
            How::Nulled => "values-lost",
            How::Changed(..) => "values-changed",
            How::NotBack => "does-not-come-back",
            How::Rewritten => "rewritten",
        },
        "direction": loss.direction.name(),
        "message": message,
        "object": loss.name,
        "said": loss.said,
        "count": loss.count,
        "of": loss.of,
    })
}
