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
    /// As in "in the middle of a …", and as Git's subcommand.
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
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether everything that an operation left to be resolved is the head files of
/// this project (paths as Git names them).
///
/// Half of a merge is no state to act on; but where Git stopped at nothing else, all
/// revisions of both sides are in the files, and a head file is written from them.
pub fn only_head_files_conflict(
    operation: Operation,
    conflicted: &BTreeSet<String>,
    head_files: &BTreeSet<String>,
) -> bool {
    matches!(
        operation,
        Operation::Merge | Operation::Rebase | Operation::CherryPick
    ) && !conflicted.is_empty()
        && conflicted.is_subset(head_files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_to_resolve() {
        let set = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let (one, two) = ("m/HEAD", "a/m/HEAD b/m/HEAD");
        let table = [
            (Operation::Merge, "m/HEAD", one, true),
            (Operation::Rebase, "m/HEAD", one, true),
            (Operation::CherryPick, "m/HEAD", one, true),
            (Operation::Merge, "b/m/HEAD", two, true),
            (Operation::Merge, "a/m/HEAD b/m/HEAD", two, true),
            // Nothing is left, so it only has to be finished.
            (Operation::Merge, "", one, false),
            (Operation::Merge, "m/HEAD m/a.sql", one, false),
            (Operation::Merge, "src/main.rs", one, false),
            (Operation::Merge, "other/HEAD", one, false),
            (Operation::Revert, "m/HEAD", one, false),
            (Operation::Bisect, "m/HEAD", one, false),
            (Operation::Am, "m/HEAD", one, false),
        ];
        for (operation, conflicted, head_files, want) in table {
            let said = only_head_files_conflict(operation, &set(conflicted), &set(head_files));
            assert_eq!(said, want, "{operation} {conflicted} {head_files}");
        }
    }
}
