//! Database files: which are made, and which may not be written.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
};

use insta::assert_snapshot;

use super::chain;
use crate::support::Sandbox;

#[test]
fn reading_commands_create_nothing() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    for command in [
        &["current"][..],
        &["history", "-i"],
        &["upgrade", "--dry-run"],
        &["upgrade", "--sql"],
        &["stamp", "--dry-run", "head"],
    ] {
        let run = sandbox.teammig("project", command);
        assert_eq!(run.code, 0, "{command:?} {run}");
        assert!(
            !sandbox.at("project/dev.db").exists(),
            "{command:?} made the database"
        );
    }
    drop(
        rusqlite::Connection::open(sandbox.at("project/dev.db"))
            .unwrap()
            .execute_batch("CREATE TABLE app (x)"),
    );
    sandbox.ok("project", &["current"]);
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT name FROM sqlite_schema"),
        ["app"]
    );
}

/// What changes nothing makes no file.
#[test]
fn stamping_nothing_creates_nothing() {
    let sandbox = Sandbox::project();
    chain(&sandbox, &["CREATE TABLE one (x);"]);
    sandbox.ok("project", &["stamp", "base"]);
    assert!(!sandbox.at("project/dev.db").exists());
    assert!(!sandbox.at("project/dev.db-teammig.lock").exists());
}

#[test]
fn a_read_only_database() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "one",
        "CREATE TABLE one (x);",
        "",
    );
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("CREATE TABLE app (x)")
        .unwrap();
    // Root may write everything, so the program runs as nobody then, from a copy that nobody can reach.
    let program = sandbox.at("teammig");
    // By another process: while this one writes a program, a child that another test
    // starts holds it open, and it cannot be run (ETXTBSY).
    let mut copy = sandbox.command("cp", ".");
    let copied = sandbox.run(copy.arg(env!("CARGO_BIN_EXE_teammig")).arg(&program));
    assert_eq!(copied.code, 0, "{copied}");
    for (path, mode) in [
        (".", 0o755),
        ("teammig", 0o755),
        ("project", 0o555),
        ("project/dev.db", 0o444),
    ] {
        fs::set_permissions(sandbox.at(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut command = sandbox.command(program.to_str().unwrap(), "project");
    if fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0) {
        command.uid(65534).gid(65534);
    }
    let run = sandbox.run(command.arg("current"));
    assert_eq!(run.code, 0, "reading works: {run}");
    assert_snapshot!(sandbox.run(command.arg("--check")).code, @"3");
    let mut upgrade = sandbox.command(program.to_str().unwrap(), "project");
    if fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0) {
        upgrade.uid(65534).gid(65534);
    }
    assert_snapshot!(sandbox.run(upgrade.arg("upgrade")), @"
    exit 1
    --- stderr
    error: sqlite:dev.db: cannot lock [DIR]/project/dev.db-teammig.lock: Permission denied (os error 13)
    hint: the database and its folder have to be writable: SQLite puts files beside it
    ");
    fs::set_permissions(sandbox.at("project"), fs::Permissions::from_mode(0o755)).unwrap();
}
