//! What `sync` asks, and what flags answer for it.

use super::{
    super::{
        events::{listed, plural},
        merge_heads,
    },
    Args,
};
use crate::{
    model::{
        RevId,
        settle::{Movable, Settle},
    },
    ui::Ui,
    workflow::{
        Context, Error,
        divergence::{Divergence, Whose},
        drift::Phantom,
        sync::{Decisions, Report, Skipped},
        verdicts::{Apart, Tried},
    },
};

/// How to go on.
pub(super) enum Chosen {
    /// With these decisions.
    Go {
        decisions: Decisions,
        /// What only the database has was left there, on purpose.
        keep: bool,
    },
    /// The user said stop.
    Stop,
    /// Several heads, and nobody is there to say.
    Open,
}

/// Everything that has to be decided before there is a plan.
pub(super) fn decide(
    ui: &mut Ui,
    context: &Context,
    report: &Report,
    args: &Args,
) -> Result<Chosen, Error> {
    let fate = phantoms(ui, context, report, args)?;
    if fate == Fate::Stop {
        return Ok(Chosen::Stop);
    }
    let Some(redo) = edited(ui, report, args)? else {
        return Ok(Chosen::Stop);
    };
    let Some(put_right) = another_text(ui, report, args)? else {
        return Ok(Chosen::Stop);
    };
    let Some(record) = amended(ui, context, report, args)? else {
        return Ok(Chosen::Stop);
    };
    let settle = match heads(ui, report, args)? {
        Heads::Single => None,
        Heads::Settle(settle) => {
            report.require(settle)?;
            Some(settle)
        }
        Heads::Stop => return Ok(Chosen::Stop),
        Heads::Open => return Ok(Chosen::Open),
    };
    let decisions = Decisions {
        settle,
        roll_back: fate == Fate::RollBack,
        redo,
        put_right,
        record,
        skipped: if args.out_of_order {
            Skipped::OutOfOrder
        } else {
            Skipped::Ask
        },
        as_is: args.no_prove,
    };
    let keep = fate == Fate::Keep;
    Ok(Chosen::Go { decisions, keep })
}

/// What becomes of revisions that only the database has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    RollBack,
    /// They stay, as somebody said.
    Keep,
    /// They stay, and nobody said anything.
    Open,
    Stop,
}

/// What to do about phantoms.
fn phantoms(ui: &mut Ui, context: &Context, report: &Report, args: &Args) -> Result<Fate, Error> {
    let gone = report.phantoms.iter().filter(|one| one.returns.is_none());
    let gone = gone.count();
    let possible = report.phantoms.iter().any(Phantom::has_way_back);
    if args.keep {
        return Ok(Fate::Keep);
    }
    if gone == 0 || (!possible && !args.roll_back) {
        return Ok(Fate::Open);
    }
    // A yes to everything is meant for the database of one's own.
    let protected = context.target()?.protected;
    if args.roll_back || (args.yes && !protected) {
        return Ok(Fate::RollBack);
    }
    if !ui.can_prompt() {
        return Ok(Fate::Open);
    }
    let (them, scripts) = match gone {
        1 => ("it", "the script"),
        _ => ("them", "the scripts"),
    };
    let found = report
        .phantoms
        .iter()
        .any(|phantom| phantom.way_back.is_some());
    let kept = if found {
        "the ledger or Git"
    } else {
        "the ledger"
    };
    let roll_back = format!("Roll {them} back   with {scripts} that {kept} kept");
    let keep = format!("Keep {them}        this database stays ahead of the files");
    let show = format!("Show {scripts}");
    let mut items = vec![roll_back.as_str(), keep.as_str(), show.as_str(), "Stop"];
    if protected {
        items.swap(0, 1);
    }
    loop {
        let chosen = merge_heads::ask(
            ui,
            &format!(
                "Only the database has {}. What about {them}?",
                plural(gone, "revision")
            ),
            &items,
        )?;
        match chosen {
            Some(0 | 1) if (chosen == Some(0)) != protected => return Ok(Fate::RollBack),
            Some(0 | 1) => return Ok(Fate::Keep),
            Some(2) => super::show::scripts(ui, &report.phantoms),
            _ => return Ok(Fate::Stop),
        }
    }
}

/// Whether to redo what was edited; `None` = stop.
fn edited(ui: &mut Ui, report: &Report, args: &Args) -> Result<Option<bool>, Error> {
    let n = report
        .edited
        .iter()
        .filter(|edited| edited.can_be_redone())
        .count();
    if n == 0 {
        return Ok(Some(false));
    }
    if args.redo || args.yes {
        return Ok(Some(true));
    }
    if !ui.can_prompt() {
        return Ok(Some(false));
    }
    let items = [
        "Redo it    the old way down from the ledger, then the new way up",
        "Leave it   this database keeps what it ran, and what builds on it waits",
        "Stop",
    ];
    let question = format!(
        "You edited {} that this database has applied. How do you want to go on?",
        plural(n, "revision")
    );
    Ok(match merge_heads::ask(ui, &question, &items)? {
        Some(0) => Some(true),
        Some(1) => Some(false),
        _ => None,
    })
}

/// Whether to run what was published where this database ran something else; `None` = stop.
fn another_text(ui: &mut Ui, report: &Report, args: &Args) -> Result<Option<bool>, Error> {
    let wrong = report.edited.iter().filter(|one| one.can_be_put_right());
    let n = wrong.count();
    // What goes with it is nobody's edit, so a yes to everything does not mean it.
    if n == 0 || args.redo || args.yes || !ui.can_prompt() {
        return Ok(Some(n > 0 && args.redo));
    }
    let items = [
        "Redo it    the old way down from the ledger, then what was published",
        "Leave it   this database keeps what it ran",
        "Stop",
    ];
    let question = format!(
        "This database ran another text of {} than was published. How do you want to go on?",
        plural(n, "revision")
    );
    Ok(match merge_heads::ask(ui, &question, &items)? {
        Some(at @ (0 | 1)) => Some(at == 0),
        _ => None,
    })
}

/// Whether to record what was changed on purpose; `None` = stop.
fn amended(
    ui: &mut Ui,
    context: &Context,
    report: &Report,
    args: &Args,
) -> Result<Option<bool>, Error> {
    let n = report.amended.len();
    if n == 0 {
        return Ok(Some(false));
    }
    let target = context.target()?;
    // What makes a difference is not recorded by a yes to everything.
    let differs = report.reworded.differs();
    if differs && args.yes && !args.record {
        return Ok(Some(false));
    }
    // A yes counts for the database that it was given with, not for a default.
    let sure = !target.protected || (args.yes && context.environment_was_named());
    if (args.record || args.yes) && sure {
        return Ok(Some(true));
    }
    if !ui.can_prompt() {
        if args.record {
            return Err(Error::Protected {
                environment: target.environment,
            });
        }
        return Ok(Some(false));
    }
    let mut items = [
        "Record it   the ledger says what the files say now; it does not run again",
        "Leave it    the ledger keeps what ran here",
        "Stop",
    ];
    if differs {
        items.swap(0, 1);
    }
    let question = format!(
        "{} changed on purpose after this database ran {}. How do you want to go on?",
        match n {
            1 => "1 revision was".to_owned(),
            n => format!("{n} revisions were"),
        },
        if n == 1 { "it" } else { "them" },
    );
    Ok(match merge_heads::ask(ui, &question, &items)? {
        Some(at @ (0 | 1)) => Some((at == 0) != differs),
        _ => None,
    })
}

enum Heads {
    Single,
    Settle(Settle),
    Stop,
    Open,
}

fn heads(ui: &mut Ui, report: &Report, args: &Args) -> Result<Heads, Error> {
    let offers = report.offers();
    if offers.is_empty() {
        return Ok(Heads::Single);
    }
    if args.rebase {
        return if offers.contains(&Settle::Restack) {
            Ok(Heads::Settle(Settle::Restack))
        } else {
            Err(refused(report))
        };
    }
    if args.merge {
        return Ok(Heads::Settle(Settle::Merge));
    }
    if args.apply_both {
        return Ok(Heads::Settle(Settle::ApplyBoth));
    }
    if args.yes
        && let Some(first) = offers.first()
    {
        return Ok(Heads::Settle(*first));
    }
    if !ui.can_prompt() {
        return Ok(Heads::Open);
    }
    super::show::not_again(ui, report);
    let mut lines = report.divergence.iter().flat_map(|found| &found.lines);
    let several = lines.any(|line| line.heads.len() > 2);
    let mut items: Vec<&str> = offers
        .iter()
        .map(|offer| {
            let apart = report.tried.iter().all(Tried::merges);
            let mut tried = report.tried.iter();
            let fails = tried.any(|one| one.apart() == Some(Apart::Fails));
            match offer {
                Settle::ApplyBoth if !report.goes(Settle::ApplyBoth) && several => {
                    "Apply all, decide later          stops: one side would undo another here"
                }
                Settle::ApplyBoth if several => {
                    "Apply all, decide later          this database gets all, heads stay apart"
                }
                Settle::ApplyBoth if !report.goes(Settle::ApplyBoth) => {
                    "Apply both, decide later         stops: one side would undo the other here"
                }
                Settle::Restack if report.fails_on_top().is_some() => {
                    "Restack yours on top of theirs   stops: it fails on top of theirs"
                }
                Settle::Restack if report.not_again().is_some() => {
                    "Restack yours on top of theirs   stops: its way back leaves something here"
                }
                Settle::Merge if fails => {
                    "Create a merge revision          stops: not every order works"
                }
                Settle::Merge if !apart => {
                    "Create a merge revision          stops: it would leave databases different"
                }
                Settle::Merge if report.tried.iter().any(|one| one.bridge.is_some()) => {
                    match keeps(report) {
                        Some(true) => {
                            "Create a merge revision          with a script that keeps your change"
                        }
                        Some(false) => {
                            "Create a merge revision          with a script that keeps their change"
                        }
                        None => {
                            "Create a merge revision          with a script that makes both orders alike"
                        }
                    }
                }
                offer => words(*offer, &report.movable, here(report), stale(report)),
            }
        })
        .collect();
    items.push("Stop");
    Ok(match merge_heads::ask(ui, merge_heads::HOW, &items)? {
        Some(at) if at < offers.len() => Heads::Settle(offers[at]),
        _ => Heads::Stop,
    })
}

/// Whether a merge revision keeps what is mine; none where it is not one side's.
fn keeps(report: &Report) -> Option<bool> {
    let mut bridges = report.tried.iter().filter_map(|one| one.bridge.as_ref());
    let kept = bridges.next()?.keeps_of()?;
    if bridges.next().is_some() {
        return None;
    }
    let heads: Vec<_> = report
        .divergence
        .iter()
        .flat_map(Divergence::heads)
        .collect();
    let is_mine = |whose: &Whose| matches!(whose, Whose::Uncommitted | Whose::NotPublished);
    let mine = heads.iter().filter(|head| is_mine(&head.whose)).count();
    let head = heads.iter().find(|head| head.revision == *kept)?;
    // "Yours" tells them apart only where it is not all of them, or none.
    (mine > 0 && mine < heads.len()).then(|| is_mine(&head.whose))
}

/// What a restack would undo of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undoes {
    Nothing,
    /// The scripts are made anew, so that they do not.
    Renewed,
    /// They cannot be.
    Open,
}

fn stale(report: &Report) -> Undoes {
    let stale = report.restacking.iter().flat_map(|one| &one.looked.stale);
    let mut undoes = Undoes::Nothing;
    for one in stale {
        if one.renewed.is_err() {
            return Undoes::Open;
        }
        undoes = Undoes::Renewed;
    }
    undoes
}

/// What becomes of what this database has of those that a restack moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Here {
    /// It has nothing of them.
    Nothing,
    /// All of it stays: the order does not matter.
    Stays,
    /// It is rolled back, and runs again.
    Again,
}

fn here(report: &Report) -> Here {
    let lines = report.restacking.iter().flat_map(|one| &one.lines);
    let moved = lines.flat_map(|line| &line.moved);
    let stands = report.restacking.iter().flat_map(|one| &one.stands);
    let stays: Vec<&RevId> = stands.flat_map(|one| &one.mine).collect();
    let applied = moved.filter(|moved| report.state.applied.contains(&moved.revision));
    let applied: Vec<&RevId> = applied.map(|moved| &moved.revision).collect();
    match applied.as_slice() {
        [] => Here::Nothing,
        all if all.iter().all(|id| stays.contains(id)) => Here::Stays,
        _ => Here::Again,
    }
}

/// A line of the menu. On a terminal of 80 columns a longer one would lose its second part,
/// and with it what the choice costs.
fn words(offer: Settle, movable: &Movable, here: Here, undoes: Undoes) -> &'static str {
    match offer {
        Settle::Restack if undoes == Undoes::Open => {
            "Restack yours on top of theirs   stops: it would undo what theirs did"
        }
        Settle::Restack if undoes == Undoes::Renewed => {
            "Restack yours on top of theirs   its scripts are made anew, as shown"
        }
        Settle::Restack if matches!(movable, Movable::Shared(..)) => {
            "Restack them on top of theirs    others have them on their branches too"
        }
        Settle::Restack if here == Here::Again => {
            "Restack yours on top of theirs   runs again; what it stored here goes"
        }
        Settle::Restack if here == Here::Stays => {
            "Restack yours on top of theirs   yours stay as they are in this database"
        }
        Settle::Restack => {
            "Restack yours on top of theirs   keeps history linear; not published yet"
        }
        Settle::Merge => "Create a merge revision          joins the heads, and nothing moves",
        Settle::ApplyBoth => {
            "Apply both, decide later         this database gets all, heads stay apart"
        }
    }
}

/// Why `--rebase` cannot be.
fn refused(report: &Report) -> Error {
    match &report.movable {
        Movable::Fixed(id, evidence) => Error::Held {
            revision: id.clone(),
            held: id.clone(),
            evidence: Some(evidence.clone()),
        },
        Movable::NoWayBack(found) => Error::Irreversible(found.clone()),
        Movable::Yes | Movable::Shared(..) | Movable::Unclear => {
            let lines = report.divergence.iter().flat_map(|found| {
                let lines = found.lines.iter();
                lines.map(move |line| (found, line))
            });
            let came_in = report.came_in.iter().map(|one| &one.revision).collect();
            let mut open = lines.filter(|(_, line)| line.sides(&came_in).is_none());
            match open.next() {
                Some((found, line)) => found.unclear(line),
                None => Error::Usage("yours cannot be put on top of theirs".to_owned()),
            }
        }
    }
}

/// What to do about revisions that never ran, though later ones did; `None` =
/// nobody is there to say.
pub(super) fn skipped(
    ui: &mut Ui,
    report: &Report,
    skipped: &[(RevId, String)],
    stays: bool,
    args: &Args,
) -> Result<Option<Skipped>, Error> {
    let above = report.state.graph.unwind(
        &report.state.applied,
        &skipped.iter().map(|(id, _)| id.clone()).collect(),
    );
    // What others use is not rolled back for the sake of order, nor what was changed on purpose.
    if args.yes && stays {
        let ids: Vec<String> = skipped.iter().map(|(id, _)| id.to_string()).collect();
        ui.warn(format!(
            "{} {} after what lies above {}: a database that is made anew runs them the other way round, and may \
             come out otherwise",
            listed(&ids),
            if ids.len() == 1 { "runs" } else { "run" },
            if ids.len() == 1 { "it" } else { "them" },
        ));
        return Ok(Some(Skipped::OutOfOrder));
    }
    if args.yes {
        return Ok(Some(Skipped::InOrder));
    }
    if !ui.can_prompt() {
        return Ok(None);
    }
    ui.warn(format!(
        "{} never ran, though later ones did",
        plural(skipped.len(), "revision")
    ));
    for (id, message) in skipped {
        ui.status(format!("  {}  {message}", ui.id_err(id.as_str())));
    }
    let in_order = format!(
        "Roll back {} that came later, with their rows, and apply in order",
        plural(above.len(), "revision")
    );
    let mut items = vec![
        in_order.as_str(),
        "Run them now, after the later ones",
        "Stop",
    ];
    if stays {
        items.swap(0, 1);
    }
    Ok(match merge_heads::ask(ui, merge_heads::HOW, &items)? {
        Some(at @ (0 | 1)) if (at == 0) != stays => Some(Skipped::InOrder),
        Some(0 | 1) => Some(Skipped::OutOfOrder),
        _ => return Err(Error::Stopped),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RevId;

    /// The first choice of all stood there without a word about what it does.
    #[test]
    fn the_menu_fits_eighty_columns() {
        let shared = Movable::Shared(RevId::trusted("aaaa"), Vec::new());
        for offer in [Settle::Restack, Settle::Merge, Settle::ApplyBoth] {
            for movable in [&Movable::Yes, &shared] {
                for here in [Here::Nothing, Here::Stays, Here::Again] {
                    for undoes in [Undoes::Nothing, Undoes::Renewed, Undoes::Open] {
                        let line = words(offer, movable, here, undoes);
                        assert!(line.len() <= 76 && line.contains("   "), "{line}");
                    }
                }
            }
        }
    }
}
