//! A schema that went through `pg_dump` is the same schema.

use teammig::schema::LeaveOut;

use super::{changes, check, check_both_ways, roles};
use crate::support::{
    deploy::{settings, try_open},
    postgres::Cluster,
};

#[test]
fn a_schema_that_was_dumped_and_restored_is_the_same() {
    roles();
    let cluster = Cluster::shared();
    let (first, second) = (cluster.database(), cluster.database());
    let psql = cluster.psql_at(&first);
    // One schema for each of the cases, with everything in it.
    for (n, script) in changes::scripts().enumerate() {
        psql.run(&format!(
            "SET client_min_messages = warning; CREATE SCHEMA s{n}; SET search_path = s{n}; {script}"
        ));
    }
    psql.run(
        "CREATE TABLE s0.in_list (s varchar(9) CHECK (s IN ('a', 'b')), t text DEFAULT 'it''s');
         CREATE VIEW s0.listed AS SELECT s NOT IN ('a', 'b') AS x FROM s0.in_list",
    );
    let Some(dump) = Cluster::dump(&first) else {
        println!("not tried: the programs of this server are without pg_dump");
        return;
    };
    cluster.psql_at(&second).run(&dump);
    let read = |url: &str| {
        let mut database = try_open(url, &settings()).unwrap();
        let schema = database.schema(&LeaveOut::default()).unwrap();
        check(&schema);
        schema
    };
    let (a, b) = (read(&first), read(&second));
    assert!(a.facts.len() > 500, "{}", a.facts.len());
    let mut found = check_both_ways(&a, &b);
    // Without rows: a dump of the schema alone fills no materialised view.
    found.retain(|line| !(line.starts_with("~ ") && line.ends_with("changed: populated")));
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(a.edges, b.edges);
    assert_eq!(a.unmodelled, b.unmodelled);
}
