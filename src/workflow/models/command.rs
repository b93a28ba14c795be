//! A command that prints models: run as it is written, without a shell.

use std::process::{Command, Stdio};

use super::{ModelsError, allowance};
use crate::{
    model::{SourceFile, shell},
    workflow::{Context, Error},
};

/// What the command prints, as a file. What it says on stderr is shown as it comes.
pub(super) fn output(
    context: &Context,
    command: &[String],
    allowed: bool,
) -> Result<SourceFile, Error> {
    let shown = shell::line(command.iter().map(String::as_str));
    if !allowed && !allowance::is_allowed(context, command) {
        return Err(ModelsError::NotAllowed { command: shown }.into());
    }
    let Some((program, arguments)) = command.split_first() else {
        return Err(ModelsError::None.into());
    };
    let output = Command::new(program)
        .args(arguments)
        .current_dir(&context.config.root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    if context.interrupt.is_asked() {
        return Err(Error::Stopped);
    }
    let output = output.map_err(|error| ModelsError::NotStarted {
        command: shown.clone(),
        missing: error.kind() == std::io::ErrorKind::NotFound,
        why: error.to_string(),
    })?;
    if !output.status.success() {
        return Err(ModelsError::Failed {
            command: shown,
            status: output.status,
        }
        .into());
    }
    let name = format!("output of {shown}");
    let text = String::from_utf8(output.stdout)
        .map_err(|error| super::read::not_utf8(&name, &error, false))?;
    if text.trim().is_empty() {
        return Err(ModelsError::Silent { command: shown }.into());
    }
    Ok(SourceFile::new(name, text))
}
