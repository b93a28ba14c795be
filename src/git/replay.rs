//! What a rebase, a cherry-pick or a `git am` has yet to do: the commits after the one
//! where it stopped, and the branch that it comes back to.
//!
//! Git keeps the list in files of its own whose form is documented only by what its
//! `sequencer.c` and `git-am` read; a line that is not understood is passed over.

use std::fs;

use super::{CommitId, Repo, refs::HEADS};

impl Repo {
    /// The commits whose changes the operation in progress is still to bring, in order.
    /// The one where it stopped may be among them. Empty where nothing is in progress,
    /// and for what comes from a mail and is no commit of this clone.
    pub fn to_replay(&self) -> Vec<CommitId> {
        let read = |path: &str| fs::read_to_string(self.git_dir().join(path)).ok();
        let listed = read("rebase-merge/git-rebase-todo").or_else(|| read("sequencer/todo"));
        let names = match &listed {
            Some(todo) => picked(todo).map(str::to_owned).collect(),
            None => self.patches(),
        };
        names
            .iter()
            .filter_map(|name| self.resolve(name).ok())
            .collect()
    }

    /// The branch that a rebase in progress comes back to, when nothing is checked out.
    pub fn rebased_branch(&self) -> Option<String> {
        ["rebase-merge", "rebase-apply"].iter().find_map(|folder| {
            let path = self.git_dir().join(folder).join("head-name");
            let name = fs::read_to_string(path).ok()?;
            Some(name.trim().strip_prefix(HEADS)?.to_owned())
        })
    }

    /// The commits of the patches that `git rebase --apply` and `git am` have left.
    fn patches(&self) -> Vec<String> {
        let read = |name: &str| {
            fs::read(self.git_dir().join("rebase-apply").join(name))
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        let number = |name: &str| read(name).ok()?.trim().parse::<u32>().ok();
        let (Some(next), Some(last)) = (number("next"), number("last")) else {
            return Vec::new();
        };
        (next..=last)
            .filter_map(|n| read(&format!("{n:04}")).ok())
            .filter_map(|mail| Some(mail.strip_prefix("From ")?.split(' ').next()?.to_owned()))
            .collect()
    }
}

/// The commits that a list of things to do picks.
fn picked(todo: &str) -> impl Iterator<Item = &str> {
    todo.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let command = words.next()?;
        let first = words.next()?;
        match command {
            // `-C` and `-c` say whose message is taken; a merge without names no commit.
            "fixup" | "f" | "merge" | "m" if matches!(first, "-C" | "-c") => words.next(),
            "pick" | "p" | "reword" | "r" | "edit" | "e" | "squash" | "s" | "fixup" | "f" => {
                Some(first)
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::picked;

    #[test]
    fn what_a_list_picks() {
        let todo = "pick a1 # One\np a2 Two\nreword a3 Three\ne a4\nsquash a5 Five\nf a6\nfixup -C a7 Seven\n\
                    merge -C a8 topic # Merge\nmerge topic\n\n# pick b1\ndrop b2 Two\nexec make b3\nbreak\n\
                    label onto\nreset onto\nupdate-ref refs/heads/x\nrevert b4 Four\npick\n";
        let found: Vec<&str> = picked(todo).collect();
        assert_eq!(found, ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]);
    }
}
