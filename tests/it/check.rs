//! `teammig check` over branches that real Git made.

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
    error: merged with origin/main, there are 2 heads: 7f3a9c21e4b0 by Ann and c01d9e88ab12 by Bob on origin/main; they part at 9209a434d045 [diverged-heads]
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
}
