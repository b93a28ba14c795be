//! A database that is brought from one schema to another, and what must hold then.

use std::collections::BTreeMap;

use rusqlite::{Connection, types::Value as Cell};
use teammig::{
    model::ledger::{StoredScript, StoredScripts},
    schema::{
        Comparison, FactId, Kind, LeaveOut, Schema, compare,
        plan::{Decisions, Hazard, Part, Plan, Undecided, plan},
    },
};

use crate::support::{
    Sandbox,
    deploy::{deployer, settings, try_open, up},
};

/// The rows of a table: what they are called, and each with its values by column.
type Rows = BTreeMap<String, Vec<BTreeMap<String, Cell>>>;

/// Two schemas, and what was decided.
pub(super) struct Way<'a> {
    pub(super) a: &'a str,
    pub(super) b: &'a str,
    pub(super) decisions: Decisions,
}

/// A database.
pub(super) struct Bench {
    sandbox: Sandbox,
    runs: usize,
}

impl Bench {
    /// A database that a script made, with rows in every table that takes some.
    pub(super) fn new(script: &str) -> Self {
        let bench = Self {
            sandbox: Sandbox::new(),
            runs: 0,
        };
        let connection = bench.connection();
        connection
            .execute_batch(script)
            .unwrap_or_else(|error| panic!("{script}: {error}"));
        bench
    }

    pub(super) fn connection(&self) -> Connection {
        let connection = Connection::open(self.sandbox.at("a.db")).unwrap();
        // No power fails here.
        connection
            .pragma_update(None, "synchronous", "OFF")
            .unwrap();
        connection
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.sandbox.at("a.db").display())
    }

    pub(super) fn schema(&self) -> Schema {
        let mut database = try_open(&self.url(), &settings()).unwrap();
        database.schema(&LeaveOut::default()).unwrap()
    }

    /// Runs a plan as `upgrade` would.
    pub(super) fn try_run(&mut self, plan: &Plan) -> Result<(), String> {
        let mut database = deployer(&self.url(), &settings());
        for part in &plan.parts {
            self.runs += 1;
            let script = StoredScript {
                text: part.script(),
                transaction: part.transaction,
                foreign_keys_off: part.foreign_keys_off,
            };
            let scripts = StoredScripts {
                up: script,
                down: None,
            };
            let revision = format!("r{:011}", self.runs);
            up(&mut *database, &revision, &scripts).map_err(|error| format!("{error:?}"))?;
        }
        database.flush().map_err(|error| format!("{error:?}"))?;
        database.unlock().map_err(|error| format!("{error:?}"))
    }

    /// Three rows in each table, all of whose columns hold the number of the row, and
    /// counters that are ahead of their rows.
    pub(super) fn seed(&self) {
        let connection = self.connection();
        connection
            .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF")
            .unwrap();
        for table in tables(&connection) {
            let columns: Vec<String> = columns(&connection, &table)
                .into_iter()
                .filter(|(_, hidden)| *hidden == 0)
                .map(|(name, _)| quoted(&name))
                .collect();
            for row in [1, 2, 4, 7] {
                let values = vec![row.to_string(); columns.len()];
                let _ = connection.execute_batch(&format!(
                    "INSERT INTO {} ({}) VALUES ({})",
                    quoted(&table),
                    columns.join(", "),
                    values.join(", ")
                ));
            }
            if let Some(column) = columns.first() {
                let _ = connection.execute_batch(&format!(
                    "DELETE FROM {} WHERE {column} = 7",
                    quoted(&table)
                ));
            }
        }
        // Where a key refers to what is no number of a row, or to no table.
        let check = "SELECT count(*) FROM pragma_foreign_key_check";
        let violated = connection.query_row(check, [], |row| row.get::<_, i64>(0));
        if violated != Ok(0) {
            for table in tables(&connection) {
                let _ = connection.execute_batch(&format!("DELETE FROM {}", quoted(&table)));
            }
        }
    }

    pub(super) fn rows(&self) -> Rows {
        let connection = self.connection();
        let mut all = Rows::new();
        for table in tables(&connection) {
            let mut names: Vec<String> = columns(&connection, &table)
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            let has = |name: &str| names.iter().any(|own| own.eq_ignore_ascii_case(name));
            let rowid = ["rowid", "_rowid_", "oid"].iter().find(|name| !has(name));
            let mut what: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            let probe = rowid.map(|name| format!("SELECT {name} FROM {}", quoted(&table)));
            if let Some(name) = rowid
                && connection.prepare(&probe.unwrap()).is_ok()
            {
                what.push((*name).to_owned());
                names.push("the row's number".to_owned());
            }
            let sql = format!("SELECT {} FROM {}", what.join(", "), quoted(&table));
            let mut statement = connection.prepare(&sql).unwrap();
            let mut rows = statement.query([]).unwrap();
            let mut found = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                let cells = names.iter().enumerate();
                found.push(
                    cells
                        .map(|(at, name)| (name.to_ascii_lowercase(), row.get(at).unwrap()))
                        .collect(),
                );
            }
            all.insert(table.to_ascii_lowercase(), found);
        }
        all
    }

    /// The counters of AUTOINCREMENT.
    pub(super) fn counters(&self) -> BTreeMap<String, i64> {
        let connection = self.connection();
        let Ok(mut statement) = connection.prepare("SELECT name, seq FROM sqlite_sequence") else {
            return BTreeMap::new();
        };
        statement
            .query_map([], |row| {
                Ok((row.get::<_, String>(0)?.to_ascii_lowercase(), row.get(1)?))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }

    /// SQLite finds nothing wrong.
    pub(super) fn check(&self) {
        let connection = self.connection();
        let sound: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
        let check = "SELECT count(*) FROM pragma_foreign_key_check";
        let violated = connection.query_row(check, [], |row| row.get::<_, i64>(0));
        assert!(!matches!(violated, Ok(1..)), "{violated:?}");
        for (name, _) in self.counters() {
            assert!(!name.contains("_teammig_"), "{name}");
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn tables(connection: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' \
               ESCAPE '\\' AND name <> 'teammig_ledger' ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

fn columns(connection: &Connection, table: &str) -> Vec<(String, i64)> {
    let mut statement = connection
        .prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)")
        .unwrap();
    statement
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

impl Way<'_> {
    /// Without decisions.
    pub(super) fn plain<'a>(a: &'a str, b: &'a str) -> Way<'a> {
        Way {
            a,
            b,
            decisions: Decisions::default(),
        }
    }

    /// The plan alone.
    pub(super) fn plan(&self) -> Result<Plan, Vec<Undecided>> {
        let (a, b) = (Bench::new(self.a).schema(), Bench::new(self.b).schema());
        plan(&a, &b, &self.decisions)
    }

    /// The statements, as a script.
    pub(super) fn script(&self) -> String {
        let plan = self.plan().unwrap();
        plan.parts.iter().map(Part::script).collect()
    }

    /// There on a database with rows, and back. What was different, both ways.
    pub(super) fn walk(&self) -> [Comparison; 2] {
        let mut bench = Bench::new(self.a);
        bench.seed();
        let (a, b) = (bench.schema(), Bench::new(self.b).schema());
        let there = self.step(&mut bench, &a, &b, &self.decisions);
        let back = self.step(&mut bench, &b, &a, &self.decisions.reversed());
        [there, back]
    }

    fn step(&self, bench: &mut Bench, a: &Schema, b: &Schema, decisions: &Decisions) -> Comparison {
        let (rows, counters) = (bench.rows(), bench.counters());
        let before = bench.schema();
        let say = format!("{}\n=>\n{}\n", self.a, self.b);
        let comparison = compare(a, b);
        let plan = plan(&before, b, decisions).unwrap_or_else(|asked| panic!("{say}{asked:#?}"));
        let script: String = plan.parts.iter().map(Part::script).collect();
        let say = format!("{say}{script}");
        if let Err(error) = bench.try_run(&plan) {
            // Said before: the rows that are there do not allow it.
            let said = plan.statements().any(|statement| {
                let mut hazards = statement.hazards.iter();
                hazards.any(|hazard| matches!(hazard, Hazard::FailsOnData(_)))
            });
            assert!(said, "{say}{error}");
            let connection = bench.connection();
            connection
                .execute_batch("PRAGMA foreign_keys = OFF")
                .unwrap();
            for table in tables(&connection) {
                connection
                    .execute_batch(&format!("DELETE FROM {}", quoted(&table)))
                    .unwrap();
            }
            if let Err(error) = bench.try_run(&plan) {
                panic!("{say}without rows: {error}");
            }
        } else {
            let hazards = plan.statements().flat_map(|statement| &statement.hazards);
            let told: Vec<&str> = hazards
                .filter_map(|hazard| match hazard {
                    Hazard::LosesData(what) => Some(what.as_str()),
                    _ => None,
                })
                .collect();
            kept(&say, a, b, decisions, &told, [&rows, &bench.rows()]);
            for (table, counter) in counters {
                if let Some(after) = bench.counters().get(&table) {
                    assert_eq!(*after, counter, "{say}{table}");
                }
            }
        }
        let after = bench.schema();
        let left = compare(&after, b);
        assert!(left.is_equal(), "{say}{:#?}", left.differences);
        let again = teammig::schema::plan::plan(&after, b, decisions);
        assert_eq!(again, Ok(Plan::default()), "{say}");
        bench.check();
        comparison
    }
}

/// What both schemas have, both hold; but for the columns that are told to be emptied, since
/// the table that they refer to is new.
fn kept(
    say: &str,
    a: &Schema,
    b: &Schema,
    decisions: &Decisions,
    told: &[&str],
    [before, after]: [&Rows; 2],
) {
    let new_name = |id: &FactId| {
        let mut pairs = decisions.renames.iter();
        let renamed = pairs.find(|(from, to)| from == id && b.facts.contains_key(to));
        renamed.map_or_else(|| id.clone(), |(_, to)| to.clone())
    };
    for (table, rows) in before {
        let old = FactId::new(Kind::Table, [table.clone()]);
        let new = new_name(&old);
        let Some(found) = after.get(new.name()) else {
            continue;
        };
        if !b.facts.contains_key(&new) {
            continue;
        }
        assert_eq!(rows.len(), found.len(), "{say}{table}");
        let values = |rows: &[BTreeMap<String, Cell>], name: &str| {
            let cells = rows.iter().map(|row| format!("{:?}", row.get(name)));
            let mut cells: Vec<String> = cells.collect();
            cells.sort();
            cells
        };
        let Some(first) = rows.first() else { continue };
        // Where a column becomes the number of the row, its values are the numbers.
        let new_key = first.keys().any(|name| {
            let id = FactId::new(Kind::Column, [table.clone(), name.clone()]);
            let key = |schema: &Schema, id: &FactId| {
                let fact = schema.facts.get(id)?;
                fact.payload.get("primary key").cloned()
            };
            key(a, &id) != key(b, &new_name(&id))
        });
        for name in first.keys() {
            let id = FactId::new(Kind::Column, [table.clone(), name.clone()]);
            let target = new_name(&id);
            let same = a
                .facts
                .get(&id)
                .zip(b.facts.get(&target))
                .is_some_and(|(x, y)| {
                    ["type", "generated"]
                        .iter()
                        .all(|key| x.payload.get(key) == y.payload.get(key))
                });
            let numbers = name == "the row's number"
                && !new_key
                && found.first().is_some_and(|row| row.contains_key(name));
            let emptied = b.facts.get(&target).is_some_and(|column| {
                let what = format!("the values of {}", b.shown(column));
                told.contains(&what.as_str())
            });
            if same && emptied {
                let is_null = |cell: &String| cell == "Some(Null)";
                assert!(values(found, target.name()).iter().all(is_null), "{say}");
            } else if same {
                assert_eq!(
                    values(rows, name),
                    values(found, target.name()),
                    "{say}{table}.{name}"
                );
            } else if numbers {
                assert_eq!(
                    values(rows, name),
                    values(found, name),
                    "{say}{table}.{name}"
                );
            }
        }
    }
}
