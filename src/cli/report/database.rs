//! What databases answer, in words. Hints are those of the product that answered.

use super::{
    super::events::plural,
    Report,
    unfinished::{PUT_BACK_LATER, beside, not_taken_back},
};
use crate::{
    model::{Dialect, Direction},
    workflow::{DbError, ErrorKind, FailedStep, Leaves, TakenBack},
};

/// SQLSTATE: no such database.
const NO_DATABASE: &str = "3D000";
/// SQLSTATE: too many connections.
const TOO_MANY_CONNECTIONS: &str = "53300";
/// SQLSTATE: may not. (Class 28 is about who one is.)
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// A failure of the database as a whole; `dialect` where it is known.
pub(super) fn failed(location: &str, dialect: Option<Dialect>, error: &DbError) -> Report {
    let (kind, code) = match error.kind {
        ErrorKind::BadUrl => ("bad-url", 2),
        ErrorKind::Unreachable => ("unreachable", 4),
        ErrorKind::Refused => ("refused", 4),
        ErrorKind::Locked => ("locked", 1),
        ErrorKind::LedgerTooNew => ("ledger-too-new", 4),
        ErrorKind::LedgerDamaged => ("ledger-damaged", 4),
        _ => ("database", 1),
    };
    let mut report = Report::new(kind, code, format!("{location}: {}", error.message));
    details(&mut report, error);
    report.hints.extend(hint(dialect, error).map(str::to_owned));
    report
}

/// What to do about it. Where the message or our own advice says it already, nothing.
fn hint(dialect: Option<Dialect>, error: &DbError) -> Option<&'static str> {
    let code = error.code.as_deref().unwrap_or_default();
    Some(match (error.kind, dialect) {
        (ErrorKind::LedgerTooNew, _) => {
            "install the newer teammig; an older one could damage the ledger"
        }
        (ErrorKind::LedgerDamaged, _) => {
            "nothing was changed; mend or restore the table, or name another one in teammig.yaml (`ledger: {table: NAME}`)"
        }
        (ErrorKind::Locked, _) => "wait for it, or give it more time with `--lock-timeout 5min`",
        (ErrorKind::ReadOnly, Some(Dialect::Postgres)) => {
            "the server is a standby, or `default_transaction_read_only` is on: connect to the primary, or as another role"
        }
        (ErrorKind::ReadOnly, _) => {
            "the database and its folder have to be writable: SQLite puts files beside it"
        }
        (ErrorKind::DiskFull, _) => "make room; nothing was left half done",
        _ if error.advice.is_some() => return None,
        (_, Some(Dialect::Postgres)) if code == NO_DATABASE => {
            "`createdb` makes one; or is the name in the URL right?"
        }
        (_, Some(Dialect::Postgres)) if code == TOO_MANY_CONNECTIONS => {
            "wait for others to leave, or raise `max_connections`"
        }
        (_, Some(Dialect::Postgres)) if code == INSUFFICIENT_PRIVILEGE => {
            "the role needs SELECT on the ledger to read it, INSERT, UPDATE and DELETE to migrate, and CREATE on its schema the first time"
        }
        (ErrorKind::Refused, Some(Dialect::Postgres)) if code.starts_with("28") => {
            "check user, password and database: they come from the URL, else from PGUSER, PGPASSWORD, ~/.pgpass, PGDATABASE"
        }
        (ErrorKind::Unreachable, Some(Dialect::Postgres)) => {
            "is the server running and this the right place? Host and port come from the URL, else from PGHOST and PGPORT"
        }
        (ErrorKind::Unreachable, Some(Dialect::Sqlite)) => {
            "is the path right? It is relative to teammig.yaml, or to the current folder with --url"
        }
        _ => return None,
    })
}

pub(super) fn details(report: &mut Report, error: &DbError) {
    let lines = [
        ("detail", &error.detail),
        ("context", &error.context),
        ("server's hint", &error.hint),
    ];
    for (name, text) in lines {
        if let Some(text) = text {
            report
                .notes
                .push(format!("  {name}: {}", text.replace('\n', "\n    ")));
        }
    }
    if let Some(code) = &error.code {
        report.notes.push(format!("  code: {code}"));
    }
    report.hints.extend(error.advice.clone());
}

/// PostgreSQL refuses it only until the transaction that an earlier step began is
/// committed: an enum's new value (55P04), a table with pending events (55006).
fn wants_a_commit(error: &DbError) -> bool {
    matches!(error.code.as_deref(), Some("55P04" | "55006"))
}

/// How to record a revision whose work was done by hand.
fn made_by_hand(step: &FailedStep) -> Option<String> {
    let may_be = step.taken_back == TakenBack::NotTried && step.direction == Direction::Up;
    (may_be && is_there_already(&step.error.error)).then(|| {
        format!(
            "where it was made here by hand, just as the revision makes it: `teammig stamp --only {}` records the revision without running it; where it is something else, rename it or remove it here first",
            step.revision
        )
    })
}

/// The script makes what is there: a column, a table, another object, a schema, a function.
fn is_there_already(error: &DbError) -> bool {
    if let Some(code) = &error.code {
        return matches!(
            code.as_str(),
            "42701" | "42P07" | "42710" | "42P06" | "42723"
        );
    }
    let message = &error.message;
    message.starts_with("duplicate column name") || message.ends_with(" already exists")
}

/// Files and database are as before.
fn is_taken_back(step: &FailedStep) -> bool {
    matches!(
        step.taken_back,
        TakenBack::Yes | TakenBack::Beside { .. } | TakenBack::ByScripts
    )
}

/// What the run did before the step that failed.
fn done_before(step: &FailedStep) -> String {
    if is_taken_back(step) {
        let is_gone = step.bare || step.error.leaves == Leaves::Traces;
        let what = if is_gone { "All" } else { "Everything else" };
        let how = match &step.taken_back {
            TakenBack::ByScripts => " Alembic commits by itself, so this was done by the scripts: what had been rolled back is there again \
                                     without the rows that it had."
                .to_owned(),
            TakenBack::Beside { aside } => format!(" {}", beside(aside)),
            _ => String::new(),
        };
        return format!(
            "{what} of this run was taken back: files and database are as before.{how}"
        );
    }
    let is_run = matches!(
        step.taken_back,
        TakenBack::NotTried | TakenBack::Stays { .. }
    );
    if step.done.is_empty() && !is_run {
        return "What this run did before it is still there: `teammig current` shows where the database is.".to_owned();
    }
    let count = |direction| {
        let mut done = step.done.iter().map(|done| done.direction);
        let n = done.by_ref().filter(|one| *one == direction).count();
        let was = if n == 1 { "was" } else { "were" };
        let stay = if n == 1 { "stays" } else { "stay" };
        (n, plural(n, "revision"), was, stay)
    };
    match (count(Direction::Up), count(Direction::Down)) {
        ((0, ..), (0, ..)) => "Nothing else had been done in this run.".to_owned(),
        ((_, which, was, stay), (0, ..)) => {
            format!("{which} before it {was} applied and {stay} applied.")
        }
        ((0, ..), (_, which, was, stay)) => {
            format!("{which} before it {was} rolled back and {stay} so.")
        }
        ((_, up, was_up, _), (_, down, was_down, _)) => {
            format!(
                "Before it {down} {was_down} rolled back and {up} {was_up} applied; they stay so."
            )
        }
    }
}

/// Where files and database are, where not both are as before.
fn left_at(report: Report, taken_back: &TakenBack) -> Report {
    match taken_back {
        TakenBack::Stays { why } => report
            .note(format!("The files are as before, and what the database did is not taken back: {why}."))
            .hint("put that right, and call it again: it goes on from where the database is; `teammig upgrade heads` applies again what was rolled back"),
        TakenBack::Later { why } => report
            .note("The files are as before.")
            .note(format!("The database could not be put back yet: {why}."))
            .hint(PUT_BACK_LATER),
        TakenBack::No { why, copy } => report
            .note("The files are as before.")
            .note(not_taken_back(why, copy.as_deref()))
            .hint("`teammig sync` goes on from where the database is"),
        _ => report,
    }
}

/// A failed script: the statement, what the server said, what stays and what does not.
pub(super) fn failed_step(step: &FailedStep) -> Report {
    let error = &step.error.error;
    let verb = match step.direction {
        Direction::Up => "apply",
        Direction::Down => "roll back",
    };
    let stopped = error.kind == ErrorKind::Interrupted;
    let message = if stopped {
        format!(
            "stopped while trying to {verb} {} {}",
            step.revision, step.message
        )
    } else {
        format!("cannot {verb} {} {}", step.revision, step.message)
    };
    let code = if stopped { 130 } else { 1 };
    let mut report =
        Report::new("script-failed", code, message.trim_end()).place(step.place.clone());
    if step.place.is_none() && !stopped {
        report.notes.push(format!("  {}", error.message));
    }
    details(&mut report, error);
    let recorded = match step.direction {
        Direction::Up => "not recorded as applied",
        Direction::Down => "still recorded as applied",
    };
    let this = if step.error.leaves == Leaves::NotBegun {
        format!("{} is {recorded}: it was not begun.", step.revision)
    } else if step.error.leaves == Leaves::Elsewhere {
        format!("{} is {recorded} in this database.", step.revision)
    } else if step.error.leaves == Leaves::Traces {
        format!(
            "{} is {recorded}; what it did before it failed may be there still, since Alembic runs SQLite's DDL outside of transactions.",
            step.revision
        )
    } else if step.bare {
        format!(
            "{} runs outside a transaction: {} of its {} statements finished and stay.",
            step.revision, step.error.done, step.statements
        )
    } else if step.error.outcome_unknown {
        format!(
            "Whether {} was applied is not known: `teammig current` says so, once the server answers.",
            step.revision
        )
    } else if step.direction == Direction::Down {
        format!(
            "{} is still applied: nothing of its way back was done.",
            step.revision
        )
    } else {
        format!("{} was rolled back and left nothing.", step.revision)
    };
    let taken_back = is_taken_back(step);
    // What it left behind is gone as well.
    if !(taken_back && (step.bare || step.error.leaves == Leaves::Traces)) {
        report = report.note(this);
    }
    report = report.note(done_before(step));
    if step.bare && !taken_back {
        let way = match step.direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        report = report.hint(format!(
            "mend the failing statement; `teammig {way}` goes on there"
        ));
    }
    report = left_at(report, &step.taken_back);
    if taken_back && step.direction == Direction::Up && !stopped {
        report = report.hint(if wants_a_commit(error) {
            "all of a restack is one transaction, and this wants a commit before it: `teammig rebase --no-database`, then `teammig sync`"
        } else {
            "edit your revision so that it runs after theirs (or its way back, where that left something of it), and call it again"
        });
    }
    report.hints.extend(made_by_hand(step));
    match error.kind {
        ErrorKind::LockTimeout => {
            report.hint("somebody holds the table; try again later, or give more time with `--ddl-lock-timeout`")
        }
        ErrorKind::DiskFull => report.hint("make room and call it again"),
        ErrorKind::ReadOnly => {
            // Only PostgreSQL has codes.
            let dialect = error.code.as_ref().map(|_| Dialect::Postgres);
            report.hints.extend(hint(dialect, error).map(str::to_owned));
            report
        }
        ErrorKind::Lost => report.hint("look after the server (its log says why it went), then call it again"),
        _ => report,
    }
}
