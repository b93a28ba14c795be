//! Where revisions stand, and which database is meant: what moved is not told as deleted, and what
//! this working tree does not have is not taken for gone.

use insta::assert_snapshot;

use crate::support::Sandbox;

/// The configuration was forgotten.
#[test]
fn a_folder_that_is_moved_is_named() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.write("ann/db/readme", "x");
    sandbox.git("ann", &["mv", "migrations", "db/changes"]);
    assert_snapshot!(sandbox.try_git("ann", &["commit", "-qm", "Move"]), @r#"
    exit 1
    --- stderr
    error: 9209a434d045 is not where it was, but in db/changes/9209a434d045.sql, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [deleted-revision]
     --> migrations/9209a434d045.sql:1:1
      |
    1 | -- teammig:
      | ^
    hint: where the folder moved, `migrations:` in teammig.yaml has to name the new one; otherwise bring the file back (`git restore --source=HEAD --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`
    hint: `git commit --no-verify` commits without this check
    "#);
    let run = sandbox.teammig("ann", &["check"]);
    let said = "9209a434d045 is not where it was, but in db/changes/9209a434d045.sql";
    assert!(run.code == 3 && run.stderr.contains(said), "{run}");
    sandbox.git("ann", &["commit", "-qnm", "Move"]);
    for args in [
        &["check"][..],
        &["check", "--base"],
        &["check", "--at", "HEAD"],
    ] {
        let run = sandbox.teammig("ann", args);
        assert!(run.stderr.contains(said), "{args:?} {run}");
    }
    let run = sandbox.try_git("ann", &["push", "-q"]);
    assert!(run.code == 1 && run.stderr.contains(said), "{run}");
    // The way that it names.
    sandbox.write(
        "ann/teammig.yaml",
        "migrations: db/changes\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.commit("ann", "Name it");
    assert_eq!(sandbox.try_git("ann", &["push", "-q"]).code, 0);
}

/// What was named put the file back into the folder that is none any more.
#[test]
fn an_edit_in_a_folder_with_another_name_is_taken_back_there() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.git("ann", &["mv", "migrations", "db"]);
    sandbox.write(
        "ann/teammig.yaml",
        "migrations: db\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.edit("ann/db/9209a434d045.sql", "name text", "name varchar(9)");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "Rename"]);
    let hint = "(`git show HEAD:migrations/9209a434d045.sql > \"$(git rev-parse --show-cdup)\"db/9209a434d045.sql && \
                git add :/db/9209a434d045.sql`)";
    assert!(run.code == 1 && run.stderr.contains(hint), "{run}");
    let before = sandbox.git("ann", &["show", "HEAD:migrations/9209a434d045.sql"]);
    sandbox.write(
        "ann/db/9209a434d045.sql",
        format!("{}\n", before.trim_end()),
    );
    sandbox.git("ann", &["add", ":/db/9209a434d045.sql"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "Rename"]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_sparse_checkout_has_deleted_nothing() {
    let sandbox = Sandbox::team();
    sandbox.git(".", &["clone", "-q", "origin.git", "eve"]);
    sandbox.git(
        "eve",
        &["sparse-checkout", "set", "--no-cone", "/*", "!/migrations"],
    );
    assert!(!sandbox.at("eve/migrations").exists());
    assert_snapshot!(sandbox.teammig("eve", &["check"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: the folder migrations is not here, and Git has it
    hint: `git restore migrations` brings it back; in a sparse checkout, `git sparse-checkout add migrations`
    ");
    let run = sandbox.teammig("eve", &["check", "--staged"]);
    assert_eq!(run.code, 0, "{run}");
    // Somebody who has all files did.
    std::fs::remove_dir_all(sandbox.at("ann/migrations")).unwrap();
    let run = sandbox.teammig("ann", &["check"]);
    assert!(run.code == 3 && run.stderr.contains("is deleted"), "{run}");
}

/// Patterns may leave out one file of many: it is as it is staged.
#[test]
fn files_that_a_sparse_checkout_leaves_out_are_not_deleted() {
    let sandbox = Sandbox::team();
    sandbox.column("bob", "bbbb00000001", &["9209a434d045"], "phone");
    sandbox.column("bob", "bbbb00000002", &["bbbb00000001"], "email");
    sandbox.ok("bob", &["heads", "--write"]);
    sandbox.commit("bob", "Add both");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git(".", &["clone", "-q", "origin.git", "eve"]);
    let leave_out = |what: &[&str]| {
        let args = [&["sparse-checkout", "set", "--no-cone", "/*"], what].concat();
        sandbox.git("eve", &args);
    };
    leave_out(&["!bbbb00000001.sql", "!/migrations/HEAD"]);
    assert!(!sandbox.at("eve/migrations/bbbb00000001.sql").exists());
    for args in [&["check"][..], &["check", "--staged"], &["history"]] {
        let run = sandbox.teammig("eve", args);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?} {run}");
    }
    let why = sandbox.ok("eve", &["why", "bbbb00000001"]);
    assert!(why.contains("as it was first published"), "{why}");
    sandbox.ok("eve", &["upgrade"]);
    // The newest ones, too: they are no revisions that only the database has.
    leave_out(&["!bbbb0000000*.sql"]);
    let run = sandbox.teammig("eve", &["status"]);
    assert!(
        run.stdout
            .contains("3 applied, at bbbb00000002, nothing pending")
            && !run.stdout.contains("git restore")
            && !run.stdout.contains("revisions more"),
        "{run}"
    );
    // The order of files is what it is on disk.
    assert_eq!(
        sandbox.ok("eve", &["history"]),
        sandbox.ok("eve", &["history", "--at", "HEAD"])
    );
    // One that is deleted is told all the same.
    leave_out(&["!bbbb00000001.sql"]);
    std::fs::remove_file(sandbox.at("eve/migrations/bbbb00000002.sql")).unwrap();
    let run = sandbox.teammig("eve", &["check"]);
    assert!(
        run.code == 3
            && run.stderr.contains("bbbb00000002 is deleted")
            && !run.stderr.contains("bbbb00000001 is deleted"),
        "{run}"
    );
}

/// Git keeps no empty folder, and the configuration names none.
#[test]
fn a_project_that_begins_lacks_no_folder() {
    let sandbox = Sandbox::project();
    sandbox.commit("project", "Begin");
    for args in [
        &["check"][..],
        &["check", "--at", "HEAD"],
        &["check", "--staged"],
    ] {
        let run = sandbox.teammig("project", args);
        assert!(
            run.code == 0 && !run.stderr.contains("missing-folder"),
            "{args:?} {run}"
        );
    }
    sandbox.git(".", &["clone", "-q", "project", "clone"]);
    for args in [&["check"][..], &["check", "--base"]] {
        let run = sandbox.teammig("clone", args);
        assert!(
            run.code == 0 && !run.stderr.contains("missing-folder"),
            "{args:?} {run}"
        );
    }
    // One that it names is missed, and so is one that was there.
    sandbox.write("clone/teammig.yaml", "migrations: db/chnages\n");
    let run = sandbox.teammig("clone", &["check"]);
    assert!(run.stderr.contains("no folder db/chnages"), "{run}");
}

/// Each working tree has a file of its own where the URL is relative.
#[test]
fn another_working_tree_has_another_database() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["worktree", "add", "-q", "../tree", "-b", "side"]);
    assert_snapshot!(sandbox.teammig("tree", &["why", "9209"]), @r#"
    exit 0
    --- stdout
    9209a434d045  Initial migration
    File       migrations/9209a434d045.sql
    Edit it?   no, it was published in origin/main
    Published  in origin/main, with 3201aeec37 by Test, 10 minutes ago
    Applied    as dev in sqlite:[DIR]/ann/dev.db: another database than the one here
    Content    as it was first published
    --- stderr
    hint: write a new revision for the change: `teammig create "…"`
    "#);
    // An environment that leads elsewhere by now is another database, too.
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: sqlite:other.db\n",
    );
    let (why, code) = sandbox.json("ann", &["why", "7f3a"]);
    assert_eq!((why["may_edit"].as_str(), code), (Some("yes"), 0), "{why}");
    assert_eq!(why["elsewhere"][0]["environment"], "dev", "{why}");
    sandbox.edit(
        "ann/migrations/7f3a9c21e4b0.sql",
        "phone text",
        "phone blob",
    );
    sandbox.git("ann", &["add", "-A"]);
    assert_eq!(sandbox.teammig("ann", &["check", "--staged"]).code, 0);
    // Where the variable is not set, as in a program that calls Git, it is the one that was
    // seen last.
    sandbox.write("ann/teammig.yaml", "environments:\n  dev: ${DEV}\n");
    let status = |url: &str| {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_teammig"), "ann");
        sandbox.run(command.arg("current").env("DEV", url))
    };
    assert_eq!(status("sqlite:dev.db").code, 0);
    let (why, _) = sandbox.json("ann", &["why", "7f3a"]);
    assert_eq!(why["may_edit"], "redo", "{why}");
    assert_eq!(status("sqlite:other.db").code, 0);
    let (why, _) = sandbox.json("ann", &["why", "7f3a"]);
    assert_eq!(why["may_edit"], "yes", "{why}");
}

/// What was deployed stays so, wherever its environment leads by now.
#[test]
fn what_a_protected_environment_had_stays_fixed() {
    let sandbox = Sandbox::team();
    let configure = |file: &str| {
        sandbox.write(
            "ann/teammig.yaml",
            format!(
                "environments:\n  dev: sqlite:dev.db\n  prod: {{url: \"sqlite:{file}\", protected: true}}\n"
            ),
        );
    };
    configure("prod.db");
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Phone");
    sandbox.ok("ann", &["upgrade", "--env", "prod", "--yes"]);
    configure("new.db");
    sandbox.commit("ann", "Another server");
    let (why, _) = sandbox.json("ann", &["why", "7f3a"]);
    assert_eq!(why["may_edit"], "no", "{why}");
    let file = "ann/migrations/7f3a9c21e4b0.sql";
    sandbox.edit(file, "phone text", "phone blob");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.teammig("ann", &["check", "--staged"]);
    assert!(
        run.code == 3 && run.stderr.contains("applied in prod"),
        "{run}"
    );
}

/// The project of a team, in another folder by now; its database is left out of `with`.
fn moved(with: &[&str]) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.write("ann/api/readme.md", "x");
    sandbox.git("ann", &["mv", "teammig.yaml", "migrations", "api"]);
    for name in with {
        std::fs::rename(
            sandbox.at(&format!("ann/{name}")),
            sandbox.at(&format!("ann/api/{name}")),
        )
        .unwrap();
    }
    sandbox.commit("ann", "Move");
    sandbox
}

#[test]
fn what_was_published_before_the_project_moved_is_published() {
    let sandbox = moved(&[]);
    let why = sandbox.ok("ann/api", &["why", "head"]);
    assert!(
        why.contains("no, it was published in origin/main")
            && why.contains("Content    as it was first published"),
        "{why}"
    );
    let (status, _) = sandbox.json("ann/api", &["status"]);
    assert!(!status.to_string().contains("not published"), "{status}");
}

#[test]
fn a_project_that_moved_loses_no_rows() {
    let sandbox = moved(&["dev.db"]);
    sandbox.sqlite("ann/api/dev.db", "INSERT INTO users (name) VALUES ('x')");
    let path = "ann/api/migrations/9209a434d045.sql";
    sandbox.edit(path, "name text", "name varchar");
    let run = sandbox.try_git("ann", &["commit", "-qam", "Edit"]);
    assert!(
        run.code == 1 && run.stderr.contains("published in origin/main"),
        "{run}"
    );
    let run = sandbox.teammig("ann/api", &["sync", "--yes"]);
    assert!(run.stderr.contains("published in origin/main"), "{run}");
    let rows = sandbox.sqlite("ann/api/dev.db", "SELECT name FROM users");
    assert_eq!(rows, ["x"]);
}

/// Nothing was read since the project moved.
#[test]
fn what_databases_applied_before_the_project_moved_is_known() {
    let sandbox = moved(&["dev.db"]);
    let path = "ann/api/migrations/9209a434d045.sql";
    sandbox.edit(path, "name text", "name varchar");
    let run = sandbox.try_git("ann", &["commit", "-qam", "Edit"]);
    assert!(run.stderr.contains("applied in dev on"), "{run}");
}

/// The file comes back to where the project is by now.
#[test]
fn the_hint_for_an_edit_in_a_project_that_moves_works() {
    let sandbox = Sandbox::team();
    sandbox.ok("ann", &["hooks", "install"]);
    sandbox.write("ann/api/readme.md", "x");
    sandbox.git("ann", &["mv", "teammig.yaml", "migrations", "api"]);
    let path = "ann/api/migrations/9209a434d045.sql";
    let text = sandbox.read(path);
    sandbox.edit(path, "name text", "name varchar");
    sandbox.git("ann", &["add", "-A"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "Move"]);
    assert!(run.code == 1 && run.stderr.contains("edited"), "{run}");
    let hint = run.stderr.split_once("take the edit back (`").unwrap().1;
    let hint = hint.split_once("`)").unwrap().0;
    let run = sandbox.run(sandbox.command("sh", "ann/api").args(["-c", hint]));
    assert_eq!(run.code, 0, "{hint} {run}");
    assert_eq!(sandbox.read(path), text);
    let run = sandbox.try_git("ann", &["commit", "-qm", "Move"]);
    assert_eq!(run.code, 0, "{run}");
}

/// A bare repository has no other configuration than that of its commits.
#[test]
fn the_folder_of_a_commit_in_a_bare_repository() {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["mv", "migrations", "db"]);
    sandbox.edit(
        "ann/teammig.yaml",
        "environments:",
        "migrations: db\nenvironments:",
    );
    sandbox.commit("ann", "Rename");
    sandbox.git("ann", &["push", "-q"]);
    let heads = sandbox.ok("origin.git", &["heads", "--at", "main"]);
    assert!(heads.contains("9209a434d045"), "{heads}");
}
