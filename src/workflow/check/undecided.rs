//! Sides that Git has brought together already, and whose order nobody decided: two heads in
//! one commit, and merge revisions that say neither that the order was tried nor what to do
//! about it.

use std::collections::BTreeSet;

use crate::{
    model::{Finding, Migration, Project, RevId, Rule, graph::Parting, verdict::Verdict},
    sql,
    workflow::{
        Context, Error,
        conflicts::{Scripts, place},
        orders::{Prove, prove_parting},
        record::{self, Record},
    },
};

/// What is new beside what the base has, where both are in one commit and the heads of a
/// line are still several. Ordered where there is nothing like that.
pub(super) fn apart(after: &Project, new: &BTreeSet<RevId>) -> Parting {
    let heads = after.graph.diverged().into_iter();
    let (mine, theirs): (Vec<RevId>, Vec<RevId>) = heads.partition(|head| new.contains(head));
    after.graph.parting(&mine, &theirs)
}

/// New merge revisions whose sides collide by their scripts, and that leave it at that.
/// `prove`: where both orders were tried and leave the same, there is nothing to tell.
pub(super) fn merges(
    after: &Project,
    new: &BTreeSet<RevId>,
    scripts: &mut Scripts<'_>,
    prove: Option<(&Context, Prove)>,
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    let merges = new.iter().filter_map(|id| after.migration(id.as_str()));
    for migration in merges.filter(|one| is_undecided(after, one)) {
        let parents = &migration.revision.parents;
        let pairs = parents.iter().enumerate().flat_map(|(at, left)| {
            let rest = parents[at + 1..].iter();
            rest.map(move |right| (left, right))
        });
        for (left, right) in pairs {
            let sides = [left, right].map(std::slice::from_ref);
            let parting = after.graph.parting(sides[0], sides[1]);
            findings.extend(of_pair(after, migration, &parting, scripts, prove)?);
        }
    }
    Ok(findings)
}

fn is_undecided(project: &Project, migration: &Migration) -> bool {
    migration.revision.parents.len() > 1
        && !sql::has_statement(migration.up_text())
        && matches!(record::of(project, migration), None | Some(Record::Stale))
}

fn of_pair(
    project: &Project,
    migration: &Migration,
    parting: &Parting,
    scripts: &mut Scripts<'_>,
    prove: Option<(&Context, Prove)>,
) -> Result<Option<Finding>, Error> {
    if parting.is_ordered() {
        return Ok(None);
    }
    let found = scripts.judge(parting)?;
    let mut serious = found.collisions.iter().filter(|one| one.clash.is_serious());
    let Some(worst) = serious.next() else {
        return Ok(None);
    };
    if let Some((on, prove)) = prove {
        match prove_parting(on, prove.here, project, parting) {
            Ok(Some(proved)) if proved.verdict == Verdict::Independent => return Ok(None),
            Err(Error::Stopped) => return Err(Error::Stopped),
            // What the scripts say stays as it is.
            _ => {}
        }
    }
    let more = match serious.count() {
        0 => String::new(),
        more => format!(" (and {more} more like it)"),
    };
    let id = &migration.revision.id;
    let message =
        format!("{id} joins two sides, and decides nothing about their order: {worst}{more}");
    let help = format!(
        "take {id} out, and `teammig merge-heads` writes it again: it tries both orders, records that they are alike, \
         or writes the script that makes them so"
    );
    let mut finding = Finding::error(Rule::SemanticConflict, message)
        .about(id)
        .help(help)
        .at(&migration.file, migration.header.clone(), "");
    for one in [&worst.left, &worst.right] {
        if let Some(at) = place(project, &one.revision, &one.span) {
            finding = finding.see(&at.file, at.span, format!("{} it", one.act.verb()));
        }
    }
    Ok(Some(finding))
}
