//! Heads that come apart with a step, and what joins them.

use super::Doing;
use crate::{
    model::{Finding, Project, RevId, Rule, shell},
    workflow::{At, Context},
};

/// What makes one head of those that are staged: it may be in the files already. Of heads that
/// were there before, others may have some; all of them new, they are one's own.
fn joined_by(context: &Context, all_new: bool) -> String {
    let here = context.project_at(&At::WorkTree);
    let is_one = here.is_ok_and(|here| {
        here.errors().next().is_none() && here.graph.diverged().is_empty() && !here.graph.is_empty()
    });
    if is_one {
        let folders = context.config.folders.iter().map(String::as_str);
        format!(
            "the files have one head, and not all of them are staged: `git add {}`",
            shell::words(folders)
        )
    } else if all_new {
        "`teammig rebase` puts one on top of the other, `teammig merge-heads` joins them; then `git add` what they wrote"
            .to_owned()
    } else {
        "`teammig sync` puts yours on top of the others, or joins them; then `git add` what it wrote"
            .to_owned()
    }
}

/// Heads that are apart and were not before, in each line.
pub(super) fn two_heads(
    context: &Context,
    before: &Project,
    after: &Project,
    doing: &Doing,
) -> Vec<Finding> {
    // A commit that leaves an old divergence as it was is not the one to stop.
    let (_, lines) = after.graph.diverged_since(&before.graph);
    let one = |heads: &Vec<RevId>| several(context, heads, before, after, doing);
    lines.iter().map(one).collect()
}

fn several(
    context: &Context,
    heads: &[RevId],
    before: &Project,
    after: &Project,
    doing: &Doing,
) -> Finding {
    let layout = context.layout();
    let names: Vec<&str> = heads.iter().map(RevId::as_str).collect();
    let (count, names) = (heads.len(), names.join(", "));
    let is_old = |id: &&RevId| before.graph.get(id.as_str()).is_some();
    let (message, help) = match doing {
        Doing::Push { branch, .. } => (
            format!("this push leaves {branch} with {count} heads: {names}"),
            "`teammig sync` puts yours on top of the others, or joins them; then commit, and push again".to_owned(),
        ),
        Doing::Commit | Doing::Merge(_) => (
            format!("this commit leaves {count} heads: {names}"),
            joined_by(context, !heads.iter().any(|id| is_old(&id))),
        ),
    };
    // What is new comes first.
    let mut sorted: Vec<&RevId> = heads.iter().collect();
    if let Some(new) = sorted.iter().position(|id| !is_old(id)) {
        sorted[..=new].rotate_right(1);
    }
    let mut finding = Finding::error(Rule::DivergedHeads, message).help(help);
    for (n, id) in sorted.into_iter().enumerate() {
        if n == 0 {
            finding = finding.about(id);
        }
        if let Some(migration) = after.migration(id.as_str()) {
            let span = layout.locate(migration, "parents", "");
            finding = if n == 0 {
                finding.at(&migration.file, span, "")
            } else {
                finding.see(&migration.file, span, "")
            };
        }
    }
    finding
}
