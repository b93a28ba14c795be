//! The merge driver for head files: its place in Git's configuration and attributes,
//! and what a merge that calls it is about.
//!
//! Git names a driver in `.gitattributes`, which is committed, and keeps its command
//! in the configuration of each clone. Where a clone does not have the command, Git
//! merges the file as text, and an ordinary conflict is what comes of it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use git2::{AttrCheckFlags, AttrValue, ConfigLevel};

use super::{
    CommitId, GitError, Repo, error::Doing as _, hook_disk::is_program, hook_status::on_path,
};

/// The driver's name in `.gitattributes`.
const NAME: &str = "teammig-head";
/// What is called where the program is not where it was installed.
const PROGRAM: &str = "teammig";

/// How the driver is doing in this clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DriverState {
    /// Git knows its command.
    Works,
    /// The command is there, and is not what this program would write.
    Other,
    /// The program that the command calls is gone, and none is on `PATH`.
    ProgramMissing(PathBuf),
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
        let Some(there) = there else {
            return Ok(DriverState::NotInstalled);
        };
        Ok(match program_of(&there) {
            Some(gone) if !is_there(&gone) && !on_path(PROGRAM) => {
                DriverState::ProgramMissing(gone)
            }
            _ if there == command(program) => DriverState::Works,
            _ => DriverState::Other,
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
                Some((self.only_merge_base(ours, theirs)?, theirs))
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

    /// Where two commits part; `None` where that is several commits, since Git then
    /// begins from what it merged of them.
    fn only_merge_base(&self, one: CommitId, other: CommitId) -> Option<CommitId> {
        let bases = self.graph().merge_bases(one.oid(), other.oid()).ok()?;
        match &*bases {
            [base] => Some((*base).into()),
            _ => None,
        }
    }
}

/// Whether a label (`%X`) is that of a merge of merge bases.
pub fn is_inner_merge(label: &str) -> bool {
    label.starts_with("Temporary merge branch")
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

/// How the command begins, up to the program in single quotes.
const START: &str = "t='";
/// What follows the program: a program that moved is looked for as the hooks do, and
/// without one it is the merge that Git would have done.
const REST: &str = r#"'; test -f "$t" && test -x "$t" || t=$(command -v teammig) || t=; if test -n "$t"; then "$t" hooks merge-driver %O %A %B %P %L %S %X %Y; else git merge-file -q --marker-size=%L -L ours -L base -L theirs %A %O %B; fi"#;

/// What Git runs, in a shell and with its own words for what begins with `%`.
fn command(program: &Path) -> String {
    let program = program.display().to_string();
    let program = program.replace('\'', r"'\''").replace('%', "%%");
    format!("{START}{program}{REST}")
}

/// The program that a command of ours calls.
fn program_of(command: &str) -> Option<PathBuf> {
    let program = command.strip_prefix(START)?.strip_suffix(REST)?;
    Some(program.replace("%%", "%").replace(r"'\''", "'").into())
}

fn is_there(program: &Path) -> bool {
    fs::metadata(program).is_ok_and(|file| is_program(&file))
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
        let program = Path::new("/it's 100%Odd; \"here\"/teammig");
        let command = command(program);
        assert!(command.starts_with(r#"t='/it'\''s 100%%Odd; "here"/teammig'; "#));
        assert_eq!(program_of(&command).as_deref(), Some(program));
        assert_eq!(program_of("teammig hooks merge-driver %O %A %B %P"), None);
    }
}
