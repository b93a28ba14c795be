//! Where HEAD stood before, after everything that moves it.

use crate::git::{
    CommitId, How, PreviousHead,
    testing::{TestRepo, isolated},
};

/// An origin with one commit, its clone, and one more commit at the origin.
fn behind() -> (TestRepo, TestRepo, CommitId) {
    let origin = TestRepo::new();
    let first = origin.commit("a", "a");
    let clone = origin.cloned("clone", &[]);
    origin.commit("b", "b");
    (origin, clone, first)
}

/// The last move of HEAD, whoever made it.
fn previous(git: &TestRepo) -> Option<(CommitId, How)> {
    match git.open().head_moves(1).unwrap().first() {
        Some(last) => last.from.map(|commit| (commit, last.how)),
        None => brought(git),
    }
}

fn brought(git: &TestRepo) -> Option<(CommitId, How)> {
    let previous = git.open().previous_head().unwrap();
    previous.map(|PreviousHead { commit, how, .. }| (commit, how))
}

/// `sync` said of one's own revision that it came in with the commit.
#[test]
fn commits_of_ones_own_bring_nothing_in() {
    isolated!();
    let (origin, clone, first) = behind();
    clone.git(&["pull", "-q"]);
    let came_to = origin.open().head().unwrap().commit();
    clone.commit("c", "c");
    clone.git(&["commit", "-q", "--amend", "-m", "c, better"]);
    assert_eq!(brought(&clone), Some((first, How::PullFastForward)));
    let previous = clone.open().previous_head().unwrap().unwrap();
    assert_eq!(Some(previous.to), came_to);
    // A clone is no news, and neither is what was made in it since.
    let (_, clone, _) = behind();
    clone.commit("c", "c");
    assert_eq!(brought(&clone), None);
}

#[test]
fn after_a_clone_there_is_none() {
    isolated!();
    let (_, clone, first) = behind();
    assert_eq!(previous(&clone), None);
    let moves = clone.open().head_moves(9).unwrap();
    assert_eq!(moves.len(), 1);
    assert_eq!((moves[0].how, moves[0].from), (How::Clone, None));
    assert_eq!(moves[0].to, first);
    assert_eq!(TestRepo::new().open().previous_head().unwrap(), None);
}

#[test]
fn after_pulls() {
    isolated!();
    let (_, clone, first) = behind();
    clone.git(&["pull", "-q"]);
    assert_eq!(previous(&clone), Some((first, How::PullFastForward)));

    let (_, clone, first) = behind();
    clone.git(&["pull", "-q", "--rebase", "origin", "main"]);
    assert_eq!(previous(&clone), Some((first, How::PullFastForward)));

    let (_, clone, _) = behind();
    let mine = clone.commit("c", "c");
    clone.git(&["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_eq!(previous(&clone), Some((mine, How::PullMerge)));

    let (_, clone, _) = behind();
    clone.commit("c", "c");
    let mine = clone.commit("d", "d");
    clone.git(&["pull", "-q", "--rebase"]);
    assert_eq!(previous(&clone), Some((mine, How::PullRebase)));
    assert_eq!(clone.open().head_moves(9).unwrap().len(), 4);
    assert!(How::PullRebase.is_pull());
    assert_eq!(How::PullRebase.to_string(), "pull");
}

#[test]
fn after_a_pull_with_conflicts() {
    isolated!();
    let (origin, clone, _) = behind();
    let mine = clone.commit("b", "mine");
    assert!(
        !clone
            .try_git(&["pull", "-q", "--no-rebase"])
            .status
            .success()
    );
    clone.git(&["add", "b"]);
    clone.git(&["commit", "-qm", "merged"]);
    assert_eq!(previous(&clone), Some((mine, How::Merge)));

    // The same with rebase, stopped and continued.
    let second = origin.cloned("second", &[]);
    second.git(&["reset", "-q", "--hard", "HEAD~"]);
    second.commit("x", "x");
    let mine = second.commit("b", "mine");
    assert!(!second.try_git(&["pull", "-q", "--rebase"]).status.success());
    assert_eq!(previous(&second).map(|(_, how)| how), Some(How::PullRebase));
    second.git(&["add", "b"]);
    second.git(&["rebase", "--continue"]);
    let (commit, how) = previous(&second).unwrap();
    assert_eq!(commit, mine);
    assert!(matches!(how, How::Rebase | How::PullRebase), "{how:?}");
}

#[test]
fn a_pull_is_still_seen_after_a_stash_and_a_new_branch() {
    isolated!();
    let (_, clone, first) = behind();
    clone.git(&["pull", "-q"]);
    clone.write("a", "changed");
    clone.git(&["stash", "-q"]);
    clone.git(&["stash", "pop", "-q"]);
    clone.git(&["switch", "-qc", "topic"]);
    clone.git(&["branch", "-m", "subject"]);
    assert_eq!(previous(&clone), Some((first, How::PullFastForward)));
}

#[test]
fn after_local_work() {
    isolated!();
    let git = TestRepo::new();
    let first = git.commit("a", "a");
    assert_eq!(previous(&git), None);
    let second = git.commit("b", "b");
    assert_eq!(previous(&git), Some((first, How::Commit)));
    git.git(&["commit", "-q", "--amend", "-m", "pull: Fast-forward"]);
    assert_eq!(previous(&git), Some((second, How::Amend)));
    let third = git.id("HEAD");
    git.git(&["reset", "-q", "--hard", "HEAD~"]);
    assert_eq!(previous(&git), Some((third, How::Reset)));
    git.git(&["switch", "-qc", "topic", "main"]);
    let topic = git.commit("c", "c");
    git.git(&["switch", "-q", "main"]);
    assert_eq!(previous(&git), Some((topic, How::Checkout)));
    git.git(&["merge", "-q", "topic"]);
    assert_eq!(previous(&git), Some((first, How::MergeFastForward)));
    git.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(previous(&git), Some((topic, How::Revert)));
    let reverted = git.id("HEAD");
    git.git(&["cherry-pick", &second.to_string()]);
    assert_eq!(previous(&git), Some((reverted, How::CherryPick)));
    let picked = git.id("HEAD");
    git.git(&["switch", "-q", "-c", "other", "main~2"]);
    git.commit("d", "d");
    git.git(&["switch", "-q", "main"]);
    git.git(&["merge", "-q", "--no-edit", "other"]);
    assert_eq!(previous(&git), Some((picked, How::Merge)));
}

#[test]
fn after_rebases() {
    isolated!();
    let git = TestRepo::new();
    git.commit("a", "a");
    git.git(&["switch", "-qc", "topic"]);
    git.commit("t1", "t1");
    let topic = git.commit("t2", "t2");
    git.git(&["switch", "-q", "main"]);
    let main = git.commit("b", "b");
    git.git(&["switch", "-q", "topic"]);
    git.git(&["rebase", "-q", "main"]);
    assert_eq!(previous(&git), Some((topic, How::Rebase)));

    // Named from another branch: what counts is where the branch stood.
    git.git(&["reset", "-q", "--hard", &topic.to_string()]);
    git.git(&["switch", "-q", "main"]);
    git.git(&["rebase", "-q", "main", "topic"]);
    assert_eq!(previous(&git), Some((topic, How::Rebase)));

    // Two in a row are two.
    git.git(&["switch", "-q", "main"]);
    git.commit("c", "c");
    git.git(&["switch", "-q", "topic"]);
    let between = git.id("HEAD");
    git.git(&["rebase", "-q", "main"]);
    assert_eq!(previous(&git), Some((between, How::Rebase)));

    // Detached, without a branch to ask.
    git.git(&["switch", "-q", "--detach", &topic.to_string()]);
    git.git(&["rebase", "-q", &main.to_string()]);
    assert_eq!(previous(&git), Some((topic, How::Rebase)));

    // Aborted: nothing happened.
    git.git(&["switch", "-q", "-C", "topic", &topic.to_string()]);
    let before = previous(&git);
    git.write("b", "in the way");
    git.git(&["add", "-A"]);
    git.git(&["commit", "-qm", "conflict"]);
    let conflict = git.id("HEAD");
    assert!(!git.try_git(&["rebase", "-q", "main"]).status.success());
    git.git(&["rebase", "--abort"]);
    assert_eq!(git.id("HEAD"), conflict);
    assert_eq!(previous(&git), Some((topic, How::Commit)));
    assert_ne!(previous(&git), before);
}

#[test]
fn without_a_reflog_orig_head_tells() {
    isolated!();
    let (_, clone, first) = behind();
    clone.git(&["pull", "-q"]);
    std::fs::remove_dir_all(clone.path.join(".git/logs")).unwrap();
    assert_eq!(previous(&clone), Some((first, How::Other)));
}

#[test]
fn a_commit_that_is_gone_is_none() {
    isolated!();
    let (_, git, first) = behind();
    git.git(&["pull", "-q"]);
    assert_eq!(brought(&git), Some((first, How::PullFastForward)));
    let log = git.path.join(".git/logs/HEAD");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(log, text.replace(&first.to_string(), &"1".repeat(40))).unwrap();
    assert_eq!(brought(&git), None);
}

#[test]
fn each_working_tree_has_its_own() {
    isolated!();
    let git = TestRepo::new();
    let first = git.commit("a", "a");
    git.git(&["worktree", "add", "-q", "-b", "topic", "../linked"]);
    let linked = git.at(git.beside("linked"));
    linked.commit("b", "b");
    assert_eq!(previous(&linked), Some((first, How::Commit)));
    assert_eq!(previous(&git), None);
}
