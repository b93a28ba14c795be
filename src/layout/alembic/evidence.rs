//! For which database modules are written, where they cannot be for another one.

use crate::model::Dialect;

/// What only a module for PostgreSQL says; text of a module and of env.py.
const POSTGRES: [&str; 5] = [
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects import postgresql",
    "postgresql://",
    "postgresql+",
    "postgresql_",
];

const SQLITE: [&str; 4] = [
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects import sqlite",
    "sqlite://",
    "sqlite+",
];

/// Whoever names one of these may write for it, too.
const OTHERS: [&str; 4] = ["mysql", "mariadb", "oracle", "mssql"];

/// The one that they all are for. A word of another one anywhere, be it in a remark, leaves it
/// open: `with_variant(…, "sqlite")`, `if dialect.name == "mysql"`.
pub fn python_evidence<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Dialect> {
    let mut found = None;
    for text in texts {
        let text = text.to_ascii_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let (postgres, sqlite) = (text.contains("postgres"), text.contains("sqlite"));
        if names(&OTHERS) || (postgres && sqlite) {
            return None;
        }
        let (this, is_sure) = match (postgres, sqlite) {
            (true, _) => (Dialect::Postgres, names(&POSTGRES)),
            (_, true) => (Dialect::Sqlite, names(&SQLITE)),
            _ => continue,
        };
        match &mut found {
            None => found = Some((this, is_sure)),
            Some((known, _)) if *known != this => return None,
            Some((_, sure)) => *sure |= is_sure,
        }
    }
    found.and_then(|(dialect, is_sure)| is_sure.then_some(dialect))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_it_is_sure() {
        let postgres = "from sqlalchemy.dialects import postgresql";
        for (texts, want) in [
            (&[][..], None),
            (&["import sqlalchemy as sa"], None),
            (
                &["import sqlalchemy as sa", postgres],
                Some(Dialect::Postgres),
            ),
            (
                &["op.create_index('i', 't', ['a'], postgresql_using='gin')"],
                Some(Dialect::Postgres),
            ),
            (&["# PostgreSQL would lock here"], None),
            (&[postgres, "# tests run on SQLite"], None),
            (&[postgres, "if bind.dialect.name == 'mysql':"], None),
            (
                &["url = f'postgresql+asyncpg://{user}@h/d'"],
                Some(Dialect::Postgres),
            ),
            (
                &["from sqlalchemy.dialects.sqlite import JSON"],
                Some(Dialect::Sqlite),
            ),
            (
                &["from sqlalchemy.dialects import postgresql, sqlite"],
                None,
            ),
        ] {
            assert_eq!(python_evidence(texts.iter().copied()), want, "{texts:?}");
        }
    }
}
