//! Revisions that only the database has, of which the ledger kept no way back.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Sandbox;

const ID: &str = "aaaa11112222";
const UP: &str = "-- migrate:up\nCREATE TABLE phones (number text);\n";

/// A revision of a branch was applied before it had a way back, which it got then.
fn applied_without_a_way_back(later: &str) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "feature"]);
    sandbox.raw_revision("ann", ID, "9209a434d045", UP);
    sandbox.commit("ann", "Phone");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.raw_revision("ann", ID, "9209a434d045", later);
    sandbox.commit("ann", "A way back");
    sandbox.git("ann", &["switch", "-q", "main"]);
    sandbox
}

fn with_down() -> String {
    format!("{UP}\n-- migrate:down\nDROP TABLE phones;\n")
}

fn tables(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "ann/dev.db",
        "SELECT name FROM sqlite_schema WHERE name = 'phones'",
    )
}

#[test]
fn a_way_back_that_a_branch_has_is_taken_from_there() {
    let sandbox = applied_without_a_way_back(&with_down());
    assert_snapshot!(sandbox.teammig("ann", &["downgrade", "--dry-run"]), @r"
    exit 0
    --- stdout
    down aaaa11112222  aaaa11112222
    --- stderr
    rolling aaaa11112222 back with the script that feature has, since the ledger kept none
    ");
    assert_snapshot!(sandbox.teammig("ann", &["sync", "--roll-back"]), @r"
    exit 0
    --- stderr
    Only in the database: 1 revision
      aaaa11112222  aaaa11112222   applied 5 minutes ago by ann@host from feature; it is on feature; the ledger kept no way back, but there is the one that feature has
    Rolling back 1 revision
        down aaaa11112222  aaaa11112222
      ↶ aaaa11112222  aaaa11112222   [TIME]
    ");
    assert!(tables(&sandbox).is_empty());
}

#[test]
fn a_way_back_that_only_the_reflog_knows_is_taken_from_there() {
    let sandbox = applied_without_a_way_back(&with_down());
    sandbox.git("ann", &["branch", "-q", "-D", "feature"]);
    let (document, code) = sandbox.json("ann", &["sync"]);
    assert_eq!(code, 3);
    assert_eq!(document["ways_back"][0]["revision"], ID);
    assert_eq!(document["ways_back"][0]["only_reflog"], true);
    let run = sandbox.teammig("ann", &["sync", "--roll-back"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("which only the reflog knows"), "{run}");
    assert!(tables(&sandbox).is_empty());
}

#[test]
fn a_failing_way_back_from_git_is_shown_where_it_stands() {
    let sandbox = applied_without_a_way_back(&with_down().replace("phones;", "fones;"));
    let run = sandbox.teammig("ann", &["sync", "--roll-back"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr.contains("feature:migrations/aaaa11112222.sql:"),
        "{run}"
    );
    assert_eq!(tables(&sandbox), ["phones"]);
}

/// What the author took away, and what does not belong to what ran, is not run.
#[test]
fn no_way_back_is_guessed() {
    let withdrawn = format!("{UP}\n-- migrate:down irreversible\n");
    let sandbox = applied_without_a_way_back(&with_down());
    sandbox.git("ann", &["switch", "-q", "feature"]);
    sandbox.raw_revision("ann", ID, "9209a434d045", &withdrawn);
    sandbox.commit("ann", "There is no way back");
    sandbox.git("ann", &["switch", "-q", "main"]);
    let none = |sandbox: &Sandbox| {
        let (document, code) = sandbox.json("ann", &["sync", "--roll-back"]);
        assert_eq!(
            (&document["ways_back"], code),
            (&json!([]), 3),
            "{document}"
        );
        let run = sandbox.teammig("ann", &["sync"]);
        assert!(run.stderr.contains("it has no way back"), "{run}");
        assert_eq!(tables(sandbox), ["phones"]);
    };
    none(&sandbox);
    let other = with_down().replace("number text", "number integer");
    none(&applied_without_a_way_back(&other));
}

/// What decided was the date of the branch's last commit, which may concern something
/// else: a branch that was left behind had the say.
#[test]
fn a_stale_branch_gave_a_way_back_that_its_author_had_taken_away() {
    let sandbox = Sandbox::team();
    sandbox.raw_revision("ann", ID, "9209a434d045", &with_down());
    sandbox.commit("ann", "Phone");
    sandbox.git("ann", &["branch", "-q", "stale"]);
    sandbox.raw_revision(
        "ann",
        ID,
        "9209a434d045",
        &format!("{UP}\n-- migrate:down irreversible\n"),
    );
    sandbox.commit("ann", "There is no way back");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["switch", "-q", "stale"]);
    sandbox.write("ann/README", "x");
    sandbox.commit("ann", "Write a README");
    sandbox.git("ann", &["switch", "-q", "-c", "other", "origin/main"]);
    let (document, code) = sandbox.json("ann", &["sync", "--dry-run", "--roll-back"]);
    assert_eq!(
        (&document["ways_back"], &document["plan"]["steps"], code),
        (&json!([]), &json!([]), 3),
        "{document:#}"
    );
}
