//! A branch's own history, as what each of its commits changed in the migrations folders.
//!
//! Follows the branch's own line (`line.rs`) and compares folders by tree id; only
//! folders that differ are read, entry by entry and never as a diff of everything. A
//! folder that was moved is followed to where it was before.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use git2::{ObjectType, Oid};

use super::{
    CommitId, CommitInfo, Folders, GitError, Line, Listed, Repo, folders::join, tree_changes::Which,
};
use crate::model::audit::{Commit, Passed, Place};

/// A branch's own history, oldest commit first.
#[derive(Debug)]
pub struct Mainline {
    /// The commits.
    pub steps: Vec<MainlineStep>,
    /// The clone ends before the branch's beginning.
    pub cut_off: bool,
    /// It was not walked further back than it was wanted.
    pub stopped: bool,
    /// Where the folders stood before they were moved, newest move first.
    pub moves: Vec<FolderMove>,
}

/// How far back a branch's history is walked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// To this commit, where the branch's line goes through it: what came later is told.
    pub since: Option<CommitId>,
    /// Over so many changes of the folders at most; `None` = to the beginning.
    pub most: Option<usize>,
}

/// A commit that changes no migration costs so much less than one that does.
const CHEAPER: usize = 20;

/// A commit of a branch, and what it changed.
#[derive(Debug)]
pub struct MainlineStep {
    /// The commit.
    pub commit: Commit,
    /// What of it tells what landed together.
    pub passed: Passed,
    /// Files that are gone.
    pub removed: Vec<Place>,
    /// Files that are new or different.
    pub put: Vec<(Place, Listed)>,
    /// Files as they were before they went or became different.
    pub was: Vec<Listed>,
}

/// A migrations folder that was somewhere else before a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderMove {
    /// The commit that moved it.
    pub commit: CommitId,
    /// Where it stood before, as Git names it.
    pub from: String,
    /// Where it stands since.
    pub to: String,
}

/// A commit that was walked over, newest first.
struct Walked {
    commit: Commit,
    passed: Passed,
    folders: Vec<Option<Oid>>,
    /// How the folders are shown.
    shown: Rc<Vec<String>>,
}

impl Repo {
    /// The history of a branch, as far as it is wanted.
    pub fn mainline(
        &self,
        line: &Line<'_>,
        prefix: &str,
        folders: &Folders,
        reach: Reach,
    ) -> Result<Mainline, GitError> {
        let places = folders.in_repository(prefix)?;
        // That a link leads nowhere may have been for a while, and not be so now.
        self.folder_ids(line.tip(), &places)?;
        let mut walk = Walk {
            repo: self,
            folders,
            places,
            shown: Rc::new(folders.paths().to_vec()),
            known: HashMap::new(),
            moves: Vec::new(),
        };
        let (mut walked, cut_off, is_known) = walk.back(line, reach)?;
        let moves = walk.moves;
        let mut before: Vec<Option<Oid>> = vec![None; folders.paths().len()];
        // What was before that is not asked.
        if let Some(last) = walked.pop_if(|_| is_known.is_some()) {
            before = last.folders;
        }
        let mut steps = Vec::with_capacity(walked.len());
        for one in walked.into_iter().rev() {
            let mut step = MainlineStep {
                commit: one.commit,
                passed: one.passed,
                removed: Vec::new(),
                put: Vec::new(),
                was: Vec::new(),
            };
            for (folder, (old, new)) in before.iter().zip(&one.folders).enumerate() {
                if old != new {
                    let shown = one.shown.get(folder).map_or("", String::as_str);
                    self.compare(folders, folder, shown, (*old, *new), &mut step)?;
                }
            }
            before = one.folders;
            steps.push(step);
        }
        Ok(Mainline {
            steps,
            cut_off,
            stopped: is_known == Some(false),
            moves,
        })
    }

    fn compare(
        &self,
        folders: &Folders,
        folder: usize,
        shown: &str,
        (old, new): (Option<Oid>, Option<Oid>),
        step: &mut MainlineStep,
    ) -> Result<(), GitError> {
        let (old, new) = (self.raw_tree(old)?, self.raw_tree(new)?);
        let (mut gone, mut put) = (HashSet::new(), Vec::new());
        self.changed_files(folders, &old, &new, &mut |which, name, id| {
            let place = Place {
                folder,
                name: name.into(),
            };
            let listed = Listed::new(join(shown, name).into(), id);
            match which {
                Which::Old => {
                    gone.insert(place);
                    step.was.push(listed);
                }
                Which::New => put.push((place, listed)),
            }
        })?;
        for (place, _) in &put {
            gone.remove(place);
        }
        let mut gone: Vec<Place> = gone.into_iter().collect();
        gone.sort();
        step.removed.append(&mut gone);
        step.put.append(&mut put);
        Ok(())
    }
}

struct Walk<'r> {
    repo: &'r Repo,
    folders: &'r Folders,
    /// Where the folders are at this point of the walk, as Git names them.
    places: Vec<String>,
    shown: Rc<Vec<String>>,
    /// The folders of trees that were looked at.
    known: HashMap<Oid, Vec<Option<Oid>>>,
    moves: Vec<FolderMove>,
}

impl Walk<'_> {
    /// The commits, newest first, and whether the clone ends before the beginning; where it
    /// was stopped before that, whether it was at the commit that was named.
    fn back(
        &mut self,
        line: &Line<'_>,
        reach: Reach,
    ) -> Result<(Vec<Walked>, bool, Option<bool>), GitError> {
        let most = reach.most.unwrap_or(usize::MAX);
        let (mut changes, mut stopped) = (0, None);
        let mailmap = self.repo.inner.mailmap().ok();
        let mut walked: Vec<Walked> = Vec::new();
        let mut way = line.walk();
        while let Some(stop) = way.next()? {
            let root = stop.commit.tree_id();
            let mut folders = self.folder_ids(root)?;
            if let Some(later) = walked.last() {
                let moved = self.follow(root, &later.folders, &folders)?;
                if !moved.is_empty() {
                    self.moved(moved, &later.commit.id);
                    folders = self.folder_ids(root)?;
                }
            }
            let info = CommitInfo::of(&stop.commit, mailmap.as_ref());
            if walked.last().is_some_and(|later| later.folders != folders) {
                changes += 1;
            }
            if Some(info.id) == reach.since {
                stopped = Some(true);
            } else if changes >= most || walked.len() / CHEAPER >= most {
                stopped = Some(false);
            }
            walked.push(Walked {
                commit: Commit {
                    id: info.id.to_string(),
                    at: stop.passed.at,
                    author: info.author,
                    summary: info.summary,
                },
                passed: stop.passed,
                folders,
                shown: Rc::clone(&self.shown),
            });
            if stopped.is_some() {
                break;
            }
        }
        Ok((walked, way.cut_off, stopped))
    }

    fn folder_ids(&mut self, root: Oid) -> Result<Vec<Option<Oid>>, GitError> {
        if let Some(ids) = self.known.get(&root) {
            return Ok(ids.clone());
        }
        let ids = self
            .places
            .iter()
            .map(|place| self.repo.folder_if_there(root, place))
            .collect::<Result<Vec<_>, _>>()?;
        self.known.insert(root, ids.clone());
        Ok(ids)
    }

    /// Where the folders that begin with the later commit were in this one.
    fn follow(
        &self,
        root: Oid,
        later: &[Option<Oid>],
        here: &[Option<Oid>],
    ) -> Result<Vec<(usize, String)>, GitError> {
        let mut moved = Vec::new();
        for (at, (later, here)) in later.iter().zip(here).enumerate() {
            if let (Some(later), None) = (later, here)
                && let Some(from) = self.origin(root, *later)?
                && !self.places.contains(&from)
            {
                moved.push((at, from));
            }
        }
        Ok(moved)
    }

    fn moved(&mut self, moved: Vec<(usize, String)>, by: &str) {
        let mut shown = (*self.shown).clone();
        for (at, from) in moved {
            let to = std::mem::replace(&mut self.places[at], from.clone());
            shown[at].clone_from(&from);
            if let Some(commit) = CommitId::from_hex(by) {
                self.moves.push(FolderMove { commit, from, to });
            }
        }
        self.shown = Rc::new(shown);
        self.known.clear();
    }

    /// The folder below `root` that has most of the files of `folder`, at least half of them.
    fn origin(&self, root: Oid, folder: Oid) -> Result<Option<String>, GitError> {
        let mut files: HashMap<Oid, Vec<String>> = HashMap::new();
        let mut todo = vec![(String::new(), folder)];
        while let Some((above, id)) = todo.pop() {
            for entry in &self.repo.tree(id)? {
                let name = String::from_utf8_lossy(entry.name_bytes());
                if entry.kind() == Some(ObjectType::Tree) {
                    if self.folders.goes_into(&name) {
                        todo.push((join(&above, &name), entry.id()));
                    }
                } else if self.folders.wants(&name) {
                    // By content, so that most can be under another name.
                    let inside = files.entry(entry.id()).or_default();
                    if !inside.contains(&above) {
                        inside.push(above.clone());
                    }
                }
            }
        }
        if files.is_empty() {
            return Ok(None);
        }
        // How many of them a folder has, in the order in which folders are come across.
        let mut found: Vec<(usize, String)> = Vec::new();
        let mut at: HashMap<String, usize> = HashMap::new();
        let mut todo = vec![(String::new(), root)];
        while let Some((path, id)) = todo.pop() {
            for entry in &self.repo.tree(id)? {
                if entry.kind() == Some(ObjectType::Tree) {
                    let name = String::from_utf8_lossy(entry.name_bytes());
                    todo.push((join(&path, &name), entry.id()));
                    continue;
                }
                let inside = files.get(&entry.id()).into_iter().flatten();
                for place in inside.filter_map(|inside| above(&path, inside)) {
                    let at = *at.entry(place.to_owned()).or_insert_with(|| {
                        found.push((0, place.to_owned()));
                        found.len() - 1
                    });
                    found[at].0 += 1;
                }
            }
        }
        let mut best: Option<(usize, String)> = None;
        for (same, path) in found {
            if 2 * same >= files.len() && best.as_ref().is_none_or(|(most, _)| same > *most) {
                best = Some((same, path));
            }
        }
        Ok(best.map(|(_, path)| path))
    }
}

/// The folder in which `path` is the folder `inside`; `None` where it is not.
fn above<'p>(path: &'p str, inside: &str) -> Option<&'p str> {
    if inside.is_empty() {
        return Some(path);
    }
    let above = path.strip_suffix(inside)?;
    if above.is_empty() {
        return Some(above);
    }
    above.strip_suffix('/')
}
