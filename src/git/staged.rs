//! The migrations folders as they are staged: what `git commit` is about to record.
//!
//! During a commit this is the index that Git points its hooks at, not
//! necessarily `.git/index`.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    env, fs,
    io::{Read as _, Seek as _, SeekFrom},
    path::PathBuf,
    process::Command,
    rc::Rc,
    sync::Arc,
};

use git2::{FileMode, Index, IndexEntryExtendedFlag, ObjectType, Oid};

use super::{
    Captured, CommitId, Folders, GitError, Repo,
    error::Doing,
    folders::{join, joined},
    index_file::{Entry, IndexFile},
    links::Links,
    objects::Walked,
    snapshot::{Listed, Listing},
};
use crate::model::{Origin, head_file};

/// One line of the index.
struct Line {
    mode: u32,
    id: Oid,
    /// 0 = merged, 1 = the common ancestor, 2 = ours, 3 = theirs.
    stage: u16,
    /// A sparse checkout leaves it out of the working tree.
    left_out: bool,
    path: Vec<u8>,
}

impl Line {
    /// Neither a symbolic link nor a submodule nor a folder of a sparse index.
    fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    fn is_link(&self) -> bool {
        is_link(self.mode)
    }
}

fn is_link(mode: u32) -> bool {
    mode & 0o170_000 == 0o120_000
}

/// The symbolic links of the index, by their paths.
type StagedLinks = HashMap<Vec<u8>, Oid>;

type Stamp = (PathBuf, u64, [u8; 20]);

/// The index as it was read last.
#[derive(Default)]
pub(super) struct Staged(RefCell<Option<(Stamp, Rc<IndexFile>)>>);

/// Some of the lines of the index.
#[derive(Clone, Copy)]
enum Which<'a> {
    /// Those with such a path and mode.
    Where(&'a dyn Fn(&[u8], u32) -> bool),
    /// The symbolic links.
    Links,
    /// Those whose path begins with one of these.
    Below(&'a [String]),
}

impl Which<'_> {
    fn wants(self, path: &[u8], mode: u32) -> bool {
        match self {
            Self::Where(wanted) => wanted(path, mode),
            Self::Links => is_link(mode),
            Self::Below(places) => {
                let mut places = places.iter();
                places.any(|place| path.starts_with(place.as_bytes()))
            }
        }
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
        let known = self.staged_links()?;
        let ways = folders
            .in_repository(prefix)?
            .iter()
            .map(|place| self.follow_staged(place, &known))
            .collect::<Result<Vec<_>, _>>()?;
        let places: Vec<String> = ways.iter().map(Links::place).collect();
        let lines = self.index_lines(&places)?;
        let mut files: Vec<Listed> = Vec::new();
        let mut head_file = None;
        let mut missing = Vec::new();
        let mut conflicted: Vec<Arc<str>> = Vec::new();
        let mut left_out: Vec<Arc<str>> = Vec::new();
        let mut buffer = String::new();
        for (n, (folder, way)) in folders.paths().iter().zip(&ways).enumerate() {
            let start = match way.place() {
                place if place.is_empty() => place,
                place => format!("{place}/"),
            };
            let mut there = false;
            for line in lines
                .iter()
                .filter(|line| line.path.starts_with(start.as_bytes()))
            {
                there = true;
                let name = String::from_utf8_lossy(&line.path[start.len()..]);
                let is_head_file = n == 0 && name == head_file::NAME;
                let may_be = line.is_file() || line.is_link();
                if !may_be || !(is_head_file || folders.wants_below(&name)) {
                    continue;
                }
                let path = joined(&mut buffer, folder, &name);
                if line.stage > 0 && conflicted.last() != Some(&path) {
                    conflicted.push(path.clone());
                }
                if !matches!(line.stage, 0 | 2) {
                    continue;
                }
                if line.left_out {
                    left_out.push(path.clone());
                }
                let listed = if line.is_link() {
                    let found = self.linked(&format!("{start}{name}"), &known);
                    Listed::linked(path, line.id, found)?
                } else {
                    Some(Listed::new(path, line.id))
                };
                if is_head_file {
                    head_file = listed.filter(Listed::leads_to_a_file);
                } else {
                    files.extend(listed);
                }
            }
            if !there {
                way.nothing()?;
                missing.push(folder.clone());
            }
        }
        let mut listing = Listing::new(Origin::Index, files, head_file, missing, conflicted);
        listing.left_out = left_out;
        Ok(listing)
    }

    /// The submodule that a path is in, or is, as it is staged.
    pub fn staged_submodule_of(&self, path: &str) -> Result<Option<(String, CommitId)>, GitError> {
        let holds = |link: &[u8]| {
            let rest = path.as_bytes().strip_prefix(link);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        let lines = self.index_lines_of(
            Which::Where(&|link, mode| mode & 0o170_000 == 0o160_000 && holds(link)),
            &[":(top)".to_owned()],
        )?;
        Ok(lines.first().map(|line| {
            (
                String::from_utf8_lossy(&line.path).into_owned(),
                line.id.into(),
            )
        }))
    }

    /// What a path leads to among what is staged.
    fn linked(&self, path: &str, known: &StagedLinks) -> Result<Walked, GitError> {
        let place = self.follow_staged(path, known)?.place();
        let lines = self.index_lines(std::slice::from_ref(&place))?;
        let file = lines
            .iter()
            .find(|line| line.path == place.as_bytes() && line.is_file() && line.stage != 1);
        let below = format!("{place}/");
        let mut paths = lines.iter().map(|line| &line.path);
        Ok(match file {
            Some(line) => Walked::File(line.id),
            None if place.is_empty() || paths.any(|path| path.starts_with(below.as_bytes())) => {
                Walked::Folder(Oid::ZERO_SHA1)
            }
            None => Walked::Nothing,
        })
    }

    /// Follows the links that are staged on the way to a path.
    fn follow_staged(&self, path: &str, known: &StagedLinks) -> Result<Links, GitError> {
        let mut way = Links::new(path);
        while way.next()?.is_some() {
            if let Some(link) = known.get(way.place().as_bytes()) {
                way.follow(&self.link_target(*link)?)?;
            }
        }
        Ok(way)
    }

    fn staged_links(&self) -> Result<StagedLinks, GitError> {
        let found = self.index_lines_of(Which::Links, &[":(top)".to_owned()])?;
        Ok(found
            .into_iter()
            .filter(|line| line.is_link() && matches!(line.stage, 0 | 2))
            .map(|line| (line.path, line.id))
            .collect())
    }

    /// The files of that name, in any folder: the folder as Git names it (empty
    /// for the top), and the file.
    pub fn staged_named(&self, name: &str) -> Result<Vec<(String, Option<Listed>)>, GitError> {
        let ending = format!("/{name}");
        let matches = |path: &[u8], _| path == name.as_bytes() || path.ends_with(ending.as_bytes());
        let mut found: Vec<(String, Option<Listed>)> = Vec::new();
        for line in
            self.index_lines_of(Which::Where(&matches), &[format!(":(top,glob)**/{name}")])?
        {
            // In conflict it is listed several times.
            if !matches!(line.stage, 0 | 2) || !(line.is_file() || line.is_link()) {
                continue;
            }
            let Ok(path) = String::from_utf8(line.path) else {
                continue;
            };
            let folder = path
                .strip_suffix(ending.as_str())
                .unwrap_or_default()
                .to_owned();
            found.push((folder, Some(Listed::new(path.into(), line.id))));
        }
        Ok(found)
    }

    /// All paths that a merge left unresolved, as Git names them.
    pub fn conflicted(&self) -> Result<BTreeSet<String>, GitError> {
        let lines = self.index_lines_of(Which::Where(&|_, _| true), &[])?;
        Ok(lines
            .iter()
            .filter(|line| line.stage > 0)
            .map(|line| String::from_utf8_lossy(&line.path).into_owned())
            .collect())
    }

    /// The files below a folder (as Git names it; empty for the top) that a commit of
    /// the index would add, change or delete, in the order of their paths. `wanted` is
    /// told the path and whether it is a symbolic link.
    pub fn staged_changes(
        &self,
        folder: &str,
        wanted: impl Fn(&str, bool) -> bool,
    ) -> Result<Vec<String>, GitError> {
        let start = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let staged = self.index_lines_of(
            Which::Below(std::slice::from_ref(&start)),
            &[format!(":(top,literal){folder}")],
        )?;
        let mut staged: BTreeMap<String, (Oid, bool)> = staged
            .into_iter()
            .filter(|line| matches!(line.stage, 0 | 2) && (line.is_file() || line.is_link()))
            .map(|line| {
                let path = String::from_utf8_lossy(&line.path).into_owned();
                (path, (line.id, is_link(line.mode)))
            })
            .filter(|(path, (_, link))| path.starts_with(&start) && wanted(path, *link))
            .collect();
        let mut changed = BTreeSet::new();
        let mut todo = Vec::new();
        if let Some(head) = self.head()?.commit() {
            let root = self.root(head)?;
            todo.extend(
                self.folder_id(root, folder)?
                    .map(|id| (folder.to_owned(), id)),
            );
        }
        while let Some((folder, id)) = todo.pop() {
            for entry in &self.tree(id)? {
                let path = join(&folder, &String::from_utf8_lossy(entry.name_bytes()));
                match entry.kind() {
                    Some(ObjectType::Tree) => todo.push((path, entry.id())),
                    Some(ObjectType::Blob) => {
                        let link = entry.filemode() == i32::from(FileMode::Link);
                        if staged.remove(&path) != Some((entry.id(), link)) && wanted(&path, link) {
                            changed.insert(path);
                        }
                    }
                    _ => {}
                }
            }
        }
        changed.extend(staged.into_keys());
        Ok(changed.into_iter().collect())
    }

    /// The lines of these folders (and more that begin alike), in the order of their paths' bytes.
    fn index_lines(&self, places: &[String]) -> Result<Vec<Line>, GitError> {
        let specs: Vec<String> = places
            .iter()
            .map(|place| format!(":(top,literal){place}"))
            .collect();
        self.index_lines_of(Which::Below(places), &specs)
    }

    /// Some lines; `specs` says the same to the `git` program, or less.
    fn index_lines_of(&self, which: Which<'_>, specs: &[String]) -> Result<Vec<Line>, GitError> {
        let mut lines: Vec<Line> = match self.lines_of_file(which) {
            Some(lines) => lines,
            None => match self.index() {
                Ok(index) => index
                    .iter()
                    .filter(|entry| {
                        let meant = IndexEntryExtendedFlag::INTENT_TO_ADD.bits();
                        entry.flags_extended & meant == 0 && which.wants(&entry.path, entry.mode)
                    })
                    .map(|entry| Line {
                        mode: entry.mode,
                        id: entry.id,
                        stage: (entry.flags >> 12) & 3,
                        left_out: entry.flags_extended
                            & IndexEntryExtendedFlag::SKIP_WORKTREE.bits()
                            != 0,
                        path: entry.path,
                    })
                    .collect(),
                // Split and sparse indexes are beyond the library.
                Err(error) => self
                    .listed_by_git(specs)
                    .ok_or(error)
                    .doing("read the index")?,
            },
        };
        // With core.ignoreCase the library has another order than Git.
        lines.sort_by(|a, b| (&a.path, a.stage).cmp(&(&b.path, b.stage)));
        Ok(lines)
    }

    /// Those lines of the index file; `None` where it is not plainly understood. That of a
    /// large repository is read once, as long as nobody wrote it anew.
    fn lines_of_file(&self, which: Which<'_>) -> Option<Vec<Line>> {
        let mut lines = Vec::new();
        let mut add = |entry: Entry<'_>| {
            lines.extend(Oid::from_bytes(entry.id).map(|id| Line {
                mode: entry.mode,
                id,
                stage: entry.stage,
                left_out: entry.left_out,
                path: entry.path.to_vec(),
            }));
        };
        let stamp = self.index_stamp()?;
        let known = match &*self.staged.0.borrow() {
            Some((before, known)) if *before == stamp => Some(Rc::clone(known)),
            _ => None,
        };
        if let Some(index) = known {
            match which {
                Which::Links => index.links(add),
                Which::Below([place]) => index.beginning(place.as_bytes(), add),
                Which::Below(_) | Which::Where(_) => index.all(|entry| {
                    if which.wants(entry.path, entry.mode) {
                        add(entry);
                    }
                }),
            }
            return Some(lines);
        }
        let index = IndexFile::of(fs::read(&stamp.0).ok()?, |entry| {
            if which.wants(entry.path, entry.mode) {
                add(entry);
            }
        })?;
        // Written anew meanwhile, it is read again.
        if Some(&stamp) == self.index_stamp().as_ref() {
            self.staged.0.replace(Some((stamp, Rc::new(index))));
        }
        Some(lines)
    }

    /// What tells one state of the index from another: its place, its length, and the
    /// checksum that Git puts at its end.
    fn index_stamp(&self) -> Option<Stamp> {
        let path = match env::var_os("GIT_INDEX_FILE").map(PathBuf::from) {
            None => self.git_dir().join("index"),
            Some(named) if named.is_relative() => self.work_dir()?.join(named),
            Some(named) => named,
        };
        let mut file = fs::File::open(&path).ok()?;
        let length = file.seek(SeekFrom::End(-20)).ok()? + 20;
        let mut checksum = [0; 20];
        file.read_exact(&mut checksum).ok()?;
        // With `index.skipHash` there is none.
        (checksum != [0; 20]).then_some((path, length, checksum))
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
            .args(["ls-files", "-t", "--stage", "-z", "--full-name", "--"])
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

/// `H 100644 <id> 0\t<path>`; `S` in the place of `H` where a sparse checkout leaves it out.
fn parse(line: &[u8]) -> Option<Line> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (facts, path) = line.split_at(tab);
    let mut facts = std::str::from_utf8(facts).ok()?.split(' ');
    let left_out = facts.next()? == "S";
    Some(Line {
        left_out,
        mode: u32::from_str_radix(facts.next()?, 8).ok()?,
        id: Oid::from_str(facts.next()?).ok()?,
        stage: facts.next()?.parse().ok()?,
        path: path.get(1..)?.to_vec(),
    })
}
