//! Files that change together: all of them, or those before the one that cannot be
//! changed go back.
//!
//! Working files are made in a folder that Git does not see and get their names by
//! being moved, so that a program that dies leaves nothing beside the migrations.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use super::{Context, Error, restack::Rewrite};
use crate::model::interrupted::Files;

/// A file that could not be put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBack {
    /// The file.
    pub path: String,
    /// Why not.
    pub why: String,
}

/// Why files did not change.
#[derive(Debug)]
pub(super) struct NotPut {
    /// What went wrong first.
    pub(super) cause: Error,
    /// What could not be put back after it.
    pub(super) left: Vec<NotBack>,
}

/// Where the files stand.
pub(super) fn look(context: &Context, files: &[Rewrite]) -> Files {
    let mut changed = Vec::new();
    let (mut before, mut after) = (0, 0);
    for file in files {
        match fs::read(context.config.root.join(&file.path)) {
            Ok(now) if now == file.before.as_bytes() => before += 1,
            Ok(now) if now == file.after.as_bytes() => after += 1,
            _ => changed.push(file.path.clone()),
        }
    }
    match (before, after) {
        _ if !changed.is_empty() => Files::Changed {
            paths: changed,
            torn: after > 0,
        },
        (_, 0) => Files::Before,
        (0, _) => Files::After,
        _ => Files::Mixed,
    }
}

/// Whether files could be changed in the folders of these: what would fail later,
/// when the database has changed, fails now.
pub(super) fn rehearse(context: &Context, files: &[Rewrite]) -> Result<(), Error> {
    for file in files {
        let path = context.config.root.join(&file.path);
        let folder = path.parent().unwrap_or(Path::new("."));
        // It has no name where the system can do that, and goes at once elsewhere.
        tempfile::tempfile_in(folder)
            .map_err(|error| Error::io("write", &path)(error.kind().into()))?;
    }
    Ok(())
}

/// Puts all files in their places, each of which has to be as it was; where one
/// cannot be, those before it go back.
pub(super) fn put(context: &Context, folder: &Path, files: &[Rewrite]) -> Result<(), NotPut> {
    for (n, file) in files.iter().enumerate() {
        let path = context.config.root.join(&file.path);
        let now = fs::read(&path).map_err(Error::io("read", &path));
        let outcome = now.and_then(|now| {
            if now != file.before.as_bytes() {
                return Err(Error::ChangedMeanwhile {
                    path: file.path.clone(),
                });
            }
            replace(folder, &path, &file.after).map_err(Error::io("write", &path))
        });
        if let Err(cause) = outcome {
            let left = put_back(context, folder, &files[..n]);
            return Err(NotPut { cause, left });
        }
    }
    Ok(())
}

/// Puts files back to what they were, and gives those that could not be. One that is
/// neither what it was nor what it became is somebody else's.
pub(super) fn put_back(context: &Context, folder: &Path, files: &[Rewrite]) -> Vec<NotBack> {
    turn(context, folder, files, |file| (&file.after, &file.before))
}

/// Puts those files in their places that are not there yet, and gives those that
/// could not be.
pub(super) fn put_rest(context: &Context, folder: &Path, files: &[Rewrite]) -> Vec<NotBack> {
    turn(context, folder, files, |file| (&file.before, &file.after))
}

fn turn(
    context: &Context,
    folder: &Path,
    files: &[Rewrite],
    sides: fn(&Rewrite) -> (&String, &String),
) -> Vec<NotBack> {
    let mut left = Vec::new();
    for file in files {
        let (from, to) = sides(file);
        let path = context.config.root.join(&file.path);
        let outcome = fs::read(&path).and_then(|now| {
            if now == to.as_bytes() {
                Ok(())
            } else if now == from.as_bytes() {
                replace(folder, &path, to)
            } else {
                Err(io::Error::other("somebody else changed it meanwhile"))
            }
        });
        if let Err(error) = outcome {
            left.push(NotBack {
                path: file.path.clone(),
                why: error.to_string(),
            });
        }
    }
    left
}

/// Another text for a file, whole or not at all; its mode stays.
fn replace(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    // What is reached through a link stays behind it.
    let path = &fs::canonicalize(path)?;
    let mode = fs::metadata(path)?.permissions();
    let staged = |folder: &Path| -> io::Result<tempfile::TempPath> {
        let mut temp = tempfile::Builder::new()
            .prefix(".teammig-")
            .tempfile_in(folder)
            // The temporary file's own name would only be in the way.
            .map_err(|error| io::Error::from(error.kind()))?;
        temp.write_all(text.as_bytes())?;
        temp.as_file().set_permissions(mode.clone())?;
        temp.as_file().sync_all()?;
        Ok(temp.into_temp_path())
    };
    match staged(folder)?.persist(path) {
        // The Git directory may be on another disk.
        Err(error) if error.error.kind() == io::ErrorKind::CrossesDevices => {
            let beside = path.parent().unwrap_or(Path::new("."));
            staged(beside)?.persist(path).map_err(|error| error.error)
        }
        other => other.map_err(|error| error.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Env,
        workflow::{Interrupt, Options},
    };

    /// A project of two files that are to change.
    fn project() -> (tempfile::TempDir, Context, Vec<Rewrite>) {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<Rewrite> = ["a.sql", "b.sql"]
            .into_iter()
            .map(|path| Rewrite {
                revision: None,
                path: path.to_owned(),
                before: format!("{path} before"),
                after: format!("{path} after"),
            })
            .collect();
        for file in &files {
            fs::write(folder.path().join(&file.path), &file.before).unwrap();
        }
        let context = Context::new(
            folder.path().to_owned(),
            Env::of(&[("TEAMMIG_NOW", "2026-11-22T10:00:00Z")]),
            Options::default(),
            Interrupt::default(),
        );
        (folder, context.unwrap(), files)
    }

    fn texts(folder: &Path) -> [String; 2] {
        ["a.sql", "b.sql"].map(|path| fs::read_to_string(folder.join(path)).unwrap())
    }

    #[test]
    fn those_before_the_one_that_cannot_be_changed_go_back() {
        let (folder, context, files) = project();
        let root = folder.path();
        assert_eq!(look(&context, &files), Files::Before);
        fs::write(root.join("b.sql"), "edited").unwrap();
        let failed = put(&context, root, &files).unwrap_err();
        assert!(matches!(failed.cause, Error::ChangedMeanwhile { path } if path == "b.sql"));
        assert_eq!(failed.left, []);
        assert_eq!(texts(root), ["a.sql before", "edited"]);
        let changed = |torn| Files::Changed {
            paths: vec!["b.sql".to_owned()],
            torn,
        };
        assert_eq!(look(&context, &files), changed(false));
        fs::write(root.join("a.sql"), "a.sql after").unwrap();
        assert_eq!(look(&context, &files), changed(true));
    }

    #[test]
    fn what_cannot_be_put_back_is_named_and_the_rest_goes_back() {
        let (folder, context, files) = project();
        let root = folder.path();
        put(&context, root, &files).unwrap();
        assert_eq!(look(&context, &files), Files::After);
        fs::write(root.join("a.sql"), "edited").unwrap();
        let left = put_back(&context, root, &files);
        let left: Vec<&str> = left.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(left, ["a.sql"]);
        assert_eq!(texts(root), ["edited", "b.sql before"]);
    }

    #[test]
    fn what_is_mixed_goes_either_way() {
        let (folder, context, files) = project();
        let root = folder.path();
        put(&context, root, &files[..1]).unwrap();
        assert_eq!(look(&context, &files), Files::Mixed);
        assert_eq!(put_rest(&context, root, &files), []);
        assert_eq!(look(&context, &files), Files::After);
        assert_eq!(put_back(&context, root, &files), []);
        assert_eq!(look(&context, &files), Files::Before);
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_stays_there_and_back() {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, context, files) = project();
        let path = folder.path().join("a.sql");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        put(&context, folder.path(), &files).unwrap();
        assert_eq!(mode(), 0o640);
        assert_eq!(put_back(&context, folder.path(), &files), []);
        assert_eq!(mode(), 0o640);
    }
}
