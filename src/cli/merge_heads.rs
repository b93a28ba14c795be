//! `teammig merge-heads`

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Status,
    create::{show_findings, show_written},
    events::names,
    sync::carry::{self, Carried},
    tried,
};
use crate::{
    model::shell,
    ui::{PromptError, Ui, age},
    workflow::{
        CommitInfo, Context, Error, Why,
        divergence::{self, Divergence, Whose},
        head_file, sync, verdicts,
    },
};

/// Join diverged heads with a merge revision, after showing whose they are
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The message of the merge revision
    #[arg(long, short)]
    message: Option<String>,

    /// Try nothing on a scratch database: the merge revision is written without a word about the order
    #[arg(long)]
    no_prove: bool,

    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let project = context.writable_project()?;
    if show_findings(ui, &project) != Status::Fine {
        return Err(Error::Findings(project.errors().cloned().collect()));
    }
    let mut carried = Carried {
        going_on: head_file::halted(context).ok().flatten(),
        ..Carried::default()
    };
    let Some(divergence) = divergence::find(context, &project)? else {
        ui.status(match project.graph.heads().as_slice() {
            [] => "there is no revision yet".to_owned(),
            heads => format!("nothing to merge: {}", names(heads)),
        });
        carried.repair(context)?;
        if ui.is_json() {
            ui.json(&json!({
                "schema": "teammig.merge/1",
                "revision": null,
                "head_file": carried.head_file,
            }));
        } else {
            carry::tell(ui, context, &carried);
        }
        return Ok(Status::Fine);
    };
    let tried = if args.no_prove {
        Vec::new()
    } else {
        verdicts::without_database(context, &project, &divergence)?
    };
    if !ui.is_json() {
        show(ui, context, &divergence);
        tried::show(ui, &tried);
    }
    // What will not be written is not asked about.
    sync::merges(&divergence, args.message.as_deref(), &tried)?;
    if !args.yes {
        if !ui.can_prompt() {
            return Err(Error::Diverged {
                heads: divergence
                    .heads()
                    .map(|head| (head.revision.clone(), head.message.clone()))
                    .collect(),
                why: Why::Confirm,
            });
        }
        let items = ["Create a merge revision", "Stop"];
        if ask(ui, HOW, &items)? != Some(0) {
            ui.status("stopped; nothing was done");
            return Ok(Status::Attention);
        }
    }
    let written = sync::write_merges(context, &divergence, args.message.as_deref(), &tried)?;
    for one in &written {
        show_written(ui, context, "teammig.merge/1", one);
    }
    ui.hint(match carried.going_on {
        None => "commit it, then `teammig upgrade`".to_owned(),
        Some(operation) => {
            let folders = context.config.folders.iter().map(String::as_str);
            format!(
                "{operation} is in progress: `git add {} && {}` finishes it, then `teammig upgrade`",
                shell::words(folders),
                operation.finish()
            )
        }
    });
    Ok(Status::Fine)
}

/// Shows the heads, whose they are, and where they part.
pub(super) fn show(ui: &mut Ui, context: &Context, divergence: &Divergence) {
    for line in &divergence.lines {
        let at = match line.parts_at.as_slice() {
            [] => ", they have no common ancestor".to_owned(),
            parts => format!(", they part at {}", names(parts)),
        };
        ui.status(format!("{} heads{at}", line.heads.len()));
        let apart = sides(line.heads.iter().map(|head| &head.whose));
        for head in &line.heads {
            let side = if apart { whose(&head.whose) } else { "" };
            ui.status(format!(
                "  {}{}  {}   {}",
                side,
                ui.id_err(head.revision.as_str()),
                head.message,
                ui.dim_err(&origin(&head.whose, head.commit.as_ref(), context))
            ));
        }
    }
}

/// Whether "yours" and "theirs" tell heads apart. Where all are of one side, what is said
/// of each (the branch, the author, the date) has to.
pub(super) fn sides<'a>(heads: impl Iterator<Item = &'a Whose>) -> bool {
    let words: BTreeSet<&str> = heads.map(whose).collect();
    words.len() > 1
}

/// Whose a revision is, in a word; padded, to stand in a column.
pub(super) fn whose(whose: &Whose) -> &'static str {
    match whose {
        Whose::Uncommitted | Whose::NotPublished => "yours  ",
        Whose::Published(_) | Whose::Released(_) | Whose::Pushed(_) => "theirs ",
        Whose::Unknown => "       ",
    }
}

/// How far a revision has travelled, by whom and when.
pub(super) fn origin(whose: &Whose, commit: Option<&CommitInfo>, context: &Context) -> String {
    let state = match whose {
        Whose::Uncommitted => "not committed".to_owned(),
        Whose::NotPublished => "not published".to_owned(),
        Whose::Published(name) | Whose::Pushed(name) => name.clone(),
        Whose::Released(tag) => format!("tag {tag}"),
        Whose::Unknown => String::new(),
    };
    match commit {
        Some(commit) => format!(
            "{state}, {}, {}",
            commit.author,
            age::ago(commit.time, context.now)
        ),
        None => state,
    }
}

/// Whose a revision is, for programs.
pub(super) fn whose_name(whose: &Whose) -> &'static str {
    match whose {
        Whose::Uncommitted => "uncommitted",
        Whose::NotPublished => "not-published",
        Whose::Published(_) => "published",
        Whose::Released(_) => "released",
        Whose::Pushed(_) => "pushed",
        Whose::Unknown => "unknown",
    }
}

/// The heads as JSON.
pub(super) fn heads_json(divergence: &Divergence) -> Value {
    divergence
        .heads()
        .map(|head| {
            json!({
                "revision": head.revision,
                "message": head.message,
                "path": head.path,
                "whose": whose_name(&head.whose),
                "published_in": match &head.whose {
                    Whose::Published(name) => Some(name),
                    _ => None,
                },
                "found_in": match &head.whose {
                    Whose::Released(name) | Whose::Pushed(name) => Some(name),
                    _ => None,
                },
                "author": head.commit.as_ref().map(|commit| &commit.author),
                "commit": head.commit.as_ref().map(|commit| commit.id.to_string()),
                "date": head.commit.as_ref().map(|commit| commit.time.to_string()),
            })
        })
        .collect()
}

/// The question about diverged heads.
pub(super) const HOW: &str = "How do you want to go on?";

/// Asks a question; `None` = nothing was chosen.
pub(super) fn ask(ui: &mut Ui, question: &str, items: &[&str]) -> Result<Option<usize>, Error> {
    let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
    match ui.select(question, &items) {
        Ok(choice) => Ok(Some(choice)),
        Err(PromptError::Cancelled) => Ok(None),
        Err(PromptError::Interrupted) => Err(Error::Stopped),
        Err(PromptError::Terminal(source)) => Err(Error::Io {
            doing: "ask at",
            path: "the terminal".into(),
            source,
        }),
    }
}
