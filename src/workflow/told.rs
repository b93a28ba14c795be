//! What came in is news once: which move of HEAD a `sync`, or a hook, has told of already.
//!
//! Remembered under the common directory for each working tree, project and environment,
//! with the move's two commits. Only what is shown to people hangs on it.

use super::{Context, Error, remembered::Remembered};
use crate::git::CommitId;

const SYNC: &str = "told";
const HOOK: &str = "told-by-hook";

/// A move of HEAD, as seen from one working tree, project and environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    name: &'static str,
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
            name: SYNC,
            place: place.join("\n"),
            between: format!("{from} {to}"),
        })
    }

    /// The same for hooks, of which one operation of Git may run several. The same move at
    /// another time is another one.
    pub(super) fn by_hook(context: &Context, from: CommitId, to: CommitId) -> Result<Self, Error> {
        let last = context.repo()?.head_moves(1)?;
        let time = last.first().map(|last| last.time.to_string());
        let told = Self::of(context, from, to)?;
        Ok(Self {
            name: HOOK,
            between: format!("{} {}", told.between, time.unwrap_or_default()),
            ..told
        })
    }

    /// Somebody was told.
    pub(super) fn is_known(&self, context: &Context) -> bool {
        let load = |repo| Remembered::<String>::load(repo, self.name);
        let known = context.repo_if_any().map(load);
        known.is_some_and(|known| known.known.get(&self.place) == Some(&self.between))
    }

    /// Remembers that somebody was told.
    pub(super) fn remember(&self, context: &Context) {
        if let Some(repo) = context.repo_if_any() {
            let mut known = Remembered::<String>::load(repo, self.name);
            known.put(self.place.clone(), self.between.clone());
            known.store(repo);
        }
    }
}
