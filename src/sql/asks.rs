//! Statements that look at every row that is there: with some rows they fail, with others
//! they do not, and the schema that they leave says nothing of it. Told from words, and in
//! doubt they look.

use super::{TokenKind, tokens};

/// Of whose rows a statement asks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Of those of the table that it names.
    Table,
    /// Of those of any table: nothing says which ones have to do with it.
    Everywhere,
}

/// What is the same for whatever a row holds: no value makes it fail.
const NEVER_FAIL: [&str; 22] = [
    "LOWER",
    "UPPER",
    "COALESCE",
    "NULLIF",
    "IFNULL",
    "TRIM",
    "BTRIM",
    "LTRIM",
    "RTRIM",
    "LENGTH",
    "CHAR_LENGTH",
    "MD5",
    "LEFT",
    "RIGHT",
    "TYPEOF",
    "IN",
    "AND",
    "OR",
    "NOT",
    "WHERE",
    "INCLUDE",
    "AS",
];

/// Whose rows have to be such that the statement works; none where all do.
pub fn asks_of_rows(statement: &str) -> Option<Asks> {
    let all: Vec<(TokenKind, &str)> = tokens(statement, None)
        .filter(|token| !token.is_trivia())
        .map(|token| (token.kind, token.text(statement)))
        .collect();
    let word_at = |at: usize| match all.get(at) {
        Some((TokenKind::Word, word)) => word.to_ascii_uppercase(),
        _ => String::new(),
    };
    let at = |wanted: &str| (0..all.len()).find(|at| word_at(*at) == wanted);
    let has = |wanted: &str| at(wanted).is_some();
    match (word_at(0).as_str(), word_at(1).as_str()) {
        ("CREATE", "INDEX" | "UNIQUE") => {
            let on = at("ON")?;
            let open = all[on..].iter().position(|(_, text)| *text == "(")?;
            may_fail(&all[on + open + 1..]).then_some(Asks::Table)
        }
        ("ALTER", "DOMAIN") => {
            (has("CHECK") || has("NOT") || has("VALIDATE")).then_some(Asks::Everywhere)
        }
        ("ALTER", "TABLE") => {
            let computes = at("GENERATED").is_some_and(|from| may_fail(&all[from..]))
                || (has("AS") && !has("GENERATED"));
            let fills = has("DEFAULT") || has("GENERATED") || has("IDENTITY");
            let must_be_there = has("ADD") && has("NOT") && has("NULL") && !fills;
            (has("CHECK") || computes || must_be_there).then_some(Asks::Table)
        }
        _ => None,
    }
}

/// A value may make it fail: it calculates, it converts, or it calls what may.
fn may_fail(tokens: &[(TokenKind, &str)]) -> bool {
    let is_sign = |text: &str| text.contains(['+', '-', '*', '/', '%', '^', ':']);
    let calculates =
        |(kind, text): &(TokenKind, &str)| *kind == TokenKind::Operator && is_sign(text);
    let calls = |pair: &[(TokenKind, &str)]| {
        let [(kind, name), (_, "(")] = pair else {
            return false;
        };
        match kind {
            TokenKind::Word => !NEVER_FAIL.iter().any(|one| name.eq_ignore_ascii_case(one)),
            TokenKind::QuotedIdent => true,
            _ => false,
        }
    };
    tokens.iter().any(calculates) || tokens.windows(2).any(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_at_every_row() {
        for (statement, asks) in [
            ("CREATE INDEX i ON t (a, b)", None),
            ("CREATE INDEX i ON t USING gin (a jsonb_path_ops)", None),
            ("CREATE INDEX i ON t (lower(a)) WHERE b IS NOT NULL", None),
            ("CREATE INDEX i ON t (a) INCLUDE (b)", None),
            ("CREATE INDEX i ON t ((100 / a))", Some(Asks::Table)),
            ("CREATE INDEX i ON t ((a::int))", Some(Asks::Table)),
            (
                "CREATE UNIQUE INDEX i ON t (json_extract(a, '$.b'))",
                Some(Asks::Table),
            ),
            ("CREATE INDEX i ON t (a) WHERE \"F\"(a)", Some(Asks::Table)),
            (
                "ALTER DOMAIN d ADD CHECK (value > 0)",
                Some(Asks::Everywhere),
            ),
            ("ALTER DOMAIN d SET NOT NULL", Some(Asks::Everywhere)),
            ("ALTER DOMAIN d DROP CONSTRAINT c", None),
            (
                "ALTER TABLE t ADD c int GENERATED ALWAYS AS (100 / a) STORED",
                Some(Asks::Table),
            ),
            (
                "ALTER TABLE t ADD c text GENERATED ALWAYS AS (a || b) STORED",
                None,
            ),
            ("ALTER TABLE t ADD c int AS (abs(a))", Some(Asks::Table)),
            ("ALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY", None),
            (
                "ALTER TABLE t ADD COLUMN c int DEFAULT 1 CHECK (c + a <> 8)",
                Some(Asks::Table),
            ),
            ("ALTER TABLE t ADD COLUMN c int NOT NULL", Some(Asks::Table)),
            ("ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 0", None),
            ("ALTER TABLE t ADD COLUMN c int", None),
            ("CREATE TABLE t (a int CHECK (a > 0))", None),
        ] {
            assert_eq!(asks_of_rows(statement), asks, "{statement}");
        }
    }
}
