//! The revisions that only other branches have.
//!
//! Branches whose folders are equal are read once, and every content once:
//! thousands of branches have nearly the same files.

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
};

use crate::{
    git::{BlobId, Listed, RefKind, Tip},
    layout::read_file,
    model::{Migration, Project, RevId},
    workflow::{Context, Error},
};

/// What branches have that the snapshot does not, newest branch first.
#[derive(Default)]
pub(super) struct Others {
    pub(super) found: Vec<Found>,
    at: HashMap<RevId, usize>,
}

pub(super) struct Found {
    pub(super) migration: Migration,
    pub(super) path: String,
    pub(super) branches: Vec<String>,
}

pub(super) fn elsewhere(context: &Context, project: &Project) -> Result<Others, Error> {
    let repo = context.repo()?;
    let prefix = context.prefix()?;
    let folders = context.folders();
    let mut tips = repo.tips()?;
    tips.retain(|tip| tip.kind != RefKind::Tag);
    let mut states: Vec<(Vec<&Tip>, Vec<Listed>)> = Vec::new();
    repo.for_each_distinct_listing(&prefix, &folders, &tips, |sharing, listing| {
        states.push((sharing.to_vec(), listing.files));
        Ok(ControlFlow::Continue(()))
    })?;
    // Most files are the same on most branches: each content is parsed once.
    let mut contents: BTreeMap<BlobId, Option<Migration>> = BTreeMap::new();
    for (_, files) in &states {
        let unknown: Vec<Listed> = files
            .iter()
            .filter(|file| !contents.contains_key(&file.blob()))
            .cloned()
            .collect();
        for (listed, file) in unknown.iter().zip(repo.read_files(&unknown)?) {
            let migration = read_file(&file)
                .ok()
                .and_then(|source| context.layout().parse(source).ok());
            contents.insert(listed.blob(), migration);
        }
    }
    let mut others = Others::default();
    for (sharing, files) in &states {
        for file in files {
            let Some(Some(migration)) = contents.get(&file.blob()) else {
                continue;
            };
            if project.graph.get(migration.revision.id.as_str()).is_none() {
                others.add(migration, &file.path, sharing);
            }
        }
    }
    Ok(others)
}

impl Others {
    fn add(&mut self, migration: &Migration, path: &str, tips: &[&Tip]) {
        let at = *self
            .at
            .entry(migration.revision.id.clone())
            .or_insert_with(|| {
                self.found.push(Found {
                    migration: migration.clone(),
                    path: path.to_owned(),
                    branches: Vec::new(),
                });
                self.found.len() - 1
            });
        let branches = &mut self.found[at].branches;
        for tip in tips {
            if !branches.iter().any(|name| name == tip.short()) {
                branches.push(tip.short().to_owned());
            }
        }
    }

    pub(super) fn get(&self, id: &RevId) -> Option<&Found> {
        self.at.get(id).map(|&at| &self.found[at])
    }
}

/// The numbers of branches. One that is here and at a remote is named once.
pub(super) fn numbers(names: &[String], branches: &mut Vec<String>) -> Vec<usize> {
    let has_local = |name: &str| {
        name.split_once('/')
            .is_some_and(|(_, short)| names.iter().any(|other| other == short))
    };
    names
        .iter()
        .filter(|name| !has_local(name))
        .map(|name| {
            branches
                .iter()
                .position(|known| known == name)
                .unwrap_or_else(|| {
                    branches.push(name.clone());
                    branches.len() - 1
                })
        })
        .collect()
}
