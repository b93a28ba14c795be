//! Renames: SQLite does them, and nothing else has to.

use teammig::schema::{
    FactId, Kind,
    plan::{Decisions, Hazard},
};

use super::Way;

/// `t:u` is a table, `t.a:t.b` a column.
fn way<'a>(a: &'a str, b: &'a str, renames: &[&str]) -> Way<'a> {
    let id = |text: &str| {
        let path: Vec<&str> = text.split('.').collect();
        let kind = if path.len() > 1 {
            Kind::Column
        } else {
            Kind::Table
        };
        FactId::new(kind, path)
    };
    let pairs = renames.iter().map(|pair| pair.split_once(':').unwrap());
    Way {
        a,
        b,
        decisions: Decisions {
            renames: pairs.map(|(from, to)| (id(from), id(to))).collect(),
            ..Decisions::default()
        },
    }
}

/// Renames that are statements of their own, and all that there is.
const ALONE: &[(&str, &str, &[&str], &str)] = &[
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE \"order\" (a)",
        &["t:order"],
        "ALTER TABLE t RENAME TO \"order\";\n",
    ),
    (
        "CREATE TABLE t (a, b UNIQUE, CHECK (a > 0)); CREATE INDEX i ON t (a) WHERE a > 0",
        "CREATE TABLE t (x, b UNIQUE, CHECK (x > 0)); CREATE INDEX i ON t (x) WHERE x > 0",
        &["t.a:t.x"],
        "ALTER TABLE t RENAME COLUMN a TO x;\n",
    ),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p (id))",
        "CREATE TABLE q (key INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES q (key))",
        &["p:q", "p.id:q.key"],
        "ALTER TABLE p RENAME TO q;\nALTER TABLE q RENAME COLUMN id TO \"key\";\n",
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT t.a FROM t WHERE a > 0; CREATE TRIGGER r AFTER UPDATE OF a ON t BEGIN UPDATE t SET a = new.a WHERE a < 0; END",
        "CREATE TABLE u (b); CREATE VIEW v AS SELECT u.b FROM u WHERE b > 0; CREATE TRIGGER r AFTER UPDATE OF b ON u BEGIN UPDATE u SET b = new.b WHERE b < 0; END",
        &["t:u", "t.a:u.b"],
        "ALTER TABLE t RENAME TO u;\nALTER TABLE u RENAME COLUMN a TO b;\n",
    ),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE u (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        &["t:u", "nothing:t"],
        "ALTER TABLE t RENAME TO u;\n",
    ),
];

#[test]
fn sqlite_rewrites_what_names_it() {
    for (a, b, renames, script) in ALONE {
        let way = way(a, b, renames);
        assert_eq!(way.script(), *script);
        way.walk();
    }
}

/// Renames with other things to be done.
const WITH_OTHERS: &[(&str, &str, &[&str])] = &[
    // What SQLite makes of an alias is not known before.
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT 1 AS a FROM t",
        "CREATE TABLE t (b); CREATE VIEW v AS SELECT 1 AS a FROM t",
        &["t.a:t.b"],
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t",
        "CREATE TABLE t (b); CREATE VIEW v AS SELECT b AS a FROM t",
        &["t.a:t.b"],
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v (a) AS SELECT a FROM t",
        "CREATE TABLE t (b); CREATE VIEW v (a) AS SELECT b FROM t",
        &["t.a:t.b"],
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v",
        "CREATE TABLE t (b); CREATE VIEW v AS SELECT b FROM t; CREATE VIEW w AS SELECT b FROM v",
        &["t.a:t.b"],
    ),
    (
        "CREATE TABLE t (a); CREATE TABLE u (a); CREATE VIEW v AS SELECT t.a, u.a FROM t JOIN u",
        "CREATE TABLE t (b); CREATE TABLE u (a); CREATE VIEW v AS SELECT t.b, u.a FROM t JOIN u",
        &["t.a:t.b"],
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END",
        "CREATE TABLE t (b); CREATE VIEW v AS SELECT b FROM t; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t (b) VALUES (new.b); END",
        &["t.a:t.b"],
    ),
    // With a table that is made again.
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY, a INT); CREATE TABLE c (p REFERENCES p); CREATE VIEW v AS SELECT id FROM p",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, b INT NOT NULL DEFAULT 0); CREATE TABLE c (p REFERENCES q); CREATE VIEW v AS SELECT id FROM q",
        &["p:q", "p.a:q.b"],
    ),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p)",
        "CREATE TABLE q (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES q ON DELETE CASCADE)",
        &["p:q"],
    ),
    // Names that are exchanged, and taken.
    (
        "CREATE TABLE t (a INT, b TEXT)",
        "CREATE TABLE t (b INT, a TEXT)",
        &["t.a:t.b", "t.b:t.a"],
    ),
    (
        "CREATE TABLE t (a INT); CREATE TABLE u (b INT)",
        "CREATE TABLE u (a INT); CREATE TABLE t (b INT)",
        &["t:u", "u:t"],
    ),
    (
        "CREATE TABLE t (a INT, b INT)",
        "CREATE TABLE t (b INT)",
        &["t.a:t.b"],
    ),
    (
        "CREATE TABLE t (a INT); CREATE TABLE u (b INT)",
        "CREATE TABLE u (a INT)",
        &["t:u"],
    ),
    // A view that is broken already.
    (
        "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT * FROM nowhere",
        "CREATE TABLE u (a INT); CREATE VIEW v AS SELECT * FROM nowhere",
        &["t:u"],
    ),
];

#[test]
fn with_other_changes() {
    for (a, b, renames) in WITH_OTHERS {
        way(a, b, renames).walk();
    }
}

#[test]
fn nobody_guesses() {
    let plan = Way::plain("CREATE TABLE t (a INT, b)", "CREATE TABLE t (b, c INT)")
        .plan()
        .unwrap();
    let hazards: Vec<&Hazard> = plan
        .statements()
        .flat_map(|statement| &statement.hazards)
        .collect();
    assert!(hazards.contains(&&Hazard::LosesData("column t.a".to_owned())));
    assert!(hazards.contains(&&Hazard::MayBeRename {
        from: "t.a".to_owned(),
        to: "t.c".to_owned(),
    }));
    let plan = Way::plain("CREATE TABLE t (a INT)", "CREATE TABLE u (a INT)")
        .plan()
        .unwrap();
    assert!(plan.statements().any(|statement| {
        statement.hazards.contains(&Hazard::MayBeRename {
            from: "t".to_owned(),
            to: "u".to_owned(),
        })
    }));
}
