//! Models and a database with 500 tables that are alike: `diff` beside `pg_dump` and
//! Alembic's `check`.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use teammig::{
    db::{self, RunSettings},
    schema::{
        LeaveOut,
        plan::{Decisions, plan},
    },
};

use super::{TEAMMIG, feed, has, line, postgres_cluster::Cluster, run, way};

const TABLES: usize = 500;

/// What Alembic reads: the same tables, in `SQLAlchemy`'s words.
const ENV: &str = r#"
import os
from alembic import context
from sqlalchemy import (CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, MetaData, Numeric, String, Table,
                        Text, create_engine, func, text)

metadata = MetaData()
for n in range(1, int(os.environ["TABLES"]) + 1):
    table = Table(
        f"t{n}", metadata, Column("id", Integer, primary_key=True),
        Column("a", Integer, nullable=False, server_default="1"), Column("b", Text), Column("c", Numeric(8, 2)),
        Column("d", DateTime(timezone=True), server_default=func.now()), Column("e", String(20)),
        Column("g", Integer, ForeignKey(f"t{max(n - 1, 1)}.id")), CheckConstraint("e IN ('x', 'y')"))
    Index(f"t{n}_a_b", table.c.a, table.c.b)
    Index(f"t{n}_g", table.c.g)

with create_engine(os.environ["URL"]).connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    context.run_migrations()
"#;

/// What the models say.
fn models() -> String {
    let mut text = String::new();
    for n in 1..=TABLES {
        let other = (n - 1).max(1);
        let _ = write!(
            text,
            "CREATE TABLE t{n} (id serial PRIMARY KEY, a integer NOT NULL DEFAULT 1, b text, c numeric(8, 2), \
             d timestamptz DEFAULT now(), e varchar(20) CHECK (e IN ('x', 'y')), g integer REFERENCES t{other});\n\
             CREATE INDEX t{n}_a_b ON t{n} (a, b);\nCREATE INDEX t{n}_g ON t{n} (g);\n"
        );
    }
    text
}

/// The command as people run it, what of it is reading and comparing, and the others.
pub(crate) fn diff() {
    let cluster = Cluster::shared();
    let folder = tempfile::Builder::new()
        .prefix("teammig-bench-")
        .tempdir()
        .unwrap();
    let folder = folder.path();
    let models = models();
    fs::create_dir(folder.join("models")).unwrap();
    let script = folder.join("models/all.sql");
    fs::write(&script, &models).unwrap();
    let databases = ["one", "other", "empty"].map(|name| {
        cluster
            .psql("postgres")
            .run(&format!("CREATE DATABASE {name}"));
        cluster.url("postgres", name)
    });
    let [one, other, empty] = &databases;
    for url in [one, other] {
        let psql = cluster.psql_at(url);
        psql.run(&models);
        psql.run("ANALYZE");
    }
    fs::create_dir(folder.join("migrations")).unwrap();
    fs::write(
        folder.join("teammig.yaml"),
        format!("models: models\nenvironments:\n  dev: \"{one}\"\n"),
    )
    .unwrap();

    let settings = RunSettings {
        ddl_lock_timeout: None,
        statement_timeout: None,
        lock_retries: 0,
        ledger_table: "teammig_ledger".into(),
        ledger_schema: None,
        left_out: LeaveOut::default(),
        application: "teammig bench".into(),
    };
    let read = |url: &str| {
        let mut database = db::open(url, Path::new("/"), &settings, &|_| None, &|_| {}).unwrap();
        database.schema(&LeaveOut::default()).unwrap()
    };
    let mut ways = Vec::new();
    if has("pg_dump") {
        ways.push(way(
            "pg_dump --schema-only",
            || {},
            || run("pg_dump", &["-s", "-f", "dump.sql", one], folder),
        ));
    } else {
        println!("pg_dump is not there, and not measured\n");
    }
    ways.push(way(
        "both sides read and compared",
        || {},
        || {
            let (one, other) = (read(one), read(other));
            assert!(
                plan(&one, &other, &Decisions::default())
                    .unwrap()
                    .is_empty()
            );
        },
    ));
    ways.push(way(
        "teammig diff",
        || {},
        || run(TEAMMIG, &["diff", "-q"], folder),
    ));
    if has("psql") {
        ways.push(way(
            "psql, the models alone",
            || {
                cluster
                    .psql_at(empty)
                    .run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
            },
            || feed("psql", &["-qX", empty], folder, &script),
        ));
    }
    let url = format!(
        "postgresql+psycopg://postgres@/one?host={}&port={}",
        cluster.folder().display(),
        cluster.port()
    );
    let alembic = alembic(folder, url);
    match alembic {
        Some(check) => ways.push(way("alembic check", || {}, check)),
        None => println!("Alembic with SQLAlchemy and psycopg is not there, and not measured\n"),
    }
    line(&format!("diff of {TABLES} tables"), 3, &ways);
}

/// `alembic check` in a folder of its own, where it can be run.
fn alembic(folder: &Path, url: String) -> Option<impl Fn() + use<>> {
    let there = Command::new("python3")
        .args(["-c", "import alembic, sqlalchemy, psycopg"])
        .stderr(Stdio::null())
        .status();
    if !there.is_ok_and(|status| status.success()) {
        return None;
    }
    let home = folder.join("alembic");
    fs::create_dir_all(home.join("env/versions")).unwrap();
    fs::write(
        home.join("alembic.ini"),
        "[alembic]\nscript_location = env\n",
    )
    .unwrap();
    fs::write(home.join("env/env.py"), ENV).unwrap();
    Some(move || {
        let status = Command::new("python3")
            .args(["-m", "alembic", "check"])
            .current_dir(&home)
            .env("URL", &url)
            .env("TABLES", TABLES.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "alembic check");
    })
}
