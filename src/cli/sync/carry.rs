//! What `sync` and `rebase` do once everything is decided: files and database.

use serde_json::{Value, json};

use super::super::events::{Shower, listed, names, plural, warn};
use crate::{
    model::{Direction, Operation, Project, RevId, shell},
    ui::Ui,
    workflow::{
        Context, Database, Done, Error, Proposal, Warning, Written,
        drift::{self, Amendment},
        head_file,
        restack::{Restacking, Rewrite},
        stands::Stands,
        sync::{self, Decisions},
    },
};

/// A merge revision.
#[derive(Debug)]
pub(in crate::cli) struct Merge {
    pub(in crate::cli) parents: Vec<RevId>,
    pub(in crate::cli) message: String,
    /// Its id and its file, once it is written.
    pub(in crate::cli) written: Option<(RevId, String)>,
}

impl Merge {
    /// One that would be written.
    pub(in crate::cli) fn planned(join: sync::Join) -> Self {
        Self {
            parents: join.parents,
            message: join.message,
            written: None,
        }
    }
}

/// What was done.
#[derive(Debug, Default)]
pub(in crate::cli) struct Carried {
    /// Steps of the database.
    pub(in crate::cli) done: Vec<Done>,
    /// Merge revisions, written or only planned.
    pub(in crate::cli) merges: Vec<Merge>,
    /// Files that got other parents.
    pub(in crate::cli) rewritten: Vec<Rewrite>,
    /// The head file, where it was written.
    pub(in crate::cli) head_file: Option<String>,
    /// What has to be finished with Git afterwards.
    pub(in crate::cli) going_on: Option<Operation>,
    /// Pending revisions that were not applied, since they need an edited one.
    pub(in crate::cli) waiting: Vec<RevId>,
    /// Rows that were brought up to date without running anything.
    pub(in crate::cli) recorded: Vec<RevId>,
    /// Those of them that were changed on purpose.
    pub(in crate::cli) amended: Vec<Amendment>,
    /// What was not rolled back, since both orders are alike.
    pub(in crate::cli) stands: Vec<Stands>,
}

impl Carried {
    /// The files of a restack were written.
    pub(in crate::cli) fn restacked(&mut self, files: &[Rewrite]) {
        for file in files {
            if file.revision.is_some() {
                self.rewritten.push(file.clone());
            } else {
                self.head_file = Some(file.path.clone());
            }
        }
    }

    /// Merge revisions were written.
    pub(in crate::cli) fn joined(&mut self, ui: &mut Ui, context: &Context, written: &[Written]) {
        for one in written {
            let path = context.display_path(&one.path);
            ui.status(format!("  wrote {path}"));
            self.merges.push(Merge {
                parents: one.revision.parents.clone(),
                message: one.revision.message.clone(),
                written: Some((one.revision.id.clone(), path)),
            });
            let head_file = one.head_file.as_ref();
            self.head_file = head_file.map(|path| context.display_path(path));
        }
    }

    /// The files of the merge revisions.
    pub(in crate::cli) fn written(&self) -> impl Iterator<Item = &str> {
        let written = self
            .merges
            .iter()
            .filter_map(|merge| merge.written.as_ref());
        written.map(|(_, path)| path.as_str())
    }

    /// Writes the head file, if it is not right yet.
    pub(in crate::cli) fn repair(&mut self, context: &Context) -> Result<(), Error> {
        if let Some(path) = head_file::repair(context, &context.project()?)? {
            self.head_file = Some(context.display_path(&path));
        }
        Ok(())
    }
}

/// Shows which files will change, and how.
pub(in crate::cli) fn show_rewrites(ui: &mut Ui, restacking: Option<&Restacking>) {
    for line in restacking.iter().flat_map(|restacking| &restacking.lines) {
        for moved in &line.moved {
            ui.status(format!(
                "  {}  parents: [{}] → [{}]",
                ui.id_err(moved.revision.as_str()),
                names(&moved.before),
                names(&moved.after)
            ));
        }
    }
    for (id, branches) in restacking.iter().flat_map(|one| &one.shared) {
        ui.warn(format!(
            "{id} is on {} too: whoever works there has it on its old parents until they take yours",
            listed(branches)
        ));
    }
    let files = restacking.iter().flat_map(|restacking| &restacking.files);
    for file in files.filter(|file| file.revision.is_none()) {
        ui.status(format!("  {}  written anew", file.path));
    }
}

/// Says what of mine is not rolled back, and why it need not be.
pub(in crate::cli) fn show_stands(ui: &mut Ui, proposal: &Proposal) {
    for one in &proposal.stands {
        ui.status(format!(
            "  {}  kept as {}: both orders lead to the same schema, tried on a scratch database ({})",
            names(&one.mine),
            if one.mine.len() == 1 { "it is" } else { "they are" },
            one.on
        ));
    }
}

/// What of mine was not rolled back, for programs.
pub(in crate::cli) fn stands(stands: &[Stands]) -> Value {
    let all = stands.iter();
    all.map(|one| json!({ "revisions": one.mine, "theirs": one.theirs, "tried_on": one.on }))
        .collect()
}

/// Shows the warnings of a plan; what differs and stays was shown before anything was asked.
pub(in crate::cli) fn show_news(ui: &mut Ui, proposal: &Proposal) {
    let new = |warning: &&Warning| {
        !matches!(
            warning,
            Warning::Phantoms { .. }
                | Warning::ToCome(_)
                | Warning::Edited { .. }
                | Warning::Amended(_)
        )
    };
    let warnings: Vec<Warning> = proposal.warnings.iter().filter(new).cloned().collect();
    warn(ui, &warnings);
}

/// The way to settle an edit.
pub(in crate::cli) const REDO: &str =
    "`teammig sync --redo` runs what was edited again: the old way down, the new way up";

/// Shows the plan and carries it out.
#[allow(
    clippy::too_many_arguments,
    reason = "what was decided, and by what it is done"
)]
pub(in crate::cli) fn carry_out(
    ui: &mut Ui,
    context: &Context,
    project: &Project,
    restacking: Option<&Restacking>,
    database: &mut dyn Database,
    proposal: &Proposal,
    decisions: Decisions,
    carried: &mut Carried,
) -> Result<(), Error> {
    let restacking =
        restacking.filter(|_| decisions.settle == Some(crate::model::settle::Settle::Restack));
    show_news(ui, proposal);
    show_rewrites(ui, restacking);
    show_stands(ui, proposal);
    if !proposal.steps.is_empty() {
        show_steps(ui, proposal);
    } else if proposal.waiting().is_empty() {
        ui.status("the database is up to date");
    }
    let shower = Shower::new(ui, proposal.steps.len());
    let outcome = sync::run(
        context,
        project,
        restacking,
        database,
        proposal,
        decisions,
        &mut |event| shower.show(ui, &event),
    );
    drop(shower);
    carried.done = outcome?.done;
    carried.waiting = proposal.waiting().to_vec();
    carried.stands.clone_from(&proposal.stands);
    if let Some(restacking) = restacking {
        carried.restacked(&restacking.files);
    }
    let project = restacking.map_or(project, |restacking| &restacking.future);
    let shower = Shower::new(ui, 0);
    let recorded = drift::record(context, project, database, decisions.record, &mut |event| {
        shower.show(ui, &event);
    })?;
    drop(shower);
    carried.recorded = recorded.revisions;
    carried.amended = recorded.amended;
    Ok(())
}

/// What a ledger has of a revision, and what its file has.
pub(super) fn became(one: &Amendment) -> String {
    let mut parts = Vec::new();
    if one.was != one.now {
        parts.push(format!("was {}, is {}", one.was.short(), one.now.short()));
    }
    if let Some(options) = &one.options {
        parts.push(options.clone());
    }
    if let Some(parents) = &one.parents {
        parts.push(format!("was on [{}]", names(parents)));
    }
    parts.join(", ")
}

/// More steps than this are counted, not listed.
const MOST_LISTED: usize = 10;

/// The plan, before anything of it is done.
fn show_steps(ui: &mut Ui, proposal: &Proposal) {
    let count = |direction| {
        proposal
            .steps
            .iter()
            .filter(|step| step.step.direction == direction)
            .count()
    };
    let (down, up) = (count(Direction::Down), count(Direction::Up));
    ui.status(match (down, up) {
        (0, up) => format!("Applying {}", plural(up, "revision")),
        (down, 0) => format!("Rolling back {}", plural(down, "revision")),
        (down, up) => format!(
            "Rolling back {} (what they stored in this database goes), applying {up}",
            plural(down, "revision")
        ),
    });
    for step in proposal.steps.iter().take(MOST_LISTED) {
        let id = ui.id_err(step.step.revision.as_str());
        let way = if down > 0 {
            format!("{:<4} ", step.step.direction.name())
        } else {
            String::new()
        };
        ui.status(format!("    {way}{id}  {}", step.message));
    }
    let n = proposal.steps.len();
    if n > MOST_LISTED {
        ui.status(format!("    … and {} more", n - MOST_LISTED));
    }
}

/// Says what was done besides the steps, and what is to be done with the files.
pub(in crate::cli) fn tell(ui: &mut Ui, context: &Context, carried: &Carried) {
    for one in &carried.amended {
        let (id, became) = (ui.id_err(one.revision.as_str()), became(one));
        let reason = ui.dim_err(&format!("   {}", one.reason));
        ui.status(format!("recorded {id} as it was amended: {became}{reason}"));
    }
    let amended = |id: &&RevId| carried.amended.iter().any(|one| one.revision == **id);
    let rest = carried.recorded.iter().filter(|id| !amended(id));
    let rest: Vec<RevId> = rest.cloned().collect();
    if !rest.is_empty() {
        ui.status(format!(
            "recorded as the files say it now: {}",
            names(&rest)
        ));
    }
    let files: Vec<&str> = carried
        .written()
        .chain(carried.rewritten.iter().map(|file| &*file.path))
        .chain(carried.head_file.as_deref())
        .collect();
    if let Some(operation) = carried.going_on {
        // Also what an earlier run wrote: Git is to go on with all of it.
        let folders = context.config.folders.iter().map(String::as_str);
        let (add, finish) = (shell::words(folders), operation.finish());
        ui.hint(format!(
            "{operation} is in progress: `git add {add} && {finish}`"
        ));
    } else if !files.is_empty() {
        let them = if files.len() == 1 { "it" } else { "them" };
        ui.hint(format!("commit {them}: `git add {}`", shell::words(files)));
    }
}
