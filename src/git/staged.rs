//! The migrations folders as they are staged: what `git commit` is about to record.
//!
//! During a commit this is the index that Git points its hooks at, not
//! necessarily `.git/index`.

use std::{collections::BTreeSet, env, path::PathBuf, process::Command, sync::Arc};

use git2::{Index, Oid};

use super::{
    Captured, Folders, GitError, Repo,
    error::Doing,
    folders::join,
    links::Links,
    snapshot::{Listed, Listing},
};
use crate::model::{Origin, head_file};

/// One line of the index.
struct Line {
    mode: u32,
    id: Oid,
    /// 0 = merged, 1 = the common ancestor, 2 = ours, 3 = theirs.
    stage: u16,
    path: Vec<u8>,
}

impl Line {
    /// Neither a symbolic link nor a submodule nor a folder of a sparse index.
    fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    fn is_link(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }
}

impl Repo {
    /// The revision files that are staged. Of a file in conflict the snapshot
    /// has our side, as the working tree had it before the merge.
    pub fn index_snapshot(&self, prefix: &str, folders: &Folders) -> Result<Captured, GitError> {
        self.read_listing(self.index_listing(prefix, folders)?)
    }

    /// The same without their contents.
    pub fn index_listing(&self, prefix: &str, folders: &Folders) -> Result<Listing, GitError> {
        let places = self.follow_staged(folders.in_repository(prefix)?)?;
        let lines = self.index_lines(&places)?;
        let mut files: Vec<Listed> = Vec::new();
        let mut head_file = None;
        let mut missing = Vec::new();
        let mut conflicted: Vec<Arc<str>> = Vec::new();
        for (n, (folder, place)) in folders.paths().iter().zip(&places).enumerate() {
            let start = if place.is_empty() {
                String::new()
            } else {
                format!("{place}/")
            };
            let mut there = false;
            for line in lines
                .iter()
                .filter(|line| line.path.starts_with(start.as_bytes()))
            {
                there = true;
                let name = &line.path[start.len()..];
                let name = String::from_utf8_lossy(name);
                let is_head_file = n == 0 && name == head_file::NAME;
                if name.contains('/') || !line.is_file() || !(is_head_file || folders.wants(&name))
                {
                    continue;
                }
                let path: Arc<str> = join(folder, &name).into();
                if line.stage > 0 && conflicted.last() != Some(&path) {
                    conflicted.push(path.clone());
                }
                if !matches!(line.stage, 0 | 2) {
                    continue;
                }
                let listed = Listed { path, id: line.id };
                if is_head_file {
                    head_file = Some(listed);
                } else {
                    files.push(listed);
                }
            }
            if !there {
                missing.push(folder.clone());
            }
        }
        Ok(Listing::new(
            Origin::Index,
            files,
            head_file,
            missing,
            conflicted,
        ))
    }

    /// The places with the links that are staged followed.
    fn follow_staged(&self, places: Vec<String>) -> Result<Vec<String>, GitError> {
        let above = |path: &[u8], place: &str| {
            place
                .as_bytes()
                .strip_prefix(path)
                .is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
        };
        let mut followed = Vec::with_capacity(places.len());
        for place in places {
            let mut path = Links::new(&place);
            loop {
                let here = path.place().to_owned();
                let specs: Vec<String> = here
                    .match_indices('/')
                    .map(|(at, _)| &here[..at])
                    .chain([here.as_str()])
                    .map(|path| format!(":(top,literal){path}"))
                    .collect();
                let lines = self.index_lines_where(|path| above(path, &here), &specs)?;
                let link = lines
                    .iter()
                    .find(|line| line.is_link() && above(&line.path, &here));
                let Some(link) = link else { break };
                let at = String::from_utf8_lossy(&link.path).into_owned();
                let Some(target) = self.link_target(link.id)? else {
                    break;
                };
                path.follow(&at, &target)?;
            }
            followed.push(path.place().to_owned());
        }
        Ok(followed)
    }

    /// The files of that name, in any folder: the folder as Git names it (empty
    /// for the top), and the file.
    pub fn staged_named(&self, name: &str) -> Result<Vec<(String, Option<Listed>)>, GitError> {
        let ending = format!("/{name}");
        let matches = |path: &[u8]| path == name.as_bytes() || path.ends_with(ending.as_bytes());
        let mut found: Vec<(String, Option<Listed>)> = Vec::new();
        for line in self.index_lines_where(matches, &[format!(":(top,glob)**/{name}")])? {
            let Ok(path) = String::from_utf8(line.path) else {
                continue;
            };
            let folder = path
                .strip_suffix(ending.as_str())
                .unwrap_or_default()
                .to_owned();
            // In conflict it is listed several times.
            if !matches!(line.stage, 0 | 2) || line.mode & 0o170_000 != 0o100_000 {
                continue;
            }
            let id = line.id;
            let path = path.into();
            found.push((folder, Some(Listed { path, id })));
        }
        Ok(found)
    }

    /// All paths that a merge left unresolved, as Git names them.
    pub fn conflicted(&self) -> Result<BTreeSet<String>, GitError> {
        let lines = self.index_lines_where(|_| true, &[])?;
        Ok(lines
            .iter()
            .filter(|line| line.stage > 0)
            .map(|line| String::from_utf8_lossy(&line.path).into_owned())
            .collect())
    }

    /// Whether a staged file `name` of a folder is the same in the commit that is
    /// checked out.
    pub fn is_as_in_head(
        &self,
        folder: &str,
        name: &str,
        staged: &Listed,
    ) -> Result<bool, GitError> {
        let Some(head) = self.head()?.commit() else {
            return Ok(false);
        };
        let commit = self.inner.find_commit(head.oid()).doing("read HEAD")?;
        let Some(folder) = self.folder_id(commit.tree_id(), folder)? else {
            return Ok(false);
        };
        let tree = self.tree(folder)?;
        let before = tree.get_name_bytes(name.as_bytes()).map(|entry| entry.id());
        Ok(before == Some(staged.id))
    }

    /// The lines of these folders (and more that begin alike), in the order of their paths' bytes.
    fn index_lines(&self, places: &[String]) -> Result<Vec<Line>, GitError> {
        let begins = |path: &[u8]| {
            places
                .iter()
                .any(|place| path.starts_with(place.as_bytes()))
        };
        let specs: Vec<String> = places
            .iter()
            .map(|place| format!(":(top,literal){place}"))
            .collect();
        self.index_lines_where(begins, &specs)
    }

    /// The lines with such paths; `specs` says the same to the `git` program.
    fn index_lines_where(
        &self,
        wanted: impl Fn(&[u8]) -> bool,
        specs: &[String],
    ) -> Result<Vec<Line>, GitError> {
        let mut lines: Vec<Line> = match self.index() {
            Ok(index) => index
                .iter()
                .filter(|entry| wanted(&entry.path))
                .map(|entry| Line {
                    mode: entry.mode,
                    id: entry.id,
                    stage: (entry.flags >> 12) & 3,
                    path: entry.path,
                })
                .collect(),
            // Split and sparse indexes are beyond the library.
            Err(error) => self
                .listed_by_git(specs)
                .ok_or(error)
                .doing("read the index")?,
        };
        // With core.ignoreCase the library has another order than Git.
        lines.sort_by(|a, b| (&a.path, a.stage).cmp(&(&b.path, b.stage)));
        Ok(lines)
    }

    fn index(&self) -> Result<Index, git2::Error> {
        // Git writes `.git/index.lock` here and means it from the top of the
        // working tree; the library takes it from where a hook went with `cd`.
        let named = env::var_os("GIT_INDEX_FILE").map(PathBuf::from);
        if let (Some(named), Some(top)) = (named, self.work_dir())
            && named.is_relative()
        {
            return Index::open(&top.join(named));
        }
        let mut index = self.inner.index()?;
        // The library keeps it; somebody may have staged something since.
        index.read(false)?;
        Ok(index)
    }

    fn listed_by_git(&self, specs: &[String]) -> Option<Vec<Line>> {
        let output = Command::new("git")
            .arg("--git-dir")
            .arg(self.git_dir())
            .arg("--work-tree")
            .arg(self.work_dir()?)
            .args(["ls-files", "--stage", "-z", "--full-name", "--"])
            .args(specs)
            .output()
            .ok()?;
        if !output.status.success() {
            return None;
        }
        output
            .stdout
            .split(|byte| *byte == 0)
            .filter(|line| !line.is_empty())
            .map(parse)
            .collect()
    }
}

/// `100644 <id> 0\t<path>`
fn parse(line: &[u8]) -> Option<Line> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (facts, path) = line.split_at(tab);
    let mut facts = std::str::from_utf8(facts).ok()?.split(' ');
    Some(Line {
        mode: u32::from_str_radix(facts.next()?, 8).ok()?,
        id: Oid::from_str(facts.next()?).ok()?,
        stage: facts.next()?.parse().ok()?,
        path: path.get(1..)?.to_vec(),
    })
}
