//! Whether a statement can change rows, or only what rows are made of.
//!
//! In doubt it can: `false` is said of what is known to define something.

/// What changes rows wherever it stands, be it in the body of a block.
const CHANGES: [&str; 9] = [
    "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE", "REPLACE", "EXECUTE", "PERFORM",
];

/// Whether running the statement can change rows of tables.
pub fn moves_rows(statement: &str) -> bool {
    let mut words = words(statement);
    let first = words.next().unwrap_or_default().to_ascii_uppercase();
    let has = |wanted: &str| self::words(statement).any(|word| word.eq_ignore_ascii_case(wanted));
    match first.as_str() {
        "COMMENT" | "GRANT" | "REVOKE" | "DROP" | "SET" | "RESET" | "ANALYZE" | "VACUUM"
        | "REINDEX" | "BEGIN" | "COMMIT" | "LOCK" | "" => false,
        // Numbers in the file that the schema does not have.
        "PRAGMA" => has("user_version") || has("application_id"),
        "CREATE" => {
            let mut kinds = words.skip_while(|word| {
                ["GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED"]
                    .iter()
                    .any(|skipped| word.eq_ignore_ascii_case(skipped))
            });
            let kind = kinds.next().unwrap_or_default().to_ascii_uppercase();
            match kind.as_str() {
                // A part of another table is `FOR VALUES`.
                "TABLE" => has("SELECT") || has("EXECUTE") || (has("VALUES") && !has("PARTITION")),
                // What it does is in rows, if anywhere.
                "MATERIALIZED" | "EVENT" => true,
                _ => false,
            }
        }
        "ALTER" => {
            let is_type = words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("TYPE"));
            !is_type && (has("USING") || has("TYPE") || has("RESTART"))
        }
        "DO" => CHANGES.iter().any(|word| has(word)),
        _ => true,
    }
}

/// Whether it adds rows that it names itself, whatever rows there are.
pub fn is_plain_insert(statement: &str) -> bool {
    let mut words = words(statement);
    let begins = ["INSERT", "INTO"].iter().all(|wanted| {
        words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case(wanted))
    });
    begins
        && !self::words(statement).any(|word| {
            ["SELECT", "CONFLICT", "DUPLICATE", "WITH"]
                .iter()
                .any(|looks| word.eq_ignore_ascii_case(looks))
        })
}

/// Whether what becomes of a row, or whether it is taken, is told by that row alone; `false`
/// in doubt. What adds rows by what others hold is not of these.
pub fn is_about_each_row(statement: &str) -> bool {
    let has = |wanted: &str| words(statement).any(|word| word.eq_ignore_ascii_case(wanted));
    let first = words(statement)
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    match first.as_str() {
        "UPDATE" => !has("SELECT") && !has("FROM"),
        "DELETE" => !has("SELECT") && !has("USING"),
        // Whether it may stay depends on all the others.
        "CREATE" | "ALTER" if has("UNIQUE") || has("PRIMARY") || has("EXCLUDE") => false,
        _ => !moves_rows(statement) || is_plain_insert(statement) || first == "ALTER",
    }
}

/// The words of a text; those in literals and comments, too.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_rows() {
        for (statement, moves) in [
            ("CREATE TABLE t (a int DEFAULT 1)", false),
            ("CREATE TABLE t AS SELECT 1", true),
            ("create temp table t as values (1)", true),
            ("CREATE TABLE a PARTITION OF t FOR VALUES IN (1)", false),
            ("CREATE VIEW v AS SELECT * FROM t", false),
            ("CREATE FUNCTION f() RETURNS void AS 'DELETE FROM t'", false),
            ("CREATE INDEX i ON t (a)", false),
            ("ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 0", false),
            ("ALTER TABLE t ALTER a TYPE int USING a::int + 1", true),
            ("ALTER TABLE t ALTER a TYPE int", true),
            ("ALTER TYPE e ADD VALUE 'x'", false),
            ("ALTER TABLE t ALTER a RESTART WITH 9", true),
            ("ALTER SEQUENCE s RESTART WITH 9", true),
            ("CREATE MATERIALIZED VIEW v AS SELECT 1", true),
            (
                "CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f()",
                true,
            ),
            ("PRAGMA user_version = 5", true),
            ("DROP TABLE t", false),
            ("UPDATE t SET a = 1", true),
            ("insert into t values (1)", true),
            ("WITH x AS (DELETE FROM t RETURNING *) SELECT 1", true),
            ("SELECT f()", true),
            ("CALL p()", true),
            ("DO $$ BEGIN CREATE TYPE e AS ENUM ('a'); END $$", false),
            ("DO $$ BEGIN UPDATE t SET a = 1; END $$", true),
            ("DO $$ BEGIN EXECUTE 'x'; END $$", true),
            ("REFRESH MATERIALIZED VIEW m", true),
            ("PRAGMA foreign_keys = OFF", false),
        ] {
            assert_eq!(moves_rows(statement), moves, "{statement}");
        }
    }

    #[test]
    fn inserts_that_look_at_nothing() {
        for (statement, plain) in [
            ("INSERT INTO t VALUES (1), (2)", true),
            ("insert into t (a) values (1) returning a", true),
            ("INSERT INTO t SELECT * FROM u", false),
            ("INSERT INTO t VALUES ((SELECT max(a) FROM t))", false),
            ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", false),
            ("INSERT OR REPLACE INTO t VALUES (1)", false),
            ("UPDATE t SET a = 1", false),
        ] {
            assert_eq!(is_plain_insert(statement), plain, "{statement}");
        }
    }

    #[test]
    fn what_looks_at_each_row_by_itself() {
        for (statement, wanted) in [
            ("UPDATE t SET a = 1 WHERE b = 2", true),
            ("DELETE FROM t WHERE a = 1", true),
            ("INSERT INTO t VALUES (1)", true),
            ("ALTER TABLE t ADD CHECK (a > 0)", true),
            ("ALTER TABLE t ALTER a TYPE int USING a::int", true),
            ("CREATE INDEX i ON t (a)", true),
            ("CREATE UNIQUE INDEX i ON t (a)", false),
            ("ALTER TABLE t ADD PRIMARY KEY (a)", false),
            ("INSERT INTO t (a) SELECT a FROM u WHERE b = 2", false),
            ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", false),
            ("UPDATE t SET a = (SELECT max(a) FROM u)", false),
            ("UPDATE t SET a = u.a FROM u", false),
            ("DELETE FROM t USING u WHERE t.a = u.a", false),
            ("WITH x AS (SELECT 1) DELETE FROM t", false),
            (
                "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
                false,
            ),
        ] {
            assert_eq!(is_about_each_row(statement), wanted, "{statement}");
        }
    }
}
