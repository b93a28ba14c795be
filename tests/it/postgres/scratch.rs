//! Scratch databases of a role that is no superuser.

use std::{thread, time::Duration};

use teammig::db::Database;

use crate::support::{
    deploy::{settings, try_open},
    postgres::Cluster,
};

/// As a worker of autovacuum is: somebody whom the role may not put out.
#[test]
fn somebody_who_may_not_be_put_out_is_waited_for() {
    let cluster = Cluster::shared();
    let psql = cluster.psql("postgres");
    psql.run("CREATE ROLE scratch_maker LOGIN CREATEDB");
    let own = "SELECT datname FROM pg_database WHERE datdba = 'scratch_maker'::regrole";
    let url = cluster.url("scratch_maker", "postgres");
    let mut database = try_open(&url, &settings()).unwrap();
    let like = database.likeness().unwrap();
    let mut scratch: Box<dyn Database> = database.scratch(&like).unwrap();
    let visit = || {
        let name = psql.value(&format!("{own} AND datname NOT LIKE '%_mark'"));
        let visitor = cluster.psql(&name);
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(300));
            drop(visitor);
        })
    };

    scratch.mark().unwrap();
    let visitor = visit();
    scratch.rewind().unwrap();
    visitor.join().unwrap();

    let visitor = visit();
    drop(scratch);
    visitor.join().unwrap();
    assert_eq!(psql.values(own), Vec::<String>::new());
}
