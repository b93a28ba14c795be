//! What a branch published before somebody put other history in its place: the reflog of this
//! clone is where that is still known.
//!
//! Who puts a revision back to that edits nothing. Asked only of revisions that a step makes
//! something else than the branch has.

use super::{
    Context, Error,
    fixed::differs,
    outline::{self, Outlined},
};
use crate::{
    layout,
    model::{
        Project,
        guard::{Content, Evidence, First, Fixed, Reading},
    },
};

/// Those of `tips`, which the branch `name` has now, that a step puts back to what the branch
/// published first, with that.
pub(super) fn put_back(
    context: &Context,
    name: &str,
    tips: &[Outlined],
    (before, after): (&Project, &Project),
    reading: &dyn Reading,
) -> Result<Vec<Fixed>, Error> {
    let mut open: Vec<&Outlined> = tips.iter().collect();
    open.retain(|tip| {
        // One that only came or went is no other one.
        before.migration(tip.revision.as_str()).is_some() && differs(before, after, tip, reading)
    });
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for old in context.repo()?.line(name)?.once() {
        if open.is_empty() {
            break;
        }
        let was = outline::of_commit(context, &old.to_string())?;
        // The first one that has it is what was published first.
        open.retain(|tip| {
            let Some(first) = was.iter().find(|one| one.revision == tip.revision) else {
                return true;
            };
            if is_again(after, first) {
                found.push(Fixed {
                    revision: first.revision.clone(),
                    content: Content::from(first),
                    first: First::Same,
                    evidence: Evidence::Published {
                        name: name.to_owned(),
                    },
                });
            }
            false
        });
    }
    Ok(found)
}

/// The step leads to just that.
fn is_again(after: &Project, first: &Outlined) -> bool {
    after.migration(first.revision.as_str()).is_some_and(|new| {
        layout::checksum(new) == first.checksum
            && new.options() == first.options
            && new.revision.parents == first.parents
            && new.revision.depends_on == first.depends_on
    })
}
