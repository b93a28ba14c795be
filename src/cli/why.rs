//! `teammig why REV`

use serde_json::{Value, json};

use super::{Status, check::not_judged, events::listed, report};
use crate::{
    model::{NoWayBack, guard::MayEdit},
    ui::{Ui, age},
    workflow::{
        CommitInfo, Context, Error,
        why::{self, Content, Why},
    },
};

/// May I edit this revision? Who has it, since when, and what differs
///
/// Looks at the protected refs, the tags and the branches of others in this clone, and
/// at the databases as it saw them last. Who published it first is found along the branch itself, as `teammig
/// audit` finds it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A revision, or a unique prefix of one
    revision: String,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let why = why::why(context, &args.revision)?;
    if ui.is_json() {
        ui.json(&document(&why));
        return Ok(status(&why));
    }
    if let Some(error) = &why.unread {
        ui.warn(format!(
            "{}; databases are as this clone saw them last",
            report::message(error)
        ));
    }
    let id = ui.id(why.revision.as_str());
    ui.data(format!("{id}  {}", why.message).trim_end());
    let path = why.path.as_deref().unwrap_or("in none of these files");
    if why.path_unread {
        row(ui, "File", &format!("{path}, which could not be read here"));
    } else {
        row(ui, "File", path);
    }
    let answer = match (&why.path, &why.may_edit) {
        (None, MayEdit::Redo(environments)) => format!(
            "there is no file of it here; it is in {}, and `teammig sync` offers to roll it back",
            environments.join(" and ")
        ),
        (_, may_edit) => answer(may_edit, why.no_way_back),
    };
    let unsaid = why.unsaid.as_ref().map(not_judged);
    match &unsaid {
        Some((words, _)) => row(ui, "Edit it?", &format!("that cannot be said: {words}")),
        None => row(ui, "Edit it?", &answer),
    }
    if why.published.is_empty() {
        let published = if unsaid.is_some() { "not known" } else { "no" };
        row(ui, "Published", published);
    }
    for publication in &why.published {
        let since = match (&publication.first, &publication.unread) {
            (Some(commit), _) => format!(", {}", by(commit, context)),
            (None, Some(path)) => format!(", where {path} could not be read"),
            (None, None) if publication.taken_out => ", which took it out since".to_owned(),
            (None, None) => String::new(),
        };
        row(ui, "Published", &format!("in {}{since}", publication.name));
    }
    if !why.tags.is_empty() {
        row(ui, "Tags", &few(&why.tags));
    }
    if !why.also_on.is_empty() {
        row(ui, "Also on", &few(&why.also_on));
    }
    if why.applied.is_empty() && why.elsewhere.is_empty() {
        row(ui, "Applied", "in no database that this clone has seen");
    }
    applied(ui, context, &why);
    for (environment, location) in &why.elsewhere {
        let which = "another database than the one here";
        row(
            ui,
            "Applied",
            &format!("as {environment} in {location}: {which}"),
        );
    }
    if let Some(content) = why.content {
        row(ui, "Content", &difference(content, &why));
    }
    for (n, entry) in why.amended.iter().enumerate() {
        let subject = if n == 0 { "Amended" } else { "" };
        row(
            ui,
            subject,
            &format!("{} (was {})", entry.reason, entry.was_words()),
        );
    }
    match unsaid.and_then(|(_, hints)| hints.into_iter().next()) {
        Some(way) => ui.hint(way),
        None => hint(ui, &why),
    }
    Ok(status(&why))
}

fn status(why: &Why) -> Status {
    match why.unsaid {
        Some(_) => Status::Unknown,
        None => Status::Fine,
    }
}

fn row(ui: &mut Ui, subject: &str, text: &str) {
    ui.data(format!("{subject:<10} {text}"));
}

fn answer(may_edit: &MayEdit, no_way_back: Option<NoWayBack>) -> String {
    match may_edit {
        MayEdit::Freely => "yes, nobody has it yet".to_owned(),
        MayEdit::Redo(environments) if no_way_back.is_some() => format!(
            "nobody else has it, but {} cannot roll it back: {}",
            environments.join(" and "),
            no_way_back.map_or(String::new(), |why| why.to_string())
        ),
        MayEdit::Redo(environments) => format!(
            "yes; then `teammig sync` redoes it in {}",
            environments.join(" and ")
        ),
        MayEdit::WithCare { branches, redo } => {
            let then = match redo.as_slice() {
                [] => String::new(),
                redo => format!("; then `teammig sync` redoes it in {}", redo.join(" and ")),
            };
            format!(
                "with care: it is on {} too, and whoever works there has to know{then}",
                listed(branches)
            )
        }
        MayEdit::No(evidence) => format!("no, it was {}", evidence.words()),
    }
}

fn by(commit: &CommitInfo, context: &Context) -> String {
    format!(
        "with {} by {}, {}",
        commit.id.to_string().get(..10).unwrap_or_default(),
        commit.author,
        age::ago(commit.time, context.now)
    )
}

/// The first and the last say most.
fn few(names: &[String]) -> String {
    match names {
        [first, .., last] if names.len() > 4 => {
            format!("{first}, … {last} ({} of them)", names.len())
        }
        names => names.join(", "),
    }
}

/// It is published, and what it was at first lies in history that this clone does not have.
fn first_is_unknown(why: &Why) -> bool {
    let mut all = why.published.iter();
    !why.published.is_empty()
        && all.all(|one| one.first.is_none() && one.unread.is_none() && !one.taken_out)
}

/// The databases that have it.
fn applied(ui: &mut Ui, context: &Context, why: &Why) {
    for applied in &why.applied {
        let protected = if applied.protected {
            " (protected)"
        } else {
            ""
        };
        let commit = applied.commit.as_ref().map_or(String::new(), |commit| {
            let branch = applied.branch.as_ref();
            let branch = branch.map_or(String::new(), |branch| format!(" on {branch}"));
            format!(", from {}{branch}", commit.get(..10).unwrap_or(commit))
        });
        let seen = ui.dim(&format!("seen {}", age::ago(applied.seen_at, context.now)));
        let other = if applied.other && is_as_fixed(why) {
            ", in another text"
        } else {
            ""
        };
        row(
            ui,
            "Applied",
            &format!(
                "in {}{protected} {}{commit}{other}   {seen}",
                applied.environment,
                match applied.at {
                    Some(at) => format!("{} by {}", age::ago(at, context.now), applied.by),
                    None => "(when and by whom is not recorded)".to_owned(),
                },
            ),
        );
    }
}

/// Its file is what others have.
fn is_as_fixed(why: &Why) -> bool {
    matches!(why.may_edit, MayEdit::No(_))
        && matches!(why.content, Some(Content::Same | Content::Comments))
}

fn difference(content: Content, why: &Why) -> String {
    let words = compared(content, why);
    if first_is_unknown(why) {
        format!("{words}; what was first published lies in history that this clone does not have")
    } else {
        words
    }
}

fn compared(content: Content, why: &Why) -> String {
    let then = if !why.published.is_empty() && !first_is_unknown(why) {
        "first published"
    } else if !why.tags.is_empty() {
        "released"
    } else {
        "applied"
    };
    let options = why.options.as_ref();
    let too = options.map_or(String::new(), |what| {
        format!("; its options changed: {what}")
    });
    match content {
        Content::Same => format!("as it was {then}"),
        Content::Comments => {
            format!("as it was {then}, but for comments and white space, which are no edit")
        }
        Content::Down => format!("another way back than when it was {then}{too}"),
        Content::Parents => format!("other parents than when it was {then}"),
        Content::Scripts => format!("other scripts than when it was {then}{too}"),
        Content::Options => format!("the scripts as they were {then}{too}"),
    }
}

fn hint(ui: &mut Ui, why: &Why) {
    let edited = matches!(
        why.content,
        Some(Content::Scripts | Content::Options | Content::Parents | Content::Down)
    );
    let id = &why.revision;
    let new = "write a new revision for the change: `teammig create \"…\"`";
    let amend = format!("`teammig amend {id} --reason \"…\"`");
    let way = match (&why.may_edit, edited) {
        // It was changed on purpose, and says so.
        (MayEdit::No(_), true) if !why.amended.is_empty() => return,
        (MayEdit::No(_), _) if first_is_unknown(why) => {
            "`git fetch --unshallow` brings the history that tells what was first published"
                .to_owned()
        }
        (MayEdit::No(_), true) => {
            let restore = why.restore.as_ref();
            let restore = restore.map_or(String::new(), |command| format!(" (`{command}`)"));
            format!(
                "restore it{restore}, and {new}; if this one has to change all the same, {amend} records why"
            )
        }
        (MayEdit::No(_), false) if is_as_fixed(why) && why.applied.iter().any(|one| one.other) => {
            "`teammig sync --redo` runs what was published where a database ran another text"
                .to_owned()
        }
        (MayEdit::No(_), false) => new.to_owned(),
        (MayEdit::Redo(_), true) if why.no_way_back.is_some() => format!(
            "take the edit back and {new}; or {amend}, and `teammig sync --record` writes into the ledger what it is now"
        ),
        (MayEdit::Redo(_), true) => {
            "`teammig sync` runs the old way down from the ledger, then the new way up".to_owned()
        }
        (MayEdit::Redo(_), false) if why.no_way_back.is_some() => new.to_owned(),
        _ => return,
    };
    ui.hint(way);
}

fn document(why: &Why) -> Value {
    json!({
        "schema": "teammig.why/1",
        "revision": why.revision,
        "message": why.message,
        "path": why.path,
        "path_unread": why.path_unread,
        "may_edit": match &why.may_edit {
            _ if why.unsaid.is_some() => "unknown",
            MayEdit::Freely => "yes",
            MayEdit::Redo(_) => "redo",
            MayEdit::WithCare { .. } => "care",
            MayEdit::No(_) => "no",
        },
        "reason": match &why.may_edit {
            _ if why.unsaid.is_some() => why.unsaid.as_ref().map(|why| not_judged(why).0),
            MayEdit::No(evidence) => Some(evidence.words()),
            MayEdit::WithCare { branches, .. } => Some(format!("also on {}", listed(branches))),
            MayEdit::Freely | MayEdit::Redo(_) => None,
        },
        "published": why.published.iter().map(|one| json!({
            "ref": one.name,
            "commit": one.first.as_ref().map(|commit| commit.id.to_string()),
            "author": one.first.as_ref().map(|commit| &commit.author),
            "date": one.first.as_ref().map(|commit| commit.time.to_string()),
            "unread": one.unread.as_deref(),
        })).collect::<Vec<_>>(),
        "tags": why.tags,
        "also_on": why.also_on,
        "applied": why.applied.iter().map(|one| json!({
            "environment": one.environment,
            "protected": one.protected,
            "at": one.at.map(|at| at.to_string()),
            "by": one.at.map(|_| &one.by),
            "commit": one.commit,
            "branch": one.branch,
            "seen_at": one.seen_at.to_string(),
        })).collect::<Vec<_>>(),
        "elsewhere": why.elsewhere.iter().map(|(environment, location)| json!({
            "environment": environment,
            "location": location,
        })).collect::<Vec<_>>(),
        "content": why.content.map(|content| match content {
            Content::Same => "same",
            Content::Comments => "comments",
            Content::Down => "down",
            Content::Parents => "parents",
            Content::Scripts | Content::Options => "scripts",
        }),
        "options": why.options,
        "amended": why.amended,
        "no_way_back": why.no_way_back.map(NoWayBack::name),
        "restore": why.restore,
        "unread": why.unread.as_ref().map(report::message),
    })
}
