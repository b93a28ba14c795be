//! Which parent of a merge is the branch as it was, and which commits landed together.
//!
//! A repository does not say what was pushed when, and the tip that a branch had before
//! cannot be read from its commits. Where somebody watched (the reflog of a
//! remote-tracking branch), that decides. Otherwise first parents are the branch as it
//! was, with two exceptions that are common enough to matter: a rebase or a
//! rebase-and-merge pushes several commits that never were the branch's tip, and a
//! `git pull` that merges makes the puller's own commits the first parents ("foxtrot
//! merge") and is usually pushed with what was put right on top of it. Judging those one
//! by one reports divergences that nobody could ever have pulled.

use jiff::Timestamp;

/// A rebase writes its commits in one go; people do not push twice in that time.
const ONE_GO_SECONDS: i64 = 60;
/// After a pull that merged, what its maker commits in this time is what the pull made
/// necessary: heads are put in a row before they are pushed.
const AFTER_PULL_SECONDS: i64 = 60 * 60;
/// What people call the remote of the project itself; a fork has another name.
const OWN_REMOTES: [&str; 2] = ["origin", "upstream"];

/// What the messages of merges call a branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BranchName {
    /// The remote that it was fetched from, where it was.
    pub remote: Option<String>,
    /// Its name there; empty where there is none (a commit, a detached `HEAD`).
    pub name: String,
}

/// A commit of a branch, as far as it tells what landed with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// When it was committed.
    pub at: Timestamp,
    /// Who committed it.
    pub committer: String,
    /// What it joins.
    pub kind: CommitKind,
    /// Whether it was the branch's tip, where a reflog tells.
    pub was_tip: Option<bool>,
}

/// What a commit joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitKind {
    /// Nothing: it has one parent, or none.
    Plain,
    /// The branch (its first parent) and something else.
    Merge,
    /// What somebody had to themselves (its first parent) and the branch.
    Pull,
}

/// Of each commit of a branch, oldest first, whether a landing ends with it.
pub fn landings(line: &[Passed]) -> Vec<bool> {
    let mut ends = Vec::with_capacity(line.len());
    // The pull that what follows may belong to.
    let mut pull: Option<&Passed> = None;
    for (at, commit) in line.iter().enumerate() {
        if commit.kind == CommitKind::Pull {
            pull = Some(commit);
        }
        let end = match (commit.was_tip, line.get(at + 1)) {
            (_, None) => true,
            (Some(was_tip), _) => was_tip,
            (None, Some(next)) => {
                !(is_one_go(commit, next) || pull.is_some_and(|pull| belongs(pull, next)))
            }
        };
        if end {
            pull = None;
        }
        ends.push(end);
    }
    ends
}

fn is_one_go(commit: &Passed, next: &Passed) -> bool {
    commit.kind == CommitKind::Plain && is_soon(commit, next, ONE_GO_SECONDS)
}

/// `next` is what the maker of `pull` put on top of it.
pub fn belongs(pull: &Passed, next: &Passed) -> bool {
    is_soon(pull, next, AFTER_PULL_SECONDS)
}

fn is_soon(commit: &Passed, next: &Passed, seconds: i64) -> bool {
    let apart = next.at.as_second() - commit.at.as_second();
    next.kind == CommitKind::Plain
        && commit.committer == next.committer
        && (0..seconds).contains(&apart)
}

/// Which parent of a merge is the branch as it was: 0, or 1 where its message says
/// that it merged the branch itself.
pub fn mainline_parent(summary: &str, branch: &BranchName) -> usize {
    let Some(rest) = summary.strip_prefix("Merge ") else {
        return 0;
    };
    let (remote, rest) = match rest.strip_prefix("remote-tracking ") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let Some((merged, _)) = rest
        .strip_prefix("branch '")
        .and_then(|rest| rest.split_once('\''))
    else {
        return 0;
    };
    let merged = if remote {
        let full = merged.strip_prefix("refs/remotes/").unwrap_or(merged);
        let own = branch.remote.as_deref();
        let mut remotes = own.into_iter().chain(OWN_REMOTES);
        // The main branch of a fork is not this one.
        match remotes.find_map(|name| full.strip_prefix(name)?.strip_prefix('/')) {
            Some(name) => name,
            None => return 0,
        }
    } else {
        merged
    };
    // Many main branches were called master once.
    let usual = ["main", "master"];
    let itself = (merged == branch.name && !merged.is_empty())
        || (usual.contains(&branch.name.as_str()) && usual.contains(&merged));
    usize::from(itself)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_of_the_branch_into_itself_has_the_branch_second() {
        for (summary, branch, parent) in [
            ("Merge branch 'main' of example.org:team/app", "main", 1),
            ("Merge branch 'master' of example.org:team/app", "main", 1),
            ("Merge remote-tracking branch 'origin/main'", "main", 1),
            ("Merge remote-tracking branch 'upstream/main'", "main", 1),
            ("Merge remote-tracking branch 'company/main'", "main", 1),
            (
                "Merge remote-tracking branch 'refs/remotes/origin/main'",
                "main",
                1,
            ),
            // A fork's, which is merged into the branch.
            ("Merge remote-tracking branch 'weblate/main'", "main", 0),
            ("Merge branch 'main' into staging", "main", 1),
            ("Merge branch 'feature/main'", "main", 0),
            ("Merge branch 'feature' into main", "main", 0),
            ("Merge pull request #7 from ann/main", "main", 0),
            ("Merge branch 'release' of example.org:x", "release", 1),
            ("Merge remote-tracking branch 'origin/a/b'", "a/b", 1),
            ("Merge branch 'main' into release", "release", 0),
            ("Merge branch 'main", "main", 0),
        ] {
            let branch = BranchName {
                remote: Some("company".to_owned()),
                name: branch.to_owned(),
            };
            assert_eq!(mainline_parent(summary, &branch), parent, "{summary}");
        }
    }

    /// `a100` is a commit of a at second 100, `a100m` a merge, `a100p` a pull; `+` and
    /// `-` say whether a reflog knows it as a tip.
    fn ends(line: &str) -> String {
        let passed: Vec<Passed> = line
            .split(' ')
            .map(|text| {
                let number = text[1..].trim_end_matches(|c: char| !c.is_ascii_digit());
                Passed {
                    at: Timestamp::from_second(number.parse().unwrap()).unwrap(),
                    committer: text[..1].to_owned(),
                    kind: match text {
                        text if text.contains('m') => CommitKind::Merge,
                        text if text.contains('p') => CommitKind::Pull,
                        _ => CommitKind::Plain,
                    },
                    was_tip: match text {
                        text if text.ends_with('+') => Some(true),
                        text if text.ends_with('-') => Some(false),
                        _ => None,
                    },
                }
            })
            .collect();
        let ends = landings(&passed);
        ends.iter()
            .map(|end| if *end { '|' } else { '.' })
            .collect()
    }

    #[test]
    fn commits_of_one_rebase_are_one_landing() {
        for (line, expected) in [
            ("a100", "|"),
            ("a100 a100", ".|"),
            ("a100 a159", ".|"),
            ("a100 a160", "||"),
            ("a100 a99", "||"),
            ("a100 b101", "||"),
            ("a100 a101m", "||"),
            ("a100m a100", "||"),
        ] {
            assert_eq!(ends(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_put_right_after_a_pull_lands_with_it() {
        for (line, expected) in [
            ("a100p", "|"),
            ("a100p a700", ".|"),
            ("a100p a3699", ".|"),
            ("a100p a3700", "||"),
            ("a100p b200", "||"),
            ("a100p a200m", "||"),
            // Measured from the pull, whatever is in between.
            ("a100p a1000 a2000 a3000", "...|"),
            ("a100p a1000 a2000 a4000", "..||"),
            ("a100p a1000 b1100 a1200", ".|||"),
            ("a100p a1000p a4000", "|.|"),
            // A merge of something else is no pull.
            ("a100m a700", "||"),
        ] {
            assert_eq!(ends(line), expected, "{line}");
        }
    }

    #[test]
    fn a_reflog_decides() {
        for (line, expected) in [
            ("a100p+ a200 a300", "|||"),
            ("a100+ a101+", "||"),
            ("a100- b9000- a9900m- c99999", "...|"),
            ("a100 a101 a102+ b103", "..||"),
        ] {
            assert_eq!(ends(line), expected, "{line}");
        }
    }
}
