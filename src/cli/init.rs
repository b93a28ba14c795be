//! `teammig init`

use serde_json::json;

use super::{Status, hooks};
use crate::{
    config::ChosenBy,
    ui::{PromptError, Ui},
    workflow::{self, Context, Error},
};

/// Set up a project in this folder
///
/// Writes teammig.yaml, makes the folder migrations/, and keeps an SQLite database
/// out of Git with two lines in .gitignore. The head file migrations/HEAD names the
/// head of each line of revisions: Git stops where two branches added one each. What
/// is there already stays as it is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Install the Git hooks without asking
    #[arg(long, conflicts_with = "no_hooks")]
    hooks: bool,

    /// Do not install the Git hooks and do not ask
    #[arg(long)]
    no_hooks: bool,

    /// Do not keep a head file (migrations/HEAD), which makes two heads a Git conflict
    #[arg(long)]
    no_head_file: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let url = match context.target() {
        Ok(target) if target.by == ChosenBy::Variable => "${DATABASE_URL}".to_owned(),
        Ok(target) if target.by == ChosenBy::Url => {
            let url = target.url.expose();
            // A URL with a password belongs into the environment, not into a file in Git.
            if !workflow::init::may_be_written(url) {
                return Err(Error::Usage(
                    "teammig.yaml is committed, so only an SQLite URL is written into it; set DATABASE_URL instead, or \
                     write `dev: \"${NAME}\"` there yourself"
                        .to_owned(),
                ));
            }
            url.to_owned()
        }
        _ => "sqlite:dev.db".to_owned(),
    };
    // It is there to make Git conflict.
    let head_file = !args.no_head_file && context.repo_if_any().is_some();
    let head_file = head_file && keep_head_file(ui, context)?;
    let done = workflow::init::init(context, &workflow::init::Request { url, head_file })?;
    if ui.is_json() {
        let names = |paths: &[std::path::PathBuf]| -> Vec<String> {
            paths
                .iter()
                .map(|path| path.display().to_string())
                .collect()
        };
        ui.json(&json!({
            "schema": "teammig.init/1",
            "made": names(&done.made),
            "kept": names(&done.kept),
            "attributes": done.attributes.as_ref().map(|file| file.display().to_string()),
            "ignored": done.ignored.as_ref().map_or(&[][..], |(_, lines)| lines),
        }));
    } else {
        for path in &done.made {
            ui.status(format!("  made  {}", relative(context, path)));
        }
        for path in &done.kept {
            ui.status(format!(
                "  kept  {} (it was there)",
                relative(context, path)
            ));
        }
        if let Some((file, lines)) = &done.ignored {
            ui.status(format!(
                "  {} now keeps out of Git: {}",
                relative(context, file),
                lines.join(" and ")
            ));
        }
        if let Some(file) = &done.attributes {
            ui.status(format!(
                "  {} now names the merge driver for the head file",
                relative(context, file)
            ));
        }
        if done.head_file_later {
            ui.hint("`teammig heads --write` keeps a head file, so that two heads become a Git conflict");
        }
        if done.no_head_file {
            ui.warn(
                "no head file was written: the revisions cannot be read, or their heads diverged",
            );
            ui.hint("put that right, then `teammig heads --write` writes it");
        }
    }
    if context.repo_if_any().is_some() && !args.no_hooks {
        let wanted = args.hooks
            || (ui.can_prompt()
                && matches!(
                    ui.confirm(
                        "Install Git hooks? They reject edits of applied migrations, and say after a pull what came in",
                        true
                    ),
                    Ok(true)
                ));
        if wanted {
            hooks::install(ui, context, &[], false)?;
        }
    }
    ui.hint(if done.has_revisions {
        "`teammig status` says where things stand"
    } else {
        "`teammig create \"what it does\"` writes the first revision"
    });
    Ok(Status::Fine)
}

/// Whether to keep a head file; nobody to ask is a yes, and so is one that is there.
fn keep_head_file(ui: &mut Ui, context: &Context) -> Result<bool, Error> {
    if !ui.can_prompt() || workflow::init::head_file_path(context).exists() {
        return Ok(true);
    }
    let question = "Keep a head file (migrations/HEAD), so that two heads become a Git conflict?";
    match ui.confirm(question, true) {
        Err(PromptError::Interrupted) => Err(Error::Stopped),
        answer => Ok(answer.unwrap_or(false)),
    }
}

fn relative(context: &Context, path: &std::path::Path) -> String {
    path.strip_prefix(&context.cwd)
        .unwrap_or(path)
        .display()
        .to_string()
}
