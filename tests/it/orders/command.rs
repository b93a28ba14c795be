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
    assert_snapshot!(tried("ALTER TABLE users ADD COLUMN a TEXT;", "ALTER TABLE users ADD COLUMN b TEXT;"), @"");
}

#[test]
fn the_order_matters() {
    assert_snapshot!(tried(
        "CREATE VIEW IF NOT EXISTS v AS SELECT id FROM users;",
        "CREATE VIEW IF NOT EXISTS v AS SELECT name FROM users;",
    ), @"");
}

#[test]
fn one_order_fails() {
    let ann = "CREATE TABLE a (x INTEGER);\nCREATE INDEX users_name ON users (name);";
    let bob = "ALTER TABLE users DROP COLUMN name;";
    assert_snapshot!(tried(ann, bob), @"");
    let (document, code) = parted(ann, bob).json("ann", &["conflicts", "--prove"]);
    assert_eq!(code, 3);
    assert_eq!(document["verdict"], "fails");
    assert_snapshot!(serde_json::to_string_pretty(&document["orders"]).unwrap(), @"");
    assert_eq!(document["pairs"][0]["proof"]["verdict"], "fails");
    assert_eq!(document["pairs"][0]["proof"]["on"], "SQLite");
}

#[test]
fn not_proved() {
    assert_snapshot!(tried(
        "UPDATE users SET name = 'b' WHERE name = 'a';",
        "UPDATE users SET name = 'c' WHERE name = 'b';",
    ), @"");
}
