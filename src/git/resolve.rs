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
            .map(|tip| (distance(name, tip.short()), tip.short()))
            .filter(|(distance, _)| *distance <= name.chars().count() / 3)
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
/// case or its remote, 1 where it is a part of it, else the number of typing errors.
fn distance(typed: &str, real: &str) -> usize {
    let (typed, real) = (typed.to_lowercase(), real.to_lowercase());
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    if typed.is_empty() {
        return usize::MAX;
    }
    if last(&typed) == last(&real) {
        return 0;
    }
    if typed.len() > 2 && real.contains(&typed) {
        return 1;
    }
    edits(&typed, &real).min(edits(&last(&typed), &last(&real)))
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
            ("main", "origin/main", 0),
            ("origin/Main", "main", 0),
            ("login", "feature/login-index", 1),
            ("mian", "main", 2),
            ("origin/mani", "origin/main", 2),
            ("relase", "release", 1),
            ("x", "main", 4),
        ] {
            assert_eq!(distance(typed, real), expected, "{typed} {real}");
        }
        assert_eq!(distance("", "main"), usize::MAX);
    }
}
