//! PostgreSQL: rows and views that a change has to keep, or to say that it does not.

use super::postgres::{newest, project};
use crate::support::{Sandbox, postgres::Cluster};

/// A database with the first models and rows in it, and the second models in their file.
pub(super) fn changed(first: &str, rows: &str, second: &str) -> (Sandbox, String) {
    let (sandbox, url) = project(&[("all.sql", first)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    Cluster::shared().psql_at(&url).run(rows);
    sandbox.write("project/models/all.sql", second);
    (sandbox, url)
}

pub(super) const NEXT: [&str; 4] = ["create", "Next", "--rev-id", "aaaa00000002"];

/// No statement makes a column one that is only inherited: there is no way back that keeps
/// the rows, and none that loses them either.
#[test]
fn a_table_that_inherits_no_more() {
    for key in ["PRIMARY KEY", "NOT NULL"] {
        let base = format!("CREATE TABLE base (id int {key});");
        let (sandbox, url) = changed(
            &format!("{base} CREATE TABLE child (note text) INHERITS (base);"),
            "INSERT INTO child VALUES (1, 'n'); INSERT INTO base VALUES (2)",
            &format!("{base} CREATE TABLE child (id int NOT NULL, note text);"),
        );
        let said = sandbox.teammig("project", &NEXT).to_string();
        assert!(said.contains("no statement makes public.child"), "{said}");
        let script = newest(&sandbox, "aaaa00000002");
        assert!(!script.contains("DROP TABLE"), "{script}");
        let (document, _) = sandbox.json("project", &["verify", "aaaa00000002"]);
        let proved = &document["proved"][0];
        assert_eq!(proved["tables_with_rows"], proved["tables"], "{document}");
        sandbox.ok("project", &["upgrade"]);
        let psql = Cluster::shared().psql_at(&url);
        assert_eq!(psql.value("SELECT note FROM child WHERE id = 1"), "n");
        let refused = sandbox.teammig("project", &["downgrade", "-1"]);
        assert_eq!(refused.code, 1, "{refused}");
        assert!(
            refused.to_string().contains("cannot be rolled back"),
            "{refused}"
        );
        assert_eq!(psql.value("SELECT note FROM child WHERE id = 1"), "n");
    }
}

/// `pg_dump` says of each that it holds nothing.
#[test]
fn a_materialized_view_that_is_made_again_is_filled() {
    let models = |of: &str| {
        format!(
            "CREATE TABLE t (id int PRIMARY KEY, n {of});
             CREATE MATERIALIZED VIEW m AS SELECT id, n FROM t WITH NO DATA;
             CREATE MATERIALIZED VIEW m2 AS SELECT n FROM m WITH NO DATA;
             CREATE UNIQUE INDEX m_id ON m (id);"
        )
    };
    let (sandbox, url) = changed(
        &models("int"),
        "INSERT INTO t VALUES (1, 2); REFRESH MATERIALIZED VIEW m; REFRESH MATERIALIZED VIEW m2",
        &models("bigint"),
    );
    sandbox.ok("project", &NEXT);
    let psql = Cluster::shared().psql_at(&url);
    for command in [["upgrade"].as_slice(), &["downgrade", "-1"]] {
        sandbox.ok("project", command);
        assert_eq!(psql.value("SELECT n FROM m"), "2");
        assert_eq!(psql.value("SELECT n FROM m2"), "2");
    }
    // One that was left empty on purpose stays so; the database knows.
    psql.run("REFRESH MATERIALIZED VIEW m2 WITH NO DATA");
    for command in [["upgrade"].as_slice(), &["downgrade", "-1"]] {
        sandbox.ok("project", command);
        assert_eq!(psql.value("SELECT n FROM m"), "2");
        let is_filled = "SELECT relispopulated FROM pg_class WHERE relname = 'm2'";
        assert_eq!(psql.value(is_filled), "f");
    }
}

/// A column that is there all the time neither goes nor comes.
#[test]
fn a_table_that_becomes_a_partition() {
    let whole = "CREATE TABLE t (id int NOT NULL, n int NOT NULL) PARTITION BY RANGE (id); CREATE INDEX t_n ON t (n);";
    let apart = format!("{whole} CREATE TABLE u (id int NOT NULL, n int NOT NULL);");
    let parted = format!("{apart} ALTER TABLE t ATTACH PARTITION u FOR VALUES FROM (1) TO (9);");
    for (first, second) in [(&apart, &parted), (&parted, &apart)] {
        let (sandbox, url) = changed(first, "INSERT INTO u VALUES (1, 2)", second);
        let said = sandbox.teammig("project", &["diff"]).to_string();
        assert!(said.contains("~ table public.u"), "{said}");
        for part in ["column", "index"] {
            assert!(!said.contains(part), "{said}");
        }
        sandbox.ok("project", &NEXT);
        sandbox.ok("project", &["upgrade"]);
        sandbox.ok("project", &["downgrade", "-1"]);
        let psql = Cluster::shared().psql_at(&url);
        assert_eq!(psql.value("SELECT n FROM u"), "2");
    }
}

/// A label that comes back is used once it is committed.
#[test]
fn a_label_that_comes_back_and_is_the_default() {
    let models = |labels: &str, default: &str| {
        format!(
            "CREATE TYPE mood AS ENUM ({labels}); CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT '{default}');"
        )
    };
    let (sandbox, url) = changed(
        &models("'fine', 'bad'", "bad"),
        "INSERT INTO t VALUES (1, 'fine')",
        &models("'fine'", "fine"),
    );
    let said = sandbox.teammig("project", &NEXT).to_string();
    assert!(said.contains("down returns"), "{said}");
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["downgrade", "-1"]);
    let psql = Cluster::shared().psql_at(&url);
    let made = psql.value("INSERT INTO t VALUES (2) RETURNING m");
    assert_eq!(made.lines().next(), Some("bad"));
}

/// `*` has the columns in the order in which they stand in the table, where new ones come last.
#[test]
fn a_view_of_all_columns_has_those_of_the_models() {
    let table = |columns: &str| {
        format!("CREATE TABLE t (id int PRIMARY KEY, {columns});")
            + "CREATE VIEW v AS SELECT * FROM t; CREATE VIEW w AS SELECT * FROM v;"
    };
    let columns = "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) \
                   FROM information_schema.columns WHERE table_name = 'w'";
    let (sandbox, url) = changed(
        &table("z text, b int"),
        "INSERT INTO t VALUES (1, 'z', 2)",
        &table("n int, z text, y int, b int, a int"),
    );
    sandbox.ok("project", &NEXT);
    sandbox.ok("project", &["upgrade"]);
    let psql = Cluster::shared().psql_at(&url);
    assert_eq!(psql.value(columns), "id n z y b a");
    assert_eq!(psql.value("SELECT z || b FROM w"), "z2");
    // New columns stand in their order, not in that of the alphabet.
    assert_eq!(psql.value(&columns.replace("'w'", "'t'")), "id z b n y a");
    let script = newest(&sandbox, "aaaa00000002");
    assert!(script.contains("VIEW w AS SELECT * FROM v"), "{script}");
    sandbox.ok("project", &["diff"]);
    sandbox.ok("project", &["downgrade", "-1"]);
    assert_eq!(psql.value(columns), "id z b");
    // The order in the table is another one by now; the text is theirs again where it fits.
    sandbox.ok("project", &["upgrade"]);
    sandbox.write(
        "project/models/all.sql",
        &(table("n int, z text, y int, b int, a int") + "CREATE VIEW x AS SELECT * FROM t;"),
    );
    sandbox.ok("project", &["create", "Third", "--rev-id", "aaaa00000003"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(psql.value(&columns.replace("'w'", "'x'")), "id n z y b a");
}
