//! What the scripts of a change and those that its base has got meanwhile do to each
//! other: read, and tried on a scratch database where that is asked for.
//!
//! Only what collides, or could not be read, is tried. What was tried has the last word
//! about the two statements that it is about; the others stay as the scripts have them.

use std::collections::BTreeSet;

use super::{sides::Sides, undecided};
use crate::{
    model::{
        Finding, Project, RevId, Rule,
        conflict::{Clash, Collision, Conflicts, Place, Unknown},
        verdict::{Pair, Spot, Verdict},
    },
    workflow::{
        Context, Error,
        conflicts::{Scripts, place},
        divergence,
        orders::{Prove, Proved, prove_parting},
    },
};

/// What was found, and what came of trying it.
#[derive(Debug, Default)]
pub(super) struct Met {
    pub(super) findings: Vec<Finding>,
    pub(super) proof: Option<Result<Proved, Box<Error>>>,
}

/// Where a merge with the base would put statements beside others that mind them. What
/// could not be read is told as such. `prove`: on the scratch database of this one.
pub(super) fn with_base(
    context: &Context,
    sides: &Sides,
    prove: Option<(&Context, Prove)>,
) -> Result<Met, Error> {
    let Some((base, commit)) = sides.base.as_ref().filter(|_| sides.merged) else {
        return Ok(Met::default());
    };
    let (before, after) = (&sides.before, &sides.after);
    let ids = after.graph.iter().map(|one| &one.id);
    let new: BTreeSet<RevId> = ids
        .filter(|id| before.graph.get(id.as_str()).is_none())
        .cloned()
        .collect();
    let mut scripts = Scripts::new(context, after);
    let undecided = undecided::merges(after, &new, &mut scripts, prove)?;
    let mut parting = after.graph.parting_of_new(&new, &sides.meanwhile);
    if parting.is_ordered() {
        parting = undecided::apart(after, &new);
    }
    if parting.is_ordered() {
        scripts.remember();
        return Ok(Met {
            findings: undecided,
            proof: None,
        });
    }
    let found = scripts.judge(&parting)?;
    scripts.remember();
    let proof = match prove.filter(|_| !found.is_none()) {
        Some((on, prove)) => match prove_parting(on, prove.here, after, &parting) {
            Err(Error::Stopped) => return Err(Error::Stopped),
            proved => proved.map_err(Box::new).transpose(),
        },
        None => None,
    };
    let verdict = match &proof {
        Some(Ok(proved)) => Some(&proved.verdict),
        Some(Err(_)) | None => None,
    };
    if verdict == Some(&Verdict::Independent) {
        return Ok(Met {
            findings: undecided,
            proof,
        });
    }
    // Who wrote it is a help and no answer.
    let facts = divergence::facts_seen_from(context, after, &parting.right, &[*commit]);
    let facts = facts.unwrap_or_default();
    let author = |id: &RevId| Some(facts.get(id)?.1.as_ref()?.author.clone());
    let told = Told {
        project: after,
        base,
        author: &author,
        mine: &parting.left,
    };
    let mut findings = told.findings(found, verdict);
    findings.extend(undecided);
    Ok(Met { findings, proof })
}

/// What tells of it.
struct Told<'a> {
    project: &'a Project,
    base: &'a str,
    author: &'a dyn Fn(&RevId) -> Option<String>,
    /// The revisions of the change.
    mine: &'a [RevId],
}

impl Told<'_> {
    /// What was tried comes first.
    fn findings(&self, mut found: Conflicts, verdict: Option<&Verdict>) -> Vec<Finding> {
        let mut all = Vec::new();
        if let Some(verdict) = verdict
            && let Some(clash) = verdict.clash()
        {
            all.push(self.tried(&mut found, clash, verdict.pair()));
        }
        let collisions = found.collisions.iter();
        all.extend(collisions.map(|one| collision(self.project, self.base, one, self.author)));
        let unread = found.unknown.iter().filter(|one| !one.opaque);
        all.extend(unread.map(|one| not_read(self.project, self.base, one)));
        all
    }

    /// The collision that an experiment is about, which is none of the others then. Where
    /// the scripts did not show it, the revisions are all there is to tell.
    fn tried(&self, found: &mut Conflicts, clash: Clash, pair: Option<&Pair>) -> Finding {
        let spots = pair.map(|pair| {
            let (left, right) = (&pair.left, &pair.right);
            if self.mine.contains(&left.revision) {
                (left, right)
            } else {
                (right, left)
            }
        });
        let all = &found.collisions;
        let known = match spots {
            Some((mine, theirs)) => {
                let is = |at: &Place, spot: &Spot| {
                    at.revision == spot.revision && spot.statement.as_ref() == Some(&at.span)
                };
                let of = |one: &Collision| {
                    one.left.revision == mine.revision && one.right.revision == theirs.revision
                };
                let same = |one: &Collision| is(&one.left, mine) && is(&one.right, theirs);
                all.iter().position(same).or(all.iter().position(of))
            }
            None => (!all.is_empty()).then_some(0),
        };
        if let Some(at) = known {
            let one = Collision {
                clash,
                ..found.collisions.remove(at)
            };
            return collision(self.project, self.base, &one, self.author);
        }
        let words = clash.words();
        let Some((mine, theirs)) = spots else {
            let message = format!(
                "{words}: what is new here, and what is on {} meanwhile",
                self.base
            );
            let finding = Finding::error(Rule::SemanticConflict, message);
            return finding.help(help(self.base, clash, "theirs"));
        };
        let theirs_id = theirs.revision.as_str();
        let by = by((self.author)(&theirs.revision));
        let message = format!(
            "{words}: {} and {theirs_id} (on {}{by})",
            mine.revision, self.base
        );
        let mut finding = Finding::error(Rule::SemanticConflict, message)
            .about(&mine.revision)
            .help(help(self.base, clash, theirs_id));
        let at = |spot: &Spot| place(self.project, &spot.revision, spot.statement.as_ref()?);
        if let Some(at) = at(mine) {
            finding = finding.at(&at.file, at.span, "");
        }
        match at(theirs) {
            Some(at) => finding.see(&at.file, at.span, ""),
            None => finding,
        }
    }
}

fn by(author: Option<String>) -> String {
    author.map_or_else(String::new, |author| format!(", by {author}"))
}

/// What to do about it.
fn help(base: &str, clash: Clash, theirs: &str) -> String {
    match clash {
        Clash::Never => format!(
            "one of the two has to change, and {theirs} is on {base} already: merge {base} here, \
             `teammig rebase` puts yours on top of it, then leave out of yours what is there"
        ),
        Clash::Order => format!(
            "merge {base} here, and `teammig rebase` puts yours on top of {theirs}, which decides the \
             order; then put right in yours what does not fit"
        ),
        Clash::Possible | Clash::None => {
            "both orders lead to one schema; look at what becomes of the rows".to_owned()
        }
    }
}

fn collision(
    project: &Project,
    base: &str,
    one: &Collision,
    author: &dyn Fn(&RevId) -> Option<String>,
) -> Finding {
    let (mine, theirs) = (&one.left, &one.right);
    let by = by(author(&theirs.revision));
    let message = format!("{one} (on {base}{by})");
    let help = help(base, one.clash, theirs.revision.as_str());
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
