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
        | "REINDEX" | "BEGIN" | "COMMIT" | "PRAGMA" | "LOCK" | "" => false,
        "CREATE" => {
            let mut kinds = words.skip_while(|word| {
                ["GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED"]
                    .iter()
                    .any(|skipped| word.eq_ignore_ascii_case(skipped))
            });
            let is_table = kinds
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("TABLE"));
            is_table && (has("SELECT") || has("VALUES") || has("EXECUTE"))
        }
        "ALTER" => has("USING"),
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
            ("CREATE VIEW v AS SELECT * FROM t", false),
            ("CREATE FUNCTION f() RETURNS void AS 'DELETE FROM t'", false),
            ("CREATE INDEX i ON t (a)", false),
            ("ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 0", false),
            ("ALTER TABLE t ALTER a TYPE int USING a::int + 1", true),
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
}
