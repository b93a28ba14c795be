//! `status`, `why` and `plan`: where things stand, without changing anything.

use insta::assert_snapshot;

use crate::support::Sandbox;

/// Ann has a revision of her own and one on the server; staging has the first.
fn team() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\n  staging: {url: \"sqlite:staging.db\", protected: true}\n",
    );
    sandbox.ok("ann", &["upgrade", "--env", "staging"]);
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox
}

/// Its upstream was said to be gone.
#[test]
fn a_clone_of_a_repository_without_a_commit() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "--bare", "-b", "main", "origin.git"]);
    sandbox.git(".", &["clone", "-q", "origin.git", "ann"]);
    sandbox.ok("ann", &["init", "--no-hooks"]);
    let status = sandbox.ok("ann", &["status"]);
    assert_eq!(
        status.lines().next(),
        Some("Branch     main, without a commit yet → origin/main, where nothing was pushed yet")
    );
}

#[test]
fn one_screen() {
    let sandbox = team();
    assert_snapshot!(sandbox.teammig("ann", &["status"]), @"
    exit 0
    --- stdout
    Branch     main → origin/main
    Head       7f3a9c21e4b0  Add phone   not committed
    Database   dev: 1 applied, at 9209a434d045
               1 pending: 7f3a9c21e4b0
    Elsewhere  staging: at 9209a434d045, 1 pending   as seen 1 minute ago
    Hooks      not installed; `teammig hooks install` does it
    Next       teammig upgrade   1 revision pending
    ");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.commit("ann", "Phone");
    assert_snapshot!(sandbox.teammig("ann", &[]), @"
    exit 0
    --- stdout
    Branch     main → origin/main
    Head       7f3a9c21e4b0  Add phone   not published, Ann, 1 minute ago
    Database   dev: 2 applied, at 7f3a9c21e4b0, nothing pending
    Elsewhere  staging: at 9209a434d045, 1 pending   as seen 6 minutes ago
    Hooks      work
    Next       nothing to do
    ");
    // Bob's revision is on the server, and not pulled yet.
    sandbox.revision(
        "bob",
        "c01d9e88ab12",
        &["9209a434d045"],
        "Theirs",
        "SELECT 1;",
        "SELECT 1;",
    );
    sandbox.commit("bob", "Theirs");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["status"]), @"
    exit 0
    --- stdout
    Branch     main → origin/main, which has 1 revision more
    Head       7f3a9c21e4b0  Add phone   not published, Ann, 6 minutes ago
    Database   dev: 2 applied, at 7f3a9c21e4b0, nothing pending
    Elsewhere  staging: at 9209a434d045, 1 pending   as seen 11 minutes ago
    Hooks      work
    Next       git pull && teammig sync   origin/main has 1 revision more
    ");
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_snapshot!(sandbox.teammig("ann", &["status"]), @"
    exit 0
    --- stdout
    Branch     main → origin/main
    Heads      2, they part at 9209a434d045
               yours  7f3a9c21e4b0  Add phone   not published, Ann, 8 minutes ago
               theirs c01d9e88ab12  Theirs   origin/main, Bob, 5 minutes ago
    Database   dev: 2 applied, at 7f3a9c21e4b0
               1 pending: c01d9e88ab12
    Elsewhere  staging: at 9209a434d045, 2 pending   as seen 13 minutes ago
    Hooks      work
    Next       teammig sync   the heads diverged
    ");
    let (document, code) = sandbox.json("ann", &["status"]);
    assert_eq!(code, 0);
    assert_eq!(document["schema"], "teammig.status/1");
    assert_eq!(document["next"]["command"], "teammig sync");
    assert_eq!(document["diverged"], true);
    assert_eq!(document["elsewhere"][0]["environment"], "staging");
}

#[test]
fn a_database_out_of_reach_hides_nothing_else() {
    let sandbox = team();
    assert_snapshot!(sandbox.teammig("ann", &["status", "--url", "postgres://me@127.0.0.1:1/x"]), @"
    exit 0
    --- stdout
    Branch     main → origin/main
    Head       7f3a9c21e4b0  Add phone   not committed
    Database   not to be read: --url: cannot connect to 127.0.0.1:1: Connection refused (os error 111)
    Elsewhere  dev: at 9209a434d045, 1 pending   as seen 5 minutes ago
               staging: at 9209a434d045, 1 pending   as seen 1 minute ago
    Hooks      not installed; `teammig hooks install` does it
    Next       the database could not be read
    ");
}

#[test]
fn looking_makes_no_ledger_and_no_file() {
    let sandbox = Sandbox::project();
    assert_snapshot!(sandbox.teammig("project", &["status"]), @r#"
    exit 0
    --- stdout
    Branch     main, without a commit yet
    Head       none: there is no revision yet
    Database   dev: 0 applied, at base (nothing is applied), nothing pending
    Hooks      not installed; `teammig hooks install` does it
    Next       teammig create "what it does"   there is no revision yet
    "#);
    assert!(!sandbox.at("project/dev.db").exists());
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.at("plain/migrations")).unwrap();
    // Without Git.
    assert_snapshot!(sandbox.teammig("plain", &["status"]), @r#"
    exit 0
    --- stdout
    Head       none: there is no revision yet
    Database   none is configured
    Next       teammig create "what it does"   there is no revision yet
    "#);
}

#[test]
fn why_says_who_has_it() {
    let sandbox = team();
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["tag", "v1", "origin/main"]);
    assert_snapshot!(sandbox.teammig("ann", &["why", "9209"]), @r#"
    exit 0
    --- stdout
    9209a434d045  Initial migration
    File       migrations/9209a434d045.sql
    Edit it?   no, it was published in origin/main
    Published  in origin/main, with 3201aeec37 by Test, 12 minutes ago
    Tags       v1
    Applied    in staging (protected) 3 minutes ago by ann@host, from 3201aeec37 on main   seen 3 minutes ago
    Applied    in dev 7 minutes ago by ann@host, from 3201aeec37 on main   seen 2 minutes ago
    Content    as it was first published
    --- stderr
    hint: write a new revision for the change: `teammig create "…"`
    "#);
    assert_snapshot!(sandbox.teammig("ann", &["why", "7f3a"]), @"
    exit 0
    --- stdout
    7f3a9c21e4b0  Add phone
    File       migrations/7f3a9c21e4b0.sql
    Edit it?   yes; then `teammig sync` redoes it in dev
    Published  no
    Applied    in dev 3 minutes ago by ann@host, from 3201aeec37 on main   seen 3 minutes ago
    Content    as it was applied
    ");
    sandbox.revision(
        "ann",
        "ffff9c21e4b0",
        &["7f3a9c21e4b0"],
        "New",
        "SELECT 1;",
        "SELECT 1;",
    );
    assert_snapshot!(sandbox.teammig("ann", &["why", "ffff"]), @"
    exit 0
    --- stdout
    ffff9c21e4b0  New
    File       migrations/ffff9c21e4b0.sql
    Edit it?   yes, nobody has it yet
    Published  no
    Applied    in no database that this clone has seen
    ");
    assert_snapshot!(sandbox.teammig("ann", &["why", "eeee"]), @"
    exit 1
    --- stderr
    error: Can't locate revision identified by 'eeee'
    hint: `teammig history` lists the revisions here; `git pull` may bring it
    ");
    let (document, _) = sandbox.json("ann", &["why", "9209"]);
    assert_eq!(document["schema"], "teammig.why/1");
    assert_eq!(document["may_edit"], "no");
    assert_eq!(document["tags"][0], "v1");
}

#[test]
fn why_tells_comments_from_edits() {
    let sandbox = team();
    let text = sandbox.read("ann/migrations/9209a434d045.sql");
    let content = |text: &str| {
        sandbox.write("ann/migrations/9209a434d045.sql", text);
        let (document, _) = sandbox.json("ann", &["why", "9209"]);
        document["content"].as_str().unwrap().to_owned()
    };
    assert_eq!(content(&text), "same");
    assert_eq!(
        content(&text.replace("CREATE", "-- why\ncreate")),
        "scripts"
    );
    assert_eq!(
        content(&text.replace("CREATE TABLE", "-- why\nCREATE  TABLE")),
        "comments"
    );
    assert_eq!(
        content(&text.replace("DROP TABLE", "DROP TABLE IF EXISTS")),
        "down"
    );
    assert_eq!(content(&text.replace("name text", "name int")), "scripts");
    // A moved file is the same revision.
    std::fs::rename(
        sandbox.at("ann/migrations/9209a434d045.sql"),
        sandbox.at("ann/migrations/0.sql"),
    )
    .unwrap();
    sandbox.write("ann/migrations/0.sql", &text);
    let (document, _) = sandbox.json("ann", &["why", "9209"]);
    assert_eq!(document["content"], "same");
}

#[test]
fn a_plan_of_a_release_says_what_it_does_not_know() {
    let sandbox = team();
    sandbox.commit("ann", "Phone");
    sandbox.git("ann", &["tag", "v2"]);
    sandbox.ok("ann", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("ann", &["plan", "--at", "v2", "--env", "staging"]), @"
    exit 0
    --- stdout
    up   7f3a9c21e4b0  Add phone
    ");
    assert_snapshot!(sandbox.teammig("ann", &["plan", "--at", "origin/main"]), @"
    exit 0
    --- stderr
    warning: the database has 1 revision that these files do not: 7f3a9c21e4b0
    hint: applied from another branch, or the file was deleted; the ledger kept the scripts: `teammig downgrade 7f3a9c21e4b0@-1` rolls 7f3a9c21e4b0 back
    nothing to do
    ");
    let (document, _) = sandbox.json("ann", &["plan", "--at", "origin/main"]);
    assert_eq!(document["schema"], "teammig.plan/1");
    assert_eq!(document["phantoms"][0], "7f3a9c21e4b0");
}

#[test]
fn a_hotfix_builds_on_what_a_release_has() {
    let sandbox = team();
    sandbox.git("ann", &["tag", "v1"]);
    sandbox.commit("ann", "Phone");
    let path = sandbox.ok(
        "ann",
        &["create", "Hotfix", "--on", "v1", "--rev-id", "aaaa11112222"],
    );
    assert!(
        sandbox
            .read(&format!("ann/{}", path.trim()))
            .contains("parents: [9209a434d045]")
    );
    sandbox.git("ann", &["switch", "-q", "--orphan", "empty"]);
    std::fs::create_dir_all(sandbox.at("ann/migrations")).unwrap();
    assert_snapshot!(sandbox.teammig("ann", &["create", "Hotfix", "--on", "v1"]), @"
    exit 3
    --- stderr
    error: parent 9209a434d045 of aaaa11112222 is in no file [missing-parent]
     --> migrations/2026-11-22_aaaa11112222_hotfix.sql:3:16
      |
    3 | --   parents: [9209a434d045]
      |                ^^^^^^^^^^^^ no file has this revision
    hint: pull the commit that has it (`git log --all -S9209a434d045` finds it), or correct the id
    error: the migrations have 1 problem to put right first
    ");
}

/// "The database did not answer" was said of one that nobody had named.
#[test]
fn no_database_is_no_database_that_does_not_answer() {
    let sandbox = Sandbox::team();
    sandbox.write("ann/teammig.yaml", "migrations: migrations\n");
    let said = |args: &[&str]| {
        let run = sandbox.teammig("ann", args);
        let row = |subject: &str| {
            let line = run.stdout.lines().find(|line| line.starts_with(subject));
            line.map_or("", |line| line[subject.len()..].trim())
                .to_owned()
        };
        (row("Database"), row("Next"))
    };
    let next = "teammig hooks install   nothing keeps applied revisions from being edited";
    assert_eq!(
        said(&["status"]),
        ("none is configured".to_owned(), next.to_owned())
    );
    let next = "nothing: `--at HEAD` only looks";
    assert_eq!(
        said(&["status", "--at", "HEAD"]),
        ("none is configured".to_owned(), next.to_owned())
    );
    let (status, _) = sandbox.json("ann", &["status"]);
    assert_eq!(status["database"]["configured"], false);
    let (why, _) = sandbox.json("ann", &["why", "9209a434d045"]);
    assert_eq!(why["unread"], serde_json::Value::Null);
}

/// The branch of a bare repository is what everybody fetches, and was called unpublished.
#[test]
fn what_a_bare_repository_has_is_published() {
    let sandbox = Sandbox::team();
    let run = sandbox.teammig("origin.git", &["status", "--at", "main"]);
    insta::assert_snapshot!(run, @r"
    exit 0
    --- stdout
    Branch     main
    Head       9209a434d045  Initial migration   main
    Database   none is configured
    Next       nothing: `--at main` only looks
    ");
    let run = sandbox.teammig("origin.git", &["why", "9209", "--at", "main"]);
    assert!(run.stdout.contains("no, it was published in main"), "{run}");
    assert!(run.stdout.contains("in main, with "), "{run}");
    // By the name that the clones call it.
    sandbox.write(
        "origin.git/teammig.yaml",
        "protected: [origin/main, origin/gone]\n",
    );
    let (why, _) = sandbox.json("origin.git", &["why", "9209", "--at", "main"]);
    assert_eq!(why["published"][0]["ref"], "main", "{why}");
    let (audit, code) = sandbox.json("origin.git", &["audit"]);
    assert_eq!((audit["ref"].as_str(), code), (Some("main"), 0));

    // A working tree of a bare repository is somebody's own.
    sandbox.git(
        "origin.git",
        &["worktree", "add", "-q", "../tree", "-b", "topic"],
    );
    sandbox.revision("tree", "aaaa2", &["9209a434d045"], "mine", "SELECT 1;", "");
    sandbox.commit("tree", "mine");
    let (why, _) = sandbox.json("tree", &["why", "aaaa2"]);
    assert_eq!(why["may_edit"], "yes", "{why}");
}

/// A restack that is not committed was "nothing to do", and the push published two heads.
#[test]
fn a_restack_wants_to_be_committed() {
    let sandbox = Sandbox::diverged_and_pulled();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.ok("ann", &["sync", "--rebase"]);
    let next = |sandbox: &Sandbox| {
        let (status, _) = sandbox.json("ann", &["status"]);
        status["next"].clone()
    };
    assert_eq!(
        next(&sandbox)["command"],
        "git add migrations && git commit"
    );
    assert_eq!(next(&sandbox)["reason"], "1 revision to be committed");
    sandbox.commit("ann", "Restack");
    assert_eq!(next(&sandbox)["reason"], "nothing to do");
}

/// Pasted, it worked on the database of the environment.
#[test]
fn what_is_advised_is_about_the_database_of_the_url() {
    let sandbox = Sandbox::team();
    let status = ["status", "--url", "sqlite:other.db"];
    let run = sandbox.teammig("ann", &status);
    let next = "Next       teammig upgrade --url sqlite:other.db ";
    assert!(run.stdout.contains(next), "{run}");
    let (document, _) = sandbox.json("ann", &status);
    let command = "teammig upgrade --url sqlite:other.db";
    assert_eq!(document["next"]["command"], command);
}

/// It was asked about an edit of a file that is not there.
#[test]
fn why_speaks_of_no_edit_where_only_the_database_has_it() {
    let sandbox = Sandbox::team();
    sandbox.table("ann", "aaaa00000002", &["9209a434d045"], "two");
    sandbox.ok("ann", &["upgrade"]);
    std::fs::remove_file(sandbox.at("ann/migrations/aaaa00000002.sql")).unwrap();
    let run = sandbox.teammig("ann", &["why", "aaaa00000002"]);
    let answer = "Edit it?   there is no file of it here; it is in dev, and `teammig sync` offers to roll it back";
    assert!(run.stdout.contains(answer), "{run}");
}

/// Not by the names of their files.
#[test]
fn what_is_pending_is_listed_as_it_runs() {
    let sandbox = Sandbox::team();
    sandbox.table("ann", "cccc00000002", &["9209a434d045"], "two");
    sandbox.table("ann", "bbbb00000003", &["cccc00000002"], "three");
    let (status, _) = sandbox.json("ann", &["status"]);
    assert_eq!(
        status["database"]["pending"],
        serde_json::json!(["cccc00000002", "bbbb00000003"])
    );
}

#[test]
fn a_way_back_that_fails_leaves_it_applied() {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "ann",
        "cccc00000002",
        &["9209a434d045"],
        "Two",
        "CREATE TABLE two (id integer);",
        "DROP TABLE three;",
    );
    sandbox.ok("ann", &["upgrade"]);
    let run = sandbox.teammig("ann", &["downgrade", "9209", "--yes"]);
    assert!(
        run.code == 1 && run.stderr.contains("cccc00000002 is still applied"),
        "{run}"
    );
}
