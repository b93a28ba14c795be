//! `teammig edit`

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{Status, show::named};
use crate::{
    ui::Ui,
    workflow::{Context, Error},
};

/// Open a revision in $VISUAL or $EDITOR
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A revision, a unique prefix of one, head, current …
    revision: String,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.writable_project()?;
    let ids = named(context, &project, &args.revision)?;
    let paths: Vec<PathBuf> = ids
        .iter()
        .filter_map(|id| project.migration(id.as_str()))
        .map(|migration| context.config.root.join(&*migration.file.path))
        .collect();
    if paths.is_empty() {
        return Err(Error::Usage(format!(
            "No revision files indicated by symbol '{}'",
            args.revision
        )));
    }
    open(ui, context, &paths)?;
    Ok(Status::Fine)
}

/// Hands files to the user's editor and waits for it.
pub(super) fn open(ui: &Ui, context: &Context, paths: &[PathBuf]) -> Result<(), Error> {
    let env = &context.config.env;
    let editor = ["TEAMMIG_EDITOR", "VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| env.get(name))
        .filter(|editor| !editor.trim().is_empty());
    // What a variable names may need no terminal; `vi` does.
    if editor.is_none() && !ui.can_prompt() {
        let why = "there is no terminal for `vi`, and neither $VISUAL nor $EDITOR is set";
        return Err(Error::io("start", "an editor")(std::io::Error::other(why)));
    }
    let editor = editor.unwrap_or("vi");
    // As Git does: the variable may hold options, the paths never reach a shell's parser.
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$@\""))
        .arg(editor)
        .args(paths)
        .status()
        .map_err(Error::io("run", Path::new(editor)))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Program {
            program: format!("the editor `{editor}`"),
            status,
        })
    }
}
