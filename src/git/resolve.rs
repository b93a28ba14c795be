//! From what a user typed (`HEAD~2`, `origin/main`, `v1.2`, `7f3a9c`) to a commit.

use git2::ErrorCode;

use super::{CommitId, GitError, Repo, error::Doing};

/// More would be a list and not a hint.
const MOST_CANDIDATES: usize = 5;

impl Repo {
    /// The commit that `name` means to Git.
    pub fn resolve(&self, name: &str) -> Result<CommitId, GitError> {
        let object = match self.inner.revparse_single(name) {
            Ok(object) => object,
            Err(error) => {
                return Err(match error.code() {
                    ErrorCode::NotFound | ErrorCode::InvalidSpec => GitError::NoSuchCommit {
                        name: name.to_owned(),
                        candidates: self.similar(name),
                        shallow: self.is_shallow(),
                    },
                    ErrorCode::Ambiguous => GitError::AmbiguousCommit {
                        name: name.to_owned(),
                    },
                    _ => GitError::Git {
                        doing: format!("find the commit '{name}'"),
                        source: error.into(),
                    },
                });
            }
        };
        match object.peel_to_commit() {
            Ok(commit) => Ok(commit.id().into()),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Err(error).doing(format!("read the commit of '{name}'"))
            }
            Err(_) => Err(GitError::NotACommit {
                name: name.to_owned(),
            }),
        }
    }

    fn similar(&self, name: &str) -> Vec<String> {
        let Ok(tips) = self.tips() else {
            return Vec::new();
        };
        let mut near: Vec<(usize, &str)> = tips
            .iter()
            .filter_map(|tip| Some((distance(name, tip.short())?, tip.short())))
            .collect();
        // Stable: equally near ones stay newest first.
        near.sort_by_key(|(distance, _)| *distance);
        let mut names: Vec<String> = Vec::new();
        for (_, short) in near {
            if !names.iter().any(|name| name == short) {
                names.push(short.to_owned());
            }
        }
        names.truncate(MOST_CANDIDATES);
        names
    }
}

/// How far a typed name is from a real one: 0 where it is the same but for its
/// case or its remote, 1 where it is a part of it, else the number of typing
/// errors; `None` where it is another name.
fn distance(typed: &str, real: &str) -> Option<usize> {
    let (typed, real) = (typed.to_lowercase(), real.to_lowercase());
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    if last(&typed) == last(&real) {
        return Some(0);
    }
    if typed.len() > 2 && real.contains(&typed) {
        return Some(1);
    }
    [(typed.clone(), real.clone()), (last(&typed), last(&real))]
        .into_iter()
        .map(|(typed, real)| (edits(&typed, &real), typed.chars().count().div_ceil(3)))
        .filter_map(|(edits, allowed)| (edits <= allowed).then_some(edits))
        .min()
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        for (typed, real, expected) in [
            ("main", "origin/main", Some(0)),
            ("origin/Main", "main", Some(0)),
            ("login", "feature/login-index", Some(1)),
            ("mian", "main", Some(2)),
            ("origin/mani", "origin/main", Some(2)),
            ("relase", "release", Some(1)),
            ("origin/main", "v1.0", None),
            ("x", "main", None),
            ("", "main", None),
        ] {
            assert_eq!(distance(typed, real), expected, "{typed} {real}");
        }
    }
}
