//! Database URLs: which product is meant, and where it is.
//!
//! A URL may hold a password, so it is never kept as text: it is taken apart
//! once, and `Display` and `Debug` are put together from the parts that may be
//! seen. For the same reason no error here repeats a part of a URL that could be
//! a piece of a password (which, badly quoted, can end up as a port or a host).

use std::{fmt, path::PathBuf};

use super::{
    error::{DbError, ErrorKind},
    postgres::PgUrl,
};

/// Where a database is, as the user wrote it.
///
/// | form | product |
/// | --- | --- |
/// | `sqlite:dev.db`, `sqlite://dev.db` | SQLite, relative to the working directory |
/// | `sqlite:/var/lib/app.db`, `sqlite:///var/lib/app.db` | SQLite, absolute |
/// | `sqlite::memory:` | SQLite, in memory |
/// | `postgres://…`, `postgresql://…` | PostgreSQL, as libpq reads it |
/// | `host=… dbname=…` | PostgreSQL, libpq's keywords |
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// An SQLite database.
    Sqlite(SqliteTarget),
    /// A PostgreSQL database.
    Postgres(PgUrl),
}

/// Where an SQLite database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqliteTarget {
    /// Nowhere: it is gone with the connection.
    Memory,
    /// In a file.
    File(PathBuf),
}

impl DatabaseUrl {
    /// Reads a database URL.
    pub fn parse(text: &str) -> Result<Self, DbError> {
        let text = text.trim();
        if let Some(rest) = strip_scheme(text, "sqlite:") {
            return sqlite(rest).map(Self::Sqlite);
        }
        for scheme in ["postgres://", "postgresql://"] {
            if let Some(rest) = strip_scheme(text, scheme) {
                return PgUrl::from_uri(rest).map(Self::Postgres);
            }
        }
        if is_keywords(text) {
            return PgUrl::from_keywords(text).map(Self::Postgres);
        }
        let mut error = bad(match text.split_once("://") {
            _ if text.is_empty() => "the database URL is empty".to_owned(),
            // `+` as in SQLAlchemy's postgresql+psycopg2.
            Some((scheme, _)) if scheme.bytes().all(is_scheme_byte) => format!(
                "`{scheme}` is not a database that teammig knows; it knows `sqlite:` and `postgres://`"
            ),
            _ => "a database URL begins with `sqlite:` or `postgres://`".to_owned(),
        });
        error.advice =
            Some("write sqlite:path/to/file.db or postgres://user@host:5432/database".to_owned());
        Err(error)
    }
}

fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// `text` without `scheme`, which is matched without regard to case.
fn strip_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let head = text.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme)
        .then(|| &text[scheme.len()..])
}

/// Whether it begins as libpq's keyword form does: a word and `=`.
fn is_keywords(text: &str) -> bool {
    text.split_once('=').is_some_and(|(key, _)| {
        let key = key.trim_end();
        !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

fn sqlite(rest: &str) -> Result<SqliteTarget, DbError> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match path {
        "" => Err(bad(
            "the SQLite URL names no file; write `sqlite:dev.db` or `sqlite::memory:`",
        )),
        ":memory:" => Ok(SqliteTarget::Memory),
        _ if path.contains('?') => Err(bad("teammig takes no parameters (`?…`) in an SQLite URL")),
        _ => Ok(SqliteTarget::File(PathBuf::from(path))),
    }
}

fn bad(message: impl Into<String>) -> DbError {
    DbError::new(ErrorKind::BadUrl, message)
}

impl std::str::FromStr for DatabaseUrl {
    type Err = DbError;

    fn from_str(text: &str) -> Result<Self, DbError> {
        Self::parse(text)
    }
}

impl fmt::Display for SqliteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("sqlite::memory:"),
            Self::File(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(target) => fmt::Display::fmt(target, f),
            Self::Postgres(url) => fmt::Display::fmt(url, f),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows_sqlite() {
        for (text, path) in [
            ("sqlite:dev.db", "dev.db"),
            ("sqlite:./a b/dev.db", "./a b/dev.db"),
            ("sqlite://dev.db", "dev.db"),
            ("sqlite:///var/lib/app.db", "/var/lib/app.db"),
            ("sqlite:/var/lib/app.db", "/var/lib/app.db"),
            (" SQLite:dev.db\n", "dev.db"),
        ] {
            let url = DatabaseUrl::parse(text).unwrap();
            assert_eq!(
                url,
                DatabaseUrl::Sqlite(SqliteTarget::File(path.into())),
                "{text}"
            );
            assert_eq!(url.to_string(), format!("sqlite:{path}"));
        }
        for text in ["sqlite::memory:", "sqlite://:memory:"] {
            let url = DatabaseUrl::parse(text).unwrap();
            assert_eq!(url, DatabaseUrl::Sqlite(SqliteTarget::Memory));
        }
    }

    #[test]
    fn refuses_what_is_no_database() {
        for (text, message) in [
            ("", "is empty"),
            ("dev.db", "begins with"),
            ("mysql://u:secret@h/d", "`mysql` is not a database"),
            (
                "postgresql+psycopg2://u:secret@h/d",
                "`postgresql+psycopg2`",
            ),
            ("sqlite:", "names no file"),
            ("sqlite:x.db?mode=ro", "no parameters"),
        ] {
            let error = DatabaseUrl::parse(text).unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadUrl);
            assert!(error.message.contains(message), "{}", error.message);
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }
}
