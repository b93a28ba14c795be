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
    sandbox.write("project/migrations/b_conflict.sql", "<<<<<<< HEAD\n-- teammig:\n=======\n>>>>>>> theirs\n");
    sandbox.write("project/migrations/c_empty.sql", "");
    sandbox.write("project/migrations/d_binary.sql", b"-- teammig:\n--   revision: d\n-- migrate:up\nSELECT \0;\n");
    sandbox.write("project/migrations/e_latin1.sql", b"-- teammig:\n--   revision: e\n--   message: Gr\xf6\xdfe\n-- migrate:up\n");
    sandbox.write("project/migrations/f_plain.sql", "CREATE TABLE t (x);\n");
    sandbox.revision("project", "gggg00000001", &["nowhere"], "orphan", "SELECT 1;", "");
    symlink("h_loop.sql", sandbox.at("project/migrations/h_loop.sql")).unwrap();
    fs::create_dir(sandbox.at("project/migrations/i_folder.sql")).unwrap();
    sandbox.write("project/migrations/README.md", "not a migration");
    assert_snapshot!(sandbox.teammig("project", &["heads"]), @"");
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
    assert_snapshot!(sandbox.teammig("project", &["history"]), @"");
}

#[test]
fn cycles() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.revision("project", "bbbb00000001", &["aaaa00000001", "dddd00000001"], "b", "SELECT 1;", "");
    sandbox.revision("project", "cccc00000001", &["bbbb00000001"], "c", "SELECT 1;", "");
    sandbox.revision("project", "dddd00000001", &["cccc00000001"], "d", "SELECT 1;", "");
    sandbox.revision("project", "eeee00000001", &["eeee00000001"], "e", "SELECT 1;", "");
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"");
}

#[test]
fn crlf_and_a_byte_order_mark_are_fine() {
    let sandbox = Sandbox::project();
    let path = sandbox.revision("project", "aaaa00000001", &[], "one", "CREATE TABLE one (\n  x\n);", "DROP TABLE one;");
    sandbox.ok("project", &["upgrade"]);
    let text = sandbox.read(&format!("project/{path}"));
    sandbox.write(&format!("project/{path}"), format!("\u{feff}{}", text.replace('\n', "\r\n")));
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"");
}

#[test]
fn a_huge_file_is_not_read() {
    let sandbox = Sandbox::project();
    let file = fs::File::create(sandbox.at("project/migrations/huge.sql")).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["heads"]), @"");
}

#[test]
fn bad_configuration() {
    let sandbox = Sandbox::project();
    for (text, want) in [
        ("migration: x\n", "teammig.yaml:1:1"),
        ("environments:\n  dev: sqlite:a\n  dev: sqlite:b\n", "stands here twice"),
        ("environments:\n  dev: {url: sqlite:a, lock_timeout: soon}\n", "not a length of time"),
        ("layout: rails\n", "unknown variant `rails`"),
        ("file_template: \"{slug}.sql\"\n", "must contain {revision}"),
    ] {
        sandbox.write("project/teammig.yaml", text);
        let run = sandbox.teammig("project", &["create", "x"]);
        assert_ne!(run.code, 0, "{text} {run}");
        assert!(run.stderr.contains(want), "{text}\n{run}");
    }
    sandbox.write("project/teammig.yaml", "environments:\n  dev: sqlite:dev.db\n  prod: \"${PROD_URL}\"\n  typo: mysql://bob:secret@host/db\n");
    assert_snapshot!(sandbox.teammig("project", &["current", "--env", "prod"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["current", "--env", "qa"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["current", "--env", "typo"]), @"");
}

#[test]
fn databases_that_are_none() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.write("project/dev.db", "this is not a database, but long enough to look like one\n".repeat(20));
    assert_snapshot!(sandbox.teammig("project", &["current"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "--url", "sqlite:missing/folder/dev.db"]), @"");
    let run = sandbox.teammig("project", &["current", "--url", "postgres://bob:topsecret@127.0.0.1:1/app"]);
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
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"");
}

#[test]
fn shapes_of_repositories() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    // Unborn branch.
    assert_eq!(sandbox.ok("project", &["heads"]), "aaaa00000001 (head)  one\n");
    assert_snapshot!(sandbox.teammig("project", &["heads", "--at", "HEAD"]), @"");
    sandbox.ok("project", &["hooks", "install"]);
    sandbox.git("project", &["add", "-A"]);
    sandbox.git("project", &["commit", "-qm", "first"]);
    // Detached HEAD.
    sandbox.git("project", &["checkout", "-q", "--detach"]);
    sandbox.ok("project", &["sync"]);
    assert_eq!(sandbox.ok("project", &["heads", "--at", "main"]), "aaaa00000001 (head)  one\n");
    // Bare.
    sandbox.git(".", &["clone", "-q", "--bare", "project", "bare.git"]);
    assert_eq!(sandbox.ok("bare.git", &["heads", "--at", "main"]), "aaaa00000001 (head)  one\n");
    assert_snapshot!(sandbox.teammig("bare.git", &["heads"]), @"");
    assert_snapshot!(sandbox.teammig("project", &["heads", "--at", "mian"]), @"");
    // From a folder below, with -C, and in a linked worktree.
    fs::create_dir_all(sandbox.at("project/src/deep")).unwrap();
    assert_eq!(sandbox.ok("project/src/deep", &["heads"]), "aaaa00000001 (head)  one\n");
    assert_eq!(sandbox.ok(".", &["-C", "project", "heads"]), "aaaa00000001 (head)  one\n");
    sandbox.git("project", &["worktree", "add", "-q", "../tree"]);
    assert_eq!(sandbox.ok("tree", &["heads", "--at", "HEAD"]), "aaaa00000001 (head)  one\n");
}

#[test]
fn arguments() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    sandbox.revision("project", "aaaa00000002", &["aaaa00000001"], "two", "SELECT 1;", "");
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
        (&["upgrade", "+5"][..], "Relative revision +5 didn't produce 5 migrations"),
        (&["upgrade", "-1"], "Relative revision -1 didn't produce 1 migrations"),
        (&["downgrade", "-9"], "Relative revision -9 didn't produce 9 migrations"),
        (&["history", "-r", "aaaa00000001"], "History range requires [start]:[end], [start]:, or :[end]"),
        (&["downgrade", "aaaa00000002"], "is not a valid downgrade target"),
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
        sandbox.revision("project", &id, &parents.iter().map(String::as_str).collect::<Vec<_>>(), &"x".repeat(60), "", "");
        parents = vec![id];
    }
    let script = format!("set -o pipefail; '{}' history | head -n 1", env!("CARGO_BIN_EXE_teammig"));
    let run = sandbox.run(sandbox.command("bash", "project").args(["-c", &script]));
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(run.stdout.lines().count(), 1);
}
