//! The branches whose scripts collide with those of the side, tried on scratch databases.
//!
//! An experiment decides what the scripts only tell: what leaves the same either way is no
//! collision. Branches that nothing speaks against are not tried.

use std::cmp::Reverse;

use super::{Against, judge::One, open::Pending};
use crate::{
    model::{
        RevId,
        radar::{Collision, Kind, Verdict},
    },
    workflow::{
        At, Context, Error,
        conflicts::Beside,
        orders::{Prove, Proved, prove_parting},
    },
};

/// Tries them with the side `at`, which is called `name`. Gives what keeps all others from
/// being tried.
pub(super) fn all(
    context: &Context,
    at: &At,
    name: &str,
    prove: Prove,
    seen: &mut [(&Pending, One)],
) -> Result<Option<Error>, Error> {
    let mut stops = None;
    for (pending, one) in seen.iter_mut() {
        let own = one.collisions.iter().filter(|one| one.with == name);
        if !own.map(|one| one.collision.kind).any(Kind::is_of_scripts) {
            continue;
        }
        let Ok(beside) = Beside::of(context, at, &pending.branch.commit.to_string())? else {
            continue;
        };
        match prove_parting(context, prove.here, &beside.project, &beside.parting) {
            Ok(Some(proved)) => one.tried(name, proved),
            Ok(None) => {}
            Err(Error::Stopped) => return Err(Error::Stopped),
            // Its own revisions, or those below, do not run.
            Err(error @ Error::NotReplayed(_)) => one.proof = Some(Err(error)),
            Err(error) => {
                stops = Some(error);
                break;
            }
        }
    }
    seen.sort_by_key(|(_, one)| Reverse(one.verdict));
    Ok(stops)
}

impl One {
    /// With what came of it: the last word about what scripts do.
    fn tried(&mut self, name: &str, proved: Proved) {
        if let Some(clash) = proved.verdict.clash() {
            let serious = clash.is_serious();
            self.collisions.retain(|one| {
                let kind = one.collision.kind;
                one.with != name || !kind.is_of_scripts() || serious && kind == Kind::SameObject
            });
            let is_told = |one: &Against| one.with == name && one.collision.kind.is_of_scripts();
            if serious && !self.collisions.iter().any(is_told) {
                let revisions: Vec<RevId> = match proved.verdict.pair() {
                    Some(pair) => vec![pair.left.revision.clone(), pair.right.revision.clone()],
                    None => proved.lines.concat(),
                };
                let names: Vec<&str> = revisions.iter().map(RevId::as_str).collect();
                let details = vec![format!("{}: {}", clash.words(), names.join(" and "))];
                self.collisions.push(Against {
                    with: name.to_owned(),
                    collision: Collision {
                        details,
                        ..Collision::of(Kind::SameObject, revisions)
                    },
                });
            }
            let was_of_scripts = match self.verdict {
                Verdict::Unknown => self.unknown.is_none(),
                verdict => verdict <= Verdict::SameObject,
            };
            if was_of_scripts {
                let own = self.collisions.iter().filter(|one| one.with == name);
                self.verdict = Verdict::of(own.map(|one| &one.collision));
            }
        }
        self.proof = Some(Ok(proved));
    }
}
