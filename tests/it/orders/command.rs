//! `teammig conflicts --prove`: both orders tried, told in words and for programs.

use insta::assert_snapshot;

use crate::support::Sandbox;

const BASE: &str = "9209a434d045";

/// Two revisions on the first one.
fn parted(ann: &str, bob: &str) -> Sandbox {
    let sandbox = Sandbox::team();
    for (id, message, up) in [
        ("7f3a9c21e4b0", "Ann's work", ann),
        ("51be0f2277d1", "Bob's work", bob),
    ] {
        sandbox.revision("ann", id, &[BASE], message, up, "SELECT 1;");
    }
    sandbox
}

fn tried(ann: &str, bob: &str) -> String {
    let sandbox = parted(ann, bob);
    sandbox
        .teammig("ann", &["conflicts", "--prove"])
        .to_string()
}

#[test]
fn independent() {
    assert_snapshot!(tried("ALTER TABLE users ADD COLUMN a TEXT;", "ALTER TABLE users ADD COLUMN b TEXT;"), @"
    exit 0
    --- stdout
    51be0f2277d1 Bob's work and 7f3a9c21e4b0 Ann's work, they part at 9209a434d045
      tried on SQLite in every order: all leave the same
    ");
}

#[test]
fn the_order_matters() {
    assert_snapshot!(tried(
        "CREATE VIEW IF NOT EXISTS v AS SELECT id FROM users;",
        "CREATE VIEW IF NOT EXISTS v AS SELECT name FROM users;",
    ), @"
    exit 3
    --- stdout
    51be0f2277d1 Bob's work and 7f3a9c21e4b0 Ann's work, they part at 9209a434d045
      order matters: view v
        51be0f2277d1 creates or replaces it   migrations/51be0f2277d1.sql:7   main, not committed
          CREATE VIEW IF NOT EXISTS v AS SELECT name FROM users
        7f3a9c21e4b0 creates or replaces it   migrations/7f3a9c21e4b0.sql:7   main, not committed
          CREATE VIEW IF NOT EXISTS v AS SELECT id FROM users
      tried on SQLite: the order matters, since each leaves something else
        view v, definition
          after 51be0f2277d1, then 7f3a9c21e4b0   AS SELECT name FROM users
          after 7f3a9c21e4b0, then 51be0f2277d1   AS SELECT id FROM users
    --- stderr
    hint: `teammig rebase` puts one side on top of the other, which decides the order; then put right in the upper one what does not fit
    ");
}

#[test]
fn both_orders_fail() {
    let ann = "CREATE TABLE a (x INTEGER);\nCREATE INDEX users_name ON users (name);";
    let bob = "ALTER TABLE users DROP COLUMN name;";
    assert_snapshot!(tried(ann, bob), @"
    exit 3
    --- stdout
    51be0f2277d1 Bob's work and 7f3a9c21e4b0 Ann's work, they part at 9209a434d045
      order matters: column users.name
        51be0f2277d1 drops it   migrations/51be0f2277d1.sql:7   main, not committed
          ALTER TABLE users DROP COLUMN name
        7f3a9c21e4b0 uses it   migrations/7f3a9c21e4b0.sql:8   main, not committed
          CREATE INDEX users_name ON users (name)
      tried on SQLite: no order works
        51be0f2277d1, then 7f3a9c21e4b0: 7f3a9c21e4b0 fails   migrations/7f3a9c21e4b0.sql:8
          no such column: name
        7f3a9c21e4b0, then 51be0f2277d1: 51be0f2277d1 fails   migrations/51be0f2277d1.sql:7
          error in index users_name after drop column: no such column: name
    --- stderr
    hint: one of the two has to change: what both make or take away belongs into the first of them alone
    ");
    let (document, code) = parted(ann, bob).json("ann", &["conflicts", "--prove"]);
    assert_eq!(code, 3);
    assert_eq!(document["verdict"], "fails");
    assert_snapshot!(serde_json::to_string_pretty(&document["orders"]).unwrap(), @r#"
    [
      {
        "failure": {
          "code": null,
          "column": 1,
          "detail": null,
          "hint": null,
          "line": 8,
          "message": "no such column: name",
          "path": "migrations/7f3a9c21e4b0.sql",
          "revision": "7f3a9c21e4b0",
          "statement": "CREATE INDEX users_name ON users (name)"
        },
        "revisions": [
          "51be0f2277d1",
          "7f3a9c21e4b0"
        ],
        "works": false
      },
      {
        "failure": {
          "code": null,
          "column": 1,
          "detail": null,
          "hint": null,
          "line": 7,
          "message": "error in index users_name after drop column: no such column: name",
          "path": "migrations/51be0f2277d1.sql",
          "revision": "51be0f2277d1",
          "statement": "ALTER TABLE users DROP COLUMN name"
        },
        "revisions": [
          "7f3a9c21e4b0",
          "51be0f2277d1"
        ],
        "works": false
      }
    ]
    "#);
    assert_eq!(document["pairs"][0]["proof"]["verdict"], "fails");
    assert_eq!(document["pairs"][0]["proof"]["on"], "SQLite");
}

#[test]
fn not_proved() {
    assert_snapshot!(tried(
        "UPDATE users SET name = 'b' WHERE length(name) = 77;",
        "UPDATE users SET name = 'c' WHERE length(name) = 78;",
    ), @"
    exit 4
    --- stdout
    51be0f2277d1 Bob's work and 7f3a9c21e4b0 Ann's work, they part at 9209a434d045
      possible conflict: column users.name
        51be0f2277d1 writes rows of it   migrations/51be0f2277d1.sql:7   main, not committed
          UPDATE users SET name = 'c' WHERE length(name) = 78
        7f3a9c21e4b0 writes rows of it   migrations/7f3a9c21e4b0.sql:7   main, not committed
          UPDATE users SET name = 'b' WHERE length(name) = 77
      tried on SQLite, and not proved: both have to do with the same rows (column users.name), and none that was made up shows a difference
    --- stderr
    hint: read the two together: if the order matters to rows that databases have, `teammig rebase` puts one side on top of the other, so that all run them in one order
    ");
}
