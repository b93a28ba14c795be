//! The files of models, as they stand in the working tree.

use std::{fs, path::Path, string::FromUtf8Error};

use super::{ModelsError, command};
use crate::{
    config::Models,
    model::SourceFile,
    workflow::{Context, Error},
};

/// The models' files in the order of their names, or what the command prints.
/// `allowed`: somebody has just said that it may be run.
pub(in crate::workflow) fn read(
    context: &Context,
    allowed: bool,
) -> Result<Vec<SourceFile>, Error> {
    match &context.config.models {
        None => Err(ModelsError::None.into()),
        Some(Models::Command(command)) => Ok(vec![command::output(context, command, allowed)?]),
        Some(Models::Folder(folder)) => {
            if !context.config.root.join(folder).is_dir() {
                return Err(ModelsError::NoFolder(folder.clone()).into());
            }
            let mut paths = Vec::new();
            list(&context.config.root, folder, &mut paths)?;
            if paths.is_empty() {
                return Err(ModelsError::NoFiles(folder.clone()).into());
            }
            paths.sort();
            let root = &context.config.root;
            paths.into_iter().map(|path| file(root, path)).collect()
        }
    }
}

/// The `.sql` files of a folder and those in it. Hidden ones are of editors and tools, and
/// a linked folder may lead anywhere.
fn list(root: &Path, folder: &str, into: &mut Vec<String>) -> Result<(), Error> {
    let path = root.join(folder);
    let entries = fs::read_dir(&path).map_err(Error::io("read", &path))?;
    for entry in entries {
        let entry = entry.map_err(Error::io("read", &path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let inner = format!("{folder}/{name}");
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            list(root, &inner, into)?;
        } else if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
        {
            into.push(inner);
        }
    }
    Ok(())
}

fn file(root: &Path, path: String) -> Result<SourceFile, Error> {
    let full = root.join(&path);
    let bytes = fs::read(&full).map_err(Error::io("read", &full))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(SourceFile::new(path, text)),
        Err(error) => Err(not_utf8(&path, &error, true).into()),
    }
}

pub(super) fn not_utf8(path: &str, error: &FromUtf8Error, is_file: bool) -> ModelsError {
    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    ModelsError::NotUtf8 {
        path: path.to_owned(),
        is_file,
        line: String::from_utf8_lossy(good).matches('\n').count() + 1,
    }
}
