//! Symbolic links in Git's states, which keeps of a link the path that it leads
//! to. Followed name by name, as the file system does, so that an index and a
//! commit have the files that the working tree has.
//!
//! Knows paths only: what stands at one, the caller looks up.

use super::GitError;

/// As many as Linux follows.
const MOST: usize = 40;

/// A path in the repository on the way to where it leads.
#[derive(Debug)]
pub(super) struct Links {
    /// As it was asked for.
    asked: String,
    /// Where it stands so far.
    place: Vec<String>,
    /// The names still to go, the next one last.
    todo: Vec<String>,
    /// The first link that was met, since that is the one that people know.
    first: Option<String>,
    followed: usize,
}

/// A step on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Into what has this name.
    Into(String),
    /// Out of the folder.
    Out,
}

impl Links {
    pub(super) fn new(path: &str) -> Self {
        let mut links = Self {
            asked: path.to_owned(),
            place: Vec::new(),
            todo: Vec::new(),
            first: None,
            followed: 0,
        };
        links.add(path);
        links
    }

    /// Goes one name on; `None` at the end. Fails where that leaves the repository,
    /// since what is there belongs to no commit.
    pub(super) fn next(&mut self) -> Result<Option<Step>, GitError> {
        let Some(name) = self.todo.pop() else {
            return Ok(None);
        };
        if name != ".." {
            self.place.push(name.clone());
            return Ok(Some(Step::Into(name)));
        }
        match self.place.pop() {
            Some(_) => Ok(Some(Step::Out)),
            None => Err(self.lost()),
        }
    }

    /// The name just stepped into is a link to `target`, which is relative to where
    /// the link stands. Fails where links lead round in a circle.
    pub(super) fn follow(&mut self, target: &str) -> Result<(), GitError> {
        self.first.get_or_insert_with(|| target.to_owned());
        self.followed += 1;
        if self.followed > MOST || target.starts_with('/') {
            return Err(self.lost());
        }
        self.place.pop();
        self.add(target);
        Ok(())
    }

    /// Where it stands so far.
    pub(super) fn place(&self) -> String {
        self.place.join("/")
    }

    /// No name is left to go.
    pub(super) fn at_end(&self) -> bool {
        self.todo.is_empty()
    }

    /// There is nothing at the place. That is no error of a path without links: a
    /// folder may not be there yet.
    pub(super) fn nothing(&self) -> Result<(), GitError> {
        match &self.first {
            Some(_) => Err(self.lost()),
            None => Ok(()),
        }
    }

    fn add(&mut self, path: &str) {
        let names = path.split('/').rev();
        let names = names.filter(|name| !name.is_empty() && *name != ".");
        self.todo.extend(names.map(str::to_owned));
    }

    fn lost(&self) -> GitError {
        GitError::FolderIsLink {
            folder: self.asked.clone(),
            target: self.first.clone().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a path leads, given the links.
    fn led(path: &str, links: &[(&str, &str)]) -> Result<String, GitError> {
        let mut way = Links::new(path);
        while way.next()?.is_some() {
            let place = way.place();
            if let Some((_, target)) = links.iter().find(|(at, _)| *at == place) {
                way.follow(target)?;
            }
        }
        Ok(way.place())
    }

    #[test]
    fn links_are_relative_to_where_they_stand() {
        for (path, links, expected) in [
            ("a/m/sql", &[][..], Some("a/m/sql")),
            ("a/m/sql", &[("a/m", "../db")], Some("db/sql")),
            ("a/m", &[("a/m", "./deep/er/..")], Some("a/deep")),
            ("m", &[("m", "n"), ("n", "o/p"), ("o", "q")], Some("q/p")),
            ("m", &[("m", ".")], Some("")),
            // `..` is out of where the link leads, not out of where it stands.
            (
                "m",
                &[("m", "now/../sql"), ("now", "all/1")],
                Some("all/sql"),
            ),
            ("m", &[("m", "..")], None),
            ("a/m", &[("a/m", "../../repo/db")], None),
            ("m", &[("m", "/etc")], None),
        ] {
            assert_eq!(
                led(path, links).ok().as_deref(),
                expected,
                "{path} {links:?}"
            );
        }
    }

    #[test]
    fn a_circle_ends() {
        for links in [&[("a", "a")][..], &[("a", "b"), ("b", "./a")]] {
            let outcome = led("a", links);
            assert!(matches!(outcome, Err(GitError::FolderIsLink { .. })));
        }
    }
}
