//! Both orders on SQLite, in memory.

use teammig::model::verdict::{Remark, Verdict};

use super::{Bench, words};

const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);";

/// The verdict on two revisions.
fn pair(left: &str, right: &str) -> String {
    words(&Bench::sqlite().prove(USERS, &[&[left], &[right]]))
}

#[test]
fn what_two_revisions_do_to_each_other() {
    for (left, right, wanted) in [
        (
            "ALTER TABLE users ADD COLUMN a TEXT;",
            "ALTER TABLE users ADD COLUMN b TEXT;",
            "independent",
        ),
        (
            "CREATE TABLE a (id INTEGER PRIMARY KEY);",
            "CREATE TABLE b (id INTEGER PRIMARY KEY);",
            "independent",
        ),
        (
            "ALTER TABLE users ADD COLUMN a TEXT;",
            "ALTER TABLE users ADD COLUMN a TEXT;",
            "fails: b1 c1 at c1: duplicate column name: a; c1 b1 at b1: duplicate column name: a \
             [ALTER TABLE users ADD COLUMN a TEXT × ALTER TABLE users ADD COLUMN a TEXT]",
        ),
        (
            "ALTER TABLE users RENAME COLUMN name TO title;",
            "CREATE INDEX by_name ON users (name);",
            "fails: b1 c1 at c1: no such column: name \
             [ALTER TABLE users RENAME COLUMN name TO title × CREATE INDEX by_name ON users (name)]",
        ),
        (
            "CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS a;",
            "CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS a;",
            "order matters: view v definition: AS SELECT 1 AS a | AS SELECT 2 AS a \
             [CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS a × CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS a]",
        ),
        (
            "UPDATE users SET name = 'a';",
            "UPDATE users SET name = 'b';",
            "order matters: table users rows: id 1001, name 'b'; id 1002, name 'b' | id 1001, name 'a'; id 1002, name 'a' \
             [UPDATE users SET name = 'a' × UPDATE users SET name = 'b']",
        ),
        // Rows are made up as the scripts ask for them.
        (
            "UPDATE users SET name = 'b' WHERE name = 'a';",
            "UPDATE users SET name = 'c' WHERE name = 'b';",
            "order matters: table users rows: id 1002, name 'c' | id 1002, name 'b' \
             [UPDATE users SET name = 'b' WHERE name = 'a' × UPDATE users SET name = 'c' WHERE name = 'b']",
        ),
        // No row that was made up is one of these: that says nothing.
        (
            "UPDATE users SET name = 'b' WHERE length(name) = 77;",
            "UPDATE users SET name = 'c' WHERE length(name) = 78;",
            "unproved: rows of column users.name",
        ),
        (
            "INSERT INTO users VALUES (7, 'seven');",
            "INSERT INTO users VALUES (8, 'eight');",
            "independent",
        ),
        (
            "SELECT nothing;",
            "CREATE TABLE a (id INTEGER PRIMARY KEY);",
            "unproved: b1 alone: near \"nothing\": syntax error",
        ),
    ] {
        assert_eq!(pair(left, right), wanted, "{left} / {right}");
    }
}

/// The text of a rebuild is stale where the other side added a column.
#[test]
fn a_rebuild_that_loses_a_column() {
    let rebuild = "CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO new SELECT id, name FROM users;
DROP TABLE users;
ALTER TABLE new RENAME TO users;";
    let bench = Bench::sqlite().with("foreign_keys:off");
    let proved = bench.prove(
        USERS,
        &[&[rebuild], &["ALTER TABLE users ADD COLUMN mail TEXT;"]],
    );
    let said = words(&proved);
    assert!(
        said.starts_with("order matters: column users.mail : type TEXT | -")
            || said.starts_with("order matters: column users.mail : "),
        "{said}"
    );
}

#[test]
fn the_order_of_columns_is_a_remark() {
    let proved = Bench::sqlite().prove(
        USERS,
        &[
            &["ALTER TABLE users ADD COLUMN a TEXT;"],
            &["ALTER TABLE users ADD COLUMN b TEXT;"],
        ],
    );
    assert_eq!(proved.remarks, [Remark::ColumnOrder("users".to_owned())]);
    assert!(proved.schemas.is_some());
}

#[test]
fn lines_of_several_revisions_are_narrowed_to_two_statements() {
    let proved = Bench::sqlite().prove(
        USERS,
        &[
            &[
                "CREATE TABLE a (x TEXT);",
                "CREATE TABLE b (x TEXT); ALTER TABLE users ADD COLUMN mail TEXT; CREATE TABLE c (x TEXT);",
                "CREATE TABLE d (x TEXT);",
            ],
            &[
                "CREATE TABLE e (x TEXT);",
                "CREATE TABLE f (x TEXT); ALTER TABLE users ADD COLUMN mail INTEGER;",
                "CREATE TABLE g (x TEXT);",
            ],
        ],
    );
    let said = words(&proved);
    assert!(
        said.ends_with(
            "[ALTER TABLE users ADD COLUMN mail TEXT × ALTER TABLE users ADD COLUMN mail INTEGER]"
        ),
        "{said}"
    );
    let Verdict::Fails(fails) = &proved.verdict else {
        panic!("{said}");
    };
    assert_eq!(fails.failures.len(), 2);
    assert!(fails.works.is_none());
    let pair = fails.pair.as_ref().unwrap();
    assert_eq!(pair.left.revision.as_str(), "bbbb00000002");
    assert_eq!(pair.right.revision.as_str(), "cccc00000002");
    let failure = &fails.failures[0];
    let place = proved
        .place(&failure.revision, failure.statement.clone().unwrap(), "")
        .unwrap();
    assert!(place.file.text[place.span].starts_with("ALTER TABLE users ADD COLUMN mail INTEGER"));
}

#[test]
fn three_lines() {
    let bench = Bench::sqlite();
    let a = &["CREATE TABLE a (x TEXT);"][..];
    let b = &["CREATE TABLE b (x TEXT);"][..];
    let c = &["CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS x;"][..];
    let d = &["CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS x;"][..];
    assert_eq!(words(&bench.prove(USERS, &[a, b, c])), "independent");
    let said = words(&bench.prove(USERS, &[c, a, d]));
    assert!(
        said.starts_with("order matters: view v definition"),
        "{said}"
    );
    assert!(
        said.ends_with("SELECT 1 AS x × CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS x]"),
        "{said}"
    );
}

#[test]
fn a_verdict_is_kept_until_a_script_is_another_one() {
    let bench = Bench::sqlite();
    let a = &["CREATE TABLE a (x TEXT);"][..];
    let b = &["CREATE TABLE b (x TEXT);"][..];
    assert!(!bench.prove(USERS, &[a, b]).kept);
    let again = bench.prove(USERS, &[a, b]);
    assert!(again.kept);
    assert_eq!(again.verdict, Verdict::Independent);
    let other = &["CREATE TABLE b (x TEXT, y TEXT);"][..];
    assert!(!bench.prove(USERS, &[a, other]).kept);
    let below = "CREATE TABLE users (id INTEGER PRIMARY KEY);";
    assert!(!bench.prove(below, &[a, b]).kept);
    // What is not known is tried again.
    let broken = &["SELECT nothing;"][..];
    assert!(!bench.prove(USERS, &[a, broken]).kept);
    assert!(!bench.prove(USERS, &[a, broken]).kept);
}

#[test]
fn heads_above_each_other_have_one_order() {
    let bench = Bench::sqlite();
    let mut heads = bench.lines(USERS, &[&["CREATE TABLE a (x TEXT);"]]);
    heads.push(teammig::model::RevId::trusted(super::BELOW));
    let error = bench.try_heads(&heads).unwrap_err();
    assert!(
        format!("{error:?}").contains("there is one order only"),
        "{error:?}"
    );
}

/// What the clock or chance writes is another value each time.
#[test]
fn values_by_chance_are_no_difference() {
    let said = Bench::sqlite().prove(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, salt INTEGER);",
        &[
            &["UPDATE users SET salt = random();"],
            &["UPDATE users SET name = upper(name);"],
        ],
    );
    assert_eq!(words(&said), "independent");
    assert_eq!(said.remarks, [Remark::Volatile("users.salt".to_owned())]);
}

/// Rows that were not made up would get other numbers, or would be other ones.
#[test]
fn rows_that_were_not_there() {
    let below = "CREATE TABLE tenants (id INTEGER PRIMARY KEY, plan TEXT);
CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT);
CREATE VIEW pro AS SELECT id FROM tenants WHERE length(plan) = 77;";
    let roles = "INSERT INTO roles (name) SELECT 'admin of ' || id FROM tenants WHERE plan = 'pro' AND id < 3;";
    let plain = "INSERT INTO roles (name) VALUES ('viewer');";
    let view = "DROP VIEW pro; CREATE VIEW pro AS SELECT id FROM tenants WHERE length(plan) > 77;";
    for (left, right, wanted) in [
        (roles, plain, "unproved: rows of table roles"),
        (plain, roles, "unproved: rows of table roles"),
        (
            "UPDATE roles SET name = 'x' WHERE name = 'admin';",
            plain,
            "independent",
        ),
        (
            view,
            "INSERT INTO roles (name) SELECT 'r' FROM pro;",
            "unproved: rows of view pro",
        ),
    ] {
        let said = words(&Bench::sqlite().prove(below, &[&[left], &[right]]));
        assert_eq!(said, wanted, "{left} / {right}");
    }
}

/// Without rows both orders work, and each leaves something else.
#[test]
fn an_order_that_fails_on_any_row() {
    let below = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), total INTEGER);";
    let rebuild = "CREATE TABLE new_orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), total INTEGER NOT NULL DEFAULT 0);
INSERT INTO new_orders SELECT id, user_id, coalesce(total, 0) FROM orders;
DROP TABLE orders;
ALTER TABLE new_orders RENAME TO orders;";
    let proved = Bench::sqlite().with("foreign_keys:off").prove(
        below,
        &[
            &["-- keys on\nALTER TABLE users RENAME TO people;"],
            &[rebuild],
        ],
    );
    let said = words(&proved);
    assert!(said.starts_with("fails: b1 c1 at c1: "), "{said}");
    let Verdict::Fails(fails) = &proved.verdict else {
        panic!("{said}");
    };
    assert!(fails.on_rows);
    assert!(fails.works.is_some());
}

/// A number that is made as the row comes is another one in every database: no made-up row
/// had it, and 77 was some other row.
#[test]
fn a_number_that_is_made_beside_a_row_of_that_number() {
    let plain = "INSERT INTO users (name) VALUES ('root');";
    for (other, is_apart) in [
        ("UPDATE users SET name = 'x' WHERE id = 5077;", false),
        ("DELETE FROM users WHERE id = 5077;", false),
        ("DELETE FROM users WHERE rowid > 5000;", false),
        ("UPDATE users SET name = 'x' WHERE name = 'y';", true),
    ] {
        for (left, right) in [(plain, other), (other, plain)] {
            let said = pair(left, right);
            assert_eq!(said == "independent", is_apart, "{left} / {right}: {said}");
        }
    }
    let other = "UPDATE users SET name = 'x' WHERE abs(id) = 5077;";
    let said = pair(plain, other);
    assert!(said.starts_with("unproved: rows of "), "{said}");
    let given = "INSERT INTO users VALUES (5, 'root');";
    assert_eq!(
        pair(given, "UPDATE users SET name = 'x' WHERE id = 77;"),
        "independent"
    );
}

/// Rows go with others that a statement names, and what runs for them runs too.
#[test]
fn what_is_deleted_takes_others_with_it() {
    let below = "CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY, team INTEGER REFERENCES teams(id) ON DELETE CASCADE, name TEXT);
CREATE TABLE log (n INTEGER);
CREATE VIEW shown AS SELECT count(*) AS n FROM teams WHERE name = 'x';
CREATE TRIGGER gone AFTER DELETE ON users BEGIN INSERT INTO log SELECT n FROM shown; END;";
    let delete = "DELETE FROM teams WHERE id = 77;";
    for other in [
        "DROP VIEW shown; CREATE VIEW shown AS SELECT count(*) AS n FROM teams;",
        "UPDATE users SET name = 'x' WHERE id = 78;",
        "INSERT INTO log SELECT count(*) FROM users WHERE id > 5000;",
    ] {
        for (left, right) in [(delete, other), (other, delete)] {
            let said = words(&Bench::sqlite().prove(below, &[&[left], &[right]]));
            assert!(
                said.starts_with("unproved: rows of "),
                "{left} / {right}: {said}"
            );
        }
    }
    let other = "CREATE TABLE more (x TEXT);";
    let said = words(&Bench::sqlite().prove(below, &[&[delete], &[other]]));
    assert_eq!(said, "independent");
}

#[test]
fn a_query_that_rows_lead_in_a_circle_ends() {
    super::a_circle(Bench::sqlite());
}
