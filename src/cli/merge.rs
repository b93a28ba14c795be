//! `teammig merge`

use super::{Status, create::show_written};
use crate::{
    ui::Ui,
    workflow::{self, Context, Error, merge::Request},
};

/// Write a merge revision that joins several revisions
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The revisions to join; `heads` = all heads
    #[arg(required = true)]
    revisions: Vec<String>,

    /// What it does, in one line
    #[arg(long, short)]
    message: Option<String>,

    /// A name for the line that starts here (repeatable)
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,

    /// The id, instead of 12 random hex digits
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,

    /// Allow revisions that are no heads
    #[arg(long)]
    splice: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let request = Request {
        revisions: args.revisions.clone(),
        message: args.message.clone(),
        labels: args.label.clone(),
        rev_id: args.rev_id.clone(),
        splice: args.splice,
        ..Request::default()
    };
    let written = workflow::merge::merge(context, &request)
        .map_err(|error| workflow::revisions::explain_missing(context, error))?;
    show_written(ui, context, "teammig.merge/1", &written);
    Ok(Status::Fine)
}
