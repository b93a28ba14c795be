//! Why nothing could be tried on a scratch database, in words.

use super::{Report, alembic, database::details};
use crate::workflow::{NoScratch, NotReplayed, ScratchError};

const NAME_A_SERVER: &str =
    "name a server where they may be made, in teammig.yaml: `scratch: postgres://…`";

/// There is no scratch database.
pub(super) fn none(why: &NoScratch, words: String) -> Report {
    let report = Report::new("no-scratch", 4, words);
    match why {
        NoScratch::Python => report.note(
            "This tries revisions of SQL alone, and Alembic's are Python. Both orders of two sides are tried by the project's own \
             Alembic: `teammig conflicts --prove`.",
        ),
        NoScratch::Alembic(error) => report.because(alembic::report(error, error.to_string())),
        NoScratch::NotNamed => report
            .note("Models of PostgreSQL can only be read by a server, and this asks no database that people use.")
            .hint(NAME_A_SERVER),
        NoScratch::Protected { environment } => report
            .note(format!(
                "{environment} is protected: nothing is made on its server without your word."
            ))
            .hint(NAME_A_SERVER)
            .hint(
                "`--scratch-here` makes it on that server, beside the database, and drops it again",
            ),
        NoScratch::Server {
            location,
            named,
            error,
        } => {
            let mut report = report.note(format!("  {location}: {error}"));
            match error {
                ScratchError::Unlike { .. } => {
                    let hint = if *named {
                        "`scratch:` in teammig.yaml has to name a server of the same product and major version"
                    } else {
                        NAME_A_SERVER
                    };
                    report.hint(hint)
                }
                ScratchError::NotAllowed(error) => {
                    details(&mut report, error);
                    report = report.hint(NAME_A_SERVER);
                    report.hint("or let the role make them there: `ALTER ROLE … CREATEDB`")
                }
                ScratchError::Failed(error) => {
                    details(&mut report, error);
                    report
                }
            }
        }
    }
}

/// The revisions of the ledger could not be run again.
pub(super) fn not_replayed(why: &NotReplayed, words: String) -> Report {
    let report = Report::new("not-replayed", 4, words);
    match why {
        NotReplayed::Step(step) | NotReplayed::Below(step) => {
            let error = &step.error.error;
            let mut report = report
                .place(step.place.clone())
                .note(format!("  {} {}: {}", step.revision, step.message, error.message));
            details(&mut report, error);
            report
                .note("Nothing was changed: it was tried on a scratch database, which is gone.")
                // Only PostgreSQL has codes.
                .hint(match error.code {
                    // A call of Alembic's.
                    None if step.error.broken.is_some() => {
                        "what the revisions need and none of them makes (tables that were there before the first one, an \
                         extension) has to come from an earlier revision"
                    }
                    Some(_) => {
                        "what the revisions need and none of them makes has to come from an earlier revision (an extension), or \
                         from the server of `scratch:` in teammig.yaml (a role)"
                    }
                    None => {
                        "what the revisions need and none of them makes has to come from an earlier revision; on a scratch \
                         database, which is in memory, no script reaches files (ATTACH, VACUUM INTO)"
                    }
                })
        }
        NotReplayed::HalfDone(revision) => report
            .note(format!("  {revision} was begun and not finished."))
            .hint("finish it first: `teammig upgrade` says how"),
        NotReplayed::NoScript(revision) => report
            .note(format!(
                "  The ledger kept no script of {revision}, and no file here is what ran."
            ))
            .hint(format!(
                "check out a commit that has the file of {revision}, or `teammig stamp --only {revision}` there: it records the script"
            )),
        NotReplayed::Changing => report
            .note("  Somebody migrates the database right now.")
            .hint("call it again in a moment"),
    }
}
