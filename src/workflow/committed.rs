//! A file that is wrong here and right as it is committed: the way out is to go back.
//!
//! That is what is left of a `sync` in the middle of a merge when Git takes the merge
//! back: a file of it names a parent that went along. Looked for only where something is
//! wrong; reads the commit that is checked out and nothing else.

use std::collections::BTreeMap;

use super::{At, Context, deleted};
use crate::model::{Finding, Project, RevId, Rule, shell};

/// Adds that way out to what is wrong with the working tree.
pub(super) fn offer(context: &Context, project: &mut Project) {
    of_edges(context, project);
    of_head_file(context, project);
}

/// A head file that names a revision whose file is only missing here is right.
fn of_head_file(context: &Context, project: &mut Project) {
    let is_it = |one: &&mut Finding| one.rule == Rule::HeadFile;
    if !project
        .findings
        .iter()
        .any(|one| one.rule == Rule::HeadFile)
    {
        return;
    }
    let deleted = deleted::here(context, project).unwrap_or_default();
    if deleted.is_empty() {
        return;
    }
    let paths: Vec<String> = deleted
        .values()
        .map(|path| context.pathspec(path))
        .collect();
    let paths = shell::words(paths.iter().map(String::as_str));
    for finding in project.findings.iter_mut().filter(is_it) {
        finding.help = Some(format!(
            "`git restore {paths}` brings back what is deleted here, and Git has"
        ));
    }
}

fn of_edges(context: &Context, project: &mut Project) {
    let mut wrong = project.findings.iter().filter(|one| is_of_edges(one));
    if wrong.next().is_none() || context.repo_if_any().is_none() {
        return;
    }
    let Ok(committed) = context.project_at(&At::Commit("HEAD".to_owned())) else {
        return;
    };
    let parents: BTreeMap<RevId, usize> = project
        .graph
        .iter()
        .map(|one| (one.id.clone(), one.parents.len()))
        .collect();
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
        let path = shell::word(&context.pathspec(&place.file.path));
        let is_merge = parents.get(id).is_some_and(|many| *many > 1);
        if is_merge && committed.migration(id.as_str()).is_none() {
            finding.help = Some(format!(
                "this merge revision is not committed: if it is left over from a merge that was aborted, `rm {path}` \
                 removes it"
            ));
        } else if fits {
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
