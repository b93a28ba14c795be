//! A terminal of 40 columns: lines break at blanks, drawings keep their lines, and
//! what goes into a pipe stays in one piece.

use expectrl::{Eof, Expect as _, Session, session::OsSession};
use insta::assert_snapshot;

use crate::support::{Sandbox, keys::press};

/// What a command shows on a terminal of 40 columns.
fn narrow(sandbox: &Sandbox, args: &[&str]) -> String {
    let text = ended(command(sandbox, args));
    // How long a step took is the machine's business.
    let lines = text.lines().map(|line| match line.rsplit_once("   ") {
        Some((before, took)) if took.ends_with(" ms") => format!("{before}   [TIME]"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn command(sandbox: &Sandbox, args: &[&str]) -> std::process::Command {
    let mut command = sandbox.command("sh", "project");
    command
        .env_remove("COLUMNS")
        .env("TERM", "xterm")
        .args([
            "-c",
            "until [ \"$(stty size)\" = '24 40' ]; do :; done; exec \"$0\" --color never \"$@\"",
        ])
        .arg(env!("CARGO_BIN_EXE_teammig"))
        .args(args);
    command
}

/// Starts it; the shell waits until the terminal is narrow, which it is made only here.
fn start(command: std::process::Command) -> OsSession {
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(std::time::Duration::from_secs(20)));
    session.get_process_mut().set_window_size(40, 24).unwrap();
    session
}

fn ended(command: std::process::Command) -> String {
    let mut session = start(command);
    let rest = session.expect(Eof).unwrap();
    String::from_utf8_lossy(rest.as_bytes()).replace("\r\n", "\n")
}

fn project() -> Sandbox {
    let sandbox = Sandbox::project();
    for (id, parents, message, up) in [
        (
            "aaaa00000001",
            &[][..],
            "where it all begins, in a message of many words",
            "SELECT 1;",
        ),
        (
            "bbbb00000001",
            &["aaaa00000001"],
            "Add login index, and some more words",
            "SELECT 1;",
        ),
        (
            "cccc00000001",
            &["aaaa00000001"],
            "Add phone",
            "CREATE TABLE phones (id integer PRIMARY KEY, number text, number text NOT NULL);",
        ),
    ] {
        sandbox.revision("project", id, parents, message, up, "");
    }
    sandbox
}

#[test]
fn a_drawing_keeps_its_lines() {
    let sandbox = project();
    assert_snapshot!(narrow(&sandbox, &["history"]), @"
    ●  bbbb00000001 (head)  Add login index,
    │  and some more words
    │ ●  cccc00000001 (head)  Add phone
    ├─╯
    ●  aaaa00000001 (branchpoint)  where it
       all begins, in a message of many
       words
    ");
    // In a pipe every revision is one line.
    assert_eq!(sandbox.ok("project", &["history"]).lines().count(), 4);
}

#[test]
fn errors_break_at_blanks() {
    let sandbox = project();
    assert_snapshot!(narrow(&sandbox, &["upgrade", "head"]), @"
    error: Multiple head revisions are
      present for given argument 'head';
      please specify a specific target
      revision, '<branchname>@head' to
      narrow to a specific head, or 'heads'
      for all heads
      the heads are bbbb00000001,
        cccc00000001
    hint: `teammig merge-heads` joins them;
      `heads` means all of them
    ");
    assert_snapshot!(narrow(&sandbox, &["upgrade", "cccc"]), @"
      ✔ aaaa00000001  where it all begins,
        in a message of many words   [TIME]
    error: cannot apply cccc00000001 Add
           phone
     --> migrations/cccc00000001.sql:7:1
      |
    7 | CREATE TABLE...xt NOT NULL);
      | ^^^^^^^^^^^^...^^^^^^^^^^^^ duplicate column name: number
    cccc00000001 was rolled back and left
      nothing.
    1 revision before it was applied and
      stays applied.
    hint: where it was made here by hand,
      just as the revision makes it:
      `teammig stamp --only cccc00000001`
      records the revision without running
      it; where it is something else, rename
      it or remove it here first
    ");
}

/// Items of two lines were cleared as one, and the list crept down the screen.
#[test]
fn choices_and_questions_fit() {
    let sandbox = project();
    sandbox.write(
        "project/teammig.yaml",
        "environments:\n  dev: {url: sqlite:dev.db, protected: true}\n",
    );
    let mut session = start(command(&sandbox, &["sync"]));
    session.expect("How do you want to go on?:\r\n").unwrap();
    session
        .expect("> Create a merge revision\r\n  Apply both, decide later\r\n  Stop")
        .unwrap();
    press(&mut session, "q");
    session.expect("nothing was done").unwrap();
    session.expect(Eof).unwrap();
    let mut session = start(command(&sandbox, &["stamp", "heads"]));
    session
        .expect("Change the ledger of dev, which is\r\n  protected?\r\nYes or no? [y/N]")
        .unwrap();
    press(&mut session, "y");
    session.expect("the ledger is at").unwrap();
    session.expect(Eof).unwrap();
}

#[test]
fn columns_count_at_a_terminal_of_unknown_width() {
    let sandbox = project();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_teammig"), "project");
    command
        .args(["--color", "never", "heads"])
        .env("TERM", "xterm")
        .env("COLUMNS", "40");
    let text = ended(command);
    assert!(
        text.lines().all(|line| line.chars().count() <= 40),
        "{text}"
    );
}
