//! Where the folders are that an Alembic project names.
//!
//! Only whether a folder is there is looked at, and nothing is imported to find a package.

use std::path::{Path, PathBuf};

/// `version_locations` as one text (script/base.py, `_version_locations`).
pub(super) fn split(text: &str, separator: Option<&str>) -> Vec<String> {
    let os = if cfg!(windows) { ";" } else { ":" };
    let parts: Vec<&str> = match separator {
        Some("os") => text.split(os).collect(),
        Some("space") => text.split(' ').collect(),
        Some("newline") => text.lines().collect(),
        Some(sign @ (":" | ";")) => text.split(sign).collect(),
        // As it was before there was a separator to choose.
        _ => text.split([',', ' ', '\n']).collect(),
    };
    let parts = parts.into_iter().map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A location relative to the root: a path, which Alembic takes relative to where it is
/// called, as a rule the ini's folder; or `package:path`, found without importing anything.
pub(super) fn located(root: &Path, folder: &str, location: &str, sys_path: Option<&str>) -> String {
    let package = location
        .split_once(':')
        .filter(|(package, _)| !package.is_empty() && !package.contains(['/', '\\']));
    if let Some((package, path)) = package {
        let parts = package.replace('.', "/");
        let given = sys_path
            .into_iter()
            .flat_map(|paths| paths.split([':', ';', ',', ' ']));
        let places = given.map(str::trim).filter(|place| !place.is_empty());
        for place in places.chain([".", "src"]) {
            let candidate = join(&join(folder, place), &parts);
            if root.join(&candidate).is_dir() {
                return join(&candidate, path);
            }
        }
        return join(&join(folder, &parts), path);
    }
    let path = Path::new(location);
    match path.strip_prefix(root) {
        Ok(below) if path.is_absolute() => tidy(&below.to_string_lossy()),
        _ if path.is_absolute() => location.to_owned(),
        _ if begins_at_root(root, folder, path) => tidy(location),
        _ => join(folder, location),
    }
}

/// `alembic -c backend/alembic.ini`, called at the root.
pub(super) fn begins_at_root(root: &Path, folder: &str, path: &Path) -> bool {
    path.is_relative() && !root.join(folder).join(path).exists() && root.join(path).exists()
}

pub(super) fn join(folder: &str, path: &str) -> String {
    tidy(&PathBuf::from(folder).join(path).to_string_lossy())
}

/// Forward slashes, without `.`; `..` stays where it leads out.
pub(super) fn tidy(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." && parts.last().is_some_and(|last| *last != "..") {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}
