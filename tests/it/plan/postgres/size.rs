//! Many tables.

use std::time::{Duration, Instant};

use teammig::schema::plan::{Decisions, plan};

use super::Bench;

/// All of them at once, there and back; the time is printed for whoever wants to see it.
#[test]
fn two_hundred_tables() {
    let script = "DO $$ BEGIN FOR n IN 1..200 LOOP
        EXECUTE format('CREATE TABLE t%1$s (id serial PRIMARY KEY, a int NOT NULL DEFAULT 1, b text, c numeric(8, 2), d timestamptz DEFAULT now(), \
          e varchar(20) CHECK (e IN (''x'', ''y'')), g int REFERENCES t%2$s)', n, greatest(n - 1, 1));
        EXECUTE format('CREATE INDEX ON t%1$s (a, b); CREATE INDEX ON t%1$s (lower(b)) WHERE a > 0', n);
        IF n % 10 = 0 THEN EXECUTE format('CREATE VIEW v%1$s AS SELECT id, a, b FROM t%1$s WHERE a > 1', n); END IF;
        END LOOP; END $$";
    let mut bench = Bench::new();
    let (empty, full) = (bench.schema_of(""), bench.schema_of(script));
    let begin = Instant::now();
    let there = plan(&empty, &full, &Decisions::default()).unwrap();
    let back = plan(&full, &empty, &Decisions::default()).unwrap();
    let took = begin.elapsed();
    println!("planned both ways in {took:?}");
    // Without any optimisation, on a machine that does other things too.
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(there.statements().count(), 200 * (1 + 1 + 2) + 20);
    assert_eq!(back.statements().count(), 200 + 20);
    let decisions = Decisions::default();
    bench.check("", &empty, &full, &decisions).unwrap();
    bench.check(script, &full, &empty, &decisions).unwrap();
}
