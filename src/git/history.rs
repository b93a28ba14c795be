//! Which commit introduced a file.
//!
//! Follows only the parents that had the file, and compares tree ids of the one
//! folder; it never makes a diff, and stops when every file is accounted for.

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use git2::{Commit, ErrorCode, Oid};

use super::{CommitId, CommitInfo, GitError, Repo, error::Doing, folders::in_repository};

impl Repo {
    /// The commit that introduced each of these files (paths in the project),
    /// seen from `commit`: the newest one that has the file while no parent
    /// does. Absent: files that `commit` does not have, and files that were
    /// already there where a shallow clone begins.
    pub fn introduced<P: AsRef<str>>(
        &self,
        commit: CommitId,
        prefix: &str,
        paths: &[P],
    ) -> Result<HashMap<String, CommitInfo>, GitError> {
        let mut by_folder: BTreeMap<String, Vec<Asked<'_>>> = BTreeMap::new();
        for path in paths {
            let path = path.as_ref();
            let place = in_repository(prefix, path)?;
            let (folder, name) = place.rsplit_once('/').unwrap_or(("", &place));
            by_folder.entry(folder.to_owned()).or_default().push(Asked {
                path,
                name: name.to_owned(),
            });
        }
        let mailmap = self.inner.mailmap().ok();
        let mut found = HashMap::new();
        for (folder, asked) in &by_folder {
            let search = Search {
                repo: self,
                folder,
                shallow: self.shallow_boundary(),
            };
            for (at, names) in search.run(commit, asked)? {
                let info = CommitInfo::of(&self.find(at)?, mailmap.as_ref());
                for name in names {
                    found.insert(asked[name].path.to_owned(), info.clone());
                }
            }
        }
        Ok(found)
    }

    fn find(&self, id: Oid) -> Result<Commit<'_>, GitError> {
        self.inner
            .find_commit(id)
            .doing_with(|| format!("read commit {id}"))
    }
}

/// A file that somebody asked about.
struct Asked<'a> {
    path: &'a str,
    name: String,
}

/// Files (indexes of [`Asked`]) that a commit has and whose origin is open.
struct Open {
    folder: Oid,
    names: Vec<usize>,
}

/// Open files given to a parent.
struct Handed {
    parent: Oid,
    time: i64,
    open: Open,
}

struct Search<'r> {
    repo: &'r Repo,
    folder: &'r str,
    shallow: HashSet<Oid>,
}

impl Search<'_> {
    fn run(&self, from: CommitId, asked: &[Asked<'_>]) -> Result<Vec<(Oid, Vec<usize>)>, GitError> {
        let mut found = Vec::new();
        let start = self.repo.find(from.oid())?;
        let Some(folder) = self.repo.folder_id(start.tree_id(), self.folder)? else {
            return Ok(found);
        };
        let tree = self.repo.tree(folder)?;
        let names: Vec<usize> = (0..asked.len())
            .filter(|at| id_in(&tree, &asked[*at].name).is_some())
            .collect();

        // Newest first, so that lines that come together are walked once.
        let mut queue = BinaryHeap::new();
        let mut open: HashMap<Oid, Open> = HashMap::new();
        if !names.is_empty() {
            queue.push((start.time().seconds(), start.id()));
            open.insert(start.id(), Open { folder, names });
        }
        while let Some((_, id)) = queue.pop() {
            // Queued twice and done already.
            let Some(here) = open.remove(&id) else {
                continue;
            };
            if self.shallow.contains(&id) {
                continue;
            }
            let (handed, new) = self.step(id, here, asked)?;
            if !new.is_empty() {
                found.push((id, new));
            }
            for given in handed {
                queue.push((given.time, given.parent));
                open.entry(given.parent)
                    .and_modify(|there| there.names.extend(&given.open.names))
                    .or_insert(given.open);
            }
        }
        Ok(found)
    }

    /// Hands every open file to one parent that has it; the rest is new here.
    fn step(
        &self,
        id: Oid,
        here: Open,
        asked: &[Asked<'_>],
    ) -> Result<(Vec<Handed>, Vec<usize>), GitError> {
        let commit = self.repo.find(id)?;
        let mut parents = Vec::new();
        for parent in commit.parent_ids() {
            match self.repo.inner.find_commit(parent) {
                Ok(parent) => {
                    // A link led nowhere then: the files begin here.
                    let folder = self.repo.folder_if_there(parent.tree_id(), self.folder)?;
                    let time = parent.time().seconds();
                    if folder == Some(here.folder) {
                        let given = Handed {
                            parent: parent.id(),
                            time,
                            open: here,
                        };
                        return Ok((vec![given], Vec::new()));
                    }
                    parents.push((parent.id(), time, folder));
                }
                // The clone ends here, whatever it says: the origin stays unknown.
                Err(error) if error.code() == ErrorCode::NotFound => {
                    return Ok((Vec::new(), Vec::new()));
                }
                Err(error) => return Err(error).doing(format!("read commit {parent}")),
            }
        }

        let tree = self.repo.tree(here.folder)?;
        let mut trees = Vec::new();
        let mut handed = Vec::new();
        for (parent, time, folder) in parents {
            if let Some(folder) = folder {
                trees.push(self.repo.tree(folder)?);
                let names = Vec::new();
                handed.push(Handed {
                    parent,
                    time,
                    open: Open { folder, names },
                });
            }
        }
        let mut new = Vec::new();
        for at in here.names {
            let name = asked[at].name.as_str();
            let content = id_in(&tree, name);
            // The parent that has the same content is where the file came from;
            // another one may have a file of that name by chance.
            let from = trees
                .iter()
                .position(|tree| id_in(tree, name) == content)
                .or_else(|| trees.iter().position(|tree| id_in(tree, name).is_some()));
            match from {
                Some(from) => handed[from].open.names.push(at),
                None => new.push(at),
            }
        }
        handed.retain(|given| !given.open.names.is_empty());
        Ok((handed, new))
    }
}

fn id_in(tree: &git2::Tree<'_>, name: &str) -> Option<Oid> {
    tree.get_name_bytes(name.as_bytes()).map(|entry| entry.id())
}
