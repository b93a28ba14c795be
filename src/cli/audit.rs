//! `teammig audit`

mod page;
mod text;
mod timeline;
mod words;

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Status, radar, report};
use crate::{
    model::audit::{Commit, Divergence, Edit, Problem},
    ui::Ui,
    workflow::{
        Context, Error,
        audit::{self, Audit, Request, Today},
        write_document,
    },
};

/// Replay a branch's own history: divergences that landed, published revisions that were edited
///
/// Follows the branch itself, by reflog, messages of merges and first parents, and
/// judges what each push or merge left: every divergence, from when to when and how it was repaired, and every
/// published revision that was edited, told apart as comments, scripts, down
/// script only, parents, deleted. Needs no database and writes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig audit                          the protected branch, else HEAD
  teammig audit --since v1.4             what was not over at that release
  teammig audit --ref release -v         another branch, with edits of comments
  teammig audit --html audit.html        a page with a timeline

Exits with 3 where something is still open, and with 4 where the clone does not
have all of the history.")]
pub(super) struct Args {
    /// The branch, tag or commit to replay [default: the protected branch, else HEAD]
    #[arg(long, value_name = "REF")]
    r#ref: Option<String>,

    /// Leave out what was over by then: a date, a point in time, or a commit
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,

    /// Write the report as a web page, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let audit = audit::audit(
        context,
        &Request {
            name: args.r#ref.clone(),
            since: args.since.clone(),
        },
    )?;
    if ui.is_json() {
        ui.json(&document(&audit));
    } else {
        text::show(ui, context, &audit);
        for gap in &audit.gaps {
            let (message, hint) = words::gap(gap);
            ui.error(message);
            ui.hint(hint);
        }
    }
    // Last, so that a page that cannot be written does not cost the report.
    if let Some(file) = &args.html {
        if let Err(error) = write_document(context, file, &page::page(&audit, context.now)) {
            return Ok(Status::Code(report::show_beside(ui, &error)));
        }
        if !ui.is_json() {
            ui.status(format!("wrote {}", file.display()));
        }
    }
    let report = &audit.report;
    let open = report.open().next().is_some()
        || report.problems.iter().any(|one| one.repaired_by.is_none());
    Ok(if !audit.gaps.is_empty() {
        Status::Unknown
    } else if open {
        Status::Attention
    } else {
        Status::Fine
    })
}

fn document(audit: &Audit) -> Value {
    let report = &audit.report;
    json!({
        "schema": "teammig.audit/1",
        "ref": audit.name,
        "tip": audit.tip.to_string(),
        "since": audit.since.map(|at| at.to_string()),
        "commits": report.commits,
        "landings": report.landings,
        "changing_landings": report.changing,
        "revisions": report.revisions,
        "first": report.span.as_ref().map(|(first, _)| commit(first)),
        "last": report.span.as_ref().map(|(_, last)| commit(last)),
        "evaluated": audit.gaps.is_empty(),
        "gaps": audit.gaps.iter().map(|gap| words::gap(gap).0).collect::<Vec<_>>(),
        "moves": audit.moves.iter().map(|one| json!({
            "commit": one.commit.to_string(),
            "from": one.from,
            "to": one.to,
        })).collect::<Vec<_>>(),
        "divergences": report.divergences.iter().map(divergence).collect::<Vec<_>>(),
        "edits": report.edits.iter().map(edit).collect::<Vec<_>>(),
        "amended": report.decisions.iter().map(|one| landed(&one.commit, json!({
            "revision": one.revision,
            "path": &*one.path,
            "was": one.entry.was,
            "options": one.entry.options,
            "reason": one.entry.reason,
        }))).collect::<Vec<_>>(),
        "problems": report.problems.iter().map(problem).collect::<Vec<_>>(),
        "today": audit.today.as_ref().map(|found| today(found, &audit.name)),
    })
}

fn today(found: &Result<Today, Error>, with: &str) -> Value {
    match found {
        Ok(today) => json!({
            "evaluated": today.gaps.is_empty() && today.unknown == 0,
            "gaps": today.gaps.iter().map(|gap| radar::words::gap(gap).0).collect::<Vec<_>>(),
            "judged": today.judged,
            "unknown": today.unknown,
            "old": today.old,
            "days": today.days,
            "would_diverge": today.diverge.iter().map(|one| radar::branch(one, with)).collect::<Vec<_>>(),
        }),
        Err(error) => {
            json!({ "evaluated": false, "gaps": [report::message(error)], "would_diverge": [] })
        }
    }
}

fn commit(commit: &Commit) -> Value {
    json!({
        "commit": commit.id,
        "at": commit.at.to_string(),
        "author": commit.author,
        "summary": commit.summary,
    })
}

/// The keys of the landing itself, for other keys to be added to.
fn landed(at: &Commit, more: Value) -> Value {
    let mut document = commit(at);
    if let (Value::Object(all), Value::Object(more)) = (&mut document, more) {
        all.extend(more);
    }
    document
}

fn divergence(one: &Divergence) -> Value {
    let by = one.repaired_by.as_deref();
    landed(
        &one.commit,
        json!({
            "from_before": one.from_before,
            "heads": one.heads.iter().map(|head| &head.revision).collect::<Vec<_>>(),
            "brought": one.heads.iter().map(|head| landed(&head.commit, json!({
                "revision": head.revision,
                "message": head.message,
            }))).collect::<Vec<_>>(),
            "parts_at": one.parts_at,
            "grew": one.grew.iter().map(|at| commit(at)).collect::<Vec<_>>(),
            "most_heads": one.most_heads,
            "how": one.how.name(),
            "repaired_by": by.map(|by| &by.id),
            "repaired_at": by.map(|by| by.at.to_string()),
            "repaired": by.map(commit),
        }),
    )
}

fn edit(one: &Edit) -> Value {
    landed(
        &one.commit,
        json!({
            "revision": one.revision,
            "path": &*one.path,
            "kind": one.kind.name(),
            "published_by": one.published.id,
            "published_at": one.published.at.to_string(),
            "restores": one.restores,
            "on_purpose": one.on_purpose,
            "replaced_by": one.replaced_by,
            "restored_by": one.restored_by.as_ref().map(|by| &by.id),
            "restored_at": one.restored_by.as_ref().map(|by| by.at.to_string()),
        }),
    )
}

fn problem(one: &Problem) -> Value {
    let by = one.repaired_by.as_deref();
    landed(
        &one.commit,
        json!({
            "rule": one.kind.name(),
            "revisions": one.revisions,
            "paths": one.paths.iter().map(|path| &**path).collect::<Vec<_>>(),
            "repaired_by": by.map(|by| &by.id),
            "repaired_at": by.map(|by| by.at.to_string()),
        }),
    )
}
