//! Models of PostgreSQL, from the first revision on.

use insta::assert_snapshot;

use crate::support::{Sandbox, postgres::Cluster};

/// A project with a database of its own.
pub(super) fn project(models: &[(&str, &str)]) -> (Sandbox, String) {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    sandbox.write(
        "project/teammig.yaml",
        format!("models: models\nenvironments:\n  dev: {url}\n"),
    );
    for (name, text) in models {
        sandbox.write(&format!("project/models/{name}"), text);
    }
    (sandbox, url)
}

/// The text of the newest file, and what is the same in each run of it.
pub(super) fn newest(sandbox: &Sandbox, id: &str) -> String {
    let folder = std::fs::read_dir(sandbox.at("project/migrations")).unwrap();
    let path = folder
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains(id))
        .unwrap();
    std::fs::read_to_string(path).unwrap()
}

const SCHEMA: &str = "\
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fullname text,
    age text,
    email text,
    feels mood
);
";

const VIEWS: &str = "\
-- Whom we may write to.
CREATE VIEW reachable AS
  SELECT id, email   -- the address alone
    FROM users WHERE email IS NOT NULL;

CREATE FUNCTION hello(who integer) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT 'Hello ' || email FROM users WHERE id = who
$$;

CREATE INDEX users_email ON users (lower(email));
";

#[test]
fn from_nothing_to_a_schema_and_back() {
    // The file that needs the other one comes first.
    let (sandbox, url) = project(&[("a_views.sql", VIEWS), ("users.sql", SCHEMA)]);
    assert_snapshot!(
        sandbox.teammig("project", &["create", "Begin", "--rev-id", "aaaa00000001"]),
        @"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000001_begin.sql
    --- stderr
      + enum public.mood
      + function public.hello(integer)
      + table public.users
      + view public.reachable
      verified on a scratch database: up reaches the models, down returns
    "
    );
    assert_snapshot!(newest(&sandbox, "aaaa00000001"), @"
    -- teammig:
    --   revision: aaaa00000001
    --   parents: []
    --   message: Begin
    --   created: 2026-11-22T10:02:00Z

    -- migrate:up
    CREATE TYPE mood AS ENUM ('happy', 'sad');
    CREATE TABLE users (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        fullname text,
        age text,
        email text,
        feels mood
    );
    CREATE FUNCTION hello(who integer) RETURNS text LANGUAGE sql STABLE AS $$
      SELECT 'Hello ' || email FROM users WHERE id = who
    $$;
    CREATE VIEW reachable AS
      SELECT id, email   -- the address alone
        FROM users WHERE email IS NOT NULL;
    CREATE INDEX users_email ON users (lower(email));

    -- migrate:down
    -- breaks programs that still use view reachable
    DROP VIEW reachable;
    -- loses data: table users
    -- breaks programs that still use table users
    -- locks public.users (ACCESS EXCLUSIVE)
    DROP TABLE users;
    -- breaks programs that still use function public.hello(integer)
    DROP FUNCTION public.hello(integer);
    -- breaks programs that still use enum mood
    DROP TYPE mood;
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 0
    --- stderr
    dev: as the models say
    ");
    assert_snapshot!(sandbox.teammig("project", &["create", "Again"]), @"
    exit 0
    --- stderr
    Nothing was written: the models (2 files) say the same as what the 1 revision produces.
    hint: rows, roles and the order of columns are no part of models; `--empty` writes a revision to fill in by hand
    ");
    let dump = Cluster::dump(&url);
    sandbox.ok("project", &["downgrade", "base", "--yes"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(Cluster::dump(&url), dump);
}

#[test]
fn remarks_say_what_a_comparison_cannot_know() {
    let (sandbox, url) = project(&[("a_views.sql", VIEWS), ("users.sql", SCHEMA)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    let psql = Cluster::shared().psql_at(&url);
    psql.run("INSERT INTO users (fullname, age, email, feels) VALUES ('Ann', '41', NULL, 'happy')");
    sandbox.write(
        "project/models/users.sql",
        "\
CREATE TYPE mood AS ENUM ('glad', -- teammig: renamed from happy
  'sad');
CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    full_name text, -- teammig: renamed from fullname
    -- teammig: using age::integer
    age integer,
    email text NOT NULL, -- teammig: backfill ''
    feels mood
);
",
    );
    assert_snapshot!(
        sandbox.teammig("project", &["create", "Say it", "--rev-id", "aaaa00000002"]),
        @r#"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000002_say_it.sql
    --- stderr
      ~ enum public.mood: changed: labels
      ~ column public.users.age: changed: type
      ~ column public.users.email: changed: not null
      ~ column public.users.full_name: renamed from public.users.fullname
      verified on a scratch database: up reaches the models, down returns; not with rows: up fails on the rows that were made up, and may not on yours: invalid input syntax for type integer: "canary 1"
    "#
    );
    assert_snapshot!(newest(&sandbox, "aaaa00000002"), @"
    -- teammig:
    --   revision: aaaa00000002
    --   parents: [aaaa00000001]
    --   message: Say it
    --   created: 2026-11-22T10:04:00Z

    -- migrate:up
    ALTER TYPE public.mood RENAME VALUE 'happy' TO 'glad';
    -- breaks programs that still use column public.users.fullname
    -- locks public.users (ACCESS EXCLUSIVE)
    ALTER TABLE users RENAME COLUMN fullname TO full_name;
    -- teammig: loses users.age
    -- breaks programs that still use users.age as text
    -- locks public.users (ACCESS EXCLUSIVE)
    -- rewrites the table
    ALTER TABLE users ALTER COLUMN age TYPE integer USING age::integer;
    UPDATE users SET email = '' WHERE email IS NULL;
    -- locks public.users (ACCESS EXCLUSIVE)
    ALTER TABLE users ALTER COLUMN email SET NOT NULL;

    -- migrate:down
    ALTER TYPE public.mood RENAME VALUE 'glad' TO 'happy';
    -- breaks programs that still use column public.users.full_name
    -- locks public.users (ACCESS EXCLUSIVE)
    ALTER TABLE users RENAME COLUMN full_name TO fullname;
    -- locks public.users (ACCESS EXCLUSIVE)
    -- rewrites the table
    ALTER TABLE users ALTER COLUMN age TYPE text USING age::text;
    -- locks public.users (ACCESS EXCLUSIVE)
    ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(
        psql.value("SELECT full_name || age || email || feels::text FROM users"),
        "Ann41glad"
    );
    // They stay in the models, and say nothing any more.
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
    let again = sandbox.teammig("project", &["create", "Again"]);
    assert!(again.stderr.contains("Nothing was written"), "{again}");
    sandbox.ok("project", &["downgrade"]);
    assert_eq!(
        psql.value("SELECT fullname || age || email || feels::text FROM users"),
        "Ann41happy"
    );
}

#[test]
fn without_a_terminal_what_only_a_person_knows_is_an_error() {
    let (sandbox, _) = project(&[("users.sql", SCHEMA)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.write(
        "project/models/users.sql",
        "\
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    full_name text,
    age point,
    email text NOT NULL,
    phone text NOT NULL,
    feels mood
);
",
    );
    assert_snapshot!(sandbox.teammig("project", &["create", "Change"]), @r#"
    exit 3
    --- stderr
    error: there are 2 things to decide first
      users.phone must hold something in every row, and nothing says what is in those that are there
      users.email must hold something in every row, and nothing says what is in those that are there
    hint: if public.users.fullname is public.users.full_name now: `--rename "public.users.fullname:public.users.full_name"`
    hint: if public.users.fullname is public.users.phone now: `--rename "public.users.fullname:public.users.phone"`
    hint: `--backfill "users.phone:''"`, or `-- teammig: backfill ''` behind the column in the models, with any expression in place of ''; or give it a DEFAULT
    hint: `--backfill "users.email:''"`, or `-- teammig: backfill ''` behind the column in the models, with any expression in place of ''; or give it a DEFAULT
    "#);
    let decided = [
        "create",
        "Change",
        "--rev-id",
        "aaaa00000002",
        "--using",
        "users.age:point(age::float, 0)",
        "--backfill",
        "users.phone:''",
        "--backfill",
        "users.email:''",
    ];
    assert_snapshot!(sandbox.teammig("project", &decided), @r#"
    exit 3
    --- stderr
    error: the revision would lose data
      loses data: column users.fullname
    Nothing was written: nobody said that this may be lost.
    hint: if public.users.fullname is public.users.full_name now: `--rename "public.users.fullname:public.users.full_name"`
    hint: if public.users.fullname is public.users.phone now: `--rename "public.users.fullname:public.users.phone"`
    hint: `--accept-loss` writes it all the same
    "#);
    let (document, code) = sandbox.json("project", &decided);
    assert_eq!(
        (code, document["kind"].as_str()),
        (3, Some("would-lose-data"))
    );
    assert_eq!(
        std::fs::read_dir(sandbox.at("project/migrations"))
            .unwrap()
            .count(),
        1
    );
    let renamed = [
        &decided[..],
        &["--rename", "users.fullname:users.full_name"],
    ]
    .concat();
    assert_snapshot!(sandbox.teammig("project", &renamed), @r#"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000002_change.sql
    --- stderr
      ~ column public.users.age: changed: type
      ~ column public.users.email: changed: not null
      ~ column public.users.full_name: renamed from public.users.fullname
      + column public.users.phone
      verified on a scratch database: up reaches the models, down returns; not with rows: up fails on the rows that were made up, and may not on yours: invalid input syntax for type double precision: "canary 1"
    "#);
    std::fs::remove_file(sandbox.at("project/migrations/2026-11-22_aaaa00000002_change.sql"))
        .unwrap();
    let lost = [&decided[..], &["--accept-loss"]].concat();
    assert_snapshot!(sandbox.teammig("project", &lost), @r#"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000002_change.sql
    --- stderr
      ~ column public.users.age: changed: type
      ~ column public.users.email: changed: not null
      + column public.users.full_name
      - column public.users.fullname
      + column public.users.phone
      verified on a scratch database: up reaches the models, down returns; not with rows: up fails on the rows that were made up, and may not on yours: invalid input syntax for type double precision: "canary 1"
    warning: loses data: column users.fullname
    "#);
}

/// Rows on which the way up fails were carried nowhere.
#[test]
fn what_failed_on_made_up_rows_was_not_verified_with_rows() {
    let (sandbox, _) = project(&[(
        "u.sql",
        "CREATE TABLE u (id int PRIMARY KEY, fullname text);\n",
    )]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.edit("project/models/u.sql", "fullname text", "fullname int");
    let decided = [
        "create",
        "Numbers",
        "--rev-id",
        "aaaa00000002",
        "--using",
        "u.fullname:fullname::int",
    ];
    assert_snapshot!(sandbox.teammig("project", &decided), @r#"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000002_numbers.sql
    --- stderr
      ~ column public.u.fullname: changed: type
      verified on a scratch database: up reaches the models, down returns; not with rows: up fails on the rows that were made up, and may not on yours: invalid input syntax for type integer: "canary 1"
    "#);
    std::fs::remove_file(sandbox.at("project/migrations/2026-11-22_aaaa00000002_numbers.sql"))
        .unwrap();
    let (document, code) = sandbox.json("project", &decided);
    assert_eq!(code, 0, "{document}");
    assert_eq!(document["proved"][0]["tables_with_rows"], 0, "{document}");
    assert_eq!(document["proved"][0]["tables"], 1, "{document}");
}

#[test]
fn options_that_name_nothing() {
    let (sandbox, _) = project(&[("users.sql", SCHEMA)]);
    for (option, text) in [
        ("--rename", "users"),
        ("--rename", "nix:users"),
        ("--rename", "users:nix"),
        ("--using", "users.nix:1"),
        ("--backfill", "users.email"),
    ] {
        let run = sandbox.teammig("project", &["create", "x", option, text]);
        assert_eq!(run.code, 2, "{option} {text}\n{run}");
    }
}

#[test]
fn what_has_to_be_committed_before_becomes_revisions_of_its_own() {
    let (sandbox, _) = project(&[("users.sql", SCHEMA)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    let url = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("concurrent_indexes: true\n{url}"),
    );
    sandbox.edit(
        "project/models/users.sql",
        "'happy', 'sad')",
        "'happy', 'sad', 'angry')",
    );
    sandbox.edit(
        "project/models/users.sql",
        "feels mood",
        "feels mood DEFAULT 'angry'",
    );
    sandbox.write(
        "project/models/index.sql",
        "CREATE INDEX users_age ON users (age);\n",
    );
    sandbox.ok("project", &["heads", "--write"]);
    let (document, code) = sandbox.json("project", &["create", "Be angry"]);
    assert_eq!(code, 0, "{document:#}");
    let messages: Vec<&str> = document["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["message"].as_str().unwrap())
        .collect();
    assert_snapshot!(messages.join("\n"), @"
    Be angry
    Be angry (2 of 3)
    Be angry (indexes)
    ");
    let last = document["revision"]["revision"].as_str().unwrap();
    assert!(sandbox.read("project/migrations/HEAD").starts_with(last));
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
    sandbox.ok("project", &["downgrade", "aaaa00000001", "--yes"]);
    let (document, _) = sandbox.json("project", &["drift"]);
    assert_eq!(document["drifted"], false, "{document:#}");
}

#[test]
fn a_check_needs_a_server_of_its_own() {
    let (sandbox, url) = project(&[("users.sql", SCHEMA)]);
    assert_snapshot!(sandbox.teammig("project", &["check", "--only", "models"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: there is no scratch database to try the revisions on
    Models of PostgreSQL can only be read by a server, and this asks no database that people use.
    hint: name a server where they may be made, in teammig.yaml: `scratch: postgres://…`
    ");
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write("project/teammig.yaml", format!("{config}scratch: {url}\n"));
    let run = sandbox.teammig("project", &["check", "--only", "models"]);
    assert_eq!(run.code, 3, "{run}");
    sandbox.ok("project", &["create", "Begin"]);
    sandbox.ok("project", &["check", "--only", "models"]);
}

#[test]
fn bad_models() {
    let (sandbox, _) = project(&[("users.sql", SCHEMA)]);
    for (text, want) in [
        ("CREATE EXTENSION no_such_extension;", "no_such_extension"),
        ("CREATE ROLE app;", "reaches beyond the database"),
        ("SELECT 1;", "makes nothing"),
        ("\\connect other", "command of psql"),
        (
            "CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a;",
            "does not exist",
        ),
        (
            "CREATE TABLE x (\n  a integr\n);",
            "type \"integr\" does not exist",
        ),
        ("COPY users FROM stdin;\n1\n\\.\n", "command of psql"),
    ] {
        sandbox.write("project/models/bad.sql", text);
        let run = sandbox.teammig("project", &["diff", "--against", "revisions"]);
        assert!(matches!(run.code, 1 | 3), "{text}\n{run}");
        assert!(run.stderr.contains(want), "{text}\n{run}");
        assert!(run.stderr.contains("models/bad.sql:"), "{text}\n{run}");
    }
}

/// Names that need quotes, are reserved, are no ASCII, are as long as can be and longer.
#[test]
fn names() {
    let long = "n".repeat(63);
    let text = format!(
        "CREATE SCHEMA \"My Schema\";\nCREATE TABLE \"My Schema\".\"order\" (\"Full Name\" text, \"select\" integer, \
         größe text, {long} text, {long}longer2 text);\nCREATE INDEX \"an index\" ON \"My Schema\".\"order\" (\"select\");\n\
         CREATE VIEW \"user\" AS SELECT \"Full Name\" AS name FROM \"My Schema\".\"order\";\n"
    );
    // PostgreSQL cuts both to one name.
    let (sandbox, _) = project(&[("names.sql", &text)]);
    let run = sandbox.teammig("project", &["create", "Names"]);
    assert!(
        run.code == 3
            && run
                .stderr
                .contains("PostgreSQL cuts it to 63 without an error"),
        "{run}"
    );
    sandbox.write(
        "project/models/names.sql",
        text.replace(&format!(", {long}longer2 text"), ""),
    );
    sandbox.ok("project", &["create", "Names"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
    sandbox.write(
        "project/models/names.sql",
        text.replace(
            &format!("{long} text, {long}longer2 text"),
            &format!("{}x text -- teammig: renamed from {long}\n", "m".repeat(62)),
        )
        .replace("\"Full Name\"", "\"Name, Full\"")
        .replace(
            "\"Name, Full\" text,",
            "\"Name, Full\" text, -- teammig: renamed from \"Full Name\"\n",
        ),
    );
    let run = sandbox.teammig("project", &["create", "Rename"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
}

/// As Alembic does it: what the database has, which has to be up to date.
#[test]
fn against_the_database() {
    let (sandbox, url) = project(&[("users.sql", SCHEMA)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    let against = [
        "create",
        "Phone",
        "--against",
        "database",
        "--rev-id",
        "aaaa00000002",
    ];
    assert_snapshot!(sandbox.teammig("project", &against), @"
    exit 3
    --- stderr
    error: Target database is not up to date.
    1 pending
    hint: `teammig upgrade` applies what is pending
    ");
    sandbox.ok("project", &["upgrade"]);
    let psql = Cluster::shared().psql_at(&url);
    psql.run("CREATE TABLE somebody_elses (x integer); CREATE INDEX by_hand ON users (age)");
    sandbox.edit(
        "project/models/users.sql",
        "age text",
        "age text,\n    phone text",
    );
    assert_snapshot!(sandbox.teammig("project", &against), @"
    exit 0
    --- stdout
    migrations/2026-11-22_aaaa00000002_phone.sql
    --- stderr
      + column public.users.phone
    warning: left alone: table public.somebody_elses, which neither the models nor a revision know
    warning: left alone: index public.by_hand, which neither the models nor a revision know
      verified on a scratch database: up reaches the models, down returns, with rows in 1 table
    ");
    assert_snapshot!(newest(&sandbox, "aaaa00000002"), @"
    -- teammig:
    --   revision: aaaa00000002
    --   parents: [aaaa00000001]
    --   message: Phone
    --   created: 2026-11-22T10:05:00Z

    -- migrate:up
    -- locks public.users (ACCESS EXCLUSIVE)
    ALTER TABLE users ADD COLUMN phone text;

    -- migrate:down
    -- loses data: column users.phone
    -- breaks programs that still use column users.phone
    -- locks public.users (ACCESS EXCLUSIVE)
    ALTER TABLE users DROP COLUMN phone;
    ");
}

/// What `pg_dump` prints can be taken as it is, with the ledger in it.
#[test]
fn a_dump_is_a_model() {
    let (sandbox, url) = project(&[("a_views.sql", VIEWS), ("users.sql", SCHEMA)]);
    sandbox.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    sandbox.ok("project", &["upgrade"]);
    let dump = std::process::Command::new("pg_dump")
        .args(["--schema-only", &url])
        .output()
        .unwrap();
    if String::from_utf8_lossy(&dump.stderr).contains("server version mismatch") {
        // tests/matrix.sh has newer servers, without their programs.
        eprintln!("not tested: pg_dump is older than the server");
        return;
    }
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    std::fs::remove_dir_all(sandbox.at("project/models")).unwrap();
    sandbox.write("project/models/dump.sql", &dump.stdout);
    let run = sandbox.teammig("project", &["diff"]);
    assert_eq!(run.code, 0, "{run}");
    // In two files, of which the first needs the second: settings stay with their statements.
    let text = String::from_utf8(dump.stdout).unwrap();
    sandbox.write(
        "project/models/dump.sql",
        format!("{text}\nCREATE VIEW public.late AS SELECT * FROM public.extra;\n"),
    );
    sandbox.write(
        "project/models/extra.sql",
        "CREATE TABLE extra (id integer);\n",
    );
    let (document, code) = sandbox.json("project", &["diff"]);
    assert_eq!(
        (code, document["differences"].as_array().unwrap().len()),
        (3, 2),
        "{document:#}"
    );
}

/// An index of another type of column goes before the type changes, and is built outside of a
/// transaction; the way back of the type is one transaction all the same.
#[test]
fn an_index_that_changes_with_the_type_of_its_column() {
    let (sandbox, url) = project(&[(
        "t.sql",
        "CREATE TABLE t (id integer PRIMARY KEY, a text);\nCREATE INDEX i ON t (a text_pattern_ops);\n",
    )]);
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("concurrent_indexes: true\n{config}"),
    );
    sandbox.ok("project", &["create", "T", "--rev-id", "dddd00000001"]);
    sandbox.ok("project", &["upgrade"]);
    let psql = Cluster::shared().psql_at(&url);
    psql.run("INSERT INTO t VALUES (1, '7')");
    sandbox.write(
        "project/models/t.sql",
        "CREATE TABLE t (id integer PRIMARY KEY,\n-- teammig: using a::integer\na integer);\nCREATE INDEX i ON t (a);\n",
    );
    let written = sandbox.ok(
        "project",
        &["create", "Numbers", "--rev-id", "dddd00000002"],
    );
    let paths: Vec<&str> = written.lines().collect();
    let texts: Vec<String> = paths
        .iter()
        .map(|path| sandbox.read(&format!("project/{path}")))
        .collect();
    let [types, indexes] = texts.as_slice() else {
        panic!("{written}");
    };
    assert!(!types.contains("transaction:false"), "{types}");
    assert!(!types.contains("CONCURRENTLY"), "{types}");
    let at = |text: &str| {
        types
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {types}"))
    };
    assert!(at("DROP INDEX i") < at("TYPE integer"));
    assert!(at("TYPE text") < at("CREATE INDEX i"));
    assert!(indexes.contains("CREATE INDEX CONCURRENTLY i"), "{indexes}");
    assert!(indexes.contains("DROP INDEX CONCURRENTLY i"), "{indexes}");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
    sandbox.ok("project", &["downgrade", "dddd00000001"]);
    assert_eq!(psql.value("SELECT a FROM t"), "7");
    assert!(
        psql.value("SELECT indexdef FROM pg_indexes WHERE indexname = 'i'")
            .contains("text_pattern_ops")
    );
}

/// Each statement says what it locks, whatever an earlier one has locked already.
#[test]
fn later_statements_have_their_own_locks() {
    let (sandbox, _) = project(&[(
        "t.sql",
        "CREATE TABLE t (id integer PRIMARY KEY, a integer);\nCREATE TABLE u (id integer PRIMARY KEY);\n",
    )]);
    sandbox.ok("project", &["create", "T", "--rev-id", "dddd00000001"]);
    sandbox.write(
        "project/models/t.sql",
        "CREATE TABLE t (id integer PRIMARY KEY, a bigint, b integer);\nCREATE TABLE u (id integer PRIMARY KEY, t integer REFERENCES t);\nCREATE INDEX t_b ON t (b);\n",
    );
    sandbox.ok("project", &["create", "U", "--rev-id", "dddd00000002"]);
    let text = newest(&sandbox, "dddd00000002");
    let (_, up) = text.split_once("-- migrate:up\n").unwrap();
    let (up, _) = up.split_once("-- migrate:down").unwrap();
    assert_snapshot!(up, @"
    -- locks public.t (ACCESS EXCLUSIVE)
    -- rewrites the table
    ALTER TABLE t ALTER COLUMN a TYPE bigint USING a::bigint;
    -- locks public.t (ACCESS EXCLUSIVE)
    ALTER TABLE t ADD COLUMN b integer;
    -- locks public.u (ACCESS EXCLUSIVE)
    ALTER TABLE u ADD COLUMN t integer;
    -- locks public.t (SHARE)
    CREATE INDEX t_b ON t (b);
    -- may fail on rows that break u_t_fkey
    -- locks public.t (SHARE ROW EXCLUSIVE), public.u (SHARE ROW EXCLUSIVE)
    ALTER TABLE u ADD CONSTRAINT u_t_fkey FOREIGN KEY (t) REFERENCES t(id);
    ");
}

/// What nobody compares is named where one side lacks it.
#[test]
fn objects_that_are_not_compared_are_not_passed_over() {
    let (sandbox, _) = project(&[(
        "t.sql",
        "CREATE TABLE t (id integer PRIMARY KEY);\nCREATE PUBLICATION pub FOR TABLE t;\n",
    )]);
    let scratch = Cluster::shared().url("postgres", "postgres");
    let config = sandbox.read("project/teammig.yaml");
    sandbox.write(
        "project/teammig.yaml",
        format!("scratch: \"{scratch}\"\n{config}"),
    );
    let run = sandbox.teammig("project", &["create", "T", "--rev-id", "dddd00000001"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("not compared: publication pub"),
        "{run}"
    );
    let run = sandbox.teammig("project", &["check", "--only", "models"]);
    assert!(
        run.stderr
            .contains("publication pub is in the models, and no revision makes it"),
        "{run}"
    );
    assert_eq!(run.code, 0, "{run}");
}

/// The server cuts them and says so in a notice alone: a remark about such a name would be
/// about nothing, and two names may become one.
#[test]
fn names_that_the_server_would_cut() {
    let (fits, long) = ("n".repeat(63), "n".repeat(64));
    let (sandbox, _) = project(&[(
        "m.sql",
        &format!(
            "CREATE TABLE {long} (id integer, \"{fits}\" integer);\nCREATE TABLE {fits} (id integer);\nCREATE INDEX ON {long} (id);\n"
        ),
    )]);
    let run = sandbox.teammig("project", &["create", "Begin"]);
    assert_eq!(run.code, 3, "{run}");
    let said = run.to_string();
    let message = format!(
        "error: this name has 64 bytes, and PostgreSQL cuts it to 63 without an error: `{fits}` [unreadable-models]\n --> models/m.sql:1:14\n"
    );
    assert!(said.contains(&message), "{said}");
    assert_eq!(said.matches("this name has").count(), 1, "{said}");
    assert!(
        said.contains("hint: give it a shorter name, or write the one that it gets"),
        "{said}"
    );
    sandbox.write(
        "project/models/m.sql",
        format!("CREATE TABLE {fits} (id integer, \"{fits}\" integer);\n"),
    );
    sandbox.ok("project", &["create", "Begin"]);
}

/// pagila: the dump has an index of each partition, with a name that somebody gave, and attaches
/// it. The whole's index would make others.
#[test]
fn indexes_of_partitions_keep_the_names_that_somebody_gave() {
    let (sandbox, url) = project(&[(
        "m.sql",
        "CREATE TABLE t (a int NOT NULL, b int) PARTITION BY RANGE (a);
         CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (5) PARTITION BY RANGE (b);
         CREATE TABLE v PARTITION OF u DEFAULT;
         CREATE TABLE w PARTITION OF t DEFAULT;
         CREATE INDEX fk ON ONLY t (b);
         CREATE INDEX fk_u ON ONLY u (b);
         CREATE INDEX \"fk V\" ON v (b);
         CREATE INDEX w_b_idx ON w (b);
         ALTER INDEX fk_u ATTACH PARTITION \"fk V\";
         ALTER INDEX fk ATTACH PARTITION fk_u;
         ALTER INDEX fk ATTACH PARTITION w_b_idx;",
    )]);
    sandbox.ok("project", &["create", "Begin"]);
    sandbox.ok("project", &["upgrade"]);
    let psql = Cluster::shared().psql_at(&url);
    assert_eq!(
        psql.value("SELECT string_agg(relid::regclass || ' < ' || coalesce(parentrelid::regclass::text, ''), ', ' ORDER BY level, relid::regclass::text) FROM pg_partition_tree('fk')"),
        "fk < , fk_u < fk, w_b_idx < fk, \"fk V\" < fk_u"
    );
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
    sandbox.ok("project", &["downgrade", "base"]);
}
