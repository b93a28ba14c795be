//! What commands that read models share: options, and the question whether their command
//! may be run.

use crate::{
    ui::Ui,
    workflow::{
        Context, Error,
        autogenerate::Choice,
        models::{self, ModelsError},
        sides::Leave,
    },
};

/// How models are read, and what decides what a comparison cannot know.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Models")]
pub(super) struct ModelsArgs {
    /// It was renamed, and not dropped and made anew (repeatable)
    #[arg(long, value_name = "OLD:NEW")]
    rename: Vec<String>,

    /// What makes the new values where a column's type changes (repeatable)
    #[arg(long, value_name = "COLUMN:EXPRESSION")]
    using: Vec<String>,

    /// What fills a column that must not be empty, in the rows that are there (repeatable)
    #[arg(long, value_name = "COLUMN:EXPRESSION")]
    backfill: Vec<String>,

    /// The command in teammig.yaml that prints the models may be run in this clone, now and later
    #[arg(long)]
    allow_command: bool,

    /// Make scratch databases on the server of a protected environment too
    #[arg(long)]
    scratch_here: bool,
}

/// Outside of Git.
const NOT_REMEMBERED: &str = "this is no Git repository, so nothing remembers that the command may be run: `--allow-command` is needed each time";

impl ModelsArgs {
    /// None of the options was given.
    pub(super) fn are_default(&self) -> bool {
        self.choices().is_empty() && !self.allow_command && !self.scratch_here
    }

    /// Something was decided that a comparison cannot know.
    pub(super) fn has_choices(&self) -> bool {
        !self.choices().is_empty() || self.scratch_here
    }

    /// The configuration's command may be run.
    pub(super) fn allows_command(&self) -> bool {
        self.allow_command
    }

    pub(super) fn choices(&self) -> Vec<(Choice, String)> {
        let all = [
            (Choice::Rename, &self.rename),
            (Choice::Using, &self.using),
            (Choice::Backfill, &self.backfill),
        ];
        let pairs = all
            .iter()
            .flat_map(|(choice, texts)| texts.iter().map(|text| (*choice, text.clone())));
        pairs.collect()
    }

    /// Calls `act`, and again after somebody has said that the command may be run.
    pub(super) fn permitted<T>(
        &self,
        ui: &mut Ui,
        context: &Context,
        act: impl Fn(Leave) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let is_remembered = models::is_remembered(context);
        if self.allow_command {
            models::allow(context);
            if !is_remembered {
                ui.hint(NOT_REMEMBERED);
            }
        }
        let leave = Leave {
            scratch_here: self.scratch_here,
            run_command: self.allow_command,
        };
        let reading = ui.progress(1);
        reading.doing("reading both sides on scratch databases");
        let outcome = act(leave);
        drop(reading);
        let command = match &outcome {
            Err(Error::Models(error)) => match &**error {
                ModelsError::NotAllowed { command } if ui.can_prompt() => command.clone(),
                _ => return outcome,
            },
            _ => return outcome,
        };
        ui.talk(
            "The models come from a command of teammig.yaml, which was never run in this clone:",
        );
        ui.talk(&format!("  {command}"));
        let question = if is_remembered {
            "Run it, now and whenever models are read here?"
        } else {
            "Run it now?"
        };
        if !matches!(ui.confirm(question, false), Ok(true)) {
            return outcome;
        }
        models::allow(context);
        act(Leave {
            run_command: true,
            ..leave
        })
    }
}
