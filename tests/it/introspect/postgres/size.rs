//! Many tables.

use std::time::Instant;

use teammig::schema::{LeaveOut, compare};

use super::check;
use crate::support::{
    deploy::{settings, try_open},
    postgres::Cluster,
};

/// What is read grows with the tables, what is asked does not; the times are printed
/// for whoever wants to see them (`cargo test --release … -- --nocapture`).
#[test]
fn five_hundred_tables() {
    let cluster = Cluster::shared();
    let url = cluster.database();
    cluster.psql_at(&url).run(
        "DO $$ BEGIN FOR n IN 1..500 LOOP
            EXECUTE format('CREATE TABLE t%1$s (id serial PRIMARY KEY, a int NOT NULL DEFAULT 1, b text, c numeric(8, 2), \
              d timestamptz DEFAULT now(), e varchar(20) CHECK (e IN (''x'', ''y'')), f jsonb, g int REFERENCES t%2$s, h date, i bool)', \
              n, greatest(n - 1, 1));
            EXECUTE format('CREATE INDEX ON t%1$s (a, b); CREATE INDEX ON t%1$s (lower(b)) WHERE a > 0', n);
            IF n % 10 = 0 THEN EXECUTE format('CREATE VIEW v%1$s AS SELECT id, a, b FROM t%1$s WHERE a > 1', n); END IF;
         END LOOP; END $$; ANALYZE",
    );
    let mut database = try_open(&url, &settings()).unwrap();
    let begin = Instant::now();
    let one = database.schema(&LeaveOut::default()).unwrap();
    let read = begin.elapsed();
    let other = database.schema(&LeaveOut::default()).unwrap();
    let comparison = compare(&one, &other);
    let whole = begin.elapsed();
    check(&one);
    assert!(comparison.is_equal());
    // Schema, tables, columns, sequences, three constraints, two indexes, views.
    assert_eq!(one.facts.len(), 1 + 500 * (1 + 10 + 1 + 3 + 2) + 50);
    let begin = Instant::now();
    let dumped = Cluster::dump(&url).map(|_| begin.elapsed());
    println!("read {read:?}, both sides and the comparison {whole:?}, pg_dump {dumped:?}");
}
