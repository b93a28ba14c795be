//! A revision's identity and its place in the graph, without its scripts.

use std::{fmt, sync::Arc};

use jiff::Timestamp;

use super::{migration::Checksum, options::Options};

/// The identifier of a revision: `[A-Za-z0-9_]+`, by default 12 hex digits.
///
/// Cheap to clone; ordered and compared as text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RevId(Arc<str>);

impl RevId {
    /// Takes `text` as an identifier, or says which character is not allowed.
    pub fn parse(text: &str) -> Result<Self, BadRevId> {
        if text.is_empty() {
            return Err(BadRevId::Empty);
        }
        match text
            .char_indices()
            .find(|(_, c)| !(c.is_ascii_alphanumeric() || *c == '_'))
        {
            Some((at, character)) => Err(BadRevId::Character { at, character }),
            None => Ok(Self(text.into())),
        }
    }

    /// Takes `text` unchecked: for ids that somebody else's store already holds.
    pub fn trusted(text: &str) -> Self {
        Self(text.into())
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RevId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for RevId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for RevId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for RevId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for RevId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for RevId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

/// Why a text is no revision identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRevId {
    /// Nothing was given.
    #[error("a revision id may not be empty")]
    Empty,
    /// A character outside `[A-Za-z0-9_]`, with its byte offset in the text.
    #[error("character {character:?} is not allowed in a revision id; use letters, digits and _")]
    Character {
        /// Byte offset of the character.
        at: usize,
        /// The character.
        character: char,
    },
}

/// One schema change as the graph sees it: identity, edges and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The identifier.
    pub id: RevId,
    /// The revisions it builds on, in the order written; none makes it a base,
    /// two or more a merge revision. Alembic's `down_revision`.
    pub parents: Vec<RevId>,
    /// Ids or labels of revisions that must be applied first without being parents.
    pub depends_on: Vec<String>,
    /// Names for the line of revisions that starts here. Alembic's `branch_labels`.
    pub labels: Vec<String>,
    /// What it does, in one line.
    pub message: String,
    /// When it was written.
    pub created: Option<Timestamp>,
    /// What a merge revision's sides do to each other, as it was tried when it was written:
    /// `independent from 9209a434d045`.
    pub proved: Option<String>,
    /// The decisions to change it after it was fixed, oldest first.
    pub amended: Vec<Amended>,
}

/// A decision to change a revision after others had it, where a reviewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Amended {
    /// The first digits of the checksum of what it was before, in lower case.
    pub was: String,
    /// The options of its markers before, where those were changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Options>,
    /// Why it had to change.
    pub reason: String,
}

impl Amended {
    /// What it was before, as people say it: its checksum, and its options where it names them.
    pub fn was_words(&self) -> String {
        let options = self
            .options
            .map_or(String::new(), |options| format!(", options: {options}"));
        format!("{}{options}", self.was)
    }

    /// The fewest digits that name a checksum.
    pub const FEWEST: usize = 8;

    /// It is a change of what had this checksum.
    pub fn covers(&self, checksum: &Checksum) -> bool {
        checksum.to_string().starts_with(&self.was)
    }
}

impl Revision {
    /// A revision with nothing but an id and parents.
    pub fn new(id: RevId, parents: Vec<RevId>) -> Self {
        Self {
            id,
            parents,
            depends_on: Vec::new(),
            labels: Vec::new(),
            message: String::new(),
            created: None,
            proved: None,
            amended: Vec::new(),
        }
    }

    /// Two or more parents.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}
