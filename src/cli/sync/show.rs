//! Where things stand, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    super::{
        events::{listed, names, plural, way_back},
        json, merge_heads,
        plan::show_plan,
        report::restack,
        tried,
    },
    carry::{self, Carried, REDO, became, show_news, show_rewrites, show_stands},
};
use crate::{
    model::{
        Direction, NoWayBack, Operation, Project, RevId,
        guard::Evidence,
        restack::Restack,
        settle::{Movable, Settle},
        shell,
    },
    ui::{Ui, age},
    workflow::{
        Context, Proposal,
        divergence::Divergence,
        drift::{Amendment, Edited, Phantom, Returns},
        sync::{self, Decisions, Report},
    },
};

/// What came in, what only the database has, what was edited, which heads there are.
pub(super) fn report(ui: &mut Ui, context: &Context, report: &Report) {
    if ui.is_json() {
        return;
    }
    came_in(ui, context, report);
    phantoms(ui, context, report);
    edited(ui, report);
    amended(ui, report);
    super::heads(ui, context, report);
    tried::show(ui, &report.tried);
    if let Some(restacking) = &report.restacking {
        super::stale::show(ui, restacking);
    }
    // Where lines were tried, it is said there.
    if let (Some(error), true) = (&report.beside.not_tried, report.tried.is_empty()) {
        super::stale::not_tried(ui, "one side leaves alone here what the other did", error);
    }
    match &report.movable {
        Movable::Shared(id, branches) => ui.status(format!(
            "  {id} is on {} too, so a merge revision, which moves nothing, comes first",
            listed(branches)
        )),
        Movable::Fixed(id, evidence) => ui.status(format!(
            "  {id} was {}, so it stays where it is",
            evidence.words()
        )),
        Movable::NoWayBack(found) => ui.status(format!(
            "  {} is applied here and has no way back ({}), so it stays where it is",
            found.revision, found.why
        )),
        Movable::Yes | Movable::Unclear => {}
    }
}

fn came_in(ui: &mut Ui, context: &Context, report: &Report) {
    let Some(how) = report
        .how
        .filter(|_| !report.came_in.is_empty() && !report.told)
    else {
        return;
    };
    let from = report
        .upstream
        .as_ref()
        .filter(|_| how.is_pull())
        .map_or(String::new(), |upstream| format!(" ({upstream})"));
    ui.status(format!(
        "Came in with the {}: {}{from}",
        how.name(),
        plural(report.came_in.len(), "revision")
    ));
    for one in &report.came_in {
        let by = one.commit.as_ref().map_or(String::new(), |commit| {
            format!(
                "   {}, {}",
                commit.author,
                age::ago(commit.time, context.now)
            )
        });
        ui.status(format!(
            "  {}  {}{}",
            ui.id_err(one.revision.as_str()),
            one.message,
            ui.dim_err(&by)
        ));
    }
}

fn phantoms(ui: &mut Ui, context: &Context, report: &Report) {
    if report.phantoms.is_empty() {
        return;
    }
    ui.status(format!(
        "Only in the database: {}",
        plural(report.phantoms.len(), "revision")
    ));
    for phantom in &report.phantoms {
        let entry = &phantom.entry;
        let mut about = match entry.applied_at {
            Some(at) => format!(
                "applied {} by {}",
                age::ago(at, context.now),
                entry.applied_by
            ),
            None => "applied, when and by whom is not recorded".to_owned(),
        };
        if let Some(branch) = &entry.git_branch {
            let _ = write!(about, " from {branch}");
        }
        match phantom.refs.as_slice() {
            [] => about.push_str("; no branch has it now"),
            refs => {
                let _ = write!(about, "; it is on {}", refs.join(", "));
            }
        }
        match (&phantom.returns, &phantom.way_back, phantom.no_way_back()) {
            (Some(Returns::Restored { path, staged }), ..) => {
                let path = shell::word(path);
                let (restore, mean) = match staged {
                    true => (
                        format!("git restore {path}"),
                        format!(", and `git rm {path}` means it"),
                    ),
                    false => (
                        format!("git restore --source=HEAD --staged --worktree {path}"),
                        String::new(),
                    ),
                };
                let hint = format!("its file is deleted here: `{restore}` brings it back{mean}");
                let _ = write!(about, "; {}", ui.for_this_run(&hint));
            }
            (Some(Returns::Replayed(operation)), ..) => {
                let name = operation.name();
                let _ = write!(about, "; it comes with a later commit of the {name}");
            }
            (None, Some(found), _) if found.is_in_module() => {
                let _ = write!(
                    about,
                    "; its way back is in the module that {}",
                    way_back(found)
                );
            }
            (None, Some(found), _) => {
                let _ = write!(
                    about,
                    "; the ledger kept no way back, but there is the one that {}",
                    way_back(found)
                );
            }
            // Of such a row nothing is known but that it was applied.
            (None, None, Some(NoWayBack::NotKept)) if entry.applied_at.is_none() => {
                about.push_str("; its way back is not known, since no commit here has its file");
            }
            (None, None, Some(why)) => {
                let _ = write!(about, "; it has no way back: {why}");
            }
            (None, None, None) => {}
        }
        ui.status(format!(
            "  {}  {}   {}",
            ui.id_err(entry.revision.as_str()),
            entry.message,
            ui.dim_err(&about)
        ));
    }
}

fn edited(ui: &mut Ui, report: &Report) {
    let shown: Vec<_> = report
        .edited
        .iter()
        .filter(|edited| !edited.only_down || edited.is_left())
        .collect();
    if shown.is_empty() {
        return;
    }
    ui.status(format!(
        "Edited since applied: {}",
        plural(shown.len(), "revision")
    ));
    for edited in shown {
        let why = match &edited.fixed {
            Some(evidence) if edited.published.is_some() => {
                let words = edited.published.as_ref().unwrap_or(evidence).words();
                let why = edited.no_way_back.filter(|_| !edited.only_down);
                let why = why.map_or(String::new(), |why| format!("; it cannot be redone: {why}"));
                format!("   this database ran another text; the file is as it was {words}{why}")
            }
            Some(evidence) if edited.only_down => {
                format!("   its way back alone; it was {}", evidence.words())
            }
            Some(evidence) if edited.carried => {
                let name = match evidence {
                    Evidence::Published { name } => name,
                    _ => "the protected branch",
                };
                if edited.is_restacked() {
                    format!(
                        "   this database ran it before it was restacked: {name} has it on other parents, with another text"
                    )
                } else {
                    format!("   {name} has the edit too, and nothing says that it is on purpose")
                }
            }
            Some(evidence) => format!("   was {}", evidence.words()),
            None => match edited.no_way_back {
                Some(why) => format!("   not published; it cannot be redone: {why}"),
                None => "   not published".to_owned(),
            },
        };
        let options = edited.options.as_ref();
        let why = options.map_or(why.clone(), |what| {
            format!("{why}; its options changed: {what}")
        });
        ui.status(format!(
            "  {}  {}{}",
            ui.id_err(edited.revision.as_str()),
            edited.message,
            ui.dim_err(&why)
        ));
    }
}

/// What was changed on purpose since this database ran it.
fn amended(ui: &mut Ui, report: &Report) {
    if report.amended.is_empty() {
        return;
    }
    ui.status(format!(
        "Amended since applied: {}",
        plural(report.amended.len(), "revision")
    ));
    for one in &report.amended {
        ui.status(format!(
            "  {}  {}{}",
            ui.id_err(one.revision.as_str()),
            one.message,
            ui.dim_err(&format!("   {}; {}", one.reason, became(one)))
        ));
    }
    super::reworded::show(ui, &report.reworded);
}

/// The way to settle that a database ran another text than others have.
const PUT_RIGHT: &str = "`teammig sync --redo` runs what was published: the old way down from the ledger, with what \
                         stands in its tables, then the way up of the file";

/// What can be done about edits that stay as they are.
pub(super) fn ways_out(ui: &mut Ui, edited: &[&Edited]) {
    if edited.iter().any(|one| one.can_be_redone()) {
        ui.hint(REDO);
    }
    let amend = |ids: &[&Edited]| match ids {
        [one] => format!("`teammig amend {} --reason \"…\"`", one.revision),
        _ => "`teammig amend REVISION --reason \"…\"`".to_owned(),
    };
    let those = |which: &dyn Fn(&Edited) -> bool| -> Vec<&Edited> {
        edited.iter().copied().filter(|one| which(one)).collect()
    };
    let stuck = those(&|one| one.is_open() && !one.can_be_redone());
    if !stuck.is_empty() {
        ui.hint(format!(
            "what has no way back is not redone: write a new revision and take the edit back; or {}, and `teammig sync \
             --record` writes into the ledger what it is now, without running it again",
            amend(&stuck)
        ));
    }
    if edited.iter().any(|one| one.can_be_put_right()) {
        ui.hint(PUT_RIGHT);
    }
    let wrong = those(&|one| one.published.is_some() && !one.can_be_put_right());
    if !wrong.is_empty() {
        ui.hint(
            "the files are right, and what ran is not redone here: `teammig drift` shows what this database has \
             otherwise; a new revision or a hand puts it right",
        );
    }
    let mine = those(&|one| one.fixed.is_some() && !one.carried && one.published.is_none());
    for one in &mine {
        let restore = one.restore.as_ref();
        let restore = restore.map_or(String::new(), |command| format!(" (`{command}`)"));
        ui.hint(format!(
            "take the edit of {} back{restore}, and write a new revision for the change: `teammig create \"…\"`",
            one.revision
        ));
    }
    let carried = those(&|one| one.carried && !one.can_be_put_right());
    if !carried.is_empty() {
        ui.hint(format!(
            "whoever made the edit says why with {}; then `teammig sync` records it here; it does not run again: what the \
             script is to do otherwise belongs in a new revision",
            amend(&carried)
        ));
    }
}

/// The ways down of phantoms, as they would run.
pub(super) fn scripts(ui: &mut Ui, phantoms: &[Phantom]) {
    for phantom in phantoms.iter().rev() {
        ui.status(format!(
            "  -- {}  {}",
            phantom.entry.revision, phantom.entry.message
        ));
        let down = phantom
            .scripts
            .as_ref()
            .and_then(|scripts| scripts.down.as_ref());
        for line in down.map_or("", |down| down.text.as_str()).trim().lines() {
            ui.status(format!("  {line}"));
        }
    }
}

/// Why mine are not put on top of theirs here.
pub(super) fn not_again(ui: &mut Ui, report: &Report) {
    if let Some(found) = report.not_again() {
        ui.status(format!("  {} ({})", found.words(), found.back.file.path));
    }
}

/// Several heads, and nobody is there to say what about them.
pub(super) fn open(ui: &mut Ui, project: &Project, report: &Report) {
    if ui.is_json() {
        ui.json(&document(project, report, &Carried::default(), None));
        return;
    }
    let heads = report.divergence.iter().flat_map(Divergence::heads);
    let heads: Vec<RevId> = heads.map(|head| head.revision.clone()).collect();
    not_again(ui, report);
    ui.error(format!(
        "Multiple head revisions are present: {}",
        names(&heads)
    ));
    let ways: Vec<&str> = report
        .offers()
        .into_iter()
        .filter(|offer| report.goes(*offer))
        .map(|offer| match offer {
            // The database is brought along once all of it is there.
            Settle::Restack if report.brings_more() => {
                "`teammig rebase --no-database` puts yours on top of theirs in the files, and `teammig sync` at the end \
                 brings the database along"
            }
            Settle::Restack => "`teammig sync --rebase` puts yours on top of theirs",
            Settle::Merge => "`teammig sync --merge` writes a merge revision",
            Settle::ApplyBoth => "`--apply-both` leaves them as they are",
        })
        .collect();
    if !ways.is_empty() {
        ui.hint(ways.join("; "));
    }
    if let Some(failure) = report.fails_on_top() {
        ui.hint(restack::on_top(failure));
    } else if let Some(divergence) = &report.divergence
        && !report.goes(Settle::Merge)
        && !report.offers().contains(&Settle::Restack)
    {
        ui.hint(restack::one_order(&divergence.one_order()));
    }
}

/// What would be done: files, steps, and merge revisions, which have no id yet.
pub(super) fn dry_run(
    ui: &mut Ui,
    project: &Project,
    report: &Report,
    carried: &Carried,
    decisions: Decisions,
    proposal: &Proposal,
    head_file_changes: bool,
) {
    let restacking = report.restacking.as_ref();
    let restacking = restacking.filter(|_| decisions.settle == Some(Settle::Restack));
    if ui.is_json() {
        let mut document = document(project, report, carried, Some(proposal));
        document["moved"] = moved(restacking.map_or(&[][..], |one| &one.lines));
        ui.json(&document);
        return;
    }
    show_news(ui, proposal);
    show_rewrites(ui, restacking);
    show_stands(ui, proposal);
    for merge in &carried.merges {
        ui.status(format!(
            "would write a merge revision of {}",
            names(&merge.parents)
        ));
    }
    for one in report.amended.iter().filter(|_| decisions.record) {
        ui.status(format!("would record {} as it was amended", one.revision));
    }
    if decisions.settle.is_none() && head_file_changes {
        ui.status("would write the head file anew");
    }
    if carried.merges.is_empty() || !proposal.steps.is_empty() {
        show_plan(ui, project, proposal);
    }
    for merge in &carried.merges {
        ui.data(format!("up   (new)         {}", merge.message));
    }
}

/// The document of DESIGN 12.
pub(super) fn document(
    project: &Project,
    report: &Report,
    carried: &Carried,
    plan: Option<&Proposal>,
) -> Value {
    let state = &report.state;
    let gone = |id: &RevId, direction| {
        carried
            .done
            .iter()
            .any(|step| step.revision == *id && step.direction == direction)
    };
    let pending: Vec<&RevId> = state
        .pending
        .iter()
        .filter(|id| !gone(id, Direction::Up))
        .collect();
    let phantoms: Vec<&RevId> = state
        .phantoms
        .iter()
        .filter(|id| !gone(id, Direction::Down))
        .collect();
    let edited: Vec<&RevId> = state
        .edited
        .iter()
        .filter(|id| !gone(id, Direction::Up) && !carried.recorded.contains(id))
        .collect();
    let diverged = report.divergence.is_some()
        && carried.written().next().is_none()
        && carried.rewritten.is_empty();
    json!({
        "schema": "teammig.sync/1",
        "moved_by": report.how.map(sync::how_name),
        "upstream": report.upstream,
        "came_in": report.came_in.iter().map(|one| &one.revision).collect::<Vec<_>>(),
        "diverged": diverged,
        "heads": match &report.divergence {
            Some(divergence) if diverged => merge_heads::heads_json(divergence),
            _ => json::revisions(project, &project.graph.heads()),
        },
        "offers": report.offers().iter().map(|offer| match offer {
            Settle::Restack => "rebase",
            Settle::Merge => "merge",
            Settle::ApplyBoth => "apply-both",
        }).collect::<Vec<_>>(),
        "phantoms": phantoms,
        "ways_back": report.phantoms.iter().filter_map(|phantom| {
            let found = phantom.way_back.as_ref()?;
            Some(json!({
                "revision": phantom.entry.revision,
                "found_in": found.place,
                "only_reflog": found.only_reflog,
            }))
        }).collect::<Vec<_>>(),
        "to_come": phantoms.iter().filter(|id| report.is_to_come(id)).collect::<Vec<_>>(),
        "edited": edited,
        "amended": report.amended.iter().filter(|one| !carried.recorded.contains(&one.revision)).map(amendment).collect::<Vec<_>>(),
        "amended_schema": super::reworded::document(&report.reworded),
        "skipped": state.skipped.iter().filter(|id| !gone(id, Direction::Up)).collect::<Vec<_>>(),
        "pending": pending,
        "waiting": plan.map_or(&*carried.waiting, Proposal::waiting),
        "plan": plan.map(|plan| json::plan(&plan.plan, &plan.steps)),
        "done": json::done(&carried.done),
        "merges": carried.written().collect::<Vec<_>>(),
        "merge_revisions": carried.merges.iter().map(|merge| json!({
            "revision": merge.written.as_ref().map(|(id, _)| id),
            "parents": merge.parents,
            "message": merge.message,
            "path": merge.written.as_ref().map(|(_, path)| path),
        })).collect::<Vec<_>>(),
        "rewritten": rewritten(carried),
        "kept": carry::stands(plan.map_or(&carried.stands, |plan| &plan.stands)),
        "proved": tried::document(&report.tried),
        "stale": super::stale::document(report.restacking.as_ref().map(|one| &one.looked)),
        "head_file": carried.head_file,
        "in_progress": report.going_on.map(Operation::name),
        "recorded": carried.recorded,
        "recorded_amended": carried.amended.iter().map(amendment).collect::<Vec<_>>(),
    })
}

/// The revisions that get other parents.
pub(in crate::cli) fn moved(lines: &[Restack]) -> Value {
    let moved = lines.iter().flat_map(|line| &line.moved);
    moved
        .map(|moved| {
            json!({
                "revision": moved.revision,
                "before": moved.before,
                "after": moved.after,
            })
        })
        .collect()
}

/// A revision that was changed on purpose after it was applied.
fn amendment(one: &Amendment) -> Value {
    json!({
        "revision": one.revision,
        "was": one.was.to_string(),
        "now": one.now.to_string(),
        "options": one.options,
        "parents_were": one.parents,
        "reason": one.reason,
    })
}

/// The files that got other parents.
pub(in crate::cli) fn rewritten(carried: &Carried) -> Value {
    carried
        .rewritten
        .iter()
        .map(|file| json!({ "revision": file.revision, "path": &*file.path }))
        .collect()
}
