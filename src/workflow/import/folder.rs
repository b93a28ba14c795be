//! A folder of another tool as a listing: only reads.

use std::{fs, io, path::Path, sync::Arc};

use super::{Error, Refusal, Tool};
use crate::{
    layout::foreign::Listing,
    model::{
        SnapshotFile,
        snapshot::{MAX_FILE_BYTES, Unreadable},
    },
};

/// Nobody has that many migrations; somebody named the wrong folder.
const MOST_FILES: usize = 50_000;

/// Flyway's folders may be nested, but not without end.
const MOST_LEVELS: usize = 8;

/// The endings of the files whose text matters. Code is known by its name.
const READ: [&str; 3] = ["sql", "toml", "conf"];

/// A path as the user wrote it, with forward slashes.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.trim_end_matches('/');
    if text.is_empty() { "/" } else { text }.to_owned()
}

/// All files below a folder, hidden ones left out, and not those of `except`:
/// the revisions may stand in a folder below.
pub(super) fn read(path: &Path, shown: &str, except: &Path) -> Result<Listing, Error> {
    let mut files = Vec::new();
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            return Err(Refusal::new(format!("{shown} is a file"))
                .hint("name the folder that holds the migrations")
                .into());
        }
        Err(error) => return Err(Error::io("read", path)(error)),
    }
    let except = except.canonicalize().ok();
    walk(path, "", 0, except.as_deref(), &mut files).map_err(Error::io("read", path))?;
    if files.len() > MOST_FILES {
        return Err(
            Refusal::new(format!("{shown} has more than {MOST_FILES} files"))
                .hint("name the folder that holds the migrations")
                .into(),
        );
    }
    Ok(Listing::new(shown, files))
}

fn walk(
    folder: &Path,
    prefix: &str,
    level: usize,
    except: Option<&Path>,
    files: &mut Vec<SnapshotFile>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if files.len() > MOST_FILES {
            return Ok(());
        }
        let path = format!("{prefix}{name}");
        let place = entry.path();
        // A link counts as what it leads to, as it does for the tools.
        match fs::metadata(&place) {
            Ok(metadata) if metadata.is_dir() => {
                let left_out = ["node_modules", "target"].contains(&name.as_str())
                    || (except.is_some() && place.canonicalize().ok().as_deref() == except);
                if level < MOST_LEVELS && !left_out {
                    walk(&place, &format!("{path}/"), level + 1, except, files)?;
                }
            }
            Ok(metadata) if metadata.is_file() => files.push(SnapshotFile {
                content: content(&place, &name, metadata.len()),
                path: path.into(),
                blob: None,
            }),
            Ok(_) => {}
            Err(error) => files.push(SnapshotFile {
                content: Err(Unreadable::Io(error.to_string())),
                path: path.into(),
                blob: None,
            }),
        }
    }
    Ok(())
}

fn content(place: &Path, name: &str, size: u64) -> Result<Arc<[u8]>, Unreadable> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    // golang-migrate takes any ending behind `.up.` and `.down.`.
    let matters = READ.iter().any(|one| ending.eq_ignore_ascii_case(one))
        || name.contains(".up.")
        || name.contains(".down.");
    if !matters {
        return Ok([].into());
    }
    if size > MAX_FILE_BYTES {
        return Err(Unreadable::TooLarge(size));
    }
    fs::read(place)
        .map(Into::into)
        .map_err(|error| Unreadable::Io(error.to_string()))
}

/// The tool whose projects have such a manifest: looked for from a folder
/// upwards, to the top of the repository or to `root`.
///
/// sqlx and golang-migrate name their files alike; what is around them does not.
pub(super) fn language(path: &Path, root: &Path) -> Option<Tool> {
    for folder in path.ancestors() {
        let has = |name: &str| folder.join(name).is_file();
        match (has("Cargo.toml"), has("go.mod")) {
            (true, false) => return Some(Tool::Sqlx),
            (false, true) => return Some(Tool::GolangMigrate),
            (true, true) => return None,
            (false, false) => {}
        }
        if folder == root || folder.join(".git").exists() {
            return None;
        }
    }
    None
}
