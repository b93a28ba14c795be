//! What a hook has to know of the move of `HEAD` that Git made: where it was, what else
//! a merge brings, and which folders with a project in them changed.
//!
//! Compares folders by their ids and goes only into those that differ, so that a hook
//! costs next to nothing where nothing of ours moved.

use std::{
    collections::{BTreeSet, HashMap},
    env, fs,
};

use git2::{DiffOptions, FileMode, Oid};

use super::{
    CommitId, GitError, Repo,
    error::Doing as _,
    folders::join,
    tree_changes::{Change, Entry, changes, entries},
};

impl Repo {
    /// The folders of `to` (as Git names them; empty for the top) that hold a file of
    /// this name, and in which anything differs from `from`; `None` = from nothing.
    pub fn changed_folders_with(
        &self,
        name: &str,
        from: Option<CommitId>,
        to: CommitId,
    ) -> Result<Vec<String>, GitError> {
        let mut found = Vec::new();
        let mut open = vec![(
            String::new(),
            from.map(|from| self.root(from)).transpose()?,
            self.root(to)?,
        )];
        while let Some((folder, old, new)) = open.pop() {
            if old == Some(new) {
                continue;
            }
            let new = self.raw_tree(Some(new))?;
            let is_it = |entry: Entry<'_>| entry.name == name.as_bytes() && entry.is_blob();
            if entries(&new).any(is_it) {
                found.push(folder.clone());
            }
            // Where nothing is below, it does not matter what was there before.
            if !entries(&new).any(|entry| entry.is_folder()) {
                continue;
            }
            let old = self.raw_tree(old)?;
            let changes = changes(&old, &new);
            let before: HashMap<&[u8], Oid> = changes
                .iter()
                .filter_map(|change| match change {
                    Change::Old(entry) if entry.is_folder() => Some((entry.name, entry.oid()?)),
                    _ => None,
                })
                .collect();
            for change in &changes {
                if let Change::New(entry) = change
                    && entry.is_folder()
                    && let Some(id) = entry.oid()
                {
                    let path = join(&folder, &String::from_utf8_lossy(entry.name));
                    open.push((path, before.get(entry.name).copied(), id));
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// The files below a folder (as Git names it; empty for the top) in which two commits
    /// differ, in the order of their paths. `wanted` is told the path and whether it is a
    /// symbolic link.
    pub fn changes_between(
        &self,
        (from, to): (CommitId, CommitId),
        folder: &str,
        wanted: impl Fn(&str, bool) -> bool,
    ) -> Result<Vec<String>, GitError> {
        let doing = || format!("compare {from} with {to}");
        let mut options = DiffOptions::new();
        options
            .disable_pathspec_match(true)
            .ignore_submodules(true)
            .include_typechange(true);
        if !folder.is_empty() {
            options.pathspec(folder);
        }
        let (old, new) = (self.tree(self.root(from)?)?, self.tree(self.root(to)?)?);
        let diff = self
            .inner
            .diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options))
            .doing_with(doing)?;
        let mut changed = BTreeSet::new();
        for delta in diff.deltas() {
            for file in [delta.old_file(), delta.new_file()] {
                let Some(path) = file.path_bytes().filter(|_| file.exists()) else {
                    continue;
                };
                let path = String::from_utf8_lossy(path).into_owned();
                if wanted(&path, file.mode() == FileMode::Link) {
                    changed.insert(path);
                }
            }
        }
        Ok(changed.into_iter().collect())
    }

    /// The commits that a merge in progress brings in. While `git merge` itself records
    /// one, they are only named in the environment of its hooks (Git 2.47).
    pub fn merging_with(&self) -> Vec<CommitId> {
        let heads = fs::read_to_string(self.git_dir().join("MERGE_HEAD")).unwrap_or_default();
        let mut commits: Vec<CommitId> = heads.lines().filter_map(CommitId::from_hex).collect();
        if commits.is_empty() {
            commits.extend(env::vars_os().filter_map(|(name, _)| {
                CommitId::from_hex(name.to_str()?.strip_prefix("GITHEAD_")?)
            }));
        }
        commits.retain(|commit| self.has(*commit));
        commits
    }

    /// Where the branch stood before the rebase in progress.
    pub fn before_rebase(&self) -> Option<CommitId> {
        ["rebase-merge", "rebase-apply"].iter().find_map(|folder| {
            let path = self.git_dir().join(folder).join("orig-head");
            CommitId::from_hex(fs::read_to_string(path).ok()?.trim())
        })
    }
}
