//! A teammig that is killed leaves the Alembic behind that it started.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
    time::Instant,
};

use super::project::{project, revision, rows, table, tables};
use crate::support::{interrupt, sandbox::Sandbox};

/// A revision that takes its time, and a teammig that is killed in the middle of it.
fn killed(seconds: u32) -> Sandbox {
    let sandbox = project();
    revision(
        &sandbox,
        "aaaa00000001",
        &[],
        &format!(
            "print(\"sleeping\", flush=True); import time; time.sleep({seconds}); op.create_table(\"t_a\", sa.Column(\"id\", \
             sa.Integer))"
        ),
        "op.drop_table(\"t_a\")",
    );
    kill_when_it_sleeps(&sandbox, &["upgrade"]);
    sandbox
}

/// Two of them ran at once, and the second one failed on what the first one had made.
#[test]
fn what_a_killed_upgrade_left_running_is_waited_for() {
    let sandbox = killed(4);
    // Who only reads waits for nobody.
    let begun = Instant::now();
    assert_eq!(sandbox.teammig("project", &["current"]).code, 0);
    let took = begun.elapsed();
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("waiting for `")
            && run
                .stderr
                .contains("alembic upgrade aaaa00000001` (process "),
        "{run}"
    );
    assert!(run.stderr.contains("left running"), "{run}");
    assert!(took.as_secs() < 3, "{took:?}");
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
    assert_eq!(tables(&sandbox), ["a"]);
    // Afterwards it is nobody's any more.
    let run = sandbox.teammig("project", &["downgrade", "base"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("waiting"), "{run}");
    assert_eq!(tables(&sandbox), [] as [&str; 0]);
}

#[test]
fn it_is_not_waited_for_longer_than_for_a_lock() {
    let sandbox = killed(60);
    let run = sandbox.teammig("project", &["stamp", "head", "--lock-timeout", "300ms"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("still works on the database"), "{run}");
    let said = run.stderr.split("kill -s INT -- -").nth(1).unwrap();
    let group: String = said.chars().take_while(char::is_ascii_digit).collect();
    // Nor is it once somebody asks to stop.
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .arg("upgrade")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("waiting for")));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    // As the hint says, but that SIGINT is ignored where the tests run in the background.
    let stopped = sandbox.run(
        sandbox
            .command("sh", "project")
            .args(["-c", &format!("kill -s KILL -- -{group}")]),
    );
    assert_eq!(stopped.code, 0, "{stopped}");
    let run = sandbox.teammig("project", &["stamp", "head"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(rows(&sandbox), ["aaaa00000001"]);
}

/// "It was interrupted before it changed anything", though all of it was done in the end: the
/// next one ran theirs a second time.
#[test]
fn of_a_killed_restack_all_is_known_that_was_done() {
    let (base, mine, theirs) = ("aaaa00000001", "bbbb00000002", "cccc00000003");
    let sandbox = project();
    table(&sandbox, base, &[]);
    sandbox.commit("project", "Base");
    sandbox.git("project", &["switch", "-q", "-c", "theirs"]);
    table(&sandbox, theirs, &[base]);
    sandbox.commit("project", "Theirs");
    sandbox.git("project", &["switch", "-q", "main"]);
    let makes = "import os, time\n    if os.path.exists(\"slow.db\"): print(\"sleeping\", flush=True); time.sleep(3)\n    \
                 op.create_table(\"t_mine\", sa.Column(\"id\", sa.Integer))";
    revision(&sandbox, mine, &[base], makes, "op.drop_table(\"t_mine\")");
    sandbox.ok("project", &["upgrade"]);
    sandbox.commit("project", "Mine");
    sandbox.git("project", &["merge", "-q", "--no-edit", "theirs"]);
    sandbox.write("project/slow.db", "");
    kill_when_it_sleeps(&sandbox, &["sync", "--rebase", "--yes"]);
    let run = sandbox.teammig("project", &["sync", "--rebase", "--yes"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr.contains("waiting for `")
            && run.stderr.contains("The database dev has run all steps.")
            && run.stderr.contains("`teammig rebase --continue`"),
        "{run}"
    );
    assert_eq!(tables(&sandbox), [base, theirs, "mine"]);
    // Only the files are missing: nothing runs again.
    let run = sandbox.teammig("project", &["rebase", "--continue"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("Running upgrade"), "{run}");
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(run.stderr.contains("nothing to do"), "{run}");
    assert_eq!(rows(&sandbox), [mine]);
    assert_eq!(tables(&sandbox), [base, theirs, "mine"]);
}

/// A teammig that is killed while a revision sleeps.
pub(super) fn kill_when_it_sleeps(sandbox: &Sandbox, args: &[&str]) {
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("sleeping")));
    child.kill().unwrap();
    child.wait().unwrap();
}
