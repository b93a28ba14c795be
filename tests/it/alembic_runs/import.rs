//! An Alembic project becomes a native one, by its own Alembic.

use insta::assert_snapshot;
use serde_json::json;

use super::project::{bare, project, revision, table, tables};
use crate::support::{postgres::Cluster, sandbox::Sandbox};

/// a, b and c on a, d that merges both, e behind it.
fn diamond(sandbox: &Sandbox) {
    table(sandbox, "aaaa00000001", &[]);
    revision(
        sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "op.add_column(\"t_aaaa00000001\", sa.Column(\"n\", sa.String(20), server_default=\"a%b\"))\n    \
         op.get_bind().execute(sa.text(\"INSERT INTO t_aaaa00000001 (id, n) VALUES (1, :n)\"), {\"n\": \"it's 5%\\t:x\"})",
        "op.drop_column(\"t_aaaa00000001\", \"n\")",
    );
    table(sandbox, "cccc00000003", &["aaaa00000001"]);
    revision(
        sandbox,
        "dddd00000004",
        &["bbbb00000002", "cccc00000003"],
        "pass",
        "pass",
    );
    table(sandbox, "eeee00000005", &["dddd00000004"]);
}

fn ids(sandbox: &Sandbox) -> Vec<String> {
    let (history, _) = sandbox.json("project", &["history"]);
    let all = history["revisions"].as_array().unwrap();
    all.iter()
        .map(|one| one["revision"].as_str().unwrap().to_owned())
        .collect()
}

/// The whole schema but what belongs to either tool.
fn schema(sandbox: &Sandbox, database: &str) -> Vec<String> {
    let all = sandbox.sqlite(
        database,
        "SELECT sql FROM sqlite_schema WHERE name NOT LIKE '%alembic_version%' AND tbl_name NOT LIKE 'teammig%' \
         AND sql IS NOT NULL ORDER BY name",
    );
    let words = |sql: &String| sql.split_whitespace().collect::<Vec<_>>().join(" ");
    all.iter().map(words).collect()
}

#[test]
fn the_same_graph_and_the_same_schema() {
    let sandbox = project();
    diamond(&sandbox);
    let before = ids(&sandbox);
    sandbox.ok("project", &["upgrade"]);
    let theirs = schema(&sandbox, "project/dev.db");
    let rows = "SELECT id, n FROM t_aaaa00000001";
    let their_rows = sandbox.sqlite("project/dev.db", rows);

    // A look changes nothing.
    let run = sandbox.teammig("project", &["import", "alembic", "--dry-run"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        sandbox
            .read("project/teammig.yaml")
            .contains("layout: alembic")
    );
    assert!(!sandbox.at("project/revisions").exists());

    assert_snapshot!(sandbox.teammig("project", &["import", "alembic", "--adopt"]), @"
    exit 0
    --- stderr
    5 revisions of alembic in migrations/versions, for SQLite
      3 scripts that drop or rebuild tables: with foreign keys off around them, and checked before the commit, e.g. aaaa00000001
    alembic_version of sqlite:dev.db calls 5 applied, 0 not
    5 revisions written to revisions: aaaa00000001 … eeee00000005
    5 revisions recorded as applied in sqlite:dev.db
    teammig.yaml names revisions as a native project now
    hint: `teammig verify` runs them all up and down on a scratch database
    hint: `teammig import alembic --adopt --env NAME` for each further database; then delete Alembic's files, and `alembic:` in teammig.yaml (URLs are then teammig's own: `sqlite:dev.db`, `postgresql://…`)
    ");
    assert_snapshot!(sandbox.read("project/teammig.yaml"), @"
    layout: native
    migrations: revisions
    environments:
      dev: sqlite:dev.db
    # Where the revisions were imported from; goes when Alembic's files go.
    alembic: {config: alembic.ini}
    ");
    assert_eq!(ids(&sandbox), before);
    // The adopted one is where it was.
    let (current, _) = sandbox.json("project", &["current"]);
    assert_eq!(
        (&current["heads"], &current["at_head"]),
        (&json!(["eeee00000005"]), &json!(true))
    );
    sandbox.ok("project", &["current", "--check"]);
    // An empty one comes to the same.
    let other = ["--url", "sqlite:other.db"];
    sandbox.ok("project", &[&["upgrade"][..], &other].concat());
    assert_eq!(schema(&sandbox, "project/other.db"), theirs);
    assert_eq!(sandbox.sqlite("project/other.db", rows), their_rows);
    // And both go back.
    sandbox.ok("project", &["downgrade", "base", "--yes"]);
    assert_eq!(tables(&sandbox), [] as [&str; 0]);
    sandbox.ok("project", &[&["downgrade", "base"][..], &other].concat());

    // Called again, it has nothing to do; with a new module, one revision more.
    let again = sandbox.json("project", &["import", "alembic"]).0;
    assert_eq!(
        (&again["written"], &again["config"]),
        (&json!(0), &json!("stays"))
    );
    table(&sandbox, "ffff00000006", &["eeee00000005"]);
    let again = sandbox.json("project", &["import", "alembic"]).0;
    assert_eq!(again["written"], json!(1));
    assert_eq!(ids(&sandbox)[0], "ffff00000006");
    let left = std::fs::read_dir(sandbox.at("project")).unwrap();
    let mut left = left.map(|one| one.unwrap().file_name().into_string().unwrap());
    assert!(!left.any(|name| name.starts_with(".teammig-")));
}

/// A database in the midst of the graph: only what it has is recorded.
#[test]
fn what_is_applied_is_what_the_rows_stand_on() {
    let sandbox = project();
    diamond(&sandbox);
    sandbox.ok("project", &["upgrade", "bbbb00000002"]);
    sandbox.ok("project", &["import", "alembic", "--adopt"]);
    let (current, _) = sandbox.json("project", &["current"]);
    assert_eq!(current["heads"], json!(["bbbb00000002"]));
    assert_eq!(
        current["pending"],
        json!(["cccc00000003", "dddd00000004", "eeee00000005"])
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        tables(&sandbox),
        ["aaaa00000001", "cccc00000003", "eeee00000005"]
    );
}

/// All of them are named, with their lines, and nothing is written.
#[test]
fn what_reads_the_database_is_named() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    revision(
        &sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "for row in op.get_bind().execute(sa.text(\"SELECT 1\")):\n        print(row)",
        "pass",
    );
    revision(
        &sandbox,
        "cccc00000003",
        &["bbbb00000002"],
        "sa.inspect(op.get_bind()).get_table_names()",
        "pass",
    );
    revision(
        &sandbox,
        "dddd00000004",
        &["cccc00000003"],
        "with op.batch_alter_table(\"t_aaaa00000001\") as batch:\n        batch.alter_column(\"id\", new_column_name=\"no\")",
        "pass",
    );
    // One that only passes where rows are counted must not pass here.
    revision(
        &sandbox,
        "eeee00000005",
        &["dddd00000004"],
        "if op.get_bind().execute(sa.text(\"SELECT 1\")):\n        op.drop_table(\"x\")",
        "sa.inspect(op.get_bind())",
    );
    assert_snapshot!(sandbox.teammig("project", &["import", "alembic"]), @r#"
    exit 3
    --- stderr
    error: what upgrade() does cannot be written down without a database: it uses what a statement answers, and no database is there to answer [unreadable-revision]
      --> migrations/versions/bbbb00000002_x.py:18:5
       |
    18 |     for row in op.get_bind().execute(sa.text("SELECT 1")):
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: let it say in offline mode what a new database gets: `if context.is_offline_mode():` (`from alembic import context`) with `op.execute(…)` below, and what it does now under `else:`
    error: what upgrade() does cannot be written down without a database: it inspects the database, and none is there [unreadable-revision]
      --> migrations/versions/cccc00000003_x.py:18:5
       |
    18 |     sa.inspect(op.get_bind()).get_table_names()
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: let it say in offline mode what a new database gets: `if context.is_offline_mode():` (`from alembic import context`) with `op.execute(…)` below, and what it does now under `else:`
    error: what upgrade() does cannot be written down without a database: CommandError: This operation cannot proceed in --sql mode; batch mode with dialect sqlite requires a live database connection with which to reflect the table "t_aaaa00000001". To generate a batch SQL migration script using table "move and copy", a complete Table object should be passed to the "copy_from" argument of the batch_alter_table() method so that table reflection can be skipped. [unreadable-revision]
      --> migrations/versions/dddd00000004_x.py:18:5
       |
    18 |     with op.batch_alter_table("t_aaaa00000001") as batch:
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: let it say in offline mode what a new database gets: `if context.is_offline_mode():` (`from alembic import context`) with `op.execute(…)` below, and what it does now under `else:`
    error: what upgrade() does cannot be written down without a database: it uses what a statement answers, and no database is there to answer [unreadable-revision]
      --> migrations/versions/eeee00000005_x.py:18:5
       |
    18 |     if op.get_bind().execute(sa.text("SELECT 1")):
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: let it say in offline mode what a new database gets: `if context.is_offline_mode():` (`from alembic import context`) with `op.execute(…)` below, and what it does now under `else:`
    error: the migrations have 4 problems to put right first
    "#);
    assert!(!sandbox.at("project/revisions").exists());
    assert!(
        sandbox
            .read("project/teammig.yaml")
            .contains("layout: alembic")
    );
}

/// The way out that the error names, and a way back that is lost and said.
#[test]
fn offline_branches_and_ways_back() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    revision(
        &sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "from alembic import context\n    if context.is_offline_mode():\n        op.execute(\"INSERT INTO t_aaaa00000001 VALUES (7)\")\n    \
         else:\n        sa.inspect(op.get_bind()).get_table_names()",
        "sa.inspect(op.get_bind()).get_table_names()",
    );
    revision(
        &sandbox,
        "cccc00000003",
        &["bbbb00000002"],
        "op.execute(\"SELECT 1\")",
        "raise NotImplementedError()",
    );
    let (document, code) = sandbox.json("project", &["import", "alembic"]);
    assert_eq!(code, 0, "{document}");
    let kinds: Vec<_> = document["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["notes"][0]["kind"], &one["notes"][0]["line"]))
        .collect();
    assert_eq!(kinds[1], (&json!("way-back-needs-database"), &json!(26)));
    assert_eq!(kinds[2].0, &json!("no-way-back"));
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        sandbox.sqlite("project/dev.db", "SELECT id FROM t_aaaa00000001"),
        ["7"]
    );
    let run = sandbox.teammig("project", &["downgrade", "bbbb00000002"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("cccc00000003 cannot be rolled back"),
        "{run}"
    );
}

#[test]
fn an_env_that_is_not_for_this() {
    // It has a URL of its own, which is for another database.
    let sandbox = bare();
    sandbox.edit(
        "project/migrations/env.py",
        "config = context.config\n",
        "config = context.config\nconfig.set_main_option(\"sqlalchemy.url\", \"sqlite:///dev.db\")\n",
    );
    table(&sandbox, "aaaa00000001", &[]);
    let run = sandbox.teammig("project", &["import", "alembic", "--dialect", "postgres"]);
    assert_snapshot!(run, @"
    exit 1
    --- stderr
    error: env.py writes for SQLite, and PostgreSQL was asked for
    Nothing was written. teammig runs the project's env.py in Alembic's offline mode (`--sql`).
    hint: let env.py read the URL of the variable that `alembic: {url_variable: …}` names, also in run_migrations_offline() (docs/alembic.md, Which database)
    ");
    // It does nothing in offline mode.
    sandbox.edit(
        "project/migrations/env.py",
        "    run_migrations_offline()\nelse",
        "    pass\nelse",
    );
    let run = sandbox.teammig("project", &["import", "alembic"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("runs no migrations in offline mode"),
        "{run}"
    );
    assert!(run.stderr.contains("is_offline_mode"), "{run}");
    assert!(!sandbox.at("project/revisions").exists());
}

#[test]
fn on_postgresql() {
    let cluster = Cluster::shared();
    let (url, other) = (cluster.database(), cluster.database());
    let sandbox = project();
    sandbox.write(
        "project/teammig.yaml",
        format!("layout: alembic\nenvironments:\n  dev: \"{url}\"\n"),
    );
    diamond(&sandbox);
    revision(
        &sandbox,
        "ffff00000006",
        &["eeee00000005"],
        "op.create_table(\"t_f\", sa.Column(\"id\", sa.Integer, primary_key=True), sa.Column(\"k\", sa.Enum(\"x\", \"y\", name=\"kind\")))\n    \
         with op.get_context().autocommit_block():\n        op.create_index(\"ix_f\", \"t_f\", [\"k\"], postgresql_concurrently=True)\n    \
         op.execute(\"COMMENT ON TABLE t_f IS '100%'\")",
        "op.drop_table(\"t_f\")\n    op.execute(\"DROP TYPE kind\")",
    );
    sandbox.ok("project", &["upgrade"]);
    let run = sandbox.teammig("project", &["import", "alembic", "--adopt"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.ok("project", &["current", "--check"]);
    sandbox.ok("project", &["upgrade", "--url", &other]);
    let dump = |url: &str| {
        cluster.psql_at(url).values(
            "SELECT table_name || '.' || column_name || ' ' || data_type || coalesce(column_default, '') \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name LIKE 't\\_%' UNION ALL \
             SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename LIKE 't\\_%' UNION ALL \
             SELECT n || '' FROM t_aaaa00000001 UNION ALL SELECT obj_description('t_f'::regclass) ORDER BY 1",
        )
    };
    assert_eq!(dump(&other), dump(&url));
    assert!(
        dump(&other).iter().any(|line| line.contains("it's 5%\t:x")),
        "{:?}",
        dump(&other)
    );
    sandbox.ok("project", &["downgrade", "base", "--url", &other]);
    assert_eq!(
        cluster
            .psql_at(&other)
            .values("SELECT count(*) FROM pg_tables WHERE tablename LIKE 't\\_%'"),
        ["0"]
    );
}

/// Columns that are named without a type, as data migrations do it.
#[test]
fn values_of_columns_without_a_type_are_written_down() {
    let sandbox = project();
    table(&sandbox, "aaaa00000001", &[]);
    revision(
        &sandbox,
        "bbbb00000002",
        &["aaaa00000001"],
        "t = sa.table(\"t_aaaa00000001\", sa.column(\"id\"))\n    \
         op.execute(t.update().where(t.c.id.in_([1, 2])).values(id=5))",
        "op.execute(\"SELECT 1\")",
    );
    sandbox.ok("project", &["import", "alembic"]);
    let files = std::fs::read_dir(sandbox.at("project/revisions")).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    let is_it = |path: &std::path::PathBuf| path.to_string_lossy().contains("bbbb00000002");
    let text = std::fs::read_to_string(files.find(is_it).unwrap()).unwrap();
    assert!(text.contains("SET id=5"), "{text}");
    assert!(text.contains("IN (1, 2)"), "{text}");
}

/// A session asks more of a connection than to execute.
#[test]
fn a_session_needs_a_database() {
    let sandbox = project();
    revision(
        &sandbox,
        "aaaa00000001",
        &[],
        "from sqlalchemy.orm import Session\n    Session(bind=op.get_bind()).execute(sa.text(\"SELECT 1\"))",
        "pass",
    );
    let run = sandbox.teammig("project", &["import", "alembic"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("no database is there"), "{run}");
    assert!(!run.stderr.contains("AttributeError"), "{run}");
    assert!(run.stderr.contains("is_offline_mode"), "{run}");
}

/// The ids are those of a commit, and what they stand for is not: of the files nothing was said.
#[test]
fn what_was_imported_is_told_to_be_uncommitted() {
    let sandbox = project();
    diamond(&sandbox);
    sandbox.commit("project", "Modules");
    // Published.
    sandbox.git("project", &["remote", "add", "origin", "."]);
    sandbox.git("project", &["fetch", "-q", "origin"]);
    sandbox.git("project", &["branch", "-q", "-u", "origin/main"]);
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["hooks", "install"]);
    sandbox.ok("project", &["import", "alembic", "--adopt"]);
    let said = sandbox.ok("project", &["status"]);
    assert!(
        said.contains("Files      5 revisions not committed as they are here")
            && said.contains("git add revisions && git commit"),
        "{said}"
    );
    sandbox.git("project", &["add", "-A"]);
    sandbox.git("project", &["commit", "-q", "--no-verify", "-m", "Native"]);
    let said = sandbox.ok("project", &["status"]);
    assert!(!said.contains("not committed"), "{said}");
}
