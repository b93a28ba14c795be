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
      | ^^^^^^^^^^^^^^^^ dropping users would delete 2 rows of orders (ON DELETE CASCADE), and with them 1 row of items
      detail: with foreign keys on, SQLite deletes all rows of a table before it drops it; ON DELETE then acts on the rows that refer to them
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: to rebuild the table, write `foreign_keys:off` after the marker of its section (`-- migrate:up` or `-- migrate:down`); if the rows are to go, say so: DELETE FROM or UPDATE them in a statement before
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
    let before = rows(&sandbox);
    let run = then(&sandbox, " transaction:false", "DROP TABLE users;");
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("delete 2 rows of orders"), "{run}");
    assert_eq!(rows(&sandbox), before);
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
      detail: 2 rows of orders refer to it (ON DELETE RESTRICT); with foreign keys on, SQLite deletes all rows of a table before it drops it
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: to rebuild the table, write `foreign_keys:off` after the marker of its section (`-- migrate:up` or `-- migrate:down`); if the rows are to go, say so: DELETE FROM or UPDATE them in a statement before
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
    // The advice was about the other section.
    assert!(run.stderr.contains("or `-- migrate:down`"), "{run}");
    assert_eq!(rows(&sandbox), before);
}

/// A project with one revision that is applied.
fn applied(up: &str) -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "One", up, "");
    sandbox.ok("project", &["upgrade"]);
    sandbox
}

fn refused(sandbox: &Sandbox, options: &str, up: &str, message: &str) {
    let run = then(sandbox, options, up);
    assert_eq!(run.code, 1, "{up}\n{run}");
    assert!(run.stderr.contains(message), "{up}\n{run}");
}

#[test]
fn rows_below_a_table_that_goes_too_are_not_forgotten() {
    // The cascade over orders took the items along before anybody looked at them.
    let sandbox = shop("CASCADE");
    let before = rows(&sandbox);
    refused(
        &sandbox,
        "",
        "DROP TABLE users;\nDROP TABLE orders;",
        "dropping users would delete 1 row of items (ON DELETE CASCADE, through orders)",
    );
    assert_eq!(rows(&sandbox), before);
    // Set to another value before they go: rows that follow it are changed.
    let sandbox = applied(
        "CREATE TABLE p (id integer PRIMARY KEY);\nCREATE TABLE c (p UNIQUE REFERENCES p ON DELETE SET NULL);\n\
         CREATE TABLE g (c REFERENCES c (p) ON UPDATE CASCADE);\nINSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1);\n\
         INSERT INTO g VALUES (1);",
    );
    refused(&sandbox, "", "DROP TABLE p;\nDROP TABLE c;", "of g (");
    assert_eq!(sandbox.sqlite("project/dev.db", "SELECT c FROM g"), ["1"]);
}

#[test]
fn triggers_of_a_table_that_goes_too_do_not_fire() {
    let sandbox = applied(
        "CREATE TABLE p (id integer PRIMARY KEY);\nCREATE TABLE c (p REFERENCES p ON DELETE CASCADE);\n\
         CREATE TABLE stock (n);\nINSERT INTO stock VALUES (5);\nINSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1);\n\
         CREATE TRIGGER t AFTER DELETE ON c BEGIN UPDATE stock SET n = n + 1; END;",
    );
    let run = then(&sandbox, "", "DROP TABLE p;\nDROP TABLE c;");
    assert_snapshot!(run, @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 aaaa00000002
     --> migrations/aaaa00000002.sql:7:1
      |
    7 | DROP TABLE p;
      | ^^^^^^^^^^^^ dropping p would delete 1 row of c (ON DELETE CASCADE)
      detail: with foreign keys on, SQLite deletes all rows of a table before it drops it; ON DELETE then acts on the rows that refer to them
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: c is dropped further down: drop it before p
    ");
    let run = then(&sandbox, "", "DROP TABLE c;\nDROP TABLE p;");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT n FROM stock"),
        ["5"]
    );
}

#[test]
fn every_level_of_a_cascade_is_counted() {
    let sandbox = applied(
        "CREATE TABLE a (id integer PRIMARY KEY);\n\
         CREATE TABLE b (id integer PRIMARY KEY, a REFERENCES a ON DELETE CASCADE, above REFERENCES b ON DELETE CASCADE);\n\
         CREATE TABLE c (id integer PRIMARY KEY, b REFERENCES b ON DELETE CASCADE);\n\
         CREATE TABLE d (c REFERENCES c ON DELETE CASCADE, n, PRIMARY KEY (c, n)) WITHOUT ROWID;\n\
         CREATE TABLE e (a REFERENCES a ON DELETE SET NULL, other REFERENCES a ON DELETE SET NULL);\n\
         INSERT INTO a VALUES (1), (2);\nINSERT INTO b VALUES (1, 1, NULL), (2, NULL, 1), (3, NULL, 2), (4, NULL, NULL);\n\
         INSERT INTO c VALUES (1, 3), (2, 4);\nINSERT INTO d VALUES (1, 1), (1, 2), (2, 1);\n\
         INSERT INTO e VALUES (1, 2), (NULL, 2), (NULL, NULL);",
    );
    refused(
        &sandbox,
        "",
        "DROP TABLE a;",
        "dropping a would delete 3 rows of b (ON DELETE CASCADE) and change 2 rows of e (ON DELETE SET NULL), and with \
         them 1 row of c and 2 rows of d",
    );
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT count(*) FROM d"),
        ["3"]
    );
}

#[test]
fn only_rows_that_refer_to_a_row_count() {
    let schema = "CREATE TABLE p (x COLLATE NOCASE, y, PRIMARY KEY (x, y));\n\
         CREATE TABLE c (x, y, FOREIGN KEY (x, y) REFERENCES P ON DELETE CASCADE);\n\
         INSERT INTO p VALUES ('a', 1);\n";
    for (rows, lost) in [
        ("('a', NULL), (NULL, NULL)", None),
        ("('A', 1), ('a', NULL)", Some("delete 1 row of c")),
    ] {
        let sandbox = applied(&format!("{schema}INSERT INTO c VALUES {rows};"));
        match lost {
            Some(lost) => refused(&sandbox, "", "DROP TABLE p;", lost),
            None => assert_eq!(then(&sandbox, "", "DROP TABLE p;").code, 0),
        }
    }
    // An orphan refers to nothing, so nothing happens to it.
    let sandbox = applied(schema);
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO c VALUES ('b', 7)")
        .unwrap();
    let run = then(&sandbox, "", "DROP TABLE p;");
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(sandbox.sqlite("project/dev.db", "SELECT x FROM c"), ["b"]);
}

#[test]
fn a_key_that_fits_no_columns_does_nothing() {
    let sandbox = applied(
        "CREATE TABLE p (id);\nCREATE TABLE c (p REFERENCES p ON DELETE CASCADE);\n\
         CREATE TABLE d (p REFERENCES p (gone) ON DELETE CASCADE);",
    );
    rusqlite::Connection::open(sandbox.at("project/dev.db"))
        .unwrap()
        .execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO p VALUES (1); INSERT INTO c VALUES (1); INSERT INTO d VALUES (1)")
        .unwrap();
    let run = then(&sandbox, "", "DROP TABLE p;");
    assert_eq!(run.code, 0, "{run}");
    for table in ["c", "d"] {
        let sql = format!("SELECT p FROM {table}");
        assert_eq!(sandbox.sqlite("project/dev.db", &sql), ["1"]);
    }
}

#[test]
fn a_temporary_table_of_the_same_name_is_another_one() {
    let sandbox = shop("CASCADE");
    let before = rows(&sandbox);
    let run = then(
        &sandbox,
        "",
        "CREATE TEMP TABLE users (id);\nDROP TABLE users;",
    );
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(rows(&sandbox), before);
    // And one that goes next does not stand for the other.
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        "-- migrate:up\nCREATE TEMP TABLE orders (id);\nDROP TABLE users;\nDROP TABLE orders;\n",
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(run.stderr.contains("delete 2 rows of orders"), "{run}");
    assert_eq!(rows(&sandbox), before);
}

#[test]
fn attached_databases_are_looked_at_too() {
    for name in ["other.q", "q"] {
        let sandbox = applied("CREATE TABLE p (id);");
        rusqlite::Connection::open(sandbox.at("project/other.db"))
            .unwrap()
            .execute_batch(
                "CREATE TABLE q (id integer PRIMARY KEY); CREATE TABLE c (q REFERENCES q ON DELETE CASCADE); INSERT INTO \
                 q VALUES (1); INSERT INTO c VALUES (1)",
            )
            .unwrap();
        refused(
            &sandbox,
            " transaction:false",
            &format!("ATTACH 'other.db' AS other;\nDROP TABLE {name};"),
            "dropping q would delete 1 row of c",
        );
        assert_eq!(sandbox.sqlite("project/other.db", "SELECT q FROM c"), ["1"]);
    }
}

/// The other order of a rebuild: the old table is renamed first, and SQLite rewrites
/// the references of other tables with it, unless it is told not to.
#[test]
fn a_rebuild_that_renames_the_old_table_first() {
    let rebuild = "ALTER TABLE users RENAME TO users_old;\n\
         CREATE TABLE users (id integer PRIMARY KEY, boss integer REFERENCES users ON DELETE CASCADE, name text);\n\
         INSERT INTO users SELECT id, boss, NULL FROM users_old;\nDROP TABLE users_old;";
    let sandbox = shop("CASCADE");
    let before = rows(&sandbox);
    refused(
        &sandbox,
        "",
        rebuild,
        "dropping users_old would delete 2 rows of orders",
    );
    assert_eq!(rows(&sandbox), before);
    let run = then(&sandbox, " foreign_keys:off", rebuild);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(rows(&sandbox), before);
    let schema = sandbox
        .sqlite("project/dev.db", "SELECT sql FROM sqlite_schema")
        .join("\n");
    assert!(!schema.contains("users_old"), "{schema}");
    // The references work as before, and keys are on again for the next revision.
    sandbox.raw_revision(
        "project",
        "aaaa00000003",
        "aaaa00000002",
        "-- migrate:up\nDELETE FROM users WHERE id = 1;\n",
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(rows(&sandbox), ["order 12 of -"]);
}

#[test]
fn tables_that_refer_to_each_other() {
    let sandbox = applied(
        "CREATE TABLE a (id integer PRIMARY KEY, b REFERENCES b ON DELETE CASCADE);\n\
         CREATE TABLE b (id integer PRIMARY KEY, a REFERENCES a ON DELETE CASCADE);\n\
         INSERT INTO a VALUES (1, NULL);\nINSERT INTO b VALUES (1, 1), (2, NULL);\nUPDATE a SET b = 1;",
    );
    refused(&sandbox, "", "DROP TABLE a;", "delete 1 row of b");
    let run = then(&sandbox, "", "DROP TABLE a;\nDROP TABLE b;");
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn rows_that_hold_a_table_back_further_down() {
    let sandbox = applied(
        "CREATE TABLE a (id integer PRIMARY KEY);\nCREATE TABLE b (id integer PRIMARY KEY, a REFERENCES a ON DELETE \
         CASCADE);\nCREATE TABLE c (b REFERENCES b ON DELETE RESTRICT);\nINSERT INTO a VALUES (1);\nINSERT INTO b \
         VALUES (1, 1);\nINSERT INTO c VALUES (1);",
    );
    refused(
        &sandbox,
        "",
        "DROP TABLE a;",
        "dropping a would delete 1 row of b (ON DELETE CASCADE)",
    );
}

/// A key that is checked at the commit lets the DROP pass; the message has to say
/// which rows the commit is about.
#[test]
fn a_deferred_key_is_explained_at_the_commit() {
    let sandbox = applied(
        "CREATE TABLE a (id integer PRIMARY KEY);\nCREATE TABLE b (a REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO a VALUES (1);\nINSERT INTO b VALUES (1);",
    );
    assert_snapshot!(then(&sandbox, "", "DROP TABLE a;"), @"
    exit 1
    --- stderr
    error: cannot apply aaaa00000002 aaaa00000002
      FOREIGN KEY constraint failed
      detail: b (rowid 1) refers to a missing row of a
      context: at the commit of the transaction
    aaaa00000002 was rolled back and left nothing.
    Nothing else had been done in this run.
    ");
    assert_eq!(sandbox.sqlite("project/dev.db", "SELECT id FROM a"), ["1"]);
}
