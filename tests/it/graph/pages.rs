//! Pages and pictures as a person sees them.
//!
//! The pages stay in the target directory's `tmp/graph`, to be looked at by eye.

use std::{fs, path::Path};

use serde_json::Value;

use super::shop;
use crate::support::{
    Sandbox,
    browser::{Broken, Look, inspect},
};

/// A message that wants to be more than a text.
const HOSTILE: &[&str] = &[
    "</bdi></title></style><script>document.title='taken'</script><img src=x onerror=alert(1)>",
    "\\\"quoted\\\" 'and' & &amp; &lt; <!-- --> ]]> {{x}} ${y}",
    "controls \\u0007 \\e[31m red \\e]0;title\\a and \\u202E turned round",
    "שלום עולם, מסד נתונים and العربية beside Latin",
    "emoji 🦀🚀👩‍👩‍👧‍👦 and 数据库迁移 in one line",
    "",
];

fn hostile() -> Sandbox {
    let sandbox = Sandbox::project();
    let mut parent = String::new();
    let long = "WWWWWWWW long ".repeat(60);
    let endless = "x".repeat(700);
    let messages = HOSTILE.iter().copied().chain([long.as_str(), &endless]);
    for (at, message) in messages.enumerate() {
        let id = match at {
            3 => "a_very_long_id_that_somebody_typed_by_hand_because_they_could_2026".to_owned(),
            _ => format!("aaaa0000000{at}"),
        };
        sandbox.write(
            &format!("project/migrations/{at}.sql"),
            format!(
                "-- teammig:\n--   revision: {id}\n--   parents: [{parent}]\n--   message: \"{message}\"\n\n\
                 -- migrate:up\nSELECT 1;\n"
            ),
        );
        parent = id;
    }
    sandbox.commit("project", "hostile");
    sandbox.git("project", &["checkout", "-q", "-b", "x/<b>&'\"</style>"]);
    sandbox.revision(
        "project",
        "bbbb00000001",
        &[&parent],
        "Theirs",
        "SELECT 1;",
        "",
    );
    sandbox.commit("project", "theirs");
    sandbox.git("project", &["checkout", "-q", "main"]);
    sandbox
}

/// Many branches at once, from one revision and from each other.
fn wide() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "base00000000", &[], "Base", "SELECT 1;", "");
    let mut heads = Vec::new();
    for at in 0..30 {
        let (one, two) = (format!("one0000000{at:02}"), format!("two0000000{at:02}"));
        sandbox.revision("project", &one, &["base00000000"], "One", "SELECT 1;", "");
        sandbox.revision("project", &two, &[&one], "Two", "SELECT 1;", "");
        heads.push(two);
    }
    let all: Vec<&str> = heads.iter().map(String::as_str).collect();
    sandbox.revision("project", "merge0000000", &all, "All", "", "");
    sandbox.commit("project", "wide");
    sandbox
}

fn draw(sandbox: &Sandbox, project: &str, folder: &Path, file: &str, args: &[&str]) {
    let path = folder.join(file);
    let mut all = vec!["graph", "--all", "-o", path.to_str().unwrap()];
    all.extend(args);
    sandbox.ok(project, &all);
}

/// Every defect that is looked for.
const BROKEN: Broken = Broken {
    page: "<!doctype html><title>x</title><body onload=\"1\">\
    <details class=rev id=r-x><summary style=\"display:block;height:20px\">\
    <svg width=40 height=32><path d=\"M10 0V32\"/><path d=\"M10 0H20\"/><circle cx=10 cy=16 r=5 /></svg>\
    <code style=\"color:#999;position:absolute;left:0;top:0\">id</code>\
    <span class=message><bdi style=\"position:absolute;left:0;top:0\">text</bdi></span></summary>\
    <div class=more><svg class=tail></svg><a href=\"#nowhere\">n</a></div></details>\
    <script>console.error('broken on purpose')</script>",
    defects: &[
        "labels overlap",
        "out of its row",
        "a line runs through",
        "an element script",
        "an attribute onload",
        "the lines beside an open row end",
        "a link leads nowhere",
        "contrast",
    ],
};

/// Draws everything that is looked at; gives the shops by the names of their pages.
fn draw_all(folder: &Path) -> [(&'static str, Sandbox); 3] {
    let sizes = [("20", shop(20)), ("100", shop(100)), ("500", shop(500))];
    for (name, sandbox) in &sizes {
        for kind in ["html", "svg"] {
            draw(sandbox, "shop", folder, &format!("{name}.{kind}"), &[]);
        }
    }
    draw(
        &sizes[2].1,
        "shop",
        folder,
        "500-each.html",
        &["--fold", "never"],
    );
    draw(
        &sizes[2].1,
        "shop",
        folder,
        "500-each.svg",
        &["--fold", "never"],
    );
    for (name, sandbox) in [("hostile", hostile()), ("wide", wide())] {
        for kind in ["html", "svg"] {
            draw(&sandbox, "project", folder, &format!("{name}.{kind}"), &[]);
        }
    }
    let shown = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/graph.svg");
    assert!(
        fs::read_to_string(shown).ok() == fs::read_to_string(folder.join("20.svg")).ok(),
        "docs/graph.svg is not what is drawn now: look at {0}/20.svg and copy it there",
        folder.display()
    );
    sizes
}

#[test]
fn pages_in_a_real_browser() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graph");
    fs::create_dir_all(&folder).unwrap();
    let sizes = draw_all(&folder);
    let page = |file, width, dark| Look { file, width, dark };
    let pages = [
        page("20.html", 1280, false),
        page("20.html", 1280, true),
        page("20.html", 390, false),
        page("100.html", 1280, false),
        page("500.html", 1280, true),
        page("500-each.html", 1280, false),
        page("hostile.html", 1280, false),
        page("hostile.html", 800, true),
        page("wide.html", 1280, false),
        page("20.svg", 1280, false),
        page("20.svg", 1280, true),
        page("100.svg", 1280, false),
        page("500.svg", 1280, false),
        page("500-each.svg", 1280, true),
        page("hostile.svg", 1280, false),
        page("wide.svg", 1280, false),
    ];
    let papers = ["rgb(255, 255, 255)", "rgb(13, 17, 23)"];
    let found = inspect(&folder, &pages, &BROKEN, papers);
    for (page, found) in pages.iter().zip(&found) {
        // Only what is wider than a telephone is scrolled sideways.
        if page.file.ends_with("html") {
            assert_eq!(found["wide"], page.width < 800, "{}", page.file);
        }
    }
    for (name, sandbox) in &sizes {
        all_is_there(sandbox, name, &pages, &found);
    }
    let hostile = &found[6];
    let messages = hostile["messages"].to_string();
    assert!(
        messages.contains("<script>document.title='taken'</script><img src=x onerror=alert(1)>")
    );
    assert!(messages.contains("\\\\u{202e} turned round"), "{messages}");
}

/// Every revision stands in every page once, and what is folded can be opened.
fn all_is_there(sandbox: &Sandbox, name: &str, pages: &[Look], found: &[Value]) {
    let (graph, _) = sandbox.json("shop", &["graph", "--all"]);
    let mut want: Vec<String> = graph["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| format!("r-{}", node["revision"].as_str().unwrap()))
        .collect();
    want.sort();
    for (page, found) in pages.iter().zip(found) {
        let is_own = page
            .file
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['.', '-']));
        if !is_own {
            continue;
        }
        let mut ids: Vec<&str> = found["ids"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap())
            .collect();
        ids.sort_unstable();
        let rows = found["rows"].as_u64().unwrap();
        if page.file == "100.svg" || page.file == "500.svg" {
            assert!(rows < want.len() as u64, "{rows} rows are not folded");
            let titles = found["titles"].to_string();
            assert!(titles.contains("revisions, "), "{titles}");
        } else {
            assert_eq!(ids, want, "{}", page.file);
        }
        if page.file == "500.html" {
            assert!(rows < want.len() as u64, "{rows} rows are not folded");
            let all = found["all"].as_u64().unwrap();
            let folds = found["folds"].as_u64().unwrap();
            assert_eq!(all, want.len() as u64 + folds);
        }
    }
}
