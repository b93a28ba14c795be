//! A project begins: configuration and folders, nothing that is there is touched.

use std::{fs, path::PathBuf};

use super::{Context, Error, write::create_new};
use crate::{
    config::{DEFAULT_FOLDER, FILE_NAME},
    db::DatabaseUrl,
};

/// What to set up.
#[derive(Debug, Clone)]
pub struct Request {
    /// The URL of the first environment, `dev`.
    pub url: String,
}

/// What was set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialised {
    /// Files and folders that were made.
    pub made: Vec<PathBuf>,
    /// Files and folders that were there and stay as they are.
    pub kept: Vec<PathBuf>,
}

/// The file is committed, and only an SQLite URL cannot hold a user or a password.
pub fn may_be_written(url: &str) -> bool {
    matches!(DatabaseUrl::parse(url), Ok(DatabaseUrl::Sqlite(_)))
}

/// Sets up a project in the current folder.
pub fn init(context: &Context, request: &Request) -> Result<Initialised, Error> {
    let root = &context.cwd;
    let mut done = Initialised {
        made: Vec::new(),
        kept: Vec::new(),
    };
    let folder = root.join(DEFAULT_FOLDER);
    if folder.is_dir() {
        done.kept.push(folder);
    } else {
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        done.made.push(folder);
    }
    let file = root.join(FILE_NAME);
    if file.exists() {
        done.kept.push(file);
    } else {
        create_new(&file, template(&request.url).as_bytes())?;
        done.made.push(file);
    }
    Ok(done)
}

fn template(url: &str) -> String {
    let url = crate::layout::render::scalar(url);
    format!(
        "# teammig: database migrations that know about Git\n\
         migrations: {DEFAULT_FOLDER}\n\
         \n\
         # The first environment is the default. ${{NAME}} and ${{NAME:-default}} come\n\
         # from the process environment or from a .env file beside this one.\n\
         environments:\n  \
           dev: {url}\n\
         # staging: {{url: \"${{STAGING_URL}}\", protected: true}}\n\
         # production: {{url: \"${{PRODUCTION_URL}}\", protected: true}}\n"
    )
}
