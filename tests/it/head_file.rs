//! The head file: it is kept, checked, conflicts where heads diverge, and is mended.

use std::fs;

use insta::assert_snapshot;

use crate::support::Sandbox;

pub(crate) const HEAD: &str = "migrations/HEAD";

/// Two clones with a head file and hooks; each adds a revision, Bob's is on the server.
pub(crate) fn diverged() -> Sandbox {
    let sandbox = team();
    add(
        &sandbox,
        "bob",
        "c01d9e88ab12",
        "Add login index",
        "CREATE INDEX users_name ON users (name)",
    );
    sandbox.git("bob", &["push", "-q"]);
    add(
        &sandbox,
        "ann",
        "7f3a9c21e4b0",
        "Add phone",
        "ALTER TABLE users ADD COLUMN phone text",
    );
    sandbox
}

/// Two clones of a project that keeps a head file, with hooks.
pub(crate) fn team() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["heads", "--write"]);
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.commit("ann", "Keep a head file");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox.ok("bob", &["hooks", "install"]);
    sandbox
}

/// `create` with a script, `upgrade`, and a commit that the hook looks at.
pub(crate) fn add(sandbox: &Sandbox, clone: &str, id: &str, message: &str, up: &str) {
    let path = sandbox.ok(clone, &["create", message, "--rev-id", id]);
    let path = format!("{clone}/{}", path.trim());
    let down = if up.starts_with("CREATE INDEX") {
        "DROP INDEX users_name"
    } else {
        "ALTER TABLE users DROP COLUMN phone"
    };
    let text = sandbox
        .read(&path)
        .replace("-- migrate:up\n", &format!("-- migrate:up\n{up};\n"))
        .replace("-- migrate:down\n", &format!("-- migrate:down\n{down};\n"));
    sandbox.write(&path, text);
    sandbox.ok(clone, &["upgrade"]);
    sandbox.git(clone, &["add", "-A"]);
    sandbox.git(clone, &["commit", "-qm", message]);
}

pub(crate) fn read(sandbox: &Sandbox, clone: &str) -> String {
    sandbox.read(&format!("{clone}/{HEAD}"))
}

/// The path of a command fell apart at its blank.
#[test]
fn a_folder_with_a_blank_is_one_word_of_a_command() {
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        "migrations: it's my db\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.ok("project", &["create", "One", "--rev-id", "aaaa00000001"]);
    let run = sandbox.teammig("project", &["heads", "--write"]);
    assert!(
        run.stderr.ends_with("`git add 'it'\\''s my db/HEAD'`\n"),
        "{run}"
    );
    let run = sandbox.teammig("project", &["create", "Two", "--rev-id", "aaaa00000002"]);
    assert!(
        run.stderr.contains("two.sql' 'it'\\''s my db/HEAD'`"),
        "{run}"
    );
}

#[test]
fn it_is_kept_by_whoever_writes_revisions() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    assert_snapshot!(sandbox.teammig("app", &["init"]), @r#"
    exit 0
    --- stderr
      made  migrations
      made  teammig.yaml
      made  migrations/HEAD
      .gitignore now keeps out of Git: /dev.db and /dev.db-*
      .gitattributes now names the merge driver for the head file
    hint: `teammig create "what it does"` writes the first revision
    "#);
    assert_eq!(sandbox.read("app/migrations/HEAD"), "");
    assert_eq!(
        sandbox.read("app/.gitattributes"),
        "migrations/HEAD merge=teammig-head\n"
    );
    assert_snapshot!(sandbox.teammig("app", &["create", "One", "--rev-id", "aaaa00000001"]), @"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000001_one.sql
    --- stderr
    hint: they belong in one commit: `git add migrations/2026-11-22_aaaa00000001_one.sql migrations/HEAD`
    ");
    assert_eq!(read(&sandbox, "app"), "aaaa00000001  # One\n");
    // Several heads: there is nothing right to write.
    sandbox.ok("app", &["create", "Two", "--rev-id", "aaaa00000002"]);
    sandbox.ok(
        "app",
        &[
            "create",
            "Other",
            "--rev-id",
            "aaaa00000003",
            "--head",
            "aaaa00000001",
            "--splice",
        ],
    );
    assert_eq!(read(&sandbox, "app"), "aaaa00000002  # Two\n");
    let (document, _) = sandbox.json("app", &["merge-heads", "--yes", "-m", "Join"]);
    assert_eq!(document["head_file"], HEAD);
    let id = document["revision"]["revision"].as_str().unwrap();
    assert_eq!(read(&sandbox, "app"), format!("{id}  # Join\n"));
    // A line of its own.
    sandbox.ok(
        "app",
        &[
            "create",
            "Bills",
            "--rev-id",
            "aaaa00000004",
            "--head",
            "base",
            "--label",
            "billing",
        ],
    );
    assert_eq!(
        read(&sandbox, "app"),
        format!("{id}  # Join\naaaa00000004  # billing: Bills\n")
    );
}

#[test]
fn an_import_writes_it_too() {
    let sandbox = Sandbox::project();
    sandbox.ok("project", &["heads", "--write"]);
    assert_eq!(read(&sandbox, "project"), "");
    for (name, message) in [
        ("20240101_one", "CREATE TABLE one (x);"),
        ("20240102_two", "CREATE TABLE two (x);"),
    ] {
        sandbox.write(&format!("theirs/{name}/up.sql"), message);
        sandbox.write(&format!("theirs/{name}/down.sql"), "SELECT 1;");
    }
    sandbox.ok("project", &["import", "../theirs"]);
    let text = read(&sandbox, "project");
    assert!(text.starts_with("20240102  # "), "{text}");
    assert_eq!(text.lines().count(), 1);
}

/// A merge in progress stays one that somebody has to settle.
#[test]
fn applying_both_leaves_the_conflict() {
    let sandbox = diverged();
    let _ = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    let run = sandbox.teammig("ann", &["sync", "--apply-both"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("the head file stays in conflict"),
        "{run}"
    );
    assert!(read(&sandbox, "ann").contains("<<<<<<<"));
}

#[test]
fn a_project_without_one_gets_none() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    sandbox.ok("app", &["init", "--no-head-file"]);
    sandbox.ok("app", &["create", "One"]);
    assert!(!sandbox.at("app/migrations/HEAD").exists());
    assert!(!sandbox.at("app/.gitattributes").exists());
}

#[test]
fn a_folder_that_was_there_gets_its_head() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    sandbox.revision("app", "aaaa00000001", &[], "One", "SELECT 1;", "");
    sandbox.ok("app", &["init"]);
    assert_eq!(read(&sandbox, "app"), "aaaa00000001  # One\n");
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    for id in ["aaaa00000001", "aaaa00000002"] {
        sandbox.revision("app", id, &[], "One", "SELECT 1;", "");
    }
    let run = sandbox.teammig("app", &["init"]);
    assert!(run.stderr.contains("no head file was written"), "{run}");
    assert!(!sandbox.at("app/migrations/HEAD").exists());
}

/// The story of the head file: Git stops at it and at nothing else, `sync` goes on.
#[test]
fn a_pull_stops_at_the_head_file_and_sync_goes_on() {
    let sandbox = diverged();
    let run = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    assert_eq!(run.code, 1, "{run}");
    assert_snapshot!(run, @"
    exit 1
    --- stdout
    Auto-merging migrations/HEAD
    CONFLICT (content): Merge conflict in migrations/HEAD
    Automatic merge failed; fix conflicts and then commit the result.
    --- stderr
    teammig: migrations/HEAD conflicts: both sides changed the heads. `teammig sync` settles it once nothing else conflicts.
    ");
    assert_eq!(
        sandbox.git("ann", &["diff", "--name-only", "--diff-filter=U"]),
        "migrations/HEAD\n"
    );
    let (status, _) = sandbox.json("ann", &["status"]);
    assert_eq!(status["next"]["command"], "teammig sync", "{status}");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase", "--dry-run"]), @"
    exit 0
    --- stdout
    up   c01d9e88ab12  Add login index
    --- stderr
    Came in with the merge: 1 revision
      c01d9e88ab12  Add login index   Bob, 9 minutes ago
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Add phone   not published, Ann, 4 minutes ago
      theirs c01d9e88ab12  Add login index   origin/main, Bob, 9 minutes ago
      7f3a9c21e4b0  parents: [9209a434d045] → [c01d9e88ab12]
      migrations/HEAD  written anew
      7f3a9c21e4b0  kept as it is: both orders lead to the same schema, tried on a scratch database (SQLite)
    ");
    assert!(read(&sandbox, "ann").contains("<<<<<<<"));
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase"]), @"
    exit 0
    --- stderr
    Came in with the merge: 1 revision
      c01d9e88ab12  Add login index   Bob, 10 minutes ago
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Add phone   not published, Ann, 5 minutes ago
      theirs c01d9e88ab12  Add login index   origin/main, Bob, 10 minutes ago
      7f3a9c21e4b0  parents: [9209a434d045] → [c01d9e88ab12]
      migrations/HEAD  written anew
      7f3a9c21e4b0  kept as it is: both orders lead to the same schema, tried on a scratch database (SQLite)
    Applying 1 revision
        c01d9e88ab12  Add login index
      ✔ c01d9e88ab12  Add login index   [TIME]
    hint: a merge is in progress: `git add migrations && git commit`
    ");
    assert_eq!(read(&sandbox, "ann"), "7f3a9c21e4b0  # Add phone\n");
    // The heads are settled: neither asks for another sync.
    let (status, _) = sandbox.json("ann", &["status"]);
    let next = "git add migrations && git commit";
    assert_eq!(status["next"]["command"], next, "{status}");
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(
        run.stderr.contains("`git add migrations && git commit`"),
        "{run}"
    );
    assert!(!run.stderr.contains("until the heads are one"), "{run}");
    sandbox.git("ann", &["add", "migrations"]);
    let run = sandbox.try_git("ann", &["commit", "-q", "--no-edit"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.git("ann", &["push", "-q"]);
    let (heads, _) = sandbox.json("ann", &["heads"]);
    assert_eq!(heads["diverged"], false);
    assert_eq!(heads["findings"], serde_json::json!([]));
    sandbox.ok("ann", &["current", "--check"]);
}

#[test]
fn a_merge_revision_settles_it_too() {
    for way in [&["sync", "--merge"][..], &["merge-heads", "--yes"]] {
        let sandbox = diverged();
        let _ = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
        let run = sandbox.teammig("ann", way);
        assert_eq!(run.code, 0, "{run}");
        assert!(
            run.stderr.contains("`git add migrations && git commit`"),
            "{run}"
        );
        sandbox.git("ann", &["add", "-A"]);
        let run = sandbox.try_git("ann", &["commit", "-q", "--no-edit"]);
        assert_eq!(run.code, 0, "{run}");
    }
}

#[test]
fn a_pull_with_rebase_stops_at_it_too() {
    let sandbox = diverged();
    let run = sandbox.try_git("ann", &["pull", "-q", "--rebase"]);
    assert_ne!(run.code, 0, "{run}");
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("&& git rebase --continue`"), "{run}");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["rebase", "--continue"]);
    assert_eq!(read(&sandbox, "ann"), "7f3a9c21e4b0  # Add phone\n");
    sandbox.ok("ann", &["current", "--check"]);
    assert_eq!(sandbox.git("ann", &["status", "--short"]), "");
}

/// Files and database change together or not at all, and the head file is one of them.
#[test]
fn a_step_that_fails_leaves_the_conflict_as_it_was() {
    let sandbox = team();
    add(
        &sandbox,
        "bob",
        "c01d9e88ab12",
        "Also phone",
        "ALTER TABLE users ADD COLUMN phone text",
    );
    sandbox.git("bob", &["push", "-q"]);
    add(
        &sandbox,
        "ann",
        "7f3a9c21e4b0",
        "Add phone",
        "ALTER TABLE users ADD COLUMN phone text",
    );
    let _ = sandbox.try_git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    let before = read(&sandbox, "ann");
    assert!(before.contains("<<<<<<<"), "{before}");
    // What fails on scratch is not begun here.
    for (arguments, code) in [(&["--rebase"][..], 3), (&["--rebase", "--no-prove"], 1)] {
        let run = sandbox.teammig("ann", &[&["sync"], arguments].concat());
        assert_eq!(run.code, code, "{run}");
        assert_eq!(read(&sandbox, "ann"), before);
    }
    let changed = sandbox.git("ann", &["diff", "--name-only", "migrations"]);
    assert!(changed.lines().all(|path| path == HEAD), "{changed}");
}

/// One repository, two databases: both head files are this project's.
#[test]
fn head_files_of_several_databases() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "app"]);
    sandbox.write(
        "app/teammig.yaml",
        "databases:\n  one: {migrations: one, environments: {dev: \"sqlite:one.db\"}}\n  two: {migrations: two, \
         environments: {dev: \"sqlite:two.db\"}}\n",
    );
    let names = ["one", "two"];
    for name in names {
        sandbox.ok(
            "app",
            &[
                "--database",
                name,
                "create",
                "Base",
                "--rev-id",
                "aaaa00000001",
            ],
        );
        sandbox.ok("app", &["--database", name, "heads", "--write"]);
    }
    sandbox.write("app/.gitignore", "*.db*\n");
    sandbox.ok("app", &["hooks", "install"]);
    assert_eq!(
        sandbox.read("app/.gitattributes"),
        "one/HEAD merge=teammig-head\ntwo/HEAD merge=teammig-head\n"
    );
    sandbox.commit("app", "base");
    for (branch, id) in [("side", "aaaa00000002"), ("main", "aaaa00000003")] {
        sandbox.git("app", &["switch", "-q", "-C", branch, "HEAD"]);
        if branch == "main" {
            sandbox.git("app", &["reset", "-q", "--hard", "side~1"]);
        }
        for name in names {
            sandbox.ok("app", &["--database", name, "create", id, "--rev-id", id]);
        }
        sandbox.commit("app", id);
    }
    let _ = sandbox.try_git("app", &["merge", "-q", "side"]);
    for name in names {
        let run = sandbox.teammig("app", &["--database", name, "sync", "--rebase"]);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(
            sandbox.read(&format!("app/{name}/HEAD")),
            "aaaa00000003  # aaaa00000003\n"
        );
        assert!(
            run.stderr
                .contains(&format!("`git add {name} && git commit`")),
            "{run}"
        );
    }
    sandbox.git("app", &["add", "-A"]);
    let run = sandbox.try_git("app", &["commit", "-q", "--no-edit"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_commit_with_a_wrong_head_file_is_stopped() {
    let sandbox = team();
    sandbox.revision(
        "ann",
        "aaaa00000002",
        &["9209a434d045"],
        "Two",
        "SELECT 1;",
        "",
    );
    sandbox.git("ann", &["add", "-A"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "two"]), @"
    exit 1
    --- stderr
    error: migrations/HEAD names 9209a434d045, and the head is aaaa00000002 [head-file]
     --> migrations/HEAD:1:1
      |
    1 | 9209a434d045  # Initial migration
      | ^^^^^^^^^^^^ others build on it
    hint: `teammig heads --write` writes it anew; then `git add` it
    warning: aaaa00000002 cannot be rolled back: its down section is empty [irreversible]
     --> migrations/aaaa00000002.sql:9:1
      |
    9 | -- migrate:down
      | ^^^^^^^^^^^^^^^
    hint: write the way back below `-- migrate:down`, or say on purpose that there is none: `-- migrate:down irreversible`
    hint: `git commit --no-verify` commits without this check
    ");
    // Other commands warn and go on: the graph decides.
    assert_snapshot!(sandbox.teammig("ann", &["heads"]), @"
    exit 0
    --- stdout
    aaaa00000002 (head)  Two
    --- stderr
    warning: migrations/HEAD names 9209a434d045, and the head is aaaa00000002 [head-file]
     --> migrations/HEAD:1:1
      |
    1 | 9209a434d045  # Initial migration
      | ^^^^^^^^^^^^ others build on it
    hint: `teammig heads --write` writes it anew; then `git add` it
    ");
    sandbox.ok("ann", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("ann", &["heads", "--write"]), @"
    exit 0
    --- stdout
    migrations/HEAD
    --- stderr
    hint: commit it: `git add migrations/HEAD`
    ");
    assert_snapshot!(sandbox.teammig("ann", &["heads", "--write"]), @"
    exit 0
    --- stderr
    migrations/HEAD is right already
    ");
    // In the working tree it is right, but not in the index.
    assert_eq!(sandbox.try_git("ann", &["commit", "-qm", "two"]).code, 1);
    sandbox.git("ann", &["add", HEAD]);
    assert_eq!(sandbox.try_git("ann", &["commit", "-qm", "two"]).code, 0);
    for (text, word) in [
        (
            "<<<<<<< HEAD\nx\n=======\naaaa00000002\n>>>>>>> main\n",
            "conflict markers",
        ),
        ("aaaa 00000002\n", "cannot be read"),
        ("9209a434d045\n", "and the head is"),
        ("\u{feff}", "cannot be read"),
    ] {
        sandbox.write(&format!("ann/{HEAD}"), text);
        let run = sandbox.try_git("ann", &["commit", "-qam", "head"]);
        assert_eq!(run.code, 1, "{run}");
        assert!(run.stderr.contains("[head-file]"), "{run}");
        assert!(run.stderr.contains(word), "{run}");
    }
    // What was wrong before is not this commit's doing.
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-am", "wrong"]);
    sandbox.write("ann/other.txt", "x");
    sandbox.git("ann", &["add", "-A"]);
    assert_eq!(sandbox.try_git("ann", &["commit", "-qm", "other"]).code, 0);
    sandbox.ok("ann", &["sync"]);
    assert_eq!(read(&sandbox, "ann"), "aaaa00000002  # Two\n");
}

/// What a deletion makes of the head file follows from it.
#[test]
fn a_deleted_head_is_told_before_the_head_file() {
    let sandbox = team();
    sandbox.column("ann", "aaaa00000002", &["9209a434d045"], "phone");
    sandbox.ok("ann", &["heads", "--write"]);
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("ann", &["rm", "-q", "migrations/aaaa00000002.sql"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "Delete"]), @r#"
    exit 1
    --- stderr
    error: aaaa00000002 is deleted, and it was published in origin/main [deleted-revision]
     --> migrations/aaaa00000002.sql:1:1
      |
    1 | -- teammig:
      | ^
    hint: bring the file back (`git restore --source=HEAD --staged --worktree migrations/aaaa00000002.sql`), and write a new revision for the change: `teammig create "…"`
    error: migrations/HEAD names aaaa00000002, which is in no file [head-file]
     --> migrations/HEAD:1:1
      |
    1 | aaaa00000002  # Add phone
      | ^^^^^^^^^^^^ no file has this revision
    hint: put the revisions right first: it follows from them
    error: migrations/HEAD does not name 9209a434d045, which is a head [head-file]
     --> migrations/HEAD:1:1
      |
    1 | aaaa00000002  # Add phone
      | ^
    hint: put the revisions right first: it follows from them
    hint: `git commit --no-verify` commits without this check
    "#);
    for args in [&["check"][..], &["check", "--staged"]] {
        let run = sandbox.teammig("ann", args);
        let place = |what: &str| {
            run.stderr
                .find(what)
                .unwrap_or_else(|| panic!("{what}: {run}"))
        };
        assert!(place("[deleted-revision]") < place("[head-file]"), "{run}");
        assert!(!run.stderr.contains("heads --write"), "{run}");
    }
}

#[test]
fn diverged_heads_cannot_be_written() {
    let sandbox = team();
    for id in ["aaaa00000002", "aaaa00000003"] {
        sandbox.revision("ann", id, &["9209a434d045"], "Two", "SELECT 1;", "");
    }
    let before = read(&sandbox, "ann");
    let run = sandbox.teammig("ann", &["heads", "--write"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("merge-heads"), "{run}");
    assert_eq!(read(&sandbox, "ann"), before);
}

/// A folder of that name is no head file.
#[test]
fn a_folder_named_head_is_none_of_ours() {
    let sandbox = Sandbox::team();
    fs::create_dir(sandbox.at("ann/migrations/HEAD")).unwrap();
    sandbox.ok("ann", &["create", "Two"]);
    assert!(sandbox.at("ann/migrations/HEAD").is_dir());
}

/// All states of Git answer alike.
#[test]
fn index_and_commits_have_it_too() {
    let sandbox = team();
    sandbox.write(&format!("ann/{HEAD}"), "aaaa00000009\n");
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "wrong"]);
    sandbox.ok("ann", &["heads", "--write"]);
    let rules = |args: &[&str]| {
        let (document, _) = sandbox.json("ann", args);
        document["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| {
                format!(
                    "{} {}:{}",
                    finding["message"], finding["line"], finding["column"]
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(rules(&["heads"]), Vec::<String>::new());
    assert_eq!(
        rules(&["heads", "--at", "HEAD"]),
        [
            "\"migrations/HEAD names aaaa00000009, which is in no file\" 1:1",
            "\"migrations/HEAD does not name 9209a434d045, which is a head\" 1:1",
        ]
    );
    assert_eq!(rules(&["heads", "--at", "HEAD~1"]), Vec::<String>::new());
}

/// A file that got lost was taken out of the head file, and its table dropped with `--yes`.
#[test]
fn a_file_that_is_deleted_by_accident_is_brought_back() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["heads", "--write"]);
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.ok("ann", &["heads", "--write"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.commit("ann", "Add phone");
    let kept = sandbox.read("ann/migrations/HEAD");
    fs::remove_file(sandbox.at("ann/migrations/7f3a9c21e4b0.sql")).unwrap();
    let (status, _) = sandbox.json("ann", &["status"]);
    let restore = "git restore migrations/7f3a9c21e4b0.sql";
    assert_eq!(status["next"]["command"], restore);
    for args in [&["sync"][..], &["sync", "--yes"], &["sync", "--roll-back"]] {
        let run = sandbox.teammig("ann", args);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.contains(restore), "{run}");
        assert_eq!(sandbox.read("ann/migrations/HEAD"), kept);
        assert_eq!(sandbox.json("ann", &["current"]).0["applied"], 2);
    }
    // Said so, it is meant.
    sandbox.git("ann", &["rm", "-q", "migrations/7f3a9c21e4b0.sql"]);
    sandbox.ok("ann", &["sync", "--roll-back"]);
    assert_ne!(sandbox.read("ann/migrations/HEAD"), kept);
    assert_eq!(sandbox.json("ann", &["current"]).0["applied"], 1);
}

/// The second `sync` named only the head file, and Git went on without the merge revision.
#[test]
fn a_second_sync_names_what_the_first_one_wrote() {
    let sandbox = Sandbox::diverged();
    for clone in ["bob", "ann"] {
        sandbox.ok(clone, &["heads", "--write"]);
        sandbox.commit(clone, "Keep a head file");
    }
    sandbox.git("bob", &["push", "-q"]);
    let _ = sandbox.try_git("ann", &["pull", "-q", "--no-rebase"]);
    let hint = "a merge is in progress: `git add migrations && git commit`";
    for args in [&["sync", "--merge"][..], &["sync"]] {
        let run = sandbox.teammig("ann", args);
        assert!(run.stderr.contains(hint), "{run}");
    }
    sandbox.git("ann", &["add", "migrations/HEAD"]);
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(
        run.stderr
            .contains("finish it (`git add migrations && git commit`)"),
        "{run}"
    );
    let (status, _) = sandbox.json("ann", &["status"]);
    assert_eq!(
        status["next"]["command"],
        "git add migrations && git commit"
    );
    sandbox.git("ann", &["add", "migrations"]);
    sandbox.git("ann", &["commit", "-q", "-m", "Merge"]);
    sandbox.ok("ann", &["current", "--check"]);
}
