//! The migrations folders as they are on disk. Needs no repository.

use std::{
    fs::{self, DirEntry, File, FileType},
    io::{self, ErrorKind, Read},
    path::Path,
    sync::Arc,
};

use super::{Captured, Folders, GitError, folders::join};
use crate::model::{
    Origin, Snapshot, SnapshotFile,
    snapshot::{MAX_FILE_BYTES, Unreadable},
    threads,
};

/// The revision files on disk. What cannot be read is part of the snapshot with
/// its reason; only a folder that is there and cannot be listed fails the whole.
pub fn worktree_snapshot(project_root: &Path, folders: &Folders) -> Result<Captured, GitError> {
    let mut files = Vec::new();
    let mut missing = Vec::new();
    for folder in folders.paths() {
        let place = project_root.join(folder);
        let mut names = Vec::new();
        match list(&place, "", folders, &mut names) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                missing.push(folder.clone());
                continue;
            }
            Err(source) => {
                return Err(GitError::ReadFolder {
                    folder: place,
                    source,
                });
            }
        }
        // The order of bytes, as Git has it, whatever the file system's is.
        names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let read = |(name, entry, kind): &(String, DirEntry, FileType)| {
            Some(SnapshotFile {
                path: join(folder, name).into(),
                content: content(entry, *kind)?,
                blob: None,
            })
        };
        files.extend(threads::map(&names, read).into_iter().flatten());
    }
    Ok(Captured {
        snapshot: Snapshot {
            origin: Origin::WorkTree,
            files,
            head_file: head_file(project_root, folders),
        },
        missing,
        conflicted: Vec::new(),
    })
}

/// The head file, where there is one; one that cannot be read is there too.
fn head_file(project_root: &Path, folders: &Folders) -> Option<SnapshotFile> {
    let path = folders.head_file()?;
    let place = project_root.join(&path);
    let is_file = match fs::metadata(&place) {
        Ok(facts) => facts.is_file(),
        Err(error) => {
            error.kind() != ErrorKind::NotFound && error.kind() != ErrorKind::NotADirectory
        }
    };
    is_file.then(|| SnapshotFile {
        content: read(&place),
        path: path.into(),
        blob: None,
    })
}

/// The files of a folder that may be revisions, by their names below the first one of all.
fn list(
    place: &Path,
    above: &str,
    folders: &Folders,
    names: &mut Vec<(String, DirEntry, FileType)>,
) -> io::Result<()> {
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Not through links, which may lead round in circles; Alembic does not, either.
        if folders.goes_into(&name) && entry.file_type()?.is_dir() {
            list(&entry.path(), &join(above, &name), folders, names)?;
        } else if folders.wants(&name) {
            let kind = entry.file_type()?;
            let name = if above.is_empty() {
                name
            } else {
                join(above, &name)
            };
            names.push((name, entry, kind));
        }
    }
    Ok(())
}

/// `None` for what is no file: folders, pipes, links to them.
fn content(entry: &DirEntry, kind: FileType) -> Option<Result<Arc<[u8]>, Unreadable>> {
    let path = entry.path();
    let is_file = if kind.is_symlink() {
        match fs::metadata(&path) {
            Ok(target) => target.is_file(),
            Err(error) => return Some(Err(Unreadable::Io(error.to_string()))),
        }
    } else {
        kind.is_file()
    };
    is_file.then(|| read(&path))
}

fn read(path: &Path) -> Result<Arc<[u8]>, Unreadable> {
    let read = || {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        if size > MAX_FILE_BYTES {
            return Ok(Err(Unreadable::TooLarge(size)));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
        // One more than allowed, in case the file grows under our hands.
        let size = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)? as u64;
        Ok(if size > MAX_FILE_BYTES {
            Err(Unreadable::TooLarge(size))
        } else {
            Ok(bytes.into())
        })
    };
    read().unwrap_or_else(|error: io::Error| Err(Unreadable::Io(error.to_string())))
}
