//! Both orders on PostgreSQL: in a transaction, and where that cannot be, in copies.

use std::fmt::Write as _;

use teammig::model::verdict::{Remark, Verdict};

use super::{Bench, words};

const USERS: &str = "CREATE TABLE users (id bigserial PRIMARY KEY, name text NOT NULL);";

fn pair(bench: &Bench, left: &str, right: &str) -> String {
    words(&bench.prove(USERS, &[&[left], &[right]]))
}

#[test]
fn what_two_revisions_do_to_each_other() {
    let bench = Bench::postgres();
    for (left, right, wanted) in [
        (
            "ALTER TABLE users ADD a text;",
            "ALTER TABLE users ADD b text;",
            "independent",
        ),
        (
            "ALTER TABLE users ALTER name SET DEFAULT 'a';",
            "ALTER TABLE users ALTER name SET DEFAULT 'b';",
            "order matters: column public.users.name default: 'b'::text | 'a'::text \
             [ALTER TABLE users ALTER name SET DEFAULT 'a' × ALTER TABLE users ALTER name SET DEFAULT 'b']",
        ),
        (
            "ALTER TABLE users RENAME name TO title;",
            "CREATE INDEX by_name ON users (name);",
            "fails: b1 c1 at c1: column \"name\" does not exist \
             [ALTER TABLE users RENAME name TO title × CREATE INDEX by_name ON users (name)]",
        ),
        // Rows that were made up.
        (
            "UPDATE users SET name = lower(name) || 'A';",
            "UPDATE users SET name = upper(name);",
            "order matters: table users rows: id 1, name CANARY 1A; id 2, name CANARY 2A | \
             id 1, name canary 1A; id 2, name canary 2A \
             [UPDATE users SET name = lower(name) || 'A' × UPDATE users SET name = upper(name)]",
        ),
        // Rows are made up as the scripts ask for them.
        (
            "UPDATE users SET name = 'b' WHERE name = 'a';",
            "UPDATE users SET name = 'c' WHERE name = 'b';",
            "order matters: table users rows: id 2, name c | id 2, name b \
             [UPDATE users SET name = 'b' WHERE name = 'a' × UPDATE users SET name = 'c' WHERE name = 'b']",
        ),
        (
            "UPDATE users SET name = 'b' WHERE length(name) = 77;",
            "UPDATE users SET name = 'c' WHERE length(name) = 78;",
            "unproved: rows of column users.name",
        ),
        // Numbers that a sequence gave are those that it gives in each order.
        (
            "INSERT INTO users (name) VALUES ('a');",
            "CREATE TABLE other (id int);",
            "independent",
        ),
        (
            "INSERT INTO users (name) VALUES ('a');",
            "INSERT INTO users (name) VALUES ('b');",
            "order matters: table users rows: id 1, name a; id 2, name b | id 1, name b; id 2, name a \
             [INSERT INTO users (name) VALUES ('a') × INSERT INTO users (name) VALUES ('b')]",
        ),
        (
            "SELECT setval('users_id_seq', 100);",
            "SELECT setval('users_id_seq', 200);",
            "order matters: sequence users_id_seq last value: 200 | 100 \
             [SELECT setval('users_id_seq', 100) × SELECT setval('users_id_seq', 200)]",
        ),
        (
            "SET LOCAL search_path TO pg_catalog; CREATE TABLE public.a (id int);",
            "CREATE TABLE b (id int);",
            "independent",
        ),
        (
            "DO $$ BEGIN EXECUTE 'UPDATE ' || 'users SET name = name'; END $$;",
            "UPDATE users SET name = 'x' WHERE id = 99;",
            "unproved: DO $$ BEGIN EXECUTE 'UPDATE ' || 'users SET name = name'; END $$ hides",
        ),
        // What a trigger does is seen only by rows that it runs for.
        (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name = 'x'; RETURN NEW; END $$;
             CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f();",
            "UPDATE users SET name = 'y' WHERE id = 99;",
            "unproved: rows of trigger users.t",
        ),
    ] {
        assert_eq!(pair(&bench, left, right), wanted, "{left} / {right}");
    }
}

/// What a function gives depends on rows that were not there, whoever calls it.
#[test]
fn a_function_that_is_replaced_beside_what_runs_it() {
    let bench = Bench::postgres();
    let below = "CREATE TABLE users (id int PRIMARY KEY, age int);
CREATE TABLE settings (k text PRIMARY KEY, v text);
CREATE TABLE roles (id bigserial PRIMARY KEY, name text);
CREATE FUNCTION f_count() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM users';
CREATE FUNCTION shown() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN f_count()::text; END $$;";
    let replaces = "CREATE OR REPLACE FUNCTION f_count() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM users WHERE age IS DISTINCT FROM 7777';";
    for (left, right, wanted) in [
        (
            replaces,
            "INSERT INTO settings SELECT 'n', f_count()::text;",
            "unproved: rows of function f_count()",
        ),
        (
            "INSERT INTO settings SELECT 'n', shown();",
            replaces,
            "unproved: rows of function f_count()",
        ),
        (
            replaces,
            "ALTER TABLE settings ADD COLUMN n bigint DEFAULT f_count();",
            "unproved: rows of function f_count()",
        ),
        (
            replaces,
            "UPDATE settings SET v = 'x' WHERE k = 'y';",
            "independent",
        ),
        // Numbers that a sequence gives in another order.
        (
            "INSERT INTO roles (name) SELECT 'a' || id FROM users WHERE age < 0 AND id > 5000;",
            "INSERT INTO roles (name) VALUES ('viewer');",
            "unproved: rows of table roles",
        ),
    ] {
        let said = words(&bench.prove(below, &[&[left], &[right]]));
        assert_eq!(said, wanted, "{left} / {right}");
    }
}

/// A label of an enum that is used at once is no matter for a transaction: there, what
/// fails is the transaction.
#[test]
fn what_a_transaction_cannot_do_is_tried_in_copies() {
    let bench = Bench::postgres();
    let moods =
        "CREATE TYPE mood AS ENUM ('good'); CREATE TABLE users (id int PRIMARY KEY, mood mood);";
    let label = &["ALTER TYPE mood ADD VALUE 'bad';"][..];
    let uses = &[
        "ALTER TABLE users ADD note text;",
        "ALTER TABLE users ALTER mood SET DEFAULT 'good';",
    ][..];
    assert_eq!(words(&bench.prove(moods, &[label, uses])), "independent");
    // Two revisions of one line: the label is committed when the second one runs.
    let line = &[
        "ALTER TYPE mood ADD VALUE 'bad';",
        "ALTER TABLE users ALTER mood SET DEFAULT 'bad';",
    ][..];
    let other = &["CREATE TABLE other (id int);"][..];
    assert_eq!(words(&bench.prove(moods, &[line, other])), "independent");
    // Outside of a transaction.
    let index = &["CREATE INDEX CONCURRENTLY by_mood ON users (mood);"][..];
    let column = &["ALTER TABLE users ADD note text;"][..];
    let renamed = &["ALTER TABLE users RENAME mood TO state;"][..];
    assert_eq!(words(&bench.prove(moods, &[index, column])), "independent");
    assert_eq!(
        words(&bench.prove(moods, &[index, renamed])),
        "fails: c1 b1 at b1: column \"mood\" does not exist \
         [CREATE INDEX CONCURRENTLY by_mood ON users (mood) × ALTER TABLE users RENAME mood TO state]"
    );
}

/// Keys that are checked at the commit: each revision has one.
#[test]
fn what_waits_for_the_commit() {
    let bench = Bench::postgres();
    let below = "CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1);";
    let rows = &["INSERT INTO b VALUES (50, 1);"][..];
    let alter = &["ALTER TABLE b ADD note text;"][..];
    assert_eq!(words(&bench.prove(below, &[rows, alter])), "independent");
    let orphan = &["INSERT INTO b VALUES (50, 77);"][..];
    let parent = &["INSERT INTO a VALUES (77);"][..];
    let said = words(&bench.prove(below, &[orphan, parent]));
    assert!(said.starts_with("unproved: b1 alone: "), "{said}");
}

/// The statement, the message and what belongs to it are those that `upgrade` would tell.
#[test]
fn a_failure_in_a_transaction_is_told_as_the_runner_tells_it() {
    let bench = Bench::postgres();
    let proved = bench.prove(
        USERS,
        &[
            &["ALTER TABLE users DROP COLUMN name;"],
            &["CREATE TABLE x (id int);\n\nCREATE VIEW names AS SELECT name FROM users;\nCREATE TABLE y (id int);"],
        ],
    );
    let Verdict::Fails(fails) = &proved.verdict else {
        panic!("{}", words(&proved));
    };
    assert_eq!(fails.failures.len(), 2, "{}", words(&proved));
    let [first, second] = &fails.failures[..] else {
        panic!("{}", words(&proved));
    };
    let text = |failure: &teammig::model::verdict::Failure| {
        let span = failure.statement.clone().unwrap();
        let place = proved.place(&failure.revision, span, "").unwrap();
        place.file.text[place.span].to_owned()
    };
    assert_eq!(text(first), "CREATE VIEW names AS SELECT name FROM users");
    assert_eq!(first.message, "column \"name\" does not exist");
    assert_eq!(first.code.as_deref(), Some("42703"));
    assert!(first.at.is_some());
    assert_eq!(text(second), "ALTER TABLE users DROP COLUMN name");
    assert_eq!(second.code.as_deref(), Some("2BP01"));
    assert_eq!(
        second.detail.as_deref(),
        Some("view names depends on column name of table users")
    );
    assert_eq!(
        second.hint.as_deref(),
        Some("Use DROP ... CASCADE to drop the dependent objects too.")
    );
}

#[test]
fn names_that_the_server_makes_up_are_remarks() {
    let proved = Bench::postgres().prove(
        USERS,
        &[
            &["ALTER TABLE users ADD CHECK (id > 0);"],
            &["ALTER TABLE users ADD CHECK (id > 1);"],
        ],
    );
    assert_eq!(words(&proved), "independent");
    assert_eq!(proved.remarks.len(), 2, "{:?}", proved.remarks);
    assert!(
        proved
            .remarks
            .iter()
            .all(|one| matches!(one, Remark::MadeUpName(..)))
    );
}

#[test]
fn the_clock_is_no_difference() {
    let proved = Bench::postgres().prove(
        USERS,
        &[
            &["ALTER TABLE users ADD at timestamptz NOT NULL DEFAULT now();"],
            &["UPDATE users SET name = upper(name);"],
        ],
    );
    assert_eq!(words(&proved), "independent");
    assert_eq!(
        proved.remarks,
        [Remark::Volatile("public.users.at".to_owned())]
    );
}

/// A column without a value is refused wherever there are rows, whatever the order.
#[test]
fn a_line_that_made_up_rows_do_not_fit() {
    let proved = Bench::postgres().prove(
        USERS,
        &[
            &["ALTER TABLE users ADD a text NOT NULL;"],
            &["CREATE TABLE other (id int); INSERT INTO other VALUES (1);"],
        ],
    );
    assert_eq!(words(&proved), "independent");
    assert!(
        matches!(&proved.remarks[..], [Remark::WithoutRows(..)]),
        "{:?}",
        proved.remarks
    );
}

/// A function that only a trigger runs, for rows that only go with others.
#[test]
fn a_function_that_runs_for_rows_that_go_with_others() {
    let bench = Bench::postgres();
    let below = "CREATE TABLE teams (id bigserial PRIMARY KEY, name text);
CREATE TABLE users (id bigserial PRIMARY KEY, team bigint REFERENCES teams ON DELETE CASCADE);
CREATE TABLE log (n bigint);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN OLD; END $$;
CREATE TRIGGER gone AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION noted();";
    let replaces = "CREATE OR REPLACE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (2); RETURN OLD; END $$;";
    let drops = "DROP TRIGGER gone ON users;";
    let deletes = "DELETE FROM teams WHERE id = 77;";
    for other in [replaces, drops] {
        for (left, right) in [(other, deletes), (deletes, other)] {
            let said = words(&bench.prove(below, &[&[left], &[right]]));
            assert!(
                said.starts_with("unproved: rows of "),
                "{left} / {right}: {said}"
            );
        }
    }
    // Numbers of a sequence.
    let plain = "INSERT INTO teams (name) VALUES ('root');";
    let said = words(&bench.prove(
        below,
        &[&[plain], &["UPDATE teams SET name = 'x' WHERE id = 77;"]],
    ));
    assert!(said.starts_with("unproved: rows of "), "{said}");
    let said = words(&bench.prove(
        below,
        &[&[plain], &["UPDATE teams SET name = 'x' WHERE name = 'y';"]],
    ));
    assert_eq!(said, "independent");
}

/// What no comparison of schemas knows is never called the same.
#[test]
fn what_is_not_compared() {
    let bench = Bench::postgres();
    let below =
        "CREATE FUNCTION f(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
CREATE OPERATOR === (FUNCTION = f, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION noted();
CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION first_of(pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a';
CREATE FUNCTION second_of(pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).b';
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE PUBLICATION p FOR TABLE a;";
    for (left, right) in [
        (
            "ALTER OPERATOR === (int, int) SET (RESTRICT = eqsel);",
            "ALTER OPERATOR === (int, int) SET (RESTRICT = neqsel);",
        ),
        (
            "ALTER EVENT TRIGGER noted DISABLE;",
            "ALTER EVENT TRIGGER noted ENABLE ALWAYS;",
        ),
        (
            "DROP CAST IF EXISTS (pair AS int); CREATE CAST (pair AS int) WITH FUNCTION first_of(pair);",
            "DROP CAST IF EXISTS (pair AS int); CREATE CAST (pair AS int) WITH FUNCTION second_of(pair);",
        ),
        (
            "ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR word WITH english_stem;",
            "ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR word WITH german_stem;",
        ),
        (
            "ALTER PUBLICATION p SET TABLE a, b;",
            "ALTER PUBLICATION p SET TABLE b;",
        ),
        (
            "COMMENT ON PUBLICATION p IS 'a';",
            "COMMENT ON PUBLICATION p IS 'b';",
        ),
        // A role that one side makes, which is not done here, and the other looks for.
        (
            "CREATE ROLE i6_late;",
            "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'i6_late') THEN GRANT SELECT ON a TO i6_late; END IF; END $$;",
        ),
    ] {
        let said = words(&bench.prove(below, &[&[left], &[right]]));
        assert!(said.starts_with("unproved: "), "{left} / {right}: {said}");
    }
}

/// A side that fails alone where there are rows that nobody made up, and not after the other.
#[test]
fn what_only_the_other_side_makes_possible() {
    let bench = Bench::postgres();
    let below = "CREATE DOMAIN positive AS int;
CREATE TABLE users (id int, n int, p positive, name text);
ALTER TABLE users ADD CONSTRAINT n_positive CHECK (n > 0) NOT VALID;
CREATE SEQUENCE numbers; CREATE TABLE kept (id int DEFAULT nextval('numbers'), name text);";
    let gone = "DELETE FROM users WHERE length(name) = 13;";
    for (left, right) in [
        ("ALTER TABLE users VALIDATE CONSTRAINT n_positive;", gone),
        (
            "ALTER DOMAIN positive ADD CONSTRAINT p CHECK (VALUE > 0);",
            gone,
        ),
        ("ALTER TABLE users ADD a text NOT NULL;", gone),
        ("CREATE UNIQUE INDEX names ON users (name);", gone),
        ("ALTER TABLE users ALTER n SET NOT NULL;", gone),
        (
            "ALTER SEQUENCE numbers INCREMENT BY 10;",
            "INSERT INTO kept (name) SELECT name FROM users WHERE length(name) = 13;",
        ),
    ] {
        let said = words(&bench.prove(below, &[&[left], &[right]]));
        assert!(said.starts_with("unproved: "), "{left} / {right}: {said}");
    }
}

/// The reason names what runs without standing in the statement.
#[test]
fn what_runs_behind_a_statement_is_named() {
    let below = "CREATE TABLE accounts (id int, n int); CREATE TABLE settings (k text, v text);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT FROM settings WHERE v = 'strict') THEN NEW.n = 0; END IF; RETURN NEW; END $$;
CREATE TRIGGER noted BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION noted();";
    let said = words(&Bench::postgres().prove(
        below,
        &[
            &["UPDATE accounts SET n = n + 1;"],
            &["UPDATE settings SET v = 'lax' WHERE length(v) = 13;"],
        ],
    ));
    assert_eq!(said, "unproved: rows of table settings, by way of noted");
}

/// The queries that read the schema are prepared once for a scratch database.
#[test]
fn a_script_that_forgets_what_is_prepared_or_makes_much() {
    let bench = Bench::postgres();
    let left = "DEALLOCATE ALL; ALTER TABLE users ADD a text;";
    let right = "ALTER TABLE users ADD b text;";
    assert_eq!(pair(&bench, left, right), "independent");
    let right = "ALTER TABLE users ADD a int;";
    assert!(pair(&bench, left, right).starts_with("fails: b1 c1 at c1"));

    // Plans for a handful of tables are not those for a hundred.
    let mut many = String::new();
    for n in 0..120 {
        let _ = writeln!(many, "CREATE TABLE t{n} (id int PRIMARY KEY, name text);");
    }
    assert_eq!(
        pair(&bench, &many, "ALTER TABLE users ADD b text;"),
        "independent"
    );
}

#[test]
fn a_query_that_rows_lead_in_a_circle_ends() {
    super::a_circle(Bench::postgres());
}

/// `upgrade` may run them in two calls, and here both are in one session: nothing is seen of it.
#[test]
fn what_is_set_for_later_sessions_in_a_block() {
    let bench = Bench::postgres();
    let below = "CREATE SCHEMA app;";
    let left = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app, public', current_database()); END $$;";
    let proved = bench.prove(below, &[&[left], &["CREATE TABLE notes (id int);"]]);
    assert_eq!(proved.verdict.word(), "unproved", "{}", words(&proved));
}
