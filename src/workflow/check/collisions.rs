//! What the scripts of a change and those that its base has got meanwhile do to each
//! other: read, not tried.

use std::collections::BTreeSet;

use super::sides::Sides;
use crate::{
    model::{
        Finding, Project, RevId, Rule,
        conflict::{Clash, Collision, Conflicts, Place, Unknown},
    },
    workflow::{
        Context, Error,
        conflicts::{Scripts, place},
        divergence,
    },
};

/// Where a merge with the base would put statements beside others that mind them. What
/// could not be read is told as such.
pub(super) fn with_base(context: &Context, sides: &Sides) -> Result<Vec<Finding>, Error> {
    let Some((base, commit)) = sides.base.as_ref().filter(|_| sides.merged) else {
        return Ok(Vec::new());
    };
    let (before, after) = (&sides.before, &sides.after);
    let ids = after.graph.iter().map(|one| &one.id);
    let new: BTreeSet<RevId> = ids
        .filter(|id| before.graph.get(id.as_str()).is_none())
        .cloned()
        .collect();
    let parting = after.graph.parting_of_new(&new, &sides.meanwhile);
    if parting.is_ordered() {
        return Ok(Vec::new());
    }
    let mut scripts = Scripts::new(context, after);
    let found = scripts.judge(&parting)?;
    scripts.remember();
    let theirs: BTreeSet<RevId> = found
        .collisions
        .iter()
        .map(|one| one.right.revision.clone())
        .collect();
    let theirs: Vec<RevId> = theirs.into_iter().collect();
    // Who wrote it is a help and no answer.
    let facts = divergence::facts_seen_from(context, after, &theirs, &[*commit]);
    let facts = facts.unwrap_or_default();
    let author = |id: &RevId| Some(facts.get(id)?.1.as_ref()?.author.clone());
    Ok(findings(after, base, &found, &author))
}

fn findings(
    project: &Project,
    base: &str,
    found: &Conflicts,
    author: &dyn Fn(&RevId) -> Option<String>,
) -> Vec<Finding> {
    let collisions = found
        .collisions
        .iter()
        .map(|one| collision(project, base, one, author));
    let unread = found.unknown.iter().filter(|one| !one.opaque);
    collisions
        .chain(unread.map(|one| not_read(project, base, one)))
        .collect()
}

fn collision(
    project: &Project,
    base: &str,
    one: &Collision,
    author: &dyn Fn(&RevId) -> Option<String>,
) -> Finding {
    let (mine, theirs) = (&one.left, &one.right);
    let by = author(&theirs.revision).map_or_else(String::new, |author| format!(", by {author}"));
    let message = format!("{one} (on {base}{by})");
    let help = match one.clash {
        Clash::Never => format!(
            "one of the two has to change, and {} is on {base} already: merge {base} here, \
             `teammig rebase` puts yours on top of it, then leave out of yours what is there",
            theirs.revision
        ),
        Clash::Order => format!(
            "merge {base} here, and `teammig rebase` puts yours on top of {}, which decides the \
             order; then put right in yours what does not fit",
            theirs.revision
        ),
        Clash::Possible | Clash::None => {
            "both orders lead to one schema; look at what becomes of the rows".to_owned()
        }
    };
    let finding = if one.clash.is_serious() {
        Finding::error(Rule::SemanticConflict, message)
    } else {
        Finding::warning(Rule::SemanticConflict, message)
    };
    let label = |one: &Place| format!("{} it", one.act.verb());
    let mut finding = finding.about(&mine.revision).help(help);
    if let Some(at) = place(project, &mine.revision, &mine.span) {
        finding = finding.at(&at.file, at.span, label(mine));
    }
    match place(project, &theirs.revision, &theirs.span) {
        Some(at) => finding.see(&at.file, at.span, label(theirs)),
        None => finding,
    }
}

fn not_read(project: &Project, base: &str, one: &Unknown) -> Finding {
    let finding = Finding::warning(
        Rule::SemanticConflict,
        format!(
            "a statement of {} could not be read: whether it collides with what is new on the \
             other side of a merge with {base} is not known",
            one.revision
        ),
    )
    .about(&one.revision)
    .help(format!(
        "read it yourself beside the other revisions; `teammig conflicts --with {base}` lists what was read"
    ));
    match place(project, &one.revision, &one.span) {
        Some(at) => finding.at(&at.file, at.span, ""),
        None => finding,
    }
}
