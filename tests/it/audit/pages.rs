//! An audit's page as a person sees it.
//!
//! The pages stay in the target directory's `tmp/audit`, to be looked at by eye.

use std::{fs, path::Path};

use super::{add, change, diverge, published};
use crate::support::{
    Sandbox,
    browser::{Broken, Look, inspect},
};

/// Four years of a branch with everything that an audit tells, and texts of strangers.
fn eventful() -> Sandbox {
    let sandbox = published();
    diverge(&sandbox);
    sandbox.pass_days(40);
    sandbox.ok("project", &["merge-heads", "--yes"]);
    sandbox.commit("project", "join them");
    let hostile =
        "</td></table><script>document.title='taken'</script><img src=x onerror=alert(1)> & \"q\"";
    let endless = "x".repeat(700);
    for (from, to, message) in [
        ("-- migrate:up\n", "-- migrate:up\n-- why\n", "comments"),
        ("x integer", "x text", hostile),
        ("DROP TABLE", "DROP TABLE IF EXISTS", &endless),
        ("[aaaa1]", "[]", "שלום עולם, 数据库迁移 🦀"),
    ] {
        sandbox.pass_days(330);
        change(&sandbox, "aaaa2", from, to);
        sandbox.commit("project", message);
    }
    sandbox.git("project", &["rm", "-q", "migrations/cccc1.sql"]);
    sandbox.commit("project", "delete it");
    sandbox.pass_days(90);
    for id in ["dddd1", "eeee1"] {
        add(&sandbox, id, &["bbbb1"]);
        sandbox.commit("project", id);
    }
    sandbox
}

/// Every defect that is looked for.
const BROKEN: Broken = Broken {
    page: "<!doctype html><title>x</title>\
    <svg width=100 height=20><text x=0 y=12>one</text><text x=5 y=12>two</text><circle cx=100 cy=10 r=9 /></svg>\
    <table><tr><td style=\"display:block;width:20px;overflow:hidden;white-space:nowrap\">too long for it</td>\
    <td style=\"color:#bbb\">pale</td></tr></table><div class=wide style=\"width:50px;overflow:auto\">\
    <p style=\"width:99px\">w</p></div><a href=\"#nowhere\">n</a>\
    <details><summary tabindex=-1>s</summary></details><script>console.error('broken on purpose')</script>",
    defects: &[
        "out of its cell",
        "wider than the page",
        "outside of the drawing",
        "labels overlap: one / two",
        "an element script",
        "a link leads nowhere",
        "the keyboard does not reach",
        "contrast",
    ],
};

#[test]
fn the_page_in_a_real_browser() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit");
    fs::create_dir_all(&folder).unwrap();
    for (file, sandbox) in [
        ("eventful.html", eventful()),
        ("quiet.html", {
            let sandbox = published();
            diverge(&sandbox);
            sandbox
        }),
    ] {
        let path = folder.join(file);
        let run = sandbox.teammig("project", &["audit", "--html", path.to_str().unwrap()]);
        assert_eq!(run.code, 3, "{run}");
    }
    let page = |file, width, dark| Look { file, width, dark };
    let pages = [
        page("eventful.html", 1280, false),
        page("eventful.html", 1280, true),
        page("eventful.html", 390, false),
        page("quiet.html", 1280, false),
    ];
    let papers = ["rgb(255, 255, 255)", "rgb(18, 22, 28)"];
    let found = inspect(&folder, &pages, &BROKEN, papers);
    for (page, found) in pages.iter().zip(&found) {
        assert_eq!(found["wide"], false, "{} at {}", page.file, page.width);
    }
    let text = found[0]["text"].as_str().unwrap();
    for told in [
        "document.title='taken'</script><img src=x",
        "שלום עולם",
        "joined by a merge revision",
        "still open",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(found[0]["rows"], 8, "{text}");
}
