//! Pages as a real browser shows them: headless Chromium, once for all pages.
//!
//! A page with a frame for each page to look at runs `look.js` over their
//! documents when all have loaded, and writes what it finds into itself, which
//! Chromium prints. Nothing is loaded from anywhere.
//!
//! `TEAMMIG_TEST_CHROMIUM` names the browser to use.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::debian;

/// A page to look at.
pub(crate) struct Look {
    /// The file's name in the folder.
    pub file: &'static str,
    /// The window, in pixels.
    pub width: u32,
    pub dark: bool,
}

/// A page with defects, and the words for them: the test of the test.
pub(crate) struct Broken {
    pub page: &'static str,
    pub defects: &'static [&'static str],
}

/// Looks at pages in which nothing may be wrong, and at one that is broken on purpose, where
/// all of it has to be seen; what it complains about says so. `papers` are the colours of
/// the page in light and in dark. Gives what the browser saw, without the broken page.
pub(crate) fn inspect(
    folder: &Path,
    pages: &[Look],
    broken: &Broken,
    papers: [&str; 2],
) -> Vec<Value> {
    fs::write(folder.join("broken.html"), broken.page).unwrap();
    let last = Look {
        file: "broken.html",
        width: 1280,
        dark: false,
    };
    let all: Vec<&Look> = pages.iter().chain([&last]).collect();
    let (mut found, complaints) = look(folder, &all);
    let words = found.pop().unwrap()["found"].to_string();
    for defect in broken.defects {
        assert!(words.contains(defect), "{defect} was not seen: {words}");
    }
    let complaints: Vec<&str> = complaints
        .lines()
        .filter(|line| !line.contains("broken on purpose"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    for (page, found) in pages.iter().zip(&found) {
        let problems = found["found"].as_array().unwrap();
        let at = format!("{} at {}", page.file, page.width);
        assert!(problems.is_empty(), "{at}: {problems:#?}");
        assert_eq!(found["paper"], papers[usize::from(page.dark)], "{at}");
    }
    found
}

/// What a browser sees in pages of a folder, in their order, and what it complained about.
fn look(folder: &Path, pages: &[&Look]) -> (Vec<Value>, String) {
    let mut harness = String::from("<!doctype html><meta charset=utf-8><title>pages</title>\n");
    for page in pages {
        let scheme = if page.dark { "dark" } else { "light" };
        writeln!(
            harness,
            "<iframe src=\"{}\" width=\"{}\" height=\"900\" style=\"color-scheme:{scheme};border:0\"></iframe>",
            page.file, page.width
        )
        .unwrap();
    }
    writeln!(
        harness,
        "<pre id=\"report\"></pre>\n<script>\n{}\n</script>",
        include_str!("look.js")
    )
    .unwrap();
    let path = folder.join("harness.html");
    fs::write(&path, harness).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(chromium())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .args([
            "--no-first-run",
            "--disable-extensions",
            "--disable-background-networking",
        ])
        .args(["--allow-file-access-from-files", "--enable-logging=stderr"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--window-size=1600,1000", "--timeout=60000", "--dump-dom"])
        .arg(format!("file://{}", path.display()))
        .env("HOME", profile.path())
        .stdin(Stdio::null())
        .output()
        .expect("the browser runs");
    let dom = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let report = dom
        .split_once("<pre id=\"report\">")
        .and_then(|(_, rest)| rest.split_once("</pre>"))
        .map(|(report, _)| report);
    let Some(report) = report else {
        panic!("no report in what the browser printed:\n{errors}\n{dom:.2000}");
    };
    let report = report
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&");
    let found: Vec<Value> = serde_json::from_str(&report)
        .unwrap_or_else(|error| panic!("{error} in the report {report:.2000}\n{errors}"));
    assert_eq!(found.len(), pages.len(), "{errors}");
    let complaints: Vec<&str> = errors
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    (found, complaints.join("\n"))
}

fn chromium() -> String {
    if let Ok(program) = std::env::var("TEAMMIG_TEST_CHROMIUM") {
        return program;
    }
    let names = ["chromium", "chromium-browser", "google-chrome"];
    debian::program(&names, "--version", "chromium").expect(
        "no browser found to look at pages with: install Debian's `chromium` or set TEAMMIG_TEST_CHROMIUM",
    )
}
