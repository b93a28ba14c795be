//! A script that makes an object anew from a whole text, and others who changed that
//! object meanwhile: what they did is not lost, or somebody is told.

mod apart;
mod merging;
#[cfg(unix)]
mod on_postgresql;
mod redo;

use expectrl::Expect as _;
use insta::assert_snapshot;

use crate::{
    prompt::{ENTER, end, start},
    support::{Sandbox, keys::press},
};

/// The documented steps, as a person writes them.
pub(crate) const REBUILD: &str = "\
CREATE TABLE new_users (
  id integer PRIMARY KEY,
  name text NOT NULL DEFAULT ''
);
INSERT INTO new_users (id, name) SELECT id, coalesce(name, '?') FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;";

const BACK: &str = "\
CREATE TABLE new_users (id integer PRIMARY KEY, name text);
INSERT INTO new_users SELECT id, name FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;";

const MINE: &str = "ann/migrations/7f3a9c21e4b0.sql";

/// Ann has made one change and applied it, and Bob's came in with a pull.
fn pulled(mine: (&str, &str), theirs: (&str, &str)) -> Sandbox {
    let sandbox = Sandbox::team();
    for (who, id, message, (up, down)) in [
        ("bob", "c01d9e88ab12", "Theirs", theirs),
        ("ann", "7f3a9c21e4b0", "Mine", mine),
    ] {
        sandbox.revision(who, id, &["9209a434d045"], message, up, down);
        sandbox.commit(who, message);
    }
    sandbox.git("bob", &["push", "-q"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    sandbox
}

const ADD_PHONE: (&str, &str) = (
    "ALTER TABLE users ADD COLUMN phone text;\nCREATE INDEX users_phone ON users (phone);",
    "DROP INDEX users_phone;\nALTER TABLE users DROP COLUMN phone;",
);

fn columns(sandbox: &Sandbox, table: &str) -> Vec<String> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}')");
    sandbox.sqlite("ann/dev.db", &sql)
}

#[test]
fn a_rebuild_is_made_anew_on_top_of_a_column_that_theirs_added() {
    let sandbox = pulled((REBUILD, BACK), ADD_PHONE);
    let before = sandbox.read(MINE);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Mine   not published, Ann, 4 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 6 minutes ago
    warning: 7f3a9c21e4b0 was written without theirs: on top of them it drops column users.phone, drops index users_phone
      --> migrations/7f3a9c21e4b0.sql:12:1
       |
    12 | DROP TABLE users;
       | ^^^^^^^^^^^^^^^^ drops column users.phone
      so it is made anew, with theirs in it; tried on a scratch database:
        -   name text NOT NULL DEFAULT ''
        +   name text NOT NULL DEFAULT '',
        +   phone text
        - INSERT INTO new_users (id, name) SELECT id, coalesce(name, '?') FROM users;
        + INSERT INTO new_users (id, name, phone) SELECT id, coalesce(name, '?'), phone FROM users;
        + CREATE INDEX users_phone ON users (phone);
        - CREATE TABLE new_users (id integer PRIMARY KEY, name text);
        - INSERT INTO new_users SELECT id, name FROM users;
        + CREATE TABLE new_users (id integer PRIMARY KEY, name text, phone text);
        + INSERT INTO new_users SELECT id, name, phone FROM users;
        + CREATE INDEX users_phone ON users (phone);
    error: 1 script would be made anew, and nothing was done
      7f3a9c21e4b0
    hint: there is no terminal to ask at; `--yes` makes them anew as shown, `--dry-run` only shows it
    ");
    assert_eq!(sandbox.read(MINE), before);
    assert_eq!(columns(&sandbox, "users"), ["id", "name"]);

    let (document, code) = sandbox.json("ann", &["sync", "--rebase", "--dry-run"]);
    assert_eq!(code, 0, "{document}");
    assert_eq!(document["stale"][0]["renewed"], true, "{document}");
    assert_eq!(document["stale"][0]["line"], 12, "{document}");
    assert_eq!(
        document["stale"][0]["undoes"],
        serde_json::json!(["drops column users.phone", "drops index users_phone"])
    );

    sandbox.ok("ann", &["sync", "--rebase", "--yes"]);
    assert_snapshot!(sandbox.git("ann", &["diff", "--unified=0"]), @"
    diff --git a/migrations/7f3a9c21e4b0.sql b/migrations/7f3a9c21e4b0.sql
    index e77e6df..a19cca5 100644
    --- a/migrations/7f3a9c21e4b0.sql
    +++ b/migrations/7f3a9c21e4b0.sql
    @@ -3 +3 @@
    ---   parents: [9209a434d045]
    +--   parents: [c01d9e88ab12]
    @@ -9 +9,2 @@ CREATE TABLE new_users (
    -  name text NOT NULL DEFAULT ''
    +  name text NOT NULL DEFAULT '',
    +  phone text
    @@ -11 +12 @@ CREATE TABLE new_users (
    -INSERT INTO new_users (id, name) SELECT id, coalesce(name, '?') FROM users;
    +INSERT INTO new_users (id, name, phone) SELECT id, coalesce(name, '?'), phone FROM users;
    @@ -14,0 +16,2 @@ ALTER TABLE new_users RENAME TO users;
    +CREATE INDEX users_phone ON users (phone);
    +
    @@ -16,2 +19,2 @@ ALTER TABLE new_users RENAME TO users;
    -CREATE TABLE new_users (id integer PRIMARY KEY, name text);
    -INSERT INTO new_users SELECT id, name FROM users;
    +CREATE TABLE new_users (id integer PRIMARY KEY, name text, phone text);
    +INSERT INTO new_users SELECT id, name, phone FROM users;
    @@ -19,0 +23,2 @@ ALTER TABLE new_users RENAME TO users;
    +
    +CREATE INDEX users_phone ON users (phone);
    ");
    assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone"]);
    sandbox.ok("ann", &["current", "--check"]);
    // Rows and their column go down and up again.
    sandbox.sqlite(
        "ann/dev.db",
        "INSERT INTO users (name, phone) VALUES ('Ann', '555') RETURNING id",
    );
    sandbox.ok("ann", &["downgrade", "-1"]);
    let indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    for command in ["upgrade", "current"] {
        assert_eq!(
            sandbox.sqlite("ann/dev.db", "SELECT * FROM users"),
            ["1|Ann|555"]
        );
        assert_eq!(sandbox.sqlite("ann/dev.db", indexes), ["users_phone"]);
        sandbox.ok("ann", &[command]);
    }
    // A database from nothing becomes the same.
    sandbox.ok("ann", &["upgrade", "--url", "sqlite:other.db"]);
    let sql = "SELECT name FROM pragma_table_info('users')";
    assert_eq!(sandbox.sqlite("ann/other.db", sql), ["id", "name", "phone"]);
}

#[test]
fn rebase_says_it_too() {
    let sandbox = pulled((REBUILD, BACK), ADD_PHONE);
    let run = sandbox.teammig("ann", &["rebase"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("drops column users.phone"), "{run}");
    let run = sandbox.teammig("ann", &["rebase", "--no-database"]);
    assert_eq!(run.code, 3, "{run}");
    sandbox.ok("ann", &["rebase", "--no-database", "--yes"]);
    assert!(
        sandbox
            .read(MINE)
            .contains("SELECT id, coalesce(name, '?'), phone FROM users;")
    );
}

#[test]
fn as_it_is_where_somebody_says_so() {
    let sandbox = pulled((REBUILD, BACK), ADD_PHONE);
    sandbox.ok("ann", &["sync", "--rebase", "--no-prove"]);
    assert_eq!(columns(&sandbox, "users"), ["id", "name"]);
}

#[test]
fn what_both_changed_stops() {
    let theirs = REBUILD.replace("NOT NULL DEFAULT ''", "COLLATE nocase");
    let sandbox = pulled((REBUILD, BACK), (&theirs, BACK));
    let before = sandbox.read(MINE);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase", "--yes"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  7f3a9c21e4b0  Mine   not published, Ann, 4 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 6 minutes ago
    warning: 7f3a9c21e4b0 was written without theirs: on top of them it puts column users.name back (collation)
      --> migrations/7f3a9c21e4b0.sql:12:1
       |
    12 | DROP TABLE users;
       | ^^^^^^^^^^^^^^^^ puts column users.name back (collation)
      it cannot be made anew: both sides changed column users.name
    error: 1 revision would undo, on top of theirs, what theirs did
      7f3a9c21e4b0 was written without theirs: on top of them it puts column users.name back (collation)
        it cannot be made anew: both sides changed column users.name
    hint: edit it so that it keeps what theirs did, and call it again; or write a new revision that brings it back, and run yours as they are: `--no-prove`
    ");
    assert_eq!(sandbox.read(MINE), before);
    assert_eq!(
        sandbox.sqlite(
            "ann/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq"
        ),
        ["9209a434d045", "7f3a9c21e4b0"]
    );
}

#[test]
fn a_way_back_that_does_not_know_of_it() {
    let sandbox = pulled(
        (
            "ALTER TABLE users ADD COLUMN mail text;",
            "CREATE TABLE new_users (id integer PRIMARY KEY, name text);\n\
             INSERT INTO new_users (id, name) SELECT id, name FROM users;\n\
             DROP TABLE users;\nALTER TABLE new_users RENAME TO users;",
        ),
        (
            "ALTER TABLE users ADD COLUMN phone text;",
            "ALTER TABLE users DROP COLUMN phone;",
        ),
    );
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr.contains("its way back drops column users.phone"),
        "{run}"
    );
    sandbox.ok("ann", &["sync", "--rebase", "--yes"]);
    assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone", "mail"]);
    sandbox.ok("ann", &["downgrade", "-1"]);
    assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone"]);
}

#[test]
fn what_leaves_theirs_alone_is_as_before() {
    for (mine, theirs) in [
        // Theirs made the table anew, mine adds to it.
        (ADD_PHONE, (REBUILD, BACK)),
        (ADD_PHONE, ("CREATE TABLE logs (x);", "DROP TABLE logs;")),
        (
            (REBUILD, BACK),
            ("CREATE TABLE logs (x);", "DROP TABLE logs;"),
        ),
    ] {
        let sandbox = pulled(mine, theirs);
        let (document, code) = sandbox.json("ann", &["sync", "--rebase"]);
        assert_eq!(code, 0, "{document}");
        assert_eq!(document["stale"], serde_json::json!([]));
    }
}

#[test]
fn applied_beside_theirs_it_does_not_go_back() {
    let sandbox = pulled((REBUILD, BACK), ADD_PHONE);
    sandbox.ok("ann", &["sync", "--apply-both"]);
    assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone"]);
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--yes"]), @"
    exit 3
    --- stderr
    warning: 7f3a9c21e4b0 was written without theirs: on top of them it drops column users.phone, drops index users_phone
      --> migrations/7f3a9c21e4b0.sql:12:1
       |
    12 | DROP TABLE users;
       | ^^^^^^^^^^^^^^^^ drops column users.phone
      so it is made anew, with theirs in it; tried on a scratch database:
        -   name text NOT NULL DEFAULT ''
        +   name text NOT NULL DEFAULT '',
        +   phone text
        - INSERT INTO new_users (id, name) SELECT id, coalesce(name, '?') FROM users;
        + INSERT INTO new_users (id, name, phone) SELECT id, coalesce(name, '?'), phone FROM users;
        + CREATE INDEX users_phone ON users (phone);
        - CREATE TABLE new_users (id integer PRIMARY KEY, name text);
        - INSERT INTO new_users SELECT id, name FROM users;
        + CREATE TABLE new_users (id integer PRIMARY KEY, name text, phone text);
        + INSERT INTO new_users SELECT id, name, phone FROM users;
        + CREATE INDEX users_phone ON users (phone);
    error: 7f3a9c21e4b0 is applied here beside theirs, and its way back was written without them
      7f3a9c21e4b0 was written without theirs: on top of them it drops column users.phone, drops index users_phone
    hint: `teammig downgrade -1` takes back what ran last, until theirs are gone here; then call it again
    ");
    // What it says works.
    sandbox.ok("ann", &["downgrade", "-1"]);
    sandbox.ok("ann", &["rebase", "--yes"]);
    assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone"]);
}

#[test]
fn asked_at_a_terminal() {
    let sandbox = pulled((REBUILD, BACK), ADD_PHONE);
    let mut session = start(&sandbox, &["sync"]);
    session.expect("drops column users.phone").unwrap();
    session.expect("+   phone text").unwrap();
    session.expect("How do you want to go on?").unwrap();
    session
        .expect("its scripts are made anew, as shown")
        .unwrap();
    session
        .expect("stops: it would leave databases different")
        .unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone"]);

    let sandbox = pulled((REBUILD, BACK), ADD_PHONE);
    let mut session = start(&sandbox, &["rebase"]);
    session.expect("Make 1 script anew as shown?").unwrap();
    press(&mut session, "n");
    let (text, code) = end(session);
    assert_eq!(code, 130, "{text}");
    assert_eq!(columns(&sandbox, "users"), ["id", "name"]);
}

/// What `create` writes stops by itself over a column that it does not know. Made anew, it
/// knows the column.
#[test]
fn what_create_wrote_is_made_anew_too() {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "bob",
        "c01d9e88ab12",
        &["9209a434d045"],
        "Theirs",
        ADD_PHONE.0,
        ADD_PHONE.1,
    );
    sandbox.commit("bob", "Theirs");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.write(
        "ann/models/all.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, name text CHECK (length(name) > 0));\n",
    );
    sandbox.write(
        "ann/teammig.yaml",
        format!("{}models: models\n", sandbox.read("ann/teammig.yaml")),
    );
    let create = ["create", "Mine", "--rev-id", "7f3a9c21e4b0"];
    sandbox.ok("ann", &create);
    sandbox.commit("ann", "Mine");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    let run = sandbox.teammig("ann", &["sync", "--rebase", "--yes"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("made anew"), "{run}");
    assert_eq!(columns(&sandbox, "users"), ["id", "name", "phone"]);
    // Its guard knows what came in, and nothing else.
    sandbox.ok("ann", &["downgrade"]);
    sandbox.sqlite("ann/dev.db", "ALTER TABLE users ADD COLUMN hand text");
    let run = sandbox.teammig("ann", &["upgrade"]);
    assert!(run.stderr.contains("users also has column hand"), "{run}");
}
