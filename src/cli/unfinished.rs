//! A restack that never came to its end: said once, before anything else is done.

use std::path::PathBuf;

use super::{
    events::{Shower, names},
    merge_heads, report,
};
use crate::{
    model::interrupted::Standing,
    ui::Ui,
    workflow::{
        Context, Database, Error,
        unfinished::{self, Earlier, Unfinished},
    },
};

/// What was chosen about it.
pub(super) enum Chosen {
    /// There is nothing in the way.
    Go,
    /// Put everything back.
    PutBack(Box<Unfinished>),
    /// Bring it to its end.
    GoOn(Box<Unfinished>),
    /// The user said stop.
    Stop,
}

/// Looks for an earlier restack and asks what about it. Where nobody is there to ask,
/// it is an error that says how to go on.
pub(super) fn settle(ui: &mut Ui, context: &Context) -> Result<Chosen, Error> {
    let Some(open) = open(ui, context)? else {
        return Ok(Chosen::Go);
    };
    let Standing::Open { put_back, go_on } = open.standing else {
        return Ok(Chosen::Go);
    };
    if !ui.can_prompt() || !(put_back || go_on) {
        return Err(Error::Unfinished(open));
    }
    ui.warn(Error::Unfinished(open.clone()).to_string());
    for line in report::unfinished_notes(&open) {
        ui.status(line);
    }
    let mut ways = Vec::new();
    if put_back {
        ways.push((0, "Put back   files and database as they were before it"));
    }
    if go_on {
        ways.push((1, "Go on      bring it to its end"));
    }
    ways.push((2, "Stop"));
    let items: Vec<&str> = ways.iter().map(|(_, words)| *words).collect();
    let chosen = merge_heads::ask(ui, merge_heads::HOW, &items)?;
    Ok(match chosen.and_then(|at| ways.get(at)) {
        Some((0, _)) => Chosen::PutBack(open),
        Some((1, _)) => Chosen::GoOn(open),
        _ => Chosen::Stop,
    })
}

/// For commands that change the database and leave the files: refuses while an
/// earlier restack of this database is open.
pub(super) fn pass(
    ui: &mut Ui,
    context: &Context,
    database: &mut dyn Database,
) -> Result<(), Error> {
    match find(ui, context, Some(database))? {
        Some(open) if open.is_in_the_way() => Err(Error::Unfinished(open)),
        _ => Ok(()),
    }
}

/// For a dry run: says what there is to settle first, and settles nothing.
pub(super) fn look(context: &Context) -> Result<(), Error> {
    let found = match unfinished::look(context, None)? {
        Some(found) if found.environment.is_some() && !found.running => {
            unfinished::look(context, Some(&mut *context.database()?))?
        }
        found => found,
    };
    match found {
        Some(open) if open.is_open() => Err(Error::Unfinished(Box::new(open))),
        _ => Ok(()),
    }
}

/// The restack that somebody has to say something about.
pub(super) fn open(ui: &mut Ui, context: &Context) -> Result<Option<Box<Unfinished>>, Error> {
    let mut database = match unfinished::look(context, None)? {
        Some(found) if found.environment.is_some() && !found.running => Some(context.database()?),
        Some(_) => None,
        None => return find(ui, context, None),
    };
    match &mut database {
        Some(database) => find(ui, context, Some(&mut **database)),
        None => find(ui, context, None),
    }
}

fn find(
    ui: &mut Ui,
    context: &Context,
    database: Option<&mut dyn Database>,
) -> Result<Option<Box<Unfinished>>, Error> {
    let shower = Shower::new(ui, 0);
    let earlier = unfinished::find(context, database, &mut |event| shower.show(ui, &event));
    drop(shower);
    match earlier? {
        Earlier::None => Ok(None),
        Earlier::Open(open) => Ok(Some(open)),
        Earlier::Over(over) => {
            ui.status(match over.standing {
                Standing::Finished => "an earlier restack was interrupted after it had done everything",
                Standing::Left => {
                    "an earlier restack was interrupted: the files are whole, and the database goes on from where it is"
                }
                _ => "an earlier restack was interrupted before it changed anything",
            });
            Ok(None)
        }
    }
}

/// Puts files and database back, and says so. Gives the place of what the database held.
pub(super) fn put_back(
    ui: &mut Ui,
    context: &Context,
    open: &Unfinished,
) -> Result<Option<PathBuf>, Error> {
    let mut database = match open.environment {
        Some(_) => Some(context.database()?),
        None => None,
    };
    let shower = Shower::new(ui, 0);
    let mut show = |event: crate::workflow::Event<'_>| shower.show(ui, &event);
    let done = match &mut database {
        Some(database) => unfinished::put_back(context, Some(&mut **database), &mut show),
        None => unfinished::put_back(context, None, &mut show),
    };
    drop(shower);
    let done = done?;
    ui.status(if done.stays {
        "the files are as they were before the restack; what the database did stays".to_owned()
    } else {
        format!(
            "files and database are as they were before the restack of {}",
            names(&open.moved)
        )
    });
    if done.by_scripts {
        ui.hint(
            "Alembic commits by itself, so this was done by the scripts: what had been rolled back is there again without the rows \
             that it had",
        );
    }
    if let Some(aside) = &done.aside {
        ui.hint(format!(
            "what the database held until now is kept, should another program have written to it since: {}",
            context.display_path(aside)
        ));
    }
    if done.stays {
        ui.hint("`teammig sync` brings the database along");
    }
    Ok(done.aside)
}

/// Leaves everything as it is, and says what stays. Gives the place of the copy.
pub(super) fn quit(ui: &mut Ui, context: &Context) -> Result<Option<PathBuf>, Error> {
    let kept = unfinished::forget(context)?;
    ui.status("left as it is; `teammig status` shows where files and database stand");
    if let Some(kept) = &kept {
        ui.hint(format!(
            "the database as it was before the restack is kept: {}",
            context.display_path(kept)
        ));
    }
    Ok(kept)
}
