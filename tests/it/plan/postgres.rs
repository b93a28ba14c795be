//! PostgreSQL: each way is planned, gone, and what is there then is read.

mod decisions;
mod outside;
mod pairs;
mod partitions;
mod pitfalls;
mod renamed;
mod rules;
mod size;
mod words;

use teammig::{
    db::Database,
    schema::{
        LeaveOut, Schema, compare,
        plan::{Decisions, Hazard, Plan, Undecided, plan},
    },
};

use crate::support::{
    deploy::{settings, try_open},
    postgres::{Cluster, Psql},
};

/// One row into each table that takes one.
const ROWS: &str = "DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('app', 'other', 'public') AND c.relkind IN ('r', 'p') ORDER BY c.oid LOOP
        BEGIN EXECUTE format('INSERT INTO %s DEFAULT VALUES', t); EXCEPTION WHEN OTHERS THEN NULL; END;
    END LOOP; END $$";

/// A database that is filled, changed, read, and emptied again.
struct Bench {
    psql: Psql,
    database: Box<dyn Database>,
    /// Where scripts make their objects.
    schema: &'static str,
    /// Scripts may make anything anywhere.
    everything: bool,
}

impl Bench {
    fn new() -> Self {
        Self::in_schema("app")
    }

    /// `public`: names are written without a schema.
    fn in_schema(schema: &'static str) -> Self {
        let cluster = Cluster::shared();
        let url = cluster.database();
        Self {
            psql: cluster.psql_at(&url),
            database: try_open(&url, &settings()).unwrap(),
            schema,
            everything: false,
        }
    }

    /// Makes what a script of somebody else's makes, in an empty database.
    fn make_outside(&mut self, script: &str) -> Result<(), String> {
        self.psql.run(
            "SET client_min_messages = error; RESET search_path; DO $$ DECLARE s text; BEGIN
                FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
                    EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP;
                FOR s IN SELECT format('PUBLICATION %I', pubname) FROM pg_publication
                    UNION ALL SELECT format('EVENT TRIGGER %I', evtname) FROM pg_event_trigger
                    UNION ALL SELECT format('FOREIGN DATA WRAPPER %I CASCADE', fdwname) FROM pg_foreign_data_wrapper LOOP
                    EXECUTE 'DROP ' || s; END LOOP;
                FOR s IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
                    EXECUTE format('DROP EXTENSION %I CASCADE', s); END LOOP; END $$;
             CREATE SCHEMA public",
        );
        self.psql.run(public_rights());
        self.psql.try_run(script)
    }

    /// What is wrong with a way between scripts of somebody else's.
    fn check_outside(
        &mut self,
        from: &str,
        a: &Schema,
        b: &Schema,
        decisions: &Decisions,
    ) -> Result<(), String> {
        self.everything = true;
        let outcome = self.check(from, a, b, decisions);
        self.everything = false;
        outcome.map(|_| ())
    }

    /// Empties the database and makes what a script makes.
    fn make(&mut self, script: &str) -> Result<(), String> {
        if self.everything {
            return self.make_outside(script);
        }
        let name = self.schema;
        let begin = if name == "public" {
            format!(
                "DROP SCHEMA public CASCADE; CREATE SCHEMA public; {}",
                public_rights()
            )
        } else {
            "DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA IF EXISTS other CASCADE; DROP SCHEMA IF EXISTS third CASCADE; CREATE SCHEMA app".to_owned()
        };
        self.psql.try_run(&format!(
            "SET client_min_messages = error; {begin}; SET search_path = {name}; {script}"
        ))
    }

    fn read(&mut self) -> Schema {
        self.database.schema(&LeaveOut::default()).unwrap()
    }

    fn schema_of(&mut self, script: &str) -> Schema {
        self.make(script)
            .unwrap_or_else(|error| panic!("{script}\n{error}"));
        self.read()
    }

    /// Goes a way, with the transactions that it says, as another session would.
    fn go(&self, way: &Plan) -> Result<(), String> {
        self.psql.run("RESET search_path");
        for part in &way.parts {
            if part.transaction {
                let script = format!("BEGIN; {} COMMIT", part.script());
                if let Err(error) = self.psql.try_run(&script) {
                    self.psql.run("ROLLBACK");
                    return Err(error);
                }
            } else {
                for statement in &part.statements {
                    self.psql.try_run(&statement.sql)?;
                }
            }
        }
        Ok(())
    }

    /// What is wrong with the way from the one to the other, on rows.
    fn check(
        &mut self,
        from: &str,
        a: &Schema,
        b: &Schema,
        decisions: &Decisions,
    ) -> Result<Plan, String> {
        let way = match plan(a, b, decisions) {
            Ok(way) => way,
            Err(questions) => return Err(format!("undecided: {}", asked(&questions))),
        };
        let told = way.parts.iter().map(teammig::schema::plan::Part::script);
        let told = told.collect::<Vec<_>>().join("-- commit\n");
        self.make(from)?;
        self.psql.run(ROWS);
        let mut gone = self.go(&way);
        let is_told = |hazard: &Hazard| matches!(hazard, Hazard::FailsOnData(_));
        if gone.is_err()
            && way
                .statements()
                .any(|statement| statement.hazards.iter().any(is_told))
        {
            // As it said.
            self.make(from)?;
            gone = self.go(&way);
        }
        gone.map_err(|error| format!("{error}\n{told}"))?;
        let now = self.read();
        let left = compare(&now, b);
        if !left.is_equal() {
            let left: Vec<String> = left
                .differences
                .iter()
                .map(|left| format!("{} {}: {}", left.id.kind.name(), left.name, left.words()))
                .collect();
            return Err(format!("left over: {}\n{told}", left.join("; ")));
        }
        let again = plan(&now, b, decisions).map_err(|questions| asked(&questions))?;
        if !again.is_empty() {
            return Err(format!("planned again: {again:?}\n{told}"));
        }
        Ok(way)
    }

    /// Both ways between two scripts; what is wrong.
    fn both_ways(&mut self, a: &str, b: &str) -> Vec<String> {
        let mut read = |script: &str| self.make(script).map(|()| self.read());
        let (first, second) = match (read(a), read(b)) {
            (Ok(first), Ok(second)) => (first, second),
            (one, other) => return vec![format!("the scripts: {:?} {:?}", one.err(), other.err())],
        };
        let decisions = Decisions {
            may_lose: true,
            ..Decisions::default()
        };
        let mut wrong = Vec::new();
        for (from, a, b, way) in [(a, &first, &second, "there"), (b, &second, &first, "back")] {
            if let Err(what) = self.check(from, a, b, &decisions) {
                wrong.push(format!("{way}: {what}"));
            }
        }
        wrong
    }
}

fn asked(questions: &[Undecided]) -> String {
    let questions: Vec<String> = questions
        .iter()
        .map(|one| format!("{} {}: {:?}", one.about.kind.name(), one.name, one.question))
        .collect();
    questions.join("; ")
}

/// What a new database says of `public`.
fn public_rights() -> &'static str {
    if Cluster::shared().major() < 15 {
        "GRANT ALL ON SCHEMA public TO public"
    } else {
        "ALTER SCHEMA public OWNER TO pg_database_owner; GRANT USAGE ON SCHEMA public TO public"
    }
}

/// Whether the server is new enough for a script.
fn is_understood(script: &str) -> bool {
    let since = [
        ("BEGIN ATOMIC", 14),
        ("SET COMPRESSION", 14),
        ("USING heap2", 15),
        ("UNLOGGED SEQUENCE", 15),
    ];
    let major = Cluster::shared().major();
    since
        .iter()
        .all(|(words, first)| major >= *first || !script.contains(words))
}

/// Roles belong to the cluster.
fn roles() {
    Cluster::shared().psql("postgres").run(
        "DO $$ BEGIN CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN NULL; WHEN unique_violation THEN NULL; END $$",
    );
}

/// Goes through pairs, and tells of all that is wrong.
fn all_both_ways(bench: &mut Bench, pairs: impl Iterator<Item = (String, String)>) {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (a, b) in pairs.filter(|(a, b)| is_understood(a) && is_understood(b)) {
        count += 1;
        for what in bench.both_ways(&a, &b) {
            wrong.push(format!("A: {a}\nB: {b}\n{what}\n"));
        }
    }
    assert!(count > 0);
    assert!(
        wrong.is_empty(),
        "{} of {count} pairs:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
