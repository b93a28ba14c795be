//! Two scripts that part, and what follows: the footprints and the table of conflicts
//! together, in SQL.

use std::collections::BTreeSet;

use super::footprint;
use crate::model::{
    Dialect, RevId,
    conflict::{Ancestor, Clash, Collision, Conflicts, Remark, conflicts},
};

fn both(left: &str, right: &str, before: &str) -> Conflicts {
    let read = |script: &str| footprint(script, Dialect::Postgres, &[]);
    let (ours, theirs) = (read(left), read(right));
    let (a, b) = (RevId::trusted("a"), RevId::trusted("b"));
    let ancestor = Ancestor::of([&read(before)], false);
    conflicts(&[(&a, &ours)], &[(&b, &theirs)], &ancestor)
}

/// What is wrong with a pair, either way round.
fn wrong(left: &str, right: &str, before: &str, clash: Clash, object: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (left, right) in [(left, right), (right, left)] {
        let found = both(left, right, before);
        let named: BTreeSet<String> = found
            .collisions
            .iter()
            .filter(|one| one.clash == clash)
            .flat_map(|one| &one.objects)
            .map(ToString::to_string)
            .collect();
        let is_read = found.unknown.iter().all(|one| one.opaque);
        let is_named = object.is_empty() || named.contains(object);
        if found.worst() != clash || !is_named || !is_read {
            let shown: Vec<String> = found.collisions.iter().map(shown).collect();
            wrong.push(format!("{left} | {right}: {shown:?}"));
        }
    }
    wrong
}

fn shown(collision: &Collision) -> String {
    let objects: Vec<String> = collision.objects.iter().map(ToString::to_string).collect();
    let (left, right) = (&collision.left, &collision.right);
    format!(
        "{}: {}; one {}, the other {}",
        collision.clash.words(),
        objects.join(", "),
        left.act.verb(),
        right.act.verb()
    )
}

#[rustfmt::skip]
const HARMLESS: &[(&str, &str)] = &[
    ("ALTER TABLE t ADD a int", "ALTER TABLE t ADD b int"),
    ("ALTER TABLE t ADD a int", "CREATE TABLE u (id int)"),
    ("CREATE INDEX i ON t (a)", "CREATE INDEX j ON t (a)"),
    ("CREATE INDEX ON t (a)", "CREATE INDEX ON t (a)"),
    ("CREATE UNIQUE INDEX i ON t (a)", "CREATE UNIQUE INDEX j ON t (b)"),
    ("ALTER TYPE m ADD VALUE 'a'", "ALTER TYPE m ADD VALUE 'b'"),
    ("ALTER TYPE m ADD VALUE IF NOT EXISTS 'a'", "ALTER TYPE m ADD VALUE IF NOT EXISTS 'a'"),
    ("COMMENT ON TABLE t IS 'a'", "COMMENT ON TABLE u IS 'b'"),
    ("COMMENT ON TABLE t IS 'a'", "COMMENT ON COLUMN t.a IS 'b'"),
    ("COMMENT ON TABLE t IS 'a'", "ALTER TABLE t OWNER TO joe"),
    ("COMMENT ON TABLE t IS 'a'", "COMMENT ON TABLE t IS 'a'"),
    ("ALTER TABLE t ALTER a TYPE text", "ALTER TABLE t ALTER a SET NOT NULL"),
    ("ALTER TABLE t ALTER a SET DEFAULT 1", "ALTER TABLE t ALTER a SET NOT NULL"),
    ("ALTER TABLE t ALTER a SET DEFAULT 1", "ALTER TABLE t ALTER a SET DEFAULT 1"),
    ("ALTER TABLE t ALTER a TYPE text", "CREATE INDEX i ON t (a)"),
    ("ALTER TABLE t ALTER a TYPE text", "CREATE VIEW v AS SELECT b FROM t"),
    ("ALTER TABLE t ADD b int", "CREATE VIEW v AS SELECT a FROM t"),
    ("DROP TABLE IF EXISTS t", "DROP TABLE IF EXISTS t"),
    ("CREATE EXTENSION IF NOT EXISTS x", "create extension if not exists \"x\""),
    ("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'",
     "create or replace function f() returns int language sql as 'select 1'"),
    ("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'select 1'",
     "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'select 1'"),
    ("GRANT SELECT ON t TO a", "GRANT INSERT ON t TO a"),
    ("GRANT SELECT ON t TO a", "REVOKE SELECT ON t FROM b"),
    ("CREATE TABLE a.t (x int)", "CREATE TABLE b.t (x int)"),
    ("SET search_path TO a; CREATE TABLE t (x int)", "CREATE TABLE t (x int)"),
    ("INSERT INTO t (a) VALUES (1)", "ALTER TABLE t ADD b int"),
    ("INSERT INTO t (a) VALUES (1)", "INSERT INTO u (a) VALUES (1)"),
    ("UPDATE t SET a = 1", "UPDATE t SET b = 1"),
    ("SELECT count(*) FROM t", "INSERT INTO t VALUES (1)"),
    ("CREATE TRIGGER a AFTER INSERT ON t EXECUTE FUNCTION f()",
     "CREATE TRIGGER b AFTER INSERT ON t EXECUTE FUNCTION f()"),
    ("ALTER TABLE t DISABLE TRIGGER a", "ALTER TABLE t DISABLE TRIGGER b"),
    // Each makes a table of its own, and does with it as it likes.
    ("CREATE TABLE a (x int); CREATE INDEX ON a (x); INSERT INTO a VALUES (1); ALTER TABLE a ADD y int",
     "CREATE TABLE b (x int); CREATE INDEX ON b (x); UPDATE b SET x = 1; ALTER TABLE b DROP x"),
    // Helpers that are gone in the end.
    ("CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'select 1'; DROP FUNCTION h()",
     "CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'select 2'; DROP FUNCTION h()"),
    ("CREATE TEMP TABLE x AS SELECT a FROM t; DROP TABLE x", "CREATE TEMP TABLE x AS SELECT b FROM u; DROP TABLE x"),
    ("DO $$ BEGIN CREATE TYPE m AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN null; END $$",
     "do $$ begin create type m as enum ('a'); exception when duplicate_object then null; end $$"),
    ("CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET a = 1; END $$", "ALTER TABLE t ADD b int"),
    ("CREATE TABLE u (id int)", "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM u; END $$"),
    ("DROP VIEW v; CREATE VIEW v AS SELECT a FROM t", "drop view v; create view v as select a from t"),
];

#[test]
fn harmless() {
    let mut wrongs = Vec::new();
    for (left, right) in HARMLESS {
        wrongs.extend(wrong(left, right, "", Clash::None, ""));
    }
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

#[rustfmt::skip]
const ORDER_MATTERS: &[(&str, &str, &str)] = &[
    ("CREATE TABLE IF NOT EXISTS t (a int)", "CREATE TABLE IF NOT EXISTS t (b int)", "table t"),
    ("CREATE TABLE t (a int)", "CREATE TABLE IF NOT EXISTS t (b int)", "table t"),
    ("CREATE TABLE t (a int)", "DROP TABLE IF EXISTS t", "table t"),
    ("CREATE INDEX t_a_idx ON t (b)", "CREATE INDEX ON t (a)", "index t_a_idx"),
    ("CREATE INDEX ON t (a)", "DROP INDEX t_a_idx", "index t_a_idx"),
    ("CREATE INDEX ON t (a)", "ALTER INDEX t_a_idx RENAME TO x", "index t_a_idx"),
    ("CREATE INDEX ON t (a)", "CREATE INDEX IF NOT EXISTS t_a_idx ON t (a)", "index t_a_idx"),
    ("DROP TABLE t", "ALTER TABLE t ADD a int", "table t"),
    ("DROP TABLE t", "CREATE INDEX i ON t (a)", "table t"),
    ("DROP TABLE t", "DROP TABLE IF EXISTS t", "table t"),
    ("DROP TABLE t", "INSERT INTO t VALUES (1)", "table t"),
    ("DROP TABLE t", "INSERT INTO u SELECT a FROM t", "table t"),
    ("DROP TABLE t", "CREATE VIEW v AS SELECT a FROM t", "table t"),
    ("DROP TABLE t", "COMMENT ON COLUMN t.a IS 'x'", "table t"),
    ("DROP TABLE t", "CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()", "table t"),
    ("DROP TABLE t", "ALTER TABLE u ADD FOREIGN KEY (a) REFERENCES t", "table t"),
    ("ALTER TABLE t RENAME TO u", "ALTER TABLE t ADD a int", "table t"),
    ("ALTER TABLE t RENAME TO u", "CREATE VIEW v AS SELECT a FROM t", "table t"),
    ("ALTER TABLE t RENAME TO u", "DROP TABLE IF EXISTS t", "table t"),
    ("ALTER TABLE t SET SCHEMA app", "CREATE INDEX i ON t (a)", "table t"),
    ("ALTER TABLE t RENAME a TO b", "UPDATE t SET a = 1", "column t.a"),
    ("ALTER TABLE t RENAME a TO b", "ALTER TABLE t ADD CHECK (a > 1)", "column t.a"),
    ("ALTER TABLE t DROP a", "CREATE INDEX i ON t (lower(a))", "column t.a"),
    ("ALTER TABLE t DROP a", "INSERT INTO t (a) VALUES (1)", "column t.a"),
    ("ALTER TABLE t DROP a", "CREATE VIEW v AS SELECT * FROM t", "column t.a"),
    ("ALTER TABLE t DROP a", "CREATE POLICY p ON t USING (a = 1)", "column t.a"),
    ("ALTER TABLE t DROP a", "ALTER TABLE t ALTER a SET NOT NULL", "column t.a"),
    ("ALTER TABLE t DROP a", "ALTER TABLE u ADD FOREIGN KEY (x) REFERENCES t (a)", "column t.a"),
    ("ALTER TABLE t DROP a", "ALTER TABLE t DROP IF EXISTS a", "column t.a"),
    ("ALTER TABLE t DROP a", "ALTER TABLE t DROP CONSTRAINT t_a_key", "constraint t.t_a_key"),
    ("ALTER TABLE t DROP a", "DROP INDEX t_a_idx", "index t_a_idx"),
    ("ALTER TABLE t ADD a int", "CREATE VIEW v AS SELECT * FROM t", "column t.a"),
    ("ALTER TABLE t ADD a int", "ALTER TABLE t ADD COLUMN IF NOT EXISTS a text", "column t.a"),
    ("ALTER TABLE t ALTER a TYPE text", "ALTER TABLE t ALTER a TYPE bigint", "column t.a"),
    ("ALTER TABLE t ALTER a TYPE text", "CREATE VIEW v AS SELECT a FROM t", "column t.a"),
    ("ALTER TABLE t ALTER a TYPE text", "CREATE VIEW v AS SELECT * FROM t", "column t.a"),
    ("ALTER TABLE t ALTER a TYPE text", "CREATE TRIGGER x AFTER UPDATE OF a ON t EXECUTE FUNCTION f()", "column t.a"),
    ("ALTER TABLE t ALTER a SET DEFAULT 1", "ALTER TABLE t ALTER a DROP DEFAULT", "column t.a"),
    ("ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER a DROP NOT NULL", "column t.a"),
    ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "ALTER TABLE t DISABLE ROW LEVEL SECURITY", "table t"),
    ("COMMENT ON TABLE t IS 'a'", "COMMENT ON TABLE t IS 'b'", "table t"),
    ("ALTER TABLE t OWNER TO a", "ALTER TABLE t OWNER TO b", "table t"),
    ("GRANT SELECT ON t TO a", "REVOKE SELECT ON t FROM a", "table t"),
    ("CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW v AS SELECT 2", "view v"),
    ("CREATE OR REPLACE VIEW v AS SELECT 1", "DROP VIEW v", "view v"),
    ("CREATE OR REPLACE VIEW v AS SELECT 1", "ALTER VIEW v SET (security_barrier)", "view v"),
    ("DROP VIEW v; CREATE VIEW v AS SELECT 1", "DROP VIEW v; CREATE VIEW v AS SELECT 2", "view v"),
    ("DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT 1", "DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT 2", "view v"),
    ("DROP FUNCTION f", "CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()", "function f"),
    ("DROP FUNCTION f(int)", "COMMENT ON FUNCTION f(integer) IS 'x'", "function f(integer)"),
    ("DROP TYPE m", "ALTER TABLE t ADD a m", "type m"),
    ("DROP TYPE m", "ALTER TYPE m ADD VALUE 'a'", "type m"),
    ("ALTER TYPE m ADD VALUE 'a'", "UPDATE t SET x = 'a'::m", "label m.a"),
    ("ALTER TYPE m ADD VALUE 'a'", "ALTER TABLE t ADD x m DEFAULT 'a'", "label m.a"),
    ("ALTER TYPE m RENAME VALUE 'a' TO 'b'", "ALTER TYPE m ADD VALUE 'c' BEFORE 'a'", "label m.a"),
    ("ALTER TYPE m RENAME TO n; CREATE TYPE m AS ENUM ('a'); DROP TYPE n", "ALTER TYPE m ADD VALUE 'b'", "type m"),
    ("DROP SEQUENCE s", "ALTER TABLE t ALTER a SET DEFAULT nextval('s')", "sequence s"),
    ("DROP SCHEMA s CASCADE", "CREATE TABLE s.t (a int)", "schema s"),
    ("DROP SCHEMA s", "ALTER TABLE s.t ADD a int", "schema s"),
    ("DROP TRIGGER x ON t", "ALTER TABLE t DISABLE TRIGGER x", "trigger t.x"),
    ("ALTER TABLE t DROP CONSTRAINT t_pkey", "ALTER TABLE u ADD FOREIGN KEY (a) REFERENCES t", "primary key t"),
    ("ALTER TABLE t ADD UNIQUE (a)", "ALTER TABLE u ADD FOREIGN KEY (x) REFERENCES t (a)", "unique key t.a"),
    ("CREATE UNIQUE INDEX i ON t (b, a)", "ALTER TABLE u ADD FOREIGN KEY (x, y) REFERENCES t (a, b)", "unique key t.a_b"),
    ("ALTER TABLE t ADD PRIMARY KEY (a)", "ALTER TABLE u ADD FOREIGN KEY (x) REFERENCES t", "primary key t"),
    ("ALTER TABLE t DROP CONSTRAINT c", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1)", "constraint t.c"),
    ("DROP EXTENSION x", "COMMENT ON EXTENSION x IS 'a'", "extension x"),
    ("SET search_path TO app; ALTER TABLE t DROP a", "CREATE INDEX i ON app.t (a)", "column app.t.a"),
    ("DO $$ BEGIN ALTER TABLE t DROP a; END $$", "CREATE INDEX i ON t (a)", "column t.a"),
    ("ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)", "DROP TABLE c", "table c"),
];

#[test]
fn order_matters() {
    let mut wrongs = Vec::new();
    for (left, right, object) in ORDER_MATTERS {
        wrongs.extend(wrong(left, right, "", Clash::Order, object));
    }
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

#[rustfmt::skip]
const BOTH_CANNOT_BE: &[(&str, &str, &str)] = &[
    ("CREATE TABLE t (a int)", "CREATE TABLE t (a int)", "table t"),
    ("CREATE TABLE x (a int)", "CREATE INDEX x ON t (a)", "index x"),
    ("CREATE VIEW x AS SELECT 1", "ALTER TABLE t RENAME TO x", "view x"),
    ("ALTER TABLE t ADD a int", "ALTER TABLE t ADD a text", "column t.a"),
    ("ALTER TABLE t ADD a int", "ALTER TABLE t RENAME b TO a", "column t.a"),
    ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1)", "ALTER TABLE t ADD CONSTRAINT c UNIQUE (b)", "constraint t.c"),
    ("ALTER TABLE t ADD PRIMARY KEY (a)", "ALTER TABLE t ADD PRIMARY KEY (b)", "primary key t"),
    ("CREATE INDEX i ON t (a)", "CREATE INDEX i ON u (a)", "index i"),
    ("CREATE TYPE m AS ENUM ('a')", "CREATE TYPE m AS ENUM ('b')", "type m"),
    ("ALTER TYPE m ADD VALUE 'a'", "ALTER TYPE m ADD VALUE 'a'", "label m.a"),
    ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 2'", "function f()"),
    ("CREATE POLICY p ON t USING (true)", "CREATE POLICY p ON t USING (false)", "policy t.p"),
    ("CREATE EXTENSION x", "CREATE EXTENSION x", "extension x"),
    ("CREATE SCHEMA s", "CREATE SCHEMA s", "schema s"),
    ("CREATE SEQUENCE s", "CREATE SEQUENCE s", "sequence s"),
    ("DROP TABLE t", "DROP TABLE t", "table t"),
    ("DROP TABLE t", "ALTER TABLE t RENAME TO u", "table t"),
    ("ALTER TABLE t RENAME a TO b", "ALTER TABLE t RENAME a TO c", "column t.a"),
    ("CREATE PUBLICATION p FOR TABLE t", "CREATE PUBLICATION p FOR TABLE u", "publication p"),
    ("CREATE CAST (a AS b) WITHOUT FUNCTION", "CREATE CAST (a AS b) WITH INOUT", "cast ( a as b )"),
];

#[test]
fn both_cannot_be() {
    let mut wrongs = Vec::new();
    for (left, right, object) in BOTH_CANNOT_BE {
        wrongs.extend(wrong(left, right, "", Clash::Never, object));
    }
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

#[rustfmt::skip]
const ROWS_AND_BODIES: &[(&str, &str, &str)] = &[
    ("UPDATE t SET a = 1", "UPDATE t SET a = 2", "column t.a"),
    ("UPDATE t SET a = 1", "UPDATE u SET x = t.a FROM t", "column t.a"),
    ("INSERT INTO t VALUES (1)", "DELETE FROM t", "table t"),
    ("INSERT INTO t (a) VALUES (1)", "ALTER TABLE t ALTER b SET NOT NULL", "table t"),
    ("INSERT INTO t (a) VALUES (1)", "ALTER TABLE t ADD b int NOT NULL", "table t"),
    ("INSERT INTO t (a) VALUES (1)", "ALTER TABLE t ADD UNIQUE (a)", "table t"),
    ("INSERT INTO t (a) VALUES (null)", "ALTER TABLE t ALTER a DROP NOT NULL", "table t"),
    ("INSERT INTO t (a) VALUES (1)", "ALTER TABLE t ALTER b SET DEFAULT 1", "table t"),
    ("INSERT INTO t (a) VALUES (1)", "ALTER TABLE t DROP CONSTRAINT c", "table t"),
    ("UPDATE t SET a = 1", "ALTER TABLE t ADD CHECK (a > 1)", "column t.a"),
    ("UPDATE t SET a = 1", "ALTER TABLE t ALTER a TYPE smallint", "column t.a"),
    ("DELETE FROM t", "ALTER TABLE u ADD FOREIGN KEY (a) REFERENCES t", "table t"),
    ("COPY t FROM '/x'", "TRUNCATE t", "table t"),
    ("DROP TABLE t", "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET a = 1; END $$", "table t"),
    ("ALTER TABLE t RENAME a TO b", "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET a = 1; END $$", "column t.a"),
];

#[test]
fn rows_and_bodies() {
    let mut wrongs = Vec::new();
    for (left, right, object) in ROWS_AND_BODIES {
        wrongs.extend(wrong(left, right, "", Clash::Possible, object));
    }
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

/// What only the schema tells where both part.
#[rustfmt::skip]
const WITH_THE_ANCESTOR: &[(&str, &str, Clash, &str)] = &[
    ("DROP INDEX odd_idx", "ALTER TABLE t DROP b", Clash::Order, "column t.b"),
    ("DROP INDEX odd_idx", "ALTER TABLE t DROP a", Clash::None, ""),
    ("DROP INDEX odd_idx", "DROP TABLE t CASCADE", Clash::Order, "index odd_idx"),
    ("DROP VIEW v", "ALTER TABLE t DROP id", Clash::Order, "column t.id"),
    ("DROP VIEW v", "ALTER TABLE t DROP b", Clash::None, ""),
    ("DROP VIEW v; CREATE VIEW v AS SELECT id, b FROM t", "ALTER TABLE t RENAME id TO x", Clash::Order, "column t.id"),
    ("DROP VIEW v; CREATE VIEW v AS SELECT * FROM t", "ALTER TABLE t ADD c int", Clash::Order, "column t.c"),
    ("DROP VIEW v", "ALTER TABLE t RENAME id TO x", Clash::None, ""),
    ("DROP VIEW v", "ALTER TABLE t ALTER id TYPE bigint", Clash::Order, "column t.id"),
    ("DROP INDEX odd_idx", "ALTER TABLE t ALTER b TYPE bigint", Clash::None, ""),
    ("DROP INDEX odd_idx", "ALTER TABLE t RENAME b TO x", Clash::None, ""),
    ("ALTER TABLE t DROP CONSTRAINT t_a_fkey", "ALTER TABLE t RENAME a TO x", Clash::None, ""),
    ("DROP TABLE t CASCADE", "CREATE OR REPLACE VIEW v AS SELECT 1 AS id", Clash::Order, "view v"),
    ("ALTER TABLE t DROP CONSTRAINT odd", "ALTER TABLE t DROP b", Clash::Order, "constraint t.odd"),
    ("ALTER TABLE t DROP CONSTRAINT odd", "ALTER TABLE t DROP a", Clash::None, ""),
    ("ALTER TABLE t DROP CONSTRAINT t_a_fkey", "DROP TABLE p", Clash::Order, "table p"),
    ("DROP TABLE t", "DROP TABLE p", Clash::Order, "table p"),
    ("ALTER TYPE m ADD VALUE 'c'", "UPDATE t SET b = 2 WHERE mood = 'c'", Clash::Order, "label m.c"),
    ("ALTER TYPE m ADD VALUE 'c'", "ALTER TABLE t ADD CHECK (mood <> 'c')", Clash::Order, "label m.c"),
    ("ALTER TYPE m ADD VALUE 'c'", "UPDATE p SET id = 2 WHERE note = 'c'", Clash::None, ""),
    ("CREATE UNIQUE INDEX ON p (id)", "ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES p (id)", Clash::None, ""),
    ("ALTER TABLE p DROP CONSTRAINT other", "ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES p (n)", Clash::Order, "unique key p.n"),
];

#[test]
fn with_the_ancestor() {
    let before = "CREATE TYPE m AS ENUM ('a'); CREATE TABLE p (id int PRIMARY KEY, note text, n int CONSTRAINT other UNIQUE); \
                  CREATE TABLE t (id int, a int REFERENCES p, b int, mood m, CONSTRAINT odd CHECK (b > 1)); \
                  CREATE INDEX odd_idx ON t (b); CREATE VIEW v AS SELECT id FROM t;";
    let mut wrongs = Vec::new();
    for &(left, right, clash, object) in WITH_THE_ANCESTOR {
        wrongs.extend(wrong(left, right, before, clash, object));
    }
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}

#[test]
fn remarks() {
    for (left, right, remark) in [
        (
            "ALTER TABLE t ADD a int",
            "ALTER TABLE t ADD b int",
            "ColumnOrder table t",
        ),
        (
            "ALTER TYPE m ADD VALUE 'a'",
            "ALTER TYPE m ADD VALUE 'b'",
            "LabelOrder type m",
        ),
        (
            "CREATE INDEX ON t (a)",
            "CREATE INDEX ON t (a)",
            "MadeUpName index t_a_idx",
        ),
    ] {
        let found = both(left, right, "");
        assert!(found.is_none());
        let shown: Vec<String> = found
            .remarks
            .iter()
            .map(|one| match one {
                Remark::ColumnOrder(object) => format!("ColumnOrder {object}"),
                Remark::LabelOrder(object) => format!("LabelOrder {object}"),
                Remark::MadeUpName(object) => format!("MadeUpName {object}"),
            })
            .collect();
        assert_eq!(shown, [remark], "{left} | {right}");
    }
    let own = both(
        "CREATE TABLE a (x int); ALTER TABLE a ADD y int",
        "CREATE TABLE b (x int)",
        "",
    );
    assert!(own.remarks.is_empty());
}
