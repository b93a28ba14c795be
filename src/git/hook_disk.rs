//! Hook files: what stands there, and writing them without ever leaving half of one.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use super::{GitError, HooksDir, WhyNot, error::DoingIo};

/// What stands where a hook would.
pub(super) enum Found {
    Nothing,
    Text(Hook),
    Cannot(WhyNot),
}

/// A hook that is text.
pub(super) struct Hook {
    /// Behind links.
    pub(super) file: PathBuf,
    pub(super) text: String,
    pub(super) executable: bool,
}

impl HooksDir {
    /// What stands at a place; links count as their target within the clone.
    pub(super) fn find(&self, file: &Path) -> Result<Found, GitError> {
        let doing = || format!("read the hook {}", file.display());
        let facts = match fs::symlink_metadata(file) {
            Ok(facts) => facts,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Ok(Found::Cannot(WhyNot::NotAFile));
            }
            Err(error) => return Err(error).doing(doing()),
        };
        let real = if facts.is_symlink() {
            match fs::canonicalize(file) {
                Ok(real) if self.holds(&real) => real,
                Ok(real) => return Ok(Found::Cannot(WhyNot::LinkOutside(real))),
                Err(_) => {
                    let target = fs::read_link(file).doing(doing())?;
                    return Ok(Found::Cannot(WhyNot::LinkOutside(target)));
                }
            }
        } else {
            file.to_owned()
        };
        let facts = fs::metadata(&real).doing(doing())?;
        if !facts.is_file() {
            return Ok(Found::Cannot(WhyNot::NotAFile));
        }
        let bytes = fs::read(&real).doing(doing())?;
        Ok(match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Found::Text(Hook {
                file: real,
                text,
                executable: is_executable(&facts),
            }),
            _ => Found::Cannot(WhyNot::NotText),
        })
    }
}

pub(super) fn is_program(file: &fs::Metadata) -> bool {
    file.is_file() && is_executable(file)
}

#[cfg(unix)]
fn is_executable(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

/// Which rights a written hook gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Those that the file had.
    Kept,
    /// The same, and whoever may read it may run it.
    Runnable,
}

/// Writes a hook whole or not at all: Git may run it at this moment.
pub(super) fn write(file: &Path, text: &str, mode: Mode) -> Result<(), GitError> {
    let write = || -> io::Result<()> {
        let dir = file.parent().unwrap_or(Path::new("."));
        let mut new = tempfile::NamedTempFile::new_in(dir)?;
        new.write_all(text.as_bytes())?;
        set_mode(new.as_file(), file, mode)?;
        new.persist(file)?;
        Ok(())
    };
    write().doing(format!("write the hook {}", file.display()))
}

#[cfg(unix)]
fn set_mode(new: &fs::File, old: &Path, mode: Mode) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut bits = fs::metadata(old).map_or(0o755, |file| file.permissions().mode() & 0o7777);
    if mode == Mode::Runnable {
        bits |= (bits & 0o444) >> 2;
    }
    new.set_permissions(fs::Permissions::from_mode(bits))
}

#[cfg(not(unix))]
fn set_mode(_: &fs::File, _: &Path, _: Mode) -> io::Result<()> {
    Ok(())
}
