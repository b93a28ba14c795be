//! `create` in an Alembic project: `alembic revision`, with what it says shown as it comes.

use serde_json::json;

use super::{Args, Status, edit, show_written};
use crate::{
    ui::Ui,
    workflow::{self, Context, Error, create::Request},
};

pub(super) fn run(
    ui: &mut Ui,
    context: &Context,
    args: &Args,
    request: &Request,
) -> Result<Status, Error> {
    if args.against.is_some() || args.accept_loss || args.models.has_choices() {
        return Err(Error::Usage(
            "in an Alembic project its env.py has the models, and Alembic compares them: these options are for models of \
             teammig.yaml"
                .to_owned(),
        ));
    }
    let created = workflow::alembic::create(context, request, !args.empty, &mut |line| {
        let line = format!("    {}", ui.dim_err(line));
        ui.status(line);
    })
    .map_err(|error| workflow::revisions::explain_missing(context, error))?;
    let Some(written) = created.written else {
        if ui.is_json() {
            ui.json(&json!({ "schema": "teammig.create/1", "revision": null, "head_file": null }));
        } else {
            ui.status("Nothing was written: the database has what the models say.");
            ui.hint("`--empty` writes a revision to be filled by hand");
        }
        return Ok(Status::Fine);
    };
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
