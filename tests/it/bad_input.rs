//! Whatever is wrong gets one clear message with its place, the exit code of
//! the design, and nothing is lost.

use std::{fs, os::unix::fs::symlink};

use insta::assert_snapshot;

use crate::support::Sandbox;

/// One broken file does not hide the rest.
#[test]
fn broken_files_are_pointed_at_and_the_rest_is_shown() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.write(
        "project/migrations/b_conflict.sql",
        "<<<<<<< HEAD\n-- teammig:\n=======\n>>>>>>> theirs\n",
    );
    sandbox.write("project/migrations/c_empty.sql", "");
    sandbox.write(
        "project/migrations/d_binary.sql",
        b"-- teammig:\n--   revision: d\n-- migrate:up\nSELECT \0;\n",
    );
    sandbox.write(
        "project/migrations/e_latin1.sql",
        b"-- teammig:\n--   revision: e\n--   message: Gr\xf6\xdfe\n-- migrate:up\n",
    );
    sandbox.write("project/migrations/f_plain.sql", "CREATE TABLE t (x);\n");
    sandbox.revision(
        "project",
        "gggg00000001",
        &["nowhere"],
        "orphan",
        "SELECT 1;",
        "",
    );
    symlink("h_loop.sql", sandbox.at("project/migrations/h_loop.sql")).unwrap();
    fs::create_dir(sandbox.at("project/migrations/i_folder.sql")).unwrap();
    sandbox.write("project/migrations/README.md", "not a migration");
    assert_snapshot!(sandbox.teammig("project", &["heads"]), @"
    exit 3
    --- stdout
    aaaa00000001 (head)  one
    gggg00000001 (head)  orphan
    --- stderr
    error: the file has merge-conflict markers [unreadable-revision]
     --> migrations/b_conflict.sql:1:1
      |
    1 | <<<<<<< HEAD
      | ^^^^^^^ the conflict begins here
    hint: resolve the conflict, then `git add` the file
    error: the file is empty [unreadable-revision]
     --> migrations/c_empty.sql:1:1
      |
    1 |
      | ^
    hint: delete it, or write the revision with `teammig create`
    error: the file holds a NUL byte [unreadable-revision]
     --> migrations/d_binary.sql:4:8
      |
    4 | SELECT ␀;
      |        ^
    hint: databases read SQL only up to a NUL; remove it
    error: the file is not UTF-8 [unreadable-revision]
     --> migrations/e_latin1.sql:3:17
      |
    3 | --   message: Gr��e
      |                 ^ byte 0xf6
    hint: save it as UTF-8
    error: no teammig header [unreadable-revision]
     --> migrations/f_plain.sql:1:1
      |
    1 | CREATE TABLE t (x);
      | ^ expected `-- teammig:` in the leading comment
    hint: `teammig create` writes the header; `teammig import` takes over other tools' files
    error: cannot read this file: Too many levels of symbolic links (os error 40) [unreadable-revision]
     --> migrations/h_loop.sql:1:1
      |
    1 |
      | ^
    hint: check the file's permissions and what it links to
    error: parent nowhere of gggg00000001 is in no file [missing-parent]
     --> migrations/gggg00000001.sql:3:16
      |
    3 | --   parents: [nowhere]
      |                ^^^^^^^ no file has this revision
    hint: it may stand in a file that cannot be read (see above); otherwise pull it, or correct the id
    ");
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("problems to put right first"), "{run}");
    assert!(!sandbox.at("project/dev.db").exists());
}

#[test]
fn two_files_with_one_id() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    let text = sandbox.read("project/migrations/aaaa00000001.sql");
    sandbox.write("project/migrations/copy.sql", text);
    assert_snapshot!(sandbox.teammig("project", &["history"]), @"
    exit 3
    --- stdout
    ●  aaaa00000001 (head)  one
    --- stderr
    error: two files have the revision id aaaa00000001 [duplicate-revision]
     --> migrations/copy.sql:2:16
      |
    2 | --   revision: aaaa00000001
      |                ^^^^^^^^^^^^ the second one
      |
     ::: migrations/aaaa00000001.sql:2:16
      |
    2 | --   revision: aaaa00000001
      |                ------------ the first one
    hint: give one of them a new `revision:`, and where others build on that one, the same in their `parents:`
    ");
}

#[test]
fn cycles() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.revision(
        "project",
        "bbbb00000001",
        &["aaaa00000001", "dddd00000001"],
        "b",
        "SELECT 1;",
        "",
    );
    sandbox.revision(
        "project",
        "cccc00000001",
        &["bbbb00000001"],
        "c",
        "SELECT 1;",
        "",
    );
    sandbox.revision(
        "project",
        "dddd00000001",
        &["cccc00000001"],
        "d",
        "SELECT 1;",
        "",
    );
    sandbox.revision(
        "project",
        "eeee00000001",
        &["eeee00000001"],
        "e",
        "SELECT 1;",
        "",
    );
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 3
    --- stderr
    error: eeee00000001 is its own parent [cycle]
     --> migrations/eeee00000001.sql:3:16
      |
    3 | --   parents: [eeee00000001]
      |                ^^^^^^^^^^^^
    hint: name the revision that it builds on
    error: these revisions are each other's ancestors: bbbb00000001 → dddd00000001 → cccc00000001 [cycle]
     --> migrations/bbbb00000001.sql:3:30
      |
    3 | --   parents: [aaaa00000001, dddd00000001]
      |                              ^^^^^^^^^^^^
      |
     ::: migrations/dddd00000001.sql:3:16
      |
    3 | --   parents: [cccc00000001]
      |                ------------
      |
     ::: migrations/cccc00000001.sql:3:16
      |
    3 | --   parents: [bbbb00000001]
      |                ------------
    hint: take one of these edges out: a revision cannot come before itself
    error: the migrations have 2 problems to put right first
    ");
}

#[test]
fn crlf_and_a_byte_order_mark_are_fine() {
    let sandbox = Sandbox::project();
    let path = sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (\n  x\n);",
        "DROP TABLE one;",
    );
    sandbox.ok("project", &["upgrade"]);
    let text = sandbox.read(&format!("project/{path}"));
    sandbox.write(
        &format!("project/{path}"),
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
    );
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 0
    --- stdout
    aaaa00000001 (head)  one
    ");
}

#[test]
fn a_huge_file_is_not_read() {
    let sandbox = Sandbox::project();
    let file = fs::File::create(sandbox.at("project/migrations/huge.sql")).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["heads"]), @"
    exit 3
    --- stderr
    error: cannot read this file: it has 100 MiB, and the limit is 16 MiB [unreadable-revision]
     --> migrations/huge.sql:1:1
      |
    1 |
      | ^
    hint: a revision changes the schema; load large data outside of it, or in parts
    ");
}

/// A library that reads YAML takes minutes for it.
#[test]
fn what_goes_too_deep_is_not_read() {
    let sandbox = Sandbox::team();
    let deep = "[".repeat(200_000);
    sandbox.write(
        "ann/migrations/deep.sql",
        format!(
            "-- teammig:\n--   revision: aaaa00000001\n--   parents: {deep}\n\n-- migrate:up\n"
        ),
    );
    let run = sandbox.teammig("ann", &["heads"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("it goes too deep"), "{}", run.code);
    fs::remove_file(sandbox.at("ann/migrations/deep.sql")).unwrap();
    sandbox.write("ann/teammig.yaml", format!("check: {deep}\n"));
    for command in ["heads", "check"] {
        let run = sandbox.teammig("ann", &[command]);
        assert_ne!(run.code, 0, "{command}");
        assert!(run.stderr.contains("it goes too deep here"), "{}", run.code);
    }
}

/// Nor what has no end.
#[test]
fn a_configuration_that_is_no_file_is_not_read() {
    let sandbox = Sandbox::team();
    let file = sandbox.at("ann/teammig.yaml");
    fs::remove_file(&file).unwrap();
    symlink("/dev/zero", &file).unwrap();
    sandbox.git("ann", &["add", "-A"]);
    for command in ["status", "heads", "check"] {
        let run = sandbox.teammig("ann", &[command]);
        assert_ne!(run.code, 0, "{command} {run}");
        assert!(run.stderr.contains("it is no file"), "{command} {run}");
    }
}

#[test]
fn bad_configuration() {
    let sandbox = Sandbox::project();
    for (text, want) in [
        ("migration: x\n", "teammig.yaml:1:1"),
        (
            "environments:\n  dev: sqlite:a\n  dev: sqlite:b\n",
            "stands here twice",
        ),
        (
            "environments:\n  dev: {url: sqlite:a, lock_timeout: soon}\n",
            "not a length of time",
        ),
        ("layout: rails\n", "unknown variant `rails`"),
        ("file_template: \"{slug}.sql\"\n", "must contain {revision}"),
    ] {
        sandbox.write("project/teammig.yaml", text);
        let run = sandbox.teammig("project", &["create", "x"]);
        assert_ne!(run.code, 0, "{text} {run}");
        assert!(run.stderr.contains(want), "{text}\n{run}");
    }
    sandbox.write("project/teammig.yaml", "environments:\n  dev: sqlite:dev.db\n  prod: \"${PROD_URL}\"\n  typo: mysql://bob:secret@host/db\n");
    assert_snapshot!(sandbox.teammig("project", &["current", "--env", "prod"]), @"
    exit 1
    --- stderr
    error: environment `prod` needs the variable PROD_URL, which is not set
    hint: set PROD_URL, in the environment or in a .env file beside teammig.yaml
    ");
    assert_snapshot!(sandbox.teammig("project", &["current", "--env", "qa"]), @"
    exit 1
    --- stderr
    error: no environment named `qa`
    hint: the environments of teammig.yaml: dev, prod, typo
    ");
    assert_snapshot!(sandbox.teammig("project", &["current", "--env", "typo"]), @"
    exit 2
    --- stderr
    error: typo: `mysql` is not a database that teammig knows; it knows `sqlite:` and `postgres://`
    hint: write sqlite:path/to/file.db or postgres://user@host:5432/database
    ");
}

#[test]
fn databases_that_are_none() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.write(
        "project/dev.db",
        "this is not a database, but long enough to look like one\n".repeat(20),
    );
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"
    exit 4
    --- stderr
    error: sqlite:dev.db: cannot open it: file is not a database
    hint: is the path right? It is relative to teammig.yaml, or to the current folder with --url
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "--url", "sqlite:missing/folder/dev.db"]), @"
    exit 4
    --- stderr
    error: sqlite:missing/folder/dev.db: the folder [DIR]/project/missing/folder does not exist
    hint: is the path right? It is relative to teammig.yaml, or to the current folder with --url
    ");
    let run = sandbox.teammig(
        "project",
        &[
            "current",
            "--url",
            "postgres://bob:topsecret@127.0.0.1:1/app",
        ],
    );
    assert_eq!(run.code, 4, "{run}");
    assert!(!run.stderr.contains("topsecret"), "{run}");
}

#[test]
fn a_ledger_of_a_newer_version() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.ok("project", &["upgrade"]);
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("UPDATE teammig_ledger SET ledger_version = 7, tool_version = '9.1.0'")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 4
    --- stderr
    error: sqlite:dev.db: the ledger has format 7 (written by teammig 9.1.0); this is teammig 0.1.0, which knows formats up to 1
    hint: install the newer teammig; an older one could damage the ledger
    ");
}

#[test]
fn shapes_of_repositories() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    // Unborn branch.
    assert_eq!(
        sandbox.ok("project", &["heads"]),
        "aaaa00000001 (head)  one\n"
    );
    assert_snapshot!(sandbox.teammig("project", &["heads", "--at", "HEAD"]), @"
    exit 1
    --- stderr
    error: no commit named 'HEAD'
    hint: does this branch have a commit yet? Without `--at`, the files on disk are read
    ");
    sandbox.ok("project", &["hooks", "install"]);
    sandbox.git("project", &["add", "-A"]);
    sandbox.git("project", &["commit", "-qm", "first"]);
    // Detached HEAD.
    sandbox.git("project", &["checkout", "-q", "--detach"]);
    sandbox.ok("project", &["sync"]);
    assert_eq!(
        sandbox.ok("project", &["heads", "--at", "main"]),
        "aaaa00000001 (head)  one\n"
    );
    // Bare.
    sandbox.git(".", &["clone", "-q", "--bare", "project", "bare.git"]);
    assert_eq!(
        sandbox.ok("bare.git", &["heads", "--at", "main"]),
        "aaaa00000001 (head)  one\n"
    );
    assert_snapshot!(sandbox.teammig("bare.git", &["heads"]), @"
    exit 1
    --- stderr
    error: [DIR]/bare.git is a bare repository: it has no working tree
    hint: `--at HEAD` reads the revisions of a commit instead
    ");
    assert_snapshot!(sandbox.teammig("project", &["heads", "--at", "mian"]), @"
    exit 1
    --- stderr
    error: no commit named 'mian'
    hint: did you mean main?
    ");
    // From a folder below, with -C, and in a linked worktree.
    fs::create_dir_all(sandbox.at("project/src/deep")).unwrap();
    assert_eq!(
        sandbox.ok("project/src/deep", &["heads"]),
        "aaaa00000001 (head)  one\n"
    );
    assert_eq!(
        sandbox.ok(".", &["-C", "project", "heads"]),
        "aaaa00000001 (head)  one\n"
    );
    sandbox.git("project", &["worktree", "add", "-q", "../tree"]);
    assert_eq!(
        sandbox.ok("tree", &["heads", "--at", "HEAD"]),
        "aaaa00000001 (head)  one\n"
    );
}

#[test]
fn arguments() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.revision(
        "project",
        "aaaa00000002",
        &["aaaa00000001"],
        "two",
        "SELECT 1;",
        "",
    );
    for args in [
        &["frobnicate"][..],
        &["upgrade", "--nonsense"],
        &["upgrade", "a:b"],
        &["upgrade", "--sql", "a:b:c"],
        &["downgrade", "--sql"],
        &["create", "two\nlines"],
        &["create", "x", "--rev-id", "a-b"],
        &["create", "x", "--label", "4x"],
        &["create", "x", "--head", "aaaa00000001"],
        &["create", "x", "--at", "HEAD"],
        &["upgrade", "--lock-timeout", "soon"],
        &["merge", "aaaa00000001"],
        &["merge", "aaaa00000001", "aaaa00000002"],
        &["current", "--url", "mysql://x"],
    ] {
        let run = sandbox.teammig("project", args);
        assert_eq!(run.code, 2, "{args:?} {run}");
        assert!(run.stderr.contains("error"), "{args:?} {run}");
    }
    for (args, want) in [
        (
            &["upgrade", "+5"][..],
            "Relative revision +5 didn't produce 5 migrations",
        ),
        (
            &["upgrade", "-1"],
            "Relative revision -1 didn't produce 1 migrations",
        ),
        (
            &["downgrade", "-9"],
            "Relative revision -9 didn't produce 9 migrations",
        ),
        (
            &["history", "-r", "aaaa00000001"],
            "History range requires [start]:[end], [start]:, or :[end]",
        ),
        (
            &["downgrade", "aaaa00000002"],
            "is not a valid downgrade target",
        ),
    ] {
        let run = sandbox.teammig("project", args);
        assert_eq!(run.code, 1, "{args:?} {run}");
        assert!(run.stderr.contains(want), "{args:?} {run}");
    }
}

/// `teammig history | head -1` closes the pipe; that is no failure.
#[test]
fn a_closed_pipe_is_no_failure() {
    let sandbox = Sandbox::project();
    let mut parents: Vec<String> = Vec::new();
    for n in 0..2000 {
        let id = format!("{n:012}");
        sandbox.revision(
            "project",
            &id,
            &parents.iter().map(String::as_str).collect::<Vec<_>>(),
            &"x".repeat(60),
            "",
            "",
        );
        parents = vec![id];
    }
    let script = format!(
        "set -o pipefail; '{}' history | head -n 1",
        env!("CARGO_BIN_EXE_teammig")
    );
    let run = sandbox.run(sandbox.command("bash", "project").args(["-c", &script]));
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(run.stdout.lines().count(), 1);
}

/// Neither `init` nor a mistake in the configuration repeats a password.
#[test]
fn passwords_stay_where_they_are() {
    let sandbox = Sandbox::new();
    for url in [
        "host=db user=bob password=topsecret dbname=x",
        "postgres:///x?user=bob&password=topsecret",
        "postgres://bob:topsecret@db/x",
    ] {
        let run = sandbox.teammig(".", &["init", "--no-hooks", "--url", url]);
        assert_eq!(run.code, 2, "{url} {run}");
        assert!(!sandbox.at("teammig.yaml").exists(), "{url}");
    }
    let sandbox = Sandbox::project();
    for text in [
        "environments:\n  dev: {url: \"postgres://bob:topsecret@db/x\", protectd: true}\n",
        "environments:\n  dev: {url: \"host=db password=topsecret\", protectd: true}\n",
        "environments: postgres://bob:topsecret@db/x\n",
        "environments:\n  dev: {url: sqlite:a, protected: \"postgres://bob:topsecret@db/x\"}\n",
        "environments:\n  dev: {url: sqlite:a, password: topsecret}\n",
    ] {
        sandbox.write("project/teammig.yaml", text);
        let run = sandbox.teammig("project", &["heads"]);
        assert_eq!(run.code, 1, "{text} {run}");
        assert!(!run.stderr.contains("topsecret"), "{text} {run}");
        assert!(run.stderr.contains("***"), "{text} {run}");
    }
}

/// Environments may be called what they like.
#[test]
fn an_environment_may_be_called_url() {
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        "environments:\n  url: postgres://bob:topsecret@db/x\n",
    );
    sandbox.ok("project", &["init", "--no-hooks"]);
}

#[test]
fn folders_that_are_not_there() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.git("project", &["add", "-A"]);
    sandbox.git("project", &["commit", "-qm", "one"]);
    assert_snapshot!(sandbox.teammig("project", &["heads", "--at", "HEAD", "--migrations", "nope"]), @"
    exit 4
    --- stderr
    error: there is no folder nope in HEAD
    hint: Git keeps neither empty folders nor what a linked folder or a submodule holds; is the folder's name right?
    ");
    sandbox.write(
        "project/teammig.yaml",
        "migrations: [migrations, more]\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["heads"]), @"
    exit 0
    --- stdout
    aaaa00000001 (head)  one
    --- stderr
    warning: there is no folder more, which the configuration names [missing-folder]
    ");
}
