//! Restacking: files and database change together or not at all.

mod broken_off;
#[cfg(unix)]
mod killed;
mod left_behind;
mod no_step;
#[cfg(unix)]
mod on_postgresql;
#[cfg(unix)]
mod stands;

use insta::assert_snapshot;

use crate::support::Sandbox;

const ADD_PHONE: &str = "ALTER TABLE users ADD COLUMN phone text;";
const DROP_PHONE: &str = "ALTER TABLE users DROP COLUMN phone;";

/// Ann has two revisions that nobody else has, Bob's came in with a pull.
fn pulled(theirs: &str) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "bob",
        "c01d9e88ab12",
        &["9209a434d045"],
        "Theirs",
        theirs,
        "SELECT 1;",
    );
    sandbox.commit("bob", "Theirs");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.column("ann", "aaaa11112222", &["9209a434d045"], "phone");
    sandbox.column("ann", "bbbb11112222", &["aaaa11112222"], "mail");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.commit("ann", "Mine");
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    sandbox
}

fn ledger(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "ann/dev.db",
        "SELECT revision, parents FROM teammig_ledger ORDER BY seq",
    )
}

fn tables(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "ann/dev.db",
        "SELECT sql FROM sqlite_schema WHERE name NOT LIKE '%teammig%' ORDER BY name",
    )
}

#[test]
fn mine_goes_on_top_of_theirs_in_files_and_database() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--no-prove"]), @"
    exit 0
    --- stderr
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
    Rolling back 2 revisions (what they stored in this database goes), applying 3
        down bbbb11112222  Add mail
        down aaaa11112222  Add phone
        up   c01d9e88ab12  Theirs
        up   aaaa11112222  Add phone
        up   bbbb11112222  Add mail
      ↶ bbbb11112222  Add mail   [TIME]
      ↶ aaaa11112222  Add phone   [TIME]
      ✔ c01d9e88ab12  Theirs   [TIME]
      ✔ aaaa11112222  Add phone   [TIME]
      ✔ bbbb11112222  Add mail   [TIME]
    hint: commit it: `git add migrations/aaaa11112222.sql`
    ");
    assert_snapshot!(sandbox.git("ann", &["diff", "--unified=0"]), @"
    diff --git a/migrations/aaaa11112222.sql b/migrations/aaaa11112222.sql
    index 272af25..7201e60 100644
    --- a/migrations/aaaa11112222.sql
    +++ b/migrations/aaaa11112222.sql
    @@ -3 +3 @@
    ---   parents: [9209a434d045]
    +--   parents: [c01d9e88ab12]
    ");
    assert_eq!(
        ledger(&sandbox),
        [
            "9209a434d045|[]",
            r#"c01d9e88ab12|["9209a434d045"]"#,
            r#"aaaa11112222|["c01d9e88ab12"]"#,
            r#"bbbb11112222|["aaaa11112222"]"#,
        ]
    );
    assert_snapshot!(sandbox.teammig("ann", &["rebase"]), @"
    exit 0
    --- stderr
    nothing to restack: the heads did not diverge
    ");
    assert_snapshot!(sandbox.teammig("ann", &["current", "--check"]), @"
    exit 0
    --- stdout
    bbbb11112222 (head)  Add mail
    ");
}

#[test]
fn after_a_failed_step_files_and_database_are_as_before() {
    // Theirs adds the column that mine adds.
    let sandbox = pulled(ADD_PHONE);
    sandbox.sqlite(
        "ann/dev.db",
        "INSERT INTO users VALUES (1, 'Ann', '555', 'ann@example.org') RETURNING id",
    );
    let (rows, schema) = (ledger(&sandbox), tables(&sandbox));
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--no-prove"]), @"
    exit 1
    --- stderr
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
    Rolling back 2 revisions (what they stored in this database goes), applying 3
        down bbbb11112222  Add mail
        down aaaa11112222  Add phone
        up   c01d9e88ab12  Theirs
        up   aaaa11112222  Add phone
        up   bbbb11112222  Add mail
    error: cannot apply aaaa11112222 Add phone
     --> migrations/aaaa11112222.sql:7:1
      |
    7 | ALTER TABLE users ADD COLUMN phone text;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ duplicate column name: phone
    aaaa11112222 was rolled back and left nothing.
    Everything else of this run was taken back: files and database are as before.
    hint: edit your revision so that it runs after theirs (or its way back, where that left something of it), and call it again
    ");
    assert_eq!(sandbox.git("ann", &["status", "--short"]), "");
    assert_eq!(ledger(&sandbox), rows);
    assert_eq!(tables(&sandbox), schema);
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT * FROM users"),
        ["1|Ann|555|ann@example.org"]
    );
    let leftovers: Vec<_> = std::fs::read_dir(sandbox.at("ann/migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

#[test]
fn a_table_rebuild_among_the_steps_is_taken_back_too() {
    let sandbox = pulled(
        "CREATE TABLE users2 (id integer PRIMARY KEY, name text NOT NULL);\nSELECT nothing;",
    );
    sandbox.edit(
        "ann/migrations/c01d9e88ab12.sql",
        "migrate:up",
        "migrate:up foreign_keys:off",
    );
    let (rows, schema) = (ledger(&sandbox), tables(&sandbox));
    let run = sandbox.teammig("ann", &["rebase"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("files and database are as before"),
        "{run}"
    );
    assert_eq!((ledger(&sandbox), tables(&sandbox)), (rows, schema));
}

#[test]
fn what_is_published_is_not_moved() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    sandbox.git("ann", &["push", "-q"]);
    assert_snapshot!(sandbox.teammig("ann", &["rebase"]), @"
    exit 2
    --- stderr
    error: which head is to move, and onto which one?
      bbbb11112222  Add mail
      c01d9e88ab12  Theirs
    hint: others have all of them as they are: `teammig merge-heads` joins the heads with a merge revision
    ");
    assert_snapshot!(
        sandbox.teammig("ann", &["rebase", "bbbb", "--onto", "c01d9e88ab12"]), @"
    exit 3
    --- stderr
    error: bbbb11112222 cannot be restacked: it builds on aaaa11112222, which is published in origin/main
    hint: `teammig merge-heads` joins the heads with a merge revision
    ");
    assert_eq!(sandbox.git("ann", &["status", "--short"]), "");
}

#[test]
fn what_a_protected_environment_has_is_not_moved() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\n  staging: {url: \"sqlite:staging.db\", protected: true}\n",
    );
    sandbox.ok("ann", &["upgrade", "aaaa11112222", "--env", "staging"]);
    assert_snapshot!(sandbox.teammig("ann", &["rebase"]), @"
    exit 3
    --- stderr
    error: bbbb11112222 cannot be restacked: it builds on aaaa11112222, which is applied in staging on 2026-11-22 by ann@host
    hint: `teammig merge-heads` joins the heads with a merge revision
    ");
    // sync offers what is left, and says why.
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 8 minutes ago
    2 heads, they part at 9209a434d045
      yours  bbbb11112222  Add mail   not published, Ann, 4 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 8 minutes ago
      tried on SQLite in every order: all leave the same
      aaaa11112222 was applied in staging on 2026-11-22 by ann@host, so it stays where it is
    error: Multiple head revisions are present: bbbb11112222, c01d9e88ab12
    hint: `teammig sync --merge` writes a merge revision; `--apply-both` leaves them as they are
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--rebase"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 9 minutes ago
    2 heads, they part at 9209a434d045
      yours  bbbb11112222  Add mail   not published, Ann, 5 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 9 minutes ago
      aaaa11112222 was applied in staging on 2026-11-22 by ann@host, so it stays where it is
    error: aaaa11112222 cannot be restacked: it is applied in staging on 2026-11-22 by ann@host
    hint: others have it as it is: `teammig merge-heads` joins the heads with a merge revision
    ");
}

#[test]
fn what_has_no_way_back_is_not_moved_where_it_is_applied() {
    // Where the order did not matter it could stay as it is.
    let theirs = "CREATE INDEX users_name ON users (name);\nUPDATE users SET name = 'x' WHERE length(name) = 77;";
    let sandbox = pulled(theirs);
    sandbox.ok("ann", &["downgrade", "9209a434d045"]);
    let text = sandbox.read("ann/migrations/aaaa11112222.sql");
    let text = text.replace(
        ADD_PHONE,
        &format!("{ADD_PHONE}\nUPDATE users SET name = 'y' WHERE length(name) = 78;"),
    );
    let text = text.split("\n-- migrate:down").next().unwrap().to_owned();
    sandbox.write(
        "ann/migrations/aaaa11112222.sql",
        format!("{text}\n-- migrate:down irreversible\n"),
    );
    // Not applied: nothing has to be rolled back.
    let run = sandbox.teammig("ann", &["rebase", "--dry-run"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.ok("ann", &["upgrade", "bbbb11112222"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 9 minutes ago
    2 heads, they part at 9209a434d045
      yours  bbbb11112222  Add mail   not published, Ann, 5 minutes ago
      theirs c01d9e88ab12  Theirs   origin/main, Bob, 9 minutes ago
      tried on SQLite, and not proved: both have to do with the same rows (column users.name), and none that was made up shows a difference
      aaaa11112222 is applied here and has no way back (it is marked as irreversible), so it stays where it is
    error: Multiple head revisions are present: bbbb11112222, c01d9e88ab12
    hint: `teammig sync --merge` writes a merge revision; `--apply-both` leaves them as they are
    ");
    assert_snapshot!(sandbox.teammig("ann", &["rebase"]), @"
    exit 1
    --- stderr
    error: aaaa11112222 cannot be rolled back: it is marked as irreversible
      --> migrations/aaaa11112222.sql:10:1
       |
    10 | -- migrate:down irreversible
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ on purpose
    hint: nothing was rolled back; write a new revision that undoes it, or restore a backup
    ");
}

#[test]
fn the_database_can_follow_later() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--no-database"]), @"
    exit 0
    --- stderr
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
    hint: commit it: `git add migrations/aaaa11112222.sql`
    ");
    // What never ran, though later ones did, is named everywhere.
    assert_snapshot!(sandbox.teammig("ann", &["upgrade"]), @"
    exit 3
    --- stderr
    error: 1 revision never ran, though later ones did
      c01d9e88ab12  Theirs
    hint: `teammig sync` runs them now where a scratch database shows that both orders lead to the same; else it can roll back what came later, and apply everything in order: it asks (`--yes`: without asking)
    hint: `teammig upgrade --out-of-order` runs them now, after the later ones
    hint: `teammig stamp --only c01d9e88ab12` records them as applied, if their changes are there already
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--no-prove"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 8 minutes ago
    error: 1 revision never ran, though later ones did
      c01d9e88ab12  Theirs
    hint: `teammig sync` runs them now where a scratch database shows that both orders lead to the same; else it can roll back what came later, and apply everything in order: it asks (`--yes`: without asking)
    hint: `teammig upgrade --out-of-order` runs them now, after the later ones
    hint: `teammig stamp --only c01d9e88ab12` records them as applied, if their changes are there already
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--no-prove", "--yes"]), @"
    exit 0
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 9 minutes ago
    Rolling back 2 revisions (what they stored in this database goes), applying 3
        down bbbb11112222  Add mail
        down aaaa11112222  Add phone
        up   c01d9e88ab12  Theirs
        up   aaaa11112222  Add phone
        up   bbbb11112222  Add mail
      ↶ bbbb11112222  Add mail   [TIME]
      ↶ aaaa11112222  Add phone   [TIME]
      ✔ c01d9e88ab12  Theirs   [TIME]
      ✔ aaaa11112222  Add phone   [TIME]
      ✔ bbbb11112222  Add mail   [TIME]
    ");
    assert_snapshot!(sandbox.teammig("ann", &["current", "--check"]), @"
    exit 0
    --- stdout
    bbbb11112222 (head)  Add mail
    ");
}

/// Mine ran before theirs, and nobody can tell: nothing of it has to go.
#[test]
fn the_database_follows_without_a_rollback() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    sandbox.ok("ann", &["rebase", "--no-database"]);
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--dry-run"]), @"
    exit 0
    --- stdout
    up   c01d9e88ab12  Theirs
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 7 minutes ago
      aaaa11112222, bbbb11112222  kept as they are: both orders lead to the same schema, tried on a scratch database (SQLite)
    ");
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr
            .contains("aaaa11112222, bbbb11112222  kept as they are"),
        "{run}"
    );
    assert!(!run.stderr.contains("Rolling back"), "{run}");
    assert_eq!(
        ledger(&sandbox),
        [
            "9209a434d045|[]",
            r#"aaaa11112222|["c01d9e88ab12"]"#,
            r#"bbbb11112222|["aaaa11112222"]"#,
            r#"c01d9e88ab12|["9209a434d045"]"#,
        ]
    );
    sandbox.ok("ann", &["current", "--check"]);
}

/// Where the order matters, it is asked as before.
#[test]
fn the_database_does_not_follow_by_itself_where_the_order_matters() {
    let sandbox = pulled("UPDATE users SET name = 'x' WHERE length(name) = 77;");
    sandbox.ok("ann", &["downgrade", "9209a434d045"]);
    let text = sandbox.read("ann/migrations/aaaa11112222.sql");
    let more = format!("{ADD_PHONE}\nUPDATE users SET name = 'y' WHERE length(name) = 78;");
    sandbox.write(
        "ann/migrations/aaaa11112222.sql",
        text.replace(ADD_PHONE, &more),
    );
    sandbox.ok("ann", &["upgrade", "bbbb11112222"]);
    sandbox.ok("ann", &["rebase", "--no-database"]);
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("1 revision never ran"), "{run}");
}

#[test]
fn it_can_run_out_of_order_instead() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    sandbox.ok("ann", &["rebase", "--no-database"]);
    let run = sandbox.teammig("ann", &["sync", "--out-of-order"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(
        ledger(&sandbox),
        [
            "9209a434d045|[]",
            r#"aaaa11112222|["c01d9e88ab12"]"#,
            r#"bbbb11112222|["aaaa11112222"]"#,
            r#"c01d9e88ab12|["9209a434d045"]"#,
        ]
    );
}

#[test]
fn what_ran_in_the_new_order_already_is_only_recorded() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    sandbox.ok("ann", &["downgrade", "9209a434d045"]);
    sandbox.ok("ann", &["upgrade", "c01d9e88ab12"]);
    sandbox.ok("ann", &["upgrade", "bbbb11112222"]);
    sandbox.sqlite(
        "ann/dev.db",
        "INSERT INTO users VALUES (1, 'Ann', '555', 'ann@example.org') RETURNING id",
    );
    assert_snapshot!(sandbox.teammig("ann", &["rebase"]), @"
    exit 0
    --- stderr
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
    the database is up to date
    recorded as the files say it now: aaaa11112222
    hint: commit it: `git add migrations/aaaa11112222.sql`
    ");
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT * FROM users"),
        ["1|Ann|555|ann@example.org"]
    );
    assert_eq!(ledger(&sandbox)[2], r#"aaaa11112222|["c01d9e88ab12"]"#);
}

#[test]
fn a_plan_is_shown_and_nothing_done() {
    let sandbox = pulled("CREATE INDEX users_name ON users (name);");
    assert_snapshot!(sandbox.teammig("ann", &["rebase", "--dry-run", "--no-prove"]), @"
    exit 0
    --- stdout
    down bbbb11112222  Add mail
    down aaaa11112222  Add phone
    up   c01d9e88ab12  Theirs
    up   aaaa11112222  Add phone
    up   bbbb11112222  Add mail
    --- stderr
      aaaa11112222  parents: [9209a434d045] → [c01d9e88ab12]
    ");
    let (document, code) = sandbox.json("ann", &["rebase", "--dry-run", "--no-prove"]);
    assert_eq!(code, 0);
    assert_eq!(document["schema"], "teammig.rebase/1");
    assert_eq!(
        document["moved"][0]["after"],
        serde_json::json!(["c01d9e88ab12"])
    );
    assert_eq!(document["plan"]["steps"].as_array().unwrap().len(), 5);
    assert_eq!(sandbox.git("ann", &["status", "--short"]), "");
}

#[test]
fn which_one_is_mine_is_not_guessed() {
    let sandbox = Sandbox::project();
    sandbox.revision(
        "project",
        "aaaa11112222",
        &[],
        "Base",
        "SELECT 1;",
        "SELECT 1;",
    );
    sandbox.revision(
        "project",
        "bbbb11112222",
        &["aaaa11112222"],
        "B",
        "SELECT 1;",
        "SELECT 1;",
    );
    sandbox.revision(
        "project",
        "cccc11112222",
        &["aaaa11112222"],
        "C",
        "SELECT 1;",
        "SELECT 1;",
    );
    assert_snapshot!(sandbox.teammig("project", &["rebase"]), @"
    exit 2
    --- stderr
    error: which head is to move, and onto which one?
      bbbb11112222  B
      cccc11112222  C
    hint: say it: `teammig rebase bbbb11112222 --onto cccc11112222` puts what stands before `--onto` on top of the other; yours are what moves
    ");
    assert_snapshot!(sandbox.teammig("project", &["rebase", "cccc", "--no-database"]), @"
    exit 0
    --- stderr
      cccc11112222  parents: [aaaa11112222] → [bbbb11112222]
    hint: commit it: `git add migrations/cccc11112222.sql`
    ");
    assert_snapshot!(sandbox.teammig("project", &["rebase", "cccc", "--onto", "bbbb"]), @"
    exit 2
    --- stderr
    error: cccc11112222 and bbbb11112222 are on one line already: there is nothing to restack
    ");
}

/// After `git merge --abort` the file named a parent that had gone, and nobody said how to get back.
#[test]
fn what_fits_as_committed_is_offered_back() {
    let sandbox = Sandbox::diverged();
    let file = "ann/migrations/7f3a9c21e4b0.sql";
    let committed = sandbox.read(file);
    sandbox.edit(file, "9209a434d045", "c01d9e88ab12");
    let run = sandbox.teammig("ann/migrations", &["sync"]);
    let hint = "`git -C .. restore --source=HEAD --staged --worktree migrations/7f3a9c21e4b0.sql` goes back to what is \
                committed, which fits";
    assert!(run.stderr.contains(hint), "{run}");
    sandbox.git(
        "ann",
        &[
            "restore",
            "--source=HEAD",
            "--staged",
            "--worktree",
            "migrations/7f3a9c21e4b0.sql",
        ],
    );
    assert_eq!(sandbox.read(file), committed);
    // Nothing to go back to where it was wrong before.
    sandbox.edit(file, "9209a434d045", "c01d9e88ab12");
    sandbox.git("ann", &["commit", "-qam", "Wrong"]);
    sandbox.edit(file, "c01d9e88ab12", "51be0f2277d1");
    let run = sandbox.teammig("ann", &["sync"]);
    assert!(
        run.stderr.contains("in no file") && !run.stderr.contains("git restore"),
        "{run}"
    );
}

/// Without `sync` it is tried as well, and with the same words.
#[test]
fn what_fails_on_top_of_theirs_is_not_moved() {
    let sandbox = pulled("ALTER TABLE users RENAME TO people;");
    let file = "ann/migrations/aaaa11112222.sql";
    let (text, rows) = (sandbox.read(file), ledger(&sandbox));
    for command in [
        &["rebase"][..],
        &["rebase", "--dry-run"],
        &["rebase", "--no-database"],
        &["rebase", "bbbb11112222", "--onto", "c01d9e88ab12"],
    ] {
        let run = sandbox.teammig("ann", command);
        assert_eq!(run.code, 3, "{run}");
        for said in [
            "aaaa11112222 fails after c01d9e88ab12: no such table: users",
            "error: aaaa11112222 fails on top of theirs: no such table: users",
            "hint: `teammig edit aaaa11112222`, so that it runs on top of theirs too",
        ] {
            assert!(run.stderr.contains(said), "{run}");
        }
        assert_eq!(
            (sandbox.read(file), ledger(&sandbox)),
            (text.clone(), rows.clone())
        );
    }
    // Edited, it goes.
    sandbox.edit(file, "ALTER TABLE users", "ALTER TABLE people");
    sandbox.edit(
        "ann/migrations/bbbb11112222.sql",
        "ALTER TABLE users",
        "ALTER TABLE people",
    );
    sandbox.ok("ann", &["rebase", "--no-database"]);
    assert!(sandbox.read(file).contains("parents: [c01d9e88ab12]"));
}

#[test]
fn what_fails_on_top_is_moved_where_nothing_is_to_be_tried() {
    let sandbox = pulled("ALTER TABLE users RENAME TO people;");
    sandbox.ok("ann", &["rebase", "--no-database", "--no-prove"]);
    let file = sandbox.read("ann/migrations/aaaa11112222.sql");
    assert!(file.contains("parents: [c01d9e88ab12]"), "{file}");
}
