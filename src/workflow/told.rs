//! What came in is news once: which move of HEAD a `sync` has told of already.
//!
//! Remembered under the common directory for each working tree, project and environment,
//! with the move's two commits. Only what is shown to people hangs on it.

use super::{Context, Error, remembered::Remembered};
use crate::git::CommitId;

const NAME: &str = "told";

/// A move of HEAD, as seen from one working tree, project and environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    place: String,
    between: String,
}

impl Told {
    pub(super) fn of(context: &Context, from: CommitId, to: CommitId) -> Result<Self, Error> {
        let repo = context.repo()?;
        let place = [
            repo.git_dir().to_string_lossy().into_owned(),
            context.prefix()?,
            context.config.database.clone().unwrap_or_default(),
            context.target()?.environment,
        ];
        Ok(Self {
            place: place.join("\n"),
            between: format!("{from} {to}"),
        })
    }

    /// Somebody was told.
    pub(super) fn is_known(&self, context: &Context) -> bool {
        let load = |repo| Remembered::<String>::load(repo, NAME);
        let known = context.repo_if_any().map(load);
        known.is_some_and(|known| known.known.get(&self.place) == Some(&self.between))
    }

    /// Remembers that somebody was told.
    pub(super) fn remember(&self, context: &Context) {
        if let Some(repo) = context.repo_if_any() {
            let mut known = Remembered::<String>::load(repo, NAME);
            known.put(self.place.clone(), self.between.clone());
            known.store(repo);
        }
    }
}
