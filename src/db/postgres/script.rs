//! A script as it is going to be sent: its statements, and what to beware of.
//!
//! Only looks at the text; refuses what would hang the connection or undermine
//! the transaction around it, before anything has run.

use std::ops::Range;

use crate::{
    db::error::{DbError, ErrorKind, JobError, Leaves},
    model::Dialect,
    sql::{self, Statement},
};

/// What a statement does to the transaction around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// BEGIN, START TRANSACTION.
    Begins,
    /// COMMIT, ROLLBACK and their like.
    Ends,
}

/// A script and its statements.
pub(super) struct Script<'a> {
    text: &'a str,
    statements: Vec<Statement>,
    /// It changes settings or the role for the session, so that these have to be
    /// put back before anything of ours runs.
    pub(super) changes_session: bool,
    /// It creates temporary tables, which would hide others from the next script.
    pub(super) leaves_temporary: bool,
}

impl<'a> Script<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let statements = sql::statements(text, Dialect::Postgres);
        let any = |test: &dyn Fn(&str) -> bool| {
            let mut texts = statements.iter().map(|statement| statement.text(text));
            texts.any(test)
        };
        Self {
            changes_session: any(&changes_session),
            leaves_temporary: any(&|it| has_word(it, "TEMP") || has_word(it, "TEMPORARY")),
            text,
            statements,
        }
    }

    /// The number of statements.
    pub(super) fn len(&self) -> usize {
        self.statements.len()
    }

    /// The bytes of a statement in the script.
    pub(super) fn span(&self, at: usize) -> Range<usize> {
        self.statements[at].span.clone()
    }

    /// The text of a statement.
    pub(super) fn statement(&self, at: usize) -> &'a str {
        self.statements[at].text(self.text)
    }

    /// What a statement does to the transaction around it.
    pub(super) fn control(&self, at: usize) -> Option<Control> {
        let statement = self.statement(at);
        let control = sql::transaction_control(statement, Dialect::Postgres)?;
        let first = control.keywords(statement, 1);
        Some(match first.first().map(String::as_str) {
            Some("BEGIN" | "START") => Control::Begins,
            _ => Control::Ends,
        })
    }

    /// Whether the script begins or ends transactions of its own.
    pub(super) fn controls_transactions(&self) -> bool {
        (0..self.len()).any(|at| self.control(at).is_some())
    }

    /// Whether a statement ends where it seems to. An open quote or comment would
    /// swallow what follows it in a message, so such a one is sent alone and the
    /// server says what is wrong with it.
    pub(super) fn is_closed(&self, at: usize) -> bool {
        self.statements[at].unclosed.is_none()
    }

    /// Whether a statement may take long and talk meanwhile, as a DO block does with
    /// RAISE NOTICE. The others say at their end what they have to say.
    pub(super) fn is_talkative(&self, at: usize) -> bool {
        let first = first_word(self.statement(at));
        !matches!(
            first.as_str(),
            "CREATE"
                | "ALTER"
                | "DROP"
                | "COMMENT"
                | "GRANT"
                | "REVOKE"
                | "INSERT"
                | "SET"
                | "RESET"
        )
    }

    /// Advice on a statement that the server cannot read.
    pub(super) fn advice(&self, at: usize) -> Option<String> {
        sql::meta_command(self.statement(at), Dialect::Postgres).map(|_| {
            "commands that begin with a backslash are psql's own, the server does not know them"
                .to_owned()
        })
    }

    /// Refuses what cannot be run at all, or not in a transaction of ours.
    pub(super) fn check(&self, in_transaction: bool) -> Result<(), JobError> {
        if let Some(at) = self.text.find('\0') {
            return Err(JobError {
                offset: Some(at),
                ..refusal(None, "the script holds a NUL character", None)
            });
        }
        for at in 0..self.len() {
            let statement = self.statement(at);
            let first = first_word(statement);
            if first == "COPY" && (has_word(statement, "STDIN") || has_word(statement, "STDOUT")) {
                return Err(refusal(
                    Some(self.span(at)),
                    "COPY with STDIN or STDOUT needs a program at the other end of the connection",
                    Some("use INSERT (pg_dump --inserts), or COPY with a file of the server's"),
                ));
            }
            if (first == "DISCARD" && has_word(statement, "ALL"))
                || has_word(statement, "PG_ADVISORY_UNLOCK_ALL")
            {
                return Err(refusal(
                    Some(self.span(at)),
                    "this statement would give up the lock that keeps other deployers out",
                    None,
                ));
            }
            if in_transaction && self.control(at).is_some() {
                return Err(refusal(
                    Some(self.span(at)),
                    &format!("{first} in a script that teammig runs in one transaction of its own"),
                    Some("leave it out, or mark the script `transaction:false`"),
                ));
            }
        }
        Ok(())
    }
}

fn refusal(statement: Option<Range<usize>>, message: &str, hint: Option<&str>) -> JobError {
    JobError {
        error: DbError {
            advice: hint.map(str::to_owned),
            ..DbError::new(ErrorKind::Statement, message)
        },
        offset: statement.as_ref().map(|span| span.start),
        statement,
        done: 0,
        earlier_lost: false,
        outcome_unknown: false,
        broken: None,
        leaves: Leaves::default(),
    }
}

/// Whether a statement may change settings beyond itself. What a function does
/// when it is called by its name cannot be seen; nothing of ours relies on the
/// settings that matter (see `ledger`), except for the role.
fn changes_session(statement: &str) -> bool {
    let by_keyword = match first_word(statement).as_str() {
        "SET" | "RESET" | "DISCARD" => true,
        "DO" => has_word(statement, "SET") || has_word(statement, "RESET"),
        _ => false,
    };
    by_keyword || has_word(statement, "SET_CONFIG")
}

/// The first word, in upper case. Statements begin with no comment.
fn first_word(statement: &str) -> String {
    let end = statement.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    statement[..end.unwrap_or(statement.len())].to_ascii_uppercase()
}

/// Whether `word` (in upper case) stands anywhere, be it in a string or a comment.
fn has_word(statement: &str, word: &str) -> bool {
    statement
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|candidate| candidate.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_outlives_the_script() {
        for (text, session, temporary) in [
            (
                "ALTER TABLE t ALTER c SET NOT NULL; UPDATE t SET c = 1",
                false,
                false,
            ),
            (
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a AS 'SELECT 1'",
                false,
                false,
            ),
            ("SELECT 1; -- note\n set search_path = a", true, false),
            (
                "SELECT pg_catalog.set_config('search_path', '', false)",
                true,
                false,
            ),
            ("DO $$ BEGIN SET ROLE x; END $$", true, false),
            ("reset all", true, false),
            ("CREATE TEMP TABLE t (a int)", false, true),
        ] {
            let script = Script::new(text);
            assert_eq!(
                (script.changes_session, script.leaves_temporary),
                (session, temporary),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_cannot_work() {
        let refused = |text: &str, in_transaction| {
            let refusal = Script::new(text).check(in_transaction).err();
            refusal.and_then(|error| error.statement)
        };
        assert_eq!(refused("SELECT 1; COMMIT; SELECT 2", true), Some(10..16));
        assert_eq!(refused("SELECT 1; COMMIT; SELECT 2", false), None);
        assert_eq!(refused("SAVEPOINT a; ROLLBACK TO a", true), None);
        assert_eq!(refused("copy t from stdin", false), Some(0..17));
        assert_eq!(refused("COPY t FROM '/tmp/x'", true), None);
        assert_eq!(refused("discard all", false), Some(0..11));
        assert_eq!(refused("DISCARD PLANS; SELECT 1", true), None);
        assert_eq!(
            refused("SELECT pg_advisory_unlock_all()", true),
            Some(0..31)
        );
        assert!(Script::new("SELECT '\0'").check(true).is_err());
    }

    #[test]
    fn sees_open_quotes() {
        for (text, closed) in [
            ("SELECT 'a'", true),
            ("SELECT 'a", false),
            ("SELECT 1 /* a", false),
            ("SELECT 1 -- a", true),
            ("DO $$ SELECT", false),
        ] {
            assert_eq!(Script::new(text).is_closed(0), closed, "{text}");
        }
    }
}
