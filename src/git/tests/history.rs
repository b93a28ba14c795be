//! Which commit brought a file, and which commit contains which.

use crate::git::{
    Arrival, CommitId, GitError, Line, Reach, Repo,
    testing::{TestRepo, folders, isolated},
};

/// The summaries of the commits that introduced or brought these files.
fn brought(git: &TestRepo, arrived: bool, prefix: &str, paths: &[&str]) -> Vec<String> {
    let repo = git.open();
    let head = repo.resolve("HEAD").unwrap();
    if arrived {
        let line = repo.line("HEAD").unwrap();
        let one = |path: &&str| match arrival(&line, &repo, prefix, path) {
            Some(found) => found.commit.summary,
            None => "-".into(),
        };
        return paths.iter().map(one).collect();
    }
    let found = repo.introduced(head, prefix, paths).unwrap();
    paths
        .iter()
        .map(|path| {
            found
                .get(*path)
                .map_or("-".into(), |info| info.summary.clone())
        })
        .collect()
}

fn arrival(line: &Line<'_>, repo: &Repo, prefix: &str, path: &str) -> Option<Arrival> {
    let never_renamed = |_| Ok::<_, GitError>(None);
    repo.arrived(line, prefix, path, never_renamed).unwrap()
}

#[test]
fn in_a_straight_line() {
    isolated!();
    let git = TestRepo::new();
    let first = git.commit("migrations/a.sql", "a");
    git.commit("code", "1");
    git.commit("migrations/b.sql", "b");
    git.git(&["commit", "-q", "--allow-empty", "-m", "nothing"]);
    git.write("migrations/a.sql", "a, edited");
    git.commit("code", "2");
    git.write("migrations/new.sql", "not committed");
    assert_eq!(
        brought(
            &git,
            false,
            "",
            &[
                "migrations/a.sql",
                "migrations/b.sql",
                "migrations/new.sql",
                "code"
            ]
        ),
        [
            "add migrations/a.sql",
            "add migrations/b.sql",
            "-",
            "add code"
        ]
    );
    let repo = git.open();
    let head = repo.resolve("HEAD").unwrap();
    let found = repo.introduced(head, "", &["migrations/a.sql"]).unwrap();
    let info = &found["migrations/a.sql"];
    assert_eq!((info.id, info.author.as_str()), (first, "Ada"));
    assert_eq!(info, &repo.commit_info(first).unwrap());
    // A folder that the commit does not have, and no question at all.
    assert_eq!(
        brought(&git, false, "backend", &["migrations/a.sql"]),
        ["-"]
    );
    assert!(repo.introduced::<&str>(head, "", &[]).unwrap().is_empty());
}

#[test]
fn through_merges() {
    isolated!();
    let git = TestRepo::new();
    git.commit("db/m/base.sql", "base");
    for (branch, name) in [("one", "1"), ("two", "2")] {
        git.git(&["switch", "-qc", branch, "main"]);
        git.commit(&format!("db/m/{name}.sql"), name);
        git.commit(&format!("code-{name}"), name);
    }
    git.git(&["switch", "-q", "main"]);
    git.commit("db/m/main.sql", "main");
    git.git(&["merge", "-q", "--no-ff", "-m", "merge one", "one"]);
    git.git(&["merge", "-q", "--no-ff", "-m", "merge two", "two"]);
    git.commit("code", "last");
    let paths = ["m/base.sql", "m/1.sql", "m/2.sql", "m/main.sql"];
    assert_eq!(
        brought(&git, false, "db", &paths),
        [
            "add db/m/base.sql",
            "add db/m/1.sql",
            "add db/m/2.sql",
            "add db/m/main.sql"
        ]
    );
    assert_eq!(
        brought(&git, true, "db", &paths),
        [
            "add db/m/base.sql",
            "merge one",
            "merge two",
            "add db/m/main.sql"
        ]
    );
}

#[test]
fn a_file_that_came_back_belongs_to_who_brought_it_back() {
    isolated!();
    let git = TestRepo::new();
    git.commit("m/a.sql", "a");
    git.git(&["rm", "-q", "m/a.sql"]);
    git.git(&["commit", "-qm", "away"]);
    git.commit("m/a.sql", "a");
    git.git(&["commit", "-q", "--amend", "-m", "back"]);
    assert_eq!(brought(&git, false, "", &["m/a.sql"]), ["back"]);
}

#[test]
fn of_two_parents_with_the_file_the_one_with_the_same_content_counts() {
    isolated!();
    let git = TestRepo::new();
    git.commit("m/0.sql", "0");
    git.git(&["switch", "-qc", "topic"]);
    git.commit("m/a.sql", "theirs");
    git.git(&["commit", "-q", "--amend", "-m", "their a"]);
    git.git(&["switch", "-q", "main"]);
    git.commit("m/a.sql", "ours");
    git.git(&["merge", "-q", "-X", "theirs", "-m", "merge", "topic"]);
    git.commit("m/b.sql", "b");
    assert_eq!(brought(&git, false, "", &["m/a.sql"]), ["their a"]);
    assert_eq!(brought(&git, true, "", &["m/a.sql"]), ["add m/a.sql"]);
}

/// What a first parent leads to is the puller's own work, and not the branch.
#[test]
fn a_pull_that_merged_is_followed_to_the_branch() {
    isolated!();
    let git = TestRepo::new();
    git.commit("m/0.sql", "0");
    let clone = git.cloned("clone", &[]);
    git.commit("m/theirs.sql", "theirs");
    clone.commit("m/mine.sql", "mine");
    let own = clone.id("HEAD");
    clone.git(&["pull", "-q", "--no-rebase", "--no-edit"]);
    let pull = clone.id("HEAD");
    clone.git(&["mv", "m/mine.sql", "m/renamed.sql"]);
    clone.git(&["commit", "-qm", "put right"]);
    let repo = clone.open();
    let line = repo.line("main").unwrap();
    let summary = |path: &str| arrival(&line, &repo, "", path).unwrap().commit.summary;
    assert_eq!(summary("m/theirs.sql"), "add m/theirs.sql");
    assert_eq!(summary("m/renamed.sql"), "put right");
    let earlier = |commit: CommitId| -> Result<Option<String>, GitError> {
        Ok((commit == pull).then(|| "m/mine.sql".to_owned()))
    };
    let found = repo
        .arrived(&line, "", "m/renamed.sql", earlier)
        .unwrap()
        .unwrap();
    // Not with the commit that nobody else ever had as a tip.
    assert_ne!(found.commit.id, own);
    assert_eq!(found.commit.id, pull);
    assert_eq!(found.landed, clone.id("HEAD"));
}

/// The message of a merge can say anything; a tip that was seen was a tip.
#[test]
fn a_reflog_knows_better_than_messages_and_parents() {
    isolated!();
    let git = TestRepo::with(&["--bare"]);
    let clone = git.cloned("clone", &[]);
    clone.git(&["switch", "-qC", "main"]);
    clone.commit("m/0.sql", "0");
    clone.git(&["push", "-q", "-u", "origin", "main"]);
    let push = |clone: &TestRepo| clone.git(&["push", "-q"]);
    // Published, then merged into what somebody had, under another name.
    clone.git(&["branch", "side"]);
    clone.commit("m/published.sql", "published");
    push(&clone);
    clone.git(&["switch", "-q", "side"]);
    clone.commit("m/own.sql", "own");
    clone.git(&["merge", "-q", "--no-ff", "-m", "together", "main"]);
    clone.commit("m/later.sql", "later");
    clone.git(&["push", "-q", "origin", "side:main"]);
    let repo = clone.open();
    let seen = repo.line("origin/main").unwrap();
    let arrived = |path: &str| arrival(&seen, &repo, "", path).unwrap();
    assert_eq!(
        arrived("m/published.sql").commit.summary,
        "add m/published.sql"
    );
    let own = arrived("m/own.sql");
    assert_eq!(own.commit.summary, "together");
    assert_eq!(own.landed, clone.id("side"));
    assert_eq!(arrived("m/later.sql").landed, clone.id("side"));
    // A branch that was rewritten: what it was before tells nothing.
    clone.git(&["commit", "-q", "--amend", "-m", "rewritten"]);
    clone.git(&["push", "-q", "-f", "origin", "side:main"]);
    let repo = clone.open();
    let line = repo.line("origin/main").unwrap();
    let later = arrival(&line, &repo, "", "m/later.sql").unwrap();
    assert_eq!(later.commit.summary, "rewritten");
    let published = arrival(&line, &repo, "", "m/published.sql").unwrap();
    assert_eq!(published.commit.summary, "add m/published.sql");

    // Without a reflog, the first parent is the branch.
    clone.git(&["reflog", "expire", "--expire=all", "--all"]);
    let repo = clone.open();
    let line = repo.line("origin/main").unwrap();
    let published = arrival(&line, &repo, "", "m/published.sql").unwrap();
    assert_eq!(published.commit.summary, "together");
}

#[test]
fn names_follow_the_mailmap() {
    isolated!();
    let git = TestRepo::new();
    git.write(
        ".mailmap",
        "Ada Lovelace <ada@analytical.org> <ada@example.org>\n",
    );
    let commit = git.commit("m/a.sql", "a");
    let info = git.open().commit_info(commit).unwrap();
    assert_eq!(info.author, "Ada Lovelace");
    assert_eq!(info.email, "ada@analytical.org");
    let found = git.open().introduced(commit, "", &["m/a.sql"]).unwrap();
    assert_eq!(found["m/a.sql"], info);
}

#[test]
fn ancestors_and_merge_bases() {
    isolated!();
    let git = TestRepo::new();
    let base = git.commit("a", "a");
    git.git(&["switch", "-qc", "topic"]);
    let topic = git.commit("b", "b");
    git.git(&["switch", "-q", "main"]);
    let main = git.commit("c", "c");
    git.git(&["switch", "-q", "--orphan", "other"]);
    let other = git.commit("d", "d");
    let repo = git.open();
    assert_eq!(repo.merge_base(main, topic).unwrap(), Some(base));
    assert_eq!(repo.merge_base(main, base).unwrap(), Some(base));
    assert_eq!(repo.merge_base(main, other).unwrap(), None);
    assert!(repo.contains(main, main).unwrap());
    assert!(repo.contains(main, base).unwrap());
    assert!(!repo.contains(base, main).unwrap());
    assert!(!repo.contains(main, topic).unwrap());
    let gone = CommitId::from_hex(&"1".repeat(40)).unwrap();
    assert!(repo.has(main) && !repo.has(gone));
    assert!(matches!(
        repo.merge_base(main, gone),
        Err(GitError::Git { .. })
    ));
}

#[test]
fn published_is_what_a_protected_ref_contains() {
    isolated!();
    let origin = TestRepo::new();
    origin.commit("a", "a");
    origin.git(&["tag", "v1"]);
    let pushed = origin.commit("b", "b");
    let clone = origin.cloned("clone", &[]);
    let mine = clone.commit("c", "c");
    let repo = clone.open();
    let refs = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let protected = refs(&["v1", "origin/gone", "origin/main"]);
    assert_eq!(
        repo.published_in(pushed, &protected).unwrap().as_deref(),
        Some("origin/main")
    );
    assert!(!repo.is_published(mine, &protected).unwrap());
    assert!(
        repo.is_published(mine, &refs(&["refs/heads/main"]))
            .unwrap()
    );
    assert!(!repo.is_published(pushed, &[]).unwrap());
}

#[test]
fn a_line_is_walked_as_far_as_it_is_wanted() {
    isolated!();
    let git = TestRepo::new();
    git.commit("migrations/a.sql", "a");
    let second = git.commit("migrations/b.sql", "b");
    git.commit("code", "1");
    git.git(&["rm", "-q", "migrations/a.sql"]);
    git.git(&["commit", "-qm", "remove a"]);
    let last = git.commit("migrations/b.sql", "b, edited");
    let repo = git.open();
    let line = repo.line("HEAD").unwrap();
    let walked = |since, most| {
        let reach = Reach { since, most };
        let mainline = repo.mainline(&line, "", &folders(), reach).unwrap();
        let steps = mainline.steps.iter();
        let was = steps.flat_map(|step| step.was.iter().map(|file| file.path.to_string()));
        let was: Vec<String> = was.collect();
        (mainline.steps.len(), was.join(" "), mainline.stopped)
    };
    let both = "migrations/a.sql migrations/b.sql";
    let says = |steps, was: &str, stopped| (steps, was.to_owned(), stopped);
    assert_eq!(walked(None, None), says(5, both, false));
    assert_eq!(walked(Some(second), None), says(3, both, false));
    assert_eq!(walked(Some(second), Some(9)), says(3, both, false));
    assert_eq!(walked(None, Some(1)), says(1, "migrations/b.sql", true));
    assert_eq!(walked(None, Some(2)), says(2, both, true));
    assert_eq!(walked(Some(last), None), says(0, "", false));
}
