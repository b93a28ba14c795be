//! What a reviewer reads.

use teammig::schema::plan::{Decisions, Plan, plan};

use super::{Bench, roles};

/// The statements, with what has to be known of each.
fn told(way: &Plan) -> String {
    let mut out = String::new();
    for part in &way.parts {
        out.push_str(if part.transaction {
            "-- part\n"
        } else {
            "-- part, outside of a transaction\n"
        });
        for statement in &part.statements {
            out.push_str(&statement.sql);
            out.push_str(";\n");
            for hazard in &statement.hazards {
                out.extend([format!("    -- {hazard:?}\n")]);
            }
        }
    }
    out
}

fn way(a: &str, b: &str, decisions: &Decisions) -> String {
    roles();
    let mut bench = Bench::in_schema("public");
    let (a, b) = (bench.schema_of(a), bench.schema_of(b));
    told(&plan(&a, &b, decisions).unwrap())
}

#[test]
fn a_new_schema() {
    let way = way(
        "",
        "CREATE TYPE state AS ENUM ('new', 'paid');
         CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(200) NOT NULL UNIQUE,
           name text NOT NULL DEFAULT '', \"order\" int CHECK (\"order\" > 0));
         CREATE TABLE orders (id serial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
           state state NOT NULL DEFAULT 'new', total numeric(8, 2), UNIQUE (user_id, state));
         CREATE INDEX orders_state_idx ON orders (state) WHERE state = 'new';
         CREATE VIEW paid AS SELECT o.id, u.name FROM orders o JOIN users u ON u.id = o.user_id WHERE o.state = 'paid';
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
           RETURN NEW;
         END $$;
         CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
         ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
         CREATE POLICY own ON orders USING (user_id = 1);
         COMMENT ON TABLE users IS 'Who''s who'; COMMENT ON COLUMN users.name IS 'shown';
         GRANT SELECT ON users TO reader",
        &Decisions::default(),
    );
    insta::assert_snapshot!(way);
}

#[test]
fn changes_that_lose_or_fail() {
    let way = way(
        "CREATE TABLE users (id int PRIMARY KEY, fullname text, age bigint, code text, note text);
         CREATE INDEX users_age_idx ON users (age);
         CREATE VIEW grown AS SELECT id, fullname FROM users WHERE age > 17;
         GRANT SELECT ON grown TO reader; COMMENT ON VIEW grown IS 'g';
         CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT note FROM users';
         CREATE TABLE old (a int)",
        "CREATE TABLE users (id int PRIMARY KEY, full_name text, age int, code varchar(5));
         CREATE VIEW grown AS SELECT id, full_name FROM users WHERE age > 17;
         GRANT SELECT ON grown TO reader; COMMENT ON VIEW grown IS 'g';
         CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT note FROM users); END';
         CREATE TABLE new (a int)",
        &Decisions::default(),
    );
    // Since version 16 the server leaves the only table out.
    let way = ["SELECT users.", "\n    users.", "WHERE (users."]
        .iter()
        .fold(way, |way, before| {
            way.replace(before, before.trim_end_matches("users."))
        });
    insta::assert_snapshot!(way);
}

#[test]
fn labels_and_indexes_in_parts_of_their_own() {
    let way = way(
        "CREATE TYPE state AS ENUM ('new', 'paid'); CREATE TABLE orders (id int PRIMARY KEY, state state)",
        "CREATE TYPE state AS ENUM ('new', 'sent', 'paid'); CREATE TABLE orders (id int PRIMARY KEY, state state DEFAULT 'sent');
         CREATE INDEX orders_state_idx ON orders (state); CREATE UNIQUE INDEX u ON orders (state) WHERE state = 'sent';
         CREATE TABLE fresh (a int); CREATE INDEX fresh_a_idx ON fresh (a)",
        &Decisions {
            concurrent_indexes: true,
            ..Decisions::default()
        },
    );
    insta::assert_snapshot!(way);
}

/// An index that ends is taken away last, unless something else waits for that.
#[test]
fn indexes_that_end_outside_of_a_transaction() {
    let decisions = Decisions {
        concurrent_indexes: true,
        ..Decisions::default()
    };
    let way = way(
        "CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int UNIQUE); CREATE INDEX t_a ON t (a); CREATE INDEX t_b ON t (b);
         CREATE INDEX changed ON t (a, b); CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE INDEX p_a ON p (a);
         CREATE INDEX taken ON t (a, c)",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b bigint, c int); CREATE INDEX changed ON t (b, a); CREATE TABLE p (a int) PARTITION BY LIST (a);
         CREATE TABLE taken (a int)",
        &decisions,
    );
    insta::assert_snapshot!(way);
}
