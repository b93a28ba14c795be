use super::*;
use crate::model::{
    RevId,
    conflict::{Ancestor, Clash, conflicts},
};

const BEFORE: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY); \
     CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT REFERENCES p (id)); \
     CREATE TABLE u (x INT, y INT); CREATE INDEX t_b ON t (b); CREATE VIEW v AS SELECT a FROM t; \
     CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE u SET x = new.b; END;";

fn replayed() -> SqliteFootprints {
    let mut database = SqliteFootprints::new().unwrap();
    database.replay(BEFORE, true).unwrap();
    database
}

fn touched(script: &str) -> String {
    let footprint = replayed().footprint(script, true);
    assert!(footprint.is_known(), "{script}: {footprint:?}");
    let accesses = footprint.accesses().map(|(_, access)| access.to_string());
    accesses.collect::<Vec<_>>().join("; ")
}

#[test]
fn each_kind_of_statement() {
    let mut wrong = Vec::new();
    for (script, accesses) in [
        ("CREATE TABLE n (a INT)", "creates table n"),
        (
            "CREATE TABLE n (a INT, b INT REFERENCES t (id), c INT REFERENCES p)",
            "creates table n; uses table p; uses table t; uses column t.id",
        ),
        (
            "CREATE TABLE IF NOT EXISTS n (a INT)",
            "creates or replaces table n",
        ),
        (
            "CREATE TABLE n AS SELECT x FROM u",
            "creates table n; reads table u; reads column u.x",
        ),
        ("CREATE TEMP TABLE n (a INT)", "creates table temp.n"),
        ("DROP TABLE u", "drops table u"),
        ("DROP TABLE IF EXISTS u", "drops table u"),
        (
            "ALTER TABLE t RENAME TO w",
            "renames table t; creates table w",
        ),
        (
            "ALTER TABLE t ADD COLUMN c INT",
            "uses table t; creates column t.c",
        ),
        (
            "ALTER TABLE u DROP COLUMN x",
            "uses table u; drops column u.x",
        ),
        (
            "ALTER TABLE u RENAME COLUMN x TO z",
            "uses table u; renames column u.x; creates column u.z",
        ),
        (
            "CREATE INDEX i ON t (a, lower(b))",
            "uses table t; creates index i; uses column t.a; uses column t.b",
        ),
        (
            "CREATE UNIQUE INDEX i ON u (x)",
            "uses table u; creates index i; uses column u.x; changes the rules for rows of column u.x; changes the rules for rows of table u",
        ),
        ("DROP INDEX t_b", "uses table t; drops index t_b"),
        (
            "CREATE VIEW w AS SELECT x FROM u",
            "creates view w; uses table u; uses column u.x",
        ),
        ("DROP VIEW v", "drops view v"),
        (
            "CREATE TRIGGER z AFTER DELETE ON u BEGIN DELETE FROM p WHERE id = old.y; END",
            "changes the rules for rows of table u; uses table u; creates trigger u.z; uses table p; uses column p.id; uses column u.y",
        ),
        (
            "DROP TRIGGER tr",
            "changes the rules for rows of table t; uses table t; drops trigger t.tr",
        ),
        ("INSERT INTO u (x) VALUES (1)", "writes rows of table u"),
        (
            "INSERT INTO u (x) SELECT b FROM t",
            "writes rows of table u; reads table t; reads column t.b",
        ),
        (
            "UPDATE u SET x = 1 WHERE y = 2",
            "reads table u; writes rows of column u.x; reads column u.y",
        ),
        (
            "DELETE FROM u WHERE x = 1",
            "writes rows of table u; reads table u; reads column u.x",
        ),
        (
            "SELECT a FROM v",
            "uses table v; uses table t; uses column t.a; uses column v.a",
        ),
        ("PRAGMA user_version = 3", ""),
    ] {
        let found = touched(script);
        let sorted = |text: &str| {
            let mut parts: Vec<String> = text.split("; ").map(str::to_owned).collect();
            parts.sort();
            parts
        };
        if sorted(&found) != sorted(accesses) {
            wrong.push(format!("{script}\n  found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const REBUILD: &str = "CREATE TABLE t_new (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT); \
     INSERT INTO t_new SELECT id, a, b FROM t; DROP TABLE t; ALTER TABLE t_new RENAME TO t; \
     CREATE INDEX t_b ON t (b);";

#[test]
fn a_rebuild_is_known() {
    let found = touched(REBUILD);
    assert!(found.contains("rebuilds table t"), "{found}");
    assert!(found.contains("creates or replaces index t_b"), "{found}");
    assert!(!found.contains("drops table t"), "{found}");
}

#[test]
fn pairs() {
    let mut wrong = Vec::new();
    for (left, right, clash) in [
        (REBUILD, "ALTER TABLE t ADD COLUMN c INT", Clash::Order),
        (REBUILD, "CREATE INDEX i ON t (a)", Clash::Order),
        (REBUILD, "ALTER TABLE u ADD COLUMN c INT", Clash::None),
        (REBUILD, REBUILD, Clash::Order),
        (REBUILD, "INSERT INTO t (a) VALUES ('x')", Clash::Possible),
        (
            "ALTER TABLE t ADD COLUMN c INT",
            "ALTER TABLE t ADD COLUMN d INT",
            Clash::None,
        ),
        (
            "ALTER TABLE t ADD COLUMN c INT",
            "ALTER TABLE t ADD COLUMN C TEXT",
            Clash::Never,
        ),
        (
            "ALTER TABLE u DROP COLUMN x",
            "CREATE VIEW w AS SELECT x FROM u",
            Clash::Order,
        ),
        (
            "ALTER TABLE u DROP COLUMN x",
            "CREATE VIEW w AS SELECT y FROM u",
            Clash::None,
        ),
        ("DROP INDEX t_b", "DROP TABLE t", Clash::Order),
        (
            "CREATE INDEX i ON t (a)",
            "CREATE INDEX j ON t (b)",
            Clash::None,
        ),
        (
            "CREATE TABLE n (a INT)",
            "CREATE TABLE m (a INT)",
            Clash::None,
        ),
        (
            "CREATE TABLE n (a INT)",
            "CREATE INDEX N ON t (a)",
            Clash::Never,
        ),
    ] {
        let (a, b) = (RevId::trusted("a"), RevId::trusted("b"));
        let base = replayed();
        let ours = base.fork().unwrap().footprint(left, true);
        let theirs = base.fork().unwrap().footprint(right, true);
        let found = conflicts(&[(&a, &ours)], &[(&b, &theirs)], &Ancestor::default());
        if found.worst() != clash || !found.unknown.is_empty() {
            wrong.push(format!("{left} | {right}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_does_not_run_is_unknown() {
    let footprint = replayed().footprint(
        "CREATE TABLE n (a); INSERT INTO missing VALUES (1); CREATE TABLE o (a)",
        true,
    );
    let seen: Vec<bool> = footprint
        .statements
        .iter()
        .map(|one| one.seen == Seen::Whole)
        .collect();
    assert_eq!(seen, [true, false, false]);
    assert_eq!(
        footprint.statements[1].accesses[0].object.to_string(),
        "table missing"
    );
    let mut database = SqliteFootprints::new().unwrap();
    assert!(database.replay("CREATE TABLE", true).is_err());
    assert!(
        !replayed()
            .footprint("ATTACH 'elsewhere.db' AS e", true)
            .is_known()
    );
}

#[test]
fn transactions_and_settings_end_with_the_script() {
    let mut database = replayed();
    let footprint = database.footprint("PRAGMA foreign_keys = ON; BEGIN; CREATE TABLE n (a)", true);
    assert!(footprint.is_known());
    assert!(
        database
            .footprint("BEGIN; DROP TABLE n; COMMIT", true)
            .is_known()
    );
}

#[test]
fn a_script_without_an_end_is_stopped_and_unread() {
    let mut database = replayed();
    let endless =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    let footprint = database.footprint(&format!("DROP VIEW v; {endless}; DROP TABLE u"), true);
    let seen = footprint
        .statements
        .iter()
        .map(|one| one.seen == Seen::Whole);
    assert_eq!(seen.collect::<Vec<_>>(), [true, false, false]);
    assert!(database.replay(endless, true).is_err());
    // The next one has its own steps.
    assert!(
        database
            .footprint("CREATE TABLE n (a INT)", true)
            .is_known()
    );
}
