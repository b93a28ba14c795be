//! Clones of every shape: what cannot be judged is never taken for fine.

use insta::assert_snapshot;

use super::{diverging, found};
use crate::support::Sandbox;

#[test]
fn a_shallow_clone_is_not_judged() {
    let sandbox = diverging();
    sandbox.git("ann", &["push", "-q", "origin", "phone"]);
    let url = format!("file://{}", sandbox.at("origin.git").display());
    // As a CI does that fetches the one commit.
    sandbox.git(
        ".",
        &["clone", "-q", "--depth", "1", "-b", "phone", &url, "ci"],
    );
    assert_snapshot!(sandbox.teammig("ci", &["check", "--base"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no protected branch to judge against, and this clone is shallow
    hint: `git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)
    ");
    assert_snapshot!(sandbox.teammig("ci", &["check"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no protected branch to judge against, and this clone is shallow
    hint: `git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)
    ");
    sandbox.git(
        "ci",
        &[
            "fetch",
            "-q",
            "--depth",
            "1",
            "origin",
            "main:refs/remotes/origin/main",
        ],
    );
    assert_snapshot!(sandbox.teammig("ci", &["check", "--base"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: cannot judge against origin/main: where it parts from phone lies in history that this shallow clone does not have
    hint: `git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)
    ");
    assert_snapshot!(sandbox.teammig("ci", &["check"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: cannot judge against origin/main: where it parts from HEAD lies in history that this shallow clone does not have
    hint: `git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)
    ");
    // The way out works.
    sandbox.git("ci", &["fetch", "-q", "--unshallow"]);
    let run = sandbox.teammig("ci", &["check", "--base"]);
    assert_eq!(run.code, 3, "{run}");
}

#[test]
fn a_base_that_is_not_there() {
    let sandbox = diverging();
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base", "origin/mian"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: this clone does not have origin/mian to judge against
    hint: `git fetch origin mian:refs/remotes/origin/mian` brings it; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)
    hint: did you mean origin/main, main?
    ");
    let config = sandbox.read("ann/teammig.yaml");
    sandbox.write(
        "ann/teammig.yaml",
        format!("{config}protected: [origin/release]\n"),
    );
    assert_snapshot!(sandbox.teammig("ann", &["check"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: `protected:` names origin/release, which this clone does not have: what is published there cannot be judged
    hint: `git fetch origin release:refs/remotes/origin/release` brings it; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)
    hint: or correct `protected:` in teammig.yaml (origin/release)
    ");
    // Nothing is protected in a repository without a remote; the files can be judged.
    let alone = Sandbox::with_second("-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\n");
    assert_snapshot!(alone.teammig("project", &["check"]), @"
    exit 0
    --- stdout
    ok, with 1 warning: the working tree: 1 head
    --- stderr
    warning: the id aaaa00000001 was made up by hand: it counts up or down [hand-made-id]
     --> migrations/aaaa00000001.sql:2:16
      |
    2 | --   revision: aaaa00000001
      |                ^^^^^^^^^^^^ others come upon such ids too
    hint: `teammig create` makes 12 random hex digits; while nobody else has the revision, give it such an id
    ");
    assert_snapshot!(alone.teammig("project", &["check", "--base"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no protected branch to judge against
    hint: name one: `--base REF`, or `protected: [REF]` in teammig.yaml
    ");
}

/// What is compared with itself is not fine.
#[test]
fn without_anything_to_compare_with() {
    let alone = Sandbox::project();
    alone.table("project", "7f3a9c21e4b0", &[], "one");
    alone.git("project", &["init", "-q", "-b", "main"]);
    alone.commit("project", "One");
    assert_snapshot!(alone.teammig("project", &["check"]), @"
    exit 0
    --- stdout
    no change to judge, and the files are sound: the working tree: 1 head (nothing is protected here; `protected: [REF]` in teammig.yaml says what is published)
    ");
    let run = alone.teammig("project", &["check", "--at", "HEAD"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stdout.starts_with("ok"), "{run}");
    let (document, _) = alone.json("project", &["check"]);
    assert!(document["judged"][0]["base"].is_null(), "{document}");
    // A step from what is committed is one.
    alone.table("project", "c01d9e88ab12", &["7f3a9c21e4b0"], "two");
    let run = alone.teammig("project", &["check"]);
    assert!(run.stdout.starts_with("ok: 1 new revision"), "{run}");
}

/// Where others may have something, the way to it is said, and it is one that works.
#[test]
fn a_clone_that_does_not_know_the_default_branch() {
    let sandbox = diverging();
    sandbox.git("ann", &["push", "-q", "origin", "phone"]);
    let single = [
        "clone",
        "-q",
        "-b",
        "phone",
        "--single-branch",
        "origin.git",
        "ci",
    ];
    sandbox.git(".", &single);
    assert_snapshot!(sandbox.teammig("ci", &["check"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no protected branch to judge against: of origin this clone fetches single branches alone
    hint: `git remote set-branches origin '*' && git fetch origin && git remote set-head origin --auto` brings the others, and finds out which is its default
    hint: or name one: `--base REF`, or `protected: [REF]` in teammig.yaml
    ");
    sandbox.git("ci", &["remote", "set-branches", "--add", "origin", "main"]);
    sandbox.git("ci", &["fetch", "-q", "origin"]);
    assert_eq!(sandbox.teammig("ci", &["check", "--base"]).code, 3);

    std::fs::remove_dir_all(sandbox.at("ci")).unwrap();
    sandbox.git(".", &["clone", "-q", "-b", "phone", "origin.git", "ci"]);
    sandbox.git("ci", &["remote", "rm", "origin"]);
    let url = sandbox.at("origin.git").display().to_string();
    sandbox.git("ci", &["remote", "add", "origin", &url]);
    assert_snapshot!(sandbox.teammig("ci", &["check"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no protected branch to judge against: nothing was fetched from origin yet
    hint: `git fetch origin` brings what others have
    hint: or name one: `--base REF`, or `protected: [REF]` in teammig.yaml
    ");
    sandbox.git("ci", &["fetch", "-q", "origin"]);
    assert_eq!(sandbox.teammig("ci", &["check", "--base"]).code, 3);

    sandbox.git("origin.git", &["branch", "-m", "main", "trunk"]);
    sandbox.git("ci", &["fetch", "-q", "--prune", "origin"]);
    assert_snapshot!(sandbox.teammig("ci", &["check"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no protected branch to judge against
    hint: `git remote set-head origin --auto` finds out which branch of origin is its default
    hint: or name one: `--base REF`, or `protected: [REF]` in teammig.yaml
    ");
    sandbox.git("ci", &["remote", "set-head", "origin", "--auto"]);
    assert_eq!(sandbox.teammig("ci", &["check", "--base"]).code, 3);
}

/// A partial clone whose remote is gone has no contents to compare.
#[test]
fn what_is_not_in_the_clone_is_not_judged() {
    let sandbox = diverging();
    sandbox.git("ann", &["push", "-q", "origin", "phone"]);
    sandbox.git("origin.git", &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", sandbox.at("origin.git").display());
    sandbox.git(
        ".",
        &[
            "clone",
            "-q",
            "--no-checkout",
            "--filter=blob:none",
            &url,
            "ci",
        ],
    );
    sandbox.git("ci", &["remote", "set-url", "origin", "file:///nowhere"]);
    for args in [
        &["check", "--base", "--at", "origin/phone"][..],
        &["check", "--at", "origin/phone"],
    ] {
        let run = sandbox.teammig("ci", args);
        assert_eq!(run.code, 4, "{run}");
        assert!(run.stdout.ends_with("not evaluated\n"), "{run}");
    }
}

/// A pipeline may name the base by its commit.
#[test]
fn a_base_by_its_commit() {
    let sandbox = diverging();
    let base = sandbox.git("ann", &["rev-parse", "origin/main"]);
    let run = sandbox.teammig("ann", &["check", "--base", base.trim()]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr.contains("c01d9e88ab12 by Bob on fd5219e;"),
        "{run}"
    );
    assert!(
        run.stdout.contains("against fd5219e, merged result"),
        "{run}"
    );
}

/// GitHub checks out a merge that it made, with no branch.
#[test]
fn a_merge_that_the_forge_made() {
    let sandbox = diverging();
    sandbox.git("ann", &["push", "-q", "origin", "phone"]);
    sandbox.git(".", &["clone", "-q", "origin.git", "ci"]);
    sandbox.git("ci", &["checkout", "-q", "--detach", "origin/main"]);
    sandbox.git(
        "ci",
        &["merge", "-q", "--no-ff", "--no-edit", "origin/phone"],
    );
    assert_snapshot!(sandbox.teammig("ci", &["check", "--base", "origin/main"]), @"
    exit 3
    --- stdout
    1 error: 1 new revision of HEAD (7fdc9bf) against origin/main (fd5219e), merged result: 2 heads
    --- stderr
    error: merged with origin/main there would be 2 heads: 7f3a9c21e4b0 by Ann and c01d9e88ab12 by Bob on origin/main; they part at 9209a434d045 [diverged-heads]
     --> migrations/7f3a9c21e4b0.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               ^^^^^^^^^^^^^^ Add phone_number
      |
     ::: migrations/c01d9e88ab12.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               -------------- Add login
    hint: `git merge origin/main` here, then `teammig sync`: it puts yours on top of theirs, or joins the heads
    ");
    let (rules, code) = found(&sandbox, "ci", &[]);
    assert_eq!((rules, code), (vec!["error diverged-heads".to_owned()], 3));
    // The main branch moved on meanwhile, which the merge knows nothing of.
    let stale = Sandbox::team();
    stale.git("ann", &["switch", "-q", "-c", "phone"]);
    stale.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    stale.commit("ann", "Add phone");
    stale.git("ann", &["checkout", "-q", "--detach", "origin/main"]);
    stale.git("ann", &["merge", "-q", "--no-ff", "--no-edit", "phone"]);
    assert_eq!(found(&stale, "ann", &["--base"]), (vec![], 0));
    stale.column("bob", "c01d9e88ab12", &["9209a434d045"], "login");
    stale.commit("bob", "Add login");
    stale.git("bob", &["push", "-q"]);
    stale.git("ann", &["fetch", "-q"]);
    let (rules, code) = found(&stale, "ann", &["--base"]);
    assert_eq!((rules, code), (vec!["error diverged-heads".to_owned()], 3));
}

#[test]
fn a_bare_repository_is_judged_by_its_commits() {
    let sandbox = diverging();
    sandbox.git("ann", &["push", "-q", "origin", "phone"]);
    assert_snapshot!(sandbox.teammig("origin.git", &["check", "--base", "--at", "phone"]), @"
    exit 3
    --- stdout
    1 error, 1 warning: 1 new revision of phone (dedcfd5) against main (fd5219e), merged result: 2 heads
    --- stderr
    error: merged with main there would be 2 heads: 7f3a9c21e4b0 by Ann and c01d9e88ab12 by Bob on main; they part at 9209a434d045 [diverged-heads]
     --> migrations/7f3a9c21e4b0.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               ^^^^^^^^^^^^^^ Add phone_number
      |
     ::: migrations/c01d9e88ab12.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               -------------- Add login
    hint: `git merge main` here, then `teammig sync`: it puts yours on top of theirs, or joins the heads
    warning: for which database the scripts are written is not known, so they were not linted [not-linted]
    hint: give an environment a URL that is known here, or DATABASE_URL; `lint: {postgres: 17}` says PostgreSQL, `lint: off` that it is not wanted
    ");
    assert_eq!(
        found(&sandbox, "origin.git", &["--at", "main"]),
        (vec![], 0)
    );
    let run = sandbox.teammig("origin.git", &["check"]);
    assert_eq!(run.code, 4, "{run}");
}

#[test]
fn every_project_and_every_database_is_judged() {
    let sandbox = Sandbox::team();
    sandbox.write(
        "ann/teammig.yaml",
        "databases:\n  app: {migrations: migrations, environments: {dev: sqlite:dev.db}}\n  log: {migrations: \
         log, environments: {dev: sqlite:log.db}}\n",
    );
    let body = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\n";
    sandbox.raw_revision("ann/other", "aaaa00000009", "", body);
    sandbox.write(
        "ann/other/teammig.yaml",
        "environments: {dev: sqlite:dev.db}\n",
    );
    let log = |id: &str| {
        let header = format!("-- teammig:\n--   revision: {id}\n--   parents: []\n\n");
        sandbox.write(&format!("ann/log/{id}.sql"), format!("{header}{body}"));
    };
    log("5b1d7c9e3f02");
    sandbox.commit("ann", "Three projects");
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"
    exit 0
    --- stdout
    other: ok, with 1 warning: 1 new revision of main (c196e38) against origin/main (3201aee), merged result: 1 head
    app: ok: 0 new revisions of main (c196e38) against origin/main (3201aee), merged result: 1 head
    log: ok: 1 new revision of main (c196e38) against origin/main (3201aee), merged result: 1 head
    --- stderr
    warning: the id aaaa00000009 was made up by hand: it counts up or down [hand-made-id]
     --> other/migrations/aaaa00000009.sql:2:16
      |
    2 | --   revision: aaaa00000009
      |                ^^^^^^^^^^^^ others come upon such ids too
    hint: `teammig -C other create` makes 12 random hex digits; while nobody else has the revision, give it such an id
    ");
    log("e28f6a40c9d7");
    sandbox.write("ann/other/teammig.yaml", "environments: [\n");
    sandbox.commit("ann", "Break two of them");
    assert_snapshot!(sandbox.teammig("ann/log", &["check", "--base"]), @"
    exit 4
    --- stdout
    app: ok: 0 new revisions of main (e5c81f2) against origin/main (3201aee), merged result: 1 head
    log: 1 error: 2 new revisions of main (e5c81f2) against origin/main (3201aee), merged result: 2 heads
    other: not evaluated
    --- stderr
    error: merged with origin/main there would be 2 heads: 5b1d7c9e3f02 by Ann and e28f6a40c9d7 by Ann [diverged-heads]
     --> log/5b1d7c9e3f02.sql:3:15
      |
    3 | --   parents: []
      |               ^^
      |
     ::: log/e28f6a40c9d7.sql:3:15
      |
    3 | --   parents: []
      |               --
    hint: `teammig rebase` puts one on top of the other, `teammig merge-heads` joins them
    error: environments: invalid type: sequence, expected a mapping of names
     --> [DIR]/ann/other/teammig.yaml:1:15
      |
    1 | environments: [
      |               ^
    ");
    let run = sandbox.teammig("ann", &["check", "--database", "app"]);
    assert_eq!(run.code, 4, "{run}");
}

#[test]
fn where_there_is_nothing_to_judge() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "empty"]);
    assert_snapshot!(sandbox.teammig("empty", &["check"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no folder [DIR]/empty/migrations
    hint: `teammig init` sets up a project here; `--migrations PATH` names another folder
    ");
    // A project that begins has no revision yet, and no commit.
    sandbox.write("empty/teammig.yaml", "environments: {dev: sqlite:dev.db}\n");
    assert_snapshot!(sandbox.teammig("empty", &["check"]), @"
    exit 0
    --- stdout
    ok: the working tree: 0 heads
    ");
    // Nor is it fine where there is none on either side.
    sandbox.git(".", &["init", "-q", "-b", "main", "none"]);
    sandbox.write("none/db/migrate/1.sql", "SELECT 1;\n");
    sandbox.git("none", &["add", "-A"]);
    sandbox.git("none", &["commit", "-qm", "x"]);
    for base in [&["check", "--base", "HEAD"][..], &["check", "--base"]] {
        let run = sandbox.teammig("none", base);
        assert_eq!(run.code, 4, "{base:?} {run}");
    }
    assert_snapshot!(sandbox.teammig("none", &["check", "--base", "HEAD"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no folder [DIR]/none/migrations
    hint: `teammig init` sets up a project here; `--migrations PATH` names another folder
    ");
    // Without Git, nothing is known of what is published.
    let run = sandbox.teammig("home", &["check"]);
    assert_eq!(run.code, 4, "{run}");
}

/// The log of a CI is read for commands, and a name may hold a line end.
#[test]
fn a_name_writes_no_line_of_its_own() {
    let sandbox = Sandbox::team();
    let name = "ann/migrations/q\n::error::boo.sql";
    sandbox.write(name, "DROP TABLE users;\n");
    for args in [
        &["check"][..],
        &["check", "--base", "HEAD"],
        &["heads"],
        &["history"],
    ] {
        sandbox.git("ann", &["add", "-A"]);
        let run = sandbox.teammig("ann", args);
        let mut lines = run.stderr.lines().chain(run.stdout.lines());
        assert!(
            lines.all(|line| !line.trim_start().starts_with("::")),
            "{args:?} {run}"
        );
    }
    sandbox.commit("ann", "x");
    let run = sandbox.teammig("ann", &["check", "--base", "HEAD~1"]);
    assert!(
        run.stderr.contains(r"migrations/q\n::error::boo.sql"),
        "{run}"
    );
}

#[test]
fn options_that_do_not_fit() {
    let sandbox = Sandbox::team();
    for args in [
        &["check", "--staged", "--base"][..],
        &["check", "--staged", "--at", "HEAD"],
        &["check", "-o", "x"],
        &["check", "--format", "github", "-o", "x"],
        &["status", "--format", "sarif"],
        &["--format", "junit", "heads"],
        &["check", "--format", "xml"],
    ] {
        let run = sandbox.teammig("ann", args);
        assert_eq!(run.code, 2, "{args:?} {run}");
    }
    assert_snapshot!(sandbox.teammig("ann", &["heads", "--format", "sarif"]), @"
    exit 2
    --- stderr
    error: `heads` has `--format text` and `--format json`; only `teammig check` has more
    ");
}

/// What a submodule holds is in no commit of this repository.
#[test]
fn migrations_in_a_submodule_are_in_no_commit() {
    let sandbox = Sandbox::team();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    sandbox.write("app/teammig.yaml", "migrations: lib/migrations\n");
    let origin = sandbox.at("origin.git").display().to_string();
    let allow = "protocol.file.allow=always";
    let add = ["-c", allow, "submodule", "--quiet", "add", &origin, "lib"];
    sandbox.git("app", &add);
    sandbox.commit("app", "Library");
    for args in [
        &["check", "--at", "HEAD"][..],
        &["check", "--base", "main"],
        &["history", "--at", "HEAD"],
    ] {
        let run = sandbox.teammig("app", args);
        assert_eq!(run.code, 4, "{args:?} {run}");
        assert!(
            run.stderr
                .contains("there is no folder lib/migrations in HEAD"),
            "{args:?} {run}"
        );
        assert!(!run.stdout.contains("sound"), "{run}");
    }
    let run = sandbox.teammig("app", &["check"]);
    assert_eq!(run.code, 0, "its files are here: {run}");
    // What is staged of a submodule is its commit: nothing is said of what that changes.
    sandbox.write("app/readme", "x");
    sandbox.git("app", &["add", "-A"]);
    let run = sandbox.teammig("app", &["check", "--staged"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("no folder lib/migrations in the index")
            && run.stderr.contains("changes no migration"),
        "{run}"
    );
    sandbox.column("app/lib", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("app/lib", "Add phone");
    sandbox.git("app", &["add", "-A"]);
    let run = sandbox.teammig("app", &["check", "--staged"]);
    assert_eq!(run.code, 4, "{run}");
    let run = sandbox.teammig("app", &["hooks", "run", "pre-commit"]);
    assert_eq!(run.code, 0, "a hook is in nobody's way: {run}");
    assert!(run.stderr.contains("could not be evaluated"), "{run}");
    let (document, code) = sandbox.json("app", &["hooks", "run", "pre-commit"]);
    assert_eq!(
        (&document["evaluated"], code),
        (&false.into(), 0),
        "{document}"
    );
}

/// What is published of a submodule is in its own repository: nothing here says that it is free.
#[test]
fn who_may_edit_what_a_submodule_holds_is_asked_there() {
    let sandbox = Sandbox::team();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    sandbox.write("app/teammig.yaml", "migrations: [own, lib/migrations]\n");
    let origin = sandbox.at("origin.git").display().to_string();
    let allow = "protocol.file.allow=always";
    let add = ["-c", allow, "submodule", "--quiet", "add", &origin, "lib"];
    sandbox.git("app", &add);
    sandbox.table("app", "aaaa00000001", &["9209a434d045"], "own");
    std::fs::rename(sandbox.at("app/migrations"), sandbox.at("app/own")).unwrap();
    sandbox.commit("app", "Library");
    assert_snapshot!(sandbox.teammig("app", &["why", "9209"]), @"
    exit 4
    --- stdout
    9209a434d045  Initial migration
    File       lib/migrations/9209a434d045.sql
    Edit it?   that cannot be said: lib/migrations is in the submodule lib, whose own repository says what is published there
    Published  not known
    Applied    in no database that this clone has seen
    --- stderr
    hint: ask there: `teammig -C lib why …`
    ");
    let (document, code) = sandbox.json("app", &["why", "9209"]);
    assert_eq!(
        (&document["may_edit"], code),
        (&"unknown".into(), 4),
        "{document}"
    );
    // The way that it names.
    let why = sandbox.ok("app", &["-C", "lib", "why", "9209"]);
    assert!(why.contains("no, it was published in origin/main"), "{why}");
    // What is beside it is in this one.
    let why = sandbox.ok("app", &["why", "aaaa00000001"]);
    assert!(why.contains("yes, nobody has it yet"), "{why}");
}
