//! Scripts of rebuilds, as people and tools write them.

use super::*;
use crate::schema::Value;

/// Objects by the statements that make them: tables and views by name, indexes and
/// triggers with their table.
fn schema(statements: &[&str]) -> Schema {
    let mut schema = Schema::empty(Dialect::Sqlite);
    for ddl in statements {
        let words: Vec<&str> = ddl.split([' ', '(']).collect();
        let (kind, parent) = match words[1] {
            "TABLE" => (Kind::Table, None),
            "VIEW" => (Kind::View, None),
            "INDEX" => (Kind::Index, Some(FactId::new(Kind::Table, [words[4]]))),
            _ => (Kind::Trigger, Some(FactId::new(Kind::Table, ["t"]))),
        };
        let mut fact = Fact::new(FactId::new(kind, [words[2]]), parent);
        if kind != Kind::Table {
            fact.set("definition", Value::new(*ddl));
        }
        fact.ddl = Some((*ddl).to_owned());
        schema.add(fact);
    }
    schema
}

fn renewed(script: &str, before: &[&str], after: &[&str], onto: &[&str]) -> String {
    let [before, after, onto] = [before, after, onto].map(schema);
    let renewal = Renewal {
        before: &before,
        after: &after,
        onto: &onto,
    };
    renewal.script(script).unwrap_or_else(|why| why.to_string())
}

const BEFORE: &[&str] = &["CREATE TABLE t (id int, a int)"];
const AFTER: &[&str] = &["CREATE TABLE t (id int, a text)"];
const ONTO: &[&str] = &["CREATE TABLE t (id int, a int, b text)"];

#[test]
fn the_twelve_steps() {
    let script = "CREATE TABLE new_t (\n  id int,\n  a text\n);\nINSERT INTO new_t (id, a) SELECT id, upper(a) FROM t;\n\
                  DROP TABLE t;\nALTER TABLE new_t RENAME TO t;\nCREATE INDEX i ON t (a);\n";
    assert_eq!(
        renewed(script, BEFORE, AFTER, ONTO),
        "CREATE TABLE new_t (\n  id int,\n  a text,\n  b text\n);\nINSERT INTO new_t (id, a, b) SELECT id, upper(a), b FROM t;\n\
         DROP TABLE t;\nALTER TABLE new_t RENAME TO t;\nCREATE INDEX i ON t (a);\n"
    );
    // As the planner writes it.
    let script = "CREATE TABLE new_t (id int, a text);\nINSERT INTO new_t (id, a)\nSELECT id, a\nFROM t;\n\
                  DROP TABLE t; ALTER TABLE new_t RENAME TO t;";
    assert!(
        renewed(script, BEFORE, AFTER, ONTO)
            .contains("INSERT INTO new_t (id, a, b)\nSELECT id, a, b\nFROM t;")
    );
}

#[test]
fn the_old_one_out_of_the_way() {
    let script = "ALTER TABLE t RENAME TO old_t; CREATE TABLE t (id int, a text); INSERT INTO t SELECT id, a FROM old_t; \
                  DROP TABLE old_t;";
    assert_eq!(
        renewed(script, BEFORE, AFTER, ONTO),
        "ALTER TABLE t RENAME TO old_t; CREATE TABLE t (id int, a text, b text); INSERT INTO t SELECT id, a, b FROM old_t; \
         DROP TABLE old_t;"
    );
}

#[test]
fn columns_that_theirs_dropped() {
    let script = "CREATE TABLE n (id int, x text, a text);INSERT INTO n (id, x, a) SELECT id, x, a FROM t;DROP TABLE t;\
                  ALTER TABLE n RENAME TO t;";
    let before = ["CREATE TABLE t (id int, x text, a int)"];
    let after = ["CREATE TABLE t (id int, x text, a text)"];
    let onto = ["CREATE TABLE t (id int, a int)"];
    assert_eq!(
        renewed(script, &before, &after, &onto),
        "CREATE TABLE n (id int, a text);INSERT INTO n (id, a) SELECT id, a FROM t;DROP TABLE t;ALTER TABLE n RENAME TO t;"
    );
}

#[test]
fn what_belongs_to_the_table_comes_back() {
    let script = "CREATE TABLE n (id int, a text); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;\n\
                  CREATE INDEX i ON t (a);\n";
    let index = "CREATE INDEX i ON t (a)";
    // They made one index more, and changed the other.
    let onto = [
        "CREATE TABLE t (id int, a int)",
        "CREATE INDEX i ON t (a, id)",
        "CREATE INDEX j ON t (id)",
    ];
    let (before, after) = ([BEFORE[0], index], [AFTER[0], index]);
    assert_eq!(
        renewed(script, &before, &after, &onto),
        "CREATE TABLE n (id int, a text); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;\n\
         CREATE INDEX i ON t (a, id);\n\nCREATE INDEX j ON t (id);\n"
    );
    // They dropped it.
    assert_eq!(
        renewed(script, &before, &after, BEFORE),
        "CREATE TABLE n (id int, a text); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;\n\n"
    );
}

#[test]
fn what_is_not_understood() {
    let rebuild = |fill: &str| {
        format!("CREATE TABLE n (id int, a text); {fill}; DROP TABLE t; ALTER TABLE n RENAME TO t;")
    };
    let said = "how it brings the rows of t over is not understood: write it as `INSERT INTO new (…) SELECT … FROM old`";
    for fill in [
        "INSERT INTO n SELECT id, a FROM t UNION SELECT 1, 2",
        "INSERT INTO n (id, a) VALUES (1, 2)",
        "INSERT INTO n (id, a) SELECT * FROM t",
        "INSERT INTO n (id, a) SELECT id FROM t",
        "INSERT INTO n (id, a) SELECT id, max(a) FROM t GROUP BY id",
        "UPDATE t SET a = 1",
        "INSERT INTO n (id) SELECT id FROM t; INSERT INTO n (id) SELECT id FROM t",
    ] {
        assert_eq!(renewed(&rebuild(fill), BEFORE, AFTER, ONTO), said, "{fill}");
    }
    let script = rebuild("INSERT INTO n (id, a) SELECT id, a FROM t");
    assert_eq!(
        renewed(&script, BEFORE, AFTER, &["CREATE TABLE u (x)"]),
        "theirs dropped table t"
    );
    assert_eq!(
        renewed(&script, BEFORE, AFTER, &["CREATE TABLE t (id int, a real)"]),
        "both sides changed column t.a"
    );
    let said = "no statement of it makes the whole object, so it is not known what to change";
    assert_eq!(renewed("DROP TABLE t;", BEFORE, &[], ONTO), said);
    assert_eq!(
        renewed(
            "CREATE TABLE n AS SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
            BEFORE,
            AFTER,
            ONTO
        ),
        "how it makes table t is not understood"
    );
}

#[test]
fn views_that_are_made_again() {
    let script = "DROP VIEW v;\nCREATE VIEW v AS SELECT id FROM t;\n";
    let (one, two) = (
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE VIEW v AS SELECT id, a FROM t",
    );
    assert_eq!(
        renewed(script, &[one], &[one], &[two]),
        "DROP VIEW v;\nCREATE VIEW v AS SELECT id, a FROM t;\n"
    );
    let other = "CREATE VIEW v AS SELECT a FROM t";
    assert_eq!(
        renewed(script, &[other], &[one], &[two]),
        "both sides changed view v"
    );
}
