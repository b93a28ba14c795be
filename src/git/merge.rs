//! What a merge of the migrations folders needs of Git: their states, what differs
//! between two of them, and Git's own merge of one file. Nothing is written.

use std::sync::Arc;

use git2::{MergeFileInput, Oid};

use super::{
    CommitId, FolderMove, Folders, GitError, Listed, Listing, Repo, error::Doing, folders::join,
    tree_changes::Which,
};

/// The migrations folders of a commit by their tree ids: equal ids, equal files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FolderState(pub(super) Vec<Option<Oid>>);

impl FolderState {
    /// None of the folders is there.
    pub fn is_absent(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The other one has a folder that this one has not.
    pub fn lacks_some_of(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        pairs.any(|(here, there)| here.is_none() && there.is_some())
    }

    /// A name for caches.
    pub fn key(&self) -> String {
        let ids: Vec<String> = self
            .0
            .iter()
            .map(|id| id.map_or_else(|| "-".to_owned(), |id| id.to_string()))
            .collect();
        ids.join(",")
    }
}

/// A file that differs between two states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file, in the older state.
    pub old: Option<Listed>,
    /// The same in the newer one.
    pub new: Option<Listed>,
}

impl FileChange {
    fn path(&self) -> Option<&Arc<str>> {
        let file = self.new.as_ref().or(self.old.as_ref());
        file.map(|file| &file.path)
    }

    /// From what a cache says: the path and the blobs in hex.
    pub fn from_hex(path: &Arc<str>, old: Option<&str>, new: Option<&str>) -> Option<Self> {
        let side = |hex: Option<&str>| match hex {
            None => Some(None),
            Some(hex) => {
                let id = Oid::from_str(hex).ok()?;
                let path = Arc::clone(path);
                Some(Some(Listed::new(path, id)))
            }
        };
        Some(Self {
            old: side(old)?,
            new: side(new)?,
        })
    }
}

impl Repo {
    /// The state of the folders in a commit. A folder that is not there is looked for
    /// where it was before it was moved.
    pub fn folder_state(
        &self,
        commit: CommitId,
        prefix: &str,
        folders: &Folders,
        moves: &[FolderMove],
    ) -> Result<FolderState, GitError> {
        Ok(self.places(commit, prefix, folders, moves)?.1)
    }

    fn places(
        &self,
        commit: CommitId,
        prefix: &str,
        folders: &Folders,
        moves: &[FolderMove],
    ) -> Result<(Vec<String>, FolderState), GitError> {
        let mut places = folders.in_repository(prefix)?;
        let mut ids = self.folder_ids(commit, &places)?;
        // Newest first: each leads further back.
        for moved in moves {
            for (place, id) in places.iter_mut().zip(&mut ids) {
                if id.is_none() && *place == moved.to {
                    place.clone_from(&moved.from);
                    let found = self.folder_ids(commit, std::slice::from_ref(place))?;
                    *id = found.into_iter().next().flatten();
                }
            }
        }
        Ok((places, FolderState(ids)))
    }

    /// The files of that state.
    pub fn state_listing(
        &self,
        commit: CommitId,
        prefix: &str,
        folders: &Folders,
        moves: &[FolderMove],
    ) -> Result<Listing, GitError> {
        let (places, state) = self.places(commit, prefix, folders, moves)?;
        self.list(folders, &places, &state.0, &commit.to_string(), commit)
    }

    /// Git's own merge of three versions of a file; `None` where lines are in conflict.
    pub fn blend(
        &self,
        base: &[u8],
        ours: &[u8],
        theirs: &[u8],
    ) -> Result<Option<Vec<u8>>, GitError> {
        // A method, since the library is set up when a repository is opened.
        let [mut b, mut o, mut t] = [(); 3].map(|()| MergeFileInput::new());
        let merged = git2::merge_file(b.content(base), o.content(ours), t.content(theirs), None)
            .doing("merge a file")?;
        Ok(merged.is_automergeable().then(|| merged.content().to_vec()))
    }

    /// The files that differ between two states, in file order. Reads folders, not files.
    pub fn folder_changes(
        &self,
        folders: &Folders,
        old: &FolderState,
        new: &FolderState,
    ) -> Result<Vec<FileChange>, GitError> {
        let mut all: Vec<FileChange> = Vec::new();
        for (folder, (old, new)) in folders.paths().iter().zip(old.0.iter().zip(&new.0)) {
            if old == new {
                continue;
            }
            let start = all.len();
            let (old, new) = (self.raw_tree(*old)?, self.raw_tree(*new)?);
            self.changed_files(folders, &old, &new, &mut |which, name, id| {
                let listed = Some(Listed::new(join(folder, name).into(), id));
                let last = all[start..].last_mut().filter(|last| {
                    last.new.is_none()
                        && last.old.as_ref().map(|old| &old.path)
                            == listed.as_ref().map(|new| &new.path)
                });
                match (which, last) {
                    (Which::Old, _) => all.push(FileChange {
                        old: listed,
                        new: None,
                    }),
                    (Which::New, Some(last)) => last.new = listed,
                    (Which::New, None) => all.push(FileChange {
                        old: None,
                        new: listed,
                    }),
                }
            })?;
            all[start..].sort_by(|one, other| one.path().cmp(&other.path()));
        }
        Ok(all)
    }
}

/// The blob id that a file's bytes would have.
pub fn blob_of(bytes: &[u8]) -> Result<String, GitError> {
    let id = Oid::hash_object(git2::ObjectType::Blob, bytes).doing("name a file's content")?;
    Ok(id.to_string())
}
