//! What goes into an audit: files, what they say, and what a commit changed of them.

use std::{ops::Deref, sync::Arc};

use crate::model::{
    migration::Checksum,
    options::Options,
    revision::{RevId, Revision},
};

/// Where a file stands: which of the folders, and its name there. In file order,
/// and the same when a folder moves.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Which folder, in the order of the configuration.
    pub folder: usize,
    /// The file's name in it.
    pub name: Arc<str>,
}

/// A file as a commit holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFact {
    /// Its path as it is shown.
    pub path: Arc<str>,
    /// Stands for its bytes.
    pub blob: Arc<str>,
    /// What they say.
    pub content: Content,
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A revision.
    Revision(Arc<Outline>),
    /// It cannot be read as one.
    Unreadable,
    /// The clone does not have it: nothing can be said.
    Missing,
}

/// A revision without its scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The id.
    pub revision: RevId,
    /// As graphs have it, which share it.
    pub node: Arc<Revision>,
    /// The checksum of both scripts together.
    pub checksum: Checksum,
    /// The checksum of the up script alone.
    pub up: Checksum,
    /// How both want to be run.
    pub options: Options,
}

impl Outline {
    /// Of a revision with these scripts.
    pub fn of(node: Revision, checksum: Checksum, up: Checksum, options: Options) -> Self {
        Self {
            revision: node.id.clone(),
            node: Arc::new(node),
            checksum,
            up,
            options,
        }
    }
}

impl Deref for Outline {
    type Target = Revision;

    fn deref(&self) -> &Revision {
        &self.node
    }
}

/// What a commit changed: files that are gone, then files that are new or different.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Files that are gone.
    pub removed: Vec<Place>,
    /// Files that are new or different.
    pub put: Vec<(Place, FileFact)>,
}

impl FileFact {
    /// The revision, where it is one.
    pub fn outline(&self) -> Option<&Arc<Outline>> {
        match &self.content {
            Content::Revision(outline) => Some(outline),
            Content::Unreadable | Content::Missing => None,
        }
    }
}
