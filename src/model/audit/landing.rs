//! Which commits of a branch landed together.
//!
//! A repository does not say what was pushed when. First parents are the branch as
//! it was, with two exceptions that are common enough to matter: a rebase or a
//! rebase-and-merge pushes several commits that never were the branch's tip, and a
//! `git pull` that merges makes the puller's own commits the first parents. Judging
//! those one by one reports divergences that nobody could ever have pulled.

use super::report::Commit;

/// A rebase writes its commits in one go; people do not push twice in that time.
const ONE_GO_SECONDS: i64 = 60;

/// Whether `commit` was the branch's tip after a landing, given the commit that
/// follows it along the branch.
pub fn ends_landing(commit: &Commit, next: Option<&Commit>) -> bool {
    let Some(next) = next else { return true };
    let apart = next.at.as_second() - commit.at.as_second();
    commit.is_merge
        || next.is_merge
        || commit.committer != next.committer
        || !(0..ONE_GO_SECONDS).contains(&apart)
}

/// Which parent of a merge is the branch as it was: 0, or 1 where its message says
/// that it merged the branch itself (`branch`, without a remote's name).
pub fn mainline_parent(summary: &str, branch: &str) -> usize {
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
    let merged = match merged.split_once('/') {
        Some((_, name)) if remote => name,
        _ => merged,
    };
    let is = |name: &str| merged == name;
    // Many main branches were called master once.
    let usual = ["main", "master"];
    let itself = is(branch) || (usual.contains(&branch) && usual.iter().any(|name| is(name)));
    usize::from(itself)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn a_merge_of_the_branch_into_itself_has_the_branch_second() {
        for (summary, branch, parent) in [
            ("Merge branch 'main' of example.org:team/app", "main", 1),
            ("Merge branch 'master' of example.org:team/app", "main", 1),
            ("Merge remote-tracking branch 'origin/main'", "main", 1),
            ("Merge branch 'main' into staging", "main", 1),
            ("Merge branch 'feature/main'", "main", 0),
            ("Merge branch 'feature' into main", "main", 0),
            ("Merge pull request #7 from ann/main", "main", 0),
            ("Merge branch 'release' of example.org:x", "release", 1),
            ("Merge branch 'main' into release", "release", 0),
            ("Merge branch 'main", "main", 0),
        ] {
            assert_eq!(mainline_parent(summary, branch), parent, "{summary}");
        }
    }

    #[test]
    fn commits_of_one_rebase_are_one_landing() {
        let commit = |at, committer: &str, is_merge| Commit {
            id: String::new(),
            at: Timestamp::from_second(at).unwrap(),
            author: String::new(),
            committer: committer.to_owned(),
            summary: String::new(),
            is_merge,
        };
        let here = commit(100, "ann", false);
        assert!(ends_landing(&here, None));
        for (next, ends) in [
            (commit(100, "ann", false), false),
            (commit(159, "ann", false), false),
            (commit(160, "ann", false), true),
            (commit(99, "ann", false), true),
            (commit(101, "bob", false), true),
            (commit(101, "ann", true), true),
        ] {
            assert_eq!(ends_landing(&here, Some(&next)), ends, "{next:?}");
        }
        let merge = commit(100, "ann", true);
        assert!(ends_landing(&merge, Some(&here)));
    }
}
