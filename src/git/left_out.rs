//! Files that a sparse checkout leaves out of the working tree one by one.
//!
//! Who left them out deleted nothing: the working tree is what is on disk and, of these, what
//! is staged. A folder of which nothing is here is another matter, and not decided here.

use std::fs;

use super::{Captured, Folders, GitError, Repo};

impl Repo {
    /// Adds to the working tree's files those that a sparse checkout leaves out of it.
    pub fn add_left_out(
        &self,
        prefix: &str,
        folders: &Folders,
        captured: &mut Captured,
    ) -> Result<(), GitError> {
        let top = match self.work_dir() {
            Some(top) if self.is_sparse() => top,
            _ => return Ok(()),
        };
        let mut listing = match self.index_listing(prefix, folders) {
            // A folder that leads out of the repository is in no index.
            Err(GitError::FolderOutside { .. } | GitError::FolderIsLink { .. }) => return Ok(()),
            listing => listing?,
        };
        let root = top.join(prefix);
        // Git itself goes by what is on disk, where such a file is there all the same.
        let is_here = |path: &str| fs::symlink_metadata(root.join(path)).is_ok();
        listing.left_out.retain(|path| !is_here(path));
        if listing.left_out.is_empty() {
            return Ok(());
        }
        let left_out = &listing.left_out;
        listing.files.retain(|file| left_out.contains(&file.path));
        let head_file = listing.head_file.take();
        listing.head_file = head_file.filter(|file| left_out.contains(&file.path));
        let staged = self.read_listing(listing)?.snapshot;
        let files = &mut captured.snapshot.files;
        files.extend(staged.files);
        files.sort_by_cached_key(|file| (folders.place_of(&file.path), file.path.clone()));
        let head_file = &mut captured.snapshot.head_file;
        *head_file = head_file.take().or(staged.head_file);
        Ok(())
    }
}
