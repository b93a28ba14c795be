//! What the base has already, and who is told of it.

use insta::assert_snapshot;

use super::found;
use crate::support::Sandbox;

/// A colleague's edit went around the hooks: it stays wrong until somebody decides.
#[test]
fn an_edit_that_landed() {
    let sandbox = Sandbox::team();
    let before = sandbox.git("ann", &["rev-parse", "HEAD"]);
    let file = "migrations/9209a434d045.sql";
    sandbox.edit(&format!("bob/{file}"), "name text", "name blob");
    sandbox.git("bob", &["commit", "-qam", "Edit"]);
    sandbox.git("bob", &["push", "-q", "--no-verify"]);
    sandbox.git("ann", &["pull", "-q"]);
    let edited = |level: &str| vec![format!("{level} edited-revision")];
    let all = [
        &[][..],
        &["--base"],
        &["--base", "origin/main"],
        &["--base", before.trim()],
    ];
    for args in all {
        assert_eq!(
            found(&sandbox, "ann", args),
            (edited("error"), 3),
            "{args:?}"
        );
    }
    assert_snapshot!(sandbox.teammig("ann", &["check"]), @r#"
    exit 3
    --- stdout
    1 error: 0 new revisions of the working tree against origin/main (083a09c): 1 head
    --- stderr
    error: 9209a434d045 is edited, and it was published in origin/main [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`teammig why 9209a434d045` says how), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    "#);
    let why = sandbox.teammig("ann", &["why", "9209a434d045"]);
    assert!(why.stderr.contains("git restore --source"), "{why}");
    // Who builds on it has not done it.
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    for args in [&[][..], &["--base"]] {
        assert_eq!(
            found(&sandbox, "ann", args),
            (edited("warning"), 0),
            "{args:?}"
        );
    }
    // Recorded afterwards, it is a decision.
    sandbox.ok("ann", &["amend", "9209", "--reason", "it is there"]);
    sandbox.commit("ann", "Record it");
    sandbox.git("ann", &["push", "-q", "origin", "HEAD:main"]);
    for args in [&[][..], &["--base"]] {
        assert_eq!(found(&sandbox, "ann", args), (vec![], 0), "{args:?}");
    }
}

/// Databases that ran it before it was taken out have what it was then.
#[test]
fn a_revision_that_comes_back() {
    let sandbox = Sandbox::team();
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.pass_days(1);
    sandbox.git("ann", &["revert", "--no-edit", "HEAD"]);
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("ann", &["switch", "-q", "-c", "again"]);
    sandbox.git("ann", &["revert", "--no-edit", "HEAD"]);
    for args in [&[][..], &["--base"]] {
        assert_eq!(found(&sandbox, "ann", args), (vec![], 0), "{args:?}");
    }
    let file = "ann/migrations/7f3a9c21e4b0.sql";
    sandbox.edit(file, "COLUMN phone text", "COLUMN phone blob");
    sandbox.commit("ann", "Make it a blob");
    for args in [&[][..], &["--base"]] {
        let edited = (vec!["error edited-revision".to_owned()], 3);
        assert_eq!(found(&sandbox, "ann", args), edited, "{args:?}");
    } // The hooks say it too: the commit that edits it, the one that brings it back as something
    // else, and the push of either.
    sandbox.git("ann", &["reset", "-q", "--soft", "HEAD~1"]);
    let hook = |event: &str| sandbox.teammig("ann", &["hooks", "run", event]);
    let run = hook("pre-commit");
    assert!(
        run.code == 3
            && run
                .stderr
                .contains("7f3a9c21e4b0 is edited, and it was published in origin/main"),
        "{run}"
    );
    sandbox.git("ann", &["reset", "-q", "--soft", "HEAD~1"]);
    let run = hook("pre-commit");
    assert!(
        run.code == 3 && run.stderr.contains("[edited-revision]"),
        "{run}"
    );
    sandbox.commit("ann", "Phone again, as a blob");
    sandbox.ok("ann", &["hooks", "install"]);
    let run = sandbox.try_git("ann", &["push", "-q", "origin", "HEAD:main"]);
    assert!(
        run.code == 1
            && run
                .stderr
                .contains("7f3a9c21e4b0 is edited, and it was published in origin/main"),
        "{run}"
    );
    // What it was is remembered by the branch's tip, and followed from there.
    sandbox.git(
        "ann",
        &["push", "-q", "--no-verify", "origin", "HEAD:again"],
    );
    sandbox.git("ann", &["switch", "-q", "main"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("ann", &["switch", "-q", "again"]);
    let run = sandbox.try_git("ann", &["push", "-q", "origin", "HEAD:main", "--force"]);
    assert!(
        run.code == 1 && run.stderr.contains("7f3a9c21e4b0 is edited"),
        "{run}"
    );
    // A decision lets it pass.
    sandbox.ok("ann", &["amend", "7f3a", "--reason", "nobody ran it"]);
    sandbox.git("ann", &["commit", "-qam", "Record it"]);
    assert_eq!(
        found(&sandbox, "ann", &["--base"]),
        (vec!["warning edited-revision".to_owned()], 0)
    );
}
