//! Alembic projects in folders below: where a repository has its ini elsewhere than at its
//! root, or several of them.

use std::{fs, path::Path};

use super::{Alembic, INI, PYPROJECT, join, one};

/// How far down they are looked for.
const DEEPEST: usize = 5;

/// Folders of other people's files.
const OTHERS: [&str; 5] = [
    "node_modules",
    "site-packages",
    "venv",
    "__pycache__",
    "target",
];

/// Those that have an `env.py` where they say, by their paths.
/// What cannot be read there is somebody else's matter.
pub fn below(root: &Path) -> Vec<Alembic> {
    let mut found = Vec::new();
    look(root, "", DEEPEST, &mut found);
    found
}

fn look(root: &Path, folder: &str, depth: usize, found: &mut Vec<Alembic>) {
    for name in [INI, PYPROJECT] {
        if let Ok(Some(alembic)) = one(root, &join(folder, name), "alembic")
            && alembic.has_scripts(root)
        {
            found.push(alembic);
            break;
        }
    }
    if depth == 0 {
        return;
    }
    let Ok(entries) = fs::read_dir(root.join(folder)) else {
        return;
    };
    // Not through links, which may lead round in circles.
    let folders = entries.flatten().filter(|entry| {
        let kind = entry.file_type();
        kind.is_ok_and(|kind| kind.is_dir())
    });
    let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter(|name| !name.starts_with('.') && !OTHERS.contains(&name.as_str()))
        .collect();
    names.sort();
    for name in names {
        look(root, &join(folder, &name), depth - 1, found);
    }
}
