//! What the audit makes of histories that are cut off, chosen or strange.

use serde_json::{Value, json};

use super::{add, audit, change, diverge, pick, published};
use crate::support::Sandbox;

#[test]
fn a_shallow_clone_says_what_it_could_not_see() {
    let sandbox = published();
    diverge(&sandbox);
    let url = format!("file://{}", sandbox.at("project").display());
    sandbox.git(".", &["clone", "-q", "--depth", "1", &url, "shallow"]);
    let run = sandbox.teammig("shallow", &["audit"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stdout.contains("or before"), "{run}");
    assert!(
        run.stderr.contains("could not evaluate what came before"),
        "{run}"
    );
    assert!(run.stderr.contains("git fetch --unshallow"), "{run}");
    let (document, code) = sandbox.json("shallow", &["audit"]);
    assert_eq!((document["evaluated"].as_bool(), code), (Some(false), 4));
}

/// Contents that stayed at the server are fetched, or named as missing.
#[test]
fn a_blobless_clone_fetches_or_says_so() {
    let sandbox = published();
    change(&sandbox, "aaaa2", "x integer", "x text");
    sandbox.commit("project", "edit");
    sandbox.git("project", &["config", "uploadpack.allowFilter", "true"]);
    sandbox.git(
        "project",
        &["config", "uploadpack.allowAnySHA1InWant", "true"],
    );
    let url = format!("file://{}", sandbox.at("project").display());
    sandbox.git(".", &["clone", "-q", "--filter=blob:none", &url, "partial"]);
    sandbox.git(
        ".",
        &["clone", "-q", "--filter=blob:none", &url, "fetching"],
    );
    let (document, code) = sandbox.json("fetching", &["audit"]);
    assert_eq!(
        (pick(&document["edits"], &["kind"]), code),
        (json!([["scripts"]]), 0)
    );

    sandbox.git(
        "partial",
        &["config", "remote.origin.url", "file:///nowhere"],
    );
    let run = sandbox.teammig("partial", &["audit"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stderr.contains("1 version of migrations"), "{run}");
    assert!(
        run.stdout.contains("No published revision was edited"),
        "{run}"
    );
}

/// A clone without folders, whose remote is gone, was called a failure (exit 1) and not unknown.
#[test]
fn a_treeless_clone_out_of_reach_of_its_remote_is_unknown() {
    let sandbox = published();
    sandbox.git("project", &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", sandbox.at("project").display());
    sandbox.git(
        ".",
        &["clone", "-q", "--bare", "--filter=tree:0", &url, "treeless"],
    );
    sandbox.git(
        "treeless",
        &["config", "remote.origin.url", "file:///nowhere"],
    );
    let run = sandbox.teammig("treeless", &["audit"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stderr.contains("it is not in this clone"), "{run}");
    assert!(run.stderr.contains("within reach?"), "{run}");
}

#[test]
fn since_leaves_out_what_was_over() {
    let sandbox = published();
    diverge(&sandbox);
    sandbox.ok("project", &["merge-heads", "--yes"]);
    sandbox.commit("project", "join them");
    sandbox.git("project", &["tag", "v1"]);
    change(&sandbox, "aaaa2", "x integer", "x text");
    sandbox.commit("project", "edit");
    let count = |args: &[&str]| {
        let (document, _) = audit(&sandbox, args);
        let n = |key: &str| document[key].as_array().unwrap().len();
        (n("divergences"), n("edits"))
    };
    assert_eq!(count(&[]), (1, 1));
    assert_eq!(count(&["--since", "2026-11-22"]), (1, 1));
    // A commit ends its own landing: what it repaired was not over before it.
    assert_eq!(count(&["--since", "v1"]), (1, 1));
    assert_eq!(count(&["--since", "HEAD"]), (0, 1));
    assert_eq!(count(&["--since", "2026-11-23"]), (0, 0));
    let (error, code) = audit(&sandbox, &["--since", "last week"]);
    assert_eq!(
        (error["schema"].as_str(), code),
        (Some("teammig.error/1"), 1)
    );
}

#[test]
fn the_branch_is_chosen() {
    let sandbox = published();
    sandbox.git("project", &["branch", "release", "HEAD~1"]);
    let commits = |args: &[&str]| {
        let (document, code) = audit(&sandbox, args);
        (document["ref"].clone(), document["commits"].clone(), code)
    };
    assert_eq!(commits(&[]), (json!("HEAD"), json!(2), 0));
    assert_eq!(
        commits(&["--ref", "release"]),
        (json!("release"), json!(1), 0)
    );
    assert_eq!(
        commits(&["--at", "release"]),
        (json!("release"), json!(1), 0)
    );
    let run = sandbox.teammig("project", &["audit", "--ref", "release", "--at", "main"]);
    assert_eq!(run.code, 2, "{run}");
    // What is protected and is not here cannot have been evaluated.
    sandbox.write(
        "project/teammig.yaml",
        "protected: [origin/main]\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    assert_eq!(commits(&[]), (json!("HEAD"), json!(2), 4));
    let (document, code) = audit(&sandbox, &["--ref", "release", "--migrations", "elsewhere"]);
    assert_eq!((document["evaluated"].as_bool(), code), (Some(false), 4));
}

#[test]
fn a_bare_repository_and_one_without_commits() {
    let sandbox = published();
    sandbox.git(".", &["clone", "-q", "--bare", "project", "bare.git"]);
    let (document, code) = sandbox.json("bare.git", &["audit"]);
    assert_eq!(
        (document["revisions"].as_u64(), code),
        (Some(2), 0),
        "{document}"
    );
    let empty = Sandbox::project();
    let run = empty.teammig("project", &["audit"]);
    assert_ne!(run.code, 0, "{run}");
    assert!(run.stderr.contains("error:"), "{run}");
}

/// Everything that an octopus brings lands with it.
#[test]
fn an_octopus_is_one_landing() {
    let sandbox = published();
    for branch in ["x", "y", "z"] {
        sandbox.git("project", &["switch", "-q", "-c", branch, "main"]);
        add(&sandbox, &format!("bbbb{branch}"), &["aaaa2"]);
        sandbox.commit("project", branch);
    }
    sandbox.git("project", &["switch", "-q", "main"]);
    sandbox.git("project", &["merge", "-q", "-m", "all", "x", "y", "z"]);
    let (document, _) = audit(&sandbox, &[]);
    let main = sandbox.git("project", &["rev-parse", "main"]);
    assert_eq!(
        pick(&document["divergences"], &["commit", "most_heads"]),
        json!([[main.trim(), 3]])
    );
}

/// The page shows texts of strangers, and stands alone.
#[test]
fn the_page_takes_no_text_for_html_and_asks_for_nothing() {
    let sandbox = published();
    diverge(&sandbox);
    change(&sandbox, "aaaa2", "x integer", "x text");
    sandbox.git("project", &["add", "-A"]);
    let evil = "<script>alert(1)</script> & \"quotes\"";
    sandbox.git(
        "project",
        &[
            "commit",
            "-q",
            "--no-verify",
            "--author",
            "Eve & Co's <e@example.org>",
            "-m",
            evil,
        ],
    );
    let run = sandbox.teammig("project", &["audit", "--html", "page.html"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("wrote page.html"), "{run}");
    let page = sandbox.read("project/page.html");
    for (text, there) in [
        ("<script", false),
        ("<b>", false),
        ("http:", false),
        ("https:", false),
        (
            "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;",
            true,
        ),
        ("1 divergence landed, 1 open", true),
        ("bbbb1", true),
        ("id=\"divergence-0\"", true),
        ("href=\"#divergence-0\"", true),
        ("still open", true),
    ] {
        assert_eq!(page.contains(text), there, "{text}");
    }
    // The report was lost with the page.
    let args = ["audit", "--html", "no where/page.html"];
    let run = sandbox.teammig("project", &args);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("1 divergence landed"), "{run}");
    assert!(
        run.stderr.ends_with(
            "error: cannot write no where/page.html: there is no folder no where\nhint: `mkdir -p 'no where'` makes it\n"
        ),
        "{run}"
    );
    let (document, code) = sandbox.json("project", &args);
    assert_eq!((code, &document["schema"]), (1, &json!("teammig.audit/1")));
}

/// What did not land yet, and would diverge.
#[test]
fn branches_that_would_diverge_today() {
    let sandbox = Sandbox::team();
    for (branch, id) in [("topic", "bbbb1"), ("merged", "cccc1")] {
        sandbox.git("bob", &["switch", "-q", "-c", branch, "origin/main"]);
        sandbox.revision("bob", id, &["9209a434d045"], id, "SELECT 1;", "SELECT 2;");
        sandbox.commit("bob", &format!("Add {id} <now>"));
        sandbox.git("bob", &["push", "-q", "origin", branch]);
    }
    sandbox.git("ann", &["pull", "-q"]);
    // Neither does as long as main stands still.
    let (document, code) = sandbox.json("ann", &["audit"]);
    assert_eq!(code, 0);
    assert_eq!(
        (
            &document["today"]["judged"],
            &document["today"]["would_diverge"]
        ),
        (&json!(2), &json!([]))
    );
    sandbox.git(
        "ann",
        &["merge", "-q", "--no-ff", "-m", "merged", "origin/merged"],
    );
    sandbox.git("ann", &["push", "-q"]);
    let (document, code) = sandbox.json("ann", &["audit"]);
    assert_eq!(code, 0, "nothing landed: {document}");
    let today = &document["today"];
    assert_eq!(
        (&today["evaluated"], &today["judged"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(
        pick(&today["would_diverge"], &["ref", "new_revisions"]),
        json!([["origin/topic", ["bbbb1"]]])
    );
    let run = sandbox.teammig("ann", &["audit", "--html", "page.html"]);
    let (_, tail) = run
        .stdout
        .split_once("No published revision was edited\n")
        .unwrap();
    insta::assert_snapshot!(tail, @r"

    1 of 1 open branch would diverge today
      origin/topic  Bob, 11 minutes ago: Add bbbb1 <now>
                  cccc1 and bbbb1 would both be heads; they part at 9209a434d045
    ");
    let page = sandbox.read("ann/page.html");
    assert!(page.contains("<h2>1 of 1 open branch would diverge today</h2>"));
    assert!(page.contains("Add bbbb1 &lt;now&gt;"));
    // A commit or a tag is no branch that anything is merged into.
    let (document, _) = sandbox.json("ann", &["audit", "--ref", "HEAD~1"]);
    assert_eq!(document["today"], Value::Null);
    let url = format!("file://{}", sandbox.at("origin.git").display());
    sandbox.git(".", &["clone", "-q", "--single-branch", &url, "one"]);
    let run = sandbox.teammig("one", &["audit"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout
            .contains("Open branches could not be evaluated: this clone has one branch only"),
        "{run}"
    );
}
