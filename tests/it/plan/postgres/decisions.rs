//! What a person decides, and what is asked for.

use std::collections::BTreeMap;

use teammig::schema::{
    FactId, Kind, compare,
    plan::{Decisions, Hazard, Question, plan},
};

use super::{Bench, asked};
use crate::support::postgres::Cluster;

fn id(kind: Kind, path: &[&str]) -> FactId {
    FactId::new(kind, path.iter().copied())
}

fn column(path: &[&str]) -> FactId {
    id(Kind::Column, path)
}

/// The statements of a way that was gone with rows in the tables.
fn sql(bench: &mut Bench, from: &str, to: &str, decisions: &Decisions) -> Vec<String> {
    let (a, b) = (bench.schema_of(from), bench.schema_of(to));
    let way = bench.check(from, &a, &b, decisions);
    let way = way.unwrap_or_else(|error| panic!("{from}\n{to}\n{error}"));
    way.statements()
        .map(|statement| statement.sql.clone())
        .collect()
}

fn question(bench: &mut Bench, from: &str, to: &str, decisions: &Decisions) -> String {
    let (a, b) = (bench.schema_of(from), bench.schema_of(to));
    asked(&plan(&a, &b, decisions).expect_err("a question"))
}

/// Each kind of object under another name, with what refers to it.
#[test]
fn renames_keep_what_there_is() {
    let mut bench = Bench::new();
    let all = [
        (
            vec![(id(Kind::Table, &["app", "users"]), id(Kind::Table, &["app", "people"])),
                 (column(&["app", "users", "fullname"]), column(&["app", "people", "full name"]))],
            "CREATE TABLE users (id serial PRIMARY KEY, fullname varchar(9) UNIQUE CHECK (fullname IN ('x', 'y')), up int REFERENCES users);
             CREATE INDEX users_lower_idx ON users (lower(fullname)) WHERE fullname <> ''; CREATE VIEW v AS SELECT users.id FROM users;
             CREATE POLICY y ON users USING (fullname = 'x'); CREATE TABLE other (u int REFERENCES users)",
            "CREATE TABLE people (id serial PRIMARY KEY, \"full name\" varchar(9) UNIQUE CHECK (\"full name\" IN ('x', 'y')), up int REFERENCES people);
             CREATE INDEX users_lower_idx ON people (lower(\"full name\")) WHERE \"full name\" <> ''; CREATE VIEW v AS SELECT people.id FROM people;
             CREATE POLICY y ON people USING (\"full name\" = 'x'); CREATE TABLE other (u int REFERENCES people)",
            vec!["ALTER TABLE app.users RENAME TO people", "ALTER TABLE app.people RENAME COLUMN fullname TO \"full name\""],
        ),
        (
            vec![(id(Kind::Enum, &["app", "e"]), id(Kind::Enum, &["app", "f"]))],
            "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (a e DEFAULT 'a', b e[])",
            "CREATE TYPE f AS ENUM ('a'); CREATE TABLE t (a f DEFAULT 'a', b f[])",
            vec!["ALTER TYPE app.e RENAME TO f"],
        ),
        (
            vec![(id(Kind::Sequence, &["app", "s"]), id(Kind::Sequence, &["app", "r"]))],
            "CREATE SEQUENCE s; CREATE TABLE t (a bigint DEFAULT nextval('app.s'))",
            "CREATE SEQUENCE r; CREATE TABLE t (a bigint DEFAULT nextval('app.r'))",
            vec!["ALTER SEQUENCE app.s RENAME TO r"],
        ),
        (
            vec![(id(Kind::Function, &["app", "f", "integer"]), id(Kind::Function, &["app", "g", "integer"]))],
            "CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; CREATE TABLE t (a int DEFAULT f(1))",
            "CREATE FUNCTION g(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; CREATE TABLE t (a int DEFAULT g(1))",
            vec!["ALTER FUNCTION app.f(integer) RENAME TO g"],
        ),
        (
            vec![(id(Kind::Schema, &["other"]), id(Kind::Schema, &["third"]))],
            "CREATE SCHEMA other; CREATE TABLE other.t (id serial PRIMARY KEY); CREATE INDEX i ON other.t (id); CREATE VIEW v AS SELECT id FROM other.t",
            "CREATE SCHEMA third; CREATE TABLE third.t (id serial PRIMARY KEY); CREATE INDEX i ON third.t (id); CREATE VIEW v AS SELECT id FROM third.t",
            vec!["ALTER SCHEMA other RENAME TO third"],
        ),
        (
            vec![(id(Kind::Table, &["app", "t"]), id(Kind::Table, &["other", "u"]))],
            "CREATE SCHEMA other; CREATE TABLE t (id serial PRIMARY KEY); CREATE INDEX i ON t (id)",
            "CREATE SCHEMA other; CREATE TABLE other.u (id serial PRIMARY KEY); CREATE INDEX i ON other.u (id)",
            vec!["ALTER TABLE app.t SET SCHEMA other", "ALTER TABLE other.t RENAME TO u"],
        ),
        (
            vec![(id(Kind::View, &["app", "v"]), id(Kind::View, &["app", "w"])), (id(Kind::Trigger, &["app", "t", "g"]), id(Kind::Trigger, &["app", "t", "h"]))],
            "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "CREATE TABLE t (a int); CREATE VIEW w AS SELECT a FROM t; CREATE TRIGGER h BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            vec!["ALTER VIEW app.v RENAME TO w", "ALTER TRIGGER g ON app.t RENAME TO h"],
        ),
    ];
    for (renames, from, to, expected) in all {
        let decisions = Decisions {
            renames,
            ..Decisions::default()
        };
        assert_eq!(sql(&mut bench, from, to, &decisions), expected);
        let (a, b) = (bench.schema_of(from), bench.schema_of(to));
        bench.check(to, &b, &a, &decisions.reversed()).unwrap();
        // Said again once it is done, it says nothing.
        assert!(plan(&b, &b, &decisions).unwrap().is_empty());
    }
}

/// What a view's text has before a column: since version 16 nothing, where there is one table.
fn of_the_only_table(name: &str) -> String {
    if Cluster::shared().major() < 16 {
        format!("{name}.")
    } else {
        String::new()
    }
}

/// The server goes on to call the columns of views what they were called.
#[test]
fn views_show_a_renamed_column_by_its_new_name() {
    let mut bench = Bench::new();
    let decisions = Decisions {
        renames: vec![(
            column(&["app", "u", "fullname"]),
            column(&["app", "u", "full_name"]),
        )],
        ..Decisions::default()
    };
    let table = "CREATE TABLE u (id serial PRIMARY KEY, fullname text, n int);";
    let u = of_the_only_table("u");
    let again = format!(
        "CREATE OR REPLACE VIEW app.v AS\nSELECT {u}id,\n    {u}full_name AS fullname\n   FROM app.u"
    );
    let all: [(&str, &[&str]); 5] = [
        (
            "CREATE VIEW v AS SELECT id, fullname FROM u",
            &["ALTER VIEW app.v RENAME COLUMN fullname TO full_name"],
        ),
        (
            "CREATE VIEW v AS SELECT id, fullname FROM u; CREATE VIEW w AS SELECT v.fullname, n FROM v JOIN u USING (id);
             CREATE VIEW x AS SELECT w.n, upper(w.fullname) AS fullname FROM w",
            &[
                "ALTER VIEW app.v RENAME COLUMN fullname TO full_name",
                "ALTER VIEW app.w RENAME COLUMN fullname TO full_name",
                "ALTER VIEW app.x RENAME COLUMN fullname TO full_name",
            ],
        ),
        (
            "CREATE MATERIALIZED VIEW v AS SELECT id, fullname FROM u; CREATE INDEX v_name ON v (lower(fullname));
             CREATE VIEW w AS SELECT fullname FROM v",
            &[
                "ALTER MATERIALIZED VIEW app.v RENAME COLUMN fullname TO full_name",
                "ALTER VIEW app.w RENAME COLUMN fullname TO full_name",
            ],
        ),
        (
            "CREATE VIEW v AS SELECT id, fullname AS called FROM u WHERE fullname <> ''",
            &[],
        ),
        // It is made again in its place, which need not be, and keeps its rights.
        (
            "CREATE VIEW v AS SELECT id, fullname AS \"fullname\" FROM u",
            &[&again],
        ),
    ];
    for (views, more) in all {
        let from = format!("{table} {views}");
        let to = from
            .replace("fullname", "full_name")
            .replace("\"full_name\"", "fullname");
        let mut expected = vec!["ALTER TABLE app.u RENAME COLUMN fullname TO full_name"];
        expected.extend(more);
        let told = sql(&mut bench, &from, &to, &decisions);
        assert_eq!(told, expected, "{views}");
        let (a, b) = (bench.schema_of(&from), bench.schema_of(&to));
        bench.check(&to, &b, &a, &decisions.reversed()).unwrap();
    }
}

/// More happens to what has another name.
#[test]
fn a_renamed_table_is_changed_too() {
    let mut bench = Bench::new();
    let decisions = Decisions {
        renames: vec![
            (
                id(Kind::Table, &["app", "t"]),
                id(Kind::Table, &["app", "u"]),
            ),
            (column(&["app", "t", "a"]), column(&["app", "u", "b"])),
        ],
        ..Decisions::default()
    };
    let told = sql(
        &mut bench,
        "CREATE TABLE t (a int, gone int); CREATE VIEW v AS SELECT a FROM t",
        "CREATE TABLE u (b bigint, new int); CREATE VIEW v AS SELECT b FROM u",
        &decisions,
    );
    assert_eq!(
        told,
        [
            "ALTER TABLE app.t RENAME TO u",
            "ALTER TABLE app.u RENAME COLUMN a TO b",
            "ALTER VIEW app.v RENAME COLUMN a TO b",
            "DROP VIEW app.v",
            "ALTER TABLE app.u ALTER COLUMN b TYPE bigint USING b::bigint",
            "ALTER TABLE app.u ADD COLUMN new integer",
            "ALTER TABLE app.u DROP COLUMN gone",
            &*format!(
                "CREATE VIEW app.v AS\nSELECT {}b\n   FROM app.u",
                of_the_only_table("u")
            ),
        ]
    );
}

#[test]
fn a_column_that_must_hold_something() {
    let mut bench = Bench::new();
    let (from, to) = (
        "CREATE TABLE t (first text DEFAULT 'x', last text DEFAULT 'y')",
        "CREATE TABLE t (name text NOT NULL)",
    );
    assert_eq!(
        question(&mut bench, from, to, &Decisions::default()),
        r#"column app.t.name: Fill { example: "''" }"#
    );
    let decisions = Decisions {
        backfill: BTreeMap::from([(
            column(&["app", "t", "name"]),
            "first || ' ' || last".to_owned(),
        )]),
        ..Decisions::default()
    };
    let told = sql(&mut bench, from, to, &decisions);
    assert_eq!(
        told[..3],
        [
            "ALTER TABLE app.t ADD COLUMN name text",
            "UPDATE app.t SET name = first || ' ' || last",
            "ALTER TABLE app.t ALTER COLUMN name SET NOT NULL",
        ]
    );
    assert_eq!(bench.psql.value("SELECT name FROM app.t"), "x y");

    // A default fills, what is there too.
    let (from, to) = (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int NOT NULL DEFAULT 7, b int NOT NULL DEFAULT 8)",
    );
    sql(&mut bench, from, to, &Decisions::default());
    assert_eq!(bench.psql.value("SELECT a * 10 + b FROM app.t"), "78");

    // Nothing is asked of the way back, which says that it may fail.
    let (a, b) = (
        bench.schema_of("CREATE TABLE t (a int NOT NULL)"),
        bench.schema_of("CREATE TABLE t (b int)"),
    );
    let back = plan(&b, &a, &Decisions::default().reversed()).unwrap();
    let hazards: Vec<&Hazard> = back
        .statements()
        .flat_map(|statement| &statement.hazards)
        .collect();
    assert!(
        hazards
            .iter()
            .any(|hazard| matches!(hazard, Hazard::FailsOnData(_))),
        "{hazards:?}"
    );
    assert!(
        hazards.contains(&&Hazard::LosesData("column app.t.b".to_owned())),
        "{hazards:?}"
    );
}

#[test]
fn an_expression_makes_the_new_value() {
    let mut bench = Bench::new();
    let decisions = Decisions {
        using: BTreeMap::from([(column(&["app", "t", "a"]), "a = 'yes'".to_owned())]),
        ..Decisions::default()
    };
    let told = sql(
        &mut bench,
        "CREATE TABLE t (a text DEFAULT 'yes')",
        "CREATE TABLE t (a bool DEFAULT false)",
        &decisions,
    );
    assert_eq!(
        told,
        [
            "ALTER TABLE app.t\n    ALTER COLUMN a DROP DEFAULT,\n    ALTER COLUMN a TYPE boolean USING a = 'yes',\n    ALTER COLUMN a SET DEFAULT false"
        ]
    );
    assert_eq!(bench.psql.value("SELECT a FROM app.t"), "t");
}

#[test]
fn the_text_that_the_user_wrote() {
    let mut bench = Bench::new();
    let text = "create view app.v as\n  select a -- why\n  from app.t";
    let decisions = Decisions {
        texts: BTreeMap::from([(id(Kind::View, &["app", "v"]), text.to_owned())]),
        ..Decisions::default()
    };
    let to = format!("CREATE TABLE t (a int, b int); {text}");
    let told = sql(&mut bench, "CREATE TABLE t (a int, b int)", &to, &decisions);
    assert_eq!(told, [text]);
    // In the place of another one.
    let told = sql(
        &mut bench,
        "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t WHERE a > 0",
        &to,
        &decisions,
    );
    assert_eq!(told, [text.replacen("create", "create OR REPLACE", 1)]);
}

/// What no statement does is said, with the reason.
#[test]
fn there_is_no_way() {
    let mut bench = Bench::new();
    for (from, to, expected) in [
        (
            "CREATE TABLE t (a int) PARTITION BY LIST (a)",
            "CREATE TABLE t (a int) PARTITION BY RANGE (a)",
            "table app.t: NoWay(\"how a table is divided into partitions cannot be changed\")",
        ),
        (
            "CREATE TYPE r AS RANGE (SUBTYPE = int); CREATE TABLE t (a r)",
            "CREATE TYPE r AS RANGE (SUBTYPE = bigint); CREATE TABLE t (a r)",
            "range type app.r: InUse([\"app.t.a\"])",
        ),
        (
            "CREATE TABLE t (a text)",
            "CREATE COLLATION c (locale = 'C'); CREATE TABLE t (a text COLLATE c)",
            "column app.t.a: NoWay(\"needs collation app.c, and collations are not made by a comparison: write its `CREATE COLLATION` by hand first, in a revision of its own\")",
        ),
    ] {
        assert_eq!(
            question(&mut bench, from, to, &Decisions::default()),
            expected
        );
    }
    // A circle that no order goes through.
    let (a, b) = (
        bench.schema_of(""),
        bench.schema_of("CREATE VIEW v AS SELECT 1 AS a; CREATE VIEW w AS SELECT a FROM v; CREATE OR REPLACE VIEW v AS SELECT a FROM w"),
    );
    let questions = plan(&a, &b, &Decisions::default()).unwrap_err();
    assert!(
        matches!(&questions[0].question, Question::Circle(names) if names.len() == 2),
        "{questions:?}"
    );
}

/// Values that do not fit are refused, unless it is said that they may be lost.
#[test]
fn what_does_not_fit() {
    let mut bench = Bench::new();
    let (from, to) = (
        "CREATE TABLE t (a text); INSERT INTO t VALUES ('longer')",
        "CREATE TABLE t (a varchar(3))",
    );
    let (a, b) = (bench.schema_of(from), bench.schema_of(to));
    let way = plan(&a, &b, &Decisions::default()).unwrap();
    bench.make(from).unwrap();
    assert!(bench.go(&way).is_err());
    let back = plan(&a, &b, &Decisions::default().reversed()).unwrap();
    bench.go(&back).unwrap();
    assert!(compare(&bench.read(), &b).is_equal());
    let hazards: Vec<&Hazard> = back
        .statements()
        .flat_map(|statement| &statement.hazards)
        .collect();
    assert!(
        hazards.contains(&&Hazard::LosesData(
            "what does not fit into character varying(3)".to_owned()
        )),
        "{hazards:?}"
    );
}
