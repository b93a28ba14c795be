//! SQLite: what is stored, read and compared.

use teammig::schema::{FactId, Kind, LeaveOut, Schema};

use super::{check, check_both_ways};
use crate::support::{
    Sandbox,
    deploy::{settings, try_open},
};

/// The schema that a script makes.
fn schema(script: &str) -> Schema {
    let sandbox = Sandbox::new();
    let path = sandbox.at("a.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(script)
        .unwrap_or_else(|error| panic!("{script}: {error}"));
    let mut database = try_open(&format!("sqlite:{}", path.display()), &settings()).unwrap();
    let schema = database.schema(&LeaveOut::default()).unwrap();
    check(&schema);
    schema
}

fn differences(a: &str, b: &str) -> Vec<String> {
    check_both_ways(&schema(a), &schema(b))
}

/// Each changes one thing.
const CHANGES: &[(&str, &str, &str)] = &[
    ("", "CREATE TABLE t (a)", "table t: added"),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, b)",
        "column t.b: added",
    ),
    (
        "CREATE TABLE t (a, b)",
        "CREATE TABLE t (b)",
        "column t.a: removed",
    ),
    (
        "CREATE TABLE t (a, b)",
        "CREATE TABLE t (b, a)",
        "~ table t: changed: column order",
    ),
    (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a INTEGER)",
        "column t.a: changed: type",
    ),
    (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int NOT NULL)",
        "column t.a: changed: not null",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a DEFAULT 1)",
        "column t.a: changed: default",
    ),
    (
        "CREATE TABLE t (a DEFAULT 'x')",
        "CREATE TABLE t (a DEFAULT 'X')",
        "column t.a: changed: default",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a COLLATE NOCASE)",
        "column t.a: changed: collation",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a UNIQUE)",
        "column t.a: changed: unique",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a CHECK (a > 0))",
        "column t.a: changed: check",
    ),
    (
        "CREATE TABLE t (a CHECK (a > 0))",
        "CREATE TABLE t (a CHECK (a > 1))",
        "column t.a: changed: check",
    ),
    (
        "CREATE TABLE t (a REFERENCES p)",
        "CREATE TABLE t (a REFERENCES p ON DELETE CASCADE)",
        "column t.a: changed: references",
    ),
    (
        "CREATE TABLE t (a REFERENCES p)",
        "CREATE TABLE t (a REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
        "column t.a: changed: references",
    ),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "column t.a: changed: primary key",
    ),
    (
        "CREATE TABLE t (a, b AS (a + 1))",
        "CREATE TABLE t (a, b AS (a + 2))",
        "column t.b: changed: generated",
    ),
    (
        "CREATE TABLE t (a, b AS (a))",
        "CREATE TABLE t (a, b AS (a) STORED)",
        "column t.b: changed: generated",
    ),
    (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int) STRICT",
        "table t: changed: options",
    ),
    (
        "CREATE TABLE t (a PRIMARY KEY)",
        "CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID",
        "table t: changed: options",
    ),
    (
        "CREATE TABLE t (a, b)",
        "CREATE TABLE t (a, b, UNIQUE (a, b))",
        "constraint t UNIQUE (a, b): added",
    ),
    (
        "CREATE TABLE t (a, CONSTRAINT x CHECK (a))",
        "CREATE TABLE t (a, CONSTRAINT y CHECK (a))",
        "constraint t.y: renamed from x",
    ),
    (
        "CREATE TABLE t (a CONSTRAINT x CHECK (a))",
        "CREATE TABLE t (a CONSTRAINT y CHECK (a))",
        "~ column t.a: changed: constraint names",
    ),
    ("", "CREATE INDEX i ON p (a)", "index i: added"),
    (
        "CREATE INDEX i ON p (a)",
        "CREATE UNIQUE INDEX i ON p (a)",
        "index i: changed: unique",
    ),
    (
        "CREATE INDEX i ON p (a)",
        "CREATE INDEX i ON p (a DESC)",
        "index i: changed: columns",
    ),
    (
        "CREATE INDEX i ON p (a, b)",
        "CREATE INDEX i ON p (b, a)",
        "index i: changed: columns",
    ),
    (
        "CREATE INDEX i ON p (lower(a))",
        "CREATE INDEX i ON p (upper(a))",
        "index i: changed: columns",
    ),
    (
        "CREATE INDEX i ON p (a)",
        "CREATE INDEX i ON p (a) WHERE a > 0",
        "index i: changed: where",
    ),
    (
        "CREATE INDEX i ON p (a) WHERE b > 0",
        "CREATE INDEX i ON p (a) WHERE b > 1",
        "index i: changed: where",
    ),
    (
        "CREATE INDEX i ON p (a)",
        "CREATE INDEX j ON p (a)",
        "index j: renamed from i",
    ),
    (
        "CREATE VIEW v AS SELECT a FROM p",
        "CREATE VIEW v AS SELECT b FROM p",
        "view v: changed: definition",
    ),
    (
        "CREATE VIEW v AS SELECT a FROM p",
        "CREATE VIEW v (x) AS SELECT a FROM p",
        "view v: changed: definition",
    ),
    (
        "",
        "CREATE TRIGGER g AFTER INSERT ON p BEGIN SELECT 1; END",
        "trigger g: added",
    ),
    (
        "CREATE TRIGGER g AFTER INSERT ON p BEGIN SELECT 1; END",
        "CREATE TRIGGER g AFTER INSERT ON p BEGIN SELECT 2; END",
        "trigger g: changed: definition",
    ),
    (
        "CREATE VIRTUAL TABLE f USING rtree (id, a, b)",
        "CREATE VIRTUAL TABLE f USING rtree (id, c, d)",
        "virtual table f: changed: definition",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE VIEW t AS SELECT 1 AS a",
        "table t: removed\nview t: added",
    ),
];

#[test]
fn one_change_is_one_difference() {
    let base = "CREATE TABLE p (id INTEGER PRIMARY KEY, a int, b int);";
    for (a, b, expected) in CHANGES {
        let found = differences(&format!("{base} {a}"), &format!("{base} {b}"));
        assert_eq!(found.join("\n"), *expected, "\n{a}\n{b}");
    }
}

/// Two spellings of the same thing.
#[test]
fn spellings_are_no_difference() {
    for (a, b) in [
        (
            "CREATE TABLE t (a int, b text)",
            "create table IF NOT EXISTS main.\"T\" ( A INT, -- one\n [b] TEXT )",
        ),
        (
            "CREATE TABLE t (a DEFAULT 1)",
            "CREATE TABLE t (a DEFAULT (1))",
        ),
        (
            "CREATE TABLE t (a DEFAULT -1)",
            "CREATE TABLE t (a DEFAULT (-1))",
        ),
        (
            "CREATE TABLE t (a, b AS (a))",
            "CREATE TABLE t (a, b GENERATED ALWAYS AS (a) VIRTUAL)",
        ),
        ("CREATE TABLE t (a NULL)", "CREATE TABLE t (a)"),
        (
            "CREATE TABLE t (a int PRIMARY KEY) STRICT, WITHOUT ROWID",
            "CREATE TABLE t (a int PRIMARY KEY) WITHOUT ROWID, STRICT",
        ),
        (
            "CREATE TABLE t (a, b, CHECK (a), CHECK (b))",
            "CREATE TABLE t (a, b, CHECK (b) CHECK (a))",
        ),
        (
            "CREATE TABLE t (a); CREATE INDEX i ON t(a)",
            "CREATE TABLE t (a); CREATE INDEX IF NOT EXISTS i ON \"t\" ( [a] )",
        ),
        (
            "CREATE TABLE t (a); CREATE TABLE u (a)",
            "CREATE TABLE u (a); CREATE TABLE t (a)",
        ),
        // What ALTER leaves behind.
        (
            "CREATE TABLE t (a, b int DEFAULT 1)",
            "CREATE TABLE t (a); ALTER TABLE t ADD COLUMN b int DEFAULT 1",
        ),
        (
            "CREATE TABLE t (a)",
            "CREATE TABLE old (a); ALTER TABLE old RENAME TO t",
        ),
        (
            "CREATE TABLE t (a)",
            "CREATE TABLE t (a, b); ALTER TABLE t DROP COLUMN b",
        ),
        (
            "CREATE TABLE t (a INT)",
            "CREATE TABLE s (a int); CREATE TABLE t AS SELECT * FROM s; DROP TABLE s",
        ),
    ] {
        let found = differences(a, b);
        assert!(found.is_empty(), "{a}\n{b}\n{found:?}");
    }
}

/// Words of clauses inside of other clauses (TablePro#2697).
#[test]
fn keywords_inside_of_expressions_begin_nothing() {
    let one = "CREATE TABLE t (a text DEFAULT 'not null', b int CHECK (b IS NOT NULL), \
               c REFERENCES t ON DELETE SET NULL, d AS (CASE WHEN a IS NOT NULL THEN 1 END))";
    let schema = schema(one);
    for column in ["a", "b", "c", "d"] {
        let fact = &schema.facts[&FactId::new(Kind::Column, ["t", column])];
        assert_eq!(fact.get("not null"), None, "{fact:?}");
    }
}

/// sqldef#1216, alembic#579: `pragma table_info` loses the parentheses.
#[test]
fn defaults_keep_their_parentheses() {
    let schema = schema("CREATE TABLE t (a DEFAULT (1 + 1), b DEFAULT (datetime('now')))");
    let default = |column| schema.facts[&FactId::new(Kind::Column, ["t", column])].get("default");
    assert_eq!(default("a"), Some("(1 + 1)"));
    assert_eq!(default("b"), Some("(datetime('now'))"));
}

#[test]
fn what_is_not_the_users_is_left_out() {
    let sandbox = Sandbox::new();
    let path = sandbox.at("a.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE teammig_ledger (a); CREATE INDEX i ON teammig_ledger (a);
             CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE);
             INSERT INTO t (b) VALUES (1); ANALYZE;
             CREATE TABLE alembic_version (a);
             CREATE VIRTUAL TABLE r USING rtree (id, a, b);",
        )
        .unwrap();
    let mut database = try_open(&format!("sqlite:{}", path.display()), &settings()).unwrap();
    let leave_out = LeaveOut {
        patterns: vec!["alembic_*".to_owned()],
    };
    let schema = database.schema(&leave_out).unwrap();
    check(&schema);
    let names: Vec<String> = schema
        .facts
        .values()
        .map(|fact| schema.shown(fact))
        .collect();
    assert_eq!(names, ["t", "r", "t.a", "t.b"]);
    // The tables of a virtual table go with it, and are nothing to tell anybody.
    assert!(schema.unmodelled.is_empty(), "{:?}", schema.unmodelled);
    // And it was only looked at.
    assert!(connection.is_autocommit());
}

#[test]
fn a_file_that_is_not_there_has_no_schema_and_is_not_made() {
    let sandbox = Sandbox::new();
    let path = sandbox.at("none.db");
    let mut database = try_open(&format!("sqlite:{}", path.display()), &settings()).unwrap();
    let schema = database.schema(&LeaveOut::default()).unwrap();
    assert!(schema.facts.is_empty());
    assert!(!path.exists());
}

/// A view and a trigger say by name what they need.
#[test]
fn edges() {
    let schema = schema(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES P, FOREIGN KEY (p) REFERENCES \"p\");
         CREATE VIEW v AS SELECT * FROM [c]; CREATE TRIGGER g AFTER INSERT ON c BEGIN DELETE FROM v; END;",
    );
    let shown: Vec<String> = schema
        .edges
        .iter()
        .map(|edge| {
            let name = |id| schema.shown(&schema.facts[id]);
            format!("{} -> {}", name(&edge.from), name(&edge.to))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "c.p -> p",
            "c FOREIGN KEY (p) REFERENCES \"p\" -> p",
            "v -> c",
            "g -> v"
        ]
    );
}

#[test]
fn names_that_need_quotes() {
    let names = ["Größe", "order", "a b", "a\"b", "a.b", "select", "x]y"];
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("\"{}\"", name.replace('"', "\"\"")))
        .collect();
    let tables: Vec<String> = quoted
        .iter()
        .map(|name| format!("CREATE TABLE {name} ({name} int NOT NULL, UNIQUE ({name}));"))
        .collect();
    let schema = schema(&tables.concat());
    let columns = schema.facts.keys().filter(|id| id.kind == Kind::Column);
    assert_eq!(columns.count(), names.len());
    for name in names {
        let name = name.to_ascii_lowercase();
        let fact = &schema.facts[&FactId::new(Kind::Column, [name.clone(), name])];
        assert_eq!(fact.get("type"), Some("int"), "{fact:?}");
    }
}
