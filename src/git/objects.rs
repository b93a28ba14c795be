//! Contents of files by their blob ids, also where the clone does not have them yet.
//!
//! A partial clone (`git clone --filter=…`) leaves objects at the server, and
//! the library does not fetch them as Git does. So what is missing is asked of
//! the `git` program, once for all, and is unreadable only when that fails too.

use std::{
    env,
    io::{Seek, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use git2::{ErrorCode, Oid};

use super::{
    GitError, Repo,
    error::Doing,
    links::{Links, Step},
};
use crate::model::snapshot::{MAX_FILE_BYTES, Unreadable};

/// What a path leads to.
pub(super) enum Walked {
    Folder(Oid),
    File(Oid),
    Nothing,
}

/// What a file holds, or why that cannot be known.
pub(super) type Content = Result<Arc<[u8]>, Unreadable>;

impl Repo {
    /// The contents of blobs, in the order asked.
    pub(super) fn contents_of(&self, ids: &[Oid]) -> Result<Vec<Content>, GitError> {
        let odb = self.inner.odb().doing("open the object store")?;
        let mut known = self.contents.borrow_mut();
        let mut missing = Vec::new();
        for id in ids {
            if known.contains_key(id) {
                continue;
            }
            let content = read(&odb, *id);
            if content == Err(Unreadable::Missing) {
                missing.push(*id);
            }
            known.insert(*id, content);
        }
        if !missing.is_empty() {
            self.bring_in(&missing);
            for id in missing {
                known.insert(id, read(&odb, id));
            }
        }
        Ok(ids
            .iter()
            .map(|id| known.get(id).cloned().unwrap_or(Err(Unreadable::Missing)))
            .collect())
    }

    /// A tree, fetched where a partial clone does not have it.
    pub(super) fn tree(&self, id: Oid) -> Result<git2::Tree<'_>, GitError> {
        match self.inner.find_tree(id) {
            Err(error) if error.code() == ErrorCode::NotFound => {
                self.bring_in(&[id]);
                match self.inner.find_tree(id) {
                    Err(error) if error.code() == ErrorCode::NotFound => {
                        return Err(GitError::ObjectMissing {
                            doing: format!("read the folder {id} of a commit"),
                        });
                    }
                    other => other,
                }
            }
            other => other,
        }
        .doing_with(|| format!("read the folder {id} of a commit"))
    }

    /// The tree id of a folder (its path in the repository) in a commit's tree.
    /// Symbolic links on the way are followed, as the working tree does; one that
    /// leads to no folder fails.
    pub(super) fn folder_id(&self, root: Oid, folder: &str) -> Result<Option<Oid>, GitError> {
        let mut links = Links::new(folder);
        match self.walk(root, &mut links)? {
            Walked::Folder(id) => Ok(Some(id)),
            Walked::File(_) | Walked::Nothing => links.nothing().map(|()| None),
        }
    }

    /// The same for a commit that others are only compared with: what a link lost is no
    /// folder there, and no reason to stop.
    pub(super) fn folder_if_there(&self, root: Oid, folder: &str) -> Result<Option<Oid>, GitError> {
        match self.folder_id(root, folder) {
            Err(GitError::FolderIsLink { .. }) => Ok(None),
            found => found,
        }
    }

    /// What a path leads to in a commit's tree.
    pub(super) fn walk(&self, root: Oid, links: &mut Links) -> Result<Walked, GitError> {
        let mut trees = vec![root];
        while let Some(step) = links.next()? {
            let Step::Into(name) = step else {
                trees.pop();
                continue;
            };
            let tree = self.tree(*trees.last().unwrap_or(&root))?;
            let Some(entry) = tree.get_name_bytes(name.as_bytes()) else {
                return Ok(Walked::Nothing);
            };
            let kind = entry.kind();
            if kind == Some(git2::ObjectType::Tree) {
                trees.push(entry.id());
            } else if entry.filemode() == i32::from(git2::FileMode::Link) {
                links.follow(&self.link_target(entry.id())?)?;
            } else if kind == Some(git2::ObjectType::Blob) && links.at_end() {
                return Ok(Walked::File(entry.id()));
            } else {
                return Ok(Walked::Nothing);
            }
        }
        Ok(Walked::Folder(*trees.last().unwrap_or(&root)))
    }

    /// Where a link leads, as it is written.
    pub(super) fn link_target(&self, id: Oid) -> Result<String, GitError> {
        match self.contents_of(&[id])?.pop() {
            // What is no text is the name of nothing that Git speaks of in text.
            Some(Ok(bytes)) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            _ => Err(GitError::ObjectMissing {
                doing: format!("read the link {id}"),
            }),
        }
    }

    /// Lets Git fetch what a partial clone left out. Failing is fine: the
    /// caller looks again and says what is still missing.
    fn bring_in(&self, ids: &[Oid]) {
        let forbidden = env::var_os("GIT_NO_LAZY_FETCH").is_some_and(|value| value != "0");
        let fetched = match self.promisor() {
            // One request for all, as Git itself asks; one by one can take minutes.
            Some(remote) if !forbidden && ids.len() > 1 => self.feed(
                &[
                    "-c",
                    "fetch.negotiationAlgorithm=noop",
                    "fetch",
                    "--quiet",
                    "--no-tags",
                    "--no-write-fetch-head",
                    "--recurse-submodules=no",
                    "--filter=blob:none",
                    "--stdin",
                    &remote,
                ],
                ids,
            ),
            _ => false,
        };
        if !fetched {
            // Looking an object up makes Git fetch it.
            self.feed(&["cat-file", "--batch-check"], ids);
        }
        if let Ok(odb) = self.inner.odb() {
            // An object store that cannot be read again is one that still misses the objects.
            let _ = odb.refresh();
        }
    }

    /// Runs Git on this repository with object ids on its standard input.
    fn feed(&self, arguments: &[&str], ids: &[Oid]) -> bool {
        let input = || {
            // A file and not a pipe: Git may answer before it has read everything.
            let mut file = tempfile::tempfile()?;
            for id in ids {
                writeln!(file, "{id}")?;
            }
            file.rewind()?;
            Ok::<_, std::io::Error>(file)
        };
        let Ok(input) = input() else { return false };
        Command::new("git")
            .arg("--git-dir")
            .arg(self.git_dir())
            .args(arguments)
            // Nobody may be there to answer.
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(input)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// The remote that has what a partial clone left out.
    fn promisor(&self) -> Option<String> {
        let config = self.inner.config().ok()?;
        let mut remote = None;
        config
            .entries(Some(r"^remote\..*\.promisor$"))
            .ok()?
            .for_each(|entry| {
                let name = String::from_utf8_lossy(entry.name_bytes());
                let name = name
                    .strip_prefix("remote.")
                    .and_then(|name| name.strip_suffix(".promisor"));
                if let Some(name) = name {
                    remote.get_or_insert_with(|| name.to_owned());
                }
            })
            .ok()?;
        remote
    }
}

fn read(odb: &git2::Odb<'_>, id: Oid) -> Content {
    let failed = |error: git2::Error| match error.code() {
        ErrorCode::NotFound => Unreadable::Missing,
        _ => Unreadable::Io(error.message().to_owned()),
    };
    let (size, _) = odb.read_header(id).map_err(failed)?;
    let size = size as u64;
    if size > MAX_FILE_BYTES {
        return Err(Unreadable::TooLarge(size));
    }
    let object = odb.read(id).map_err(failed)?;
    Ok(object.data().into())
}
