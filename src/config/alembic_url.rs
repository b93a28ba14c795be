//! URLs as `SQLAlchemy` writes them, and as teammig does.
//!
//! Both name a PostgreSQL database alike, but for the driver's name. An SQLite file they do
//! not: `sqlite:///a.db` is relative to `SQLAlchemy`, and `/a.db` to teammig.

use super::Secret;
use crate::model::Dialect;

/// What teammig connects to, of a URL in either form.
pub(super) fn ours(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (product, _driver) = scheme.split_once('+').unwrap_or((scheme, ""));
    match product {
        "sqlite" => match rest.strip_prefix('/') {
            None | Some("" | ":memory:") => "sqlite::memory:".to_owned(),
            // An absolute path has a slash of its own.
            Some(path) => {
                let path = path.split_once('?').map_or(path, |(path, _)| path);
                format!("sqlite:{path}")
            }
        },
        "postgresql" | "postgres" => format!("postgresql://{rest}"),
        _ => url.to_owned(),
    }
}

/// What `SQLAlchemy` connects to, of a URL in either form.
pub(super) fn theirs(url: &str) -> Secret {
    Secret::new(match url.split_once("://") {
        Some(("postgres", rest)) => format!("postgresql://{rest}"),
        Some(_) => url.to_owned(),
        None => match url.strip_prefix("sqlite:") {
            Some(":memory:") => "sqlite://".to_owned(),
            Some(path) => format!("sqlite:///{path}"),
            None => url.to_owned(),
        },
    })
}

/// An ini's `sqlalchemy.url` that is one: not empty, not the template's, no variable in it.
pub(super) fn is_written_out(url: &str) -> bool {
    dialect(url).is_some() && !url.contains(['%', '{', '$'])
}

/// The database that a URL is of; what follows the scheme may be filled in elsewhere.
pub(super) fn dialect(url: &str) -> Option<Dialect> {
    let (scheme, _) = url.split_once("://")?;
    let product = scheme
        .split_once('+')
        .map_or(scheme, |(product, _)| product);
    match product {
        "sqlite" => Some(Dialect::Sqlite),
        "postgresql" | "postgres" => Some(Dialect::Postgres),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        for (url, our, their) in [
            ("sqlite:///dev.db", "sqlite:dev.db", "sqlite:///dev.db"),
            (
                "sqlite:////var/dev.db",
                "sqlite:/var/dev.db",
                "sqlite:////var/dev.db",
            ),
            (
                "sqlite+aiosqlite:///dev.db",
                "sqlite:dev.db",
                "sqlite+aiosqlite:///dev.db",
            ),
            ("sqlite://", "sqlite::memory:", "sqlite://"),
            ("sqlite:dev.db", "sqlite:dev.db", "sqlite:///dev.db"),
            (
                "sqlite:/var/dev.db",
                "sqlite:/var/dev.db",
                "sqlite:////var/dev.db",
            ),
            (
                "postgres://u@h/d",
                "postgresql://u@h/d",
                "postgresql://u@h/d",
            ),
            (
                "postgresql+psycopg2://u:p@h:5432/d",
                "postgresql://u:p@h:5432/d",
                "postgresql+psycopg2://u:p@h:5432/d",
            ),
        ] {
            assert_eq!(ours(url), our);
            assert_eq!(theirs(url).expose(), their);
        }
    }

    #[test]
    fn what_the_template_has_is_no_url() {
        assert!(!is_written_out("driver://user:pass@localhost/dbname"));
        assert!(!is_written_out("postgresql://%(DB_USER)s@h/d"));
        assert!(!is_written_out(""));
        assert!(is_written_out("sqlite:///dev.db"));
        let of = dialect("postgresql+asyncpg://%(DB_USER)s@h/d");
        assert_eq!(of, Some(Dialect::Postgres));
        assert_eq!(dialect("driver://user:pass@localhost/dbname"), None);
    }
}
