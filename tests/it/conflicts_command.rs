//! `teammig conflicts` over heads and branches that real Git made.

use insta::assert_snapshot;

use crate::support::Sandbox;

const BASE: &str = "9209a434d045";

/// Ann and Bob each with a revision on the first one; Bob's is on the main branch.
fn parted(ann: &str, bob: &str) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "bob",
        "51be0f2277d1",
        &[BASE],
        "Bob's work",
        bob,
        "SELECT 1;",
    );
    sandbox.commit("bob", "Do Bob's work");
    sandbox.git("bob", &["push", "-q", "origin", "HEAD:main"]);
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox.revision(
        "ann",
        "7f3a9c21e4b0",
        &[BASE],
        "Ann's work",
        ann,
        "SELECT 1;",
    );
    sandbox.commit("ann", "Do Ann's work");
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox
}

#[test]
fn with_another_branch() {
    let sandbox = parted(
        "CREATE INDEX users_name ON users (name);\nCREATE TABLE a (x integer);",
        "-- nobody reads it\nALTER TABLE users DROP COLUMN name;\nCREATE TABLE b (x integer);",
    );
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", "--with", "origin/main"]), @"");
    let (document, code) = sandbox.json("ann", &["conflicts", "--with", "origin/main"]);
    assert_eq!(code, 3);
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @"");
}

#[test]
fn heads_after_a_merge() {
    let sandbox = parted("CREATE TABLE t (x integer);", "CREATE TABLE t (y integer);");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts"]), @"");
    sandbox.git("ann", &["merge", "-q", "origin/main"]);
    assert_snapshot!(sandbox.teammig("ann", &["conflicts"]), @"");
}

#[test]
fn two_revisions_that_mind_nothing() {
    let sandbox = parted(
        "ALTER TABLE users ADD COLUMN a text;",
        "ALTER TABLE users ADD COLUMN b text;",
    );
    sandbox.git("ann", &["merge", "-q", "origin/main"]);
    assert_snapshot!(sandbox.teammig("ann", &["-v", "conflicts", "7f3a", "51be"]), @"");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", BASE, "51be"]), @"");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", BASE, "nothing"]), @"");
}

#[test]
fn what_could_not_be_read_is_never_fine() {
    let sandbox = parted(
        "CREATE TABLE a (x integer);",
        "ALTER TABLE nowhere ADD COLUMN x;",
    );
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", "--with", "origin/main"]), @"");
    let (document, code) = sandbox.json("ann", &["conflicts", "--with", "origin/main"]);
    assert_eq!((code, &document["evaluated"]), (4, &false.into()));
}

#[test]
fn scripts_of_nobody_knows_which_database_are_read_as_postgres() {
    let sandbox = parted("DROP TABLE users;", "ALTER TABLE users ADD COLUMN b text;");
    sandbox.write("ann/teammig.yaml", "migrations: migrations\n");
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", "--with", "origin/main"]), @"");
}
