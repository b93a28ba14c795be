//! PostgreSQL's catalogs: what is read and compared.

pub(crate) mod changes;
mod dump;
mod pitfalls;
mod size;

use teammig::{
    db::Database,
    schema::{LeaveOut, Schema},
};

use super::{check, check_both_ways};
use crate::support::{
    deploy::{settings, try_open},
    postgres::{Cluster, Psql},
};

/// A database that is filled, read, and emptied again.
struct Bench {
    psql: Psql,
    database: Box<dyn Database>,
}

impl Bench {
    fn new() -> Self {
        let cluster = Cluster::shared();
        let url = cluster.database();
        Self {
            psql: cluster.psql_at(&url),
            database: try_open(&url, &settings()).unwrap(),
        }
    }

    /// The schema that a script makes, in a schema `app`.
    fn schema(&mut self, script: &str) -> Schema {
        self.psql.run(&format!(
            "SET client_min_messages = warning; DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA app; SET search_path = app; {script}"
        ));
        self.read()
    }

    fn read(&mut self) -> Schema {
        let schema = self.database.schema(&LeaveOut::default()).unwrap();
        check(&schema);
        schema
    }

    fn differences(&mut self, a: &str, b: &str) -> Vec<String> {
        let (a, b) = (self.schema(a), self.schema(b));
        check_both_ways(&a, &b)
    }
}

/// Roles belong to the cluster.
fn roles() {
    Cluster::shared().psql("postgres").run(
        "DO $$ BEGIN CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN NULL; WHEN unique_violation THEN NULL; END $$",
    );
}
