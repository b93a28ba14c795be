//! The migrations folders as commits hold them, and what every snapshot comes with.
//!
//! Reads whole folders by tree id and never a diff: branches whose folders are
//! equal are read once.

use std::{collections::HashMap, ops::ControlFlow, sync::Arc};

use git2::Oid;

use super::{
    BlobId, CommitId, Folders, GitError, Repo, Tip,
    error::Doing,
    folders::{join, joined},
    links::Links,
    objects::Walked,
    tree_changes::entries,
};
use crate::model::{Origin, Snapshot, SnapshotFile, head_file, snapshot::Unreadable};

/// A snapshot, and what about it is not in the files.
#[derive(Debug, Clone)]
pub struct Captured {
    /// The files.
    pub snapshot: Snapshot,
    /// Folders that are not there (index and commit: or hold no file at all).
    pub missing: Vec<String>,
    /// Files that a merge left unresolved in the index; the snapshot has our side of them.
    pub conflicted: Vec<Arc<str>>,
}

/// The files of a snapshot before anything of them is read.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Where they stand.
    pub origin: Origin,
    /// The files, in file order.
    pub files: Vec<Listed>,
    /// The head file of the first folder.
    pub head_file: Option<Listed>,
    missing: Vec<String>,
    conflicted: Vec<Arc<str>>,
    /// Files of the index that a sparse checkout leaves out of the working tree.
    pub(super) left_out: Vec<Arc<str>>,
}

/// A file that is known and not read yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Listed {
    /// Relative to the project's root.
    pub path: Arc<str>,
    pub(super) id: Oid,
    /// It is a link that leads to no file, and `id` is the link's own.
    lost: bool,
}

/// What was listed lately, the latest at the end: the commit that is checked out and what is
/// published mostly have the same folders, and others are looked at in between.
#[derive(Debug, Default)]
pub(super) struct ListedLately(Vec<Known>);

/// More are not kept: each may be thousands of files.
const KEPT: usize = 4;

#[derive(Debug)]
struct Known {
    folders: Folders,
    places: Vec<String>,
    ids: Vec<Option<Oid>>,
    listing: Listing,
}

impl ListedLately {
    fn find(
        &mut self,
        folders: &Folders,
        places: &[String],
        ids: &[Option<Oid>],
    ) -> Option<Listing> {
        let is_this =
            |one: &Known| one.ids == ids && one.places == places && one.folders == *folders;
        let at = self.0.iter().position(is_this)?;
        self.0.get_mut(at..)?.rotate_left(1);
        self.0.last().map(|known| known.listing.clone())
    }

    fn keep(&mut self, known: Known) {
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(known);
    }
}

impl Listed {
    pub(super) fn new(path: Arc<str>, id: Oid) -> Self {
        let lost = false;
        Self { path, id, lost }
    }

    /// A file with this content, that is in no repository.
    #[cfg(test)]
    pub(crate) fn of(path: &str, content: &[u8]) -> Self {
        let id = Oid::hash_object(git2::ObjectType::Blob, content).unwrap();
        Self::new(path.into(), id)
    }

    /// A link to what was found there. `None` = a folder, which is no revision,
    /// whatever the link is called.
    pub(super) fn linked(
        path: Arc<str>,
        link: Oid,
        found: Result<Walked, GitError>,
    ) -> Result<Option<Self>, GitError> {
        match found {
            Ok(Walked::Folder(_)) => Ok(None),
            Ok(Walked::File(id)) => Ok(Some(Self::new(path, id))),
            Ok(Walked::Nothing) | Err(GitError::FolderIsLink { .. }) => Ok(Some(Self {
                lost: true,
                ..Self::new(path, link)
            })),
            Err(error) => Err(error),
        }
    }

    /// A head file that is a link to nothing is none, as on disk.
    pub(super) fn leads_to_a_file(&self) -> bool {
        !self.lost
    }

    /// What stands for its bytes.
    pub fn blob(&self) -> BlobId {
        self.id.into()
    }
}

impl Listing {
    pub(super) fn new(
        origin: Origin,
        files: Vec<Listed>,
        head_file: Option<Listed>,
        missing: Vec<String>,
        conflicted: Vec<Arc<str>>,
    ) -> Self {
        Self {
            origin,
            files,
            head_file,
            missing,
            conflicted,
            left_out: Vec::new(),
        }
    }
}

impl Repo {
    /// The revision files of the commit that `name` means.
    pub fn commit_snapshot(
        &self,
        prefix: &str,
        folders: &Folders,
        name: &str,
    ) -> Result<Captured, GitError> {
        self.read_listing(self.commit_listing(prefix, folders, name)?)
    }

    /// The same without their contents.
    pub fn commit_listing(
        &self,
        prefix: &str,
        folders: &Folders,
        name: &str,
    ) -> Result<Listing, GitError> {
        let commit = self.resolve(name)?;
        let places = folders.in_repository(prefix)?;
        let ids = self.folder_ids(commit, &places)?;
        self.list(folders, &places, &ids, name, commit)
    }

    /// The contents of listed files.
    pub fn read_files(&self, files: &[Listed]) -> Result<Vec<SnapshotFile>, GitError> {
        let ids: Vec<Oid> = files.iter().map(|file| file.id).collect();
        Ok(files
            .iter()
            .zip(self.contents_of(&ids)?)
            .map(|(file, content)| SnapshotFile {
                path: Arc::clone(&file.path),
                content: if file.lost {
                    content.and_then(|target| Err(lost(&target)))
                } else {
                    content
                },
                blob: Some(file.blob().to_string()),
            })
            .collect())
    }

    pub(super) fn read_listing(&self, listing: Listing) -> Result<Captured, GitError> {
        let head_file = match listing.head_file {
            Some(listed) => self.read_files(&[listed])?.pop(),
            None => None,
        };
        Ok(Captured {
            snapshot: Snapshot {
                files: self.read_files(&listing.files)?,
                head_file,
                origin: listing.origin,
            },
            missing: listing.missing,
            conflicted: listing.conflicted,
        })
    }

    /// Whether the folders differ between two commits. `None` = that cannot be said, since
    /// one of them has a link that leads nowhere in the place of a folder. Reads no file.
    pub fn folders_differ(
        &self,
        prefix: &str,
        folders: &Folders,
        one: CommitId,
        other: CommitId,
    ) -> Result<Option<bool>, GitError> {
        if one == other {
            return Ok(Some(false));
        }
        let places = folders.in_repository(prefix)?;
        let ids = |commit| match self.folder_ids(commit, &places) {
            Err(GitError::FolderIsLink { .. }) => Ok(None),
            ids => ids.map(Some),
        };
        Ok(ids(one)?.zip(ids(other)?).map(|(one, other)| one != other))
    }

    /// Visits the different states that the folders have at these tips: once
    /// per state, with all the tips that share it, in the order of the tips. A folder
    /// that is a link which leads nowhere is missing of that state alone.
    pub fn for_each_distinct_state<'t>(
        &self,
        prefix: &str,
        folders: &Folders,
        tips: &'t [Tip],
        mut visit: impl FnMut(&[&'t Tip], &Captured) -> ControlFlow<()>,
    ) -> Result<(), GitError> {
        self.for_each_distinct_listing(prefix, folders, tips, |sharing, listing| {
            Ok(visit(sharing, &self.read_listing(listing)?))
        })
    }

    /// The same without the files' contents.
    pub fn for_each_distinct_listing<'t>(
        &self,
        prefix: &str,
        folders: &Folders,
        tips: &'t [Tip],
        mut visit: impl FnMut(&[&'t Tip], Listing) -> Result<ControlFlow<()>, GitError>,
    ) -> Result<(), GitError> {
        let places = folders.in_repository(prefix)?;
        let mut order: HashMap<Vec<Option<Oid>>, usize> = HashMap::new();
        let mut groups: Vec<(Vec<Option<Oid>>, Vec<&Tip>)> = Vec::new();
        for tip in tips {
            let root = self.root(tip.commit)?;
            let ids = places
                .iter()
                .map(|place| self.folder_if_there(root, place))
                .collect::<Result<Vec<_>, _>>()?;
            let at = *order.entry(ids.clone()).or_insert_with(|| {
                groups.push((ids, Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push(tip);
        }
        for (ids, sharing) in &groups {
            let Some(first) = sharing.first() else {
                continue;
            };
            let listing = self.list(folders, &places, ids, first.short(), first.commit)?;
            if visit(sharing, listing)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn folder_ids(
        &self,
        commit: CommitId,
        places: &[String],
    ) -> Result<Vec<Option<Oid>>, GitError> {
        let root = self.root(commit)?;
        places
            .iter()
            .map(|place| self.folder_id(root, place))
            .collect()
    }

    pub(super) fn root(&self, commit: CommitId) -> Result<Oid, GitError> {
        let found = self.inner.find_commit(commit.oid());
        Ok(found
            .doing_with(|| format!("read commit {commit}"))?
            .tree_id())
    }

    /// The files of a commit's folders, which stand at `places` and have these ids.
    pub(super) fn list(
        &self,
        folders: &Folders,
        places: &[String],
        ids: &[Option<Oid>],
        name: &str,
        commit: CommitId,
    ) -> Result<Listing, GitError> {
        let origin = Origin::Commit {
            name: name.to_owned(),
            id: commit.to_string(),
        };
        if let Some(listing) = self.listed.borrow_mut().find(folders, places, ids) {
            return Ok(Listing { origin, ..listing });
        }
        let mut found = Found::default();
        let mut missing = Vec::new();
        let all = folders.paths().iter().zip(places).zip(ids);
        for (n, ((folder, place), id)) in all.enumerate() {
            let Some(id) = id else {
                missing.push(folder.clone());
                continue;
            };
            let here = Here {
                folder,
                place,
                id: *id,
                has_head_file: n == 0,
            };
            self.list_in(folders, commit, &here, &mut found)?;
        }
        let (files, head_file) = (found.files, found.head_file);
        let listing = Listing::new(origin, files, head_file, missing, Vec::new());
        // What a link leads to stands in no folder's id.
        if !found.linked {
            self.listed.borrow_mut().keep(Known {
                folders: folders.clone(),
                places: places.to_vec(),
                ids: ids.to_vec(),
                listing: listing.clone(),
            });
        }
        Ok(listing)
    }

    /// The files of one folder.
    fn list_in(
        &self,
        folders: &Folders,
        commit: CommitId,
        here: &Here<'_>,
        all: &mut Found,
    ) -> Result<(), GitError> {
        // Git keeps the entries of a folder in the order of their bytes, and a folder among
        // them as if its name ended in a slash.
        let bytes = self.raw_tree(Some(here.id))?;
        for entry in entries(&bytes) {
            let name = String::from_utf8_lossy(entry.name);
            if entry.is_folder() {
                if folders.goes_into(&name) {
                    let below = Here {
                        folder: &join(here.folder, &name),
                        place: &join(here.place, &name),
                        id: Oid::from_bytes(entry.id).doing("read a folder")?,
                        has_head_file: false,
                    };
                    self.list_in(folders, commit, &below, all)?;
                }
                continue;
            }
            let is_head_file = here.has_head_file && name == head_file::NAME;
            if !entry.is_blob() || !(is_head_file || folders.wants(&name)) {
                continue;
            }
            let blob = Oid::from_bytes(entry.id).doing("read a folder")?;
            let path = joined(&mut all.buffer, here.folder, &name);
            let listed = if entry.is_link() {
                all.linked = true;
                let mut links = Links::new(&join(here.place, &name));
                let found = self.walk(self.root(commit)?, &mut links);
                Listed::linked(path, blob, found)?
            } else {
                Some(Listed::new(path, blob))
            };
            if is_head_file {
                all.head_file = listed.filter(Listed::leads_to_a_file);
            } else {
                all.files.extend(listed);
            }
        }
        Ok(())
    }
}

/// A folder of a commit.
struct Here<'a> {
    /// As it is shown.
    folder: &'a str,
    /// As Git names it.
    place: &'a str,
    id: Oid,
    has_head_file: bool,
}

/// What is found in a commit's folders.
#[derive(Default)]
struct Found {
    files: Vec<Listed>,
    head_file: Option<Listed>,
    /// One of them is a link.
    linked: bool,
    buffer: String,
}

/// Why a link is not read. On disk it may well lead somewhere; another clone has
/// nothing there.
fn lost(target: &[u8]) -> Unreadable {
    Unreadable::Io(format!(
        "it is a link to {}, which does not lead to a file of the repository",
        String::from_utf8_lossy(target)
    ))
}
