//! What only this database has, made by hand: a revision that makes its table again stops
//! rather than lose it.

use insta::assert_snapshot;

use super::{USERS, project};
use crate::support::postgres::Cluster;

const STRICTER: &str =
    "CREATE TABLE users (id integer PRIMARY KEY, fullname text CHECK (fullname <> ''));\n";

#[test]
fn a_rebuild_loses_nothing_that_only_this_database_has() {
    let sandbox = project(&[("users.sql", USERS)]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch(
            "ALTER TABLE users ADD COLUMN Phone text; INSERT INTO users VALUES (1, 'ann', '555');
             CREATE INDEX users_phone ON users (Phone);
             CREATE TRIGGER quiet AFTER INSERT ON users BEGIN SELECT 1; END",
        )
        .unwrap();
    sandbox.write("project/models/users.sql", STRICTER);
    sandbox.ok("project", &["create", "Names", "--rev-id", "7f3a9c21e4b0"]);
    assert_snapshot!(sandbox.teammig("project", &["upgrade"]), @"
    exit 1
    --- stderr
    error: cannot apply 7f3a9c21e4b0 Names
     --> migrations/2026-11-22_7f3a9c21e4b0_names.sql:9:1
      |
    9 | SELECT json_extract('{}', 'users also has ' || group_concat(what, ', ') || ', which this revision would lose') FROM (
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ users also has column Phone, index users_phone, trigger quiet, which this revision would lose
    7f3a9c21e4b0 was rolled back and left nothing.
    Nothing else had been done in this run.
    hint: where a revision that is not in these files made it, take that back first (`teammig status` names it); where it was made by hand, keep what is in it elsewhere, remove it here, and call it again: what is to stay comes back by a later revision (into the models, then `teammig create`)
    ");
    let phone: String = connection
        .query_row("SELECT Phone FROM users", [], |row| row.get(0))
        .unwrap();
    assert_eq!(phone, "555");
    // Once it is gone by hand, the way is free; the way back looks in the same way.
    connection
        .execute_batch(
            "DROP TRIGGER quiet; DROP INDEX users_phone; ALTER TABLE users DROP COLUMN Phone",
        )
        .unwrap();
    sandbox.ok("project", &["upgrade"]);
    connection
        .execute_batch("ALTER TABLE users ADD COLUMN mail text")
        .unwrap();
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 1
    --- stderr
    error: cannot roll back 7f3a9c21e4b0 Names
      --> migrations/2026-11-22_7f3a9c21e4b0_names.sql:38:1
       |
    38 | SELECT json_extract('{}', 'users also has ' || group_concat(what, ', ') || ', which this revision would lose') FROM (
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ users also has column mail, which this revision would lose
    7f3a9c21e4b0 is still applied: nothing of its way back was done.
    Nothing else had been done in this run.
    hint: where a revision that is not in these files made it, take that back first (`teammig status` names it); where it was made by hand, keep what is in it elsewhere, remove it here, and call it again: what is to stay comes back by a later revision (into the models, then `teammig create`)
    ");
}

/// Constraints have no names to be known by; a view or a trigger elsewhere has what it uses.
#[test]
fn a_rebuild_stops_for_constraints_and_for_who_uses_what_goes() {
    let before = "CREATE TABLE users (id integer PRIMARY KEY, fullname text UNIQUE, -- no check ( of it\n nick text CHECK (nick <> ''));\n";
    let sandbox = project(&[("users.sql", before)]);
    sandbox.ok("project", &["create", "Nick", "--rev-id", "7f3a9c21e4b0"]);
    sandbox.ok("project", &["upgrade"]);
    sandbox.write(
        "project/models/users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, nick text CHECK (nick <> ''));\n",
    );
    let create = [
        "create",
        "Less",
        "--accept-loss",
        "--rev-id",
        "7f3a9c21e4b1",
    ];
    sandbox.ok("project", &create);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    let by_hand = |sql: &str| connection.execute_batch(sql).unwrap();
    let users = |more: &str| {
        by_hand(&format!(
            "DROP TABLE users; CREATE TABLE users (id integer PRIMARY KEY, fullname text UNIQUE, -- no check ( of it\n nick text CHECK (nick <> ''){more})"
        ));
    };
    users(", UNIQUE (nick), CHECK\n(length(nick) < 9), FOREIGN KEY (nick) REFERENCES users");
    by_hand(
        "CREATE VIEW hv AS SELECT \"fullname\" FROM users;
         CREATE VIEW nicks AS SELECT nick FROM users;
         CREATE TABLE log (x);
         CREATE TRIGGER logs AFTER INSERT ON log BEGIN UPDATE users SET fullname = new.x; END",
    );
    let run = sandbox.teammig("project", &["upgrade"]);
    assert!(
        run.stderr.contains("users also has another UNIQUE, another foreign key, another CHECK, view hv on it, trigger logs on it, which"),
        "{run}"
    );
    by_hand("DROP VIEW hv; DROP TRIGGER logs");
    users("");
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["downgrade"]);
}

/// A colleague's half-finished work in a database that both use.
#[test]
fn what_somebody_added_to_our_table_is_left_alone() {
    let sandbox = project(&[("users.sql", USERS)]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch(
            "ALTER TABLE users ADD COLUMN nick text;
             CREATE INDEX users_nick ON users (nick);
             CREATE TABLE hotfix (x); CREATE INDEX hotfix_x ON hotfix (x)",
        )
        .unwrap();
    sandbox.edit(
        "project/models/users.sql",
        "fullname text",
        "fullname text, phone text",
    );
    let create = ["create", "Phone", "--against", "database"];
    assert_snapshot!(sandbox.teammig("project", &[&create[..], &["--rev-id", "7f3a9c21e4b0"]].concat()), @"
    exit 0
    --- stdout
    migrations/2026-11-22_7f3a9c21e4b0_phone.sql
    --- stderr
      + column users.phone
    warning: left alone: table hotfix, which neither the models nor a revision know
    warning: left alone: column users.nick, which neither the models nor a revision know
    warning: left alone: index users_nick, which neither the models nor a revision know
      verified on a scratch database: up reaches the models, down returns, with rows in 1 table
    ");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stdout
    + column users.phone
        type: text
    --- stderr
    warning: left alone: table hotfix, which neither the models nor a revision know
    warning: left alone: column users.nick, which neither the models nor a revision know
    warning: left alone: index users_nick, which neither the models nor a revision know
    dev: 1 difference from the models
    hint: `teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are
    ");
    sandbox.ok("project", &["upgrade"]);
    // One that a revision made, and that the models leave out, goes.
    sandbox.write(
        "project/models/users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, phone text);\n",
    );
    assert_snapshot!(sandbox.teammig("project", &[&create[..], &["--accept-loss", "--rev-id", "7f3a9c21e4b1"]].concat()), @"
    exit 0
    --- stdout
    migrations/2026-11-22_7f3a9c21e4b1_phone.sql
    --- stderr
      - column users.fullname
    warning: left alone: table hotfix, which neither the models nor a revision know
    warning: left alone: column users.nick, which neither the models nor a revision know
    warning: left alone: index users_nick, which neither the models nor a revision know
      verified on a scratch database: up reaches the models, down returns, with rows in 1 table
    warning: loses data: column users.fullname
    ");
}

/// What has to be made again holds something that it does not know: nothing is written.
#[test]
fn a_rebuild_of_a_table_with_somebody_elses_column_is_not_written() {
    let sandbox = project(&[("users.sql", STRICTER)]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch("ALTER TABLE users ADD COLUMN nick text")
        .unwrap();
    let create = [
        "create",
        "Names",
        "--against",
        "database",
        "--rev-id",
        "7f3a9c21e4b0",
    ];
    assert_snapshot!(sandbox.teammig("project", &create), @r#"
    exit 3
    --- stderr
    error: the planned revision does not hold on a scratch database, and was not written
      up fails: users also has column nick, which this revision would lose
        7f3a9c21e4b0 (not written):9:1
        | SELECT json_extract('{}', 'users also has ' || group_concat(what, ', ') || ', which this revision would lose') FROM (
    Nothing was written.
    hint: where it is in the way of what only this database has (`teammig drift` shows that): what is to stay, put alone into the models and call `teammig create "what it does"`, then `teammig stamp --only head` here; what is not to stay, keep what is in it elsewhere and remove it here; then call this again
    hint: `teammig diff --sql` shows what was planned; `teammig create --empty` writes a revision to fill in by hand
    "#);
    // The way out that is named.
    let with_nick = STRICTER.replace(" CHECK (fullname <> ''))", ", nick text)");
    sandbox.write("project/models/users.sql", &with_nick);
    sandbox.ok("project", &["create", "what it does"]);
    sandbox.ok("project", &["stamp", "--only", "head"]);
    let both = STRICTER.replace("''))", "''), nick text)");
    sandbox.write("project/models/users.sql", &both);
    sandbox.ok("project", &create);
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["downgrade", "-1"]);
}

/// Triggers that somebody else has on our table, and what they need.
#[test]
fn what_somebody_elses_trigger_needs_is_there_when_a_way_is_tried() {
    let sandbox = project(&[("users.sql", USERS)]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE log (x); \
             CREATE TRIGGER logs AFTER UPDATE ON users BEGIN INSERT INTO log VALUES (1); END",
        )
        .unwrap();
    let (on_server, url) = super::postgres::project(&[("users.sql", USERS)]);
    on_server.ok("project", &["create", "Begin", "--rev-id", "aaaa00000001"]);
    on_server.ok("project", &["upgrade"]);
    Cluster::shared().psql_at(&url).run(
        "CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; \
         CREATE TRIGGER logs BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION logs()",
    );
    for sandbox in [sandbox, on_server] {
        sandbox.edit(
            "project/models/users.sql",
            "fullname text",
            "fullname text, phone text",
        );
        let create = ["create", "Phone", "--against", "database"];
        let run = sandbox.teammig("project", &create);
        assert!(run.to_string().contains("down returns, with rows"), "{run}");
        sandbox.ok("project", &["upgrade"]);
        sandbox.ok("project", &["downgrade", "-1"]);
    }
}

/// What is here alone is no reason for others to have no way back.
#[test]
fn a_way_back_that_only_this_database_stops_is_not_given_up() {
    let before = USERS.replace("fullname text", "fullname text, code text NOT NULL");
    let sandbox = project(&[("users.sql", USERS), ("code.sql", "")]);
    sandbox.write("project/models/users.sql", &before);
    sandbox.ok(
        "project",
        &["create", "Code", "--backfill", "users.code:''"],
    );
    sandbox.ok("project", &["upgrade"]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch("ALTER TABLE users ADD COLUMN nick text")
        .unwrap();
    sandbox.write("project/models/users.sql", USERS);
    let options = ["--accept-loss", "--backfill", "users.code:''"];
    let create = [&["create", "Less", "--against", "database"], &options[..]].concat();
    let run = sandbox.teammig("project", &create);
    assert_eq!(run.code, 3, "{run}");
    let text = run.to_string();
    assert!(
        text.contains("down fails: users also has column nick"),
        "{text}"
    );
    assert!(text.contains("`teammig stamp --only head`"), "{text}");
}

/// A revision that makes what was made here by hand already.
#[test]
fn what_is_there_by_hand_is_recorded_without_running_the_revision() {
    let sandbox = project(&[("users.sql", USERS)]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch("ALTER TABLE users ADD COLUMN nick text")
        .unwrap();
    sandbox.edit(
        "project/models/users.sql",
        "fullname text",
        "fullname text, nick text",
    );
    sandbox.ok("project", &["create", "Nick", "--rev-id", "aaaa00000002"]);
    let run = sandbox.teammig("project", &["upgrade"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("`teammig stamp --only aaaa00000002`"),
        "{run}"
    );
    sandbox.ok("project", &["stamp", "--only", "aaaa00000002"]);
    assert_eq!(sandbox.teammig("project", &["drift"]).code, 0);
}

/// What was made by hand is in this database alone.
#[test]
fn what_runs_here_alone_is_not_written() {
    let sandbox = project(&[("users.sql", USERS)]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch("ALTER TABLE users ADD COLUMN hand text")
        .unwrap();
    sandbox.write(
        "project/models/users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, fullname text CHECK (fullname <> ''), hand text);\n",
    );
    let create = ["create", "Names", "--rev-id", "7f3a9c21e4b0"];
    let against = [&create[..], &["--against", "database"]].concat();
    assert_snapshot!(sandbox.teammig("project", &against), @r#"
    exit 3
    --- stderr
    error: the planned revision needs what was made by hand here, and does not hold on what the revisions produce; it was not written
      up fails: no such column: hand
        7f3a9c21e4b0 (not written):31:22
        | SELECT id, fullname, hand
    Nothing was written.
    hint: a revision has to make it first, for all others: put it alone into the models and call `teammig create "what it does"`, then `teammig stamp --only head` here; then call this again
    "#);
    // The way out that is named.
    let with_hand = "CREATE TABLE users (id integer PRIMARY KEY, fullname text, hand text);\n";
    let all = std::fs::read_to_string(sandbox.at("project/models/users.sql")).unwrap();
    sandbox.write("project/models/users.sql", with_hand);
    sandbox.ok("project", &["create", "Hand"]);
    sandbox.ok("project", &["stamp", "--only", "head"]);
    sandbox.write("project/models/users.sql", all);
    sandbox.ok("project", &against);
    sandbox.ok("project", &["upgrade"]);
    sandbox.ok("project", &["verify"]);
}

/// What a remark says is shown as that.
#[test]
fn diff_shows_a_rename_and_check_where_it_stands() {
    let sandbox = project(&[(
        "users.sql",
        "CREATE TABLE users (\n    id integer PRIMARY KEY,\n    full_name text, -- teammig: renamed from fullname\n    age integer\n);\n",
    )]);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stdout
    + column users.age
        type: integer
    ~ column users.full_name: was users.fullname
    --- stderr
    dev: 2 differences from the models
    hint: `teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are
    ");
    assert_snapshot!(sandbox.teammig("project", &["check", "--only", "models"]), @r#"
    exit 3
    --- stdout
    2 errors: the models, against what the revisions produce
    --- stderr
    error: column users.age is in the models, and no revision makes it [models-differ]
     --> models/users.sql:4:5
      |
    4 |     age integer
      |     ^^^^^^^^^^^
    hint: `teammig create "what it does"` writes the revision that is missing; or correct the models
    error: column users.full_name is users.fullname in the revisions [models-differ]
     --> models/users.sql:3:5
      |
    3 |     full_name text, -- teammig: renamed from fullname
      |     ^^^^^^^^^^^^^^^
    hint: `teammig create "what it does"` writes the revision that is missing; or correct the models
    "#);
}

/// The remark for `verify` has the name that the column has before it.
#[test]
fn a_renamed_column_that_gets_another_type_is_told_by_its_old_name() {
    let sandbox = project(&[(
        "users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, number integer);\n",
    )]);
    let create = [
        "create",
        "Numbers",
        "--rename",
        "users.fullname:users.number",
        "--accept-loss",
        "--rev-id",
        "7f3a9c21e4b0",
    ];
    sandbox.ok("project", &create);
    let file = super::create::file(&sandbox, "7f3a9c21e4b0");
    assert!(
        file.contains("-- teammig: loses users.fullname\n"),
        "{file}"
    );
    assert_snapshot!(sandbox.teammig("project", &["verify", "7f3a9c21e4b0"]), @"
    exit 0
    --- stdout
    ✔ 7f3a9c21e4b0  Numbers   up, down, up again; rows in 1 table
    --- stderr
    1 revision verified, on the schema of 1 revision below
    ");
}

/// Rows that have nothing there are among those that it is tried with.
#[test]
fn what_fills_a_column_with_nothing_is_refused() {
    let sandbox = project(&[(
        "users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, fullname text NOT NULL);\n",
    )]);
    let create = [
        "create",
        "Names",
        "--rev-id",
        "7f3a9c21e4b0",
        "--backfill",
        "users.fullname:NULL",
    ];
    let run = sandbox.teammig("project", &create);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("NOT NULL constraint failed"), "{run}");
    let create = [&create[..5], &["users.fullname:'nobody'"]].concat();
    sandbox.ok("project", &create);
}

/// It would be done again by each `create`.
#[test]
fn names_are_not_exchanged() {
    let sandbox = project(&[(
        "users.sql",
        "CREATE TABLE users (\n    id integer PRIMARY KEY, -- teammig: renamed from fullname\n    fullname text, -- teammig: renamed from id\n    age integer\n);\n",
    )]);
    let run = sandbox.teammig("project", &["create", "Exchange"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("a third name"), "{run}");
}

/// A revision that another branch has, applied here: what it did was not made by hand, and is
/// nothing that a new revision may do, or undo.
#[test]
fn what_no_file_has_is_named_and_not_written_down() {
    let sandbox = project(&[("users.sql", USERS)]);
    sandbox.revision(
        "project",
        "cccc00000009",
        &["aaaa00000001"],
        "Nicks",
        "ALTER TABLE users ADD COLUMN nick text; CREATE TABLE nicks (x);",
        "DROP TABLE nicks; ALTER TABLE users DROP COLUMN nick;",
    );
    sandbox.ok("project", &["upgrade"]);
    std::fs::remove_file(sandbox.at("project/migrations/cccc00000009.sql")).unwrap();
    sandbox.edit(
        "project/models/users.sql",
        "fullname text",
        "fullname text, phone text",
    );
    assert_snapshot!(sandbox.teammig("project", &["create", "Phone", "--against", "database"]), @"
    exit 3
    --- stderr
    error: the database is not what the files make of it: a revision is applied there that no file has
    cccc00000009  Nicks
    hint: `teammig sync` offers to roll them back; `git switch` to the branch that has them brings the files
    hint: without `--against database`, `teammig create` compares with what the files make, and such a database plays no part
    ");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stdout
    + column users.phone
        type: text
    --- stderr
    warning: applied here, and in no file: cccc00000009  Nicks; what it did is among all this as if it had been made by hand
    warning: left alone: table nicks, which neither the models nor a revision know
    warning: left alone: column users.nick, which neither the models nor a revision know
    dev: 1 difference from the models
    hint: `teammig sync` offers to roll back what no file has; `teammig diff --against revisions` leaves the database out
    ");
    // The revisions of the files alone.
    sandbox.ok("project", &["create", "Phone"]);
}

/// What a pending revision takes away was made by one that ran: it is no stranger's.
#[test]
fn a_database_that_is_behind_has_nothing_of_strangers() {
    let sandbox = project(&[("users.sql", USERS)]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch("ALTER TABLE users ADD COLUMN phone text")
        .unwrap();
    sandbox.write(
        "project/models/users.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, full_name text);\n",
    );
    let rename = [
        "create",
        "Name",
        "--rename",
        "users.fullname:users.full_name",
    ];
    sandbox.ok("project", &rename);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stdout
    + column users.full_name
        type: text
    - column users.fullname
    --- stderr
    warning: left alone: column users.phone, which neither the models nor a revision know
    dev: 2 differences from the models
    hint: `teammig diff --against revisions` says what no revision has yet; `teammig upgrade` applies those that there are
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 0
    --- stderr
    warning: left alone: column users.phone, which neither the models nor a revision know
    dev: as the models say
    ");
}
