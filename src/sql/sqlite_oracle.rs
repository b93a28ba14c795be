//! SQLite itself as the judge of how its scripts are split.
//!
//! The module's code knows no database; these tests ask one.

use proptest::prelude::*;
use rusqlite::{Batch, Connection, fallible_iterator::FallibleIterator};

use super::{TokenKind, literal, statements, tokens};
use crate::model::Dialect::Sqlite;

const SCHEMA: &str =
    "CREATE TABLE a (b, c); CREATE TABLE log (x); CREATE VIEW v AS SELECT b FROM a;";

/// Valid at any time and in any order.
const STATEMENTS: &[&str] = &[
    "SELECT 1",
    "INSERT INTO a VALUES ('x;''y', 'END')",
    "UPDATE a SET b = CASE WHEN c THEN ';' ELSE 'END' END",
    "SELECT X'ab' , 1.5e-3 , .5 , 0x1F , 'a' || '--' , - - 1 , 3 <> 4 , 5 == 5",
    "SELECT 1 AS begin , 2 AS \"end;\" , 3 AS `c;` , 4 AS [it's; --]",
    "CREATE TABLE IF NOT EXISTS [it's; --] ( `a;b` text DEFAULT ';' , \"c\"\"d\" int )",
    "CREATE VIEW IF NOT EXISTS w AS SELECT b FROM a WHERE c IN ( SELECT x FROM log )",
    "CREATE TRIGGER IF NOT EXISTS t1 AFTER INSERT ON a BEGIN SELECT 1 ; END",
    "CREATE TEMP TRIGGER IF NOT EXISTS t2 AFTER INSERT ON a BEGIN \
     SELECT CASE WHEN new.b THEN 1 END ; INSERT INTO log VALUES ( '; END;' ) ; END",
    "create temporary trigger if not exists t3 after update on a \
     when case when 1 then 1 else 0 end begin \
     update log set x = case x when 1 then case 2 when 3 then 4 end end ; delete from log ; end",
    "CREATE TRIGGER IF NOT EXISTS t4 INSTEAD OF DELETE ON v BEGIN \
     INSERT INTO log SELECT CASE 1 WHEN 1 THEN 2 END ; END",
    "EXPLAIN SELECT 1",
    "EXPLAIN QUERY PLAN SELECT * FROM a",
    "EXPLAIN CREATE TRIGGER t5 AFTER INSERT ON a BEGIN SELECT 1 ; SELECT 2 ; END",
    "WITH w AS ( SELECT 1 ) SELECT * FROM w",
    "PRAGMA foreign_keys = 1",
];

const GAPS: &[&str] = &[
    " ",
    "\n",
    "\r\n",
    "\t\u{c}",
    " -- it's; END;\n",
    "/* ; ' \" */",
    "/* /* */",
    "/*/ */ ",
    " \u{feff} ",
    " -- \r;\n",
];

/// The statements as the engine cuts them, each as its tokens.
fn engine(script: &str) -> rusqlite::Result<Vec<Vec<String>>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(SCHEMA)?;
    let mut batch = Batch::new(&connection, script);
    let mut out = Vec::new();
    while let Some(mut statement) = batch.next()? {
        out.push(words(&statement.expanded_sql().unwrap_or_default()));
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
    }
    Ok(out)
}

fn ours(script: &str) -> Vec<Vec<String>> {
    statements(script, Sqlite)
        .iter()
        .map(|statement| words(statement.text(script)))
        .collect()
}

fn words(statement: &str) -> Vec<String> {
    let tokens: Vec<_> = tokens(statement, Some(Sqlite))
        .filter(|token| !token.is_trivia())
        .collect();
    let outer = |token: &&super::Token| token.kind == TokenKind::Semicolon;
    let front = tokens.iter().take_while(outer).count();
    let back = tokens.iter().rev().take_while(outer).count();
    tokens[front..tokens.len() - back]
        .iter()
        .map(|token| token.text(statement).to_owned())
        .collect()
}

#[test]
fn each_statement_alone() {
    for statement in STATEMENTS {
        let script = format!("{statement};SELECT 2");
        assert_eq!(ours(&script).len(), 2, "{statement}");
        assert_eq!(engine(&script), Ok(ours(&script)), "{statement}");
    }
}

#[test]
fn a_comment_may_be_cut_off() {
    for script in [
        "SELECT 1; /* a",
        "SELECT 1 /* a;",
        "SELECT 1; -- a",
        "SELECT 1; /* /*",
    ] {
        assert_eq!(ours(script).len(), 1);
        assert_eq!(engine(script), Ok(ours(script)), "{script}");
    }
}

proptest! {
    #[test]
    fn scripts_are_split_as_by_the_engine(
        picks in prop::collection::vec(
            (prop::sample::select(STATEMENTS), prop::collection::vec(prop::sample::select(GAPS), 1..9)),
            0..9,
        ),
        ends in prop::collection::vec(prop::sample::select(&[";", " ;", ";;", ";/* ; */;", "\n;-- '\n"]), 9),
    ) {
        let mut script = String::new();
        for ((statement, gaps), end) in picks.iter().zip(&ends) {
            for (n, token) in tokens(statement, Some(Sqlite)).enumerate() {
                script.push_str(match token.kind {
                    TokenKind::Space => gaps[n % gaps.len()],
                    _ => token.text(statement),
                });
            }
            script.push_str(end);
            script.push_str(gaps[0]);
        }
        let found = ours(&script);
        prop_assert_eq!(found.len(), picks.len());
        prop_assert_eq!(engine(&script), Ok(found));
    }

    #[test]
    fn literals_mean_what_was_quoted(text in "[^\\x00]*") {
        let sql = format!("SELECT {}", literal(&text, Sqlite)?);
        let read = Connection::open_in_memory()
            .and_then(|connection| connection.query_row(&sql, [], |row| row.get(0)));
        prop_assert_eq!(read, Ok(text));
    }
}
