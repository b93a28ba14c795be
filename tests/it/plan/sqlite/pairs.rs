//! Pairs of schemas, each gone both ways.

use std::collections::BTreeSet;

use teammig::{
    model::Dialect,
    schema::{Comparison, Effect, Kind, What},
};

use super::Way;

/// Each for a change of its own.
const PAIRS: &[(&str, &str)] = &[
    // Whole objects.
    ("", "CREATE TABLE t (a)"),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p)",
    ),
    (
        "",
        "CREATE TABLE c (p REFERENCES p ON DELETE RESTRICT); CREATE TABLE p (id INTEGER PRIMARY KEY)",
    ),
    (
        "",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a)",
    ),
    (
        "",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, up REFERENCES a ON DELETE RESTRICT)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a); CREATE INDEX i ON t (a)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a); CREATE VIEW w AS SELECT a FROM v; CREATE VIEW v AS SELECT a FROM t",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t WHERE a = 9; SELECT 1; END",
    ),
    ("", "CREATE VIRTUAL TABLE s USING fts5(a, b)"),
    ("CREATE VIEW x AS SELECT 1", "CREATE TABLE x (a)"),
    ("CREATE TABLE x (a)", "CREATE VIRTUAL TABLE x USING fts5(a)"),
    // Columns that come and go by themselves.
    ("CREATE TABLE t (a)", "CREATE TABLE t (a, b)"),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, b TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE CHECK (b <> ''))",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, b INT NOT NULL DEFAULT (-1), c DEFAULT true, d DEFAULT x'00', e DEFAULT lo)",
    ),
    (
        "CREATE TABLE t (id INTEGER PRIMARY KEY)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t (id) ON DELETE CASCADE)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, b AS (a + 1), c GENERATED ALWAYS AS (a) VIRTUAL)",
    ),
    (
        "CREATE TABLE t (a, PRIMARY KEY (a)) WITHOUT ROWID",
        "CREATE TABLE t (a, b, PRIMARY KEY (a)) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE t (a INT) STRICT",
        "CREATE TABLE t (a INT, b INT) STRICT",
    ),
    ("CREATE TABLE t (a, b)", "CREATE TABLE t (c)"),
    // Columns that do not.
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, b DEFAULT CURRENT_TIMESTAMP)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, b DEFAULT (abs(-3)))",
    ),
    ("CREATE TABLE t (a)", "CREATE TABLE t (a, b UNIQUE)"),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, id INTEGER PRIMARY KEY)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, id INTEGER PRIMARY KEY AUTOINCREMENT)",
    ),
    ("CREATE TABLE t (a)", "CREATE TABLE t (a, b AS (a) STORED)"),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a)",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a, b DEFAULT 1 REFERENCES p)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, b, CHECK (b IS NULL OR b > 0))",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a, b AS (a), c AS (b))",
    ),
    (
        "CREATE TABLE t (a); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a, b)",
    ),
    (
        "CREATE TABLE t (a); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a) WHERE b IS NULL",
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t",
        "CREATE TABLE t (a, b); CREATE VIEW v AS SELECT a, b FROM t",
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v",
        "CREATE TABLE t (a, b); CREATE VIEW v AS SELECT a, b FROM t; CREATE VIEW w AS SELECT a FROM v",
    ),
    (
        "CREATE TABLE t (a); CREATE TABLE u (b); CREATE VIEW v AS SELECT t.a, u.b FROM t, u",
        "CREATE TABLE t (a, b); CREATE TABLE u (b); CREATE VIEW v AS SELECT t.a, u.b FROM t, u",
    ),
    (
        "CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE TABLE t (a, b); CREATE TRIGGER r AFTER UPDATE OF b ON t BEGIN SELECT new.b; END",
    ),
    // Clauses of columns.
    ("CREATE TABLE t (a int)", "CREATE TABLE t (a INTEGER)"),
    (
        "CREATE TABLE t (a INTEGER, b INTEGER)",
        "CREATE TABLE t (a TEXT, b REAL)",
    ),
    (
        "CREATE TABLE t (a BLOB, b NUMERIC, c)",
        "CREATE TABLE t (a TEXT, b INTEGER, c DATE)",
    ),
    (
        "CREATE TABLE t (a TEXT)",
        "CREATE TABLE t (a TEXT COLLATE NOCASE)",
    ),
    (
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int NOT NULL DEFAULT 5)",
    ),
    ("CREATE TABLE t (a)", "CREATE TABLE t (a DEFAULT 'x')"),
    (
        "CREATE TABLE t (a DEFAULT (1 + 1))",
        "CREATE TABLE t (a DEFAULT (1 + 2))",
    ),
    (
        "CREATE TABLE t (a, b AS (a + 1))",
        "CREATE TABLE t (a, b AS (a + 2) STORED)",
    ),
    ("CREATE TABLE t (a, b)", "CREATE TABLE t (a, b AS (a + 2))"),
    (
        "CREATE TABLE t (a, b AS (a + 1) STORED NOT NULL)",
        "CREATE TABLE t (a, b NOT NULL)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE)",
    ),
    ("CREATE TABLE t (a)", "CREATE TABLE t (a CHECK (a > 0))"),
    (
        "CREATE TABLE t (a CHECK (a > 0))",
        "CREATE TABLE t (a CHECK (a > 1000))",
    ),
    (
        "CREATE TABLE t (a INTEGER)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
    ),
    (
        "CREATE TABLE t (a INT)",
        "CREATE TABLE t (a INT PRIMARY KEY)",
    ),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
    ),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
    ),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b NOT NULL DEFAULT 1)",
    ),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES p)",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED)",
    ),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a)",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES p)",
    ),
    (
        "CREATE TABLE t (a)",
        "CREATE TABLE t (a REFERENCES nowhere)",
    ),
    // Tables.
    (
        "CREATE TABLE t (a INT, b ANY)",
        "CREATE TABLE t (a INT, b ANY) STRICT",
    ),
    (
        "CREATE TABLE t (a INT, b TEXT, c BLOB) STRICT",
        "CREATE TABLE t (a TEXT, b INT, c BLOB) STRICT",
    ),
    (
        "CREATE TABLE t (a PRIMARY KEY, b)",
        "CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID",
        "CREATE TABLE t (a PRIMARY KEY, b NOT NULL DEFAULT 0) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE t (a generated, b)",
        "CREATE TABLE t (a generated, b, c)",
    ),
    ("CREATE TABLE t (a generated, b)", "CREATE TABLE t (a, b)"),
    (
        "CREATE TABLE t (a, b)",
        "CREATE TABLE t (a, b, UNIQUE (a, b))",
    ),
    (
        "CREATE TABLE t (a, b)",
        "CREATE TABLE t (a, b, CONSTRAINT k PRIMARY KEY (a, b))",
    ),
    (
        "CREATE TABLE t (a, b, CHECK (a > b))",
        "CREATE TABLE t (a, b, CHECK (a >= b))",
    ),
    (
        "CREATE TABLE t (a, CONSTRAINT x CHECK (a))",
        "CREATE TABLE t (a, CONSTRAINT y CHECK (a))",
    ),
    (
        "CREATE TABLE t (a, CONSTRAINT x CHECK (a))",
        "CREATE TABLE t (a, CONSTRAINT x CHECK (a > 0))",
    ),
    (
        "CREATE TABLE p (a, b, PRIMARY KEY (a, b)); CREATE TABLE t (a, b)",
        "CREATE TABLE p (a, b, PRIMARY KEY (a, b)); CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p)",
    ),
    (
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a)",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b CHECK (b > 0)); CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a CHECK (a > 0))",
    ),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a, p REFERENCES p)",
        "CREATE TABLE t (a)",
    ),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a, p REFERENCES p)",
        "CREATE TABLE t (a, p)",
    ),
    (
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a, p REFERENCES p)",
        "CREATE TABLE t (a, p REFERENCES p)",
    ),
    // Indexes, views, triggers, virtual tables.
    (
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (b DESC, lower(a))",
    ),
    (
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a, b); CREATE UNIQUE INDEX i ON t (a)",
    ),
    (
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a) WHERE b > 0",
    ),
    (
        "CREATE TABLE t (a, b); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a, b); CREATE INDEX j ON t (a)",
    ),
    (
        "CREATE TABLE t (a); CREATE TABLE u (a); CREATE INDEX i ON t (a)",
        "CREATE TABLE t (a); CREATE TABLE u (a); CREATE INDEX i ON u (a)",
    ),
    (
        "CREATE TABLE t (a); CREATE TABLE u (a); CREATE INDEX i ON t (a)",
        "CREATE TABLE u (a); CREATE INDEX i ON u (a)",
    ),
    (
        "CREATE TABLE t (a); CREATE TABLE u (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE TABLE t (a UNIQUE); CREATE TABLE u (a); CREATE TRIGGER r AFTER INSERT ON u BEGIN SELECT 1; END",
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t",
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a AS b FROM t",
    ),
    (
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a); END",
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT a, 1 AS b FROM t; CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a); END",
    ),
    (
        "CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 2; END",
    ),
    (
        "CREATE VIRTUAL TABLE s USING fts5(a)",
        "CREATE VIRTUAL TABLE s USING fts5(a, b)",
    ),
    // Names.
    (
        "CREATE TABLE \"order\" (\"group\" INT, \"a b\" INT, \"größe\" INT, \"x\"\"y\" INT)",
        "CREATE TABLE \"order\" (\"group\" INT NOT NULL DEFAULT 1, \"a b\" INT, \"größe\" INT, \"x\"\"y\" INT)",
    ),
    (
        "CREATE TABLE [größe] (a)",
        "CREATE TABLE `größe` (a, [sel ect] INT DEFAULT 3, 'select' INT)",
    ),
    (
        "CREATE TABLE Users (Id INTEGER PRIMARY KEY, Name)",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, NAME UNIQUE)",
    ),
    (
        "CREATE TABLE t (rowid, a)",
        "CREATE TABLE t (rowid, a UNIQUE)",
    ),
    (
        "CREATE TABLE t (rowid, oid, _rowid_)",
        "CREATE TABLE t (rowid, oid, _rowid_ UNIQUE)",
    ),
    (
        "CREATE TABLE t (rowid, oid, _rowid_)",
        "CREATE TABLE t (a, oid, _rowid_ UNIQUE)",
    ),
    (
        "CREATE TABLE t (a, CHECK (t.a > 0))",
        "CREATE TABLE t (a UNIQUE, CHECK (t.a > 0))",
    ),
    (
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, CHECK (t.a > 0))",
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, CHECK (t.a >= 0))",
    ),
    (
        "CREATE TABLE _teammig_new_t (a); CREATE TABLE t (a)",
        "CREATE TABLE _teammig_new_t (a); CREATE TABLE t (a UNIQUE)",
    ),
    // Comments are the user's.
    (
        "CREATE TABLE t (a -- the first\n)",
        "CREATE TABLE t (a, -- the first\n b -- the second\n)",
    ),
    (
        "CREATE TABLE t (a -- the first\n)",
        "CREATE TABLE t (a UNIQUE -- the first\n)",
    ),
];

#[test]
fn there_and_back() {
    let fails =
        |(a, b): &&(&str, &str)| std::panic::catch_unwind(|| Way::plain(a, b).walk()).is_err();
    let failed: Vec<_> = PAIRS.iter().filter(fails).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Keys that no object of SQLite has.
const NOT_IN_SQLITE: &[(Kind, &str)] = &[
    (Kind::Table, "persistence"),
    (Kind::Table, "of type"),
    (Kind::Table, "partition key"),
    (Kind::Table, "partition of"),
    (Kind::Table, "inherits"),
    (Kind::Table, "row security"),
    (Kind::Table, "replica identity"),
    (Kind::Table, "access method"),
    (Kind::Table, "tablespace"),
    (Kind::Table, "comment"),
    (Kind::Column, "identity"),
    (Kind::Column, "storage"),
    (Kind::Column, "compression"),
    (Kind::Column, "statistics"),
    (Kind::Column, "options"),
    (Kind::Column, "comment"),
    (Kind::Constraint, "options"),
    (Kind::Constraint, "comment"),
    (Kind::View, "options"),
    (Kind::View, "comment"),
    (Kind::Index, "definition"),
    (Kind::Index, "state"),
    (Kind::Constraint, "state"),
    (Kind::Index, "clustered"),
    (Kind::Index, "tablespace"),
    (Kind::Index, "statistics"),
    (Kind::Index, "comment"),
    (Kind::Trigger, "enabled"),
    (Kind::Trigger, "comment"),
];

fn seen(comparison: &Comparison, seen: &mut BTreeSet<(Kind, String)>) {
    for difference in &comparison.differences {
        let kind = difference.id.kind;
        let mut see = |what: &str| seen.insert((kind, what.to_owned()));
        match &difference.what {
            What::Added { .. } => see("added"),
            What::Removed { .. } => see("removed"),
            What::Renamed { .. } => see("renamed"),
            What::Changed(changes) => changes.iter().map(|change| see(change.key)).count() > 0,
        };
    }
}

#[test]
fn every_rule_of_every_kind_is_in_a_pair() {
    let mut all = BTreeSet::new();
    for (a, b) in PAIRS {
        let (a, b) = (super::Bench::new(a).schema(), super::Bench::new(b).schema());
        seen(&teammig::schema::compare(&a, &b), &mut all);
        seen(&teammig::schema::compare(&b, &a), &mut all);
    }
    let kinds = [
        Kind::Table,
        Kind::VirtualTable,
        Kind::Column,
        Kind::Constraint,
        Kind::View,
        Kind::Index,
        Kind::Trigger,
    ];
    let mut missing = Vec::new();
    for kind in kinds {
        let keys = kind
            .rules()
            .iter()
            .filter(|rule| rule.effect(Dialect::Sqlite) != Effect::Remark)
            .map(|rule| rule.key)
            .filter(|key| !NOT_IN_SQLITE.contains(&(kind, key)));
        for what in keys.chain(["added", "removed"]) {
            if !all.contains(&(kind, what.to_owned())) {
                missing.push((kind, what));
            }
        }
    }
    assert_eq!(missing, []);
    for kind in [Kind::Constraint, Kind::Index] {
        assert!(all.contains(&(kind, "renamed".to_owned())));
    }
}
