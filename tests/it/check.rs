//! `teammig check` over branches that real Git made.

#[cfg(unix)]
mod ci;
mod formats;
mod landed;
mod moved;
mod rules;
mod shapes;

use insta::assert_snapshot;

use crate::support::Sandbox;

/// Ann's branch and Bob's push to the main branch, each with a revision: Git merges them
/// without a conflict.
fn diverging() -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone_number");
    sandbox.commit("ann", "Add phone_number");
    sandbox.column("bob", "c01d9e88ab12", &["9209a434d045"], "login");
    sandbox.commit("bob", "Add login");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox
}

/// The rules of the findings with their severities, and the exit code.
fn found(sandbox: &Sandbox, folder: &str, args: &[&str]) -> (Vec<String>, i32) {
    let (document, code) = sandbox.json(folder, &[&["check"], args].concat());
    let findings = document["findings"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let one = |finding: &serde_json::Value| {
        format!("{} {}", text(&finding["severity"]), text(&finding["rule"]))
    };
    (findings.iter().map(one).collect(), code)
}

#[test]
fn git_merges_without_a_conflict_what_diverges() {
    let sandbox = diverging();
    assert_snapshot!(sandbox.teammig("ann", &["check"]), @"
    exit 0
    --- stdout
    ok: 1 new revision of the working tree against origin/main (3201aee): 1 head
    ");
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"
    exit 3
    --- stdout
    1 error: 1 new revision of phone (dedcfd5) against origin/main (fd5219e), merged result: 2 heads
    --- stderr
    error: merged with origin/main there would be 2 heads: 7f3a9c21e4b0 by Ann and c01d9e88ab12 by Bob on origin/main; they part at 9209a434d045 [diverged-heads]
     --> migrations/7f3a9c21e4b0.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               ^^^^^^^^^^^^^^ Add phone_number
      |
     ::: migrations/c01d9e88ab12.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               -------------- Add login
    hint: `git merge origin/main` here, then `teammig sync`: it puts yours on top of theirs, or joins the heads
    ");
    assert_snapshot!(sandbox.teammig("bob", &["check", "--base"]), @"
    exit 0
    --- stdout
    ok: 0 new revisions of main (fd5219e) against origin/main (fd5219e), merged result: 1 head
    ");
    assert_eq!(sandbox.git("ann", &["status", "--porcelain"]), "");
    // Where somebody else's commit is asked for, the answer is the same.
    sandbox.git("ann", &["switch", "-q", "main"]);
    let run = sandbox.teammig("ann", &["check", "--base", "origin/main", "--at", "phone"]);
    assert_eq!(run.code, 3, "{run}");
}

#[test]
fn a_branch_that_is_behind_or_has_nothing_of_its_own_is_fine() {
    let sandbox = diverging();
    sandbox.git("ann", &["switch", "-q", "-c", "behind", "main"]);
    assert_eq!(found(&sandbox, "ann", &["--base"]), (vec![], 0));
    assert_eq!(found(&sandbox, "ann", &[]), (vec![], 0));
    sandbox.write("ann/README", "x");
    sandbox.commit("ann", "Write a README");
    assert_eq!(found(&sandbox, "ann", &["--base"]), (vec![], 0));
    // A conflict elsewhere is none of ours.
    sandbox.write("bob/README", "y");
    sandbox.commit("bob", "Write another README");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    assert_eq!(found(&sandbox, "ann", &["--base"]), (vec![], 0));
}

/// What is on the main branch already is nobody's doing who comes after.
#[test]
fn what_the_base_has_already_is_not_blamed_on_my_branch() {
    let sandbox = diverging();
    // Bob edits what is published, and lets the heads diverge.
    sandbox.edit("bob/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.column("bob", "51be0f2277d1", &["9209a434d045"], "legacy");
    sandbox.write("bob/migrations/broken.sql", "-- teammig: [\n");
    sandbox.commit("bob", "Have no care");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox.git("ann", &["switch", "-q", "-c", "clean", "main"]);
    sandbox.write("ann/README", "x");
    sandbox.commit("ann", "Write a README");
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @r#"
    exit 0
    --- stdout
    ok, with 3 warnings: 0 new revisions of clean (78196dd) against origin/main (c0d7005), merged result: 2 heads
    --- stderr
    warning: no teammig header, as on origin/main already [unreadable-revision]
     --> migrations/broken.sql:1:1
      |
    1 | -- teammig: [
      | ^ expected `-- teammig:` in the leading comment
    hint: `teammig create` writes the header; `teammig import` takes over other tools' files
    warning: merged with origin/main there would be 2 heads: 51be0f2277d1 by Bob on origin/main and c01d9e88ab12 by Bob on origin/main; they part at 9209a434d045, as on origin/main already [diverged-heads]
     --> migrations/51be0f2277d1.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               ^^^^^^^^^^^^^^ Add legacy
      |
     ::: migrations/c01d9e88ab12.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               -------------- Add login
    hint: who works on origin/main joins them there: `teammig merge-heads`
    warning: 9209a434d045 is edited, and it was published in origin/main, as on origin/main already [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`teammig why 9209a434d045` says how), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    "#);
    // The same mistake in another file is one of my own.
    sandbox.write("ann/migrations/mine.sql", "-- teammig: [\n");
    sandbox.commit("ann", "Make the same mistake");
    let (rules, code) = found(&sandbox, "ann", &["--base"]);
    assert_eq!(code, 3, "{rules:?}");
    assert_eq!(
        rules,
        [
            "error unreadable-revision",
            "warning unreadable-revision",
            "warning diverged-heads",
            "warning edited-revision"
        ]
    );
    // After a push it is the main branch itself that is judged.
    let (rules, code) = found(&sandbox, "bob", &["--base"]);
    assert_eq!(code, 3, "{rules:?}");
    assert!(
        rules.contains(&"error diverged-heads".to_owned()),
        "{rules:?}"
    );
    assert!(
        rules.contains(&"error unreadable-revision".to_owned()),
        "{rules:?}"
    );
    let (rules, code) = found(&sandbox, "bob", &[]);
    assert_eq!(code, 3, "{rules:?}");
}

#[test]
fn the_files_are_judged_with_what_is_not_committed() {
    let sandbox = Sandbox::team();
    sandbox.edit("ann/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.column("ann", "51be0f2277d1", &["9209a434d045"], "legacy");
    assert_snapshot!(sandbox.teammig("ann", &["check"]), @r#"
    exit 3
    --- stdout
    2 errors: 2 new revisions of the working tree against origin/main (3201aee): 2 heads
    --- stderr
    error: there are 2 heads: 51be0f2277d1 (not committed) and 7f3a9c21e4b0 (not committed); they part at 9209a434d045 [diverged-heads]
     --> migrations/51be0f2277d1.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               ^^^^^^^^^^^^^^ Add legacy
      |
     ::: migrations/7f3a9c21e4b0.sql:3:15
      |
    3 | --   parents: [9209a434d045]
      |               -------------- Add phone
    hint: `teammig rebase` puts one on top of the other, `teammig merge-heads` joins them
    error: 9209a434d045 is edited, and it was published in origin/main, and applied in dev on 2026-11-22 by ann@host [edited-revision]
     --> migrations/9209a434d045.sql:7:1
      |
    7 | CREATE TABLE users (id integer PRIMARY KEY, name blob);
      | ^ its scripts differ from then
    hint: take the edit back (`git restore --source=origin/main --staged --worktree migrations/9209a434d045.sql`), and write a new revision for the change: `teammig create "…"`; if this one has to change all the same, `teammig amend 9209a434d045 --reason "…"` records why
    "#);
    // Nothing of it is in HEAD, and nothing is staged.
    assert_snapshot!(sandbox.teammig("ann", &["check", "--base"]), @"
    exit 0
    --- stdout
    ok: 0 new revisions of main (3201aee) against origin/main (3201aee), merged result: 1 head
    --- stderr
    warning: migrations that are not committed were not judged
    hint: `teammig check` without --base judges the files
    ");
    assert_eq!(found(&sandbox, "ann", &["--staged"]), (vec![], 0));
    sandbox.git("ann", &["add", "-A"]);
    let (rules, code) = found(&sandbox, "ann", &["--staged"]);
    assert_eq!((rules.len(), code), (2, 3), "{rules:?}");
    let (rules, code) = found(&sandbox, "ann", &["--at", ":"]);
    assert_eq!((rules.len(), code), (2, 3), "{rules:?}");
}
