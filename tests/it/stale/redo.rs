//! A revision that a database ran before it was restacked, and its script made anew.

use super::{ADD_PHONE, BACK, MINE, REBUILD};
use crate::support::Sandbox;

/// Ann restacks and publishes what Bob's database has on its old parents; Bob ran theirs
/// before it, after it, or not at all.
fn restacked(bob: &[&str]) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "feature"]);
    sandbox.revision(
        "ann",
        "7f3a9c21e4b0",
        &["9209a434d045"],
        "Mine",
        REBUILD,
        BACK,
    );
    sandbox.commit("ann", "Mine");
    sandbox.git("ann", &["push", "-q", "origin", "feature"]);
    sandbox.ok("ann", &["upgrade"]);
    sandbox.revision(
        "bob",
        "c01d9e88ab12",
        &["9209a434d045"],
        "Theirs",
        ADD_PHONE.0,
        ADD_PHONE.1,
    );
    sandbox.commit("bob", "Theirs");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("bob", &["fetch", "-q"]);
    for what in bob {
        sandbox.git("bob", &["switch", "-q", "--detach", what]);
        let _ = sandbox.teammig("bob", &["sync", "--keep"]);
    }
    sandbox.git("bob", &["switch", "-q", "main"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox.git("ann", &["merge", "-q", "--no-edit", "origin/main"]);
    sandbox.ok("ann", &["sync", "--rebase", "--yes"]);
    assert!(sandbox.read(MINE).contains("phone"));
    sandbox.commit("ann", "Restacked");
    sandbox.git("ann", &["push", "-q", "origin", "HEAD:main"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox
}

fn columns(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite("bob/dev.db", "SELECT name FROM pragma_table_info('users')")
}

/// Its way back knew nothing of theirs, and took their column with it; then the way up failed.
#[test]
fn what_ran_over_it_goes_first() {
    let sandbox = restacked(&["origin/feature", "main"]);
    assert_eq!(columns(&sandbox), ["id", "name", "phone"]);
    let run = sandbox.teammig("bob", &["sync"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("`teammig sync --redo`"), "{run}");
    assert!(!run.stderr.contains("teammig amend"), "{run}");
    // What it says works.
    let run = sandbox.teammig("bob", &["sync", "--redo"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(columns(&sandbox), ["id", "name", "phone"]);
    assert_eq!(
        sandbox.sqlite(
            "bob/dev.db",
            "SELECT revision, parents FROM teammig_ledger ORDER BY seq"
        ),
        [
            "9209a434d045|[]",
            r#"c01d9e88ab12|["9209a434d045"]"#,
            r#"7f3a9c21e4b0|["c01d9e88ab12"]"#,
        ]
    );
    sandbox.ok("bob", &["sync"]);
}

#[test]
fn without_theirs_it_is_rolled_back_and_runs_on_top() {
    let sandbox = restacked(&["origin/feature"]);
    let run = sandbox.teammig("bob", &["sync", "--redo"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(columns(&sandbox), ["id", "name", "phone"]);
    sandbox.ok("bob", &["current", "--check"]);
}

/// What theirs did is gone here: it was rolled back, and only then was it found that nothing
/// could be put in its place.
#[test]
fn what_could_not_go_on_is_not_rolled_back() {
    let sandbox = restacked(&["main", "origin/feature"]);
    assert_eq!(columns(&sandbox), ["id", "name"]);
    let ledger = "SELECT revision, parents, applied_at FROM teammig_ledger ORDER BY seq";
    let before = sandbox.sqlite("bob/dev.db", ledger);
    for args in [&["sync", "--redo"][..], &["sync", "--redo", "--dry-run"]] {
        let run = sandbox.teammig("bob", args);
        assert_eq!(run.code, 3, "{run}");
        for said in [
            "7f3a9c21e4b0 cannot be redone here: its up script fails (no such column: phone)",
            "nothing was done here",
            "`teammig stamp --purge heads`",
        ] {
            assert!(run.stderr.contains(said), "{run}");
        }
        assert_eq!(sandbox.sqlite("bob/dev.db", ledger), before);
    }
    // What it says works.
    let by_hand = rusqlite::Connection::open(sandbox.at("bob/dev.db")).unwrap();
    let lacks =
        "ALTER TABLE users ADD COLUMN phone text; CREATE INDEX users_phone ON users (phone);";
    by_hand.execute_batch(lacks).unwrap();
    sandbox.ok("bob", &["stamp", "--purge", "heads", "--yes"]);
    sandbox.ok("bob", &["sync"]);
    sandbox.ok("bob", &["drift"]);
}
