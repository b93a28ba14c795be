//! Columns that a revision drops and its way back brings again.

use expectrl::Expect as _;

use crate::{
    prompt::{ENTER, end, start_in},
    support::{Sandbox, keys::press},
};

const BEFORE: &str =
    "CREATE TABLE parts (id integer PRIMARY KEY, name text, code text NOT NULL);\n";
const AFTER: &str = "CREATE TABLE parts (id integer PRIMARY KEY, name text);\n";

/// The models have lost a column that must hold something.
fn projects() -> [Sandbox; 2] {
    let both = [
        super::project(&[("parts.sql", BEFORE), ("users.sql", super::USERS)]),
        super::postgres::project(&[("parts.sql", BEFORE)]).0,
    ];
    for sandbox in &both {
        sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000002"]);
        sandbox.write("project/models/parts.sql", AFTER);
    }
    both
}

#[test]
fn what_is_in_a_column_that_comes_back_has_to_be_said() {
    for sandbox in projects() {
        let create = [
            "create",
            "Drop",
            "--accept-loss",
            "--rev-id",
            "aaaa00000003",
        ];
        let run = sandbox.teammig("project", &create);
        assert_eq!(run.code, 3, "{run}");
        let text = run.to_string();
        assert!(text.contains("brings it back"), "{text}");
        let hint = text.lines().find(|line| line.contains("--backfill"));
        let hint = hint.unwrap().split('`').nth(1).unwrap();
        let said = hint.split('"').nth(1).unwrap();
        let filled = said.replace("''", "'x' || id");
        let create = [create.as_slice(), &["--backfill", &filled]].concat();
        let text = sandbox.teammig("project", &create).to_string();
        assert!(text.contains("down returns, with rows in "), "{text}");
        let script = super::postgres::newest(&sandbox, "aaaa00000003");
        assert!(script.contains("'x' || id"), "{script}");
        sandbox.ok("project", &["upgrade"]);
        sandbox.ok("project", &["downgrade", "-1"]);
    }
}

#[test]
fn it_is_asked_for_at_a_terminal() {
    let [_, sandbox] = projects();
    let create = &[
        "create",
        "Drop",
        "--accept-loss",
        "--rev-id",
        "aaaa00000003",
    ];
    let mut session = start_in(&sandbox, "project", create);
    session
        .expect("What is in it when a downgrade brings it back?")
        .unwrap();
    press(&mut session, "'x'");
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    let script = super::postgres::newest(&sandbox, "aaaa00000003");
    assert!(script.contains("SET code = 'x'"), "{script}");
}
