//! Ways on which others lost something.

use teammig::schema::{
    FactId, Kind,
    plan::{Decisions, Hazard, Plan, Question, plan},
};

use super::{Bench, Way};

/// Runs a way on a database with rows; the answers of queries afterwards.
fn after(a: &str, rows: &str, b: &str, queries: &[&str]) -> Vec<String> {
    let mut bench = Bench::new(&format!("{a};{rows}"));
    let wanted = Bench::new(b).schema();
    let plan = plan(&bench.schema(), &wanted, &Decisions::default()).unwrap();
    bench.try_run(&plan).unwrap();
    bench.check();
    let connection = bench.connection();
    let ask = |query: &&str| {
        let sql = format!("SELECT coalesce(group_concat(quote(x), ' '), '') FROM ({query})");
        connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    queries.iter().map(ask).collect()
}

fn hazards(plan: &Plan) -> Vec<&Hazard> {
    plan.statements()
        .flat_map(|statement| &statement.hazards)
        .collect()
}

#[test]
fn pitfall_36_a_rebuild_deletes_no_children() {
    let child =
        "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p ON DELETE CASCADE)";
    let answers = after(
        &format!("CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT); {child}"),
        "INSERT INTO p VALUES (1, 'x'), (2, NULL); INSERT INTO c VALUES (1, 1), (2, 2)",
        &format!(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT NOT NULL DEFAULT 'it''s'); {child}"
        ),
        &["SELECT n AS x FROM p", "SELECT id AS x FROM c"],
    );
    assert_eq!(answers, ["'x' 'it''s'", "1 2"]);
}

#[test]
fn pitfall_37_a_rebuild_loses_no_triggers_indexes_views_or_counters() {
    let rest = "CREATE TABLE log (what); CREATE INDEX i ON t (a) WHERE a > 0; CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w \
                AS SELECT a FROM v; CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END; CREATE \
                TRIGGER s AFTER DELETE ON t BEGIN INSERT INTO log VALUES ('gone'); END; CREATE TRIGGER o AFTER INSERT ON log \
                BEGIN UPDATE t SET a = a WHERE 0; END";
    let answers = after(
        &format!("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT) STRICT; {rest}"),
        "INSERT INTO t (a) VALUES (5), (6), (7); DELETE FROM t WHERE a = 7; DELETE FROM log",
        &format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT CHECK (a > 1)) STRICT; {rest}"
        ),
        &[
            "SELECT what AS x FROM log",
            "SELECT a AS x FROM w",
            "SELECT seq AS x FROM sqlite_sequence",
            "SELECT name AS x FROM sqlite_schema WHERE type IN ('index', 'trigger') AND tbl_name IN ('t', 'log') AND name NOT LIKE 'sqlite%' ORDER BY name",
        ],
    );
    assert_eq!(answers, ["", "5 6", "3", "'i' 'o' 'r' 's'"]);
}

#[test]
fn pitfall_37_a_counter_of_a_table_that_was_never_filled() {
    let answers = after(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a)",
        "",
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE)",
        &["SELECT seq AS x FROM sqlite_sequence"],
    );
    assert_eq!(answers, [""]);
}

#[test]
fn rows_keep_their_numbers_for_a_full_text_index() {
    let index = "CREATE VIRTUAL TABLE s USING fts5(a, content = 't')";
    let answers = after(
        &format!("CREATE TABLE t (a); {index}"),
        "INSERT INTO t (rowid, a) VALUES (5, 'apple'), (9, 'pear'); INSERT INTO s (s) VALUES ('rebuild')",
        &format!("CREATE TABLE t (a UNIQUE); {index}"),
        &["SELECT rowid AS x FROM s WHERE s MATCH 'pear'"],
    );
    assert_eq!(answers, ["9"]);
}

#[test]
fn pitfall_38_spelling_is_no_difference() {
    for (a, b) in [
        (
            "CREATE TABLE t (a DEFAULT 1)",
            "CREATE TABLE t (a DEFAULT (1))",
        ),
        (
            "CREATE TABLE t (a, b AS (a + 1))",
            "create table T (\"A\", b generated always as (a+1) virtual)",
        ),
        (
            "CREATE TABLE t (a); CREATE INDEX i ON t (lower(a))",
            "CREATE TABLE t (a); CREATE INDEX i ON t ( LOWER( \"a\" ) )",
        ),
    ] {
        assert_eq!(Way::plain(a, b).plan(), Ok(Plan::default()));
    }
}

#[test]
fn pitfall_2_defaults_that_are_expressions() {
    let answers = after(
        "CREATE TABLE t (a INT, b INT)",
        "INSERT INTO t VALUES (NULL, NULL)",
        "CREATE TABLE t (a INT NOT NULL DEFAULT (abs(-3)), b TEXT NOT NULL DEFAULT word, c DEFAULT (1 + 1))",
        &["SELECT a || b || c AS x FROM t"],
    );
    assert_eq!(answers, ["'3word2'"]);
}

#[test]
fn pitfall_29_the_order_of_columns() {
    let way = Way::plain("CREATE TABLE t (a, b)", "CREATE TABLE t (b, a)");
    assert_eq!(way.plan(), Ok(Plan::default()));
}

#[test]
fn what_only_a_person_can_say_is_asked() {
    for (a, b) in [
        ("CREATE TABLE t (a, b)", "CREATE TABLE t (a, b NOT NULL)"),
        ("CREATE TABLE t (a)", "CREATE TABLE t (a, b NOT NULL)"),
        (
            "CREATE TABLE t (a, b)",
            "CREATE TABLE t (a, b NOT NULL DEFAULT NULL)",
        ),
    ] {
        let mut way = Way::plain(a, b);
        let asked = way.plan().unwrap_err();
        assert_eq!(asked.len(), 1);
        assert!(matches!(asked[0].question, Question::Fill { .. }));
        assert_eq!(asked[0].name, "t.b");
        way.decisions
            .backfill
            .insert(asked[0].about.clone(), "a || '!'".to_owned());
        let mut bench = Bench::new(&format!("{a}; INSERT INTO t (a) VALUES ('x')"));
        bench.try_run(&way.plan().unwrap()).unwrap();
        let b: String = bench
            .connection()
            .query_row("SELECT b FROM t", [], |row| row.get(0))
            .unwrap();
        assert_eq!(b, "x!");
        way.decisions = Decisions {
            may_lose: true,
            ..Decisions::default()
        };
        let plan = way.plan().unwrap();
        assert!(hazards(&plan).contains(&&Hazard::FailsOnData("rows without a t.b".to_owned())));
        // Where there are no rows it works.
        let mut bench = Bench::new(a);
        bench.try_run(&plan).unwrap();
    }
}

#[test]
fn a_type_that_says_how() {
    let mut way = Way::plain("CREATE TABLE t (a TEXT)", "CREATE TABLE t (a INTEGER)");
    let plan = way.plan().unwrap();
    assert!(
        plan.statements()
            .any(|statement| statement.sql.contains("CAST(a AS INTEGER)"))
    );
    assert!(hazards(&plan).contains(&&Hazard::LosesData(
        "what is not a whole number in t.a".to_owned()
    )));
    let id = FactId::new(Kind::Column, ["t", "a"]);
    way.decisions.using.insert(id, "length(a)".to_owned());
    assert!(way.script().contains("SELECT rowid, length(a)\nFROM t"));
    // A date as a number would be its year.
    let way = Way::plain("CREATE TABLE t (a TEXT)", "CREATE TABLE t (a DATETIME)");
    assert!(!way.script().contains("CAST"));
}

#[test]
fn new_columns_are_filled_where_no_trigger_sees_it() {
    let mut way = Way::plain("CREATE TABLE t (a)", "CREATE TABLE t (a, b)");
    let id = FactId::new(Kind::Column, ["t", "b"]);
    way.decisions.backfill.insert(id, "a + 1".to_owned());
    assert_eq!(
        way.script(),
        "ALTER TABLE t ADD COLUMN b;\nUPDATE t SET b = a + 1;\n"
    );
    let trigger = "CREATE TRIGGER r AFTER UPDATE ON t BEGIN SELECT raise(ABORT, 'no'); END";
    let (a, b) = (
        format!("{};{trigger}", way.a),
        format!("{};{trigger}", way.b),
    );
    let way = Way {
        a: &a,
        b: &b,
        decisions: way.decisions,
    };
    assert!(way.plan().unwrap().parts[0].foreign_keys_off);
    way.walk();
}

#[test]
fn the_text_of_the_user_is_what_makes_an_object() {
    let mut way = Way::plain("", "CREATE TABLE t (a)");
    let id = FactId::new(Kind::Table, ["t"]);
    let text = "-- our first\nCREATE TABLE IF NOT EXISTS t (a);\n";
    way.decisions.texts.insert(id, text.to_owned());
    assert_eq!(way.script(), text);
}

#[test]
fn a_table_that_is_not_understood_and_generates_columns() {
    let way = Way::plain(
        "CREATE TABLE t (a generated, b AS (a))",
        "CREATE TABLE t (a generated, b AS (a), c UNIQUE)",
    );
    let asked = way.plan().unwrap_err();
    assert!(matches!(asked[0].question, Question::NoWay(_)));
}

#[test]
fn what_a_person_reads() {
    let way = Way::plain(
        "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT);\nCREATE INDEX users_email ON users (email);\nCREATE VIEW mails AS SELECT email FROM users",
        "CREATE TABLE users (\n  id INTEGER PRIMARY KEY AUTOINCREMENT,\n  email TEXT NOT NULL DEFAULT '', -- may be empty\n  born DATE\n);\nCREATE INDEX users_email ON users (email);\nCREATE VIEW mails AS SELECT email FROM users",
    );
    assert_eq!(
        way.script(),
        "-- stops where the table has anything that this script does not know, and would lose\n\
         SELECT json_extract('{}', 'users also has ' || group_concat(what, ', ') || ', which this revision would lose') FROM (\n  \
           SELECT 'column ' || name AS what FROM pragma_table_xinfo('users') WHERE lower(name) NOT IN ('id', 'email')\n  \
           UNION ALL SELECT type || ' ' || name FROM sqlite_schema WHERE lower(tbl_name) = 'users' AND type IN ('index', 'trigger') \
           AND sql IS NOT NULL AND lower(name) NOT IN ('users_email')\n  \
           UNION ALL SELECT 'another UNIQUE' WHERE 0 < (SELECT count(*) FROM pragma_index_list('users') WHERE origin = 'u')\n  \
           UNION ALL SELECT 'another foreign key' WHERE 0 < (SELECT count(DISTINCT id) FROM pragma_foreign_key_list('users'))\n  \
           UNION ALL SELECT 'another CHECK' WHERE 0 < (\n    \
           WITH RECURSIVE text(rest) AS (\n      \
             SELECT lower(sql) FROM sqlite_schema WHERE type = 'table' AND lower(name) = 'users'\n      \
             UNION ALL SELECT CASE\n        \
               WHEN rest GLOB '[a-z0-9_$]*' THEN ltrim(rest, 'abcdefghijklmnopqrstuvwxyz0123456789_$')\n        \
               WHEN unicode(rest) > 127 THEN '_' || substr(rest, 2)\n        \
               WHEN rest GLOB '[''\"`]*' THEN substr(rest, 2 + instr(substr(rest, 2), substr(rest, 1, 1)))\n        \
               WHEN rest GLOB '[[]*' THEN substr(rest, 1 + instr(rest, ']'))\n        \
               WHEN rest GLOB '--*' THEN substr(rest, 1 + instr(rest || char(10), char(10)))\n        \
               WHEN rest GLOB '/[*]*' THEN substr(rest, 4 + instr(substr(rest, 3), '*/'))\n        \
               ELSE ltrim(substr(rest, 2), ' (),') END\n      \
             FROM text WHERE rest <> '')\n    \
           SELECT count(*) FROM text WHERE rest GLOB 'check[^a-z0-9_$]*' AND unicode(substr(rest, 6)) < 128));\n\
         CREATE TABLE _teammig_new_users (\n  id INTEGER PRIMARY KEY AUTOINCREMENT,\n  email TEXT NOT NULL DEFAULT '', -- may be empty\n  born DATE\n);\n\
         INSERT INTO _teammig_new_users (id, email)\nSELECT id, coalesce(email, '')\nFROM users;\n\
         DELETE FROM sqlite_sequence WHERE name = '_teammig_new_users';\n\
         INSERT INTO sqlite_sequence (name, seq) SELECT '_teammig_new_users', seq FROM sqlite_sequence WHERE name = 'users';\n\
         DROP TABLE users;\n\
         ALTER TABLE _teammig_new_users RENAME TO users;\n\
         CREATE INDEX users_email ON users (email);\n"
    );
}

#[test]
fn five_hundred_tables() {
    let table = |at: usize, more: &str| {
        format!(
            "CREATE TABLE t{at} (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT, p REFERENCES t{}{more}); CREATE INDEX i{at} ON t{at} \
             (a); CREATE VIEW v{at} AS SELECT id, a FROM t{at};",
            at / 2
        )
    };
    let script = |more: &str| {
        let tables: String = (0..500).map(|at| table(at, more)).collect();
        format!("BEGIN; {tables} COMMIT")
    };
    let (a, b) = (
        Bench::new(&script("")).schema(),
        Bench::new(&script(", c UNIQUE")).schema(),
    );
    let start = std::time::Instant::now();
    let plan = plan(&a, &b, &Decisions::default()).unwrap();
    assert_eq!(plan.statements().count(), 500 * 6);
    // A scan of all facts for each of them would take minutes, unoptimised.
    let none = Bench::new("").schema();
    let drops = teammig::schema::plan::plan(&a, &none, &Decisions::default()).unwrap();
    assert_eq!(drops.statements().count(), 500 * 2);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// `ON CONFLICT REPLACE` and `IGNORE` are for what people add later: a rebuild that met rows
/// which do not fit would drop them without a word.
#[test]
fn a_rebuild_drops_no_rows_where_the_table_would_give_way() {
    let rows = "INSERT INTO t (e) VALUES ('a'), ('a'), ('A')";
    for (a, b) in [
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, e TEXT)",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, e TEXT UNIQUE ON CONFLICT REPLACE)",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, e TEXT)",
            "CREATE TABLE t (id INTEGER, e TEXT PRIMARY KEY ON CONFLICT IGNORE)",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, e TEXT)",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, e TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE)",
        ),
    ] {
        let mut bench = Bench::new(&format!("{a};{rows}"));
        let wanted = Bench::new(b).schema();
        let plan = plan(&bench.schema(), &wanted, &Decisions::default()).unwrap();
        let error = bench.try_run(&plan).unwrap_err();
        assert!(error.contains("UNIQUE constraint failed"), "{b}: {error}");
    }
}
