//! What a rename does not touch: it is neither made again nor left under another name.

use teammig::schema::{FactId, Kind, plan::Decisions};

use super::Bench;

fn decisions(renames: &[(Kind, &str, &str)]) -> Decisions {
    let id = |kind: Kind, path: &str| FactId::new(kind, path.split('.'));
    let renames = renames.iter();
    Decisions {
        renames: renames
            .map(|(kind, from, to)| (id(*kind, from), id(*kind, to)))
            .collect(),
        ..Decisions::default()
    }
}

/// Both ways, with rows; the statements of the first.
fn there(bench: &mut Bench, from: &str, to: &str, decisions: &Decisions) -> Vec<String> {
    let (a, b) = (bench.schema_of(from), bench.schema_of(to));
    let way = bench.check(from, &a, &b, decisions);
    let way = way.unwrap_or_else(|error| panic!("{from}\n{to}\n{error}"));
    let back = bench.check(to, &b, &a, &decisions.reversed());
    back.unwrap_or_else(|error| panic!("{to}\n{from}\n{error}"));
    way.statements().map(|one| one.sql.clone()).collect()
}

/// An index that nobody named is the same one, also where the column in its name has
/// another one.
#[test]
fn indexes_of_a_renamed_column_are_kept() {
    let mut bench = Bench::new();
    let renamed = decisions(&[(Kind::Column, "app.users.fullname", "app.users.full_name")]);
    let table = "CREATE TABLE users (id int, fullname text, ends date);";
    for index in [
        "CREATE INDEX ON users (fullname)",
        "CREATE UNIQUE INDEX ON users (fullname)",
        "CREATE INDEX ON users (lower(fullname))",
        "CREATE INDEX ON users (fullname, ends)",
        "CREATE INDEX ON users (id) INCLUDE (fullname)",
        "CREATE INDEX ON users (id) WHERE fullname IN ('a', 'b')",
        "CREATE INDEX ON users USING hash (fullname)",
        "CREATE INDEX ON users (fullname text_pattern_ops DESC NULLS LAST)",
        "CREATE INDEX ON users (fullname); CREATE INDEX ON users (fullname)",
        "CREATE INDEX ON users (fullname); COMMENT ON INDEX users_fullname_idx IS 'x'",
        "CREATE INDEX users_fullname_index ON users (fullname)",
        "CREATE INDEX users_by_fullname ON users (fullname)",
        "ALTER TABLE users ADD UNIQUE (fullname)",
        "ALTER TABLE users ADD UNIQUE (fullname, ends)",
        "ALTER TABLE users ADD PRIMARY KEY (fullname)",
        "ALTER TABLE users ADD CHECK (fullname <> '')",
        "ALTER TABLE users ADD EXCLUDE USING btree (fullname WITH =)",
        "ALTER TABLE users ADD UNIQUE (fullname); CREATE TABLE u (x text REFERENCES users (fullname))",
        "CREATE STATISTICS s ON fullname, ends FROM users",
    ] {
        let from = format!("{table}{index}");
        let to = from.replace("fullname", "full_name");
        let way = there(&mut bench, &from, &to, &renamed);
        let others: Vec<&String> = way.iter().skip(1).collect();
        assert_eq!(
            way[0],
            "ALTER TABLE app.users RENAME COLUMN fullname TO full_name"
        );
        assert!(
            others.iter().all(|sql| sql.contains(" RENAME ")),
            "{index}: {others:?}"
        );
    }
}

/// A name in a text is the column's only where it can be: tables, functions and types have
/// such names, too.
#[test]
fn a_column_that_is_called_like_something_else() {
    let mut bench = Bench::new();
    for (old, new, table) in [
        (
            "email",
            "mail",
            "CREATE TABLE email (email text); CREATE INDEX ON email (email); CREATE VIEW v AS SELECT email.email AS x FROM email",
        ),
        (
            "lower",
            "low",
            "CREATE TABLE t (lower text); CREATE INDEX ON t (lower(lower))",
        ),
        (
            "text",
            "body",
            "CREATE TABLE t (text varchar(9)); CREATE INDEX ON t (lower(text)); ALTER TABLE t ADD CHECK (text <> 'text')",
        ),
        (
            "date",
            "day",
            "CREATE TABLE t (date timestamp); CREATE INDEX ON t (date(date)); CREATE INDEX ON t ((date::date))",
        ),
        (
            "app",
            "program",
            "CREATE TABLE t (app int); CREATE INDEX ON t (app); CREATE TYPE e AS ENUM ('a'); CREATE TABLE app (app e DEFAULT 'a'); CREATE INDEX ON app (app)",
        ),
        (
            "time",
            "at",
            "CREATE TABLE t (\"time\" timestamp, x date); CREATE INDEX ON t ((x::timestamp > \"time\"))",
        ),
        (
            "btree",
            "tree",
            "CREATE TABLE t (btree int); CREATE INDEX ON t (btree)",
        ),
    ] {
        let of = if table.contains("TABLE email") {
            "email"
        } else {
            "t"
        };
        let renamed = decisions(&[(
            Kind::Column,
            &format!("app.{of}.{old}"),
            &format!("app.{of}.{new}"),
        )]);
        let to = format!("{table}; ALTER TABLE {of} RENAME \"{old}\" TO \"{new}\"");
        let way = there(&mut bench, table, &to, &renamed);
        let others: Vec<&String> = way.iter().skip(1).collect();
        assert_eq!(others, Vec::<&String>::new(), "{table}");
    }
}

/// A trigger is often called like what it runs.
#[test]
fn a_renamed_trigger_that_is_called_like_its_function() {
    let mut bench = Bench::new();
    let base = "CREATE TABLE t (a int); CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";
    let trigger = |name: &str| {
        format!(
            "{base} CREATE TRIGGER {name} BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()"
        )
    };
    let renamed = decisions(&[(Kind::Trigger, "app.t.touch", "app.t.touched")]);
    assert_eq!(
        there(&mut bench, &trigger("touch"), &trigger("touched"), &renamed),
        ["ALTER TRIGGER touch ON app.t RENAME TO touched"]
    );
}

/// A column has its new name in the tables that inherit it, and in what divides them.
#[test]
fn a_renamed_column_of_a_table_with_others_below() {
    let mut bench = Bench::new();
    let renamed = decisions(&[(Kind::Column, "app.t.old", "app.t.fresh")]);
    for from in [
        "CREATE TABLE t (old int, x text) PARTITION BY RANGE (old); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (9)",
        "CREATE TABLE t (old int, x text) PARTITION BY LIST ((old % 2)); CREATE INDEX ON t (old); CREATE TABLE u PARTITION OF t FOR VALUES IN (1)",
        "CREATE TABLE t (old int PRIMARY KEY, x text) PARTITION BY RANGE (old); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (9) PARTITION BY RANGE (old);
         CREATE TABLE w PARTITION OF u FOR VALUES FROM (1) TO (2); CREATE INDEX ON w (old); ALTER TABLE w ALTER old SET DEFAULT 1",
        "CREATE TABLE t (old int, x text) PARTITION BY RANGE (old); CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (9); CREATE INDEX ON u (old, x); ALTER TABLE u ADD CHECK (old > 0);
         CREATE VIEW v AS SELECT x FROM u WHERE old > 1; COMMENT ON COLUMN u.old IS 'x'",
        "CREATE TABLE t (old int); CREATE TABLE u (x int) INHERITS (t); CREATE INDEX ON u (old); ALTER TABLE u ALTER old SET DEFAULT 1; ALTER TABLE u ADD UNIQUE (old, x)",
    ] {
        let to = format!("{from}; ALTER TABLE t RENAME old TO fresh");
        assert_eq!(
            there(&mut bench, from, &to, &renamed),
            ["ALTER TABLE app.t RENAME COLUMN old TO fresh"],
            "{from}"
        );
    }
}

/// What keeps a name that nobody gave makes room where something new gets it.
#[test]
fn names_that_the_server_made_are_free_for_others() {
    let mut bench = Bench::new();
    let renamed = decisions(&[(Kind::Column, "app.t.a", "app.t.b")]);
    let nothing = Decisions::default();
    for (from, to, decisions) in [
        (
            "CREATE TABLE t (a int); CREATE INDEX ON t (a)",
            "CREATE TABLE t (b int, a int); CREATE INDEX ON t (b); CREATE INDEX ON t (a)",
            &renamed,
        ),
        (
            "CREATE TABLE t (a int UNIQUE)",
            "CREATE TABLE t (b int UNIQUE, a int UNIQUE)",
            &renamed,
        ),
        (
            "CREATE TABLE t (a int, CHECK (a > 1))",
            "CREATE TABLE t (a int, CHECK (a > 2), CHECK (a > 1))",
            &nothing,
        ),
        (
            "CREATE TABLE t (a int, c int); CREATE INDEX ON t (a, c)",
            "CREATE TABLE t (a int, c int); CREATE INDEX ON t (a); CREATE INDEX t_a_c_idx ON t (c); CREATE INDEX t_c_a_idx ON t (a, c)",
            &nothing,
        ),
        (
            "CREATE TABLE t (a serial)",
            "CREATE TABLE t (b serial, a serial)",
            &renamed,
        ),
    ] {
        there(&mut bench, from, to, decisions);
    }
}

/// A label that has another name stays the label that it is, wherever it stands.
#[test]
fn an_enum_with_a_renamed_label_and_a_new_one() {
    let mut bench = Bench::new();
    let renamed = decisions(&[(Kind::Enum, "app.mood.happy", "app.mood.glad")]);
    let uses = "CREATE TABLE t (a mood DEFAULT 'happy' CHECK (a IN ('happy', 'sad')), b mood[] DEFAULT ARRAY['happy'::mood], c text DEFAULT 'happy');
        CREATE INDEX i ON t (a) WHERE a = 'happy'; CREATE VIEW v AS SELECT a FROM t WHERE a <> 'happy' AND c <> 'happy'";
    for (labels, expected) in [
        (
            "'glad', 'sad', 'calm'",
            vec!["ALTER TYPE app.mood ADD VALUE 'calm'"],
        ),
        (
            "'calm', 'glad', 'sad'",
            vec!["ALTER TYPE app.mood ADD VALUE 'calm' BEFORE 'glad'"],
        ),
        (
            "'glad', 'calm', 'sad'",
            vec!["ALTER TYPE app.mood ADD VALUE 'calm' AFTER 'glad'"],
        ),
        ("'glad', 'sad'", vec![]),
    ] {
        let from = format!("CREATE TYPE mood AS ENUM ('happy', 'sad'); {uses}");
        let to = format!(
            "CREATE TYPE mood AS ENUM ({labels}); {}",
            uses.replace("c text DEFAULT 'happy'", "c text DEFAULT 'happy' ")
                .replace("mood DEFAULT 'happy'", "mood DEFAULT 'glad'")
                .replace("IN ('happy'", "IN ('glad'")
                .replace("ARRAY['happy'", "ARRAY['glad'")
                .replace("a = 'happy'", "a = 'glad'")
                .replace("a <> 'happy'", "a <> 'glad'")
        );
        let way = there(&mut bench, &from, &to, &renamed);
        assert_eq!(way[0], "ALTER TYPE app.mood RENAME VALUE 'happy' TO 'glad'");
        assert_eq!(way[1..], expected, "{labels}");
    }
}

/// Names have 63 bytes: two types that make room must not get the same one.
#[test]
fn two_long_types_are_made_anew() {
    let mut bench = Bench::new();
    let long = "e".repeat(62);
    let script = |labels: &str| {
        format!(
            "CREATE TYPE {long}a AS ENUM ({labels}); CREATE TYPE {long}b AS ENUM ({labels}); CREATE TYPE {}_old AS ENUM ('q');
             CREATE TABLE t (a {long}a DEFAULT 'x', b {long}b[])",
            "e".repeat(59)
        )
    };
    there(
        &mut bench,
        &script("'x', 'y'"),
        &script("'y', 'x'"),
        &Decisions::default(),
    );
}

/// A routine is known by the types that it takes, and so is what is granted on it.
#[test]
fn routines_that_take_rows_of_a_renamed_table() {
    super::roles();
    let mut bench = Bench::new();
    let of = |table: &str, more: &str| {
        format!(
            "CREATE TABLE {table} (id int); CREATE FUNCTION f(r {table}) RETURNS int LANGUAGE sql AS 'SELECT 1';
             GRANT EXECUTE ON FUNCTION f({table}) TO reader; {more}"
        )
    };
    let renamed = decisions(&[(Kind::Table, "app.a", "app.b")]);
    let sql = there(&mut bench, &of("a", ""), &of("b", ""), &renamed);
    assert_eq!(sql, ["ALTER TABLE app.a RENAME TO b"]);
    let more = "CREATE FUNCTION f(r b[], n int) RETURNS int LANGUAGE sql AS 'SELECT 2';";
    there(&mut bench, &of("a", ""), &of("b", more), &renamed);
}

/// A schema is there before something moves into it.
#[test]
fn a_table_that_moves_into_a_new_schema() {
    let mut bench = Bench::new();
    let moved = decisions(&[(Kind::Table, "app.t", "other.t")]);
    let sql = there(
        &mut bench,
        "CREATE TABLE t (id int);",
        "CREATE SCHEMA other; COMMENT ON SCHEMA other IS 'x'; CREATE TABLE other.t (id int);",
        &moved,
    );
    assert_eq!(
        sql[..2],
        ["CREATE SCHEMA other", "ALTER TABLE app.t SET SCHEMA other"]
    );
    let two = decisions(&[
        (Kind::Table, "app.t", "other.t"),
        (Kind::Table, "app.u", "other.v"),
    ]);
    there(
        &mut bench,
        "CREATE TABLE t (id int); CREATE TABLE u (id int);",
        "CREATE SCHEMA other; CREATE TABLE other.t (id int); CREATE TABLE other.v (id int);",
        &two,
    );
}
