//! What scratch databases leave on a PostgreSQL server: nothing.

use std::process::Stdio;

use insta::assert_snapshot;
use teammig::db::ScratchError;

use crate::support::{
    Sandbox,
    deploy::{settings, try_open},
    interrupt,
    postgres::Cluster,
};

/// A server of one's own: others' scratch databases would be in the way of counting.
fn cluster() -> Cluster {
    Cluster::start(&["listen_addresses="], 5432, |_| {})
}

fn scratch_databases(cluster: &Cluster) -> Vec<String> {
    cluster.psql("postgres").values(
        "SELECT datname FROM pg_database WHERE datname LIKE 'teammig\\_scratch%' ORDER BY 1",
    )
}

#[test]
fn a_scratch_database_is_like_the_other_one_and_is_dropped() {
    let cluster = cluster();
    let psql = cluster.psql("postgres");
    psql.run(
        "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    );
    psql.run("ALTER DATABASE latin SET search_path = app, \"$user\", public");
    psql.run("ALTER DATABASE latin SET app.tenant = 'it''s'");
    psql.run("ALTER DATABASE latin SET log_statement = 'all'");
    let mut database = try_open(&cluster.url("postgres", "latin"), &settings()).unwrap();
    let like = database.likeness().unwrap();
    let mut scratch = database.scratch(&like).unwrap();
    let mut value = |sql: &str| scratch.query_text(sql).unwrap()[0][0].clone().unwrap();
    assert!(value("SELECT current_database()").starts_with("teammig_scratch_"));
    assert_eq!(value("SHOW server_encoding"), "LATIN1");
    assert_eq!(value("SHOW search_path"), "app, \"$user\", public");
    assert_eq!(value("SHOW app.tenant"), "it's");
    assert_eq!(value("SHOW log_statement"), "none");
    assert_eq!(scratch.likeness().unwrap(), like);
    assert_eq!(scratch_databases(&cluster).len(), 1);
    drop(scratch);
    assert!(scratch_databases(&cluster).is_empty());
}

#[test]
fn what_a_killed_run_left_is_dropped_and_what_is_in_use_stays() {
    let cluster = cluster();
    let psql = cluster.psql("postgres");
    for name in [
        "teammig_scratch_1_1_1",
        "teammig_scratch_2_2_2",
        "teammigxscratch_3",
    ] {
        psql.run(&format!("CREATE DATABASE {name}"));
    }
    let other = cluster.psql("teammig_scratch_2_2_2");
    let url = cluster.url("postgres", "postgres");
    let mut first = try_open(&url, &settings()).unwrap();
    let mut second = try_open(&url, &settings()).unwrap();
    let like = first.likeness().unwrap();
    let one = first.scratch(&like).unwrap();
    assert!(!scratch_databases(&cluster).contains(&"teammig_scratch_1_1_1".to_owned()));
    // Two at once: the second leaves the first alone.
    let two = second.scratch(&like).unwrap();
    let names = scratch_databases(&cluster);
    assert_eq!(names.len(), 3, "{names:?}");
    drop(one);
    drop(two);
    assert_eq!(scratch_databases(&cluster), ["teammig_scratch_2_2_2"]);
    drop(other);
    assert_eq!(
        psql.value("SELECT count(*) FROM pg_database WHERE datname = 'teammigxscratch_3'"),
        "1"
    );
}

#[test]
fn a_role_that_may_not_create_databases_is_told_the_ways_out() {
    let cluster = cluster();
    let psql = cluster.psql("postgres");
    psql.run("CREATE ROLE app LOGIN; CREATE ROLE maker LOGIN CREATEDB");
    psql.run("CREATE DATABASE live OWNER app");
    let url = cluster.url("app", "live");
    let mut database = try_open(&url, &settings()).unwrap();
    let like = database.likeness().unwrap();
    assert!(matches!(
        database.scratch(&like),
        Err(ScratchError::NotAllowed(_))
    ));
    let sandbox = Sandbox::project();
    let config = |scratch: &str| {
        sandbox.write(
            "project/teammig.yaml",
            format!("{scratch}environments:\n  dev: \"{url}\"\n"),
        );
    };
    config("");
    let run = sandbox.teammig("project", &["drift"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stderr.contains("`scratch: postgres://…`"), "{run}");
    assert!(run.stderr.contains("CREATEDB"), "{run}");
    assert!(scratch_databases(&cluster).is_empty());
    // The other way: a server is named, here the same one with another role.
    config(&format!(
        "scratch: \"{}\"\n",
        cluster.url("maker", "postgres")
    ));
    let run = sandbox.teammig("project", &["drift"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(scratch_databases(&cluster).is_empty());
}

#[test]
fn nothing_is_made_on_a_protected_server_without_a_word() {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  production: {{url: \"{url}\", protected: true}}\n"),
    );
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 4
    --- stderr
    error: there is no scratch database to try the revisions on
    production is protected: nothing is made on its server without your word.
    hint: name a server where they may be made, in teammig.yaml: `scratch: postgres://…`
    hint: `--scratch-here` makes it on that server, beside the database, and drops it again
    ");
    let run = sandbox.teammig("project", &["drift", "--scratch-here"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        Cluster::shared()
            .psql_at(&url)
            .value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"),
        "0"
    );
}

#[test]
fn ctrl_c_in_the_middle_of_a_replay_drops_the_scratch_database() {
    let cluster = cluster();
    let url = cluster.url("postgres", "postgres");
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    // Quick in the database itself, endless where it is alone.
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up\nSELECT CASE WHEN current_database() = 'postgres' THEN NULL ELSE pg_sleep(60) END;\n",
    );
    sandbox.ok("project", &["upgrade"]);
    let mut child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "project")
        .arg("drift")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    cluster.psql("postgres").wait_for(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND datname LIKE 'teammig\\_scratch%' AND state = 'active')",
    );
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(scratch_databases(&cluster).is_empty());
}

/// A project on PostgreSQL with two applied revisions, one of them outside a transaction.
fn applied() -> (Sandbox, String) {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    sandbox.revision(
        "project",
        "aaaa00000001",
        &[],
        "Users",
        "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);\nCREATE VIEW names AS SELECT name FROM users;\n\
         CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "DROP FUNCTION one(); DROP VIEW names; DROP TABLE users;",
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000002",
        "aaaa00000001",
        "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY users_name ON users (name);\n",
    );
    sandbox.ok("project", &["upgrade"]);
    (sandbox, url)
}

#[test]
fn after_an_upgrade_there_is_none() {
    let (sandbox, _) = applied();
    std::fs::remove_dir_all(sandbox.at("project/migrations")).unwrap();
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 0
    --- stderr
    dev: no drift; it is as the 2 revisions of the ledger make it
    ");
}

#[test]
fn what_was_made_by_hand_shows_and_nothing_else() {
    let (sandbox, url) = applied();
    Cluster::shared().psql_at(&url).run(
        "ALTER TABLE users ADD COLUMN phone text DEFAULT '';
         CREATE INDEX users_phone ON users (phone);
         CREATE TABLE hotfix (id int PRIMARY KEY, note text);
         CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 2';
         CREATE OR REPLACE VIEW names AS SELECT name FROM users WHERE id > 0;
         ALTER TABLE users ALTER name DROP NOT NULL;",
    );
    let run = sandbox.teammig("project", &["drift"]).to_string();
    // Since version 16 the server leaves out the only table of a view.
    let run = run
        .replace("SELECT users.", "SELECT ")
        .replace("WHERE (users.", "WHERE (");
    assert_snapshot!(run, @r#"
    exit 3
    --- stdout
    ~ function public.one()
        body: SELECT 1 in the revisions, SELECT 2 here
    + table public.hotfix
        column order:
            id
            note
        owner: postgres
        column id
        column note
        constraint hotfix_pkey
    ~ column public.users.name
        not null: yes in the revisions, none here
    + column public.users.phone
        default: ''::text
        type: text
    ~ view public.names
        definition in the revisions:
             SELECT name
               FROM public.users;
        definition here:
             SELECT name
               FROM public.users
              WHERE (id > 0);
    + index public.users_phone
        CREATE INDEX users_phone ON public.users USING btree (phone)
    --- stderr
    dev: 6 differences from what the 2 revisions of the ledger make it
    hint: what is to stay belongs into a revision: `teammig create --empty "what it does"` makes its file; with the statements in it (`teammig drift --sql` prints them), `teammig stamp --only head` records it here without running it; what is not to stay, undo by hand
    "#);
}

#[test]
fn statements_about_the_server_are_not_run_again() {
    let cluster = cluster();
    let url = cluster.url("postgres", "postgres");
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("environments:\n  dev: \"{url}\"\n"),
    );
    sandbox.raw_revision(
        "project",
        "aaaa00000001",
        "",
        "-- migrate:up\nCREATE ROLE reader;\nCREATE TABLE t (x int);\nGRANT SELECT ON t TO reader;\nALTER ROLE reader LOGIN;\n",
    );
    sandbox.ok("project", &["upgrade"]);
    cluster.psql("postgres").run("ALTER ROLE reader NOLOGIN");
    assert_snapshot!(sandbox.teammig("project", &["drift"]), @"
    exit 0
    --- stderr
    warning: not run on the scratch database, since it reaches beyond it: CREATE ROLE reader (aaaa00000001)
    warning: not run on the scratch database, since it reaches beyond it: ALTER ROLE reader LOGIN (aaaa00000001)
    dev: no drift; it is as the 1 revision of the ledger makes it
    ");
    assert_eq!(
        cluster
            .psql("postgres")
            .value("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'reader'"),
        "f"
    );
}
