//! A deliberate change of something fixed is recorded in the header of its file, where
//! whoever reviews it sees it.

use super::{
    At, Context, Error, fixed,
    guard::ByLayout,
    restack::Rewrite,
    revisions,
    rewrite::{self, NotPut},
};
use crate::{
    layout,
    model::{
        Amended, Origin, Project, RevId, Snapshot,
        finding::Place,
        guard::{Amendment, amendment},
    },
};

/// A decision, ready to be written.
#[derive(Debug)]
pub struct Amending {
    /// The revision.
    pub revision: RevId,
    /// Its file, relative to the project's root.
    pub path: String,
    /// What it says of the change.
    pub amendment: Amendment,
    /// The entries that come into the header; none where all is recorded already.
    pub entries: Vec<Amended>,
    /// The reason that was given for it.
    pub reason: String,
    /// The file, where it changes.
    rewrite: Option<Rewrite>,
}

/// The decision that the revision called `name` has to be changed, for this reason.
/// Reads the working tree; changes nothing.
pub fn propose(context: &Context, name: &str, reason: &str) -> Result<Amending, Error> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().any(char::is_control) {
        return Err(Error::Usage(
            "the reason is one line, for whoever reviews it: `--reason \"…\"`".to_owned(),
        ));
    }
    let project = context.writable_project()?;
    let found = project.graph.resolve_one(name);
    let id = found
        .map_err(|error| revisions::explain_missing(context, error.into()))?
        .ok_or_else(|| Error::Usage("base is no revision".to_owned()))?;
    let migration = project
        .migration(id.as_str())
        .ok_or_else(|| Error::Usage(format!("no file here has {id}")))?;
    let fixed = fixed::of_revision(context, &id)?;
    let reading = ByLayout::of(context, "HEAD")?;
    let before = committed(context);
    let amendment =
        amendment(&before, &project, &id, &fixed, &reading).map_err(|why| Error::NotAmended {
            revision: id.clone(),
            why,
        })?;
    let mut now = migration.clone();
    let mut entries = Vec::new();
    for was in &amendment.was {
        let entry = Amended {
            was: was.checksum.short(),
            options: was.options,
            reason: reason.to_owned(),
        };
        let text = context.layout().with_amended(&now, &entry);
        let file = text.map(|text| crate::model::SourceFile::new(now.file.path.clone(), text));
        now = file
            .and_then(|file| context.layout().parse(file).ok())
            .ok_or_else(|| Error::NotRewritable {
                revision: id.clone(),
                key: "amended",
                place: Place {
                    file: migration.file.clone(),
                    span: context.layout().locate(migration, "amended", ""),
                    label: String::new(),
                },
            })?;
        entries.push(entry);
    }
    let path = migration.file.path.to_string();
    Ok(Amending {
        rewrite: (!entries.is_empty()).then(|| Rewrite {
            revision: Some(id.clone()),
            path: path.clone(),
            before: migration.file.text.to_string(),
            after: now.file.text.to_string(),
        }),
        revision: id,
        path,
        amendment,
        entries,
        reason: reason.to_owned(),
    })
}

/// Writes it into the file.
pub fn write(context: &Context, amending: &Amending) -> Result<(), Error> {
    let Some(file) = &amending.rewrite else {
        return Ok(());
    };
    // One file is put in its place or not: there is nothing to put back.
    rewrite::put(
        context,
        context.repo()?.git_dir(),
        std::slice::from_ref(file),
    )
    .map_err(|NotPut { cause, .. }| cause)
}

/// The revisions of the commit that is checked out; none before the first commit.
fn committed(context: &Context) -> Project {
    context
        .project_at(&At::Commit("HEAD".to_owned()))
        .unwrap_or_else(|_| {
            let nothing = Snapshot {
                origin: Origin::Index,
                files: Vec::new(),
                head_file: None,
            };
            layout::load(&nothing, context.layout())
        })
}
