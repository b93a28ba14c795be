//! For which database scripts are written, where their words give it away.
//!
//! Only to notice a mistake before anything is written: PostgreSQL's scripts
//! imported for SQLite would get options that mean nothing there. It never
//! overrules what the user says.

use std::ops::Range;

use super::Listing;
use crate::{
    model::{Dialect, SourceFile},
    sql::{Token, TokenKind, tokens},
};

/// A word that only one of the databases understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The database.
    pub dialect: Dialect,
    /// Where it stands.
    pub file: SourceFile,
    /// The word.
    pub span: Range<usize>,
}

/// Words that the other one refuses.
const POSTGRES: [&str; 2] = ["CONCURRENTLY", "PLPGSQL"];
const SQLITE: [&str; 2] = ["PRAGMA", "AUTOINCREMENT"];

/// Types that nobody would write for the other one; columns may have such names.
const POSTGRES_TYPES: [&str; 3] = ["BIGSERIAL", "SERIAL", "TIMESTAMPTZ"];
const SQLITE_TYPES: [&str; 1] = ["DATETIME"];

/// Behind these words stands a column's name, not its type.
const BEFORE_NAMES: [&str; 12] = [
    "SELECT", "DISTINCT", "BY", "WHERE", "AND", "OR", "ON", "SET", "COLUMN", "ADD", "TO", "AS",
];

/// The first word of a listing that speaks for a database, if none speaks for the other.
pub fn evidence(listing: &Listing) -> Option<Evidence> {
    let files = listing.files().iter();
    evidence_in(
        files
            .filter(|file| file.path.ends_with(".sql"))
            .filter_map(|file| listing.source(file).ok()),
    )
}

/// The same of files that were read.
pub fn evidence_in(files: impl Iterator<Item = SourceFile>) -> Option<Evidence> {
    let mut found: Option<Evidence> = None;
    for source in files {
        let mut previous: Option<Token> = None;
        for token in tokens(&source.text, None).filter(|token| !token.is_trivia()) {
            let one = speaks(&token, previous.as_ref(), &source.text);
            match (one, &found) {
                (Some(dialect), None) => {
                    found = Some(Evidence {
                        dialect,
                        file: source.clone(),
                        span: token.span.clone(),
                    });
                }
                (Some(dialect), Some(first)) if dialect != first.dialect => return None,
                _ => {}
            }
            previous = Some(token);
        }
    }
    found
}

fn speaks(token: &Token, previous: Option<&Token>, text: &str) -> Option<Dialect> {
    let word = token.text(text);
    let among = |words: &[&str], word: &str| words.iter().any(|one| one.eq_ignore_ascii_case(word));
    let after = |wanted: &str| previous.is_some_and(|token| token.is_word(text, wanted));
    let is_type = previous.is_some_and(|token| match token.kind {
        TokenKind::QuotedIdent => true,
        TokenKind::Word => !among(&BEFORE_NAMES, token.text(text)),
        _ => false,
    });
    match token.kind {
        TokenKind::DollarString => Some(Dialect::Postgres),
        TokenKind::Operator if word == "::" => Some(Dialect::Postgres),
        TokenKind::Word if among(&POSTGRES, word) => Some(Dialect::Postgres),
        TokenKind::Word if is_type && among(&POSTGRES_TYPES, word) => Some(Dialect::Postgres),
        // `ALTER TABLE … ALTER COLUMN`, `CREATE EXTENSION`, `CREATE TYPE`.
        TokenKind::Word if after("ALTER") && among(&["COLUMN"], word) => Some(Dialect::Postgres),
        TokenKind::Word if after("CREATE") && among(&["EXTENSION", "TYPE"], word) => {
            Some(Dialect::Postgres)
        }
        TokenKind::Word if among(&SQLITE, word) => Some(Dialect::Sqlite),
        TokenKind::Word if is_type && among(&SQLITE_TYPES, word) => Some(Dialect::Sqlite),
        TokenKind::Word if after("WITHOUT") && among(&["ROWID"], word) => Some(Dialect::Sqlite),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::foreign::testing::listing;

    #[test]
    fn words() {
        let table = [
            ("CREATE TABLE a (b int); -- PRAGMA, serial", None),
            (
                "ALTER TABLE a ALTER COLUMN b TYPE int;",
                Some(Dialect::Postgres),
            ),
            ("SELECT 'a'::text", Some(Dialect::Postgres)),
            ("DO $$ BEGIN END $$", Some(Dialect::Postgres)),
            ("CREATE TABLE a (b datetime)", Some(Dialect::Sqlite)),
            (
                "CREATE TABLE a (datetime text); SELECT serial, datetime FROM a ORDER BY datetime",
                None,
            ),
            (
                "CREATE TABLE a (b int) WITHOUT ROWID",
                Some(Dialect::Sqlite),
            ),
            ("PRAGMA x; SELECT 1::int", None),
        ];
        for (text, want) in table {
            let found = evidence(&listing(&[("1_a.sql", text), ("readme.txt", "PRAGMA")]));
            assert_eq!(found.map(|one| one.dialect), want, "{text}");
        }
    }
}
