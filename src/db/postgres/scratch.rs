//! Scratch databases on a PostgreSQL server: made, and dropped whatever happens.
//!
//! A keeper's session holds an advisory lock of the database's name from before it is
//! made until it is dropped. A run that was killed leaves a database without a lock and
//! without a session; the next run finds it by its name and drops it. A state that is
//! to be returned to is a second database beside, of which the same holds. Roles and other
//! things of the whole server are not touched here, nor is any database that is in use.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{
    Postgres, connect,
    ledger::{LedgerTable, Row, ident, literal},
    lock::interrupted,
    pg_error,
    resolve::Target,
    session::{Failure, Session},
};
use crate::{
    db::{
        RunSettings,
        error::{DbError, ErrorKind},
        scratch::{Likeness, ScratchError, patience},
    },
    model::Dialect,
};

/// How names of scratch databases begin.
const PREFIX: &str = "teammig_scratch_";

/// The first half of the advisory locks of scratch databases; the other half is the
/// name's hash. (A number without meaning that nobody else uses.)
const LOCKS: u32 = 1_952_804_205;

/// SQLSTATE: the server is a standby, or reads only.
const READ_ONLY: &str = "25006";

/// Settings whose values are lists of names, and stand in the catalog as such.
const LISTS: &[&str] = &[
    "search_path",
    "temp_tablespaces",
    "local_preload_libraries",
    "session_preload_libraries",
];

/// How long a session may take to be gone from the server after it was closed.
const LEAVING: Duration = Duration::from_secs(5);

/// What the server says of a database that somebody is in: with FORCE, who may not be put
/// out by this role; without it, anybody.
const IN_USE: &[&str] = &[pg_error::INSUFFICIENT_PRIVILEGE, pg_error::OBJECT_IN_USE];

/// How long until dropping a database that somebody is in is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// Drops a scratch database when it goes.
pub(super) struct Keeper {
    session: Session,
    name: String,
    /// A copy of it, as it was when it was marked.
    mark: Option<String>,
    /// Settings that belong to the database, and no template hands on.
    settings: Vec<(String, String)>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // What fails here is found by the next run.
        let _ = self.drop_mark();
        let _ = drop_database(&mut self.session, &self.name);
    }
}

impl Keeper {
    /// Makes a database, with the lock of its name, which says that it is in use.
    fn create(&mut self, name: &str, like: &str) -> Result<(), DbError> {
        let lock = format!("SELECT {}", lock("advisory_lock", &literal(name)?));
        self.session.execute(&lock).map_err(Failure::into_error)?;
        let quoted = ident(name)?;
        self.session
            .execute(&format!("CREATE DATABASE {quoted} {like}"))
            .map_err(Failure::into_error)?;
        for (setting, value) in &self.settings {
            let value = if LISTS.contains(&setting.as_str()) && !value.is_empty() {
                value.clone()
            } else {
                literal(value)?
            };
            let set = setting
                .split('.')
                .map(ident)
                .collect::<Result<Vec<_>, _>>()?;
            self.session
                .execute(&format!(
                    "ALTER DATABASE {quoted} SET {} TO {value}",
                    set.join(".")
                ))
                .map_err(Failure::into_error)?;
        }
        Ok(())
    }

    /// Copies the database, in which nobody may be.
    fn mark(&mut self) -> Result<(), DbError> {
        self.drop_mark()?;
        let name = format!("{}_mark", self.name);
        self.wait_until_left()?;
        // Even half made it has to go with the other one.
        self.mark = Some(name.clone());
        let template = format!("TEMPLATE {}", ident(&self.name)?);
        self.create(&name, &template)
    }

    /// Puts the copy in the place of the database.
    fn rewind(&mut self) -> Result<(), DbError> {
        let Some(mark) = self.mark.take() else {
            return Err(DbError::new(
                ErrorKind::Statement,
                "there is no state to return to",
            ));
        };
        drop_database(&mut self.session, &self.name)?;
        self.session
            .execute(&format!(
                "ALTER DATABASE {} RENAME TO {}",
                ident(&mark)?,
                ident(&self.name)?
            ))
            .map_err(Failure::into_error)?;
        self.let_go(&mark)
    }

    fn drop_mark(&mut self) -> Result<(), DbError> {
        let Some(mark) = self.mark.take() else {
            return Ok(());
        };
        drop_database(&mut self.session, &mark)?;
        self.let_go(&mark)
    }

    fn let_go(&mut self, name: &str) -> Result<(), DbError> {
        let unlock = format!("SELECT {}", lock("advisory_unlock", &literal(name)?));
        self.session.execute(&unlock).map_err(Failure::into_error)
    }

    /// A session that was closed is on the server for a moment longer, and nothing is
    /// copied as long as it is; the server itself would look only ten times a second.
    fn wait_until_left(&mut self) -> Result<(), DbError> {
        let somebody = format!(
            "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE datname = {}",
            literal(&self.name)?
        );
        let begin = Instant::now();
        loop {
            let rows = self.session.rows(&somebody).map_err(Failure::into_error)?;
            if rows.is_empty() || begin.elapsed() > LEAVING {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Drops a database and puts out who is in it. Whom a role may not put out (a process of
/// the server's own that cleans up in there, or a superuser) is waited for: the server
/// tells the first of them to stop, and waits a few seconds for all, without FORCE only.
fn drop_database(session: &mut Session, name: &str) -> Result<(), DbError> {
    let plain = format!("DROP DATABASE IF EXISTS {}", ident(name)?);
    let forced = format!("{plain} WITH (FORCE)");
    let mut outcome = session.execute(&forced);
    for again in [&plain, &forced, &plain] {
        let is_in_use = outcome.as_ref().is_err_and(|failure| {
            let code = failure.code();
            code.is_some_and(|code| IN_USE.contains(&code))
        });
        if !is_in_use {
            break;
        }
        std::thread::sleep(AGAIN);
        outcome = session.execute(again);
    }
    outcome.map_err(Failure::into_error)
}

impl Postgres {
    /// What a scratch database needs to have in common with this one.
    pub(super) fn read_likeness(&mut self) -> Result<Likeness, DbError> {
        let row = self
            .session
            .rows(
                "SELECT pg_catalog.current_setting('server_version_num')::int4 OPERATOR(pg_catalog./) 10000, \
                 pg_catalog.pg_encoding_to_char(encoding), pg_catalog.to_jsonb(d) \
                 FROM pg_catalog.pg_database d WHERE datname = pg_catalog.current_database()",
            )
            .map_err(Failure::into_error)?
            .pop()
            .unwrap_or_default();
        let mut columns = row.into_iter();
        let mut text = || columns.next().flatten().unwrap_or_default();
        let (major, encoding, catalog) = (text(), text(), text());
        let settings = self.session.rows(
            "SELECT pg_catalog.split_part(s, '=', 1), pg_catalog.substr(s, pg_catalog.strpos(s, '=') \
             OPERATOR(pg_catalog.+) 1) FROM (SELECT setrole, pg_catalog.unnest(setconfig) AS s \
             FROM pg_catalog.pg_db_role_setting r JOIN pg_catalog.pg_database d ON d.oid = r.setdatabase \
             WHERE d.datname = pg_catalog.current_database() AND (r.setrole = 0 OR r.setrole = \
             (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = SESSION_USER))) AS all_of_them \
             WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_settings p WHERE p.name = \
             pg_catalog.split_part(s, '=', 1) AND p.context <> 'user') ORDER BY setrole",
        );
        let pair = |row: Row| {
            let mut columns = row.into_iter();
            Some((columns.next()??, columns.next()??))
        };
        Ok(Likeness {
            dialect: Dialect::Postgres,
            major: major.parse().unwrap_or(0),
            options: options(&encoding, &catalog)?,
            settings: settings
                .map_err(Failure::into_error)?
                .into_iter()
                .filter_map(pair)
                .collect(),
        })
    }

    /// Makes a scratch database on this server, after having cleared away what runs
    /// that were killed left.
    pub(super) fn create_scratch(&mut self, like: &Likeness) -> Result<Postgres, ScratchError> {
        like.fits(&self.read_likeness()?)?;
        let mut session = connect::connect(&self.target, &|_| {})?;
        sweep(&mut session);
        let mut keeper = Keeper {
            session,
            name: new_name(),
            mark: None,
            settings: like.settings.clone(),
        };
        if self.session.take_interrupt() {
            return Err(interrupted().into());
        }
        let name = keeper.name.clone();
        keeper
            .create(&name, &format!("TEMPLATE template0 {}", like.options))
            .map_err(refused)?;
        let target = Target {
            dbname: keeper.name.clone(),
            ..self.target.clone()
        };
        let schema = self.settings.ledger_schema.as_deref();
        let mut scratch = Postgres {
            session: connect::connect(&target, &|_| {})?,
            location: target.location(),
            target,
            table: LedgerTable::new(schema, &self.settings.ledger_table)?,
            settings: RunSettings {
                statement_timeout: Some(patience(&self.settings)),
                ..self.settings.clone()
            },
            exists: false,
            lock: None,
            fresh: None,
            held: false,
            unflushed: false,
            keeper: Some(keeper),
        };
        scratch.locate()?;
        Ok(scratch)
    }

    /// The database's name on its server.
    pub(super) fn name(&self) -> &str {
        &self.target.dbname
    }

    /// Remembers the state of a scratch database.
    pub(super) fn mark_state(&mut self) -> Result<(), DbError> {
        self.aside(Keeper::mark)
    }

    /// Returns to the state that was remembered.
    pub(super) fn rewind_state(&mut self) -> Result<(), DbError> {
        self.aside(Keeper::rewind)
    }

    /// Does something with the database while this session is not in it.
    fn aside(
        &mut self,
        act: impl FnOnce(&mut Keeper) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        let Some(keeper) = &mut self.keeper else {
            return Err(DbError::new(
                ErrorKind::Statement,
                "it is not a scratch database",
            ));
        };
        let stopped = self.session.take_interrupt();
        self.session.close();
        if stopped {
            return Err(interrupted());
        }
        act(keeper)?;
        self.connect_again(Duration::ZERO, &mut |_| {})?;
        self.locate()
    }
}

/// Drops scratch databases that nobody holds. Those of other roles, and any that
/// somebody enters meanwhile, stay: a failure here is no reason not to go on.
fn sweep(session: &mut Session) {
    let Ok(pattern) = literal(&format!("{}%", PREFIX.replace('_', "\\_"))) else {
        return;
    };
    let held = format!(
        "EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 2 \
         AND l.classid = {LOCKS}::pg_catalog.oid AND l.objid = (pg_catalog.hashtext(d.datname::text)::int8 \
         OPERATOR(pg_catalog.&) 4294967295)::pg_catalog.oid)"
    );
    let leftovers = session.rows(&format!(
        "SELECT d.datname FROM pg_catalog.pg_database d WHERE d.datname LIKE {pattern} \
         AND pg_catalog.pg_has_role(d.datdba, 'USAGE') AND NOT {held} AND NOT EXISTS \
         (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)"
    ));
    for name in leftovers
        .unwrap_or_default()
        .into_iter()
        .flatten()
        .flatten()
    {
        if let Ok(name) = ident(&name) {
            // Without FORCE: one that is in use stays.
            let _ = session.execute(&format!("DROP DATABASE IF EXISTS {name}"));
        }
    }
}

fn lock(function: &str, name: &str) -> String {
    format!("pg_catalog.pg_{function}({LOCKS}, pg_catalog.hashtext({name}))")
}

/// A name that no other run makes up, and no other thread of this one.
fn new_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!(
        "{PREFIX}{}_{}_{:09}_{}",
        std::process::id(),
        now.as_secs(),
        now.subsec_nanos(),
        MADE.fetch_add(1, Ordering::Relaxed)
    )
}

/// Encoding and collation as `CREATE DATABASE` takes them, from the row of `pg_database`:
/// its columns differ between versions.
fn options(encoding: &str, row: &str) -> Result<String, DbError> {
    let row: serde_json::Value = serde_json::from_str(row)
        .map_err(|error| DbError::new(ErrorKind::Statement, format!("pg_database: {error}")))?;
    let column = |name: &str| row.get(name).and_then(|value| value.as_str());
    let mut options = vec![format!("ENCODING {}", literal(encoding)?)];
    for (option, value) in [
        ("LC_COLLATE", column("datcollate")),
        ("LC_CTYPE", column("datctype")),
    ] {
        if let Some(value) = value {
            options.push(format!("{option} {}", literal(value)?));
        }
    }
    // PostgreSQL 15 and 16: daticulocale; since 17: datlocale.
    let locale = column("datlocale").or_else(|| column("daticulocale"));
    let provider = match column("datlocprovider") {
        Some("i") => Some(("icu", "ICU_LOCALE")),
        Some("b") => Some(("builtin", "BUILTIN_LOCALE")),
        _ => None,
    };
    if let (Some((provider, option)), Some(locale)) = (provider, locale) {
        options.push(format!("LOCALE_PROVIDER {provider}"));
        options.push(format!("{option} {}", literal(locale)?));
        if let Some(rules) = column("daticurules") {
            options.push(format!("ICU_RULES {}", literal(rules)?));
        }
    }
    Ok(options.join(" "))
}

fn refused(error: DbError) -> ScratchError {
    match error.code.as_deref() {
        Some(pg_error::INSUFFICIENT_PRIVILEGE | READ_ONLY) => ScratchError::NotAllowed(error),
        _ => ScratchError::Failed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_and_collation_of_each_version() {
        for (row, wanted) in [
            (
                r#"{"datcollate": "C", "datctype": "de_DE.UTF-8"}"#,
                "ENCODING E'UTF8' LC_COLLATE E'C' LC_CTYPE E'de_DE.UTF-8'",
            ),
            (
                r#"{"datcollate": "C", "datctype": "C", "datlocprovider": "i", "daticulocale": "de", "daticurules": null}"#,
                "ENCODING E'UTF8' LC_COLLATE E'C' LC_CTYPE E'C' LOCALE_PROVIDER icu ICU_LOCALE E'de'",
            ),
            (
                r#"{"datcollate": "C", "datctype": "C", "datlocprovider": "b", "datlocale": "C.UTF-8"}"#,
                "ENCODING E'UTF8' LC_COLLATE E'C' LC_CTYPE E'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE E'C.UTF-8'",
            ),
            (
                r#"{"datcollate": "C", "datctype": "C", "datlocprovider": "c", "datlocale": null}"#,
                "ENCODING E'UTF8' LC_COLLATE E'C' LC_CTYPE E'C'",
            ),
        ] {
            let options = options("UTF8", row).unwrap();
            assert_eq!(options.replace(" '", " E'"), wanted, "{row}");
        }
    }
}
