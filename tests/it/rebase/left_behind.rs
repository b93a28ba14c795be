//! A way back that leaves what its way up made: mine do not run again here, whatever the
//! order. It was found out in the middle, and called a matter of the order.

use insta::assert_snapshot;

use super::on_postgresql::{REBASE, values};
use crate::support::{Sandbox, postgres::Cluster};

/// What no proof says to be independent of it.
const THEIRS: &str =
    "DELETE FROM users WHERE name IN (SELECT name FROM users GROUP BY name HAVING count(*) > 5);";

/// Ann's revision adds a row that its way back does not take.
fn pulled(up: &str, down: &str, theirs: &str) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "bob",
        "c01d9e88ab12",
        &["9209a434d045"],
        "Theirs",
        theirs,
        "SELECT 1;",
    );
    sandbox.commit("bob", "Theirs");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.revision("ann", "aaaa11112222", &["9209a434d045"], "Mine", up, down);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.commit("ann", "Mine");
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    sandbox
}

const UP: &str =
    "ALTER TABLE users ADD COLUMN phone text;\nINSERT INTO users VALUES (1, 'root', '555');";
const DOWN: &str = "ALTER TABLE users DROP COLUMN phone;";

fn all(sandbox: &Sandbox) -> Vec<String> {
    let ledger = "SELECT revision, parents FROM teammig_ledger ORDER BY seq";
    let mut all = sandbox.sqlite("ann/dev.db", ledger);
    all.extend(sandbox.sqlite("ann/dev.db", "SELECT * FROM users"));
    all.push(sandbox.read("ann/migrations/aaaa11112222.sql"));
    all
}

#[test]
fn it_is_told_before_anything_runs() {
    let sandbox = pulled(UP, DOWN, THEIRS);
    let before = all(&sandbox);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  aaaa11112222  Mine   not published, Ann, 2 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 6 minutes ago
    error: aaaa11112222 does not run again here, since its way back leaves something of it: UNIQUE constraint failed: users.id
      --> migrations/aaaa11112222.sql:11:1
       |
    11 | ALTER TABLE users DROP COLUMN phone;
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this leaves something of what its way up makes
    what fails then is migrations/aaaa11112222.sql:8; tried on a scratch database that ran what this one did, and nothing was done here
    hint: `teammig sync --merge` joins the heads, and rolls nothing back
    hint: or mend the way back, so that it takes all of it: `teammig edit aaaa11112222`; then call it again
    ");
    for args in [
        &["rebase"][..],
        &["rebase", "--dry-run"],
        &["sync", "--rebase", "--dry-run"],
    ] {
        let run = sandbox.teammig("ann", args);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.contains("its way back leaves"), "{run}");
    }
    let (document, code) = sandbox.json("ann", &["sync", "--rebase"]);
    assert_eq!(
        (code, &document["kind"]),
        (3, &"not-again".into()),
        "{document}"
    );
    assert_eq!(all(&sandbox), before);
}

/// It was the first offer, and a yes to everything took it.
#[test]
fn it_is_not_the_first_offer() {
    let sandbox = pulled(UP, DOWN, THEIRS);
    let (document, _) = sandbox.json("ann", &["sync"]);
    assert_eq!(document["offers"][0], "merge", "{document}");
    let run = sandbox.teammig("ann", &["sync", "--yes", "-m", "Both"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("Rolling back"), "{run}");
}

#[test]
fn a_mended_way_back_goes() {
    let sandbox = pulled(UP, DOWN, THEIRS);
    let mended = format!("DELETE FROM users WHERE id = 1;\n{DOWN}");
    sandbox.revision(
        "ann",
        "aaaa11112222",
        &["9209a434d045"],
        "Mine",
        UP,
        &mended,
    );
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT * FROM users"),
        ["1|root|555"]
    );
}

/// No key stops the second time, and the rows were there twice.
#[test]
fn rows_that_would_be_there_twice_are_told() {
    let up = "INSERT INTO users (name) VALUES ('root');";
    let sandbox = pulled(up, "SELECT 1;", THEIRS);
    let before = all(&sandbox);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 6 minutes ago
    2 heads, they part at 9209a434d045
      yours  aaaa11112222  Mine   not published, Ann, 2 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 6 minutes ago
    error: aaaa11112222 would leave other rows here than it did once, since its way back does not undo just what it did: table users then has `id 2, name 'root'` besides
      --> migrations/aaaa11112222.sql:10:1
       |
    10 | SELECT 1;
       | ^^^^^^^^ this does not undo just what its way up did
    nothing fails then, so nobody would be told; tried on a scratch database that ran what this one did, and nothing was done here
    hint: `teammig sync --merge` joins the heads, and rolls nothing back
    hint: or mend the way back, so that it takes all of it: `teammig edit aaaa11112222`; then call it again
    ");
    let (document, code) = sandbox.json("ann", &["sync", "--rebase"]);
    assert_eq!(
        (code, &document["kind"]),
        (3, &"not-again".into()),
        "{document}"
    );
    let (document, _) = sandbox.json("ann", &["sync"]);
    assert_eq!(document["offers"][0], "merge", "{document}");
    assert_eq!(all(&sandbox), before);
}

/// So are values that would be changed a second time, which takes rows to be seen.
#[test]
fn values_that_would_be_changed_twice_are_told() {
    let up = "UPDATE users SET name = name || '!';";
    let sandbox = pulled(up, "SELECT 1;", THEIRS);
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("would leave other rows here"), "{run}");
    assert!(run.stderr.contains("rows that were made up"), "{run}");
}

/// What a way back takes, what it puts back, and what the clock and numbers make another
/// value each time, is not there twice.
#[test]
fn what_comes_out_the_same_goes() {
    for (up, down) in [
        (
            "INSERT INTO users (name) VALUES ('root');",
            "DELETE FROM users WHERE name = 'root';",
        ),
        ("UPDATE users SET name = upper(name);", "SELECT 1;"),
        (
            "UPDATE users SET name = name || '!';",
            "UPDATE users SET name = rtrim(name, '!');",
        ),
        (
            "CREATE TABLE kept AS SELECT * FROM users; DELETE FROM users WHERE name LIKE 'a%';",
            "DROP TABLE kept;",
        ),
        (
            "CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT DEFAULT CURRENT_TIMESTAMP); INSERT INTO tags (id) VALUES (NULL);",
            "DROP TABLE tags;",
        ),
        (
            "ALTER TABLE users ADD COLUMN title TEXT; UPDATE users SET title = name; ALTER TABLE users DROP COLUMN name;",
            "ALTER TABLE users ADD COLUMN name TEXT; ALTER TABLE users DROP COLUMN title;",
        ),
        (
            "INSERT INTO users (name) SELECT hex(randomblob(4));",
            "DELETE FROM users WHERE length(name) = 8;",
        ),
    ] {
        let sandbox = pulled(up, down, "CREATE TABLE theirs (id integer);");
        let run = sandbox.teammig("ann", &["sync", "--rebase"]);
        assert_eq!(run.code, 0, "{up}: {run}");
    }
}

/// A table that stays is no row, and the same.
#[test]
fn what_stays_may_be_an_object() {
    let up = "CREATE TABLE a (id integer);\nCREATE TABLE b (id integer);\nALTER TABLE users RENAME name TO title;";
    let down = "ALTER TABLE users RENAME title TO name;\nDROP TABLE a;";
    let sandbox = pulled(up, down, "INSERT INTO users SELECT 7, 'x';");
    let before = all(&sandbox);
    let run = sandbox.teammig("ann", &["rebase"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr.contains("aaaa11112222 does not run again"),
        "{run}"
    );
    assert_eq!(all(&sandbox), before);
}

#[test]
fn where_the_order_is_to_blame_it_is_said() {
    // Mine fails behind theirs with any way back.
    let sandbox = pulled(UP, DOWN, "ALTER TABLE users DROP COLUMN name;");
    let run = sandbox.teammig("ann", &["sync", "--rebase"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.stderr.contains("way back leaves"), "{run}");
}

#[cfg(unix)]
#[test]
fn the_same_on_a_server() {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    let create = "CREATE TABLE users (id int PRIMARY KEY, name text);";
    sandbox.revision(
        "project",
        "9209a434d045",
        &[],
        "Base",
        create,
        "DROP TABLE users;",
    );
    sandbox.revision(
        "project",
        "aaaa11112222",
        &["9209a434d045"],
        "Mine",
        UP,
        DOWN,
    );
    sandbox.ok("project", &["upgrade"]);
    sandbox.revision(
        "project",
        "c01d9e88ab12",
        &["9209a434d045"],
        "Theirs",
        THEIRS,
        "SELECT 1;",
    );
    assert_snapshot!(sandbox.teammig("project", REBASE), @r#"
    exit 3
    --- stderr
    error: aaaa11112222 does not run again here, since its way back leaves something of it: duplicate key value violates unique constraint "users_pkey"
      --> migrations/aaaa11112222.sql:11:1
       |
    11 | ALTER TABLE users DROP COLUMN phone;
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this leaves something of what its way up makes
    what fails then is migrations/aaaa11112222.sql:8; tried on a scratch database that ran what this one did, and nothing was done here
    hint: `teammig sync --merge` joins the heads, and rolls nothing back
    hint: or mend the way back, so that it takes all of it: `teammig edit aaaa11112222`; then call it again
    "#);
    assert_eq!(values(&url, "SELECT name FROM users"), ["root"]);
}

/// Numbers of a sequence are other ones the second time, which is no row more.
#[cfg(unix)]
#[test]
fn rows_that_are_there_twice_on_a_server() {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    let create = "CREATE TABLE tags (id serial PRIMARY KEY, name text, at timestamptz DEFAULT clock_timestamp());";
    let base = "9209a434d045";
    sandbox.revision("project", base, &[], "Base", create, "DROP TABLE tags;");
    let (mine, up) = ("aaaa11112222", "INSERT INTO tags (name) VALUES ('blue');");
    sandbox.revision("project", mine, &[base], "Mine", up, "SELECT 1;");
    sandbox.ok("project", &["upgrade"]);
    // What no proof says to be independent of it.
    let theirs =
        "DELETE FROM tags WHERE name IN (SELECT name FROM tags GROUP BY name HAVING count(*) > 5);";
    sandbox.revision(
        "project",
        "c01d9e88ab12",
        &[base],
        "Theirs",
        theirs,
        "SELECT 1;",
    );
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("would leave other rows here"), "{run}");
    assert!(run.stderr.contains("table tags then has"), "{run}");
    assert_eq!(values(&url, "SELECT name FROM tags"), ["blue"]);
    let down = "DELETE FROM tags WHERE name = 'blue';";
    sandbox.revision("project", mine, &[base], "Mine", up, down);
    let run = sandbox.teammig("project", REBASE);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(values(&url, "SELECT name FROM tags"), ["blue"]);
}
