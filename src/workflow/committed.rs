//! A file that is wrong here and right as it is committed: the way out is to go back.
//!
//! That is what is left of a restack in the middle of a merge when Git takes the merge
//! back: the file names a parent that went with it. Looked for only where something is
//! wrong; reads the commit that is checked out and nothing else.

use super::{At, Context};
use crate::model::{Finding, Project, Rule, shell};

/// Adds that way out to what is wrong with the graph of the working tree.
pub(super) fn offer(context: &Context, project: &mut Project) {
    let mut wrong = project.findings.iter().filter(|one| is_of_edges(one));
    if wrong.next().is_none() || context.repo_if_any().is_none() {
        return;
    }
    let Ok(committed) = context.project_at(&At::Commit("HEAD".to_owned())) else {
        return;
    };
    for finding in project.findings.iter_mut().filter(|one| is_of_edges(one)) {
        let (Some(id), Some(place)) = (&finding.revision, &finding.place) else {
            continue;
        };
        let fits = committed.migration(id.as_str()).is_some_and(|before| {
            before.file.path == place.file.path
                && before.file.text != place.file.text
                && !committed
                    .errors()
                    .any(|one| one.revision.as_ref() == Some(id))
        });
        if fits {
            let path = shell::word(&place.file.path);
            let back = format!("`git restore --source=HEAD --staged --worktree {path}`");
            finding.help = Some(match finding.help.take() {
                Some(help) => {
                    format!("{back} goes back to what is committed, which fits; or {help}")
                }
                None => format!("{back} goes back to what is committed, which fits"),
            });
        }
    }
}

fn is_of_edges(finding: &Finding) -> bool {
    matches!(finding.rule, Rule::MissingParent | Rule::Cycle)
}
