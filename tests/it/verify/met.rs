//! Rows that meet what a script asks of them, and what is said where none does.

use insta::assert_snapshot;

use super::{verified, with};

#[test]
fn a_condition_is_met_by_rows_that_are_made_for_it() {
    assert_snapshot!(verified(
        "-- migrate:up\nDELETE FROM users WHERE email = 'old@example.org';\n\n-- migrate:down\nSELECT 1;\n",
    ), @"
    exit 3
    --- stdout
    ✗ aaaa00000002  aaaa00000002
        silently lost: 2 of 2 rows of orders are gone after up
        silently lost: 2 of 2 rows of users are gone after up
    --- stderr
    the revision does not hold, on the schema of 1 revision below
    hint: a loss on purpose is said in the script: `-- teammig: loses users.name`, or the table
    ");
    assert_snapshot!(verified(
        "-- migrate:up\nUPDATE users SET email = 'none' WHERE email IS NULL;\n\n-- migrate:down\nSELECT 1;\n",
    ), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 2 tables
    --- stderr
    1 revision verified, on the schema of 1 revision below
    ");
}

#[test]
fn a_statement_that_no_row_meets_is_told() {
    assert_snapshot!(verified(
        "-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\nDELETE FROM users WHERE name = (SELECT name || 'x' FROM users);\n\n\
         -- migrate:down\nALTER TABLE users DROP COLUMN phone;\n",
    ), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 2 tables
        up: no row that was made up meets the statement at migrations/aaaa00000002.sql:8: what it does to yours was not seen
    --- stderr
    1 revision verified, on the schema of 1 revision below
    ");
}

#[test]
fn a_statement_without_an_end_on_rows_that_were_made_up() {
    let sandbox = with(
        "-- migrate:up\nUPDATE users SET name = (WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT max(n) FROM r);\n\n\
         -- migrate:down irreversible\n",
    );
    sandbox.write(
        "project/teammig.yaml",
        "environments:\n  dev: {url: \"sqlite:dev.db\", statement_timeout: 1s}\n",
    );
    assert_snapshot!(sandbox.teammig("project", &["verify", "aaaa00000002"]), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up; not down: it is marked as irreversible; not with rows
        up fails on the rows that were made up, and may not on yours: it did not come to an end within 1s
    --- stderr
    1 revision verified, on the schema of 1 revision below
    ");
}

#[test]
fn what_rows_have_to_meet_is_told() {
    assert_snapshot!(verified(
        "-- migrate:up\nCREATE UNIQUE INDEX users_email ON users (email);\n\n-- migrate:down\nDROP INDEX users_email;\n",
    ), @"
    exit 0
    --- stdout
    ✔ aaaa00000002  aaaa00000002   up, down, up again; rows in 2 tables
        rows that are there have to meet index users_email: whether yours do is not known
    --- stderr
    1 revision verified, on the schema of 1 revision below
    ");
}
