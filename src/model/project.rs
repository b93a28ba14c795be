//! Everything that a snapshot says: the graph, the scripts, and what is wrong.

use std::{collections::HashMap, sync::Arc};

use super::{
    finding::{Finding, Rule, Severity},
    graph::Graph,
    head_file::HeadFile,
    migration::Migration,
    revision::RevId,
    snapshot::Origin,
    unread::UnreadFile,
};

/// A snapshot, read and understood as far as it can be.
#[derive(Debug, Clone)]
pub struct Project {
    /// Where it came from.
    pub origin: Origin,
    /// The revisions and their edges.
    pub graph: Arc<Graph>,
    /// The files of the graph's revisions, by id.
    pub migrations: HashMap<RevId, Migration>,
    /// Further files of revisions that have one already: of two the graph keeps the first.
    pub repeated: Vec<Migration>,
    /// The head file, where the project keeps one.
    pub head_file: Option<HeadFile>,
    /// Files that are there and cannot be read as revisions.
    pub unread: Vec<UnreadFile>,
    /// What is wrong; one broken file does not hide the rest.
    pub findings: Vec<Finding>,
}

impl Project {
    /// The file of a revision.
    pub fn migration(&self, id: &str) -> Option<&Migration> {
        self.migrations.get(id)
    }

    /// The steps from `before` to this that come about where each further file of a revision
    /// stands in the place of the first, with the revision.
    pub fn steps_of_repeated(&self, before: &Self) -> Vec<(RevId, Self, Self)> {
        let with = |project: &Self, file: &Migration| {
            let mut other = project.clone();
            let id = file.revision.id.clone();
            other.migrations.insert(id, file.clone());
            other
        };
        let step = |new: &Migration| {
            let is_it = |old: &&Migration| {
                old.revision.id == new.revision.id && old.file.path == new.file.path
            };
            let old = before.repeated.iter().find(is_it);
            let before = old.map_or_else(|| before.clone(), |old| with(before, old));
            (new.revision.id.clone(), before, with(self, new))
        };
        self.repeated.iter().map(step).collect()
    }

    /// The message of a revision; empty where there is none.
    pub fn message(&self, id: &RevId) -> String {
        self.graph
            .get(id.as_str())
            .map(|revision| revision.message.clone())
            .unwrap_or_default()
    }

    /// The file that cannot be read and may be that of a revision which no other file has.
    pub fn hides(&self, id: &RevId) -> Option<&Arc<str>> {
        if self.graph.get(id.as_str()).is_some() {
            return None;
        }
        let hides = |file: &&UnreadFile| file.may_hold(id);
        self.unread.iter().find(hides).map(|file| &file.path)
    }

    /// It has the same mistake, wherever its line went.
    pub fn has(&self, finding: &Finding) -> bool {
        let path = |one: &Finding| Some(Arc::clone(&one.place.as_ref()?.file.path));
        self.findings.iter().any(|one| {
            one.rule == finding.rule && one.message == finding.message && path(one) == path(finding)
        })
    }

    /// Of what is found in a step from this, only what does not follow from a file that
    /// cannot be read any more: who reads it again may have its parents and one head.
    pub fn without_follow_ups(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        let held = |path: &str| {
            let mut files = self.migrations.values().map(|one| &one.file.path);
            files.any(|file| **file == *path)
        };
        let is_cause = |one: &Finding| {
            let place = one.place.as_ref();
            one.rule == Rule::UnreadableRevision
                && one.severity == Severity::Error
                && place.is_some_and(|place| held(&place.file.path))
        };
        if findings.iter().any(is_cause) {
            let follows = |rule| matches!(rule, Rule::MissingParent | Rule::DivergedHeads);
            findings.retain(|one| !follows(one.rule));
        }
        findings
    }

    /// The findings that make the graph unfit to act on.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
    }
}
