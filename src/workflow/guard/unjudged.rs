//! Projects that cannot be looked at, and whether a commit or a push touches them: who
//! changes something else did not break them, and is not stopped.

use super::from_the_top;
use crate::{
    config::{self, ConfigError, FILE_NAME},
    git::GitError,
    model::head_file,
    workflow::{Context, Error, context::Unread},
};

/// A project that could not be looked at, and what that means for the commit or push.
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
    /// Nothing of it is touched: whoever changes something else did not break it.
    NotTouched,
    /// This file of it is changed (its configuration, a link, or one that may be
    /// a revision or a head file), which nobody judged: it stops the commit or push.
    Touched(String),
    /// It may be touched, and nothing in this clone can tell, whoever puts what right: a hook
    /// is in nobody's way for that.
    Unseen,
}

/// The files below a folder that are changed, of those that are asked for by their path and
/// by whether they are links.
pub(in crate::workflow) type Changes<'a> =
    dyn Fn(&str, &dyn Fn(&str, bool) -> bool) -> Result<Vec<String>, GitError> + 'a;

/// What follows from a project that cannot be looked at; `prefixes` are those of all
/// projects of the repository.
pub(in crate::workflow) fn unjudged(
    context: &Context,
    unread: Unread,
    prefixes: &[String],
    changes: &Changes<'_>,
) -> Result<Unjudged, Error> {
    let touched = touched(context, &unread, prefixes, changes)?;
    let so = touched.map_or(So::NotTouched, So::Touched);
    Ok(Unjudged {
        error: unread.error,
        so,
    })
}

/// A file of the project at `prefix` that is changed and that may matter. Its folders are
/// not known, so everything below it counts that is of no project further down.
fn touched(
    context: &Context,
    unread: &Unread,
    prefixes: &[String],
    changes: &Changes<'_>,
) -> Result<Option<String>, Error> {
    let prefix = unread.prefix.as_str();
    let below = |path: &str, folder: &str| {
        folder.is_empty()
            || path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    let config = from_the_top(prefix, FILE_NAME);
    let alembic = Alembic::of(unread);
    let extensions = context.layout().extensions();
    let changes = changes(prefix, &|path, is_link| {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let may_matter = is_link
            || name == head_file::NAME
            || match &alembic {
                Some(alembic) => alembic.may_matter(path),
                None => extensions.contains(&ending),
            };
        let further_down = prefixes
            .iter()
            .any(|other| other != prefix && below(other, prefix) && below(path, other));
        path == config || (!further_down && may_matter)
    })?;
    // Of several, the configuration is what to put right.
    let is_config = |path: &&String| {
        **path == config || alembic.as_ref().is_some_and(|alembic| alembic.says(path))
    };
    Ok(changes.iter().find(is_config).or(changes.first()).cloned())
}

/// An Alembic project whose ini does not say any more where its revisions are.
struct Alembic {
    /// The files that may have said it, from the top.
    files: Vec<String>,
}

impl Alembic {
    fn of(unread: &Unread) -> Option<Self> {
        let files = match &unread.error {
            Error::Config(ConfigError::NoAlembic) => {
                config::alembic::INIS.map(str::to_owned).into()
            }
            Error::Config(ConfigError::NoAlembicFile { file }) => vec![file.clone()],
            _ => return None,
        };
        let from_the_top = |file: String| from_the_top(&unread.prefix, &file);
        Some(Self {
            files: files.into_iter().map(from_the_top).collect(),
        })
    }

    fn says(&self, path: &str) -> bool {
        self.files.iter().any(|file| file == path)
    }

    /// All else of the application ends like a revision; those are in such a folder, unless
    /// the ini said otherwise.
    fn may_matter(&self, path: &str) -> bool {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        self.says(path) || (ending == "py" && path.split('/').any(|folder| folder == "versions"))
    }
}
