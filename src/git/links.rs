//! Symbolic links on the way to a migrations folder, as Git keeps them: a file that
//! holds the path it leads to.

use super::{GitError, folders::in_repository, folders::join};

/// As many as Linux follows.
const MOST: usize = 40;

/// A path in the repository that is followed from link to link.
#[derive(Debug)]
pub(super) struct Links {
    /// As it was asked for.
    folder: String,
    place: String,
    followed: usize,
}

impl Links {
    pub(super) fn new(folder: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            place: folder.to_owned(),
            followed: 0,
        }
    }

    /// Where it leads so far.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// `at`, the place or a folder above it, is a link to `target`.
    ///
    /// Fails where the link leaves the repository, since what is there belongs to no
    /// commit, and where links lead round in a circle.
    pub(super) fn follow(&mut self, at: &str, target: &str) -> Result<(), GitError> {
        let rest = self.place.strip_prefix(at).unwrap_or_default();
        let rest = rest.trim_start_matches('/').to_owned();
        let above = at.rsplit_once('/').map_or("", |(above, _)| above);
        self.followed += 1;
        let reached = in_repository(above, target)
            .ok()
            .filter(|_| self.followed <= MOST);
        let Some(reached) = reached else {
            return Err(GitError::FolderIsLink {
                folder: self.folder.clone(),
                target: target.to_owned(),
            });
        };
        self.place = if rest.is_empty() {
            reached
        } else {
            join(&reached, &rest)
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_where_they_stand() {
        let mut links = Links::new("app/migrations/sql");
        links.follow("app/migrations", "../db").unwrap();
        assert_eq!(links.place(), "db/sql");
        links.follow("db/sql", "./deep/er/..").unwrap();
        assert_eq!(links.place(), "db/deep");
        links.follow("db", ".").unwrap();
        assert_eq!(links.place(), "deep");
        assert!(links.follow("deep", "..").is_err());
        assert!(links.follow("deep", "/etc").is_err());
    }

    #[test]
    fn a_circle_ends() {
        let mut links = Links::new("a");
        let outcome = (0..100).try_for_each(|_| links.follow("a", "a"));
        assert!(matches!(outcome, Err(GitError::FolderIsLink { .. })));
    }
}
