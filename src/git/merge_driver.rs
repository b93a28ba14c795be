//! The merge driver for head files: its place in Git's configuration and attributes,
//! and what a merge that calls it is about.
//!
//! Git names a driver in `.gitattributes`, which is committed, and keeps its command
//! in the configuration of each clone. Where a clone does not have the command, Git
//! merges the file as text, and an ordinary conflict is what comes of it.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use git2::{AttrCheckFlags, AttrValue, ConfigLevel};

use super::{CommitId, GitError, Repo, error::Doing as _};

/// The driver's name in `.gitattributes`.
const NAME: &str = "teammig-head";

/// How the driver is doing in this clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DriverState {
    /// Git knows its command.
    Works,
    /// The command is there, and calls another program or version of this one.
    Other,
    /// Git does not know it.
    NotInstalled,
}

/// What the attributes say about a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// Our driver merges it.
    Ours,
    /// Nothing.
    Unset,
    /// Somebody decided otherwise.
    Other,
}

impl Repo {
    /// Whether Git knows the command of the driver, for this program.
    pub fn driver(&self, program: &Path) -> Result<DriverState, GitError> {
        let doing = "read Git's configuration";
        let config = self.inner.config().doing(doing)?;
        let there = config
            .get_string(&format!("merge.{NAME}.driver"))
            .found(doing)?;
        Ok(match there {
            None => DriverState::NotInstalled,
            Some(command) if command == self::command(program) => DriverState::Works,
            Some(_) => DriverState::Other,
        })
    }

    /// Tells Git the command, for all working trees of this clone.
    pub fn install_driver(&self, program: &Path) -> Result<(), GitError> {
        let doing = "write Git's configuration";
        let config = self.inner.config().doing(doing)?;
        let mut own = config.open_level(ConfigLevel::Local).doing(doing)?;
        own.set_str(&format!("merge.{NAME}.name"), "teammig's head file")
            .doing(doing)?;
        own.set_str(&format!("merge.{NAME}.driver"), &command(program))
            .doing(doing)
    }

    /// Takes the command out again; whether it was there.
    pub fn uninstall_driver(&self) -> Result<bool, GitError> {
        let doing = "write Git's configuration";
        let config = self.inner.config().doing(doing)?;
        let mut own = config.open_level(ConfigLevel::Local).doing(doing)?;
        let keys = ["name", "driver"].map(|key| format!("merge.{NAME}.{key}"));
        if !keys.iter().any(|key| own.get_entry(key).is_ok()) {
            return Ok(false);
        }
        // The library leaves the section's header behind; Git does not.
        let done = Command::new("git")
            .arg("--git-dir")
            .arg(self.git_dir())
            .args(["config", "--local", "--remove-section"])
            .arg(format!("merge.{NAME}"))
            .output();
        if !done.is_ok_and(|output| output.status.success()) {
            for key in &keys {
                own.remove(key).found(doing)?;
            }
        }
        Ok(true)
    }

    /// What `.gitattributes` and the like say about a path below the working tree.
    pub fn merge_attribute(&self, path: &str) -> Result<Attribute, GitError> {
        let value = self
            .inner
            .get_attr(Path::new(path), "merge", AttrCheckFlags::FILE_THEN_INDEX)
            .doing(format!("look up the attributes of {path}"))?;
        Ok(match AttrValue::from_string(value) {
            AttrValue::String(NAME) => Attribute::Ours,
            AttrValue::Unspecified => Attribute::Unset,
            _ => Attribute::Other,
        })
    }

    /// The commits that a merge is about: where both sides began, and what comes in;
    /// `None` where Git does not say. `base` and `theirs` are the labels that it gives
    /// to the sides (`%S` and `%Y`).
    ///
    /// When a driver runs, none of `MERGE_HEAD`, `REBASE_HEAD` and `CHERRY_PICK_HEAD`
    /// is there yet (Git 2.47). `git merge` names what it merges in `GITHEAD_<id>`; picks,
    /// also those of a rebase, have labels like `parent of 1234567 (subject)`.
    pub fn merging(&self, base: &str, theirs: &str) -> Option<(CommitId, CommitId)> {
        let mut named = env::vars_os().filter_map(|(name, _)| {
            let id = name.to_str()?.strip_prefix("GITHEAD_")?.to_owned();
            Some(id)
        });
        match (named.next(), named.next()) {
            (Some(id), None) => {
                let theirs = self.resolve(&id).ok()?;
                let ours = self.head().ok()?.commit()?;
                Some((self.merge_base(ours, theirs).ok()??, theirs))
            }
            (None, _) => {
                let id = theirs.split(' ').next()?;
                base.strip_prefix("parent of ")?.strip_prefix(id)?;
                let plain = id.len() >= 4 && id.chars().all(|c| c.is_ascii_hexdigit());
                let theirs = plain.then(|| self.resolve(id).ok())??;
                let base = self.resolve(&format!("{theirs}^1")).ok()?;
                Some((base, theirs))
            }
            _ => None,
        }
    }
}

/// Merges three texts as Git does without a driver, into `ours`; whether no conflict is left.
pub fn merge_as_text(paths: [&Path; 3], labels: [&str; 3], marker_size: &str) -> bool {
    let [base, ours, theirs] = paths;
    let [base_label, our_label, their_label] = labels;
    let mut command = Command::new("git");
    command.args(["merge-file", "-q"]);
    if marker_size.parse::<u16>().is_ok() {
        command.arg(format!("--marker-size={marker_size}"));
    }
    for label in [our_label, base_label, their_label] {
        command.args(["-L", label]);
    }
    command.arg(ours).arg(base).arg(theirs);
    command.status().is_ok_and(|status| status.success())
}

/// What Git runs. Where the program is gone it is the merge that Git would have done.
fn command(program: &Path) -> String {
    let program = program.display().to_string().replace('\'', r"'\''");
    format!(
        "if test -x '{program}'; then '{program}' hooks merge-driver %O %A %B %P %L %S %X %Y; else git merge-file -q \
         %A %O %B; fi"
    )
}

/// The line of `.gitattributes` for a head file, relative to the folder of that file,
/// with forward slashes.
pub fn attributes_line(path: &str) -> String {
    let mut pattern = String::new();
    // Without a slash in it, it would mean every file of that name.
    if !path.contains('/') || path.starts_with(['#', '!', '"']) {
        pattern.push('/');
    }
    for c in path.chars() {
        match c {
            // A blank ends the pattern. Git has quotes for it, which the library does not know.
            ' ' | '\t' => pattern.push('?'),
            '*' | '?' | '[' | '\\' => pattern.extend(['\\', c]),
            c => pattern.push(c),
        }
    }
    format!("{pattern} merge={NAME}")
}

/// The `.gitattributes` of a folder.
pub fn attributes_file(folder: &Path) -> PathBuf {
    folder.join(".gitattributes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_mean_one_path() {
        let table = [
            ("migrations/HEAD", "migrations/HEAD merge=teammig-head"),
            ("HEAD", "/HEAD merge=teammig-head"),
            ("my db/HEAD", "my?db/HEAD merge=teammig-head"),
            ("a[1]/HEAD", "a\\[1]/HEAD merge=teammig-head"),
            ("a [1]/HEAD", "a?\\[1]/HEAD merge=teammig-head"),
            ("#a/HEAD", "/#a/HEAD merge=teammig-head"),
        ];
        for (path, want) in table {
            assert_eq!(attributes_line(path), want);
        }
    }

    #[test]
    fn a_program_anywhere_can_be_called() {
        let command = command(Path::new("/it's here/teammig"));
        assert!(command.contains(r"'/it'\''s here/teammig' hooks merge-driver %O %A %B %P"));
    }
}
