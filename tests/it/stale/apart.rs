//! Heads that stay two: what one side undoes of the other in this database.

use insta::assert_snapshot;

use super::{ADD_PHONE, BACK, REBUILD, columns, pulled};
use crate::support::Sandbox;

/// Both sides are published: mine is applied, and theirs makes its table anew.
fn published(mine: (&str, &str), theirs: (&str, &str)) -> Sandbox {
    let sandbox = pulled(mine, theirs);
    sandbox.git("ann", &["push", "-q"]);
    sandbox
}

#[test]
fn applying_both_stops_where_a_column_would_go_with_its_values() {
    let sandbox = published(ADD_PHONE, (REBUILD, BACK));
    sandbox.sqlite(
        "ann/dev.db",
        "INSERT INTO users (name, phone) VALUES ('Ann', '555') RETURNING id",
    );
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--apply-both"]), @"
    exit 3
    --- stderr
    Came in with the pull: 1 revision (origin/main)
      c01d9e88ab12  Theirs   Bob, 7 minutes ago
    2 heads, they part at 9209a434d045
      7f3a9c21e4b0  Mine   origin/main, Ann, 5 minutes ago
      c01d9e88ab12  Theirs   origin/main, Bob, 7 minutes ago
    error: 1 revision would undo here what the other side did, and nothing was done
      --> migrations/c01d9e88ab12.sql:12:1
       |
    12 | DROP TABLE users;
       | ^^^^^^^^^^^^^^^^ drops column users.phone
      c01d9e88ab12 drops column users.phone, drops index users_phone
    hint: `teammig sync --apply-both --no-prove` runs it all the same; what it undoes is gone here then
    ");
    for command in [
        &["sync", "--apply-both", "--dry-run"][..],
        &["sync", "--yes"],
    ] {
        let run = sandbox.teammig("ann", command);
        assert_eq!(run.code, 3, "{run}");
    }
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT phone FROM users"),
        ["555"]
    );
    // It is not offered either.
    let run = sandbox.teammig("ann", &["sync"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.stderr.contains("--apply-both"), "{run}");
    // Somebody who knows it goes on.
    sandbox.ok("ann", &["sync", "--apply-both", "--no-prove"]);
    assert_eq!(columns(&sandbox, "users"), ["id", "name"]);
}

/// What `upgrade` proposes where there are several heads is no way to lose a column.
#[test]
fn an_upgrade_to_all_heads_stops_as_well() {
    let sandbox = pulled(ADD_PHONE, (REBUILD, BACK));
    assert_snapshot!(sandbox.teammig("ann", &["upgrade", "heads"]), @"
    exit 3
    --- stderr
    error: 1 revision would undo here what the other side did, and nothing was done
      --> migrations/c01d9e88ab12.sql:12:1
       |
    12 | DROP TABLE users;
       | ^^^^^^^^^^^^^^^^ drops column users.phone
      c01d9e88ab12 drops column users.phone, drops index users_phone
    hint: `teammig sync` puts them in one order, and makes such a script anew where it can
    hint: `teammig sync --apply-both --no-prove` runs it all the same; what it undoes is gone here then
    ");
    for command in [
        &["upgrade", "c01d9e88ab12"][..],
        &["upgrade", "heads", "--dry-run"],
        &["plan", "heads"],
    ] {
        let run = sandbox.teammig("ann", command);
        assert_eq!(run.code, 3, "{run}");
    }
    assert!(columns(&sandbox, "users").contains(&"phone".to_owned()));
    // What takes nothing away runs.
    let sandbox = pulled(ADD_PHONE, ("CREATE TABLE logs (x);", "DROP TABLE logs;"));
    sandbox.ok("ann", &["upgrade", "heads"]);
}

/// The same below what is applied.
#[test]
fn out_of_order_stops_where_a_column_would_go() {
    let sandbox = pulled(ADD_PHONE, (REBUILD, BACK));
    sandbox.ok("ann", &["rebase", "--yes", "--no-database"]);
    for command in [
        &["upgrade", "--out-of-order"][..],
        &["sync", "--no-input", "--out-of-order"],
    ] {
        let run = sandbox.teammig("ann", command);
        assert_eq!(run.code, 3, "{run}");
        assert!(
            run.stderr
                .contains("c01d9e88ab12 drops column users.phone, drops index users_phone"),
            "{run}"
        );
    }
    assert!(columns(&sandbox, "users").contains(&"phone".to_owned()));
    sandbox.ok("ann", &["sync", "--yes"]);
    let mut now = columns(&sandbox, "users");
    now.sort();
    assert_eq!(now, ["id", "name", "phone"]);
}
