//! The tables in which other tools keep what they applied, read and understood.
//!
//! Only SELECTs: a foreign ledger is never written. The columns are those of
//! the tools' own `CREATE TABLE`, under their default names.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Error, Refusal, Tool};
use crate::{db::Database, model::Dialect, sql};

/// One migration that the source's table calls applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Applied {
    /// In the form of `Tool::canonical_version`.
    pub(super) version: String,
    /// The checksum of what ran, where the tool keeps one.
    pub(super) checksum: Option<String>,
    /// When it ran, where the tool keeps that.
    pub(super) at: Option<Timestamp>,
}

/// What a table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// These are applied.
    Rows(Vec<Applied>),
    /// This version is applied, and so is everything below it, by assumption.
    UpTo(String),
    /// These are applied, and everything up to a baseline counts as such.
    Baseline(String, Vec<Applied>),
}

type Row = Vec<Option<String>>;

/// Reads the tool's table; its name may have a schema before it.
pub(super) fn read(database: &mut dyn Database, tool: Tool, table: &str) -> Result<Said, Error> {
    let dialect = database.dialect();
    let quoted = quote(table, dialect)?;
    let columns = query(database, &columns_sql(table, &quoted, dialect)?)?;
    let columns: Vec<&str> = columns
        .iter()
        .filter_map(|row| row.first()?.as_deref())
        .collect();
    if columns.is_empty() {
        return Err(Refusal::new(format!(
            "{} has no table {table}, in which {} keeps what it applied",
            database.location(),
            tool.name()
        ))
        .hint("is it the right database? `--env` or `--url` names another one, `--table` another table")
        .hint("without `--adopt` only the files are imported; `teammig upgrade` then applies them")
        .into());
    }
    if let Some(missing) = wanted(tool).iter().find(|name| !columns.contains(*name)) {
        return Err(Refusal::new(format!(
            "the table {table} of {} has no column `{missing}`, so it is not the one of {}",
            database.location(),
            tool.name()
        ))
        .note(format!("  its columns are {}", columns.join(", ")))
        .hint("`--from` names another tool")
        .into());
    }
    let rows = query(database, &select(tool, &quoted, dialect))?;
    understand(tool, &rows)
}

/// `schema.table` with both parts in quotes.
fn quote(table: &str, dialect: Dialect) -> Result<String, Error> {
    let parts: Result<Vec<String>, _> = table
        .split('.')
        .map(|part| sql::ident(part, dialect))
        .collect();
    parts
        .map(|parts| parts.join("."))
        .map_err(|error| Error::Usage(format!("--table: {error}")))
}

fn query(database: &mut dyn Database, sql: &str) -> Result<Vec<Row>, Error> {
    database
        .query_text(sql)
        .map_err(|error| Error::database(database, error))
}

/// The names of a table's columns; no rows if there is no such table. On
/// PostgreSQL the search path finds it, as it does for the tools.
fn columns_sql(table: &str, quoted: &str, dialect: Dialect) -> Result<String, Error> {
    let literal = |text: &str| {
        sql::literal(text, dialect).map_err(|error| Error::Usage(format!("--table: {error}")))
    };
    Ok(match dialect {
        Dialect::Sqlite => {
            let name = table.rsplit_once('.').map_or(table, |(_, name)| name);
            format!("SELECT name FROM pragma_table_info({})", literal(name)?)
        }
        Dialect::Postgres => format!(
            "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass( {}) AND attnum > 0 \
             AND NOT attisdropped ORDER BY attnum",
            literal(quoted)?
        ),
    })
}

/// The columns that tell a tool's table from others of its name:
/// `schema_migrations` is also dbmate's, Rails' and Ecto's.
fn wanted(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::Diesel => &["version", "run_on"],
        Tool::Sqlx => &["version", "success", "checksum", "installed_on"],
        Tool::GolangMigrate => &["version", "dirty"],
        Tool::Dbmate => &["version"],
        Tool::Alembic => &["version_num"],
        Tool::Goose => &["id", "version_id", "is_applied", "tstamp"],
        Tool::Flyway => &[
            "installed_rank",
            "version",
            "type",
            "checksum",
            "installed_on",
            "success",
        ],
    }
}

fn select(tool: Tool, table: &str, dialect: Dialect) -> String {
    // Columns without a time zone hold the time of the source's session, which
    // is the server's as a rule, as ours is.
    let utc = |column: &str| match dialect {
        Dialect::Sqlite => format!("strftime('%Y-%m-%dT%H:%M:%SZ', {column})"),
        Dialect::Postgres => format!(
            "to_char({column}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        ),
    };
    let hex = |column: &str| match dialect {
        Dialect::Sqlite => format!("hex({column})"),
        Dialect::Postgres => format!("encode({column}, 'hex')"),
    };
    match tool {
        Tool::Diesel => format!(
            "SELECT version, {} FROM {table} ORDER BY version",
            utc("run_on")
        ),
        Tool::Sqlx => format!(
            "SELECT version, success, {}, {} FROM {table} ORDER BY version",
            hex("checksum"),
            utc("installed_on")
        ),
        Tool::GolangMigrate => format!("SELECT version, dirty FROM {table}"),
        Tool::Dbmate => format!("SELECT version FROM {table} ORDER BY version"),
        Tool::Alembic => format!("SELECT version_num FROM {table} ORDER BY 1"),
        Tool::Goose => format!(
            "SELECT version_id, is_applied, {} FROM {table} ORDER BY id",
            utc("tstamp")
        ),
        Tool::Flyway => format!(
            "SELECT version, type, success, checksum, {} FROM {table} ORDER BY installed_rank",
            utc("installed_on")
        ),
    }
}

fn understand(tool: Tool, rows: &[Row]) -> Result<Said, Error> {
    match tool {
        // Alembic's rows are the heads alone; what they stand on is for the graph to say.
        Tool::Diesel | Tool::Dbmate | Tool::Alembic => Ok(Said::Rows(
            rows.iter()
                .filter_map(|row| applied(tool, cell(row, 0)?, None, cell(row, 1)))
                .collect(),
        )),
        Tool::Sqlx => {
            let dirty = rows.iter().find(|row| !is_true(cell(row, 1)));
            if let Some(version) = dirty.and_then(|row| cell(row, 0)) {
                return Err(half_done(tool, version));
            }
            Ok(Said::Rows(
                rows.iter()
                    .filter_map(|row| applied(tool, cell(row, 0)?, cell(row, 2), cell(row, 3)))
                    .collect(),
            ))
        }
        Tool::GolangMigrate => match rows
            .first()
            .map(|row| (cell(row, 0), is_true(cell(row, 1))))
        {
            Some((Some(version), true)) => Err(half_done(tool, version)),
            Some((Some(version), false)) => Ok(Said::UpTo(tool.canonical_version(version))),
            _ => Ok(Said::Rows(Vec::new())),
        },
        Tool::Goose => Ok(Said::Rows(goose(rows))),
        Tool::Flyway => flyway(rows),
    }
}

/// The last row of a version counts; version 0 only says that the table was made.
fn goose(rows: &[Row]) -> Vec<Applied> {
    let mut last: BTreeMap<i64, (bool, &Row)> = BTreeMap::new();
    for row in rows {
        if let Some(version) = cell(row, 0).and_then(|version| version.parse::<i64>().ok())
            && version > 0
        {
            last.insert(version, (is_true(cell(row, 1)), row));
        }
    }
    last.into_values()
        .filter(|(is_applied, _)| *is_applied)
        .filter_map(|(_, row)| applied(Tool::Goose, cell(row, 0)?, None, cell(row, 2)))
        .collect()
}

/// Rows without a version are repeatable scripts and the table's own making.
fn flyway(rows: &[Row]) -> Result<Said, Error> {
    let tool = Tool::Flyway;
    let mut found: Vec<Applied> = Vec::new();
    let mut baseline = None;
    for row in rows {
        let Some(version) = cell(row, 0) else {
            continue;
        };
        let kind = cell(row, 1).unwrap_or_default();
        if !is_true(cell(row, 2)) {
            return Err(half_done(tool, version));
        }
        let canonical = tool.canonical_version(version);
        if kind.contains("BASELINE") {
            baseline = Some(canonical);
        } else if kind.starts_with("UNDO") || kind == "DELETE" {
            found.retain(|applied| applied.version != canonical);
        } else {
            found.extend(applied(tool, version, cell(row, 3), cell(row, 4)));
        }
    }
    Ok(match baseline {
        Some(version) => Said::Baseline(version, found),
        None => Said::Rows(found),
    })
}

fn applied(tool: Tool, version: &str, checksum: Option<&str>, at: Option<&str>) -> Option<Applied> {
    (!version.is_empty()).then(|| Applied {
        version: tool.canonical_version(version),
        checksum: checksum.map(str::to_owned),
        at: at.and_then(|at| at.parse().ok()),
    })
}

fn half_done(tool: Tool, version: &str) -> Error {
    Refusal::new(format!(
        "{} calls version {version} failed or half done",
        tool.name()
    ))
    .hint(format!(
        "put that right with {} first, so that it is clear what is applied",
        tool.name()
    ))
    .into()
}

fn cell(row: &Row, at: usize) -> Option<&str> {
    row.get(at)?.as_deref()
}

/// `t` in PostgreSQL, `1` in SQLite.
fn is_true(cell: Option<&str>) -> bool {
    matches!(cell, Some("t" | "1" | "true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&[&str]]) -> Vec<Row> {
        text.iter()
            .map(|row| {
                row.iter()
                    .map(|cell| (*cell != "-").then(|| (*cell).to_owned()))
                    .collect()
            })
            .collect()
    }

    fn versions(tool: Tool, text: &[&[&str]]) -> Vec<String> {
        match understand(tool, &rows(text)).unwrap() {
            Said::Rows(rows) | Said::Baseline(_, rows) => {
                rows.into_iter().map(|row| row.version).collect()
            }
            Said::UpTo(version) => vec![format!("≤ {version}")],
        }
    }

    #[test]
    fn what_the_tables_say() {
        assert_eq!(
            versions(
                Tool::Diesel,
                &[&["20240313", "2024-03-13T01:02:03Z"], &["0001", "-"]]
            ),
            ["20240313", "0001"]
        );
        assert_eq!(
            versions(
                Tool::Sqlx,
                &[&["1", "t", "ab", "-"], &["2", "1", "cd", "-"]]
            ),
            ["1", "2"]
        );
        assert_eq!(versions(Tool::GolangMigrate, &[&["000007", "f"]]), ["≤ 7"]);
        assert!(versions(Tool::GolangMigrate, &[]).is_empty());
        assert_eq!(versions(Tool::Dbmate, &[&["007"]]), ["007"]);
        let goose: &[&[&str]] = &[
            &["0", "1", "-"],
            &["1", "1", "-"],
            &["2", "1", "-"],
            &["2", "0", "-"],
            &["3", "0", "-"],
            &["3", "1", "-"],
        ];
        assert_eq!(versions(Tool::Goose, goose), ["1", "3"]);
        let flyway: &[&[&str]] = &[
            &["-", "SCHEMA", "t", "-", "-"],
            &["1.0", "SQL", "t", "-5", "-"],
            &["2", "SQL", "t", "7", "-"],
            &["2", "UNDO_SQL", "t", "7", "-"],
            &["-", "SQL", "t", "9", "-"],
            &["3.1", "JDBC", "t", "-", "-"],
        ];
        assert_eq!(versions(Tool::Flyway, flyway), ["1", "3.1"]);
        let baseline = understand(Tool::Flyway, &rows(&[&["4", "BASELINE", "t", "-", "-"]]));
        assert_eq!(
            baseline.unwrap(),
            Said::Baseline("4".to_owned(), Vec::new())
        );
    }

    #[test]
    fn times_and_checksums() {
        let read = understand(
            Tool::Sqlx,
            &rows(&[&["1", "t", "ab", "2024-03-13T01:02:03Z"]]),
        );
        assert_eq!(
            read.unwrap(),
            Said::Rows(vec![Applied {
                version: "1".to_owned(),
                checksum: Some("ab".to_owned()),
                at: Some("2024-03-13T01:02:03Z".parse().unwrap()),
            }])
        );
    }

    #[test]
    fn what_is_half_done_is_refused() {
        let table: [(Tool, &[&[&str]]); 3] = [
            (Tool::Sqlx, &[&["1", "t", "", "-"], &["2", "f", "", "-"]]),
            (Tool::GolangMigrate, &[&["2", "1"]]),
            (Tool::Flyway, &[&["2", "SQL", "0", "-", "-"]]),
        ];
        for (tool, text) in table {
            let error = understand(tool, &rows(text)).unwrap_err();
            assert!(error.to_string().contains("version 2"), "{error}");
        }
    }
}
