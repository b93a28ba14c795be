//! What is asked at a terminal, and what comes of the answers.

use expectrl::Expect as _;

use super::{
    USERS,
    postgres::{newest, project},
};
use crate::{
    prompt::{DOWN, ENTER, end, start_in},
    support::{Sandbox, keys::press},
};

const BEFORE: &str = "CREATE TABLE users (id integer PRIMARY KEY, fullname text, email text);\n";

/// A column is gone and another one is there: `full_name text`.
fn changed() -> Sandbox {
    let (sandbox, _) = project(&[("users.sql", BEFORE)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.edit("project/models/users.sql", "fullname", "full_name");
    sandbox
}

const CREATE: &[&str] = &["create", "Change", "--rev-id", "aaaa00000002"];

#[test]
fn a_rename_is_asked_for() {
    let sandbox = changed();
    let mut session = start_in(&sandbox, "project", CREATE);
    session.expect("no column public.users.fullname").unwrap();
    session
        .expect("Yes, it is public.users.full_name now")
        .unwrap();
    session.expect("No, drop it").unwrap();
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("loses data"), "{text}");
    let file = newest(&sandbox, "aaaa00000002");
    assert!(
        file.contains("RENAME COLUMN fullname TO full_name"),
        "{file}"
    );
}

/// A loss is asked about at the terminal, and needs no option there.
#[test]
fn a_column_that_was_not_renamed_is_dropped_aloud() {
    let sandbox = changed();
    let mut session = start_in(&sandbox, "project", CREATE);
    session.expect("No, drop it").unwrap();
    press(&mut session, DOWN);
    press(&mut session, ENTER);
    session.expect("loses data: column users.fullname").unwrap();
    session.expect("Write it all the same?").unwrap();
    press(&mut session, "y");
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("loses data: column users.fullname"), "{text}");
    let file = newest(&sandbox, "aaaa00000002");
    assert!(
        file.contains("-- loses data: column users.fullname"),
        "{file}"
    );
}

/// A rename with another change looks like a loss: nothing goes before somebody says so.
#[test]
fn a_loss_is_never_written_without_a_yes() {
    let (sandbox, _) = project(&[("u.sql", "CREATE TABLE u (id int PRIMARY KEY, n int);\n")]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.edit("project/models/u.sql", "n int", "num bigint");
    for no in [ENTER, "\u{1b}", "n"] {
        let mut session = start_in(&sandbox, "project", CREATE);
        session
            .expect("--rename \"public.u.n:public.u.num\"")
            .unwrap();
        session.expect("Write it all the same?").unwrap();
        press(&mut session, no);
        let (text, code) = end(session);
        assert_eq!(code, 3, "{text}");
        assert!(text.contains("Nothing was written"), "{text}");
        let folder = std::fs::read_dir(sandbox.at("project/migrations")).unwrap();
        assert_eq!(folder.count(), 1);
    }
    let accepted = [CREATE, &["--accept-loss"]].concat();
    let session = start_in(&sandbox, "project", &accepted);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("all the same?"), "{text}");
}

#[test]
fn what_fills_a_column_is_asked_for() {
    let (sandbox, _) = project(&[("users.sql", BEFORE)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.edit(
        "project/models/users.sql",
        "email text",
        "email text, phone text NOT NULL",
    );
    let mut session = start_in(&sandbox, "project", CREATE);
    session
        .expect("What fills the rows that are there?")
        .unwrap();
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("--backfill"), "{text}");
    let mut session = start_in(&sandbox, "project", CREATE);
    session
        .expect("What fills the rows that are there?")
        .unwrap();
    press(&mut session, "'nobody@example.org'");
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    let file = newest(&sandbox, "aaaa00000002");
    assert!(file.contains("SET phone = 'nobody@example.org'"), "{file}");
}

#[test]
fn whether_a_command_may_be_run_is_asked_once() {
    let sandbox = super::project(&[]);
    sandbox.write(
        "project/teammig.yaml",
        "models: {command: [sh, print.sh]}\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.write(
        "project/print.sh",
        format!("echo ran >> ran.txt\ncat <<'END'\n{USERS}END\n"),
    );
    let mut session = start_in(&sandbox, "project", &["diff"]);
    session.expect("sh print.sh").unwrap();
    session.expect("Run it").unwrap();
    press(&mut session, "n");
    let (text, code) = end(session);
    assert_eq!(code, 3, "{text}");
    assert!(!sandbox.at("project/ran.txt").exists());
    let mut session = start_in(&sandbox, "project", &["diff"]);
    session.expect("Run it").unwrap();
    press(&mut session, "y");
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    sandbox.ok("project", &["diff"]);
    assert_eq!(sandbox.read("project/ran.txt"), "ran\nran\n");
}
