//! What keeps a script from being run as its section says: said before any database
//! sees it, by the commands that run scripts and by the check alike.

use std::ops::Range;

use crate::{
    model::{Dialect, Finding, RevId, Rule, finding::Place},
    sql,
};

/// What is wrong with the script of a revision; `place` is where a span of it stands.
pub(super) fn unrunnable(
    text: &str,
    transaction: bool,
    dialect: Dialect,
    revision: &RevId,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |span: Range<usize>, message: String, help: &str| {
        let place = place(span);
        found.push(
            Finding::error(Rule::UnrunnableScript, message)
                .at(&place.file, place.span, "")
                .about(revision)
                .help(help),
        );
    };
    if let Some(statement) = sql::copy_from_stdin(text) {
        add(
            statement.span,
            "COPY … FROM stdin takes its rows from psql, and there is none".to_owned(),
            "write the rows as INSERT statements, or load them outside of a migration",
        );
        // The rows below it would be reported as commands of psql.
        return found;
    }
    if let Some(unclosed) = sql::statements(text, dialect)
        .last()
        .and_then(|statement| statement.unclosed)
    {
        add(
            unclosed.at..unclosed.at + 1,
            format!("this {} is opened and never closed", unclosed.what.name()),
            "close it: the rest of the script would be part of it",
        );
        return found;
    }
    if let Some(span) = sql::meta_command(text, dialect) {
        let (message, help) = match dialect {
            Dialect::Postgres => (
                "this is a command of psql, not SQL",
                "remove it: teammig sends SQL to the server, without psql in between",
            ),
            Dialect::Sqlite => (
                "this is a command of the sqlite3 shell, not SQL",
                "remove it: teammig runs SQL itself, without the shell in between",
            ),
        };
        add(span, message.to_owned(), help);
    }
    if !transaction {
        return found;
    }
    if let Some(statement) = sql::transaction_control(text, dialect) {
        let word = statement.keywords(text, 1).join(" ");
        add(
            statement.span,
            format!("the script has a {word} of its own"),
            "teammig puts each script in one transaction with its ledger row: remove the BEGIN and the COMMIT, or \
             write `transaction:false` after the marker to run the statements one by one",
        );
    }
    if dialect == Dialect::Sqlite
        && let Some(statement) = sql::statements(text, dialect)
            .into_iter()
            .find(|statement| statement.starts_with(text, &["PRAGMA", "FOREIGN_KEYS"]))
    {
        add(
            statement.span,
            "PRAGMA foreign_keys does nothing inside a transaction".to_owned(),
            "write `foreign_keys:off` after the marker instead: it is switched off before the transaction begins, \
             and the keys are checked before the commit",
        );
    }
    found
}
