//! A stretch of steps that can be taken back as a whole.
//!
//! A table rebuild commits a transaction of its own, so no transaction can span
//! the stretch. A copy of the database can: it holds everything, rows included.
//! Other programs may write between two steps, and what they wrote is not in the
//! copy; then it is kept beside and not put back.

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use rusqlite::{Connection, OpenFlags};

use super::{DbError, ErrorKind, sqlite::Sqlite, sqlite_error::db_error};

/// The database as it was.
pub(super) struct Copy {
    file: PathBuf,
    /// SQLite's count of what others committed, as this connection sees it.
    version: i64,
    /// Somebody else has written since, seen when a connection was given up.
    pub(super) foreign: bool,
    /// Something of the stretch was committed: rolling back is not enough.
    pub(super) committed: bool,
}

impl Sqlite {
    /// Copies the database into a file, and remembers what nobody else may have
    /// changed when it is put back.
    pub(super) fn copy(&mut self, file: &Path) -> Result<Copy, DbError> {
        self.commit_group()?;
        let version = self.data_version()?;
        self.copy_to(file)?;
        Ok(Copy {
            file: file.to_owned(),
            version,
            foreign: false,
            committed: false,
        })
    }

    /// Copies the database into a new file that only its owner can read, as safe on
    /// the disk as the database is.
    pub(super) fn copy_to(&mut self, path: &Path) -> Result<(), DbError> {
        let failed = |error: std::io::Error| {
            DbError::new(
                ErrorKind::Statement,
                format!(
                    "cannot make a copy of the database as {}: {error}",
                    path.display()
                ),
            )
        };
        private(path).map_err(failed)?;
        self.writer()?
            .backup("main", path, None::<fn(_)>)
            .map_err(|error| db_error(&error))?;
        let synced = File::options().write(true).open(path);
        synced.and_then(|file| file.sync_all()).map_err(failed)
    }

    /// Changes when another connection has committed
    /// (<https://www.sqlite.org/pragma.html#pragma_data_version>).
    pub(super) fn data_version(&mut self) -> Result<i64, DbError> {
        self.writer()?
            .query_row("PRAGMA data_version", [], |row| row.get(0))
            .map_err(|error| db_error(&error))
    }

    /// The connection is about to be given up: its count ends with it.
    pub(super) fn note_foreign_writes(&mut self) {
        if self.held.is_some() {
            let version = self.data_version();
            if let Some(held) = &mut self.held {
                held.foreign |= version != Ok(held.version);
            }
        }
    }

    /// A new connection counts anew.
    pub(super) fn count_anew(&mut self) {
        if self.held.is_some() {
            let version = self.data_version();
            if let (Some(held), Ok(version)) = (&mut self.held, version) {
                held.version = version;
            }
        }
    }

    /// Something of the stretch is about to be committed, or was.
    pub(super) fn note_commit(&mut self) {
        if let Some(held) = &mut self.held {
            held.committed = true;
        }
    }

    /// Puts everything back to what it was, where nobody else has written since.
    pub(super) fn put_back_if_alone(&mut self, copy: &Copy) -> Result<(), DbError> {
        if self.is_to_be_put_back(copy)? {
            self.put_back(&copy.file)?;
        }
        Ok(())
    }

    /// The same, with what was there until then in a file of its own where it may be missed:
    /// what others wrote while another program wrote for us is counted with what that did.
    pub(super) fn put_back_beside(
        &mut self,
        copy: &Copy,
        aside: &Path,
        ours: &[&str],
    ) -> Result<(), DbError> {
        if !self.is_to_be_put_back(copy)? {
            return Ok(());
        }
        self.copy_to(aside)?;
        self.put_back(&copy.file)?;
        let ours = [ours, &[self.ledger_name()]].concat();
        // What cannot be compared may be missed.
        if has_other_rows(aside, &copy.file, &ours).is_ok_and(|more| !more) {
            let _ = std::fs::remove_file(aside);
        }
        Ok(())
    }

    /// Ends what is under way. Whether something was committed, and by nobody else.
    fn is_to_be_put_back(&mut self, copy: &Copy) -> Result<bool, DbError> {
        self.group = None;
        self.roll_back();
        // The user may have asked to stop; this is how.
        self.stop.store(false, Ordering::SeqCst);
        if !copy.committed {
            return Ok(false);
        }
        if copy.foreign || self.data_version() != Ok(copy.version) {
            return Err(DbError::new(
                ErrorKind::WrittenMeanwhile,
                "another program wrote to the database meanwhile",
            ));
        }
        Ok(true)
    }

    /// Makes the database what a copy of it is.
    pub(super) fn put_back(&mut self, copy: &Path) -> Result<(), DbError> {
        is_copy(copy)?;
        self.renew()?;
        self.writer()?;
        match &mut self.connection {
            Some(connection) => connection
                .restore("main", copy, None::<fn(_)>)
                .map_err(|error| db_error(&error)),
            None => Ok(()),
        }
    }
}

/// SQLite would make an empty database of a file that is not there, and put that back.
pub(super) fn is_copy(copy: &Path) -> Result<(), DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let tables = Connection::open_with_flags(copy, flags).and_then(|connection| {
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
    });
    let why = match tables {
        Ok(0_i64) => "it is empty".to_owned(),
        Ok(_) => return Ok(()),
        Err(error) => db_error(&error).message,
    };
    let place = copy.display();
    Err(DbError::new(
        ErrorKind::Statement,
        format!("{place} is not the copy of the database that it should be: {why}"),
    ))
}

/// Whether a table of `now` has rows that it has not in `before`, or lacks some, by the columns
/// that it has in both. Tables that are `ours` do not count.
fn has_other_rows(now: &Path, before: &Path, ours: &[&str]) -> rusqlite::Result<bool> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(now, flags)?;
    let before = before.to_string_lossy();
    connection.execute("ATTACH ?1 AS before", [before.as_ref()])?;
    let texts = |sql: &str, of: &str| -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([of], |row| row.get(0))?;
        rows.collect()
    };
    let tables = texts(
        "SELECT name FROM main.sqlite_schema WHERE type = ?1 AND name NOT GLOB 'sqlite_*'",
        "table",
    )?;
    for name in tables {
        if ours.iter().any(|one| one.eq_ignore_ascii_case(&name)) {
            continue;
        }
        let table = quoted(&name);
        let columns = texts(
            "SELECT now.name FROM pragma_table_info(?1, 'main') AS now \
             JOIN pragma_table_info(?1, 'before') AS before ON lower(now.name) = lower(before.name)",
            &name,
        )?;
        let question = if columns.is_empty() {
            format!("SELECT EXISTS (SELECT 1 FROM main.{table})")
        } else {
            // As texts: two values that a column's collation calls equal are two.
            let columns: Vec<String> = columns
                .iter()
                .map(|column| format!("quote({})", quoted(column)))
                .collect();
            let of = |schema: &str| format!("SELECT {} FROM {schema}.{table}", columns.join(", "));
            let (now, before) = (of("main"), of("before"));
            format!(
                "SELECT EXISTS ({now} EXCEPT {before}) OR EXISTS ({before} EXCEPT {now}) \
                 OR (SELECT count(*) FROM main.{table}) <> (SELECT count(*) FROM before.{table})"
            )
        };
        if connection.query_row(&question, [], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// An empty file of one's own.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_were_not_there_before() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, sql: &str| {
            let path = folder.path().join(name);
            let _ = std::fs::remove_file(&path);
            Connection::open(&path).unwrap().execute_batch(sql).unwrap();
            path
        };
        let before = make(
            "before",
            "CREATE TABLE \"a b\" (x, y COLLATE NOCASE); INSERT INTO \"a b\" VALUES (1, 'q'), (1, 'q'); \
             CREATE TABLE v (n); INSERT INTO v VALUES ('old'); CREATE TABLE gone (n); INSERT INTO gone VALUES (1);",
        );
        let is = "CREATE TABLE \"a b\" (x, z, y COLLATE NOCASE); INSERT INTO \"a b\" VALUES (1, 5, 'q'), (1, 6, 'q'); \
                  CREATE TABLE V (n); INSERT INTO V VALUES ('new'); CREATE TABLE made (n);";
        for (more, want) in [
            ("", false),
            ("INSERT INTO made VALUES (1)", true),
            ("INSERT INTO \"a b\" VALUES (2, 1, 'q')", true),
            ("INSERT INTO \"a b\" VALUES (1, 1, 'q')", true),
            ("DELETE FROM \"a b\" WHERE z = 5", true),
            ("UPDATE \"a b\" SET y = 'Q' WHERE z = 5", true),
            ("UPDATE \"a b\" SET z = 7", false),
        ] {
            let now = make("now", &format!("{is}{more}"));
            assert_eq!(has_other_rows(&now, &before, &["v"]), Ok(want), "{more}");
        }
        let now = make("now", is);
        assert_eq!(has_other_rows(&now, &before, &[]), Ok(true));
    }
}
