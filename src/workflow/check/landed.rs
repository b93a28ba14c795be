//! Edits that the base has already: they landed there though nobody decided so. Who only
//! builds on them is told; the base itself stays wrong until they are taken back or recorded.

use crate::{
    git::CommitId,
    layout,
    model::{
        Finding, Origin, Project, RevId, Rule, Severity, Snapshot,
        audit::EditKind,
        guard::{self, First, Fixed},
    },
    workflow::{
        Context, Error, audit, fixed,
        guard::{ByLayout, protected_refs},
        outline,
    },
};

use super::Sides;

/// Revisions of the base that are not what it published first.
pub(super) fn edits(context: &Context, sides: &Sides) -> Result<Vec<Finding>, Error> {
    let Some((name, _)) = &sides.base else {
        return Ok(Vec::new());
    };
    if !sides.merged && !protected_refs(context)?.contains(name) {
        return Ok(Vec::new());
    }
    let mut edits = Vec::new();
    let all = audit::edits(context, name)?;
    // What a formatter did to a revision says nothing about an edit from before there was a guard.
    for edit in all.iter().filter(|edit| edit.kind != EditKind::Comments) {
        let commit = CommitId::from_hex(&edit.commit.id);
        if commit.is_none_or(|commit| context.is_guarded_in(commit).unwrap_or(true)) {
            edits.push(edit.clone());
        }
    }
    if edits.is_empty() {
        return Ok(Vec::new());
    }
    let text = |project: &Project, id: &RevId| {
        let found = project.migration(id.as_str());
        found.map(|one| one.file.text.clone())
    };
    let (mut tips, _) = outline::of_protected(context, name)?;
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
    judged(context, name, sides, &all)
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
