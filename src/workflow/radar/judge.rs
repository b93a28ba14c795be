//! One branch, merged in memory with each side.

use std::{cell::OnceCell, cmp::Reverse, collections::BTreeSet, sync::Arc};

use super::{
    Against, Counts,
    objects::{Line, Scripts},
    open::Pending,
};
use crate::{
    git::{Ancestors, Bases, CommitId},
    model::{
        Finding, RevId, Rule, Severity,
        audit::FileFact,
        merge::{Changed, Files},
        radar::{Collision, Effect, Kind, Standing, Verdict},
    },
    workflow::{
        Context, Error, guard,
        merged::{Merger, Unknown},
        orders::Proved,
        outline::Outlined,
    },
};

/// The protected ref, prepared.
#[derive(Debug)]
pub(super) struct Protected<'c> {
    pub(super) name: String,
    pub(super) commit: CommitId,
    walk: OnceCell<Ancestors<'c>>,
    /// Absent where it is the side that was asked for.
    standing: Option<Standing>,
    line: OnceCell<Line>,
}

impl<'c> Protected<'c> {
    pub(super) fn new(
        merger: &Merger<'c>,
        name: &str,
        commit: CommitId,
        is_mine: bool,
    ) -> Result<Self, Error> {
        let standing = if is_mine {
            None
        } else {
            Some(Standing::new(merger.files_of(commit)?))
        };
        Ok(Self {
            name: name.to_owned(),
            commit,
            walk: OnceCell::new(),
            standing,
            line: OnceCell::new(),
        })
    }

    /// Where a branch parts from it, given where it parts from mine.
    pub(super) fn bases(
        &self,
        merger: &Merger<'c>,
        tip: CommitId,
        mine: CommitId,
        of_mine: &Bases,
    ) -> Result<Bases, Error> {
        if self.commit == mine {
            return Ok(of_mine.clone());
        }
        merger.bases(self.commit, &self.walk, tip)
    }

    pub(super) fn standing<'s>(&'s self, mine: &'s Standing) -> &'s Standing {
        self.standing.as_ref().unwrap_or(mine)
    }
}

/// What was seen of a branch.
#[derive(Debug)]
pub(super) enum Seen {
    /// It changed nothing of the migrations.
    Untouched,
    /// Nothing would come of merging it.
    Merged,
    /// It was judged.
    Judged(Box<One>),
}

/// A branch that was judged.
#[derive(Debug)]
pub(super) struct One {
    pub(super) verdict: Verdict,
    pub(super) unknown: Option<Unknown>,
    pub(super) collisions: Vec<Against>,
    pub(super) new_revisions: Vec<RevId>,
    /// What came of trying its scripts.
    pub(super) proof: Option<Result<Proved, Error>>,
    /// On the protected ref, where there is one.
    pub(super) effect: Effect,
    /// The files of the revisions that are new there.
    pub(super) added: Vec<FileFact>,
}

impl Seen {
    fn unknown(why: Unknown) -> Self {
        Self::Judged(Box::new(One {
            verdict: Verdict::Unknown,
            unknown: Some(why),
            collisions: Vec::new(),
            new_revisions: Vec::new(),
            proof: None,
            effect: Effect::default(),
            added: Vec::new(),
        }))
    }
}

/// How a branch lies to the protected refs behind the first.
enum Others {
    /// One of them has all of it.
    Merged,
    /// It parted from one of them later than from the first, and did this since.
    Nearer(Vec<Changed>),
    /// It did not.
    Further,
}

/// Both sides.
pub(super) struct Judge<'a, 'c> {
    pub(super) context: &'a Context,
    pub(super) merger: &'a Merger<'c>,
    /// What the side that was asked for is called.
    pub(super) name: &'a str,
    pub(super) mine: Standing,
    /// The protected refs; the first is the one that sides are judged against.
    pub(super) protected: Vec<Protected<'c>>,
    /// Against the protected ref as well.
    pub(super) everything: bool,
    /// What scripts do to each other, where that is asked for.
    pub(super) scripts: Option<&'a Scripts<'a, 'c>>,
    pub(super) line: OnceCell<Line>,
}

impl Judge<'_, '_> {
    /// What all branches would do, the worst first; without those that do nothing, unless
    /// everything is asked for.
    pub(super) fn all<'p>(
        &self,
        pending: &'p [Pending],
        counts: &mut Counts,
    ) -> Result<Vec<(&'p Pending, One)>, Error> {
        let mut seen = Vec::new();
        for pending in pending {
            match self.one(pending)? {
                Seen::Untouched => counts.untouched += 1,
                Seen::Merged => counts.merged += 1,
                Seen::Judged(one) => seen.push((pending, *one)),
            }
        }
        counts.judged = seen.len();
        if !self.everything {
            seen.retain(|(_, one)| one.verdict != Verdict::Clean);
        }
        seen.sort_by_key(|(_, one)| Reverse(one.verdict));
        Ok(seen)
    }

    /// Merges the branch. Whose folder is lost, or was where it parts, is judged by no
    /// merge, and the others are.
    pub(super) fn one(&self, pending: &Pending) -> Result<Seen, Error> {
        match self.merged(pending) {
            Err(error) if error.is_lost_folder() => Ok(Seen::unknown(Unknown::LostFolder)),
            seen => seen,
        }
    }

    fn merged(&self, pending: &Pending) -> Result<Seen, Error> {
        let tip = pending.branch.commit;
        if self.merger.state(tip)?.is_absent() && !matches!(pending.of_mine, Bases::Known(_)) {
            // `gh-pages` and its like.
            return Ok(Seen::Untouched);
        }
        let protected = self.protected.first();
        let protected = protected.filter(|_| pending.of_protected.is_some());
        let own_bases = pending.of_protected.as_ref().unwrap_or(&pending.of_mine);
        let since = match self.merger.changes_since(own_bases, tip)? {
            Ok(since) => since,
            Err(why) => return Ok(Seen::unknown(why)),
        };
        // What the branch itself did: since it parted from what is published last.
        let own = match self.since_others(pending, since.len())? {
            Others::Merged => return Ok(Seen::Merged),
            Others::Nearer(own) => own,
            Others::Further => since.clone(),
        };
        if own.is_empty() {
            return Ok(Seen::Untouched);
        }
        let mut one = One {
            verdict: Verdict::Clean,
            unknown: None,
            collisions: Vec::new(),
            new_revisions: self.new_revisions(&own),
            proof: None,
            effect: Effect::default(),
            added: Vec::new(),
        };
        let mut with_protected = Vec::new();
        if let Some(protected) = protected {
            let standing = protected.standing(&self.mine);
            let merge = match self.merger.merge(standing.files(), &since)? {
                Ok(merge) => merge,
                Err(why) => return Ok(Seen::unknown(why)),
            };
            // Also when it landed as one commit, or commit by commit.
            if merge.is_empty() {
                return Ok(Seen::Merged);
            }
            if self.everything || protected.standing.is_none() {
                let judgement = standing.judge(&merge);
                with_protected = judgement.collisions;
                one.effect = judgement.effect;
                one.added = new_files(standing, &since);
                let line = if protected.standing.is_none() {
                    &self.line
                } else {
                    &protected.line
                };
                with_protected.extend(self.scripts(standing, line, &since, own_bases)?);
            }
        }
        if pending.of_protected.is_some() {
            let mut judged = BTreeSet::new();
            for protected in &self.protected {
                let (edits, unclear) = self.edits(protected, &own, &mut judged)?;
                if unclear {
                    one.unknown = Some(Unknown::FirstPublished);
                }
                one.add(&protected.name, edits);
            }
        }
        match protected {
            Some(protected) if protected.standing.is_none() => {
                one.add(self.name, with_protected);
                one.verdict = one.worst();
            }
            _ => {
                let theirs = match self.merger.changes_since(&pending.of_mine, tip)? {
                    Ok(theirs) => theirs,
                    Err(why) => return Ok(Seen::unknown(why)),
                };
                let merge = match self.merger.merge(self.mine.files(), &theirs)? {
                    Ok(merge) => merge,
                    Err(why) => return Ok(Seen::unknown(why)),
                };
                let judgement = self.mine.judge(&merge);
                one.add(self.name, judgement.collisions);
                let of_mine = &pending.of_mine;
                let scripts = self.scripts(&self.mine, &self.line, &theirs, of_mine)?;
                one.add(self.name, scripts);
                one.verdict = one.worst();
                if let Some(protected) = protected {
                    // Told, and no part of the verdict.
                    one.add(&protected.name, with_protected);
                } else {
                    one.effect = judgement.effect;
                    one.added = new_files(&self.mine, &theirs);
                }
            }
        }
        // Neither fine nor an edit, and whatever else is known is told all the same.
        if one.unknown.is_some() {
            one.verdict = Verdict::Unknown;
        }
        Ok(Seen::Judged(Box::new(one)))
    }

    /// What scripts do to those of a side.
    fn scripts(
        &self,
        standing: &Standing,
        line: &OnceCell<Line>,
        changes: &[Changed],
        bases: &Bases,
    ) -> Result<Vec<Collision>, Error> {
        let Some(scripts) = self.scripts else {
            return Ok(Vec::new());
        };
        let line = if let Some(line) = line.get() {
            line
        } else {
            let indexed = scripts.line(standing)?;
            line.get_or_init(|| indexed)
        };
        scripts.collisions((standing, line), changes, &|| {
            let Bases::Known(bases) = bases else {
                return Ok(None);
            };
            match self.merger.one_base(bases)? {
                Some(base) => Ok(Some(self.merger.files_of(base)?)),
                None => Ok(None),
            }
        })
    }

    /// Against the protected refs behind the first: a branch that belongs to one of them
    /// (a hotfix of a release) is merged once it is there, and what that one has is not
    /// the branch's own. `most` are the changes since the first.
    fn since_others(&self, pending: &Pending, most: usize) -> Result<Others, Error> {
        let mut nearest: Option<Vec<Changed>> = None;
        let others = self.protected.iter().skip(1);
        for (other, bases) in others.zip(&pending.of_others) {
            let Ok(since) = self.merger.changes_since(bases, pending.branch.commit)? else {
                continue;
            };
            let files = other.standing(&self.mine).files();
            if !since.is_empty()
                && let Ok(merge) = self.merger.merge(files, &since)?
                && merge.is_empty()
            {
                return Ok(Others::Merged);
            }
            let best = nearest.as_ref().map_or(most, Vec::len);
            if since.len() < best {
                nearest = Some(since);
            }
        }
        Ok(nearest.map_or(Others::Further, Others::Nearer))
    }

    fn new_revisions(&self, own: &[Changed]) -> Vec<RevId> {
        let mut new = self.unpublished(own.iter().filter_map(|changed| changed.new.as_ref()));
        new.sort();
        new.dedup();
        new
    }

    /// The revisions of these files that no protected ref has; where none is protected,
    /// that mine has not.
    pub(super) fn unpublished<'f>(&self, files: impl Iterator<Item = &'f FileFact>) -> Vec<RevId> {
        let published: Vec<&Files> = match self.protected.as_slice() {
            [] => vec![self.mine.files()],
            all => all
                .iter()
                .map(|one| one.standing(&self.mine).files())
                .collect(),
        };
        let is_new = |id: &RevId| {
            published
                .iter()
                .all(|files| files.holding(id).next().is_none())
        };
        files
            .filter_map(FileFact::outline)
            .map(|outline| outline.revision.clone())
            .filter(is_new)
            .collect()
    }

    /// What the branch edits of what is published, by the rule of the guard, and whether it edits
    /// more cannot be said. The first
    /// ref that has a revision judges it, and says so in `judged`.
    fn edits(
        &self,
        protected: &Protected<'_>,
        own: &[Changed],
        judged: &mut BTreeSet<RevId>,
    ) -> Result<(Vec<Collision>, bool), Error> {
        let standing = protected.standing(&self.mine);
        let (old, new) = (
            own.iter().filter_map(|changed| changed.old.as_ref()),
            own.iter().filter_map(|changed| changed.new.as_ref()),
        );
        let before: BTreeSet<&RevId> = old
            .clone()
            .filter_map(|file| Some(&file.outline()?.revision))
            .collect();
        let mut tips: Vec<Outlined> = Vec::new();
        for file in old.clone().chain(new.clone()) {
            let Some(outline) = file.outline() else {
                continue;
            };
            let own_scripts = (outline.checksum, outline.options);
            let is_there = judged.contains(&outline.revision);
            let mut published = standing.files().holding(&outline.revision);
            if !is_there
                && let Some(tip) = published.next()
                && let Some(outline) = tip.outline()
            {
                judged.insert(outline.revision.clone());
                // It had the revision before it was published in another form (a squash, a
                // restack): it edits nothing, and what Git will ask is said.
                if !before.contains(&outline.revision)
                    && own_scripts == (outline.checksum, outline.options)
                {
                    continue;
                }
                tips.push(Outlined {
                    path: tip.path.clone(),
                    outline: Arc::clone(outline),
                });
            }
        }
        if tips.is_empty() {
            return Ok(Default::default());
        }
        let before = self.merger.snapshot(old)?;
        let after = self.merger.snapshot(new)?;
        let findings =
            guard::edits_of_published(self.context, &protected.name, &tips, (&before, &after))?;
        let unclear = findings
            .iter()
            .any(|finding| finding.rule == Rule::NotEvaluated);
        // What was decided on purpose, and a way back alone, is nothing to stop for.
        let stops = |finding: &Finding| {
            finding.severity == Severity::Error && finding.rule != Rule::NotEvaluated
        };
        let edits = findings
            .into_iter()
            .filter(stops)
            .map(|finding| Collision {
                paths: finding
                    .place
                    .iter()
                    .map(|place| place.file.path.clone())
                    .collect(),
                details: vec![finding.message],
                ..Collision::of(Kind::EditsFixed, finding.revision.into_iter().collect())
            })
            .collect();
        Ok((edits, unclear))
    }
}

/// The files of revisions that a side has not.
fn new_files(standing: &Standing, changes: &[Changed]) -> Vec<FileFact> {
    let files = super::objects::new_files(standing, changes).into_iter();
    files.map(|(file, _)| file.clone()).collect()
}

impl One {
    fn add(&mut self, with: &str, collisions: Vec<Collision>) {
        let with = |collision| Against {
            with: with.to_owned(),
            collision,
        };
        self.collisions.extend(collisions.into_iter().map(with));
    }

    fn worst(&self) -> Verdict {
        let kinds = self.collisions.iter().map(|one| &one.collision);
        Verdict::of(kinds)
    }
}
