//! What may not be edited any more.
//!
//! A revision is fixed once it is published, contained in a tag, or applied in a
//! database that this clone knows. Identity is the revision id, so moving a file is no change; the
//! checksum leaves out comments and white space, so formatting is none either. What a
//! change does to what is fixed is for [`judge`]; what of it may be recorded as
//! deliberate, for [`amendment`].

mod amendment;
mod case;
mod judge;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;

use super::{
    finding::Finding,
    migration::Checksum,
    options::Options,
    project::Project,
    revision::{Amended, RevId},
    source::Span,
};

pub use amendment::{Amendment, NoAmendment, Was, amendment};
pub use case::Refused;
pub use judge::judge;
pub use words::fetched;

/// Why a revision is fixed, and what it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The revision.
    pub revision: RevId,
    /// What was applied, what a tag has, or what a protected ref has now.
    pub content: Content,
    /// What it was at first.
    pub first: First,
    /// Where.
    pub evidence: Evidence,
}

/// A revision as it was somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Of both scripts.
    pub checksum: Checksum,
    /// Of the way up alone, where that is known.
    pub up: Option<Checksum>,
    /// How both want to be run, where that is known.
    pub options: Option<Options>,
    /// Its parents.
    pub parents: Vec<RevId>,
    /// What had to be applied first without being a parent, where that is known.
    pub depends_on: Option<Vec<String>>,
    /// The decisions that its header had already.
    pub amended: Vec<Amended>,
}

/// What a revision was when it was first published. Going back to that is a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum First {
    /// What it is there now, as far as it matters; or there is nothing before that.
    Same,
    /// This; it has been edited there since.
    Was(Box<Content>),
    /// History does not reach back to it.
    Unknown,
}

impl Fixed {
    /// What it is there, and what it was at first.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        let first = match &self.first {
            First::Was(first) => Some(&**first),
            First::Same | First::Unknown => None,
        };
        std::iter::once(&self.content).chain(first)
    }
}

/// Where a revision was seen that fixes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// In a database's ledger.
    Applied {
        /// The environment.
        environment: String,
        /// The command that brings this database to what the files say.
        sync: String,
        /// When it was applied, where the ledger says so.
        at: Option<Timestamp>,
        /// By whom.
        by: String,
        /// The environment is protected.
        protected: bool,
    },
    /// In a protected ref.
    Published {
        /// The ref (`origin/main`).
        name: String,
    },
    /// In a tag: what is deployed has it.
    Released {
        /// The oldest tag that has it.
        tag: String,
    },
}

impl Evidence {
    /// As it goes on after "it was": `published in origin/main`.
    pub fn words(&self) -> String {
        match self {
            Self::Applied {
                environment,
                at: Some(at),
                by,
                ..
            } => format!(
                "applied in {environment} on {} by {by}",
                at.strftime("%Y-%m-%d")
            ),
            Self::Applied { environment, .. } => format!("applied in {environment}"),
            Self::Published { name } => format!("published in {name}"),
            Self::Released { tag } => format!("released in the tag {tag}"),
        }
    }

    /// Others have it, so what a database of one's own says of it counts for nothing.
    pub fn binds(&self) -> bool {
        match self {
            Self::Published { .. } | Self::Released { .. } => true,
            Self::Applied { protected, .. } => *protected,
        }
    }

    /// Somebody runs it: no decision moves it to another place in the graph any more.
    fn is_deployed(&self) -> bool {
        match self {
            Self::Published { .. } => false,
            Self::Released { .. } => true,
            Self::Applied { protected, .. } => *protected,
        }
    }
}

/// Whether a revision may be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayEdit {
    /// Nobody has it.
    Freely,
    /// Databases of one's own have it: `sync` redoes it there.
    Redo(Vec<String>),
    /// Branches of others have it.
    WithCare {
        /// Those branches.
        branches: Vec<String>,
        /// The databases of one's own that have it.
        redo: Vec<String>,
    },
    /// Others have it.
    No(Evidence),
}

/// Whether a revision may be edited that was seen there, and that these branches of
/// others have.
pub fn may_edit(evidence: &[Evidence], branches: &[String]) -> MayEdit {
    if let Some(binding) = evidence.iter().find(|one| one.binds()) {
        return MayEdit::No(binding.clone());
    }
    let environments: Vec<String> = evidence
        .iter()
        .filter_map(|one| match one {
            Evidence::Applied { environment, .. } => Some(environment.clone()),
            Evidence::Published { .. } | Evidence::Released { .. } => None,
        })
        .collect();
    if !branches.is_empty() {
        MayEdit::WithCare {
            branches: branches.to_vec(),
            redo: environments,
        }
    } else if environments.is_empty() {
        MayEdit::Freely
    } else {
        MayEdit::Redo(environments)
    }
}

/// How checksums and the place of a header's key are had: all need the layout.
pub trait Reading {
    /// The checksum of a revision's scripts.
    fn checksum(&self, project: &Project, id: &RevId) -> Option<Checksum>;
    /// The checksum of its way up alone.
    fn up(&self, project: &Project, id: &RevId) -> Option<Checksum>;
    /// Where its header has a key, or a word of that key's value.
    fn locate(&self, project: &Project, id: &RevId, key: &str, word: &str) -> Span;
    /// Whether a finding is an error in this project.
    fn is_error(&self, finding: &Finding) -> bool;
    /// The commit that has what the step edits, and a file as both are named to Git.
    fn restored(&self, path: &str) -> (String, String);
    /// Where a file is now as Git names it from the top, where the project stood in another
    /// place then, or the folder that the file was in is none of its own any more.
    fn moved(&self, _was: &str, _path: &str) -> Option<String> {
        None
    }
}
