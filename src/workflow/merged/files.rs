//! The files of a side, with what they say: of commits by their blobs, of the working
//! tree and of merges by their bytes.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    super::{At, Error, outline},
    Merger, Side,
};
use crate::{
    git::{CommitId, FileChange, Listed, blob_of},
    model::{
        Origin, Snapshot, SnapshotFile,
        audit::{Content, FileFact},
        merge::Files,
    },
};

impl Merger<'_> {
    /// A state with all of its files.
    pub(in crate::workflow) fn side(&self, at: &At) -> Result<Side, Error> {
        match at {
            At::Commit(name) => {
                let commit = self.repo.resolve(name)?;
                let files = self.files_of(commit)?;
                Ok(Side { commit, files })
            }
            At::WorkTree | At::Index => {
                let commit = self.repo.resolve("HEAD")?;
                let committed = self.files_of(commit)?;
                let captured = self.context.captured(at)?;
                let files = captured.snapshot.files.iter();
                let files = files
                    .map(|file| self.uncommitted(file, &committed))
                    .collect::<Result<Vec<_>, Error>>()?;
                Ok(Side {
                    commit,
                    files: Files::new(files),
                })
            }
        }
    }

    /// A file of the working tree or the index.
    fn uncommitted(&self, file: &SnapshotFile, committed: &Files) -> Result<FileFact, Error> {
        let before = committed.get(&file.path);
        let Ok(bytes) = &file.content else {
            return Ok(FileFact {
                path: Arc::clone(&file.path),
                blob: file.blob.clone().unwrap_or_default().into(),
                content: Content::Missing,
            });
        };
        let mut blob = match &file.blob {
            Some(blob) => blob.clone(),
            None => blob_of(bytes)?,
        };
        let is_before = |blob: &str| before.is_some_and(|before| *before.blob == *blob);
        // Git takes the line ends of a working tree off before it compares.
        if !is_before(&blob) && bytes.windows(2).any(|two| two == b"\r\n") {
            let plain = blob_of(&without_returns(bytes))?;
            if is_before(&plain) {
                blob = plain;
            }
        }
        if let Some(before) = before
            && *before.blob == *blob
        {
            return Ok(before.clone());
        }
        let blob: Arc<str> = blob.into();
        let mut own = self.own.borrow_mut();
        own.insert(Arc::clone(&blob), Arc::clone(bytes));
        Ok(FileFact {
            path: Arc::clone(&file.path),
            blob,
            content: outline::of_content(self.context, file),
        })
    }

    /// The files of a commit.
    pub(in crate::workflow) fn files_of(&self, commit: CommitId) -> Result<Files, Error> {
        let folders = self.context.folders();
        let moves = self.moves.borrow();
        let listing = self
            .repo
            .state_listing(commit, &self.prefix, &folders, &moves)?;
        self.know(&listing.files)?;
        Ok(Files::new(listing.files.iter().map(|file| self.fact(file))))
    }

    /// A file that only this merge has.
    pub(super) fn result(&self, path: &Arc<str>, bytes: Vec<u8>) -> Result<FileFact, Error> {
        let blob: Arc<str> = blob_of(&bytes)?.into();
        let bytes: Arc<[u8]> = bytes.into();
        let file = SnapshotFile {
            path: Arc::clone(path),
            content: Ok(Arc::clone(&bytes)),
            blob: Some(blob.to_string()),
        };
        self.own.borrow_mut().insert(Arc::clone(&blob), bytes);
        Ok(FileFact {
            path: Arc::clone(path),
            blob,
            content: outline::of_content(self.context, &file),
        })
    }

    pub(in crate::workflow) fn bytes(
        &self,
        path: &Arc<str>,
        blob: &Arc<str>,
    ) -> Result<Option<Arc<[u8]>>, Error> {
        if let Some(bytes) = self.own.borrow().get(blob) {
            return Ok(Some(Arc::clone(bytes)));
        }
        let file = FileChange::from_hex(path, None, Some(blob)).and_then(|change| change.new);
        let read = self.repo.read_files(file.as_slice())?;
        Ok(read.into_iter().find_map(|file| file.content.ok()))
    }

    /// Snapshots of some files, with their contents.
    pub(in crate::workflow) fn snapshot<'f>(
        &self,
        files: impl Iterator<Item = &'f FileFact>,
    ) -> Result<Snapshot, Error> {
        Ok(Snapshot {
            head_file: None,
            origin: Origin::Index,
            files: self.contents_of(&Files::new(files.cloned()))?,
        })
    }

    pub(super) fn contents_of(&self, files: &Files) -> Result<Vec<SnapshotFile>, Error> {
        let own = self.own.borrow();
        let listed = |file: &FileFact| {
            FileChange::from_hex(&file.path, None, Some(&file.blob)).and_then(|change| change.new)
        };
        let of_git: Vec<Listed> = files
            .iter()
            .filter(|file| !own.contains_key(&file.blob))
            .filter_map(listed)
            .collect();
        let mut read: BTreeMap<Arc<str>, SnapshotFile> = BTreeMap::new();
        for file in self.repo.read_files(&of_git)? {
            read.insert(Arc::clone(&file.path), file);
        }
        let mut all = Vec::new();
        for file in files.iter() {
            match (own.get(&file.blob), read.remove(&file.path)) {
                (Some(bytes), _) => all.push(SnapshotFile {
                    path: Arc::clone(&file.path),
                    content: Ok(Arc::clone(bytes)),
                    blob: Some(file.blob.to_string()),
                }),
                (None, found) => all.extend(found),
            }
        }
        Ok(all)
    }

    /// Reads what files say; all at once, since each call reads the cache.
    pub(in crate::workflow) fn know(&self, files: &[Listed]) -> Result<(), Error> {
        let unknown: Vec<Listed> = {
            let known = self.contents.borrow();
            let is_new = |file: &&Listed| !known.contains_key(&file.blob());
            files.iter().filter(is_new).cloned().collect()
        };
        if !unknown.is_empty() {
            let read = outline::of_files(self.context, &unknown)?;
            self.contents.borrow_mut().extend(read);
        }
        Ok(())
    }

    pub(super) fn fact(&self, file: &Listed) -> FileFact {
        let blob = file.blob();
        let content = self.contents.borrow().get(&blob).cloned();
        FileFact {
            path: Arc::clone(&file.path),
            blob: blob.to_string().into(),
            content: content.unwrap_or(Content::Missing),
        }
    }
}

fn without_returns(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            plain.push(*byte);
        }
    }
    plain
}
