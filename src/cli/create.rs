//! `teammig create`

use serde_json::json;

mod alembic;
mod generate;

use super::{Status, diff::With, edit, models, report};
use crate::{
    model::shell,
    ui::Ui,
    workflow::{self, Context, Error, Written, create::Request},
};

pub(super) use generate::statements;

/// Write a new revision on the current head
///
/// Makes a file in the migrations folder and prints its path. Where teammig.yaml names
/// models, the scripts are what leads from the schema that the revisions produce to the
/// models, and back; where nothing differs, nothing is written. Without models, or with
/// `--empty`, the SQL is yours to write: the change below `-- migrate:up`, the way back
/// below `-- migrate:down`.
#[derive(Debug, clap::Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
#[command(
    visible_alias = "revision",
    after_help = "\
Examples:
  teammig create \"Add phone_number to users\"
  teammig create \"Rename fullname\" --rename users.fullname:users.full_name
  teammig create \"Add phone_number to users\" --edit    and open it
  teammig create \"Start billing\" --head base --label billing    a line of its own
  teammig create \"Hotfix\" --on v1.4.2    on what that release has
  teammig create \"Hotfix\" --head 9209 --splice    beside what came after 9209"
)]
pub(super) struct Args {
    /// What it does, in one line
    #[arg(required_unless_present = "alembics")]
    message: Option<String>,

    /// The message, where Alembic's users write it
    #[arg(
        id = "alembics",
        short = 'm',
        long = "message",
        value_name = "MESSAGE",
        hide = true,
        conflicts_with = "message"
    )]
    message_option: Option<String>,

    /// Leave the scripts empty, to be written by hand
    #[arg(long)]
    empty: bool,

    /// Build on this revision instead of the head (repeatable; `base` starts a new line)
    #[arg(long, value_name = "REVISION")]
    head: Vec<String>,

    /// Build on the heads of a tag, branch or commit: a hotfix of a release
    #[arg(long, value_name = "GITREV", conflicts_with_all = ["head", "splice"])]
    on: Option<String>,

    /// Allow --head to name a revision that is no head
    #[arg(long)]
    splice: bool,

    /// A revision or label that must be applied first (repeatable)
    #[arg(long, value_name = "REVISION")]
    depends_on: Vec<String>,

    /// A name for the line that starts here (repeatable)
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,

    /// The id, instead of 12 random hex digits
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,

    /// Open the file in $VISUAL or $EDITOR
    #[arg(long)]
    edit: bool,

    /// What the models are compared with [default: revisions]
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Models")]
    against: Option<With>,

    /// Write it though it loses data, and do not ask
    #[arg(long, help_heading = "Models")]
    accept_loss: bool,

    #[command(flatten)]
    models: models::ModelsArgs,
}

impl Args {
    pub(super) fn allows_command(&self) -> bool {
        self.models.allows_command()
    }
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let request = Request {
        message: args
            .message
            .as_ref()
            .or(args.message_option.as_ref())
            .cloned()
            .unwrap_or_default(),
        heads: args.head.clone(),
        on: args.on.clone(),
        splice: args.splice,
        depends_on: args.depends_on.clone(),
        labels: args.label.clone(),
        rev_id: args.rev_id.clone(),
    };
    if workflow::alembic::is_used(context) {
        return alembic::run(ui, context, args, &request);
    }
    let about_models = args.against.is_some() || args.accept_loss || !args.models.are_default();
    if about_models && args.empty {
        return Err(Error::Usage(
            "--empty leaves the scripts empty, and the other options are about models".to_owned(),
        ));
    }
    if (context.config.models.is_some() || about_models) && !args.empty {
        return generate::run(ui, context, args, &request);
    }
    let written = workflow::create::create(context, &request)
        .map_err(|error| workflow::revisions::explain_missing(context, error))?;
    // The path is there for a person even if the editor fails; a program gets one document.
    if !ui.is_json() {
        show_written(ui, context, "teammig.create/1", &written);
    }
    if args.edit {
        edit::open(ui, context, std::slice::from_ref(&written.path))?;
    }
    if ui.is_json() {
        show_written(ui, context, "teammig.create/1", &written);
    }
    Ok(Status::Fine)
}

/// The path of a new file is the answer; the next step is a hint.
pub(super) fn show_written(ui: &mut Ui, context: &Context, schema: &str, written: &Written) {
    let path = context.display_path(&written.path);
    let head_file = written.head_file.as_ref();
    let head_file = head_file.map(|path| context.display_path(path));
    if ui.is_json() {
        ui.json(&json!({
            "schema": schema,
            "revision": revision(context, written),
            "head_file": head_file,
        }));
    } else {
        ui.data(&path);
        if let Some(head_file) = head_file {
            ui.hint(format!(
                "they belong in one commit: `git add {}`",
                shell::words([path.as_str(), &head_file])
            ));
        }
    }
}

fn revision(context: &Context, written: &Written) -> serde_json::Value {
    let revision = &written.revision;
    json!({
        "revision": revision.id,
        "parents": revision.parents,
        "depends_on": revision.depends_on,
        "labels": revision.labels,
        "message": revision.message,
        "created": revision.created.map(|at| at.to_string()),
        "path": context.display_path(&written.path),
    })
}

/// Findings of a snapshot, for commands that answer all the same.
pub(super) fn show_findings(ui: &mut Ui, project: &crate::model::Project) -> Status {
    if !ui.is_json() {
        for finding in &project.findings {
            report::show_finding(ui, finding);
        }
    }
    if project.unread.iter().any(|file| file.is_missing) {
        Status::Unknown
    } else if project.errors().next().is_some() {
        Status::Attention
    } else {
        Status::Fine
    }
}
