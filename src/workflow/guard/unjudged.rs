//! Projects that cannot be looked at, and whether a commit touches them: who commits
//! something else did not break them, and is not stopped.

use super::from_the_top;
use crate::{
    config::FILE_NAME,
    model::head_file,
    workflow::{Context, Error, context::Unread},
};

/// A project that could not be looked at, and what that means for the commit.
#[derive(Debug)]
pub struct Unjudged {
    /// Why not.
    pub error: Error,
    /// What follows.
    pub so: So,
}

/// What follows from a project that cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum So {
    /// The commit touches nothing of it: whoever commits something else did not break it.
    NotTouched,
    /// The commit changes this file of it (its configuration, a link, or one that may be
    /// a revision or a head file), which nobody judged: it stops the commit.
    Touched(String),
}

/// What follows from a project that cannot be looked at; `prefixes` are those of all
/// projects of the repository.
pub(super) fn unjudged(
    context: &Context,
    unread: Unread,
    prefixes: &[String],
) -> Result<Unjudged, Error> {
    let touched = touched(context, &unread.prefix, prefixes)?;
    let so = touched.map_or(So::NotTouched, So::Touched);
    Ok(Unjudged {
        error: unread.error,
        so,
    })
}

/// A file of the project at `prefix` that the commit changes and that may matter. Its
/// folders are not known, so everything below it counts that is of no project further down.
fn touched(context: &Context, prefix: &str, prefixes: &[String]) -> Result<Option<String>, Error> {
    let below = |path: &str, folder: &str| {
        folder.is_empty()
            || path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    let config = from_the_top(prefix, FILE_NAME);
    let extensions = context.layout().extensions();
    let changes = context.repo()?.staged_changes(prefix, |path, is_link| {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let may_matter = is_link || name == head_file::NAME || extensions.contains(&ending);
        let further_down = prefixes
            .iter()
            .any(|other| other != prefix && below(other, prefix) && below(path, other));
        path == config || (!further_down && may_matter)
    })?;
    // Of several, the configuration is what to put right.
    Ok(changes
        .iter()
        .find(|path| **path == config)
        .or(changes.first())
        .cloned())
}
