//! The import rules of `src/lib.rs`, held against the source.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Module → modules of ours that it may name.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("sql", &["model"]),
    ("config", &["model"]),
    ("git", &["model"]),
    ("ui", &["model"]),
    ("document", &["model"]),
    ("layout", &["model", "sql"]),
    ("schema", &["model", "sql"]),
    ("db", &["model", "sql", "schema"]),
    (
        "workflow",
        &["model", "sql", "config", "git", "layout", "schema", "db"],
    ),
    ("cli", &["workflow", "ui", "document", "config", "model"]),
];

/// Crate → the only modules that may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("git2", &["git"]),
    ("rusqlite", &["db"]),
    ("postgres", &["db"]),
    ("rustls", &["db"]),
    ("tokio_postgres_rustls", &["db"]),
    ("clap", &["cli"]),
    ("ctrlc", &["cli"]),
    ("console", &["ui"]),
    ("dialoguer", &["ui"]),
    ("indicatif", &["ui"]),
    ("annotate_snippets", &["ui"]),
    ("serde_yaml", &["config", "layout"]),
    ("dotenvy", &["config"]),
    ("postcard", &["workflow"]),
    ("smallvec", &["model"]),
    ("configparser", &["config"]),
    ("toml", &["config"]),
    ("ruff_python_ast", &["layout"]),
    ("ruff_python_parser", &["layout"]),
    ("ruff_text_size", &["layout"]),
    ("squawk_linter", &["sql"]),
    ("squawk_syntax", &["sql"]),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The source by module, without comments and without in-file tests.
fn modules() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut modules: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(&root).unwrap();
        let first = relative.iter().next().unwrap().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        let is_test = relative.iter().any(|part| {
            let part = part.to_string_lossy();
            part.starts_with("tests")
                || part.ends_with("_tests.rs")
                || part == "testing.rs"
                || part == "properties.rs"
                || part == "sqlite_oracle.rs"
                || part == "cases.rs"
        });
        if is_test {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: Vec<&str> = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or(""))
            .collect();
        modules
            .entry(module)
            .or_default()
            .push((relative.to_owned(), code.join("\n")));
    }
    modules
}

/// The paths that a text names after a root such as `crate`, groups in braces included.
fn names_after(code: &str, root: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(&format!("{root}::")) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = code[at + root.len() + 2..].trim_start();
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut name = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                if depth == 1 {
                    if c == ',' {
                        names.push(std::mem::take(&mut name));
                    } else {
                        name.push(c);
                    }
                }
            }
            names.push(name);
        } else {
            names.push(rest.to_owned());
        }
    }
    names
        .iter()
        .map(|name| {
            name.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn modules_import_what_they_may() {
    let modules = modules();
    let mut wrong = Vec::new();
    for (module, files) in &modules {
        let (_, may) = MAY_IMPORT
            .iter()
            .find(|(name, _)| name == module)
            .unwrap_or_else(|| panic!("module {module} has no rule in tests/it/architecture.rs"));
        for (file, code) in files {
            for name in names_after(code, "crate") {
                if name != *module && modules.contains_key(&name) && !may.contains(&name.as_str()) {
                    wrong.push(format!("{} imports {name}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn crates_have_one_home() {
    let mut wrong = Vec::new();
    for (module, files) in &modules() {
        for (crate_name, homes) in HOMES {
            if homes.contains(&module.as_str()) {
                continue;
            }
            for (file, code) in files {
                if !names_after(code, crate_name).is_empty() {
                    wrong.push(format!("{} names {crate_name}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The scan sees what it is meant to see: a rule that cannot fail is none.
#[test]
fn the_scan_finds_imports() {
    assert_eq!(
        names_after("use crate::{model::X, db::{self, Y}, sql};", "crate"),
        ["model", "db", "sql"]
    );
    assert_eq!(names_after("let x = crate::git::open();", "crate"), ["git"]);
    assert_eq!(names_after("use git2::Oid;", "git2"), ["Oid"]);
    assert!(names_after("let my_crate::x;", "crate").is_empty());
}

#[test]
fn files_stay_small() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let long: Vec<String> = files
        .iter()
        .map(|file| (file, fs::read_to_string(file).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .map(|(file, lines)| format!("{} has {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}
