//! The migrations folders of two Git states, merged in memory.
//!
//! A check of a branch alone says nothing about what its merge will leave. So the
//! folders are merged as Git would merge them, without a working tree and without
//! writing anything, and the result is a snapshot like any other. Conflicts
//! elsewhere in the repository do not count.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use super::{At, Context, Error, remembered::Remembered};
use crate::{
    git::{
        Ancestors, Bases, BlobId, CommitId, FileChange, FolderMove, FolderState, Listed, Reach,
        Repo,
    },
    model::{
        Origin, Snapshot,
        audit::{Content, FileFact},
        merge::{Changed, Conflict, Files, Merge, merge},
    },
};

mod files;
mod head_file;

const BASES: &str = "merge-bases";
const CHANGES: &str = "folder-changes";
/// Bases of bases of bases: more is no history that people make.
const DEEPEST: usize = 8;

/// Why two states cannot be merged here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unknown {
    /// Where they part lies in history that this shallow clone does not have.
    History,
    /// What it edits was first published in history that this shallow clone does not have.
    FirstPublished,
    /// They have no common ancestor.
    Unrelated,
    /// They were merged into each other crosswise, and those merges conflict.
    CrissCross,
    /// The other side has no migrations folder any more.
    NoFolder,
    /// Its migrations folder, or the one where they part, is a link that leads nowhere.
    LostFolder,
    /// The clone does not have the content of all files.
    Contents,
}

/// Two states, merged.
#[derive(Debug)]
pub struct Merged {
    /// The files of the result. Of a file in conflict it has our side, or the one
    /// that was not deleted.
    pub snapshot: Snapshot,
    /// Where Git would stop, in the migrations folders.
    pub conflicts: Vec<Conflict>,
    /// The same in the head file, which is there for that: mostly it is two heads.
    pub head_file_conflict: Option<Conflict>,
    /// The commit of our side; the working tree may be ahead of it.
    pub ours: CommitId,
    /// The commit of theirs.
    pub theirs: CommitId,
}

/// Merges the folders of `theirs` (any name of a commit) into those of `ours`.
pub fn merged(
    context: &Context,
    ours: &At,
    theirs: &str,
) -> Result<Result<Merged, Unknown>, Error> {
    let merger = Merger::new(context)?;
    let side = merger.side(ours)?;
    let tip = merger.repo.resolve(theirs)?;
    let ancestors = merger.repo.ancestors(side.commit)?;
    let bases = ancestors.bases(tip)?;
    merger.follow_moves(side.commit, [&bases])?;
    merger.follow_theirs(side.commit, tip)?;
    let changes = match merger.changes_since(&bases, tip)? {
        Ok(changes) => changes,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let merge = match merger.merge(&side.files, &changes)? {
        Ok(merge) => merge,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let files = side.files.merged(&merge);
    let (head_file, head_file_conflict) = match merger.head_file(ours, side.commit, tip, &bases)? {
        Ok(file) => (file, None),
        // What stands there then says nothing of the result.
        Err(conflict) => (None, Some(conflict)),
    };
    merger.remember();
    let snapshot = Snapshot {
        head_file,
        origin: Origin::Commit {
            name: format!("{} merged with {theirs}", name_of(ours)),
            id: tip.to_string(),
        },
        files: merger.contents_of(&files)?,
    };
    Ok(Ok(Merged {
        snapshot,
        conflicts: merge.conflicts,
        head_file_conflict,
        ours: side.commit,
        theirs: tip,
    }))
}

/// Whether the files of the working tree are others than those of its commit.
pub(super) fn is_uncommitted(context: &Context) -> Result<bool, Error> {
    let merger = Merger::new(context)?;
    let side = match merger.side(&At::WorkTree) {
        // Nothing is there that could be committed.
        Err(Error::NoFolder(_)) => return Ok(false),
        side => side?,
    };
    let committed = merger.files_of(side.commit)?;
    Ok(!committed.changes(&side.files).is_empty())
}

fn name_of(at: &At) -> &str {
    match at {
        At::WorkTree => "the working tree",
        At::Index => "the index",
        At::Commit(name) => name,
    }
}

/// One state: its files, and the commit that its history ends in.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) commit: CommitId,
    pub(super) files: Files,
}

/// Merges, with everything that was looked up for one merge kept for the next.
#[derive(Debug)]
pub(super) struct Merger<'c> {
    context: &'c Context,
    pub(super) repo: &'c Repo,
    prefix: String,
    states: RefCell<HashMap<CommitId, FolderState>>,
    /// Where the folders stood before, as far as that had to be found out.
    moves: RefCell<Vec<FolderMove>>,
    contents: RefCell<HashMap<BlobId, Content>>,
    /// What no commit has: files of the working tree, results of merges.
    own: RefCell<HashMap<Arc<str>, Arc<[u8]>>>,
    changes: RefCell<Remembered<Vec<Row>>>,
    bases: RefCell<Remembered<Vec<String>>>,
}

/// A file that differs: its path, its blob before and after.
type Row = (String, Option<String>, Option<String>);

impl<'c> Merger<'c> {
    pub(super) fn new(context: &'c Context) -> Result<Self, Error> {
        let repo = context.repo()?;
        Ok(Self {
            context,
            repo,
            prefix: context.prefix()?,
            states: RefCell::default(),
            moves: RefCell::default(),
            contents: RefCell::default(),
            own: RefCell::default(),
            changes: RefCell::new(Remembered::load(repo, CHANGES)),
            bases: RefCell::new(Remembered::load(repo, BASES)),
        })
    }

    /// Remembers for the next call what was looked up in this one.
    pub(super) fn remember(&self) {
        self.changes.borrow_mut().store(self.repo);
        self.bases.borrow_mut().store(self.repo);
    }

    /// The folders of a commit by their ids.
    pub(super) fn state(&self, commit: CommitId) -> Result<FolderState, Error> {
        if let Some(state) = self.states.borrow().get(&commit) {
            return Ok(state.clone());
        }
        let folders = self.context.folders();
        let moves = self.moves.borrow();
        let state = self
            .repo
            .folder_state(commit, &self.prefix, &folders, &moves)?;
        self.states.borrow_mut().insert(commit, state.clone());
        Ok(state)
    }

    /// Branches that are older than a move of the folders still have them where they
    /// were, and so have the commits where they part: Git moves their new files along.
    pub(super) fn follow_moves<'b>(
        &self,
        tip: CommitId,
        bases: impl IntoIterator<Item = &'b Bases>,
    ) -> Result<(), Error> {
        let now = self.state(tip)?;
        let mut is_other = false;
        let mut parted = Vec::new();
        for bases in bases {
            if let Bases::Known(bases) = bases {
                for base in bases {
                    parted.push(*base);
                    is_other = is_other
                        || match self.state(*base) {
                            // Its branch cannot be judged anyway.
                            Err(error) if error.is_lost_folder() => false,
                            state => state?.lacks_some_of(&now),
                        };
                }
            }
        }
        if is_other {
            let folders = self.context.folders();
            let line = self.repo.line_of(tip);
            let mainline = self
                .repo
                .mainline(&line, &self.prefix, &folders, Reach::default())?;
            let mut moves = mainline.moves;
            for base in parted {
                moves.extend(self.configured_move(tip, base)?);
            }
            self.know_moves(moves);
        }
        Ok(())
    }

    /// Where only the other side moved the folders, they are read where its own configuration
    /// says, and Git moves our new files along. A link that leads nowhere is told by whoever
    /// reads it.
    pub(super) fn follow_theirs(&self, side: CommitId, tip: CommitId) -> Result<(), Error> {
        let is_absent = match self.state(tip) {
            Err(error) if error.is_lost_folder() => false,
            state => state?.is_absent(),
        };
        if is_absent {
            self.know_moves(self.configured_move(side, tip)?);
        }
        Ok(())
    }

    /// The same of branches that are judged themselves.
    pub(super) fn follow_named(&self, names: &[String]) -> Result<(), Error> {
        for name in names {
            let commit = self.repo.resolve(name)?;
            self.follow_theirs(commit, commit)?;
        }
        Ok(())
    }

    fn know_moves(&self, mut moves: Vec<FolderMove>) {
        let mut known = self.moves.borrow_mut();
        moves.retain(|one| !known.contains(one));
        if !moves.is_empty() {
            known.extend(moves);
            self.states.borrow_mut().clear();
        }
    }

    /// The folders that the configuration calls otherwise than it did where a branch parts:
    /// what is edited in the same step looks like no move.
    fn configured_move(&self, tip: CommitId, base: CommitId) -> Result<Vec<FolderMove>, Error> {
        let (prefix, before) = self.context.place_in(&base.to_string())?;
        let from = before.in_repository(&prefix)?;
        let to = self.context.folders().in_repository(&self.prefix)?;
        if from.len() != to.len() {
            return Ok(Vec::new());
        }
        let pairs = from.into_iter().zip(to).filter(|(from, to)| from != to);
        Ok(pairs
            .map(|(from, to)| FolderMove {
                commit: tip,
                from,
                to,
            })
            .collect())
    }

    /// Where a branch parts from the commit `of`; `ancestors` are walked at the first
    /// pair that is not remembered.
    pub(super) fn bases(
        &self,
        of: CommitId,
        ancestors: &std::cell::OnceCell<Ancestors<'c>>,
        tip: CommitId,
    ) -> Result<Bases, Error> {
        let key = format!("{of} {tip}");
        if !self.repo.is_shallow()
            && let Some(known) = self.bases.borrow().known.get(&key)
        {
            let commits: Vec<CommitId> = known
                .iter()
                .filter_map(|hex| CommitId::from_hex(hex))
                .collect();
            return Ok(if commits.is_empty() {
                Bases::Unrelated
            } else {
                Bases::Known(commits)
            });
        }
        let walked = if let Some(walked) = ancestors.get() {
            walked
        } else {
            let walked = self.repo.ancestors(of)?;
            ancestors.get_or_init(|| walked)
        };
        let bases = walked.bases(tip)?;
        let hex = match &bases {
            Bases::Known(commits) => commits.iter().map(ToString::to_string).collect(),
            Bases::Unrelated => Vec::new(),
            // A deeper clone will know.
            Bases::Missing => return Ok(bases),
        };
        self.bases.borrow_mut().put(key, hex);
        Ok(bases)
    }

    /// Files that differ between two commits, not yet with what they say.
    pub(super) fn differing(&self, old: CommitId, new: CommitId) -> Result<Vec<FileChange>, Error> {
        let (old, new) = (self.state(old)?, self.state(new)?);
        if old == new {
            return Ok(Vec::new());
        }
        let folders = self.context.folders();
        let key = format!("{:?} {} {}", folders.key(), old.key(), new.key());
        if let Some(rows) = self.changes.borrow().known.get(&key) {
            let known: Option<Vec<FileChange>> = rows
                .iter()
                .map(|(path, old, new)| {
                    let path = path.as_str().into();
                    FileChange::from_hex(&path, old.as_deref(), new.as_deref())
                })
                .collect();
            if let Some(known) = known {
                return Ok(known);
            }
        }
        let changes = self.repo.folder_changes(&folders, &old, &new)?;
        let rows = changes
            .iter()
            .filter_map(|change| {
                let path = &change.new.as_ref().or(change.old.as_ref())?.path;
                let hex = |side: &Option<Listed>| side.as_ref().map(|file| file.blob().to_string());
                Some((path.to_string(), hex(&change.old), hex(&change.new)))
            })
            .collect();
        self.changes.borrow_mut().put(key, rows);
        Ok(changes)
    }

    /// What a branch did since it parted.
    pub(super) fn changes_since(
        &self,
        bases: &Bases,
        tip: CommitId,
    ) -> Result<Result<Vec<Changed>, Unknown>, Error> {
        let bases = match bases {
            Bases::Known(bases) => bases,
            Bases::Unrelated => return Ok(Err(Unknown::Unrelated)),
            Bases::Missing => return Ok(Err(Unknown::History)),
        };
        let Some(base) = self.one_base(bases)? else {
            return Ok(match self.virtual_base(bases, DEEPEST)? {
                Err(unknown) => Err(unknown),
                Ok(base) => Ok(base.changes(&self.files_of(tip)?)),
            });
        };
        if self.state(tip)?.is_absent() && !self.state(base)?.is_absent() {
            return Ok(Err(Unknown::NoFolder));
        }
        let differing = self.differing(base, tip)?;
        let files: Vec<Listed> = differing
            .iter()
            .flat_map(|change| change.old.iter().chain(&change.new))
            .cloned()
            .collect();
        self.know(&files)?;
        let changes = differing.iter().map(|change| Changed {
            old: change.old.as_ref().map(|file| self.fact(file)),
            new: change.new.as_ref().map(|file| self.fact(file)),
        });
        Ok(Ok(changes.collect()))
    }

    /// The base, where there is one or where it does not matter which.
    pub(super) fn one_base(&self, bases: &[CommitId]) -> Result<Option<CommitId>, Error> {
        let Some((first, rest)) = bases.split_first() else {
            return Ok(None);
        };
        let state = self.state(*first)?;
        for other in rest {
            if self.state(*other)? != state {
                return Ok(None);
            }
        }
        Ok(Some(*first))
    }

    /// Several bases are merged first, as Git does, with the bases of those before.
    fn virtual_base(
        &self,
        bases: &[CommitId],
        depth: usize,
    ) -> Result<Result<Files, Unknown>, Error> {
        let Some((first, rest)) = bases.split_first() else {
            return Ok(Err(Unknown::Unrelated));
        };
        let mut files = self.files_of(*first)?;
        for next in rest {
            let below = match self.repo.bases(*first, *next)? {
                Bases::Known(below) => below,
                Bases::Unrelated => return Ok(Err(Unknown::Unrelated)),
                Bases::Missing => return Ok(Err(Unknown::History)),
            };
            let from = match self.one_base(&below)? {
                Some(base) => self.files_of(base)?,
                None if depth == 0 => return Ok(Err(Unknown::CrissCross)),
                None => match self.virtual_base(&below, depth - 1)? {
                    Ok(files) => files,
                    Err(unknown) => return Ok(Err(unknown)),
                },
            };
            let changes = from.changes(&self.files_of(*next)?);
            let merge = match self.merge(&files, &changes)? {
                Ok(merge) if merge.conflicts.is_empty() => merge,
                Ok(_) => return Ok(Err(Unknown::CrissCross)),
                Err(unknown) => return Ok(Err(unknown)),
            };
            files = files.merged(&merge);
        }
        Ok(Ok(files))
    }

    /// Merges, files that both sides changed line by line.
    pub(super) fn merge(
        &self,
        ours: &Files,
        theirs: &[Changed],
    ) -> Result<Result<Merge, Unknown>, Error> {
        let missing = |file: &FileFact| file.content == Content::Missing;
        let files = theirs.iter().flat_map(|one| one.old.iter().chain(&one.new));
        if files.clone().any(missing) {
            return Ok(Err(Unknown::Contents));
        }
        let mut merge = merge(ours, theirs);
        for blend_of in std::mem::take(&mut merge.blends) {
            let blobs = [&blend_of.base, &blend_of.ours, &blend_of.theirs];
            let mut bytes = Vec::new();
            for blob in blobs {
                match self.bytes(&blend_of.path, blob)? {
                    Some(found) => bytes.push(found),
                    None => return Ok(Err(Unknown::Contents)),
                }
            }
            let result = match bytes.as_slice() {
                [base, ours, theirs] => self.repo.blend(base, ours, theirs)?,
                _ => None,
            };
            let result = match result {
                Some(bytes) => Some(self.result(&blend_of.path, bytes)?),
                None => None,
            };
            merge.blended(&blend_of, ours, result);
        }
        Ok(Ok(merge))
    }
}
