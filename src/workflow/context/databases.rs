//! The databases of a use-case: which one was chosen, and how it is opened.

use std::time::Duration;

use super::Context;
use crate::{
    config::{ChosenBy, DEFAULT_LOCK_TIMEOUT, Target},
    db::{self, Database, RunSettings},
    model::Ledger,
    workflow::{Error, alembic, known},
};

impl Context {
    /// The database that was chosen.
    pub fn target(&self) -> Result<Target, Error> {
        Ok(self.config.target(
            self.options.url.as_deref(),
            self.options.environment.as_deref(),
            &self.cwd,
        )?)
    }

    /// The database that was chosen was named, not taken by default.
    pub fn environment_was_named(&self) -> bool {
        self.options.environment.is_some() || self.options.url.is_some()
    }

    /// Two `databases:` with one ledger would take each other's revisions for
    /// something that only the database has.
    fn refuse_shared_ledger(&self, target: &Target) -> Result<(), Error> {
        let own = &self.config;
        let Some(location) = known::location(target) else {
            return Ok(());
        };
        for other in own.siblings() {
            let same_ledger = if location.starts_with("sqlite:") {
                // SQLite has no schemas, and names in any case.
                other.ledger_table.eq_ignore_ascii_case(&own.ledger_table)
            } else {
                other.ledger_table == own.ledger_table && other.ledger_schema == own.ledger_schema
            };
            if !same_ledger {
                continue;
            }
            // Where none is named, the variable leads both to one database.
            let unnamed = other.environments.is_empty() && target.by == ChosenBy::Variable;
            if unnamed {
                return Err(Error::SharedLedger {
                    database: own.database.clone().unwrap_or_default(),
                    other: other.database.clone().unwrap_or_default(),
                    environment: target.environment.clone(),
                    table: own.ledger_table.clone(),
                    location,
                });
            }
            for environment in &other.environments {
                let there = other.target(None, Some(&environment.name), &self.cwd);
                // A variable that is not set here leads nowhere.
                if there.is_ok_and(|there| known::location(&there).as_ref() == Some(&location)) {
                    return Err(Error::SharedLedger {
                        database: own.database.clone().unwrap_or_default(),
                        other: other.database.clone().unwrap_or_default(),
                        environment: environment.name.clone(),
                        table: own.ledger_table.clone(),
                        location,
                    });
                }
            }
        }
        Ok(())
    }

    /// Opens the chosen database.
    pub fn database(&self) -> Result<Box<dyn Database>, Error> {
        let target = self.target()?;
        self.refuse_shared_ledger(&target)?;
        let database = db::open(
            target.url.expose(),
            &target.base,
            &self.run_settings(&target),
            &|name| self.config.env.get(name).map(str::to_owned),
            &|place| {
                if let Some(waiting) = self.options.waiting {
                    waiting(place);
                }
            },
        )
        .map_err(|error| Error::Database {
            dialect: db::dialect_of(target.url.expose()),
            location: match target.by {
                ChosenBy::Url => "--url".to_owned(),
                _ => target.environment.clone(),
            },
            error: Box::new(error),
        })?;
        if alembic::is_used(self) {
            alembic::wrap(self, &target, database)
        } else {
            Ok(database)
        }
    }

    /// The command of the configuration may be run, whatever this clone remembers.
    pub(in crate::workflow) fn may_run_commands(&self) -> bool {
        self.options.allow_command.get()
    }

    /// From now on it may.
    pub(in crate::workflow) fn allow_commands(&self) {
        self.options.allow_command.set(true);
    }

    /// The `lock_timeout` and the `statement_timeout` that scripts are to have, where
    /// somebody said so.
    pub(in crate::workflow) fn script_timeouts(
        &self,
        target: &Target,
    ) -> (Option<Duration>, Option<Duration>) {
        let settings = self.run_settings(target);
        (settings.ddl_lock_timeout, settings.statement_timeout)
    }

    /// The server on which scratch databases are made, where the configuration names one.
    pub(in crate::workflow) fn scratch_server(&self) -> Result<Option<Box<dyn Database>>, Error> {
        let Some(url) = self.config.scratch()? else {
            return Ok(None);
        };
        let settings = self.run_settings(&self.target()?);
        let env = |name: &str| self.config.env.get(name).map(str::to_owned);
        let waiting = |place: &str| {
            if let Some(waiting) = self.options.waiting {
                waiting(place);
            }
        };
        db::open(url.expose(), &self.config.root, &settings, &env, &waiting)
            .map(Some)
            .map_err(|error| Error::Database {
                dialect: db::dialect_of(url.expose()),
                location: "scratch".to_owned(),
                error: Box::new(error),
            })
    }

    /// An empty database of SQLite that is nowhere but in memory.
    pub(in crate::workflow) fn in_memory(&self) -> Result<Box<dyn Database>, Error> {
        let settings = self.run_settings(&self.target()?);
        let opened = db::open(
            "sqlite::memory:",
            &self.config.root,
            &settings,
            &|_| None,
            &|_| {},
        );
        opened.map_err(|error| Error::Database {
            dialect: None,
            location: "memory".to_owned(),
            error: Box::new(error),
        })
    }

    /// The rows of a database.
    pub fn ledger(&self, database: &mut dyn Database) -> Result<Ledger, Error> {
        let ledger = database
            .ledger()
            .map_err(|error| Error::database(database, error))?;
        known::remember(self, &ledger);
        Ok(ledger)
    }

    fn run_settings(&self, target: &Target) -> RunSettings {
        let given = &self.options.timeouts;
        let own = &target.timeouts;
        RunSettings {
            ddl_lock_timeout: given.ddl_lock_timeout.or(own.ddl_lock_timeout),
            statement_timeout: given.statement_timeout.or(own.statement_timeout),
            lock_retries: given.lock_retries.or(own.lock_retries).unwrap_or(3),
            ledger_table: self.config.ledger_table.clone(),
            ledger_schema: self.config.ledger_schema.clone(),
            left_out: self.leave_out(),
            application: format!("teammig {} by {}", self.options.command, self.who()),
        }
    }

    /// How long to wait for another deployer.
    pub fn lock_timeout(&self) -> Duration {
        let own = self
            .target()
            .ok()
            .and_then(|target| target.timeouts.lock_timeout);
        self.options
            .timeouts
            .lock_timeout
            .or(own)
            .unwrap_or(DEFAULT_LOCK_TIMEOUT)
    }
}
