//! What Git is in the middle of, and whether teammig can work meanwhile.

use std::{collections::BTreeSet, fmt};

/// Something that the user began and has not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `git merge`, also by `git pull`.
    Merge,
    /// `git rebase`, also by `git pull --rebase`.
    Rebase,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git bisect`.
    Bisect,
    /// `git am`.
    Am,
}

impl Operation {
    /// Git's subcommand.
    pub fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Rebase => "rebase",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Bisect => "bisect",
            Self::Am => "am",
        }
    }

    /// The command that goes on, once conflicts are resolved and staged.
    pub fn finish(self) -> &'static str {
        match self {
            Self::Merge => "git commit",
            Self::Rebase => "git rebase --continue",
            Self::CherryPick => "git cherry-pick --continue",
            Self::Revert => "git revert --continue",
            Self::Bisect => "git bisect reset",
            Self::Am => "git am --continue",
        }
    }

    /// The command that gives up.
    pub fn abort(self) -> &'static str {
        match self {
            Self::Merge => "git merge --abort",
            Self::Rebase => "git rebase --abort",
            Self::CherryPick => "git cherry-pick --abort",
            Self::Revert => "git revert --abort",
            Self::Bisect => "git bisect reset",
            Self::Am => "git am --abort",
        }
    }
}

/// As in "a merge is in progress".
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let article = if *self == Self::Am { "an" } else { "a" };
        write!(f, "{article} {}", self.name())
    }
}

/// Whether teammig can work in the middle of an operation, and what stands against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// Nothing: the revisions of both sides are in the files, and what is left to settle
    /// is the heads.
    Settles,
    /// These conflict besides head files, and come first.
    After(Vec<String>),
    /// The operation has to be finished or stopped.
    Finish,
}

/// Judges what an operation left: the paths that it did not resolve, those of the head
/// files of this project (as Git names them), and whether the heads that the working
/// tree has are not settled, or not those that its head file names.
///
/// Half of a merge is no state to act on. But where Git stopped at head files alone, all
/// revisions of both sides are in the files, and a head file is written from them. So it
/// is where somebody resolved a head file by hand in favour of one side: the hook does
/// not let them finish, so settling has to come first.
pub fn judge(
    operation: Operation,
    conflicted: &BTreeSet<String>,
    head_files: &BTreeSet<String>,
    unsettled: bool,
) -> Halt {
    if conflicted.is_empty() {
        // A patch that `git am` could not apply is not in the files, and in no conflict.
        let complete = !matches!(operation, Operation::Am | Operation::Bisect);
        return if complete && unsettled {
            Halt::Settles
        } else {
            Halt::Finish
        };
    }
    let others: Vec<String> = conflicted.difference(head_files).cloned().collect();
    if others.is_empty() {
        Halt::Settles
    } else if others.len() < conflicted.len() {
        Halt::After(others)
    } else {
        Halt::Finish
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_to_resolve() {
        let set = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let after = |text: &str| Halt::After(text.split_whitespace().map(str::to_owned).collect());
        let (one, two) = ("m/HEAD", "a/m/HEAD b/m/HEAD");
        let table = [
            (Operation::Merge, "m/HEAD", one, Halt::Settles),
            (Operation::Rebase, "m/HEAD", one, Halt::Settles),
            (Operation::CherryPick, "m/HEAD", one, Halt::Settles),
            (Operation::Revert, "m/HEAD", one, Halt::Settles),
            (Operation::Am, "m/HEAD", one, Halt::Settles),
            (Operation::Merge, "b/m/HEAD", two, Halt::Settles),
            (Operation::Merge, "a/m/HEAD b/m/HEAD", two, Halt::Settles),
            (Operation::Merge, "m/HEAD m/a.sql", one, after("m/a.sql")),
            (Operation::Rebase, "b m/HEAD a", one, after("a b")),
            (Operation::Merge, "src/main.rs", one, Halt::Finish),
            (Operation::Merge, "other/HEAD", one, Halt::Finish),
        ];
        for (operation, conflicted, head_files, want) in table {
            for unsettled in [false, true] {
                let said = judge(operation, &set(conflicted), &set(head_files), unsettled);
                assert_eq!(said, want, "{operation} {conflicted} {head_files}");
            }
        }
    }

    #[test]
    fn nothing_conflicts_any_more() {
        let table = [
            (Operation::Merge, true, Halt::Settles),
            (Operation::Rebase, true, Halt::Settles),
            (Operation::CherryPick, true, Halt::Settles),
            (Operation::Revert, true, Halt::Settles),
            // What the patch would have done is nowhere.
            (Operation::Am, true, Halt::Finish),
            (Operation::Bisect, true, Halt::Finish),
            (Operation::Merge, false, Halt::Finish),
            (Operation::Rebase, false, Halt::Finish),
        ];
        let head_files = BTreeSet::from(["m/HEAD".to_owned()]);
        for (operation, unsettled, want) in table {
            let said = judge(operation, &BTreeSet::new(), &head_files, unsettled);
            assert_eq!(said, want, "{operation} {unsettled}");
        }
    }
}
