//! Foreign keys that SQLite takes and cannot keep.
//!
//! It makes a table without a look at what its keys refer to, and refuses each row from
//! then on. PostgreSQL looks.

use super::{ModelsError, finding};
use crate::{
    db::Database,
    model::{Dialect, Finding, SourceFile},
    schema::{FactId, Kind, LeaveOut},
    sql::{self, Noun, Statement},
    workflow::Error,
};

/// Every foreign key: its table, and the one that it refers to where that is there.
const KEYS: &str = "SELECT DISTINCT m.name, k.\"table\", p.name FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS k \
    LEFT JOIN sqlite_schema AS p ON p.type = 'table' AND p.name = k.\"table\" COLLATE NOCASE WHERE m.type = 'table' ORDER BY 1, 2";

/// Looks at the foreign keys of models that were loaded.
pub(super) fn work(
    scratch: &mut dyn Database,
    files: &[SourceFile],
    leave_out: &LeaveOut,
) -> Result<(), Error> {
    if scratch.dialect() != Dialect::Sqlite {
        return Ok(());
    }
    let keys = scratch
        .query_text(KEYS)
        .map_err(|error| Error::database(scratch, error))?;
    let mut findings = Vec::new();
    for key in keys {
        let mut columns = key.into_iter();
        let (Some(Some(table)), Some(Some(to))) = (columns.next(), columns.next()) else {
            continue;
        };
        let is_there = columns.next().flatten().is_some();
        let is_left_out = |name: &str| leave_out.covers(&FactId::new(Kind::Table, [name]));
        if is_left_out(&table) || is_left_out(&to) {
            continue;
        }
        let found = if !is_there {
            finding(format!(
                "{table} refers to {to}, a table that the models do not make"
            ))
            .help(format!(
                "SQLite takes that, and refuses every row of {table} later: is the name right? A table \
                 that others look after is named under `exclude:`"
            ))
        } else if is_refused(scratch, &table, &to) {
            finding(format!(
                "{table} refers to columns of {to} that are not there, or neither its primary key nor unique"
            ))
            .help(format!(
                "SQLite takes that, and refuses every row of {table} later: refer to the primary key of {to}, \
                 or make the columns UNIQUE there"
            ))
        } else {
            continue;
        };
        findings.push(placed(found, files, &table, &to));
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(ModelsError::Findings(findings).into())
    }
}

/// Whether SQLite itself finds that the two sides do not fit.
fn is_refused(scratch: &mut dyn Database, table: &str, to: &str) -> bool {
    let Ok(name) = sql::literal(table, Dialect::Sqlite) else {
        return false;
    };
    let check = format!("SELECT 1 FROM pragma_foreign_key_check({name})");
    scratch.query_text(&check).is_err_and(|error| {
        let says = error.message.to_lowercase();
        says.contains("foreign key mismatch")
            && says.ends_with(&format!("referencing \"{}\"", to.to_lowercase()))
    })
}

/// With its place, where the statement is found that makes the table.
fn placed(found: Finding, files: &[SourceFile], table: &str, to: &str) -> Finding {
    for file in files {
        for statement in sql::statements(&file.text, Dialect::Sqlite) {
            let made = sql::made(&statement, &file.text);
            let is_it = made.first().is_some_and(|made| {
                made.noun == Noun::Table
                    && made
                        .path
                        .last()
                        .is_some_and(|name| name.eq_ignore_ascii_case(table))
            });
            if is_it {
                return found.at(file, place(&statement, &file.text, to), "");
            }
        }
    }
    found
}

/// `REFERENCES`, the table and its columns; else where the statement begins.
fn place(statement: &Statement, script: &str, to: &str) -> std::ops::Range<usize> {
    let text = statement.text(script);
    let begin = statement.span.start;
    let all: Vec<_> = sql::tokens(text, Some(Dialect::Sqlite))
        .filter(|token| !token.is_trivia())
        .collect();
    let is_to = |written: &str| {
        let name = written.trim_matches(['"', '[', ']', '`', '\'']);
        name.eq_ignore_ascii_case(to)
    };
    for (at, token) in all.iter().enumerate() {
        let Some(name) = all.get(at + 1) else { break };
        if token.text(text).eq_ignore_ascii_case("REFERENCES") && is_to(name.text(text)) {
            let list = all.get(at + 2..).unwrap_or_default();
            let is_list = list.first().is_some_and(|next| next.text(text) == "(");
            let close = list.iter().find(|token| token.text(text) == ")");
            let end = close.filter(|_| is_list).unwrap_or(name).span.end;
            return begin + token.span.start..begin + end;
        }
    }
    let line = text.lines().next().unwrap_or_default();
    begin..begin + line.len()
}
