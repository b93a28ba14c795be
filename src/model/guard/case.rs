//! One fixed revision in a step from one state of the files to another: what differs,
//! and from what. Both who judges and who records decisions ask here.

use std::collections::BTreeSet;

use super::{Content, Evidence, First, Fixed, Reading, amendment::Was};
use crate::model::{
    finding::Rule,
    migration::{Checksum, Migration},
    options::Options,
    project::Project,
    revision::{Amended, RevId},
};

/// Why no decision can put a revision on other parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It would come before itself.
    Cycle,
    /// Databases that have it may lack these, or have them in another order.
    Loses(Vec<RevId>),
    /// It runs where nobody can go back.
    Deployed(Evidence),
}

impl Refused {
    /// As it goes on after "this cannot be, since".
    pub fn words(&self) -> String {
        match self {
            Self::Cycle => "it would come before itself".to_owned(),
            Self::Loses(lost) => {
                let lost: Vec<&str> = lost.iter().map(RevId::as_str).collect();
                format!("it would no longer build on {}", lost.join(", "))
            }
            Self::Deployed(evidence) => format!("it was {}", evidence.words()),
        }
    }
}

/// A revision that is still there, with what is known of it.
pub(super) struct Case<'a> {
    pub(super) id: &'a RevId,
    pub(super) before: &'a Project,
    pub(super) after: &'a Project,
    pub(super) old: Option<&'a Migration>,
    pub(super) new: &'a Migration,
    /// All that is known, what is published first.
    pub(super) fixed: &'a [&'a Fixed],
    /// What counts: what others have, where somebody else has it.
    pub(super) counts: Vec<&'a Fixed>,
    pub(super) reading: &'a dyn Reading,
    /// The checksum of its scripts now.
    pub(super) now: Option<Checksum>,
    /// How they want to be run now.
    pub(super) options: Options,
}

impl<'a> Case<'a> {
    /// `None` where the revision is gone.
    pub(super) fn of(
        before: &'a Project,
        after: &'a Project,
        id: &'a RevId,
        fixed: &'a [&'a Fixed],
        reading: &'a dyn Reading,
    ) -> Option<Self> {
        let new = after.migration(id.as_str())?;
        Some(Self {
            id,
            before,
            after,
            old: before.migration(id.as_str()),
            new,
            fixed,
            counts: counts(fixed),
            reading,
            now: reading.checksum(after, id),
            options: new.options(),
        })
    }

    /// The step changes its scripts, or how they want to be run.
    pub(super) fn changes_scripts(&self) -> bool {
        self.old.is_none_or(|old| {
            old.options() != self.options || self.now != self.reading.checksum(self.before, self.id)
        })
    }

    /// The step changes what it builds on.
    pub(super) fn changes_edges(&self) -> bool {
        self.old.is_none_or(|old| {
            let (old, new) = (&old.revision, &self.new.revision);
            !same(&old.parents, &new.parents) || !same(&old.depends_on, &new.depends_on)
        })
    }

    /// The decisions that the step adds.
    pub(super) fn added(&self) -> impl Iterator<Item = &'a Amended> {
        let old: &[Amended] = self.old.map_or(&[], |old| &old.revision.amended);
        let amended = self.new.revision.amended.iter();
        amended.filter(move |entry| !old.contains(entry))
    }

    /// The decisions that others have and the step takes out. In whatever words, each has to
    /// stay; but who goes back to what it was at first needs none, and one that was about
    /// nothing may give way to one about what it was at first.
    pub(super) fn removed(&self) -> Vec<(&'a Amended, &'a Evidence)> {
        let is_first = |first: &Content| self.has_scripts(first) && self.has_edges(first);
        let firsts = || self.counts.iter().filter_map(|one| one.contents().nth(1));
        let own = &self.new.revision.amended;
        if own.is_empty() && firsts().any(is_first) {
            return Vec::new();
        }
        let old = self.old.map_or(&[][..], |old| &old.revision.amended);
        let alike = |one: &Amended, other: &Amended| {
            let same = one.was.starts_with(&other.was) || other.was.starts_with(&one.was);
            same && one.options == other.options
        };
        let count = |all: &[Amended], entry: &Amended| {
            all.iter().filter(|other| alike(entry, other)).count()
        };
        let mut removed: Vec<(&Amended, &Evidence)> = Vec::new();
        for fixed in self.counts.iter().filter(|one| one.evidence.binds()) {
            let theirs = &fixed.content.amended;
            let covers_first = |all: &[Amended]| {
                let first = fixed.contents().nth(1);
                first.is_some_and(|first| all.iter().any(|entry| entry.covers(&first.checksum)))
            };
            if covers_first(own) && !covers_first(theirs) {
                continue;
            }
            for entry in theirs {
                let gone = count(own, entry) < count(theirs, entry);
                let by_this = count(own, entry) < count(old, entry);
                let told = removed.iter().any(|(other, _)| alike(entry, other));
                if gone && by_this && !told {
                    removed.push((entry, &fixed.evidence));
                }
            }
        }
        removed
    }

    /// What an entry has to be about: where scripts and parents are what is published now,
    /// what they were at first.
    pub(super) fn bridged(&self, fixed: &'a Fixed) -> &'a Content {
        let tip = &fixed.content;
        match fixed.contents().nth(1) {
            Some(first) if self.has_scripts(tip) && self.has_edges(tip) => first,
            _ => tip,
        }
    }

    /// Its scripts are what this was, and want to be run as this did.
    pub(super) fn has_scripts(&self, content: &Content) -> bool {
        self.has_text(content) && self.other_options(content).is_none()
    }

    /// Its scripts are what this was, however they want to be run.
    pub(super) fn has_text(&self, content: &Content) -> bool {
        self.now == Some(content.checksum)
    }

    /// The options that this had, where they are others now.
    fn other_options(&self, content: &Content) -> Option<Options> {
        content.options.filter(|options| *options != self.options)
    }

    /// What an entry has to say of this.
    pub(super) fn was(&self, content: &Content) -> Was {
        Was {
            checksum: content.checksum,
            options: self.other_options(content),
        }
    }

    /// What became of the options since it was what counts, as it goes on after "its options
    /// changed: ".
    pub(super) fn options_changed(&self) -> Option<String> {
        let contents = || self.counts.iter().flat_map(|one| one.contents());
        // Where one had these scripts, nothing but the options is another.
        let was = contents().find(|content| self.has_text(content));
        let was = was.or_else(|| contents().next())?;
        self.options.since(&was.options?)
    }

    /// It builds on what this did.
    pub(super) fn has_edges(&self, content: &Content) -> bool {
        let revision = &self.new.revision;
        let depends_on = content.depends_on.as_ref();
        same(&revision.parents, &content.parents)
            && depends_on.is_none_or(|were| {
                // A ledger has ids where a header may have labels.
                let ids = self.after.graph.dependencies(self.id.as_str());
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                same(&revision.depends_on, were) || same(&ids, were)
            })
    }

    /// It is somewhere what it is now.
    pub(super) fn is_known(&self, has: impl Fn(&Content) -> bool) -> bool {
        let mut all = self.counts.iter();
        all.any(|fixed| fixed.contents().any(&has))
    }

    /// Whether it is what it was at first cannot be said.
    pub(super) fn is_unclear(&self) -> bool {
        self.counts.iter().any(|one| one.first == First::Unknown)
    }

    /// Only the way back differs from what counts.
    pub(super) fn only_down(&self) -> bool {
        let up = self.reading.up(self.after, self.id);
        let runs_as =
            |content: &Content| content.options.is_none_or(|was| was.up == self.options.up);
        let was = |content: &Content| {
            content.up.or_else(|| {
                // A ledger's row has no checksum of the way up, but what was committed may be it.
                let old = self.reading.checksum(self.before, self.id);
                let same = old == Some(content.checksum);
                let old_up = || self.reading.up(self.before, self.id);
                same.then(old_up).flatten()
            })
        };
        up.is_some() && self.is_known(|content| was(content) == up && runs_as(content))
    }

    /// The reason of the last decision that covers what became of the scripts, where all that
    /// changes is covered.
    pub(super) fn recorded_scripts(&self) -> Option<&'a str> {
        self.recorded(
            |content| self.has_scripts(content),
            |fixed, content| self.decision(fixed, content, !self.has_text(content), true),
        )
    }

    /// The same of what it builds on.
    pub(super) fn recorded_edges(&self) -> Option<&'a str> {
        self.recorded(
            |content| self.has_edges(content),
            |fixed, content| self.decision(fixed, content, true, false),
        )
    }

    fn recorded(
        &self,
        has: impl Fn(&Content) -> bool,
        decision: impl Fn(&Fixed, &Content) -> Option<&'a str>,
    ) -> Option<&'a str> {
        let changed = self.counts.iter().filter(|one| !one.contents().any(&has));
        let reasons: Option<Vec<&str>> = changed
            .map(|one| one.contents().find_map(|content| decision(one, content)))
            .collect();
        reasons?.last().copied()
    }

    /// The reason of the decision to change this content of what was fixed there: an entry
    /// that names the checksum, for its `text` and what it builds on, and one that names its
    /// `options` where those differ.
    pub(super) fn decision(
        &self,
        fixed: &Fixed,
        content: &Content,
        text: bool,
        options: bool,
    ) -> Option<&'a str> {
        let by_checksum = text.then(|| self.newest(fixed, |entry| entry.covers(&content.checksum)));
        let options = self.other_options(content).filter(|_| options);
        let by_options = options.map(|was| self.newest(fixed, |entry| entry.options == Some(was)));
        let needed = [by_checksum, by_options].into_iter().flatten();
        let reasons: Option<Vec<&str>> = needed.collect();
        reasons?.first().copied()
    }

    /// The reason of the last entry of a kind. Those that its header had there already, in
    /// whatever words, were about earlier changes.
    fn newest(&self, fixed: &Fixed, about: impl Fn(&Amended) -> bool) -> Option<&'a str> {
        let count = |amended: &[Amended]| amended.iter().filter(|entry| about(entry)).count();
        let own = &self.new.revision.amended;
        if count(own) <= count(&fixed.content.amended) {
            return None;
        }
        let last = own.iter().rev().find(|entry| about(entry))?;
        Some(last.reason.as_str())
    }

    /// Why its new place in the graph cannot be, whatever was decided.
    pub(super) fn refused(&self) -> Option<Refused> {
        let path = &self.new.file.path;
        let in_cycle = self.after.findings.iter().any(|finding| {
            let mut places = finding.place.iter().chain(&finding.related);
            finding.rule == Rule::Cycle && places.any(|place| place.file.path == *path)
        });
        if in_cycle {
            return Some(Refused::Cycle);
        }
        let mut deployed = self.fixed.iter().map(|one| &one.evidence);
        if let Some(evidence) = deployed.find(|one| one.is_deployed()) {
            return Some(Refused::Deployed(evidence.clone()));
        }
        let mut lost = self.counts.iter().map(|one| self.lost(&one.content));
        lost.find(|lost| !lost.is_empty()).map(Refused::Loses)
    }

    /// What it was built on then and is not now. Nothing, where the files are only a part
    /// of the graph and it cannot be said.
    fn lost(&self, content: &Content) -> Vec<RevId> {
        let needed = content.depends_on.iter().flatten();
        let needed = needed.filter_map(|name| RevId::parse(name).ok());
        let mut needed: Vec<RevId> = content.parents.iter().cloned().chain(needed).collect();
        let there = |project: &Project, id: &RevId| project.graph.get(id.as_str()).is_some();
        needed.retain(|id| content.parents.contains(id) || there(self.before, id));
        let parents = &self.new.revision.parents;
        if !parents.iter().all(|id| there(self.after, id)) {
            return Vec::new();
        }
        let graph = [self.before, self.after]
            .into_iter()
            .find(|project| needed.iter().all(|id| there(project, id)));
        let Some(graph) = graph else {
            return Vec::new();
        };
        let now = self.after.graph.ancestors(std::slice::from_ref(self.id));
        let then = graph.graph.ancestors(&needed);
        then.difference(&now).cloned().collect()
    }
}

/// What others have counts for more than what databases of one's own have.
pub(super) fn counts<'a>(fixed: &[&'a Fixed]) -> Vec<&'a Fixed> {
    let binding = fixed.iter().filter(|one| one.evidence.binds());
    let binding: Vec<&Fixed> = binding.copied().collect();
    if binding.is_empty() {
        fixed.to_vec()
    } else {
        binding
    }
}

/// The same, in whatever order.
fn same<T: Ord>(one: &[T], other: &[T]) -> bool {
    one == other || BTreeSet::from_iter(one) == BTreeSet::from_iter(other)
}
