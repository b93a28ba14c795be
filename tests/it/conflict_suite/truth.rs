//! The verdict of each pair, by running both orders.

use std::collections::BTreeMap;

use teammig::{
    db::Database,
    model::Dialect,
    schema::{Difference, LeaveOut, Schema, compare},
};

use super::case::{Case, Verdict, cases, hidden};
use crate::support::deploy::{settings, try_open};

/// What is there after an order: its schema, and the rows of each table in no order.
pub(crate) type State = (Schema, BTreeMap<String, String>);

/// Empties PostgreSQL's database.
const EMPTY: &str = "DO $$ DECLARE s text; BEGIN
    FOR s IN SELECT evtname FROM pg_event_trigger LOOP
        EXECUTE format('DROP EVENT TRIGGER %I CASCADE', s); END LOOP;
    FOR s IN SELECT pubname FROM pg_publication LOOP
        EXECUTE format('DROP PUBLICATION %I CASCADE', s); END LOOP;
    FOR s IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE format('DROP EXTENSION %I CASCADE', s); END LOOP;
    FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP;
    DELETE FROM pg_default_acl;
    CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO public;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pg_database_owner') THEN -- since 14
        ALTER SCHEMA public OWNER TO pg_database_owner; END IF; END $$";

pub(crate) struct Bench {
    pub(crate) dialect: Dialect,
    pub(crate) database: Box<dyn Database>,
}

impl Bench {
    pub(crate) fn empty(&mut self) {
        match self.dialect {
            // What is temporary stays in the session, and this is one session for all.
            Dialect::Postgres => {
                self.must("DISCARD TEMP");
                self.must(EMPTY);
            }
            Dialect::Sqlite => self.database = memory(),
        }
    }

    /// Runs a script as a revision is run.
    fn run(&mut self, script: &str, case: &Case) -> Result<(), String> {
        let rebuilds = case.foreign_keys_off;
        if rebuilds {
            self.must("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON");
        }
        let alone = script.contains("CONCURRENTLY");
        let whole = if alone {
            script.trim().to_owned()
        } else {
            format!("BEGIN; {script} COMMIT;")
        };
        let ran = self.database.execute_text(&whole);
        if ran.is_err() && !alone {
            self.must("ROLLBACK");
        }
        if rebuilds {
            self.must("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF");
        }
        if self.dialect == Dialect::Postgres {
            self.must("RESET ALL");
        }
        ran.map_err(|error| error.to_string())
    }

    fn must(&mut self, sql: &str) {
        self.database.execute_text(sql).unwrap();
    }

    /// Runs one side after the other; an error of the second one is what is asked for.
    fn order(
        &mut self,
        case: &Case,
        [first, second]: [&[String]; 2],
    ) -> Result<Result<State, String>, String> {
        self.empty();
        self.run(&format!("{}{}", case.before, case.rows), case)?;
        for script in first {
            if let Err(error) = self.run(script, case) {
                // With such rows it has to come second: the other side puts them right.
                let by_itself = case.rows.is_empty();
                return if by_itself {
                    Err(error)
                } else {
                    Ok(Err(error))
                };
            }
        }
        for script in second {
            if let Err(error) = self.run(script, case) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(self.state()))
    }

    /// What is there.
    pub(crate) fn state(&mut self) -> State {
        let schema = self.database.schema(&LeaveOut::default()).unwrap();
        (schema, self.rows())
    }

    fn rows(&mut self) -> BTreeMap<String, String> {
        let tables = match self.dialect {
            Dialect::Postgres => {
                "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
            }
            Dialect::Sqlite => "SELECT '\"' || name || '\"' FROM sqlite_schema WHERE type = 'table'",
        };
        let tables = self.database.query_text(tables).unwrap();
        let mut rows = BTreeMap::new();
        for table in tables.into_iter().flatten().flatten() {
            let lines = match self.dialect {
                Dialect::Postgres => format!("SELECT to_jsonb(t)::text FROM {table} t"),
                Dialect::Sqlite => self.as_json(&table),
            };
            let found = self.database.query_text(&lines).unwrap();
            let mut lines: Vec<String> = found.into_iter().flatten().flatten().collect();
            lines.sort();
            rows.insert(table, lines.join("\n"));
        }
        // What numbers come next, and what else a file of SQLite holds.
        let besides = match self.dialect {
            Dialect::Postgres => {
                let all = "SELECT format('SELECT %2$L, last_value, is_called FROM %1$I.%2$I', schemaname, sequencename) FROM pg_sequences ORDER BY 1";
                let all = self.database.query_text(all).unwrap();
                let all: Vec<String> = all.into_iter().flatten().flatten().collect();
                all.join(" UNION ALL ")
            }
            Dialect::Sqlite => {
                "SELECT user_version || ' ' || application_id FROM pragma_user_version, pragma_application_id".to_owned()
            }
        };
        if besides.is_empty() {
            return rows;
        }
        let besides = self.database.query_text(&besides).unwrap();
        rows.insert(String::new(), format!("{besides:?}"));
        rows
    }

    /// A query for rows with their columns sorted by name.
    fn as_json(&mut self, table: &str) -> String {
        let columns = format!("SELECT name FROM pragma_table_info({table}) ORDER BY name");
        let columns = self.database.query_text(&columns).unwrap();
        let columns = columns.into_iter().flatten().flatten();
        let pairs: Vec<String> = columns
            .map(|name| {
                format!("'{name}', iif(typeof(\"{name}\") = 'blob', hex(\"{name}\"), \"{name}\")")
            })
            .collect();
        format!("SELECT json_object({}) FROM {table}", pairs.join(", "))
    }

    /// What comes of both orders, and why; an error where a side fails by itself.
    fn verdict(&mut self, case: &Case) -> Result<(Verdict, String), String> {
        let left_first = self.order(case, [&case.left, &case.right])?;
        let right_first = self.order(case, [&case.right, &case.left])?;
        Ok(judge(left_first, right_first))
    }
}

/// What two orders say, each by what it leaves or by how it fails.
pub(crate) fn judge(
    left_first: Result<State, String>,
    right_first: Result<State, String>,
) -> (Verdict, String) {
    match (left_first, right_first) {
        (Ok(one), Ok(other)) => {
            let told = compare(&one.0, &other.0);
            if told.is_equal() && one.1 == other.1 {
                (Verdict::Independent, String::new())
            } else {
                let what = told.differences.iter().map(Difference::words);
                let what: Vec<String> = what.collect();
                (Verdict::OrderMatters, what.join("; "))
            }
        }
        (Err(error), Ok(_)) => (Verdict::FailsLeftFirst, error),
        (Ok(_), Err(error)) => (Verdict::FailsRightFirst, error),
        (Err(one), Err(other)) => (Verdict::FailsBoth, format!("{one} / {other}")),
    }
}

pub(crate) fn memory() -> Box<dyn Database> {
    try_open("sqlite::memory:", &settings()).unwrap()
}

fn check(dialect: Dialect, database: Box<dyn Database>, cases: &[Case], at_least: usize) {
    let mut bench = Bench { dialect, database };
    let mut wrong = Vec::new();
    for case in cases {
        let mut verdict = bench.verdict(case);
        // While a session of another test begins, rows that are gone are still indexed: where
        // an expression fails with them, it is tried again. Nothing else is.
        let may_be_late = |verdict: &Result<(Verdict, String), String>| match verdict {
            Ok((Verdict::Independent | Verdict::OrderMatters, _)) => false,
            Ok((fails, _)) => case.verdict != Some(*fails),
            Err(_) => true,
        };
        for _ in 0..25 {
            if !may_be_late(&verdict) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
            verdict = bench.verdict(case);
        }
        match verdict {
            Ok((found, _)) if case.verdict == Some(found) => {}
            Ok((found, why)) => wrong.push(format!("{}: {}: {why}", case.name, found.words())),
            Err(error) => wrong.push(format!("{}: fails by itself: {error}", case.name)),
        }
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
    assert!(cases.len() >= at_least, "{} pairs", cases.len());
}

#[cfg(unix)]
#[test]
fn postgres_says_what_is_labelled() {
    use crate::support::postgres::Cluster;
    let cluster = Cluster::shared();
    for role in ["reader", "writer"] {
        cluster.psql("postgres").run(&format!(
            "DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; WHEN unique_violation THEN NULL; END $$"
        ));
    }
    let database = try_open(&cluster.database(), &settings()).unwrap();
    check(Dialect::Postgres, database, &cases(Dialect::Postgres), 180);
    let database = try_open(&cluster.database(), &settings()).unwrap();
    check(Dialect::Postgres, database, &hidden(Dialect::Postgres), 94);
}

#[test]
fn sqlite_says_what_is_labelled() {
    check(Dialect::Sqlite, memory(), &cases(Dialect::Sqlite), 70);
    check(Dialect::Sqlite, memory(), &hidden(Dialect::Sqlite), 18);
}
