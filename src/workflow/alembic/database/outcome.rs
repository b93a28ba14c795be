//! What is said of a call, once the table was read again.

use std::collections::BTreeSet;

use super::AlembicDatabase;
use crate::{
    db::{DbError, JobError, Leaves, Notice},
    model::{Dialect, RevId},
    workflow::alembic::{
        blame::{attributed, line_of, names, step_at, wrong},
        caller::Failed,
        child::Said,
        stretch::Stretch,
    },
};

impl AlembicDatabase {
    /// Alembic leaves rows behind that other rows build on (a dependency that an ancestor has,
    /// too), and then refuses everything.
    pub(super) fn warn_of_overlap(
        &mut self,
        notice: &mut dyn FnMut(Notice<'_>),
    ) -> Result<(), DbError> {
        if let Some((superfluous, right)) = self.overlap()? {
            notice(Notice::Server(&format!(
                "Alembic left {} in {}, though other rows build on it, and would refuse the next upgrade: `teammig stamp \
                 --purge {right}` puts that right",
                names(&superfluous),
                self.table.name(),
            )));
        }
        Ok(())
    }

    /// The same rows by a program without `--purge`, as Flask-Migrate was for long: first none,
    /// then one after the other. Rows beside each other are added to what is there.
    pub(super) fn stamp_anew(&self, rows: &[RevId]) -> Result<Said, Failed> {
        let stamp = |row: &str| {
            let arguments = ["stamp".to_owned(), row.to_owned()];
            self.caller.call(&arguments, &mut |_| {})
        };
        rows.iter()
            .try_fold(stamp("base")?, |_, row| stamp(row.as_str()))
    }

    /// Rows that other rows build on, and the rows that say the same without them.
    fn overlap(&mut self) -> Result<Option<(Vec<RevId>, String)>, DbError> {
        let rows = self.table.rows(&mut *self.inner)?.unwrap_or_default();
        let superfluous = self.known.superfluous(&rows);
        if superfluous.is_empty() {
            return Ok(None);
        }
        let right: Vec<RevId> = self.known.rows(&self.known.applied(&rows));
        let right: Vec<&str> = right.iter().map(RevId::as_str).collect();
        Ok(Some((superfluous, right.join(" "))))
    }

    /// With such rows Alembic begins nothing; which ones to write is known here.
    pub(super) fn told_of_overlap(&mut self, mut error: JobError) -> JobError {
        if error.leaves == Leaves::NotBegun
            && let Ok(Some((superfluous, right))) = self.overlap()
        {
            error.error.advice = Some(format!(
                "{} has {}, on which another of its rows builds, so that Alembic refuses everything (as where files got \
                 other parents since): `teammig stamp --purge {right}` writes it anew, and the same stays applied",
                self.table.name(),
                names(&superfluous)
            ));
        }
        error
    }

    /// A call that failed, with the place in the migration's file.
    pub(super) fn failed(&self, stretch: &Stretch, failed: Failed, done: usize) -> JobError {
        let place = failed.explained.place.clone();
        let traced = || step_at(stretch, &self.known.files, place.as_deref()?);
        let running = failed.explained.running.clone().or_else(traced);
        let mut error = attributed(failed.into_error(), stretch, done, running.as_deref());
        error.leaves = match (running, self.inner.dialect()) {
            (None, _) => Leaves::NotBegun,
            // Alembic runs SQLite's DDL outside of transactions.
            (Some(_), Dialect::Sqlite) => Leaves::Traces,
            (Some(_), Dialect::Postgres) => Leaves::Nothing,
        };
        error.statement = error.broken.as_ref().and_then(|broken| {
            let file = self.known.files.get(&broken.at)?;
            line_of(stretch.direction, file, place.as_deref()?)
        });
        error
    }

    /// It went well, and this database knows nothing of it.
    pub(super) fn elsewhere(&self) -> DbError {
        wrong(
            format!(
                "Alembic said that it went well, and {} of {} is as before: it worked on another database",
                self.table.name(),
                self.inner.location()
            ),
            &format!(
                "env.py takes its URL from elsewhere; teammig gives it as {}: let env.py read that, or name the variable \
                 that it reads with `alembic: {{url_variable: NAME}}` in teammig.yaml. Which database was changed, \
                 `{} current --verbose` says",
                self.caller.variables(),
                self.caller.shown()
            ),
        )
    }

    /// It went well, and came out elsewhere.
    pub(super) fn astray(&self, wanted: &BTreeSet<RevId>, now: &BTreeSet<RevId>) -> DbError {
        let rows = |applied| match self.known.rows(applied).as_slice() {
            [] => "base".to_owned(),
            rows => names(rows),
        };
        wrong(
            format!(
                "Alembic said that it went well, and {} is at {} and not at {}",
                self.table.name(),
                rows(now),
                rows(wanted)
            ),
            "somebody else changed it at the same time, or the files did: `teammig status` says where it stands",
        )
    }
}
