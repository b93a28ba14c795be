//! Files that are there and cannot be read as revisions, and which revisions they may hold.
//!
//! A revision whose file cannot be read is not a revision that nobody has: whoever
//! lists what is missing, or what only a database knows, asks here first.

use std::sync::Arc;

use super::{
    revision::RevId,
    snapshot::{SnapshotFile, Unreadable},
};

/// A file that cannot be read as a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadFile {
    /// Its path, relative to the project's root.
    pub path: Arc<str>,
    /// The ids that it declares, as far as that can be made out.
    claims: Vec<String>,
    /// Its text, as far as there is one.
    text: String,
    /// The clone does not have its content: what it says cannot be known.
    pub is_missing: bool,
}

impl UnreadFile {
    /// Makes out what can be made out.
    pub fn new(file: &SnapshotFile) -> Self {
        let bytes = file.content.as_deref().unwrap_or_default();
        // UTF-16, as some editors write it, is the same text with zeros in between.
        let text = String::from_utf8_lossy(bytes).replace('\0', "");
        let header = text.lines().take_while(|line| !line.contains("migrate:up"));
        Self {
            path: Arc::clone(&file.path),
            claims: header.filter_map(declared).collect(),
            text,
            is_missing: matches!(file.content, Err(Unreadable::Missing)),
        }
    }

    /// Says what the file held where it could be read; counts where nothing can be
    /// made out now.
    pub fn held(&mut self, revision: &RevId) {
        if self.claims.is_empty() {
            self.claims.push(revision.to_string());
        }
    }

    /// The ids that it declares.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.claims.iter().map(String::as_str)
    }

    /// It may be the file of this revision: it says so, or says nothing and names it,
    /// in its own name or anywhere in its text.
    pub fn may_hold(&self, id: &RevId) -> bool {
        if !self.claims.is_empty() {
            return self.claims().any(|claim| claim == id.as_str());
        }
        let name = self.path.rsplit('/').next().unwrap_or_default();
        names(name, id.as_str()) || names(&self.text, id.as_str())
    }
}

/// The id that a line declares: `--   revision: ID`, `revision = "ID"`.
fn declared(line: &str) -> Option<String> {
    let line = line.trim_start_matches(|c: char| c == '-' || c == '#' || c.is_whitespace());
    let rest = line.strip_prefix("revision")?.trim_start();
    if !rest.starts_with([':', '=']) {
        return None;
    }
    // `revision: str = "ID"` has its value behind the last sign.
    let (_, value) = rest.rsplit_once('=').or_else(|| rest.split_once(':'))?;
    let value = value.trim().trim_matches(['"', '\'']);
    let of_id = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = value.find(|c| !of_id(c)).unwrap_or(value.len());
    (end > 0).then(|| value[..end].to_owned())
}

/// `text` has `id` as a word of its own; `_` joins the words of a file's name.
fn names(text: &str, id: &str) -> bool {
    text.match_indices(id).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + id.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::Unreadable;

    fn unread(path: &str, text: &[u8]) -> UnreadFile {
        UnreadFile::new(&SnapshotFile {
            path: path.into(),
            content: Ok(text.into()),
            blob: None,
        })
    }

    #[test]
    fn what_a_broken_file_may_hold() {
        let utf16: Vec<u8> = "--   revision: aaaa1\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let latin1 = b"-- teammig:\n--   revision: aaaa1\n--   message: \xe9\n";
        for (path, text, holds) in [
            (
                "m/x.sql",
                &b"-- teammig:\n--   revision: aaaa1\n--   parents: [\n"[..],
                "aaaa1",
            ),
            (
                "m/x.sql",
                b"<<<<<<< HEAD\n--   revision: aaaa1\n=======\n--   revision: \"aaaa2\"\n",
                "aaaa1 aaaa2",
            ),
            ("m/x.sql", latin1, "aaaa1"),
            ("m/x.sql", &utf16, "aaaa1"),
            (
                "m/x.py",
                b"revision: str = \"aaaa1\"\ndown_revision = \"aaaa2\"\n",
                "aaaa1",
            ),
            (
                "m/x.py",
                b"revision = 'aaaa1'\ndown_revision = 'aaaa2'\n",
                "aaaa1",
            ),
            // It says which one it is, whatever else it names.
            (
                "m/aaaa2.sql",
                b"--   revision: aaaa1\n--   parents: [aaaa2]\n",
                "aaaa1",
            ),
            // It says nothing: its name does, or anything in it.
            ("m/2026-11-22_aaaa1_add.sql", b"", "aaaa1"),
            ("m/aaaa12.sql", b"", ""),
            ("m/x.sql", b"--   revison: aaaa1\n", "aaaa1"),
            ("m/x.sql", b"-- migrate:up\nrevision = aaaa1\n", "aaaa1"),
            ("m/x.sql", b"revisions: aaaa11\n", ""),
            ("aaaa1/x.sql", b"", ""),
        ] {
            let file = unread(path, text);
            let found: Vec<&str> = ["aaaa1", "aaaa2"]
                .into_iter()
                .filter(|id| file.may_hold(&RevId::trusted(id)))
                .collect();
            assert_eq!(
                found.join(" "),
                holds,
                "{path} {}",
                String::from_utf8_lossy(text)
            );
        }
    }

    #[test]
    fn what_it_held_before_counts_where_it_says_nothing() {
        let mut gone = UnreadFile::new(&SnapshotFile {
            path: "m/first.sql".into(),
            content: Err(Unreadable::Io("permission denied".to_owned())),
            blob: None,
        });
        let id = RevId::trusted("aaaa1");
        assert!(!gone.may_hold(&id));
        gone.held(&id);
        assert!(gone.may_hold(&id));
        let mut other = unread("m/first.sql", b"--   revision: aaaa2\n");
        other.held(&id);
        assert!(!other.may_hold(&id));
    }
}
