//! A restack that broke off, now or earlier: where it left files and database, in words.

use super::{Report, report as report_of};
use crate::{
    model::{
        RevId,
        interrupted::{Files, Rows, Standing},
        shell,
    },
    workflow::{BrokenOff, DatabaseLeft, Error, NotBack, restack::Move, unfinished::Unfinished},
};

const GO_ON: &str = "`teammig rebase --continue` brings it to its end";

/// An error that says where files and database are; `words` is its message.
pub(super) fn report(error: &Error, words: String) -> Report {
    match error {
        Error::BrokenOff(broken) => broken_off(broken),
        Error::Unfinished(found) => unfinished(found, words),
        Error::FilesLeft(left) => files_left(left, words),
        Error::AfterMerge {
            cause,
            written,
            head_file,
        } => after_merge(cause, written, head_file.as_deref()),
        Error::UnreadableJournal { .. } => unreadable(words),
        _ => {
            Report::new("restack-running", 1, words).hint("wait for it to end, and call this again")
        }
    }
}

/// What failed after merge revisions had been written.
fn after_merge(cause: &Error, written: &[String], head_file: Option<&str>) -> Report {
    let files = shell::words(written.iter().map(String::as_str).chain(head_file));
    let (it, stays) = match written.len() {
        1 => ("it", "was written, and stays"),
        _ => ("them", "were written, and stay"),
    };
    let which = match written.len() {
        1 => "The merge revision",
        _ => "The merge revisions",
    };
    let mut report = report_of(cause).note(format!("{which} {} {stays}.", written.join(", ")));
    report.hints.insert(
        0,
        format!("put that right; then `teammig sync` goes on (commit {it}: `git add {files}`)"),
    );
    report
}

/// Where what is in the way of putting the database back goes away.
pub(super) const PUT_BACK_LATER: &str =
    "`teammig rebase --abort` puts it back, once that is put right";

/// A restack that broke off in this run.
fn broken_off(broken: &BrokenOff) -> Report {
    let mut report = report_of(&broken.cause);
    report.kind = "restack-broken-off";
    if matches!(*broken.cause, Error::ChangedMeanwhile { .. }) {
        // It says that everything is as before.
        report.hints.clear();
    }
    report = if broken.files_done {
        report.note("The files have the new parents.")
    } else if broken.files_left.is_empty() {
        report.note("The files are as before.")
    } else {
        not_back(
            report.note("Not all of the files could be put back:"),
            &broken.files_left,
        )
    };
    match &broken.database {
        DatabaseLeft::NotInvolved => {}
        DatabaseLeft::Before => {
            report = report.note("The database is as before: nothing of it was committed.");
        }
        DatabaseLeft::BeforeBeside { aside } => {
            report = report.note(format!("The database is as before. {}", beside(aside)));
        }
        DatabaseLeft::Done => {
            report = report.note("The database has run all steps, and they stay.");
        }
        DatabaseLeft::Later { why } => {
            let report = report.note(format!("The database could not be put back yet: {why}."));
            return report.hint(PUT_BACK_LATER);
        }
        DatabaseLeft::NotTakenBack { why, copy } => {
            report = report.note(not_taken_back(why, copy.as_deref()));
            report = report.hint("`teammig sync` goes on from where the database is");
        }
        DatabaseLeft::Unknown { why } => {
            report.code = 4;
            report = report
                .note("The connection was lost while the server was committing: it may have committed, or not.")
                .note(format!("It could not be asked: {why}."))
                .hint("`teammig rebase --continue` looks, once the server answers, and brings it to its end; `--abort` puts everything back where it did not commit");
            return report;
        }
    }
    if broken.database == DatabaseLeft::Done {
        return report.hint(format!("put that right; then {GO_ON}"));
    }
    if broken.files_left.is_empty() {
        return report;
    }
    report.hint(
        "put that right; then `teammig rebase --abort` puts them back, or `--continue` does it all",
    )
}

/// A restack of which nothing is known but that it was.
fn unreadable(words: String) -> Report {
    Report::new("restack-unreadable", 1, words)
        .hint("the version of teammig that began it can put files and database back, or go on")
        .hint("`teammig rebase --quit` leaves everything as it is, and keeps the copy of the database where there is one")
}

/// Where that is which a database held until it was taken back.
pub(super) fn beside(aside: &std::path::Path) -> String {
    format!(
        "It held rows that were not there before: those of what was applied, and what another program wrote while Alembic ran; all \
         of it is kept in {}.",
        aside.display()
    )
}

/// Why the database is not as before, and where the copy is.
pub(super) fn not_taken_back(why: &str, copy: Option<&std::path::Path>) -> String {
    let copy = copy.map_or(String::new(), |copy| {
        format!("; a copy of it as it was before is {}", copy.display())
    });
    format!("The database could not be put back: {why}{copy}.")
}

/// Files that could not be put in their places.
fn files_left(left: &[NotBack], words: String) -> Report {
    not_back(Report::new("restack", 1, words), left)
        .hint("put that right, and call it again: what was not done yet is done then")
}

fn not_back(report: Report, left: &[NotBack]) -> Report {
    left.iter().fold(report, |report, file| {
        report.note(format!("  {}: {}", file.path, file.why))
    })
}

/// A restack that never came to its end, found now.
fn unfinished(found: &Unfinished, words: String) -> Report {
    if found.running {
        return Report::new("restack-running", 1, words)
            .note(what(found))
            .hint("wait for it to end, and call this again");
    }
    let mut report = Report::new("restack-unfinished", 3, words);
    report.notes = notes(found);
    if let Standing::Open { put_back, go_on } = found.standing {
        if put_back {
            report =
                report.hint("`teammig rebase --abort` puts files and database back as they were");
        }
        if go_on {
            report = report.hint(GO_ON);
        }
    }
    if found.rows == Rows::Unknown && !found.elsewhere {
        report = report.hint("`teammig sync` looks at the database, and says what can be done");
    }
    if found.rows == Rows::Unclear {
        let onto: Vec<&str> = found.moves.iter().map(|one| one.onto.as_str()).collect();
        let command = |one: &Move| {
            let heads: Vec<&str> = one.heads.iter().map(RevId::as_str).collect();
            let heads = heads.join(" ");
            format!("`teammig rebase {heads} --onto {} --no-database`", one.onto)
        };
        let commands: Vec<String> = found.moves.iter().map(command).collect();
        report = report.hint(format!(
            "look whether the database has what {} does: where it has, all was done, and {} after `--quit` gives the files \
             their parents; where it has not, nothing was done",
            onto.join(", "),
            commands.join(", ")
        ));
    }
    if found.elsewhere {
        let name = found.environment.as_deref().unwrap_or_default();
        report = report.hint(format!(
            "`--env {name}` chooses it, unless teammig.yaml has changed"
        ));
    }
    report.hint(if found.copy {
        "`teammig rebase --quit` leaves everything as it is, and keeps the copy of the database"
    } else {
        "`teammig rebase --quit` leaves everything as it is"
    })
}

fn what(found: &Unfinished) -> String {
    let moved: Vec<&str> = found.moved.iter().map(RevId::as_str).collect();
    let onto: Vec<&str> = found.moves.iter().map(|one| one.onto.as_str()).collect();
    format!(
        "`teammig {}` began at {} to put {} on {}.",
        found.command,
        found.started,
        moved.join(", "),
        onto.join(", ")
    )
}

/// What was going on, and where files and database stand.
pub(super) fn notes(found: &Unfinished) -> Vec<String> {
    let mut notes = vec![what(found)];
    notes.push(match &found.files {
        Files::Before => "The files are as they were before.".to_owned(),
        Files::After => "The files have the new parents.".to_owned(),
        Files::Mixed => "Some files have the new parents, others have not.".to_owned(),
        Files::Changed { paths, .. } => {
            format!("These files were changed since: {}", paths.join(", "))
        }
    });
    let name = found.environment.as_deref().unwrap_or_default();
    notes.extend(match found.rows {
        Rows::NotInvolved => None,
        _ if found.elsewhere => Some(format!(
            "Its database is {} (environment {name}), which is not the one chosen now.",
            found.location
        )),
        rows if rows.untouched() => Some(format!("The database {name} is as it was before.")),
        rows if rows.complete() => Some(format!("The database {name} has run all steps.")),
        Rows::At { done, of, begun } => Some(format!(
            "The database {name} has run {done} of {of} steps{}.",
            if begun {
                ", and the next one in part"
            } else {
                ""
            }
        )),
        Rows::Foreign => Some(format!(
            "The database {name} was migrated further since, so that it cannot be put back."
        )),
        Rows::Unclear => Some(format!(
            "Alembic's table in {name} is as it was before, and is the same when all of it is done."
        )),
        Rows::Unknown => Some(format!("The database {name} was not asked.")),
    });
    if found.copy && !found.rows.untouched() {
        notes.push("There is a copy of the database as it was before.".to_owned());
    }
    notes
}
