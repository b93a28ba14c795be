//! Edits that the base has already: they landed there though nobody decided so. Who only
//! builds on them is told; the base itself stays wrong until they are taken back or recorded.

use crate::{
    layout,
    model::{
        Finding, Origin, Project, RevId, Rule, Severity, Snapshot,
        guard::{self, Content, Evidence, First, Fixed},
    },
    workflow::{
        Context, Error, audit, fixed,
        guard::{ByLayout, protected_refs},
        outline,
    },
};

use super::Sides;

/// Edits of what the base had published.
#[derive(Debug, Default)]
pub(super) struct Landed {
    /// Those that it has itself.
    pub(super) old: Vec<Finding>,
    /// Revisions that it has taken out, and that come back as something else.
    pub(super) new: Vec<Finding>,
}

/// Revisions that are not what the base published first.
pub(super) fn edits(context: &Context, sides: &Sides) -> Result<Landed, Error> {
    let Some((name, _)) = &sides.base else {
        return Ok(Landed::default());
    };
    if !sides.merged && !protected_refs(context)?.contains(name) {
        return Ok(Landed::default());
    }
    let edits = audit::edits(context, name)?;
    if edits.is_empty() {
        return Ok(Landed::default());
    }
    let text = |project: &Project, id: &RevId| {
        let found = project.migration(id.as_str());
        found.map(|one| one.file.text.clone())
    };
    let (mut tips, _) = outline::of_protected(context, name)?;
    let mut gone = Vec::new();
    for edit in &edits {
        let id = &edit.revision;
        let is_new = text(&sides.before, id).is_none() && text(&sides.after, id).is_some();
        if is_new && tips.iter().all(|tip| tip.revision != *id) {
            let published = outline::of_commit(context, &edit.published.id)?;
            let was = published.iter().find(|one| one.revision == *id);
            gone.extend(was.map(|was| Fixed {
                revision: id.clone(),
                content: Content::from(was),
                first: First::Same,
                evidence: Evidence::Published { name: name.clone() },
            }));
        }
    }
    tips.retain(|tip| {
        let id = &tip.revision;
        let edited = edits.iter().any(|edit| edit.revision == *id);
        edited && text(&sides.before, id) == text(&sides.after, id)
    });
    let mut all = fixed::published(context, name, tips, &|_| true);
    // What it has by now is what is judged.
    for one in &mut all {
        if let First::Was(first) = std::mem::replace(&mut one.first, First::Same) {
            one.content = *first;
        }
    }
    Ok(Landed {
        old: judged(context, name, sides, &all)?,
        new: judged(context, name, sides, &gone)?,
    })
}

/// The edits alone that nobody has decided.
fn judged(
    context: &Context,
    name: &str,
    sides: &Sides,
    fixed: &[Fixed],
) -> Result<Vec<Finding>, Error> {
    let nothing = Snapshot {
        origin: Origin::WorkTree,
        files: Vec::new(),
        head_file: None,
    };
    let nothing = layout::load(&nothing, context.layout());
    let reading = ByLayout::of(context, name)?;
    let mut findings = guard::judge(&nothing, &sides.after, fixed, &reading);
    findings.retain(|finding| {
        let is_edit = matches!(
            finding.rule,
            Rule::EditedRevision | Rule::ReparentedRevision
        );
        is_edit && finding.severity == Severity::Error
    });
    Ok(findings)
}
