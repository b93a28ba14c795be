//! A DROP TABLE takes no rows of other tables with it in silence.

use insta::assert_snapshot;

use crate::support::{Sandbox, sandbox::Run};

/// Users with orders and items, and rows in all of them.
fn shop(on_delete: &str) -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "Shop",
        &format!(
            "CREATE TABLE users (id integer PRIMARY KEY, boss integer REFERENCES users ON DELETE CASCADE);\n\
             CREATE TABLE orders (id integer PRIMARY KEY, user_id integer DEFAULT 1 REFERENCES users (id) ON DELETE {on_delete});\n\
             CREATE TABLE items (id integer PRIMARY KEY, order_id integer REFERENCES orders ON DELETE CASCADE);"
        ),
        "DROP TABLE items;\nDROP TABLE orders;\nDROP TABLE users;",
    );
    sandbox.ok("project", &["upgrade"]);
    for rows in [
        "INSERT INTO users VALUES (1, NULL), (2, 1) RETURNING id",
        "INSERT INTO orders VALUES (10, 1), (11, 1), (12, NULL) RETURNING id",
        "INSERT INTO items VALUES (100, 10) RETURNING id",
    ] {
        sandbox.sqlite("project/dev.db", rows);
    }
    sandbox
}

/// The rebuild of SQLite's manual, as everybody writes it.
const REBUILD: &str = "CREATE TABLE users_new (id integer PRIMARY KEY, boss integer, name text);\n\
    INSERT INTO users_new SELECT id, boss, NULL FROM users;\n\
    DROP TABLE users;\n\
    ALTER TABLE users_new RENAME TO users;";

fn then(sandbox: &Sandbox, options: &str, up: &str) -> Run {
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        &format!("-- migrate:up{options}\n{up}\n\n-- migrate:down\nSELECT 1;\n"),
    );
    sandbox.teammig("project", &["upgrade"])
}

fn rows(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "project/dev.db",
        "SELECT 'user ' || id FROM users UNION ALL SELECT 'order ' || id || ' of ' || coalesce(user_id, '-') FROM \
         orders UNION ALL SELECT 'item ' || id FROM items",
    )
}

#[test]
fn a_rebuild_with_foreign_keys_on_is_refused() {
    let sandbox = shop("CASCADE");
    let before = rows(&sandbox);
    assert_snapshot!(then(&sandbox, "", REBUILD), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 aaaa00000002
     --> migrations/aaaa00000002.sql:9:1
      |
    9 | DROP TABLE users;
      | ^^^^^^^^^^^^^^^^ dropping users would delete 2 rows of orders (ON DELETE CASCADE)
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: to rebuild the table, write `foreign_keys:off` after the marker (`-- migrate:up foreign_keys:off`); if the rows are to go, say so: DELETE FROM or UPDATE them in a statement before
    ");
    assert_eq!(rows(&sandbox), before);
    let run = then(&sandbox, " foreign_keys:off", REBUILD);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(rows(&sandbox), before);
    // The references still lead to the table, not to one that is gone.
    let sql = sandbox.sqlite(
        "project/dev.db",
        "SELECT sql FROM sqlite_schema WHERE name = 'orders'",
    );
    assert!(sql[0].contains("REFERENCES users (id)"), "{sql:?}");
}

#[test]
fn rows_are_not_set_to_null_or_default_either() {
    for (action, word) in [
        ("SET NULL", "change 2 rows of orders"),
        ("SET DEFAULT", "change 2 rows of orders"),
    ] {
        let sandbox = shop(action);
        let before = rows(&sandbox);
        let run = then(&sandbox, "", REBUILD);
        assert_eq!(run.code, 1, "{run}");
        assert!(run.stderr.contains(word), "{run}");
        assert_eq!(rows(&sandbox), before);
    }
}

#[test]
fn outside_of_a_transaction_it_is_refused_too() {
    let sandbox = shop("CASCADE");
    let run = then(&sandbox, " transaction:false", "DROP TABLE users;");
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("delete 2 rows of orders"), "{run}");
}

#[test]
fn what_sqlite_refuses_itself_is_explained() {
    let sandbox = shop("RESTRICT");
    assert_snapshot!(then(&sandbox, "", "DROP TABLE users;"), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 aaaa00000002
     --> migrations/aaaa00000002.sql:7:1
      |
    7 | DROP TABLE users;
      | ^^^^^^^^^^^^^^^^ FOREIGN KEY constraint failed
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: rows of other tables refer to it; to rebuild the table, write `foreign_keys:off` after the marker (`-- migrate:up foreign_keys:off`); if the rows are to go, say so: DELETE FROM or UPDATE them in a statement before
    ");
}

#[test]
fn what_is_meant_to_go_goes() {
    // Nothing refers; rows deleted on purpose; the table that refers goes next.
    for up in [
        "DROP TABLE items;",
        "DELETE FROM orders;\nDROP TABLE users;",
        "UPDATE orders SET user_id = NULL;\nDROP TABLE users;",
        "DROP TABLE users;\nDROP TABLE orders;\nDROP TABLE items;",
    ] {
        let sandbox = shop("CASCADE");
        let run = then(&sandbox, "", up);
        assert_eq!(run.code, 0, "{up}\n{run}");
    }
    // Between the two, somebody still wants the rows.
    let sandbox = shop("CASCADE");
    let run = then(
        &sandbox,
        "",
        "DROP TABLE users;\nCREATE TABLE kept AS SELECT * FROM orders;\nDROP TABLE orders;",
    );
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn names_are_compared_as_sqlite_does() {
    let sandbox = shop("CASCADE");
    for up in [
        "DROP TABLE main.\"USERS\";",
        "drop table if exists [Users];",
    ] {
        let run = then(&sandbox, "", up);
        assert_eq!(run.code, 1, "{up}\n{run}");
        assert!(run.stderr.contains("delete 2 rows of orders"), "{run}");
    }
}

#[test]
fn a_way_back_is_looked_at_too() {
    let sandbox = shop("CASCADE");
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        &format!("-- migrate:up\nSELECT 1;\n\n-- migrate:down\n{REBUILD}\n"),
    );
    sandbox.ok("project", &["upgrade"]);
    let before = rows(&sandbox);
    let run = sandbox.teammig("project", &["downgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(rows(&sandbox), before);
}
