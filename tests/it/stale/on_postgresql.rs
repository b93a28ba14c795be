//! The same on a server, where it is views that are made anew.

use insta::assert_snapshot;

use crate::support::{Sandbox, postgres::Cluster};

/// Mine is applied; theirs came in. On one table and a view of it.
fn diverged(mine: [&str; 2], theirs: [&str; 2]) -> (Sandbox, String) {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    let up = "CREATE TABLE users (id int PRIMARY KEY, name text);\nCREATE VIEW names AS SELECT id, name FROM users;";
    let down = "DROP VIEW names; DROP TABLE users;";
    sandbox.revision("project", "9209a434d045", &[], "Base", up, down);
    let id = "aaaa11112222";
    sandbox.revision("project", id, &["9209a434d045"], "Mine", mine[0], mine[1]);
    sandbox.ok("project", &["upgrade"]);
    let id = "c01d9e88ab12";
    sandbox.revision(
        "project",
        id,
        &["9209a434d045"],
        "Theirs",
        theirs[0],
        theirs[1],
    );
    (sandbox, url)
}

const WIDER: [&str; 2] = [
    "DROP VIEW names;\nALTER TABLE users ALTER COLUMN id TYPE bigint;\nCREATE VIEW names AS SELECT id, name FROM users;",
    "DROP VIEW names;\nALTER TABLE users ALTER COLUMN id TYPE int;\nCREATE VIEW names AS SELECT id, name FROM users;",
];
const LOUDER: [&str; 2] = [
    "CREATE OR REPLACE VIEW names AS SELECT id, name, upper(name) AS loud FROM users;",
    "DROP VIEW names;\nCREATE VIEW names AS SELECT id, name FROM users;",
];
const REBASE: &[&str] = &["rebase", "aaaa", "--onto", "c01d9e88ab12"];
const VIEW: &str = "SELECT pg_get_viewdef('names'::regclass) LIKE '%loud%'";

#[test]
fn a_view_made_again_for_something_else_is_theirs() {
    let (sandbox, url) = diverged(WIDER, LOUDER);
    assert_snapshot!(sandbox.teammig("project", REBASE), @"
    exit 3
    --- stderr
    warning: aaaa11112222 was written without theirs: on top of them it puts view public.names back (definition)
     --> migrations/aaaa11112222.sql:7:1
      |
    7 | DROP VIEW names;
      | ^^^^^^^^^^^^^^^ puts view public.names back (definition)
      so it is made anew, with theirs in it; tried on a scratch database:
        - CREATE VIEW names AS SELECT id, name FROM users;
        + CREATE VIEW names AS
        + SELECT users.id,
        +     users.name,
        +     upper(users.name) AS loud
        +    FROM users;
        - CREATE VIEW names AS SELECT id, name FROM users;
        + CREATE VIEW names AS
        + SELECT users.id,
        +     users.name,
        +     upper(users.name) AS loud
        +    FROM users;
    error: 1 script would be made anew, and nothing was done
      aaaa11112222
    hint: there is no terminal to ask at; `--yes` makes them anew as shown, `--dry-run` only shows it
    ");
    sandbox.ok("project", &[REBASE, &["--yes"]].concat());
    assert_eq!(Cluster::shared().psql_at(&url).values(VIEW), ["t"]);
    sandbox.ok("project", &["downgrade", "-1"]);
    assert_eq!(Cluster::shared().psql_at(&url).values(VIEW), ["t"]);
}

#[test]
fn a_view_that_both_changed_stops() {
    let other = "CREATE OR REPLACE VIEW names AS SELECT id, name, lower(name) AS quiet FROM users;";
    let (sandbox, _) = diverged([other, LOUDER[1]], LOUDER);
    let before = sandbox.read("project/migrations/aaaa11112222.sql");
    let run = sandbox.teammig("project", &[REBASE, &["--yes"]].concat());
    assert!(run.code == 3 || run.code == 1, "{run}");
    assert_eq!(sandbox.read("project/migrations/aaaa11112222.sql"), before);
}

#[test]
fn independent_changes_make_no_scratch_database() {
    let (sandbox, _) = diverged(
        ["CREATE TABLE one (x int);", "DROP TABLE one;"],
        ["CREATE TABLE two (x int);", "DROP TABLE two;"],
    );
    let (document, code) = sandbox.json("project", REBASE);
    assert_eq!(code, 0, "{document}");
    assert_eq!(document["stale"], serde_json::json!([]));
}

#[test]
fn unproved_and_the_scripts_say_that_the_order_matters() {
    let default = |value: u8| format!("ALTER TABLE users ALTER COLUMN id SET DEFAULT {value};");
    let back = "ALTER TABLE users ALTER COLUMN id DROP DEFAULT;";
    let (sandbox, _) = diverged([&default(1), back], [&default(2), back]);
    // Nothing names a server for scratch databases.
    let run = sandbox.teammig("project", &["merge-heads", "--yes"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr
            .contains("nothing was proved, and the scripts of"),
        "{run}"
    );
    assert!(run.stderr.contains("users.id"), "{run}");
    sandbox.ok("project", &["merge-heads", "--yes", "--no-prove"]);
}
