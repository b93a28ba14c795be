//! The command from end to end.

use std::process::Command;

use insta::assert_snapshot;

use super::shop;
use crate::support::{Sandbox, debian};

#[test]
fn text() {
    let sandbox = shop(20);
    assert_snapshot!(sandbox.teammig("shop", &["graph"]), @"
    exit 0
    --- stdout
    ○  5c55827df1d1 (head, not committed)  Add the view of monthly sales that reporting reads
    ○  be1e08c47287 (main)  Rename addresses
    │ ◌  1fe68f0af33c (phantom, current: dev)  Backfill stock levels
    ├─╯
    ●  cc623af87833 (branchpoint, mergepoint, origin/main)  Merge heads
    ├─╮
    ● │  8ff34785799e  Rename orders
    ● │  f1bbcdcbfa53  Backfill the order of lines in a basket
    │ ●  2e2ac13ef8e8  Add payments.provider and its check
    ├─╯
    ●  538454127b09 (branchpoint)  Index users.phone_number
    ●  b54cda58fbbe  Drop the view of monthly sales that reporting reads
    ●  1715609f7c74  Add addresses
    ●  78dde6e5fd29 (current: staging)  Rename stock levels
    ●  daa66d2c7ddf  Backfill payments.provider and its check
    ●  3c6ef372fe94  Index orders
    ●  9e3779b97f4a  Drop the order of lines in a basket
    ●  000000000000 (base)  Create the first tables
    --- stderr
    ● applied in a database, ○ in none: dev (as read 3 minutes ago), staging (as read 4 minutes ago)
    ");
    assert_snapshot!(sandbox.teammig("shop", &["graph", "--all", "-q"]), @"
    exit 0
    --- stdout
    ○  5c55827df1d1 (head, not committed)  Add the view of monthly sales that reporting reads
    ○  be1e08c47287 (main)  Rename addresses
    │ ○  6a99b4b1f77d (head, origin/feature-0)  Index addresses
    ├─╯
    │ ○  a708a824f612 (head, origin/feature-1)  Rename users.phone_number
    │ ○  08d12e6b76c8 (origin/feature-1)  Backfill the view of monthly sales that reporting reads
    │ │ ◌  1fe68f0af33c (phantom, current: dev)  Backfill stock levels
    ├─┼─╯
    ● │  cc623af87833 (branchpoint, mergepoint, origin/main)  Merge heads
    ├─┼─╮
    ● │ │  8ff34785799e  Rename orders
    ● │ │  f1bbcdcbfa53  Backfill the order of lines in a basket
    │ │ ●  2e2ac13ef8e8  Add payments.provider and its check
    ├─┼─╯
    ● │  538454127b09 (branchpoint)  Index users.phone_number
    ● │  b54cda58fbbe  Drop the view of monthly sales that reporting reads
    ├─╯
    │ ○  81af155173f2 (head, origin/feature-2)  Index payments.provider and its check
    │ ○  e3779b97f4a7 (origin/feature-2)  Drop orders
    │ ○  454021de755d (origin/feature-2)  Add the order of lines in a basket
    ● │  1715609f7c74 (branchpoint)  Add addresses
    ● │  78dde6e5fd29 (current: staging)  Rename stock levels
    ● │  daa66d2c7ddf  Backfill payments.provider and its check
    ├─╯
    ●  3c6ef372fe94 (branchpoint)  Index orders
    ●  9e3779b97f4a  Drop the order of lines in a basket
    ●  000000000000 (base)  Create the first tables
    ");
}

/// A line with a label, a dependency of the trunk, and stretches that are folded.
#[test]
fn long_stretches_are_folded() {
    let sandbox = shop(100);
    assert_snapshot!(sandbox.teammig("shop", &["graph"]), @"
    exit 0
    --- stdout
    ○  6be3062f3862 (head, not committed)  Drop payments.provider and its check
    ○  cdab8c75b918 (main)  Add orders
    │ ◌  2f7412bc39cd (phantom, current: dev)  Rename the order of lines in a basket
    ├─╯
    │ ●  efa6f4a65354 (head, origin/main, current: dev)  Backfill users.phone_number
    │ ●  b8ab04fbe3a3  Add addresses
    │ ●  81af155173f2 (base, billing, depends on e3779b97f4a7)  Invoices
    ● ┊  715609f7c746 (branchpoint, mergepoint, origin/main)  Merge heads
    ├─┼─╮
    ● ┊ │  34e71684c8b1  Backfill the order of lines in a basket
    ● ┊ │  96af9ccb4967  Index users.phone_number
    │ ┊ ●  d31e903e47fc  Rename orders
    ├─┼─╯
    ● ┊  f8782311ca1c (branchpoint)  Drop the view of monthly sales that reporting reads
    ⋮ ┊  … 17 revisions, d8919406d6e0 to 5a40a9584ad2 …
    ● ┊  3a5a1a4d5795 (mergepoint)  Merge heads
    ├─┼─╮
    ● ┊ │  fdeb26da5900  Add the view of monthly sales that reporting reads
    ● ┊ │  5fb3ad20d9b6  Rename addresses
    │ ┊ ●  9c22a093d84b  Drop users.phone_number
    ├─┼─╯
    ● ┊  c17c33675a6b (branchpoint)  Backfill stock levels
    ⋮ ┊  … 11 revisions, f519f86ee238 to 2344b9addb21 …
    ● ┊  56e27eb562ed (current: staging)  Drop the view of monthly sales that reporting reads
    ⋮ ┊  … 5 revisions, a195a45c672e to 1a738b426458 …
    ● ┊  035e2aa2e7e4 (mergepoint)  Merge heads
    ├─┼─╮
    ● ┊ │  c6ef372fe94f  Index stock levels
    ● ┊ │  28b7bd766a05  Drop payments.provider and its check
    │ ┊ ●  6526b0e96899  Backfill addresses
    ├─┼─╯
    ● ┊  8a8043bceaba (branchpoint)  Add orders
    ⋮ ┊  … 12 revisions, 1fe68f0af33c to ec48ca036b70 …
    ├╌╯
    ●  e3779b97f4a7  Drop orders
    ⋮  … 4 revisions, 6a99b4b1f77d to 454021de755d …
    ●  cc623af87833 (mergepoint)  Merge heads
    ├─╮
    ● │  8ff34785799e  Rename orders
    ● │  f1bbcdcbfa53  Backfill the order of lines in a basket
    │ ●  2e2ac13ef8e8  Add payments.provider and its check
    ├─╯
    ●  538454127b09 (branchpoint)  Index users.phone_number
    ⋮  … 6 revisions, 9e3779b97f4a to b54cda58fbbe …
    ●  000000000000 (base)  Create the first tables
    --- stderr
    ● applied in a database, ○ in none: dev (as read 3 minutes ago), staging (as read 4 minutes ago)
    hint: 55 revisions are folded; `--fold never` shows each
    ");
    let folded = sandbox.ok("shop", &["graph"]);
    let each = sandbox.ok("shop", &["graph", "--fold", "never"]);
    assert!(folded.lines().count() + 20 < each.lines().count());
}

#[test]
fn ranges_and_commits() {
    let sandbox = shop(20);
    assert_snapshot!(sandbox.teammig("shop", &["graph", "-q", "-r", "5384:cc62"]), @"
    exit 0
    --- stdout
    ●  cc623af87833 (branchpoint, mergepoint, origin/main)  Merge heads
    ├─╮
    ● │  8ff34785799e  Rename orders
    ● │  f1bbcdcbfa53  Backfill the order of lines in a basket
    │ ●  2e2ac13ef8e8  Add payments.provider and its check
    ├─╯
    ●  538454127b09 (branchpoint)  Index users.phone_number
    ~
    ");
    assert_snapshot!(sandbox.teammig("shop", &["graph", "-q", "-r", "current:"]), @"
    exit 0
    --- stdout
    ◌  1fe68f0af33c (phantom, current: dev)  Backfill stock levels
    ~
    ");
    assert_snapshot!(sandbox.teammig("shop", &["graph", "-q", "--at", "origin/feature-0", "-r", "cc62:"]), @"
    exit 0
    --- stdout
    ○  6a99b4b1f77d (head, origin/feature-0)  Index addresses
    │ ◌  1fe68f0af33c (phantom, current: dev)  Backfill stock levels
    ├─╯
    ●  cc623af87833 (branchpoint, mergepoint, origin/main)  Merge heads
    ~
    ");
    assert_snapshot!(sandbox.teammig("shop", &["graph", "-r", "nowhere:"]), @"
    exit 1
    --- stderr
    error: Can't locate revision identified by 'nowhere'
    hint: `teammig history` lists the revisions here; `git pull` may bring it
    ");
}

#[test]
fn json() {
    let sandbox = shop(20);
    let (document, code) = sandbox.json("shop", &["graph", "--all"]);
    assert_eq!(code, 0);
    assert_eq!(document["schema"], "teammig.graph/1");
    let node = |id: &str| {
        let nodes = document["nodes"].as_array().unwrap();
        nodes
            .iter()
            .find(|node| node["revision"] == id)
            .unwrap()
            .clone()
    };
    assert_snapshot!(serde_json::to_string_pretty(&node("1fe68f0af33c")).unwrap(), @r#"
    {
      "applied": [
        {
          "at": "2026-11-22T10:20:00Z",
          "by": "ann@host",
          "environment": "dev"
        }
      ],
      "branches": [],
      "created": null,
      "is_base": false,
      "is_branch_point": false,
      "is_head": false,
      "is_merge": false,
      "labels": [],
      "message": "Backfill stock levels",
      "not_drawn": [],
      "path": null,
      "revision": "1fe68f0af33c",
      "whose": "phantom"
    }
    "#);
    assert_snapshot!(serde_json::to_string_pretty(&node("78dde6e5fd29")).unwrap(), @r#"
    {
      "applied": [
        {
          "at": "2026-11-22T10:20:00Z",
          "by": "ann@host",
          "environment": "dev"
        },
        {
          "at": "2026-11-22T10:19:00Z",
          "by": "ann@host",
          "environment": "staging"
        }
      ],
      "branches": [
        "origin/main"
      ],
      "created": "2025-01-05T09:00:00Z",
      "is_base": false,
      "is_branch_point": false,
      "is_head": false,
      "is_merge": false,
      "labels": [],
      "message": "Rename stock levels",
      "not_drawn": [],
      "path": "migrations/78dde6e5fd29.sql",
      "revision": "78dde6e5fd29",
      "whose": "published"
    }
    "#);
    assert_eq!(node("5c55827df1d1")["whose"], "uncommitted");
    assert_eq!(node("be1e08c47287")["whose"], "mine");
    assert_eq!(node("be1e08c47287")["branches"][0], "main");
    assert_eq!(node("6a99b4b1f77d")["whose"], "branches");
    assert_eq!(node("6a99b4b1f77d")["branches"][0], "origin/feature-0");
    let edges = document["edges"].as_array().unwrap();
    assert_eq!(
        edges[0],
        serde_json::json!({"from": "5c55827df1d1", "to": "be1e08c47287", "kind": "parent"})
    );
    assert_eq!(document["environments"][1]["heads"][0], "78dde6e5fd29");
    assert_eq!(document["environments"][1]["protected"], true);
    assert_eq!(document["environments"][0]["read_now"], false);
    let (document, _) = sandbox.json("shop", &["graph", "--applied"]);
    assert_eq!(document["environments"][0]["read_now"], true);
}

#[test]
fn what_it_is_drawn_as() {
    let sandbox = shop(20);
    for (file, begin) in [
        ("a.html", "<!doctype html>"),
        ("a.svg", "<svg "),
        ("a.mmd", "flowchart BT\n"),
        ("a.dot", "digraph teammig {\n"),
        ("a.txt", "○  5c55827df1d1 (head, not committed)"),
    ] {
        assert_eq!(
            sandbox.ok("shop", &["graph", "-o", file]),
            format!("{file}\n")
        );
        let text = sandbox.read(&format!("shop/{file}"));
        assert!(text.starts_with(begin), "{text:.200}");
    }
    let html = sandbox.ok("shop", &["graph", "--as", "html"]);
    assert_eq!(html, sandbox.read("shop/a.html"));
    // Over an older one, and whatever its name is.
    sandbox.ok("shop", &["graph", "--as", "svg", "-o", "a.html"]);
    assert!(sandbox.read("shop/a.html").starts_with("<svg "));

    assert_snapshot!(sandbox.teammig("shop", &["graph", "-o", "graph.png"]), @"
    exit 2
    --- stderr
    error: the name graph.png does not say what to draw; give it the ending .txt, .mmd, .dot, .svg or .html, or say `--as KIND`
    ");
    assert_snapshot!(sandbox.teammig("shop", &["graph", "-o", "no/such/folder.svg"]), @"
    exit 1
    --- stderr
    error: cannot write no/such/folder.svg: there is no folder no/such
    hint: `mkdir -p no/such` makes it
    ");
    let run = sandbox.teammig("shop", &["graph", "--format", "json", "--as", "svg"]);
    assert_eq!(run.code, 2, "{run}");
}

#[test]
fn a_database_out_of_reach_is_said_and_the_graph_drawn() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "Base", "SELECT 1;", "");
    sandbox.write(
        "project/teammig.yaml",
        "environments:\n  dev: {url: 'postgres://x@127.0.0.1:1/x?connect_timeout=1'}\n",
    );
    let run = sandbox.teammig("project", &["graph"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let run = sandbox.teammig("project", &["graph", "--applied"]);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.stdout.contains("aaaa00000001 (head, base"), "{run}");
    assert!(
        run.stderr.contains("drawn without what it says now"),
        "{run}"
    );
    let (document, code) = sandbox.json("project", &["graph", "--env", "dev"]);
    assert_eq!(code, 4);
    assert!(
        document["out_of_reach"].as_str().unwrap().contains("dev"),
        "{document}"
    );
    let run = sandbox.teammig("project", &["graph", "--env", "nowhere"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
}

#[test]
fn without_git_and_without_revisions() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "plain/teammig.yaml",
        "environments:\n  dev: sqlite:dev.db\n",
    );
    std::fs::create_dir(sandbox.at("plain/migrations")).unwrap();
    assert_snapshot!(sandbox.teammig("plain", &["graph"]), @"exit 0");
    for kind in ["html", "svg", "dot", "mermaid"] {
        sandbox.ok("plain", &["graph", "--as", kind]);
    }
    sandbox.revision("plain", "aaaa00000001", &[], "Base", "SELECT 1;", "");
    assert_snapshot!(sandbox.teammig("plain", &["graph"]), @"
    exit 0
    --- stdout
    ●  aaaa00000001 (head, base)  Base
    ");
    let run = sandbox.teammig("plain", &["graph", "--all"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(!sandbox.at("plain/dev.db").exists());
}

/// A broken file is reported; the rest is drawn, with the gap that it leaves.
#[test]
fn a_broken_file_does_not_hide_the_rest() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "Base", "SELECT 1;", "");
    sandbox.revision(
        "project",
        "cccc00000001",
        &["bbbb00000001"],
        "Above",
        "SELECT 1;",
        "",
    );
    sandbox.commit("project", "gap");
    assert_snapshot!(sandbox.teammig("project", &["graph"]), @"
    exit 3
    --- stdout
    ●  aaaa00000001 (head, base, main)  Base

    ●  cccc00000001 (head, main)  Above
    ~
    --- stderr
    error: parent bbbb00000001 of cccc00000001 is in no file [missing-parent]
     --> migrations/cccc00000001.sql:3:16
      |
    3 | --   parents: [bbbb00000001]
      |                ^^^^^^^^^^^^ no file has this revision
    hint: pull the commit that has it (`git log --all -Sbbbb00000001` finds it), or correct the id
    ");
}

/// Another branch has the same revisions on other parents, which would be a cycle.
#[test]
fn where_branches_contradict_each_other_mine_is_drawn() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "Base", "SELECT 1;", "");
    sandbox.commit("project", "base");
    sandbox.git("project", &["checkout", "-q", "-b", "other"]);
    sandbox.revision(
        "project",
        "bbbb00000001",
        &["aaaa00000001"],
        "One",
        "SELECT 1;",
        "",
    );
    sandbox.revision(
        "project",
        "cccc00000001",
        &["bbbb00000001"],
        "Two",
        "SELECT 1;",
        "",
    );
    sandbox.commit("project", "one way");
    sandbox.git("project", &["checkout", "-q", "main"]);
    sandbox.revision(
        "project",
        "cccc00000001",
        &["aaaa00000001"],
        "Two",
        "SELECT 1;",
        "",
    );
    sandbox.revision(
        "project",
        "bbbb00000001",
        &["cccc00000001"],
        "One",
        "SELECT 1;",
        "",
    );
    sandbox.commit("project", "the other way");
    assert_snapshot!(sandbox.teammig("project", &["graph", "--all"]), @"
    exit 0
    --- stdout
    ●  bbbb00000001 (head, main)  One
    ●  cccc00000001  Two
    ●  aaaa00000001 (base)  Base
    ");
}

/// Graphviz reads what is written, hostile messages included.
#[test]
fn dot_is_read_by_graphviz() {
    let sandbox = shop(70);
    sandbox.write(
        "shop/migrations/hostile.sql",
        "-- teammig:\n--   revision: graph\n--   parents: []\n\
         --   message: \"a\\\"b\\\\N\\\\l &amp; <b>\\u0007 ]; x -> y\"\n\n-- migrate:up\nSELECT 1;\n",
    );
    sandbox.ok(
        "shop",
        &["graph", "--all", "--fold", "never", "-o", "a.dot"],
    );
    let dot = debian::program(&["dot"], "-V", "graphviz")
        .expect("no `dot` found: install Debian's `graphviz`");
    let output = Command::new(dot)
        .args(["-Tplain", "a.dot"])
        .current_dir(sandbox.at("shop"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    let plain = String::from_utf8_lossy(&output.stdout);
    let count = |word: &str| plain.lines().filter(|line| line.starts_with(word)).count();
    let (graph, _) = sandbox.json("shop", &["graph", "--all"]);
    assert_eq!(count("node "), graph["nodes"].as_array().unwrap().len());
    assert_eq!(count("edge "), graph["edges"].as_array().unwrap().len());
    assert!(plain.contains("<b>\\\\u{7} ]; x -> y"), "{plain}");
}

/// In text, one after the other; a file has one graph.
#[test]
fn several_databases() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "plain/teammig.yaml",
        "databases:\n  shop: {migrations: shop, environments: {dev: 'sqlite:shop.db'}}\n  \
         mail: {migrations: mail, environments: {dev: 'sqlite:mail.db'}}\n",
    );
    for name in ["shop", "mail"] {
        sandbox.write(
            &format!("plain/{name}/1.sql"),
            format!("-- teammig:\n--   revision: {name}00000001\n--   message: The first of {name}\n\n-- migrate:up\nSELECT 1;\n"),
        );
    }
    assert_snapshot!(sandbox.teammig("plain", &["graph"]), @"
    exit 0
    --- stdout
    shop
    ●  shop00000001 (head, base)  The first of shop
    mail
    ●  mail00000001 (head, base)  The first of mail
    ");
    let run = sandbox.teammig("plain", &["graph", "-o", "graph.svg"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("--database NAME"), "{run}");
    sandbox.ok("plain", &["graph", "-o", "graph.svg", "--database", "mail"]);
}
