//! What keeps the project's own Alembic from doing its part, in words.

use super::{Report, database};
use crate::{
    model::RevId,
    workflow::alembic::{AlembicError, NotOffline},
};

pub(super) fn report(error: &AlembicError, words: String) -> Report {
    match error {
        AlembicError::NotFound { program, tried } => {
            let report = Report::new("no-alembic", 1, words);
            let report = tried
                .iter()
                .fold(report, |report, place| report.note(format!("  looked at {place}")));
            report
                .hint(format!(
                    "install the project's requirements into .venv, or activate the environment that has {program}"
                ))
                .hint("`alembic: {command: [docker, compose, exec, backend, alembic]}` in teammig.yaml names any other way to run it")
        }
        AlembicError::NotAllowed { command } => Report::new("not-allowed", 3, words)
            .note(format!("  {command}"))
            .note("A command of teammig.yaml may come from anybody who can change that file.")
            .hint("look at what it runs; then `teammig upgrade --allow-command` runs it, and remembers for this clone that it may be run"),
        AlembicError::NotOffline(why) => {
            let report = Report::new("not-offline", 1, words)
                .note("Nothing was written. teammig runs the project's env.py in Alembic's offline mode (`--sql`).");
            match why {
                NotOffline::NoRun => report.hint(
                    "env.py needs `if context.is_offline_mode():`, with `context.configure(url=url, literal_binds=True)` and \
                     `context.run_migrations()` below it, as `alembic init` writes it",
                ),
                NotOffline::Dialect { .. } => report.hint(
                    "let env.py read the URL of the variable that `alembic: {url_variable: …}` names, also in \
                     run_migrations_offline() (docs/alembic.md, Which database)",
                ),
                NotOffline::Several => report.hint(
                    "give each database an entry of its own in `databases:` with a section of alembic.ini, and import them with `--database`",
                ),
                NotOffline::Other { .. } => {
                    report.hint("`--dialect sqlite` or `--dialect postgres` says for which the scripts are written")
                }
                NotOffline::Missing { .. } | NotOffline::Unreadable => {
                    report.hint("does env.py read other folders than teammig? `migrations:` in teammig.yaml names them")
                }
            }
        }
        AlembicError::Failed(error) => {
            let mut report = Report::new("alembic-failed", 1, words);
            database::details(&mut report, error);
            report
        }
        AlembicError::ComparesLedger { table } => Report::new("alembic-failed", 1, words)
            .note("Nothing was written.")
            .hint(format!(
                "give `context.configure(…)` in env.py, at both places, `include_name=lambda name, kind, parents: kind != \"table\" or \
                 not name.startswith(\"{table}\")`"
            )),
        AlembicError::NothingWritten { said } => Report::new("alembic-failed", 1, words)
            .note(said.trim_end().to_owned())
            .hint("does its env.py write revisions into another folder than `version_locations` says?"),
        AlembicError::Unplaced { rows, placed, .. } => {
            let listed = |ids: &[RevId], between| ids.iter().map(RevId::as_str).collect::<Vec<_>>().join(between);
            // What stays where the table has nothing else, only who looks at the schema knows.
            let stays = if placed.is_empty() { "<revision>".to_owned() } else { listed(placed, " ") };
            Report::new("unknown-revision", 3, words)
                .hint("its branch may not be fetched: `git fetch --all`, then again")
                .hint(format!(
                    "where it is lost for good: look what of the schema is there, then `teammig stamp --purge {stays}` says so \
                     and forgets {}",
                    listed(rows, ", ")
                ))
        }
    }
}
