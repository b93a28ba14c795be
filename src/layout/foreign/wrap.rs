//! A script's own transaction.
//!
//! teammig puts each script in a transaction with its ledger row. A `BEGIN` in
//! front of everything with a `COMMIT` behind everything says just that and can
//! go; any other beginning or end of a transaction has to stay, and the script
//! has to run outside of ours. The same holds for SQLite's `PRAGMA
//! foreign_keys`, which counts only where no transaction is open.

use std::ops::Range;

use super::draft::Draft;
use crate::{
    model::Dialect,
    sql::{self, Statement, TokenKind, tokens},
};

/// What a statement says about transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Nothing,
    /// `BEGIN` without an isolation level or the like.
    Begin,
    /// `COMMIT` or `END`.
    Commit,
    /// Any other transaction control.
    Control,
    KeysOff,
    /// `PRAGMA foreign_keys` that switches on, or asks.
    Keys,
}

/// What came of a look at a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// Nothing about transactions in it.
    None,
    /// Taken out: BEGIN and COMMIT at the given line, and whether `PRAGMA
    /// foreign_keys` switched keys off.
    Taken {
        /// The offset of the BEGIN.
        begin: Option<usize>,
        /// The offset of the first pragma.
        pragma: Option<usize>,
        keys_off: bool,
    },
    /// It stays; the offset of the first statement about it.
    Kept(usize),
}

/// Takes a script's own transaction out of it, where that changes nothing.
pub(super) fn take_out(draft: &mut Draft, dialect: Dialect) -> Own {
    let text = draft.text().to_owned();
    let all = sql::statements(&text, dialect);
    let says: Vec<Says> = all.iter().map(|s| says(s, &text, dialect)).collect();
    let Some(first) = says.iter().position(|says| *says != Says::Nothing) else {
        return Own::None;
    };
    let first_at = all.get(first).map_or(0, |statement| statement.span.start);
    let wrapped = wrapped(&says);
    let has_pragma = says.iter().any(|s| matches!(s, Says::Keys | Says::KeysOff));
    // A script that runs outside a transaction on purpose keeps what it says;
    // but a rebuild with the keys switched off around its own transaction is
    // what `foreign_keys:off` does, with the ledger row inside.
    if draft.no_transaction && !(wrapped && has_pragma) {
        return match says
            .iter()
            .position(|s| *s == Says::Begin || *s == Says::Control)
        {
            Some(_) => Own::Kept(first_at),
            None => Own::None,
        };
    }
    let controls = says
        .iter()
        .any(|s| matches!(s, Says::Begin | Says::Commit | Says::Control));
    if controls && !wrapped {
        return Own::Kept(first_at);
    }
    let at = |wanted: &[Says]| {
        let place = says.iter().position(|s| wanted.contains(s))?;
        all.get(place).map(|statement| statement.span.start)
    };
    let own = Own::Taken {
        begin: at(&[Says::Begin]),
        pragma: at(&[Says::Keys, Says::KeysOff]),
        keys_off: says.contains(&Says::KeysOff),
    };
    for (statement, says) in all.iter().zip(&says) {
        if *says != Says::Nothing {
            for span in with_semicolon(statement, &text, dialect) {
                draft.blank(span);
            }
        }
    }
    draft.no_transaction = false;
    own
}

/// Exactly one BEGIN and one COMMIT, with nothing but pragmas outside of them.
fn wrapped(says: &[Says]) -> bool {
    let rest: Vec<Says> = says
        .iter()
        .copied()
        .filter(|s| !matches!(s, Says::Keys | Says::KeysOff))
        .collect();
    match rest.as_slice() {
        [Says::Begin, inside @ .., Says::Commit] => {
            inside.iter().all(|s| *s == Says::Nothing)
                // Inside of a transaction a pragma does nothing; in front of it, it does.
                && says.last().is_some_and(|s| *s != Says::Nothing)
        }
        _ => false,
    }
}

fn says(statement: &Statement, script: &str, dialect: Dialect) -> Says {
    let text = statement.text(script);
    if dialect == Dialect::Sqlite
        && let Some((name, value)) = sql::pragma(text)
        && name == "foreign_keys"
    {
        return if value == Some(false) {
            Says::KeysOff
        } else {
            Says::Keys
        };
    }
    if sql::transaction_control(text, dialect).is_none() {
        return Says::Nothing;
    }
    let words = statement.keywords(script, 4);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["BEGIN" | "START"] | ["BEGIN" | "START", "TRANSACTION" | "WORK"] => Says::Begin,
        ["BEGIN", "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE"]
        | [
            "BEGIN",
            "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE",
            "TRANSACTION",
        ] if dialect == Dialect::Sqlite => Says::Begin,
        ["COMMIT" | "END"] | ["COMMIT" | "END", "TRANSACTION" | "WORK"] => Says::Commit,
        _ => Says::Control,
    }
}

/// A statement and the semicolon that ends it.
fn with_semicolon(statement: &Statement, text: &str, dialect: Dialect) -> Vec<Range<usize>> {
    let mut spans = vec![statement.span.clone()];
    spans.extend(
        tokens(text, Some(dialect))
            .skip_while(|token| token.span.start < statement.span.end)
            .find(|token| !token.is_trivia())
            .filter(|token| token.kind == TokenKind::Semicolon)
            .map(|token| token.span),
    );
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Dialect::{Postgres, Sqlite},
        SourceFile,
    };

    fn look(text: &str, dialect: Dialect, no_transaction: bool) -> (String, &'static str) {
        let mut draft = Draft::whole(&SourceFile::new("a.sql", text), no_transaction);
        let own = take_out(&mut draft, dialect);
        let what = match own {
            Own::None => "none",
            Own::Kept(_) => "kept",
            Own::Taken { keys_off: true, .. } => "taken, keys off",
            Own::Taken { .. } => "taken",
        };
        (draft.finish(), what)
    }

    #[test]
    fn only_a_transaction_around_everything_is_taken_out() {
        let table = [
            ("BEGIN;\nA;\nCOMMIT;\n", "A;\n", "taken"),
            (
                "-- why\nbegin; A;\nB\n;\nend transaction",
                "-- why\nA;\nB\n;\n",
                "taken",
            ),
            ("START TRANSACTION;\nCOMMIT;", "", "taken"),
            ("A;", "A;", "none"),
            ("BEGIN;\nA;", "BEGIN;\nA;", "kept"),
            ("A;\nCOMMIT;\nB;", "A;\nCOMMIT;\nB;", "kept"),
            ("BEGIN;\nA;\nCOMMIT;\nB;", "BEGIN;\nA;\nCOMMIT;\nB;", "kept"),
            ("A;\nBEGIN;\nB;\nCOMMIT;", "A;\nBEGIN;\nB;\nCOMMIT;", "kept"),
            (
                "BEGIN;\nA;\nCOMMIT;\nBEGIN;\nB;\nCOMMIT;",
                "BEGIN;\nA;\nCOMMIT;\nBEGIN;\nB;\nCOMMIT;",
                "kept",
            ),
            ("BEGIN;\nA;\nROLLBACK;", "BEGIN;\nA;\nROLLBACK;", "kept"),
        ];
        for (text, want, what) in table {
            assert_eq!(
                look(text, Postgres, false),
                (want.to_owned(), what),
                "{text:?}"
            );
        }
        let level = "BEGIN ISOLATION LEVEL SERIALIZABLE; A; COMMIT;";
        assert_eq!(look(level, Postgres, false).1, "kept");
        assert_eq!(look("BEGIN;\nA;\nCOMMIT;", Postgres, true).1, "kept");
        assert_eq!(
            look("COMMENT ON TABLE t IS 'BEGIN;'", Postgres, false).1,
            "none"
        );
    }

    #[test]
    fn pragmas_of_sqlite() {
        let table = [
            (
                "PRAGMA foreign_keys=off;\nA;\nPRAGMA foreign_keys = ON;",
                false,
                "A;\n",
                "taken, keys off",
            ),
            (
                "PRAGMA foreign_keys(0);\nBEGIN IMMEDIATE;\nA;\nCOMMIT;\nPRAGMA foreign_keys=1;\n",
                true,
                "A;\n",
                "taken, keys off",
            ),
            (
                "BEGIN;\nPRAGMA foreign_keys=OFF;\nA;\nCOMMIT;",
                false,
                "A;\n",
                "taken, keys off",
            ),
            ("PRAGMA foreign_keys;\nA;", false, "A;", "taken"),
            (
                "PRAGMA foreign_keys=OFF;\nA;\n",
                true,
                "PRAGMA foreign_keys=OFF;\nA;\n",
                "none",
            ),
            (
                "PRAGMA foreign_keys=OFF;\nBEGIN;\nA;\nCOMMIT;\nB;",
                true,
                "PRAGMA foreign_keys=OFF;\nBEGIN;\nA;\nCOMMIT;\nB;",
                "kept",
            ),
            (
                "PRAGMA defer_foreign_keys=ON;\nA;",
                false,
                "PRAGMA defer_foreign_keys=ON;\nA;",
                "none",
            ),
        ];
        for (text, no_transaction, want, what) in table {
            assert_eq!(
                look(text, Sqlite, no_transaction),
                (want.to_owned(), what),
                "{text:?}"
            );
        }
    }
}
