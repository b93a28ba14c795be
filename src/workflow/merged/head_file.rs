//! The head file of a merge: Git merges it as any other text, which is what it is for.

use super::{super::At, Error, Merger};
use crate::{
    git::{Bases, CommitId},
    model::{
        SnapshotFile,
        merge::{Conflict, ConflictKind},
    },
};

impl Merger<'_> {
    /// The head file that Git would leave, or where it would stop.
    pub(super) fn head_file(
        &self,
        at: &At,
        ours: CommitId,
        theirs: CommitId,
        bases: &Bases,
    ) -> Result<Result<Option<SnapshotFile>, Conflict>, Error> {
        let ours = match at {
            At::Commit(_) => self.head_file_of(ours)?,
            At::WorkTree | At::Index => self.context.captured(at)?.snapshot.head_file,
        };
        let theirs = self.head_file_of(theirs)?;
        if says(ours.as_ref()) == says(theirs.as_ref()) {
            return Ok(Ok(ours));
        }
        // Of several bases, one that a side still has; where none is, any will conflict.
        let mut base = None;
        if let Bases::Known(commits) = bases {
            for commit in commits {
                base = self.head_file_of(*commit)?;
                if says(ours.as_ref()) == says(base.as_ref()) {
                    return Ok(Ok(theirs));
                }
                if says(theirs.as_ref()) == says(base.as_ref()) {
                    return Ok(Ok(ours));
                }
            }
        }
        self.blend_head_files(base.as_ref(), ours, theirs)
    }

    /// Both sides changed it.
    fn blend_head_files(
        &self,
        base: Option<&SnapshotFile>,
        ours: Option<SnapshotFile>,
        theirs: Option<SnapshotFile>,
    ) -> Result<Result<Option<SnapshotFile>, Conflict>, Error> {
        let merged = match [says(base), says(ours.as_ref()), says(theirs.as_ref())] {
            [Some(base), Some(ours), Some(theirs)] => self
                .repo
                .blend(base, ours, theirs)?
                .ok_or(ConflictKind::Content),
            [None, Some(_), Some(_)] => Err(ConflictKind::Added),
            _ => Err(ConflictKind::Deleted),
        };
        let file = ours.or(theirs);
        Ok(match merged {
            Ok(bytes) => Ok(file.map(|file| SnapshotFile {
                content: Ok(bytes.into()),
                blob: None,
                ..file
            })),
            Err(kind) => Err(Conflict {
                kind,
                paths: file.into_iter().map(|file| file.path).collect(),
                revisions: Vec::new(),
                same_scripts: false,
            }),
        })
    }

    fn head_file_of(&self, commit: CommitId) -> Result<Option<SnapshotFile>, Error> {
        let folders = self.context.folders();
        let moves = self.moves.borrow();
        let listing = self
            .repo
            .state_listing(commit, &self.prefix, &folders, &moves)?;
        Ok(self.repo.read_files(listing.head_file.as_slice())?.pop())
    }
}

/// What a head file says; `None` = there is none, or it cannot be read.
fn says(file: Option<&SnapshotFile>) -> Option<&[u8]> {
    file.and_then(|file| file.content.as_deref().ok())
}
